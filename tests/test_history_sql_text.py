"""The text of the SELECT: how long it is, how columns are stored, and what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from benchmarks.reasoning import generated_text

from rapid_response import Protocol, protocol_from_text
from rapid_response.history import HistoryError, mapping_from_text, read_incidents, to_sql
from rapid_response.history.sql.dialects import POSTGRESQL, SPARK, quoted_name, quoted_text
from tests.sql_engines import Engine, opened


def protocol_of(facts: str, rules: str, more: str = "") -> Protocol:
    return protocol_from_text(f"protocol: p\ntiers: {{low: {{}}, high: {{}}}}\nfacts:\n{facts}rules:\n{rules}{more}")


HURT = protocol_of("  hurt: {type: yes_no}\n", "  r: {when: hurt, raise_to: high}\n")


def test_the_text_grows_with_the_protocol() -> None:
    """Twice the facts and rules make a text about twice as long, and no line of it grows beyond reading."""
    sizes = [len(_sized(facts, rules)) for facts, rules in ((30, 100), (60, 200), (120, 400))]
    assert sizes[1] < 2.5 * sizes[0]
    assert sizes[2] < 2.5 * sizes[1]


def test_chains_of_measures_are_written_once_each() -> None:
    """Forty measures, each of which uses the one before three times, do not multiply."""
    measures = "".join(
        f"  m_{n}:\n    cases:\n      - {{when: 'm_{n - 1} > {n} and hurt', is: m_{n - 1}}}\n"
        f"      - {{otherwise: {n}}}\n"
        for n in range(1, 41)
    )
    protocol = protocol_of(
        "  hurt: {type: yes_no}\n  m_0: {type: number, min: 0, max: 9}\n",
        "  r: {when: m_40 > 3, raise_to: high}\n",
        f"measures:\n{measures}",
    )
    text = to_sql(protocol, table="incidents")
    assert len(text) < 40_000
    arrow = pa.table({"id": [1, 2, 3], "hurt": [True, None, False], "m_0": [9, 2, None]})
    given: list[dict[str, Any]] = [{"hurt": True, "m_0": 9}, {"m_0": 2}, {"hurt": False}]
    with opened("duckdb") as engine:
        found = {row["id"]: (row["lowest"], row["highest"]) for row in engine.rows(text, arrow)}
    single = [protocol.evaluate(facts) for facts in given]
    assert found == {n: (result.lowest.name, result.highest.name) for n, result in enumerate(single, 1)}


def _sized(facts: int, rules: int) -> str:
    protocol = protocol_from_text(generated_text(Random(5), facts=facts, rules=rules))
    return to_sql(protocol, table="incidents", as_of="2026-01-01T00:00Z")


def test_the_same_text_for_all_but_quotes() -> None:
    """Without times and divisions DuckDB and PostgreSQL get the same text, but for the fence of layers."""
    age = protocol_of("  age: {type: number}\n", "  r: {when: age >= 65, raise_to: high}\n")
    postgres = to_sql(age, table="incidents", dialect="postgresql")
    assert "OFFSET 0" in postgres
    assert postgres.replace(" OFFSET 0", "") == to_sql(age, table="incidents")


NUMBERS = protocol_of(
    "  whole: {type: number, min: -5, max: 40000}\n  part: {type: number, decimals: 2, min: 0, max: 1000000000}\n",
    "  r: {when: whole * whole * 1000000 > 40000000000000 and part > 0.1, raise_to: high}\n",
)


@pytest.mark.parametrize("kind", [pa.int16(), pa.int64(), pa.float64(), pa.decimal128(12, 3)])
def test_numbers_as_they_are_stored(engine: Engine, kind: pa.DataType) -> None:
    """Numbers of any type are exact; one that is out of range, or has a part too many, is told and not rounded."""
    cells: list[Any] = [0, -5, -6, 30000, 7, None, 1, 2, 3, 4, 5]
    parts = ["0.29", "0.1", "0.11", "999999999.99", "0.115", "5", None, "0.30000000000000004", "inf", "nan", "1e300"]
    whole = [None if cell is None else Decimal(cell) if pa.types.is_decimal(kind) else cell for cell in cells]
    arrow = pa.table(
        {
            "id": range(len(cells)),
            "whole": pa.array(whole, kind),
            "part": pa.array([None if part is None else float(part) for part in parts], pa.float64()),
        }
    )
    batch = read_incidents(arrow).evaluate(NUMBERS).to_pylist()
    text = read_incidents(arrow).sql(NUMBERS, table="incidents", dialect=engine.name)
    found = {row["id"]: (row["lowest"], row["highest"], row["problem"] is None) for row in engine.rows(text, arrow)}
    assert found == {row["id"]: (row["lowest"], row["highest"], row["problem"] is None) for row in batch}
    assert [row["problem"] is None for row in batch] == [n not in (2, 4, 7, 8, 9, 10) for n in range(len(cells))]


TIMES = protocol_from_text(
    """
