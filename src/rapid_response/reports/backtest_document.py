"""A back-test as a document: what a proposed version would have meant for past incidents."""

from __future__ import annotations

from collections.abc import Iterator

from rapid_response.history.backtests.result import Backtest
from rapid_response.reports import backtest_words as words
from rapid_response.reports import catalogue as say
from rapid_response.reports.backtest_changes import agreement, incidents, kept_aside, numbered, what_changes
from rapid_response.reports.backtest_tiers import openness, responses, rules, scope, tiers
from rapid_response.reports.backtest_view import View
from rapid_response.reports.backtest_work import in_short, workload
from rapid_response.reports.document import Block, Document, Line, Paragraph, Section, line


def backtest_document(found: Backtest, language: str) -> Document:
    """The document of a back-test."""
    view = View(found, language)
    return Document(
        language=language,
        over=_over(view),
        title=_title(view),
        tag=None,
        lead=tuple(_lead(view)),
        sections=tuple(backtest_sections(view)) if found.compared else tuple(kept_aside(view)),
        foot=tuple(_foot(view)),
        contents=bool(found.compared),
    )


def sections_beside_a_proof(found: Backtest, language: str) -> tuple[Section, ...]:
    """A back-test as part of a comparison: the answer as a section, then the others."""
    view = View(found, language)
    answer = Section(_title(view), tuple(_lead(view)))
    notes = Section(view.say(words.ABOUT_THE_PAST), tuple(Paragraph(said) for said in _notes(view)))
    return (answer, *(backtest_sections(view) if found.compared else kept_aside(view)), notes)


def backtest_sections(view: View) -> Iterator[Section]:
    """Everything that was found, the answer first."""
    yield tiers(view)
    yield from what_changes(view)
    yield workload(view)
    yield rules(view)
    yield from responses(view)
    yield from openness(view)
    yield from agreement(view)
    yield from scope(view)
    yield from incidents(view)
    yield from numbered(view)
    yield from kept_aside(view)


def _over(view: View) -> str:
    before, after = (said.version()[0] for said in view.versions)
    titles = dict.fromkeys(said.protocol_title() for said in view.versions)
    return say.DOT.join([view.say(words.BACKTEST), *titles, view.say(words.FROM_TO, before, after)])


def _title(view: View) -> str:
    found = view.backtest
    if not found.compared:
        return view.say(words.TITLE_NOTHING)
    whole = view.number(found.compared)
    match found.changed:
        case 0:
            return view.say(words.TITLE_NONE, whole)
        case 1:
            return view.say(words.TITLE_ONE, whole)
        case changed:
            return view.say(words.TITLE, view.number(changed), whole)


def _lead(view: View) -> Iterator[Block]:
    found = view.backtest
    if found.changed:
        yield Paragraph(line(_how_much(view)))
    if found.changed_open:
        yield Paragraph(line(view.say(words.OPEN_TOO, view.number(found.changed_open)), "alert"))
    if found.kinds["reasons"]:
        yield Paragraph(line(view.say(words.ONLY_REASONS, view.number(found.kinds["reasons"])), "quiet"))
    if found.kept_aside:
        counts = view.number(found.kept_aside), view.number(found.rows)
        yield Paragraph(line(view.say(words.ASIDE, *counts), "alert"))
    if found.compared:
        yield in_short(view)


def _how_much(view: View) -> str:
    found = view.backtest
    share = view.say(words.SHARE, *map(view.percent, (found.changed / found.compared, *found.changed_interval)))
    if found.raised is None or found.lowered is None:
        return share
    directions = view.say(words.DIRECTIONS, view.number(found.raised), view.number(found.lowered))
    return view.say(say.SENTENCES, share, directions)


def _foot(view: View) -> Iterator[Line]:
    yield line(view.say(words.PEOPLE_DECIDE), "strong")
    yield from _notes(view)
    yield line(view.say(words.FROM_TO, *(said.version()[-1] for said in view.versions)), "quiet")


def _notes(view: View) -> Iterator[Line]:
    yield line(view.say(words.RECORDED_ONLY), "quiet")
    yield line(view.say(words.UNDER), "quiet")
    yield line(view.say(words.SOURCE, view.backtest.source), "quiet")
