"""What the library promises, and what would fail if it did not keep it."""
