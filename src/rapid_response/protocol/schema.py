"""The sections of a protocol file and the keys of their parts, as pydantic models."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rapid_response.protocol.fields import (
    Cell,
    Condition,
    Date,
    Name,
    Number,
    Options,
    Texts,
    Value,
    Whole,
    Word,
    YesNo,
    Zone,
    wrong,
)
from rapid_response.protocol.model import NO_TEXT
from rapid_response.protocol.problems import one_of
from rapid_response.protocol.reading import Mapping, Node, Sequence

MOST_ROWS = 1_000


class Part(BaseModel):
    """A mapping in a protocol file. Keys that it does not know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, defer_build=True)


class Effort(Part):
    """How much work something is."""

    hours: Number


class InForce(Part):
    """The days on which the protocol is in force: from the first day, up to but without `until`."""

    from_: Date | None = Field(None, alias="from")
    until: Date | None = None


class Unsettled(Part):
    """What is shown instead of a tier where `if_unsettled` is nothing."""

    title: Texts = NO_TEXT
    means: Texts = NO_TEXT


class Role(Part):
    """Who does something: a seat, not a person."""

    title: Texts = NO_TEXT
    means: Texts = NO_TEXT
    organization: Texts = NO_TEXT


class Tier(Part):
    """One level of response."""

    title: Texts = NO_TEXT
    means: Texts = NO_TEXT
    effort: Effort | None = None


TypeName = Literal["yes_no", "choice", "scale", "choices", "number", "moment", "date", "text"]
TYPES: tuple[TypeName, ...] = ("yes_no", "choice", "scale", "choices", "number", "moment", "date", "text")


class Typed(Part):
    """What facts and kinds share."""

    type: Word | None = Field(None, json_schema_extra={"type": "string", "enum": list(TYPES)})
    options: Options | None = None
    min: Number | None = None
    max: Number | None = None
    decimals: Whole | None = None
    unit: Texts = NO_TEXT
    title: Texts = NO_TEXT
    means: Texts = NO_TEXT


class Kind(Typed):
    """A type used by several facts and measures."""


class Fact(Typed):
    """What is asked about an incident."""

    kind: Word | None = None
    ask: Texts = NO_TEXT
    private: YesNo = False
    more_is: Word | None = Field(None, json_schema_extra={"type": "string", "enum": ["higher", "lower"]})
    until_known: Value | None = None
    blank_means: Value | None = None

    @model_validator(mode="after")
    def _one_reading_of_a_blank(self) -> Self:
        if self.until_known is not None and self.blank_means is not None:
            raise wrong(
                "`until_known` and `blank_means` exclude each other",
                "until_known: the fact is unknown and something is assumed; blank_means: a blank is an answer",
                "RR205",
            )
        return self


class Criterion(Part):
    """A named condition."""

    title: Texts = NO_TEXT
    means: Texts = NO_TEXT
    when: Condition
    unless: Condition | None = None
    until_known: YesNo | None = None


class PointsRow(Part):
    """Points that count where the condition holds."""

    add: Number
    when: Condition


class Band(Part):
    """A stretch of a number, and what it is worth."""

    up_to: Number | None = None
    below: Number | None = None
    is_: Word | None = Field(None, alias="is")
    otherwise: Word | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        limits = [limit for limit in (self.up_to, self.below) if limit is not None]
        if self.otherwise is not None and not limits and self.is_ is None:
            return self
        if self.otherwise is None and len(limits) == 1 and self.is_ is not None:
            return self
        raise wrong("this band is not whole", "write `up_to` and `is`, or `below` and `is`, or `otherwise` alone")


class Case(Part):
    """A condition and the value where it is the first that holds."""

    when: Condition | None = None
    is_: Word | None = Field(None, alias="is")
    otherwise: Word | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.otherwise is not None) != (self.when is None) or (self.when is None) != (self.is_ is None):
            raise wrong("this case is not whole", "write `when` and `is`, or `otherwise` alone")
        return self


class Table(Part):
    """A decision table: the last entry of each row is the value."""

    columns: list[Word] = Field(min_length=1)
    rows: list[list[Cell]] = Field(min_length=1, max_length=MOST_ROWS)
    otherwise: Word | None = None


FORMS = ("formula", "points", "bands", "values", "cases", "table")


