"""Why it was not another tier, told as an answer to an audit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rapid_response.evaluation.outcomes import Reason, RuleOutcome
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.expressions import AllOf, Always, Constant, CriterionHolds
from rapid_response.protocol.model import Rule, Tier
from rapid_response.reasoning.changes import Changes, what_would
from rapid_response.reasoning.ranges import exact


@dataclass(frozen=True, slots=True)
class Lacking:
    """A rule that could have raised the tier, the conditions that it lacked, and exceptions that stood in its way."""

    rule: RuleOutcome
    lacked: tuple[Reason, ...]
    excepted: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        """The rule and its conditions as plain data."""
        return {
            "rule": self.rule.name,
            "state": self.rule.state,
            "because": self.rule.because.to_dict(),
            "place": self.rule.place,
            "lacked": [reason.to_dict() for reason in self.lacked],
            "excepted": [reason.to_dict() for reason in self.excepted],
        }


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why the recommended tier is not `tier`.

    Where that is a higher one, `raises` and `limits` say why; where it is a lower one, `above` does. `possible` says
    whether it still may be, once more is known. `raises` are the rules that could have raised to it and did not;
    `limits` the rules that held the tier below it; `above` those that raised beyond it. `changes` are the fewest
    changes that would have led there.
    """

    tier: Tier
    possible: bool
    raises: tuple[Lacking, ...]
    limits: tuple[RuleOutcome, ...]
    above: tuple[RuleOutcome, ...]
    changes: Changes

    def to_dict(self, private: bool = False) -> dict[str, Any]:
        """The answer as plain data; values of private facts only where asked for."""
        return {
            "tier": self.tier.name,
            "possible": self.possible,
            "raises": [lacking.to_dict() for lacking in self.raises],
            "limits": [rule.to_dict() for rule in self.limits],
            "above": [rule.to_dict() for rule in self.above],
            "changes": self.changes.to_dict(private),
        }


def why_not(
    result: Recommendation, tier: str, *, fixed: Sequence[str] = (), only_unknown: bool = False, limit: int = 10
) -> WhyNot:
    """Why the recommended tier is not the one of that name.

    `fixed`, `only_unknown` and `limit` are those of `what_would`. Raises KeyError for an unknown tier.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}, g: {type: yes_no}}\\n"
    ...     "rules: {r: {when: f, raise_to: high}, l: {when: g, limit_to: low}}"
    ... )
    >>> found = why_not(protocol.evaluate({"f": False, "g": True}), "high")
    >>> [reason.text for reason in found.raises[0].lacked], [rule.name for rule in found.limits]
    (['f'], ['l'])
    >>> [dict(change.facts) for change in found.changes]
    [{'f': True, 'g': False}]
    """
    result, wanted = exact(result), result.protocol.tier(tier)
    higher = result.tier is None or result.tier < wanted
    about = [result.rule(rule.name) for rule in result.protocol.rules.values() if _may_concern(rule, wanted)]
    raises = [rule for rule in about if rule.part.effect == "raise_to"]
    limits = [rule for rule in about if rule.part.effect == "limit_to" and rule.state == "fired"]
    lacking = [rule for rule in raises if rule.tiers[1] >= wanted and rule.state in ("not fired", "open")]
    return WhyNot(
        tier=wanted,
        possible=result.lowest <= wanted <= result.highest,
        raises=tuple(map(_lacking, lacking)) if higher else (),
        limits=tuple(rule for rule in limits if rule.tiers[0] < wanted) if higher else (),
        above=tuple(rule for rule in raises if rule.tiers[0] > wanted and rule.state == "fired"),
        changes=what_would(result, tier=tier, fixed=fixed, only_unknown=only_unknown, limit=limit),
    )


def _may_concern(rule: Rule, wanted: Tier) -> bool:
    """Whether a rule can raise to the tier or beyond, or limit below it."""
    if not isinstance(rule.tier, Constant):
        return True
    return (rule.effect == "raise_to") == (rule.tier.value >= wanted.level)


def _lacking(rule: RuleOutcome) -> Lacking:
    excepted = (rule.unless,) if rule.unless and rule.unless.state != "no" else ()
    return Lacking(rule, tuple(_not_held(rule.when)), excepted)


def _not_held(reason: Reason) -> Iterator[Reason]:
    """The conditions that do not hold, or are not known to: where all must hold, each one that does not."""
    if reason.state == "yes" or isinstance(reason.condition, Always):
        return
    if isinstance(reason.condition, AllOf | CriterionHolds) and reason.parts:
        inner = [found for part in reason.parts for found in _not_held(part)]
        yield from inner or [reason]
    else:
        yield reason
