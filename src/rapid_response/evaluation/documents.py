"""The shape of a result as JSON, written down as typed dictionaries; they give its JSON Schema."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

State = Literal["yes", "no", "unknown"]
Standing = Literal["settled", "assumed", "open"]
Texts = dict[str, str]


_closed = with_config(ConfigDict(extra="forbid"))


@_closed
class ProtocolDocument(TypedDict):
    """The protocol that was used."""

    name: str
    version: str
    fingerprint: str
    semantics: int


@_closed
class DetailDocument(TypedDict):
    """What was said about a fact besides its value."""

    source: NotRequired[str]
    as_of: NotRequired[str]
    verified: NotRequired[bool]
    private: NotRequired[bool]


@_closed
class FactDocument(DetailDocument):
    """A known fact."""

    value: Any


@_closed
class EvidenceDocument(DetailDocument):
    """One thing that a condition was decided on."""

    name: str
    kind: Literal["fact", "measure", "pattern", "now", "tier"]
    value: Any
    standing: Literal["known", "assumed", "unknown"]
    possible: NotRequired[list[Any]]
    counted: NotRequired[list[str]]


@_closed
class ReasonDocument(TypedDict):
    """A condition, how it came out, and what it is made of."""

    text: str
    state: State
    criterion: NotRequired[str]
    evidence: NotRequired[list[EvidenceDocument]]
    parts: NotRequired[list[ReasonDocument]]


@_closed
class AssumptionDocument(TypedDict):
    """What is assumed because it is not known."""

    name: str
    kind: Literal["fact", "criterion"]
    value: Any


@_closed
class OutcomeDocument(TypedDict):
    """What scope entries, rules and responses share."""

    name: str
    standing: Standing
    title: Texts
    because: Texts
    source: str | None
    place: str | None
    when: ReasonDocument
    unless: ReasonDocument | None


@_closed
class ScopeDocument(OutcomeDocument):
    """A reason to be out of scope."""

    state: State


@_closed
class RuleDocument(OutcomeDocument):
    """A rule; `tiers` are the least and greatest tier that it raises or limits to."""

    state: Literal["fired", "not fired", "open", "overridden"]
    effect: Literal["raise_to", "limit_to"]
    tiers: tuple[str, str]
    overridden_by: list[str]


@_closed
class ResponseDocument(OutcomeDocument):
    """A response; `due` is an ISO time with offset, null where unknown or not stated."""

    state: Literal["active", "inactive", "open"]
    serves: Literal["people", "public"] | None
    owner: str | None
    due: str | None
    due_rule: str | None


@_closed
class ResultDocument(TypedDict):
    """The whole result, as `Recommendation.to_dict` gives it; `in_force` is null without a time, or days in force."""

    protocol: ProtocolDocument
    incident: str | None
    as_of: str | None
    in_force: bool | None
    tier: str | None
    lowest: str
    highest: str
    standing: Standing
    exact: bool | None
    scope: Literal["in", "out", "unknown"]
    facts: dict[str, FactDocument]
    missing: list[str]
    assumptions: list[AssumptionDocument]
    deciding: list[str]
    scope_rules: list[ScopeDocument]
    rules: list[RuleDocument]
    responses: list[ResponseDocument]
    criteria: dict[str, ReasonDocument]
    measures: dict[str, EvidenceDocument]
    patterns: dict[str, EvidenceDocument]


def result_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a result.

    >>> result_schema()["title"]
    'rapid-response result'
    """
    schema = TypeAdapter(ResultDocument).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "rapid-response result"}