protocol: p
time_zone: America/New_York
tiers: {low: {}, high: {}}
facts: {at_time: {type: moment}, on_day: {type: date}}
rules:
  r: {when: at_time + 1 months > now, raise_to: high}
  s: {when: on_day >= 2026-03-08, raise_to: high}
"""
)


@pytest.mark.parametrize("kind", [pa.timestamp("us"), pa.timestamp("us", "UTC"), pa.date32()])
def test_times_as_they_are_stored(engine: Engine, kind: pa.DataType) -> None:
    """Times without an offset are those of the protocol's clocks; one that these skip or repeat is told."""
    zone = None if pa.types.is_date(kind) or kind.tz is None else dt.UTC
    times = [dt.datetime(2026, 3, 8, hour, 30, tzinfo=zone) for hour in range(5)]
    times += [dt.datetime(2025, 11, 2, 1, 30, tzinfo=zone), dt.datetime(2026, 2, 8, 2, 30, tzinfo=zone)]
    cells: list[Any] = [*times, None]
    if pa.types.is_date(kind):
        cells = [cell and cell.date() for cell in cells]
    arrow = pa.table(
        {
            "id": range(len(cells)),
            "at_time": pa.array(cells, kind),
            "on_day": pa.array([None] * len(cells), pa.date32()),
        }
    )
    as_of = "2026-03-08T03:15-04:00"
    batch = read_incidents(arrow).evaluate(TIMES, as_of=as_of).to_pylist()
    text = read_incidents(arrow).sql(TIMES, table="incidents", dialect=engine.name, as_of=as_of)
    found = {row["id"]: (row["lowest"], row["highest"], row["problem"] is None) for row in engine.rows(text, arrow)}
    assert found == {row["id"]: (row["lowest"], row["highest"], row["problem"] is None) for row in batch}


def test_months_across_changes_of_the_clocks(engine: Engine) -> None:
    """A month later at a time that the clocks repeat or skip, it is the offset before the change that counts."""
    moments = [dt.datetime(2025, 10, 2, 5, 30, tzinfo=dt.UTC), dt.datetime(2026, 2, 8, 7, 30, tzinfo=dt.UTC)]
    arrow = pa.table({"id": [0, 1], "at_time": moments, "on_day": pa.nulls(2, pa.date32())})
    for as_of in ("2025-11-02T05:29:59Z", "2025-11-02T05:30Z", "2026-03-08T07:29:59Z", "2026-03-08T07:30Z"):
        text = read_incidents(arrow).sql(TIMES, table="incidents", dialect=engine.name, as_of=as_of)
        found = {row["id"]: row["lowest"] for row in engine.rows(text, arrow)}
        single = [TIMES.evaluate({"at_time": moment}, as_of=as_of) for moment in moments]
        assert found == {n: result.lowest.name for n, result in enumerate(single)}


