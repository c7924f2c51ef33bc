"""Patterns: how many incidents like the present one there were, counted back from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapid_response.errors import IncidentError
from rapid_response.evaluation.compiling import Facts, Range
from rapid_response.evaluation.incidents import Incident, check_incident
from rapid_response.evaluation.truth import NO, UNKNOWN, YES
from rapid_response.protocol.model import Pattern, Protocol
from rapid_response.protocol.problems import Problem

Past = tuple[Incident, ...]
History = Iterable[Mapping[str, Any] | Incident]
"""Past incidents as given, in the order in which they came."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The least and the greatest number of each pattern, in the protocol's order; nothing where there is no history.

    `assumed` are those under the assumptions; `counted` the ids of the past incidents that count then, or may.
    """

    plain: tuple[Range, ...] = ()
    assumed: tuple[Range, ...] = ()
    counted: tuple[tuple[str, ...], ...] = ()

    @property
    def recommended(self) -> Counts:
        """What is taken for known while the assumptions are."""
        return replace(self, plain=self.assumed)


UNCOUNTED = Counts()


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
    return tuple(past)


def count(protocol: Protocol, present: Incident, past: Past | None, now: int | None) -> Counts:
    """How many incidents make up each pattern: the present one, and those in the past that are like it."""
    if past is None or not protocol.patterns:
        return UNCOUNTED
    others = [one for one in past if one.id is None or one.id != present.id]
    views = [_views(protocol, (present, *others), now, assume) for assume in (False, True)]
    plain, assumed = ([_truths(protocol, pattern, view) for pattern in protocol.patterns.values()] for view in views)
    counted = [
        tuple(one.id for one, holds in zip(others, truths[1:], strict=True) if holds and one.id is not None)
        for truths in assumed
    ]
    return Counts(tuple(map(_range, plain)), tuple(map(_range, assumed)), tuple(counted))


@dataclass(frozen=True, slots=True)
class _View:
    """One incident: its facts by name, and the truth of each pattern's `where`."""

    facts: Mapping[str, Any]
    where: Mapping[str, int]


def _views(protocol: Protocol, incidents: Iterable[Incident], now: int | None, assume: bool) -> list[_View]:
    return [_view(protocol, incident.facts, now, assume) for incident in incidents]


def _view(protocol: Protocol, known: Facts, now: int | None, assume: bool) -> _View:
    program = protocol.program
    facts = program.assuming(known) if assume else known
    trace = program.trace(facts, now, assume)
    where = {pattern.name: trace[program.slots[pattern.where]] for pattern in protocol.patterns.values()}
    return _View(dict(zip(protocol.facts, facts, strict=True)), where)


def _truths(protocol: Protocol, pattern: Pattern, views: Sequence[_View]) -> list[int]:
    """Whether each incident counts, the present one first."""
    present, *past = views
    return [present.where[pattern.name], *(_is_like(protocol, pattern, present, one) for one in past)]


def _is_like(protocol: Protocol, pattern: Pattern, present: _View, past: _View) -> int:
    holds = past.where[pattern.name]
    for name in pattern.same:
        holds &= _same(present.facts[name], past.facts[name])
    return holds & _in_time(present.facts[protocol.at or ""], past.facts[protocol.at or ""], pattern.within.value)


def _same(one: Any, other: Any) -> int:
    if one is None or other is None:
        return UNKNOWN
    return YES if one == other else NO


def _in_time(now: int | None, then: int | None, within: int) -> int:
    if now is None or then is None:
        return UNKNOWN
    return YES if 0 <= now - then <= within else NO


def _range(truths: Sequence[int]) -> Range:
    return sum(holds & 1 for holds in truths), sum(holds >> 4 for holds in truths)
