"""P9 for batches: whatever the engine, the tables or the files, every row gets what a single evaluation gives it."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapid_response import Protocol, Recommendation, protocol_from_text
from rapid_response.evaluation.incidents import encode_as_of
from rapid_response.history import ColumnMapping, HistoryError, mapping_from_text, read_incidents
from rapid_response.history.columns import Block
from rapid_response.history.counting import at_least
from rapid_response.history.engine import Outcome, engine_of
from rapid_response.history.ranges import Range, divided
from rapid_response.history.slices import Rails, count, from_bitmap, pack, rows_of, to_octets, unpack
from rapid_response.history.tiers import levels
from rapid_response.protocol.intervals import quotient_range
from rapid_response.protocol.model import Fact
from rapid_response.testing import as_ofs, incidents, protocols
from tests.history_columns import block, table
from tests.long.pairs import generated

STATES = {(1, 1): "active", (0, 1): "open", (0, 0): "inactive"}
SCOPES = {(1, 1): "out", (0, 1): "unknown", (0, 0): "in"}
TRUTHS = {"active": True, "inactive": False, "open": None}


# The engine, on the columns themselves


def assert_same(outcome: Outcome, results: Sequence[Recommendation]) -> None:
    """Row by row the same ranges, scope and responses."""
    rows = len(results)
    plain = levels(outcome.tiers.low, rows), levels(outcome.tiers.high, rows)
    assumed = levels(outcome.assumed.low, rows), levels(outcome.assumed.high, rows)
    for row, result in enumerate(results):
        assert (plain[0][row], plain[1][row]) == result.range
        low, high = assumed[0][row], assumed[1][row]
        assert result.standing == (
            "settled" if result.range[0] == result.range[1] else "assumed" if low == high else "open"
        )
        assert result.scope == SCOPES[state(outcome.scope, row, rows)]
        for response in result.responses:
            assert response.state == STATES[state(outcome.responses[response.name], row, rows)]


def evaluated(protocol: Protocol, incidents: Block) -> Outcome:
    """What the engine says of a block, with nothing kept that is not needed."""
    [(_, outcome)] = engine_of(protocol).outcomes(incidents, lean=True)
    return outcome


def state(rails: Rails, row: int, rows: int) -> tuple[int, int]:
    return int(unpack(rails.surely, rows)[row]), int(unpack(rails.possibly, rows)[row])


@given(st.data(), protocols())
def test_the_engine_is_the_single_evaluation(data: st.DataObject, protocol: Protocol) -> None:
    """P9: a block of generated incidents, each at its own time, gets what every one of them gets alone."""
    given = [data.draw(incidents(protocol)) for _ in range(data.draw(st.integers(1, 6)))]
    times = [data.draw(as_ofs(protocol)) for _ in given]
    outcome = evaluated(protocol, block(protocol, given, [encode_as_of(protocol, at) for at in times]))
    assert_same(outcome, [protocol.evaluate(facts, as_of=at) for facts, at in zip(given, times, strict=True)])


def test_the_engine_on_three_thousand_pairs() -> None:
    """P9: 3,000 pairs of 60 protocols agree, in blocks that end within a word."""
    for protocol, pairs in by_protocol(seed=11, protocols=60, incidents=50):
        times = [encode_as_of(protocol, pair.as_of) for pair in pairs]
        outcome = evaluated(protocol, block(protocol, [pair.given for pair in pairs], times))
        assert_same(outcome, [protocol.evaluate(pair.given, as_of=pair.as_of) for pair in pairs])


def test_tiers_that_are_worked_out() -> None:
    """Raises and limits to a value that is worked out, on every incident that there can be."""
    protocol = protocol_from_text(
        """
protocol: p
tiers: {none: {}, low: {}, middle: {}, high: {}}
facts:
  wanted: {kind: tiers}
  carried: {kind: tiers}
  hurt: {type: yes_no}
  kept: {type: yes_no, until_known: no}
measures:
  raised: {kind: tiers, formula: "step(wanted, 1)"}
  held: {kind: tiers, cases: [{when: kept, is: carried}, {otherwise: high}]}
rules:
  up: {when: hurt, raise_to: raised}
  also: {raise_to: wanted}
  down: {raise_to: low, when: kept}
  held: {limit_to: held}
  never_high: {when: not hurt, limit_to: middle}
responses:
  meeting: {when: tier >= middle}
  watching: {when: tier < middle and unsettled}
