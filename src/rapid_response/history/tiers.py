"""The range of tiers of many incidents: for each level the rows whose lowest, and whose highest, tier reaches it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import accumulate
from operator import or_

import numpy as np
import numpy.typing as npt

from rapid_response.history.ranges import End, Range
from rapid_response.history.slices import NONE, Rails, Words, pack, unpack
from rapid_response.protocol.model import Rule

Levels = npt.NDArray[np.uint8]
Effect = tuple[Words, End]
"""The rows in which a rule holds, and the level that it raises or limits to there."""


@dataclass(frozen=True, slots=True)
class TierRange:
    """`low[i]` are the rows whose lowest tier is at least level i + 1, `high[i]` those whose highest tier is."""

    low: tuple[Words, ...]
    high: tuple[Words, ...]

    def is_open(self) -> Words:
        """The rows in which more than one tier is possible."""
        return reduce(or_, (a ^ b for a, b in zip(self.low, self.high, strict=True)), NONE)

    def as_range(self, rows: int) -> Range:
        """The levels of the lowest and the highest tier, row by row."""
        return Range(levels(self.low, rows).astype(np.int64), levels(self.high, rows).astype(np.int64))


def levels(reached: Sequence[Words], rows: int) -> Levels:
    """How many of the levels each row reaches: its tier."""
    found = np.zeros(rows, np.uint8)
    for words in reached:
        found += unpack(words, rows)
    return found


def tier_range(rules: Sequence[tuple[Rule, Rails, Range]], tiers: int) -> TierRange:
    """The range that follows from rules, whether each holds, and the level that it raises or limits to.

    lowest = min(sure raises, possible limits); highest = min(possible raises, sure limits).
    """
    raises = [(holds, level) for rule, holds, level in rules if rule.effect == "raise_to"]
    limits = [(holds, level) for rule, holds, level in rules if rule.effect == "limit_to"]
    low = _raised([(holds.surely, level.low) for holds, level in raises], tiers)
    high = _raised([(holds.possibly, level.high) for holds, level in raises], tiers)
    low_held = _held([(holds.possibly, level.low) for holds, level in limits], tiers)
    high_held = _held([(holds.surely, level.high) for holds, level in limits], tiers)
    return TierRange(_without(low, low_held), _without(high, high_held))


def _raised(effects: Sequence[Effect], tiers: int) -> list[Words]:
    """For each level above the lowest the rows raised to it or higher."""
    fixed = [_any(rows for rows, to in effects if isinstance(to, int) and to == level) for level in range(1, tiers)]
    found = [*accumulate(reversed(fixed), or_)][::-1]
    return [
        _any([rows, *(holds & pack(to >= level) for holds, to in effects if not isinstance(to, int))])
        for level, rows in enumerate(found, 1)
    ]


def held_below(limits: Sequence[Effect], tiers: int) -> list[Words]:
    """For each level, the lowest too, the rows that a limit holds below it."""
    return [NONE, *_held(limits, tiers)]


def _held(effects: Sequence[Effect], tiers: int) -> list[Words]:
    """For each level above the lowest the rows held below it."""
    fixed = [_any(rows for rows, to in effects if isinstance(to, int) and to == level - 1) for level in range(1, tiers)]
    return [
        _any([rows, *(holds & pack(to < level) for holds, to in effects if not isinstance(to, int))])
        for level, rows in enumerate(accumulate(fixed, or_), 1)
    ]


def _without(raised: Sequence[Words], held: Sequence[Words]) -> tuple[Words, ...]:
    return tuple(up if down is NONE else up & ~down for up, down in zip(raised, held, strict=True))


def _any(rows: Iterable[Words]) -> Words:
    found = [words for words in rows if words is not NONE]
    return reduce(or_, found) if found else NONE
