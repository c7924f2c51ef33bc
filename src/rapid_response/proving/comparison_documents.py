"""The shape of a comparison as JSON, written down as typed dictionaries; they give its JSON Schema."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

_closed = with_config(ConfigDict(extra="forbid"))


@_closed
class VersionDocument(TypedDict):
    """One of the two versions."""

    name: str
    version: str
    fingerprint: str


@_closed
class ClaimDocument(TypedDict):
    """What may come out otherwise; `before` and `after` are null where the version has no such response."""

    about: Literal["tier", "response", "scope"]
    name: str
    before: str | None
    after: str | None


@_closed
class ShareDocument(TypedDict):
    """A share of made-up incidents, between 0 and 1, with the ends of its 95 % interval."""

    estimate: float
    low: float
    high: float
    drawn: int


@_closed
class OutcomeDocument(TypedDict):
    """What a version says of an incident: the tier, the rules that decided, the responses called for."""

    tier: str | None
    standing: Literal["settled", "assumed", "open"]
    deciding: list[str]
    active: list[str]


@_closed
class WitnessDocument(TypedDict):
    """An incident, and what both versions say of it; values of private facts are null."""

    facts: dict[str, Any]
    as_of: str
    old: OutcomeDocument
    new: OutcomeDocument


@_closed
class CaseDocument(TypedDict):
    """Conditions that hold together: whether all are needed, and whether they are enough."""

    conditions: list[str]
    needed: bool
    enough: bool


@_closed
class TurnDocument(TypedDict):
    """A rule that applies now, no longer, or to another tier."""

    rule: str
    change: Literal["now", "no longer", "otherwise"]


@_closed
class CauseDocument(TypedDict):
    """Rules whose change brings a difference about, and where."""

    rules: list[TurnDocument]
    cases: list[CaseDocument]


@_closed
class DifferenceDocument(ClaimDocument):
    """A difference that an incident shows."""

    witness: WitnessDocument
    causes: list[CauseDocument]
    cases: list[CaseDocument]
    only_with_tier: bool
    share: ShareDocument | None
    past: NotRequired[ShareDocument | None]


@_closed
class UnsharedDocument(TypedDict):
    """Answers that only one version knows."""

    fact: str
    known_to: Literal["old", "new"]
    options: NotRequired[list[str]]
    span: NotRequired[list[str]]


@_closed
class ChangedDocument(TypedDict):
    """A line of a part that says something else."""

    field: str
    before: Any
    after: Any


@_closed
class EditDocument(TypedDict):
    """A part that was added, removed, renamed or changed."""

    section: str
    kind: Literal["added", "removed", "renamed", "changed"]
    name: str
    new_name: NotRequired[str]
    changed: list[ChangedDocument]


@_closed
class ComparisonDocument(TypedDict):
    """The whole comparison, as `Comparison.to_dict` gives it; `history` is a back-test, by its own schema."""

    old: VersionDocument
    new: VersionDocument
    verdict: Literal["equivalent", "different", "undecided"]
    as_of: str
    depends_on_time: bool
    renamed: dict[str, str]
    weighted: bool
    share: ShareDocument | None
    differences: list[DifferenceDocument]
    undecided: list[ClaimDocument]
    unshared: list[UnsharedDocument]
    edits: list[EditDocument]
    history: NotRequired[dict[str, Any]]


def comparison_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a comparison.

    >>> comparison_schema()["title"]
    'rapid-response comparison'
    """
    schema = TypeAdapter(ComparisonDocument).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "rapid-response comparison"}
