"""Of a result: what to do by when, and what may follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from rapid_response.evaluation.outcomes import ResponseOutcome
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import Block, Entry, Line, Paragraph, Section, Series, line, run
from rapid_response.reports.result_view import View


def to_do(view: View) -> Section:
    """The responses called for, by whom they serve and by when they are due."""
    active = [response for response in view.result.responses if response.state == "active"]
    sections = tuple(_by_service(view, active))
    blocks = () if sections else (Paragraph(line(say.NOTHING_TO_DO(view.language))),)
    return Section(say.TO_DO(view.language), blocks, sections)


def may_follow(view: View) -> Iterator[Section]:
    """The responses that are still open."""
    entries = tuple(view.waiting(response) for response in view.result.responses if response.state == "open")
    if entries:
        yield Section(say.MAY_FOLLOW(view.language), entries)


def _by_service(view: View, responses: Iterable[ResponseOutcome]) -> Iterator[Section]:
    in_time = sorted(responses, key=_due_time)
    for serves, title in say.SERVES.items():
        entries = tuple(_response(view, response) for response in in_time if response.part.serves == serves)
        if entries:
            yield Section(title(view.language), entries)


def _response(view: View, response: ResponseOutcome) -> Entry:
    owner = line(view.words.role(response.owner)) if response.owner else ()
    facts = tuple(part for part in (owner, _due(view, response)) if part)
    because = response.because.in_language(view.language)
    reasons = [Paragraph(line(because, "quiet"))] if because else []
    blocks: list[Block] = [Series(facts)] if facts else []
    return Entry(view.heading(response), (*blocks, *view.trees(response, *reasons, view.origin(response))))


def _due(view: View, response: ResponseOutcome) -> Line:
    due = response.part.due
    if due is None:
        return ()
    if response.due is None:
        return line(say.TIME_NOT_KNOWN(view.language, view.words.due(due)))
    by_time = line(say.BY_TIME(view.language, view.words.moment(response.due)), "strong")
    late = view.result.as_of is not None and _time(response.due) < _time(view.result.as_of)
    return (*by_time, *(view.reasons.in_brackets([run(say.OVERDUE(view.language), "alert")]) if late else ()))


def _time(iso: str) -> dt.datetime:
    return dt.datetime.fromisoformat(iso)


def _due_time(response: ResponseOutcome) -> tuple[bool, dt.datetime]:
    """The earliest first, then those whose time is not known."""
    return response.due is None, _time(response.due or "0001-01-01T00:00+00:00")
