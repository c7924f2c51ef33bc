"""P9 for SQL: every row gets what single evaluation gives it, inside the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapid_response import Protocol, Recommendation
from rapid_response.history import read_incidents
from rapid_response.testing import as_ofs, incidents, protocols
from tests.history_columns import table
from tests.long.pairs import generated

TRUTHS = {"active": True, "inactive": False, "open": None}


def in_duckdb(text: str, arrow: pa.Table) -> list[dict[str, Any]]:
    with duckdb.connect() as connection:
        connection.register("incidents", arrow)
        return connection.sql(text).to_arrow_table().to_pylist()


def assert_rows(rows: Sequence[Mapping[str, Any]], results: Sequence[Recommendation]) -> None:
    """Every row, found by its id, is what single evaluation says."""
    assert sorted(row["id"] for row in rows) == list(range(len(results)))
    for row in rows:
        result = results[row["id"]]
        expected = {
            "id": row["id"],
            "tier": None if result.tier is None else result.tier.name,
            "lowest": result.lowest.name,
            "highest": result.highest.name,
            "standing": result.standing,
            "scope": result.scope,
            **{f"response_{response.name}": TRUTHS[response.state] for response in result.responses},
            "problem": None,
        }
        assert row == expected


@settings(max_examples=60)
@given(st.data(), protocols())
def test_duckdb_is_the_single_evaluation(data: st.DataObject, protocol: Protocol) -> None:
    """P9: generated incidents of generated protocols, in DuckDB."""
    given = [data.draw(incidents(protocol)) for _ in range(data.draw(st.integers(1, 6)))]
    as_of = data.draw(as_ofs(protocol))
    arrow = table(protocol, given)
    text = read_incidents(arrow).sql(protocol, table="incidents", id_column="number_of_row", as_of=as_of)
    assert_rows(in_duckdb(text, arrow), [protocol.evaluate(facts, as_of=as_of) for facts in given])
