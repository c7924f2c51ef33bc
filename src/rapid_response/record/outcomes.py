"""What of a recommendation is recorded: tiers, standing, and which rules and responses came out how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rapid_response.evaluation.outcomes import Evidence, Scope, Standing
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.record.canonical import canonical

Names = tuple[str, ...]
_UNREMARKABLE = ("not fired", "inactive", "no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was recommended, without any value of a private or free-text fact.

    `rules` are the names of rules by state ("fired", "open", "overridden"), `scope_rules` likewise ("yes", "unknown"),
    `responses` when each is due by state ("active", "open"); those that came out "not fired", "no" and "inactive" are
    all others of the protocol. `measures` gives values, or lists of what is still possible; measures that hang on
    private facts are left out, and so are due times that count from one.
    """

    tier: str | None
    lowest: str
    highest: str
    standing: Standing
    scope: Scope
    deciding: Names
    missing: Names
    assumptions: Mapping[str, Any]
    scope_rules: Mapping[str, Names]
    rules: Mapping[str, Names]
    responses: Mapping[str, Mapping[str, str | None]]
    measures: Mapping[str, Any]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Outcome:
        """The outcome that a record holds."""
        names = {key: tuple(data[key]) for key in ("deciding", "missing")}
        states = {key: {state: tuple(of) for state, of in data[key].items()} for key in ("scope_rules", "rules")}
        return cls(**{**data, **names, **states})

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return {name: getattr(self, name) for name in self.__slots__}

    def to_bytes(self) -> bytes:
        """The outcome as canonical JSON: what replaying a decision has to give again, byte for byte."""
        return canonical(self.to_dict())


def outcome_of(result: Recommendation) -> Outcome:
    """What is recorded of a recommendation.

    >>> from rapid_response import load_protocol
    >>> result = load_protocol("protocol_rules/ccsj").evaluate({"harm": "killed"}, as_of="2026-02-01T09:00")
    >>> outcome_of(result).lowest == result.lowest.name
    True
    """
    hidden = _hidden_measures(result.protocol)
    return Outcome(
        tier=result.tier.name if result.tier else None,
        lowest=result.lowest.name,
        highest=result.highest.name,
        standing=result.standing,
        scope=result.scope,
        deciding=tuple(rule.name for rule in result.deciding_rules),
        missing=result.missing,
        assumptions={assumption.name: assumption.value for assumption in result.assumptions},
        scope_rules=_by_state(result.scope_states),
        rules=_by_state(result.rule_states),
        responses={
            state: {name: _due(result, name) for name in names}
            for state, names in _by_state(result.response_states).items()
        },
        measures={name: _value(found) for name, found in result.measures.items() if name not in hidden},
    )


def lies_apart(fact: Fact) -> bool:
    """Whether a fact's values are kept apart and can be erased: it is marked private, or free text."""
    return fact.private or fact.type.name == "text"


def _by_state(found: Mapping[str, str]) -> dict[str, Names]:
    states: dict[str, list[str]] = {}
    for name, state in found.items():
        if state not in _UNREMARKABLE:
            states.setdefault(state, []).append(name)
    return {state: tuple(names) for state, names in states.items()}


def _value(measure: Evidence) -> Any:
    return measure.value if measure.standing == "known" else {"possible": list(measure.possible)}


def _due(result: Recommendation, response: str) -> str | None:
    due = result.protocol.responses[response].due
    start = result.protocol.facts.get(due.after) if due else None
    return None if start and lies_apart(start) else result.due_times[response]


@lru_cache(maxsize=64)
def _hidden_measures(protocol: Protocol) -> frozenset[str]:
    return frozenset(
        name
        for name, measure in protocol.measures.items()
        if any(lies_apart(protocol.facts[fact]) for fact in protocol.facts_below(measure.value))
    )
