"""Steps of conditions that are made of others, or of values."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import cast

import numpy as np

from rapid_response.history import ranges
from rapid_response.history.counting import at_least
from rapid_response.history.ranges import Range
from rapid_response.history.sheets import Definitions, Options, Sheet, Work
from rapid_response.history.slices import NONE, YES, Rails, Words, both, either, opposite, pack, plain
from rapid_response.history.tiers import TierRange
from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    Condition,
    Constant,
    CriterionHolds,
    IsOneOf,
    IsSame,
    Not,
    Points,
    Type,
    Unsettled,
)


def condition_step(node: Condition, slots: list[int], definitions: Definitions) -> Work:
    """How a condition is worked out from what stands in the slots below it."""
    match node:
        case Always():
            return lambda _: YES
        case CriterionHolds(criterion=name):
            return _criterion(slots[0], definitions.criteria[name].assumed)
        case Not():
            return lambda sheet: opposite(sheet.found[slots[0]])
        case AllOf():
            return lambda sheet: reduce(both, [sheet.found[slot] for slot in slots])
        case AnyOf():
            return lambda sheet: reduce(either, [sheet.found[slot] for slot in slots])
        case AtLeast(number=number):
            return lambda sheet: at_least(number, [sheet.found[slot] for slot in slots])
        case Compare():
            return _comparison(node, slots)
        case IsOneOf(value=value, options=options):
            return _membership(slots[0], options, value.type)
        case IsSame():
            return lambda sheet: _same(sheet.found[slots[0]], sheet.found[slots[1]])
        case Unsettled():
            return _unsettled
        case _:
            raise AssertionError(f"a fact decides it: {type(node).__name__}")


def _criterion(slot: int, assumed: bool | None) -> Work:
    def work(sheet: Sheet) -> Rails:
        holds: Rails = sheet.found[slot]
        if assumed is None or not sheet.assume:
            return holds
        end = holds.possibly if assumed else holds.surely
        return Rails(end, end)

    return work


def counted(node: Compare) -> tuple[Comparator, tuple[Condition, ...], int] | None:
    """A count of conditions compared with a constant, and how many of them it takes to reach or exceed it."""
    match node:
        case Compare(comparator=comparator, left=Points(terms=terms), right=Constant(value=constant)):
            if comparator not in ("==", "!=") and all(add == 1 for add, _ in terms):
                needed = constant if comparator in (">=", "<") else constant + 1
                return comparator, tuple(condition for _, condition in terms), needed
    return None


def _comparison(node: Compare, slots: list[int]) -> Work:
    if found := counted(node):
        comparator, _, needed = found
        reached = comparator in (">=", ">")

        def count(sheet: Sheet) -> Rails:
            holds = at_least(needed, [sheet.found[slot] for slot in slots])
            return holds if reached else opposite(holds)

        return count
    return lambda sheet: ranges.compare(node.comparator, sheet.found[slots[0]], sheet.found[slots[1]])


def _membership(slot: int, options: frozenset[int], kind: Type) -> Work:
    """A scale or choice that is worked out is one of some options."""

    def work(sheet: Sheet) -> Rails:
        possible = sheet.found[slot]
        if isinstance(possible, Range):
            possible = _possible_steps(possible, len(kind.options))
        inside = _any(words for option, words in enumerate(possible) if option in options)
        outside = _any(words for option, words in enumerate(possible) if option not in options)
        return Rails(inside & ~outside, inside)

    return work


def _possible_steps(steps: Range, options: int) -> Options:
    return tuple(pack((steps.low <= option) & (option <= steps.high)) for option in range(options))


def _any(words: Iterable[Words]) -> Words:
    return reduce(np.bitwise_or, words, NONE)


def _same(left: Options, right: Options) -> Rails:
    """Two choices are surely the same where each has one option left, and it is the same."""
    common = _any(a & b for a, b in zip(left, right, strict=True))
    differing = _any(a ^ b for a, b in zip(left, right, strict=True))
    several = at_least(2, [Rails(words, words) for words in left]).surely
    return Rails(common & ~differing & ~several, common)


def _unsettled(sheet: Sheet) -> Rails:
    """Only asked under the assumptions, where it is always yes or no."""
    return plain(cast(TierRange, sheet.tiers).is_open())
