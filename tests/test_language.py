"""Every construct of the language in a small example: what is written, what is known, and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from rapid_response import (
    IncidentError,
    Protocol,
    ProtocolError,
    Recommendation,
    Source,
    load_protocol,
    protocol_from_sources,
    protocol_from_text,
)
from rapid_response.protocol.expressions import Always, Not

AS_OF = "2026-02-01T09:00"

HEAD = """
protocol: example
time_zone: America/Los_Angeles
tiers:
  monitor: {}
  support: {}
  activate: {}
"""
WORLD = f"""{HEAD}
roles:
  director:
    title: Director
kinds:
  attention:
    type: scale
    options: [none, local, national]
  place:
    type: choice
    options: [street, transit, school, home]
facts:
  harm:
    type: scale
    options: [none, threatened, injured, killed]
  media: {{kind: attention}}
  rumors: {{kind: attention}}
  setting: {{kind: place}}
  fled_to: {{kind: place}}
  languages:
    type: choices
    options: [cantonese, mandarin, vietnamese]
  victim_age: {{type: number, min: 0, max: 120}}
  temperature: {{type: number, decimals: 1, min: 30, max: 45}}
  people: {{type: number, min: 1, max: 10}}
  dollars: {{type: number, decimals: 2}}
  bias: {{type: yes_no}}
  children: {{type: yes_no}}
  weapon: {{type: yes_no}}
  occurred_at: {{type: moment}}
  reported_at: {{type: moment}}
  court_date: {{type: date}}
  filed_on: {{type: date}}
  neighborhood: {{type: text}}
"""


def example(sections: str, head: str = WORLD) -> Protocol:
    """The example world with more sections."""
    return protocol_from_text(head + dedent(sections))


def evaluate(sections: str, given: Mapping[str, Any], head: str = WORLD) -> Recommendation:
    return example(sections, head).evaluate(given, as_of=AS_OF)


def truth(condition: str, **known: Any) -> str:
    """Whether a condition is yes, no or unknown, given what is known."""
    block = indent(condition, "      ")
    return evaluate(f"criteria:\n  it:\n    when:\n{block}\n", known).criteria["it"].state


def measured(measure: str, **known: Any) -> Any:
    """What a measure is worth: one value, or the tuple of what it can still be."""
    found = evaluate(f"measures:\n  it:\n{indent(dedent(measure), '    ')}\n", known).measures["it"]
    return found.value if found.standing == "known" else found.possible


def refused(text: str) -> list[str]:
    """The ids of the problems with a protocol."""
    with pytest.raises(ProtocolError) as error:
        protocol_from_text(dedent(text))
    return [problem.id for problem in error.value.problems]


def rejected(given: Mapping[str, Any]) -> list[str]:
    """The problems with an incident of the example world, as `id: message`."""
    with pytest.raises(IncidentError) as error:
        evaluate("", given)
    return [f"{problem.id}: {problem.message}" for problem in error.value.problems]


# 1. A protocol is a folder, or one file


def test_all_files_of_a_folder_are_one_protocol(tmp_path: Path) -> None:
    """All YAML files of a folder are one protocol, and its scenarios are no part of it."""
    (tmp_path / "a.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("facts: {f: {type: yes_no}}", encoding="utf-8")
    (tmp_path / "c.yaml").write_text("facts: {g: {type: yes_no}}", encoding="utf-8")
    (tmp_path / "d.scenarios.yaml").write_text("scenarios: []", encoding="utf-8")
    assert list(load_protocol(tmp_path).facts) == ["f", "g"]


def test_one_name_in_two_files_is_an_error_at_both_places() -> None:
    """The same name in two files is an error that shows both places."""
    files = [Source("a.yaml", HEAD + "facts: {f: {type: yes_no}}"), Source("b.yaml", "facts: {f: {type: text}}")]
    with pytest.raises(ProtocolError) as error:
        protocol_from_sources(files)
    [problem] = error.value.problems
    places = [problem.span, *(span for span, _ in problem.others)]
    assert problem.id == "RR302"
    assert sorted(span.source.name for span in places if span) == ["a.yaml", "b.yaml"]


def test_tiers_stay_in_one_file() -> None:
    """The tiers, whose order means something, stand in one file."""
    with pytest.raises(ProtocolError, match="tiers are in order"):
        protocol_from_sources([Source("a.yaml", HEAD), Source("b.yaml", "tiers: {more: {}}")])


def test_texts_may_be_given_per_language() -> None:
    """A title is a text, or one per language."""
    protocol = protocol_from_text(HEAD + "title: {en: Rapid response, zh-Hant: 快速應變}")
    assert (str(protocol.title), protocol.title.in_language("zh-Hant")) == ("Rapid response", "快速應變")


def test_facts_criteria_and_measures_share_one_namespace() -> None:
    """A fact and a criterion cannot have one name, since conditions could mean either."""
    assert refused(HEAD + "facts: {f: {type: yes_no}, g: {type: yes_no}}\ncriteria: {f: {when: g}}") == ["RR302"]


def test_words_of_the_grammar_are_no_names() -> None:
    """A word of the grammar cannot be the name of a fact."""
    assert refused(HEAD + "facts: {now: {type: moment}}") == ["RR204"]


@pytest.mark.parametrize(("if_unsettled", "tier"), [("lowest", "support"), ("highest", "activate"), ("nothing", None)])
def test_if_unsettled_picks_what_is_recommended(if_unsettled: str, tier: str | None) -> None:
    """While a result is open, `if_unsettled` says which end of the range is recommended, or nothing."""
    rules = """
    rules:
      always:
        raise_to: support
      armed:
        when: weapon
        raise_to: activate
    """
    result = evaluate(f"if_unsettled: {if_unsettled}\n{dedent(rules)}", {})
    assert (result.tier.name if result.tier else None) == tier
    assert result.standing == "open"


# 2. Facts


@pytest.mark.parametrize(
    ("fact", "given", "shown"),
    [
        ("bias", True, True),
        ("harm", "injured", "injured"),
        ("setting", "school", "school"),
        ("languages", ["vietnamese", "cantonese"], ["cantonese", "vietnamese"]),
        ("languages", {"mandarin"}, ["mandarin"]),
        ("languages", [], []),
        ("victim_age", 85, 85),
        ("victim_age", Decimal("85.0"), 85),
        ("temperature", 37.5, "37.5"),
        ("temperature", Decimal("37.5"), "37.5"),
        ("occurred_at", "2026-02-01T08:30", "2026-02-01T08:30-08:00"),
        ("occurred_at", "2026-02-01T16:30Z", "2026-02-01T08:30-08:00"),
        ("occurred_at", dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC), "2026-07-01T05:00-07:00"),
        ("court_date", "2026-03-01", "2026-03-01"),
        ("court_date", dt.date(2026, 3, 1), "2026-03-01"),
        ("neighborhood", "Chinatown", "Chinatown"),
    ],
)
def test_every_type_of_fact(fact: str, given: object, shown: object) -> None:
    """A fact of each type is given as plain data, and shown as plain data."""
    assert evaluate("", {fact: given}).facts == {fact: shown}


@pytest.mark.parametrize(
    ("fact", "given", "problem"),
    [
        ("bias", "yes", "RR502"),
        ("bias", 1, "RR502"),
        ("victim_age", "5", "RR502"),
        ("victim_age", True, "RR502"),
        ("victim_age", 5.5, "RR504"),
        ("victim_age", 121, "RR504"),
        ("temperature", 37.55, "RR504"),
        ("dollars", 1_000_000_001, "RR504"),
        ("harm", "injurd", "RR503"),
        ("harm", ["injured"], "RR502"),
        ("languages", "cantonese", "RR502"),
        ("languages", ["latin"], "RR503"),
        ("occurred_at", "yesterday", "RR505"),
        ("occurred_at", dt.date(2026, 2, 1), "RR502"),
        ("court_date", "2026-02-30", "RR505"),
        ("court_date", dt.datetime(2026, 2, 1, tzinfo=dt.UTC), "RR502"),
        ("neighborhood", 94108, "RR502"),
    ],
)
def test_nothing_is_coerced(fact: str, given: object, problem: str) -> None:
    """What does not fit a fact's type is refused, never made to fit: "5" is not 5 and "yes" is not true."""
    [found] = rejected({fact: given})
    assert found.startswith(f"{problem}: `{fact}`")


