"""Checked conditions and values: what every engine computes, and nothing else.

A `Condition` is yes, no or unknown. A `Value` is a number, a step on a scale, an option, a moment, a date or a length
of time. Numbers are whole numbers scaled by ten to their `places`; scales and choices are positions in their kind's
options; moments and lengths of time are microseconds (moments since 1970-01-01 UTC); dates are days (Python's
ordinals) and lengths between dates are microseconds too. Each node knows the words it was written in and their place;
equality ignores both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from rapid_response.protocol.problems import Span

TypeName = Literal["yes_no", "number", "scale", "choice", "choices", "moment", "date", "duration", "text"]
Comparator = Literal["==", "!=", "<=", "<", ">=", ">"]

MICROSECONDS = {"minute": 60_000_000, "hour": 3_600_000_000, "day": 86_400_000_000, "week": 604_800_000_000}
MONTHS = {"month": 1, "year": 12}
DAY = MICROSECONDS["day"]


@dataclass(frozen=True, slots=True)
class Type:
    """What a value is: its type, the kind and options of scales and choices, places and bounds of numbers."""

    name: TypeName
    kind: str = ""
    options: tuple[str, ...] = ()
    places: int = 0
    low: float = -math.inf
    high: float = math.inf

    def alike(self, other: Type) -> bool:
        """Whether values of the two types may be compared."""
        return self.name == other.name and self.kind == other.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The words of a node as they stand in the protocol, and where."""

    text: str = field(default="", compare=False)
    span: Span | None = field(default=None, compare=False, repr=False)


# Conditions


@dataclass(frozen=True, slots=True)
class Always(Written):
    """Holds whatever is known: the condition of a rule that states none."""


@dataclass(frozen=True, slots=True)
class FactHolds(Written):
    """A yes_no fact that stands alone."""

    fact: str


@dataclass(frozen=True, slots=True)
class CriterionHolds(Written):
    """A criterion that stands alone."""

    criterion: str


@dataclass(frozen=True, slots=True)
class Not(Written):
    """The opposite of a condition."""

    part: Condition


@dataclass(frozen=True, slots=True)
class AllOf(Written):
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Written):
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AtLeast(Written):
    """At least `number` parts hold."""

    number: int
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Compare(Written):
    """Two ordered values compared: numbers of equal places, steps of one scale, moments, dates, lengths of time."""

    comparator: Comparator
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class IsOneOf(Written):
    """A scale or choice value is one of some options."""

    value: Value
    options: frozenset[int]


@dataclass(frozen=True, slots=True)
class IsSame(Written):
    """Two choices of one kind are the same option."""

    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Includes(Written):
    """A fact of several choices includes one of the options, or every one."""

    fact: str
    options: frozenset[int]
    every: bool


@dataclass(frozen=True, slots=True)
class TextIs(Written):
    """A text fact is one of some texts, to the letter."""

    fact: str
    texts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Unsettled(Written):
    """In responses: more than one tier is still possible.

    Yes or no under the assumptions. Without them it is unknown while it is not no: learning more may settle the tier.
    """


@dataclass(frozen=True, slots=True)
class ResponseActive(Written):
    """In properties: a response that stands alone is active."""

    response: str


Condition = (
    Always
    | FactHolds
    | CriterionHolds
    | Not
    | AllOf
    | AnyOf
    | AtLeast
    | Compare
    | IsOneOf
    | IsSame
    | Includes
    | TextIs
    | Unsettled
    | ResponseActive
)


# Values


@dataclass(frozen=True, slots=True)
class Constant(Written):
    """A value written out."""

    value: int
    type: Type


@dataclass(frozen=True, slots=True)
class FactValue(Written):
    """The value of a fact."""

    fact: str
    type: Type


@dataclass(frozen=True, slots=True)
class MeasureValue(Written):
    """The value of a measure."""

    measure: str
    type: Type


@dataclass(frozen=True, slots=True)
class PatternValue(Written):
    """How many incidents make up a pattern."""

    pattern: str
    type: Type


@dataclass(frozen=True, slots=True)
class TierValue(Written):
    """In responses: the tier, or the range of tiers still possible."""

    type: Type


