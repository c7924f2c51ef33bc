"""What a proposed version of a protocol would have meant for past incidents, beside the current one."""
