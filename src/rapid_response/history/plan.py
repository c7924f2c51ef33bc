"""From checked conditions and values to a plan: steps that each work out one node for a whole block of incidents.

Equal nodes are one step. Where assumptions are taken, only the steps that they can touch are worked out a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import or_
from types import MappingProxyType

from rapid_response.history.columns import Block
from rapid_response.history.condition_steps import condition_step, counted
from rapid_response.history.fact_steps import FactSteps, fact_read_by
from rapid_response.history.sheets import Definitions, Sheet, Work
from rapid_response.history.tiers import TierRange
from rapid_response.history.value_steps import value_step
from rapid_response.protocol.expressions import (
    Compare,
    Condition,
    CriterionHolds,
    FactValue,
    MeasureValue,
    PatternValue,
    TierValue,
    Unsettled,
    Value,
    children,
)

Node = Condition | Value


@dataclass
class Plan:
    """Steps in an order in which each comes after what it needs; `slots` says where a node's outcome is kept."""

    definitions: Definitions
    steps: list[Work] = field(default_factory=list)
    slots: dict[Node, int] = field(default_factory=dict)
    needs: list[list[int]] = field(default_factory=list)
    assumed: list[bool] = field(default_factory=list)
    about_tiers: list[bool] = field(default_factory=list)

    def sheet(self, block: Block, spent: Mapping[int, Sequence[int]] = MappingProxyType({})) -> Sheet:
        """Everything worked out for a block without assumptions, but for what is said of the tier.

        `spent` says which slots to let go of after which step; the next steps then work in memory that is still near.
        """
        sheet = Sheet(block, [None] * len(self.steps))
        for slot, work in enumerate(self.steps):
            if not self.about_tiers[slot]:
                sheet.found[slot] = work(sheet)
            for gone in spent.get(slot, ()):
                sheet.found[gone] = None
        return sheet

    def spent(self, kept: Iterable[int]) -> Mapping[int, Sequence[int]]:
        """After each step the slots that nothing reads any more: no later step, none that is worked out twice."""
        again = (slot for slot, twice in enumerate(map(or_, self.assumed, self.about_tiers)) if twice)
        held = {*kept, *(below for slot in again for below in self.needs[slot])}
        last = {below: slot for slot, needs in enumerate(self.needs) for below in needs if below not in held}
        found: dict[int, list[int]] = {}
        for below, slot in last.items():
            found.setdefault(slot, []).append(below)
        return found

    def assuming(self, sheet: Sheet) -> Sheet:
        """The same under the assumptions."""
        if not any(self.assumed):
            return Sheet(sheet.block, sheet.found, assume=True)
        under = Sheet(sheet.block, [*sheet.found], assume=True)
        for slot, work in enumerate(self.steps):
            if self.assumed[slot] and not self.about_tiers[slot]:
                under.found[slot] = work(under)
        return under

    def with_tiers(self, sheet: Sheet, tiers: TierRange) -> None:
        """Work out what is said of the tier, once the range is known."""
        sheet.tiers = tiers
        for slot, work in enumerate(self.steps):
            if self.about_tiers[slot]:
                sheet.found[slot] = work(sheet)

    # Making the plan

    def slot(self, node: Node) -> int:
        """Where the outcome of a node is kept; the node and all below it are added to the steps."""
        if node not in self.slots:
            below = self.below(node)
            self.steps.append(self.step(node, below))
            self.needs.append(below)
            self.assumed.append(self.is_assumed(node) or any(self.assumed[slot] for slot in below))
            about = isinstance(node, TierValue | Unsettled)
            self.about_tiers.append(about or any(self.about_tiers[slot] for slot in below))
            self.slots[node] = len(self.steps) - 1
        return self.slots[node]

    def step(self, node: Node, below: list[int]) -> Work:
        """How a node is worked out."""
        facts = FactSteps(self.definitions)
        if isinstance(node, FactValue):
            return facts.value(node)
        if not isinstance(node, Condition):
            return value_step(node, below, self.definitions)
        return facts.condition(node) or condition_step(node, below, self.definitions)

    def below(self, node: Node) -> list[int]:
        """The slots of what a node is worked out from: nothing where a fact decides it alone."""
        if fact_read_by(node) is not None:
            return []
        if isinstance(node, CriterionHolds):
            return [self.slot(self.definitions.criteria[node.criterion].condition)]
        if isinstance(node, MeasureValue):
            return [self.slot(self.definitions.measures[node.measure].value)]
        if isinstance(node, Compare) and (found := counted(node)):
            return self.slots_of(found[1])
        return self.slots_of(children(node))

    def slots_of(self, nodes: Iterable[Node]) -> list[int]:
        return [self.slot(node) for node in nodes]

    def is_assumed(self, node: Node) -> bool:
        """Whether a node of itself may be worth something else under the assumptions."""
        if isinstance(node, CriterionHolds):
            return self.definitions.criteria[node.criterion].assumed is not None
        if isinstance(node, PatternValue):
            return node.pattern in self.definitions.assuming
        fact = fact_read_by(node)
        return fact is not None and self.definitions.facts[fact].assumed is not None