def test_every_bad_fact_is_named_at_once() -> None:
    """All faults of an incident are told in one go, unknown names with the nearest valid one."""
    with pytest.raises(IncidentError) as error:
        evaluate("", {"ham": "injured", "victim_age": -1, "bias": "no"})
    assert sorted(problem.id for problem in error.value.problems) == ["RR501", "RR502", "RR504"]
    assert "did you mean `harm`?" in [problem.help for problem in error.value.problems]


def test_missing_null_and_details_without_a_value_are_unknown() -> None:
    """A fact is unknown where its key is missing, None, or has details with the value None."""
    result = evaluate("", {"harm": None, "bias": {"value": None, "source": "a neighbor"}})
    assert {"harm", "bias", "setting"} <= set(result.missing)


def test_a_fact_may_have_details() -> None:
    """A fact may say who said so, when, and whether it was verified."""
    stated = {"value": "injured", "source": "SFPD", "as_of": "2026-02-01T10:00", "verified": False}
    rules = "rules: {hurt: {when: harm >= injured, raise_to: support}}"
    result = evaluate(rules, {"harm": stated})
    [evidence] = result.rule("hurt").when.evidence
    assert (evidence.value, evidence.detail.source, evidence.detail.verified) == ("injured", "SFPD", False)


def test_until_known_is_an_assumption() -> None:
    """`until_known` is used for what is recommended and named as an assumption; the range stays what it was."""
    text = (
        HEAD + "facts: {declined: {type: yes_no, until_known: no}}\nrules: {r: {when: not declined, raise_to: support}}"
    )
    result = protocol_from_text(text).evaluate({})
    assert (result.lowest.name, result.highest.name, result.standing) == ("monitor", "support", "assumed")
    assert result.tier is not None
    assert result.tier.name == "support"
    assert [(assumption.name, assumption.value) for assumption in result.assumptions] == [("declined", False)]


def test_a_criterion_may_be_assumed() -> None:
    """A criterion may have an `until_known`, too: taken while its condition cannot be told, and only then."""
    sections = """
    criteria:
      alone:
        when: bias
        until_known: yes
    rules:
      r:
        when: alone
        raise_to: activate
    """
    unknown, known = evaluate(sections, {}), evaluate(sections, {"bias": False})
    assert (unknown.standing, unknown.tier, [a.name for a in unknown.assumptions]) == (
        "assumed",
        unknown.protocol.tier("activate"),
        ["alone"],
    )
    assert (known.standing, known.tier, known.assumptions) == ("settled", known.protocol.tier("monitor"), ())