@dataclass(frozen=True, slots=True)
class Now(Written):
    """The time of the evaluation: a moment, or beside dates that day's date in the protocol's time zone."""

    type: Type


@dataclass(frozen=True, slots=True)
class Rescaled(Written):
    """A number brought to more places, so that two numbers can meet."""

    value: Value
    factor: int
    type: Type


@dataclass(frozen=True, slots=True)
class Arithmetic(Written):
    """Two values added, subtracted, multiplied or divided.

    For + and - both sides have the same places. A quotient, `left * scale / right`, has six, rounded half to even.
    """

    operator: Literal["+", "-", "*", "/"]
    left: Value
    right: Value
    type: Type
    scale: int = 1


@dataclass(frozen=True, slots=True)
class DateShift(Written):
    """A date some whole days later, or the length of time between two dates."""

    operator: Literal["+", "-"]
    left: Value
    right: Value
    type: Type


@dataclass(frozen=True, slots=True)
class CalendarShift(Written):
    """A moment or date some months later (earlier if negative), clamped to the month's end, in the protocol's zone."""

    value: Value
    months: int
    type: Type


@dataclass(frozen=True, slots=True)
class Extreme(Written):
    """The least or greatest of several numbers or steps of one scale."""

    which: Literal["min", "max"]
    parts: tuple[Value, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Step(Written):
    """A scale value moved some steps, clamped at the ends."""

    value: Value
    by: Value
    type: Type


@dataclass(frozen=True, slots=True)
class Points(Written):
    """The sum of the points whose condition holds."""

    terms: tuple[tuple[int, Condition], ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Cases(Written):
    """The value of the first case that holds, else `otherwise` (None only where the cases cover everything)."""

    branches: tuple[tuple[Condition, Value], ...]
    otherwise: Value | None
    type: Type


Value = (
    Constant
    | FactValue
    | MeasureValue
    | PatternValue
    | TierValue
    | Now
    | Rescaled
    | Arithmetic
    | DateShift
    | CalendarShift
    | Extreme
    | Step
    | Points
    | Cases
)


def children(node: Condition | Value) -> tuple[Condition | Value, ...]:
    """The nodes directly below a node, in the order they were written."""
    match node:
        case Not(part=part):
            return (part,)
        case AllOf(parts=parts) | AnyOf(parts=parts) | AtLeast(parts=parts):
            return parts
        case Extreme(parts=values):
            return values
        case Compare(left=left, right=right) | IsSame(left=left, right=right):
            return (left, right)
        case Arithmetic(left=left, right=right) | DateShift(left=left, right=right):
            return (left, right)
        case IsOneOf(value=value) | Rescaled(value=value) | CalendarShift(value=value):
            return (value,)
        case Step(value=value, by=by):
            return (value, by)
        case Points(terms=terms):
            return tuple(condition for _, condition in terms)
        case Cases(branches=branches, otherwise=otherwise):
            pairs = tuple(part for branch in branches for part in branch)
            return pairs if otherwise is None else (*pairs, otherwise)
        case _:
            return ()


def parts_of(*nodes: Condition | Value) -> Iterator[Condition | Value]:
    """The nodes and all below them, each once: a value that every band compares is shared, not repeated."""
    seen: set[int] = set()
    waiting = [*nodes]
    while waiting:
        part = waiting.pop()
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            waiting += children(part)


def names_in(node: Condition | Value) -> frozenset[str]:
    """The facts, criteria, measures and patterns that a node refers to directly."""
    match node:
        case FactHolds(fact=name) | FactValue(fact=name) | Includes(fact=name) | TextIs(fact=name):
            return frozenset([name])
        case CriterionHolds(criterion=name):
            return frozenset([name])
        case MeasureValue(measure=name) | PatternValue(pattern=name):
            return frozenset([name])
        case _:
            return frozenset().union(*(names_in(child) for child in children(node)))


def uses_now(*nodes: Condition | Value) -> bool:
    """Whether the time of evaluation matters to any of the nodes."""
    return any(isinstance(part, Now) for part in parts_of(*nodes))
