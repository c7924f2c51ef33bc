"""Incidents: from what was given to encoded facts, with every bad fact named at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from rapid_response.errors import IncidentError
from rapid_response.evaluation.compiling import Facts
from rapid_response.evaluation.compiling.given import LONGEST_ID
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.problems import Problem, ProblemList, Span, TooManyProblems, did_you_mean, one_of
from rapid_response.protocol.values import Encoded, Unfit, encode, shown_input

DETAILS = ("value", "source", "as_of", "verified")
_MOMENT, _TEXT = Type("moment"), Type("text")
_SCALARS = (str, int, float, type(None))


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

Checked = tuple[str | None, Facts, Mapping[str, Detail]]
"""An incident as a plain tuple, which is quicker to make."""


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
    checker = _Checker(protocol, spans or {}, ProblemList())
    with suppress(TooManyProblems):
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
        if type(as_of) is str:
            return _moment(as_of, protocol.time_zone)
        return int(encode(_MOMENT, as_of, protocol.time_zone))
    except Unfit as unfit:
        raise IncidentError([Problem(unfit.problem, f"as_of: {unfit.message}", help=unfit.help)]) from None
    except Exception as error:  # an object that a program gives may raise anything when it is looked at
        message = f"as_of: the value cannot be read: it raises {type(error).__name__}"
        raise IncidentError([Problem("RR502", message, help="give plain values")]) from None


@lru_cache(maxsize=64)
def _moment(text: str, zone: str | None) -> int:
    """Remembered, since many incidents are evaluated as of one time, and reading it took half of that."""
    return int(encode(_MOMENT, text, zone))


@dataclass(frozen=True, slots=True)
class _Checker:
    protocol: Protocol
    spans: Mapping[str, Span]
    problems: list[Problem]

    def incident(self, given: Mapping[str, Any]) -> Incident:
        details: dict[str, Detail] = {}
        try:
            if not isinstance(given, Mapping):
                message = f"{shown_input(given)} is not an incident"
                raise Unfit("RR502", message, "give a mapping of fact names to values")
            self.refuse_unknown(given)
            facts = tuple([self.fact(fact, given, details) for fact in self.protocol.facts.values()])
            return Incident(self.incident_id(given), facts, details)
        except Exception as error:
            self.refuse(error, None)
            return Incident(None, (), {})

    def refuse(self, error: Exception, name: str | None, detail: str | None = None) -> None:
        """Note what does not fit. An object that a program gives may raise anything when it is looked at."""
        about = "".join(f"`{part}`: " for part in (name, detail) if part)
        match error:
            case TooManyProblems():
                raise error
            case Unfit():
                fact = self.protocol.facts.get(name or "")
                message = re.sub("^`[^`]*`", "the value", error.message) if fact and fact.private else error.message
                self.note(error.problem, f"{about}{message}", name, error.help)
            case _:
                message = f"{about}the value cannot be read: it raises {type(error).__name__}"
                self.note("RR502", message, name, "give plain values")

    def note(self, problem: str, message: str, name: str | None, remedy: str | None) -> None:
        span = self.spans.get(name) if name else None
        self.problems.append(Problem(problem, message, span, remedy, confidential=True))

    def refuse_unknown(self, given: Iterable[Any]) -> None:
        known = {*self.protocol.facts, "id"}
        for name in given:
            try:
                if name not in known:
                    likely = name if isinstance(name, str) else ""
                    remedy = did_you_mean(likely, known, "`show` lists the facts of a protocol")
                    shown = shown_input(name)
                    self.note("RR501", f"unknown fact {shown if '`' in shown else f'({shown})'}", likely, remedy)
            except Exception as error:
                self.refuse(error, None)

    def incident_id(self, incident: Mapping[str, Any]) -> str | None:
        try:
            given = incident.get("id")
            if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 10**LONGEST_ID:
                return int.__repr__(given)
            if given is None or isinstance(given, str):
                text = None if given is None else str(encode(_TEXT, given, None))
                if len(text or "") <= LONGEST_ID:
                    return text
            raise Unfit("RR502", "it is not a short text", "write a short text or a whole number")
        except Exception as error:
            self.refuse(error, "id")
            return None

    def fact(self, fact: Fact, incident: Mapping[str, Any], details: dict[str, Detail]) -> Encoded | None:
        try:
            given = incident.get(fact.name)
            if not isinstance(given, _SCALARS) and isinstance(given, Mapping):
                details[fact.name] = self.detail(fact, given)
                given = given.get("value")
            blank: Encoded | None = fact.blank
            return blank if given is None else encode(fact.type, given, self.protocol.time_zone)
        except Exception as error:
            self.refuse(error, fact.name)
            return None

    def detail(self, fact: Fact, given: Mapping[Any, Any]) -> Detail:
        for key in given:
            if key not in DETAILS:
                likely = key if isinstance(key, str) else ""
                remedy = did_you_mean(likely, DETAILS, f"write {one_of(DETAILS)}")
                self.note("RR507", f"`{fact.name}`: {shown_input(key)} is not a known detail", fact.name, remedy)
        if "value" not in given:
            self.note(
                "RR507", f"`{fact.name}`: the details have no `value`", fact.name, "add value, or null where unknown"
            )
        source, as_of, verified = (given.get(key) for key in DETAILS[1:])
        if source is not None and not isinstance(source, str):
            self.note("RR507", f"`{fact.name}`: `source` is not text", fact.name, "name who said so")
        elif source is not None:
            source = self.detail_text(fact, source)
        if verified is not None and not isinstance(verified, bool):
            self.note("RR507", f"`{fact.name}`: `verified` is not yes or no", fact.name, "write yes or no")
        return Detail(source, self.detail_time(fact, as_of), verified)

    def detail_text(self, fact: Fact, given: str) -> str | None:
        try:
            return str(encode(_TEXT, given, None))
        except Exception as error:
            self.refuse(error, fact.name, "source")
            return None

    def detail_time(self, fact: Fact, given: object) -> str | None:
        if given is None:
            return None
        try:
            encode(_MOMENT, given, self.protocol.time_zone)
            return given.isoformat() if isinstance(given, dt.datetime) else str(given)
        except Exception as error:
            self.refuse(error, fact.name, "as_of")
            return None
