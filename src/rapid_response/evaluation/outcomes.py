"""The records a result is told in: evidence, reasons, and how rules, responses and scope entries came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from rapid_response.evaluation.incidents import NO_DETAIL, Detail
from rapid_response.evaluation.truth import Word
from rapid_response.protocol.expressions import Condition
from rapid_response.protocol.model import Gate, Response, Rule, ScopeRule, Text, Tier
from rapid_response.protocol.problems import Span

Standing = Literal["settled", "assumed", "open"]
Scope = Literal["in", "out", "unknown"]
RuleState = Literal["fired", "not fired", "open", "overridden"]
ResponseState = Literal["active", "inactive", "open"]


@dataclass(frozen=True, slots=True)
class Exactness:
    """How a range of tiers was narrowed: `assumed` is the range under the assumptions, as levels.

    `exact` says whether both ends of the range are proved to be possible; else it is safe and may be too wide.
    """

    assumed: tuple[int, int]
    exact: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact, measure, pattern, time or the tier behind a condition.

    `value` is plain data (see `values.decode`), None where not known; `possible` then gives the least and greatest
    value, or the options, that are still possible where they are bounded. `standing` is "known", "assumed" or
    "unknown". Of a `private` fact the value is left out. `counted` are the ids of the past incidents that make up a
    pattern, or may.
    """

    name: str
    kind: Literal["fact", "measure", "pattern", "now", "tier"]
    value: Any
    standing: Literal["known", "assumed", "unknown"]
    possible: tuple[Any, ...] = ()
    detail: Detail = NO_DETAIL
    private: bool = False
    counted: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The evidence as plain data."""
        stated = {"name": self.name, "kind": self.kind, "value": self.value, "standing": self.standing}
        possible = {"possible": list(self.possible)} if self.possible else {}
        private = {"private": True} if self.private else {}
        counted = {"counted": list(self.counted)} if self.kind == "pattern" else {}
        return {**stated, **possible, **private, **counted, **self.detail.to_dict()}


@dataclass(frozen=True, slots=True)
class Reason:
    """A condition and how it came out, with the conditions it is made of.

    `text` is the condition as written; `state` "yes", "no" or "unknown" under the assumptions; `evidence` what a
    condition without parts was decided on; `criterion` the criterion it names, whose own condition is its only part.
    """

    text: str
    state: Word
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Reason, ...] = ()
    criterion: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)
    condition: Condition | None = field(default=None, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The reason as plain data, parts within; a criterion is only named, since its own reason stands elsewhere."""
        stated: dict[str, Any] = {"text": self.text, "state": self.state}
        if self.criterion:
            return {**stated, "criterion": self.criterion}
        if self.evidence:
            stated["evidence"] = [evidence.to_dict() for evidence in self.evidence]
        if self.parts:
            stated["parts"] = [part.to_dict() for part in self.parts]
        return stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What scope entries, rules and responses share in a result.

    `standing` is "settled" where the state holds whatever is missing, "assumed" where it holds under the assumptions,
    else "open". `when` and `unless` are the trees of conditions behind it.
    """

    part: Gate
    standing: Standing
    when: Reason
    unless: Reason | None

    @property
    def name(self) -> str:
        """The name of the part."""
        return self.part.name

    @property
    def because(self) -> Text:
        """Why the protocol says so, in its own words."""
        return self.part.because

    @property
    def place(self) -> str | None:
        """Where the part stands, as file:line."""
        span = self.part.span
        return f"{span.source.file}:{span.line}" if span else None

    def _shared(self, state: str) -> dict[str, Any]:
        return {
            "name": self.name,
            "state": state,
            "standing": self.standing,
            "title": self.part.title.to_dict(),
            "because": self.because.to_dict(),
            "source": self.part.source,
            "place": self.place,
            "when": self.when.to_dict(),
            "unless": self.unless.to_dict() if self.unless else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeOutcome(Outcome):
    """A reason to be out of scope: "yes" where it holds."""

    part: ScopeRule
    state: Word

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return self._shared(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome(Outcome):
    """A rule: fired, not fired, open, or overridden by the limits named in `overridden_by`.

    `tiers` are the least and the greatest tier that it raises or limits to, the same one for most rules.
    """

    part: Rule
    state: RuleState
    tiers: tuple[Tier, Tier]
    overridden_by: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data."""
        effect = {"effect": self.part.effect, "tiers": [tier.name for tier in self.tiers]}
        return {**self._shared(self.state), **effect, "overridden_by": list(self.overridden_by)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseOutcome(Outcome):
    """A response: active, inactive or open, with the moment it is due (ISO text, None where unknown or not stated)."""

    part: Response
    state: ResponseState
    due: str | None

    @property
    def owner(self) -> str | None:
        """The role that does it."""
        return self.part.owner

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data."""
        due = {"due": self.due, "due_rule": str(self.part.due) if self.part.due else None}
        serving = {"serves": self.part.serves, "owner": self.owner}
        return {**self._shared(self.state), **serving, **due}


@dataclass(frozen=True, slots=True)
class Assumption:
    """A fact or criterion that is not known, and what is assumed of it until it is."""

    name: str
    kind: Literal["fact", "criterion"]
    value: Any

    def to_dict(self) -> dict[str, Any]:
        """The assumption as plain data."""
        return {"name": self.name, "kind": self.kind, "value": self.value}
