"""Exact ranges, questions, reasons and changes, held against trying everything out on generated protocols."""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from rapid_response import Protocol, load_protocol, protocol_from_text
from rapid_response.evaluation.compiling import Facts
from rapid_response.evaluation.outcomes import ResponseState
from rapid_response.evaluation.recommendation import Recommendation, recommend
from rapid_response.protocol.values import Encoded
from rapid_response.reasoning import changes, network, several
from rapid_response.reasoning.batch import ExactRanges, exact_results
from rapid_response.reasoning.changes import Changes, what_would
from rapid_response.reasoning.interview import start
from rapid_response.reasoning.network import Space, space_of
from rapid_response.reasoning.questions import questions
from rapid_response.reasoning.ranges import exact
from rapid_response.reasoning.reasons import why
from rapid_response.reasoning.solver import Answer, Clause, make_solver
from rapid_response.reasoning.why_not import why_not
from rapid_response.testing import as_ofs, histories, incidents, protocols

HERE = Path(__file__).parent.parent
MOST_WAYS = 300
"""So many ways in which an incident may turn out are tried; where there are more, some facts are given a value."""

MOST_CHANGED_HERE = 3
"""Changes of fewer facts are all tried out."""

thorough = settings(max_examples=settings().max_examples // 2, suppress_health_check=list(HealthCheck))


@st.composite
def results(draw: st.DrawFn, most_ways: int = MOST_WAYS) -> Recommendation:
    """Results of generated protocols of which so much is known that everything else can be tried out."""
    protocol = draw(protocols())
    as_of = draw(as_ofs(protocol))
    unknowns = draw(st.sampled_from([0.2, 0.5, 0.8, 1.0]))
    past = draw(histories(protocol, unknowns=draw(st.sampled_from([0, 0.3]))))
    result = protocol.evaluate(draw(incidents(protocol, unknowns=unknowns)), as_of=as_of, history=past)
    found = narrowed(result, most_ways)
    note(f"{dict(found.facts)} as of {found.as_of}")
    return found


def narrowed(result: Recommendation, most_ways: int) -> Recommendation:
    """The result once unknown facts with many values have been given one, until there are few enough ways."""
    space = space_of(result.protocol, result.now)
    facts = list(result.incident.facts)
    sizes = {name: len(values(space, name)) for name in result.missing}
    for name in sorted(sizes, key=lambda name: -sizes[name]):
        if ways(sizes.values()) > most_ways:
            facts[list(result.protocol.facts).index(name)] = values(space, name)[-1]
            sizes[name] = 1
    return again(result, tuple(facts))


def ways(sizes: Any) -> int:
    found = 1
    for size in sizes:
        found *= size
    return found


def values(space: Space, fact: str) -> list[Encoded]:
    """One value of each cell of a fact, some value where the protocol does not look at it."""
    kind, positions = space.protocol.facts[fact].type, space.by_fact.get(fact, ())
    if not positions:
        anything: dict[str, Encoded] = {"yes_no": False, "text": "", "date": 700_000}
        bounded = int(kind.low) if kind.name == "number" else 0
        return [kind.options[0] if kind.name in ("scale", "choice") else anything.get(kind.name, bounded)]
    axes = [space.axes[position] for position in positions]
    if kind.name == "choices":
        chosen = product((0, 1), repeat=len(axes))
        return [sum(bit << (axis.option or 0) for axis, bit in zip(axes, bits, strict=True)) for bits in chosen]
    return [axes[0].value_in(cell) for cell in range(len(axes[0].cells))]


def again(result: Recommendation, facts: Facts) -> Recommendation:
    return recommend(result.protocol, result.incident._replace(facts=facts), result.now, result.past)


def with_facts(result: Recommendation, changed: Mapping[str, Encoded | None]) -> Recommendation:
    pairs = zip(result.protocol.facts, result.incident.facts, strict=True)
    return again(result, tuple(changed.get(name, value) for name, value in pairs))


def completions(result: Recommendation, but: Sequence[str] = ()) -> Iterator[Recommendation]:
    """Every way in which the missing facts may turn out, those in `but` left unknown."""
    names = [name for name in result.missing if name not in but]
    for chosen in product(*(tried(result, name) for name in names)):
        yield with_facts(result, dict(zip(names, chosen, strict=True)))


def tried(result: Recommendation, fact: str) -> list[Encoded]:
    """One value of each cell of a fact, and what it was in past incidents, which patterns compare it with."""
    before = result.past.incidents[:2] if result.past else ()
    place = list(result.protocol.facts).index(fact)
    found = [*values(space_of(result.protocol, result.now), fact), *(one.facts[place] for one in before)]
    return list(dict.fromkeys(value for value in found if value is not None))


def given_facts(result: Recommendation) -> dict[str, Any]:
    """The known facts as they are given: decimals as such, not as text."""
    facts = result.protocol.facts
    return {
        name: Decimal(value) if facts[name].type.name == "number" else value for name, value in result.facts.items()
    }


def levels(result: Recommendation) -> tuple[int, int]:
    """The range of levels found by trying everything."""
    found = [way.range[0] for way in completions(result)]
    return min(found), max(found)


def outcome(result: Recommendation) -> tuple[int, tuple[str, ...]]:
    return result.range[0], tuple(response.state for response in result.responses)


def is_exact(result: Recommendation) -> bool:
    found = exact(result).exactness
    return found is not None and found.exact


# Ranges


@thorough
@given(results())
def test_exact_range(result: Recommendation) -> None:
    """P4: the exact range is that of everything that can still happen; where it is not exact it holds all of that."""
    low, high = levels(result)
    found = exact(result)
    assert found.range[0] <= low <= high <= found.range[1]
    assert not is_exact(result) or found.range == (low, high)


@thorough
@given(st.data(), results())
def test_any_completion_lies_in_the_range(data: st.DataObject, result: Recommendation) -> None:
    """P4: whatever the missing facts turn out to be, whichever value of a cell, the tier lies in the exact range."""
    complete = result.protocol.evaluate(data.draw(incidents(result.protocol, unknowns=0)), as_of=result.as_of)
    rest = dict(zip(result.protocol.facts, complete.incident.facts, strict=True))
    way = with_facts(result, {name: rest[name] for name in result.missing})
    assert exact(result).range[0] <= way.range[0] <= exact(result).range[1]


@thorough
@given(st.data(), results())
def test_learning_never_widens(data: st.DataObject, result: Recommendation) -> None:
    """P3: learning a fact never widens the exact range."""
    assume(result.missing)
    fact = data.draw(st.sampled_from(result.missing))
    value = data.draw(st.sampled_from(tried(result, fact)))
    before, after = exact(result).range, exact(with_facts(result, {fact: value})).range
    assert before[0] <= after[0] <= after[1] <= before[1]


@thorough
@given(results())
def test_recommended_within_the_range(result: Recommendation) -> None:
    """What is recommended under the assumptions lies in the exact range, and narrowing twice is narrowing once."""
    found = exact(result)
    assert found.tier is None or found.lowest <= found.tier <= found.highest
    assert exact(found) is found


@thorough
@given(st.data(), protocols())
def test_batch(data: st.DataObject, protocol: Protocol) -> None:
    """Exact results of many incidents at once are those of each alone, at one time of evaluation or at several."""
    times = data.draw(st.lists(as_ofs(protocol), min_size=1, max_size=2))
    given_incidents = data.draw(st.lists(incidents(protocol, unknowns=0.5), min_size=1, max_size=4))
    past = data.draw(histories(protocol))
    results = [
        protocol.evaluate(facts, as_of=as_of, history=history)
        for facts in given_incidents
        for as_of in times
        for history in (past, None)
    ]
    found = list(exact_results([*results, *results]))
    assert found == [exact(result) for result in [*results, *results]]
    assert [one.to_dict() for one in found[: len(results)]] == [exact(result).to_dict() for result in results]
    ranges = ExactRanges(protocol)
    assert [ranges.of(one.incident.facts, one.now, counts=one.counts) for one in results] == [
        (e.range, e.exactness) for e in found[: len(results)]
    ]


def test_batch_works_each_combination_out_once() -> None:
    """Incidents that no condition tells apart are worked out once, others apart, and what is settled not at all."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, middle: {}, high: {}}\n"
        "facts: {age: {type: number, min: 0, max: 120}, f: {type: yes_no}, story: {type: text}}\n"
        "rules: {a: {when: age >= 65 and f, raise_to: high}, b: {when: age >= 18 and f, raise_to: middle}}"
    )
    ranges = ExactRanges(protocol)
    found = {age: {ranges.of((age, None, story), None)[0] for story in (None, "one", "another")} for age in range(121)}
    assert all(found[age] == {(0, (age >= 18) + (age >= 65))} for age in found)
    assert len(ranges.remembered) == 2


def test_excluded_middle() -> None:
    """A tier that is reached by `x` as well as by `not x` is settled, though neither rule is."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts: {x: {type: yes_no}}\n"
        "rules: {a: {when: x, raise_to: high}, b: {when: not x, raise_to: high}}\n"
        "responses: {r: {when: tier >= high}}"
    )
    found = exact(protocol.evaluate({}))
    assert (found.lowest.name, found.standing, found.response("r").state) == ("high", "settled", "active")


