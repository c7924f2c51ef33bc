"""Results as scenarios: YAML text in block style that the strict reader takes back as it was meant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from rapid_response.evaluation.compiling import Facts
from rapid_response.evaluation.incidents import NO_DETAILS, Incident
from rapid_response.evaluation.patterns import Past, countable
from rapid_response.evaluation.recommendation import Recommendation, recommend
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.problems import Problem, Source
from rapid_response.protocol.reading import read_yaml
from rapid_response.protocol.values import Encoded, decode, unscaled
from rapid_response.scenarios.layout import wrapped
from rapid_response.scenarios.model import LONGEST_NAME

_RULES = ("fired", "overridden", "open")
_RESPONSES = ("active", "open")
_PLAIN = re.compile(r"[^\W_](?:[\w ,.()'’+-]*[\w.)])?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+([+-][0-9:.]+)?)?")


def scenario_from(result: Recommendation, *, name: str, private: bool = False) -> str:
    """A past decision as a scenario file: its facts, and what the protocol says of them today.

    Facts that the protocol marks private are left out unless `private` asks for them; ids and the sources of facts
    always are. Of past incidents those are written that may count in a pattern, with the facts that it asks for. A
    comment names what is left out, and what is expected follows from the facts that are written; its range is the exact
    one.
    Raises ValueError where the name is not one line of at most 200 characters.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text('''
    ... protocol: p
    ... tiers: {low: {}, high: {}}
    ... facts: {hurt: {type: yes_no}, story: {type: text, private: yes}}
    ... rules: {care: {when: hurt, raise_to: high}}
    ... ''')
    >>> print(scenario_from(protocol.evaluate({"hurt": True, "story": "…"}), name="Someone was hurt"), end="")
    scenarios:
      - name: Someone was hurt
        # Left out, as the protocol marks it private: story.
        incident:
          hurt: yes
        expect:
          tier: high
          standing: settled
          scope: in
          rules:
            fired:
              - care
    """
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise ValueError(f"a scenario's name is one line of at most {LONGEST_NAME} characters")
    result, shown = result.exact(), _writable(result, private)
    comments = list(_left_out(result, private))
    if expectation(shown) != expectation(result):
        comments.append("What is expected follows from the facts below; the decision itself knew more.")
    return scenario_file([scenario_lines(shown, name, comments, expectation(shown))])


def scenario_file(scenarios: Iterable[list[str]]) -> str:
    """The text of a file of scenarios."""
    return "".join(f"{line}\n" for lines in (["scenarios:"], *scenarios) for line in lines)


def scenario_lines(result: Recommendation, name: str, comments: Sequence[str], expected: Sequence[str]) -> list[str]:
    """One scenario as the lines of an entry of a list."""
    facts = incident_lines(result.protocol, result.incident.facts)
    body = [
        *comment_lines(comments),
        *(["incident:", *indented(facts)] if facts else ["incident: {}"]),
        *([f"as_of: {result.as_of}"] if result.as_of else []),
        *history_lines(result),
        "expect:",
        *indented(expected),
    ]
    return [f"  - name: {scalar(name)}", *(f"    {line}" for line in body)]


def history_lines(result: Recommendation) -> list[str]:
    """The past incidents as the lines of `history`; nothing where there is no history."""
    if result.past is None:
        return []
    entries = [incident_lines(result.protocol, past.facts) or ["{}"] for past in result.past.incidents]
    lines = [f"{'  ' if number else '- '}{line}" for entry in entries for number, line in enumerate(entry)]
    return ["history:", *indented(lines)] if lines else ["history: []"]


def incident_lines(protocol: Protocol, facts: Facts) -> list[str]:
    """Encoded facts as `name: value` lines; what is not known has none."""
    pairs = zip(protocol.facts.values(), facts, strict=True)
    known = [(fact.name, _value(protocol, fact, encoded)) for fact, encoded in pairs if encoded is not None]
    return [line for name, value in known for line in _entry(name, value)]


def expectation(result: Recommendation) -> list[str]:
    """What came out, as the lines of `expect`: tier or range, standing, scope, and what fired or is active or open."""
    ends = {"lowest": result.lowest.name, "highest": result.highest.name}
    tier = ends if result.standing == "open" or result.tier is None else result.tier.name
    rules = {state: [rule.name for rule in result.rules if rule.state == state] for state in _RULES}
    responses = {state: [part.name for part in result.responses if part.state == state] for state in _RESPONSES}
    return [
        *_entry("tier", tier),
        *_entry("standing", result.standing),
        *_entry("scope", result.scope),
        *_entry("rules", {state: names for state, names in rules.items() if names}),
        *_entry("responses", {state: names for state, names in responses.items() if names}),
    ]


def comment_lines(comments: Iterable[str]) -> list[str]:
    """Sentences as comments, each on lines of its own."""
    return [line for comment in comments for line in wrapped(comment, "# ", "# ", width=100)]


def indented(lines: Iterable[str]) -> list[str]:
    """Lines two columns further in."""
    return [f"  {line}" for line in lines]


def scalar(text: str) -> str:
    """A text as a YAML scalar: as it is where that is safe, else in double quotes with escapes.

    >>> print(scalar("An elder, badly hurt"), scalar("12:30"), scalar("null"), scalar("a: b"))
    An elder, badly hurt "12:30" "null" "a: b"
    """
    if _TIME.fullmatch(text) or (_PLAIN.fullmatch(text) and text != "null"):
        return text
    return json.dumps(text, ensure_ascii=False)


def _value(protocol: Protocol, fact: Fact, encoded: Encoded) -> Any:
    if fact.type.name == "number":
        return unscaled(int(encoded), fact.type.places)
    return decode(fact.type, encoded, protocol.time_zone)


def _entry(key: str, value: Any) -> list[str]:
    """A key and its value, on lines of their own where the value has parts."""
    match value:
        case dict() if value:
            return [f"{key}:", *indented(line for inner, part in value.items() for line in _entry(inner, part))]
        case list() if value:
            return [f"{key}:", *(f"  - {scalar(item)}" for item in value)]
        case dict():
            return []
        case list():
            return [f"{key}: []"]
        case bool():
            return [f"{key}: {'yes' if value else 'no'}"]
        case Decimal():
            return [f"{key}: {value}"]
        case _:
            return [f"{key}: {scalar(value)}"]


# What is left out


def _writable(result: Recommendation, private: bool) -> Recommendation:
    """The result for what a scenario may say of the incident."""
    protocol, incident = result.protocol, result.incident
    present = incident._replace(facts=_writable_facts(protocol, incident.facts, protocol.facts, private))
    past = None if result.past is None else _writable_past(present, result.past, result.now, private)
    return recommend(protocol, Incident(None, present.facts, NO_DETAILS), result.now, past).exact()


def _writable_past(present: Incident, past: Past, now: int | None, private: bool) -> Past:
    """The past incidents that may count, with what patterns ask of them."""
    protocol, asked = past.protocol, _asked_of_past(past.protocol)
    hidden = tuple(
        one._replace(facts=_writable_facts(protocol, one.facts, asked, private), details=NO_DETAILS)
        for one in past.incidents
    )
    found = countable(present, Past(protocol, hidden), now)
    return Past(protocol, tuple(one._replace(id=None) for one in found))


def _asked_of_past(protocol: Protocol) -> tuple[str, ...]:
    return protocol.facts_below(*(pattern.value for pattern in protocol.patterns.values()))


def _writable_facts(protocol: Protocol, facts: Facts, named: Iterable[str], private: bool) -> Facts:
    """Those of the named facts that may be written; of all others what a blank means."""
    kept = {name for name in named if private or not protocol.facts[name].private}
    pairs = zip(protocol.facts.values(), facts, strict=True)
    return tuple(
        encoded if fact.name in kept and not _is_unwritable(encoded) else fact.blank for fact, encoded in pairs
    )


def _private(result: Recommendation) -> list[str]:
    """The private facts that are known, of past incidents those that patterns ask for."""
    told = {*result.facts, *(_asked_of_past(result.protocol) if result.past else ())}
    return [fact.name for fact in result.protocol.facts.values() if fact.private and fact.name in told]


def _unwritable(result: Recommendation) -> list[str]:
    """Known texts with characters that a file cannot hold."""
    return [name for name, value in result.facts.items() if _is_unwritable(value)]


def _is_unwritable(value: Encoded | None) -> bool:
    return isinstance(value, str) and not _readable(value)


def _readable(text: str) -> bool:
    problems: list[Problem] = []
    read_yaml(Source("text", f"text: {scalar(text)}"), problems)
    return not problems


def _left_out(result: Recommendation, private: bool) -> Iterator[str]:
    """Sentences that name what a scenario does not tell of a result."""
    if hidden := [] if private else _private(result):
        yield f"Left out, as the protocol marks {'them' if len(hidden) > 1 else 'it'} private: {', '.join(hidden)}."
    if odd := [name for name in _unwritable(result) if name not in hidden]:
        yield f"Left out, as a file cannot hold {'their' if len(odd) > 1 else 'its'} characters: {', '.join(odd)}."
    if sources := list(result.incident.details):
        yield f"Left out: who said so of {', '.join(sources)}."
    if result.incident.id is not None:
        yield "Left out: the incident's id."
