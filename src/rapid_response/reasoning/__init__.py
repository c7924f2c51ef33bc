"""What else could be: next questions, sufficient reasons, what would change a result, exact ranges."""
