"""A protocol as one portable SELECT, for data that stay where they are: two BOOLEAN columns for each condition."""