@pytest.mark.parametrize(("effect", "settled"), [("raise_to: top", "top"), ("limit_to: low", "low")])
def test_several_facts_together_settle_it(effect: str, settled: str) -> None:
    """What follows only from three facts together, whichever way each turns out, is found over several tiers."""
    ways = [" and ".join(signs) for signs in product(("x", "not x"), ("y", "not y"), ("z", "not z"))]
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, middle: {}, upper: {}, top: {}}\n"
        "facts: {x: {type: yes_no}, y: {type: yes_no}, z: {type: yes_no}}\nrules:\n"
        + "".join(f"  r{number}: {{when: {way}, {effect}}}\n" for number, way in enumerate(ways))
        + ("" if settled == "top" else "  always: {raise_to: top}\n")
    )
    found = exact(protocol.evaluate({}))
    assert (found.lowest.name, found.highest.name, is_exact(found)) == (settled, settled, True)


def test_what_is_assumed_never_leaves_the_range() -> None:
    """A criterion that must hold, though no single fact says so, is not assumed to fail."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts: {x: {type: yes_no}, y: {type: yes_no}}\n"
        "criteria: {c: {when: x and y or x and not y or not x and y or not x and not y, until_known: no}}\n"
        "rules: {r: {when: c, raise_to: high}}"
    )
    result = protocol.evaluate({})
    assert (str(result.tier), str(exact(result).tier), exact(result).standing) == ("low", "high", "settled")


def test_answers_are_thought_through() -> None:
    """What an answer leads to is exact, also where that follows only from several other facts together."""
    ways = [" and ".join(signs) for signs in product(("x", "not x"), ("y", "not y"), ("z", "not z"))]
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, middle: {}, high: {}}\n"
        "facts: {w: {type: yes_no}, x: {type: yes_no}, y: {type: yes_no}, z: {type: yes_no}}\nrules:\n"
        + "".join(f"  r{number}: {{when: w and {way}, raise_to: high}}\n" for number, way in enumerate(ways))
        + "".join(f"  l{number}: {{when: not w and {way}, limit_to: low}}\n" for number, way in enumerate(ways))
        + "  always: {raise_to: middle}\n"
    )
    found = questions(protocol.evaluate({}))
    assert [question.fact for question in found.asked] == ["w"]
    assert [(str(o.answers), str(o.lowest), str(o.highest)) for o in found.asked[0].outcomes] == [
        ("no", "low", "low"),
        ("yes", "high", "high"),
    ]


# Questions


@thorough
@given(results(most_ways=60))
def test_relevant_facts(result: Recommendation) -> None:
    """A fact called irrelevant changes nothing in any case; one that is asked for can change what it is about."""
    found = questions(result)
    for name in found.irrelevant:
        for way in completions(result, but=[name]):
            assert len({outcome(with_facts(way, {name: value})) for value in tried(result, name)}) == 1
    for question in found.asked:
        if question.fact not in found.unresolved:
            differing = [
                {outcome(with_facts(way, {question.fact: value})) for value in tried(result, question.fact)}
                for way in completions(result, but=[question.fact])
            ]
            tiers = any(len({level for level, _ in outcomes}) > 1 for outcomes in differing)
            assert tiers == (question.about == "tier")
            assert tiers or any(len(outcomes) > 1 for outcomes in differing)
    assert {question.fact for question in found.asked} | set(found.irrelevant) == set(result.missing)


@thorough
@given(results(most_ways=60))
def test_consequences(result: Recommendation) -> None:
    """Each answer to a question leaves just the tiers that its consequence says."""
    assume(is_exact(result))
    for question in questions(result).asked:
        kind = result.protocol.facts[question.fact].type
        for consequence in question.outcomes:
            stated = consequence.lowest.level, consequence.highest.level
            if kind.name in ("yes_no", "scale", "choice"):
                options: list[Any] = consequence.answers.to_dict()["options"]
                for option in options:
                    assert levels(with_facts(result, {question.fact: option})) == stated


@thorough
@given(st.data(), results(most_ways=60))
def test_most_left(data: st.DataObject, result: Recommendation) -> None:
    """However the facts turn out, it takes no more answers than was said until the tier is settled."""
    assume(is_exact(result))
    way = data.draw(st.sampled_from(list(completions(result))))
    turned_out = dict(zip(result.protocol.facts, way.incident.facts, strict=True))
    asked, most = 0, questions(result).most_left
    assert result.questions_left == most
    while exact(result).standing != "settled":
        fact = questions(result).asked[0].fact
        result, asked = with_facts(result, {fact: turned_out[fact]}), asked + 1
    assert asked <= most


def test_rare_relevance() -> None:
    """A fact that matters only where many others turn out in one way is still asked for, and proved to matter."""
    facts = [f"f{number}" for number in range(16)]
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts:\n"
        + "".join(f"  {fact}: {{type: yes_no}}\n" for fact in [*facts, "other"])
        + f"rules: {{r: {{when: {' and '.join(facts)}, raise_to: high}}}}"
    )
    found = questions(protocol.evaluate({}))
    assert {question.fact for question in found.asked} == set(facts)
    assert (found.irrelevant, found.unresolved, found.most_left) == (("other",), (), 16)


def test_questions_on_the_first_call() -> None:
    """On the first call the age of the person harmed matters, the private account does not, and answers have words."""
    protocol = load_protocol("protocol_rules/ccsj")
    facts = {"occurred_at": "2026-04-07T22:30", "where_it_happened": "san_francisco"}
    found = questions(protocol.evaluate(facts, as_of="2026-04-07T23:10"))
    asked = {question.fact: question for question in found.asked}
    assert "victim_age" in asked
    assert "story" in found.irrelevant
    assert [str(outcome.answers) for outcome in asked["harm"].outcomes] == [
        "“Injured” or below",
        "“Seriously injured” or above",
    ]
    assert found.asked[0].outcomes[0].answers.in_language("zh-Hant")


def test_frequencies_order_the_questions() -> None:
    """What has been seen moves the question that most often decides to the front."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts: {a: {type: yes_no}, b: {type: yes_no}}\n"
        "rules: {r: {when: a and b, raise_to: high}}"
    )
    result = protocol.evaluate({})
    assert questions(result, {"b": {True: 1, False: 99}, "a": {True: 99, False: 1}}).asked[0].fact == "b"
    assert questions(result, {"a": {True: 1, False: 99}, "b": {True: 99, False: 1}}).asked[0].fact == "a"


