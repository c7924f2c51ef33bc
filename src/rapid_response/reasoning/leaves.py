"""Tests of a protocol's facts as leaves of formulas: a variable for each fact, option or test."""

from __future__ import annotations

from dataclasses import dataclass

from rapid_response.protocol.expressions import Constant, FactValue, names_in, uses_now
from rapid_response.protocol.model import Protocol
from rapid_response.reasoning.comparisons import Comparison, Setting, TooFine, domain_of, pieces, substituted
from rapid_response.reasoning.formulas import Variable
from rapid_response.reasoning.nodes import FALSE, TRUE, Nodes, TooMany

MOST_ENUMERATED = 128
"""A fact that meets another one in a comparison is cut into single values if it has no more."""
SOME_DAY = 1_767_225_600_000_000


@dataclass(frozen=True, slots=True)
class Leaves:
    """The variables of one protocol's formulas, and the leaves of a store that speak of them."""

    protocol: Protocol
    nodes: Nodes
    variables: dict[Variable, int]

    @property
    def setting(self) -> Setting:
        """Some time of evaluation, where any will do."""
        return Setting((SOME_DAY, SOME_DAY), self.protocol.time_zone)

    def leaf(self, variable: Variable, width: int, mask: int) -> int:
        """The variable, with so many values, has one of those in the mask."""
        if variable not in self.variables:
            self.variables[variable] = len(self.nodes.widths)
            self.nodes.widths.append(width)
        return self.nodes.leaf(self.variables[variable], mask)

    def option(self, fact: str, option: int) -> int:
        """The option of a `choices` fact was chosen."""
        return self.leaf(Variable(fact, option), 2, 0b10)

    def compared(self, comparison: Comparison) -> int:
        """The comparison holds. Raises TooMany where it turns too often, or hangs on too many values of facts."""
        facts = sorted(names_in(comparison.left) | names_in(comparison.right))
        if len(facts) > 1:
            return self._enumerated(comparison, facts)
        timed = uses_now(comparison.left) or uses_now(comparison.right)
        if not facts and not timed:
            return TRUE if comparison.truth((0, 0), self.setting) else FALSE
        self._require_few_turns(comparison, facts)
        return self.leaf(Variable(facts[0] if facts else None, test=comparison), 2, 0b10)

    def _require_few_turns(self, comparison: Comparison, facts: list[str]) -> None:
        domain = domain_of(self.protocol.facts[facts[0]].type) if facts else (0, 0)
        try:
            pieces([comparison], domain, self.setting)
        except TooFine:
            raise TooMany from None

    def _enumerated(self, comparison: Comparison, facts: list[str]) -> int:
        """A comparison of several facts, the one with the fewest values taken value by value."""
        domains = {name: domain_of(self.protocol.facts[name].type) for name in facts}
        name = min(facts, key=lambda fact: (domains[fact][1] - domains[fact][0], fact))
        low, high = domains[name]
        if high - low >= MOST_ENUMERATED:
            raise TooMany
        fact = FactValue(name, self.protocol.facts[name].type)
        parts: list[int] = []
        for number in range(low, high + 1):
            constant = Constant(number, fact.type)
            sides = [substituted(side, name, constant) for side in (comparison.left, comparison.right)]
            is_it = self.leaf(Variable(name, test=Comparison("==", fact, constant)), 2, 0b10)
            rest = self.compared(Comparison(comparison.comparator, sides[0], sides[1]))
            parts.append(self.nodes.all_of([is_it, rest]))
        return self.nodes.any_of(parts)
