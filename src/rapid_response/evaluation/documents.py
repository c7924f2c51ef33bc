"""The shape of a result as JSON, written down as pydantic models; they give its JSON Schema and read it back."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

State = Literal["yes", "no", "unknown"]
Standing = Literal["settled", "assumed", "open"]
Texts = dict[str, str]


class Document(BaseModel):
    """A part of a result; it has these keys and no others."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class ProtocolDocument(Document):
    """The protocol that was used."""

    name: str
    version: str
    fingerprint: str
    semantics: int


class DetailDocument(Document):
    """What was said about a fact besides its value."""

    source: str | None = None
    as_of: str | None = None
    verified: bool | None = None
    private: bool | None = None


class FactDocument(DetailDocument):
    """A known fact."""

    value: Any


class EvidenceDocument(DetailDocument):
    """One thing that a condition was decided on."""

    name: str
    kind: Literal["fact", "measure", "now", "tier"]
    value: Any
    standing: Literal["known", "assumed", "unknown"]
    possible: list[Any] | None = None


class ReasonDocument(Document):
    """A condition, how it came out, and what it is made of."""

    text: str
    state: State
    criterion: str | None = None
    evidence: list[EvidenceDocument] | None = None
    parts: list[ReasonDocument] | None = None


class AssumptionDocument(Document):
    """What is assumed because it is not known."""

    name: str
    kind: Literal["fact", "criterion"]
    value: Any


class OutcomeDocument(Document):
    """What scope entries, rules and responses share."""

    name: str
    standing: Standing
    title: Texts
    because: Texts
    source: str | None
    place: str | None
    when: ReasonDocument
    unless: ReasonDocument | None


class ScopeDocument(OutcomeDocument):
    """A reason to be out of scope."""

    state: State


class RuleDocument(OutcomeDocument):
    """A rule; `tiers` are the least and greatest tier that it raises or limits to."""

    state: Literal["fired", "not fired", "open", "overridden"]
    effect: Literal["raise_to", "limit_to"]
    tiers: tuple[str, str]
    overridden_by: list[str]


class ResponseDocument(OutcomeDocument):
    """A response; `due` is an ISO time with offset, null where unknown or not stated."""

    state: Literal["active", "inactive", "open"]
    serves: Literal["people", "public"] | None
    owner: str | None
    due: str | None
    due_rule: str | None


class ResultDocument(Document):
    """The whole result, as `Recommendation.to_dict` gives it."""

    protocol: ProtocolDocument
    incident: str | None
    as_of: str | None
    tier: str | None
    lowest: str
    highest: str
    standing: Standing
    scope: Literal["in", "out", "unknown"]
    facts: dict[str, FactDocument]
    missing: list[str]
    assumptions: list[AssumptionDocument]
    deciding: list[str]
    scope_rules: list[ScopeDocument]
    rules: list[RuleDocument]
    responses: list[ResponseDocument]
    criteria: dict[str, State]
    measures: dict[str, EvidenceDocument]


def result_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a result.

    >>> result_schema()["title"]
    'rapid-response result'
    """
    schema = ResultDocument.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "rapid-response result"}
