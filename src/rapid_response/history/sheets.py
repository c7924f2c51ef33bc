"""What is worked out for a block of incidents, and from what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rapid_response.history.columns import Block
from rapid_response.history.slices import Words
from rapid_response.history.tiers import TierRange
from rapid_response.protocol.model import Criterion, Fact, Measure

Options = tuple[Words, ...]
"""Of a choice: for each option the rows in which it is still possible."""


@dataclass(slots=True)
class Sheet:
    """What has been worked out for a block so far: one entry per slot."""

    block: Block
    found: list[Any]
    assume: bool = False
    tiers: TierRange | None = None


Work = Callable[[Sheet], Any]
"""Works out one node: `Rails` of a condition, a `Range` of an ordered value, `Options` of a choice."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """What conditions may refer to: facts, criteria and measures by name, and the time zone.

    `assuming` are the patterns that may come to something else under the assumptions.
    """

    facts: Mapping[str, Fact]
    criteria: Mapping[str, Criterion]
    measures: Mapping[str, Measure]
    zone: str | None
    assuming: frozenset[str] = frozenset()
