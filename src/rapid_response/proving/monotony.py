"""Whether more of a fact never lowers the tier, where the protocol says so (`more_is`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from rapid_response.evaluation.recommendation import Recommendation, recommend
from rapid_response.protocol.model import Fact
from rapid_response.protocol.values import Encoded
from rapid_response.proving.findings import Finding, Part, RuledOut, Undecided, Verdict, part
from rapid_response.proving.inquiry import Inquiry
from rapid_response.proving.replays import Replay
from rapid_response.proving.witnesses import Witness, given
from rapid_response.reasoning.nodes import FALSE, TRUE, Nodes, opposite


def more_is(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC104: facts of which more lowers the tier though it should not, with two incidents that differ in it alone.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.proving.budget import Budget
    >>> from rapid_response.proving.inquiry import inquire
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\n"
    ...     "facts: {hurt: {type: number, min: 0, max: 9, more_is: higher}}\\n"
    ...     "rules: {few: {when: 1 <= hurt <= 3, raise_to: high}}"
    ... )
    >>> [found] = more_is(inquire(protocol, Budget(None)))
    >>> found.id, [witness.facts["hurt"] for witness in found.witnesses]
    ('RC104', [3, 4])
    """
    for fact in inquiry.protocol.facts.values():
        if fact.more_is:
            yield _Fact(inquiry, fact).verdict()


def fixed(nodes: Nodes, roots: Sequence[int], axis: int, cell: int) -> list[int]:
    """The roots where one axis is in a cell.

    >>> nodes = Nodes([2, 2])
    >>> one, other = nodes.leaf(0, 0b10), nodes.leaf(1, 0b10)
    >>> fixed(nodes, [nodes.all_of([one, other])], 0, 1) == [other]
    True
    """
    known: dict[int, int] = {FALSE: FALSE, TRUE: TRUE}
    for node in nodes.cone(roots):
        parts = nodes.parts[node]
        if nodes.kinds[node] == "leaf":
            known[node] = node if parts[0] != axis else TRUE if parts[1] >> cell & 1 else FALSE
        elif all(known[each] == each for each in parts):
            known[node] = node
        else:
            join = nodes.all_of if nodes.kinds[node] == "all" else nodes.any_of
            known[node] = join([known[each] for each in parts])
    return [known[root] for root in roots]


@dataclass(frozen=True)
class _Fact:
    """One fact and what a step more of it does to the tier."""

    inquiry: Inquiry
    fact: Fact

    def verdict(self) -> Verdict:
        finding = Finding("RC104", (part("facts", self.fact),), details={"more_is": self.fact.more_is})
        undecided = self.inquiry.is_hidden(self.fact.name)
        for less, more, node in self.steps():
            found = self.inquiry.find(node, partial(self.turns, less=less, more=more))
            if found.witness is not None:
                return self.shown(finding, found.witness, less, more)
            undecided = undecided or found.possible is None
        return (Undecided if undecided else RuledOut)(finding.id, finding.about)

    def steps(self) -> Iterator[tuple[Encoded, Encoded, int]]:
        """Values next to each other between which some level is crossed the wrong way, and the node for that."""
        nodes, roots = self.inquiry.space.nodes, self.inquiry.said.tiers
        for axis in self.inquiry.space.by_fact.get(self.fact.name, ()):
            cells = self.inquiry.space.axes[axis].cells
            tiers = [fixed(nodes, roots, axis, cell) for cell in range(len(cells))]
            for position, (less, more) in enumerate(pairwise(tiers)):
                before, after = (less, more) if self.fact.more_is == "higher" else (more, less)
                crossed = nodes.any_of(
                    nodes.all_of([one, opposite(other)]) for one, other in zip(before, after, strict=True)
                )
                if crossed != FALSE:
                    yield self.value(cells[position].last), self.value(cells[position + 1].first), crossed

    def value(self, number: int) -> Encoded:
        """A position or number of a cell as a value of the fact."""
        match self.fact.type.name:
            case "yes_no":
                return bool(number)
            case "scale":
                return self.fact.type.options[number]
            case _:
                return number

    def turns(self, replay: Replay, less: Encoded, more: Encoded) -> bool:
        """Whether with more of the fact the tier surely goes the wrong way."""
        first, second = self.with_value(replay.result, less), self.with_value(replay.result, more)
        before, after = (first, second) if self.fact.more_is == "higher" else (second, first)
        return after.highest < before.lowest

    def with_value(self, result: Recommendation, value: Encoded) -> Recommendation:
        position = list(self.inquiry.protocol.facts).index(self.fact.name)
        facts = (*result.incident.facts[:position], value, *result.incident.facts[position + 1 :])
        return recommend(result.protocol, result.incident._replace(facts=facts), result.now).exact()

    def shown(self, finding: Finding, witness: Witness, less: Encoded, more: Encoded) -> Finding:
        """The finding with the two incidents, and the rules that make the difference."""
        pair = tuple(self.inquiry.told(self.stated(witness, value)) for value in (less, more))
        return replace(finding, witnesses=pair, through=tuple(self.turning(*map(self.inquiry.replayed, pair))))

    def stated(self, witness: Witness, value: Encoded) -> Witness:
        plain = given(self.fact, value, self.inquiry.protocol.time_zone)
        return replace(witness, facts={**witness.facts, self.fact.name: plain})

    def turning(self, less: Replay, more: Replay) -> Iterator[Part]:
        """The raises that may hold in the higher of two incidents only, and the limits that may in the lower only."""
        high, low = (less, more) if less.result.lowest > more.result.highest else (more, less)
        for name, rule in self.inquiry.protocol.rules.items():
            with_it, without = (high, low) if rule.effect == "raise_to" else (low, high)
            if with_it.holds("rules", name) is not False and without.holds("rules", name) is False:
                yield part("rules", rule)
