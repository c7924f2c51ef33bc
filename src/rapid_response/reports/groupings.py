"""How a condition falls into parts: which stand together under one heading, and which amount to one clause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapid_response.protocol.expressions import (
    AllOf,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    Condition,
    Constant,
    Includes,
    Not,
    Points,
    Value,
)
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.reports import catalogue as say

OPPOSITE: dict[Comparator, Comparator] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", "<=": ">", ">": "<="}
MIRRORED: dict[Comparator, Comparator] = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions under a heading such as "Any of these"."""

    kind: Literal["all", "any", "none", "not all", "at least", "fewer", "exactly", "not exactly"]
    parts: tuple[Condition, ...]
    number: int = 0

    def heading(self, language: str) -> str:
        """The words above the parts."""
        return say.GROUPS[self.kind](language, self.number)


def group_of(protocol: Protocol, condition: Condition, holds: bool = True) -> Group | None:
    """A condition as a heading with parts, None where it stands alone; `holds` is no for its opposite."""
    match condition:
        case Not(part=part):
            return group_of(protocol, part, not holds)
        case AllOf(parts=(part,)) | AnyOf(parts=(part,)):
            return group_of(protocol, part, holds)
        case AllOf(parts=parts) if not (holds and ends_of(parts)):
            return Group("all" if holds else "not all", tuple(_flat(condition)))
        case AnyOf(parts=parts) if not _equalities(parts) and not every_option(protocol, parts):
            return Group("any" if holds else "none", tuple(_flat(condition)))
        case AtLeast(number=number, parts=parts):
            return Group("at least" if holds else "fewer", parts, number)
        case Compare(comparator=comparator, left=Points() as points, right=Constant(value=number)):
            counts = adds_ones(points) and not counted(protocol, points)
            return _count_group(comparator if holds else OPPOSITE[comparator], points, number) if counts else None
        case _:
            return None


def dissolves(part: Condition, whole: Condition) -> bool:
    """Whether the parts of a part can stand in its place: all within all, any within any."""
    if not isinstance(part, AllOf | AnyOf) or type(part) is not type(whole):
        return False
    return not ends_of(part.parts) and not _equalities(part.parts)


def counted(protocol: Protocol, value: Value) -> Fact | None:
    """The fact of several choices whose chosen options a value counts."""
    if not isinstance(value, Points) or not adds_ones(value):
        return None
    return every_option(protocol, [part for _, part in value.terms])


def every_option(protocol: Protocol, parts: Sequence[Condition]) -> Fact | None:
    """The fact of which each part says that one option was chosen, where together they are all its options."""
    chosen = [(part.fact, part.options) for part in parts if isinstance(part, Includes)]
    fact = protocol.facts[chosen[0][0]] if len(chosen) == len(parts) else None
    every = [(fact.name, frozenset([position])) for position in range(len(fact.options))] if fact else []
    return fact if chosen == every else None


def ends_of(parts: Sequence[Condition]) -> tuple[Compare, Compare] | None:
    """The two ends where the parts say between what one value lies, as in 65 <= age < 80; it stands left in both."""
    match parts:
        case (Compare() as first, Compare() as second):
            ends = _turned(first), _turned(second)
        case _:
            return None
    one = ends[0].left == ends[1].left and ends[0].left.type.name != "scale"
    return ends if one and all(isinstance(end.right, Constant) for end in ends) else None


def adds_ones(points: Points) -> bool:
    """Whether points count how many of their conditions hold."""
    return not points.type.places and all(add == 1 for add, _ in points.terms)


def _flat(whole: AllOf | AnyOf) -> Iterator[Condition]:
    for part in whole.parts:
        if isinstance(part, AllOf | AnyOf) and dissolves(part, whole):
            yield from _flat(part)
        else:
            yield part


def _turned(compare: Compare) -> Compare:
    """A comparison with what is written out on the right."""
    if not isinstance(compare.left, Constant):
        return compare
    return Compare(MIRRORED[compare.comparator], compare.right, compare.left)


def _equalities(parts: Sequence[Condition]) -> bool:
    """Whether the parts say that one value is one of several."""
    compared = [part for part in parts if isinstance(part, Compare) and part.comparator == "=="]
    return len(compared) == len(parts) > 1 and all(
        part.left == compared[0].left and isinstance(part.right, Constant) for part in compared
    )


def _count_group(comparator: Comparator, points: Points, number: int) -> Group:
    parts = tuple(part for _, part in points.terms)
    least, fewer = number + (comparator == ">"), number + (comparator == "<=")
    match comparator:
        case ">=" | ">":
            return Group("any" if least == 1 else "at least", parts, least)
        case "<" | "<=":
            return Group("none" if fewer == 1 else "fewer", parts, fewer)
        case "==":
            return Group("exactly" if number else "none", parts, number)
        case _:
            return Group("not exactly" if number else "any", parts, number)
