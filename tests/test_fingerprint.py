"""The fingerprint of a protocol, and what travels with it."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from rapid_response import load_protocol, protocol_from_text

PROTOCOL = """\
protocol: small
title: Small
tiers:
  low: {title: Low}
  high: {title: High}
facts:
  harm: {type: scale, options: [none, some, much]}
  seen: {type: yes_no}
rules:
  first:
    when: harm >= some
    raise_to: high
    because: Someone was hurt.
  second:
    when: seen
    limit_to: low
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Small\n", "title: Small  # a comment\n\n"),
        ("    when: harm >= some\n    raise_to: high\n", "    raise_to: high\n    when: harm >= some\n"),
        ("  low: {title: Low}\n", "  low:\n    title: Low\n"),
        ("    because: Someone was hurt.", '    because: "Someone was hurt."'),
        ("    when: harm >= some\n", "    when: >-\n      harm\n      >= some\n"),
    ],
    ids=["comment", "order of keys", "flow and block", "quotes", "folded"],
)
def test_layout_does_not_change_it(old: str, new: str) -> None:
    """Comments, layout and the order of keys do not change the fingerprint."""
    assert old in PROTOCOL
    assert protocol_from_text(PROTOCOL.replace(old, new)).fingerprint == protocol_from_text(PROTOCOL).fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("harm >= some", "harm > some"),
        ("Someone was hurt.", "Somebody was hurt."),
        ("[none, some, much]", "[none, much, some]"),
        ("  low: {title: Low}\n  high: {title: High}\n", "  high: {title: High}\n  low: {title: Low}\n"),
        ("  second:", "  third:"),
    ],
    ids=["operator", "wording", "order of options", "order of tiers", "name"],
)
def test_meaning_and_wording_change_it(old: str, new: str) -> None:
    """Any change of meaning or wording changes the fingerprint."""
    assert old in PROTOCOL
    assert protocol_from_text(PROTOCOL.replace(old, new)).fingerprint != protocol_from_text(PROTOCOL).fingerprint


def test_the_split_over_files_does_not_change_it(tmp_path: Path) -> None:
    """A protocol in one file and the same split over two, in any order of their names, have one fingerprint."""
    head, rules = PROTOCOL.split("rules:\n")
    for names in (("a.yaml", "b.yaml"), ("b.yaml", "a.yaml")):
        folder = tmp_path / names[0].removesuffix(".yaml")
        folder.mkdir()
        (folder / names[0]).write_text(head, encoding="utf-8")
        (folder / names[1]).write_text(f"rules:\n{rules}", encoding="utf-8")
        assert load_protocol(folder).fingerprint == protocol_from_text(PROTOCOL).fingerprint


def test_every_result_carries_it() -> None:
    """A result names the fingerprint of the protocol that made it."""
    protocol = protocol_from_text(PROTOCOL)
    assert protocol.evaluate({}).to_dict()["protocol"]["fingerprint"] == protocol.fingerprint


def test_protocols_and_results_can_be_sent_to_other_processes() -> None:
    """A protocol and a result survive pickling, compiled parts being made anew."""
    protocol = protocol_from_text(PROTOCOL)
    result = protocol.evaluate({"harm": "much"})
    sent = pickle.loads(pickle.dumps(result))
    assert sent.protocol == protocol
    assert sent.to_json() == result.to_json()


def test_representations_hold_no_facts() -> None:
    """The `repr` of a result or incident, which ends up in logs, tells nothing that was said about the incident."""
    text = PROTOCOL.replace("  seen: {type: yes_no}", "  seen: {type: yes_no}\n  story: {type: text}")
    result = protocol_from_text(text).evaluate({"story": "what nobody else should read"})
    assert "nobody" not in repr(result) + repr(result.incident)
