"""Explanations for people: why this tier, what to ask next, why not another one.

The whole renderings lie in tests/golden/explanations. After a change that is meant, look over the difference and write
them anew: `UPDATE_GOLDEN=1 pytest tests/test_explanation.py`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapid_response import Protocol, Recommendation, load_incidents, load_protocol, protocol_from_text
from rapid_response.reports.document import plain
from rapid_response.reports.explanation_document import explain, explanation_document
from rapid_response.reports.terminal import columns, lines_of
from rapid_response.testing import as_ofs, incidents, protocols

HERE = Path(__file__).parent
GOLDEN = HERE / "golden/explanations"
HARBOR = HERE / "golden/reports"
EXAMPLES = sorted((HERE.parent / "examples/incidents").glob("*.yaml"))
LANGUAGES = ("en", "zh-Hant")
AS_OF = "2026-02-01T09:00"
SECRET = "A secret that only those who ask may read."

SIMPLE = protocol_from_text("""
protocol: simple
tiers: {low: {title: Low}, middle: {title: Middle}, high: {title: High}}
facts:
  hurt: {type: yes_no, title: Hurt}
  age: {type: number, min: 0, max: 120, title: Age}
  quiet: {type: yes_no, title: Quiet}
  story: {type: text, title: Story, private: yes}
rules:
  hurt: {when: hurt, raise_to: middle, title: Anyone hurt}
  elder: {when: hurt and age >= 65, raise_to: high, title: An elder hurt}
  told: {when: story == "all", raise_to: middle, title: All was told}
  quiet: {when: quiet, limit_to: middle, title: A wish for quiet}
""")


def _text(result: Recommendation, language: str = "en", private: bool = False, **asked: str) -> str:
    document = explanation_document(explain(result, **asked), language, private)  # type: ignore[arg-type]
    return "\n".join(plain(words).rstrip() for words in lines_of(document, 80))


def _harbor(name: str) -> Recommendation:
    protocol = load_protocol(HARBOR / "protocol.yaml")
    found = {str(given.facts["id"]): given for given in load_incidents(protocol, HARBOR / "incidents.yaml")}
    return protocol.evaluate(found[name].facts, as_of=AS_OF)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("incident", "tier"), [("open", "gather"), ("settled", "watch")])
def test_explanations_are_rendered_as_reviewed(incident: str, tier: str, language: str) -> None:
    """An explanation reads, in both languages, exactly as it was last looked over."""
    rendered = _text(_harbor(incident), language, why_not=tier, what_would="help") + "\n"
    golden = GOLDEN / f"{incident}.{language}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_keep_to_80_columns(path: Path) -> None:
    """Every example is explained in both languages, for every tier that it is not, in lines of at most 80 columns."""
    protocol = load_protocol("protocol_rules/ccsj")
    [incident] = load_incidents(protocol, path)
    result = protocol.evaluate(incident.facts, as_of="2026-06-01T09:00")
    for language in LANGUAGES:
        for tier in protocol.tiers:
            text = _text(result, language, why_not=tier.name, what_would=tier.name)
            assert max(columns(line) for line in text.splitlines()) <= 80
            assert tier.label(language) in text


@settings(max_examples=30)
@given(st.data(), protocols())
def test_any_result_can_be_explained(data: st.DataObject, protocol: Protocol) -> None:
    """Whatever the protocol and the incident, no line is too wide, and every missing fact is asked or ruled out."""
    result = protocol.evaluate(data.draw(incidents(protocol, unknowns=0.5)), as_of=data.draw(as_ofs(protocol)))
    explanation = explain(result, why_not=data.draw(st.sampled_from(protocol.tiers)).name)
    questions = explanation.questions
    assert {question.fact for question in questions.asked} | set(questions.irrelevant) == set(result.missing)
    json.dumps(explanation.to_dict(), ensure_ascii=False)
    for language in LANGUAGES:
        lines = [plain(words) for words in lines_of(explanation_document(explanation, language), 80)]
        assert max(map(columns, lines)) <= 80


def test_the_facts_that_decide_are_told_and_no_others() -> None:
    """Only facts without which the tier might be another are given as reasons."""
    text = _text(SIMPLE.evaluate({"hurt": True, "quiet": True, "age": 70}))
    reasons = text.partition("Why this tier")[2].partition("What to ask next")[0]
    assert "Hurt: yes" in reasons
    assert "Quiet: yes" in reasons
    assert "Age" not in reasons


def test_questions_come_with_what_each_answer_leads_to() -> None:
    """Each question says what its answers leave possible, and how many answers it takes at most."""
    text = _text(SIMPLE.evaluate({"age": 70, "story": "none"}))
    assert "it takes at most 2 answers until the tier" in text
    assert "Yes: at least “Middle”" in text
    assert "No: “Low”, settled" in text


def test_what_cannot_matter_is_named() -> None:
    """A missing fact that can change nothing any more is named as such."""
    assert "Cannot change anything any more: Quiet" in _text(SIMPLE.evaluate({"hurt": False, "age": 70, "story": ""}))


def test_an_audit_names_rules_limits_and_the_smallest_difference() -> None:
    """Why not: the rules that could have raised it with what each lacked, the limits, and the fewest changes."""
    text = _text(SIMPLE.evaluate({"hurt": True, "quiet": True, "age": 40, "story": ""}), why_not="high")
    assert "An elder hurt\n      What it lacked:\n      Age: at least 65 – 40" in text
    assert "Limits that hold it down\n    • A wish for quiet" in text
    assert "It would have been “High” had this been so:" in text
    assert "• Age: 65 (now 40) · Quiet: no (now yes)" in text


def test_an_exception_is_named_as_what_stood_in_the_way() -> None:
    """Of a rule whose condition holds, the exception that kept it from firing is told."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {title: High}}\n"
        "facts: {hurt: {type: yes_no, title: Hurt}, far: {type: yes_no, title: Far}}\n"
        "rules: {r: {when: hurt, unless: far, raise_to: high}}"
    )
    text = _text(protocol.evaluate({"hurt": True, "far": True}), why_not="high")
    assert "What stood in its way:\n      Far: yes\n" in text
    assert "What it lacked" not in text


