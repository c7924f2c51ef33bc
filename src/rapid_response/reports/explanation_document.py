"""An explanation as a document: why a result is what it is, what to ask next, and why it is not another tier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapid_response.evaluation.outcomes import Evidence, Reason, RuleOutcome
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.phrases import Phrase
from rapid_response.protocol.model import Protocol, Tier
from rapid_response.reasoning.changes import Change, Changes
from rapid_response.reasoning.questions import Consequence, Question, Questions
from rapid_response.reasoning.reasons import Why
from rapid_response.reasoning.why_not import Lacking, WhyNot
from rapid_response.reports import catalogue as say
from rapid_response.reports import explanation_words as explained
from rapid_response.reports.document import (
    Block,
    Document,
    Entry,
    Items,
    Line,
    Paragraph,
    Section,
    Series,
    between,
    line,
    origin,
    run,
)
from rapid_response.reports.reasons import Reasons
from rapid_response.reports.result_document import result_document
from rapid_response.reports.result_facts import MOST_ASKED
from rapid_response.reports.result_view import MOST_WAITED_FOR
from rapid_response.reports.vocabulary import capital, introducing
from rapid_response.reports.words import Wording


@dataclass(frozen=True, slots=True)
class Leading:
    """The fewest changes of facts that lead to a tier."""

    tier: Tier
    changes: Changes

    def to_dict(self, private: bool = False) -> dict[str, Any]:
        """The tier and the changes as plain data; values of private facts only where asked for."""
        return {"tier": self.tier.name, "changes": self.changes.to_dict(private)}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What explains a result; `fixed` and `only_unknown` say which facts the changes in it were allowed."""

    result: Recommendation
    why: Why | None
    questions: Questions
    why_not: WhyNot | None = None
    what_would: Leading | None = None
    fixed: tuple[str, ...] = ()
    only_unknown: bool = False

    def to_dict(self, private: bool = False) -> dict[str, Any]:
        """The explanation as plain data; values of private facts only where asked for."""
        return {
            "incident": self.result.incident.id,
            "as_of": self.result.as_of,
            "in_force": self.result.in_force,
            "why": self.why.to_dict(private) if self.why else None,
            "questions": self.questions.to_dict(),
            "why_not": self.why_not.to_dict(private) if self.why_not else None,
            "what_would": self.what_would.to_dict(private) if self.what_would else None,
        }


def explain(
    result: Recommendation,
    *,
    why_not: str | None = None,
    what_would: str | None = None,
    fixed: Sequence[str] = (),
    only_unknown: bool = False,
) -> Explanation:
    """Why a result is what it is, and what to ask next; why it is not the tier `why_not`, what leads to `what_would`.

    Raises KeyError for unknown tiers and facts.

    >>> from rapid_response import load_protocol
    >>> result = load_protocol("protocol_rules/ccsj").evaluate({"certainty": "rumor"}, as_of="2026-02-01T09:00")
    >>> explain(result).why.facts
    {'certainty': 'rumor'}
    """
    result = result.exact()
    leading = None
    if what_would is not None:
        changes = result.what_would(tier=what_would, fixed=fixed, only_unknown=only_unknown)
        leading = Leading(result.protocol.tier(what_would), changes)
    answer = result.why_not(why_not, fixed=fixed, only_unknown=only_unknown) if why_not is not None else None
    return Explanation(
        result, result.why(smallest=True), result.questions(), answer, leading, tuple(fixed), only_unknown
    )


def explanation_document(explanation: Explanation, language: str, private: bool = False) -> Document:
    """The document of an explanation, under the answer that it explains.

    >>> from rapid_response import load_protocol
    >>> result = load_protocol("protocol_rules/ccsj").evaluate({"certainty": "rumor"}, as_of="2026-02-01T09:00")
    >>> [section.title for section in explanation_document(explain(result, why_not="activate"), "en").sections]
    ['Why no more and no less is possible', 'What to ask next', 'Why not “Activate rapid response”']
    """
    words = Wording(explanation.result.protocol, language)
    view = _View(explanation, words, Reasons(explanation.result, words, private))
    return replace(result_document(explanation.result, language, private), sections=tuple(view.sections()))


