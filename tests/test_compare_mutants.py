"""Every small change of the coalition's protocol is told apart from it, or proved to change nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path


from rapid_response import ProtocolError, Protocol, Source, load_protocol, protocol_from_sources

CCSJ = load_protocol("protocol_rules/ccsj")
FLIPPED = {" >= ": " > ", " <= ": " < ", " > ": " >= ", " < ": " <= ", " == ": " != "}
ANOTHER_TIER = {"monitor": "support", "support": "coordinate", "coordinate": "activate", "activate": "coordinate"}


def mutants() -> Iterator[tuple[str, Protocol]]:
    """Each comparison flipped, each rule dropped, each tier of a rule swapped for another."""
    for source in CCSJ.sources:
        if Path(source.name).stem in ("criteria", "rules", "responses"):
            yield from loaded(source, flipped(source.text))
        if Path(source.name).stem == "rules":
            yield from loaded(source, dropped(source.text))
            yield from loaded(source, swapped(source.text))


def flipped(text: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(r"^ +(?:when:|unless:|- ).*?( >= | <= | > | < | == )", text, re.MULTILINE):
        start, end = found.span(1)
        yield f"line {text.count(chr(10), 0, start) + 1} flipped", text[:start] + FLIPPED[found[1]] + text[end:]


def dropped(text: str) -> Iterator[tuple[str, str]]:
    head, rules = text.split("\nrules:\n")
    for rule in re.findall(r"^  (\w+):\n(?:    .*\n|\n)+", rules, re.MULTILINE):
        yield (
            f"{rule} dropped",
            f"{head}\nrules:\n" + re.sub(rf"^  {rule}:\n(?:    .*\n)+", "", rules, flags=re.MULTILINE),
        )


def swapped(text: str) -> Iterator[tuple[str, str]]:
    for found in re.finditer(r"(?:raise_to|limit_to): (\w+)$", text, re.MULTILINE):
        if other := ANOTHER_TIER.get(found[1]):
            line = text.count("\n", 0, found.start()) + 1
            yield f"line {line} swapped", text[: found.start(1)] + other + text[found.end(1) :]


def loaded(source: Source, changes: Iterator[tuple[str, str]]) -> Iterator[tuple[str, Protocol]]:
    for name, text in changes:
        others = [other for other in CCSJ.sources if other.name != source.name]
        try:
            yield f"{Path(source.name).stem}: {name}", protocol_from_sources([*others, replace(source, text=text)])
        except ProtocolError:
            continue
