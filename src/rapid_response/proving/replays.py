"""How the parts of a protocol came out for one incident, without any assumption: quickly, and without the reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from rapid_response.evaluation.compiling import Range
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.evaluation.truth import NOT, UNKNOWN, YES
from rapid_response.protocol.expressions import Constant, CriterionHolds
from rapid_response.protocol.model import Gate, Protocol, Rule

Holds = bool | None
"""Whether a part surely holds, surely does not, or (None) may or may not."""


@dataclass(frozen=True)
class Lens:
    """Where the truth of each part of a protocol is found in its trace."""

    protocol: Protocol

    @cached_property
    def gates(self) -> Mapping[tuple[str, str], tuple[int, int | None]]:
        """The slots of `when` and `unless` by section and name."""
        protocol = self.protocol
        sections: dict[str, Mapping[str, Gate]] = {
            "rules": protocol.rules,
            "responses": protocol.responses,
            "out_of_scope": protocol.scope,
        }
        return {
            (section, name): self._slots(gate) for section, gates in sections.items() for name, gate in gates.items()
        }

    @cached_property
    def criteria(self) -> Mapping[str, int]:
        """The slot of each criterion."""
        slots = self.protocol.program.slots
        return {name: slots[CriterionHolds(name)] for name in self.protocol.criteria if CriterionHolds(name) in slots}

    @cached_property
    def targets(self) -> Mapping[str, int | Range]:
        """The level that each rule raises or limits to, or the slot where its range is found."""
        return {name: self._target(rule) for name, rule in self.protocol.rules.items()}

    def _slots(self, gate: Gate) -> tuple[int, int | None]:
        slots = self.protocol.program.slots
        return slots[gate.when], None if gate.unless is None else slots[gate.unless]

    def _target(self, rule: Rule) -> int | Range:
        if isinstance(rule.tier, Constant):
            return rule.tier.value, rule.tier.value
        return self.protocol.program.slots[rule.tier]


@dataclass(frozen=True)
class Replay:
    """One incident evaluated.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}}\\n"
    ...     "rules: {r: {when: f, raise_to: high}}"
    ... )
    >>> lens = Lens(protocol)
    >>> [Replay(lens, protocol.evaluate(facts)).holds("rules", "r") for facts in ({"f": True}, {"f": False}, {})]
    [True, False, None]
    """

    lens: Lens
    result: Recommendation

    @cached_property
    def trace(self) -> tuple[Any, ...]:
        """The truth of every condition."""
        incident = self.result.incident
        return self.result.protocol.program.trace(
            incident.facts, self.result.now, False, self.result.counts.plain, self.result.range
        )

    def holds(self, section: str, name: str) -> Holds:
        """Whether a rule or scope entry holds, or a response is active."""
        when, unless = self.lens.gates[section, name]
        truth = self.trace[when] if unless is None else self.trace[when] & NOT[self.trace[unless]]
        return None if truth == UNKNOWN else bool(truth == YES)

    def criterion(self, name: str) -> Holds:
        """Whether a criterion holds."""
        truth = self.trace[self.lens.criteria[name]]
        return None if truth == UNKNOWN else bool(truth == YES)

    def target(self, rule: str) -> Range:
        """The levels of the least and the greatest tier that a rule raises or limits to."""
        found = self.lens.targets[rule]
        low, high = self.trace[found] if isinstance(found, int) else found
        return low, high

    def overrides(self, limit: str, rule: str) -> bool:
        """Whether a limit surely overrides a rule that raises."""
        both = self.holds("rules", limit) and self.holds("rules", rule)
        return bool(both) and self.target(limit)[1] < self.target(rule)[0]


Shows = Callable[[Replay], bool]
"""Whether a replay shows what is said."""
