"""What to find out next: missing facts that can still change something, best first, and what each answer would do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import Any

from rapid_response.evaluation.compiling import Range
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Text, Tier
from rapid_response.protocol.values import encode
from rapid_response.reasoning.answers import Answers, Case, answers_of
from rapid_response.reasoning.cells import Axis
from rapid_response.reasoning.network import Network, Space
from rapid_response.reasoning.nodes import opposite
from rapid_response.reasoning.passes import Bits
from rapid_response.reasoning.ranges import exact, lowered, raised
from rapid_response.reasoning.relevance import Relevance, live_bits, patterns_in_play, relevance_of
from rapid_response.reasoning.sampling import SIZE, Pool, make_pool
from rapid_response.reasoning.situations import Sampled, Situation, situation_of

Frequencies = Mapping[str, Mapping[Any, float]]
"""By fact, how often each value has been seen; of numbers and times any values, of `choices` facts each option."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What some answers to a question would leave possible: a range of tiers, and responses that they would settle."""

    answers: Answers
    lowest: Tier
    highest: Tier
    active: tuple[str, ...] = ()
    inactive: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The consequence as plain data."""
        tiers = {"lowest": self.lowest.name, "highest": self.highest.name}
        responses = {"active": list(self.active), "inactive": list(self.inactive)}
        return {"answers": self.answers.to_dict(), **tiers, **responses}


@dataclass(frozen=True, slots=True)
class Question:
    """A missing fact that can still change the tier, or where `about` is "responses" only these.

    `outcomes` are its possible answers by consequence; `most_left` is how many more answers it takes at most, after
    this one, until the tier is settled.
    """

    fact: str
    ask: Text
    about: str
    outcomes: tuple[Consequence, ...]
    most_left: int

    def to_dict(self) -> dict[str, Any]:
        """The question as plain data."""
        outcomes = [outcome.to_dict() for outcome in self.outcomes]
        stated = {"fact": self.fact, "ask": self.ask.to_dict(), "about": self.about}
        return {**stated, "outcomes": outcomes, "most_left": self.most_left}


@dataclass(frozen=True, slots=True)
class Questions:
    """What to ask, best first.

    `irrelevant` are the missing facts that cannot change the tier or a response any more. `unresolved` are questions
    asked to be safe: it could not be proved that they still matter. `past` says what past incidents can still change,
    where they were not given or too little is known of them: "tier" or "responses". `most_left` is how many answers it
    takes at most, asking in this order, until the tier is settled, unless `past` can change it.
    """

    asked: tuple[Question, ...]
    irrelevant: tuple[str, ...]
    unresolved: tuple[str, ...]
    most_left: int
    past: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The questions as plain data."""
        return {
            "asked": [question.to_dict() for question in self.asked],
            "past": self.past,
            "irrelevant": list(self.irrelevant),
            "unresolved": list(self.unresolved),
            "most_left": self.most_left,
        }


def questions(result: Recommendation, frequencies: Frequencies | None = None) -> Questions:
    """What to find out next about an incident.

    Best is what narrows the range of tiers most in the worst case; among equals, which most are, what leaves the least
    uncertainty about the tier on average, over ways in which the incident may turn out: all answers equally likely, or
    as likely as `frequencies` say. Questions that can change only responses come last.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\n"
    ...     "facts: {f: {type: yes_no}, g: {type: yes_no}, age: {type: number, min: 0, max: 120}}\\n"
    ...     "rules: {r: {when: f and (g or age >= 65), raise_to: high}}"
    ... )
    >>> found = questions(protocol.evaluate({"g": True}))
    >>> [question.fact for question in found.asked], found.irrelevant, found.most_left
    (['f'], ('age',), 1)
    >>> [(str(outcome.answers), outcome.lowest.name) for outcome in found.asked[0].outcomes]
    [('no', 'low'), ('yes', 'high')]
    """
    result = exact(result)
    situation = situation_of(result.protocol, result.incident.facts, result.now, result.counts)
    relevance = relevance_of(situation, result.missing, settled=result.range[0] == result.range[1])
    pool = _pool(situation.space, frequencies or {})
    sampled = situation.sampled if pool is None else situation.sampled_in(pool)
    asking = _Asking(result, situation, sampled, relevance)
    asked = sorted((asking.question(fact) for fact in asking.ranked()), key=asking.worst_case)
    relevant = relevance.tier | relevance.responses
    irrelevant = tuple(fact for fact in result.missing if fact not in relevant)
    unresolved = tuple(fact for fact in result.missing if fact in relevance.unresolved)
    most_left = min(len(relevance.tier), 1 + asked[0].most_left) if relevance.tier else 0
    return Questions(tuple(asked), irrelevant, unresolved, most_left, _past(result, situation))


