"""The audit of a period as a document: how many, which tiers, what was decided otherwise and why, and how quickly."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapid_response.phrases import Phrase
from rapid_response.record.auditing import WITHIN, Audit, Case, Overridden
from rapid_response.reports import audit_words as told
from rapid_response.reports import catalogue as say
from rapid_response.reports.audit_lengths import FEW, lengths_section
from rapid_response.reports.document import (
    Bar,
    Bars,
    Block,
    Document,
    Entry,
    Items,
    Paragraph,
    Section,
    Table,
    between,
    line,
)
from rapid_response.reports.record_telling import Telling, checkpoint_lines
from rapid_response.reports.vocabulary import clean

MOST_RULES = 10


def period_document(audit: Audit, language: str, within: dt.timedelta = WITHIN) -> Document:
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
    within: dt.timedelta

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
        return moment.isoformat(" ", "minutes")

    # The sections

    def sections(self) -> Iterator[Section]:
        yield self.by_tier()
        yield lengths_section(self.audit, self.telling, self.within)
        yield self.overrides()
        yield from self.rules()
        yield self.protocols()

    def by_tier(self) -> Section:
        recommended: Counter[str | None] = Counter(case.tier for case in self.cases)
        decided: Counter[str | None] = Counter(case.decided for case in self.cases if case.decided)
        without = sum(case.decided is None for case in self.cases)
        standings: Counter[str] = Counter(case.standing for case in self.cases)
        said = [
            told.COUNTED(self.language, f"{standings[standing]:,}", title(self.language))
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
