"""Side by side with other engines: run `python -m benchmarks.single` from the project's folder."""
