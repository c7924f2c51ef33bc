"""Why something came out as it did: the part of the protocol, its own words, and what was known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from rapid_response.evaluation.outcomes import (
    Evidence,
    Outcome,
    Reason,
    ResponseOutcome,
    RuleOutcome,
    ScopeOutcome,
)
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.expressions import Not
from rapid_response.protocol.model import NO_TEXT, Text, Tier
from rapid_response.scenarios.model import Claim

GroundStanding = Literal["known", "assumed", "unknown"]


@dataclass(frozen=True, slots=True)
class Ground:
    """One fact, measure, criterion, time or tier that something was decided on.

    `value` is plain data, None where not known or private; `possible` then gives what is still possible.
    """

    name: str
    value: Any
    standing: GroundStanding
    possible: tuple[Any, ...] = ()
    private: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The ground as plain data."""
        possible = {"possible": list(self.possible)} if self.possible else {}
        private = {"private": True} if self.private else {}
        return {"name": self.name, "value": self.value, "standing": self.standing, **possible, **private}


@dataclass(frozen=True, slots=True)
class Why:
    """A part of the protocol that made something come out as it did.

    `state` is how the part itself came out; `tiers` the least and greatest tier that a rule raises or limits to;
    `overridden_by` the limits over it.
    """

    kind: Literal["rule", "response", "scope", "criterion", "measure", "fact"]
    name: str
    state: str
    title: Text = NO_TEXT
    because: Text = NO_TEXT
    effect: str | None = None
    tiers: tuple[str, ...] = ()
    overridden_by: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The reason as plain data."""
        rule = {"effect": self.effect, "tiers": list(self.tiers), "overridden_by": list(self.overridden_by)}
        return {
            "kind": self.kind,
            "name": self.name,
            "state": self.state,
            "title": self.title.to_dict(),
            "because": self.because.to_dict(),
            **(rule if self.kind == "rule" else {}),
            "grounds": [ground.to_dict() for ground in self.grounds],
        }


def why(result: Recommendation, claim: Claim) -> tuple[Why, ...]:
    """The parts of the protocol behind what came out where a claim was made."""
    match claim.kind:
        case "tier" | "lowest" | "highest":
            return tuple(_outcome(rule) for rule in _behind_tier(result, claim))
        case "standing":
            rules = [rule for rule in result.rules if rule.standing != "settled"]
            return tuple(_outcome(rule) for rule in rules or result.deciding)
        case "scope":
            return tuple(_outcome(rule) for rule in _behind_scope(result))
        case "rule":
            return (_outcome(result.rule(claim.name)),)
        case "response":
            return (_outcome(result.response(claim.name)),)
        case "criterion":
            return (_criterion(result, claim.name),)
        case "measure":
            return (_measure(result, claim.name),)
        case "ask_first":
            return tuple(_questions(result, claim.expected[0]))
        case _ if claim.name in result.protocol.criteria:
            return (_criterion(result, claim.name),)
        case _:
            return (Why("fact", claim.name, "not assumed", grounds=(_fact(result, claim.name),)),)


def _behind_tier(result: Recommendation, claim: Claim) -> list[RuleOutcome]:
    """The rules that decided, those that leave the tier open, and those that would have led to the expected one."""
    expected = next((tier for tier in result.protocol.tiers if tier.name == claim.expected[0]), None)
    decided = {rule.name for rule in result.deciding}
    open_ended = claim.kind != "tier" or result.tier is None or expected is None
    return [
        rule
        for rule in result.rules
        if rule.name in decided
        or (open_ended and rule.standing != "settled")
        or (expected and result.tier and _would_have(rule, result.tier, expected))
    ]


def _would_have(rule: RuleOutcome, came: Tier, expected: Tier) -> bool:
    """Whether the rule, had it held, would have moved the tier to where it was expected."""
    if rule.state == "fired":
        return False
    if came < expected:
        return rule.part.effect == "raise_to" and rule.tiers[1] >= expected
    return came > expected and rule.part.effect == "limit_to" and rule.tiers[0] <= expected


def _behind_scope(result: Recommendation) -> list[ScopeOutcome]:
    word = {"out": "yes", "unknown": "unknown", "in": "no"}[result.scope]
    return [outcome for outcome in result.scope_rules if outcome.state == word]


def _outcome(outcome: Outcome) -> Why:
    kind: Literal["response", "scope"] = "response" if isinstance(outcome, ResponseOutcome) else "scope"
    grounds = _unlike(ground for reason in _decisive(outcome) for ground in _grounds(reason))
    told = Why(kind, outcome.name, "", outcome.part.title, outcome.because, grounds=grounds)
    if not isinstance(outcome, RuleOutcome):
        assert isinstance(outcome, ResponseOutcome | ScopeOutcome)
        return replace(told, state=outcome.state)
    tiers = tuple(dict.fromkeys(tier.name for tier in outcome.tiers))
    effect, over = outcome.part.effect, outcome.overridden_by
    return replace(told, kind="rule", state=outcome.state, effect=effect, tiers=tiers, overridden_by=over)


def _decisive(outcome: Outcome) -> list[Reason]:
    """Which of when and unless made the outcome what it is: both where it holds, else what stood in its way."""
    if outcome.unless is None:
        return [outcome.when]
    opposite = {"yes": "no", "no": "yes", "unknown": "unknown"}[outcome.unless.state]
    both = ((outcome.when, outcome.when.state), (outcome.unless, opposite))
    for word in ("no", "unknown"):
        if found := [reason for reason, state in both if state == word]:
            return found
    return [outcome.when, outcome.unless]


def _grounds(reason: Reason) -> Iterator[Ground]:
    """What decided a condition: of its parts, those that came out as it did."""
    turned = isinstance(reason.condition, Not)
    parts = [part for part in reason.parts if turned or part.state == reason.state]
    if parts:
        for part in parts:
            yield from _grounds(part)
    elif reason.criterion:
        yield Ground(reason.criterion, reason.state == "yes", "assumed")
    else:
        yield from (_ground(evidence) for evidence in reason.evidence)


def _ground(evidence: Evidence) -> Ground:
    return Ground(evidence.name, evidence.value, evidence.standing, evidence.possible, evidence.private)


def _criterion(result: Recommendation, name: str) -> Why:
    reason, criterion = result.criteria[name], result.protocol.criteria[name]
    return Why("criterion", name, reason.state, criterion.title, grounds=_unlike(_grounds(reason)))


def _measure(result: Recommendation, name: str) -> Why:
    measure = result.protocol.measures[name]
    facts = result.protocol.facts_below(measure.value)
    standing = result.measures[name].standing
    return Why("measure", name, standing, measure.title, grounds=tuple(_fact(result, fact) for fact in facts))


def _questions(result: Recommendation, expected: str) -> Iterator[Why]:
    """The question that comes first, and what became of the expected one."""
    asked = [question.fact for question in result.questions().asked]
    for name in dict.fromkeys([*asked[:1], expected]):
        if name in result.protocol.facts:
            state = "asked" if name in asked else "not asked"
            ask = result.protocol.facts[name].ask
            yield Why("fact", name, state, because=ask, grounds=(_fact(result, name),))


def _fact(result: Recommendation, name: str) -> Ground:
    private = result.protocol.facts[name].private
    assumed = {assumption.name: assumption.value for assumption in result.assumptions if assumption.kind == "fact"}
    if name in result.facts:
        return Ground(name, None if private else result.facts[name], "known", private=private)
    return Ground(name, assumed.get(name), "assumed" if name in assumed else "unknown", private=private)


def _unlike(grounds: Iterable[Ground]) -> tuple[Ground, ...]:
    """Each thing once."""
    return tuple({ground.name: ground for ground in grounds}.values())