def test_blank_means_is_known() -> None:
    """`blank_means` makes a blank an answer: it is known, and nothing is assumed."""
    text = HEAD + "facts: {weapon: {type: yes_no, blank_means: no}}\nrules: {r: {when: weapon, raise_to: support}}"
    result = protocol_from_text(text).evaluate({})
    assert (result.standing, result.facts, result.missing, result.assumptions) == ("settled", {"weapon": False}, (), ())


# 3. Conditions


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("victim_age == 65", "yes"),
        ("victim_age != 65", "no"),
        ("victim_age < 65", "no"),
        ("victim_age <= 65", "yes"),
        ("victim_age > 64", "yes"),
        ("victim_age >= 66", "no"),
        ("65 <= victim_age < 80", "yes"),
        ("50 < victim_age < 65", "no"),
        ("victim_age in [64, 65]", "yes"),
        ("victim_age not in [64, 65]", "no"),
    ],
)
def test_numbers_compare(condition: str, expected: str) -> None:
    """Numbers compare, and comparisons may be chained."""
    assert truth(f"'{condition}'", victim_age=65) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("harm >= injured", "yes"),
        ("harm > injured", "no"),
        ("threatened <= harm < killed", "yes"),
        ("harm in [none, killed]", "no"),
        ("media == rumors", "no"),
        ("media > rumors", "yes"),
        ("max(media, rumors) == national", "yes"),
        ("min(media, local) == local", "yes"),
        ("step(rumors, 1) == national", "yes"),
        ("step(media, 5) == national", "yes"),
        ("step(media, -5) == none", "yes"),
        ('media == "national"', "yes"),
    ],
)
def test_scales_compare_and_step(condition: str, expected: str) -> None:
    """Steps of one scale compare; min, max and step work, and a step stops at the ends."""
    assert truth(f"'{condition}'", harm="injured", media="national", rumors="local") == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("setting == school", "yes"),
        ("setting != school", "no"),
        ("setting in [school, transit]", "yes"),
        ("setting not in [school, transit]", "no"),
        ("setting == fled_to", "no"),
        ("setting != fled_to", "yes"),
    ],
)
def test_choices_of_one_option_compare(condition: str, expected: str) -> None:
    """A choice is compared with options, lists of them, and other facts of its kind."""
    assert truth(f"'{condition}'", setting="school", fled_to="home") == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("languages includes cantonese", "yes"),
        ("languages includes vietnamese", "no"),
        ("languages includes any of [vietnamese, mandarin]", "yes"),
        ("languages includes all of [cantonese, mandarin]", "yes"),
        ("languages includes all of [cantonese, vietnamese]", "no"),
        ("count(languages) == 2", "yes"),
    ],
)
def test_several_choices_include(condition: str, expected: str) -> None:
    """A fact of several choices includes an option, any or all of some, and can be counted."""
    assert truth(f"'{condition}'", languages=["cantonese", "mandarin"]) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('neighborhood == "Chinatown"', "yes"),
        ('neighborhood == "chinatown"', "no"),
        ('neighborhood != "Sunset"', "yes"),
        ('neighborhood in ["Sunset", "Chinatown"]', "yes"),
        ('neighborhood not in ["Sunset", "Chinatown"]', "no"),
    ],
)
def test_texts_compare_to_the_letter(condition: str, expected: str) -> None:
    """Texts are compared with quoted texts, to the letter."""
    assert truth(f"'{condition}'", neighborhood="Chinatown") == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("bias and children", "no"),
        ("bias or children", "yes"),
        ("not bias", "no"),
        ("bias == yes", "yes"),
        ("bias == no", "no"),
        ("bias != children", "yes"),
        ("not children and bias", "yes"),
        ("not (children and bias)", "yes"),
        ("children and bias or bias", "yes"),
        ("children and (bias or bias)", "no"),
        ("bias or bias and children", "yes"),
        ("not victim_age >= 65", "no"),
        ("count(bias, children, victim_age > 60) == 2", "yes"),
    ],
)
def test_logic_binds_as_it_reads(condition: str, expected: str) -> None:
    """`not` binds looser than a comparison and tighter than `and`, `and` tighter than `or`."""
    assert truth(condition, bias=True, children=False, victim_age=70) == expected


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("- bias\n- not children", "yes"),
        ("all:\n  - bias\n  - children", "no"),
        ("any:\n  - bias\n  - children", "yes"),
        ("none:\n  - weapon\n  - children", "yes"),
        ("at_least: 2\nof:\n  - bias\n  - children\n  - victim_age >= 65", "yes"),
        ("at_least: 3\nof:\n  - bias\n  - children\n  - victim_age >= 65", "no"),
        ("any:\n  - all: [bias, children]\n  - none: [children]", "yes"),
    ],
)
def test_blocks_nest(block: str, expected: str) -> None:
    """A condition may be a block of all, any, none or at_least, nested as one likes; a list alone means all."""
    assert truth(block, bias=True, children=False, weapon=False, victim_age=70) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("victim_age + 2 * people", 76),
        ("(victim_age + 2) * people", 216),
        ("victim_age - people - 1", 66),
        ("-people + 4", 1),
        ("min(victim_age, 50, people)", 3),
        ("max(victim_age, 50)", 70),
        ("temperature + 1", "38.5"),
        ("temperature * 0.1", "3.75"),
        ("victim_age / people", "23.333333"),
        ("1 / 128", "0.007812"),
        ("3 / 128", "0.023438"),
        ("-1 / 128", "-0.007812"),
        ("count(bias, victim_age > 60)", 1),
    ],
)
def test_arithmetic_is_exact(formula: str, expected: object) -> None:
    """Arithmetic is exact on decimals; a quotient is rounded at the sixth place, halves to the even side."""
    found = measured(f"formula: {formula}", victim_age=70, people=3, temperature=37.5, bias=False)
    assert Decimal(str(found)) == Decimal(str(expected))


