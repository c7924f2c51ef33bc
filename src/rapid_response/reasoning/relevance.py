"""Which missing facts can still change the tier or a response.

Three steps, each for what the one before left open: whether a fact is still connected with an open answer; made-up ways
in which it makes a difference; and a solver that is asked for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapid_response.protocol.expressions import (
    Condition,
    CriterionHolds,
    FactHolds,
    FactValue,
    Includes,
    MeasureValue,
    TextIs,
    Value,
    children,
)
from rapid_response.protocol.model import Protocol
from rapid_response.reasoning.nodes import opposite
from rapid_response.reasoning.passes import Bits
from rapid_response.reasoning.situations import Situation

About = Literal["tiers", "responses"]

MOST_ASKED = 40
"""So many axes a solver is asked about; the rest may matter."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """Missing facts by what they can change; a fact that can change the tier is not named again for responses.

    `unresolved` are among the others: facts of which it could not be proved.
    """

    tier: frozenset[str]
    responses: frozenset[str]
    unresolved: frozenset[str]


def relevance_of(situation: Situation, missing: Sequence[str], settled: bool) -> Relevance:
    """What each missing fact can change. `settled` says that the tier is settled."""
    found = _Finder(situation, missing)
    tier = frozenset[str]() if settled else found.facts("tiers")
    responses = found.facts("responses")
    return Relevance(tier, responses - tier, frozenset(found.unresolved) & (tier | responses))


def patterns_in_play(situation: Situation, about: About) -> frozenset[str]:
    """The patterns that are tied to an open root, as things stand."""
    axes, protocol = situation.space.axes, situation.space.protocol
    conditions = [axes[axis].opaque for axis, bits in live_bits(situation, about, 1).items() if bits]
    return frozenset(protocol.patterns_below(*(node for node in conditions if node)))


def live_bits(situation: Situation, about: About, cases: Bits) -> Mapping[int, Bits]:
    """By axis: in which of some cases of `Situation.sure` it is tied to an open root (bit 0: as things stand)."""
    network, sure = situation.network, situation.sure
    kinds, parts_of = network.nodes.kinds, network.nodes.parts
    roots = network.plain.tiers if about == "tiers" else network.plain.responses.values()
    reach = {root: cases & ~sure[root] & ~sure[opposite(root)] for root in roots}
    live: dict[int, Bits] = {}
    for node in network.below[about]:
        bits = reach.get(node, 0)
        if bits and kinds[node] == "leaf":
            axis = parts_of[node][0]
            live[axis] = live.get(axis, 0) | bits
        elif bits:
            for part in parts_of[node]:
                reach[part] = reach.get(part, 0) | bits & ~(sure[part] | sure[opposite(part)])
    return live


class _Finder:
    """Goes through the three steps for one situation."""

    def __init__(self, situation: Situation, missing: Sequence[str]) -> None:
        self.situation, self.unresolved = situation, set[str]()
        by_fact = situation.space.by_fact
        self.axes = {fact: [a for a in by_fact.get(fact, ()) if situation.cells[a] is None] for fact in missing}
        self.apart = self.told_apart()
        self.asked = 0

    def told_apart(self) -> Mapping[str, Bits]:
        network, flips = self.situation.network, self.situation.network.flips
        found = network.complete.run(self.situation.bits(network.complete, flips.leaves, flips.ones), flips.ones)
        tiers, responses = len(network.plain.tiers), len(network.plain.responses)
        roots = {"tiers": found[:tiers], "responses": found[tiers : tiers + responses]}
        return {name: _union(flips.told_apart(bits) for bits in parts) for name, parts in roots.items()}

    def facts(self, about: About) -> frozenset[str]:
        live = {axis for axis, bits in live_bits(self.situation, about, 1).items() if bits}
        behind = self.behind_opaque(live)
        self.unresolved |= behind
        return frozenset(fact for fact in self.axes if fact in behind or self.matters(fact, live, about))

    def matters(self, fact: str, live: set[int], about: About) -> bool:
        axes = [axis for axis in self.axes[fact] if axis in live]
        blocks = self.situation.network.flips.blocks
        found = any(self.apart[about] & blocks[axis] for axis in axes)
        found = found or any(self.differs(fact, axis, about) for axis in axes)
        if found and self.situation.is_opaque:
            self.unresolved.add(fact)
        return found

    def differs(self, fact: str, axis: int, about: About) -> bool:
        self.asked += 1
        double = self.situation.network.double(axis) if self.asked <= MOST_ASKED else None
        literal = 0 if double is None else double.tiers if about == "tiers" else double.responses
        answer = None if double is None else double.differs(self.situation.cells, literal)
        if answer is None:
            self.unresolved.add(fact)
        return answer is not False

    def behind_opaque(self, live: set[int]) -> set[str]:
        """The missing facts of conditions that are not looked into; without a history none can make up a pattern."""
        space = self.situation.space
        conditions = [space.axes[axis].opaque for axis in live]
        counted = bool(self.situation.counts.plain)
        named = {name for node in conditions if node for name in space.protocol.facts_below(node, patterns=counted)}
        return named & self.axes.keys()


def names_once(protocol: Protocol, node: Condition | Value, seen: set[str]) -> bool:
    """Whether no fact, criterion or measure is named twice in a condition and what it names, or seen already."""
    match node:
        case CriterionHolds(criterion=name):
            below: tuple[Condition | Value, ...] = (protocol.criteria[name].condition,)
        case MeasureValue(measure=name):
            below = (protocol.measures[name].value,)
        case FactHolds(fact=name) | FactValue(fact=name) | Includes(fact=name) | TextIs(fact=name):
            below = ()
        case _:
            return all(names_once(protocol, child, seen) for child in children(node))
    if name in seen:
        return False
    seen.add(name)
    return all(names_once(protocol, child, seen) for child in below)


def _union(parts: Iterable[Bits]) -> Bits:
    found = 0
    for bits in parts:
        found |= bits
    return found