def _past(result: Recommendation, situation: Situation) -> str | None:
    """What past incidents can still change, by what is not known of them."""
    unknown = result.uncertain_patterns
    if unknown & patterns_in_play(situation, "tiers") and result.range[0] < result.range[1]:
        return "tier"
    return "responses" if unknown & patterns_in_play(situation, "responses") else None


class _Asking:
    """Everything about the questions of one situation."""

    def __init__(self, result: Recommendation, situation: Situation, sampled: Sampled, relevance: Relevance) -> None:
        self.result, self.situation, self.sampled, self.relevance = result, situation, sampled, relevance
        live = live_bits(situation, "tiers", situation.network.supposed_ones)
        self.live = {fact: self.live_cases(fact, live) for fact in relevance.tier}
        self.open_responses = [
            (name, root)
            for name, root in situation.network.plain.responses.items()
            if not (situation.sure[root] | situation.sure[opposite(root)]) & 1
        ]

    def live_cases(self, fact: str, live: Mapping[int, Bits]) -> Bits:
        """In which cases a fact may still matter for the tier."""
        if fact in self.relevance.unresolved:
            return self.situation.network.supposed_ones
        found = 0
        for axis in self.situation.space.by_fact[fact]:
            found |= live.get(axis, 0)
        return found

    # The order

    def ranked(self) -> list[str]:
        facts = [fact for fact in self.result.missing if fact in self.relevance.tier | self.relevance.responses]
        return sorted(facts, key=lambda fact: (fact not in self.relevance.tier, self.uncertainty(fact)))

    def uncertainty(self, fact: str) -> int:
        """What is left open on average once the fact is known: about the tier, or where it cannot, about responses."""
        groups = self.groups(fact)
        if fact in self.relevance.tier:
            return sum(_spread([group.bit_count() for group in self.by_level(ways)]) for ways in groups)
        active = dict(zip(self.situation.network.plain.responses, self.sampled.responses, strict=True))
        return sum(
            _spread([(ways & active[name]).bit_count(), (ways & ~active[name]).bit_count()])
            for name, _ in self.open_responses
            for ways in groups
        )

    def groups(self, fact: str) -> list[Bits]:
        """The ways of the pool by the answer to a fact."""
        found = [self.sampled.pool.ones]
        for axis in self.situation.space.by_fact.get(fact, ()):
            found = [part for ways in found for cell in self.sampled.pool.cells[axis] if (part := ways & cell)]
        return found

    def by_level(self, ways: Bits) -> Iterator[Bits]:
        above = ways
        for reached in self.sampled.tiers:
            yield above & ~reached
            above &= reached
        yield above

    def worst_case(self, question: Question) -> tuple[bool, int]:
        """Questions about the tier first, by how far apart the ends of its range still are, whatever the answer."""
        low, high = self.result.range
        ends = (outcome.highest.level - outcome.lowest.level for outcome in question.outcomes)
        return question.about != "tier", max(ends, default=high - low)

    # One question

    def question(self, fact: str) -> Question:
        stated = self.result.protocol.facts[fact]
        about = "tier" if fact in self.relevance.tier else "responses"
        found = self.consequences(fact, about)
        most_left = max((left for _, left in found), default=0) if about == "tier" else 0
        return Question(fact, stated.ask, about, tuple(consequence for consequence, _ in found), most_left)

    def consequences(self, fact: str, about: str) -> list[tuple[Consequence, int]]:
        """The answers by consequence, each with how many more answers it takes at most."""
        groups: dict[tuple[object, ...], list[_Case]] = {}
        for case in self.cases(fact):
            key = (case.levels, *((case.active, case.inactive) if about == "responses" else ()))
            groups.setdefault(key, []).append(case)
        found: list[tuple[Consequence, int]] = []
        for cases in groups.values():
            found.append((self.consequence(fact, cases, len(groups) == 1), max(case.left for case in cases)))
        return found

    def consequence(self, fact: str, cases: Sequence[_Case], every: bool) -> Consequence:
        protocol, levels = self.result.protocol, cases[0].levels
        stated, axes = protocol.facts[fact], self.situation.space.axes
        answers = answers_of(protocol, stated, axes, [case.cells for case in cases], every)
        active, inactive = (
            tuple(name for name in states[0] if all(name in state for state in states))
            for states in ([case.active for case in cases], [case.inactive for case in cases])
        )
        return Consequence(answers, protocol.tiers[levels[0]], protocol.tiers[levels[1]], active, inactive)

    def cases(self, fact: str) -> Iterator[_Case]:
        """The possible answers: each cell; of several choices, none, and each option that the answer may include."""
        axes = [axis for axis in self.situation.space.by_fact.get(fact, ()) if self.situation.cells[axis] is None]
        several = self.result.protocol.facts[fact].type.name == "choices"
        if several:
            yield self.case(fact, tuple((axis, 0) for axis in axes))
        for axis in axes:
            for cell in range(1 if several else 0, self.situation.network.nodes.widths[axis]):
                yield self.case(fact, ((axis, cell),))

    def case(self, fact: str, cells: Case) -> _Case:
        bit = self.situation.network.supposed[cells[0][0]][cells[0][1]] if len(cells) == 1 else 0
        levels = self.levels(cells, bit)
        left = 0 if levels[0] == levels[1] else self.left(fact, bit)
        sure = self.situation.sure
        active = tuple(name for name, root in self.open_responses if sure[root] >> bit & 1)
        inactive = tuple(name for name, root in self.open_responses if sure[opposite(root)] >> bit & 1)
        return _Case(cells, levels, active, inactive, left)

    def left(self, fact: str, bit: int) -> int:
        """How many other facts may still matter for the tier in the case of a bit."""
        return sum(cases >> bit & 1 for other, cases in self.live.items() if other != fact)

    def levels(self, cells: Case, bit: int) -> Range:
        """The levels that an answer leaves possible."""
        low, high = self.result.range
        if low == high:
            return low, high
        ahead = self.situation.levels(bit)
        low, high = max(low, ahead[0]), min(high, ahead[1])
        ways = self.sampled.pool.ones
        for axis, cell in cells:
            ways &= self.sampled.pool.cells[axis][cell]
        reached = self.sampled.levels(ways) or (high, low)
        literals = [self.situation.network.encoding.cell(axis, cell) for axis, cell in cells]
        low, _ = raised(self.situation, literals, low, min(reached[0], high))
        high, _ = lowered(self.situation, literals, high, max(reached[1], low))
        return low, high


