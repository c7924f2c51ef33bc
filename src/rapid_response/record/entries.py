"""The entries of a log as people and programs read them: decisions, and what people said about them later."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from rapid_response.record.outcomes import Outcome

Kind = Literal["decision", "confirmation", "override", "link", "erasure"]
Opened = Literal["open", "closed", "erased", "sealed"]
"""Whether private parts were opened, not asked for, erased, or cannot be opened since their key is not here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What every entry has: its place in the log from 1, when it was recorded (UTC), by whom, and which incident."""

    kind: ClassVar[Kind]
    id: int
    at: dt.datetime
    by: str
    incident: str

    def to_dict(self) -> dict[str, Any]:
        """The entry as plain data, times as ISO text."""
        plain: dict[str, Any] = {"kind": self.kind}
        for name in (name for each in reversed(type(self).__mro__) for name in getattr(each, "__slots__", ())):
            plain[name] = _plain(getattr(self, name))
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolVersion:
    """A protocol as a record names it. `text` is the digest under which its files are stored."""

    name: str
    version: str
    fingerprint: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        """The version as plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Entry):
    """What was known, which protocol was in force, and what it recommended.

    `facts` holds per fact what was stated: `value`, `source`, `as_of`, `verified`; decimals are text. Values of the
    facts named in `private`, and all sources, are there only if `opened` is "open". `previous` is the record that this
    one updates.
    """

    kind: ClassVar[Kind] = "decision"
    protocol: ProtocolVersion
    semantics: int
    library: str
    as_of: str
    facts: Mapping[str, Mapping[str, Any]] = field(repr=False)
    private: tuple[str, ...]
    opened: Opened
    previous: int | None
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation(Entry):
    """Somebody confirmed what was recommended; `tier` is the tier now decided."""

    kind: ClassVar[Kind] = "confirmation"
    decision: int
    tier: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Override(Entry):
    """Somebody decided on another tier than recommended. `reason` is None where it was erased or its key is missing."""

    kind: ClassVar[Kind] = "override"
    decision: int
    recommended: str | None
    tier: str
    reason: str | None = field(repr=False)
    opened: Opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Entry):
    """Somebody found that two decisions, and so their incidents, belong together."""

    kind: ClassVar[Kind] = "link"
    decision: int
    other: int
    other_incident: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure(Entry):
    """The private parts of all entries of the incident were destroyed, and nothing more is recorded about it."""

    kind: ClassVar[Kind] = "erasure"
    reason: str


def entry_from(payload: bytes, opened: Opened = "closed", private: Mapping[str, Any] | None = None) -> Entry:
    """The entry whose stored bytes these are, with its private part if that was opened."""
    data = json.loads(payload)
    del data["format"]
    data["at"] = dt.datetime.fromisoformat(data["at"])
    apart = private or {}
    match data.pop("kind"):
        case "decision":
            return _decision(data, opened, apart.get("facts", {}))
        case "override":
            del data["private"]
            return Override(**data, reason=apart.get("reason"), opened=opened)
        case "confirmation":
            return Confirmation(**data)
        case "link":
            return Link(**data)
        case _:
            return Erasure(**data)


def _decision(data: dict[str, Any], opened: Opened, apart: Mapping[str, Mapping[str, Any]]) -> Decision:
    names = (data.pop("private") or {}).get("facts", ())
    data["protocol"] = ProtocolVersion(**data["protocol"])
    data["outcome"] = Outcome.from_dict(data["outcome"])
    stated = data.pop("facts")
    facts = {name: {**stated.get(name, {}), **apart.get(name, {})} for name in (*stated, *apart)}
    return Decision(**data, facts=facts, private=tuple(names), opened=opened if names else "open")


def _plain(value: Any) -> Any:
    match value:
        case dt.datetime():
            return value.isoformat()
        case tuple():
            return list(value)
        case Outcome() | ProtocolVersion():
            return value.to_dict()
        case _:
            return value