# Reasons


def only(result: Recommendation, facts: Sequence[str]) -> Recommendation:
    """The same incident of which only some facts are known."""
    names = result.protocol.facts
    return with_facts(result, {name: None for name in names if name not in facts})


@thorough
@given(results(), st.booleans())
def test_why(result: Recommendation, smallest: bool) -> None:
    """P6: the reasons force the range whatever all other facts are, and none of them can be left out."""
    assume(is_exact(result))
    found, wanted = why(result, smallest=smallest), exact(result).range
    assert found is not None
    reached = exact(only(result, tuple(found.facts))).range
    assert wanted[0] <= reached[0] <= reached[1] <= wanted[1]
    for fact in found.facts:
        rest = exact(only(result, [name for name in found.facts if name != fact]))
        if rest.exactness and rest.exactness.exact:
            assert rest.range[0] < wanted[0] or wanted[1] < rest.range[1]


@thorough
@given(results())
def test_smallest_why(result: Recommendation) -> None:
    """No set of fewer facts than `least` forces the range; and `least` is the number of reasons unless time ran out."""
    assume(is_exact(result))
    found, wanted = why(result, smallest=True), exact(result).range
    assert found is not None
    assert found.least == len(found.facts)
    for facts in combinations(result.facts, found.least - 1) if found.least else ():
        fewer = exact(only(result, facts))
        if fewer.exactness and fewer.exactness.exact:
            assert fewer.range[0] < wanted[0] or wanted[1] < fewer.range[1]


