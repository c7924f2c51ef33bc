"""Patterns in batches: every row gets what it gets alone with all rows as its history."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapid_response import Protocol, load_protocol
from rapid_response.history import HistoryError, read_incidents
from rapid_response.history.sources import frames
from rapid_response.history.windows import Keys, Timeline, count_like
from rapid_response.testing import as_ofs, incidents, protocols
from tests.history_columns import table
from tests.test_history_engine import assert_rows, each_alone
from tests.test_patterns import ROOT, WATCH
from tests.test_patterns import incidents as watched


def frame(rows: list[dict[str, Any]]) -> pa.Table:
    """Incidents as texts, as a spreadsheet would have them, with their number."""
    names = ("id", "happened", "place", "kind", "hurt", "declined")
    words = {True: "yes", False: "no"}
    columns = {name: pa.array([words.get(row[name], row[name]) for row in rows], pa.string()) for name in names}
    return pa.table({"number_of_row": range(len(rows)), **columns})


@given(st.lists(watched(), min_size=1, max_size=12), st.sampled_from([1, 2, 5, 64]))
def test_rows_that_meet(rows: list[dict[str, Any]], at_once: int) -> None:
    """P9: rows that meet in time and place, some with the same id, some unknown, get what each gets alone."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(frames, "ROWS_IN_A_PIECE", at_once)
        found = read_incidents(frame(rows)).evaluate(WATCH)
    named = [{**row, "id": row["id"] or f"row {number}"} for number, row in enumerate(rows)]
    assert_rows(found, [WATCH.evaluate(row, history=named) for row in named])


