"""How the property tests run, the same examples every day; and the databases that are started once for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.sql_engines import Engine

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]

settings.register_profile(
    "everyday", derandomize=True, deadline=None, max_examples=100, database=None, suppress_health_check=SLOW
)
settings.register_profile("long", deadline=None, max_examples=2000, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))


@pytest.fixture(scope="session", params=["duckdb", "postgresql", "spark"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Every database on which SQL is tried, one after the other."""
    from tests.sql_engines import opened

    with opened(request.param) as found:
        yield found


@pytest.fixture(scope="session")
def spark_session() -> Iterator[Any]:
    """A Spark for the tests of its frames."""
    from tests import spark

    with spark.session() as session:
        yield session
