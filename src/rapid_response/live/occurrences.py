"""Which incidents make up a pattern, found in the tables of a session instead of among all incidents one by one.

It means what `evaluation.patterns` says: an incident counts for another surely, possibly or not at all; of what
happened at the same moment that counts which arrived first. Everything is kept twice, without the assumptions and
with them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from typing import Protocol as Interface

from rapid_response.evaluation.compiling import Facts, Range
from rapid_response.evaluation.patterns import Counts
from rapid_response.evaluation.truth import NO, UNKNOWN, YES
from rapid_response.protocol.model import Pattern, Protocol

TABLES = (
    "CREATE TABLE IF NOT EXISTS occurrences (pattern INTEGER, assume INTEGER, number INTEGER, at INTEGER,"
    " vague INTEGER, same TEXT, holds INTEGER, PRIMARY KEY (pattern, assume, number)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS places ON occurrences (pattern, assume, vague, same, at)",
    "CREATE INDEX IF NOT EXISTS moments ON occurrences (pattern, assume, at)",
)
Window = tuple[int, int] | None
Condition = tuple[str, tuple[Any, ...]]
ANYTHING: Condition = ("1", ())


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One incident as a pattern sees it, without the assumptions or with them.

    `at` is in microseconds, None where unknown; `same` are the values that must be the same, None where unknown;
    `holds` is the truth of the pattern's `where`.
    """

    pattern: int
    assume: bool
    number: int
    at: int | None
    same: tuple[Any, ...]
    holds: int

    @property
    def vague(self) -> bool:
        """Whether it is not known what must be the same."""
        return None in self.same

    @property
    def place(self) -> str:
        """The values that must be the same as one key."""
        return json.dumps(self.same, ensure_ascii=False)


class Near(Interface):
    """Finds the others of which all is known but, perhaps, whether they count: where they were, and when."""

    def near(self, occurrence: Occurrence, window: tuple[int, int]) -> Iterable[Occurrence]:
        """Those in the same place, within the window."""

    def changed(self, occurrence: Occurrence) -> None:
        """An occurrence is kept as it is now."""

    def forget(self) -> None:
        """What was kept last is not: the tables have gone back."""


