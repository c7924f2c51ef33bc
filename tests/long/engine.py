"""Engine against reference.

Every pair follows from the seed and two numbers. One that goes wrong is written to `tests/long/corpus`, where the
everyday tests try it again.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rapid_response import ProtocolError, protocol_from_text
from tests.long.agreement import differences, wrong_reasons
from tests.long.pairs import Pair, keep, pair_of, protocol_text

INCIDENTS = 50
EVERY_TENTH = 10
MOST_KEPT = 20


@dataclass
class Tally:
    """What a run has seen."""

    pairs: int = 0
    protocols: int = 0
    lines: int = 0
    standings: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        shares = ", ".join(f"{count / self.pairs:.0%} {standing}" for standing, count in self.standings.most_common())
        return (
            f"{self.pairs:,} pairs of {self.protocols:,} protocols ({self.lines / self.protocols:.0f} lines each); "
            f"{shares}; {len(self.failures)} went wrong"
        )


def run(seed: int, first: int, pairs: int) -> int:
    """Try that many pairs, beginning with the protocol of that number; how many went wrong."""
    tally, started = Tally(), time.monotonic()
    for number in range(first, first + -(-pairs // INCIDENTS)):
        _try_protocol(tally, seed, number, min(INCIDENTS, pairs - tally.pairs))
        if tally.protocols % 500 == 0:
            print(f"{time.monotonic() - started:,.0f} s: {tally}", file=sys.stderr, flush=True)
    print(f"seed {seed}, from protocol {first}, {time.monotonic() - started:,.0f} s: {tally}", flush=True)
    return len(tally.failures)


def _try_protocol(tally: Tally, seed: int, number: int, incidents: int) -> None:
    """Try the pairs of one protocol."""
    text = protocol_text(seed, number)
    tally.protocols += 1
    tally.lines += text.count("\n")
    tally.pairs += incidents
    try:
        protocol = protocol_from_text(text)
    except ProtocolError as error:
        _failed(tally, f"protocol {seed}-{number} does not load:\n{error}")
        return
    for position in range(incidents):
        _try(tally, pair_of(protocol, seed, number, position), with_reasons=position % EVERY_TENTH == 0)


def _try(tally: Tally, pair: Pair, with_reasons: bool) -> None:
    try:
        found: object = differences(pair)
        if with_reasons and (reasons := wrong_reasons(pair)):
            found = reasons
        tally.standings[pair.evaluate().standing] += 1
    except Exception as error:  # a loaded protocol never raises on a valid incident, so any error is a find
        found = repr(error)
    if found:
        where = f"kept in {_relative(keep(pair))}" if len(tally.failures) < MOST_KEPT else "not kept"
        _failed(tally, f"pair {pair.name}: {found}\n{where}")


def _failed(tally: Tally, message: str) -> None:
    tally.failures.append(message)
    print(message, flush=True)


def _relative(file: Path) -> str:
    return file.relative_to(Path(__file__).parents[2]).as_posix()
