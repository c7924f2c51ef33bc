"""Checked conditions and values made of others, with the bounds and places that follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from rapid_response.protocol.expressions import (
    DAY,
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    CalendarShift,
    Cases,
    Condition,
    Constant,
    DateShift,
    Includes,
    IsOneOf,
    IsSame,
    Not,
    Now,
    Points,
    Rescaled,
    Type,
    Value,
    children,
)

MOMENT, DATE, DURATION, YES_NO, TEXT = Type("moment"), Type("date"), Type("duration"), Type("yes_no"), Type("text")
CALENDAR = Type("duration", kind="calendar")


@lru_cache(maxsize=16)
def chosen(fact: str, kind: Type) -> Points:
    """How many options of a fact of several choices were chosen."""
    names = enumerate(kind.options)
    parts = [Includes(fact, frozenset([position]), False, text=f"{fact} includes {name}") for position, name in names]
    return points((1, part) for part in parts)


def points(terms: Iterable[tuple[int, Condition]], places: int = 0) -> Points:
    """A sum of points with the bounds that follow from its terms."""
    listed = tuple(terms)
    low, high = sum(min(add, 0) for add, _ in listed), sum(max(add, 0) for add, _ in listed)
    return Points(listed, Type("number", places=places, low=low, high=high))


def first_of(branches: Sequence[tuple[Condition, Value]], otherwise: Value | None) -> Cases:
    """The value of the first branch that holds, with the bounds that follow; without `otherwise` one always does."""
    values = [value for _, value in branches] + ([otherwise] if otherwise else [])
    places = max(value.type.places for value in values)
    levelled = [at_places(value, places) for value in values]
    low, high = min(value.type.low for value in levelled), max(value.type.high for value in levelled)
    pairs = tuple((condition, value) for (condition, _), value in zip(branches, levelled, strict=False))
    return Cases(pairs, levelled[-1] if otherwise else None, replace(levelled[0].type, low=low, high=high))


def all_of(conditions: Iterable[Condition]) -> Condition:
    """That all conditions hold; those that always do are left out."""
    parts = tuple(condition for condition in conditions if not isinstance(condition, Always))
    return parts[0] if len(parts) == 1 else AllOf(parts) if parts else Always()


def type_of(node: Value | Condition) -> Type:
    """The type of a value; a condition is yes or no."""
    return YES_NO if isinstance(node, Condition) else node.type


def as_day(value: Value, beside: Value) -> Value:
    """Beside a date, `now` is that day's date, also with some days or months added or taken away."""
    return _dated(value) if type_of(beside).name == "date" else value


def _dated(value: Value) -> Value:
    match value:
        case Now():
            return replace(value, type=DATE)
        case CalendarShift(value=inner) if _dated(inner).type == DATE:
            return replace(value, value=_dated(inner), type=DATE)
        case Arithmetic(operator="+" | "-" as sign, left=left, right=Constant(value=length, type=kind) as right) if (
            kind.name == "duration" and length % DAY == 0 and _dated(left).type == DATE
        ):
            days = replace(right, value=length // DAY)
            return DateShift("+" if sign == "+" else "-", _dated(left), days, DATE, text=value.text, span=value.span)
        case _:
            return value


def size(node: Condition | Value) -> int:
    """How many nodes there are; two conditions that are compared stand twice in the result, so this may double."""
    return 1 + sum(map(size, children(node)))


def choice_equality(left: Value, right: Value) -> Condition:
    """That two choices are the same option."""
    for value, other in ((left, right), (right, left)):
        if isinstance(other, Constant):
            return IsOneOf(value, frozenset([other.value]))
    return IsSame(left, right)


def is_literal(condition: Condition) -> bool:
    """Whether it is yes or no written out."""
    return condition in (Always(), Not(Always()))


def same_truth(left: Condition, right: Condition) -> Condition:
    """That two conditions are both yes or both no."""
    if isinstance(right, Always):
        return left
    if is_literal(right):
        return Not(left)
    if is_literal(left):
        return same_truth(right, left)
    return AnyOf((AllOf((left, right)), AllOf((Not(left), Not(right)))))


def at_places(value: Value, places: int) -> Value:
    """A number brought to more places; any other value as it is."""
    if value.type.name != "number" or value.type.places == places:
        return value
    factor = 10 ** (places - value.type.places)
    kind = replace(value.type, places=places, low=value.type.low * factor, high=value.type.high * factor)
    if isinstance(value, Constant):
        return replace(value, value=value.value * factor, type=kind)
    return Rescaled(value, factor, kind, text=value.text, span=value.span)


def sum_of(operator: Literal["+", "-"], left: Value, right: Value) -> Arithmetic:
    """Two numbers of equal places added or subtracted."""
    a, b = left.type, right.type
    low, high = (a.low + b.low, a.high + b.high) if operator == "+" else (a.low - b.high, a.high - b.low)
    return Arithmetic(operator, left, right, Type("number", places=a.places, low=low, high=high))


def product_of(left: Value, right: Value) -> Arithmetic:
    """Two numbers multiplied; their places add up."""
    ends = [x * y for x in (left.type.low, left.type.high) for y in (right.type.low, right.type.high)]
    kind = Type("number", places=left.type.places + right.type.places, low=min(ends), high=max(ends))
    return Arithmetic("*", left, right, kind)
