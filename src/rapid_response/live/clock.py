"""When time alone may change an incident: the moments at which a condition on `now` may come out differently."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rapid_response.evaluation.compiling import Facts
from rapid_response.protocol.expressions import (
    MICROSECONDS,
    Arithmetic,
    Compare,
    Constant,
    FactValue,
    Now,
    Value,
    parts_of,
    uses_now,
)
from rapid_response.protocol.model import Protocol

FARTHEST = 50 * 365 * MICROSECONDS["day"]

Line = tuple[int, float, float]
"""How often `now` is in a value, and the least and the greatest of what is added to it."""


@dataclass(frozen=True)
class Clock:
    """The comparisons of a protocol that speak of `now`."""

    protocol: Protocol

    @cached_property
    def comparisons(self) -> tuple[Compare, ...]:
        """Every comparison with `now` in it, once."""
        defined = [criterion.condition for criterion in self.protocol.criteria.values()]
        gates = [node for gate in self.protocol.gates() for node in (gate.when, gate.unless) if node is not None]
        values = [measure.value for measure in self.protocol.measures.values()]
        nodes = parts_of(*defined, *gates, *values)
        return tuple(dict.fromkeys(node for node in nodes if isinstance(node, Compare) and uses_now(node)))

    def next_change(self, facts: Facts, now: int) -> int | None:
        """The next moment at which one of them may come out differently, None where there is none in fifty years.

        Looking again too early does no harm. Where `now` moves both sides of a comparison at different paces (as in
        `now + 1 month > now + 30 days`), a change and its reverse between two looks go unseen.
        """
        moments = [moment for node in self.comparisons for moment in self._moments(node, facts, now)]
        return min((moment for moment in moments if moment > now), default=None)

    def _moments(self, node: Compare, facts: Facts, now: int) -> Iterator[int]:
        program = self.protocol.program
        views = {facts, program.assuming(facts)}
        for view in views:
            by_name = dict(zip(self.protocol.facts, view, strict=True))
            left, right = _line(node.left, by_name), _line(node.right, by_name)
            if left is None or right is None:
                yield from self._found(node, facts, now)
                return
            yield from _crossings(left, right)

    def _found(self, node: Compare, facts: Facts, now: int) -> Iterator[int]:
        """The moment of the change, by halving the time in which it is."""

        def truths(moment: int) -> tuple[Any, Any]:
            program = self.protocol.program
            slot = program.slots[node]
            assumed = program.trace(program.assuming(facts), moment, True)
            return program.trace(facts, moment, False)[slot], assumed[slot]

        present, early, late = truths(now), now, now + FARTHEST
        if truths(late) == present:
            return
        while late - early > 1:
            middle = (early + late) // 2
            early, late = (middle, late) if truths(middle) == present else (early, middle)
        yield late


def _crossings(left: Line, right: Line) -> Iterator[int]:
    """The moments at which two lines meet, and those just after."""
    slope = left[0] - right[0]
    if slope:
        for end in (right[1] - left[2], right[2] - left[1]):
            if math.isfinite(end):
                moment = math.floor(end / slope) if abs(slope) > 1 else int(end) * slope
                yield from (moment, moment + 1)


def _line(value: Value, facts: Mapping[str, Any]) -> Line | None:
    """A value as `now` so many times and something added, None where it is no such thing."""
    match value:
        case Now(type=kind):
            return (1, 0, 0) if kind.name == "moment" else None
        case Constant(value=constant):
            return 0, constant, constant
        case FactValue(fact=name, type=kind) if kind.name == "moment":
            known = facts[name]
            return (0, -math.inf, math.inf) if known is None else (0, known, known)
        case Arithmetic(operator="+" | "-" as operator, left=left, right=right):
            return _combined(operator, _line(left, facts), _line(right, facts))
        case _:
            return None


def _combined(operator: str, left: Line | None, right: Line | None) -> Line | None:
    if left is None or right is None:
        return None
    if operator == "+":
        return left[0] + right[0], left[1] + right[1], left[2] + right[2]
    return left[0] - right[0], left[1] - right[2], left[2] - right[1]