@thorough
@given(results())
def test_why_a_response(result: Recommendation) -> None:
    """P6: the reasons for a response force its state, whatever all other facts are; none of them can be left out."""
    for response in result.protocol.responses:
        found = why(result, response=response)
        states = {way.response(response).state for way in completions(result)}
        assert found is None or len(states) == 1
        if found is not None:
            few = narrowed(only(result, tuple(found.facts)), 100)
            assert {way.response(response).state for way in completions(few)} == states
            assert found.claim == f"{response} is {next(iter(states))}"
            for fact in found.facts:
                assert why(only(result, [name for name in found.facts if name != fact]), response=response) is None


# Changes


@thorough
@given(st.data(), results(most_ways=40))
def test_changes(data: st.DataObject, result: Recommendation) -> None:
    """P7: a stated change leads to the stated tier; no change of fewer facts does, and no other one of as few."""
    tier = data.draw(st.sampled_from(result.protocol.tiers))
    found = what_would(result, tier=tier.name)
    note(f"{[dict(change.facts) for change in found]}, exact {found.exact}, complete {found.complete}")
    for change in found:
        assert change.result.tier == tier
        facts = {"id": result.incident.id, **given_facts(result), **change.facts}
        past = result.past.incidents if result.past else None
        assert result.protocol.evaluate(facts, as_of=result.as_of, history=past).tier == tier
    sizes = {len(change.facts) for change in found}
    assert len(sizes) < 2
    if exact(result).tier != tier:
        size = min(sizes, default=MOST_CHANGED_HERE)
        assert not found.exact or not any(leading(result, number, tier.name) for number in range(size))
        if found.complete and size < MOST_CHANGED_HERE:
            assert {frozenset(change.facts) for change in found} == leading(result, size, tier.name)