def test_lists_with_holes(engine: Engine) -> None:
    """A list that holds a null is unknown, one with another word does not fit, an empty one is none of the options."""
    protocol = protocol_of(
        "  groups: {type: choices, options: [a, b]}\n", "  r: {when: groups includes a, raise_to: high}\n"
    )
    cells = [["a"], ["b"], [], None, [None], ["a", None], ["c"], ["a", "c"], ["b", "a"]]
    arrow = pa.table({"id": range(len(cells)), "groups": pa.array(cells, pa.list_(pa.string()))})
    batch = read_incidents(arrow).evaluate(protocol).to_pylist()
    rows = engine.rows(to_sql(protocol, table="incidents", dialect=engine.name), arrow)
    assert {row["id"]: (row["lowest"], row["highest"]) for row in rows} == {
        row["id"]: (row["lowest"], row["highest"]) for row in batch
    }


def test_a_column_of_another_type(engine: Engine) -> None:
    """Texts where answers were expected are an error of the database, or a problem in every row: never an answer."""
    arrow = pa.table({"id": [1, 2], "hurt": ["yes", "true"]})
    text = to_sql(HURT, table="incidents", dialect=engine.name)
    try:
        rows = engine.rows(text, arrow)
    except Exception:  # each database has its own errors
        return
    assert all(row["problem"] and row["tier"] is None for row in rows)


# What is refused


def refused(problem: str, words: str, **given: Any) -> None:
    with pytest.raises(HistoryError, match=words) as caught:
        to_sql(given.pop("protocol", HURT), table=given.pop("table", "incidents"), **given)
    assert caught.value.problems[0].id == problem
    assert caught.value.problems[0].help


def test_what_cannot_be_said_in_sql() -> None:
    """What a database cannot do, or not surely do, is refused by name and with a remedy."""
    refused("RM601", "no SQL dialect `oracle`", dialect="oracle")
    refused("RM301", "no fact `hurts`", columns={"hurts": "x"})
    refused("RM604", "need an id", mapping=mapping_from_text("mapping: m\nfacts: {hurt: x}"))
    refused("RM602", "is empty", table="")
    refused("RM602", "63 bytes", dialect="postgresql", columns={"hurt": "é" * 32})
    refused("RM602", "variable", dialect="spark", columns={"hurt": "${env:HOME}"})
    refused("RM304", "`now`", protocol=TIMES)
    day = mapping_from_text("mapping: m\nid: n\nfacts: {on_day: {column: d, formats: '%j %Y'}}")
    refused("RM603", "`%j` in the format `%j %Y`", protocol=TIMES, mapping=day, as_of="2026-01-01T00:00Z")
    hour = mapping_from_text("mapping: m\nid: n\nfacts: {on_day: {column: d, formats: '%d %Y'}}")
    refused("RM603", "no month", protocol=TIMES, mapping=hour, as_of="2026-01-01T00:00Z")
    with pytest.raises(TypeError, match="not both"):
        to_sql(HURT, table="t", columns={}, mapping=mapping_from_text("mapping: m\nfacts: {hurt: x}"))


def test_responses_that_differ_in_case() -> None:
    """Two responses that differ in upper and lower case are one column to DuckDB and Spark, and two to PostgreSQL."""
    responses = "responses: {Visit: {when: hurt}, visit: {when: not hurt}}\n"
    protocol = protocol_of("  hurt: {type: yes_no}\n", "  r: {when: hurt, raise_to: high}\n", responses)
    for dialect in ("duckdb", "spark"):
        refused("RM602", "`response_Visit` and `response_visit` are one name", protocol=protocol, dialect=dialect)
    assert '"response_Visit"' in to_sql(protocol, table="t", dialect="postgresql")


def test_quotes() -> None:
    """Names and texts are written so that they end where they should."""
    assert quoted_name('a"b`c', POSTGRESQL) == '"a""b`c"'
    assert quoted_name('a"b`c', SPARK) == '`a"b``c`'
    assert quoted_text("it's \\ {", POSTGRESQL) == "'it''s \\ {'"
    assert quoted_text("it's \\ ${x}", SPARK) == "'it\\'s \\\\ $\\{x}'"
    with pytest.raises(HistoryError, match="NUL"):
        quoted_text("a\0", POSTGRESQL)
