"""How the property tests run: the same examples every day, as many as HYPOTHESIS_PROFILE says."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

settings.register_profile(
    "everyday", derandomize=True, deadline=None, max_examples=100, database=None, suppress_health_check=SLOW
)
settings.register_profile("long", deadline=None, max_examples=2000, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))
