"""Evaluations that are written to a folder: whole after every interruption, bounded, and safe to open."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest

from rapid_response import protocol_from_text
from rapid_response.history import HistoryError, Progress, mapping_from_text, read_incidents, streaming
from rapid_response.history.sources import delimited

PROTOCOL = protocol_from_text(
    """
protocol: p
tiers: {low: {}, high: {}}
facts:
  harm: {type: scale, options: [none, injured, killed]}
  story: {type: text, private: yes}
rules:
  r: {when: harm >= injured, raise_to: high}
responses:
  visit: {when: harm >= injured}
"""
)
OTHER = protocol_from_text("protocol: p\ntiers: {low: {}, high: {}}\nfacts: {harm: {type: text}}")


@pytest.fixture
def past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of 500 rows, read in small blocks and written in small parts."""
    monkeypatch.setattr(delimited, "BLOCK", 900)
    monkeypatch.setattr(streaming, "ROWS_IN_A_PART", 60)
    choices = random.Random(1)
    path = tmp_path / "past.csv"
    words = ["none", "injured", "killed", "", "brokn"]
    rows = [f'{number},{choices.choice(words)},"he said\n no"' for number in range(500)]
    path.write_text("id,harm,story\n" + "\n".join(rows) + "\n")
    return path


def results(written: Any) -> list[dict[str, Any]]:
    return [row for path in written.results for row in pa.parquet.read_table(path).to_pylist()]


def test_parts_are_the_whole(past: Path, tmp_path: Path) -> None:
    """The parts together are what evaluation in memory gives, without the rows that are kept aside."""
    history = read_incidents(past, protocol=PROTOCOL)
    written = history.evaluate_to(tmp_path / "out")
    whole = [row for row in history.evaluate().to_pylist() if row.pop("problem") is None]
    assert results(written) == whole
    assert len(written.results) > 3
    assert written.rows == 500
    assert written.kept_aside == 500 - len(whole) == history.check().kept_aside > 50
    assert str(written).startswith(f"500 rows, {len(whole)} evaluated, {written.kept_aside} kept aside")