@settings(max_examples=settings().max_examples // 5, suppress_health_check=list(HealthCheck))
@given(st.data(), protocols().filter(lambda protocol: bool(protocol.patterns)))
def test_generated_protocols(data: st.DataObject, protocol: Protocol) -> None:
    """P9: patterns of generated protocols, over facts of every type, come to the same in a batch as alone."""
    rows = [data.draw(incidents(protocol)) for _ in range(data.draw(st.integers(1, 8)))]
    as_of = data.draw(as_ofs(protocol).filter(bool))
    arrow = table(protocol, rows)
    found = read_incidents(arrow).evaluate(protocol, as_of=as_of)
    assert_rows(found, each_alone(protocol, rows, as_of))


@given(st.data())
def test_windows_are_counted_one_by_one(data: st.DataObject) -> None:
    """Least and greatest numbers are those of going through every pair of rows."""
    rows = data.draw(st.integers(0, 10))
    numbers, flags = st.integers(0, 6), st.booleans()

    def column(values: st.SearchStrategy[Any]) -> Any:
        return np.array(data.draw(st.lists(values, min_size=rows, max_size=rows)), np.int64)

    def keys() -> Keys:
        known = None if data.draw(flags) else column(flags).astype(np.bool_)
        return Keys(column(numbers), known)

    at, same = keys(), [keys() for _ in range(data.draw(st.integers(0, 2)))]
    ids = None if data.draw(flags) else column(numbers)
    possibly = column(flags).astype(np.bool_)
    surely = possibly if data.draw(flags) else possibly & column(flags).astype(np.bool_)
    within = data.draw(numbers)
    found = count_like(Timeline(at, ids), within, same, surely, possibly)
    expected = [by_pairs(row, at, same, ids, surely, possibly, within) for row in range(rows)]
    assert list(zip(found.low.tolist(), found.high.tolist(), strict=True)) == expected


def by_pairs(
    row: int, at: Keys, same: list[Keys], ids: Any, surely: Any, possibly: Any, within: int
) -> tuple[int, int]:
    low, high = int(surely[row]), int(possibly[row])
    incident = list(range(len(surely))) if ids is None else ids.tolist()
    for other in range(len(surely)):
        if incident[other] == incident[row]:
            continue
        sure, possible = bool(surely[other]), bool(possibly[other])
        for keys in (*same, at):
            if keys.known is not None and not (keys.known[row] and keys.known[other]):
                sure = False
                continue
            apart = int(keys.numbers[row]) - int(keys.numbers[other])
            holds = apart == 0
            if keys is at:
                holds = 0 < apart <= within or (apart == 0 and other < incident.index(incident[row]))
            sure, possible = sure and holds, possible and holds
        low, high = low + sure, high + possible
    return low, high


def test_rows_that_do_not_fit_count_for_nobody() -> None:
    """A row that is kept aside is no incident: it counts for no other one, and the others are not shifted."""
    rows = [{"id": name, "happened": "2026-02-01T00:00Z", "place": "north", "kind": "assault"} for name in "ABC"]
    rows = [{**row, "hurt": "yes", "declined": "no"} for row in rows]
    rows[0]["hurt"] = "perhaps"
    found = read_incidents(frame(rows)).evaluate(WATCH).to_pylist()
    assert [(row["lowest"], row["highest"]) for row in found] == [(None, None), ("low", "low"), ("middle", "middle")]


def test_files_are_read_in_pieces_and_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamed from a file and stopped half way, an evaluation with patterns ends as one in memory."""
    rng = np.random.default_rng(5)
    rows = [
        {
            "id": str(number),
            "happened": f"2026-02-{rng.integers(1, 20):02}T00:00Z",
            "place": ("north", "south")[rng.integers(2)],
            "kind": "assault",
            "hurt": ("yes", "no")[rng.integers(2)],
            "declined": "no",
        }
        for number in range(3_000)
    ]
    path = tmp_path / "past.parquet"
    pa.parquet.write_table(frame(rows), path, row_group_size=100)
    history = read_incidents(path)
    whole = history.evaluate(WATCH)
    from rapid_response.history import streaming

    monkeypatch.setattr(streaming, "ROWS_IN_A_PART", 500)
    written = history.evaluate_to(tmp_path / "done", WATCH)
    manifest = json.loads((tmp_path / "done" / streaming.MANIFEST).read_text())
    assert len(manifest["parts"]) > 2
    for part in written.results[2:]:
        part.unlink()
    (tmp_path / "done" / streaming.MANIFEST).write_text(json.dumps({**manifest, "parts": manifest["parts"][:2]}))
    again = history.evaluate_to(tmp_path / "done", WATCH)
    tables = pa.concat_tables([pa.parquet.read_table(part) for part in again.results])
    assert tables.select(["id", "tier"]).to_pylist() == whole.select(["id", "tier"]).to_pylist()
    assert set(whole["tier"].to_pylist()) == {"low", "middle", "high"}


def test_reasons_name_the_pattern() -> None:
    """Reasons at scale name the condition on a pattern that made a rule hold, for every row for which it did."""
    row = {"happened": "2026-02-01T00:00Z", "place": "north", "kind": "assault", "hurt": "yes", "declined": "no"}
    why = read_incidents(frame([{"id": name, **row} for name in "ABCD"])).why(WATCH)
    told = {(row["rule"], *row["conditions"]): row["incidents"] for row in why.reasons.to_pylist()}
    assert told == {("some", "cluster >= 2"): 1, ("many", "cluster >= 3"): 1, ("many", "cluster >= 3", "wave > 3"): 1}


def test_a_server_is_refused() -> None:
    """Where the order of rows is not promised patterns are refused, and it is said what to do."""
    from rapid_response.history.sources.databases import PostgreSQL

    history = read_incidents(frame([]))
    object.__setattr__(history, "source", PostgreSQL("postgresql://nowhere/past", "SELECT 1", frame([]).schema))
    with pytest.raises(HistoryError, match="RM307"):
        history.evaluate(WATCH)


def test_runs_in_one_neighborhood() -> None:
    """The runs of the shipped example, worked out by hand: ties, windows to the day, and a place that is not known.

    North: the second of 8 March is the third within exactly 7 days; the one of 16 March the third within 14. South: of
    two on 19 April, exactly 30 days after 20 March, the first counts for the second, not the other way round, and both
    for the 20th. Where the place is not known, the next one may be the second. Days have no clock, so the hour more of
    a week in November makes no difference.
    """
    protocol = load_protocol(ROOT / "examples/history/toronto/runs.yaml")
    folder = ROOT / "examples/history/toronto"
    found = read_incidents(folder / "runs.csv", folder / "runs.mapping.yaml").evaluate(protocol).to_pylist()
    alone, two, month, fortnight, three = (tier.name for tier in protocol.tiers)
    assert [(row["lowest"], row["highest"]) for row in found] == [
        (alone, alone),
        (two, two),
        (three, three),
        (fortnight, fortnight),
        (alone, alone),
        (alone, alone),
        (three, three),
        (month, month),
        (alone, alone),
        (alone, two),
        (alone, alone),
        (two, two),
    ]
