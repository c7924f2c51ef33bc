"""A long log: recorded, listed, replayed and verified, in memory that does not grow with it."""

from __future__ import annotations

import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rapid_response.record import DecisionLog
from rapid_response.record.replaying import replay
from tests.crashes import PROTOCOL

MOST_MEGABYTES = 64
_HARMS = (None, "none", "some", "much")


def run_record(records: int, url: str | None = None) -> int:
    """Record that many decisions, and do with them what one does with a log; how many things went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        with DecisionLog.open(url or Path(folder) / "decisions.db") as log:
            wrong = _run(log, records)
        sizes = ", ".join(f"{file.name} {file.stat().st_size / 1e6:,.0f} MB" for file in sorted(Path(folder).iterdir()))
    print(sizes)
    return wrong


def _run(log: DecisionLog, records: int) -> int:
    log.decide_many(PROTOCOL, _incidents(2000), by="Tests", as_of="2026-02-01T17:00Z")
    before = _megabytes()
    _timed(
        "recorded",
        records,
        lambda: log.decide_many(PROTOCOL, _incidents(records), by="Tests", as_of="2026-02-01T17:00Z"),
    )
    _timed("listed", records, lambda: Counter(entry.kind for entry in log.entries()))
    replayed = _timed("replayed", records, lambda: replay(log))
    checkpoint = _timed("taken into a checkpoint", records, log.checkpoint)
    verification = _timed("verified", records, lambda: log.verify(checkpoint))
    grown = _megabytes() - before
    print(f"{len(log):,} records: {verification.fine=}, {replayed.counts}, {grown:.0f} MB more memory")
    return len(log) - int(replayed.counts["same"]) + (not verification.fine) + (grown > MOST_MEGABYTES)


def _incidents(number: int) -> Iterator[dict[str, Any]]:
    for place in range(number):
        known = {"harm": _HARMS[place % 4], "seen": (None, True, False)[place % 3]}
        yield {"id": f"A-{place}", "story": f"What was told of {place}.", **known}


def _timed(what: str, records: int, work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    found = work()
    seconds = time.perf_counter() - began
    print(f"{records:,} {what} in {seconds:,.0f} s, {records / seconds:,.0f} a second", flush=True)
    return found


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
