"""One decision of the log as a document: what was recommended and why, what people decided, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapid_response.evaluation.incidents import encode_as_of
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.phrases import Phrase
from rapid_response.protocol.model import Gate, Protocol
from rapid_response.record.entries import Confirmation, Decision, Override
from rapid_response.reports import audit_words as told
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import (
    Document,
    Entry,
    Items,
    Ladder,
    Paragraph,
    Run,
    Section,
    Terms,
    line,
    origin,
)
from rapid_response.reports.explanation_document import explain, explanation_document
from rapid_response.reports.record_telling import Telling
from rapid_response.reports.result_document import result_document
from rapid_response.reports.vocabulary import clean

Word = Confirmation | Override | None


def decision_document(
    decision: Decision,
    protocol: Protocol,
    result: Recommendation | None,
    word: Word,
    language: str,
    private: bool = False,
) -> Document:
    """A decision on record: with all reasons where it was evaluated again (`result`), else with what was recorded."""
    view = DecisionView(decision, Telling.under(protocol, language))
    document = result_document(result, language, private) if result else view.recorded()
    record = Section(told.ON_RECORD(language), (view.record(),))
    people = Section(told.DECIDED_BY_PEOPLE(language), tuple(view.telling.people(word)))
    return replace(
        document,
        over=told.RECORD_OF(language, decision.id, clean(decision.incident)),
        sections=(people, *document.sections, record),
    )


def recorded_document(decision: Decision, protocol: Protocol, language: str) -> Document:
    """What the log still says of a decision that cannot be evaluated again."""
    view = DecisionView(decision, Telling.under(protocol, language))
    return replace(view.recorded(), over=told.RECORD_OF(language, decision.id, clean(decision.incident)))


def why_document(
    decision: Decision, result: Recommendation, tier: str | None, language: str, private: bool = False
) -> Document:
    """Why a decision on record is what it is, or why it is not that tier."""
    document = explanation_document(explain(result, why_not=tier), language, private)
    why, _, *why_not = document.sections
    over = told.RECORD_OF(language, decision.id, clean(decision.incident))
    record = DecisionView(decision, Telling.under(result.protocol, language)).record()
    asked = tuple(why_not) if tier else (why,)
    return replace(document, over=over, sections=(*asked, Section(told.ON_RECORD(language), (record,))))


@dataclass(frozen=True, slots=True)
class DecisionView:
    """What a record itself says of a decision."""

    decision: Decision
    telling: Telling

    @property
    def language(self) -> str:
        return self.telling.language

    def recorded(self) -> Document:
        """The document of what was recorded, where it cannot be worked out again."""
        outcome, words = self.decision.outcome, self.telling.words
        return Document(
            language=self.language,
            over="",
            title=self.telling.tier(outcome.tier),
            tag=Run(self.telling.standing(outcome), "quiet" if outcome.standing == "settled" else "alert"),
            lead=(self.gone(), self.ladder()),
            sections=tuple(self.sections()),
            foot=(line(say.PEOPLE_DECIDE(self.language), "strong"), line(say.DOT.join(words.version()), "quiet")),
        )

    def gone(self) -> Paragraph:
        gone = told.PRIVATE_SEALED if self.decision.opened == "sealed" else told.PRIVATE_ERASED
        return Paragraph(line(gone(self.language), "alert"))

    def ladder(self) -> Ladder:
        notes = {"recommended": say.STEP_RECOMMENDED, "possible": say.STEP_POSSIBLE}
        steps = self.telling.track(self.decision.outcome).steps
        said = [notes[step.place](self.language) if step.place in notes else "" for step in steps]
        return Ladder(tuple(replace(step, note=note) for step, note in zip(steps, said, strict=True)))

    def sections(self) -> Iterator[Section]:
        outcome, protocol = self.decision.outcome, self.telling.protocol
        rules = {"deciding": outcome.deciding, **outcome.rules}
        rules["fired"] = tuple(name for name in rules.get("fired", ()) if name not in outcome.deciding)
        for state, title in told.RULES_BY_STATE.items():
            yield from self.parts(title, [protocol.rules[name] for name in rules.get(state, ())])
        for state, title in told.RESPONSES_BY_STATE.items():
            yield from self.parts(title, [protocol.responses[name] for name in outcome.responses.get(state, ())])
        known = tuple(self.telling.facts(self.decision, tuple(self.telling.answers(self.decision))))
        if known:
            yield Section(say.KNOWN(self.language), (Items(known),))

    def parts(self, title: Phrase, parts: Sequence[Gate]) -> Iterator[Section]:
        if parts:
            yield Section(title(self.language), tuple(map(self.part, parts)))

    def part(self, part: Gate) -> Entry:
        because = part.because.in_language(self.language)
        stands = origin(part, self.telling.words.source(part.source))
        label = line(self.telling.words.label(part), "strong")
        return Entry(label, (*([Paragraph(line(because))] if because else []), stands))

    def record(self) -> Terms:
        """Who recorded it, when, under which protocol, and by which version of the engine it was worked out."""
        decision, telling = self.decision, self.telling
        rows = [
            (told.RECORDED, f"{telling.when(decision.at)}{say.DOT}{clean(decision.by)}"),
            (say.EVALUATED, telling.words.given_moment(decision.as_of)),
            (told.UNDER, self.under()),
            (told.COMPUTED_BY, told.SEMANTICS_OF(self.language, decision.semantics, decision.library)),
        ]
        if decision.previous:
            rows.append((told.FOLLOWS, told.RECORD_NUMBER(self.language, decision.previous)))
        return Terms(tuple((term(self.language), Paragraph(line(said))) for term, said in rows))

    def under(self) -> str:
        """The protocol, its version, and whether it was in force on that day."""
        words = self.telling.words
        held = told.WAS_IN_FORCE if was_in_force(self.decision, words.protocol) else told.NOT_IN_FORCE
        return say.DOT.join([words.protocol_title(), *words.version(), held(self.language)])


def was_in_force(decision: Decision, protocol: Protocol) -> bool:
    """Whether the protocol of a decision was in force on the day that it was evaluated for."""
    moment = encode_as_of(protocol, decision.as_of)
    return moment is None or protocol.is_in_force(moment)
