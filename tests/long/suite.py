"""The cases of the yaml-test-suite (github.com/yaml/yaml-test-suite): each refused, or read as its JSON says."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from rapid_response import Problem, Source
from rapid_response.protocol.reading import Mapping, Node, Scalar, Sequence, read_yaml

DIFFERENT = "read as something else"


def run_suite(folder: Path) -> int:
    """How the cases of the suite are taken; how many are read as something else than their JSON."""
    counts: Counter[str] = Counter()
    for file in sorted(folder.glob("*.yaml")):
        for number, case in enumerate(_suite_cases(file)):
            outcome = _outcome(case)
            counts[outcome] += 1
            if outcome == DIFFERENT:
                print(f"{file.name}, case {number}: {outcome}")
    shares = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
    print(f"yaml-test-suite, {counts.total()} cases: {shares}", flush=True)
    return counts[DIFFERENT]


def _suite_cases(file: Path) -> Iterator[dict[str, Any]]:
    """A case leaves out what it shares with the one before it."""
    before: dict[str, Any] = {}
    for case in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
        before = {key: value for key, value in before.items() if key != "fail"} | case
        yield before


def _outcome(case: dict[str, Any]) -> str:
    problems: list[Problem] = []
    node = read_yaml(Source("case.yaml", _suite_text(case["yaml"])), problems)
    if problems:
        return "refused"
    if case.get("fail"):
        return "read, although not YAML"
    if node is None or "json" not in case:
        return "read, nothing to compare with"
    return "read as its JSON" if _is_same(node, json.loads(case["json"])) else DIFFERENT


def _suite_text(text: str) -> str:
    """The suite writes characters that cannot be seen by signs."""
    text = re.sub("—*»", "\t", text).translate(str.maketrans("␣←⇔", " \r\ufeff", "↵"))
    return text.removesuffix("∎\n")


def _is_same(node: Node, expected: Any) -> bool:
    match node:
        case Mapping(entries=entries):
            return (
                isinstance(expected, dict)
                and {k.text for k, _ in entries} == expected.keys()
                and all(_is_same(value, expected[key.text]) for key, value in entries)
            )
        case Sequence(items=items):
            return isinstance(expected, list) and len(items) == len(expected) and all(map(_is_same, items, expected))
        case Scalar():
            return _is_same_value(node, expected)


def _is_same_value(scalar: Scalar, expected: Any) -> bool:
    """Under a declared type: text is its text, nothing is nothing, a number and yes or no are what they look like."""
    if isinstance(expected, str):
        return scalar.text == expected
    if expected is None:
        return scalar.is_null
    if isinstance(expected, bool):
        return scalar.style == "plain" and scalar.text.lower() == str(expected).lower()
    return scalar.style == "plain" and yaml.load(scalar.text, Loader=yaml.SafeLoader) == expected
