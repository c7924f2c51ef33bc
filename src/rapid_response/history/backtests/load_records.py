"""How much work a protocol means, as plain records. Counts are ranges: surely so many, possibly so many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rapid_response.uncertainty import count_interval

WORST = 5
"""How many of the worst weeks of each version are named."""


class Amount(NamedTuple):
    """Surely so many or so much, and possibly: results that are open count as possible only."""

    surely: float
    possibly: float

    def to_dict(self) -> dict[str, float]:
        """The amount as plain data."""
        return {"surely": self.surely, "possibly": self.possibly}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many events in so many periods, as a mean for one period with its 95 % interval (Byar's approximation).

    >>> rate = Rate(Amount(10, 12), 52)
    >>> [round(end, 2) for end in rate.mean], [round(end, 2) for end in rate.interval]
    ([0.19, 0.23], [0.09, 0.4])
    """

    events: Amount
    periods: int

    @property
    def mean(self) -> Amount:
        """Events for each period."""
        return Amount(self.events.surely / self.periods, self.events.possibly / self.periods)

    @property
    def interval(self) -> tuple[float, float]:
        """The least mean that fits what surely was, and the greatest that fits what possibly was."""
        low, high = count_interval(int(self.events.surely))[0], count_interval(int(self.events.possibly))[1]
        return low / self.periods, high / self.periods

    def to_dict(self) -> dict[str, Any]:
        """The rate as plain data."""
        low, high = self.interval
        return {"events": self.events.to_dict(), "periods": self.periods, "low": low, "high": high}


@dataclass(frozen=True, slots=True)
class Peak:
    """The most at once, on which day for the first time, and how many on average over all days."""

    surely: int
    possibly: int
    day: dt.date | None
    mean: Amount

    def to_dict(self) -> dict[str, Any]:
        """The peak as plain data."""
        day = self.day.isoformat() if self.day else None
        return {"surely": self.surely, "possibly": self.possibly, "day": day, "mean": self.mean.to_dict()}


@dataclass(frozen=True, slots=True)
class Load:
    """What one version means in work, over the whole past.

    `activations` are incidents that reach the tier of activation. `hours` are staff hours by role, None for responses
    without an owner; `tier_hours` is the effort stated of tiers themselves. `at_once` are responses under way at once,
    `activations_at_once` likewise.
    """

    activations: Amount
    per_week: Rate
    per_month: Rate
    hours: tuple[tuple[str | None, Amount], ...]
    tier_hours: Amount
    at_once: Peak
    activations_at_once: Peak

    @property
    def all_hours(self) -> Amount:
        """The hours of all roles and of the tiers themselves."""
        parts = [self.tier_hours, *(amount for _, amount in self.hours)]
        return Amount(round(sum(a.surely for a in parts), 6), round(sum(a.possibly for a in parts), 6))

    def to_dict(self) -> dict[str, Any]:
        """The load as plain data."""
        return {
            "activations": self.activations.to_dict(),
            "per_week": self.per_week.to_dict(),
            "per_month": self.per_month.to_dict(),
            "hours_by_role": [{"role": role, **amount.to_dict()} for role, amount in self.hours],
            "hours_of_tiers": self.tier_hours.to_dict(),
            "hours": self.all_hours.to_dict(),
            "responses_at_once": self.at_once.to_dict(),
            "activations_at_once": self.activations_at_once.to_dict(),
        }


class Work(NamedTuple):
    """Activations and staff hours of incidents of one period."""

    activations: Amount
    hours: Amount


@dataclass(frozen=True, slots=True)
class Period:
    """A week or month by its first day, and the work that its incidents mean in both versions."""

    start: dt.date
    current: Work
    proposed: Work

    def to_dict(self) -> dict[str, Any]:
        """The period as plain data."""
        works = {"current": self.current, "proposed": self.proposed}
        told = {
            name: {"activations": work.activations.to_dict(), "hours": work.hours.to_dict()}
            for name, work in works.items()
        }
        return {"start": self.start.isoformat(), **told}


@dataclass(frozen=True, slots=True)
class Workload:
    """The work that both versions mean. Incidents that are out of scope do not count.

    `activation` is the tier from which on an incident is an activation, by its name in either version. `first` and
    `last` are the days of the first and the last incident; `weeks` and `months` those with any work in either version.
    `undated` incidents are in none of it.
    """

    activation: tuple[str, str]
    incidents: int
    undated: int
    first: dt.date
    last: dt.date
    current: Load
    proposed: Load
    weeks: tuple[Period, ...]
    months: tuple[Period, ...]

    @property
    def has_hours(self) -> bool:
        """Whether a version states any effort."""
        return bool(self.current.all_hours.possibly or self.proposed.all_hours.possibly)

    def worst_weeks(self) -> tuple[Period, ...]:
        """The five worst weeks of each version, the worst of the proposed one first: by hours, else by activations."""
        chosen = {week.start: week for version in (0, 1) for week in self._worst(version)}
        weights = {start: (self._weight(week, 1), self._weight(week, 0)) for start, week in chosen.items()}
        return tuple(sorted(chosen.values(), key=lambda week: weights[week.start], reverse=True))

    def _worst(self, version: int) -> Sequence[Period]:
        weighed = [week for week in self.weeks if self._weight(week, version)[1]]
        return sorted(weighed, key=lambda week: self._weight(week, version), reverse=True)[:WORST]

    def _weight(self, week: Period, version: int) -> Amount:
        work = week.proposed if version else week.current
        return work.hours if self.has_hours else work.activations

    def to_dict(self) -> dict[str, Any]:
        """The workload as plain data."""
        return {
            "activation": {"current": self.activation[0], "proposed": self.activation[1]},
            "incidents": self.incidents,
            "undated": self.undated,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "current": self.current.to_dict(),
            "proposed": self.proposed.to_dict(),
            "weeks": [week.to_dict() for week in self.weeks],
            "months": [month.to_dict() for month in self.months],
            "worst_weeks": [week.start.isoformat() for week in self.worst_weeks()],
        }
