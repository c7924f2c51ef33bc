"""A protocol as a document: what is asked, what it adds up to, what the rules say, what is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    AnyOf,
    Cases,
    Condition,
    Constant,
    IsOneOf,
    Points,
    Value,
    children,
)
from rapid_response.protocol.model import (
    Criterion,
    Fact,
    Gate,
    Measure,
    Named,
    Pattern,
    Property,
    Protocol,
    Response,
    Rule,
)
from rapid_response.protocol.problems import Span
from rapid_response.protocol.values import UNBOUNDED, decode, unscaled
from rapid_response.reports import catalogue as say
from rapid_response.reports.clauses import clause_of
from rapid_response.reports.document import (
    Block,
    Document,
    Entry,
    Items,
    Line,
    Paragraph,
    Section,
    Table,
    Terms,
    Tree,
    line,
    origin,
    place,
)
from rapid_response.reports.groupings import group_of
from rapid_response.reports.vocabulary import capital
from rapid_response.reports.words import Wording


def protocol_document(protocol: Protocol, language: str) -> Document:
    """The document of a protocol."""
    view = _View(protocol, Wording(protocol, language))
    return Document(
        language=language,
        over=say.DOT.join(view.words.version()),
        title=view.words.protocol_title(),
        tag=None,
        lead=tuple(view.lead()),
        sections=tuple(section for section in view.sections() if section.blocks or section.sections),
        foot=(line(say.PEOPLE_DECIDE(language), "strong"),),
        contents=True,
    )


def part_entry(protocol: Protocol, part: Named | Property, language: str) -> Entry:
    """One part of a protocol as its document shows it; a rule with what it does to the tier."""
    view = _View(protocol, Wording(protocol, language))
    match part:
        case Fact():
            return view.fact(part)
        case Criterion():
            return view.criterion(part)
        case Measure():
            return view.measure(part)
        case Pattern():
            return view.pattern(part)
        case Response():
            return view.response(part)
        case Gate():
            return view.gate(part, *([(say.TIER(language), view.effect(part))] if isinstance(part, Rule) else []))
        case Property():
            return view.property(part)
        case _:
            means = part.means.in_language(language)
            return Entry(line(view.words.label(part), "strong"), (Paragraph(line(means)),) if means else ())


def answer_words(protocol: Protocol, fact: Fact, language: str) -> str:
    """What kind of answer a question takes: `a number from 0 to 120 years`, `one of`."""
    view = _View(protocol, Wording(protocol, language))
    return view.number(fact) if fact.type.name == "number" else say.TYPES[fact.type.name](language)


@dataclass(frozen=True, slots=True)
class _View:
    protocol: Protocol
    words: Wording

    @property
    def language(self) -> str:
        return self.words.language

    # The head

    def lead(self) -> Iterator[Block]:
        about = [(say.IN_FORCE, self.words.in_force()), (say.TIMES_IN, self.protocol.time_zone or "")]
        rows = [(term(self.language), Paragraph(line(words))) for term, words in about if words]
        if rows:
            yield Terms(tuple(rows))

    def sections(self) -> Iterator[Section]:
        protocol = self.protocol
        yield Section(say.TIERS(self.language), (self.tiers(), self.how()))
        yield Section(say.QUESTIONS(self.language), tuple(map(self.fact, protocol.facts.values())))
        yield Section(say.CRITERIA(self.language), tuple(map(self.criterion, protocol.criteria.values())))
        yield Section(say.MEASURES(self.language), tuple(map(self.measure, protocol.measures.values())))
        yield Section(say.PATTERNS(self.language), tuple(map(self.pattern, protocol.patterns.values())))
        yield Section(say.SCOPE(self.language), tuple(self.scope()))
        yield Section(say.RULES(self.language), sections=tuple(self.rules()))
        yield Section(say.RESPONSES(self.language), sections=tuple(self.responses()))
        yield Section(say.PROPERTIES(self.language), tuple(self.properties()))
        yield Section(say.ROLES(self.language), tuple(self.roles()))

    # Tiers, questions, criteria

    def tiers(self) -> Table:
        hours = any(tier.hours is not None for tier in self.protocol.tiers)
        titles = [say.TIER, say.MEANS, *([say.EFFORT] if hours else [])]
        rows = [
            (
                line(self.words.label(tier), "strong"),
                line(tier.means.in_language(self.language)),
                *([self.effort(tier.hours)] if hours else []),
            )
            for tier in self.protocol.tiers
        ]
        return Table(tuple(line(title(self.language)) for title in titles), tuple(rows))

    def how(self) -> Paragraph:
        found = say.HOW_THE_TIER_IS_FOUND(self.language), say.WHILE_OPEN[self.protocol.if_unsettled](self.language)
        return Paragraph(line(say.SENTENCES(self.language, *found)))

    def effort(self, hours: Decimal | None) -> Line:
        return () if hours is None else line(self.words.amount(hours, "hour"))

    def fact(self, fact: Fact) -> Entry:
        ask = fact.ask.in_language(self.language)
        notes = [
            (say.UNTIL_KNOWN, self.stated(fact, fact.assumed)),
            (say.A_BLANK_MEANS, self.stated(fact, fact.blank)),
            (say.MORE_OF_IT, say.MORE_IS[fact.more_is](self.language) if fact.more_is else ""),
            (say.KEPT_PRIVATE, say.KEPT_PRIVATE_HOW(self.language) if fact.private else ""),
        ]
        rows = [(term(self.language), Paragraph(line(words))) for term, words in notes if words]
        asked = [Paragraph(line(ask))] if ask and ask != self.words.label(fact) else []
        return self.entry(fact, *asked, Terms((self.answers(fact), *rows)))

    def answers(self, fact: Fact) -> tuple[str, Block]:
        if fact.options:
            options = tuple(line(option.label(self.language)) for option in fact.options)
            return say.TYPES[fact.type.name](self.language), Items(options)
        answer = self.number(fact) if fact.type.name == "number" else say.TYPES[fact.type.name](self.language)
        return say.ANSWER(self.language), Paragraph(line(answer))

    def number(self, fact: Fact) -> str:
        kind, unit = fact.type, fact.unit.in_language(self.language)
        far = UNBOUNDED * 10**kind.places
        low, high = (self.words.number(unscaled(int(end), kind.places), unit) for end in (kind.low, kind.high))
        match kind.low > -far, kind.high < far:
            case True, True:
                words = say.A_NUMBER_BETWEEN(self.language, low.removesuffix(unit).strip(), high)
            case True, False:
                words = say.A_NUMBER_FROM(self.language, low)
            case False, True:
                words = say.A_NUMBER_UP_TO(self.language, high)
            case _:
                words = say.A_NUMBER(self.language)
        places = self.words.amount(Decimal(kind.places), "decimal")
        return say.DECIMALS(self.language, words, places) if kind.places else words

    def stated(self, fact: Fact, encoded: bool | int | str | None) -> str:
        if encoded is None:
            return ""
        return self.words.value(fact, decode(fact.type, encoded, self.protocol.time_zone))

    def criterion(self, criterion: Criterion) -> Entry:
        rows: list[tuple[str, Block]] = [(say.WHEN_TERM(self.language), self.tree(criterion.condition))]
        if criterion.assumed is not None:
            assumed = (say.YES if criterion.assumed else say.NO)(self.language)
            rows.append((say.UNTIL_KNOWN(self.language), Paragraph(line(assumed))))
        return self.entry(criterion, Terms(tuple(rows)))

    def entry(self, part: Fact | Criterion | Measure | Pattern, *blocks: Block) -> Entry:
        means = part.means.in_language(self.language)
        explained = [Paragraph(line(means))] if means else []
        title = line(self.words.label(part), "strong")
        return Entry(title, (*explained, *blocks, origin(part, "")))

    def tree(self, condition: Condition) -> Tree:
        """A condition with the conditions it is made of, as far as its sentence goes."""
        group = group_of(self.protocol, condition)
        if group is None:
            return Tree(line(self.words.condition(condition)))
        return Tree(line(group.heading(self.language)), tuple(self.tree(part) for part in group.parts))

    # Measures

    def measure(self, measure: Measure) -> Entry:
        return self.entry(measure, *self.form(measure))

    def form(self, measure: Measure) -> Iterator[Block]:
        match measure.value:
            case Points(terms=terms) if measure.form != "formula":
                heading = line(say.POINTS(self.language)), line(say.WHEN_TERM(self.language))
                places = measure.type.places
                rows = [
                    (line(self.words.number(unscaled(add, places))), line(self.words.condition(part)))
                    for add, part in terms
                ]
                yield Table(heading, tuple(rows))
            case Cases() as cases if measure.form != "formula":
                if measure.form != "table":
                    yield Paragraph(line(say.FIRST_THAT_HOLDS(self.language)))
                yield self.cases(cases, measure) if measure.form == "cases" else self.columns(cases, measure)
            case value:
                yield Paragraph(line(capital(self.words.term(value))))

    def cases(self, cases: Cases, measure: Measure) -> Table:
        heading = line(say.WHEN_TERM(self.language)), line(say.IT_IS(self.language))
        rows = [(line(self.words.condition(part)), self.result(value, measure)) for part, value in cases.branches]
        return Table(heading, (*rows, *self.otherwise(cases, measure, 1)))

    def columns(self, cases: Cases, measure: Measure) -> Table:
        """A table with a column for everything that its rows speak of, in the order they were written in."""
        rows = [(self.cells(part), self.result(value, measure)) for part, value in cases.branches]
        places = {about: _place(part) for part, _ in cases.branches for about, part in self.atoms(part)}
        if not (columns := sorted(places, key=lambda about: places[about])):
            return self.cases(cases, measure)
        any_value = say.ANY(self.language)
        lines = [(*(line(cells.get(about, any_value)) for about in columns), result) for cells, result in rows]
        heading = (*(line(about) for about in columns), line(say.IT_IS(self.language)))
        return Table(heading, (*lines, *self.otherwise(cases, measure, len(columns))))

    def otherwise(self, cases: Cases, measure: Measure, columns: int) -> Iterator[tuple[Line, ...]]:
        if cases.otherwise is not None:
            blanks: list[Line] = [()] * (columns - 1)
            yield (line(say.OTHERWISE_CELL(self.language)), *blanks, self.result(cases.otherwise, measure))

    def result(self, value: Value, measure: Measure) -> Line:
        if isinstance(value, Constant) and value.type.options:
            return line(self.words.option(value.type, value.type.options[value.value]), "strong")
        if isinstance(value, Constant):
            unit = measure.unit.in_language(self.language)
            return line(self.words.number(unscaled(value.value, value.type.places), unit), "strong")
        return line(capital(self.words.term(value)), "strong")

    def cells(self, row: Condition) -> dict[str, str]:
        """What a row of a table says of each column."""
        cells: dict[str, str] = {}
        for about, part in self.atoms(row):
            said = self.said(part)
            cells[about] = say.BOTH(self.language, cells[about], said) if about in cells else said
        return cells

    def atoms(self, row: Condition) -> Iterator[tuple[str, Condition]]:
        """The conditions of a row, each with what it is about."""
        match row:
            case Always():
                return
            case AllOf(parts=parts) if group_of(self.protocol, row):
                for part in parts:
                    yield from self.atoms(part)
            case AnyOf(parts=parts) if group_of(self.protocol, row):
                yield clause_of(self.words, parts[0]).about, row
            case _:
                yield clause_of(self.words, row).about, row

    def said(self, part: Condition) -> str:
        match part:
            case AnyOf(parts=parts) if group_of(self.protocol, part):
                return self.words.listed([self.said(inner) for inner in parts])
            case IsOneOf(value=value, options=options) if len(options) == 1:
                return self.words.option(value.type, value.type.options[min(options)])
            case _:
                return clause_of(self.words, part).said or say.YES(self.language)

    # Patterns

    def pattern(self, pattern: Pattern) -> Entry:
        same = [self.words.quoted(self.words.label(self.protocol.facts[name])) for name in pattern.same]
        rows: list[tuple[str, Block]] = [(say.WITHIN(self.language), Paragraph(line(self.words.term(pattern.within))))]
        if same:
            rows.append((say.THE_SAME(self.language), Paragraph(line(self.words.listed(same, say.AND)))))
        if not isinstance(pattern.where, Always):
            rows.append((say.WHEN_TERM(self.language), self.tree(pattern.where)))
        return self.entry(pattern, Paragraph(line(say.HOW_MANY_INCIDENTS(self.language))), Terms(tuple(rows)))

    # Scope, rules and responses

    def scope(self) -> Iterator[Block]:
        if self.protocol.scope:
            yield Paragraph(line(say.SCOPE_INTRO(self.language)))
        for part in self.protocol.scope.values():
            yield self.gate(part)

    def rules(self) -> Iterator[Section]:
        groups: dict[str, list[Rule]] = {}
        for rule in sorted(self.protocol.rules.values(), key=_by_effect):
            groups.setdefault(self.effect(rule), []).append(rule)
        for effect, rules in groups.items():
            yield Section(effect, tuple(self.gate(rule) for rule in rules))

    def effect(self, rule: Rule) -> str:
        tier = self.words.term(rule.tier)
        stated = tier if isinstance(rule.tier, Constant) else say.WHAT_IT_SAYS(self.language, tier)
        return capital(say.EFFECTS[rule.effect](self.language, stated))

    def responses(self) -> Iterator[Section]:
        for serves, title in say.SERVES.items():
            responses = [part for part in self.protocol.responses.values() if part.serves == serves]
            if responses:
                yield Section(title(self.language), tuple(self.response(part) for part in responses))

    def response(self, response: Response) -> Entry:
        about = [
            (say.OWNER, self.words.role(response.owner) if response.owner else ""),
            (say.DUE, self.words.due(response.due) if response.due else ""),
            (say.EFFORT, self.words.amount(response.hours, "hour") if response.hours is not None else ""),
        ]
        return self.gate(response, *((term(self.language), words) for term, words in about if words))

    def gate(self, gate: Gate, *about: tuple[str, str]) -> Entry:
        texts = [text.in_language(self.language) for text in (gate.means, gate.because)]
        rows: list[tuple[str, Block]] = [(term, Paragraph(line(words))) for term, words in about]
        if not isinstance(gate.when, Always):
            rows.append((say.WHEN_TERM(self.language), self.tree(gate.when)))
        if gate.unless is not None:
            rows.append((say.UNLESS(self.language), self.tree(gate.unless)))
        blocks: list[Block] = [Paragraph(line(text)) for text in texts if text]
        if rows:
            blocks.append(Terms(tuple(rows)))
        title = line(self.words.label(gate), "strong")
        return Entry(title, (*blocks, origin(gate, self.words.source(gate.source))))

    # Properties and roles

    def properties(self) -> Iterator[Block]:
        if self.protocol.properties:
            yield Paragraph(line(say.PROPERTIES_INTRO(self.language)))
        for part in self.protocol.properties:
            yield self.property(part)

    def property(self, part: Property) -> Entry:
        never = part.kind == "never"
        rows: list[tuple[str, Block]] = []
        if never or not isinstance(part.when, Always):
            rows.append(((say.IT_NEVER_HAPPENS if never else say.WHENEVER)(self.language), self.tree(part.when)))
        if not never:
            rows.append((say.THEN(self.language), self.tree(part.then)))
        because = part.because.in_language(self.language)
        reasons = [Paragraph(line(because))] if because else []
        stands = Paragraph(line(place(part.span), "code"), small=True)
        return Entry(line(part.name.in_language(self.language), "strong"), (*reasons, Terms(tuple(rows)), stands))

    def roles(self) -> Iterator[Block]:
        heading = line(say.ROLE(self.language)), line(say.ORGANIZATION(self.language))
        rows = [
            (line(self.words.label(role)), line(role.organization.in_language(self.language)))
            for role in self.protocol.roles.values()
        ]
        if any(role.organization for role in self.protocol.roles.values()):
            yield Table(heading, tuple(rows))


def _by_effect(rule: Rule) -> tuple[bool, int]:
    """Raises before limits; the higher tier first, those whose tier is worked out last."""
    level = rule.tier.value if isinstance(rule.tier, Constant) else -1
    return rule.effect == "limit_to", -level


def _place(condition: Condition) -> tuple[int, int]:
    span = _first_span(condition)
    return (span.line, span.column) if span else (0, 0)


def _first_span(node: Condition | Value) -> Span | None:
    if node.span is not None:
        return node.span
    return next((span for child in children(node) if (span := _first_span(child))), None)
