"""Counts by the day, kept only for days on which something is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Days = npt.NDArray[np.int64]
"""Days since 1970-01-01."""


@dataclass
class DayCounts:
    """For each day so many counts.

    >>> counts = DayCounts(2)
    >>> counts.add(np.array([5, 3, 5]), np.array([0, 1, 0]))
    >>> counts.days().tolist(), counts.table().tolist()
    ([3, 5], [[0, 1], [2, 0]])
    """

    width: int
    places: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._table: npt.NDArray[np.int64] = np.zeros((64, self.width), np.int64)

    def add(self, days: Days, columns: npt.NDArray[Any], amount: int = 1) -> None:
        """Count each of some pairs of a day and a column."""
        found, inverse = np.unique(days, return_inverse=True)
        pairs = inverse * self.width + columns
        counted = np.bincount(pairs, minlength=len(found) * self.width).reshape(len(found), self.width)
        rows = [self.places.setdefault(day, len(self.places)) for day in found.tolist()]
        if len(self.places) > len(self._table):
            missing = max(len(self.places) - len(self._table), len(self._table))
            self._table = np.concatenate([self._table, np.zeros((missing, self.width), np.int64)])
        self._table[rows] += amount * counted

    def days(self) -> Days:
        """The days on which something was counted, in order."""
        return np.array(sorted(self.places), np.int64)

    def table(self) -> npt.NDArray[np.int64]:
        """The counts of these days."""
        table: npt.NDArray[np.int64] = self._table[[self.places[day] for day in sorted(self.places)]]
        return table


def local_clock(microseconds: npt.NDArray[np.int64], zone: str | None) -> npt.NDArray[np.int64]:
    """What the clock on the wall of a zone shows at some moments, in microseconds since it showed 1970-01-01T00:00."""
    if zone is None:
        return microseconds
    moments = pa.array(microseconds, pa.timestamp("us", zone))
    shown: npt.NDArray[np.int64] = pc.local_timestamp(moments).cast(pa.int64()).to_numpy(zero_copy_only=False)
    return shown


def weeks_of(days: Days) -> Days:
    """The Mondays of the weeks that days are in.

    >>> weeks_of(np.array([0, 4])).astype("M8[D]").astype(str).tolist()
    ['1969-12-29', '1970-01-05']
    """
    mondays: Days = (days + 3) // 7 * 7 - 3
    return mondays


def months_of(days: Days) -> Days:
    """The first days of the months that days are in."""
    first: Days = days.astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)
    return first
