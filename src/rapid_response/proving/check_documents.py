"""The shape of a check as JSON, written down as typed dictionaries; they give its JSON Schema."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

from rapid_response.proving.catalogue import Severity
from rapid_response.proving.comparison_documents import VersionDocument
from rapid_response.proving.findings import Section

_closed = with_config(ConfigDict(extra="forbid"))


@_closed
class PartDocument(TypedDict):
    """A part of the protocol and its place, as file:line; of a case or row its number from 1."""

    section: Section
    name: str
    row: NotRequired[int]
    place: str | None


@_closed
class IncidentDocument(TypedDict):
    """An incident that shows a finding, and the tiers that it leaves possible."""

    facts: dict[str, Any]
    as_of: str | None
    lowest: str
    highest: str


@_closed
class FindingDocument(TypedDict):
    """A finding: what it is about, what makes it so, incidents that show it, and why it is meant, if it is."""

    id: str
    severity: Severity
    title: str
    about: list[PartDocument]
    through: list[PartDocument]
    witnesses: list[IncidentDocument]
    details: dict[str, Any]
    allowed: dict[str, str] | None


@_closed
class RuledOutDocument(TypedDict):
    """Parts of which there is no finding of that id, and how that is known."""

    id: str
    how: Literal["proved", "shown", "seen"]
    about: list[PartDocument]


@_closed
class UndecidedDocument(TypedDict):
    """What was not decided within the budget."""

    id: str
    severity: Severity
    about: list[PartDocument]


@_closed
class CheckDocument(TypedDict):
    """The whole check, as `Check.to_dict` gives it; `counts` leaves out what is allowed."""

    protocol: VersionDocument
    as_of: str | None
    counts: dict[Severity, int]
    findings: list[FindingDocument]
    ruled_out: list[RuledOutDocument]
    undecided: list[UndecidedDocument]


def check_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a check.

    >>> check_schema()["title"]
    'rapid-response check'
    """
    schema = TypeAdapter(CheckDocument).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "rapid-response check"}
