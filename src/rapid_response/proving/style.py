"""How a protocol is written: texts missing in a language, reasons and sources not given, names that nothing uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rapid_response.protocol.expressions import Condition, Value, names_in
from rapid_response.protocol.model import DEFAULT_LANGUAGE, NO_TEXT, Fact, Gate, Kind, Measure, Named, Protocol, Text
from rapid_response.proving.findings import Finding, Part, Section, part, property_part

TOGETHER = ("RC501", "RC502", "RC503", "RC504", "RC505")
"""Findings of which those of one kind are told as one."""


def style(protocol: Protocol) -> Iterator[Finding]:
    """Every finding about how a protocol is written.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text("protocol: p\\ntiers: {low: {}}\\nroles: {director: {title: Director}}")
    >>> [str(finding) for finding in style(protocol)]
    ['RC504: a name is never used: `director`']
    """
    yield from _untranslated(protocol)
    yield from _without_grounds(protocol)
    yield from _unused(protocol)


def together(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, those about how a protocol is written made one where they are of one kind.

    >>> parts = Part("rules", "a"), Part("rules", "b")
    >>> [str(finding) for finding in together(Finding("RC502", (each,)) for each in parts)]
    ['RC502: no reason is given: `a` and `b`']
    """
    groups: dict[tuple[str, object, Text], list[Finding]] = {}
    for finding in findings:
        if finding.id in TOGETHER:
            groups.setdefault((finding.id, finding.details.get("language"), finding.allowed), []).append(finding)
        else:
            yield finding
    for group in groups.values():
        about = tuple(each for finding in group for each in finding.about)
        yield replace(group[0], about=about, details=_details(group))


def _details(group: Sequence[Finding]) -> Mapping[str, Any]:
    """The details of findings of one kind: which texts each part lacks."""
    texts = {finding.about[0].name: finding.details["texts"] for finding in group if finding.details}
    return {"language": group[0].details["language"], "texts": texts} if texts else {}


def parts_by_section(protocol: Protocol) -> Mapping[Section, Iterable[Named]]:
    """The named parts of a protocol by section."""
    return {
        "tiers": protocol.tiers,
        "roles": protocol.roles.values(),
        "kinds": [kind for kind in protocol.kinds.values() if kind.name != "tiers"],
        "facts": protocol.facts.values(),
        "criteria": protocol.criteria.values(),
        "measures": protocol.measures.values(),
        "patterns": protocol.patterns.values(),
        "out_of_scope": protocol.scope.values(),
        "rules": protocol.rules.values(),
        "responses": protocol.responses.values(),
    }


# Texts


def _untranslated(protocol: Protocol) -> Iterator[Finding]:
    """A protocol speaks the languages that its title is in."""
    for language in protocol.languages if len(protocol.languages) > 1 else ():
        for place, texts in _texts(protocol, language):
            if missing := [key for key, text in texts.items() if text and language not in text.by_language]:
                yield Finding("RC501", (place,), details={"language": language, "texts": missing})


def _texts(protocol: Protocol, language: str) -> Iterator[tuple[Part, Mapping[str, Text]]]:
    """Each part with its texts by key; of an option its name is the key."""
    for section, parts in parts_by_section(protocol).items():
        for named in parts:
            stated = {key: getattr(named, key, NO_TEXT) for key in ("means", "ask", "because")}
            yield part(section, named), {**_titles(named, language), **stated}
    for each in protocol.properties:
        yield property_part(each), {"name": each.name, "because": each.because}


def _titles(named: Named, language: str) -> Mapping[str, Text]:
    """A part's title and those of its options. In English names stand for titles, elsewhere a question may."""
    own = {option.name: _title(option) for option in _own_options(named)}
    if isinstance(named, Kind) or (isinstance(named, Fact) and language in named.ask.by_language):
        return own
    return {"title": _title(named), **own}


def _title(named: Named) -> Text:
    return Text({DEFAULT_LANGUAGE: named.name, **named.title.by_language})


def _own_options(named: Named) -> Iterable[Named]:
    """The options of a kind, or of a fact that shares no kind; those of a yes_no fact have no names."""
    if isinstance(named, Fact):
        return named.options if named.type.kind == named.name else ()
    return named.options if isinstance(named, Kind) else ()


# Reasons and sources


def _without_grounds(protocol: Protocol) -> Iterator[Finding]:
    sections: dict[Section, Iterable[Gate]] = {
        "out_of_scope": protocol.scope.values(),
        "rules": protocol.rules.values(),
    }
    for section, gates in sections.items():
        yield from (Finding("RC502", (part(section, gate),)) for gate in gates if not gate.because)
    yield from (Finding("RC502", (property_part(each),)) for each in protocol.properties if not each.because)
    for rule in protocol.rules.values():
        if not rule.source:
            yield Finding("RC503", (part("rules", rule),))


# Names


def _unused(protocol: Protocol) -> Iterator[Finding]:
    used = used_names(protocol)
    named: dict[Section, Iterable[Named]] = {
        section: parts
        for section, parts in parts_by_section(protocol).items()
        if section in ("roles", "kinds", "criteria", "measures", "patterns")
    }
    for section, parts in named.items():
        yield from (Finding("RC504", (part(section, each),)) for each in parts if each.name not in used[section])
    for fact in protocol.facts.values():
        if fact.name not in used["facts"] and fact.type.name != "text":
            yield Finding("RC505", (part("facts", fact),))


def used_names(protocol: Protocol) -> Mapping[Section, frozenset[str]]:
    """The names that something else in the protocol refers to, by section."""
    named = frozenset[str]().union(*map(names_in, conditions_and_values(protocol)))
    typed: tuple[Fact | Measure, ...] = (*protocol.facts.values(), *protocol.measures.values())
    return {
        "roles": frozenset(each.owner for each in protocol.responses.values() if each.owner),
        "kinds": frozenset(each.type.kind for each in typed),
        "facts": named | times(protocol) | frozenset(name for part in protocol.patterns.values() for name in part.same),
        "criteria": named,
        "measures": named,
        "patterns": named,
    }


def times(protocol: Protocol) -> frozenset[str]:
    """The facts that say when: when it happened, and what due times count from."""
    counted = {each.due.after for each in protocol.responses.values() if each.due}
    return frozenset(name for name in protocol.facts if name == protocol.at or name in counted)


def conditions_and_values(protocol: Protocol) -> Iterator[Condition | Value]:
    """Every condition and value that stands in a protocol on its own."""
    yield from (criterion.condition for criterion in protocol.criteria.values())
    yield from (measure.value for measure in protocol.measures.values())
    yield from (pattern.where for pattern in protocol.patterns.values())
    yield from (rule.tier for rule in protocol.rules.values())
    for each in protocol.properties:
        yield from (each.when, each.then)
    for gate in protocol.gates():
        yield gate.when
        if gate.unless is not None:
            yield gate.unless
