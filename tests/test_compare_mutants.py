"""Every small change of the coalition's protocol is told apart from it, or proved to change nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rapid_response import Protocol, ProtocolError, Source, load_protocol, protocol_from_sources
from rapid_response.proving.comparison import compare

EVERY = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 8
"""Every day one mutant of so many is tried, in the long run all are."""

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


@pytest.mark.parametrize(("name", "mutant"), [pytest.param(*pair, id=pair[0]) for pair in list(mutants())[::EVERY]])
def test_a_small_change_is_shown_or_proved_harmless(name: str, mutant: Protocol) -> None:
    """A comparison flipped, a rule dropped or tiers swapped: an example shows it, or it is proved to change nothing."""
    found = compare(CCSJ, mutant)
    assert found.verdict in ("different", "equivalent"), name
    assert bool(found.differences) == (found.verdict == "different")
    for difference in found.differences:
        facts, (old, new) = difference.witness.facts, difference.witness.results
        again = [version.evaluate(facts, as_of=found.as_of).exact() for version in (CCSJ, mutant)]
        assert [result.range for result in again] == [old.range, new.range]
        if difference.claim.about == "tier":
            assert [result.tier.name for result in again if result.tier] == [
                difference.claim.before,
                difference.claim.after,
            ]


def test_there_are_many_mutants() -> None:
    """Conditions, rules and tiers are all tried."""
    kinds = [name.rpartition(" ")[2] for name, _ in mutants()]
    assert min(kinds.count(kind) for kind in ("flipped", "dropped", "swapped")) > 20
