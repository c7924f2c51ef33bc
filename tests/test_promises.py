"""The promises of the library, each over generated protocols and incidents. docs/promises.md lists them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapid_response import Protocol, Recommendation, protocol_from_sources
from rapid_response.protocol.problems import Source
from rapid_response.testing import as_ofs, histories, incidents, protocols
from tests.long.agreement import differences, said, second_range, wrong_reasons
from tests.long.pairs import CORPUS, Pair, generated, kept

ROOT = Path(__file__).parents[1]

SURROUNDINGS = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4242", "TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "random", "TZ": "America/Los_Angeles", "LC_ALL": "zh_TW.UTF-8", "PYTHONUTF8": "0"},
)
WRITE_RESULTS = """
import sys
from tests.long.pairs import generated
for pair in generated(1, range(25), 4):
    result = pair.evaluate()
    sys.stdout.buffer.write((result.to_json() + "\\n").encode("utf-8"))
"""


UNORDERED = ("kinds", "facts", "criteria", "measures", "patterns", "rules", "responses")
Setting = dict[str, Any]
"""What an incident is evaluated with: its time, and its history."""


def some(data: st.DataObject, protocol: Protocol, unknowns: float = 0.3) -> Iterator[tuple[dict[str, Any], Setting]]:
    """Some incidents with their times of evaluation and histories."""
    for _ in range(data.draw(st.integers(1, 12))):
        yield data.draw(incidents(protocol, unknowns=unknowns)), setting(data, protocol, unknowns)


def setting(data: st.DataObject, protocol: Protocol, unknowns: float) -> Setting:
    """A time of evaluation and a history; where nothing is unknown, there is one."""
    past = data.draw(histories(protocol, unknowns=unknowns))
    return {"as_of": data.draw(as_ofs(protocol)), "history": past or ([] if unknowns == 0 else past)}


def results(data: st.DataObject, protocol: Protocol, unknowns: float) -> Iterator[Recommendation]:
    """The results of some incidents."""
    for facts, scene in some(data, protocol, unknowns):
        yield protocol.evaluate(facts, **scene)


# P1


@given(st.data(), protocols())
def test_same_input_same_result(data: st.DataObject, protocol: Protocol) -> None:
    """P1: the same protocol, incident and time give the same result, byte for byte, however often it is loaded."""
    again = protocol_from_sources(protocol.sources)
    for facts, scene in some(data, protocol):
        assert protocol.evaluate(facts, **scene).to_json() == again.evaluate(dict(facts), **scene).to_json()


def test_same_result_in_every_surrounding() -> None:
    """P1: hash seed, time zone and locale of the machine change no byte of any result."""
    first, *others = [results_in(surrounding) for surrounding in SURROUNDINGS]
    assert first.count(b"\n") == 100
    assert all(other == first for other in others)


def results_in(surrounding: Mapping[str, str]) -> bytes:
    environment = {**os.environ, **surrounding}
    command = [sys.executable, "-c", WRITE_RESULTS]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True).stdout


@given(st.data(), protocols())
def test_states_alone_are_those_with_reasons(data: st.DataObject, protocol: Protocol) -> None:
    """P1: states and due times asked for alone are those of the outcomes with their reasons."""
    for facts, scene in some(data, protocol):
        alone, result = (protocol.evaluate(facts, **scene) for _ in range(2))
        assert alone.scope_states == {outcome.name: outcome.state for outcome in result.scope_rules}
        assert alone.rule_states == {outcome.name: outcome.state for outcome in result.rules}
        assert alone.response_states == {outcome.name: outcome.state for outcome in result.responses}
        assert alone.due_times == {outcome.name: outcome.due for outcome in result.responses}
        assert [rule.name for rule in alone.deciding_rules] == [outcome.name for outcome in result.deciding]


# P2


@given(st.data(), protocols(), st.randoms(use_true_random=False))
def test_order_never_matters(data: st.DataObject, protocol: Protocol, shuffling: random.Random) -> None:
    """P2: the order of files, sections, facts, criteria, measures, patterns, rules and responses never matters."""
    shuffled = protocol_from_sources(in_other_order(protocol.sources[0].text, shuffling))
    assert shuffled.fingerprint == protocol.fingerprint
    for facts, scene in some(data, protocol, unknowns=0.1):
        in_order = said(protocol.evaluate(facts, **scene))
        otherwise = said(shuffled.evaluate(dict(reversed(facts.items())), **scene))
        assert unordered(otherwise) == unordered(in_order)


def in_other_order(text: str, shuffling: random.Random) -> list[Source]:
    """The sections of a document, and the parts of those whose order means nothing, shuffled over two files."""
    files = ["", ""]
    for section in shuffled_items(blocks(text, ""), shuffling):
        heading, _, body = section.partition("\n")
        if heading.removesuffix(":") not in (
            "kinds",
            "facts",
            "criteria",
            "measures",
            "patterns",
            "rules",
            "responses",
        ):
            files[0] += section
            continue
        parts = shuffled_items(blocks(body, "  "), shuffling)
        cut = shuffling.randint(0, len(parts))
        for file, share in enumerate((parts[:cut], parts[cut:])):
            files[file] += f"{heading}\n{''.join(share)}" if share else ""
    return [Source(f"{name}.yaml", file) for name, file in zip("ab", files, strict=True) if file]


def blocks(text: str, indent: str) -> list[str]:
    """The lines of a block-style mapping, each key with all that is below it."""
    found: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith(indent) and line[len(indent)] not in " -":
            found.append(line)
        else:
            found[-1] += line
    return found


def shuffled_items(items: list[str], shuffling: random.Random) -> list[str]:
    return shuffling.sample(items, len(items))


def unordered(results: Mapping[str, Any]) -> dict[str, Any]:
    """What a result says, with lists sorted: their order follows the protocol's."""
    rules = {name: (*outcome[:-1], sorted(outcome[-1])) for name, outcome in results["rules"].items()}
    return {**results, "rules": rules, "assumptions": sorted(results["assumptions"])}


