"""The evaluation of past incidents as a document: how many have which result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rapid_response.history.verdicts import VerdictCount, VerdictCounts
from rapid_response.protocol.model import Protocol
from rapid_response.reports import backtest_words as words
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import Block, Document, Line, Paragraph, Table, line
from rapid_response.reports.words import Wording


def history_document(found: VerdictCounts, protocol: Protocol, language: str, folder: Path | None = None) -> Document:
    """The document of an evaluation; `folder` is where the results were written."""
    said = Wording(protocol, language)
    evaluated = f"{found.rows - found.kept_aside:,}"
    return Document(
        language=language,
        over=say.DOT.join([words.EVALUATED(language), said.protocol_title(), *said.version()[:1]]),
        title=words.INCIDENTS_MANY(language, evaluated),
        tag=None,
        lead=tuple(_lead(found, said, folder)),
        sections=(),
        foot=(line(say.PEOPLE_DECIDE(language), "strong"), line(said.version()[-1], "quiet")),
    )


def _lead(found: VerdictCounts, said: Wording, folder: Path | None) -> Iterator[Block]:
    language = said.language
    if found.kept_aside:
        counts = f"{found.kept_aside:,}", f"{found.rows:,}"
        yield Paragraph(line(words.ASIDE(language, *counts), "alert"))
    if found.verdicts:
        heading = tuple(line(title(language)) for title in (words.RESULT, words.STANDING, words.INCIDENTS))
        yield Table(heading, tuple(_row(verdict, said) for verdict in found.verdicts), numbers=1)
    if folder:
        yield Paragraph(line(words.WRITTEN_TO(language, folder)))


def _row(verdict: VerdictCount, said: Wording) -> tuple[Line, ...]:
    low, high = (said.label(said.protocol.tier(name)) for name in (verdict.lowest, verdict.highest))
    tier = said.label(said.protocol.tier(verdict.tier)) if verdict.tier else say.NOT_SETTLED(said.language)
    result = words.OPEN_FROM_TO(said.language, low, high) if verdict.standing == "open" else tier
    return line(result), line(words.STANDINGS[verdict.standing](said.language)), line(f"{verdict.incidents:,}")
