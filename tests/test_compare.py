"""Two versions compared, held against evaluating every incident by both."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from rapid_response import Protocol, ProtocolError, load_protocol, protocol_from_sources, protocol_from_text
from rapid_response.protocol.expressions import Condition
from rapid_response.protocol.renaming import renamings
from rapid_response.protocol.values import moment_text
from rapid_response.proving.alignment import align
from rapid_response.proving.comparing import compare
from rapid_response.proving.comparison import Claim, Comparison
from rapid_response.proving.comparison_documents import comparison_schema
from rapid_response.proving.prover import Cells
from rapid_response.proving.shares import BATCH, Share
from rapid_response.proving.space import Space, common_space
from rapid_response.proving.usual import values_of
from rapid_response.proving.witnesses import Witness, evaluated, own_facts
from rapid_response.testing import incidents, protocols
from rapid_response.testing.choices import Choices, Drawn
from rapid_response.testing.documents import document
from rapid_response.testing.layout import to_yaml
from tests import reference

thorough = settings(max_examples=settings().max_examples // 5, suppress_health_check=list(HealthCheck))
MOST_INCIDENTS = 300
CCSJ = load_protocol("protocol_rules/ccsj")

# Two versions, and every incident


@st.composite
def versions(draw: st.DrawFn) -> tuple[Protocol, Protocol]:
    """A generated protocol, and the same with up to three changes of its rules, responses, scope and criteria."""
    choices = Drawn(draw)
    old = document(choices)
    new = json.loads(json.dumps(old))
    for _ in range(choices.integer(0, 3)):
        change(choices, new)
    texts = to_yaml(old), to_yaml({name: part for name, part in new.items() if part})
    note("\n".join(texts))
    try:
        return protocol_from_text(texts[0]), protocol_from_text(texts[1])
    except ProtocolError:
        assume(False)
        raise


def change(choices: Choices, protocol: dict[str, Any]) -> None:
    """Drop a part, negate it, except something from it, or let it aim at another tier."""
    sections = [name for name in ("rules", "rules", "responses", "out_of_scope", "criteria") if protocol.get(name)]
    if not sections:
        return
    section = choices.pick(sections)
    name = choices.pick(sorted(protocol[section]))
    part, what = protocol[section][name], choices.pick(("negate", "drop", "aim", "except", "turn"))
    if what == "drop" and section != "criteria":
        del protocol[section][name]
    elif what == "except" and section != "criteria":
        part["unless"] = choices.pick(
            [other["when"] for other in protocol[section].values() if "when" in other] or ["no"]
        )
    elif section == "rules" and what == "aim":
        effect = "raise_to" if "raise_to" in part else "limit_to"
        part[effect] = choices.pick(sorted(protocol["tiers"]))
    elif section == "rules" and what == "turn":
        effect, other = ("raise_to", "limit_to") if "raise_to" in part else ("limit_to", "raise_to")
        part[other] = part.pop(effect)
    elif "when" in part:
        part["when"] = {"none": [part["when"]]}


def every_incident(space: Space) -> Iterator[Cells]:
    return product(*(range(len(axis.cells)) for axis in space.axes))


def size(space: Space) -> int:
    found = 1
    for axis in space.axes:
        found *= len(axis.cells)
    return found


def claims(witness: Witness, renamed: dict[str, str]) -> set[Claim]:
    """What comes out otherwise for one incident."""
    old, new = witness.results
    found = set[Claim]()
    if renamed.get(old.lowest.name, old.lowest.name) != new.lowest.name:
        found.add(Claim("tier", "", old.lowest.name, new.lowest.name))
    if old.scope != new.scope:
        found.add(Claim("scope", "", old.scope, new.scope))
    before = {response.name: response.state for response in old.responses}
    after = {response.name: response.state for response in new.responses}
    for name, state in before.items():
        other = after.pop(renamed.get(name, name), None)
        if state != other and (other or state == "active"):
            found.add(Claim("response", name, state, other))
    return found | {Claim("response", name, None, state) for name, state in after.items() if state == "active"}


@thorough
@given(versions())
def test_everything_that_differs_is_found_and_nothing_else(pair: tuple[Protocol, Protocol]) -> None:
    """The differences are those of all incidents evaluated one by one; where there are none, the versions are equal."""
    space = common_space(align(*pair, renamings(*pair, {})))
    assume(not space.opaque and size(space) <= MOST_INCIDENTS)
    found = compare(*pair, budget=None)
    expected = set[Claim]().union(*(claims(shown(space, cells), {}) for cells in every_incident(space)))
    assert {difference.claim for difference in found.differences} == expected
    assert not found.undecided
    assert (found.verdict == "equivalent") == (not expected and not found.while_unknown)


@thorough
@given(versions())
def test_where_they_differ_is_described_rightly(pair: tuple[Protocol, Protocol]) -> None:
    """Conditions that are needed hold wherever there is the difference; where they are enough, it is there."""
    space = common_space(align(*pair, renamings(*pair, {})))
    assume(not space.opaque and size(space) <= MOST_INCIDENTS)
    found = compare(*pair, budget=None)
    differences = [difference for difference in found.differences if difference.cases]
    for cells in every_incident(space) if differences else ():
        happening = claims(shown(space, cells), {})
        for difference in differences:
            holding = [all_hold(space, cells, case.conditions) for case in difference.cases]
            there = difference.claim in happening
            if difference.cases[0].needed:
                assert holding[0] or not there
            if all(case.enough for case in difference.cases):
                assert any(holding) == there


@thorough
@given(versions())
def test_a_change_of_tier_has_a_cause(pair: tuple[Protocol, Protocol]) -> None:
    """Every change of tier has a changed rule behind it, and conditions that hold for some such incident."""
    space = common_space(align(*pair, renamings(*pair, {})))
    assume(not space.opaque and size(space) <= MOST_INCIDENTS)
    for difference in compare(*pair, budget=None).differences:
        if difference.claim.about == "tier":
            assert difference.causes
            conditions = [case.conditions for cause in difference.causes for case in cause.cases]
            ways = [cells for cells in every_incident(space) if difference.claim in claims(shown(space, cells), {})]
            assert any(all_hold(space, cells, case) for case in conditions for cells in ways)


def shown(space: Space, cells: Cells) -> Witness:
    return evaluated(space, values_of(space, cells))


def all_hold(space: Space, cells: Cells, conditions: tuple[Condition, ...]) -> bool:
    """Whether conditions of the vocabulary hold for an incident, by the slow meaning."""
    old = space.voices[0]
    given = own_facts(old, values_of(space, cells), old.protocol.time_zone)
    world = reference.world(old.protocol, given, moment_text(space.now, None), assume=False)
    return all(reference.truth(condition, world) is True for condition in conditions)


@thorough
@given(st.data(), versions())
def test_equal_versions_agree_on_any_incident(data: st.DataObject, pair: tuple[Protocol, Protocol]) -> None:
    """Where versions are proved equal, the exact range is the same for any incident, known in whole or in part."""
    found = compare(*pair, budget=None)
    assume(found.verdict == "equivalent")
    facts = data.draw(incidents(pair[0], unknowns=0.4))
    old, new = (version.evaluate(facts, as_of=found.as_of).exact() for version in pair)
    if old.exactness and new.exactness and old.exactness.exact and new.exactness.exact:
        assert (old.range, old.tier) == (new.range, new.tier)


@thorough
@given(protocols())
def test_a_protocol_is_equal_to_itself(protocol: Protocol) -> None:
    """A version decides like itself, whatever it says; nothing is said otherwise."""
    found = compare(protocol, protocol, budget=None)
    assert (found.verdict, found.edits, found.unshared) == ("equivalent", (), ())


# Versions written for one purpose

HEAD = "protocol: p\ntiers: {low: {}, high: {}}\n"


def version(facts: str, rules: str, *more: str) -> Protocol:
    return protocol_from_text("\n".join([f"{HEAD}facts: {{{facts}}}", f"rules: {{{rules}}}", *more]))


def told(found: Comparison) -> list[tuple[str, str | None, str | None, dict[str, Any]]]:
    """Each difference with its example."""
    return [
        (one.claim.name or one.claim.about, one.claim.before, one.claim.after, dict(one.witness.facts))
        for one in found.differences
    ]


AGED = "age: {type: number, min: 0, max: 120}, home: {type: yes_no}"


def test_a_moved_threshold() -> None:
    """A moved threshold differs between the old edge and the new one, precisely, with the rule as its cause."""
    old = version(AGED, "elder: {when: age >= 65, raise_to: high}")
    new = version(AGED, "elder: {when: age >= 60, raise_to: high}")
    found = old.compare(new)
    assert told(found) == [("tier", "low", "high", {"age": 60})]
    [cause] = found.differences[0].causes
    [case] = cause.cases
    assert cause.rules == (("elder", "now"),)
    assert (case.needed, case.enough) == (True, True)
    assert case.to_dict()["conditions"] == ["all of [age >= 60, age < 65]"]


def test_criteria_are_named_where_both_versions_mean_the_same() -> None:
    """A description speaks of a criterion of both versions, not of the answers behind it."""
    criteria = "criteria: {frail: {when: age >= 80 or home}}"
    facts = f"{AGED}, alone: {{type: yes_no}}"
    old = version(facts, "r: {when: frail and alone, raise_to: high}", criteria)
    new = version(facts, "r: {when: frail, raise_to: high}", criteria)
    [difference] = old.compare(new).differences
    assert difference.causes[0].cases[0].to_dict()["conditions"] == ["frail", "not alone"]


def test_another_way_of_writing_is_equivalent() -> None:
    """The same meaning in other words is proved to be the same, and the words are shown as an edit."""
    old = version(AGED, "r: {when: not (age < 65 and not home), raise_to: high}")
    new = version(AGED, "a: {when: home, raise_to: high}, b: {when: age >= 65 and not home, raise_to: high}")
    found = old.compare(new)
    assert found.verdict == "equivalent"
    assert [(edit.section, edit.name, edit.kind) for edit in found.edits] == [
        ("rules", "r", "removed"),
        ("rules", "a", "added"),
        ("rules", "b", "added"),
    ]


def test_a_new_question_may_be_answered_either_way() -> None:
    """A question that only the new version asks ranges freely; the example tells its answer."""
    old = version(AGED, "r: {when: home, raise_to: high}")
    new = version(f"{AGED}, alone: {{type: yes_no}}", "r: {when: home and alone, raise_to: high}")
    assert told(old.compare(new)) == [("tier", "high", "low", {"home": True, "alone": False})]
    assert told(new.compare(old)) == [("tier", "low", "high", {"home": True, "alone": False})]


def test_renamed_parts_are_the_same_parts() -> None:
    """Facts, options, tiers, criteria, rules and responses that were only renamed change nothing."""
    old = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts: {place: {type: choice, options: [street, shop]}}\n"
        "criteria: {outside: {when: place == street}}\nrules: {r: {when: outside, raise_to: high}}\n"
        "responses: {meet: {when: tier >= high}}"
    )
    new = protocol_from_text(
        "protocol: p\ntiers: {low: {}, top: {}}\nfacts: {setting: {type: choice, options: [road, shop]}}\n"
        "criteria: {outdoors: {when: setting == road}}\nrules: {s: {when: outdoors, raise_to: top}}\n"
        "responses: {gather: {when: tier >= top}}"
    )
    rename = {"place": "setting", "place.street": "road", "high": "top", "outside": "outdoors", "r": "s"}
    found = old.compare(new, rename=rename | {"meet": "gather"})
    assert found.verdict == "equivalent"
    assert {edit.kind for edit in found.edits if edit.section != "facts"} == {"renamed"}
    assert old.compare(new, rename={"high": "top"}).verdict == "different"
    with pytest.raises(KeyError, match="hi"):
        old.compare(new, rename={"hi": "top"})


def test_answers_that_one_version_alone_knows_are_named() -> None:
    """Options and numbers that only one version knows are left out, named, and no proof of equality is claimed."""
    place = "place: {type: scale, options: [%s]}, age: {type: number, min: 0, max: %s}"
    old = version(place % ("here, near, far", 120), "r: {when: place >= near and age > 3, raise_to: high}")
    new = version(place % ("here, near, gone", 99), "r: {when: place >= near and age > 3, raise_to: high}")
    found = old.compare(new)
    assert (found.verdict, found.differences) == ("different", ())
    assert [answers.to_dict() for answers in found.unshared] == [
        {"fact": "place", "known_to": "old", "options": ["far"]},
        {"fact": "place", "known_to": "new", "options": ["gone"]},
        {"fact": "age", "known_to": "old", "span": ["100", "120"]},
    ]


def test_a_new_option_of_several_choices_may_be_chosen_or_not() -> None:
    """Of several choices an option that one version adds is a question of its own."""
    facts, rule = "seen: {type: choices, options: [%s]}", "r: {when: 'seen includes any of [%s]', raise_to: high}"
    old = version(facts % "knife", rule % "knife")
    new = version(facts % "knife, gun", rule % "knife, gun")
    assert told(old.compare(new)) == [("tier", "low", "high", {"seen": ["gun"]})]


def test_more_decimals_and_other_types() -> None:
    """A number with more decimals is compared in whole steps; a question of another type is another question."""
    old = version("t: {type: number, min: 0, max: 50}", "r: {when: t >= 38, raise_to: high}")
    new = version("t: {type: number, decimals: 1, min: 0, max: 50}", "r: {when: t > 37.5, raise_to: high}")
    assert old.compare(new).verdict == "equivalent"
    other = version("t: {type: yes_no}", "r: {when: t, raise_to: high}")
    assert {claim[1:3] for claim in told(old.compare(other))} == {("low", "high"), ("high", "low")}


def test_responses_and_scope() -> None:
    """Responses that start, stop, come or go are found, and so is another scope; what only follows the tier says so."""
    more = "out_of_scope: {away: {when: %s}}", "responses: {%s}"
    old = version(
        AGED,
        "r: {when: home, raise_to: high}",
        more[0] % "age < 5",
        more[1] % "call: {when: tier >= high}, gift: {when: home}",
    )
    new = version(
        AGED,
        "r: {when: home and age > 1, raise_to: high}",
        more[0] % "age < 4",
        more[1] % "call: {when: tier >= high}, note: {when: home}",
    )
    found = old.compare(new)
    assert {(one.claim.name, one.claim.before, one.claim.after, one.with_tier) for one in found.differences} == {
        ("", "high", "low", False),
        ("", "out", "in", False),
        ("call", "active", "inactive", True),
        ("gift", "active", None, False),
        ("note", None, "active", False),
    }


def test_tiers_that_were_added() -> None:
    """A tier that only one version has is compared too."""
    rule = "r: {when: home, raise_to: high}"
    old = version(AGED, rule)
    new = protocol_from_text(
        f"protocol: p\ntiers: {{low: {{}}, high: {{}}, top: {{}}}}\nfacts: {{{AGED}}}\nrules: {{{rule}}}"
    )
    assert old.compare(new).verdict == "equivalent"
    higher = protocol_from_text(
        f"protocol: p\ntiers: {{low: {{}}, high: {{}}, top: {{}}}}\nfacts: {{{AGED}}}\n"
        "rules: {r: {when: home, raise_to: top}}"
    )
    assert told(old.compare(higher)) == [("tier", "high", "top", {"home": True})]


def test_points_in_another_order_are_the_same() -> None:
    """A long score whose lines stand in another order is proved to be the same at once."""
    names = [f"f{number}" for number in range(24)]
    facts = ", ".join(f"{name}: {{type: yes_no}}" for name in names)
    lines = [f"{{add: {1 + number % 7}, when: {name}}}" for number, name in enumerate(names)]

    def scored(points: list[str]) -> Protocol:
        measures = f"measures: {{score: {{points: [{', '.join(points)}]}}}}"
        return version(facts, "r: {when: score >= 40, raise_to: high}", measures)

    assert scored(lines).compare(scored(lines[::-1])).verdict == "equivalent"


def test_the_time_of_evaluation() -> None:
    """How long ago is compared whatever the time; a fixed date, and months, are compared at one time, which is said."""
    facts, head = "at_: {type: moment}", "time_zone: America/Los_Angeles"
    days = [version(facts, f"r: {{when: now - at_ <= {n} days, raise_to: high}}", head) for n in (14, 30)]
    found = days[0].compare(days[1])
    assert not found.timed
    assert found.differences[0].causes[0].cases[0].to_dict()["conditions"] == [
        "all of [now - at_ > 14 days, now - at_ <= 30 days]"
    ]
    months = version(facts, "r: {when: now <= at_ + 1 months, raise_to: high}", head)
    assert days[1].compare(months).timed


def test_another_time_zone() -> None:
    """The same dates in another time zone are other moments."""
    facts, rule = "on: {type: date}", "r: {when: now - on > 2 days, raise_to: high}"
    one, other = (version(facts, rule, f"time_zone: {zone}") for zone in ("America/Los_Angeles", "Asia/Shanghai"))
    assert one.compare(other).verdict == "different"
    assert one.compare(one).verdict == "equivalent"


def test_what_is_assumed_counts() -> None:
    """A version that assumes something else of what is not known differs, though no complete incident shows it."""
    facts, rule = "home: {type: yes_no, until_known: %s}", "r: {when: home, raise_to: high}"
    found = version(facts % "yes", rule).compare(version(facts % "no", rule))
    assert (found.verdict, [edit.name for edit in found.while_unknown]) == ("different", ["home"])


def test_what_is_done_while_the_tier_is_open_counts() -> None:
    """A response for as long as the tier is open makes a difference, though no complete incident shows it."""
    rule = "r: {when: home, raise_to: high}"
    old, new = (
        version(AGED, rule, f"responses: {{ask: {{when: {when}}}}}")
        for when in ("unsettled", "tier >= high and tier < high")
    )
    assert [edit.name for edit in old.compare(new).while_unknown] == ["ask"]
    assert old.compare(version(AGED, rule)).verdict == "different"


def test_several_numbers_are_not_decided() -> None:
    """A formula over several numbers that only one version has is shown by an example, or not decided; never proved."""
    facts = "a: {type: number, min: 0, max: 100000}, b: {type: number, min: 0, max: 100000}"
    old = version(facts, "r: {when: a * b == 7919, raise_to: high}")
    new = version(facts, "r: {when: a * b == 7907, raise_to: high}")
    found = old.compare(new)
    assert found.verdict == "undecided"
    assert Claim("tier", "", "low", "high") in found.undecided
    assert old.compare(version(facts, "s: {when: a * b == 7919, raise_to: high}")).verdict == "equivalent"


def test_a_spent_budget_names_what_is_open() -> None:
    """Without time nothing is decided: every claim is named, and the verdict is not equality."""
    other = version(AGED, "r: {when: age > 5, raise_to: high}")
    found = version(AGED, "r: {when: home, raise_to: high}").compare(other, budget=0)
    assert found.verdict == "undecided"
    assert {claim.after for claim in found.undecided} == {"low", "high"}


def test_without_python_sat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where python-sat is not installed the same is proved and shown."""
    sources = [
        replace(each, text=each.text.replace("people_harmed >= 4", "people_harmed >= 3")) for each in CCSJ.sources
    ]
    changed = protocol_from_sources(sources)
    with_it = [CCSJ.compare(CCSJ), CCSJ.compare(changed)]
    monkeypatch.setitem(sys.modules, "pysat.solvers", None)
    without = [CCSJ.compare(CCSJ), CCSJ.compare(changed)]
    for one, other in zip(with_it, without, strict=True):
        assert one.verdict == other.verdict
        assert {each.claim for each in one.differences} == {each.claim for each in other.differences}
        assert not other.undecided


