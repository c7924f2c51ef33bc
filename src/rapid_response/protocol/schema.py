"""The shape of a protocol file as pydantic models; they also give the JSON Schema that editors use.

Leaves stay located scalars: what a text means is decided where its name is known, in `checking`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from rapid_response.protocol.model import NO_TEXT, Text
from rapid_response.protocol.problems import one_of
from rapid_response.protocol.reading import Mapping, Node, Scalar, Sequence

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")  # ZoneInfo looks for others on disk and among modules
LONGEST_ZONE = 64
MOST_ROWS = 1_000
MOST_OPTIONS = 1_000
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def wrong(
    message: str, remedy: str | None = None, problem: str = "RR203", at: Scalar | None = None
) -> PydanticCustomError:
    """A fault found while validating, to be shown at the place of the value, or of the scalar given."""
    context = {"message": message, "help": remedy, "id": problem, "at": at.span if at else None}
    return PydanticCustomError("problem", "{message}", context)


def _scalar(node: Any) -> Scalar:
    if not isinstance(node, Scalar):
        form = "a list" if isinstance(node, list) else "a mapping"
        raise wrong(f"text was expected here, not {form}", "write the text after the colon")
    if node.is_null:
        raise wrong("a value is missing here", "write one, or remove the key")
    return node


def _text(node: Any) -> Text:
    if isinstance(node, Scalar):
        return Text({"en": _scalar(node).text})
    if not isinstance(node, dict) or not node:
        raise wrong("text was expected here", "write the text, or one per language (en: …, zh-Hant: …)")
    for language in node:
        if not LANGUAGE.fullmatch(language):
            raise wrong(f"`{language}` is not a language tag", "write tags such as en or zh-Hant")
    return Text({language: _scalar(value).text for language, value in node.items()})


def _yes_no(node: Any) -> bool:
    text = _scalar(node).text
    if text not in _YES_NO:
        raise wrong(f"`{text}` is not yes or no", "write yes or no")
    return _YES_NO[text]


def _number(node: Any) -> Decimal:
    text = _scalar(node).text
    try:
        if not re.fullmatch(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?", text):
            raise InvalidOperation
        return Decimal(text)
    except InvalidOperation:
        raise wrong(f"`{text}` is not a number", "write it like 3 or -0.5") from None


def _whole(node: Any) -> int:
    number = _number(node)
    if number != int(number) or abs(number) > 10**9:
        raise wrong(f"`{number}` is not a whole number of usual size", "write it like 3")
    return int(number)


def _date(node: Any) -> dt.date:
    text = _scalar(node).text
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise wrong(f"`{text}` is not a date", "write it like 2026-01-31") from None


def _zone(node: Any) -> str:
    text = _scalar(node).text
    try:
        if len(text) > LONGEST_ZONE or not ZONE.fullmatch(text):
            raise ValueError
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong(f"`{text}` is not a time zone", "write it like America/Los_Angeles") from None
    return text


def _string(*values: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(values)} if values else {"type": "string"})


_scalar_schema = WithJsonSchema({"type": ["string", "number", "boolean"]})
Word = Annotated[Scalar, BeforeValidator(_scalar), _scalar_schema]
"""Text to be read later: a name, an option, a value, a condition."""
Texts = Annotated[
    Text,
    BeforeValidator(_text),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1},
            ]
        }
    ),
]
YesNo = Annotated[bool, BeforeValidator(_yes_no), WithJsonSchema({"enum": [True, False, "yes", "no"]})]
Number = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Whole = Annotated[int, BeforeValidator(_whole), WithJsonSchema({"type": "integer"})]
Date = Annotated[dt.date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Zone = Annotated[str, BeforeValidator(_zone), _string()]


def _checked_condition(node: Any) -> Any:
    """Conditions nest freely, so their shape is checked as they are read; here only that something stands there."""
    return _scalar(node) if isinstance(node, Scalar) else node


def _value_list(node: Any) -> Any:
    return [_scalar(item) for item in node] if isinstance(node, list) else _scalar(node)


_CONDITION = {"x-rapid-response": "condition"}  # pydantic resolves references too early; see `json_schema`
_condition_schema: dict[str, Any] = {"$ref": "#/$defs/Condition"}
Condition = Annotated[Any, BeforeValidator(_checked_condition), WithJsonSchema(_CONDITION)]
Cell = Annotated[
    Scalar | list[Scalar],
    BeforeValidator(_value_list),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number", "boolean"]},
                {"type": "array", "items": {"type": ["string", "number", "boolean"]}},
            ]
        }
    ),
]
Value = Annotated[
    Scalar | list[Scalar],
    BeforeValidator(_value_list),
    WithJsonSchema(
        {"anyOf": [{"type": ["string", "number", "boolean"]}, {"type": "array", "items": {"type": "string"}}]}
    ),
]


def _name_key(key: str, at: Scalar | None = None) -> str:
    if not NAME.fullmatch(key):
        near = re.sub(r"[^A-Za-z0-9]+", "_", key).strip("_")
        rule = "names are English letters, digits and _, beginning with a letter; other words go into `title`"
        raise wrong(f"`{key}` is not a name", f"write `{near}`" if NAME.fullmatch(near) else rule, "RR204", at)
    return key


Name = Annotated[str, BeforeValidator(_name_key), WithJsonSchema({"type": "string", "pattern": f"^{NAME.pattern}$"})]


def _options(node: Any) -> dict[str, Text]:
    """Options as a list of names, or as a mapping of names to titles."""
    written: dict[str, Scalar | None] = {}
    if isinstance(node, list):
        for item in map(_scalar, node):
            if item.text in written:
                raise wrong(f"the option `{item.text}` is listed twice", "keep one of the two", "RR302", item)
            written[item.text] = item
        titles = dict.fromkeys(written, NO_TEXT)
    elif isinstance(node, dict):
        titles = {name: NO_TEXT if _is_null(title) else _text(title) for name, title in node.items()}
    else:
        raise wrong("options are a list of names, or a mapping of names to titles", "write it like [first, second]")
    if not titles:
        raise wrong("at least one option is needed", "write it like [first, second]")
    if len(titles) > MOST_OPTIONS:
        raise wrong(f"more than {MOST_OPTIONS:,} options", "ask for it as text", "RR104")
    for name in titles:
        if _name_key(name, written.get(name)) in ("any", "empty", "null", "otherwise"):
            message = f"`{name}` is a word of the language and cannot be an option"
            raise wrong(message, "choose another name", "RR204", written.get(name))
    return titles


def _is_null(node: Any) -> bool:
    return isinstance(node, Scalar) and node.is_null


Options = Annotated[
    dict[str, Text],
    BeforeValidator(_options),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
                {"type": "object", "minProperties": 1},
            ]
        }
    ),
]


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


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a protocol file, for editors and other tools.

    >>> json_schema()["properties"]["tiers"]["minProperties"]
    1
    """
    schema = ProtocolFile.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "rapid-response protocol"
    schema["required"] = []  # a file of a folder need not hold every section
    for section in schema["properties"].values():
        if "patternProperties" in section:
            section["additionalProperties"] = False
    schema["$defs"]["Condition"] = _condition_definition()
    marker, reference = (json.dumps(part)[1:-1] for part in (_CONDITION, _condition_schema))
    located: dict[str, Any] = json.loads(json.dumps(schema).replace(marker, reference))
    return located


def _condition_definition() -> dict[str, Any]:
    conditions = {"type": "array", "items": _condition_schema, "minItems": 1}
    blocks = [
        {"type": "object", "properties": {key: conditions}, "required": [key], "additionalProperties": False}
        for key in ("all", "any", "none")
    ]
    at_least = {
        "type": "object",
        "properties": {"at_least": {"type": "integer", "minimum": 1}, "of": conditions},
        "required": ["at_least", "of"],
        "additionalProperties": False,
    }
    return {"anyOf": [{"type": ["string", "boolean"]}, conditions, *blocks, at_least]}
