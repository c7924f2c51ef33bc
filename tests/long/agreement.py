"""Where an engine and the reference say different things of the same pair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from rapid_response import Evidence, Reason, Recommendation
from rapid_response.protocol.model import Measure
from rapid_response.protocol.values import UNBOUNDED
from tests import reference
from tests.long.pairs import Pair

IN_SCOPE = {"in": "no", "unknown": "unknown", "out": "yes"}


def differences(pair: Pair) -> dict[str, tuple[object, object]]:
    """What the reference says and what the engine says, for everything in which they differ."""
    expected = reference.meaning(pair.protocol, pair.given, pair.as_of, pair.history)
    return unlike(expected, said(pair.evaluate()))


def unlike(expected: dict[str, Any], got: dict[str, Any]) -> dict[str, tuple[object, object]]:
    """What two accounts of a result say differently."""
    return {key: (expected[key], got[key]) for key in expected if expected[key] != got[key]}


def said(result: Recommendation) -> dict[str, Any]:
    """What a result says, in the form in which `reference.meaning` says it."""
    return {
        "range": (result.lowest.level, result.highest.level),
        "range by the second way": second_range(result, assume=False),
        "assumed range": second_range(result, assume=True),
        "tier": result.tier.level if result.tier else None,
        "standing": result.standing,
        "scope": IN_SCOPE[result.scope],
        "scope rules": {part.name: (part.state, part.standing) for part in result.scope_rules},
        "rules": {
            rule.name: (rule.state, rule.standing, (rule.tiers[0].level, rule.tiers[1].level), rule.overridden_by)
            for rule in result.rules
        },
        "responses": {part.name: (part.state, part.standing, _utc(part.due)) for part in result.responses},
        "criteria": {name: reason.state for name, reason in result.criteria.items()},
        "measures": {name: _possible(result, measure) for name, measure in result.protocol.measures.items()},
        "patterns": {name: _number_of(evidence) for name, evidence in result.patterns.items()},
        "assumptions": [assumption.name for assumption in result.assumptions],
    }


def second_range(result: Recommendation, *, assume: bool) -> tuple[int, int]:
    """The levels of the lowest and the highest tier still possible, from the encoded facts."""
    program, facts = result.protocol.program, result.incident.facts
    if assume:
        facts = tuple(a if fact is None else fact for fact, a in zip(facts, program.assumed, strict=True))
    return program.tiers(facts, result.now, assume, result.counts.assumed if assume else result.counts.plain)


def wrong_reasons(pair: Pair) -> list[str]:
    """The conditions in the rationale of a result that the reference finds otherwise."""
    result = pair.evaluate()
    world = reference.world(pair.protocol, pair.given, pair.as_of, assume=True, history=pair.history)
    return [
        reason.text
        for reason in _reasons(result)
        if reason.condition and reason.state != reference.WORDS[reference.truth(reason.condition, world)]
    ]


def _reasons(result: Recommendation) -> Iterator[Reason]:
    parts = (*result.scope_rules, *result.rules, *result.responses)
    queue = [reason for part in parts for reason in (part.when, part.unless) if reason]
    queue += result.criteria.values()
    while queue:
        reason = queue.pop()
        yield reason
        queue += reason.parts


def _possible(result: Recommendation, measure: Measure) -> object:
    """What a measure can still be: the options of a choice, else the least and the greatest."""
    found = result.measures[measure.name]
    values = [found.value] if found.standing == "known" else list(found.possible)
    if measure.type.name == "number":
        return Fraction(str(values[0])), Fraction(str(values[-1]))
    positions = [measure.type.options.index(value) for value in values]
    return frozenset(positions) if measure.type.name == "choice" else (positions[0], positions[-1])


def _number_of(evidence: Evidence) -> tuple[Fraction, Fraction]:
    """The least and the greatest number of a pattern; any number where nothing is known of it."""
    ends = evidence.possible or ((evidence.value,) if evidence.standing == "known" else (0, UNBOUNDED))
    return Fraction(str(ends[0])), Fraction(str(ends[-1]))


def _utc(due: str | None) -> dt.datetime | None:
    return None if due is None else dt.datetime.fromisoformat(due).astimezone(dt.UTC)