@pytest.mark.parametrize(
    ("formula", "problem"),
    [
        ("victim_age / (people - 1)", "RR401"),
        ("temperature / dollars", "RR401"),
        ("dollars * dollars * dollars", "RR402"),
        ("dollars * temperature * 0.0001", "RR403"),
        ("victim_age + harm", "RR308"),
        ("setting + 1", "RR308"),
        ("vicitm_age + 1", "RR301"),
    ],
)
def test_arithmetic_that_may_fail_is_refused(formula: str, problem: str) -> None:
    """A divisor that may be zero, a number that may grow too large and unlike things are errors at load time."""
    assert refused(f"{WORLD}measures:\n  it:\n    formula: {formula}") == [problem]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("now - occurred_at <= 24 hours", "yes"),
        ("now - occurred_at < 24 hours", "no"),
        ("now - occurred_at == 1 day", "yes"),
        ("reported_at - occurred_at <= 90 minutes", "yes"),
        ("occurred_at + 1.5 hours > reported_at", "yes"),
        ("reported_at - 1 hour == occurred_at", "yes"),
        ("1 hour + occurred_at == reported_at", "yes"),
        ("occurred_at - 1 year == 2025-01-31T09:00", "yes"),
        ("reported_at - occurred_at == 30 minutes + 0.5 hours", "yes"),
        ("occurred_at >= 2026-01-31T09:00", "yes"),
        ("occurred_at > 2026-01-31T17:00Z", "no"),
        ("occurred_at < now <= occurred_at + 2 weeks", "yes"),
    ],
)
def test_moments_compare(condition: str, expected: str) -> None:
    """Moments compare, and lie a length of time apart; `now` is the time of the evaluation, never the clock."""
    assert truth(f"'{condition}'", occurred_at="2026-01-31T09:00", reported_at="2026-01-31T10:00") == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("court_date > now", "no"),
        ("court_date == now", "yes"),
        ("court_date == 2026-02-01", "yes"),
        ("court_date - filed_on == 31 days", "yes"),
        ("filed_on + 1 week < now", "yes"),
        ("now - filed_on >= 4 weeks", "yes"),
        ("filed_on + 1 month == court_date", "yes"),
        ("court_date - 1 month == filed_on", "yes"),
        ("court_date - 31 days == filed_on", "yes"),
        ("filed_on in [2026-01-01, 2026-01-02]", "yes"),
        ("court_date < now + 6 months", "yes"),
    ],
)
def test_dates_compare(condition: str, expected: str) -> None:
    """Dates compare; beside a date, `now` is that day's date in the protocol's zone."""
    assert truth(f"'{condition}'", court_date="2026-02-01", filed_on="2026-01-01") == expected


def test_today_is_the_day_in_the_protocols_zone() -> None:
    """Late in the evening `now` is still today in the protocol's zone, though UTC is a day ahead."""
    protocol = example("criteria: {it: {when: court_date == now}}")
    result = protocol.evaluate({"court_date": "2026-01-31"}, as_of="2026-02-01T05:00Z")
    assert result.criteria["it"].state == "yes"


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        ("2026-08-31", "6 months", "2027-02-28"),
        ("2024-02-29", "1 year", "2025-02-28"),
        ("2026-01-31", "1 month", "2026-02-28"),
        ("2026-01-15", "13 months", "2027-02-15"),
    ],
)
def test_months_and_years_are_calendar_time(start: str, length: str, end: str) -> None:
    """Months and years are calendar time, clamped to the month's end."""
    assert truth(f"court_date + {length} == {end}", court_date=start) == "yes"


def test_months_keep_the_hour_across_a_change_of_the_clocks() -> None:
    """A month later it is the same hour on the clock; 30 days later, one that the clocks have moved."""
    known = {"occurred_at": "2026-02-20T09:00"}
    assert truth("occurred_at + 1 month == 2026-03-20T09:00", **known) == "yes"
    assert truth("occurred_at + 4 weeks == 2026-03-20T10:00", **known) == "yes"


def test_a_month_later_in_an_hour_that_the_clocks_skip() -> None:
    """A month later at an hour that the clocks skip is that hour by the clock before the change."""
    assert truth("occurred_at + 1 month == 2026-03-08T03:30", occurred_at="2026-02-08T02:30") == "yes"


@pytest.mark.parametrize("local", ["2026-03-08T02:30", "2026-11-01T01:30"])
def test_times_that_the_clocks_skip_or_repeat_are_refused(local: str) -> None:
    """A local time that does not exist or happens twice is refused, with the two ways to write it."""
    with pytest.raises(IncidentError) as error:
        evaluate("", {"occurred_at": local})
    [problem] = error.value.problems
    assert problem.id == "RR505"
    assert f"{local}:00-08:00" in (problem.help or "")
    assert f"{local}:00-07:00" in (problem.help or "")


