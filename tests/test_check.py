"""What holds for every incident: findings with incidents that show them, proofs, and what was not decided in time.

The whole renderings lie in tests/golden/check. After a change that is meant, look over the difference and write them
anew: `UPDATE_GOLDEN=1 pytest tests/test_check.py`.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapid_response import Protocol, Recommendation, Source, load_protocol, protocol_from_sources, protocol_from_text
from rapid_response.proving.catalogue import CATALOGUE
from rapid_response.proving.check_documents import check_schema
from rapid_response.proving.checking import check
from rapid_response.proving.findings import Check, Finding
from rapid_response.reports.check_document import check_document
from rapid_response.reports.document import plain
from rapid_response.reports.terminal import columns, document_text, lines_of
from rapid_response.testing import incidents, protocols

HERE = Path(__file__).parent
GOLDEN = HERE / "golden/check"
DOCUMENT = (HERE.parent / "docs/findings.md").read_text(encoding="utf-8")
CCSJ = HERE.parent / "protocol_rules/ccsj"
EXAMPLES = sorted(path.parent for path in (HERE.parent / "examples/protocols").glob("*/protocol.yaml"))
LANGUAGES = ("en", "zh-Hant")


def _text(found: Check, language: str = "en") -> str:
    return document_text(check_document(found, language))


@pytest.fixture(scope="module")
def harbor() -> Check:
    return load_protocol(GOLDEN / "protocol.yaml").check(budget=None)


def _ids(found: Check) -> set[str]:
    return {finding.id for finding in found.findings}


def _about(found: Check, finding: str) -> set[tuple[str, ...]]:
    """What the findings of one id are about, by name."""
    return {tuple(part.name for part in each.about) for each in found.findings if each.id == finding}


def _small(rules: str, facts: str = "f: {type: yes_no}, g: {type: yes_no}", more: str = "") -> Protocol:
    return protocol_from_text(
        f"protocol: p\ntiers: {{low: {{}}, high: {{}}}}\nfacts: {{{facts}}}\nrules: {{{rules}}}\n{more}"
    )


FORMS: dict[str, Callable[[Check, str], str]] = {"txt": _text, "md": Check.to_markdown, "html": Check.to_html}


# Whole renderings, and every id


def _compare(name: str, rendered: str) -> None:
    golden = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_a_check_is_rendered_as_reviewed(harbor: Check, form: str, language: str) -> None:
    """A check reads, on the terminal, in Markdown and as a page, exactly as it was last looked over."""
    _compare(f"harbor.{language}.{form}", FORMS[form](harbor, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_decided_is_rendered_as_reviewed(harbor: Check, language: str) -> None:
    """A check without any time reads exactly as it was last looked over: what is not decided is named."""
    _compare(f"hurried.{language}.txt", _text(harbor.protocol.check(budget=0), language))


def test_every_id_is_found_and_none_is_unknown(harbor: Check) -> None:
    """Each id of the catalogue is found in the protocol of the golden files, but the one that is told below."""
    assert _ids(harbor) == set(CATALOGUE) - {"RC402"}


def test_every_id_is_explained() -> None:
    """docs/findings.md has one heading for each id, in order, with its severity and what it says."""
    headings = re.findall(r"^### (RC\d+): (.+?) \((\w+)\)$", DOCUMENT, re.MULTILINE)
    assert headings == [(name, kind.title, kind.severity) for name, kind in CATALOGUE.items()]


def _examples_of_the_document() -> list[tuple[str, str]]:
    found = re.findall(r"^### (RC\d+):.*?\n(.*?)(?=^##|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    return [(name, block) for name, text in found for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)]


@pytest.mark.parametrize(("finding", "block"), _examples_of_the_document(), ids=lambda part: part[:5])
def test_the_examples_of_the_document_are_found(finding: str, block: str) -> None:
    """Each example of docs/findings.md, beside the small protocol of that page, leads to the finding it explains."""
    base = re.findall(r"```yaml\n(protocol:.*?)```", DOCUMENT, re.DOTALL)[0]
    found = protocol_from_sources([Source("base.yaml", base), Source("more.yaml", block)]).check(budget=None)
    assert finding in _ids(found)


# Properties and monotony


def test_a_broken_property_is_shown_by_an_incident(harbor: Check) -> None:
    """A refuted property comes with a small incident that breaks it, whatever else turns out."""
    [broken] = [finding for finding in harbor.findings if finding.id == "RC101"]
    [witness] = broken.witnesses
    assert witness.facts["hurt"] == "many"
    assert len(witness.facts) <= 2
    assert witness.results[0].highest.name == "help"


def test_more_of_a_fact_is_told_by_two_incidents_that_differ_in_it_alone(harbor: Check) -> None:
    """Monotony is refuted by two incidents that differ in the one fact, and the tier goes the wrong way."""
    found = {finding.about[0].name: finding for finding in harbor.findings if finding.id == "RC104"}
    assert set(found) == {"hurt", "boats"}
    for name, wrong in (("hurt", 1), ("boats", -1)):
        less, more = found[name].witnesses
        assert {fact for fact in less.facts if less.facts[fact] != more.facts[fact]} == {name}
        assert (less.results[0].lowest.level - more.results[0].highest.level) * wrong > 0
        assert found[name].through


def test_what_every_incident_shows_needs_no_example() -> None:
    """Where nothing that happened makes a difference, the witness is the incident of which nothing is known."""
    found = _small("a: {when: f or g, limit_to: low}", more="always: [{name: never so, then: tier == high}]").check(
        budget=None
    )
    [broken] = [finding for finding in found.findings if finding.id == "RC101"]
    assert broken.witnesses[0].facts == {}
    assert "Whatever happened:\n    Tier: “low”" in _text(found).replace("Low", "low")


def test_every_incident_shown_is_what_evaluate_says(harbor: Check) -> None:
    """Evaluating the facts of a witness again gives the result that is shown with it."""
    witnesses = [witness for finding in harbor.findings for witness in finding.witnesses]
    assert witnesses
    for witness in witnesses:
        again = harbor.protocol.evaluate(witness.facts, as_of=harbor.as_of).exact()
        assert again.to_dict() == witness.results[0].to_dict()


def test_a_property_that_says_nothing_is_not_counted_as_proved(harbor: Check) -> None:
    """What holds only since its condition never does is told as such, and is not among the proofs."""
    proved = {part.name for each in harbor.ruled_out if each.id == "RC101" for part in each.about}
    assert proved == {"Whoever is hurt is visited"}


# The coalition's protocol, and the published ones


def test_the_coalition_s_protocol_keeps_its_properties() -> None:
    """The coalition's protocol has no error and no warning; its six properties and its `more_is` are proved."""
    found = load_protocol(CCSJ).check(budget=None)
    assert not found.fails("warning")
    proved = {each.id: len(each.about) for each in found.ruled_out}
    assert (proved["RC101"], proved["RC102"], proved["RC104"]) == (2, 4, 10)
    assert not found.undecided


