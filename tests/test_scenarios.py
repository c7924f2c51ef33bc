"""A protocol carries its own tests: reading, running, coverage, suggestions, and past decisions as scenarios."""

from __future__ import annotations

import doctest
import json
import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rapid_response import Protocol, Recommendation, load_protocol, protocol_from_text
from rapid_response.protocol.problems import CATALOGUE
from rapid_response.scenarios.coverage import Share
from rapid_response.scenarios.goals import goals_of
from rapid_response.scenarios.junit import run_junit
from rapid_response.scenarios.layout import columns
from rapid_response.scenarios.model import ScenarioError
from rapid_response.scenarios.reading import read_scenarios, scenarios_from_text
from rapid_response.scenarios.running import Run, run_scenarios
from rapid_response.scenarios.searching import Case, Search, landmarks
from rapid_response.scenarios.snapshots import Lens
from rapid_response.scenarios.suggesting import suggest
from rapid_response.scenarios.text import coverage_text, run_text
from rapid_response.scenarios.writing import scenario_from
from rapid_response.testing import as_ofs, histories, incidents, protocols

GOLDEN = Path(__file__).parent / "golden" / "scenarios"
ROOT = Path(__file__).parent.parent

SMALL = """
protocol: small
tiers:
  low: {}
  middle: {}
  high: {}
facts:
  harm:
    type: scale
    options: [none, injured, killed]
  age:
    type: number
    min: 0
    max: 120
  declined:
    type: yes_no
    until_known: no
criteria:
  elder:
    when: age >= 65
measures:
  weight:
    by: age
    bands:
      - below: 18
        is: 2
      - otherwise: 1
rules:
  care:
    when: harm >= injured
    raise_to: middle
  grave:
    when: harm == killed and elder
    raise_to: high
  wishes:
    when: declined
    limit_to: low
  always:
    raise_to: low
responses:
  visit:
    when: tier >= middle
"""
TWO = """
scenarios:
  - name: An elder is hurt
    incident:
      harm: injured
      age: 65
    expect:
      tier: middle
      standing: assumed
      responses:
        active: [visit]
  - name: Nothing happened
    incident:
      harm: none
      declined: no
    expect:
      tier: low
      standing: settled
"""


@pytest.fixture(scope="module")
def watch() -> Protocol:
    return load_protocol(GOLDEN / "watch.yaml")


@pytest.fixture(scope="module")
def small() -> Protocol:
    return protocol_from_text(SMALL)


@pytest.fixture(scope="module")
def failing(watch: Protocol) -> Run:
    return run_scenarios(watch, read_scenarios(watch, GOLDEN / "runs"))


def _same_as_golden(name: str, text: str) -> None:
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def _run(protocol: Protocol, text: str) -> Run:
    return run_scenarios(protocol, scenarios_from_text(protocol, text))


def _scenario(expect: str, incident: str = "{}") -> str:
    return f"scenarios: [{{name: one, incident: {incident}, expect: {expect}}}]"


# Reading


def test_the_range_expected_is_the_exact_one() -> None:
    """What is certain whatever the missing facts turn out to be is settled, as on the command line."""
    either = "rules: {a: {when: hurt, raise_to: high}, b: {when: not hurt, raise_to: high}}"
    protocol = protocol_from_text(
        f"protocol: p\ntiers: {{low: {{}}, high: {{}}}}\nfacts: {{hurt: {{type: yes_no}}}}\n{either}"
    )
    assert protocol.evaluate({}).standing == "open"
    expected = "{tier: {lowest: high, highest: high}, standing: settled}"
    assert _run(protocol, _scenario(expected)).passed
    assert "standing: settled" in scenario_from(protocol.evaluate({}), name="Nobody knows")


