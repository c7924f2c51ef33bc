"""The long run: `python -m tests.long`, a million each of pairs, files and condition texts; or one kind alone.

    python -m tests.long pairs --count 20000 --seed 1
    python -m tests.long suite --folder yaml-test-suite/src
    python -m tests.long live --count 100000 --engine own
    python -m tests.long crashes --count 100000
    python -m tests.long record --count 1000000
    python -m tests.long sql --count 5000 --database postgresql
    python -m tests.long replay --count 10000 --python path/to/python3.12 --python path/to/python3.13

Everything follows from the seed. The exit code is 1 where anything went wrong, which is printed with its seed.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.long import engine, live
from tests.long.conditions import try_condition
from tests.long.crashes import run_crashes, run_server_crashes
from tests.long.files import try_file
from tests.long.records import run_record
from tests.long.replays import run_replays
from tests.long.suite import run_suite

MOST_SECONDS, MOST_MEGABYTES = 1.0, 64
SHOWN_EVERY = 50_000
Try = Callable[[int], tuple[str, list[str]]]
HOSTILE: dict[str, Try] = {"files": try_file, "conditions": try_condition}


@dataclass
class Tally:
    """What a run over hostile input has seen."""

    what: str
    tried: int = 0
    slowest: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        shares = ", ".join(f"{count / self.tried:.0%} {outcome}" for outcome, count in self.outcomes.most_common())
        wrong = f"{len(self.failures)} went wrong"
        return f"{self.tried:,} {self.what}: {shares}; slowest {self.slowest:.2f} s; {wrong}"

    def add(self, attempt: Try, seed: int) -> None:
        """Try that seed, within a second."""
        began = time.process_time()
        try:
            outcome, found = attempt(seed)
        except Exception as error:  # nothing but our error may come out, so any other is a find
            outcome, found = "raise", [f"{type(error).__name__}: {error}"]
        seconds = time.process_time() - began
        if seconds > MOST_SECONDS:
            found.append(f"it took {seconds:.1f} s")
        self.tried += 1
        self.slowest = max(self.slowest, seconds)
        self.outcomes[outcome] += 1
        self.failures += [f"seed {seed}: {fault}" for fault in found]


def run_hostile(what: str, first: int, count: int) -> int:
    """Try that many, from the first seed on, within 64 MB more than at the beginning."""
    tally, before = Tally(what), _megabytes()
    for seed in range(first, first + count):
        tally.add(HOSTILE[what], seed)
        if tally.tried % SHOWN_EVERY == 0:
            print(tally, file=sys.stderr, flush=True)
    grown = _megabytes() - before
    if grown > MOST_MEGABYTES:
        tally.failures.append(f"memory grew by {grown:.0f} MB")
    print("\n".join([f"{tally}; {grown:.0f} MB more memory in all", *tally.failures]), flush=True)
    return len(tally.failures)


def _megabytes() -> float:
    """The most memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Run, show, and say by the exit code whether all went well."""
    parser = argparse.ArgumentParser(prog="python -m tests.long", description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "what",
        nargs="*",
        choices=["pairs", *HOSTILE, "suite", "crashes", "record", "replay", "sql", "live", []],
        help="the first three if left out",
    )
    parser.add_argument("--count", type=int, default=1_000_000, help="how many of each")
    parser.add_argument("--seed", type=int, default=0, help="the first seed; for pairs, the only one")
    parser.add_argument("--first", type=int, default=0, help="for pairs: the number of the first protocol")
    parser.add_argument("--folder", type=Path, help="the folder `src` of the yaml-test-suite")
    parser.add_argument("--engine", choices=["durable", "own"], default="durable", help="for live: what decides")
    parser.add_argument("--url", help="for record: the database; a SQLite file that is thrown away if left out")
    parser.add_argument(
        "--database",
        choices=["duckdb", "postgresql", "spark"],
        help="for sql: one alone; for crashes: postgresql, whose server is crashed",
    )
    parser.add_argument("--python", action="append", default=[], help="for replay: another Python with the packages")
    given = parser.parse_args()
    wrong = 0
    for what in given.what or ["pairs", *HOSTILE]:
        match what:
            case "pairs":
                wrong += engine.run(given.seed, given.first, given.count)
            case "sql":
                from tests.long import sql

                wrong += sql.run(given.seed, given.first, given.count, given.database)
            case "suite":
                wrong += run_suite(given.folder)
            case "live":
                wrong += live.run(given.engine, given.seed, given.count)
            case "crashes" if given.database == "postgresql":
                wrong += run_server_crashes(given.count, given.seed)
            case "crashes":
                wrong += run_crashes(given.count, given.seed)
            case "record":
                wrong += run_record(given.count, given.url)
            case "replay":
                wrong += run_replays(given.count, given.seed, given.python)
            case _:
                wrong += run_hostile(what, given.seed, given.count)
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