def leading(result: Recommendation, number: int, tier: str) -> set[frozenset[str]]:
    """All sets of so many facts of which some other values lead to the tier."""
    return {
        frozenset(names)
        for names in combinations(changing(result), number)
        if any(
            leads(with_facts(result, dict(zip(names, chosen, strict=True))), tier)
            for chosen in product(*(tried(result, name) for name in names))
        )
    }


def changing(result: Recommendation) -> Sequence[str]:
    """The facts that may lead somewhere."""
    by_fact = space_of(result.protocol, result.now).by_fact
    return tuple(result.protocol.facts) if result.past else tuple(by_fact)


def leads(result: Recommendation, tier: str) -> bool:
    return str(result.tier) == tier and str(exact(result).tier) == tier


@thorough
@given(st.data(), results(most_ways=40))
def test_changes_of_responses(data: st.DataObject, result: Recommendation) -> None:
    """P7: a change puts the response into the state, no one fact does where more are changed, what is fixed stays."""
    assume(result.protocol.responses)
    response = data.draw(st.sampled_from(sorted(result.protocol.responses)))
    state: ResponseState = data.draw(st.sampled_from(["active", "inactive", "open"]))
    fixed = data.draw(st.lists(st.sampled_from(sorted(result.protocol.facts)), max_size=2))
    only_unknown = data.draw(st.booleans())
    found = what_would(result, response=response, state=state, fixed=fixed, only_unknown=only_unknown)
    for change in found:
        assert change.result.response(response).state == state
        assert not set(change.facts) & {*fixed, *(result.facts if only_unknown else ())}
    if found.exact and not found and exact(result).response(response).state != state:
        for fact in {*changing(result)} - {*fixed, *(result.facts if only_unknown else ())}:
            for value in tried(result, fact):
                way = with_facts(result, {fact: value})
                assert {way.response(response).state, exact(way).response(response).state} != {state}


