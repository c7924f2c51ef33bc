"""The shape of a back-test as JSON, written down as typed dictionaries; they give its JSON Schema."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, with_config
from typing_extensions import TypedDict

_closed = with_config(ConfigDict(extra="forbid"))
Kind = Literal["tier", "open", "reasons", "responses", "scope"]
RuleState = Literal["holds", "open", "does not hold"]
ResponseState = Literal["active", "open", "inactive"]
ScopeState = Literal["in", "unknown", "out"]


@_closed
class VersionDocument(TypedDict):
    """One of the two versions."""

    name: str
    version: str
    fingerprint: str


@_closed
class KeptDocument(TypedDict):
    """A row kept aside, and why it does not fit which version."""

    line: int
    unit: str
    version: Literal["both", "current", "proposed"]
    message: str


@_closed
class ChangedDocument(TypedDict):
    """How many incidents differ first in what; `raised` and `lowered` are null where tiers cannot be ordered."""

    same: int
    tier: int
    open: int
    reasons: int
    responses: int
    scope: int
    raised: int | None
    lowered: int | None


@_closed
class IntervalDocument(TypedDict):
    """A 95 % interval of a share, between 0 and 1."""

    low: float
    high: float


@_closed
class VerdictDocument(TypedDict):
    """A tier where `lowest` is `highest`, else the range in which the result is open."""

    lowest: str
    highest: str
    recommended: str | None


@_closed
class TransitionDocument(TypedDict):
    """So many incidents with one verdict before and one after."""

    before: VerdictDocument
    after: VerdictDocument
    incidents: int
    changed: bool


@_closed
class MissingDocument(TypedDict):
    """A fact that open results wait for."""

    fact: str
    incidents: int
    recorded: bool


@_closed
class StandingDocument(TypedDict):
    """What a version leaves open, and decides only under its assumptions."""

    is_open: int
    assumed: int
    missing: list[MissingDocument]


@_closed
class StandingsDocument(TypedDict):
    """Both versions."""

    current: StandingDocument
    proposed: StandingDocument


@_closed
class RuleDocument(TypedDict):
    """In how many incidents a rule holds, decides and changes something; pairs are current and proposed."""

    old: str | None
    new: str | None
    holds: tuple[int, int]
    is_open: tuple[int, int]
    decides: tuple[int, int]
    starts: int
    stops: int
    changed: int
    raised: int
    lowered: int


@_closed
class ResponseDocument(TypedDict):
    """`counts[before][after]` of inactive, open and active."""

    old: str | None
    new: str | None
    counts: list[list[int]]


@_closed
class ReasonDocument(TypedDict):
    """A rule that decided, and the conditions that made it hold."""

    rule: str
    effect: Literal["raise_to", "limit_to"]
    because: str
    conditions: list[str]


@_closed
class RuleTurnDocument(TypedDict):
    """A rule that made the difference; states are null in a version without it."""

    rule: str
    before: RuleState | None
    after: RuleState | None
    other_tier: bool


@_closed
class ResponseTurnDocument(TypedDict):
    """A response in another state."""

    response: str
    before: ResponseState | None
    after: ResponseState | None


@_closed
class ChangeDocument(TypedDict):
    """Incidents that change alike, for the same reasons."""

    number: int
    kind: Kind
    incidents: int
    current: VerdictDocument
    proposed: VerdictDocument
    current_reasons: list[ReasonDocument]
    proposed_reasons: list[ReasonDocument]
    made_by: list[RuleTurnDocument]
    responses: list[ResponseTurnDocument]
    scope: tuple[ScopeState, ScopeState] | None


@_closed
class IncidentDocument(TypedDict):
    """A changed incident, and the number of its change."""

    id: str | int | None
    at: str | None
    change: int


@_closed
class RuleAgreementDocument(TypedDict):
    """What people chose where a rule decided."""

    rule: str
    same: int
    higher: int
    lower: int


@_closed
class AgreementDocument(TypedDict):
    """What people decided then, beside what a version says; the last column of `counts` is open results."""

    chosen: list[str]
    tiers: list[str]
    counts: list[list[int]]
    same: int
    rules: list[RuleAgreementDocument]
    stated: int
    decided: int
    low: float
    high: float


@_closed
class AgreementsDocument(TypedDict):
    """Both versions."""

    current: AgreementDocument
    proposed: AgreementDocument


@_closed
class AmountDocument(TypedDict):
    """Surely so much, and possibly."""

    surely: float
    possibly: float


@_closed
class RateDocument(TypedDict):
    """Events in so many periods; `low` and `high` are the ends of the interval of the mean."""

    events: AmountDocument
    periods: int
    low: float
    high: float


@_closed
class RoleDocument(AmountDocument):
    """Hours of a role; null where a response has no owner."""

    role: str | None


@_closed
class PeakDocument(TypedDict):
    """The most at once."""

    surely: int
    possibly: int
    day: str | None
    mean: AmountDocument


@_closed
class LoadDocument(TypedDict):
    """The work of one version."""

    activations: AmountDocument
    per_week: RateDocument
    per_month: RateDocument
    hours_by_role: list[RoleDocument]
    hours_of_tiers: AmountDocument
    hours: AmountDocument
    responses_at_once: PeakDocument
    activations_at_once: PeakDocument


@_closed
class WorkDocument(TypedDict):
    """Work of the incidents of a period."""

    activations: AmountDocument
    hours: AmountDocument


@_closed
class PeriodDocument(TypedDict):
    """A week or month by its first day."""

    start: str
    current: WorkDocument
    proposed: WorkDocument


@_closed
class ActivationDocument(TypedDict):
    """The tier from which on an incident is an activation, by its name in either version."""

    current: str
    proposed: str


@_closed
class WorkloadDocument(TypedDict):
    """The work of both versions; only weeks and months with any work are listed."""

    activation: ActivationDocument
    incidents: int
    undated: int
    first: str
    last: str
    current: LoadDocument
    proposed: LoadDocument
    weeks: list[PeriodDocument]
    months: list[PeriodDocument]
    worst_weeks: list[str]


@_closed
class BacktestDocument(TypedDict):
    """The whole back-test, as `Backtest.to_dict` gives it."""

    current: VersionDocument
    proposed: VersionDocument
    renamed: dict[str, str]
    source: str
    rows: int
    kept_aside: int
    kept: list[KeptDocument]
    compared: int
    changed: ChangedDocument
    changed_share: IntervalDocument
    transitions: list[TransitionDocument]
    scope: list[list[int]]
    open: StandingsDocument
    rules: list[RuleDocument]
    responses: list[ResponseDocument]
    changes: list[ChangeDocument]
    incidents: list[IncidentDocument]
    agreement: AgreementsDocument | None
    workload: WorkloadDocument | None


def backtest_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a back-test.

    >>> backtest_schema()["title"]
    'rapid-response back-test'
    """
    schema = TypeAdapter(BacktestDocument).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "rapid-response back-test"}