@pytest.mark.parametrize("case", ["everything-wrong", "empty", "no-list"])
def test_every_fault_of_a_scenario_file_is_shown_at_once(
    watch: Protocol, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown names, wrong values and what can never be are problems, all in one run, each with place and remedy."""
    monkeypatch.chdir(GOLDEN)
    with pytest.raises(ScenarioError) as caught:
        read_scenarios(watch, f"problems/{case}.scenarios.yaml")
    _same_as_golden(f"problems/{case}.txt", f"{caught.value}\n")


def test_every_scenario_problem_has_a_case_and_a_heading() -> None:
    """The problems of scenarios are all shown in a golden case and explained in the docs."""
    shown = "".join(file.read_text(encoding="utf-8") for file in (GOLDEN / "problems").glob("*.txt"))
    explained = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    for problem in CATALOGUE:
        if problem.startswith("RR6"):
            assert f"{problem}:" in shown
            assert problem in explained


def test_scenarios_are_those_of_the_folder_or_of_the_one_file(tmp_path: Path) -> None:
    """The folder, a protocol file in it and a scenario file itself all name scenarios; other folders are left alone."""
    (tmp_path / "protocol.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "a.scenarios.yaml").write_text(TWO, encoding="utf-8")
    (tmp_path / "b.scenarios.yaml").write_text(_scenario("{tier: low}"), encoding="utf-8")
    protocol = load_protocol(tmp_path)
    names = ["An elder is hurt", "Nothing happened", "one"]
    assert [scenario.name for scenario in read_scenarios(protocol, tmp_path)] == names
    assert [scenario.name for scenario in read_scenarios(protocol, tmp_path / "protocol.yaml")] == names
    assert [scenario.name for scenario in read_scenarios(protocol, tmp_path / "b.scenarios.yaml")] == ["one"]


def test_the_same_name_in_two_files_shows_both_places(tmp_path: Path, small: Protocol) -> None:
    """Two scenarios of one name are refused, wherever they stand."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.scenarios.yaml").write_text(_scenario("{tier: low}"), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_scenarios(small, tmp_path)
    (problem,) = caught.value.problems
    assert problem.id == "RR302"
    assert problem.span
    assert problem.others[0][0].source != problem.span.source


def test_values_in_scenarios_are_typed_as_in_incident_files(watch: Protocol) -> None:
    """`no` is no for a yes/no fact and text for a text fact, and details may stand beside a value."""
    incident = "{declined: no, neighborhood: no, harm: {value: injured, source: a neighbor, verified: no}}"
    text = _scenario("{tier: support}", incident).replace("incident:", "as_of: 2026-02-01T09:00, incident:")
    (scenario,) = scenarios_from_text(watch, text)
    known = dict(zip(watch.facts, scenario.incident.facts, strict=True))
    assert (known["declined"], known["neighborhood"], known["harm"]) == (False, "no", "injured")
    assert scenario.incident.details["harm"].source == "a neighbor"


@pytest.mark.parametrize("fault", ["expect: {tier: suport}", "as_of: never", "expect: {tier: monitor", "  expect: \t"])
def test_what_people_said_is_never_shown(watch: Protocol, fault: str) -> None:
    """No problem quotes a line that holds an incident: it may be what people said."""
    text = f"scenarios:\n  - {{name: one, incident: {{story: a secret, harm: [a secret]}}, {fault}}}"
    with pytest.raises(ScenarioError) as caught:
        scenarios_from_text(watch, text)
    assert "secret" not in str(caught.value)


def test_the_word_nothing_is_a_tier_where_one_has_that_name() -> None:
    """`tier: nothing` says that nothing is recommended, but names the tier in a protocol with a tier of that name."""
    facts = "facts: {f: {type: yes_no}}\nrules: {r: {when: f, raise_to: b}}"
    undecided = protocol_from_text(f"protocol: p\nif_unsettled: nothing\ntiers: {{a: {{}}, b: {{}}}}\n{facts}")
    assert _run(undecided, _scenario("{tier: nothing, standing: open}")).passed
    named = protocol_from_text("protocol: p\ntiers: {nothing: {}, b: {}}")
    assert _run(named, _scenario("{tier: nothing, standing: settled}")).passed


# Running


def test_a_failed_run_reads_well(failing: Run) -> None:
    """For each failure people read what was expected, what came, the deciding rules in their words, and the facts."""
    _same_as_golden("failing.txt", run_text(failing))
    _same_as_golden("failing.zh-Hant.txt", run_text(failing, "zh-Hant"))


def test_a_run_as_data_is_stable(failing: Run) -> None:
    """The JSON of a run holds all that the text says."""
    _same_as_golden("failing.json", json.dumps(failing.to_dict(), ensure_ascii=False, indent=2) + "\n")


def test_a_run_as_junit_is_stable(failing: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Build servers get one suite for each file and one case for each scenario."""
    monkeypatch.chdir(GOLDEN)
    run = run_scenarios(failing.protocol, read_scenarios(failing.protocol, "runs"))
    _same_as_golden("failing.xml", run_junit(run))


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_text_fits_eighty_columns(failing: Run, language: str) -> None:
    """No line for people is wider than 80 columns, where Chinese characters take two."""
    text = run_text(failing, language) + coverage_text(failing, language)
    assert max(columns(line) for line in text.split("\n")) <= 80


def _told(run: Run) -> str:
    return run_text(run) + coverage_text(run) + json.dumps(run.to_dict()) + run_junit(run)


def test_private_facts_are_never_told(failing: Run) -> None:
    """What the protocol marks private is in no text, data or XML of a run, even where a result depends on it."""
    assert "in confidence" not in _told(failing)
    protocol = protocol_from_text(
        """
protocol: p
tiers: {low: {}, high: {}}
facts: {age: {type: number, min: 0, max: 120, private: yes}, code: {type: text, private: yes}}
measures: {young: {by: age, bands: [{below: 18, is: 1}, {otherwise: 0}]}}
criteria: {c: {when: 'code == "x"', until_known: no}}
rules: {r: {when: age >= 65 and not c, raise_to: high}}
"""
    )
    expect = "{tier: low, rules: {not_fired: [r]}, measures: {young: 1}, criteria: {c: yes}, assumptions: [c]}"
    run = _run(protocol, _scenario(expect, "{age: 77, code: a secret}"))
    assert len(run.results[0].failures) == 5
    assert "77" not in _told(run)
    assert "a secret" not in _told(run)


def test_only_what_decided_is_given_as_the_reason(watch: Protocol) -> None:
    """A response that its `unless` switches off is explained by that alone, a rule that waits by what it waits for."""
    incident = "{harm: injured, declined: yes, age: 70}, as_of: 2026-02-01T09:00"
    run = _run(watch, _scenario("{responses: {active: [visit]}, rules: {open: [wishes, elders]}}", incident))
    grounds = [[ground.name for ground in failure.why[0].grounds] for failure in run.results[0].failures]
    assert grounds == [["declined"], ["declined"], ["age", "harm"]]
    waiting = _run(watch, _scenario("{criteria: {elder_harmed: no}}", "{harm: killed}, as_of: 2026-02-01T09:00"))
    assert [ground.name for ground in waiting.results[0].failures[0].why[0].grounds] == ["age"]


def test_a_run_without_scenarios_fails(small: Protocol) -> None:
    """Nothing was tested, so nothing passed: in text, as data and for build servers."""
    scenarios = scenarios_from_text(small, TWO)
    for run in (run_scenarios(small, []), run_scenarios(small, scenarios, only="no such name")):
        assert not run.passed
        assert run.to_dict()["passed"] is False
        assert ET.fromstring(run_junit(run)).attrib["failures"] == "1"
    assert "no such name" in run_text(run_scenarios(small, scenarios, only="no such name"))


def test_names_choose_scenarios_in_any_case(small: Protocol) -> None:
    """`only` keeps the scenarios whose name holds the text, in upper or lower case."""
    run = run_scenarios(small, scenarios_from_text(small, TWO), only="ELDER")
    assert [result.scenario.name for result in run.results] == ["An elder is hurt"]


@pytest.mark.parametrize(
    ("expect", "passes"),
    [
        ("{tier: middle}", True),
        ("{tier: low}", False),
        ("{tier: {lowest: low, highest: middle}}", True),
        ("{tier: {highest: middle}}", True),
        ("{tier: {lowest: middle}}", False),
        ("{standing: assumed}", True),
        ("{standing: settled}", False),
        ("{scope: in}", True),
        ("{scope: unknown}", False),
        ("{measures: {weight: 1}}", True),
        ("{measures: {weight: 2}}", False),
        ("{measures: {weight: {lowest: 1, highest: 2}}}", False),
        ("{criteria: {elder: no}}", True),
        ("{criteria: {elder: unknown}}", False),
        ("{rules: {fired: [care], not_fired: [grave, wishes]}}", True),
        ("{rules: {open: [care]}}", False),
        ("{responses: {active: [visit]}}", True),
        ("{responses: {inactive: [visit]}}", False),
        ("{assumptions: [declined]}", True),
        ("{ask_first: declined}", True),
        ("{ask_first: nothing}", False),
    ],
)
def test_each_kind_of_expectation_can_pass_and_fail(small: Protocol, expect: str, passes: bool) -> None:
    """Every kind of expectation is really checked."""
    assert _run(small, _scenario(expect, "{harm: killed, age: 64}")).passed is passes


def test_what_is_not_known_can_be_expected(small: Protocol) -> None:
    """Where much is unknown, a scenario can ask for ranges, open rules and unknown criteria."""
    expect = """{tier: {lowest: low, highest: high}, standing: open, measures: {weight: {lowest: 1, highest: 2}},
      criteria: {elder: unknown}, rules: {open: [care, grave]}, responses: {open: [visit]}}"""
    assert _run(small, _scenario(expect)).passed


def test_options_that_are_still_possible_can_be_expected() -> None:
    """A choice that is not known yet is expected as the list of options still possible, in any order."""
    protocol = protocol_from_text(
        """
protocol: p
tiers: {low: {}}
kinds:
  colour: {type: choice, options: [red, green, blue]}
facts:
  dark: {type: yes_no}
measures:
  shade:
    kind: colour
    cases:
      - {when: dark, is: blue}
      - {otherwise: green}
"""
    )
    assert _run(protocol, _scenario("{measures: {shade: [blue, green]}}")).passed
    assert not _run(protocol, _scenario("{measures: {shade: [blue, red]}}")).passed


def test_decimals_are_compared_as_numbers() -> None:
    """2.5, 2.50 and 2.500000 are the same expectation."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}}\nfacts: {n: {type: number, min: 0, max: 9}}\nmeasures: {half: {formula: n / 2}}"
    )
    for written in ("2.5", "2.50", "2.500000"):
        assert _run(protocol, _scenario(f"{{measures: {{half: {written}}}}}", "{n: 5}")).passed


FOLDERS = sorted(
    {file.parent for root in ("protocol_rules", "examples") for file in (ROOT / root).rglob("*.scenarios.yaml")}
)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_protocol_here_passes_its_own_scenarios(folder: Path) -> None:
    """What this repository ships does what its scenarios say."""
    protocol = load_protocol(folder)
    run = run_scenarios(protocol, read_scenarios(protocol, folder))
    assert run.passed, run_text(run)


# JUnit


@given(protocols(), st.data())
def test_junit_is_well_formed_and_counts_rightly(protocol: Protocol, data: st.DataObject) -> None:
    """Whatever ran, the XML parses and its counts are those of the run."""
    run = _drawn_run(protocol, data)
    root = ET.fromstring(run_junit(run))
    assert root.attrib["tests"] == str(len(run.results))
    assert root.attrib["failures"] == str(len(run.failed)) == str(len(root.findall(".//failure")))
    assert [case.attrib["name"] for case in root.iter("testcase")] == [one.scenario.name for one in run.results]


def _drawn_run(protocol: Protocol, data: st.DataObject) -> Run:
    """A run of a past decision, and of the same with another tier expected."""
    facts, as_of = data.draw(incidents(protocol)), data.draw(as_ofs(protocol))
    text = scenario_from(protocol.evaluate(facts, as_of=as_of), name="as it was")
    lowest = re.sub(r"\n      tier:(?: .*)?\n(?:        .*\n)*", f"\n      tier: {protocol.tiers[0].name}\n", text)
    other = lowest.replace("as it was", "otherwise").removeprefix("scenarios:\n")
    return run_scenarios(protocol, scenarios_from_text(protocol, text + other))


# Coverage


def test_coverage_is_what_counting_by_hand_gives(small: Protocol) -> None:
    """For two scenarios of a small protocol every figure is the one counted by hand."""
    coverage = _run(small, TWO).coverage
    assert coverage.share("rule", "fired") == Share(2, 4)  # care, always
    assert coverage.share("rule", "not fired") == Share(3, 3)  # care, grave, wishes; always cannot but fire
    assert coverage.share("rule", "decided") == Share(1, 3)  # care; a raise to the lowest tier decides nothing
    assert coverage.share("criterion", "yes") == Share(1, 1)
    assert coverage.share("criterion", "no") == Share(0, 1)
    assert coverage.share("criterion", "unknown") == Share(1, 1)
    assert coverage.share("response", "active") == Share(1, 1)
    assert coverage.share("response", "inactive") == Share(1, 1)
    assert coverage.share("row") == Share(1, 2)  # otherwise, by the age of 65
    assert coverage.share("edge") == Share(1, 4)  # 65, of 17, 18, 64 and 65
    assert coverage.share("option") == Share(3, 5)  # none, injured, and a declined that was said, not assumed
    assert [(goal.name, goal.side) for goal in coverage.missing("edge")] == [
        ("age", "64"),
        ("age", "17"),
        ("age", "18"),
    ]
    assert [(goal.name, goal.side) for goal in coverage.missing("option")] == [("harm", "killed"), ("declined", "yes")]


def test_a_case_is_reached_where_it_is_the_first_that_holds() -> None:
    """A later case that holds as well, or an otherwise, is not thereby touched; rows of points each count."""
    protocol = protocol_from_text(
        """
protocol: p
tiers: {low: {}}
facts: {age: {type: number, min: 0, max: 120}}
measures:
  group: {cases: [{when: age >= 65, is: 2}, {when: age >= 18, is: 1}, {otherwise: 0}]}
  score: {points: [{add: 1, when: age >= 65}, {add: 1, when: age >= 18}, {add: 1, when: age < 5}]}
"""
    )
    missing = _run(protocol, _scenario("{tier: low}", "{age: 70}")).coverage.missing("row")
    assert [(goal.name, goal.side) for goal in missing] == [("group", "2"), ("group", "otherwise"), ("score", "3")]


def test_shares_are_never_rounded_up() -> None:
    """Only all is 100 %."""
    assert Share(199_999, 200_000).percent == Decimal("99.9")
    assert Share(2, 3).percent == Decimal("66.6")
    assert Share(3, 3).percent == 100
    assert Share(0, 0).percent is None


@pytest.mark.parametrize(("percent", "passes"), [(50, True), (50.1, False), (0, True), (100, False)])
def test_too_little_coverage_fails_the_run(small: Protocol, percent: float, passes: bool) -> None:
    """Both shares of the rules must reach `fail_under`, exactly."""
    run = run_scenarios(small, scenarios_from_text(small, TWO), fail_under=percent)
    assert run.passed is passes
    assert (ET.fromstring(run_junit(run)).attrib["failures"] == "0") is passes
    assert ("asked for" in run_text(run)) is not passes


def test_coverage_reads_well(failing: Run) -> None:
    """People read how much is touched, and everything that is not."""
    _same_as_golden("coverage.txt", coverage_text(failing))
    _same_as_golden("coverage.zh-Hant.txt", coverage_text(failing, "zh-Hant"))


@pytest.mark.parametrize(
    ("condition", "sides"),
    [
        ("n >= 3", ["2", "3"]),
        ("n < 3", ["2", "3"]),
        ("n > 3", ["3", "4"]),
        ("3 >= n", ["3", "4"]),
        ("n == 3", ["2", "3", "4"]),
        ("n != 0", ["0", "1"]),
        ("n >= 2.5", ["2", "3"]),
        ("n == 2.5", []),
        ("n <= 9", ["9"]),
        ("2 <= n < 5", ["1", "2", "4", "5"]),
        ("t >= 37.5", ["37.4", "37.5"]),
        ("n / 2 > 1.5", ["<= 1.5", "> 1.5"]),
        ("now - at > 30 days", ["<= 30 days", "> 30 days"]),
        ("at < 2026-02-01T09:00", ["< 2026-02-01T09:00+00:00", ">= 2026-02-01T09:00+00:00"]),
        ("on >= 2026-02-01", ["2026-01-31", "2026-02-01"]),
    ],
)
def test_the_edges_of_a_comparison_are_the_values_next_to_it(condition: str, sides: list[str]) -> None:
    """A constant has an edge on each side that its number can reach: one unit, a day or a minute away."""
    protocol = protocol_from_text(
        f"""
protocol: p
time_zone: UTC
tiers: {{low: {{}}, high: {{}}}}
facts:
  n: {{type: number, min: 0, max: 9}}
  t: {{type: number, decimals: 1}}
  at: {{type: moment}}
  "on": {{type: date}}
rules:
  r: {{when: '{condition}', raise_to: high}}
"""
    )
    edges = [goal.side for goal in run_scenarios(protocol, []).coverage.missing("edge")]
    assert edges == sides


def test_the_edge_of_a_score_is_the_next_score_it_can_have() -> None:
    """Where rows or points give a measure few values, the nearest of these stand on the sides of its edges."""
    protocol = protocol_from_text(
        """
protocol: p
tiers: {low: {}, high: {}}
facts: {a: {type: yes_no}, b: {type: yes_no}}
measures:
  score: {points: [{add: 2, when: a}, {add: 4, when: b}]}
  weight: {cases: [{when: a, is: 7}, {otherwise: 1}]}
rules:
  r: {when: score >= 3, raise_to: high}
  s: {when: weight == 7, raise_to: high}
  t: {when: weight == 5, raise_to: high}
"""
    )
    missing = run_scenarios(protocol, []).coverage.missing("edge")
    assert [(goal.name, goal.side) for goal in missing] == [
        ("score", "2"),
        ("score", "4"),
        ("weight", "1"),
        ("weight", "7"),
    ]


def test_a_minute_is_near_enough_to_a_time_limit(watch: Protocol) -> None:
    """30 days and up to a minute are next to the limit of 30 days; an hour is not."""
    reached = {}
    for occurred in ("2026-01-01T09:00", "2026-01-01T08:59", "2026-01-01T08:00"):
        text = _scenario("{scope: unknown}", f"{{occurred_at: {occurred}}}").replace(
            "name:", "as_of: 2026-01-31T09:00, name:"
        )
        coverage = _run(watch, text).coverage
        missing = {goal.side for goal in coverage.missing("edge") if goal.name == "now - occurred_at"}
        reached[occurred] = {"<= 30 days", "> 30 days"} - missing
    assert list(reached.values()) == [{"<= 30 days"}, {"> 30 days"}, set()]


# Suggestions


def test_suggestions_read_well(watch: Protocol) -> None:
    """A proposal says what it is for, how it differs from a scenario, and what the protocol says of it today."""
    scenarios = read_scenarios(watch, GOLDEN / "runs")
    _same_as_golden("suggestions.yaml", suggest(watch, scenarios).to_yaml())
    _same_as_golden("suggestions.zh-Hant.yaml", suggest(watch, scenarios).to_yaml("zh-Hant"))


def test_confirmed_suggestions_cover_everything(watch: Protocol) -> None:
    """Once a person has confirmed them, the proposals pass and leave nothing of this protocol untouched."""
    proposed = suggest(watch, [])
    assert not proposed.unreached
    run = run_scenarios(watch, scenarios_from_text(watch, _confirmed(proposed.to_yaml())), fail_under=100)
    assert run.passed
    assert run.coverage.missing() == ()


def _confirmed(text: str) -> str:
    """What a person does who agrees with everything: delete the line that asks, and the comment marks."""
    return re.sub(r"(?m)^      # (?!Is this right)", "      ", text)


def test_suggestions_are_refused_until_confirmed(watch: Protocol) -> None:
    """A proposal does not pass as a test before a person has said what should come out."""
    with pytest.raises(ScenarioError) as caught:
        scenarios_from_text(watch, suggest(watch, []).to_yaml())
    assert {problem.id for problem in caught.value.problems} == {"RR601"}


def test_what_cannot_be_reached_is_said() -> None:
    """A rule that can never fire is named as not reached, without the claim that nothing reaches it."""
    protocol = protocol_from_text(
        """
protocol: p
tiers: {low: {}, high: {}}
facts: {n: {type: number, min: 0, max: 9}}
rules: {never: {when: n > 5 and n < 3, raise_to: high}}
"""
    )
    proposed = suggest(protocol, [])
    assert {(goal.name, goal.side) for goal in proposed.unreached} == {("never", "fired"), ("never", "decided")}
    assert "does not prove" in proposed.to_yaml()


def test_nothing_is_proposed_where_everything_is_covered() -> None:
    """A protocol whose scenarios touch everything needs no more."""
    protocol = protocol_from_text("protocol: p\ntiers: {low: {}}")
    assert suggest(protocol, []).to_yaml() == "# Nothing to propose.\n"


def test_what_a_goal_does_not_need_stays_as_it_was(watch: Protocol) -> None:
    """A found incident differs from the one it was made from only where the goal asks for it."""
    search = Search(Lens(watch), landmarks(watch))
    unknown = Case((None,) * len(watch.facts), 0)
    found = search.changed(search.changed(unknown, ("harm", "injured")), ("setting", "home"))
    (goal,) = [goal for goal in goals_of(watch) if (goal.name, goal.side) == ("care", "fired")]
    assert search.without_detours(goal, unknown, found) == search.changed(unknown, ("harm", "injured"))


@given(protocols(), st.data())
@settings(max_examples=settings().max_examples // 16)
def test_a_proposal_reaches_what_it_says(protocol: Protocol, data: st.DataObject) -> None:
    """Each proposal reaches its goals, none of which a scenario reaches; and every goal is proposed for or named."""
    facts, as_of = data.draw(incidents(protocol)), data.draw(as_ofs(protocol))
    scenarios = scenarios_from_text(protocol, scenario_from(protocol.evaluate(facts, as_of=as_of), name="before"))
    missing = run_scenarios(protocol, scenarios).coverage.missing()
    proposed = suggest(protocol, scenarios)
    served = [goal for proposal in proposed.proposals for goal in proposal.goals]
    assert sorted(map(str, [*served, *proposed.unreached])) == sorted(map(str, missing))
    for proposal in proposed.proposals:
        seen = Lens(protocol).look(proposal.case.facts, proposal.case.now)
        assert all(seen.reaches(goal) for goal in proposal.goals)
    confirmed = _confirmed(proposed.to_yaml())
    if proposed.proposals:
        assert run_scenarios(protocol, scenarios_from_text(protocol, confirmed)).passed


# Past decisions


@given(protocols(), st.data(), st.booleans())
def test_a_past_decision_passes_as_a_scenario(protocol: Protocol, data: st.DataObject, private: bool) -> None:
    """Whatever was decided, the scenario written from it reads back and passes."""
    facts, as_of = data.draw(incidents(protocol)), data.draw(as_ofs(protocol))
    result = protocol.evaluate(facts, as_of=as_of, history=data.draw(histories(protocol)))
    run = _run(protocol, scenario_from(result, name="as it was", private=private))
    assert run.passed, run_text(run)
    if private:
        assert run.results[0].recommendation.range == result.exact().range


@given(st.text(), st.text())
@example("null", "null")
@example("0" * 201, "")
@example("no", "yes")
@example("- a", "# b: c")
def test_any_name_and_text_survives(name: str, said: str) -> None:
    """Names and texts read back to the letter, or are refused or left out by name; nothing else is read into them."""
    protocol = protocol_from_text("protocol: p\ntiers: {low: {}}\nfacts: {said: {type: text}}")
    result = protocol.evaluate({"said": said})
    if not name.strip() or not name.isprintable() or len(name) > 200:
        with pytest.raises(ValueError, match="one line"):
            scenario_from(result, name=name)
        return
    text = scenario_from(result, name=name)
    (scenario,) = scenarios_from_text(protocol, text)
    assert scenario.name == name
    assert scenario.incident.facts == (said,) or "cannot hold its characters: said." in text


def test_private_facts_are_left_out_and_named(watch: Protocol) -> None:
    """A scenario from a decision tells no private fact, no id and no source, and says so, unless it is asked to."""
    facts = {"id": "A-17", "story": "Told in confidence.", "harm": {"value": "injured", "source": "her daughter"}}
    result = watch.evaluate(facts, as_of="2026-02-01T09:00")
    _same_as_golden("decision.yaml", scenario_from(result, name="Someone was hurt"))
    assert "in confidence" in scenario_from(result, name="Someone was hurt", private=True)


def test_what_is_expected_follows_from_what_is_written() -> None:
    """Where a private fact made the difference, the scenario expects what follows without it, and says so."""
    protocol = protocol_from_text(
        """
protocol: p
tiers: {low: {}, high: {}}
facts: {secret: {type: yes_no, private: yes}}
rules: {r: {when: secret, raise_to: high}}
"""
    )
    text = scenario_from(protocol.evaluate({"secret": True}), name="one")
    assert "knew more" in text
    assert _run(protocol, text).results[0].recommendation.standing == "open"


# The page


def _blocks(language: str) -> list[str]:
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_page_shows_what_really_comes_out() -> None:
    """The scenarios of the page pass, and its failure and its proposal are those of the library."""
    text, scenarios, proposal = _blocks("yaml")
    protocol = protocol_from_text(text)
    read = scenarios_from_text(protocol, scenarios, "doorstep.scenarios.yaml")
    assert run_scenarios(protocol, read).passed
    wrong = scenarios.replace("tier: support\n", "tier: activate\n", 1)
    run = run_scenarios(protocol, scenarios_from_text(protocol, wrong, "doorstep.scenarios.yaml"))
    assert run_text(run) == _blocks("text")[0]
    assert suggest(protocol, read).to_yaml().startswith(proposal)


def test_the_python_of_the_page_runs() -> None:
    """The examples in Python give what they say."""
    failures, tried = doctest.testfile(str(ROOT / "docs" / "scenarios.md"), module_relative=False)
    assert tried
    assert not failures


# Words that claims use


@given(protocols(), st.data())
def test_claims_and_results_use_the_same_words(protocol: Protocol, data: st.DataObject) -> None:
    """Whatever came out for measures, criteria, rules and responses can be written as an expectation that passes."""
    facts, as_of = data.draw(incidents(protocol)), data.draw(as_ofs(protocol))
    decided = protocol.evaluate(facts, as_of=as_of, history=data.draw(histories(protocol)))
    past = scenario_from(decided, name="one", private=True)
    result = _run(protocol, past).results[0].recommendation
    head, _, _ = past.partition("    expect:\n")
    run = _run(protocol, f"{head}    expect:\n      scope: {result.scope}\n{''.join(_everything(result))}")
    assert run.passed, run_text(run)


def _everything(result: Recommendation) -> Iterator[str]:
    """All that a result says, as lines of `expect`."""
    if result.measures:
        yield "      measures:\n"
    for name, measure in result.measures.items():
        values = [str(value) for value in (measure.possible or (measure.value,))]
        choice = result.protocol.measures[name].type.name == "choice"
        several = f"[{', '.join(values)}]" if choice else f"{{lowest: {values[0]}, highest: {values[-1]}}}"
        yield f"        {name}: {values[0] if len(values) == 1 else several}\n"
    if result.criteria:
        yield "      criteria:\n"
    for name, reason in result.criteria.items():
        yield f"        {name}: {reason.state}\n"
    for section, parts in (("rules", result.rules), ("responses", result.responses)):
        states: dict[str, list[str]] = {}
        for part in parts:
            states.setdefault(part.state.replace(" ", "_"), []).append(part.name)
        if states:
            yield f"      {section}:\n"
        for state, names in states.items():
            yield f"        {state}: [{', '.join(names)}]\n"
