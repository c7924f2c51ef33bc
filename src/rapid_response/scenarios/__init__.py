"""A protocol's own tests: scenarios in, what passed, what failed and why, and what no scenario touches."""
