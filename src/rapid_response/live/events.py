"""What a session says: plain data, each with its reasons."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

Cause = Literal["post", "time", "other incident"]
Standing = Literal["settled", "assumed", "open"]


@dataclass(frozen=True, slots=True)
class Because:
    """A reason: the name of a rule or response, and why the protocol says so, by language."""

    name: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What all events have.

    `number` counts the events of a session from 1, without gaps. `at` is the time of the session, ISO text in the
    protocol's zone, None where the session has none. `cause` says whether it follows from a post about the incident,
    from time that went by, or from a post about another incident.

    >>> event = TierChanged(
    ...     number=1, at=None, incident="A-1", cause="post", was=None, tier="support", lowest="support",
    ...     highest="activate", standing="open", because=(Because("hurt", {"en": "Someone is hurt."}),)
    ... )
    >>> event.to_dict()["event"], event_from_dict(event.to_dict()) == event
    ('TierChanged', True)
    """

    number: int
    at: str | None
    incident: str | None
    cause: Cause

    def to_dict(self) -> dict[str, Any]:
        """The event as plain data, its kind under `event`."""
        stated = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        return {"event": type(self).__name__, **stated}

    def to_json(self) -> str:
        """The same as one line of JSON, non-ASCII characters as they are."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TierChanged(Event):
    """Another tier is recommended, None for none; `was` is None for a new incident.

    `lowest`, `highest` and `standing` are what is possible now; `because` are the rules that decide.
    """

    was: str | None
    tier: str | None
    lowest: str
    highest: str
    standing: Standing
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeChanged(Event):
    """The recommended tier is the same, but what is still possible is not, or how sure it is."""

    tier: str | None
    was_lowest: str
    was_highest: str
    was_standing: Standing
    lowest: str
    highest: str
    standing: Standing
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseEvent(Event):
    """What the events of a response have: its name, the role that does it, when it is due (ISO text), and why."""

    response: str
    owner: str | None
    due: str | None
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseActive(ResponseEvent):
    """A response became active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseEnded(ResponseEvent):
    """A response is no longer active."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseDueChanged(ResponseEvent):
    """An active response is due at another time than before, or now has one."""

    was_due: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseDue(ResponseEvent):
    """An active response is due soon: the session's `notice` before that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseOverdue(ResponseEvent):
    """An active response was due, and nobody has said that it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseDone(ResponseEvent):
    """Someone has said that an active response is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternCompleted(Event):
    """A condition on a pattern came to hold: `least` and `most` are what the pattern comes to.

    `incidents` are the ids of the other incidents that count, or may.
    """

    pattern: str
    condition: str
    least: int
    most: int
    incidents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered(Event):
    """A fact became known that was not while the tier was open. `standing` is that of the tier now."""

    fact: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRefused(Event):
    """A post was refused, and nothing else has changed. `problems` are plain data: id, message, help."""

    problems: tuple[Mapping[str, Any], ...]


KINDS: dict[str, type[Event]] = {
    kind.__name__: kind
    for kind in (
        TierChanged,
        RangeChanged,
        ResponseActive,
        ResponseEnded,
        ResponseDueChanged,
        ResponseDue,
        ResponseOverdue,
        ResponseDone,
        PatternCompleted,
        QuestionAnswered,
        IncidentRefused,
    )
}


def event_from_dict(stated: Mapping[str, Any]) -> Event:
    """The event that `to_dict` was called on; raises KeyError where it is of no known kind."""
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in stated.items()}
    kind = KINDS[values.pop("event")]
    if "because" in values:
        values["because"] = tuple(Because(**reason) for reason in values["because"])
    return kind(**values)


def _plain(value: Any) -> Any:
    match value:
        case Because(name=name, words=words):
            return {"name": name, "words": dict(words)}
        case tuple():
            return [_plain(part) for part in value]
        case Mapping():
            return dict(value)
        case _:
            return value