# P3


@given(st.data(), protocols())
def test_learning_never_widens(data: st.DataObject, protocol: Protocol) -> None:
    """P3: learning facts one after the other never widens the range, and what is settled stays settled."""
    learned = [name for name, fact in protocol.facts.items() if fact.blank is None]
    for whole, scene in some(data, protocol, unknowns=0):
        known = {name: value for name, value in whole.items() if name not in learned}
        before = protocol.evaluate(known, **scene)
        for name in data.draw(st.permutations(learned)):
            known[name] = whole[name]
            after = protocol.evaluate(known, **scene)
            assert before.lowest <= after.lowest <= after.highest <= before.highest
            assert after.standing == "settled" or before.standing != "settled"
            before = after
        assert before.standing == "settled"


@given(st.data(), protocols())
def test_a_history_never_widens(data: st.DataObject, protocol: Protocol) -> None:
    """P3: a history, and learning more of what it tells, never widens the range."""
    for facts, scene in some(data, protocol):
        without = protocol.evaluate(facts, as_of=scene["as_of"])
        told = protocol.evaluate(facts, **scene)
        assert without.lowest <= told.lowest <= told.highest <= without.highest
        whole = [{**data.draw(incidents(protocol, unknowns=0)), **_known(past)} for past in scene["history"] or ()]
        after = protocol.evaluate(facts, as_of=scene["as_of"], history=whole)
        assert scene["history"] is None or told.lowest <= after.lowest <= after.highest <= told.highest


def _known(incident: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of an incident; its id is never learned."""
    values = {name: fact.get("value") if isinstance(fact, Mapping) else fact for name, fact in incident.items()}
    return {"id": incident.get("id")} | {name: value for name, value in values.items() if value is not None}


# P4


@given(st.data(), protocols())
def test_whatever_is_missing_the_tier_lies_in_the_range(data: st.DataObject, protocol: Protocol) -> None:
    """P4: whatever the missing facts turn out to be, the tier lies in the stated range."""
    facts, scene = data.draw(incidents(protocol, unknowns=0.5)), setting(data, protocol, unknowns=0)
    result = protocol.evaluate(facts, **scene)
    for rest, _ in some(data, protocol, unknowns=0):
        completed = {**facts, **{name: rest[name] for name in result.missing}}
        settled = protocol.evaluate(completed, **scene)
        assert settled.tier is not None
        assert result.lowest <= settled.tier <= result.highest


@given(st.data(), protocols())
def test_assumptions_stay_within_the_range(data: st.DataObject, protocol: Protocol) -> None:
    """P4: taking the assumptions only narrows the range, and what is recommended lies in it."""
    for result in results(data, protocol, unknowns=0.3):
        low, high = second_range(result, assume=True)
        assert result.lowest.level <= low <= high <= result.highest.level
        assert result.tier is None or low <= result.tier.level <= high
        assert (result.tier is None) == (low != high and protocol.if_unsettled == "nothing")


# P5


@given(st.data(), protocols())
def test_a_settled_tier_has_its_rule(data: st.DataObject, protocol: Protocol) -> None:
    """P5: a settled tier above the lowest has a rule that holds and raises to it or higher, and no limit below it."""
    for result in results(data, protocol, unknowns=0.2):
        holding = [rule for rule in result.rules if rule.state in ("fired", "overridden")]
        raises = [rule.tiers[0] for rule in holding if rule.part.effect == "raise_to"]
        limits = [rule.tiers[1] for rule in holding if rule.part.effect == "limit_to"]
        if result.standing != "open" and result.tier and result.tier.level:
            assert result.deciding
        if result.standing == "settled":
            assert result.lowest.level == 0 or max(raises) >= result.lowest
            assert all(limit >= result.lowest for limit in limits)


# P8


@given(st.data(), protocols())
def test_what_loads_never_raises(data: st.DataObject, protocol: Protocol) -> None:
    """P8: a protocol that loads never raises on an incident that validates, whatever of the result is asked for."""
    for result in results(data, protocol, unknowns=0.4):
        assert result.to_dict()["lowest"] == result.lowest.name
        assert all(rule.place and rule.to_dict() for rule in result.rules)
        assert [result.rule(rule.name) for rule in result.deciding] == list(result.deciding)


# P9


@given(st.data(), protocols())
def test_engine_is_the_reference(data: st.DataObject, protocol: Protocol) -> None:
    """P9: engine and reference say the same of tier, range, scope, rules, responses, criteria, measures and reasons."""
    for facts, scene in some(data, protocol):
        pair = Pair("drawn", protocol, facts, **scene)
        assert not differences(pair)
        assert not wrong_reasons(pair)


def test_engine_is_the_reference_on_two_thousand_pairs() -> None:
    """P9: the first 2,000 pairs of the long run agree."""
    for pair in generated(seed=0, numbers=range(100), incidents=20):
        assert not differences(pair), pair.name


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.json")), ids=lambda file: file.stem)
def test_nothing_comes_back(file: Path) -> None:
    """P8 and P9: what once went wrong, or seldom occurs, goes right."""
    pair = kept(file)
    assert not differences(pair)
    assert not wrong_reasons(pair)
