"""Running scenarios: what came out, where that is not what was expected, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from rapid_response.evaluation.recommendation import SEMANTICS, Recommendation, recommend
from rapid_response.protocol.model import Protocol
from rapid_response.scenarios.coverage import Coverage, coverage_of
from rapid_response.scenarios.model import NOTHING, Claim, Scenario, number_text
from rapid_response.scenarios.reasons import Why, why


@dataclass(frozen=True, slots=True)
class Failure:
    """A claim that did not come true: what came instead, and why."""

    claim: Claim
    came: tuple[str, ...]
    why: tuple[Why, ...]

    def to_dict(self) -> dict[str, Any]:
        """The failure as plain data."""
        return {
            "what": self.claim.kind,
            "name": self.claim.name or None,
            "expected": list(self.claim.expected),
            "came": list(self.came),
            "line": self.claim.span.line,
            "why": [reason.to_dict() for reason in self.why],
        }


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """A scenario that was run: the recommendation, and the claims that failed."""

    scenario: Scenario
    recommendation: Recommendation
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.failures

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data."""
        result = self.recommendation
        return {
            "name": self.scenario.name,
            "file": self.scenario.span.source.file,
            "line": self.scenario.span.line,
            "passed": self.passed,
            "tier": result.tier.name if result.tier else None,
            "lowest": result.lowest.name,
            "highest": result.highest.name,
            "standing": result.standing,
            "failures": [failure.to_dict() for failure in self.failures],
        }


@dataclass(frozen=True)
class Run:
    """Scenarios that were run. `only` and `fail_under` are what was asked for; see `run_scenarios`."""

    protocol: Protocol
    results: tuple[ScenarioResult, ...]
    only: str = ""
    fail_under: float | None = None

    @property
    def passed(self) -> bool:
        """Whether there were scenarios, all of them passed, and they cover enough."""
        return bool(self.results) and not self.failed and self.covers_enough

    @property
    def failed(self) -> tuple[ScenarioResult, ...]:
        """The scenarios that did not pass."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def covers_enough(self) -> bool:
        """Whether both shares of the rules, fired and not fired, reach `fail_under`."""
        if self.fail_under is None:
            return True
        shares = self.coverage.share("rule", "fired"), self.coverage.share("rule", "not fired")
        return all(share.reaches(self.fail_under) for share in shares)

    @cached_property
    def coverage(self) -> Coverage:
        """What of the protocol the scenarios touch, whether they passed or not."""
        return coverage_of(self.protocol, [result.recommendation for result in self.results])

    def to_dict(self) -> dict[str, Any]:
        """The run as plain data, the same for the same protocol and scenarios."""
        return {
            "protocol": {
                "name": self.protocol.name,
                "version": self.protocol.version,
                "fingerprint": self.protocol.fingerprint,
                "semantics": SEMANTICS,
            },
            "passed": self.passed,
            "only": self.only or None,
            "fail_under": self.fail_under,
            "counts": {
                "scenarios": len(self.results),
                "passed": len(self.results) - len(self.failed),
                "failed": len(self.failed),
            },
            "scenarios": [result.to_dict() for result in self.results],
            "coverage": self.coverage.to_dict(),
        }


def run_scenarios(
    protocol: Protocol, scenarios: Iterable[Scenario], *, only: str = "", fail_under: float | None = None
) -> Run:
    """Run scenarios against a protocol.

    `only` keeps the scenarios whose name contains it, in upper or lower case. `fail_under` is a percentage that both
    the rules that fired and the rules that did not must reach. A run without a scenario does not pass.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.scenarios.reading import scenarios_from_text
    >>> protocol = protocol_from_text("protocol: p\\ntiers: {low: {}, high: {}}")
    >>> scenarios = scenarios_from_text(protocol, "scenarios: [{name: Quiet, incident: {}, expect: {tier: high}}]")
    >>> run = run_scenarios(protocol, scenarios)
    >>> run.passed, run.results[0].failures[0].came
    (False, ('low',))
    """
    chosen = [scenario for scenario in scenarios if only.casefold() in scenario.name.casefold()]
    return Run(protocol, tuple(run_scenario(protocol, scenario) for scenario in chosen), only, fail_under)


def run_scenario(protocol: Protocol, scenario: Scenario) -> ScenarioResult:
    """One scenario's recommendation with its exact range, and the claims that it does not bear out."""
    result = recommend(protocol, scenario.incident, scenario.now, scenario.past).exact()
    failures = [
        Failure(claim, came, why(result, claim))
        for claim in scenario.claims
        if (came := observed(result, claim)) != claim.expected
    ]
    return ScenarioResult(scenario, result, tuple(failures))


def observed(result: Recommendation, claim: Claim) -> tuple[str, ...]:
    """What came out where a claim was made, in the words that claims use."""
    match claim.kind:
        case "tier":
            return (result.tier.name if result.tier else NOTHING,)
        case "lowest":
            return (result.lowest.name,)
        case "highest":
            return (result.highest.name,)
        case "standing":
            return (result.standing,)
        case "scope":
            return (result.scope,)
        case "measure":
            return _measured(result, claim.name)
        case "criterion":
            return (result.criteria[claim.name].state,)
        case "rule":
            return (result.rule(claim.name).state,)
        case "response":
            return (result.response(claim.name).state,)
        case "ask_first":
            return (next((question.fact for question in result.questions().asked), NOTHING),)
        case _:
            assumed = claim.name in [assumption.name for assumption in result.assumptions]
            return ("assumed" if assumed else "not assumed",)


def _measured(result: Recommendation, name: str) -> tuple[str, ...]:
    measure = result.measures[name]
    values = measure.possible if measure.value is None else (measure.value,)
    numeric = result.protocol.measures[name].type.name == "number"
    return tuple(number_text(Decimal(value)) if numeric else value for value in values)
