"""A result as a document: the answer first, then its reasons, what to do and what to find out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Tier
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import Block, Document, Ladder, Line, Paragraph, Run, Section, Step, line, run
from rapid_response.reports.reasons import Reasons
from rapid_response.reports.result_facts import assumed, find_out, known, measured
from rapid_response.reports.result_responses import may_follow, to_do
from rapid_response.reports.result_rules import held_back, not_applying, scope, still_open, why
from rapid_response.reports.result_view import View
from rapid_response.reports.vocabulary import clean
from rapid_response.reports.words import Wording


def result_document(result: Recommendation, language: str, private: bool = False) -> Document:
    """The document of a result. Values of private facts are shown where `private` asks for them."""
    words = Wording(result.protocol, language)
    view = View(result, words, Reasons(result, words, private))
    return Document(
        language=language,
        over=_over(view),
        title=_title(view),
        tag=_tag(view),
        lead=tuple(_lead(view)),
        sections=tuple(_sections(view)),
        foot=tuple(_foot(view)),
    )


def not_in_force(result: Recommendation, language: str) -> str:
    """That the protocol is not in force on the day of the evaluation; nothing where it is, or where it does not say.

    >>> from rapid_response import load_protocol
    >>> result = load_protocol("protocol_rules/ccsj").evaluate({}, as_of="2025-12-31T23:59")
    >>> not_in_force(result, "en").partition(":")[0]
    'Not yet in force on Wed 31 Dec 2025'
    """
    if result.as_of is None or result.in_force is not False:
        return ""
    words, start = Wording(result.protocol, language), result.protocol.in_force.start
    day = dt.datetime.fromisoformat(result.as_of).date()
    said = say.NOT_YET_IN_FORCE if start and day < start else say.NO_LONGER_IN_FORCE
    return said(language, words.date(day), words.in_force())


def _over(view: View) -> str:
    incident, tier = view.result.incident.id, view.result.tier
    if incident is None:
        return (say.RECOMMENDED if tier else say.NOTHING_RECOMMENDED)(view.language)
    return (say.RECOMMENDED_FOR if tier else say.NOTHING_RECOMMENDED_FOR)(view.language, clean(incident))


def _title(view: View) -> str:
    if view.result.tier:
        return view.words.label(view.result.tier)
    return clean(view.protocol.unsettled.title.in_language(view.language)) or say.NOT_SETTLED(view.language)


def _tag(view: View) -> Run:
    result, lowest, highest = view.result, *view.ends()
    match result.standing:
        case "settled":
            return run(say.TAG_SETTLED(view.language), "quiet")
        case "assumed":
            return run(say.TAG_ASSUMED(view.language), "alert")
        case _ if result.tier == result.lowest:
            return run(say.TAG_UP_TO(view.language, highest), "alert")
        case _ if result.tier == result.highest:
            return run(say.TAG_DOWN_TO(view.language, lowest), "alert")
        case _:
            return run(say.TAG_BETWEEN(view.language, lowest, highest), "alert")


def _lead(view: View) -> Iterator[Block]:
    if outside := not_in_force(view.result, view.language):
        yield Paragraph(line(outside, "alert"))
    if means := (view.result.tier or view.protocol.unsettled).means:
        yield Paragraph(line(means.in_language(view.language)))
    yield Paragraph(line(_standing(view), "quiet" if view.result.standing == "settled" else "plain"))
    yield Ladder(tuple(_step(view, tier) for tier in view.protocol.tiers))


def _standing(view: View) -> str:
    match view.result.standing:
        case "settled":
            return (say.IS_SETTLED if view.result.missing else say.IS_KNOWN)(view.language)
        case "assumed":
            return say.IS_ASSUMED(view.language, *view.ends())
        case _:
            is_open, until = say.IS_OPEN(view.language, *view.ends()), say.UNTIL[view.protocol.if_unsettled]
            return say.SENTENCES(view.language, is_open, until(view.language)).strip()


def _step(view: View, tier: Tier) -> Step:
    title = view.words.label(tier)
    if tier == view.result.tier:
        return Step(title, "recommended", say.STEP_RECOMMENDED(view.language))
    if view.result.lowest <= tier <= view.result.highest:
        return Step(title, "possible", say.STEP_POSSIBLE(view.language))
    return Step(title, "outside", "")


def _sections(view: View) -> Iterator[Section]:
    yield from scope(view)
    yield why(view)
    yield from held_back(view)
    yield from still_open(view)
    yield from assumed(view)
    yield to_do(view)
    yield from may_follow(view)
    yield from find_out(view)
    yield from not_applying(view)
    yield from known(view)
    yield from measured(view)


def _foot(view: View) -> Iterator[Line]:
    yield line(say.PEOPLE_DECIDE(view.language), "strong")
    about = [view.words.protocol_title(), *view.words.version()]
    yield line(say.DOT.join(about), "quiet")
    if view.result.as_of:
        as_of, zone = view.words.moment(view.result.as_of), view.protocol.time_zone
        yield line(say.AS_OF(view.language, as_of) + (say.IN_BRACKETS(view.language, zone) if zone else ""), "quiet")
