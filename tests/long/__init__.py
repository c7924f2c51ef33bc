"""Engine against reference on generated pairs of protocol and incident: `python -m tests.long --pairs 1000000`."""
