"""Conditions and values that one yes_no, scale or choice fact decides alone: what they are worth for each answer."""

from __future__ import annotations

from rapid_response.evaluation.truth import NO, NOT, UNKNOWN, YES
from rapid_response.protocol.expressions import (
    Comparator,
    Compare,
    Condition,
    Constant,
    FactHolds,
    FactValue,
    IsOneOf,
    Not,
    Type,
    Value,
)
from rapid_response.protocol.model import Protocol


def tabled_fact(node: Condition | Value, protocol: Protocol) -> str | None:
    """The yes_no, scale or choice fact whose value alone decides a leaf, None for other nodes."""
    match node:
        case FactHolds(fact=name) | Not(part=FactHolds(fact=name)):
            return name
        case FactValue(fact=name, type=kind) if kind.name in ("scale", "choice"):
            return name
        case IsOneOf(value=FactValue(fact=name)):
            return name
        case Compare(left=FactValue(fact=name, type=kind), right=Constant()) if kind.name == "scale":
            return name
        case Not(part=part) if isinstance(part, IsOneOf | Compare):
            return tabled_fact(part, protocol)
        case _:
            return None


def entry(node: Condition | Value, kind: Type, answer: bool | str | None) -> tuple[int, ...]:
    """What a leaf is worth for one answer: a truth, a mask, or the two ends of a range."""
    match node:
        case FactHolds():
            return (UNKNOWN if answer is None else YES if answer else NO,)
        case Not(part=part):
            return (NOT[entry(part, kind, answer)[0]],)
        case IsOneOf(options=options):
            every = len(kind.options)
            inside = len(options) if answer is None else int(kind.options.index(str(answer)) in options)
            return (YES if inside == (every if answer is None else 1) else UNKNOWN if inside else NO,)
        case Compare(comparator=comparator, right=Constant(value=constant)):
            position = None if answer is None else kind.options.index(str(answer))
            ends = (0, len(kind.options) - 1) if position is None else (position, position)
            return (compare_ranges(comparator, ends, constant),)
        case _ if kind.name == "choice":
            return ((1 << len(kind.options)) - 1 if answer is None else 1 << kind.options.index(str(answer)),)
        case _:
            return (0, len(kind.options) - 1) if answer is None else (kind.options.index(str(answer)),) * 2


def compare_ranges(comparator: Comparator, ends: tuple[float, float], constant: int) -> int:
    """The truth of a range compared with a constant."""
    low, high = ends
    match comparator:
        case ">=":
            return YES if low >= constant else UNKNOWN if high >= constant else NO
        case ">":
            return YES if low > constant else UNKNOWN if high > constant else NO
        case "<=":
            return YES if high <= constant else UNKNOWN if low <= constant else NO
        case "<":
            return YES if high < constant else UNKNOWN if low < constant else NO
        case "==":
            return YES if low == high == constant else UNKNOWN if low <= constant <= high else NO
        case _:
            return NOT[compare_ranges("==", ends, constant)]
