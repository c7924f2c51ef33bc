"""How much work each version means: activations, responses at once, and staff hours, day by day.

Only incidents count that are not surely out of scope and of which it is known when they happened. A response is under
way from the day of its incident until it is due. Counted from `now` or `active`, it is due so long after the incident;
where it states no due time, it takes as many days as its hours fill at 8 a day, at least the day itself. An activation
is under way until the last of its responses ends. Staff hours count on the day of the incident.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from rapid_response.history.backtests.days import DayCounts, Days, local_clock, months_of, weeks_of
from rapid_response.history.backtests.load_records import Amount, Load, Peak, Period, Rate, Work, Workload
from rapid_response.history.backtests.sides import Side
from rapid_response.history.columns import Quantities
from rapid_response.history.slices import Flags, flags
from rapid_response.protocol.model import Protocol, Response

Moments = npt.NDArray[np.int64]

MICROSECONDS_A_DAY = 86_400_000_000
HOURS_A_DAY = 8
_UNITS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 365.2425 / 12, "year": 365.2425}
_SURELY, _POSSIBLY = 0, 1


@dataclass
class WorkTally:
    """Counts the work of one version, stretch by stretch. `activation` is the level from which on a tier is one."""

    protocol: Protocol
    activation: int
    undated: int = 0
    incidents: int = 0
    span: tuple[int, int] | None = None
    responses: tuple[Response, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.responses = tuple(self.protocol.responses.values())
        self.tiers = len(self.protocol.tiers)
        self.states = DayCounts(2 * self.tiers**2)
        self.active = DayCounts(2 * len(self.responses))
        self.under_way = DayCounts(4)

    def add(self, side: Side, fits: Flags) -> None:
        """The fitting rows of a stretch."""
        counted = fits & (side.scope < 2)
        clock, known = self._clock(side)
        self.undated += int((counted & ~known).sum())
        counted &= known
        if not counted.any():
            return
        days = clock // MICROSECONDS_A_DAY
        self.incidents += int(counted.sum())
        self._widen(days[counted])
        certain = side.scope == 0
        states = side.low.astype(np.int64) * self.tiers + side.high + np.where(certain, 0, self.tiers**2)
        self.states.add(days[counted], states[counted])
        ends = self._responses(side, clock, days, (counted & certain, counted))
        reach = (side.low >= self.activation) & certain & counted, (side.high >= self.activation) & counted
        for place, (rows, end) in enumerate(zip(reach, ends, strict=True)):
            self._begin_and_end(days[rows], end[rows], 2 + place)

    def _clock(self, side: Side) -> tuple[Moments, Flags]:
        """What the clock showed when each incident happened, and of which it is known; else the time of evaluation."""
        block = side.outcome.sheet.block
        column = block.columns.get(self.protocol.at or "")
        if isinstance(column, Quantities):
            known = np.ones(block.rows, np.bool_) if column.known is None else flags(column.known, block.rows)
            return local_clock(np.where(known, column.numbers, 0).astype(np.int64), self.protocol.time_zone), known
        if self.protocol.at is None and isinstance(block.now, np.ndarray):
            return local_clock(block.now, self.protocol.time_zone), np.ones(block.rows, np.bool_)
        return np.zeros(block.rows, np.int64), np.zeros(block.rows, np.bool_)

    def _widen(self, days: Days) -> None:
        first, last = int(days.min()), int(days.max())
        self.span = (min(first, self.span[0]), max(last, self.span[1])) if self.span else (first, last)

    def _responses(self, side: Side, clock: Moments, days: Days, counted: tuple[Flags, Flags]) -> tuple[Days, Days]:
        """Count the responses; gives the last day of the last one that surely, and possibly, is active."""
        ends = days.copy(), days.copy()
        for place, response in enumerate(self.responses):
            end = np.maximum(self._end(response, side, clock, days), days)
            rails = side.outcome.responses[response.name]
            for rail, words in ((_SURELY, rails.surely), (_POSSIBLY, rails.possibly)):
                rows = counted[rail] & flags(words, len(days))
                column = rail * len(self.responses) + place
                self.active.add(days[rows], np.full(int(rows.sum()), column))
                self._begin_and_end(days[rows], end[rows], rail)
                np.maximum(ends[rail], end, out=ends[rail], where=rows)
        return ends

    def _end(self, response: Response, side: Side, clock: Moments, days: Days) -> Days:
        """The day on which a response ends, row by row."""
        if response.due is None:
            return days + max(ceil((response.hours or 0) / HOURS_A_DAY), 1) - 1
        length = round(response.due.amount * _UNITS[response.due.unit] * MICROSECONDS_A_DAY)
        column = side.outcome.sheet.block.columns.get(response.due.after)
        if not isinstance(column, Quantities):
            return (clock + length) // MICROSECONDS_A_DAY
        known = np.ones(len(days), np.bool_) if column.known is None else flags(column.known, len(days))
        start = local_clock(np.where(known, column.numbers, 0).astype(np.int64), self.protocol.time_zone)
        ends: Days = (np.where(known, start, clock) + length) // MICROSECONDS_A_DAY
        return ends

    def _begin_and_end(self, days: Days, ends: Days, column: int) -> None:
        if len(days):
            columns = np.full(len(days), column)
            self.under_way.add(days, columns)
            self.under_way.add(ends + 1, columns, -1)

    # What it comes to

    def load(self, span: tuple[int, int]) -> Load:
        """The work over the whole span of days."""
        states, active = self.states.table().sum(axis=0), self.active.table().sum(axis=0)
        activations = Amount(*(int(states @ weight) for weight in self._activating()))
        weeks = int(np.diff(weeks_of(np.array(span)))[0]) // 7 + 1
        months = int(np.diff(np.array(span).astype("M8[D]").astype("M8[M]").astype(int))[0]) + 1
        return Load(
            activations,
            Rate(activations, weeks),
            Rate(activations, months),
            tuple(self._by_role(active)),
            Amount(*(_rounded(states @ weight) for weight in self._tier_hours())),
            self._peak(0, span),
            self._peak(2, span),
        )

    def works(self, period: Callable[[Days], Days]) -> dict[int, Work]:
        """The work by period, for those that have any."""
        found: dict[int, list[float]] = {}
        for counts, weights in ((self.states, self._of_states()), (self.active, self._of_responses())):
            totals = counts.table() @ weights
            for start, row in zip(period(counts.days()).tolist(), totals.tolist(), strict=True):
                held = found.setdefault(start, [0.0] * 4)
                held[:] = [a + b for a, b in zip(held, row, strict=True)]
        return {
            start: Work(Amount(int(row[0]), int(row[1])), Amount(_rounded(row[2]), _rounded(row[3])))
            for start, row in found.items()
        }

    def _of_states(self) -> npt.NDArray[np.float64]:
        return np.array([*self._activating(), *self._tier_hours()], np.float64).T

    def _of_responses(self) -> npt.NDArray[np.float64]:
        hours, nothing = [float(response.hours or 0) for response in self.responses], [0.0] * len(self.responses)
        none = nothing + nothing
        return np.array([none, none, hours + nothing, nothing + hours], np.float64).reshape(4, -1).T

    def _ranges(self) -> Iterator[tuple[int, int, bool]]:
        """The range of tiers behind each column of the states, and whether it is known to be in scope."""
        for certain in (True, False):
            yield from ((low, high, certain) for low in range(self.tiers) for high in range(self.tiers))

    def _activating(self) -> tuple[list[int], list[int]]:
        ranges = [*self._ranges()]
        surely = [int(low >= self.activation and certain) for low, _, certain in ranges]
        return surely, [int(high >= self.activation) for _, high, _ in ranges]

    def _tier_hours(self) -> tuple[list[float], list[float]]:
        hours = [float(tier.hours or 0) for tier in self.protocol.tiers]
        spans = [(hours[min(low, high) : high + 1] or [0.0], certain) for low, high, certain in self._ranges()]
        return [min(span) if certain else 0.0 for span, certain in spans], [max(span) for span, _ in spans]

    def _by_role(self, active: npt.NDArray[np.int64]) -> Iterator[tuple[str | None, Amount]]:
        owners = dict.fromkeys(response.owner for response in self.responses if response.hours)
        counts = active.reshape(2, -1)
        for owner in owners:
            hours = [float(part.hours or 0) * (part.owner == owner) for part in self.responses]
            yield owner, Amount(*(_rounded(rail @ np.array(hours)) for rail in counts))

    def _peak(self, column: int, span: tuple[int, int]) -> Peak:
        """The most at once; days after the last incident do not count towards the mean."""
        days = self.under_way.days()
        at_once = np.cumsum(self.under_way.table()[:, column : column + 2], axis=0)
        if not len(days):
            return Peak(0, 0, None, Amount(0.0, 0.0))
        held = np.diff(np.clip([*days, span[1] + 1], None, span[1] + 1))
        mean = (at_once * held[:, None]).sum(axis=0) / (span[1] - span[0] + 1)
        surely, possibly = at_once.max(axis=0).tolist()
        day = _date(int(days[at_once[:, 0].argmax() if surely else at_once[:, 1].argmax()])) if possibly else None
        return Peak(surely, possibly, day, Amount(*(_rounded(part) for part in mean)))


def workload_of(before: WorkTally, after: WorkTally) -> Workload | None:
    """The work of both versions; None where of no incident in scope it is known when it happened."""
    spans = [tally.span for tally in (before, after) if tally.span]
    if not spans:
        return None
    span = min(first for first, _ in spans), max(last for _, last in spans)
    names = tuple(tally.protocol.tiers[tally.activation].name for tally in (before, after))
    return Workload(
        (names[0], names[1]),
        max(before.incidents, after.incidents),
        max(before.undated, after.undated),
        _date(span[0]),
        _date(span[1]),
        before.load(span),
        after.load(span),
        _periods(before, after, weeks_of),
        _periods(before, after, months_of),
    )


def _periods(before: WorkTally, after: WorkTally, period: Callable[[Days], Days]) -> tuple[Period, ...]:
    works: Sequence[dict[int, Work]] = [before.works(period), after.works(period)]
    nothing = Work(Amount(0, 0), Amount(0.0, 0.0))
    starts = sorted({*works[0], *works[1]})
    return tuple(Period(_date(start), *(found.get(start, nothing) for found in works)) for start in starts)


def _date(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)


def _rounded(hours: Any) -> float:
    return round(float(hours), 6)