def test_several_facts_together() -> None:
    """Three facts that lead to a tier only together are found, with the nearest values."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\n"
        "facts: {f: {type: yes_no}, harm: {type: scale, options: [no, some, much, most]}, "
        "age: {type: number, min: 0, max: 120}}\n"
        "rules: {r: {when: f and harm >= much and age >= 65, raise_to: high}}"
    )
    found = what_would(protocol.evaluate({"f": False, "harm": "no", "age": 40}), tier="high")
    assert [dict(change.facts) for change in found] == [{"f": True, "harm": "much", "age": 65}]


@pytest.mark.parametrize("join", [" or ", " and "])
def test_where_there_are_more_changes_than_are_given_it_is_said(join: str) -> None:
    """A list cut off at its limit is not complete; one that has room for all is. Either way no fewer facts would do."""
    facts = [f"f{number}" for number in range(6)]
    pairs = [f"({one}{join}{other})" for one, other in zip(facts[::2], facts[1::2], strict=True)]
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts:\n"
        + "".join(f"  {fact}: {{type: yes_no}}\n" for fact in facts)
        + f"rules: {{r: {{when: {' or '.join(pairs)}, raise_to: high}}}}"
    )
    result, number = protocol.evaluate(dict.fromkeys(facts, False)), 6 if join == " or " else 3
    for limit in range(1, 8):
        found = what_would(result, tier="high", limit=limit)
        assert (len(found), found.exact, found.complete) == (min(limit, number), True, limit >= number)


def test_what_is_recommended_may_stay_open() -> None:
    """A change leads to a tier where that is recommended, though a higher one stays possible."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, middle: {}, high: {}}\nfacts: {f: {type: yes_no}, g: {type: yes_no}}\n"
        "rules: {r: {when: f, raise_to: middle}, s: {when: g, raise_to: high}}"
    )
    [change] = what_would(protocol.evaluate({"f": False}), tier="middle")
    assert (change.facts, change.result.standing) == ({"f": True}, "open")


def test_three_facts_rather_than_four() -> None:
    """Where four facts lead there in many ways and three in one, the three are given; where it takes nine, none."""
    facts = [f"f{number}" for number in range(10)]
    fours = [" and ".join(four) for four in combinations(facts[:7], 4)]
    for rules, fixed, number in (([*fours, "f7 and f8 and f9"], (), 3), ([" and ".join(facts[:9])], ("f9",), 0)):
        protocol = protocol_from_text(
            "protocol: p\ntiers: {low: {}, high: {}}\nfacts:\n"
            + "".join(f"  {fact}: {{type: yes_no}}\n" for fact in facts)
            + "rules:\n"
            + "".join(f"  r{place}: {{when: {rule}, raise_to: high}}\n" for place, rule in enumerate(rules))
        )
        found = what_would(protocol.evaluate(dict.fromkeys(facts, False)), tier="high", fixed=fixed)
        assert [len(change.facts) for change in found] == ([number] if number else [])
        assert (found.exact, found.complete) == (bool(number), bool(number))


def test_a_change_that_fails_by_itself_may_do_with_another() -> None:
    """What only the exact result sees is no change by itself; with the fact that the rule waits for, it is."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts: {p: {type: yes_no}, x: {type: yes_no}}\n"
        "rules: {r: {when: p and (x or not x), raise_to: high}}"
    )
    found = what_would(protocol.evaluate({"p": False}), tier="high")
    assert [sorted(change.facts) for change in found] == [["p", "x"]]


def test_assumptions_that_formulas_see_through_are_not_called_exact() -> None:
    """Where a criterion is assumed though it follows from nothing known, a smaller change may escape: that is said."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, middle: {}, high: {}}\n"
        "facts: {x: {type: yes_no}, d: {type: yes_no}, e: {type: yes_no}}\n"
        "criteria: {c: {when: x or not x, until_known: no}, k: {when: d, until_known: yes}}\n"
        "rules: {m: {when: c and k, raise_to: middle}, h: {when: e, raise_to: high}}"
    )
    result = protocol.evaluate({"e": True})
    assert leads(with_facts(result, {"e": False}), "low")
    assert not what_would(result, tier="low").exact


