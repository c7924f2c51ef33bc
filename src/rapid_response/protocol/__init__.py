"""What a protocol says: YAML text in, a checked `Protocol` out."""
