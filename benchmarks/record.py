"""How many records a second the decision log takes, beside plain inserts of the same bytes into SQLite.

    python -m benchmarks.record [--records 300] [--rounds 5] [--folder .]

Each round does everything once, in turn, on the disk of the folder; medians of the rounds. Every plain insert is a
transaction of its own with the settings named, except where it says so.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

from rapid_response import load_protocol
from rapid_response.record import DecisionLog
from rapid_response.record.storage import engines

CCSJ = load_protocol(Path(__file__).parents[1] / "protocol_rules" / "ccsj")
KNOWN = {"harm": "injured", "victim_age": 81, "bias_signs": True, "english_media": "city", "certainty": "confirmed"}
AS_OF = "2026-02-01T09:00"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--records", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path())
    options = parser.parse_args()
    size = options.records
    found: dict[str, list[float]] = {name: [] for name in RUNS}
    for _ in range(options.rounds):
        for name, run in RUNS.items():
            with tempfile.TemporaryDirectory(dir=options.folder) as folder:
                found[name].append(size / run(Path(folder), size))
    print(f"{size} records of {len(_payload()):,} bytes, {options.rounds} rounds")
    for name, rates in found.items():
        print(f"{name}: {statistics.median(rates):,.0f} a second, best {max(rates):,.0f}")


def _incidents(size: int, one: bool = False, story: bool = True) -> Iterator[dict[str, object]]:
    for number in range(size):
        told = {"story": f"What was told of {number}."} if story else {}
        yield {**KNOWN, **told, "id": "A" if one else f"A-{number}"}


def _one_by_one(folder: Path, size: int, one: bool = False, story: bool = True) -> float:
    with DecisionLog.open(folder / "decisions.db") as log:
        log.decide(CCSJ, {**KNOWN, "id": "A", "story": "The first makes the key."}, by="Benchmark", as_of=AS_OF)
        began = time.perf_counter()
        for incident in _incidents(size, one, story):
            log.decide(CCSJ, incident, by="Benchmark", as_of=AS_OF)
        return time.perf_counter() - began


def _many(folder: Path, size: int) -> float:
    with DecisionLog.open(folder / "decisions.db") as log:
        log.decide(CCSJ, KNOWN, by="Benchmark", as_of=AS_OF)
        began = time.perf_counter()
        log.decide_many(CCSJ, _incidents(size), by="Benchmark", as_of=AS_OF)
        return time.perf_counter() - began


@contextmanager
def _without_sync() -> Iterator[None]:
    with patch.object(engines, "SETTINGS", (*engines.SETTINGS, "synchronous = OFF")):
        yield


def _unsynced(run: Callable[[Path, int], float]) -> Callable[[Path, int], float]:
    def unsynced(folder: Path, size: int) -> float:
        with _without_sync():
            return run(folder, size)

    return unsynced


def _plain(*settings: str, at_once: bool = False) -> Callable[[Path, int], float]:
    def insert(folder: Path, size: int) -> float:
        payload = _payload()
        with closing(sqlite3.connect(folder / "plain.db", isolation_level=None)) as connection:
            for setting in settings:
                connection.execute(f"PRAGMA {setting}")
            connection.execute("CREATE TABLE entries (id INTEGER PRIMARY KEY, payload BLOB)")
            began = time.perf_counter()
            if at_once:
                connection.execute("BEGIN")
            for number in range(size):
                connection.execute("INSERT INTO entries VALUES (?, ?)", (number, payload))
            if at_once:
                connection.execute("COMMIT")
            return time.perf_counter() - began

    return insert


def _payload() -> bytes:
    with tempfile.TemporaryDirectory() as folder, DecisionLog.open(Path(folder) / "decisions.db") as log:
        return log.raw(log.decide(CCSJ, KNOWN, by="Benchmark", as_of=AS_OF).id)


def _evaluate(_folder: Path, size: int) -> float:
    from rapid_response.record import outcome_of

    began = time.perf_counter()
    for incident in _incidents(size):
        outcome_of(CCSJ.evaluate(incident, as_of=AS_OF)).to_bytes()
    return time.perf_counter() - began


SYNCED, UNSYNCED = ("journal_mode = WAL", "synchronous = FULL"), ("journal_mode = WAL", "synchronous = OFF")
RUNS: dict[str, Callable[[Path, int], float]] = {
    "the log, a new incident each": _one_by_one,
    "the log, one incident again and again": lambda folder, size: _one_by_one(folder, size, one=True),
    "the log, nothing private": lambda folder, size: _one_by_one(folder, size, story=False),
    "the log, all at once": _many,
    "the log without syncs, a new incident each": _unsynced(_one_by_one),
    "plain inserts, synced": _plain(*SYNCED),
    "plain inserts without syncs": _plain(*UNSYNCED),
    "plain inserts, all at once": _plain(*SYNCED, at_once=True),
    "evaluation and outcome alone, nothing stored": _evaluate,
}


if __name__ == "__main__":
    main()
