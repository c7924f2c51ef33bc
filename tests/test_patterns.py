"""Patterns: past incidents that make up a number with the present one, counted one by one."""

from __future__ import annotations

import doctest
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapid_response import IncidentError, protocol_from_text
from rapid_response.evaluation.incident_files import load_past
from rapid_response.reasoning.interview import start
from rapid_response.reports.check_document import check_document
from rapid_response.reports.comparison_document import comparison_document
from rapid_response.reports.explanation_document import explain, explanation_document
from rapid_response.reports.markdown import document_markdown
from rapid_response.reports.terminal import result_text
from tests.long.agreement import differences
from tests.long.pairs import Pair

ROOT = Path(__file__).parent.parent
WATCH = protocol_from_text(
    """
protocol: watch
at: happened
tiers: {low: {}, middle: {}, high: {}}
facts:
  happened: {type: moment}
  place: {type: choice, options: [north, south]}
  kind: {type: choice, options: [robbery, assault], until_known: assault}
  hurt: {type: yes_no}
  declined: {type: yes_no, until_known: no}
criteria:
  counts: {when: hurt, unless: declined}
patterns:
  cluster: {title: Incidents here, where: counts, same: [place], within: 7 days}
  wave: {same: [place, kind], within: 30 days}
rules:
  some: {when: cluster >= 2, raise_to: middle}
  many: {when: cluster >= 3 or wave > 3, raise_to: high}
responses:
  walk: {serves: people, when: wave >= 2}
"""
)
DAYS = ("2026-02-01", "2026-02-01", "2026-01-31", "2026-01-25", "2026-01-24", "2026-01-02", "2026-02-02", None)


@st.composite
def incidents(draw: st.DrawFn) -> dict[str, Any]:
    """Incidents that often meet in time and place."""
    facts = {
        "happened": draw(st.sampled_from(DAYS)),
        "place": draw(st.sampled_from(["north", "north", "south", None])),
        "kind": draw(st.sampled_from(["robbery", "assault", None])),
        "hurt": draw(st.sampled_from([True, True, False, None])),
        "declined": draw(st.sampled_from([False, None, True])),
    }
    facts["happened"] = facts["happened"] and f"{facts['happened']}T00:00Z"
    return {"id": draw(st.sampled_from([None, "A", "B", "C", "D"])), **facts}


def incident(day: int, **facts: Any) -> dict[str, Any]:
    """Someone was hurt in the north on a day of February, unless it is said otherwise."""
    happened = f"2026-02-{day:02}T00:00Z"
    return {"happened": happened, "place": "north", "kind": "assault", "hurt": True, "declined": False, **facts}


def counted(present: dict[str, Any], past: list[dict[str, Any]], pattern: str = "cluster") -> object:
    found = WATCH.evaluate(present, history=past).patterns[pattern]
    return found.value if found.standing == "known" else found.possible


@given(incidents(), st.lists(incidents(), max_size=8))
def test_counting_is_that_of_the_reference(present: dict[str, Any], past: list[dict[str, Any]]) -> None:
    """P9: engine and reference count alike: ties, ids, windows, and what is unknown or assumed, however it falls."""
    assert not differences(Pair("drawn", WATCH, present, None, past))


@given(incidents(), st.lists(incidents(), max_size=6))
def test_the_range_holds_whatever_was_not_known(present: dict[str, Any], past: list[dict[str, Any]]) -> None:
    """P4: whatever was not known of the present and of past incidents turns out to be, the number lies in the range."""
    ends = WATCH.evaluate(present, history=past).counts.plain[0]
    for one, *rest in itertools.islice(wholes([present, *past]), 100):
        low, high = WATCH.evaluate(one, history=rest).counts.plain[0]
        assert ends[0] <= low == high <= ends[1]


