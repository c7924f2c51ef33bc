"""What is posted to a session, as plain data, and what it comes to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rapid_response.errors import IncidentError
from rapid_response.evaluation.incidents import Incident, check_incident
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.problems import Problem
from rapid_response.protocol.values import decode

Time = str | dt.datetime | None


@dataclass(frozen=True, slots=True)
class Post:
    """An incident, or an update to one: `incident` has its id and the facts that are now known, or no longer (None).

    `at` is when that was learned. Of each fact the highest `revision` that speaks of it counts, in whatever order they
    arrive; without a revision it is the next one.

    >>> Post({"id": "A-1", "harm": "injured"}, at="2026-02-01T09:00").to_dict()
    {'incident': {'id': 'A-1', 'harm': 'injured'}, 'at': '2026-02-01T09:00'}
    """

    incident: Mapping[str, Any]
    at: Time = None
    revision: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """The post as plain data, without what is not stated."""
        return _stated({"incident": dict(self.incident), "at": self.at, "revision": self.revision})


@dataclass(frozen=True, slots=True)
class Done:
    """Someone says that a response to an incident is done."""

    incident: str
    response: str
    at: Time = None

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return _stated({"done": self.response, "incident": self.incident, "at": self.at})


@dataclass(frozen=True, slots=True)
class Advance:
    """Time goes by: nothing is learned, but responses may become due."""

    at: Time = None

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return _stated({"now": self.at})


def post_from_dict(given: Any) -> Post | Done | Advance:
    """What a mapping says: an incident as it is, or a post, a response that is done, or the time.

    An incident is wrapped where there is more to say of it: `{"incident": {…}, "at": …, "revision": …}`. Raises
    IncidentError where it is none of these.

    >>> post_from_dict({"id": "A-1", "harm": "injured"}).at
    >>> post_from_dict({"incident": {"id": "A-1"}, "at": "2026-02-01T09:00"}).at
    '2026-02-01T09:00'
    >>> post_from_dict({"done": "triage_meeting", "incident": "A-1"})
    Done(incident='A-1', response='triage_meeting', at=None)
    """
    if not isinstance(given, Mapping):
        raise refusal("RL101", "it is no incident", 'write {"id": …, "fact": value, …}')
    if given.keys() == {"now"}:
        return Advance(given["now"])
    if {"done", "incident"} <= given.keys() <= {"done", "incident", "at"}:
        return Done(given["incident"], given["done"], given.get("at"))
    if {"incident"} <= given.keys() <= {"incident", "at", "revision"} and isinstance(given["incident"], Mapping):
        return Post(given["incident"], given.get("at"), given.get("revision"))
    return Post(given)


def refusal(problem: str, message: str, remedy: str) -> IncidentError:
    """The error for a post that is refused as a whole."""
    return IncidentError([Problem(problem, message, help=remedy)])


def check_post(protocol: Protocol, given: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The id and the facts of an incident as plain data, only those that it speaks of.

    Raises IncidentError, which names every bad fact.
    """
    checked = check_incident(protocol, given)
    if not checked.id:
        raise refusal("RL102", "the incident has no id", "give it one, by which updates name it")
    encoded = zip(protocol.facts.values(), checked.facts, strict=True)
    facts = {
        fact.name: _document(protocol, fact, value, given, checked) for fact, value in encoded if fact.name in given
    }
    return checked.id, facts


def merge(kept: dict[str, Any], facts: Mapping[str, Any], revision: int) -> dict[str, Any]:
    """The facts of an incident with those of a revision; of each, the highest revision counts."""
    merged = dict(kept)
    for name, value in facts.items():
        if name not in merged or merged[name][1] < revision:
            merged[name] = [value, revision]
    return merged


def known_facts(kept: Mapping[str, Any]) -> list[str]:
    """The names of the facts of an incident that are known."""
    values = ((name, value["value"] if isinstance(value, Mapping) else value) for name, (value, _) in kept.items())
    return [name for name, value in values if value is not None]


def stored_post(protocol: Protocol, identity: str, revision: int | None, at: str | None, document: str) -> Post | Done:
    """The post that was kept so."""
    stated = json.loads(document)
    if revision is None:
        return Done(identity, stated["done"], at)
    return Post(given_facts(protocol, identity, {name: [value, 0] for name, value in stated.items()}), at, revision)


def given_facts(protocol: Protocol, identity: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of an incident as `Protocol.evaluate` takes them."""
    return {"id": identity, **{name: _given(protocol.facts[name], value) for name, (value, _) in kept.items()}}


def _document(protocol: Protocol, fact: Fact, encoded: Any, given: Mapping[str, Any], checked: Incident) -> Any:
    stated = given[fact.name]
    blank = (stated.get("value") if isinstance(stated, Mapping) else stated) is None
    value = None if blank else decode(fact.type, encoded, protocol.time_zone)
    detail = checked.details.get(fact.name)
    return {"value": value, **detail.to_dict()} if detail else value


def _given(fact: Fact, document: Any) -> Any:
    """Numbers with decimals are kept as text, as in all plain data."""
    if fact.type.name != "number" or not fact.type.places or document is None:
        return document
    if isinstance(document, Mapping):
        return {**document, "value": _given(fact, document["value"])}
    return Decimal(document)


def _stated(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if value is not None}