"""
    )
    tiers, truths = [None, "none", "low", "middle", "high"], [None, True, False]
    every = itertools.product(tiers, tiers, truths, truths)
    given = [dict(zip(("wanted", "carried", "hurt", "kept"), cells, strict=True)) for cells in every]
    outcome = evaluated(protocol, block(protocol, given, [None] * len(given)))
    assert_same(outcome, [protocol.evaluate(facts) for facts in given])
    why = read_incidents(table(protocol, given)).why(protocol)
    rules = why.reasons["rule"].to_pylist()
    for row, facts in zip(why.incidents.to_pylist(), given, strict=True):
        assert [rules[number] for number in row["reasons"]] == [rule.name for rule in protocol.evaluate(facts).deciding]


def test_counts_compared_with_numbers() -> None:
    """A count, and a sum of equal points, compared with any number in any way."""
    given = [dict(zip("abc", cells, strict=True)) for cells in itertools.product([None, True, False], repeat=3)]
    numbers = ("-1", "0", "1", "1.5", "2", "3", "5")
    for comparator, number in itertools.product(("<", "<=", "==", "!=", ">=", ">"), numbers):
        protocol = protocol_from_text(
            f"""
protocol: p
tiers: {{low: {{}}, middle: {{}}, high: {{}}}}
facts: {{a: {{type: yes_no}}, b: {{type: yes_no}}, c: {{type: yes_no}}}}
measures:
  total: {{points: [{{add: 2, when: a}}, {{add: 2, when: b}}, {{add: 2, when: c}}]}}
rules:
  counted: {{when: "count(a, b, c) {comparator} {number}", raise_to: high}}
  added: {{when: "total {comparator} {number}", raise_to: middle}}
"""
        )
        outcome = evaluated(protocol, block(protocol, given, [None] * len(given)))
        assert_same(outcome, [protocol.evaluate(facts) for facts in given])


def by_protocol(seed: int, protocols: int, incidents: int) -> Iterator[tuple[Protocol, list[Any]]]:
    for number in range(protocols):
        pairs = list(generated(seed, [number], incidents))
        yield pairs[0].protocol, pairs


@given(st.data(), protocols())
def test_due_times(data: st.DataObject, protocol: Protocol) -> None:
    """P9: where a response is active or open, its due time is that of single evaluation; else there is none."""
    rows = [data.draw(incidents(protocol)) for _ in range(data.draw(st.integers(1, 4)))]
    as_of = data.draw(as_ofs(protocol).filter(bool))
    found = read_incidents(table(protocol, rows)).evaluate(protocol, as_of=as_of, due=True).to_pylist()
    for row, result in zip(found, each_alone(protocol, rows, as_of), strict=True):
        for response in result.responses:
            if response.part.due is None:
                assert f"due_{response.name}" not in row
                continue
            expected = response.due if response.state != "inactive" else None
            moment = expected and dt.datetime.fromisoformat(expected).astimezone(dt.UTC)
            assert row[f"due_{response.name}"] == moment


def test_due_times_need_a_time_of_evaluation() -> None:
    """Due times that count from the evaluation need its time; those that count from a moment of the incident do not."""
    text = """
protocol: p
tiers: {low: {}}
facts: {at: {type: moment}}
responses:
  visit: {when: tier >= low, due: 24 hours after %s}
