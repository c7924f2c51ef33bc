"""Of a result: what is assumed, what to find out, what is known and what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rapid_response.protocol.model import Fact, Named
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import Block, Items, Line, Paragraph, Section, Shown, Table, between, line, run
from rapid_response.reports.reasons import PAST
from rapid_response.reports.result_view import View
from rapid_response.reports.vocabulary import introducing

MOST_ASKED = 7


def assumed(view: View) -> Iterator[Section]:
    """What is assumed of facts and criteria that are not known."""
    items = [_assumption(view, stated.name, bool(stated.value)) for stated in view.result.assumptions]
    if items:
        yield Section(say.ASSUMPTIONS(view.language), (Items(tuple(items)),))


def find_out(view: View) -> Iterator[Section]:
    """What to ask first, and what is not known either."""
    ranked = _ranked(view)
    names = [name for name in (*view.result.missing, PAST) if ranked[name]]
    first = sorted(names, key=lambda name: -ranked[name])[:MOST_ASKED]
    others = [view.words.label(view.protocol.facts[name]) for name in view.result.missing if name not in first]
    blocks: list[Block] = [Items(tuple(_to_ask(view, name) for name in first))] if first else []
    if others:
        unknown = say.ALSO_UNKNOWN if first else say.NOT_KNOWN_YET
        listed = unknown(view.language, say.SEMICOLON(view.language).join(others))
        blocks.append(Paragraph(line(listed, "quiet")))
    if blocks:
        yield Section(say.FIND_OUT(view.language), tuple(blocks))


def known(view: View) -> Iterator[Section]:
    """What is known, and who said so."""
    rows = tuple(_fact_row(view, view.protocol.facts[name]) for name in view.result.facts)
    heading = tuple(line(title(view.language)) for title in (say.QUESTION, say.ANSWER, say.SAID_BY))
    if rows:
        shown: Shown = "always" if view.reasons.private else "for_the_record"
        yield Section(say.KNOWN(view.language), (Table(heading, rows),), shown=shown)


def measured(view: View) -> Iterator[Section]:
    """What measures and patterns came to."""
    rows = tuple(
        (line(view.words.label(view.protocol.measures[name])), view.reasons.found(evidence))
        for name, evidence in view.result.measures.items()
    ) + tuple(
        (line(view.words.label(view.protocol.patterns[name])), view.reasons.found(evidence))
        for name, evidence in view.result.patterns.items()
    )
    heading = line(say.MEASURE(view.language)), line(say.VALUE(view.language))
    if rows:
        yield Section(say.MEASURED(view.language), (Table(heading, rows),), shown="for_the_record")


def _assumption(view: View, name: str, holds: bool) -> Line:
    fact = view.protocol.facts.get(name)
    part: Named = fact or view.protocol.criteria[name]
    value = view.reasons.assumption(fact) if fact else (say.YES if holds else say.NO)(view.language)
    return (run(introducing(view.words.label(part), view.language), "quiet"), run(value))


def _to_ask(view: View, name: str) -> Line:
    if name == PAST:
        return line(say.WHAT_HAPPENED_BEFORE(view.language))
    return line(view.words.question(view.protocol.facts[name]))


def _ranked(view: View) -> Counter[str]:
    """How many parts each fact would settle; rules that can move the tier weigh more than all responses."""
    counted: Counter[str] = Counter()
    for rule in filter(view.can_matter, view.result.rules):
        counted.update(dict.fromkeys(view.reasons.settled_by(rule), len(view.result.responses) + 1))
    for response in view.result.responses:
        counted.update(view.reasons.settled_by(response))
    return counted


def _fact_row(view: View, fact: Fact) -> tuple[Line, ...]:
    detail = view.reasons.detail(fact)
    verified = {
        True: line(say.VERIFIED(view.language)),
        False: line(say.UNVERIFIED(view.language), "alert"),
        None: (),
    }
    source = line(detail.source) if detail.source else ()
    as_of = line(view.words.given_moment(detail.as_of)) if detail.as_of else ()
    remarks = [remark for remark in (source, as_of, verified[detail.verified]) if remark]
    return (
        line(view.words.label(fact)),
        line(view.reasons.answer(fact)),
        between(remarks, say.SEMICOLON(view.language)),
    )
