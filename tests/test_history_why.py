"""Reasons at scale: the rules that single evaluation names, and conditions that are true and enough."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from rapid_response import Recommendation, protocol_from_text
from rapid_response.history import read_incidents
from rapid_response.history.causes import Cause, branches_of
from rapid_response.history.engine import engine_of
from rapid_response.protocol import expressions as e
from rapid_response.protocol.model import Protocol, Rule
from tests.history_columns import table
from tests.test_history_engine import by_protocol, each_alone

Truth = bool | None


def test_reasons_are_those_of_single_evaluation() -> None:
    """For every incident the deciding rules are those that its own recommendation names, in their order."""
    for protocol, pairs in by_protocol(seed=21, protocols=40, incidents=25):
        as_of = pairs[0].as_of or "2026-02-01T09:00Z"
        arrow = table(protocol, [pair.given for pair in pairs])
        if arrow.num_columns == 1:
            continue
        why = read_incidents(arrow).why(protocol, as_of=as_of)
        reasons = why.reasons.to_pylist()
        assert [reason["reason"] for reason in reasons] == list(range(len(reasons)))
        counted = [0] * len(reasons)
        results = each_alone(protocol, [pair.given for pair in pairs], as_of)
        for row, result in zip(why.incidents.to_pylist(), results, strict=True):
            assert [reasons[number]["rule"] for number in row["reasons"]] == [rule.name for rule in result.deciding]
            for number in row["reasons"]:
                counted[number] += 1
                assert_true_and_enough(protocol, result, reasons[number])
        assert counted == [reason["incidents"] for reason in reasons]


def assert_true_and_enough(protocol: Protocol, result: Recommendation, reason: dict[str, Any]) -> None:
    """The conditions came out as the reason says, and of themselves make the rule hold, all others unknown."""
    rule = protocol.rules[reason["rule"]]
    causes = {str(cause): cause for cause in causes_in(protocol, rule)}
    stated = [causes[text] for text in reason["conditions"]]
    known = {cause.condition: cause.holds for cause in stated}
    for outcome in (result.rule(rule.name),):
        truths = {part.condition: part.state for tree in (outcome.when, outcome.unless) if tree for part in parts(tree)}
        for cause in stated:
            assert truths[cause.condition] == ("yes" if cause.holds else "no")
    assert truth(rule.when, protocol, known) is True
    assert rule.unless is None or truth(rule.unless, protocol, known) is False


def causes_in(protocol: Protocol, rule: Rule) -> tuple[Cause, ...]:
    return branches_of(engine_of(protocol).plan, rule.when, rule.unless)[1]


def parts(reason: Any) -> list[Any]:
    return [reason, *(inner for part in reason.parts for inner in parts(part))]


def truth(node: e.Condition, protocol: Protocol, known: dict[e.Condition, bool]) -> Truth:
    """Whether a condition holds where nothing but these is known."""
    if node in known:
        return known[node]
    match node:
        case e.Always():
            return True
        case e.CriterionHolds(criterion=name):
            return truth(protocol.criteria[name].condition, protocol, known)
        case e.Not(part=part):
            inner = truth(part, protocol, known)
            return None if inner is None else not inner
        case e.AllOf(parts=nodes):
            return at_least(len(nodes), [truth(part, protocol, known) for part in nodes])
        case e.AnyOf(parts=nodes):
            return at_least(1, [truth(part, protocol, known) for part in nodes])
        case e.AtLeast(number=number, parts=nodes):
            return at_least(number, [truth(part, protocol, known) for part in nodes])
        case _:
            return None


def at_least(number: int, truths: list[Truth]) -> Truth:
    if truths.count(True) >= number:
        return True
    return None if truths.count(True) + truths.count(None) >= number else False


PROTOCOL = protocol_from_text(
    """
protocol: p
tiers: {low: {}, middle: {}, high: {}}
facts:
  harm: {type: scale, options: [none, injured, killed]}
  news: {type: yes_no}
  declined: {type: yes_no, until_known: no}
criteria:
  loud: {when: news, until_known: yes}
rules:
  hurt:
    when: harm >= injured
    unless: declined
    raise_to: middle
    because: Someone was hurt.
  loud_death: {when: [harm == killed, loud], raise_to: high}
  wishes: {when: declined, limit_to: low}
"""
)


def test_reasons_in_words() -> None:
    """Each different reason is told once, with its conditions, how often it decided, and found again by incident."""
    rows = {"id": ["a", "b", "c", "d"], "harm": ["injured", "killed", "injured", "killed"]}
    history = read_incidents(
        pa.table({**rows, "news": [True, None, None, True], "declined": [False, None, None, True]})
    )
    why = history.why(PROTOCOL)
    assert why.of("a").to_pylist() == [
        {
            "reason": 0,
            "rule": "hurt",
            "effect": "raise_to",
            "because": "Someone was hurt.",
            "conditions": ["harm >= injured", "not (declined)"],
            "incidents": 2,
        }
    ]
    assert [(row["rule"], row["conditions"]) for row in why.of("b").to_pylist()] == [
        ("loud_death", ["harm == killed", "loud"])
    ]
    assert why.of("c").to_pylist() == why.of("a").to_pylist()
    assert [(row["rule"], row["conditions"]) for row in why.of("d").to_pylist()] == [("wishes", ["declined"])]
    with pytest.raises(KeyError):
        why.of("e")
    assert str(why).splitlines()[:2] == [
        "3 different reasons for 4 incidents",
        "  2 × hurt: harm >= injured, not (declined)",
    ]


def test_many_causes() -> None:
    """A rule with more conditions than fit a table has reasons too, one for each different set."""
    names = [f"f{number}" for number in range(20)]
    facts = ", ".join(f"{name}: {{type: yes_no}}" for name in names)
    protocol = protocol_from_text(
        f"protocol: p\ntiers: {{low: {{}}, high: {{}}}}\nfacts: {{{facts}}}\n"
        f"rules: {{r: {{when: {{any: [{', '.join(names)}]}}, raise_to: high}}}}"
    )
    cells = {name: [row >> place & 1 == 1 for row in range(64)] for place, name in enumerate(names)}
    why = read_incidents(pa.table(cells)).why(protocol)
    told = why.reasons["conditions"].to_pylist()
    assert sorted(map(tuple, told)) == sorted(
        {tuple(name for name in names if cells[name][row]) for row in range(1, 64)}
    )
    assert [len(row) for row in why.incidents["reasons"].to_pylist()] == [0] + [1] * 63
