"""The decision log (extra `record`)."""