BREAKING = [
    (
        "limit_to: coordinate\n    because:\n      en: False claims may",
        "limit_to: activate\n    because:\n      en: False claims may",
        ("RC102", "A rumor alone never activates rapid response"),
    ),
    (
        "unless: contact_unwelcome\n    due: 12",
        "unless: contact_unwelcome or partner_asks\n    due: 12",
        ("RC101", "Whoever is hurt near us is offered help, whatever the tier"),
    ),
    ("- harm == killed\n", "- harm == seriously_injured\n", ("RC104", "harm")),
]


@pytest.mark.parametrize(("old", "new", "expected"), BREAKING, ids=lambda part: part[0] if len(part) == 2 else "")
def test_a_change_that_breaks_a_promise_is_found(old: str, new: str, expected: tuple[str, str]) -> None:
    """Rules changed against a property, or against `more_is`, are found out at once."""
    sources = [Source(each.name, each.text.replace(old, new)) for each in load_protocol(CCSJ).sources]
    found = protocol_from_sources(sources).check(budget=None)
    assert (expected[1],) in _about(found, expected[0])


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda path: path.name)
def test_the_published_protocols_have_no_warnings(folder: Path) -> None:
    """Every published protocol is without errors and warnings, or says why one is meant."""
    assert not load_protocol(folder).check(budget=None).fails("warning")


# Budgets


def test_nothing_is_counted_as_proved_in_no_time() -> None:
    """With no time at all nothing is proved, every open question is named, and the check fails."""
    found = load_protocol(GOLDEN / "protocol.yaml").check(budget=0)
    assert not [each for each in found.ruled_out if CATALOGUE[each.id].ruled_out == "proved" and each.id != "RC403"]
    assert {"RC101", "RC102", "RC104", "RC301"} <= {question.id for question in found.undecided}
    assert found.fails("error")
    assert "Not decided in time" in _text(found)
    assert not [finding for finding in found.findings if finding.witnesses]


