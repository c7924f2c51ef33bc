"""A checked protocol to straight-line Python, compiled once.

The generated text is written here from the checked tree alone: every name in it is made up here, every constant of the
protocol enters as a bound object. What it computes on is described in `truth` (conditions) and below (values):
a number, step, moment, date or length of time is a range, two variables; a choice is a bit mask of the options still
possible; several choices are one mask, or None while unknown.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapid_response.evaluation import truth
from rapid_response.evaluation.encoding import encoding_lines
from rapid_response.evaluation.leaves import compare_ranges, entry, tabled_fact
from rapid_response.evaluation.truth import NO, NOT, UNKNOWN, YES
from rapid_response.protocol.expressions import (
    DAY,
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
    FactValue,
    Includes,
    IsOneOf,
    IsSame,
    MeasureValue,
    Not,
    Now,
    Points,
    Rescaled,
    Step,
    TextIs,
    TierValue,
    Type,
    Unsettled,
    Value,
    children,
    names_in,
)
from rapid_response.protocol.intervals import product_range, quotient_range
from rapid_response.protocol.model import Gate, Protocol, Rule
from rapid_response.protocol.values import Encoded, Unfit, local_date, shift_date, shift_moment

Facts = tuple[Encoded | None, ...]
"""The encoded facts of one incident in the protocol's order; None is unknown."""
Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Program:
    """The compiled protocol.

    `quick(given, now)` checks an incident as given, if its facts are plain and well formed, and gives its id, its
    encoded facts and the levels of the lowest and the highest tier still possible; None for any other incident.
    `tiers(facts, now, assume)` gives these levels for encoded facts. `trace(facts, now, assume, tiers)` gives the truth
    or range of every node of the protocol, to be looked up by `slots`. `now` is in microseconds, None where not given;
    `assume` says whether criteria take their `until_known` values; `tiers` None means the range that follows from the
    facts. `text` is the generated Python, to be read by people.
    """

    quick: Callable[[Mapping[str, Any], int | None], tuple[str | None, Facts, Range] | None]
    tiers: Callable[[Facts, int | None, bool], Range]
    trace: Callable[[Facts, int | None, bool, Range | None], tuple[Any, ...]]
    slots: Mapping[Condition | Value, int]
    assumed: Facts
    text: str

    @property
    def has_assumptions(self) -> bool:
        """Whether any fact has an `until_known` value."""
        return any(value is not None for value in self.assumed)


def compile_protocol(protocol: Protocol) -> Program:
    """Generate and compile the functions of a protocol."""
    bound: dict[str, Any] = {
        "Unfit": Unfit,
        "NOT": NOT,
        "at_least": truth.at_least,
        "product_range": product_range,
        "quotient_range": quotient_range,
        "shift": _shift,
        "local_date": local_date,
        "ZONE": protocol.time_zone,
        "inf": math.inf,
    }
    quick = _Writer(protocol, bound, from_given=True).quick()
    tiers = _Writer(protocol, bound).tiers()
    tracer = _Writer(protocol, bound, keep_all=True)
    text = f"{quick}\n\n{tiers}\n\n{tracer.trace()}\n"
    exec(compile(text, f"<protocol {protocol.fingerprint}>", "exec"), bound)  # noqa: S102  (only text written below)
    assumed = tuple(fact.assumed for fact in protocol.facts.values())
    return Program(bound["quick"], bound["tiers"], bound["trace"], tracer.slots, assumed, text)


def _shift(value: float, months: int, zone: str | None, dated: bool) -> float:
    if math.isinf(value):
        return value
    return shift_date(int(value), months) if dated else shift_moment(int(value), months, zone)


