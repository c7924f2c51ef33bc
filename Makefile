# `make` runs tests and lint; it expects an activated environment (see CONTRIBUTING.md).
.PHONY: all test lint long bench

all: test lint

test:
	python -m pytest

lint:
	ruff check .
	ruff format --check .
	mypy

long:
	python -m tests.long

bench:
	python -m benchmarks.single