def test_what_is_decided_does_not_hang_on_the_budget(harbor: Check) -> None:
    """What was found or ruled out with little time is found or ruled out with much."""
    hurried = harbor.protocol.check(budget=0)
    full = {(each.id, part) for each in harbor.ruled_out for part in each.about}
    assert {(each.id, part) for each in hurried.ruled_out for part in each.about} <= full
    assert {str(finding) for finding in hurried.findings} <= {str(finding) for finding in harbor.findings}


def test_what_is_not_looked_into_is_neither_proved_nor_shown_without_an_incident() -> None:
    """Of conditions over several large numbers only what an evaluated incident shows is said; the rest is undecided."""
    protocol = protocol_from_text("""
protocol: p
tiers: {low: {}, high: {}}
facts:
  a: {type: number, min: 0, max: 1000, more_is: higher}
  b: {type: number, min: 0, max: 1000}
  f: {type: yes_no, more_is: higher}
criteria:
  big: {when: a * b >= 5000}
  large: {when: b * a >= 5000}
rules:
  area: {when: a * b >= 5000, raise_to: high}
  never: {when: a * b < 5000 and a * b >= 6000, raise_to: high}
  limit: {when: a * b >= 9000 and not f, limit_to: low}
always:
  - {name: kept, when: a * b >= 6000 and f, then: tier == high}
  - {name: broken, when: a * b >= 6000, then: tier == high}
""")
    found = protocol.check(budget=None)
    undecided = {(question.id, question.about[0].name) for question in found.undecided}
    assert {("RC101", "kept"), ("RC104", "a"), ("RC203", "never"), ("RC303", "big"), ("RC303", "large")} <= undecided
    assert _about(found, "RC101") == {("broken",)}
    ruled_out = {(each.id, part.name) for each in found.ruled_out for part in each.about}
    assert ("RC203", "area") in ruled_out
    assert ("RC104", "f") in ruled_out
    assert not {("RC104", "a"), ("RC203", "never"), ("RC303", "big")} & ruled_out


def test_no_more_rules_are_named_than_make_a_rule_needless() -> None:
    """Where one rule makes another needless at every level, those that do so at one level only are not named."""
    protocol = protocol_from_text("""
protocol: p
tiers: {low: {}, middle: {}, high: {}}
facts: {f: {type: yes_no}, g: {type: yes_no}}
rules:
  less: {when: f, raise_to: middle}
  enough: {when: f, raise_to: high}
  needless: {when: f and g, raise_to: high}
""")
    through = {
        each.about[0].name: [part.name for part in each.through] for each in protocol.check(budget=None).findings
    }
    assert through["needless"] == ["enough"]


# Allowances


def test_a_finding_that_is_meant_does_not_fail_and_is_shown_with_its_reason() -> None:
    """An allowance takes a finding off the count and keeps it in sight, with the reason."""
    rules = (
        "a: {when: f, raise_to: high, because: x, source: y}, b: {when: f and g, raise_to: high, because: x, source: y}"
    )
    allow = "allow: [{finding: RC301, about: b, because: We may part the two.}]"
    assert _small(rules).check(budget=None).fails("warning")
    found = _small(rules, more=allow).check(budget=None)
    assert "RC301" in _ids(found)
    assert found.count("warning") == 1  # that g never matters
    assert "We may part the two." in _text(found)


@pytest.mark.parametrize("about", ["nobody", "roles"])
def test_an_allowance_names_a_part_or_a_section(about: str) -> None:
    """An allowance about one part leaves the others as they are; one about a section is about all its parts."""
    text = f"roles: {{nobody: {{}}, noone: {{}}}}\nallow: [{{finding: RC504, about: {about}, because: Later.}}]"
    found = _small("a: {when: f or g, raise_to: high}", more=text).check(budget=None)
    left = {part.name for each in found.findings if each.id == "RC504" and not each.allowed for part in each.about}
    assert left == ({"noone"} if about == "nobody" else set())


def test_an_allowance_that_nothing_needs_is_told(harbor: Check) -> None:
    """An allowance without a finding is a finding itself, unless the finding may be among what was not decided."""
    assert _about(harbor, "RC506") == {("RC301 quiet",)}
    assert not _about(harbor.protocol.check(budget=0), "RC506")


# How a protocol is written


