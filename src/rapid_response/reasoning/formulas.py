"""A protocol as formulas: the variables they are made of, and the formulas that answers are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rapid_response.protocol.expressions import Condition
from rapid_response.reasoning.comparisons import Comparison
from rapid_response.reasoning.nodes import Nodes

Test = Comparison | frozenset[str]
"""What is asked of a number, moment or date, or of a text."""


@dataclass(frozen=True, slots=True)
class Variable:
    """What formulas are made of: a fact, an option of a `choices` fact, a test of a fact, or an opaque condition.

    `fact` is None for tests of the time of evaluation alone and for opaque conditions.
    """

    fact: str | None
    option: int | None = None
    test: Test | None = None
    opaque: Condition | None = None


@dataclass(frozen=True, slots=True)
class Roots:
    """The formulas that answers are about: `tiers[t - 1]` is "tier at least t", with levels counted from 0."""

    tiers: tuple[int, ...]
    responses: Mapping[str, int]
    scope: Mapping[str, int]

    def all(self) -> tuple[int, ...]:
        """Every formula."""
        return (*self.tiers, *self.responses.values(), *self.scope.values())

    def mapped(self, change: Callable[[int], int]) -> Roots:
        """The same with every formula changed."""
        responses = {name: change(node) for name, node in self.responses.items()}
        scope = {name: change(node) for name, node in self.scope.items()}
        return Roots(tuple(map(change, self.tiers)), responses, scope)


@dataclass(frozen=True, slots=True)
class Translation:
    """A protocol's formulas.

    `plain` are true of incidents of which everything is known, so nothing is unsettled; `assumed` also stand for what
    is recommended while some facts are not known, with the criteria's assumptions.
    """

    nodes: Nodes
    variables: tuple[Variable, ...]
    plain: Roots
    assumed: Roots