@dataclass
class _Writer:
    """Writes one function. Equal nodes are computed once; a node used once is written in place unless all are kept."""

    protocol: Protocol
    bound: dict[str, Any]
    keep_all: bool = False
    from_given: bool = False
    lines: list[str] = field(default_factory=list)
    done: dict[Condition | Value, str] = field(default_factory=dict)
    ranges: dict[Value, tuple[str, str]] = field(default_factory=dict)
    uses: Counter[Condition | Value] = field(default_factory=Counter)
    slots: dict[Condition | Value, int] = field(default_factory=dict)
    results: list[str] = field(default_factory=list)
    fresh: int = 0

    # The functions

    def quick(self) -> str:
        rules = list(self.protocol.rules.values())
        self.begin([node for rule in rules for node in (*_conditions(rule), rule.tier)])
        low, high = self.tier_range(rules)
        facts = "".join(f"f{position}, " for position in range(len(self.protocol.facts)))
        self.lines = ["assume = False", *self.lines, f"return incident, ({facts}), ({low}, {high})"]
        body = "\n".join(f"        {line}" for line in self.lines)
        return f"def quick(given, now):\n    try:\n{body}\n    except Exception:\n        pass"

    def tiers(self) -> str:
        rules = list(self.protocol.rules.values())
        roots = [node for rule in rules for node in (*_conditions(rule), rule.tier)]
        self.begin(roots)
        low, high = self.tier_range(rules)
        return self.function("tiers(facts, now, assume)", f"return {low}, {high}")

    def trace(self) -> str:
        rules = list(self.protocol.rules.values())
        roots: list[Condition | Value] = [node for gate in self.protocol.gates() for node in _conditions(gate)]
        roots += [rule.tier for rule in rules]
        roots += [criterion.condition for criterion in self.protocol.criteria.values()]
        roots += [measure.value for measure in self.protocol.measures.values()]
        self.begin(roots)
        low, high = self.tier_range(rules)
        self.lines.append(f"tier_low, tier_high = ({low}, {high}) if tiers is None else tiers")
        for gate in (*self.protocol.scope.values(), *self.protocol.responses.values()):
            self.gate(gate)
        return self.function(
            "trace(facts, now, assume, tiers=None)", f"return ({''.join(r + ', ' for r in self.results)})"
        )

    def function(self, signature: str, result: str) -> str:
        body = "\n".join(f"    {line}" for line in [*self.lines, result])
        return f"def {signature}:\n{body}"

    def begin(self, roots: Iterable[Condition | Value]) -> None:
        """Unpack the facts and compute criteria and measures: all of them, or those that the roots need."""
        nodes, needed = self.reach(roots)
        if self.keep_all:
            needed.update(self.protocol.order)
        self.count_uses(nodes)
        self.unpack(needed)
        for name in self.protocol.order:
            if name in needed and name in self.protocol.criteria:
                self.criterion(name)
            elif name in needed:
                self.measure(name)

    def reach(self, roots: Iterable[Condition | Value]) -> tuple[list[Condition | Value], set[str]]:
        """The root nodes with those of every definition they refer to, and the names referred to."""
        found, needed, queue = list(roots), set[str](), list(roots)
        while queue:
            for name in names_in(queue.pop()) - needed:
                needed.add(name)
                if name in self.protocol.criteria:
                    definition: Condition | Value = self.protocol.criteria[name].condition
                elif name in self.protocol.measures:
                    definition = self.protocol.measures[name].value
                else:
                    continue
                found.append(definition)
                queue.append(definition)
        return found, needed

    def count_uses(self, nodes: Iterable[Condition | Value]) -> None:
        for node in nodes:
            self.uses[node] += 1
            if self.uses[node] == 1:
                self.count_uses(children(node))

    # Facts: one look-up per fact yields all conditions that depend on that fact alone

    def unpack(self, needed: set[str]) -> None:
        leaves: dict[str, list[Condition | Value]] = {}
        for node in dict.fromkeys(self.uses):
            fact = tabled_fact(node, self.protocol)
            if fact is not None:
                leaves.setdefault(fact, []).append(node)
        if self.from_given:
            self.lines += encoding_lines(self.protocol, leaves, self.bind)
        elif needed & self.protocol.facts.keys():
            variables = [f"f{i}" if name in needed else "_" for i, name in enumerate(self.protocol.facts)]
            self.lines.append(f"{', '.join(variables)}, = facts")
        for fact, nodes in leaves.items():
            self.table(fact, self.fact(fact), nodes)

    def table(self, name: str, variable: str, nodes: list[Condition | Value]) -> None:
        kind = self.protocol.facts[name].type
        answers: tuple[bool | str | None, ...] = (True, False, None) if kind.name == "yes_no" else (*kind.options, None)
        targets: list[str] = []
        columns: list[list[int]] = []
        for node in nodes:
            entries = [entry(node, kind, answer) for answer in answers]
            names = [self.name() for _ in entries[0]]
            targets += names
            columns += [list(column) for column in zip(*entries, strict=True)]
            self.keep_leaf(node, names)
        rows = list(zip(*columns, strict=True))
        single = len(targets) == 1
        look_up = self.bind({answer: row[0] if single else row for answer, row in zip(answers, rows, strict=True)})
        self.lines.append(f"{', '.join(targets)} = {look_up}[{variable}]")

    def keep_leaf(self, node: Condition | Value, names: list[str]) -> None:
        if isinstance(node, Condition) or node.type.name == "choice":
            self.done[node] = self.keep(node, names[0])
        else:
            self.ranges[node] = (names[0], names[1])
            self.keep(node, f"({names[0]}, {names[1]})")

    # Definitions

    def criterion(self, name: str) -> None:
        criterion = self.protocol.criteria[name]
        holds = CriterionHolds(name)
        variable = self.assign(self.condition(criterion.condition))
        if criterion.assumed is not None:
            self.lines.append(f"if assume and {variable} == {UNKNOWN}: {variable} = {YES if criterion.assumed else NO}")
        self.done[holds] = self.keep(holds, variable)

    def measure(self, name: str) -> None:
        measure = self.protocol.measures[name]
        reference = MeasureValue(name, measure.type)
        if measure.type.name == "choice":
            self.done[reference] = self.keep(reference, self.atom(self.mask(measure.value)))
        else:
            low, high = (self.atom(end) for end in self.range(measure.value))
            self.ranges[reference] = (low, high)
            self.keep(reference, f"({low}, {high})")

    def gate(self, gate: Gate) -> str:
        """The truth of when and not unless."""
        condition = self.condition(gate.when)
        if gate.unless is None:
            return condition
        return f"({condition} & NOT[{self.condition(gate.unless)}])"

    # The tier: the highest raise that holds, under the lowest limit that holds

    def tier_range(self, rules: list[Rule]) -> tuple[str, str]:
        raises = self.by_level(rule for rule in rules if rule.effect == "raise_to")
        limits = self.by_level(rule for rule in rules if rule.effect == "limit_to")
        low = " else ".join([*(f"{level} if {truth} & 1" for level, truth in raises), "0"])
        high = " else ".join([*(f"{level} if {truth}" for level, truth in raises), "0"])
        self.lines += [f"low = {low}", f"high = {high}"]
        for rule in rules:
            if rule.effect == "raise_to" and not isinstance(rule.tier, Constant):
                self.raise_by_value(rule)
        for level, holds in limits:
            self.lines.append(f"if low > {level} and {holds}: low = {level}")
            self.lines.append(f"if high > {level} and {holds} & 1: high = {level}")
        for rule in rules:
            if rule.effect == "limit_to" and not isinstance(rule.tier, Constant):
                self.limit_by_value(rule)
        return "low", "high"

    def by_level(self, rules: Iterable[Rule]) -> list[tuple[int, str]]:
        """Rules with a fixed tier, together per level, highest first."""
        levels: dict[int, list[str]] = {}
        for rule in rules:
            if isinstance(rule.tier, Constant):
                levels.setdefault(rule.tier.value, []).append(self.gate(rule))
        return [(level, self.assign(" | ".join(levels[level]))) for level in sorted(levels, reverse=True)]

    def raise_by_value(self, rule: Rule) -> None:
        holds, (low, high) = self.assign(self.gate(rule)), self.range(rule.tier)
        self.lines.append(f"if {holds} & 1 and {low} > low: low = {low}")
        self.lines.append(f"if {holds} and {high} > high: high = {high}")

    def limit_by_value(self, rule: Rule) -> None:
        holds, (low, high) = self.assign(self.gate(rule)), self.range(rule.tier)
        self.lines.append(f"if {holds} and {low} < low: low = {low}")
        self.lines.append(f"if {holds} & 1 and {high} < high: high = {high}")

    # Conditions

    def condition(self, node: Condition) -> str:
        """The Python expression for the truth of a condition."""
        if node in self.done:
            return self.done[node]
        text = self.written(node)
        if self.keep_all or self.uses[node] > 1:
            text = self.done[node] = self.keep(node, self.assign(text))
        return text

    def written(self, node: Condition) -> str:
        match node:
            case Always():
                return str(YES)
            case Not(part=part):
                return f"NOT[{self.condition(part)}]"
            case AllOf(parts=parts):
                return self.joined(" & ", parts)
            case AnyOf(parts=parts):
                return self.joined(" | ", parts)
            case AtLeast(number=number, parts=parts):
                return self.at_least(number, parts)
            case Compare(comparator=comparator, left=left, right=right):
                return self.compare(comparator, left, right)
            case IsOneOf(value=value, options=options):
                return self.is_one_of(value, options)
            case IsSame(left=left, right=right):
                a, b = self.atom(self.mask(left)), self.atom(self.mask(right))
                return f"({YES} if {a} == {b} and not {a} & ({a} - 1) else {UNKNOWN} if {a} & {b} else {NO})"
            case Includes(fact=fact, options=options, every=every):
                return self.includes(fact, options, every)
            case TextIs(fact=fact, texts=texts):
                variable = self.fact(fact)
                return f"({UNKNOWN} if {variable} is None else {YES} if {variable} in {self.bind(texts)} else {NO})"
            case Unsettled():
                return f"({NO} if tier_low == tier_high else {YES} if assume else {UNKNOWN})"
            case _:
                raise AssertionError(f"not written beforehand: {type(node).__name__}")

    def joined(self, operator: str, parts: tuple[Condition, ...]) -> str:
        return f"({operator.join(self.condition(part) for part in parts)})"

    def at_least(self, number: int, parts: tuple[Condition, ...]) -> str:
        truths = [self.condition(part) for part in parts]
        if len(parts) > truth.MOST_SUMMED:
            return f"at_least({number}, ({', '.join(truths)},))"
        return f"{self.bind(truth.at_least_table(number, len(parts)))}[{' + '.join(truths)}]"

    def includes(self, fact: str, options: frozenset[int], every: bool) -> str:
        variable, mask = self.fact(fact), sum(1 << option for option in options)
        test = f"{variable} & {mask} == {mask}" if every else f"{variable} & {mask}"
        return f"({UNKNOWN} if {variable} is None else {YES} if {test} else {NO})"

    def compare(self, comparator: Comparator, left: Value, right: Value) -> str:
        if isinstance(left, FactValue) and isinstance(right, Constant) and left.type.name == "number":
            return self.compare_number(comparator, left, right)
        a, b = (tuple(self.atom(end) for end in self.range(side)) for side in (left, right))
        match comparator:
            case ">=" | ">":
                return f"({YES} if {a[0]} {comparator} {b[1]} else {UNKNOWN} if {a[1]} {comparator} {b[0]} else {NO})"
            case "<=" | "<":
                return f"({YES} if {a[1]} {comparator} {b[0]} else {UNKNOWN} if {a[0]} {comparator} {b[1]} else {NO})"
            case _:
                same, apart = f"{a[0]} == {a[1]} == {b[0]} == {b[1]}", f"{a[0]} <= {b[1]} and {b[0]} <= {a[1]}"
                equal = f"({YES} if {same} else {UNKNOWN} if {apart} else {NO})"
                return equal if comparator == "==" else f"NOT[{equal}]"

    def compare_number(self, comparator: Comparator, fact: FactValue, constant: Constant) -> str:
        """The usual case without ranges: a number fact against a constant."""
        variable = self.fact(fact.fact)
        unknown = compare_ranges(comparator, (fact.type.low, fact.type.high), constant.value)
        return f"({unknown} if {variable} is None else {YES} if {variable} {comparator} {constant.value} else {NO})"

    def is_one_of(self, value: Value, options: frozenset[int]) -> str:
        mask = sum(1 << option for option in options)
        others = (1 << len(value.type.options)) - 1 & ~mask
        if value.type.name == "choice":
            possible = self.atom(self.mask(value))
        else:
            low, high = self.range(value)
            possible = self.assign(f"(2 << {high}) - (1 << {low})")
        return f"({NO} if not {possible} & {mask} else {UNKNOWN} if {possible} & {others} else {YES})"

    # Values

    def mask(self, value: Value) -> str:
        """The expression for the options of a choice that are still possible."""
        if value in self.done:
            return self.done[value]
        match value:
            case Constant(value=option):
                return str(1 << option)
            case Cases():
                variable = self.cases_mask(value)
            case _:
                raise AssertionError(f"not written beforehand: {type(value).__name__}")
        self.done[value] = self.keep(value, variable)
        return variable

    def cases_mask(self, cases: Cases) -> str:
        otherwise = self.mask(cases.otherwise) if cases.otherwise else "0"
        branches = [(self.atom(self.condition(when)), self.mask(value)) for when, value in cases.branches]
        variable = self.assign(otherwise)
        for holds, mask in reversed(branches):
            self.lines.append(f"if {holds} == {YES}: {variable} = {mask}")
            self.lines.append(f"elif {holds}: {variable} |= {mask}")
        return variable

    def range(self, value: Value) -> tuple[str, str]:
        """The expressions for the least and the greatest value still possible."""
        if value in self.ranges:
            return self.ranges[value]
        ends = self.written_range(value)
        if self.keep_all or self.uses[value] > 1:
            ends = (self.atom(ends[0]), self.atom(ends[1]))
            self.keep(value, f"({ends[0]}, {ends[1]})")
        self.ranges[value] = ends
        return ends

    def written_range(self, value: Value) -> tuple[str, str]:
        match value:
            case Constant(value=constant):
                return str(constant), str(constant)
            case FactValue(fact=fact, type=kind):
                return self.fact_range(fact, kind)
            case TierValue():
                return "tier_low", "tier_high"
            case Now(type=kind):
                now = self.assign("local_date(now, ZONE)") if kind.name == "date" else "now"
                return now, now
            case Rescaled(value=inner, factor=factor):
                low, high = self.range(inner)
                return f"({low}) * {factor}", f"({high}) * {factor}"
            case Arithmetic():
                return self.arithmetic(value)
            case DateShift():
                return self.date_shift(value)
            case CalendarShift(value=inner, months=months, type=kind):
                low, high = self.range(inner)
                ends = [f"shift({end}, {months}, ZONE, {kind.name == 'date'})" for end in (low, high)]
                return ends[0], ends[1]
            case Extreme(which=which, parts=parts):
                ranges = [self.range(part) for part in parts]
                return tuple(f"{which}({', '.join([*ends, ends[0]])})" for ends in zip(*ranges, strict=True))  # type: ignore[return-value]
            case Step(value=inner, by=by, type=kind):
                (low, high), (least, most) = self.range(inner), self.range(by)
                top = len(kind.options) - 1
                return f"min(max({low} + {least}, 0), {top})", f"min(max({high} + {most}, 0), {top})"
            case Points(terms=terms):
                return self.points(terms)
            case Cases():
                return self.cases_range(value)
            case _:
                raise AssertionError(f"not written beforehand: {type(value).__name__}")

    def fact_range(self, name: str, kind: Type) -> tuple[str, str]:
        variable = self.fact(name)
        low, high = ("-inf", "inf") if kind.name in ("moment", "date") else (str(kind.low), str(kind.high))
        ends = self.name(), self.name()
        self.lines.append(f"{ends[0]}, {ends[1]} = ({low}, {high}) if {variable} is None else ({variable}, {variable})")
        return ends

    def arithmetic(self, value: Arithmetic) -> tuple[str, str]:
        a, b = ([self.atom(end) for end in self.range(side)] for side in (value.left, value.right))
        match value.operator:
            case "+":
                return f"({a[0]} + {b[0]})", f"({a[1]} + {b[1]})"
            case "-":
                return f"({a[0]} - {b[1]})", f"({a[1]} - {b[0]})"
            case "*":
                call = f"product_range(({a[0]}, {a[1]}), ({b[0]}, {b[1]}))"
            case _:
                call = f"quotient_range(({a[0]}, {a[1]}), ({b[0]}, {b[1]}), {value.scale})"
        ends = self.name(), self.name()
        self.lines.append(f"{ends[0]}, {ends[1]} = {call}")
        return ends

    def date_shift(self, value: DateShift) -> tuple[str, str]:
        a, b = self.range(value.left), self.range(value.right)
        first, last = (b[1], b[0]) if value.operator == "-" else b
        days = DAY if value.type.name == "duration" else 1
        return f"({a[0]} {value.operator} {first}) * {days}", f"({a[1]} {value.operator} {last}) * {days}"

    def points(self, terms: tuple[tuple[int, Condition], ...]) -> tuple[str, str]:
        low, high = [], []
        for add, condition in terms:
            holds = self.atom(self.condition(condition))
            surely, possibly = f"{add} * ({holds} & 1)", f"{add} * ({holds} >> 4)"
            low.append(surely if add > 0 else possibly)
            high.append(possibly if add > 0 else surely)
        return f"({' + '.join(low) or 0})", f"({' + '.join(high) or 0})"

    def cases_range(self, cases: Cases) -> tuple[str, str]:
        start = self.range(cases.otherwise) if cases.otherwise else (str(cases.type.high), str(cases.type.low))
        branches = [(self.atom(self.condition(when)), self.range(value)) for when, value in cases.branches]
        low, high = self.name(), self.name()
        self.lines.append(f"{low}, {high} = {start[0]}, {start[1]}")
        for holds, (least, most) in reversed(branches):
            self.lines.append(f"if {holds} == {YES}: {low}, {high} = {least}, {most}")
            self.lines.append(f"elif {holds}: {low}, {high} = min({low}, {least}), max({high}, {most})")
        return low, high

    # Names

    def fact(self, name: str) -> str:
        return f"f{list(self.protocol.facts).index(name)}"

    def name(self) -> str:
        self.fresh += 1
        return f"v{self.fresh}"

    def assign(self, text: str) -> str:
        variable = self.name()
        self.lines.append(f"{variable} = {text}")
        return variable

    def atom(self, text: str) -> str:
        return text if text.isalnum() or text in ("tier_low", "tier_high") else self.assign(text)

    def bind(self, constant: Any) -> str:
        name = f"k{len(self.bound)}"
        self.bound[name] = constant
        return name

    def keep(self, node: Condition | Value, variable: str) -> str:
        if self.keep_all:
            self.slots[node] = len(self.results)
            self.results.append(variable)
        return variable


def _conditions(gate: Gate) -> tuple[Condition, ...]:
    return (gate.when,) if gate.unless is None else (gate.when, gate.unless)
