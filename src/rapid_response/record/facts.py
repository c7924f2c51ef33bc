"""Facts of an incident as a record holds them: what may stand in the open, and what lies apart."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rapid_response.evaluation.incidents import NO_DETAIL
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Protocol
from rapid_response.record.outcomes import lies_apart

Stated = dict[str, dict[str, Any]]


def stated_facts(result: Recommendation) -> tuple[Stated, Stated]:
    """What was stated of each fact, in two parts: open, and apart.

    Apart lie facts that are marked private, free text, and who said something: that may be the name of a person.
    """
    known, details = result.facts, result.incident.details
    in_the_open: Stated = {}
    apart: Stated = {}
    for name, fact in result.protocol.facts.items():
        detail = details.get(name, NO_DETAIL)
        if name not in known and detail == NO_DETAIL:
            continue
        stated = {"value": known.get(name), **detail.to_dict()}
        if lies_apart(fact):
            apart[name] = stated
            continue
        if "source" in stated:
            apart[name] = {"source": stated.pop("source")}
        in_the_open[name] = stated
    return in_the_open, apart


def given_again(protocol: Protocol, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Recorded facts as `Protocol.evaluate` takes them: decimals are numbers again, not text."""
    given: dict[str, Any] = {}
    for name, stated in facts.items():
        fact = protocol.facts.get(name)
        decimal = fact is not None and fact.type.name == "number" and isinstance(stated["value"], str)
        given[name] = {**stated, "value": Decimal(stated["value"])} if decimal else dict(stated)
    return given
