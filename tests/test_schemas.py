"""The JSON Schemas that are shipped: of protocol files, for editors, and of results, for tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from rapid_response import load_protocol, protocol_schema, result_schema

HERE = Path(__file__).parent.parent
FILES = [
    *sorted((HERE / "protocol_rules/ccsj").glob("*.yaml")),
    *sorted((HERE / "examples/protocols").glob("*/*.yaml")),
]
PROTOCOL_FILES = [file for file in FILES if not file.name.endswith(".scenarios.yaml")]


def _as_editors_read_it(path: Path) -> Any:
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


@pytest.mark.parametrize("path", PROTOCOL_FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_shipped_protocol_files_fit_the_schema(path: Path) -> None:
    """An editor that checks a shipped protocol file against the schema finds nothing."""
    jsonschema.validate(_as_editors_read_it(path), protocol_schema())


@pytest.mark.parametrize(
    "part",
    [
        {"rule": {}},
        {"tiers": {}},
        {"rules": {"r": {"wen": "a", "raise_to": "b"}}},
        {"facts": {"not a name": {"type": "yes_no"}}},
        {"criteria": {"c": {"when": {"any": "not a list"}}}},
        {"criteria": {"c": {"when": {"at_least": 2}}}},
    ],
    ids=["section", "no tiers", "key", "name", "block", "at_least alone"],
)
def test_the_schema_finds_faults_of_shape(part: dict[str, Any]) -> None:
    """An editor marks an unknown section or key, a bad name and a misshapen condition."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(part, protocol_schema())


def test_results_fit_their_schema() -> None:
    """Results with and without known facts, assumptions and details fit the schema of results."""
    protocol = load_protocol(HERE / "protocol_rules/ccsj")
    for facts in (
        {},
        {"harm": {"value": "killed", "source": "a neighbor", "verified": False}, "languages": ["cantonese"]},
    ):
        document = json.loads(protocol.evaluate(facts, as_of="2026-02-01T09:00").to_json())
        jsonschema.validate(document, result_schema())


def test_the_schemas_are_themselves_valid() -> None:
    """Both schemas are valid JSON Schema 2020-12."""
    for schema in (protocol_schema(), result_schema()):
        jsonschema.Draft202012Validator.check_schema(schema)
