"""What may stand behind a key of a protocol file: text, numbers, dates, options and conditions, checked for their form.

Leaves stay located scalars: what a text means is decided where the names are known.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from rapid_response.protocol.model import NO_TEXT, Text
from rapid_response.protocol.reading import Scalar

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")  # ZoneInfo looks for others on disk and among modules
LONGEST_ZONE = 64
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


Word = Annotated[Scalar, BeforeValidator(_scalar), WithJsonSchema({"type": ["string", "number", "boolean"]})]
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
Zone = Annotated[str, BeforeValidator(_zone), WithJsonSchema({"type": "string"})]


def _checked_condition(node: Any) -> Any:
    """Conditions nest freely, so their shape is checked as they are read; here only that something stands there."""
    return _scalar(node) if isinstance(node, Scalar) else node


def _value_list(node: Any) -> Any:
    return [_scalar(item) for item in node] if isinstance(node, list) else _scalar(node)


CONDITION = {"x-rapid-response": "condition"}
"""Stands for the schema of conditions, which refers to itself: pydantic would resolve such a reference too early."""

Condition = Annotated[Any, BeforeValidator(_checked_condition), WithJsonSchema(CONDITION)]
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
