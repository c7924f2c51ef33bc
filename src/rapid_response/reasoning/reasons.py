"""Why a result is what it is: known facts that force it on their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapid_response.evaluation.compiling import Facts, Range
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.reasoning.hitting import smallest_hitting_set
from rapid_response.reasoning.ranges import exact
from rapid_response.reasoning.situations import Situation, situation_of

MOST_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Why:
    """Facts that force a claim, whatever all others are; none of them can be left out.

    `claim` is what they force: "coordinate <= tier <= activate", "tier >= support", "triage_meeting is active". No set
    of fewer than `least` facts forces it; where that is the number of facts given, they are a smallest set.
    """

    claim: str
    facts: Mapping[str, Any] = field(repr=False)
    least: int
    private: frozenset[str] = frozenset()

    def to_dict(self, private: bool = False) -> dict[str, Any]:
        """The reasons as plain data; values of private facts only where asked for.

        `private` names the facts whose values are left out.
        """
        hidden = [name for name in self.facts if name in self.private and not private]
        facts = {name: None if name in hidden else value for name, value in self.facts.items()}
        return {"claim": self.claim, "facts": facts, "private": hidden, "least": self.least}


def why(
    result: Recommendation, *, tier: str | None = None, response: str | None = None, smallest: bool = False
) -> Why | None:
    """Known facts that force the range of tiers; or that it is at least, or below, a tier; or the state of a response.

    None where what is known does not force it. `smallest` asks for as few facts as can be, which takes longer; where
    that takes too long, `least` is below the number of facts. Raises KeyError for an unknown tier or response.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\n"
    ...     "facts: {f: {type: yes_no}, g: {type: yes_no}, h: {type: yes_no}}\\n"
    ...     "rules: {r: {when: f or g and h, raise_to: high}}"
    ... )
    >>> result = protocol.evaluate({"f": True, "g": True, "h": True})
    >>> why(result).facts, why(result, smallest=True).facts
    ({'g': True, 'h': True}, {'f': True})
    """
    result = exact(result)
    situation = situation_of(result.protocol, result.incident.facts, result.now, result.counts)
    claim = _claim(result, situation, tier, response)
    if claim is None:
        return None
    text, literals, levels = claim
    forcing = _Forcing(result, situation, literals, levels)
    known = [name for name in result.facts if name in forcing.named]
    if forcing.core(known) is None:
        return None
    facts: Sequence[str] = forcing.without_spare(known)
    least = 0
    if smallest:
        facts, least = forcing.fewest(known, facts)
    private = frozenset(name for name in facts if result.protocol.facts[name].private)
    return Why(text, {name: result.facts[name] for name in known if name in facts}, least, private)


_Claim = tuple[str, list[int], Range | None]
"""What is claimed, the literals that say so, and the levels that do, where it is about the tier."""


def _claim(result: Recommendation, situation: Situation, tier: str | None, response: str | None) -> _Claim | None:
    if response is not None:
        return _response_claim(situation, response)
    low, high = result.range
    top = len(result.protocol.tiers) - 1
    if tier is None:
        words = f"tier == {result.lowest}" if low == high else f"{result.lowest} <= tier <= {result.highest}"
        return words, _bounds(situation, low, high), (low, high)
    level = result.protocol.tier(tier).level
    if low >= level:
        return f"tier >= {tier}", _bounds(situation, level, top), (level, top)
    return (f"tier < {tier}", _bounds(situation, 0, level - 1), (0, level - 1)) if high < level else None


def _bounds(situation: Situation, low: int, high: int) -> list[int]:
    tiers, node = situation.network.plain.tiers, situation.network.encoding.node
    return [*([node(tiers[low - 1])] if low else []), *([-node(tiers[high])] if high < len(tiers) else [])]


def _response_claim(situation: Situation, response: str) -> _Claim | None:
    literal = situation.network.encoding.node(situation.network.plain.responses[response])
    for claimed, word in ((literal, "active"), (-literal, "inactive")):
        if situation.network.solver.solve([*situation.literals, -claimed]).possible is False:
            return f"{response} is {word}", [claimed], None
    return None


class _Forcing:
    """Whether some of the known facts force a claim."""

    def __init__(
        self, result: Recommendation, situation: Situation, claim: Sequence[int], levels: Range | None
    ) -> None:
        self.result, self.situation, self.claim, self.levels = result, situation, claim, levels
        self.names = list(result.protocol.facts)
        behind: list[frozenset[str]] = []
        for axis, cell in zip(situation.space.axes, situation.cells, strict=True):
            if cell is not None:
                named = result.protocol.facts_below(axis.opaque) if axis.opaque else {axis.fact or ""}
                behind.append(frozenset(name for name in named if name in result.facts))
        self.literals = dict(zip(situation.literals, behind, strict=True))
        self.named = frozenset[str]().union(*behind)

    def core(self, facts: Sequence[str]) -> frozenset[str] | None:
        """Some of these facts that force the claim; None where they do not, or where it takes too long to say."""
        if self.levels is not None and self.evaluated(facts):
            return frozenset(facts)
        known = frozenset(facts)
        given = self.given(known)
        found: frozenset[str] = frozenset()
        for claimed in self.claim:
            answer = self.situation.network.solver.solve([*given, -claimed])
            if answer.possible is not False:
                return None
            found = found.union(
                *(self.literals[literal] & known for literal in answer.core if literal in self.literals)
            )
        return found

    def given(self, known: frozenset[str]) -> list[int]:
        """What these facts say, for the solver."""
        if not any(axis.opaque for axis in self.situation.space.axes):
            return [literal for literal, behind in self.literals.items() if behind <= known]
        facts = self.only(known)
        return situation_of(self.result.protocol, facts, self.result.now, self.result.counted(facts)).literals

    def only(self, known: Collection[str]) -> Facts:
        """The facts of the incident, all but these not known."""
        facts = zip(self.names, self.result.incident.facts, strict=True)
        return tuple(value if name in known else None for name, value in facts)

    def evaluated(self, facts: Sequence[str]) -> bool:
        assert self.levels is not None
        encoded = self.only(set(facts))
        counts = self.result.counted(encoded).plain
        low, high = self.result.protocol.program.tiers(encoded, self.result.now, False, counts)
        return self.levels[0] <= low and high <= self.levels[1]

    def without_spare(self, facts: Sequence[str]) -> list[str]:
        """The facts, those left out one after the other that can be.

        A core only saves questions whose answer it implies, so that the outcome does not depend on the solver.
        """
        kept, core = list(facts), self.core(facts)
        for fact in facts:
            rest = [name for name in kept if name != fact]
            if core is not None and fact not in core:
                kept = rest
            elif (found := self.core(rest)) is not None:
                kept, core = rest, found
        return kept

    def fewest(self, facts: Sequence[str], enough: Sequence[str]) -> tuple[Sequence[str], int]:
        """A smallest set that forces the claim, and a bound on how small it can be.

        Every set of facts without which the claim fails must be hit; a smallest set that hits those found so far either
        forces the claim or shows another one.
        """
        to_hit: list[frozenset[str]] = []
        least = 0
        for _ in range(MOST_ROUNDS):
            hitting = smallest_hitting_set(to_hit, facts)
            if hitting is None:
                break
            least = len(hitting)
            if least == len(enough):
                return enough, least
            if self.core(hitting) is not None:
                return hitting, least
            to_hit.append(frozenset(facts) - set(self.grown(hitting, facts)))
        return enough, least

    def grown(self, hitting: Sequence[str], facts: Sequence[str]) -> list[str]:
        """A largest set around this one that does not force the claim."""
        kept = list(hitting)
        for fact in facts:
            if fact not in kept and self.core([*kept, fact]) is None:
                kept.append(fact)
        return kept
