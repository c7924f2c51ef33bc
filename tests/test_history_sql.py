"""P9 for SQL: inside the database every row gets what single evaluation gives it. Rows are found by their id."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapid_response import Protocol, Recommendation, protocol_from_text
from rapid_response.history import HistoryError, mapping_from_text, read_incidents, to_sql
from rapid_response.testing import as_ofs, incidents, protocols
from tests.history_columns import table
from tests.long.pairs import generated
from tests.sql_engines import Engine, opened

TRUTHS = {"active": True, "inactive": False, "open": None}
PROTOCOLS = {"duckdb": 60, "postgresql": 60, "spark": 5}
"""How many generated protocols each database tries every day."""


def expected(number: object, result: Recommendation) -> dict[str, Any]:
    """The row that SQL has to give for what single evaluation says."""
    return {
        "id": number,
        "tier": None if result.tier is None else result.tier.name,
        "lowest": result.lowest.name,
        "highest": result.highest.name,
        "standing": result.standing,
        "scope": result.scope,
        **{f"response_{response.name}": TRUTHS[response.state] for response in result.responses},
        "problem": None,
    }


def assert_rows(rows: Sequence[Mapping[str, Any]], results: Sequence[Recommendation]) -> None:
    """Every row is what single evaluation says."""
    assert sorted(row["id"] for row in rows) == list(range(len(results)))
    for row in rows:
        assert row == expected(row["id"], results[row["id"]])


def evaluated(engine: Engine, protocol: Protocol, given: Sequence[Mapping[str, Any]], as_of: Any) -> list[Any]:
    """Incidents as an Arrow table of the usual types, evaluated in a database."""
    arrow = table(protocol, given)
    history = read_incidents(arrow)
    text = history.sql(protocol, table="incidents", dialect=engine.name, id_column="number_of_row", as_of=as_of)
    return engine.rows(text, arrow)


@settings(max_examples=50)
@given(st.data(), protocols())
def test_sql_is_the_single_evaluation(data: st.DataObject, protocol: Protocol) -> None:
    """P9: generated incidents of generated protocols, in DuckDB."""
    given = [data.draw(incidents(protocol)) for _ in range(data.draw(st.integers(1, 6)))]
    as_of = data.draw(as_ofs(protocol))
    with opened("duckdb") as engine:
        rows = evaluated(engine, protocol, given, as_of)
    assert_rows(rows, [protocol.evaluate(facts, as_of=as_of) for facts in given])


def test_every_database_on_generated_protocols(engine: Engine) -> None:
    """P9: DuckDB, PostgreSQL and Spark give every incident what it gets alone."""
    for number in range(PROTOCOLS[engine.name]):
        pairs = list(generated(31, [number], 25))
        as_of = pairs[0].as_of or "2026-02-01T09:00Z"
        rows = evaluated(engine, pairs[0].protocol, [pair.given for pair in pairs], as_of)
        assert_rows(rows, [pair.protocol.evaluate(pair.given, as_of=as_of) for pair in pairs])


WORKED_OUT = """
protocol: p
time_zone: America/Los_Angeles
tiers: {none: {}, low: {}, middle: {}, high: {}}
if_unsettled: nothing
facts:
  wanted: {kind: tiers}
  carried: {kind: tiers}
  hurt: {type: yes_no}
  kept: {type: yes_no, until_known: no}
  share: {type: number, decimals: 2, min: -3, max: 3}
measures:
  raised: {kind: tiers, formula: "step(wanted, 1)"}
  held: {kind: tiers, cases: [{when: kept, is: carried}, {otherwise: high}]}
  part: {formula: "share / 7"}
rules:
  up: {when: hurt, raise_to: raised}
  also: {raise_to: wanted}
  down: {raise_to: low, when: kept}
  held: {limit_to: held}
  never_high: {when: not hurt, limit_to: middle}
  some: {when: part * 100 > -1.428571 and part < 0.4, raise_to: low}
out_of_scope:
  far: {when: share > 2.99 or part == -0.142857}
responses:
  meeting: {when: tier >= middle}
  watching: {when: tier < middle and unsettled}
"""


def test_tiers_and_quotients_that_are_worked_out(engine: Engine) -> None:
    """Raises and limits to a value that is worked out, and quotients rounded half to even, on every kind of row."""
    protocol = protocol_from_text(WORKED_OUT)
    tiers, truths, shares = [None, "none", "low", "high"], [None, True, False], [None, "-1", "0.01", "3"]
    every = itertools.product(tiers, tiers, truths, truths, shares)
    given = [dict(zip(("wanted", "carried", "hurt", "kept", "share"), cells, strict=True)) for cells in every]
    given = [{**facts, "share": facts["share"] and float(facts["share"])} for facts in given]
    assert_rows(evaluated(engine, protocol, given, None), [protocol.evaluate(facts) for facts in given])


HOSTILE = (
    "it's",
    "back\\slash",
    "\\' OR 1=1 --",
    "${spark.app.name}",
    "{0} {1}",
    "a  -- b",
    "%s ? :x",
    "香港 😀",
    "select",
)
COLUMNS = ("select", "Ärger `1`", 'say "x"', "it's; --", "{0}", "a.b", "Über\\", "x" * 63, "order")


def test_hostile_words_and_names(engine: Engine) -> None:
    """Texts and names with quotes, backslashes, variables or line breaks mean themselves, and nothing else happens."""
    numbers = range(len(HOSTILE))
    rules = "".join(f"  r_{n}: {{when: 'text_{n} == \"w\"', raise_to: middle}}\n" for n in numbers)
    rules += "".join(
        f"  s_{n}: {{when: {_quoted(f'said == {_quoted_simply(word)}')}, raise_to: high}}\n"
        for n, word in enumerate(HOSTILE[:-1])
    )
    facts = "".join(f"  text_{n}: {{type: text}}\n" for n in numbers)
    tiers = "tiers: {low: {}, middle: {}, high: {}}"
    protocol = protocol_from_text(f"protocol: p\n{tiers}\nfacts:\n  said: {{type: text}}\n{facts}rules:\n{rules}")
    mapped = "".join(
        f"  text_{n}:\n    column: {_quoted(column)}\n    values: {{{_quoted(word)}: w}}\n"
        for n, (column, word) in enumerate(zip(COLUMNS, HOSTILE, strict=True))
    )
    mapping = mapping_from_text(f"mapping: m\nid: {_quoted(HOSTILE[0])}\nfacts:\n  said: said\n{mapped}")
    cells = [[word if row == n else "w " for row in numbers] for n, word in enumerate(HOSTILE)]
    arrow = pa.table([numbers, HOSTILE, *cells], names=[HOSTILE[0], "said", *COLUMNS])
    name = 'a "table" of `mine`'
    rows = engine.rows(to_sql(protocol, table=name, mapping=mapping, dialect=engine.name), arrow, name)
    assert {row["id"]: row["highest"] for row in rows} == {n: "high" if n < len(HOSTILE) - 1 else "middle" for n in numbers}
    batch = read_incidents(arrow, mapping).evaluate(protocol).to_pylist()
    assert [row["highest"] for row in batch] == ["high"] * (len(HOSTILE) - 1) + ["middle"]


def _quoted_simply(word: str) -> str:
    return f'"{word}"'


def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)