def test_what_is_not_looked_into_is_not_called_exact() -> None:
    """Where a condition is too large to look into, finding nothing is no proof; where none is, it is."""
    facts = "facts: {a: {type: number, min: 0, max: 9999}, b: {type: number, min: 0, max: 9999}, f: {type: yes_no}}\n"
    for condition, proved in (("a * b >= 100 and f", False), ("a >= 100 and b >= 100 and f", True)):
        protocol = protocol_from_text(
            f"protocol: p\ntiers: {{low: {{}}, high: {{}}}}\n{facts}rules: {{r: {{when: {condition}, raise_to: high}}}}"
        )
        found = what_would(protocol.evaluate({"a": 1, "b": 1, "f": True}), tier="high", fixed=["a"])
        assert (len(found), found.exact) == (0, proved)


def test_unknown_names_are_refused() -> None:
    """A tier, response or fact that the protocol does not have is a KeyError."""
    result = load_protocol("protocol_rules/ccsj").evaluate({}, as_of="2026-04-07T23:10")
    for call in (
        lambda: what_would(result, tier="nosuch"),
        lambda: what_would(result, response="nosuch"),
        lambda: what_would(result, tier="monitor", fixed=["nosuch"]),
        lambda: why(result, tier="nosuch"),
        lambda: why_not(result, "nosuch"),
    ):
        with pytest.raises(KeyError, match="nosuch"):
            call()


@thorough
@given(st.data(), results(most_ways=40))
def test_why_not(data: st.DataObject, result: Recommendation) -> None:
    """Each rule that could raise to the tier and did not fire is named with what it lacked, and each limit below it."""
    tier = data.draw(st.sampled_from(result.protocol.tiers))
    found = why_not(result, tier.name)
    for lacking in found.raises:
        assert lacking.rule.tiers[1] >= tier
        assert lacking.rule.state in ("not fired", "open")
        assert lacking.lacked or lacking.excepted
    assert all(rule.tiers[0] < tier for rule in found.limits)
    assert found.possible == (exact(result).lowest <= tier <= exact(result).highest)
    told = {*(lacking.rule.name for lacking in found.raises), *(rule.name for rule in (*found.limits, *found.above))}
    fired = [rule for rule in exact(result).rules if rule.state == "fired"]
    assert told >= {rule.name for rule in fired if rule.part.effect == "raise_to" and rule.tiers[0] > tier}
    recommended = exact(result).tier
    if recommended is None or recommended < tier:
        assert told >= {rule.name for rule in fired if rule.part.effect == "limit_to" and rule.tiers[0] < tier}
        idle = [rule for rule in exact(result).rules if rule.state in ("not fired", "open")]
        assert told >= {rule.name for rule in idle if rule.part.effect == "raise_to" and rule.tiers[1] >= tier}


# Interviews


@thorough
@given(st.data(), results(most_ways=40))
def test_interview(data: st.DataObject, result: Recommendation) -> None:
    """Each step leaves fewer questions; the end is settled unless something was skipped; back is where it was."""
    given_first = {"id": result.incident.id, **given_facts(result)}
    interview = start(result.protocol, given_first, result.now, past=result.past)
    space = space_of(result.protocol, result.now)
    while interview.question is not None:
        left = interview.most_left
        if data.draw(st.booleans()):
            step = interview.dont_know()
        else:
            value = data.draw(st.sampled_from(values(space, interview.question.fact)))
            answered = with_facts(interview.result, {interview.question.fact: value})
            step = interview.answer(given_facts(answered)[interview.question.fact])
        assert step.most_left < left
        assert step.back() is interview
        interview = step
    if not interview.skipped and is_exact(interview.result):
        assert interview.result.standing == "settled"


# The page


