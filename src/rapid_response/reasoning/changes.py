"""What would have led to another tier or response: the fewest facts that would have to be, or turn out, different."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, combinations, islice
from typing import Any, overload

from rapid_response.evaluation.compiling import Facts
from rapid_response.evaluation.outcomes import ResponseState
from rapid_response.evaluation.recommendation import Recommendation, recommend
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.values import Encoded, decode, unscaled
from rapid_response.reasoning.goals import Goal, response_goal, tier_goal
from rapid_response.reasoning.ranges import exact
from rapid_response.reasoning.relevance import names_once
from rapid_response.reasoning.several import fact_sets
from rapid_response.reasoning.situations import situation_of
from rapid_response.reasoning.trials import Cells, Product, Trials, chosen, ones_of

MOST_OPTIONS = 12
"""Of a `choices` fact with so many options every set of them is tried as one change."""

MOST_NEAR = 300
"""So many values of facts that change together are tried, nearest first."""


@dataclass(frozen=True, slots=True)
class Change:
    """Facts with other values than they have, or with values where they had none, and the result that this gives.

    Values are as an incident states them: `protocol.evaluate({**facts, **change.facts})` gives the result.
    """

    facts: Mapping[str, Any] = field(repr=False)
    result: Recommendation

    def to_dict(self, private: bool = False) -> dict[str, Any]:
        """The change as plain data, the result in short; values of private facts only where asked for.

        `private` names the facts whose values are left out: a new value may tell the one that a fact has.
        """
        stated = self.result.protocol.facts
        hidden = [name for name in self.facts if stated[name].private and not private]
        tier = self.result.tier
        return {
            "facts": {name: None if name in hidden else _plain(value) for name, value in self.facts.items()},
            "private": hidden,
            "result": {"tier": tier.name if tier else None, "standing": self.result.standing},
        }


@dataclass(frozen=True, slots=True)
class Changes(Sequence[Change]):
    """Changes of as few facts as can be; a sequence.

    `exact` says that it is proved that no change of fewer facts leads there, and where there are none, that none leads
    there at all; else the search was given up. `complete` says that no other facts, as few, lead there.
    """

    found: tuple[Change, ...]
    exact: bool
    complete: bool

    def to_dict(self, private: bool = False) -> dict[str, Any]:
        """The changes as plain data; values of private facts only where asked for."""
        found = [change.to_dict(private) for change in self.found]
        return {"found": found, "exact": self.exact, "complete": self.complete}

    def __len__(self) -> int:
        return len(self.found)

    @overload
    def __getitem__(self, position: int) -> Change: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[Change, ...]: ...
    def __getitem__(self, position: int | slice) -> Change | tuple[Change, ...]:
        return self.found[position]


def what_would(
    result: Recommendation,
    *,
    tier: str | None = None,
    response: str | None = None,
    state: ResponseState = "active",
    fixed: Sequence[str] = (),
    only_unknown: bool = False,
    limit: int = 10,
) -> Changes:
    """The fewest changes of facts after which the recommended tier is `tier`, or the response is in that state.

    All changes given are of as many facts, no change of fewer leads there; each set of facts is given once, with the
    values nearest to what they are. What is assumed of unknown facts stays assumed unless it is changed. Facts named in
    `fixed` stay as they are; `only_unknown` asks what would have to turn out true. Empty where it is so already, where
    nothing leads there, or where the search was given up, which `exact` tells apart. Every change is replayed before it
    is given. Raises KeyError for unknown names.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\n"
    ...     "facts: {f: {type: yes_no}, age: {type: number, min: 0, max: 120}}\\n"
    ...     "rules: {r: {when: f or age >= 65, raise_to: high}}"
    ... )
    >>> result = protocol.evaluate({"f": False, "age": 40})
    >>> found = what_would(result, tier="high")
    >>> [dict(change.facts) for change in found], found.exact, found.complete
    ([{'f': True}, {'age': 65}], True, True)
    >>> [dict(change.facts) for change in what_would(result, tier="high", fixed=["age"])]
    [{'f': True}]
    >>> found = what_would(result, tier="high", fixed=["age", "f"])
    >>> len(found), found.exact
    (0, True)
    """
    goal = _goal(result, tier, response, state)
    searching = _Searching(exact(result), goal, _changeable(result, fixed, only_unknown))
    if goal.met(searching.result):
        return Changes((), exact=True, complete=True)
    return searching.alone(limit) or searching.together(limit)


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


class _Searching:
    """The search for changes of one incident."""

    def __init__(self, result: Recommendation, goal: Goal, changeable: frozenset[str]) -> None:
        self.result, self.goal = result, goal
        self.present: Facts = result.protocol.program.assuming(result.incident.facts)
        self.situation = situation_of(result.protocol, self.present, result.now, result.counts.recommended)
        self.changeable = [name for name in result.protocol.facts if name in changeable]
        self.facts = [name for name in self.changeable if name in self.situation.space.by_fact]
        self.positions = {name: position for position, name in enumerate(result.protocol.facts)}

    @property
    def is_certain(self) -> bool:
        """Whether formulas say of every change what the evaluation does, so that none escapes the search."""
        protocol, axes = self.result.protocol, self.situation.space.axes
        assumed = [criterion.condition for criterion in protocol.criteria.values() if criterion.assumed is not None]
        once = all(names_once(protocol, condition, set()) for condition in assumed)
        return self.goal.certain and once and not any(axis.opaque for axis in axes)

    def axes(self, fact: str) -> Sequence[int]:
        """The axes of a fact, its options in their order."""
        space = self.situation.space
        return sorted(space.by_fact[fact], key=lambda axis: space.axes[axis].option or 0)

    # One fact

    def alone(self, limit: int) -> Changes | None:
        """Changes of one fact; None where there are none, or where not every value can be tried."""
        axes = [self.axes(fact) for fact in self.facts]
        if max(map(len, axes), default=0) > MOST_OPTIONS:
            return None
        trials = Trials(self.situation)
        products = [self.every_value(found) for found in axes]
        blocks = [trials.add(parts) for parts in products]
        reached = trials.reaching(self.goal)
        each = (
            self.first_replayed(self.nearest_first(parts, reached >> block.start & (1 << len(block)) - 1))
            for parts, block in zip(products, blocks, strict=True)
            if reached >> block.start & (1 << len(block)) - 1
        )
        found = tuple(islice((change for change in each if change), limit + 1))
        if len(found) <= limit:
            found += tuple(islice(self.counted_anew({*chain(*(change.facts for change in found))}), limit - len(found)))
        return Changes(found[:limit], exact=True, complete=len(found) <= limit and self.is_certain) if found else None

    def counted_anew(self, but: Collection[str]) -> Iterator[Change]:
        """Changes of one more fact that patterns compare: to another option, or to what it was in a past incident."""
        protocol, past = self.result.protocol, self.result.past
        below = protocol.facts_below(*(pattern.value for pattern in protocol.patterns.values())) if past else ()
        for fact in self.changeable:
            if past and fact in below and fact != protocol.at and fact not in but:
                kind, place = protocol.facts[fact].type, self.positions[fact]
                options: Sequence[Encoded] = (False, True) if kind.name == "yes_no" else kind.options
                before = (one.facts[place] for one in past.incidents)
                tried = dict.fromkeys(chain(options if kind.name != "choices" else (), before))
                changes = (self.changed({fact: value}) for value in tried if value not in (None, self.present[place]))
                yield from islice((change for change in islice(changes, MOST_NEAR) if change), 1)

    def every_value(self, axes: Sequence[int]) -> Product:
        widths = self.situation.network.nodes.widths
        return [[{axis: cell} for cell in range(widths[axis])] for axis in axes]

    def nearest_first(self, parts: Product, reached: int) -> Iterator[Cells]:
        """The new cells that reach the goal: of numbers and scales the nearest first, of options the fewest others."""
        axes = [axis for variants in parts for axis in variants[0]]
        present = [self.situation.cells[axis] or 0 for axis in axes]

        def far(cells: Sequence[int]) -> tuple[int, list[bool], Sequence[int]]:
            steps = [abs(cell - was) for cell, was in zip(cells, present, strict=True)]
            return sum(steps), [step == 0 for step in steps], cells

        for cells in sorted(([*chosen(parts, position)] for position in ones_of(reached)), key=far):
            yield dict(zip(axes, cells, strict=True))

    def first_replayed(self, tried: Iterable[Cells], facts: int = 1) -> Change | None:
        """The first that is a change of so many facts when it is replayed."""
        replayed = map(self.replayed, islice(tried, MOST_NEAR))
        return next((change for change in replayed if change and len(change.facts) == facts), None)

    # Several facts

    def together(self, limit: int) -> Changes:
        """Changes of as few facts as lead there, found by a solver."""
        found: dict[tuple[str, ...], Change] = {}
        search = fact_sets(self.situation, self.facts, self.goal)
        for cells in search:
            change = self.replayed(cells)
            search.tell(change is not None)
            if change:
                found[tuple(fact for fact in self.facts if fact in change.facts)] = change
        first = sorted(found, key=lambda facts: [self.positions[fact] for fact in facts])[:limit]
        given = tuple(self.nearest(facts) or found[facts] for facts in first)
        fewest = (search.exact and self.is_certain) or len(next(iter(found), ())) == 1
        return Changes(given, fewest, complete=search.complete and self.is_certain and len(found) <= limit)

    def nearest(self, facts: Sequence[str]) -> Change | None:
        """A change of these facts to values near to what they are."""
        each = round(MOST_NEAR ** (1 / len(facts)))
        parts = [list(islice(self.variants(fact), each)) for fact in facts]
        trials = Trials(self.situation)
        trials.add(parts)
        ranked = sorted(
            ([*chosen(parts, position)] for position in ones_of(trials.reaching(self.goal))),
            key=lambda ranks: (sum(ranks), ranks),
        )
        merged = (
            {axis: cell for variants, rank in zip(parts, ranks, strict=True) for axis, cell in variants[rank].items()}
            for ranks in ranked
        )
        return self.first_replayed(merged, len(facts))

    def variants(self, fact: str) -> Iterator[Cells]:
        """Other values of a fact, nearest first."""
        axes = self.axes(fact)
        if self.situation.space.axes[axes[0]].option is not None:
            yield from self.sets(axes)
            return
        present = self.situation.cells[axes[0]]
        cells = [cell for cell in range(self.situation.network.nodes.widths[axes[0]]) if cell != present]
        for cell in sorted(cells, key=lambda cell: abs(cell - (present or 0))):
            yield {axes[0]: cell}

    def sets(self, axes: Sequence[int]) -> Iterator[Cells]:
        """Other sets of options, those that differ in few options first."""
        present = {axis: self.situation.cells[axis] or 0 for axis in axes}
        if any(self.situation.cells[axis] is None for axis in axes):
            yield present
        for number in range(1, len(axes) + 1):
            for toggled in combinations(axes, number):
                yield {axis: cell ^ (axis in toggled) for axis, cell in present.items()}

    # Replaying

    def by_fact(self, cells: Cells) -> dict[str, Encoded]:
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

    def replayed(self, cells: Cells) -> Change | None:
        """The change, if it leads there."""
        return self.changed(self.by_fact(cells))

    def changed(self, values: Mapping[str, Encoded]) -> Change | None:
        """The change, if the incident with it is evaluated to what is asked for; so it is, and narrowed too."""
        protocol, incident = self.result.protocol, self.result.incident
        facts = tuple(values.get(name, value) for name, value in zip(protocol.facts, incident.facts, strict=True))
        details = {name: detail for name, detail in incident.details.items() if name not in values}
        result = recommend(protocol, incident._replace(facts=facts, details=details), self.result.now, self.result.past)
        if not values or not self.goal.met(result) or not self.goal.met(narrow := exact(result)):
            return None
        return Change({name: _given(protocol, name, value) for name, value in values.items()}, narrow)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _given(protocol: Protocol, fact: str, value: Encoded) -> Any:
    """A value as an incident states it."""
    kind = protocol.facts[fact].type
    return unscaled(int(value), kind.places) if kind.places else decode(kind, value, protocol.time_zone)
