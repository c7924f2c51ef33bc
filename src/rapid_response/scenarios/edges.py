"""The edges of numbers: the values on both sides of every constant that a number or a time is compared with."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from rapid_response.protocol.expressions import (
    DAY,
    MICROSECONDS,
    AllOf,
    Arithmetic,
    Cases,
    Comparator,
    Compare,
    Condition,
    Constant,
    DateShift,
    FactValue,
    MeasureValue,
    Points,
    Rescaled,
    Value,
    children,
)
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Span
from rapid_response.protocol.values import decode, unscaled
from rapid_response.scenarios.model import number_text

Node = Condition | Value

MOST_SUMS = 10_000

_MIRRORED: Mapping[Comparator, Comparator] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


@dataclass(frozen=True, slots=True)
class Edge:
    """One side of an edge: what is compared, the value next to the edge in words, and that the two meet."""

    name: str
    side: str
    condition: Condition = field(repr=False)
    span: Span | None = field(repr=False, compare=False)


def edges_of(protocol: Protocol, compare: Compare) -> Iterator[Edge]:
    """The sides of the edge where a number or time is compared with a constant; none for other comparisons."""
    value, comparator, constant = compare.left, compare.comparator, compare.right
    if isinstance(value, Constant):
        value, comparator, constant = constant, _MIRRORED[comparator], value
    if not isinstance(constant, Constant) or constant.type.name not in ("number", "moment", "date", "duration"):
        return
    edge, factor = constant.value, 1
    if isinstance(value, Rescaled):
        factor, value = value.factor, value.value
    if comparator in ("==", "!=") and edge % factor:
        return
    edge = -(-edge // factor) if comparator in (">=", "<") else edge // factor
    for side in _reachable(protocol, value, _sides(comparator, edge, _grain(protocol, value))):
        yield Edge(_name(value), side.label(protocol, value, constant), side.condition(value), compare.span)


def tree(node: Node) -> Iterator[Node]:
    """A node and all nodes below it."""
    yield node
    for child in children(node):
        yield from tree(child)


# Sides


@dataclass(frozen=True, slots=True)
class _Side:
    """The values next to an edge on one side of it, from `low` to `high`."""

    sign: str
    low: float
    high: float

    def condition(self, value: Value) -> Condition:
        if self.low == self.high:
            return Compare("==", value, Constant(int(self.low), value.type))
        ends: tuple[tuple[Comparator, float], ...] = ((">=", self.low), ("<=", self.high))
        parts = [Compare(sign, value, Constant(int(end), value.type)) for sign, end in ends if not math.isinf(end)]
        return AllOf(tuple(parts))

    def label(self, protocol: Protocol, value: Value, constant: Constant) -> str:
        kind, single = value.type, self.low == self.high
        if single and kind.name == "number":
            return number_text(unscaled(int(self.low), kind.places))
        if single and kind.name == "date":
            return str(decode(kind, int(self.low), None))
        moment = kind.name == "moment"
        return f"{self.sign} {decode(kind, constant.value, protocol.time_zone) if moment else constant.text}"


def _sides(comparator: Comparator, edge: int, grain: float) -> tuple[_Side, ...]:
    match comparator:
        case ">=" | "<":
            return _Side("<", edge - grain, edge - 1), _Side(">=", edge, edge + grain - 1)
        case ">" | "<=":
            return _Side("<=", edge - grain + 1, edge), _Side(">", edge + 1, edge + grain)
        case _:
            return _Side("<", edge - grain, edge - 1), _Side("==", edge, edge), _Side(">", edge + 1, edge + grain)


def _grain(protocol: Protocol, value: Value) -> float:
    """How near to an edge is next to it: one unit, a day or a minute. Quotients have no steps: any value will do."""
    parts = tuple(_tree_through_measures(protocol, value))
    match value.type.name:
        case "number":
            return math.inf if any(isinstance(part, Arithmetic) and part.operator == "/" for part in parts) else 1
        case "date":
            return 1
        case _:
            return DAY if any(isinstance(part, DateShift) for part in parts) else MICROSECONDS["minute"]


def _tree_through_measures(protocol: Protocol, node: Node) -> Iterator[Node]:
    for part in tree(node):
        yield part
        if isinstance(part, MeasureValue):
            yield from _tree_through_measures(protocol, protocol.measures[part.measure].value)


def _name(value: Value) -> str:
    match value:
        case FactValue(fact=name) | MeasureValue(measure=name):
            return name
        case _:
            return value.text


# What a value can be


def _reachable(protocol: Protocol, value: Value, sides: tuple[_Side, ...]) -> Iterator[_Side]:
    """The sides that the value can reach; where it takes few values only, the nearest of these stands for the side."""
    possible = _possible(protocol, value)
    for side in sides:
        if possible is None and side.low <= value.type.high and side.high >= value.type.low:
            yield side
        elif possible is not None and (near := _nearest(side, possible)) is not None:
            yield replace(side, low=near, high=near)


def _nearest(side: _Side, possible: frozenset[int]) -> int | None:
    if side.sign in ("<", "<="):
        return max((number for number in possible if number <= side.high), default=None)
    if side.sign in (">", ">="):
        return min((number for number in possible if number >= side.low), default=None)
    return int(side.low) if side.low in possible else None


def _possible(protocol: Protocol, value: Value) -> frozenset[int] | None:
    """All that rows of constants, or points, can come to; None for anything else."""
    match value:
        case MeasureValue(measure=name):
            return _possible(protocol, protocol.measures[name].value)
        case Cases(branches=branches, otherwise=otherwise):
            results = [result for _, result in branches] + ([otherwise] if otherwise else [])
            constants = [result.value for result in results if isinstance(result, Constant)]
            return frozenset(constants) if len(constants) == len(results) else None
        case Points(terms=terms):
            return _sums([add for add, _ in terms])
        case _:
            return None


def _sums(numbers: list[int]) -> frozenset[int] | None:
    """Everything that some of the numbers add up to; None where that is very much."""
    sums = {0}
    for number in numbers:
        sums |= {total + number for total in sums}
        if len(sums) > MOST_SUMS:
            return None
    return frozenset(sums)
