"""The audit of one case as a document: what happened when, why it was recommended, what people decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from rapid_response.record.auditing import WITHIN, happened_at
from rapid_response.record.case_file import CaseFile, Change, changes, last_words
from rapid_response.record.entries import Confirmation, Decision, Entry, Override
from rapid_response.reports import audit_words as told
from rapid_response.reports import catalogue as say
from rapid_response.reports import explanation_words as explained
from rapid_response.reports.document import Block, Document, Items, Line, Paragraph, Section, Terms, between, line, run
from rapid_response.reports.document import Entry as Shown
from rapid_response.reports.explanation_document import explain, explanation_document
from rapid_response.reports.record_document import DecisionView
from rapid_response.reports.record_telling import Telling, checkpoint_lines, length_words
from rapid_response.reports.result_document import result_document
from rapid_response.reports.vocabulary import clean, introducing


def case_document(case: CaseFile, language: str, private: bool = False, within: dt.timedelta = WITHIN) -> Document:
    """The audit of a case, with the reasons of its last recommendation; `within` is the window for a decision."""
    view = _View(case, language, private, within)
    return Document(
        language=language,
        over=told.CASE(language),
        title=told.CASE_TITLE(language, clean(case.incident)),
        tag=None,
        lead=tuple(view.lead()),
        sections=(view.timeline(), *view.reasons(), *view.instead(), view.record()),
        foot=tuple(view.foot()),
    )


def timeline_document(case: CaseFile, language: str, private: bool = False) -> Document:
    """What happened in a case when: how tier and range moved with what was learned, and what people decided."""
    view = _View(case, language, private, WITHIN)
    return Document(
        language=language,
        over=told.CASE_TITLE(language, clean(case.incident)),
        title=told.WHAT_HAPPENED_WHEN(language),
        tag=None,
        lead=tuple(view.moments()),
        sections=(),
        foot=tuple(view.foot()),
    )


@dataclass(frozen=True, slots=True)
class _View:
    case: CaseFile
    language: str
    private: bool
    within: dt.timedelta

    def telling(self, decision: Decision) -> Telling:
        return Telling.under(self.case.protocol(decision), self.language)

    @property
    def last(self) -> Telling:
        return self.telling(self.case.last)

    # The head

    def lead(self) -> Iterator[Block]:
        outcome, words = self.case.last.outcome, self.words()
        word = words[-1] if words else None
        recommended = (run(self.last.tier(outcome.tier), "strong"), *self.bracketed(self.last.standing(outcome)))
        rows: list[tuple[str, Block]] = [
            (told.HAPPENED(self.language), Paragraph(line(self.happened()))),
            (told.RECOMMENDED(self.language), Paragraph(recommended)),
            (told.DECIDED(self.language), Paragraph(self.decided(word))),
        ]
        if isinstance(word, Override):
            rows.append((told.WHY(self.language), Paragraph(line(word.reason or told.REASON_GONE(self.language)))))
        if timing := self.timing():
            rows.append((told.FIRST_DECIDED(self.language), Paragraph(timing)))
        if self.case.linked:
            linked = say.COMMA(self.language).join(map(clean, self.case.linked))
            rows.append((told.LINKED_WITH(self.language), Paragraph(line(linked))))
        yield Terms(tuple(rows))

    def bracketed(self, text: str) -> Line:
        return (run(say.OPENING(self.language), "quiet"), run(text, "quiet"), run(say.CLOSING(self.language), "quiet"))

    def happened(self) -> str:
        moment = self.moment()
        if moment:
            return self.last.when(moment)
        at = self.case.protocol(self.case.last).at
        hidden = at in self.case.last.private
        return (told.HAPPENED_PRIVATE if hidden else told.HAPPENED_UNKNOWN)(self.language)

    def moment(self) -> dt.datetime | None:
        return happened_at(self.case.last, self.case.protocol(self.case.last))

    def decided(self, word: Confirmation | Override | None) -> Line:
        if word is None:
            return line(told.NOT_DECIDED(self.language), "quiet")
        said = run(self.last.tier(word.tier), "strong" if word.tier else "quiet")
        about = [clean(word.by), self.last.when(word.at)]
        if word.decision != self.case.last.id:
            about.append(told.ABOUT_EARLIER(self.language, word.decision))
        return (said, *self.bracketed(told.COMMA(self.language).join(about)))

    def timing(self) -> Line:
        """How long after the incident people first decided, against the window."""
        words, moment = self.words(), self.moment()
        if not words or moment is None:
            return ()
        length = words[0].at - moment
        if length < dt.timedelta():
            return line(told.BEFORE_THE_INCIDENT(self.language, length_words(length, self.language)), "alert")
        after = run(told.AFTER_THE_INCIDENT(self.language, length_words(length, self.language)))
        late, window = length > self.within, length_words(self.within, self.language)
        verdict = (told.TOO_LATE if late else told.IN_TIME)(self.language, window)
        return (after, run(told.COMMA(self.language)), run(verdict, "alert" if late else "quiet"))

    def words(self) -> list[Confirmation | Override]:
        """What people said of this incident, and not of those linked with it, oldest first."""
        said = (entry for entry in self.case.entries if isinstance(entry, Confirmation | Override))
        return [word for word in said if word.incident == self.case.incident]

    # The timeline

    def timeline(self) -> Section:
        return Section(told.WHAT_HAPPENED_WHEN(self.language), tuple(self.moments()))

    def moments(self) -> Iterator[Shown]:
        changed = {change.decision.id: change for change in changes(self.case.entries)}
        under = self.last
        for entry in self.case.entries:
            if isinstance(entry, Decision):
                under = self.telling(entry)
                yield self.shown(entry, under, *self.recommendation(changed[entry.id], under))
            else:
                yield self.shown(entry, under, *self.other(entry, under))

    def shown(self, entry: Entry, telling: Telling, *blocks: Block) -> Shown:
        about = [line(told.RECORD_NUMBER(self.language, entry.id), "quiet")]
        if self.case.linked:
            about.append(line(told.CASE_TITLE(self.language, clean(entry.incident)), "quiet"))
        if isinstance(entry, Decision):
            about.append(line(told.RECORDED_BY(self.language, clean(entry.by)), "quiet"))
        return Shown(between([line(telling.when(entry.at), "strong"), *about], say.DOT), blocks)

    def recommendation(self, change: Change, telling: Telling) -> Iterator[Block]:
        decision, outcome = change.decision, change.decision.outcome
        yield Paragraph(self.movement(change, telling))
        yield telling.track(outcome)
        if change.learned:
            yield Items(tuple(telling.facts(decision, change.learned, change.before)))
        elif change.before:
            yield Paragraph(line(told.NOTHING_LEARNED(self.language), "quiet"))
        if change.withdrawn:
            labels = [telling.words.label(telling.protocol.facts[name]) for name in change.withdrawn]
            gone = say.SEMICOLON(self.language).join(labels)
            yield Paragraph(line(told.NO_LONGER_KNOWN(self.language, gone), "alert"))
        if change.before and change.before.protocol.fingerprint != decision.protocol.fingerprint:
            version = say.DOT.join(telling.words.version())
            yield Paragraph(line(told.OTHER_VERSION(self.language, version), "alert"))

    def movement(self, change: Change, telling: Telling) -> Line:
        """The tier, and how it moved."""
        outcome = change.decision.outcome
        tier, standing = run(telling.tier(outcome.tier), "strong"), self.bracketed(telling.standing(outcome))
        if change.before is None:
            return (run(introducing(told.FIRST_RECOMMENDATION(self.language), self.language)), tier, *standing)
        if not change.moved:
            return (run(introducing(told.UNCHANGED(self.language), self.language)), tier, *standing)
        former = self.telling(change.before).tier(change.before.outcome.tier)
        if change.before.outcome.tier == outcome.tier:
            return (run(introducing(told.SAME_TIER(self.language), self.language)), tier, *standing)
        return (
            run(introducing(told.NOW_RECOMMENDED(self.language), self.language)),
            tier,
            *standing,
            run(say.SEMICOLON(self.language)),
            run(told.WAS_BEFORE(self.language, former), "quiet"),
        )

    def other(self, entry: Entry, telling: Telling) -> Iterator[Block]:
        """What people said, with the tier they decided on among the others."""
        said, *more = telling.said(entry)
        yield said
        if isinstance(entry, Confirmation | Override) and entry.tier:
            yield telling.track(self.case.last.outcome, entry.tier)
        yield from more

    # Why

    def reasons(self) -> tuple[Section, ...]:
        if self.case.result:
            return result_document(self.case.result, self.language, self.private).sections
        recorded = DecisionView(self.case.last, self.last).recorded()
        return (Section(told.STILL_ON_RECORD(self.language), recorded.lead[:1]), *recorded.sections)

    def instead(self) -> Iterator[Section]:
        """Why the protocol did not recommend what people decided."""
        word = last_words(self.case.entries).get(self.case.last.id)
        if isinstance(word, Override) and self.case.result:
            explanation = explain(self.case.result, why_not=word.tier)
            found = explanation_document(explanation, self.language, self.private).sections[-1]
            title = told.WHY_NOT_DECIDED(self.language, self.last.quoted(word.tier))
            left_out = explained.COULD_HAVE_RAISED(self.language)  # every rule above: `record why-not` tells them all
            sections = tuple(section for section in found.sections if section.title != left_out)
            yield Section(title, found.blocks, sections)

    # The record

    def record(self) -> Section:
        return Section(told.ON_RECORD(self.language), (DecisionView(self.case.last, self.last).record(),))

    def foot(self) -> Iterator[Line]:
        yield line(say.PEOPLE_DECIDE(self.language), "strong")
        yield from checkpoint_lines(self.case.checkpoint, self.language)
