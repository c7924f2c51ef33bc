"""Conditions and other lines of a protocol as they are written, and as plain data."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from rapid_response.protocol.expressions import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    Not,
    Type,
    Value,
)
from rapid_response.protocol.model import Due, Named, Text, Window
from rapid_response.protocol.values import decode


def written(node: Condition | Value) -> str:
    """A condition or value as it is written; a block of conditions on one line.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> written(protocol.criteria["elder_harmed"].condition)
    'all of [victim_age >= 65, harm >= threatened]'
    """
    block = node.text.removesuffix(" of").split(" ")[0]
    match node:
        case Not(part=AnyOf(parts=parts)) if block == "none":
            return f"none of [{', '.join(map(written, parts))}]"
        case AllOf(parts=parts) | AnyOf(parts=parts) | AtLeast(parts=parts) if node.text.endswith(" of"):
            return f"{node.text} [{', '.join(map(written, parts))}]"
        case _:
            return node.text or "always"


def plain_line(value: Any) -> Any:
    """Something that a part says as plain data."""
    match value:
        case None | bool() | int() | str():
            return value
        case Text():
            return value.to_dict()
        case Decimal() | Due():
            return str(value)
        case Type():
            return _plain_type(value)
        case Window():
            return {"from": plain_line(value.start), "until": plain_line(value.until)}
        case dt.date():
            return value.isoformat()
        case _ if isinstance(value, Condition | Value):
            return written(value)
        case Named():
            return {"name": value.name, "title": value.title.to_dict()}
        case tuple():
            return [plain_line(part) for part in value]
        case _:
            raise AssertionError(f"not a line of a protocol: {type(value).__name__}")


def _plain_type(kind: Type) -> dict[str, Any]:
    bounded = {"min": decode(kind, int(kind.low), None), "max": decode(kind, int(kind.high), None)}
    options = {"options": list(kind.options)} if kind.options else {}
    return {"type": kind.name, **(bounded if kind.name == "number" else {}), **options}