def test_where_nothing_leads_is_said() -> None:
    """Where no change of the facts allowed leads there, that is said, and what was kept is named."""
    result = SIMPLE.evaluate({"hurt": True, "age": 40, "quiet": False, "story": ""})
    document = explanation_document(explain(result, what_would="high", fixed=["age"]), "en")
    text = "\n".join(plain(words) for words in lines_of(document, 200))
    assert "No change of facts leads there." in text
    assert "Kept as it is: Age" in text


def test_what_may_yet_turn_out_is_told_as_open() -> None:
    """Of facts that are not known yet, it is said what they may turn out to be, not what they should have been."""
    text = _text(SIMPLE.evaluate({"hurt": True, "story": ""}), what_would="high")
    assert "It will be “High” if this turns out to be so:" in text
    assert "• Age: 65" in text


def test_the_tier_that_is_recommended_is_recognised() -> None:
    """Asked why not of what is recommended, it says so."""
    assert "It is what is recommended." in _text(SIMPLE.evaluate({"hurt": False, "story": ""}), why_not="low")


@pytest.mark.parametrize("tier", ["low", "middle", "high"])
def test_private_facts_stay_private(tier: str) -> None:
    """The value of a private fact, present or in a change, is in no explanation unless it is asked for."""
    result = SIMPLE.evaluate({"story": "all", "hurt": False})
    explanation = explain(result, why_not=tier, what_would=tier)
    hidden = _text(result, why_not=tier, what_would=tier), json.dumps(explanation.to_dict())
    assert all('"all"' not in text and "Story: all" not in text for text in hidden)
    assert "Story: all" in _text(result, private=True)
    assert '"story": "all"' in json.dumps(explanation.to_dict(private=True))


def test_a_change_of_a_private_fact_does_not_tell_its_value() -> None:
    """That a private fact would have to differ is said; to what, only where that is asked for."""
    result = SIMPLE.evaluate({"story": "other", "hurt": False, "age": 30, "quiet": False})
    stated = explain(result, why_not="middle", what_would="middle", fixed=["hurt"])
    assert stated.why_not is not None
    assert [dict(change.facts) for change in stated.why_not.changes] == [{"story": "all"}]
    assert "had one of these been so:\n    • Hurt: yes (now no)\n    • Story: (private)\n" in _text(
        result, why_not="middle"
    )
    for private in (False, True):
        for part in ("why_not", "what_would"):
            [change] = stated.to_dict(private)[part]["changes"]["found"]
            assert change["facts"] == {"story": "all" if private else None}
            assert change["private"] == ([] if private else ["story"])


def test_tools_get_one_object() -> None:
    """As data, an explanation has the reasons, the questions and the audit, and nothing where nothing was asked."""
    stated = explain(SIMPLE.evaluate({"hurt": True}), why_not="high").to_dict()
    assert list(stated) == ["incident", "as_of", "in_force", "why", "questions", "why_not", "what_would"]
    assert stated["why"]["facts"] == {"hurt": True}
    assert stated["why_not"]["tier"] == "high"
    assert stated["what_would"] is None


def test_unknown_names_are_refused() -> None:
    """A tier or fact that the protocol does not have raises KeyError."""
    result = SIMPLE.evaluate({})
    with pytest.raises(KeyError, match="highest"):
        explain(result, why_not="highest")
    with pytest.raises(KeyError, match="agee"):
        explain(result, what_would="high", fixed=["agee"])
