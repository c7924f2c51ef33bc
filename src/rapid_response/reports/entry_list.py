"""The entries of a log as a list, written while it is read: a log may be longer than the memory holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapid_response.record.entries import Confirmation, Decision, Entry, Erasure, Link, Override
from rapid_response.record.log import DecisionLog
from rapid_response.reports import audit_words as told
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import Document, Run, Table, line
from rapid_response.reports.markdown import words as markdown_words
from rapid_response.reports.record_telling import Telling, checkpoint_lines
from rapid_response.reports.terminal import columns
from rapid_response.reports.vocabulary import clean

WIDTHS = (6, 23, 18, 15)
"""Of the columns of a list as text, all but the last; what is longer pushes the others to the right."""

Cells = tuple[str, ...]


def listed_text(log: DecisionLog, entries: Iterable[Entry], language: str) -> Iterator[str]:
    """The list as lines of text, one an entry."""
    yield _padded(_heading(language))
    for cells in _rows(log, entries, language):
        yield _padded(cells)


def listed_markdown(log: DecisionLog, entries: Iterable[Entry], language: str) -> Iterator[str]:
    """The list as the lines of a Markdown table."""
    yield _row(_heading(language))
    yield "|" + " --- |" * len(_heading(language))
    for cells in _rows(log, entries, language):
        yield _row(cells)


def list_document(log: DecisionLog, entries: Iterable[Entry], language: str) -> Document:
    """The list as a document, which holds all of it."""
    rows = tuple(tuple(map(line, cells)) for cells in _rows(log, entries, language))
    table = Table(tuple(map(line, _heading(language))), rows)
    checkpoint = log.checkpoint()
    return Document(
        language=language,
        over=told.LOG(language),
        title=told.ENTRIES[len(rows) != 1](language, f"{len(rows):,}"),
        tag=None,
        lead=(table,),
        sections=(),
        foot=tuple(checkpoint_lines(checkpoint, language)),
    )


def entry_document(log: DecisionLog, entry: Entry, language: str) -> Document:
    """What people added to the log: one sentence, and the reason."""
    before = log.entries(incident=entry.incident, kinds=[Decision.kind])
    tellings = [Telling.under(log.protocol(found), language) for found in before if isinstance(found, Decision)][-1:]
    return Document(
        language=language,
        over=told.LOG(language),
        title=told.RECORD_OF(language, entry.id, clean(entry.incident)),
        tag=Run(told.KINDS[entry.kind](language), "quiet"),
        lead=tuple(block for telling in tellings for block in telling.said(entry)),
        sections=(),
        foot=(),
    )


def _heading(language: str) -> Cells:
    return tuple(title(language) for title in (told.NUMBER, told.RECORDED, told.INCIDENT, told.KIND, told.SAID))


def _rows(log: DecisionLog, entries: Iterable[Entry], language: str) -> Iterator[Cells]:
    tellings = _Tellings(log, language, {})
    for entry in entries:
        telling = tellings.of(entry)
        when = telling.when(entry.at) if telling else entry.at.isoformat(" ", "minutes")
        yield (
            str(entry.id),
            when,
            clean(entry.incident),
            told.KINDS[entry.kind](language),
            _said(entry, telling, language),
        )


@dataclass(frozen=True, slots=True)
class _Tellings:
    """The words that each entry is told in: of the protocol of the last recommendation before it."""

    log: DecisionLog
    language: str
    known: dict[str, Telling]

    def of(self, entry: Entry) -> Telling | None:
        if not isinstance(entry, Decision):
            return self.known.get("last")
        text = entry.protocol.text
        if text not in self.known:
            self.known[text] = Telling.under(self.log.protocol(entry), self.language)
        self.known["last"] = self.known[text]
        return self.known[text]


def _said(entry: Entry, telling: Telling | None, language: str) -> str:
    by = clean(entry.by)
    match entry:
        case Decision(outcome=outcome) if telling:
            said = f"{telling.tier(outcome.tier)}{say.IN_BRACKETS(language, telling.standing(outcome))}"
        case Override(tier=tier, decision=decision):
            said = told.ABOUT(language, telling.tier(tier) if telling else tier, decision)
        case Confirmation(tier=tier, decision=decision):
            said = told.ABOUT(language, telling.tier(tier) if telling else tier, decision)
        case Link(other_incident=other):
            said = told.WITH(language, clean(other))
        case Erasure(reason=reason):
            said = clean(reason)
        case _:
            said = ""
    return say.DOT.join([said, by]).replace("\u00a0", " ")


def _padded(cells: Cells) -> str:
    widths = (*WIDTHS, 0)
    padded = [cell + " " * max(0, width - columns(cell)) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()


def _row(cells: Cells) -> str:
    return "| " + " | ".join(markdown_words(line(cell)) for cell in cells) + " |"
