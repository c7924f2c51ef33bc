"""What would have led to another tier or response: the fewest facts that would have to be, or turn out, different."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, islice, product
from typing import Any

from rapid_response.evaluation.compiling import Facts
from rapid_response.evaluation.outcomes import ResponseState
from rapid_response.evaluation.recommendation import Recommendation, recommend
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.values import Encoded, decode, unscaled
from rapid_response.reasoning.goals import Goal, response_goal, tier_goal
from rapid_response.reasoning.passes import Bits
from rapid_response.reasoning.ranges import exact
from rapid_response.reasoning.several import fact_sets
from rapid_response.reasoning.situations import situation_of

MOST_SUBSETS = 6
"""Of a `choices` fact with so many options every set of them is tried as one change, else sets near the present one."""

MOST_NEAR = 300
"""So many values of facts that change together are tried, nearest first."""


@dataclass(frozen=True, slots=True)
class Change:
    """Facts with other values than they have, or with values where they had none, and the result that this gives.

    Values are as an incident states them: `protocol.evaluate({**facts, **change.facts})` gives the result.
    """

    facts: Mapping[str, Any]
    result: Recommendation

    def to_dict(self) -> dict[str, Any]:
        """The change as plain data, the result in short."""
        tier = self.result.tier
        result = {"tier": tier.name if tier else None, "standing": self.result.standing}
        facts = {name: str(value) if isinstance(value, Decimal) else value for name, value in self.facts.items()}
        return {"facts": facts, "result": result}


def what_would(
    result: Recommendation,
    *,
    tier: str | None = None,
    response: str | None = None,
    state: ResponseState = "active",
    fixed: Sequence[str] = (),
    only_unknown: bool = False,
    limit: int = 10,
) -> tuple[Change, ...]:
    """The fewest changes of facts after which the recommended tier is `tier`, or the response is in that state.

    All changes given are of as many facts, no change of fewer leads there; each set of facts is given once, with the
    values nearest to what they are. What is assumed of unknown facts stays assumed unless it is changed. Facts named in
    `fixed` stay as they are; `only_unknown` asks what would have to turn out true. Empty where it is so already, where
    nothing leads there, or where more than `several.MOST_CHANGED` facts would have to change. Every change is replayed
    before it is given. Raises KeyError for unknown names.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\n"
    ...     "facts: {f: {type: yes_no}, age: {type: number, min: 0, max: 120}}\\n"
    ...     "rules: {r: {when: f or age >= 65, raise_to: high}}"
    ... )
    >>> result = protocol.evaluate({"f": False, "age": 40})
    >>> [dict(change.facts) for change in what_would(result, tier="high")]
    [{'f': True}, {'age': 65}]
    >>> [dict(change.facts) for change in what_would(result, tier="high", fixed=["age"])]
    [{'f': True}]
    """
    searching = _Searching(
        exact(result), _goal(result, tier, response, state), _changeable(result, fixed, only_unknown)
    )
    if searching.goal.met(searching.result) or limit < 1:
        return ()
    return tuple(searching.alone(limit) or searching.together(limit))


def _goal(result: Recommendation, tier: str | None, response: str | None, state: ResponseState) -> Goal:
    if response is not None:
        return response_goal(result.protocol, response, state)
    if tier is None:
        raise TypeError("give a tier or a response")
    return tier_goal(result.protocol, result.protocol.tier(tier).level)


def _changeable(result: Recommendation, fixed: Sequence[str], only_unknown: bool) -> frozenset[str]:
    for name in fixed:
        if name not in result.protocol.facts:
            raise KeyError(name)
    names = result.missing if only_unknown else tuple(result.protocol.facts)
    return frozenset(names) - frozenset(fixed)


_Cells = Mapping[int, int]
"""New cells by axis."""


class _Searching:
    """The search for changes of one incident."""

    def __init__(self, result: Recommendation, goal: Goal, changeable: frozenset[str]) -> None:
        self.result, self.goal = result, goal
        assumed = result.protocol.program.assumed
        self.present: Facts = tuple(
            value if fact is None else fact for fact, value in zip(result.incident.facts, assumed, strict=True)
        )
        self.situation = situation_of(result, self.present)
        self.facts = [
            name for name in result.protocol.facts if name in changeable & self.situation.space.by_fact.keys()
        ]
        self.positions = {name: position for position, name in enumerate(result.protocol.facts)}

    # One fact

    def alone(self, limit: int) -> list[Change]:
        variants = [(fact, cells) for fact in self.facts for cells in self.variants(fact)]
        reached = self.reaching([cells for _, cells in variants])
        found: dict[str, Change] = {}
        for position, (fact, cells) in enumerate(variants):
            if reached >> position & 1 and fact not in found and len(found) < limit:
                change = self.replayed(cells)
                if change:
                    found[fact] = change
        return list(found.values())

    def variants(self, fact: str) -> Iterator[_Cells]:
        """Other values of a fact, nearest first."""
        axes = self.situation.space.by_fact[fact]
        if self.situation.space.axes[axes[0]].option is not None:
            yield from self.sets(axes)
            return
        present = self.situation.cells[axes[0]]
        cells = [cell for cell in range(self.situation.network.nodes.widths[axes[0]]) if cell != present]
        for cell in sorted(cells, key=lambda cell: abs(cell - (present or 0))):
            yield {axes[0]: cell}

    def sets(self, axes: Sequence[int]) -> Iterator[_Cells]:
        """Other sets of options, those that differ in few options first."""
        present = {axis: self.situation.cells[axis] or 0 for axis in axes}
        most = len(axes) if len(axes) <= MOST_SUBSETS else 2
        if any(self.situation.cells[axis] is None for axis in axes):
            yield present
        for number in range(1, most + 1):
            for toggled in combinations(axes, number):
                yield {axis: cell ^ (axis in toggled) for axis, cell in present.items()}
        if most < len(axes):
            yield dict.fromkeys(axes, 0)

    def reaching(self, variants: Sequence[_Cells]) -> Bits:
        """The variants that reach the goal, as far as sure and possible can tell."""
        network, ones = self.situation.network, (1 << len(variants)) - 1
        moved: dict[int, dict[int, Bits]] = {}
        for position, cells in enumerate(variants):
            for axis, cell in cells.items():
                by_cell = moved.setdefault(axis, {})
                by_cell[cell] = by_cell.get(cell, 0) | 1 << position
        leaves = [self.leaf(axis, mask, moved.get(axis, {}), ones) for axis, mask in network.recommended.leaves]
        found = network.recommended.run(leaves, ones)
        half = len(found) // 2
        return self.goal.reached(network.assumed, found[:half], found[half:], ones)

    def leaf(self, axis: int, mask: int, moved: Mapping[int, Bits], ones: Bits) -> Bits:
        cell = self.situation.cells[axis]
        opaque = self.situation.space.axes[axis].opaque is not None
        present = ones if opaque or (cell is not None and mask >> cell & 1) else 0
        for other, bits in moved.items():
            present = present | bits if mask >> other & 1 else present & ~bits
        return present

    # Several facts

    def together(self, limit: int) -> list[Change]:
        """Changes of two facts or more, of as few as lead there."""
        found: dict[tuple[str, ...], Change] = {}
        search = fact_sets(self.situation, self.facts, self.goal)
        for cells in search:
            change = self.replayed(cells)
            search.tell(change is not None)
            if change:
                facts = tuple(fact for fact in self.facts if fact in change.facts)
                found[facts] = self.nearest(facts) or change
        ordered = sorted(found, key=lambda facts: [self.positions[fact] for fact in facts])
        return [found[facts] for facts in ordered[:limit]]

    def nearest(self, facts: Sequence[str]) -> Change | None:
        """A change of these facts to values near to what they are."""
        each = round(MOST_NEAR ** (1 / len(facts)))
        ranked = product(*(list(enumerate(islice(self.variants(fact), each))) for fact in facts))
        nearest = sorted(ranked, key=lambda chosen: sum(rank for rank, _ in chosen))
        variants = [{axis: cell for _, cells in chosen for axis, cell in cells.items()} for chosen in nearest]
        reached = self.reaching(variants)
        tried = (self.replayed(cells) for position, cells in enumerate(variants) if reached >> position & 1)
        return next((change for change in tried if change and len(change.facts) == len(facts)), None)

    # Replaying

    def by_fact(self, cells: _Cells) -> dict[str, Encoded]:
        """The new values of the facts that change."""
        axes, found = self.situation.space.axes, dict[str, Encoded]()
        for axis, cell in cells.items():
            fact, option = axes[axis].fact, axes[axis].option
            assert fact is not None
            present = self.present[self.positions[fact]]
            if option is not None:
                start = int(found.get(fact, present or 0))
                found[fact] = start & ~(1 << option) | cell << option
            elif self.situation.cells[axis] != cell:
                found[fact] = axes[axis].value_in(cell, present)
        return {fact: value for fact, value in found.items() if value != self.present[self.positions[fact]]}

    def replayed(self, cells: _Cells) -> Change | None:
        """The change, if the incident with it is evaluated to what is asked for; so it is, and narrowed too."""
        values = self.by_fact(cells)
        protocol, incident = self.result.protocol, self.result.incident
        facts = tuple(values.get(name, value) for name, value in zip(protocol.facts, incident.facts, strict=True))
        details = {name: detail for name, detail in incident.details.items() if name not in values}
        result = recommend(protocol, incident._replace(facts=facts, details=details), self.result.now, self.result.past)
        if not values or not self.goal.met(result) or not self.goal.met(narrow := exact(result)):
            return None
        return Change({name: _given(protocol, name, value) for name, value in values.items()}, narrow)


def _given(protocol: Protocol, fact: str, value: Encoded) -> Any:
    """A value as an incident states it."""
    kind = protocol.facts[fact].type
    return unscaled(int(value), kind.places) if kind.places else decode(kind, value, protocol.time_zone)