"""
    frame = pa.table({"at": [dt.datetime(2026, 2, 1, 9, tzinfo=dt.UTC), None]})
    found = read_incidents(frame).evaluate(protocol_from_text(text % "at"), due=True)
    assert found["due_visit"].to_pylist() == [dt.datetime(2026, 2, 2, 9, tzinfo=dt.UTC), None]
    with pytest.raises(HistoryError, match="RM304"):
        read_incidents(frame).evaluate(protocol_from_text(text % "now"), due=True)
    assert read_incidents(frame).evaluate(protocol_from_text(text % "now")).num_rows == 2


# Frames


KINDS: dict[str, Callable[[Any], Any]] = {
    "pyarrow": lambda arrow: arrow,
    "pandas": lambda arrow: arrow.to_pandas(),
    "pandas with Arrow types": lambda arrow: arrow.to_pandas(types_mapper=pd.ArrowDtype),
    "Polars": pl.from_arrow,
    "Polars, lazy": lambda arrow: pl.DataFrame(arrow).lazy(),
    "DuckDB": duckdb.from_arrow,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame(kind: str) -> None:
    """P9: frames of every library come back as they went in, with what single evaluation says of every row."""
    for protocol, pairs in by_protocol(seed=12, protocols=15, incidents=20):
        as_of = pairs[0].as_of or "2026-02-01T09:00Z"
        arrow = table(protocol, [pair.given for pair in pairs])
        frame = KINDS[kind](arrow)
        if arrow.num_columns == 1:
            continue
        found = read_incidents(frame).evaluate(protocol, as_of=as_of)
        assert type(found) is type(frame)
        assert_rows(found, each_alone(protocol, [pair.given for pair in pairs], as_of))


def each_alone(protocol: Protocol, given: Sequence[dict[str, Any]], as_of: Any) -> list[Recommendation]:
    """Every incident evaluated by itself, all of them being its history; each row is an incident of its own."""
    numbered = [{**facts, "id": f"row {number}"} for number, facts in enumerate(given)]
    return [protocol.evaluate(facts, as_of=as_of, history=numbered) for facts in numbered]


def assert_rows(frame: Any, results: Sequence[Recommendation]) -> None:
    """The rows of a frame, found by their number, never by their place."""
    wide = nw.from_native(frame)
    arrow = (wide.collect("pyarrow") if isinstance(wide, nw.LazyFrame) else wide).to_arrow()
    rows = {row["number_of_row"]: row for row in arrow.to_pylist()}
    assert len(rows) == len(results)
    for number, result in enumerate(results):
        row = rows[number]
        assert row["problem"] is None
        assert row["tier"] == (result.tier.name if result.tier else None)
        assert (row["lowest"], row["highest"]) == (result.lowest.name, result.highest.name)
        assert (row["standing"], row["scope"]) == (result.standing, result.scope)
        for response in result.responses:
            assert row[f"response_{response.name}"] is TRUTHS[response.state]


@given(st.data(), protocols())
def test_frames_of_generated_incidents(data: st.DataObject, protocol: Protocol) -> None:
    """P9: pyarrow, pandas and Polars frames of generated incidents get what every row gets alone."""
    given = [data.draw(incidents(protocol)) for _ in range(data.draw(st.integers(1, 4)))]
    as_of = data.draw(as_ofs(protocol).filter(bool))
    arrow = table(protocol, given)
    if arrow.num_columns == 1:
        return
    expected = each_alone(protocol, given, as_of)
    for kind in ("pyarrow", "pandas", "Polars"):
        assert_rows(read_incidents(KINDS[kind](arrow)).evaluate(protocol, as_of=as_of), expected)


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_generated_incidents_from_files(kind: str, tmp_path: Path) -> None:
    """P9: the rows of files get what single evaluation says, also where every value is the text of a CSV cell."""
    for number, (protocol, pairs) in enumerate(by_protocol(seed=13, protocols=25, incidents=20)):
        as_of = pairs[0].as_of or "2026-02-01T09:00Z"
        arrow = table(protocol, [pair.given for pair in pairs])
        path = tmp_path / f"{number}.{kind}"
        mapping = write(arrow, path, protocol)
        if arrow.num_columns > 1:
            found = read_incidents(path, mapping).evaluate(protocol, as_of=as_of)
            numbers = pa.array(arrow["number_of_row"], pa.int64())
            assert [row["id"] for row in found.to_pylist()] == ids(kind, arrow.num_rows)
            results = each_alone(protocol, [pair.given for pair in pairs], as_of)
            assert_rows(found.append_column("number_of_row", numbers), results)


def ids(kind: str, rows: int) -> list[int]:
    """Lines of a text from 1 on, after a heading in CSV; rows of a table from 1 on."""
    return list(range(2, rows + 2)) if kind == "csv" else list(range(1, rows + 1))


def write(arrow: pa.Table, path: Path, protocol: Protocol) -> ColumnMapping | None:
    """Write a table to a file; for CSV a mapping that says how unknown and empty cells are told apart."""
    if path.suffix == ".parquet":
        pa.parquet.write_table(arrow, path)
        return None
    rows = [{key: as_text(cell) for key, cell in row.items()} for row in arrow.to_pylist()]
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return None
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(arrow.column_names)
        for row in rows:
            cells = ["|".join(cell) or "NOTHING" if isinstance(cell, list) else cell for cell in row.values()]
            writer.writerow(["UNKNOWN" if cell is None else "NOTHING" if cell == "" else cell for cell in cells])
    facts = "".join(map(instruction, protocol.facts.values()))
    return mapping_from_text(f"mapping: m\nunknown: [UNKNOWN]\nfacts:\n{facts}")


def instruction(fact: Fact) -> str:
    """How a fact is read back."""
    if fact.type.name == "choices":
        return f"  {fact.name}: {{column: {fact.name}, split: '|', values: {{NOTHING: []}}}}\n"
    if fact.type.name == "text":
        return f"  {fact.name}: {{column: {fact.name}, values: {{NOTHING: ''}}}}\n"
    return f"  {fact.name}: {fact.name}\n"


def as_text(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, dt.date) else cell


SMALL = protocol_from_text(
    "protocol: p\ntiers: {low: {}, high: {}}\nfacts: {hurt: {type: yes_no}}\nrules: {r: {when: hurt, raise_to: high}}"
)


def test_pandas_rows_keep_their_index() -> None:
    """Results stand in the rows that they belong to, whatever the index says, even if it says the same twice."""
    frame = pd.DataFrame({"hurt": [True, False, None, True]}, index=[7, 3, 3, 1])
    found = read_incidents(frame).evaluate(SMALL)
    assert list(found.index) == [7, 3, 3, 1]
    assert list(found["hurt"]) == [True, False, None, True]
    assert list(found["lowest"]) == ["high", "low", "low", "high"]
    assert list(found["highest"]) == ["high", "low", "high", "high"]


def test_columns_of_mixed_types() -> None:
    """A pandas column that mixes types is refused with what to do, not read as something else."""
    with pytest.raises(HistoryError, match="RM203: the DataFrame cannot be brought to Arrow"):
        read_incidents(pd.DataFrame({"hurt": [True, "yes", 3]}))


def test_slices_of_frames() -> None:
    """A frame that begins in the middle of another, at any bit, has the same rows."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\n"
        "facts: {hurt: {type: yes_no}, age: {type: number, min: 0, max: 120}}\n"
        "rules: {r: {when: hurt or age >= 65, raise_to: high}}"
    )
    cells = [(place % 3 == 0, place % 90) if place % 7 else (None, None) for place in range(300)]
    whole = pa.table({"hurt": [hurt for hurt, _ in cells], "age": [age for _, age in cells]})
    every = read_incidents(whole).evaluate(protocol)
    for start, length in ((1, 250), (8, 130), (63, 64), (64, 128), (65, 1), (3, 0)):
        part = read_incidents(whole.slice(start, length)).evaluate(protocol)
        assert part["highest"].to_pylist() == every["highest"].to_pylist()[start : start + length]
        assert part["lowest"].to_pylist() == every["lowest"].to_pylist()[start : start + length]