def test_the_page_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the page "When you don't know yet" shows is what Python prints."""
    monkeypatch.chdir(HERE)
    page = (HERE / "docs/when-you-dont-know-yet.md").read_text(encoding="utf-8")
    shown = "\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    examples = doctest.DocTestParser().get_doctest(shown, {}, "page", None, 0)
    assert len(examples.examples) > 20
    assert not doctest.DocTestRunner().run(examples).failed


# Always the same


@thorough
@given(results(most_ways=40))
def test_answers_do_not_depend_on_earlier_ones(result: Recommendation) -> None:
    """P1: answers are the same whatever was asked before, in a new process or an old one."""

    def answers() -> list[Any]:
        reasons = [why(result), why(result, smallest=True)]
        changes = [what_would(result, tier=tier.name) for tier in result.protocol.tiers]
        stated = [reason.to_dict() for reason in reasons if reason]
        return [stated, [[change.to_dict() for change in found] for found in changes], questions(result).to_dict()]

    before = answers()
    for cache in (network._space, network._network, network._translation):
        cache.cache_clear()
    assert [answers()[position] for position in (2, 1, 0)] == [before[position] for position in (2, 1, 0)]


def test_private_values_are_left_out() -> None:
    """Values of private facts are in no answer's data unless asked for, and no values are in representations."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\n"
        "facts: {f: {type: number, min: 0, max: 9999, private: yes}, g: {type: yes_no}}\n"
        "rules: {r: {when: f >= 4321 and g, raise_to: high}}"
    )
    result = protocol.evaluate({"f": 1234})
    reason, audit, asked = why(result), why_not(result, "high"), questions(protocol.evaluate({"g": True}))
    assert reason is not None
    assert (reason.to_dict()["facts"], reason.to_dict()["private"]) == ({"f": None}, ["f"])
    assert (reason.to_dict(private=True)["facts"], reason.to_dict(private=True)["private"]) == ({"f": 1234}, [])
    [change] = audit.to_dict()["changes"]["found"]
    assert (change["facts"], change["private"]) == ({"f": None, "g": True}, ["f"])
    [change] = audit.to_dict(private=True)["changes"]["found"]
    assert (change["facts"], change["private"]) == ({"f": 4321, "g": True}, [])
    assert "1234" not in repr((reason, audit.changes, asked, result)) + str(audit.to_dict())
    assert "4321" not in repr((reason, audit.changes, result))


class Impatient:
    """A solver that gives a question up after few conflicts."""

    def __init__(self, clauses: Sequence[Clause], variables: int, budget: int) -> None:
        self.solver, self.budget = make_solver(clauses, variables), budget
        self.add = self.solver.add

    def solve(self, literals: Sequence[int], budget: int = 0) -> Answer:  # noqa: ARG002
        return self.solver.solve(literals, self.budget)


def given_up(result: Recommendation, tier: str, tried: int, budget: int) -> Changes:
    """The changes found where so many sets of facts are tried, and a question is given up after so many conflicts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(several, "MOST_TRIED", tried)
        patch.setattr(several, "make_solver", partial(Impatient, budget=budget))
        patch.setattr(changes, "MOST_OPTIONS", 0)
        return what_would(result, tier=tier)


@thorough
@given(st.data(), results(most_ways=20))
def test_changes_by_a_search_that_is_given_up(data: st.DataObject, result: Recommendation) -> None:
    """Whatever is not found for want of time, changes lead where they should, and none is passed off as the fewest."""
    tier = data.draw(st.sampled_from(result.protocol.tiers))
    whole = what_would(result, tier=tier.name)
    found = given_up(result, tier.name, data.draw(st.sampled_from([0, 1, 2, 64])), data.draw(st.integers(0, 5)))
    assert all(change.result.tier == tier for change in found)
    assert not found.exact or {len(change.facts) for change in found} == {len(change.facts) for change in whole}
    assert not found.complete or {*map(_facts, found)} == {*map(_facts, whole)}


def test_a_search_that_is_given_up_at_few_facts_and_finds_more() -> None:
    """What is found after a question about fewer facts was given up is not called the fewest."""
    facts = [f"f{number}" for number in range(12)]
    groups = [facts[0:3], facts[3:6], facts[6:9], facts[9:12]]
    wanted = " and ".join(f"count({', '.join(group)}) >= 1" for group in groups)
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts:\n"
        + "".join(f"  {fact}: {{type: yes_no}}\n" for fact in facts)
        + f"rules: {{r: {{when: '{wanted}', raise_to: high}}}}"
    )
    result = protocol.evaluate(dict.fromkeys(facts, False))
    found = [given_up(result, "high", 64, budget) for budget in range(40)]
    assert what_would(result, tier="high").exact
    assert any(changes and not changes.exact for changes in found)
    assert all(len(change.facts) == 4 for changes in found if changes.exact for change in changes)


def _facts(change: changes.Change) -> frozenset[str]:
    return frozenset(change.facts)