def wholes(given_incidents: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The same incidents with nothing unknown, in different ways."""
    domains: dict[str, list[Any]] = {
        "happened": ["2026-02-01T00:00Z", "2026-01-20T00:00Z"],
        "place": ["north", "south"],
        "kind": ["assault"],
        "hurt": [True, False],
        "declined": [False, True],
    }
    holes = [(place, name) for place, one in enumerate(given_incidents) for name in domains if one[name] is None]
    for values in itertools.product(*(domains[name] for _, name in holes)):
        filled = [dict(one) for one in given_incidents]
        for (place, name), value in zip(holes, values, strict=True):
            filled[place][name] = value
        yield filled


def test_what_counts() -> None:
    """Incidents count from exactly seven days before on, in the same place, and only if their own `where` holds."""
    present = incident(8)
    assert counted(present, []) == 1
    assert counted(present, [incident(1), incident(2)]) == 3
    assert counted(present, [incident(1, happened="2026-01-31T23:59Z"), incident(9)]) == 1
    assert counted(present, [incident(7, place="south"), incident(7, hurt=False)]) == 1
    assert counted(incident(8, hurt=False), [incident(7)]) == 1
    assert counted(present, [incident(7, place=None), incident(7, hurt=None), incident(7, happened=None)]) == (1, 4)
    assert counted(incident(8, place=None), [incident(7), incident(7, place="south")]) == (1, 3)
    assert counted(incident(8, happened=None), [incident(7), incident(20)]) == (1, 3)


def test_at_the_same_moment_the_one_that_stands_first_counts() -> None:
    """Of what happened at the same moment only that counts which stands before the present incident."""
    rows = [incident(8, id=name) for name in "ABC"]
    assert [counted(row, rows) for row in rows] == [1, 2, 3]
    assert counted(incident(8, id="D"), rows) == 4
    assert counted(incident(8), rows) == 4


def test_the_present_incident_is_not_counted_twice() -> None:
    """An entry with the present incident's id is the present incident; without an id every entry is another one."""
    assert counted(incident(8, id="A"), [incident(7, id="A"), incident(7, id="B")]) == 2
    assert counted(incident(8), [incident(7), incident(7)]) == 3


def test_late_reports_count_from_then_on() -> None:
    """What happened before counts wherever it stands in the history; what happened later never does."""
    first, late, later = incident(5, id="A"), incident(3, id="L"), incident(7, id="Z")
    assert counted(first, [first]) == 1
    assert counted(first, [first, later, late]) == 2


def test_assumptions_are_taken_of_past_incidents_too() -> None:
    """What is assumed of the present incident is assumed of past ones, for what is recommended, not for the range."""
    result = WATCH.evaluate(incident(8), history=[incident(7, declined=None)])
    assert (result.lowest.name, result.tier and result.tier.name, result.standing) == ("low", "middle", "assumed")
    assert result.patterns["cluster"].value == 2


def test_without_a_history_it_is_said_that_one_is_missing() -> None:
    """Without past incidents their number is not known, no fact is asked for its sake, and what is missing is named."""
    result = WATCH.evaluate({})
    assert (result.lowest.name, result.highest.name) == ("low", "high")
    found = result.questions()
    assert (found.asked, found.past) == ((), "tier")
    assert "Past incidents" in result_text(result)
    text = document_markdown(explanation_document(explain(result), "en"))
    assert "Past incidents can still change the tier" in text
    assert "Nothing that is still unknown" not in text
    assert start(WATCH, {}).question is None


def test_with_a_history_facts_are_asked_for_its_sake() -> None:
    """With past incidents the facts that they are compared by are asked for; with nothing in them, nothing is."""
    past = [incident(6), incident(7)]
    known = {name: value for name, value in incident(8).items() if name != "place"}
    found = WATCH.evaluate(known, history=past).questions()
    assert ([question.fact for question in found.asked], found.past) == (["place"], None)
    assert WATCH.evaluate(known, history=[]).questions().asked == ()


def test_what_is_not_known_of_past_incidents_is_said() -> None:
    """Where only past incidents leave it open, no question is asked, and they are named as what is not known."""
    result = WATCH.evaluate(incident(8), history=[incident(7, hurt=None)])
    found = result.questions()
    assert (result.standing, found.asked, found.past) == ("open", (), "tier")
    assert "past incidents" in result_text(result).lower()


def test_reasons_and_changes_count_anew() -> None:
    """P6, P7: reasons name the facts that put the incident into a pattern, and changes of them are replayed."""
    result = WATCH.evaluate(incident(8), history=[incident(6), incident(7)])
    found = result.why(smallest=True)
    assert found is not None
    assert set(found.facts) == {"happened", "place", "hurt", "declined"}
    changes = result.what_would(tier="low")
    assert all(change.result.tier and change.result.tier.name == "low" for change in changes)
    assert not changes.complete


def test_a_change_may_lead_into_a_pattern() -> None:
    """P7: where a fact would have put the incident among others like it, that change is found, and it is replayed."""
    past = [incident(6, place="south"), incident(7, place="south")]
    result = WATCH.evaluate(incident(8), history=past)
    changes = result.what_would(tier="high")
    assert [(dict(change.facts), str(change.result.tier)) for change in changes] == [({"place": "south"}, "high")]
    assert changes.exact
    assert not changes.complete
    assert not result.what_would(tier="high", fixed=["place"]).found


def test_a_bad_past_incident_is_named() -> None:
    """Every bad fact of every past incident is told in one error, with which one it is."""
    with pytest.raises(IncidentError) as caught:
        WATCH.evaluate(incident(8), history=[incident(7), {"hurt": "yes"}, {"plaice": "north"}])
    assert {problem.message[:15] for problem in caught.value.problems} == {"past incident 2", "past incident 3"}


def test_versions_that_count_otherwise_are_never_proved_alike() -> None:
    """Protocols that differ in a pattern alone are not called equivalent, and the comparison shows the difference."""
    text = WATCH.sources[0].text
    assert WATCH.compare(protocol_from_text(text)).verdict == "equivalent"
    for before, after in (("7 days", "8 days"), ("same: [place]", "same: []"), ("where: counts", "where: hurt")):
        found = WATCH.compare(protocol_from_text(text.replace(before, after)))
        assert found.verdict == "undecided"
        assert [(edit.section, edit.name) for edit in found.edits] == [("patterns", "cluster")]
        page = document_markdown(comparison_document(found, "en"))
        assert "**Incidents here**" in page
        assert "hangs on past incidents" in page
    found = WATCH.compare(protocol_from_text(text.replace("when: hurt, unless: declined", "when: hurt")))
    assert found.verdict == "undecided"


def test_facts_that_patterns_use_are_used() -> None:
    """A check does not call a fact useless that a pattern compares, nor proves a rule idle that hangs on a pattern."""
    found = WATCH.check()
    assert {"RC505", "RC504"}.isdisjoint(finding.id for finding in found.findings)
    assert not [finding for finding in found.findings if finding.severity in ("error", "warning")]
    assert "hangs on past incidents" in document_markdown(check_document(found, "en"))


def test_a_folder_is_one_history(tmp_path: Path) -> None:
    """The files of a folder are read in the order of their names; one without incident files is an error."""
    with pytest.raises(IncidentError, match="holds no incident files"):
        load_past(WATCH, tmp_path)
    (tmp_path / "b.jsonl").write_text('{"id": "B"}\n{"id": "C"}\n')
    (tmp_path / "a.yaml").write_text("id: A\n")
    (tmp_path / "notes.txt").write_text("not an incident\n")
    assert [one.id for one in load_past(WATCH, tmp_path).incidents] == ["A", "B", "C"]


def test_the_language_page_is_true() -> None:
    """The Python of the page about the language gives what it says."""
    failures, tried = doctest.testfile(str(ROOT / "docs/language.md"), module_relative=False)
    assert tried
    assert not failures