def test_without_a_zone_times_need_an_offset() -> None:
    """A protocol without `time_zone` refuses times without an offset."""
    protocol = protocol_from_text("protocol: p\ntiers: {low: {}}\nfacts: {at_what_time: {type: moment}}")
    with pytest.raises(IncidentError, match="has no offset"):
        protocol.evaluate({"at_what_time": "2026-02-01T09:00"})
    assert protocol.evaluate({"at_what_time": "2026-02-01T09:00Z"}).facts == {"at_what_time": "2026-02-01T09:00+00:00"}


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        ("bias and children", {"bias": False}, "no"),
        ("bias and children", {"bias": True}, "unknown"),
        ("bias or children", {"bias": True}, "yes"),
        ("bias or children", {"bias": False}, "unknown"),
        ("not bias", {}, "unknown"),
        ("victim_age >= 0", {}, "yes"),
        ("victim_age > 120", {}, "no"),
        ("victim_age >= 65", {}, "unknown"),
        ("victim_age + people <= 130", {}, "yes"),
        ("harm >= none", {}, "yes"),
        ("setting in [street, transit, school, home]", {}, "yes"),
        ("setting == fled_to", {"setting": "home"}, "unknown"),
        ("languages includes cantonese", {}, "unknown"),
        ("count(languages) <= 3", {}, "yes"),
        ("count(bias, children) >= 1", {"bias": True}, "yes"),
        ("count(bias, children) >= 2", {"bias": False}, "no"),
        ("now - occurred_at <= 72 hours", {}, "unknown"),
        ('neighborhood == "Chinatown"', {}, "unknown"),
        ("bias == children", {"bias": True}, "unknown"),
    ],
)
def test_what_is_not_known_is_unknown_only_where_it_matters(
    condition: str, known: dict[str, Any], expected: str
) -> None:
    """A condition is yes where it holds whatever is missing, no where it cannot hold, else unknown."""
    assert truth(f"'{condition}'", **known) == expected


@pytest.mark.parametrize(
    ("block", "known", "expected"),
    [
        ("at_least: 2\nof: [bias, children, weapon]", {"bias": True, "children": True}, "yes"),
        ("at_least: 2\nof: [bias, children, weapon]", {"bias": True}, "unknown"),
        ("at_least: 2\nof: [bias, children, weapon]", {"bias": False, "children": False}, "no"),
        ("none: [bias, children]", {"bias": False}, "unknown"),
        ("none: [bias, children]", {"bias": True}, "no"),
    ],
)
def test_blocks_with_unknowns(block: str, known: dict[str, Any], expected: str) -> None:
    """Blocks are three-valued, too."""
    assert truth(block, **known) == expected


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("victim_agee >= 65", "RR301"),
        ("harm >= injurd", "RR303"),
        ("harm == local", "RR303"),
        ("harm > media", "RR305"),
        ("victim_age > 3 days", "RR305"),
        ("setting > home", "RR306"),
        ("victim_age", "RR307"),
        ("occurred_at < 2026-01-01", "RR305"),
        ("now - occurred_at < 6 months", "RR305"),
        ("tier >= support", "RR311"),
        ("victim_age = 3", "RR304"),
        ("victim_age.real > 3", "RR304"),
        ("open(harm)", "RR304"),
    ],
)
def test_conditions_are_typed_before_anything_runs(condition: str, problem: str) -> None:
    """Unknown names and options, unlike things and anything outside the grammar are errors at load time."""
    assert problem in refused(f"{WORLD}criteria:\n  it:\n    when: {condition}")


def test_a_name_that_is_also_an_option_needs_quotes() -> None:
    """A bare word that could be a fact or an option is refused; in quotes it is the option."""
    text = HEAD + "facts: {home: {type: yes_no}, setting: {type: choice, options: [home, street]}}\n"
    assert refused(f"{text}criteria: {{it: {{when: setting == home}}}}") == ["RR309"]
    quoted = protocol_from_text(f"{text}criteria: {{it: {{when: 'setting == \"home\"'}}}}")
    assert quoted.evaluate({"setting": "home"}).criteria["it"].state == "yes"


# 4. Criteria and measures


def test_criteria_refer_to_one_another() -> None:
    """Criteria may refer to facts, measures and other criteria, in any order; `unless` makes an exception."""
    sections = """
    criteria:
      grave:
        when: elder and points_of_concern >= 1
        unless: children
      elder:
        when: victim_age >= 65
    measures:
      points_of_concern:
        points:
          - {add: 1, when: bias}
    """
    known = {"victim_age": 70, "bias": True}
    assert evaluate(sections, {**known, "children": False}).criteria["grave"].state == "yes"
    assert evaluate(sections, {**known, "children": True}).criteria["grave"].state == "no"
    assert evaluate(sections, known).criteria["grave"].state == "unknown"


def test_definitions_do_not_go_round_in_a_circle() -> None:
    """Criteria that refer to each other in a circle are refused."""
    assert refused(f"{WORLD}criteria:\n  one:\n    when: two\n  two:\n    when: one") == ["RR310"]


POINTS = """
points:
  - {add: 2, when: bias}
  - {add: -1, when: children}
  - {add: 0.5, when: weapon}
"""


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"bias": True, "children": True, "weapon": True}, "1.5"),
        ({"bias": False, "children": False, "weapon": False}, "0.0"),
        ({"bias": True}, ("1.0", "2.5")),
        ({}, ("-1.0", "2.5")),
    ],
)
def test_points_add_up(known: dict[str, Any], expected: object) -> None:
    """Points whose condition holds add up; with unknowns they are a range."""
    assert measured(POINTS, **known) == expected


BANDS = """
by: victim_age
bands:
  - {up_to: 17, is: 3}
  - {below: 65, is: 1}
  - {otherwise: 2}
"""


@pytest.mark.parametrize(("age", "expected"), [(17, 3), (18, 1), (64, 1), (65, 2), (None, (1, 3))])
def test_bands_of_a_number(age: int | None, expected: object) -> None:
    """The first band that fits counts; `up_to` includes its number, `below` does not."""
    assert measured(BANDS, victim_age=age) == expected