def test_shares() -> None:
    """The share is that of equally likely answers, or goes by how often answers have been seen."""
    old = version("home: {type: yes_no}, alone: {type: yes_no}", "r: {when: home, raise_to: high}")
    new = version("home: {type: yes_no}, alone: {type: yes_no}", "r: {when: home and alone, raise_to: high}")
    share = old.compare(new).share
    assert share
    assert share.drawn == 16 * BATCH
    assert share.interval[0] < 0.25 < share.interval[1]
    seen = {"home": {True: 1, False: 9}, "alone": {True: 1, False: 1}}
    rare = compare(old, new, frequencies=seen).share
    assert rare
    assert rare.interval[0] < 0.05 < rare.interval[1]


def test_wilson_intervals() -> None:
    """An interval holds its estimate; none drawn still leaves a little room, all drawn likewise."""
    assert Share(0, 100).interval == pytest.approx((0, 0.037), abs=0.001)
    assert Share(100, 100).interval == pytest.approx((0.963, 1), abs=0.001)
    assert Share(50, 100).interval == pytest.approx((0.404, 0.596), abs=0.001)


# As data, and private facts


def test_the_document_fits_its_schema() -> None:
    """What `to_dict` gives fits the published JSON Schema."""
    old = version(f"{AGED}, seen: {{type: choices, options: [knife]}}", "r: {when: home, raise_to: high}")
    new = version(
        f"{AGED}, seen: {{type: choices, options: [knife, gun]}}", "r: {when: home and age > 9, raise_to: high}"
    )
    found = old.compare(new).to_dict()
    jsonschema.Draft202012Validator(comparison_schema()).validate(json.loads(json.dumps(found)))


def test_values_of_private_facts_stay_private() -> None:
    """Values of private facts are shown only where asked for."""
    facts = "secret: {type: choice, options: [apple, pear], private: yes}"
    old, new = (version(facts, f"r: {{when: secret == {name}, raise_to: high}}") for name in ("apple", "pear"))
    found = old.compare(new)
    assert found.to_dict()["differences"][0]["witness"]["facts"] == {"secret": None}
    assert found.to_dict(private=True)["differences"][0]["witness"]["facts"]["secret"] in ("apple", "pear")
