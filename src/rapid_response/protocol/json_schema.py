"""The JSON Schema of protocol files, by which editors check while one writes."""

from __future__ import annotations

import json
from typing import Any

from rapid_response.protocol.fields import CONDITION
from rapid_response.protocol.schema import ProtocolFile

_REFERENCE = {"$ref": "#/$defs/Condition"}


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
    marker, reference = (json.dumps(part)[1:-1] for part in (CONDITION, _REFERENCE))
    located: dict[str, Any] = json.loads(json.dumps(schema).replace(marker, reference))
    return located


def _condition_definition() -> dict[str, Any]:
    conditions = {"type": "array", "items": _REFERENCE, "minItems": 1}
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