def test_bands_end_with_otherwise_or_the_greatest_value() -> None:
    """Bands rise and cover every value."""
    assert measured("by: people\nbands:\n  - {up_to: 4, is: 0}\n  - {up_to: 10, is: 1}", people=10) == 1
    assert refused(f"{WORLD}measures:\n  it:\n    by: people\n    bands:\n      - {{up_to: 9, is: 0}}") == ["RR405"]
    falling = "    bands:\n      - {up_to: 9, is: 0}\n      - {below: 9, is: 1}\n      - {otherwise: 2}"
    assert refused(f"{WORLD}measures:\n  it:\n    by: people\n{falling}") == ["RR406"]


@pytest.mark.parametrize(
    ("setting", "expected"), [("school", "national"), ("street", "none"), (None, ("none", "national"))]
)
def test_a_value_per_option(setting: str | None, expected: object) -> None:
    """`values` gives each option of a choice its value."""
    text = "kind: attention\nby: setting\nvalues: {street: none, transit: local, school: national, home: none}"
    assert measured(text, setting=setting) == expected


def test_values_need_every_option() -> None:
    """An option without a value, and a value that is not of the measure's kind, are errors."""
    head = f"{WORLD}measures:\n  it:\n    by: media\n    values:"
    assert refused(f"{head} {{none: 0, local: 1}}") == ["RR405"]
    assert "RR305" in refused(f"{head} {{none: 0, local: 1, national: 2}}\n    kind: place")


@pytest.mark.parametrize(
    ("take", "chosen", "expected"),
    [
        ("highest", ["cantonese", "vietnamese"], 3),
        ("lowest", ["cantonese", "vietnamese"], 1),
        ("sum", ["cantonese", "vietnamese"], 4),
        ("highest", [], 5),
        ("lowest", [], 5),
        ("sum", [], 5),
        ("highest", None, (1, 5)),
        ("lowest", None, (1, 5)),
    ],
)
def test_values_of_several_choices(take: str, chosen: list[str] | None, expected: object) -> None:
    """Of several choices the highest or lowest value is taken, or their sum; `empty` is for none chosen."""
    text = f"by: languages\nvalues: {{cantonese: 1, mandarin: 2, vietnamese: 3, empty: 5}}\ntake: {take}"
    assert measured(text, languages=chosen) == expected


CASES = """
kind: attention
cases:
  - {when: weapon, is: national}
  - {when: bias, is: rumors}
  - {otherwise: none}
"""


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"weapon": True}, "national"),
        ({"weapon": False, "bias": True, "rumors": "local"}, "local"),
        ({"weapon": False, "bias": False}, "none"),
        ({"weapon": False, "rumors": "local"}, ("none", "local")),
        ({"bias": True, "rumors": "local"}, ("local", "national")),
    ],
)
def test_cases(known: dict[str, Any], expected: object) -> None:
    """The first case that holds counts; with unknowns, all up to and including the first that surely holds."""
    assert measured(CASES, **known) == expected


def test_cases_of_a_choice_are_a_set() -> None:
    """Where a measure is a choice, what it can still be is the set of its options."""
    text = "kind: place\ncases:\n  - {when: weapon, is: home}\n  - {when: bias, is: street}\n  - {otherwise: school}"
    assert measured(text) == ("street", "school", "home")
    assert measured(text, weapon=True) == "home"


TABLE = """
kind: attention
table:
  columns: [setting, bias, victim_age]
  rows:
    - [home, any, any, none]
    - [[street, transit], no, any, local]
    - [[street, transit], yes, "< 18", national]
    - [[street, transit], yes, 18 to 64, local]
    - [[street, transit], yes, ">= 65", national]
  otherwise: local
"""


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"setting": "home"}, "none"),
        ({"setting": "transit", "bias": False}, "local"),
        ({"setting": "street", "bias": True, "victim_age": 17}, "national"),
        ({"setting": "street", "bias": True, "victim_age": 18}, "local"),
        ({"setting": "street", "bias": True, "victim_age": 65}, "national"),
        ({"setting": "school"}, "local"),
        ({"setting": "street", "bias": True}, ("local", "national")),
        ({}, ("none", "national")),
    ],
)
def test_decision_tables(known: dict[str, Any], expected: object) -> None:
    """A table's entry is `any`, a value, a list, a comparison or a stretch; the row that fits gives the value."""
    assert measured(TABLE, **known) == expected


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("- [yes, any, 1]\n- [any, yes, 2]\n- [no, no, 3]", "RR404"),
        ("- [yes, any, 1]\n- [no, yes, 2]", "RR405"),
        ("- [yes, any, 1]\n- [no, 2]", "RR203"),
        ("- [yes, any, 1]\n- []", "RR203"),
    ],
)
def test_tables_neither_overlap_nor_leave_gaps(rows: str, problem: str) -> None:
    """Rows that overlap or leave something out are refused, with an example."""
    text = f"measures:\n  it:\n    table:\n      columns: [bias, weapon]\n      rows:\n{indent(rows, '        ')}"
    assert problem in refused(WORLD + text)


# 5. Scope, rules and tiers

RULES = """
out_of_scope:
  elsewhere:
    when: not children
    unless: bias
    because: Others are closer.
measures:
  by_media:
    kind: tiers
    by: media
    values: {none: monitor, local: support, national: activate}
rules:
  armed:
    when: weapon
    unless: children
    raise_to: activate
    because: Weapons frighten many.
    source: published
  loud:
    raise_to: by_media
  wishes:
    when: bias
    limit_to: support
"""