def test_rows_kept_aside(past: Path, tmp_path: Path) -> None:
    """Each row that does not fit is told with its line and what is wrong, whole but for private columns."""
    written = read_incidents(past, protocol=PROTOCOL).evaluate_to(tmp_path / "out")
    told = [json.loads(line) for path in written.aside for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(told) == written.kept_aside
    lines = past.read_text().splitlines()
    for row in told:
        assert row["file"] == str(past)
        assert lines[row["line"] - 1].startswith(f"{row['cells']['id']},brokn,")
        assert row["cells"] == {"id": row["cells"]["id"], "harm": "brokn"}
        [problem] = row["problems"]
        assert problem["help"] == "write `none`, `injured` or `killed`"
        assert (problem["problem"], problem["column"], problem["value"]) == ("RM401", "harm", "brokn")


class Interrupted(Exception):
    """What the test throws in the middle."""


@pytest.mark.parametrize("after", [1, 130, 499])
def test_an_interruption_loses_nothing(past: Path, tmp_path: Path, after: int) -> None:
    """Interrupted anywhere, it goes on where it stopped: no row twice, none lost, and nothing is done again."""

    def interrupt(progress: Progress) -> None:
        if progress.rows >= after:
            raise Interrupted

    history, folder = read_incidents(past, protocol=PROTOCOL), tmp_path / "out"
    with pytest.raises(Interrupted):
        history.evaluate_to(folder, progress=interrupt)
    before = {path: path.stat().st_mtime_ns for path in folder.glob("results-*")}
    done = json.loads((folder / streaming.MANIFEST).read_text()) if (folder / streaming.MANIFEST).exists() else None
    written = history.evaluate_to(folder)
    assert results(written) == results(history.evaluate_to(tmp_path / "again"))
    assert all(path.stat().st_mtime_ns == changed for path, changed in before.items())
    assert done is None or (done["complete"], len(done["parts"])) == (False, len(before))


def test_a_killed_process_loses_nothing(past: Path, tmp_path: Path) -> None:
    """Killed without warning, the parts that are there are whole, and the next run goes on."""
    script = f"""
import os, signal
from rapid_response.history import read_incidents, streaming
from rapid_response.history.sources import delimited
from tests.test_history_streaming import PROTOCOL
delimited.BLOCK, streaming.ROWS_IN_A_PART = 900, 60
def watch(progress):
    if progress.rows > 200:
        os.kill(os.getpid(), signal.SIGKILL)
read_incidents({str(past)!r}, protocol=PROTOCOL).evaluate_to({str(tmp_path / "out")!r}, progress=watch)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[1], check=False)
    assert done.returncode == -9
    history = read_incidents(past, protocol=PROTOCOL)
    assert results(history.evaluate_to(tmp_path / "out")) == results(history.evaluate_to(tmp_path / "again"))


@pytest.mark.parametrize("change", ["protocol", "mapping", "source", "form"])
def test_another_evaluation_is_not_mixed_in(past: Path, tmp_path: Path, change: str) -> None:
    """A folder of another protocol, mapping, source or format is refused, and left as it is."""
    folder = tmp_path / "out"
    read_incidents(past, protocol=PROTOCOL).evaluate_to(folder)
    protocol, mapping = PROTOCOL, None
    if change == "protocol":
        protocol = OTHER
    elif change == "mapping":
        mapping = mapping_from_text("mapping: m\nfacts: {harm: harm}")
    elif change == "source":
        past.write_text("id,harm\n1,none\n")
    with pytest.raises(HistoryError, match=r"RM508: .* holds the results of another evaluation"):
        read_incidents(past, mapping, protocol).evaluate_to(folder, form="csv" if change == "form" else "parquet")


def test_csv_is_safe_to_open(tmp_path: Path) -> None:
    """Texts that a spreadsheet would take for a formula are defused in CSV results."""
    path = tmp_path / "past.csv"
    ids = ["=1+1", "+1", "-1", "@x", "plain", "a=b", "＝1", "'=1"]
    path.write_text("id,harm\n" + "".join(f"{name},killed\n" for name in ids))
    written = read_incidents(path, protocol=PROTOCOL).evaluate_to(tmp_path / "out", form="csv")
    with written.results[0].open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["'=1+1", "'+1", "'-1", "'@x", "plain", "a=b", "'＝1", "''=1"]
    assert rows[0]["tier"] == "high"
    assert rows[0]["response_visit"] == "true"


def test_progress(past: Path) -> None:
    """Progress counts every row, never goes back, and ends with the whole."""
    told: list[Progress] = []
    read_incidents(past, protocol=PROTOCOL).check(progress=told.append)
    assert [progress.rows for progress in told] == sorted(progress.rows for progress in told)
    assert (told[-1].rows, told[-1].share) == (500, 1)
    assert str(Progress(7_200, 3_600.0, 0.5)) == "7,200 rows, 2 a second, 50 %, 1 h 0 min left"
    assert str(Progress(90, 1.0, 0.01)) == "90 rows, 90 a second, 1 %, 1 min 39 s left"
    assert str(Progress(5, 0.0, None)) == "5 rows, 0 a second"


MEMORY = """
import resource, sys
from rapid_response.history import read_incidents
from tests.test_history_streaming import PROTOCOL
written = read_incidents(sys.argv[1], protocol=PROTOCOL).evaluate_to(sys.argv[2])
print(written.rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_stays_bounded(tmp_path: Path) -> None:
    """A file three times as large takes hardly more memory: it is never held as a whole."""
    sizes = []
    for times in (4, 12):
        path = tmp_path / f"past{times}.csv"
        with path.open("w") as file:
            file.write("harm,story\n")
            for _ in range(25 * times):
                file.write("injured,nothing that anyone would remember about it\n" * 10_000)
        command = [sys.executable, "-c", MEMORY, str(path), str(tmp_path / f"out{times}")]
        done = subprocess.run(command, cwd=Path(__file__).parents[1], check=True, capture_output=True, text=True)
        rows, kilobytes = map(int, done.stdout.split())
        assert rows == times * 250_000
        sizes.append(kilobytes)
    assert sizes[1] < sizes[0] * 1.2