@dataclass(frozen=True, slots=True)
class _Case:
    """One answer, the levels it leaves possible, the responses it settles, and how many answers may follow."""

    cells: Case
    levels: Range
    active: tuple[str, ...]
    inactive: tuple[str, ...]
    left: int


def _spread(counts: Sequence[int]) -> int:
    """The entropy of some counts, times their sum; in whole numbers, so that it is the same on every machine."""
    return _times_log(sum(counts)) - sum(map(_times_log, counts))


@lru_cache(SIZE + 1)
def _times_log(count: int) -> int:
    return round(count * log2(count) * 2**20) if count else 0


def _pool(space: Space, frequencies: Frequencies) -> Pool | None:
    """A pool weighed by frequencies; None where there are none."""
    weights = {
        position: weight
        for fact, seen in frequencies.items()
        for position in space.by_fact.get(fact, ())
        if (weight := cell_weights(space.axes[position], seen, space.protocol.time_zone))
    }
    return _weighed_pool(space.network, tuple(weights.items())) if weights else None


@lru_cache(16)
def _weighed_pool(network: Network, weights: tuple[tuple[int, tuple[float, ...]], ...]) -> Pool:
    return make_pool(network.nodes.widths, network.groups, dict(weights), network.complete.leaves)


def cell_weights(axis: Axis, seen: Mapping[Any, float], zone: str | None) -> tuple[float, ...]:
    """How likely each cell of an axis is, or an option among the chosen ones; nothing where nothing was seen."""
    if axis.option is not None:
        weight = float(seen.get(axis.type.options[axis.option], 0))
        return (1.0, weight) if any(seen.values()) else ()
    weights = [0.0] * len(axis.cells)
    for value, weight in seen.items():
        weights[axis.cell_of(encode(axis.type, value, zone))] += weight
    return tuple(weights) if any(weights) else ()
