"""A protocol as formulas over its facts: one formula for "tier at least t", each response and each scope entry.

A value becomes a table of what it can be: expressions over at most one fact, each with the formula under which it is
that. So points, cases, bands, tables, min, max and steps are exact where what they can reach is little; a comparison
for which it is too much becomes a variable of its own, an opaque one, which may be yes or no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    AtLeast,
    CalendarShift,
    Cases,
    Comparator,
    Compare,
    Condition,
    Constant,
    CriterionHolds,
    DateShift,
    Extreme,
    FactHolds,
    FactValue,
    Includes,
    IsOneOf,
    IsSame,
    MeasureValue,
    Not,
    Now,
    PatternValue,
    Points,
    Rescaled,
    ResponseActive,
    Step,
    TextIs,
    TierValue,
    Type,
    Unsettled,
    Value,
    names_in,
    uses_now,
)
from rapid_response.protocol.model import Gate, Protocol, Rule
from rapid_response.reasoning.comparisons import Comparison, Setting, TooFine, domain_of, pieces, value_range
from rapid_response.reasoning.nodes import FALSE, TRUE, Nodes, TooMany, opposite

MOST_VALUES = 512
"""So many expressions may a value's table hold."""
MOST_ENUMERATED = 128
"""A fact that meets another one in a comparison is cut into single values if it has no more."""
SOME_DAY = 1_767_225_600_000_000

Test = Comparison | frozenset[str]
"""What is asked of a number, moment or date, or of a text."""
Table = dict[int | Value, int]
"""What a value can be: numbers or expressions over one fact, each with its formula. Exactly one of them holds."""
Arithmetical = Arithmetic | DateShift | CalendarShift | Rescaled | Extreme | Step


@dataclass(frozen=True, slots=True)
class Variable:
    """What formulas are made of: a fact, an option of a `choices` fact, a test of a fact, or an opaque condition.

    `fact` is None for tests of the time of evaluation alone and for opaque conditions.
    """

    fact: str | None
    option: int | None = None
    test: Test | None = None
    opaque: Condition | None = None


@dataclass(frozen=True, slots=True)
class Roots:
    """The formulas that answers are about: `tiers[t - 1]` is "tier at least t", with levels counted from 0."""

    tiers: tuple[int, ...]
    responses: Mapping[str, int]
    scope: Mapping[str, int]

    def all(self) -> tuple[int, ...]:
        """Every formula."""
        return (*self.tiers, *self.responses.values(), *self.scope.values())

    def mapped(self, change: Callable[[int], int]) -> Roots:
        """The same with every formula changed."""
        responses = {name: change(node) for name, node in self.responses.items()}
        scope = {name: change(node) for name, node in self.scope.items()}
        return Roots(tuple(map(change, self.tiers)), responses, scope)


@dataclass(frozen=True, slots=True)
class Translation:
    """A protocol's formulas.

    `plain` are true of incidents of which everything is known, so nothing is unsettled; `assumed` also stand for what
    is recommended while some facts are not known, with the criteria's assumptions.
    """

    nodes: Nodes
    variables: tuple[Variable, ...]
    plain: Roots
    assumed: Roots


def translate(protocol: Protocol) -> Translation:
    """The formulas of a protocol, whatever the time of evaluation.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}}\\n"
    ...     "rules: {r: {when: f, raise_to: high}}"
    ... )
    >>> translation = translate(protocol)
    >>> translation.nodes.parts[translation.plain.tiers[0]]
    (0, 2)
    """
    nodes, variables = Nodes([]), dict[Variable, int]()
    plain, assumed = (Translator(protocol, nodes, variables, assume).roots() for assume in (False, True))
    return Translation(nodes, tuple(variables), plain, assumed)