@pytest.mark.parametrize(
    ("known", "lowest", "highest"),
    [
        ({"weapon": True, "children": False, "bias": False, "media": "none"}, "activate", "activate"),
        ({"weapon": True, "children": True, "bias": False, "media": "none"}, "monitor", "monitor"),
        ({"weapon": True, "bias": False, "media": "none"}, "monitor", "activate"),
        ({"weapon": True, "children": False, "bias": True, "media": "none"}, "support", "support"),
        ({"weapon": True, "children": False, "media": "none"}, "support", "activate"),
        ({"weapon": False, "bias": False, "media": "local"}, "support", "support"),
        ({"weapon": False, "bias": False}, "monitor", "activate"),
        ({"bias": True}, "monitor", "support"),
        ({}, "monitor", "activate"),
    ],
)
def test_the_tier_is_the_highest_raise_under_the_lowest_limit(known: dict[str, Any], lowest: str, highest: str) -> None:
    """lowest = min(sure raises, possible limits); highest = min(possible raises, sure limits)."""
    result = evaluate(RULES, known)
    assert (result.lowest.name, result.highest.name) == (lowest, highest)


def test_a_limit_always_wins_and_the_raise_is_shown_as_overridden() -> None:
    """A raise above a limit that holds is shown as overridden, with the limit's name."""
    result = evaluate(RULES, {"weapon": True, "children": False, "bias": True, "media": "local"})
    armed = result.rule("armed")
    assert (armed.state, armed.overridden_by) == ("overridden", ("wishes",))
    assert (result.rule("wishes").state, result.rule("loud").state) == ("fired", "fired")


def test_a_rule_comes_with_its_reasons() -> None:
    """A rule's outcome carries its words, its source, its place and the conditions behind it."""
    result = evaluate(RULES, {"weapon": True, "children": False})
    armed = result.rule("armed")
    assert (str(armed.because), armed.part.source, armed.state) == ("Weapons frighten many.", "published", "fired")
    assert armed.unless is not None
    assert (armed.when.state, armed.unless.state, armed.standing) == ("yes", "no", "settled")
    assert armed.place is not None
    assert armed.place.startswith("protocol.yaml:")


@pytest.mark.parametrize(
    ("known", "scope"),
    [
        ({"children": False, "bias": False}, "out"),
        ({"children": True}, "in"),
        ({"bias": True}, "in"),
        ({"children": False}, "unknown"),
    ],
)
def test_scope(known: dict[str, Any], scope: str) -> None:
    """An incident is out of scope where an entry holds, in where none can, else it is not known."""
    assert evaluate(RULES, known).scope == scope


def test_scope_stands_beside_the_tier() -> None:
    """Being out of scope does not change the tier."""
    result = evaluate(RULES, {"children": False, "bias": False, "weapon": True})
    assert (result.scope, result.lowest.name) == ("out", "activate")


@pytest.mark.parametrize("effects", ["raise_to: support\n    limit_to: support", "because: Nothing."])
def test_a_rule_raises_or_limits(effects: str) -> None:
    """A rule has exactly one of raise_to and limit_to."""
    assert len(refused(f"{WORLD}rules:\n  r:\n    when: bias\n    {effects}")) == 1


# 6. Responses

RESPONSES = """
rules:
  armed:
    when: weapon
    raise_to: activate
responses:
  meeting:
    title: Meeting
    serves: public
    owner: director
    when: tier >= support
    due: 24 hours after occurred_at
  visit:
    serves: people
    when: harm >= injured
    unless: children
    due: 1 month after active
    effort: {hours: 3}
  wait:
    when: unsettled
"""


@pytest.mark.parametrize(
    ("known", "states"),
    [
        ({"weapon": True, "harm": "none"}, ("active", "inactive", "inactive")),
        ({"weapon": False, "harm": "killed", "children": False}, ("inactive", "active", "inactive")),
        ({"weapon": False, "harm": "killed", "children": True}, ("inactive", "inactive", "inactive")),
        ({}, ("open", "open", "active")),
    ],
)
def test_responses_are_active_inactive_or_open(known: dict[str, Any], states: tuple[str, ...]) -> None:
    """Each response has its own condition; a low tier does not switch off a service whose own condition holds."""
    assert tuple(response.state for response in evaluate(RESPONSES, known).responses) == states


def test_due_times() -> None:
    """A response is due a while after a moment, now, or when it became active; unknown where the moment is unknown."""
    known = evaluate(RESPONSES, {"occurred_at": "2026-03-07T12:00"})
    assert known.response("meeting").due == "2026-03-08T13:00-07:00"
    assert known.response("visit").due == "2026-03-01T09:00-08:00"
    assert evaluate(RESPONSES, {}).response("meeting").due is None


def test_a_protocol_that_uses_the_time_needs_it() -> None:
    """Where `now` or a due time counts from the evaluation, `as_of` is required."""
    with pytest.raises(IncidentError, match="time of evaluation is missing"):
        example(RESPONSES).evaluate({})
    assert example("").evaluate({}).as_of is None


@pytest.mark.parametrize(("key", "value"), [("owner", "nobody"), ("due", "24 hours after bias"), ("serves", "us")])
def test_responses_are_checked(key: str, value: str) -> None:
    """An unknown role, a due time after something that is no moment, and an unknown service are errors."""
    assert len(refused(f"{WORLD}responses:\n  r:\n    when: bias\n    {key}: {value}")) == 1


# 8. How YAML is read


