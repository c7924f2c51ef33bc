"""Crashes of the decision log: images of the disk, operations and syncs that fail, killed writers and servers."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from tests.crashes import after_failed_sync, faulty, losses, place, record
from tests.disk import How
from tests.killing import killed
from tests.postgresql import Crash, running
from tests.server_crashes import LAZY, crashed

KILLS = 1000
FAULTS: tuple[How, ...] = ("error", "full", "short")
_SHOWN_EVERY = 10_000


def run_crashes(images: int, seed: int, kills: int = KILLS) -> int:
    """Try that many images of crashes, every fault, and kills; the number of those that lost something."""
    return (
        _images(images, seed) + _count("operations that failed", _faults()) + _after_failed_syncs(seed) + _killed(kills)
    )


def run_server_crashes(crashes: int, seed: int) -> int:
    """Crash a PostgreSQL server so many times in each of two ways; how many things went wrong."""
    return _crashed("immediate", crashes, seed) + _crashed("kill", crashes, seed)


def _crashed(how: Crash, crashes: int, seed: int) -> int:
    began = time.monotonic()
    with running(*LAZY) as server:
        outcome = crashed(server, how, crashes, seed)
    acknowledged = len({record.id for record in outcome.acknowledged})
    print(
        f"{crashes:,} crashes ({how}) of a server with two writers: {len(outcome.lost)} of {acknowledged:,}"
        f" acknowledged records lost, {outcome.unknown} more there; {time.monotonic() - began:.0f} s; writers were told"
        f" {dict(outcome.refusals)}; {len(outcome.wrong)} other things went wrong",
        flush=True,
    )
    print(*outcome.wrong[:10], sep="\n", end="\n" if outcome.wrong else "")
    return len(outcome.lost) + len(outcome.wrong)


def _images(images: int, seed: int) -> int:
    """Half of the images tear sectors of 512 bytes, half those of 4,096."""
    events = record()
    each = -(-images // (2 * sum(event.what != "note" for event in events)))
    tries = (wrong for sector in (512, 4096) for wrong in losses(events, each, seed, sector))
    return _count("crash images", tries)


def _faults() -> Iterator[str | None]:
    for how in FAULTS:
        for number in count():
            happened, wrong = faulty(number, how)
            if not happened:
                break
            yield wrong


def _after_failed_syncs(seed: int) -> int:
    def tries() -> Iterator[str | None]:
        for number in count():
            if not (events := after_failed_sync(number)):
                return
            yield from losses(events, 1, seed)

    return _count("crash images after a failed sync", tries())


def _killed(kills: int) -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=place()) as folder:
        wrong = killed(Path(folder) / "decisions.db", kills)
    print(f"{kills:,} kills of two writers: {len(wrong)} went wrong; {time.monotonic() - began:.0f} s", flush=True)
    print(*wrong[:10], sep="\n")
    return len(wrong)


def _count(what: str, tries: Iterator[str | None]) -> int:
    began, tried, wrong = time.monotonic(), 0, []
    for found in tries:
        tried += 1
        wrong += [found] if found else []
        if tried % _SHOWN_EVERY == 0:
            print(f"{tried:,} {what}: {len(wrong)} went wrong", file=sys.stderr, flush=True)
    print(f"{tried:,} {what}: {len(wrong)} went wrong; {time.monotonic() - began:.0f} s", flush=True)
    print(*wrong[:10], sep="\n", end="\n" if wrong else "")
    return len(wrong)
