"""What patterns came to: a record keeps the numbers and the ids of those counted, never other incidents' facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapid_response.evaluation.incidents import check_incident, encode_as_of
from rapid_response.evaluation.patterns import Counts
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Protocol


def counted(result: Recommendation) -> dict[str, dict[str, Any]] | None:
    """By pattern the least and greatest number, and those under the assumptions; None where nothing was counted."""
    past, counts = result.past, result.counts
    if past is None or not counts.plain:
        return None
    numbers = zip(result.protocol.patterns, counts.plain, counts.assumed, counts.counted, strict=True)
    return {
        name: {
            "range": list(plain),
            "assumed": list(assumed),
            "incidents": [number for place in places if (number := past.incidents[place].id) is not None],
        }
        for name, plain, assumed, places in numbers
    }


def evaluate_again(
    protocol: Protocol, facts: Mapping[str, Any], as_of: str, patterns: Mapping[str, Mapping[str, Any]] | None
) -> Recommendation:
    """The recommendation for recorded facts, with patterns taken as they were counted then."""
    if patterns is None:
        return protocol.evaluate(facts, as_of=as_of)
    incident, now = check_incident(protocol, facts), encode_as_of(protocol, as_of)
    plain, assumed = (
        tuple(_range(patterns[name][kind]) for name in protocol.patterns) for kind in ("range", "assumed")
    )
    tiers = protocol.program.tiers(incident.facts, now, False, plain)
    return Recommendation(protocol, incident, now, tiers, counts=Counts(plain, assumed))


def _range(ends: list[int]) -> tuple[int, int]:
    low, high = ends
    return low, high
