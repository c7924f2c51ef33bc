"""A check against brute force: small protocols of which every incident is evaluated, one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, product
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from rapid_response import Recommendation, protocol_from_text
from rapid_response.proving.checking import check
from rapid_response.proving.findings import Check

FACTS: Mapping[str, tuple[Any, ...]] = {
    "f": (False, True),
    "g": (False, True),
    "s": ("a", "b", "c"),
    "n": (0, 1, 2, 3),
}
DECLARED = """
  f: {{type: yes_no{f}}}
  g: {{type: yes_no{g}}}
  s: {{type: scale, options: [a, b, c]{s}}}
  n: {{type: number, min: 0, max: 3{n}}}
"""
TIERS = ("low", "middle", "high")
TESTS = ["f", "g", "not f", "not g", "s >= b", "s == c", "s <= a", "n >= 1", "n >= 2", "n == 3", "n * 2 + 1 >= 5"]
LATER = ["one", "not two", "score >= 2"]


@dataclass(frozen=True)
class Small:
    """A small protocol as its parts, so that it can be written with a part left out or more asked."""

    more_is: Mapping[str, str]
    criteria: Mapping[str, str]
    cases: tuple[str, ...]
    rules: Mapping[str, tuple[str, str | None, str]]
    services: Mapping[str, tuple[str, str]]
    properties: tuple[tuple[str, str], ...]
    asked: Mapping[str, str] = field(default_factory=dict)

    def without(self, rule: str) -> Small:
        return replace(self, rules={name: parts for name, parts in self.rules.items() if name != rule}, properties=())

    @property
    def text(self) -> str:
        declared = {name: f", more_is: {self.more_is[name]}" if name in self.more_is else "" for name in FACTS}
        criteria = "".join(f"  {name}: {{when: '{when}'}}\n" for name, when in self.criteria.items())
        cases = "".join(f"      - {{when: '{when}', is: {position}}}\n" for position, when in enumerate(self.cases))
        services = {name: f"({tier}) and ({when})" for name, (tier, when) in self.services.items()}
        responses = "".join(
            f"  {name}: {{serves: people, when: '{when}'}}\n" for name, when in (services | dict(self.asked)).items()
        )
        always = "".join(
            f"  - {{name: p{position}, when: '{when}', then: '{then}'}}\n"
            for position, (when, then) in enumerate(self.properties)
        )
        return (
            f"protocol: small\ntiers: {{low: {{}}, middle: {{}}, high: {{}}}}\nfacts:{DECLARED.format(**declared)}"
            f"criteria:\n{criteria}measures:\n  score:\n    cases:\n{cases}      - {{otherwise: 0}}\n"
            f"rules:\n{''.join(map(_rule, self.rules, self.rules.values())) or '  {}'}\n"
            f"responses:\n{responses or '  {}'}\nalways:\n{always or '  []'}\n"
        )

    @cached_property
    def results(self) -> list[Recommendation]:
        """What comes of every incident."""
        protocol = protocol_from_text(self.text)
        return [protocol.evaluate(dict(zip(FACTS, values, strict=True))) for values in product(*FACTS.values())]

    @cached_property
    def truths(self) -> Mapping[str, list[bool]]:
        """In which incidents each condition that is asked about holds."""
        properties = [part for when, then in self.properties for part in (when, _breaking(when, then))]
        services = [when for _, when in self.services.values()]
        conditions = dict.fromkeys([*self.criteria.values(), *self.cases, *services, *properties])
        asked = replace(self, asked={f"asked{number}": when for number, when in enumerate(conditions)}, properties=())
        return {when: asked.active(f"asked{number}") for number, when in enumerate(conditions)}

    def tiers(self) -> list[str]:
        return [result.lowest.name for result in self.results]

    def active(self, name: str) -> list[bool]:
        return [result.response(name).state == "active" for result in self.results]


def _rule(name: str, parts: tuple[str, str | None, str]) -> str:
    when, unless, effect = parts
    exception = f", unless: '{unless}'" if unless else ""
    return f"  {name}: {{when: '{when}'{exception}, {effect}}}\n"


@st.composite
def small_protocols(draw: st.DrawFn) -> Small:
    tests, anything = st.sampled_from(TESTS), st.sampled_from([*TESTS, *LATER])

    said: list[str] = []

    def condition(of: st.SearchStrategy[str]) -> str:
        join = draw(st.sampled_from([" and ", " or "]))
        return join.join(draw(st.lists(of, min_size=1, max_size=3)))

    def like_another() -> str:
        """A condition of its own, or a narrower or wider one than was said before, so that rules get in the way."""
        if draw(st.booleans()) and said:
            said.append(f"({draw(st.sampled_from(said))}){draw(st.sampled_from(['', ' and f', ' or s == c']))}")
        else:
            said.append(condition(anything))
        return said[-1]

    effects = [f"{effect}: {tier}" for effect in ("raise_to", "raise_to", "limit_to") for tier in TIERS]
    levels = [f"tier >= {tier}" for tier in TIERS] + ["tier == middle"]
    return Small(
        draw(st.dictionaries(st.sampled_from([*FACTS]), st.sampled_from(["higher", "lower"]))),
        {name: condition(tests) for name in ("one", "two", "three")},
        tuple(condition(tests) for _ in range(3)),
        {
            f"r{number}": (
                like_another(),
                condition(anything) if draw(st.integers(0, 3)) == 0 else None,
                draw(st.sampled_from(effects)),
            )
            for number in range(draw(st.integers(2, 6)))
        },
        {f"visit{number}": (draw(st.sampled_from(levels)), condition(anything)) for number in range(2)},
        tuple((condition(anything), draw(st.sampled_from(levels))) for _ in range(2)),
    )


def _named(found: Check, finding: str) -> set[tuple[str | int, ...]]:
    """What the findings of one id are about: names, and numbers of cases."""
    return {
        tuple(part.name if part.row is None else part.row for part in each.about)
        for each in found.findings
        if each.id == finding
    }


@settings(max_examples=25)
@given(small_protocols())
def test_what_is_found_is_what_brute_force_finds(small: Small) -> None:
    """Every finding that is proved or refuted is the one that evaluating every incident gives, and no other."""
    note(small.text)
    found = check(protocol_from_text(small.text), budget=None)
    assert not found.undecided
    expected = {
        "RC101": _broken(small),
        "RC103": {(f"p{n}",) for n, (when, _) in enumerate(small.properties) if not any(_holding(small, when))},
        "RC104": set(_not_monotone(small)),
        "RC201": {(tier,) for tier in TIERS if tier not in small.tiers()},
        "RC202": {(name,) for name in small.services if not any(small.active(name))},
        "RC203": {(name,) for name in small.rules if not any(_held(small, name))},
        "RC204": {(name,) for name, when in small.criteria.items() if not any(_holding(small, when))},
        "RC206": set(_unused_cases(small)),
        "RC303": set(_alike(small, opposed=False)),
        "RC304": set(_alike(small, opposed=True)),
        "RC305": set(_idle(small)),
        "RC401": set(_overriding(small)),
        "RC403": set(_switched_off(small)),
    }
    assert {finding: _named(found, finding) for finding in expected} == expected
    assert _named(found, "RC301") | _named(found, "RC302") == set(_needless(small))
    assert _named(found, "RC302") == set(_overridden(small))


@settings(max_examples=15)
@given(small_protocols())
def test_what_makes_a_rule_needless_is_enough(small: Small) -> None:
    """With the rules that are named alone, the rule changes nothing; and with one of them fewer it would."""
    found = check(protocol_from_text(small.text), budget=None)
    for finding in found.findings:
        if finding.id in ("RC301", "RC302"):
            name, through = finding.about[0].name, [part.name for part in finding.through]
            if finding.id == "RC301" and small.rules[name][2].startswith("raise_to"):
                assert not _changes(small, name, through)
                assert all(_changes(small, name, [one for one in through if one != other]) for other in through)


def _changes(small: Small, rule: str, others: list[str]) -> bool:
    kept = replace(small, rules={name: small.rules[name] for name in (rule, *others)}, properties=())
    return kept.tiers() != kept.without(rule).tiers()


@settings(max_examples=15)
@given(small_protocols())
def test_whatever_else_a_witness_shows_what_it_should(small: Small) -> None:
    """A property is broken by the witness however what is left open in it turns out."""
    found = check(protocol_from_text(small.text), budget=None)
    for finding in found.findings:
        if finding.id == "RC101":
            [witness] = finding.witnesses
            broken = _property_broken(small, int(finding.about[0].name[1:]))
            incidents = (dict(zip(FACTS, values, strict=True)) for values in product(*FACTS.values()))
            for incident, breaks in zip(incidents, broken, strict=True):
                if all(incident[name] == value for name, value in witness.facts.items()):
                    assert breaks


# The slow meaning


def _holding(small: Small, condition: str) -> list[bool]:
    """In which incidents a condition holds, in which `tier` may be used."""
    return small.truths[condition]


def _breaking(when: str, then: str) -> str:
    return f"({when}) and not ({then})"


def _property_broken(small: Small, number: int) -> list[bool]:
    return _holding(small, _breaking(*small.properties[number]))


def _broken(small: Small) -> set[tuple[str]]:
    return {(f"p{number}",) for number in range(len(small.properties)) if any(_property_broken(small, number))}


def _held(small: Small, rule: str) -> list[bool]:
    return [result.rule(rule).state in ("fired", "overridden") for result in small.results]


def _not_monotone(small: Small) -> Iterator[tuple[str]]:
    tiers = dict(zip(product(*FACTS.values()), small.tiers(), strict=True))
    for name, direction in small.more_is.items():
        place = list(FACTS).index(name)
        steps = [
            (TIERS.index(tiers[values]), TIERS.index(tiers[(*values[:place], more, *values[place + 1 :])]))
            for values in tiers
            for more in FACTS[name][FACTS[name].index(values[place]) :]
        ]
        if any(after < before if direction == "higher" else after > before for before, after in steps):
            yield (name,)


def _unused_cases(small: Small) -> Iterator[tuple[int]]:
    holding = [_holding(small, when) for when in small.cases]
    for position, here in enumerate(holding):
        if not any(now and not any(before) for now, *before in zip(here, *holding[:position], strict=True)):
            yield (position + 1,)


def _alike(small: Small, opposed: bool) -> Iterator[tuple[str, str]]:
    holding = {name: _holding(small, when) for name, when in small.criteria.items()}
    varying = {name: held for name, held in holding.items() if any(held) and not all(held)}
    for one, other in combinations(varying, 2):
        if all((a != b) is opposed for a, b in zip(varying[one], varying[other], strict=True)):
            yield one, other


def _idle(small: Small) -> Iterator[tuple[str]]:
    """Facts that conditions name and that change no tier and no response."""
    outcomes = zip(small.tiers(), *(small.active(name) for name in small.services), strict=True)
    by_values = dict(zip(product(*FACTS.values()), outcomes, strict=True))
    text = small.text.partition("criteria:")[2]
    for place, name in enumerate(FACTS):
        same = all(
            by_values[values] == by_values[(*values[:place], other, *values[place + 1 :])]
            for values in by_values
            for other in FACTS[name]
        )
        if same and any(word in text for word in (f"{name} ", f"'{name}'", f"not {name}'")):
            yield (name,)


def _needless(small: Small) -> Iterator[tuple[str]]:
    for rule in small.rules:
        if any(_held(small, rule)) and small.without(rule).tiers() == small.tiers():
            yield (rule,)


def _overridden(small: Small) -> Iterator[tuple[str]]:
    """Needless raises that the limits alone would make needless."""
    for (rule,) in _needless(small):
        effect, _, tier = small.rules[rule][2].partition(": ")
        limits = [name for name, parts in small.rules.items() if parts[2].startswith("limit_to")]
        if effect == "raise_to" and tier != "low" and not _changes(small, rule, limits):
            yield (rule,)


def _overriding(small: Small) -> Iterator[tuple[str]]:
    for rule in small.rules:
        if any(rule in other.overridden_by for result in small.results for other in result.rules):
            yield (rule,)


def _switched_off(small: Small) -> Iterator[tuple[str]]:
    """Services that are inactive where their own condition holds: some tier would make each of them active."""
    for name, (_, when) in small.services.items():
        if any(holds and not active for holds, active in zip(_holding(small, when), small.active(name), strict=True)):
            yield (name,)