@dataclass(frozen=True, slots=True)
class _View:
    explanation: Explanation
    words: Wording
    reasons: Reasons

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def result(self) -> Recommendation:
        return self.explanation.result

    @property
    def protocol(self) -> Protocol:
        return self.result.protocol

    def sections(self) -> Iterator[Section]:
        yield self.why()
        yield self.ask_next()
        if self.explanation.why_not:
            yield self.why_not(self.explanation.why_not)
        if leading := self.explanation.what_would:
            title = explained.WHAT_WOULD(self.language, self.tier(leading.tier))
            yield Section(title, tuple(self.differences(leading.tier, leading.changes)))

    def tier(self, tier: Tier) -> str:
        return self.words.quoted(self.words.label(tier))

    # Why this tier

    def why(self) -> Section:
        one = self.result.lowest == self.result.highest
        title = (explained.WHY_THIS if one else explained.WHY_THIS_RANGE)(self.language)
        return Section(title, (*self.forcing(self.explanation.why, one), *self.doubt()))

    def forcing(self, why: Why | None, one: bool) -> Iterator[Block]:
        ends = self.tier(self.result.lowest), self.tier(self.result.highest)
        if why is None:
            yield Paragraph(line(explained.NOT_WORKED_OUT(self.language)))
        elif not why.facts:
            nothing = explained.FORCED_BY_NOTHING if one else explained.NOTHING_NARROWS
            yield Paragraph(line(nothing(self.language)))
        else:
            forced = explained.FORCED(self.language) if one else explained.FORCED_RANGE(self.language, *ends)
            yield Paragraph(line(forced))
            yield Items(tuple(self.reasons.evidence(Evidence(name, "fact", None, "known")) for name in why.facts))
            fewest = explained.NO_FEWER if why.least == len(why.facts) else explained.PERHAPS_FEWER
            yield Paragraph(line(fewest(self.language), "quiet"))

    def doubt(self) -> Iterator[Block]:
        if self.result.exactness and not self.result.exactness.exact:
            yield Paragraph(line(explained.NOT_PROVED(self.language), "alert"))

    # What to ask next

    def ask_next(self) -> Section:
        found = self.explanation.questions
        shown, later = found.asked[:MOST_ASKED], [question.fact for question in found.asked[MOST_ASKED:]]
        blocks = (
            *self.left(),
            *self.named(explained.CANNOT_MATTER, found.irrelevant),
            *self.named(explained.TO_BE_SAFE, found.unresolved),
        )
        after = Section(explained.AFTER_THAT(self.language), (Paragraph(line(self.labels(later), "quiet")),))
        return Section(explained.ASK_NEXT(self.language), blocks, (*self.asked(shown), *([after] if later else [])))

    def left(self) -> Iterator[Block]:
        """How many answers are left, if answers alone can settle it."""
        found = self.explanation.questions
        if found.past != "tier" and (found.asked or not found.past):
            yield Paragraph(line(self.answers_left(found)))
        if found.past:
            yield Paragraph(line(explained.PAST_UNKNOWN[found.past](self.language), "alert"))

    def answers_left(self, found: Questions) -> str:
        match found.most_left:
            case 0 if not found.asked:
                return explained.NOTHING_TO_ASK(self.language)
            case 0:
                return explained.ONLY_RESPONSES(self.language)
            case 1:
                return explained.ONE_ANSWER_LEFT(self.language)
            case several:
                return explained.ANSWERS_LEFT(self.language, several)

    def named(self, phrase: Phrase, names: Sequence[str]) -> Iterator[Block]:
        if names:
            yield Paragraph(line(phrase(self.language, self.labels(names)), "quiet"))

    def labels(self, names: Sequence[str]) -> str:
        return say.SEMICOLON(self.language).join(self.words.label(self.protocol.facts[name]) for name in names)

    def asked(self, questions: Sequence[Question]) -> Iterator[Section]:
        for about, title in (("tier", explained.FOR_THE_TIER), ("responses", explained.FOR_RESPONSES)):
            entries = tuple(self.question(question) for question in questions if question.about == about)
            if entries:
                yield Section(title(self.language), entries)

    def question(self, question: Question) -> Entry:
        title = line(self.words.question(self.protocol.facts[question.fact]), "strong")
        if len(question.outcomes) == 1 and not self.narrows(question.outcomes[0]):
            nothing = explained.NOT_NARROWED if question.about == "tier" else explained.NOT_SETTLED_ALONE
            return Entry(title, (Paragraph(line(nothing(self.language), "quiet")),))
        return Entry(title, (Items(tuple(self.outcome(question, outcome) for outcome in question.outcomes)),))

    def outcome(self, question: Question, outcome: Consequence) -> Line:
        answers = capital(outcome.answers.in_language(self.language))
        leads = self.range(outcome) if question.about == "tier" else self.responses(outcome)
        return (run(introducing(answers, self.language), "quiet"), run(leads))

    def narrows(self, outcome: Consequence) -> bool:
        narrower = (outcome.lowest, outcome.highest) != (self.result.lowest, self.result.highest)
        return narrower or bool(outcome.active or outcome.inactive)

    def range(self, outcome: Consequence) -> str:
        low, high = self.tier(outcome.lowest), self.tier(outcome.highest)
        match outcome.lowest == self.result.lowest, outcome.highest == self.result.highest:
            case _ if outcome.lowest == outcome.highest:
                return explained.IT_IS(self.language, low)
            case True, True:
                return explained.AS_OPEN(self.language)
            case False, True:
                return say.EFFECTS["raise_to"](self.language, low)
            case True, False:
                return say.EFFECTS["limit_to"](self.language, high)
            case _:
                return say.BETWEEN(self.language, low, high)

    def responses(self, outcome: Consequence) -> str:
        settled = ((explained.CALLS_FOR, outcome.active), (explained.RULES_OUT, outcome.inactive))
        said = [phrase(self.language, self.few(names)) for phrase, names in settled if names]
        return say.SEMICOLON(self.language).join(said) or explained.LEAVES_OPEN(self.language)

    def few(self, names: Sequence[str]) -> str:
        labels = [self.words.quoted(self.words.label(self.protocol.responses[name])) for name in names]
        if len(labels) <= MOST_WAITED_FOR:
            return self.words.listed(labels, say.AND)
        shown = say.COMMA(self.language).join(labels[:MOST_WAITED_FOR])
        return say.AND_MORE(self.language, shown, len(labels) - MOST_WAITED_FOR)

    # Why not another tier

    def why_not(self, found: WhyNot) -> Section:
        title = explained.WHY_NOT(self.language, self.tier(found.tier))
        if found.tier == self.result.tier:
            return Section(title, (Paragraph(line(explained.IS_RECOMMENDED(self.language))),))
        groups = (
            (explained.COULD_HAVE_RAISED, tuple(self.lacking(lacking) for lacking in found.raises)),
            (explained.HELD_DOWN, tuple(self.ruling(rule) for rule in found.limits)),
            (explained.RAISED_BEYOND, tuple(self.ruling(rule) for rule in found.above)),
            (explained.DIFFERENCES, tuple(self.differences(found.tier, found.changes))),
        )
        sections = tuple(Section(heading(self.language), blocks) for heading, blocks in groups if blocks)
        return Section(title, (Paragraph(line(self.chance(found))),), sections)

    def chance(self, found: WhyNot) -> str:
        if not found.possible:
            return explained.RULED_OUT(self.language)
        proved = self.result.exactness is None or self.result.exactness.exact
        return (explained.STILL_POSSIBLE if proved else explained.NOT_RULED_OUT)(self.language)

    def lacking(self, lacking: Lacking) -> Entry:
        blocks = (
            *self.conditions(explained.LACKED, lacking.lacked),
            *self.conditions(explained.EXCEPTED, lacking.excepted),
        )
        return self.entry(lacking.rule, *blocks)

    def conditions(self, heading: Phrase, reasons: Sequence[Reason]) -> Iterator[Block]:
        if reasons:
            yield Paragraph(line(heading(self.language), "quiet"))
            yield from (self.reasons.tree(reason) for reason in reasons)

    def ruling(self, rule: RuleOutcome) -> Entry:
        because, grounds = rule.because.in_language(self.language), self.reasons.grounds(rule)
        return self.entry(
            rule, *([Paragraph(line(because))] if because else []), *([Series(grounds)] if grounds else [])
        )

    def entry(self, rule: RuleOutcome, *blocks: Block) -> Entry:
        stands = origin(rule.part, self.words.source(rule.part.source))
        return Entry(line(self.words.label(rule.part), "strong"), (*blocks, stands))

    # The smallest differences

    def differences(self, tier: Tier, changes: Changes) -> Iterator[Block]:
        if tier == self.result.tier:
            yield Paragraph(line(explained.IS_RECOMMENDED(self.language)))
            return
        yield Paragraph(line(self.leading(tier, changes)))
        if changes:
            yield Items(tuple(self.change(change) for change in changes))
            yield from self.reserve(changes)
        yield from self.named(explained.KEPT, self.explanation.fixed)

    def leading(self, tier: Tier, changes: Changes) -> str:
        """The words above the changes: what would have been so, or where only unknown facts change, what may yet be."""
        if not changes and not changes.exact:
            return explained.NONE_FOUND(self.language)
        if not changes:
            only_unknown = self.explanation.only_unknown
            return (explained.NOTHING_UNKNOWN_LEADS if only_unknown else explained.NOTHING_LEADS)(self.language)
        ahead = not any(name in self.result.facts for change in changes for name in change.facts)
        one, several = explained.TURNS_OUT if ahead else explained.WOULD_HAVE_BEEN
        return (one if len(changes) == 1 else several)(self.language, self.tier(tier))

    def reserve(self, changes: Changes) -> Iterator[Block]:
        """That fewer facts may do, or that there are others."""
        if not changes.exact:
            yield Paragraph(line(explained.PERHAPS_LESS(self.language), "quiet"))
        elif not changes.complete:
            yield Paragraph(line(explained.NOT_ALL(self.language), "quiet"))

    def change(self, change: Change) -> Line:
        return between([self.new_value(name, value) for name, value in change.facts.items()], say.DOT)

    def new_value(self, name: str, value: Any) -> Line:
        """What a fact would have to be, and what it is."""
        fact = self.protocol.facts[name]
        hidden = fact.private and not self.reasons.private
        stated = run(say.PRIVATE(self.language) if hidden else self.words.value(fact, value))
        present = [run(explained.PRESENTLY(self.language, self.reasons.answer(fact)), "quiet")]
        known = name in self.result.facts and not hidden
        label = run(introducing(self.words.label(fact), self.language), "quiet")
        return (label, stated, *self.reasons.in_brackets(present if known else []))