class Measure(Part):
    """A number, or a value of a kind; exactly one form."""

    title: Texts = NO_TEXT
    means: Texts = NO_TEXT
    unit: Texts = NO_TEXT
    kind: Word | None = None
    formula: Word | None = None
    points: list[PointsRow] | None = Field(None, min_length=1, max_length=MOST_ROWS)
    by: Word | None = None
    bands: list[Band] | None = Field(None, min_length=1, max_length=MOST_ROWS)
    values: dict[str, Word] | None = None
    take: Word | None = Field(None, json_schema_extra={"type": "string", "enum": ["highest", "lowest", "sum"]})
    cases: list[Case] | None = Field(None, min_length=1, max_length=MOST_ROWS)
    table: Table | None = None

    @property
    def form(self) -> str:
        """Which of the forms is used."""
        return next(form for form in FORMS if getattr(self, form) is not None)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [form for form in FORMS if getattr(self, form) is not None]
        if not forms:
            raise wrong("the measure does not say what it is", f"add {one_of(FORMS)}", "RR202")
        if len(forms) > 1:
            raise wrong(f"`{forms[0]}` and `{forms[1]}` exclude each other", "keep one of them", "RR205")
        if (forms[0] in ("bands", "values")) != (self.by is not None):
            if self.by is None:
                raise wrong(f"`{forms[0]}` needs `by`", "add `by:` and the fact or measure that it goes by", "RR202")
            raise wrong(f"`by` goes with bands or values, not with `{forms[0]}`", "remove it", "RR205")
        return self


class Pattern(Part):
    """How many incidents like this one there were in the same place, counted back from this one, which counts, too."""

    title: Texts = NO_TEXT
    means: Texts = NO_TEXT
    where: Condition | None = None
    same: list[Word] = Field(default_factory=list)
    within: Word


class Gate(Part):
    """What scope entries, rules and responses share."""

    title: Texts = NO_TEXT
    means: Texts = NO_TEXT
    when: Condition | None = None
    unless: Condition | None = None
    because: Texts = NO_TEXT
    source: Word | None = None


class ScopeRule(Gate):
    """A reason for which an incident is out of scope."""

    when: Condition


class Rule(Gate):
    """Raises the tier, or limits it."""

    raise_to: Word | None = None
    limit_to: Word | None = None

    @model_validator(mode="after")
    def _one_effect(self) -> Self:
        if self.raise_to is None and self.limit_to is None:
            raise wrong("the rule has no effect", "add `raise_to:` or `limit_to:` and a tier", "RR202")
        if self.raise_to is not None and self.limit_to is not None:
            raise wrong("`raise_to` and `limit_to` exclude each other", "make two rules of it", "RR205")
        return self


class Response(Gate):
    """What the coalition does."""

    when: Condition
    serves: Word | None = Field(None, json_schema_extra={"type": "string", "enum": ["people", "public"]})
    owner: Word | None = None
    due: Word | None = None
    effort: Effort | None = None


class Always(Part):
    """What holds for every incident of which everything is known: wherever `when` holds, so does `then`."""

    name: Texts
    when: Condition | None = None
    then: Condition
    because: Texts = NO_TEXT


class Never(Part):
    """What holds for no incident of which everything is known."""

    name: Texts
    when: Condition
    because: Texts = NO_TEXT


class Allowance(Part):
    """A finding of `check` that is meant: its id, what it is about, and why it is meant."""

    finding: Word
    about: Word
    because: Texts


class ProtocolFile(Part):
    """All sections of a protocol. They may be split over the files of a folder."""

    protocol: Word
    title: Texts = NO_TEXT
    version: Word | None = None
    in_force: InForce | None = None
    time_zone: Zone | None = None
    at: Word | None = None
    if_unsettled: Word | None = Field(
        None, json_schema_extra={"type": "string", "enum": ["lowest", "highest", "nothing"]}
    )
    unsettled: Unsettled | None = None
    roles: dict[Name, Role] = Field(default_factory=dict)
    tiers: dict[Name, Tier] = Field(min_length=1)
    kinds: dict[Name, Kind] = Field(default_factory=dict)
    facts: dict[Name, Fact] = Field(default_factory=dict)
    criteria: dict[Name, Criterion] = Field(default_factory=dict)
    measures: dict[Name, Measure] = Field(default_factory=dict)
    patterns: dict[Name, Pattern] = Field(default_factory=dict)
    out_of_scope: dict[Name, ScopeRule] = Field(default_factory=dict)
    rules: dict[Name, Rule] = Field(default_factory=dict)
    responses: dict[Name, Response] = Field(default_factory=dict)
    always: list[Always] = Field(default_factory=list)
    never: list[Never] = Field(default_factory=list)
    allow: list[Allowance] = Field(default_factory=list)


def plain(node: Node) -> Any:
    """A located node as the dicts and lists that the models validate; leaves stay scalars."""
    match node:
        case Mapping(entries=entries):
            return {key.text: plain(value) for key, value in entries}
        case Sequence(items=items):
            return [plain(item) for item in items]
        case _:
            return node
