"""P9 for SQL: inside the database every row gets what single evaluation gives it. Rows are found by their id."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from rapid_response import Protocol, Recommendation, protocol_from_text
from rapid_response.history import mapping_from_text, read_incidents, to_sql
from rapid_response.testing import as_ofs, incidents, protocols
from tests.history_columns import table
from tests.long.pairs import generated
from tests.sql_engines import Engine, opened

TRUTHS = {"active": True, "inactive": False, "open": None}
PROTOCOLS = {"duckdb": 40, "postgresql": 60, "spark": 4}
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


def alone(protocol: Protocol, given: Sequence[Mapping[str, Any]], as_of: Any = None) -> list[Recommendation]:
    """Every incident evaluated by itself, with all as the history; their place in it is their id."""
    numbered = [{**facts, "id": str(number)} for number, facts in enumerate(given)]
    past = numbered if protocol.patterns else None
    return [protocol.evaluate(facts, as_of=as_of, history=past) for facts in numbered]


def evaluated(engine: Engine, protocol: Protocol, given: Sequence[Mapping[str, Any]], as_of: Any) -> list[Any]:
    """Incidents as an Arrow table of the usual types, evaluated in a database."""
    arrow = table(protocol, given)
    history = read_incidents(arrow)
    text = history.sql(protocol, table="incidents", dialect=engine.name, id_column="number_of_row", as_of=as_of)
    return engine.rows(text, arrow)


@settings(max_examples=40)
@given(st.data(), protocols())
def test_sql_is_the_single_evaluation(data: st.DataObject, protocol: Protocol) -> None:
    """P9: generated incidents of generated protocols, in DuckDB."""
    given = [data.draw(incidents(protocol)) for _ in range(data.draw(st.integers(1, 6)))]
    as_of = data.draw(as_ofs(protocol))
    with opened("duckdb") as engine:
        rows = evaluated(engine, protocol, given, as_of)
    assert_rows(rows, alone(protocol, given, as_of))


def test_every_database_on_generated_protocols(engine: Engine) -> None:
    """P9: DuckDB, PostgreSQL and Spark give every incident what it gets alone."""
    for number in range(PROTOCOLS[engine.name]):
        pairs = list(generated(31, [number], 25))
        as_of = pairs[0].as_of or "2026-02-01T09:00Z"
        protocol, given = pairs[0].protocol, [pair.given for pair in pairs]
        assert_rows(evaluated(engine, protocol, given, as_of), alone(protocol, given, as_of))


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
  fine: {formula: "share / 1.28"}
rules:
  up: {when: hurt, raise_to: raised}
  also: {raise_to: wanted}
  down: {raise_to: low, when: kept}
  held: {limit_to: held}
  never_high: {when: not hurt, limit_to: middle}
  some: {when: part * 100 > -1.428571 and part < 0.4, raise_to: low}
out_of_scope:
  far: {when: share > 2.99 or part == -0.142857}
  half: {when: fine == 0.007812 or fine == -0.007812 or fine == 0.023438}
responses:
  meeting: {when: tier >= middle}
  watching: {when: tier < middle and unsettled}
"""


def test_tiers_and_quotients_that_are_worked_out(engine: Engine) -> None:
    """Raises and limits to a value that is worked out, and quotients rounded half to even, on every kind of row."""
    protocol = protocol_from_text(WORKED_OUT)
    tiers, truths, shares = [None, "none", "low", "high"], [None, True, False], [None, -1, 3, 0.01, -0.01, 0.03]
    every = itertools.product(tiers, tiers, truths, truths, shares)
    given = [dict(zip(("wanted", "carried", "hurt", "kept", "share"), cells, strict=True)) for cells in every]
    assert_rows(evaluated(engine, protocol, given, None), alone(protocol, given))


WATCH = protocol_from_text(
    """
protocol: p
time_zone: America/New_York
at: at_time
tiers: {low: {}, middle: {}, high: {}, top: {}}
facts:
  at_time: {type: moment}
  place: {type: text}
  setting: {type: choice, options: [street, home], until_known: street}
  groups: {type: choices, options: [a, b]}
  hurt: {type: yes_no}
  night: {type: yes_no, blank_means: no}
patterns:
  near: {where: hurt, same: [place], within: 3 days}
  alike: {where: not night, same: [setting, groups], within: 36 hours}
  every: {within: 1 days}
rules:
  near: {when: near >= 2, raise_to: middle}
  alike: {when: alike >= 2, raise_to: high}
  many: {when: near + alike * 2 > 7, raise_to: top}
  quiet: {when: every == 1, limit_to: middle}
"""
)


def test_patterns(engine: Engine) -> None:
    """Incidents are counted in windows, ties by their ids, with all that may be alike where facts are unknown."""
    random = Random(3)
    for share in (0.2,) if engine.name == "spark" else (0.0, 0.2, 0.6):
        given = [_watched(random, share) for _ in range(60)]
        assert_rows(evaluated(engine, WATCH, given, None), alone(WATCH, given))


def _watched(random: Random, unknown: float) -> dict[str, Any]:
    """An incident of a week in which much happens at the same hour."""
    facts: dict[str, Any] = {
        "at_time": f"2026-02-{random.randint(1, 7):02}T{random.choice(['00', '12'])}:00",
        "place": random.choice(["north", "south", "North"]),
        "setting": random.choice(["street", "home"]),
        "groups": random.choice([[], ["a"], ["a", "b"]]),
        "hurt": random.random() < 0.6,
        "night": random.random() < 0.3,
    }
    return {name: value for name, value in facts.items() if random.random() >= unknown}


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
    assert {row["id"]: row["highest"] for row in rows} == {
        n: "high" if n < len(HOSTILE) - 1 else "middle" for n in numbers
    }
    batch = read_incidents(arrow, mapping).evaluate(protocol).to_pylist()
    assert [row["highest"] for row in batch] == ["high"] * (len(HOSTILE) - 1) + ["middle"]


def _quoted_simply(word: str) -> str:
    return f'"{word}"'


def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)
