"""Patterns: how many incidents like the present one there were, counted back from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rapid_response.errors import IncidentError
from rapid_response.evaluation.compiling import Facts, Range
from rapid_response.evaluation.incidents import Incident, check_incident
from rapid_response.evaluation.truth import NO, UNKNOWN, YES
from rapid_response.protocol.model import Pattern, Protocol
from rapid_response.protocol.problems import Problem

History = Iterable[Mapping[str, Any] | Incident]
"""Past incidents as given, in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The least and the greatest number of each pattern, in the protocol's order; nothing where there is no history.

    `assumed` are those under the assumptions; `counted` the places in the history of those that count then, or may.
    """

    plain: tuple[Range, ...] = ()
    assumed: tuple[Range, ...] = ()
    counted: tuple[tuple[int, ...], ...] = ()

    @property
    def recommended(self) -> Counts:
        """What is taken for known while the assumptions are."""
        return replace(self, plain=self.assumed)


UNCOUNTED = Counts()


@dataclass(frozen=True, slots=True)
class _View:
    """One incident: its facts by name, and the truth of each pattern's `where`."""

    facts: Mapping[str, Any]
    where: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Past:
    """The checked incidents of a history, in the order in which they came; each is looked at once."""

    protocol: Protocol = field(repr=False)
    incidents: tuple[Incident, ...]
    views: dict[bool, list[_View]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def seen(self, now: int | None, assume: bool) -> list[_View]:
        """What patterns ask of every incident, with the assumptions or without; the time makes no difference."""
        if assume not in self.views:
            self.views[assume] = [_view(self.protocol, one.facts, now, assume) for one in self.incidents]
        return self.views[assume]

    def leaves_open(self, pattern: Pattern, now: int | None) -> bool:
        """Whether too little is known of some incident to say whether it counts."""
        asked = (*pattern.same, self.protocol.at or "")
        seen = self.seen(now, assume=False)
        return any(
            one.where[pattern.name]
            and (one.where[pattern.name] == UNKNOWN or None in [one.facts[name] for name in asked])
            for one in seen
        )

    def others(self, present: Incident) -> list[int]:
        """The places of the incidents that are not the present one."""
        return [place for place, one in enumerate(self.incidents) if one.id is None or one.id != present.id]

    def place(self, present: Incident) -> int:
        """Where the present incident stands; after all others if it is not among them."""
        everywhere = len(self.incidents)
        if present.id is None:
            return everywhere
        return next((place for place, one in enumerate(self.incidents) if one.id == present.id), everywhere)


def check_history(protocol: Protocol, history: History) -> Past:
    """Past incidents as patterns count them.

    Raises IncidentError, which names every bad fact of every one.
    """
    past: list[Incident] = []
    problems: list[Problem] = []
    for number, given in enumerate(history, 1):
        try:
            past.append(given if isinstance(given, Incident) else check_incident(protocol, given))
        except IncidentError as error:
            about = f"past incident {number}: "
            problems += [replace(problem, message=about + problem.message) for problem in error.problems]
    if problems:
        raise IncidentError(problems)
    return Past(protocol, tuple(past))


def count(protocol: Protocol, present: Incident, past: Past | None, now: int | None) -> Counts:
    """How many incidents make up each pattern: the present one, and those in the past that are like it."""
    if past is None or not protocol.patterns:
        return UNCOUNTED
    plain, assumed = (_truths(present, past, now, assume) for assume in (False, True))
    others = past.others(present)
    counted = [tuple(place for place, holds in zip(others, truths[1:], strict=True) if holds) for truths in assumed]
    return Counts(tuple(map(_range, plain)), tuple(map(_range, assumed)), tuple(counted))


def countable(present: Incident, past: Past, now: int | None) -> list[Incident]:
    """The past incidents that may count in some pattern, whatever is not known."""
    truths = _truths(present, past, now, assume=False)
    others = past.others(present)
    return [past.incidents[place] for number, place in enumerate(others, 1) if any(each[number] for each in truths)]


def _view(protocol: Protocol, known: Facts, now: int | None, assume: bool) -> _View:
    program = protocol.program
    facts = program.assuming(known) if assume else known
    trace = program.trace(facts, now, assume)
    where = {pattern.name: trace[program.slots[pattern.where]] for pattern in protocol.patterns.values()}
    return _View(dict(zip(protocol.facts, facts, strict=True)), where)


def _truths(present: Incident, past: Past, now: int | None, assume: bool) -> list[list[int]]:
    """For each pattern whether each incident counts: the present one first, then all others in their order."""
    protocol, place = past.protocol, past.place(present)
    own, seen = _view(protocol, present.facts, now, assume), past.seen(now, assume)
    others = [(seen[other], other < place) for other in past.others(present)]
    return [
        [own.where[pattern.name], *_likeness(protocol, pattern, own, others)] for pattern in protocol.patterns.values()
    ]


def _likeness(protocol: Protocol, pattern: Pattern, own: _View, others: Sequence[tuple[_View, bool]]) -> Iterator[int]:
    """Whether each of the others counts, given with whether it stands before the present incident."""
    at, within = protocol.at or "", pattern.within.value
    for other, before in others:
        holds = other.where[pattern.name]
        for name in pattern.same:
            holds &= _same(own.facts[name], other.facts[name])
        yield holds and holds & _in_time(own.facts[at], other.facts[at], within, before)


def _same(one: Any, other: Any) -> int:
    if one is None or other is None:
        return UNKNOWN
    return YES if one == other else NO


def _in_time(now: int | None, then: int | None, within: int, before: bool) -> int:
    """Of what happened at the same moment only that counts which stands before."""
    if now is None or then is None:
        return UNKNOWN
    return YES if 0 < now - then <= within or (before and now == then) else NO


def _range(truths: Sequence[int]) -> Range:
    return sum(holds & 1 for holds in truths), sum(holds >> 4 for holds in truths)