@dataclass
class Translator:
    """Writes formulas of one protocol into a store; `assume` says whether criteria take their `until_known` values."""

    protocol: Protocol
    nodes: Nodes
    variables: dict[Variable, int]
    assume: bool
    conditions: dict[Condition, int] = field(default_factory=dict)
    criteria: dict[str, int] = field(default_factory=dict)
    measures: dict[str, Table] = field(default_factory=dict)
    tiers: tuple[int, ...] = ()

    def roots(self) -> Roots:
        """The formulas that answers are about."""
        self.tiers = tuple(self.tier_at_least(level) for level in range(1, len(self.protocol.tiers)))
        responses = {name: self.gate(response) for name, response in self.protocol.responses.items()}
        scope = {name: self.gate(entry) for name, entry in self.protocol.scope.items()}
        return Roots(self.tiers, responses, scope)

    def tier_at_least(self, level: int) -> int:
        rules = self.protocol.rules.values()
        raises = [self.effect(rule, ">=", level) for rule in rules if rule.effect == "raise_to"]
        limits = [self.effect(rule, "<", level) for rule in rules if rule.effect == "limit_to"]
        return self.nodes.all_of([self.nodes.any_of(raises), opposite(self.nodes.any_of(limits))])

    def effect(self, rule: Rule, comparator: Comparator, level: int) -> int:
        """The rule holds, and what it raises or limits to compares so with a level."""
        target = self.condition(Compare(comparator, rule.tier, Constant(level, rule.tier.type)))
        return self.nodes.all_of([self.gate(rule), target])

    def gate(self, gate: Gate) -> int:
        """The rule, response or scope entry holds."""
        exception = FALSE if gate.unless is None else self.condition(gate.unless)
        return self.nodes.all_of([self.condition(gate.when), opposite(exception)])

    # Conditions

    def condition(self, node: Condition) -> int:
        """The formula of a condition; one that is too large becomes a variable of its own."""
        if node not in self.conditions:
            try:
                self.conditions[node] = self.formula(node)
            except TooMany:
                self.conditions[node] = self.leaf(Variable(None, opaque=node), 2, 0b10)
        return self.conditions[node]

    def formula(self, node: Condition) -> int:
        match node:
            case Always():
                return TRUE
            case FactHolds(fact=name):
                return self.leaf(Variable(name), 2, 0b10)
            case CriterionHolds(criterion=name):
                return self.criterion(name)
            case Not(part=part):
                return opposite(self.condition(part))
            case AllOf(parts=parts):
                return self.nodes.all_of(map(self.condition, parts))
            case AnyOf(parts=parts):
                return self.nodes.any_of(map(self.condition, parts))
            case AtLeast(number=number, parts=parts):
                return self.nodes.at_least(number, list(map(self.condition, parts)))
            case Compare(comparator=comparator, left=left, right=right):
                return self.comparison(comparator, left, right)
            case IsOneOf(value=value, options=options):
                return self.is_one_of(value, options)
            case IsSame(left=left, right=right):
                return self.pairs("==", left, right)
            case Includes(fact=fact, options=options, every=every):
                chosen = [self.option(fact, option) for option in sorted(options)]
                return self.nodes.all_of(chosen) if every else self.nodes.any_of(chosen)
            case TextIs(fact=fact, texts=texts):
                return self.leaf(Variable(fact, test=texts), 2, 0b10)
            case Unsettled() if not self.assume:
                return FALSE
            case Unsettled():
                levels = range(len(self.protocol.tiers))
                return self.nodes.all_of(opposite(self.nodes.surely(self.tier_is(level))) for level in levels)
            case ResponseActive(response=name):
                return self.gate(self.protocol.responses[name])

    def leaf(self, variable: Variable, width: int, mask: int) -> int:
        """The variable, with so many values, has one of those in the mask."""
        if variable not in self.variables:
            self.variables[variable] = len(self.nodes.widths)
            self.nodes.widths.append(width)
        return self.nodes.leaf(self.variables[variable], mask)

    def option(self, fact: str, option: int) -> int:
        return self.leaf(Variable(fact, option), 2, 0b10)

    def criterion(self, name: str) -> int:
        """The criterion holds."""
        if name not in self.criteria:
            criterion = self.protocol.criteria[name]
            node = self.condition(criterion.condition)
            if self.assume and criterion.assumed is not None:
                node = opposite(self.nodes.surely(opposite(node))) if criterion.assumed else self.nodes.surely(node)
            self.criteria[name] = node
        return self.criteria[name]

    def tier_is(self, level: int) -> int:
        bounds = (TRUE, *self.tiers, FALSE)
        return self.nodes.all_of([bounds[level], opposite(bounds[level + 1])])

    def comparison(self, comparator: Comparator, left: Value, right: Value) -> int:
        if isinstance(left, Constant) and not isinstance(right, Constant):
            left, right, comparator = right, left, _MIRRORED[comparator]
        if not isinstance(right, Constant):
            return self.pairs(comparator, left, right)
        match left:
            case MeasureValue(measure=name):
                return self.condition(Compare(comparator, self.protocol.measures[name].value, right))
            case TierValue():
                return self.thresholds(comparator, right.value, lambda level: (TRUE, *self.tiers, FALSE)[level])
            case Points(terms=terms):
                weighed = sorted(((add, self.condition(condition)) for add, condition in terms), reverse=True)
                return self.thresholds(comparator, right.value, lambda goal: self.nodes.reaches(weighed, goal))
            case Cases():
                return self.by_case(left, lambda value: self.condition(Compare(comparator, value, right)))
            case Rescaled(value=inner, factor=factor) if right.value % factor == 0:
                edge = replace(right, value=right.value // factor)
                return self.condition(Compare(comparator, inner, edge))
            case Extreme(which=which, parts=parts) if comparator not in ("==", "!="):
                compared = [self.condition(Compare(comparator, part, right)) for part in parts]
                anyone = (which == "max") == (comparator in (">=", ">"))
                return self.nodes.any_of(compared) if anyone else self.nodes.all_of(compared)
            case _:
                return self.pairs(comparator, left, right)

    def is_one_of(self, value: Value, options: frozenset[int]) -> int:
        match value:
            case MeasureValue(measure=name):
                return self.condition(IsOneOf(self.protocol.measures[name].value, options))
            case Cases():
                return self.by_case(value, lambda result: self.condition(IsOneOf(result, options)))
            case _:
                constants = [Constant(option, value.type) for option in sorted(options)]
                return self.nodes.any_of(self.pairs("==", value, constant) for constant in constants)

    def by_case(self, cases: Cases, holds: Callable[[Value], int]) -> int:
        """A condition on the value of cases: on what the first case that holds gives."""
        rest = () if cases.otherwise is None else (cases.otherwise,)
        values = (*(value for _, value in cases.branches), *rest)
        found = holds(values[-1])
        for (condition, _), value in reversed(list(zip(cases.branches, values[:-1], strict=False))):
            found = self.either(self.condition(condition), holds(value), found)
        return found

    def either(self, condition: int, then: int, otherwise: int) -> int:
        """What `then` or `otherwise` says; where both hold, whether the condition does need not be known."""
        one = self.nodes.all_of([condition, then])
        other = self.nodes.all_of([opposite(condition), otherwise])
        return self.nodes.any_of([one, other, self.nodes.all_of([then, otherwise])])

    def thresholds(self, comparator: Comparator, constant: int, reaches: Callable[[int], int]) -> int:
        """A comparison with a whole number, said by "at least"."""
        match comparator:
            case ">=":
                return reaches(constant)
            case "<":
                return opposite(reaches(constant))
            case ">":
                return reaches(constant + 1)
            case "<=":
                return opposite(reaches(constant + 1))
            case "==":
                return self.nodes.all_of([reaches(constant), opposite(reaches(constant + 1))])
            case _:
                return opposite(self.thresholds("==", constant, reaches))

    def pairs(self, comparator: Comparator, left: Value, right: Value) -> int:
        """A comparison of everything that one side can be with everything that the other can."""
        tables = self.table(left), self.table(right)
        if len(tables[0]) * len(tables[1]) > MOST_VALUES * 8:
            raise TooMany
        parts: list[int] = []
        for (a, when_a), (b, when_b) in product(tables[0].items(), tables[1].items()):
            both = self.nodes.all_of([when_a, when_b])
            if both != FALSE:
                sides = _as_value(a, left.type), _as_value(b, right.type)
                parts.append(self.nodes.all_of([both, self.compared(Comparison(comparator, *sides))]))
        return self.nodes.any_of(parts)

    def compared(self, comparison: Comparison) -> int:
        facts = sorted(names_in(comparison.left) | names_in(comparison.right))
        if len(facts) > 1:
            return self.enumerated(comparison, facts)
        timed = uses_now(comparison.left) or uses_now(comparison.right)
        if not facts and not timed:
            return TRUE if comparison.truth((0, 0), _setting(self.protocol)) else FALSE
        self.require_few_turns(comparison, facts)
        return self.leaf(Variable(facts[0] if facts else None, test=comparison), 2, 0b10)

    def require_few_turns(self, comparison: Comparison, facts: list[str]) -> None:
        domain = domain_of(self.protocol.facts[facts[0]].type) if facts else (0, 0)
        try:
            pieces([comparison], domain, _setting(self.protocol))
        except TooFine:
            raise TooMany from None

    def enumerated(self, comparison: Comparison, facts: list[str]) -> int:
        """A comparison of several facts, the one with the fewest values taken value by value."""
        domains = {name: domain_of(self.protocol.facts[name].type) for name in facts}
        name = min(facts, key=lambda fact: (domains[fact][1] - domains[fact][0], fact))
        low, high = domains[name]
        if high - low >= MOST_ENUMERATED:
            raise TooMany
        fact = FactValue(name, self.protocol.facts[name].type)
        parts: list[int] = []
        for number in range(low, high + 1):
            constant = Constant(number, fact.type)
            sides = [substituted(side, name, constant) for side in (comparison.left, comparison.right)]
            is_it = self.leaf(Variable(name, test=Comparison("==", fact, constant)), 2, 0b10)
            rest = self.compared(Comparison(comparison.comparator, sides[0], sides[1]))
            parts.append(self.nodes.all_of([is_it, rest]))
        return self.nodes.any_of(parts)

    # Values

    def table(self, value: Value) -> Table:
        match value:
            case Constant(value=constant):
                return {constant: TRUE}
            case FactValue(fact=name, type=kind) if kind.name in ("scale", "choice"):
                width = len(kind.options)
                return {option: self.leaf(Variable(name), width, 1 << option) for option in range(width)}
            case FactValue() | Now():
                return {value: TRUE}
            case PatternValue():
                raise TooMany  # it hangs on other incidents
            case MeasureValue(measure=name):
                if name not in self.measures:
                    self.measures[name] = self.table(self.protocol.measures[name].value)
                return self.measures[name]
            case TierValue():
                return {level: self.tier_is(level) for level in range(len(self.protocol.tiers))}
            case Points(terms=terms):
                return self.sums(sorted(((add, self.condition(condition)) for add, condition in terms), reverse=True))
            case Cases():
                return self.cases(value)
            case Extreme(parts=parts):
                return self.combined(value, parts)
            case Rescaled(value=inner) | CalendarShift(value=inner):
                return self.combined(value, (inner,))
            case Step(value=inner, by=by):
                return self.combined(value, (inner, by))
            case Arithmetic(left=left, right=right) | DateShift(left=left, right=right):
                return self.combined(value, (left, right))

    def sums(self, terms: list[tuple[int, int]]) -> Table:
        table: Table = {0: TRUE}
        for add, node in terms:
            steps = [(total, when, opposite(node)) for total, when in table.items()]
            steps += [(int(total) + add, when, node) for total, when in table.items() if isinstance(total, int)]
            table = self.gathered((total, self.nodes.all_of([when, holds])) for total, when, holds in steps)
        return table

    def cases(self, cases: Cases) -> Table:
        found: list[tuple[int | Value, int]] = []
        open_so_far = TRUE
        for condition, value in cases.branches:
            holds = self.condition(condition)
            here = self.nodes.all_of([open_so_far, holds])
            found += [(inner, self.nodes.all_of([here, when])) for inner, when in self.table(value).items()]
            open_so_far = self.nodes.all_of([open_so_far, opposite(holds)])
        rest = self.table(cases.otherwise) if cases.otherwise else {}
        found += [(inner, self.nodes.all_of([open_so_far, when])) for inner, when in rest.items()]
        return self.gathered(found)

    def combined(self, value: Arithmetical, parts: tuple[Value, ...]) -> Table:
        tables = [self.table(part) for part in parts]
        found: list[tuple[int | Value, int]] = []
        for chosen in product(*(table.items() for table in tables)):
            when = self.nodes.all_of(holds for _, holds in chosen)
            if when != FALSE:
                inner = tuple(_as_value(item, part.type) for (item, _), part in zip(chosen, parts, strict=True))
                found.append((self.folded(_rebuilt(value, inner)), when))
            if len(found) > MOST_VALUES * 8:
                raise TooMany
        return self.gathered(found)

    def folded(self, value: Value) -> int | Value:
        if names_in(value) or uses_now(value):
            return value
        return value_range(value, (0, 0), _setting(self.protocol))[0]

    def gathered(self, entries: Iterator[tuple[int | Value, int]] | list[tuple[int | Value, int]]) -> Table:
        """Entries with equal values put together; those that cannot be are left out."""
        groups: dict[int | Value, list[int]] = {}
        for value, when in entries:
            if when != FALSE:
                groups.setdefault(value, []).append(when)
        if len(groups) > MOST_VALUES:
            raise TooMany
        return {value: self.nodes.any_of(parts) for value, parts in groups.items()}


_MIRRORED: dict[Comparator, Comparator] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def _setting(protocol: Protocol) -> Setting:
    """Some time of evaluation, where any will do."""
    return Setting((SOME_DAY, SOME_DAY), protocol.time_zone)


def _as_value(item: int | Value, kind: Type) -> Value:
    return Constant(item, kind) if isinstance(item, int) else item


def _rebuilt(value: Arithmetical, parts: tuple[Value, ...]) -> Value:
    match value:
        case Extreme():
            return replace(value, parts=parts)
        case Rescaled() | CalendarShift():
            return replace(value, value=parts[0])
        case Step():
            return replace(value, value=parts[0], by=parts[1])
        case _:
            return replace(value, left=parts[0], right=parts[1])


def substituted(value: Value, fact: str, constant: Value) -> Value:
    """The value with another one in the place of a fact."""
    match value:
        case FactValue(fact=name):
            return constant if name == fact else value
        case Extreme(parts=parts):
            return replace(value, parts=tuple(substituted(part, fact, constant) for part in parts))
        case Rescaled(value=inner) | CalendarShift(value=inner):
            return replace(value, value=substituted(inner, fact, constant))
        case Arithmetic(left=left, right=right) | DateShift(left=left, right=right):
            sides = substituted(left, fact, constant), substituted(right, fact, constant)
            return replace(value, left=sides[0], right=sides[1])
        case Step(value=inner, by=by):
            return replace(value, value=substituted(inner, fact, constant), by=substituted(by, fact, constant))
        case _:
            return value
