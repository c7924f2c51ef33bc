"""Words for what stands in a decision log: tiers, times, facts and people's decisions, under one protocol."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from rapid_response.protocol.model import Protocol
from rapid_response.protocol.values import microseconds_of, moment_text
from rapid_response.record.case_file import apart
from rapid_response.record.checkpoint import Checkpoint
from rapid_response.record.entries import Confirmation, Decision, Entry, Erasure, Link, Override
from rapid_response.record.facts import given_again
from rapid_response.record.outcomes import Outcome
from rapid_response.reports import audit_words as told
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import Block, Line, Paragraph, Step, Track, between, line, run
from rapid_response.reports.reasons import Reasons
from rapid_response.reports.vocabulary import clean, introducing
from rapid_response.reports.words import Wording


def length_words(length: dt.timedelta, language: str) -> str:
    """A length of time in hours and minutes, from two days on in days and hours.

    >>> length_words(dt.timedelta(hours=5, minutes=20), "en"), length_words(dt.timedelta(hours=75), "en")
    ('5 h 20 min', '3 d 3 h')
    >>> length_words(dt.timedelta(hours=24), "zh-Hant")
    '24 小時'
    """
    minutes = round(abs(length) / dt.timedelta(minutes=1))
    if minutes < 48 * 60:
        parts = zip(("hour", "minute"), divmod(minutes, 60), strict=True)
    else:
        parts = zip(("day", "hour"), divmod(minutes // 60, 24), strict=True)
    said = [told.LENGTHS[unit](language, number) for unit, number in parts if number]
    return " ".join(said) or told.LENGTHS["minute"](language, 0)


def checkpoint_lines(checkpoint: Checkpoint, language: str) -> Iterator[Line]:
    """What a report was read from, so that anyone can hold it against the log."""
    entries = told.ENTRIES[checkpoint.size != 1](language, f"{checkpoint.size:,}")
    yield line(told.LOG_AT(language, entries), "quiet")
    yield between([line(part, "code") for part in str(checkpoint).splitlines()], say.DOT)


@dataclass(frozen=True, slots=True)
class Telling:
    """The words for the entries of a log that belong to one protocol."""

    words: Wording

    @classmethod
    def under(cls, protocol: Protocol, language: str) -> Telling:
        """The words of a protocol in a language."""
        return cls(Wording(protocol, language))

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def protocol(self) -> Protocol:
        return self.words.protocol

    # Tiers and times

    def tier(self, name: str | None) -> str:
        """A tier's title; its name where the protocol has no such tier."""
        if name is None:
            return told.NOTHING_RECOMMENDED(self.language)
        titles = {tier.name: self.words.label(tier) for tier in self.protocol.tiers}
        return titles.get(name) or clean(name)

    def quoted(self, name: str | None) -> str:
        """A tier's title in quotation marks."""
        return self.words.quoted(self.tier(name)) if name else self.tier(name)

    def when(self, at: dt.datetime) -> str:
        """A moment as a local time of the protocol."""
        return self.words.moment(moment_text(microseconds_of(at.replace(second=0, microsecond=0)), self.zone))

    @property
    def zone(self) -> str | None:
        return self.protocol.time_zone

    def standing(self, outcome: Outcome) -> str:
        """Whether the tier was settled, and if not what else was possible."""
        lowest, highest = self.quoted(outcome.lowest), self.quoted(outcome.highest)
        match outcome.standing:
            case "settled":
                return say.TAG_SETTLED(self.language)
            case "assumed":
                return say.TAG_ASSUMED(self.language)
            case _ if outcome.tier == outcome.lowest:
                return say.TAG_UP_TO(self.language, highest)
            case _ if outcome.tier == outcome.highest:
                return say.TAG_DOWN_TO(self.language, lowest)
            case _:
                return say.TAG_BETWEEN(self.language, lowest, highest)

    def track(self, outcome: Outcome, decided: str | None = None) -> Track:
        """Where an outcome, and what people decided, stand among the tiers."""
        return Track(tuple(self.step(position, outcome, decided) for position in range(len(self.protocol.tiers))))

    def step(self, position: int, outcome: Outcome, decided: str | None) -> Step:
        tier = self.protocol.tiers[position]
        low, high = (self.protocol.tier(name).level for name in (outcome.lowest, outcome.highest))
        if decided is not None:
            return Step(self.words.label(tier), "decided" if tier.name == decided else "outside", "")
        if tier.name == outcome.tier:
            return Step(self.words.label(tier), "recommended", "")
        return Step(self.words.label(tier), "possible" if low <= position <= high else "outside", "")

    # People

    def people(self, word: Confirmation | Override | None) -> Iterator[Block]:
        """What people decided, in a sentence, with their reason."""
        match word:
            case None:
                yield Paragraph(line(told.NOT_DECIDED_ON(self.language), "quiet"))
            case Confirmation(tier=tier):
                by, when = clean(word.by), self.when(word.at)
                yield Paragraph(line(told.CONFIRMED_AS(self.language, by, self.quoted(tier), when)))
            case Override(tier=tier, recommended=before):
                by, when = clean(word.by), self.when(word.at)
                said = told.OVERRIDDEN_BY(self.language, by, self.quoted(tier), self.quoted(before), when)
                yield Paragraph(line(said))
                yield Paragraph(self.reason(word))

    def said(self, entry: Entry) -> Iterator[Block]:
        """What an entry other than a recommendation says, in a sentence."""
        by = clean(entry.by)
        match entry:
            case Confirmation(tier=tier):
                yield Paragraph(line(told.CONFIRMED(self.language, by, self.quoted(tier))))
            case Override(tier=tier, recommended=former):
                yield Paragraph(line(told.DECIDED_INSTEAD(self.language, by, self.quoted(tier), self.quoted(former))))
                yield Paragraph(self.reason(entry))
            case Link(other_incident=other):
                yield Paragraph(line(told.LINKED_BY(self.language, by, clean(other))))
            case Erasure(reason=reason):
                yield Paragraph(line(told.ERASED_BY(self.language, by)))
                yield Paragraph(line(told.REASON(self.language, clean(reason))))
            case _:
                pass

    def reason(self, override: Override) -> Line:
        """Why people decided otherwise."""
        if override.reason is None:
            return line(told.REASON_GONE(self.language), "quiet")
        return line(told.REASON(self.language, clean(override.reason)))

    # Facts

    def facts(self, decision: Decision, names: tuple[str, ...], before: Decision | None = None) -> Iterator[Line]:
        """What was known of facts, and of those known before what they were."""
        now, then = self.answers(decision), self.answers(before) if before else {}
        for name in (name for name in self.protocol.facts if name in names):
            answer, label = now[name], self.words.label(self.protocol.facts[name])
            if name in then and then[name] != answer:
                answer = told.CHANGED(self.language, answer, then[name])
            yield (run(introducing(label, self.language), "quiet"), run(answer), *self.source(decision, name))

    def answers(self, decision: Decision) -> dict[str, str]:
        """What was known of each fact, in words; of those that lie apart only that they were known."""
        hidden = set(apart(decision))
        stated = {name: given for name, given in decision.facts.items() if name not in hidden}
        result = self.protocol.evaluate(given_again(self.protocol, stated), as_of=decision.as_of)
        reasons = Reasons(result, self.words, private=True)
        shown = {name: reasons.answer(self.protocol.facts[name]) for name in stated}
        return {**shown, **{name: told.APART[decision.opened](self.language) for name in hidden}}

    def source(self, decision: Decision, name: str) -> Line:
        """Who said so, and whether it was verified."""
        given = decision.facts.get(name, {})
        remarks = [clean(str(given["source"]))] if given.get("source") else []
        if given.get("verified") is False:
            remarks.append(say.UNVERIFIED(self.language))
        if not remarks:
            return ()
        return (run(say.IN_BRACKETS(self.language, say.SEMICOLON(self.language).join(remarks)), "quiet"),)