# Parts of the engine


@given(
    st.lists(st.lists(st.sampled_from([0, 1, 2]), min_size=5, max_size=5), min_size=1, max_size=12), st.integers(0, 13)
)
def test_counting(truths: list[list[int]], number: int) -> None:
    """Counting in slices is counting: surely and possibly, for every number of parts."""
    parts = [Rails(pack(np.array([t == 2 for t in part])), pack(np.array([t > 0 for t in part]))) for part in truths]
    found = at_least(number, parts)
    for row in range(5):
        surely, possibly = (sum(part[row] >= least for part in truths) for least in (2, 1))
        assert state(found, row, 5) == (surely >= number, possibly >= number)


@given(
    st.lists(st.tuples(*[st.integers(-(10**9), 10**9)] * 2), min_size=1),
    st.integers(-50, 50).filter(bool),
    st.integers(0, 40),
)
def test_division_rounds_half_to_even(ends: list[tuple[int, int]], divisor: int, wider: int) -> None:
    """A column of quotients is what the single engine divides."""
    low = np.array([min(pair) for pair in ends])
    high = np.array([max(pair) for pair in ends])
    by = Range(divisor, divisor + wider) if divisor > 0 else Range(divisor - wider, divisor)
    found = divided(Range(low, high), by, 1000)
    for row in range(len(ends)):
        assert (found.low[row], found.high[row]) == quotient_range(
            (int(low[row]), int(high[row])), (by.low, by.high), 1000
        )


@given(st.lists(st.booleans(), min_size=1, max_size=200), st.integers(0, 70))
def test_bits(rows: list[bool], skipped: int) -> None:
    """Bits are packed, unpacked, counted and taken out of Arrow bitmaps from any bit on."""
    words = pack(np.array(rows))
    assert unpack(words, len(rows)).tolist() == rows
    assert count(words, len(rows)) == sum(rows)
    assert rows_of(words, len(rows)).tolist() == [place for place, row in enumerate(rows) if row]
    start = min(skipped, len(rows) - 1)
    arrow = pa.array(rows)
    assert unpack(from_bitmap(arrow.buffers()[1], start, len(rows) - start), len(rows) - start).tolist() == rows[start:]
    assert np.unpackbits(to_octets(words, len(rows)), bitorder="little")[len(rows) :].sum() == 0
