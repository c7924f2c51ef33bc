"""Counting rows like each row, back from when it happened: the arithmetic of patterns, on whole histories at once.

Rows are compared in classes: those of which the same things are known. Two classes are compared by what is known in
both; only where everything is known in both do rows surely count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rapid_response.history.columns import Ends, Numbers
from rapid_response.history.slices import Flags

CLOSE_TOGETHER = 1 << 20

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Keys:
    """Something of every row that is to be the same: a number, equal where it is the same; `known` None means all."""

    numbers: Numbers
    known: Flags | None


@dataclass(frozen=True)
class Timeline:
    """When every row of a history happened, in microseconds, and which rows are one incident.

    `ids` are numbers, equal where the id is the same; None where no two are.
    """

    at: Keys
    ids: Places | None = None

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.at.numbers)

    @cached_property
    def order(self) -> Places:
        """The rows of which it is known, in time, and at the same moment as they stand."""
        known = np.arange(self.rows) if self.at.known is None else np.flatnonzero(self.at.known)
        return known[np.argsort(self.at.numbers[known], kind="stable")]

    @cached_property
    def places(self) -> Places:
        """Where every row stands in that order."""
        found = np.zeros(self.rows, np.int64)
        found[self.order] = np.arange(len(self.order))
        return found

    @property
    def incidents(self) -> Places:
        """A number of every row, equal where it is the same incident."""
        return np.arange(self.rows) if self.ids is None else self.ids

    @cached_property
    def repeated(self) -> Flags:
        """The rows whose id some other row has, too."""
        if self.ids is None:
            return np.zeros(self.rows, np.bool_)
        _, place, times = np.unique(self.ids, return_inverse=True, return_counts=True)
        return (times > 1)[place]

    @cached_property
    def until(self) -> Places:
        """How many rows happened before every row: of an id that stands several times, where it stands first."""
        if self.ids is None or not self.repeated.any():
            return self.places
        _, first, place = np.unique(self.ids, return_index=True, return_inverse=True)
        moments = self.at.numbers[self.order]
        ranks = np.cumsum(np.concatenate([[0], moments[1:] != moments[:-1]])[: len(moments)])
        rank = np.zeros(self.rows, np.int64)
        rank[self.order] = ranks
        return np.searchsorted(ranks * self.rows + self.order, rank * self.rows + first[place])

    def since(self, within: int) -> Places:
        """How many rows happened too long before every row to count for it."""
        moments = self.at.numbers[self.order]
        found = np.zeros(self.rows, np.int64)
        found[self.order] = np.searchsorted(moments, moments - within)
        return found


def count_like(timeline: Timeline, within: int, same: Sequence[Keys], surely: Flags, possibly: Flags) -> Ends:
    """How many rows count for each row: itself, and those up to so many microseconds before it that are the same.

    `surely` and `possibly` say which rows are counted at all; they are one object where nothing is unknown.

    >>> at, every = Keys(np.array([10, 12, 12, 30]), None), np.ones(4, np.bool_)
    >>> count_like(Timeline(at), 5, [], every, every).low.tolist()
    [1, 2, 3, 1]
    """
    counting = _Counting(timeline, timeline.since(within), tuple(same))
    low = surely.astype(np.int32)
    high = low if surely is possibly and not counting.unknown.any() else possibly.astype(np.int32)
    rails = [possibly] if surely is possibly else [possibly, surely]
    for asking, asked, unknown in counting.classes(possibly):
        found = counting.counted(asking, asked, unknown, [possibly] if unknown else rails)
        if unknown == 0:
            low[asking] += found[-1]
        if unknown or high is not low:
            high[asking] += found[0]
    return Ends(low, high)


@dataclass(frozen=True)
class _Counting:
    """`since` is what `Timeline.since` says of the window."""

    timeline: Timeline
    since: Places
    same: tuple[Keys, ...]

    @cached_property
    def unknown(self) -> Places:
        """What is not known of each row: a bit for each thing that is to be the same, the next one for the time."""
        found = np.zeros(self.timeline.rows, np.int64)
        for bit, keys in enumerate((*self.same, self.timeline.at)):
            if keys.known is not None:
                found |= ~keys.known * np.int64(1 << bit)
        return found

    def classes(self, counts: Flags) -> Iterator[tuple[Places, Places, int]]:
        """Rows, the rows that may count for them, and what is not known in one or the other."""
        found = np.unique(self.unknown).tolist()
        rows = {unknown: np.flatnonzero(self.unknown == unknown) for unknown in found}
        for unknown, asking in rows.items():
            for other, asked in rows.items():
                yield asking, asked[counts[asked]], unknown | other

    def counted(self, asking: Places, asked: Places, unknown: int, rails: Sequence[Flags]) -> list[Numbers]:
        """For each rail how many of the rows asked count for each row that asks, but for those of the same incident."""
        timed, key = not unknown >> len(self.same), self.key(unknown)
        found = self.between(asking, asked, key, timed, rails)
        if not timed or self.timeline.repeated.any():
            itself = self.timeline.repeated[asking] if timed else np.ones(len(asking), np.bool_)
            incident = _together(key, self.timeline.incidents)
            for every, own in zip(found, self.between(asking[itself], asked, incident, timed, rails), strict=True):
                every[itself] -= own
        return found

    def key(self, unknown: int) -> Places:
        """A number of every row, equal where all that is known is the same."""
        found = np.zeros(self.timeline.rows, np.int64)
        for bit, keys in enumerate(self.same):
            if not unknown >> bit & 1:
                found = _together(found, keys.numbers)
        return found

    def between(self, asking: Places, asked: Places, key: Places, timed: bool, rails: Sequence[Flags]) -> list[Numbers]:
        """For each rail how many of the rows asked have the same key, and lie in the window if it is timed."""
        width = self.timeline.rows + 1
        ordered = key[asked] * width + self.timeline.places[asked]
        order = np.argsort(ordered)
        ordered = ordered[order]
        start = key[asking] * width
        near = np.argsort(start + self.timeline.places[asking])  # looked up in this order memory is near
        ends = (self.since[asking], self.timeline.until[asking]) if timed else (0, width)
        first, last = (np.searchsorted(ordered, (start + end)[near]) for end in ends)
        sums = (np.concatenate([[0], np.cumsum(rail[asked][order], dtype=np.int32)]) for rail in rails)
        found = [np.empty(len(asking), np.int32) for _ in rails]
        for counts, total in zip(found, sums, strict=True):
            counts[near] = total[last] - total[first]
        return found


def _together(one: Numbers, other: Numbers) -> Places:
    """A number of every row, equal where both are."""
    first, second = _small(one), _small(other)
    return _small(first * np.int64(second.max(initial=0) + 1) + second)


def _small(numbers: Numbers) -> Places:
    """The same numbers from 0 on where they lie close together, else others, below their number."""
    low, high = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    if high - low < CLOSE_TOGETHER:
        return numbers.astype(np.int64) - low
    return np.unique(numbers, return_inverse=True)[1]
