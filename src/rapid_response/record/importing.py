"""A log made again from its JSON lines, byte for byte."""
