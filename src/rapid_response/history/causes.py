"""Which conditions made a rule hold, in every row at once.

From the top of a rule downwards: all parts of an `all`, those parts of an `any` that hold, and so on to conditions
without parts. Where a condition fails, likewise what made it fail. A criterion that holds by assumption is itself the
cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from rapid_response.history.plan import Plan
from rapid_response.history.sheets import Sheet
from rapid_response.history.slices import Rails, Words
from rapid_response.protocol.expressions import AllOf, AnyOf, AtLeast, Condition, CriterionHolds, Not


@dataclass(frozen=True, slots=True)
class Cause:
    """A condition without parts that holds, or does not."""

    condition: Condition
    holds: bool

    def __str__(self) -> str:
        text = self.condition.text or "always"
        return text if self.holds else f"not ({text})"


@dataclass(frozen=True, slots=True)
class Branch:
    """A condition on the way from a rule to its causes: the slot that says how it came out, and what is below it.

    `every` says whether all below count, else those that came out as `holds` says. A branch without any below it is a
    cause, by its place in the list of causes.
    """

    slot: int
    holds: bool
    every: bool
    below: tuple[Branch, ...] = ()
    cause: int = -1
    assumed_cause: int = -1

    def came_out(self, sheet: Sheet) -> Words:
        """The rows in which the condition came out as `holds` says."""
        rails: Rails = sheet.found[self.slot]
        return rails.surely if self.holds else ~rails.possibly

    def mark(self, sheet: Sheet, rows: Words, found: list[Words | None]) -> None:
        """Note for each cause in which of the rows it counts."""
        if self.cause >= 0:
            _add(found, self.cause, rows)
            return
        for branch in self.below:
            counted = rows if self.every else rows & branch.came_out(sheet)
            branch.mark(sheet, counted, found)
        if self.assumed_cause >= 0:
            _add(found, self.assumed_cause, rows & ~self.below[0].came_out(sheet))


def _add(found: list[Words | None], cause: int, rows: Words) -> None:
    before = found[cause]
    found[cause] = rows if before is None else before | rows


@dataclass
class CauseFinder:
    """Finds the ways from a rule down to its causes; `causes` are those met so far, each once."""

    plan: Plan
    causes: list[Cause] = field(default_factory=list)
    places: dict[Cause, int] = field(default_factory=dict)

    def branch(self, node: Condition, holds: bool) -> Branch:
        """The way down from a condition that came out as `holds` says."""
        slot = self.plan.slot(node)
        match node:
            case Not(part=part):
                return self.branch(part, not holds)
            case AllOf(parts=parts):
                return Branch(slot, holds, holds, self.branches(parts, holds))
            case AnyOf(parts=parts):
                return Branch(slot, holds, not holds, self.branches(parts, holds))
            case AtLeast(parts=parts):
                return Branch(slot, holds, False, self.branches(parts, holds))
            case CriterionHolds(criterion=name):
                criterion = self.plan.definitions.criteria[name]
                below = self.branch(criterion.condition, holds)
                if criterion.assumed is not holds:
                    return Branch(slot, holds, True, (below,))
                return Branch(slot, holds, False, (below,), assumed_cause=self.cause(node, holds))
            case _:
                return Branch(slot, holds, False, cause=self.cause(node, holds))

    def branches(self, parts: tuple[Condition, ...], holds: bool) -> tuple[Branch, ...]:
        return tuple(self.branch(part, holds) for part in parts)

    def cause(self, node: Condition, holds: bool) -> int:
        found = Cause(node, holds)
        if found not in self.places:
            self.places[found] = len(self.causes)
            self.causes.append(found)
        return self.places[found]


def branches_of(plan: Plan, when: Condition, unless: Condition | None) -> tuple[tuple[Branch, ...], tuple[Cause, ...]]:
    """The ways down from a rule that holds, and the causes that they may lead to."""
    finder = CauseFinder(plan)
    branches = [finder.branch(when, True)]
    if unless is not None:
        branches.append(finder.branch(unless, False))
    return tuple(branches), tuple(finder.causes)


def causes_of(branches: tuple[Branch, ...], causes: int, sheet: Sheet, rows: Words) -> Iterator[tuple[int, Words]]:
    """The causes that count in any of the rows, with the rows in which each does."""
    found: list[Words | None] = [None] * causes
    for branch in branches:
        branch.mark(sheet, rows, found)
    yield from ((cause, words) for cause, words in enumerate(found) if words is not None)