def test_words_stay_as_they_are_written() -> None:
    """Where text or an option is expected, NO, on, 1.10 and 2026-01-01 stay text."""
    text = """
    version: 1.10
    title: 2026-01-01
    facts:
      reply: {type: choice, options: [NO, on, yes, none], blank_means: NO}
      place: {type: text, blank_means: 12:30}
    criteria:
      no_it_is: {when: reply == NO}
    """
    protocol = example(text, HEAD)
    assert (protocol.version, str(protocol.title)) == ("1.10", "2026-01-01")
    assert list(protocol.facts["reply"].type.options) == ["NO", "on", "yes", "none"]
    result = protocol.evaluate({})
    assert (result.facts, result.criteria["no_it_is"].state) == ({"reply": "NO", "place": "12:30"}, "yes")


@pytest.mark.parametrize(("word", "value"), [("yes", True), ("true", True), ("no", False), ("false", False)])
def test_yes_and_no_where_they_are_expected(word: str, value: bool) -> None:
    """Where yes or no is expected, yes, no, true and false are taken."""
    assert example(f"facts: {{f: {{type: yes_no, blank_means: {word}}}}}", HEAD).evaluate({}).facts == {"f": value}


@pytest.mark.parametrize("word", ["on", "Yes", "NO", "1", '"yes"'])
def test_nothing_else_is_yes_or_no(word: str) -> None:
    """No other word is taken for yes or no."""
    assert len(refused(f"{HEAD}facts: {{f: {{type: yes_no, blank_means: {word}}}}}")) == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: a\ntitle: b", "RR106"),
        ("title: &a b", "RR105"),
        ("title: *a", "RR105"),
        ("title: !!str b", "RR105"),
        ("facts: {<<: {}}", "RR105"),
        ("? [a]\n: b", "RR105"),
        ("title: a\n---\ntitle: b", "RR105"),
        ("title:\ta", "RR103"),
        ("title: a\u202eb", "RR103"),
        ("title: Harm #1", "RR108"),
        ("rules: {r: {because: Violence, even online}}", "RR107"),
        ("measures: {m: {formula: a + min(b, 3)}}", "RR107"),
    ],
)
def test_yaml_that_surprises_is_refused(text: str, problem: str) -> None:
    """Duplicate keys, aliases, tags, tabs, hidden characters and text that YAML would cut are refused, with a place."""
    with pytest.raises(ProtocolError) as error:
        protocol_from_text(HEAD + text)
    assert problem in [found.id for found in error.value.problems]
    assert all(found.span for found in error.value.problems)


def test_all_problems_are_told_in_one_go() -> None:
    """Every problem of a protocol is told at once, with line and column."""
    with pytest.raises(ProtocolError) as error:
        protocol_from_text(f"{WORLD}criteria:\n  one:\n    when: harmm >= injured\n  two:\n    when: media >= world\n")
    places = [(problem.id, problem.span and problem.span.column) for problem in error.value.problems]
    assert places == [("RR301", 11), ("RR303", 20)]


# 9. Properties, and findings that are meant

PROPERTIES = """
responses:
  visit:
    when: harm >= injured
always:
  - name: {en: Whoever is hurt is visited, zh-Hant: 受傷者必得探訪}
    when: harm >= injured
    then: visit and tier >= monitor
    because: They come first.
  - name: Nobody is forgotten
    then: tier >= monitor
never:
  - name: Visits for nothing
    when: visit and harm == none
allow:
  - finding: RC303
    about: visit
    because: It is meant.
"""


def test_properties_are_what_holds_wherever_their_condition_does() -> None:
    """`always` wants `then` wherever `when` holds, by itself everywhere; what is `never` to be wants the impossible."""
    hurt, nobody, never = example(PROPERTIES).properties
    assert (hurt.name.in_language("zh-Hant"), hurt.kind, str(hurt.because)) == (
        "受傷者必得探訪",
        "always",
        "They come first.",
    )
    assert [part.text for part in (hurt.when, hurt.then)] == ["harm >= injured", "visit and tier >= monitor"]
    assert (nobody.when, nobody.then.text) == (Always(), "tier >= monitor")
    assert (never.kind, never.when.text, never.then) == ("never", "visit and harm == none", Not(Always()))


def test_findings_that_are_meant_say_why() -> None:
    """An allowance names a finding, what it is about, and the reason."""
    (allowed,) = example(PROPERTIES).allowed
    assert (allowed.finding, allowed.about, str(allowed.because)) == ("RC303", "visit", "It is meant.")


def test_properties_change_no_result_but_the_fingerprint() -> None:
    """Evaluation takes no notice of properties; whoever reads the protocol does."""
    with_them, without = example(PROPERTIES), example(PROPERTIES.partition("always:")[0])
    given = {"harm": "injured"}
    one, other = (protocol.evaluate(given, as_of=AS_OF).to_dict() for protocol in (with_them, without))
    assert one.pop("protocol") != other.pop("protocol")
    assert one == other


def test_properties_may_stand_in_several_files() -> None:
    """The lists of several files are one list."""
    more = "always:\n  - name: Everyone is in some tier\n    then: tier >= monitor\n"
    protocol = protocol_from_sources([Source("a.yaml", WORLD + PROPERTIES), Source("b.yaml", more)])
    assert [str(part.name) for part in protocol.properties][-2:] == ["Everyone is in some tier", "Visits for nothing"]


@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_more_of_a_fact_may_be_declared_to_raise_or_to_lower(direction: str) -> None:
    """`more_is` is kept with the fact, for `check` to prove."""
    extra = f"  wounds: {{type: number, more_is: {direction}}}\n"
    assert protocol_from_text(WORLD + extra).facts["wounds"].more_is == direction
