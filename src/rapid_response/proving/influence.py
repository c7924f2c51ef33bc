"""What facts can change: those that never matter, and those that many results hang on alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import and_, or_

from rapid_response.evaluation.recommendation import Recommendation, recommend
from rapid_response.protocol.model import Fact
from rapid_response.protocol.values import Encoded
from rapid_response.proving.findings import Finding, RuledOut, Undecided, Verdict, part, unless_possible
from rapid_response.proving.inquiry import Inquiry
from rapid_response.proving.monotony import fixed
from rapid_response.proving.replays import Replay
from rapid_response.proving.style import times, used_names
from rapid_response.reasoning.nodes import opposite
from rapid_response.reasoning.passes import Bits
from rapid_response.reasoning.sampling import SIZE

MANY = 25
"""A fact is named that decides alone in so many of 100 made-up incidents."""
MOST_NAMED = 3


def facts_that_matter(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC305: facts that conditions name and that never matter.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.proving.budget import Budget
    >>> from rapid_response.proving.inquiry import inquire
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}, g: {type: yes_no}}\\n"
    ...     "rules: {a: {when: f, raise_to: high}, b: {when: f and g, raise_to: high}}"
    ... )
    >>> [str(each) for each in facts_that_matter(inquire(protocol, Budget(None))) if isinstance(each, Finding)]
    ['RC305: a fact never matters: `g`']
    """
    used, timed = used_names(inquiry.protocol)["facts"], times(inquiry.protocol)
    for fact in inquiry.protocol.facts.values():
        if fact.name in used - timed:
            yield _Weighing(inquiry, fact).matters()


def facts_that_decide(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC402: the facts that most results hang on alone, in one finding; none where so many facts are like that."""
    if any(map(inquiry.is_opaque, inquiry.said.tiers)):
        return
    shares = {fact: _Weighing(inquiry, fact).share for fact in inquiry.protocol.facts.values()}
    heavy = sorted((fact for fact in shares if shares[fact] >= MANY), key=lambda fact: -shares[fact])
    if 0 < len(heavy) <= len(shares) / 3:
        named = heavy[:MOST_NAMED]
        details = {"shares": {fact.name: shares[fact] for fact in named}}
        yield Finding("RC402", tuple(part("facts", fact) for fact in named), details=details)


@dataclass(frozen=True)
class _Weighing:
    inquiry: Inquiry
    fact: Fact

    @property
    def axes(self) -> Sequence[int]:
        return self.inquiry.space.by_fact.get(self.fact.name, ())

    @property
    def share(self) -> int:
        """In how many of 100 made-up incidents another answer changes the tier."""
        return round(100 * self.changed(self.inquiry.said.tiers).bit_count() / SIZE)

    def changed(self, roots: Sequence[int]) -> Bits:
        """The made-up incidents in which another answer changes one of the roots."""
        found = 0
        for axis in self.axes:
            for bits in zip(*self.inquiry.sample.moved(roots, axis), strict=True):
                found |= reduce(or_, bits) & ~reduce(and_, bits)
        return found

    def matters(self) -> Verdict:
        finding = Finding("RC305", (part("facts", self.fact),))
        said = self.inquiry.said
        responses = (said.responses[name] for name in self.inquiry.protocol.responses)
        roots = (*said.tiers, *responses, *said.scope.values())
        if not self.inquiry.space.opaque and (self.changed(said.tiers) or self.changed(roots)):
            return RuledOut(finding.id, finding.about)
        possible = self.inquiry.possible(self.difference(roots), self.differs)
        hidden = possible is not True and self.inquiry.is_hidden(self.fact.name)
        return Undecided(finding.id, finding.about) if hidden else unless_possible(finding, possible)

    def difference(self, roots: Sequence[int]) -> int:
        """The node for "some answer leads elsewhere than the one next to it"."""
        nodes, differences = self.inquiry.space.nodes, list[int]()
        for axis in self.axes:
            cells = [fixed(nodes, roots, axis, cell) for cell in range(nodes.widths[axis])]
            for one, other in pairwise(cells):
                for a, b in zip(one, other, strict=True):
                    differences += [nodes.all_of([a, opposite(b)]), nodes.all_of([opposite(a), b])] if a != b else []
        return nodes.any_of(differences)

    def differs(self, replay: Replay) -> bool:
        """Whether some answers lead to different results."""
        return len({self.outcome(replay.result, value) for value in self.values()}) > 1

    def values(self) -> Iterator[Encoded]:
        """A value from each cell; of a fact of several choices one option each, and none."""
        for position in self.axes:
            axis = self.inquiry.space.axes[position]
            for cell in range(len(axis.cells)):
                yield cell << (axis.option or 0) if axis.option is not None else axis.value_in(cell)

    def outcome(self, result: Recommendation, value: Encoded) -> tuple[object, ...]:
        position = list(self.inquiry.protocol.facts).index(self.fact.name)
        facts = (*result.incident.facts[:position], value, *result.incident.facts[position + 1 :])
        changed = recommend(result.protocol, result.incident._replace(facts=facts), result.now).exact()
        return changed.range, tuple(changed.response_states.values()), tuple(changed.scope_states.values())
