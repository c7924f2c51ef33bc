"""What one version says of a stretch of rows, as arrays and slices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rapid_response.history.engine import Outcome
from rapid_response.history.ranges import Range
from rapid_response.history.rationales import RationaleFinder
from rapid_response.history.results import recommended
from rapid_response.history.slices import NO, Flags, Rails, Words, flags, unpack
from rapid_response.history.tiers import Levels, levels

NOTHING = -1
"""The level that is recommended where none is."""


@dataclass(frozen=True, slots=True)
class Side:
    """One version's results.

    `low` and `high` are the levels of the tiers still possible, both the tier itself where the result is not open;
    `recommended` is the level recommended, or NOTHING. By place of the rule: whether it `holds` under the assumptions,
    the levels it asks for, and where it `decides` the tier. `scope` is 0 in, 1 perhaps out, 2 out of scope; `responses`
    are by name.
    """

    outcome: Outcome
    low: Levels
    high: Levels
    is_open: Flags
    recommended: npt.NDArray[np.int16]
    holds: tuple[Rails, ...]
    targets: tuple[Range, ...]
    decides: tuple[Words, ...]
    scope: Levels

    @property
    def assumed(self) -> Flags:
        """The rows that are decided only under the assumptions."""
        found: Flags = flags(self.outcome.tiers.is_open(), self.outcome.rows) & ~self.is_open
        return found


def side_of(finder: RationaleFinder, outcome: Outcome, fitting: Words) -> Side:
    """What the version of a finder says of a stretch; rules decide in the fitting rows alone."""
    rows, engine = outcome.rows, finder.engine
    is_open = flags(outcome.assumed.is_open(), rows)
    tier, there = recommended(engine.protocol, outcome, rows)
    decided = levels(outcome.assumed.low, rows)
    return Side(
        outcome,
        np.where(is_open, levels(outcome.tiers.low, rows), decided),
        np.where(is_open, levels(outcome.tiers.high, rows), decided),
        is_open,
        np.where(flags(there, rows), tier.astype(np.int16), np.int16(NOTHING)),
        tuple(rule.holds(outcome.sheet) for rule in engine.rules),
        tuple(outcome.sheet.found[level] for level in engine.levels),
        tuple(words for _, words in finder.deciding(outcome, fitting)),
        steps(outcome.scope, rows),
    )


def steps(rails: Rails, rows: int) -> Levels:
    """0 where something does not hold, 1 where that is open, 2 where it holds."""
    return unpack(rails.surely, rows) + unpack(rails.possibly, rows)


def active_steps(name: str | None, side: Side) -> Levels:
    """0 where a response is inactive, 1 where open, 2 where active; inactive in a version without it."""
    return steps(side.outcome.responses[name] if name else NO, side.outcome.rows)
