"""Comparisons that depend on one ordered fact and the time of evaluation, and where along the fact they turn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rapid_response.protocol.expressions import (
    DAY,
    Arithmetic,
    CalendarShift,
    Comparator,
    Constant,
    DateShift,
    Extreme,
    FactValue,
    Now,
    Rescaled,
    Step,
    Type,
    Value,
)
from rapid_response.protocol.intervals import Range, product_range, quotient_range
from rapid_response.protocol.values import EARLIEST, LATEST, local_date, shift_date, shift_moment

MOST_STEPS = 1_000
"""So often may a fact's domain be halved for one comparison."""


class TooFine(Exception):
    """Thrown where a comparison turns too often, or where its turns are too hard to find."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a comparison depends on besides its fact: the time of evaluation, as a range, and the time zone."""

    now: Range
    zone: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values compared that depend on at most one fact."""

    comparator: Comparator
    left: Value
    right: Value

    def truth(self, fact: Range, setting: Setting) -> bool | None:
        """Whether it holds for every value of the fact from the first to the last (None: for some of them, perhaps)."""
        left, right = (value_range(side, fact, setting) for side in (self.left, self.right))
        return _COMPARED[self.comparator](left, right)


def domain_of(kind: Type) -> Range:
    """The least and the greatest value that a number, moment or date can have, encoded."""
    match kind.name:
        case "moment":
            return EARLIEST, LATEST
        case "date":
            return 1, dt.date.max.toordinal()
        case _:
            return int(kind.low), int(kind.high)


def value_range(value: Value, fact: Range, setting: Setting) -> Range:
    """The range of a value, given ranges of its one fact and of the time of evaluation."""

    def inner(part: Value) -> Range:
        return value_range(part, fact, setting)

    match value:
        case Constant(value=constant):
            return constant, constant
        case FactValue():
            return fact
        case Now(type=kind):
            dated = kind.name == "date"
            low, high = (local_date(end, setting.zone) if dated else end for end in setting.now)
            return low, high
        case Rescaled(value=part, factor=factor):
            low, high = inner(part)
            return low * factor, high * factor
        case Arithmetic(left=left, right=right, operator=operator, scale=scale):
            return _calculated(operator, inner(left), inner(right), scale)
        case DateShift(left=left, right=right, operator=operator, type=kind):
            low, high = _calculated(operator, inner(left), inner(right), 1)
            return (low * DAY, high * DAY) if kind.name == "duration" else (low, high)
        case CalendarShift(value=part, months=months, type=kind):
            low, high = (_shifted(end, months, kind, setting.zone) for end in inner(part))
            return low, high
        case Extreme(which=which, parts=parts):
            lows, highs = zip(*map(inner, parts), strict=True)
            return (min(lows), min(highs)) if which == "min" else (max(lows), max(highs))
        case Step(value=part, by=by, type=kind):
            top = len(kind.options) - 1
            low, high = _calculated("+", inner(part), inner(by), 1)
            return min(max(low, 0), top), min(max(high, 0), top)
        case _:
            raise AssertionError(f"not a value of one fact: {type(value).__name__}")


def substituted(value: Value, fact: str, constant: Value) -> Value:
    """The value with another one in the place of a fact."""
    match value:
        case FactValue(fact=name):
            return constant if name == fact else value
        case Extreme(parts=parts):
            return replace(value, parts=tuple(substituted(part, fact, constant) for part in parts))
        case Rescaled(value=inner) | CalendarShift(value=inner):
            return replace(value, value=substituted(inner, fact, constant))
        case Arithmetic(left=left, right=right) | DateShift(left=left, right=right):
            sides = substituted(left, fact, constant), substituted(right, fact, constant)
            return replace(value, left=sides[0], right=sides[1])
        case Step(value=inner, by=by):
            return replace(value, value=substituted(inner, fact, constant), by=substituted(by, fact, constant))
        case _:
            return value


def pieces(comparisons: Sequence[Comparison], domain: Range, setting: Setting) -> list[tuple[Range, tuple[bool, ...]]]:
    """The stretches of a fact's domain in which each comparison has one truth, in order, with these truths.

    Raises TooFine.

    >>> from rapid_response.protocol.expressions import Type
    >>> age = Type("number", low=0, high=120)
    >>> adult = Comparison(">=", FactValue("age", age), Constant(18, age))
    >>> pieces([adult], (0, 120), Setting((0, 0), None))
    [((0, 17), (False,)), ((18, 120), (True,))]
    """
    found: list[tuple[Range, tuple[bool, ...]]] = []
    queue: list[tuple[Range, list[bool | None]]] = [(domain, [None] * len(comparisons))]
    for _ in range(MOST_STEPS * max(1, len(comparisons))):
        if not queue:
            return found
        (low, high), above = queue.pop()
        truths = [
            comparison.truth((low, high), setting) if truth is None else truth
            for comparison, truth in zip(comparisons, above, strict=True)
        ]
        if None in truths:
            middle = (low + high) // 2
            queue += [((middle + 1, high), truths), ((low, middle), truths)]
        else:
            _append(found, (low, high), tuple(map(bool, truths)))
    raise TooFine


def _append(found: list[tuple[Range, tuple[bool, ...]]], stretch: Range, truths: tuple[bool, ...]) -> None:
    if found and found[-1][1] == truths:
        found[-1] = ((found[-1][0][0], stretch[1]), truths)
    else:
        found.append((stretch, truths))


def _calculated(operator: str, left: Range, right: Range, scale: int) -> Range:
    match operator:
        case "+":
            return left[0] + right[0], left[1] + right[1]
        case "-":
            return left[0] - right[1], left[1] - right[0]
        case "*":
            return product_range(left, right)
        case _:
            return quotient_range(left, right, scale)


def _shifted(value: int, months: int, kind: Type, zone: str | None) -> int:
    return shift_date(value, months) if kind.name == "date" else shift_moment(value, months, zone)


def _at_most(left: Range, right: Range) -> bool | None:
    return True if left[1] <= right[0] else None if left[0] <= right[1] else False


def _same(left: Range, right: Range) -> bool | None:
    if left[0] == left[1] == right[0] == right[1]:
        return True
    return None if left[0] <= right[1] and right[0] <= left[1] else False


def _unless(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


_COMPARED: dict[Comparator, Callable[[Range, Range], bool | None]] = {
    "<=": _at_most,
    ">=": lambda left, right: _at_most(right, left),
    "<": lambda left, right: _unless(_at_most(right, left)),
    ">": lambda left, right: _unless(_at_most(left, right)),
    "==": _same,
    "!=": lambda left, right: _unless(_same(left, right)),
}
