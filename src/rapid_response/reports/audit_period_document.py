"""The audit of a period as a document: how many, which tiers, what was decided otherwise and why, and how quickly."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from rapid_response.phrases import Phrase
from rapid_response.record.auditing import WITHIN, Audit, Case, Overridden
from rapid_response.reports import audit_words as told
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import (
    Bar,
    Bars,
    Block,
    Document,
    Entry,
    Items,
    Line,
    Paragraph,
    Section,
    Table,
    between,
    line,
    run,
)
from rapid_response.reports.record_telling import Telling, checkpoint_lines, length_words
from rapid_response.reports.vocabulary import clean, introducing

FEW = 20
"""Fewer than this are counted, never given in percent."""
MOST_RULES = 10
Length = dt.timedelta


def period_document(audit: Audit, language: str, within: Length = WITHIN) -> Document:
    """The audit of a period; `within` is the window for a decision, counted from the incident."""
    view = _View(audit, language, within)
    return Document(
        language=language,
        over=told.PERIOD(language),
        title=view.title(),
        tag=None,
        lead=tuple(view.lead()),
        sections=tuple(view.sections()) if audit.cases else (),
        foot=(line(say.PEOPLE_DECIDE(language), "strong"), *checkpoint_lines(audit.checkpoint, language)),
    )


@dataclass(frozen=True, slots=True)
class _View:
    audit: Audit
    language: str
    within: Length

    @property
    def cases(self) -> Sequence[Case]:
        return self.audit.cases

    @property
    def telling(self) -> Telling:
        """The words of the protocol that was used last."""
        return Telling.under(self.audit.protocols[-1], self.language)

    # The head

    def title(self) -> str:
        if not self.cases:
            return told.NO_CASES(self.language)
        return self.counted(told.INCIDENTS, len(self.cases))

    def counted(self, phrases: tuple[Phrase, Phrase], number: int) -> str:
        return phrases[number != 1](self.language, f"{number:,}")

    def lead(self) -> Iterator[Block]:
        yield Paragraph(line(self.period()))
        if not self.cases:
            return
        counts = [
            self.counted(told.RECOMMENDATIONS, self.audit.decisions),
            self.counted(told.CONFIRMATIONS, self.audit.confirmations),
            self.counted(told.OVERRIDES_COUNTED, len(self.audit.overrides)),
        ]
        if self.audit.erased:
            counts.append(self.counted(told.ERASURES, self.audit.erased))
        yield Paragraph(line(say.DOT.join(counts)))
        if len(self.cases) < FEW:
            yield Paragraph(line(told.FEW(self.language), "quiet"))

    def period(self) -> str:
        since, until = self.audit.since, self.audit.until
        if since and until:
            return told.SINCE_UNTIL(self.language, self.moment(since), self.moment(until))
        if since:
            return told.SINCE(self.language, self.moment(since))
        return told.UNTIL(self.language, self.moment(until)) if until else told.ALL(self.language)

    def moment(self, moment: dt.datetime) -> str:
        if self.audit.protocols:
            return self.telling.when(moment)
        return moment.date().isoformat()

    def share(self, part: int, whole: int) -> str:
        """So many of so many; in percent only where they are not few."""
        if whole < FEW:
            return told.OF_ALL(self.language, part, whole)
        return told.SHARE_OF_ALL(self.language, f"{part:,}", f"{whole:,}", f"{100 * part / whole:.0f}")

    # The sections

    def sections(self) -> Iterator[Section]:
        yield self.by_tier()
        yield self.how_long()
        yield self.overrides()
        yield from self.rules()
        yield self.protocols()

    def by_tier(self) -> Section:
        recommended: Counter[str | None] = Counter(case.tier for case in self.cases)
        decided: Counter[str | None] = Counter(case.decided for case in self.cases if case.decided)
        without = sum(case.decided is None for case in self.cases)
        standings: Counter[str] = Counter(case.standing for case in self.cases)
        said = [
            told.COUNTED(self.language, standings[standing], title(self.language))
            for standing, title in told.STANDINGS.items()
            if standings[standing]
        ]
        settled = told.HOW_SETTLED(self.language, say.COMMA(self.language).join(said))
        parts = [
            Section(told.LAST_RECOMMENDED(self.language), (self.tiers(recommended), Paragraph(line(settled, "quiet"))))
        ]
        if decided:
            bars = self.tiers(decided, Bar(line(told.UNDECIDED(self.language), "quiet"), without, "quiet"))
            parts.append(Section(told.LAST_DECIDED(self.language), (bars,)))
        else:
            parts.append(
                Section(told.LAST_DECIDED(self.language), (Paragraph(line(told.NOTHING_DECIDED(self.language))),))
            )
        return Section(told.BY_TIER(self.language), (), tuple(parts))

    def tiers(self, counts: Counter[str | None], *more: Bar) -> Bars:
        """The highest tier first; then tiers that the last protocol does not have."""
        names = [tier.name for tier in reversed(self.telling.protocol.tiers)]
        names += sorted(name for name in counts if name and name not in names)
        bars = [Bar(line(self.telling.tier(name)), counts[name]) for name in names]
        if counts[None]:
            bars.append(Bar(line(self.telling.tier(None), "quiet"), counts[None], "quiet"))
        return Bars((*bars, *(bar for bar in more if bar.count)))

    # How long

    def how_long(self) -> Section:
        sections = tuple(self.lengths())
        window = told.WINDOW(self.language, length_words(self.within, self.language))
        return Section(told.HOW_LONG(self.language), (Paragraph(line(window, "quiet")),), (*sections, self.late()))

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
            blocks.append(Items(tuple(self.late_case(case) for case in late)))
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
        return say.COMMA(self.language).join(clean(case.incident) for case in cases)

    # What was decided otherwise

    def overrides(self) -> Section:
        title = told.OVERRIDES(self.language)
        if not self.audit.overrides:
            none = told.NO_OVERRIDES if self.audit.confirmations else told.NOTHING_DECIDED
            return Section(title, (Paragraph(line(none(self.language))),))
        higher = sum(self.is_higher(found) for found in self.audit.overrides)
        lower = len(self.audit.overrides) - higher
        said = say.COMMA(self.language).join([told.HIGHER(self.language, higher), told.LOWER(self.language, lower)])
        counted = Paragraph(line(f"{said}{told.STOP(self.language)}"))
        return Section(title, (counted, *map(self.override, self.audit.overrides)))

    def is_higher(self, found: Overridden) -> bool:
        levels = {tier.name: tier.level for tier in found.protocol.tiers}
        return levels.get(found.override.tier, 0) > levels.get(found.override.recommended or "", -1)

    def override(self, found: Overridden) -> Entry:
        telling, override = Telling.under(found.protocol, self.language), found.override
        ends = telling.quoted(override.tier), telling.quoted(override.recommended)
        instead = line(told.INSTEAD_OF(self.language, *ends))
        title = between([line(clean(found.incident), "strong"), instead], say.DOT)
        about = [clean(override.by), telling.when(override.at), told.RECORD_NUMBER(self.language, override.decision)]
        return Entry(
            title, (Paragraph(telling.reason(override)), Paragraph(line(say.DOT.join(about), "quiet"), small=True))
        )

    def rules(self) -> Iterator[Section]:
        """The rules whose recommendations people decided against, most often first."""
        overridden = self.audit.overridden
        if not overridden:
            return
        heading = tuple(line(title(self.language)) for title in (told.RULE, told.DECIDED_AGAINST))
        rows = tuple(
            (line(self.rule(name)), line(told.OF_TIMES(self.language, number, self.audit.deciding[name])))
            for name, number in sorted(overridden.items(), key=lambda item: (-item[1], item[0]))[:MOST_RULES]
        )
        yield Section(told.RULES_OVERRIDDEN(self.language), (Table(heading, rows),))

    def rule(self, name: str) -> str:
        for protocol in reversed(self.audit.protocols):
            if name in protocol.rules:
                return Telling.under(protocol, self.language).words.label(protocol.rules[name])
        return clean(name)

    def protocols(self) -> Section:
        wordings = [Telling.under(protocol, self.language).words for protocol in self.audit.protocols]
        items = [line(say.DOT.join([words.protocol_title(), *words.version()])) for words in wordings]
        return Section(told.PROTOCOLS_USED(self.language), (Items(tuple(items)),))


def _hours(length: Length) -> Decimal:
    return Decimal(length // Length(minutes=1)) / 60