def test_a_fact_on_which_much_hangs_is_named() -> None:
    """A fact that alone decides many made-up incidents is named with its share; among few facts none is."""
    rules = "a: {when: f, raise_to: high}, b: {when: g and h and i, limit_to: low}"
    facts = "f: {type: yes_no}, g: {type: yes_no}, h: {type: yes_no}, i: {type: yes_no}"
    [found] = [each for each in _small(rules, facts).check(budget=None).findings if each.id == "RC402"]
    assert [part.name for part in found.about] == ["f"]
    assert 80 <= found.details["shares"]["f"] <= 95
    assert "RC402" not in _ids(_small("a: {when: f and g, raise_to: high}").check(budget=None))


def test_a_protocol_in_one_language_lacks_no_translation() -> None:
    """Texts are missed only in languages that the protocol's title is in."""
    assert "RC501" not in _ids(_small("a: {when: f or g, raise_to: high}").check(budget=None))


# The terminal, plain data, solvers


@settings(max_examples=25)
@given(protocols())
def test_any_protocol_can_be_checked_and_told(protocol: Protocol) -> None:
    """Whatever the protocol, it is checked, every witness is what `evaluate` says, and no line is too wide."""
    found = check(protocol, budget=5)
    json.dumps(found.to_dict(), ensure_ascii=False)
    for finding in found.findings:
        for witness in finding.witnesses:
            as_of = witness.results[0].as_of
            assert protocol.evaluate(witness.facts, as_of=as_of).exact().range == witness.results[0].range
    for language in LANGUAGES:
        lines = [plain(words) for words in lines_of(check_document(found, language), 80)]
        assert max(map(columns, lines)) <= 80


def _contradicted(found: Check, result: Recommendation) -> Iterator[Finding]:
    """The findings that say of every incident what is not so of this one, of which everything is known."""
    held = {rule.name: rule.state in ("fired", "overridden") for rule in result.rules}
    held |= {response.name: response.state == "active" for response in result.responses}
    held |= {entry.name: entry.state == "yes" for entry in result.scope_rules}
    criteria = {name: reason.state == "yes" for name, reason in result.criteria.items()}
    for finding in found.findings:
        names = [part.name for part in finding.about]
        truths = [criteria[part.name] if part.section == "criteria" else held.get(part.name) for part in finding.about]
        match finding.id:
            case "RC201" if names == [result.lowest.name]:
                yield finding
            case "RC202" | "RC203" | "RC204" | "RC207" if truths == [True]:
                yield finding
            case "RC205" if truths == [False]:
                yield finding
            case "RC303" if truths[0] != truths[1]:
                yield finding
            case "RC304" if truths[0] == truths[1]:
                yield finding


@settings(max_examples=40)
@given(st.data(), protocols())
def test_no_incident_contradicts_what_is_found_of_all(data: st.DataObject, protocol: Protocol) -> None:
    """Whatever a protocol compares, no incident does what is said that none does."""
    found = check(protocol)
    as_of = found.as_of or "2026-01-01T09:00Z"
    for _ in range(5):
        result = protocol.evaluate(data.draw(incidents(protocol, unknowns=0)), as_of=as_of)
        assert not list(_contradicted(found, result))


def test_a_check_as_data_says_how_each_thing_is_known(harbor: Check) -> None:
    """Tools get counts, findings with places and witnesses, and whether what was ruled out is proved or shown."""
    data = harbor.to_dict()
    assert data["counts"]["error"] == harbor.count("error") == 5
    first = data["findings"][0]
    assert (first["id"], first["severity"]) == ("RC101", "error")
    assert first["about"][0]["place"].startswith("protocol.yaml:")
    assert first["witnesses"][0]["facts"]["hurt"] == "many"
    assert {each["id"]: each["how"] for each in data["ruled_out"]}["RC104"] == "proved"
    for found in (harbor, harbor.protocol.check(budget=0)):
        jsonschema.validate(json.loads(found.to_json()), check_schema())
    assert str(harbor).startswith("Check of Harbor watch\n5 errors")


def test_without_the_extra_the_same_is_found(harbor: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own solver finds and rules out the same as python-sat."""
    monkeypatch.setitem(sys.modules, "pysat.solvers", None)
    again = harbor.protocol.check(budget=None)
    assert [str(finding) for finding in again.findings] == [str(finding) for finding in harbor.findings]
    assert again.ruled_out == harbor.ruled_out
