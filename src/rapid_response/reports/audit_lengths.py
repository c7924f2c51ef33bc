"""How long it took from an incident to a decision, against the window for it: a part of the audit of a period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from rapid_response.record.auditing import Audit, Case
from rapid_response.reports import audit_words as told
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import Bar, Bars, Block, Items, Line, Paragraph, Section, line, run
from rapid_response.reports.record_telling import Telling, length_words
from rapid_response.reports.vocabulary import clean, introducing

FEW = 20
"""Fewer than this are counted, never given in percent."""
MOST_NAMED = 50
"""So many incidents are named in one place; the data of an audit has all of them."""
Length = dt.timedelta


def lengths_section(audit: Audit, telling: Telling, within: Length) -> Section:
    """The hours from incident to decision, those that are late by their ids, and those of which it cannot be told."""
    view = _View(audit.cases, audit, telling, within)
    window = told.WINDOW(telling.language, length_words(within, telling.language))
    return Section(told.HOW_LONG(telling.language), (Paragraph(line(window, "quiet")),), (*view.lengths(), view.late()))


@dataclass(frozen=True, slots=True)
class _View:
    cases: Sequence[Case]
    audit: Audit
    telling: Telling
    within: Length

    @property
    def language(self) -> str:
        return self.telling.language

    def lengths(self) -> Iterator[Section]:
        decided = [case.until_decided for case in self.cases if case.first_word]
        recorded = [case.until_recorded for case in self.cases]
        for title, lengths in ((told.TO_FIRST_DECISION, decided), (told.TO_FIRST_RECOMMENDATION, recorded)):
            if lengths:
                known = sorted(length for length in lengths if length is not None and length >= Length())
                blocks: tuple[Block, ...] = (*self.middle(known), self.distribution(lengths, known))
                yield Section(title(self.language), blocks)

    def middle(self, known: Sequence[Length]) -> Iterator[Paragraph]:
        if len(known) == 1:
            yield Paragraph(line(told.MEDIAN_OF_ONE(self.language, length_words(known[0], self.language))))
        elif known:
            seconds = median(length.total_seconds() for length in known)
            half = length_words(Length(seconds=seconds), self.language)
            in_time = sum(length <= self.within for length in known)
            said = told.MEDIAN(self.language, half, length_words(known[-1], self.language))
            share = told.IN_WINDOW(self.language, self.share(in_time, len(known)))
            yield Paragraph(line(say.SENTENCES(self.language, share, said)))

    def distribution(self, lengths: Sequence[Length | None], known: Sequence[Length]) -> Bars:
        edges = [self.within * part for part in (0.25, 0.5, 1, 2, 3)]
        starts = [Length(-1), *edges]
        bars = []
        for start, end in zip(starts, [*edges, Length.max], strict=True):
            number = sum(start < length <= end for length in known)
            bars.append(Bar(line(self.span(start, end)), number, "alert" if start >= self.within else "plain"))
        wrong = sum(length is not None and length < Length() for length in lengths)
        unknown = sum(length is None for length in lengths)
        more = ((told.TIME_WRONG, wrong), (told.TIME_UNKNOWN, unknown))
        bars += [Bar(line(title(self.language), "quiet"), number, "quiet") for title, number in more if number]
        return Bars(tuple(bars))

    def span(self, start: Length, end: Length) -> str:
        if end == Length.max:
            return told.OVER(self.language, self.hours(start))
        if start < Length():
            return told.UP_TO(self.language, self.hours(end))
        return told.FROM_UP_TO(self.language, self.telling.words.number(_hours(start)), self.hours(end))

    def hours(self, length: Length) -> str:
        return self.telling.words.amount(_hours(length), "hour")

    def late(self) -> Section:
        """Which cases were late, and which cannot be told: each by its id."""
        blocks: list[Block] = []
        late = self.audit.late(self.within)
        if late:
            more = (line(told.AND_MORE_RECORDS(self.language, f"{len(late) - MOST_NAMED:,}")),)
            shown = tuple(self.late_case(case) for case in late[:MOST_NAMED])
            blocks.append(Items((*shown, *(more if len(late) > MOST_NAMED else ()))))
        else:
            none = told.NONE_LATE(self.language, length_words(self.within, self.language))
            blocks.append(Paragraph(line(none)))
        groups = (
            (told.WRONG_TIMES, [case for case in self.cases if case.until_decided and case.until_decided < Length()]),
            (told.UNKNOWN_TIMES, [case for case in self.cases if case.happened is None]),
            (told.WITHOUT_DECISION, [case for case in self.cases if case.first_word is None]),
        )
        for phrase, cases in groups:
            if cases:
                blocks.append(Paragraph(line(phrase(self.language, self.ids(cases)), "quiet")))
        return Section(told.LATE(self.language), tuple(blocks))

    def late_case(self, case: Case) -> Line:
        length = length_words(case.until_decided or Length(), self.language)
        return (
            run(introducing(clean(case.incident), self.language), "strong"),
            run(told.AFTER_THE_INCIDENT(self.language, length)),
        )

    def ids(self, cases: Sequence[Case]) -> str:
        named = say.COMMA(self.language).join(clean(case.incident) for case in cases[:MOST_NAMED])
        return say.AND_MORE(self.language, named, f"{len(cases) - MOST_NAMED:,}") if len(cases) > MOST_NAMED else named

    def share(self, part: int, whole: int) -> str:
        """So many of so many; in percent only where they are not few."""
        if whole < FEW:
            return told.OF_ALL(self.language, part, whole)
        return told.SHARE_OF_ALL(self.language, f"{part:,}", f"{whole:,}", f"{100 * part / whole:.0f}")


def _hours(length: Length) -> Decimal:
    return round(Decimal(length // Length(minutes=1)) / 60, 2)