@dataclass
class Occurrences:
    """The occurrences of all incidents of a session. `near` finds those in one place in another way than by tables."""

    protocol: Protocol
    database: sqlite3.Connection
    finder: Near | None = None
    patterns: tuple[Pattern, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.patterns = tuple(self.protocol.patterns.values())
        for statement in TABLES:
            self.database.execute(statement)

    def seen(self, number: int, facts: Facts, now: int | None) -> tuple[Occurrence, ...]:
        """An incident as each pattern sees it."""
        return tuple(self._seen(number, facts, now))

    def kept(self, number: int) -> tuple[Occurrence, ...]:
        """An incident as each pattern saw it before."""
        found = self.database.execute("SELECT * FROM occurrences WHERE number = ?", (number,))
        return tuple(_occurrence(row) for row in found)

    def keep(self, seen: Iterable[Occurrence]) -> None:
        """See an incident so from now on."""
        for one in seen:
            self.database.execute(
                "INSERT OR REPLACE INTO occurrences VALUES (?, ?, ?, ?, ?, ?, ?)",
                (one.pattern, one.assume, one.number, one.at, one.vague, one.place, one.holds),
            )
            if self.finder:
                self.finder.changed(one)

    def counts(self, seen: Iterable[Occurrence]) -> tuple[Counts, tuple[tuple[int, ...], ...]]:
        """What the patterns of an incident come to, and the numbers of the others that count, or may."""
        plain: list[Range] = []
        assumed: list[Range] = []
        counted: list[tuple[int, ...]] = []
        for one in seen:
            others = self.others(one)
            low = (one.holds & 1) + sum(holds & 1 for _, holds in others)
            high = (one.holds >> 4) + sum(holds >> 4 for _, holds in others)
            (assumed if one.assume else plain).append((low, high))
            if one.assume:
                counted.append(tuple(sorted(number for number, _ in others)))
        return Counts(tuple(plain), tuple(assumed)), tuple(counted)

    def others(self, one: Occurrence) -> list[tuple[int, int]]:
        """The numbers of the incidents that count for one, surely or possibly, and which of the two."""
        within = self.patterns[one.pattern].within.value
        window = None if one.at is None else (one.at - within, one.at)
        likely = ((other.number, _likeness(one, other, within)) for other in self._around(one, window))
        return [(number, holds) for number, holds in likely if holds]

    def touched(self, changes: Iterable[Occurrence]) -> list[int]:
        """The numbers of the incidents for which one counts, or may, in their order."""
        found: set[int] = set()
        for one in changes:
            if one.holds != NO:
                within = self.patterns[one.pattern].within.value
                window = None if one.at is None else (one.at, one.at + within)
                found |= {other.number for other in self._around(one, window)}
        return sorted(found)

    def _seen(self, number: int, facts: Facts, now: int | None) -> Iterable[Occurrence]:
        program, names = self.protocol.program, list(self.protocol.facts)
        for assume in (False, True):
            view = program.assuming(facts) if assume else facts
            known = dict(zip(names, view, strict=True))
            trace = program.trace(view, now, assume)
            for place, pattern in enumerate(self.patterns):
                at = known[self.protocol.at or ""]
                same = tuple(known[name] for name in pattern.same)
                holds = trace[program.slots[pattern.where]]
                yield Occurrence(place, assume, number, None if at is None else int(at), same, holds)

    def _around(self, one: Occurrence, window: Window) -> Iterator[Occurrence]:
        """All others that may be in the same place, within the window."""
        same: Condition = ("vague = 0 AND same = ?", (one.place,))
        places: list[Condition] = [ANYTHING] if one.vague else [same, ("vague = 1", ())]
        moments: list[Condition] = [("at BETWEEN ? AND ?", window), ("at IS NULL", ())] if window else [ANYTHING]
        for place, moment in product(places, moments):
            if self.finder and window and place is same and moment is moments[0]:
                yield from self.finder.near(one, window)
            else:
                yield from self._select(one, place, moment)

    def _select(self, one: Occurrence, place: Condition, moment: Condition) -> Iterator[Occurrence]:
        return (other for other in _selected(self.database, one, place, moment) if other.number != one.number)


def select_in_place(database: sqlite3.Connection, one: Occurrence, window: tuple[int, int]) -> list[Occurrence]:
    """All that are kept in the same place, within the window; also the one itself, if it is kept there."""
    return _selected(database, one, ("vague = 0 AND same = ?", (one.place,)), ("at BETWEEN ? AND ?", window))


def _selected(database: sqlite3.Connection, one: Occurrence, place: Condition, moment: Condition) -> list[Occurrence]:
    found = database.execute(
        f"SELECT * FROM occurrences WHERE pattern = ? AND assume = ? AND {place[0]} AND {moment[0]}",  # noqa: S608
        (one.pattern, one.assume, *place[1], *moment[1]),
    )
    return list(map(_occurrence, found))


def _occurrence(row: tuple[Any, ...]) -> Occurrence:
    pattern, assume, number, at, _, same, holds = row
    return Occurrence(pattern, bool(assume), number, at, tuple(json.loads(same)), holds)


def _likeness(one: Occurrence, other: Occurrence, within: int) -> int:
    """Whether the other counts for the one."""
    holds = other.holds & _in_time(one, other, within)
    for mine, its in zip(one.same, other.same, strict=True):
        holds &= UNKNOWN if mine is None or its is None else YES if mine == its else NO
    return holds


def _in_time(one: Occurrence, other: Occurrence, within: int) -> int:
    if one.at is None or other.at is None:
        return UNKNOWN
    earlier = 0 < one.at - other.at <= within or (one.at == other.at and other.number < one.number)
    return YES if earlier else NO
