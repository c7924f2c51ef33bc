"""Every small change of the coalition's protocol is told apart from it, or proved to change nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rapid_response import Source, load_protocol, protocol_from_sources
from rapid_response.proving.comparing import compare

EVERY = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 8
"""Every day one mutant of so many is tried, in the long run all are."""

CCSJ = load_protocol("protocol_rules/ccsj")
FLIPPED = {" >= ": " > ", " <= ": " < ", " > ": " >= ", " < ": " <= ", " == ": " != "}
ANOTHER_TIER = {"monitor": "support", "support": "coordinate", "coordinate": "activate", "activate": "coordinate"}


def mutants() -> Iterator[tuple[str, Source]]:
    """Each comparison flipped, each rule dropped, each tier of a rule swapped for another: the file so changed."""
    for source in CCSJ.sources:
        stem = Path(source.name).stem
        changes = flipped(source.text) if stem in ("criteria", "rules", "responses") else ()
        more = (*dropped(source.text), *swapped(source.text)) if stem == "rules" else ()
        yield from ((f"{stem}: {name}", replace(source, text=text)) for name, text in (*changes, *more))


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


@pytest.mark.parametrize("source", [pytest.param(source, id=name) for name, source in list(mutants())[::EVERY]])
def test_a_small_change_is_shown_or_proved_harmless(source: Source) -> None:
    """A comparison flipped, a rule dropped or tiers swapped: an example shows it, or it is proved to change nothing."""
    mutant = protocol_from_sources([source, *(other for other in CCSJ.sources if other.name != source.name)])
    found = compare(CCSJ, mutant)
    assert found.verdict in ("different", "equivalent")
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
