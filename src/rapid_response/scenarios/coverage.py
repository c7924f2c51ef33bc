"""What scenarios touch of a protocol, and what none of them does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Protocol
from rapid_response.scenarios.goals import SIDES, Goal, Section, goals_of
from rapid_response.scenarios.snapshots import Lens


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many.

    >>> Share(2, 3).percent, Share(199_999, 200_000).percent, Share(3, 3).percent
    (Decimal('66.6'), Decimal('99.9'), Decimal('100'))
    """

    touched: int
    total: int

    @property
    def percent(self) -> Decimal | None:
        """The share in percent with one decimal, never rounded up; None of nothing."""
        if not self.total:
            return None
        return Decimal(100) if self.touched == self.total else Decimal(1000 * self.touched // self.total) / 10

    def reaches(self, percent: float) -> bool:
        """Whether the share is at least so many percent, exactly; a share of nothing always is."""
        return not self.total or Fraction(100 * self.touched, self.total) >= Fraction(str(percent))

    def to_dict(self) -> dict[str, Any]:
        """The share as plain data."""
        return {"touched": self.touched, "total": self.total, "percent": _number(self.percent)}


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every goal of a protocol, with how many scenarios reach it."""

    reached: tuple[tuple[Goal, int], ...]
    scenarios: int

    def share(self, section: Section, side: str | None = None) -> Share:
        """How much of a section, or of one side of it, some scenario touches."""
        counts = [count for goal, count in self.reached if _belongs(goal, section, side)]
        return Share(sum(1 for count in counts if count), len(counts))

    def missing(self, section: Section | None = None, side: str | None = None) -> tuple[Goal, ...]:
        """What no scenario touches, in the order of the protocol."""
        return tuple(
            goal for goal, count in self.reached if not count and (section is None or _belongs(goal, section, side))
        )

    def to_dict(self) -> dict[str, Any]:
        """The coverage as plain data: for each section and side the share, and the names that are missing."""
        sided: dict[str, Any] = {
            section: {side.replace(" ", "_"): self._entry(section, side) for side in sides}
            for section, sides in SIDES.items()
        }
        others: tuple[Section, ...] = ("row", "edge", "option")
        return {"scenarios": self.scenarios, **sided, **{section: self._entry(section, None) for section in others}}

    def _entry(self, section: Section, side: str | None) -> dict[str, Any]:
        missing = [
            goal.name if side else {"name": goal.name, "side": goal.side} for goal in self.missing(section, side)
        ]
        return {**self.share(section, side).to_dict(), "missing": missing}


def coverage_of(protocol: Protocol, results: Iterable[Recommendation]) -> Coverage:
    """What results touch of the protocol they came from."""
    lens = Lens(protocol)
    taken = [lens.look(result.incident.facts, result.now) for result in results]
    counted = tuple((goal, sum(one.reaches(goal) for one in taken)) for goal in goals_of(protocol))
    return Coverage(counted, len(taken))


def _belongs(goal: Goal, section: Section, side: str | None) -> bool:
    return goal.section == section and side in (None, goal.side)


def _number(number: Decimal | None) -> float | None:
    return None if number is None else float(number)
