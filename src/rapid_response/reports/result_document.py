"""A result as a document: the answer first, then its reasons, what to do and what to find out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapid_response.evaluation.outcomes import Outcome, ResponseOutcome, RuleOutcome
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.expressions import Always
from rapid_response.protocol.model import Fact, Named, Protocol, Tier
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import (
    Block,
    Document,
    Entry,
    Fold,
    Items,
    Ladder,
    Line,
    Paragraph,
    Run,
    Section,
    Series,
    Shown,
    Step,
    Table,
    between,
    line,
    origin,
    run,
)
from rapid_response.reports.reasons import PAST, Reasons
from rapid_response.reports.vocabulary import capital, clean, introducing
from rapid_response.reports.words import Wording

MOST_ASKED = 7
BESIDES_FACTS = {"tier": say.THE_TIER, PAST: say.PAST_INCIDENTS}
MOST_WAITED_FOR = 4


def result_document(result: Recommendation, language: str, private: bool = False) -> Document:
    """The document of a result. Values of private facts are shown where `private` asks for them."""
    words = Wording(result.protocol, language)
    view = _View(result, words, Reasons(result, words, private))
    return Document(
        language=language,
        over=view.over(),
        title=view.title(),
        tag=view.tag(),
        lead=tuple(view.lead()),
        sections=tuple(view.sections()),
        foot=tuple(view.foot()),
    )


def not_in_force(result: Recommendation, language: str) -> str:
    """That the protocol is not in force on the day of the evaluation; nothing where it is, or where it does not say.

    >>> from rapid_response import load_protocol
    >>> result = load_protocol("protocol_rules/ccsj").evaluate({}, as_of="2025-12-31T23:59")
    >>> not_in_force(result, "en").partition(":")[0]
    'Not yet in force on Wed 31 Dec 2025'
    """
    if result.as_of is None or result.in_force is not False:
        return ""
    words, day, start = Wording(result.protocol, language), _time(result.as_of).date(), result.protocol.in_force.start
    said = say.NOT_YET_IN_FORCE if start and day < start else say.NO_LONGER_IN_FORCE
    return said(language, words.date(day), words.in_force())


@dataclass(frozen=True, slots=True)
class _View:
    result: Recommendation
    words: Wording
    reasons: Reasons

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def protocol(self) -> Protocol:
        return self.result.protocol

    # The answer

    def over(self) -> str:
        incident, tier = self.result.incident.id, self.result.tier
        if incident is None:
            return (say.RECOMMENDED if tier else say.NOTHING_RECOMMENDED)(self.language)
        return (say.RECOMMENDED_FOR if tier else say.NOTHING_RECOMMENDED_FOR)(self.language, clean(incident))

    def title(self) -> str:
        if self.result.tier:
            return self.words.label(self.result.tier)
        return clean(self.protocol.unsettled.title.in_language(self.language)) or say.NOT_SETTLED(self.language)

    def tag(self) -> Run:
        result, lowest, highest = self.result, *self.ends()
        match result.standing:
            case "settled":
                return run(say.TAG_SETTLED(self.language), "quiet")
            case "assumed":
                return run(say.TAG_ASSUMED(self.language), "alert")
            case _ if result.tier == result.lowest:
                return run(say.TAG_UP_TO(self.language, highest), "alert")
            case _ if result.tier == result.highest:
                return run(say.TAG_DOWN_TO(self.language, lowest), "alert")
            case _:
                return run(say.TAG_BETWEEN(self.language, lowest, highest), "alert")

    def ends(self) -> tuple[str, str]:
        return self.tier(self.result.lowest), self.tier(self.result.highest)

    def tier(self, tier: Tier) -> str:
        return self.words.quoted(self.words.label(tier))

    def lead(self) -> Iterator[Block]:
        if outside := not_in_force(self.result, self.language):
            yield Paragraph(line(outside, "alert"))
        if means := (self.result.tier or self.protocol.unsettled).means:
            yield Paragraph(line(means.in_language(self.language)))
        yield Paragraph(line(self.standing(), "quiet" if self.result.standing == "settled" else "plain"))
        yield Ladder(tuple(self.step(tier) for tier in self.protocol.tiers))

    def standing(self) -> str:
        match self.result.standing:
            case "settled":
                return (say.IS_SETTLED if self.result.missing else say.IS_KNOWN)(self.language)
            case "assumed":
                return say.IS_ASSUMED(self.language, *self.ends())
            case _:
                is_open, until = say.IS_OPEN(self.language, *self.ends()), say.UNTIL[self.protocol.if_unsettled]
                return say.SENTENCES(self.language, is_open, until(self.language)).strip()

    def step(self, tier: Tier) -> Step:
        title = self.words.label(tier)
        if tier == self.result.tier:
            return Step(title, "recommended", say.STEP_RECOMMENDED(self.language))
        if self.result.lowest <= tier <= self.result.highest:
            return Step(title, "possible", say.STEP_POSSIBLE(self.language))
        return Step(title, "outside", "")

    # The sections

    def sections(self) -> Iterator[Section]:
        yield from self.scope()
        yield self.why()
        yield from self.held_back()
        yield from self.still_open()
        yield from self.assumed()
        yield self.to_do()
        yield from self.may_follow()
        yield from self.find_out()
        yield from self.not_applying()
        yield from self.known()
        yield from self.measured()

    def scope(self) -> Iterator[Section]:
        if self.result.scope == "out":
            holding = [outcome for outcome in self.result.scope_rules if outcome.state == "yes"]
            yield Section(say.OUT_OF_SCOPE(self.language), tuple(self.ruling(outcome) for outcome in holding))
        elif self.result.scope == "unknown":
            waiting = [outcome for outcome in self.result.scope_rules if outcome.state == "unknown"]
            yield Section(say.SCOPE_UNKNOWN(self.language), tuple(self.waiting(outcome) for outcome in waiting))

    def why(self) -> Section:
        groups: dict[str, list[Block]] = {}
        for rule in sorted((rule for rule in self.result.rules if rule.state == "fired"), key=self.rank):
            groups.setdefault(self.effect(rule), []).append(self.ruling(rule))
        sections = tuple(Section(capital(effect), tuple(entries)) for effect, entries in groups.items())
        raised = any(
            rule.part.effect == "raise_to" and rule.state in ("fired", "overridden") for rule in self.result.rules
        )
        blocks = () if raised else (Paragraph(line(say.NO_RULE_RAISES(self.language))),)
        return Section(say.WHY(self.language), blocks, sections)

    def rank(self, rule: RuleOutcome) -> tuple[bool, int]:
        """Rules that decided come first, then the higher tiers."""
        return rule not in self.result.deciding, -rule.tiers[1].level

    def effect(self, rule: RuleOutcome) -> str:
        low, high = map(self.tier, rule.tiers)
        tiers = low if low == high else say.BETWEEN(self.language, low, high)
        return say.EFFECTS[rule.part.effect](self.language, tiers)

    def held_back(self) -> Iterator[Section]:
        overridden = tuple(self.overridden(rule) for rule in self.result.rules if rule.state == "overridden")
        if overridden:
            yield Section(say.HELD_BACK(self.language), overridden)

    def overridden(self, rule: RuleOutcome) -> Entry:
        limits = [self.words.quoted(self.words.label(self.protocol.rules[name])) for name in rule.overridden_by]
        held = say.HELD_BACK_BY(self.language, self.words.listed(limits, say.AND))
        return self.ruling(rule, self.effect(rule), Paragraph(line(held, "alert")))

    def still_open(self) -> Iterator[Section]:
        rules = [rule for rule in self.result.rules if rule.state == "open"]
        blocks: list[Block] = [self.waiting(rule, self.effect(rule)) for rule in rules if self.can_matter(rule)]
        others = [self.words.quoted(self.words.label(rule.part)) for rule in rules if not self.can_matter(rule)]
        if others:
            blocks.append(
                Paragraph(line(say.CANNOT_MATTER(self.language, self.words.listed(others, say.AND)), "quiet"))
            )
        if blocks:
            yield Section(say.STILL_OPEN(self.language), tuple(blocks))

    def can_matter(self, rule: RuleOutcome) -> bool:
        """Whether a rule that is not settled could still move the tier within its range."""
        if self.result.lowest == self.result.highest:
            return False
        raises = rule.part.effect == "raise_to"
        return rule.tiers[1] > self.result.lowest if raises else rule.tiers[0] < self.result.highest

    def assumed(self) -> Iterator[Section]:
        items = [self.assumption(stated.name, bool(stated.value)) for stated in self.result.assumptions]
        if items:
            yield Section(say.ASSUMPTIONS(self.language), (Items(tuple(items)),))

    def assumption(self, name: str, holds: bool) -> Line:
        fact = self.protocol.facts.get(name)
        part: Named = fact or self.protocol.criteria[name]
        value = self.reasons.assumption(fact) if fact else (say.YES if holds else say.NO)(self.language)
        return (run(introducing(self.words.label(part), self.language), "quiet"), run(value))

    def to_do(self) -> Section:
        active = [response for response in self.result.responses if response.state == "active"]
        sections = tuple(self.by_service(active))
        blocks = () if sections else (Paragraph(line(say.NOTHING_TO_DO(self.language))),)
        return Section(say.TO_DO(self.language), blocks, sections)

    def by_service(self, responses: Iterable[ResponseOutcome]) -> Iterator[Section]:
        in_time = sorted(responses, key=_due_time)
        for serves, title in say.SERVES.items():
            entries = tuple(self.response(response) for response in in_time if response.part.serves == serves)
            if entries:
                yield Section(title(self.language), entries)

    def may_follow(self) -> Iterator[Section]:
        entries = tuple(self.waiting(response) for response in self.result.responses if response.state == "open")
        if entries:
            yield Section(say.MAY_FOLLOW(self.language), entries)

    def find_out(self) -> Iterator[Section]:
        ranked = self.ranked()
        names = [name for name in (*self.result.missing, PAST) if ranked[name]]
        first = sorted(names, key=lambda name: -ranked[name])[:MOST_ASKED]
        others = [self.words.label(self.protocol.facts[name]) for name in self.result.missing if name not in first]
        blocks: list[Block] = [Items(tuple(map(self.to_ask, first)))] if first else []
        if others:
            unknown = say.ALSO_UNKNOWN if first else say.NOT_KNOWN_YET
            listed = unknown(self.language, say.SEMICOLON(self.language).join(others))
            blocks.append(Paragraph(line(listed, "quiet")))
        if blocks:
            yield Section(say.FIND_OUT(self.language), tuple(blocks))

    def to_ask(self, name: str) -> Line:
        if name == PAST:
            return line(say.WHAT_HAPPENED_BEFORE(self.language))
        return line(self.words.question(self.protocol.facts[name]))

    def ranked(self) -> Counter[str]:
        """How many parts each fact would settle; rules that can move the tier weigh more than all responses."""
        counted: Counter[str] = Counter()
        for rule in filter(self.can_matter, self.result.rules):
            counted.update(dict.fromkeys(self.reasons.settled_by(rule), len(self.result.responses) + 1))
        for response in self.result.responses:
            counted.update(self.reasons.settled_by(response))
        return counted

    def not_applying(self) -> Iterator[Section]:
        rules = [rule for rule in self.result.rules if rule.state == "not fired"]
        responses = [response for response in self.result.responses if response.state == "inactive"]
        for title, outcomes in ((say.NOT_FIRED, rules), (say.INACTIVE, responses)):
            entries = tuple(
                Entry(self.heading(outcome), (self.origin(outcome), *self.trees(outcome))) for outcome in outcomes
            )
            if entries:
                yield Section(title(self.language), entries, shown="folded")

    def known(self) -> Iterator[Section]:
        rows = tuple(self.fact_row(self.protocol.facts[name]) for name in self.result.facts)
        heading = tuple(line(title(self.language)) for title in (say.QUESTION, say.ANSWER, say.SAID_BY))
        if rows:
            shown: Shown = "always" if self.reasons.private else "for_the_record"
            yield Section(say.KNOWN(self.language), (Table(heading, rows),), shown=shown)

    def fact_row(self, fact: Fact) -> tuple[Line, ...]:
        detail = self.reasons.detail(fact)
        verified = {
            True: line(say.VERIFIED(self.language)),
            False: line(say.UNVERIFIED(self.language), "alert"),
            None: (),
        }
        source = line(detail.source) if detail.source else ()
        as_of = line(self.words.given_moment(detail.as_of)) if detail.as_of else ()
        remarks = [remark for remark in (source, as_of, verified[detail.verified]) if remark]
        return (
            line(self.words.label(fact)),
            line(self.reasons.answer(fact)),
            between(remarks, say.SEMICOLON(self.language)),
        )

    def measured(self) -> Iterator[Section]:
        rows = tuple(
            (line(self.words.label(self.protocol.measures[name])), self.reasons.found(evidence))
            for name, evidence in self.result.measures.items()
        ) + tuple(
            (line(self.words.label(self.protocol.patterns[name])), self.reasons.found(evidence))
            for name, evidence in self.result.patterns.items()
        )
        heading = line(say.MEASURE(self.language)), line(say.VALUE(self.language))
        if rows:
            yield Section(say.MEASURED(self.language), (Table(heading, rows),), shown="for_the_record")

    # Rules and responses

    def heading(self, outcome: Outcome, aside: str = "") -> Line:
        title = run(self.words.label(outcome.part), "strong")
        assumed = [run(say.ASSUMED(self.language), "alert")] if outcome.standing == "assumed" else []
        return (title, *self.reasons.in_brackets([*([run(aside, "quiet")] if aside else []), *assumed]))

    def ruling(self, outcome: Outcome, aside: str = "", *above: Block) -> Entry:
        """A rule or scope entry that came out, with its words, the facts behind it and where it stands."""
        because = outcome.because.in_language(self.language)
        blocks: list[Block] = [*above, *([Paragraph(line(because))] if because else [])]
        if grounds := self.reasons.grounds(outcome):
            blocks.append(Series(grounds))
        if isinstance(outcome, RuleOutcome) and outcome.tiers[0] < outcome.tiers[1]:
            blocks.append(self.waits(outcome))
        blocks += [self.origin(outcome), *self.trees(outcome)]
        return Entry(self.heading(outcome, aside), tuple(blocks))

    def origin(self, outcome: Outcome) -> Paragraph:
        return origin(outcome.part, self.words.source(outcome.part.source))

    def waiting(self, outcome: Outcome, aside: str = "") -> Entry:
        """An open part, and what it waits for."""
        return Entry(self.heading(outcome, aside), (self.waits(outcome), *self.trees(outcome, self.origin(outcome))))

    def waits(self, outcome: Outcome) -> Paragraph:
        names = self.reasons.waited_for(outcome)
        labels = [
            BESIDES_FACTS[name](self.language) if name in BESIDES_FACTS else self.words.label(self.protocol.facts[name])
            for name in names
        ]
        shown = say.SEMICOLON(self.language).join(labels[:MOST_WAITED_FOR])
        if len(labels) > MOST_WAITED_FOR:
            shown = say.AND_MORE(self.language, shown, len(labels) - MOST_WAITED_FOR)
        return Paragraph(line(say.WAITS_FOR(self.language, shown), "quiet"))

    def response(self, response: ResponseOutcome) -> Entry:
        owner = line(self.words.role(response.owner)) if response.owner else ()
        facts = tuple(part for part in (owner, self.due(response)) if part)
        because = response.because.in_language(self.language)
        reasons = [Paragraph(line(because, "quiet"))] if because else []
        blocks: list[Block] = [Series(facts)] if facts else []
        return Entry(self.heading(response), (*blocks, *self.trees(response, *reasons, self.origin(response))))

    def due(self, response: ResponseOutcome) -> Line:
        due = response.part.due
        if due is None:
            return ()
        if response.due is None:
            return line(say.TIME_NOT_KNOWN(self.language, self.words.due(due)))
        by_time = line(say.BY_TIME(self.language, self.words.moment(response.due)), "strong")
        late = self.result.as_of is not None and _time(response.due) < _time(self.result.as_of)
        return (*by_time, *(self.reasons.in_brackets([run(say.OVERDUE(self.language), "alert")]) if late else ()))

    def trees(self, outcome: Outcome, *above: Block) -> Iterator[Fold]:
        trees: list[Block] = []
        if not isinstance(outcome.part.when, Always):
            trees.append(self.reasons.tree(outcome.when))
        if outcome.unless:
            trees += [Paragraph(line(say.UNLESS(self.language), "quiet")), self.reasons.tree(outcome.unless)]
        if trees:
            yield Fold(say.CONDITIONS(self.language), (*above, *trees))

    # The foot

    def foot(self) -> Iterator[Line]:
        yield line(say.PEOPLE_DECIDE(self.language), "strong")
        about = [self.words.protocol_title(), *self.words.version()]
        yield line(say.DOT.join(about), "quiet")
        if self.result.as_of:
            as_of, zone = self.words.moment(self.result.as_of), self.protocol.time_zone
            yield line(
                say.AS_OF(self.language, as_of) + (say.IN_BRACKETS(self.language, zone) if zone else ""), "quiet"
            )


def _time(iso: str) -> dt.datetime:
    return dt.datetime.fromisoformat(iso)


def _due_time(response: ResponseOutcome) -> tuple[bool, dt.datetime]:
    """The earliest first, then those whose time is not known."""
    return response.due is None, _time(response.due or "0001-01-01T00:00+00:00")
