"""A protocol as formulas over its facts: one formula for "tier at least t", each response and each scope entry.

A value becomes a table of what it can be: expressions over at most one fact, each with the formula under which it is
that. So points, cases, bands, tables, min, max and steps are exact where what they can reach is little; a comparison
for which it is too much becomes a variable of its own, an opaque one, which may be yes or no.
"""

from __future__ import annotations

from collections.abc import Callable
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
    Unsettled,
    Value,
)
from rapid_response.protocol.model import Gate, Protocol, Rule
from rapid_response.reasoning.comparisons import Comparison
from rapid_response.reasoning.formulas import Roots, Translation, Variable
from rapid_response.reasoning.leaves import Leaves
from rapid_response.reasoning.nodes import FALSE, TRUE, Nodes, TooMany, opposite
from rapid_response.reasoning.tables import MOST_PAIRS, Arithmetical, Table, as_value, gathered, sums, worked_out

_MIRRORED: dict[Comparator, Comparator] = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


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
    leaves = Leaves(protocol, nodes, variables)
    plain, assumed = (Translator(leaves, assume).roots() for assume in (False, True))
    return Translation(nodes, tuple(variables), plain, assumed)


@dataclass
class Translator:
    """Writes formulas of one protocol into a store; `assume` says whether criteria take their `until_known` values."""

    leaves: Leaves
    assume: bool
    conditions: dict[Condition, int] = field(default_factory=dict)
    criteria: dict[str, int] = field(default_factory=dict)
    measures: dict[str, Table] = field(default_factory=dict)
    tiers: tuple[int, ...] = ()

    @property
    def protocol(self) -> Protocol:
        return self.leaves.protocol

    @property
    def nodes(self) -> Nodes:
        return self.leaves.nodes

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
                self.conditions[node] = self.leaves.leaf(Variable(None, opaque=node), 2, 0b10)
        return self.conditions[node]

    def formula(self, node: Condition) -> int:
        match node:
            case Always():
                return TRUE
            case FactHolds(fact=name):
                return self.leaves.leaf(Variable(name), 2, 0b10)
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
                chosen = [self.leaves.option(fact, option) for option in sorted(options)]
                return self.nodes.all_of(chosen) if every else self.nodes.any_of(chosen)
            case TextIs(fact=fact, texts=texts):
                return self.leaves.leaf(Variable(fact, test=texts), 2, 0b10)
            case Unsettled() if not self.assume:
                return FALSE
            case Unsettled():
                levels = range(len(self.protocol.tiers))
                return self.nodes.all_of(opposite(self.nodes.surely(self.tier_is(level))) for level in levels)
            case ResponseActive(response=name):
                return self.gate(self.protocol.responses[name])

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
            case Points():
                weighed = self.weighed(left)
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

    def weighed(self, points: Points) -> list[tuple[int, int]]:
        """What is added, with the formula under which it is, the most first."""
        return sorted(((add, self.condition(condition)) for add, condition in points.terms), reverse=True)

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
            found = self.nodes.either(self.condition(condition), holds(value), found)
        return found

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
        if len(tables[0]) * len(tables[1]) > MOST_PAIRS:
            raise TooMany
        parts: list[int] = []
        for (a, when_a), (b, when_b) in product(tables[0].items(), tables[1].items()):
            both = self.nodes.all_of([when_a, when_b])
            if both != FALSE:
                sides = as_value(a, left.type), as_value(b, right.type)
                parts.append(self.nodes.all_of([both, self.leaves.compared(Comparison(comparator, *sides))]))
        return self.nodes.any_of(parts)

    # Values

    def table(self, value: Value) -> Table:
        match value:
            case Constant(value=constant):
                return {constant: TRUE}
            case FactValue(fact=name, type=kind) if kind.name in ("scale", "choice"):
                width = len(kind.options)
                return {option: self.leaves.leaf(Variable(name), width, 1 << option) for option in range(width)}
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
            case Points():
                return sums(self.nodes, self.weighed(value))
            case Cases():
                return self.cases(value)
            case Extreme(parts=parts):
                return self.combined(value, *parts)
            case Rescaled(value=inner) | CalendarShift(value=inner):
                return self.combined(value, inner)
            case Step(value=inner, by=by):
                return self.combined(value, inner, by)
            case Arithmetic(left=left, right=right) | DateShift(left=left, right=right):
                return self.combined(value, left, right)

    def combined(self, value: Arithmetical, *parts: Value) -> Table:
        return worked_out(self.nodes, value, parts, [self.table(part) for part in parts], self.leaves.setting)

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
        return gathered(self.nodes, found)
