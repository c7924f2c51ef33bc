"""Incidents: from what was given to encoded facts, with every bad fact named at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from rapid_response.errors import IncidentError
from rapid_response.evaluation.compiling import Facts
from rapid_response.evaluation.encoding import LONGEST_ID
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.problems import Problem, Span, did_you_mean
from rapid_response.protocol.values import Encoded, Unfit, encode, shown_input

DETAILS = ("value", "source", "as_of", "verified")
_MOMENT = Type("moment")


@dataclass(frozen=True, slots=True)
class Detail:
    """What was said about a fact besides its value: who said so, when, and whether it was verified."""

    source: str | None = None
    as_of: str | None = None
    verified: bool | None = None

    def to_dict(self) -> dict[str, object]:
        """The stated details as plain data."""
        stated = {"source": self.source, "as_of": self.as_of, "verified": self.verified}
        return {key: value for key, value in stated.items() if value is not None}


NO_DETAIL = Detail()
NO_DETAILS: Mapping[str, Detail] = {}


class Incident(NamedTuple):
    """A checked incident: its id, its encoded facts in the protocol's order, and the details stated of some facts."""

    id: str | None
    facts: Facts
    details: Mapping[str, Detail]

    def __repr__(self) -> str:  # without what was said about those harmed: representations end up in logs
        return f"Incident({self.id!r})"


def check_incident(protocol: Protocol, given: Mapping[str, Any], spans: Mapping[str, Span] | None = None) -> Incident:
    """An incident as engines compute with it.

    `spans` gives the places of facts that came from a file. Raises IncidentError, which names every bad fact.
    """
    checker = _Checker(protocol, spans or {}, [])
    incident = checker.incident(given)
    if checker.problems:
        raise IncidentError(checker.problems)
    return incident


def encode_as_of(protocol: Protocol, as_of: str | dt.datetime | None) -> int | None:
    """The time of evaluation in microseconds; raises IncidentError where it is needed and missing, or unreadable."""
    if as_of is None:
        if protocol.needs_now:
            message = "the time of evaluation is missing: this protocol uses `now`, or counts a due time from it"
            raise IncidentError([Problem("RR506", message, help="give as_of, like 2026-02-01T09:00")])
        return None
    try:
        return int(encode(_MOMENT, as_of, protocol.time_zone))
    except Unfit as unfit:
        raise IncidentError([Problem(unfit.problem, f"as_of: {unfit.message}", help=unfit.help)]) from None


@dataclass(frozen=True, slots=True)
class _Checker:
    protocol: Protocol
    spans: Mapping[str, Span]
    problems: list[Problem]

    def incident(self, given: Mapping[str, Any]) -> Incident:
        if not isinstance(given, Mapping):
            self.note(
                "RR502", f"{shown_input(given)} is not an incident", None, "give a mapping of fact names to values"
            )
            return Incident(None, (), {})
        self.refuse_unknown(given)
        details: dict[str, Detail] = {}
        facts = tuple(self.fact(fact, given.get(name), details) for name, fact in self.protocol.facts.items())
        return Incident(self.incident_id(given.get("id")), facts, details)

    def note(self, problem: str, message: str, name: str | None, remedy: str | None) -> None:
        span = self.spans.get(name) if name else None
        self.problems.append(Problem(problem, message, span, remedy, confidential=True))

    def refuse_unknown(self, given: Iterable[Any]) -> None:
        for name in given:
            if name == "id" or name in self.protocol.facts:
                continue
            known = [*self.protocol.facts, "id"]
            remedy = (
                did_you_mean(name, known, "`show` lists the facts of a protocol") if isinstance(name, str) else None
            )
            self.note("RR501", f"unknown fact {shown_input(name)}", name, remedy)

    def incident_id(self, given: object) -> str | None:
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, str | int) or len(str(given)) > LONGEST_ID:
            self.note("RR502", "`id` is not a short text", "id", "write a short text or a whole number")
            return None
        return str(given)

    def fact(self, fact: Fact, given: object, details: dict[str, Detail]) -> Encoded | None:
        if isinstance(given, Mapping):
            details[fact.name] = self.detail(fact, given)
            given = given.get("value")
        if given is None:
            blank: Encoded | None = fact.blank
            return blank
        try:
            return encode(fact.type, given, self.protocol.time_zone)
        except Unfit as unfit:
            self.note(unfit.problem, f"`{fact.name}`: {unfit.message}", fact.name, unfit.help)
            return None

    def detail(self, fact: Fact, given: Mapping[Any, Any]) -> Detail:
        for key in given:
            if key not in DETAILS:
                remedy = did_you_mean(str(key), DETAILS, f"known details: {', '.join(DETAILS)}")
                self.note("RR507", f"`{fact.name}`: {shown_input(key)} is not a known detail", fact.name, remedy)
        if "value" not in given:
            self.note(
                "RR507", f"`{fact.name}`: the details have no `value`", fact.name, "add value, or null where unknown"
            )
        source, as_of, verified = (given.get(key) for key in DETAILS[1:])
        if source is not None and not isinstance(source, str):
            self.note("RR507", f"`{fact.name}`: `source` is not text", fact.name, "name who said so")
        if verified is not None and not isinstance(verified, bool):
            self.note("RR507", f"`{fact.name}`: `verified` is not yes or no", fact.name, "write yes or no")
        return Detail(source, self.detail_time(fact, as_of), verified)

    def detail_time(self, fact: Fact, given: object) -> str | None:
        if given is None:
            return None
        try:
            encode(_MOMENT, given, self.protocol.time_zone)
        except Unfit as unfit:
            self.note(unfit.problem, f"`{fact.name}`: `as_of`: {unfit.message}", fact.name, unfit.help)
        return given.isoformat() if isinstance(given, dt.datetime) else str(given)
