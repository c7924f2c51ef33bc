"""From checked conditions and values to a plan: steps that each work out one node for a whole block of incidents.

A condition becomes `Rails`, an ordered value a `Range`, a choice one slice per option. Equal nodes are one step. Where
assumptions are taken, only the steps that they can touch are worked out a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, cast

import numpy as np

from rapid_response.history import leaves, ranges
from rapid_response.history.columns import Answers, Block, Chosen, Codes, Column, Quantities, Texts
from rapid_response.history.counting import at_least
from rapid_response.history.ranges import ENDLESS, Range, exactly
from rapid_response.history.slices import (
    ALL,
    NONE,
    YES,
    Rails,
    Words,
    both,
    either,
    flags,
    opposite,
    pack,
    truth,
    unpack,
)
from rapid_response.history.tiers import TierRange
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
    FactHolds,
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
)
from rapid_response.protocol.model import Criterion, Fact, Measure
from rapid_response.protocol.values import local_date, shift_date, shift_moment

Node = Condition | Value
Options = tuple[Words, ...]
"""Of a choice: for each option the rows in which it is still possible."""


@dataclass(slots=True)
class Sheet:
    """What has been worked out for a block so far: one entry per slot."""

    block: Block
    found: list[Any]
    assume: bool = False
    tiers: TierRange | None = None


Work = Callable[[Sheet], Any]


@dataclass(frozen=True, slots=True)
class Definitions:
    """What conditions may refer to: facts, criteria and measures by name, and the time zone."""

    facts: Mapping[str, Fact]
    criteria: Mapping[str, Criterion]
    measures: Mapping[str, Measure]
    zone: str | None


@dataclass
class Plan:
    """Steps in an order in which each comes after what it needs; `slots` says where a node's outcome is kept."""

    definitions: Definitions
    steps: list[Work] = field(default_factory=list)
    slots: dict[Node, int] = field(default_factory=dict)
    assumed: list[bool] = field(default_factory=list)
    about_tiers: list[bool] = field(default_factory=list)

    def sheet(self, block: Block) -> Sheet:
        """Everything worked out for a block without assumptions, but for what is said of the tier."""
        sheet = Sheet(block, [None] * len(self.steps))
        for slot, work in enumerate(self.steps):
            if not self.about_tiers[slot]:
                sheet.found[slot] = work(sheet)
        return sheet

    def assuming(self, sheet: Sheet) -> Sheet:
        """The same under the assumptions."""
        if not any(self.assumed):
            return Sheet(sheet.block, sheet.found, assume=True)
        under = Sheet(sheet.block, [*sheet.found], assume=True)
        for slot, work in enumerate(self.steps):
            if self.assumed[slot] and not self.about_tiers[slot]:
                under.found[slot] = work(under)
        return under

    def with_tiers(self, sheet: Sheet, tiers: TierRange) -> None:
        """Work out what is said of the tier, once the range is known."""
        sheet.tiers = tiers
        for slot, work in enumerate(self.steps):
            if self.about_tiers[slot]:
                sheet.found[slot] = work(sheet)

    # Making the plan

    def slot(self, node: Node) -> int:
        """Where the outcome of a node is kept; the node and all below it are added to the steps."""
        if node not in self.slots:
            below = self.below(node)
            work = self.condition(node) if isinstance(node, Condition) else self.value(node)
            self.steps.append(work)
            self.assumed.append(self.is_assumed(node) or any(self.assumed[slot] for slot in below))
            about = isinstance(node, TierValue | Unsettled)
            self.about_tiers.append(about or any(self.about_tiers[slot] for slot in below))
            self.slots[node] = len(self.steps) - 1
        return self.slots[node]

    def below(self, node: Node) -> list[int]:
        """The slots of what a node is worked out from: nothing where a fact decides it alone."""
        if self.leaf(node) is not None:
            return []
        if isinstance(node, CriterionHolds):
            return [self.slot(self.definitions.criteria[node.criterion].condition)]
        if isinstance(node, MeasureValue):
            return [self.slot(self.definitions.measures[node.measure].value)]
        if isinstance(node, Compare) and (counted := _counted(node)):
            return self.slots_of(counted[1])
        return self.slots_of(children(node))

    def slots_of(self, nodes: Iterable[Node]) -> list[int]:
        return [self.slot(node) for node in nodes]

    def is_assumed(self, node: Node) -> bool:
        """Whether a node of itself may be worth something else under the assumptions."""
        if isinstance(node, CriterionHolds):
            return self.definitions.criteria[node.criterion].assumed is not None
        fact = _fact_of(node)
        return fact is not None and self.definitions.facts[fact].assumed is not None

    # Conditions

    def condition(self, node: Condition) -> Work:
        leaf = self.leaf(node)
        if leaf is not None:
            return leaf
        slots = self.below(node)
        match node:
            case Always():
                return lambda _: YES
            case CriterionHolds(criterion=name):
                return _criterion(slots[0], self.definitions.criteria[name].assumed)
            case Not():
                return lambda sheet: opposite(sheet.found[slots[0]])
            case AllOf():
                return lambda sheet: reduce(both, [sheet.found[slot] for slot in slots])
            case AnyOf():
                return lambda sheet: reduce(either, [sheet.found[slot] for slot in slots])
            case AtLeast(number=number):
                return lambda sheet: at_least(number, [sheet.found[slot] for slot in slots])
            case Compare():
                return _comparison(node, slots)
            case IsOneOf(value=value, options=options):
                return _membership(slots[0], options, value.type)
            case IsSame():
                return lambda sheet: _same(sheet.found[slots[0]], sheet.found[slots[1]])
            case Unsettled():
                return _unsettled
            case _:
                raise AssertionError(f"a fact decides it: {type(node).__name__}")

    def leaf(self, node: Node) -> Work | None:
        """How a condition is worked out that one fact decides alone; None for all other nodes."""
        match node:
            case FactHolds(fact=name):
                return lambda sheet: leaves.is_yes(_column(sheet, name, Answers), self.stand_in(name, sheet))
            case IsOneOf(value=FactValue(fact=name, type=kind), options=options):
                return self.one_of(name, frozenset(options), len(kind.options))
            case Compare(comparator=comparator, left=FactValue(fact=name, type=kind), right=Constant(value=constant)):
                if kind.name == "scale":
                    compared = leaves.COMPARED[comparator]
                    fitting = frozenset(p for p in range(len(kind.options)) if compared(p, constant))
                    return self.one_of(name, fitting, len(kind.options))
                return self.compared(name, kind, comparator, constant)
            case Includes(fact=name, options=options, every=every):
                return lambda sheet: leaves.includes(
                    _column(sheet, name, Chosen), options, every, self.stand_in(name, sheet)
                )
            case TextIs(fact=name, texts=texts):
                return lambda sheet: leaves.text_is(_column(sheet, name, Texts), texts, self.stand_in(name, sheet))
            case _:
                return None

    def one_of(self, name: str, positions: frozenset[int], options: int) -> Work:
        return lambda sheet: leaves.is_one_of(
            _column(sheet, name, Codes), positions, options, self.stand_in(name, sheet)
        )

    def compared(self, name: str, kind: Type, comparator: Comparator, constant: int) -> Work:
        low, high = (-ENDLESS, ENDLESS) if kind.name in ("moment", "date") else leaves.bounds(kind)

        def work(sheet: Sheet) -> Rails:
            known = self.stand_in(name, sheet)
            stands = Range(low, high) if known is None else exactly(known)
            otherwise = ranges.compare(comparator, stands, exactly(constant))
            return leaves.is_so(_column(sheet, name, Quantities), comparator, constant, _constant(otherwise))

        return work

    def stand_in(self, name: str, sheet: Sheet) -> Any:
        """What an unknown row of a fact counts as: its blank, or under the assumptions what is assumed; else None."""
        fact = self.definitions.facts[name]
        given = fact.blank if fact.blank is not None else fact.assumed if sheet.assume else None
        if given is not None and fact.type.name in ("scale", "choice"):
            return fact.type.options.index(given)
        return given

    # Values

    def value(self, node: Value) -> Work:
        slots = self.below(node)
        match node:
            case Constant(value=constant, type=kind) if kind.name == "choice":
                return lambda _: tuple(ALL if option == constant else NONE for option in range(len(kind.options)))
            case Constant(value=constant):
                return lambda _: exactly(constant)
            case FactValue(fact=name, type=kind) if kind.name == "choice":
                return self.choice(name, kind)
            case FactValue(fact=name, type=kind):
                return self.fact_range(name, kind)
            case MeasureValue():
                return lambda sheet: sheet.found[slots[0]]
            case TierValue():
                return lambda sheet: cast(TierRange, sheet.tiers).as_range(sheet.block.rows)
            case Now(type=kind):
                return lambda sheet: _now(sheet, kind, self.definitions.zone)
            case Rescaled(factor=factor):
                return lambda sheet: ranges.each_end(lambda end: end * factor, sheet.found[slots[0]])
            case Arithmetic():
                return _arithmetic(node, slots)
            case DateShift():
                return _date_shift(node, slots)
            case CalendarShift(months=months, type=kind):
                return _calendar_shift(slots[0], months, kind, self.definitions.zone)
            case Extreme(which=which):
                return _extreme(which == "min", slots)
            case Step(type=kind):
                return _step(slots, len(kind.options) - 1)
            case Points(terms=terms):
                return _points([add for add, _ in terms], slots)
            case Cases(type=kind):
                return _cases(node, slots, kind)

    def choice(self, name: str, kind: Type) -> Work:
        each = [self.one_of(name, frozenset([option]), len(kind.options)) for option in range(len(kind.options))]
        return lambda sheet: tuple(cast(Rails, work(sheet)).possibly for work in each)

    def fact_range(self, name: str, kind: Type) -> Work:
        low, high = (-ENDLESS, ENDLESS) if kind.name in ("moment", "date") else leaves.bounds(kind)

        def work(sheet: Sheet) -> Range:
            known = self.stand_in(name, sheet)
            stands = Range(low, high) if known is None else exactly(known)
            return _range_of(sheet.block.columns.get(name), sheet.block.rows, stands)

        return work


def _fact_of(node: Node) -> str | None:
    """The fact that a node reads itself."""
    match node:
        case FactHolds(fact=name) | Includes(fact=name) | TextIs(fact=name) | FactValue(fact=name):
            return name
        case IsOneOf(value=FactValue(fact=name)) | Compare(left=FactValue(fact=name), right=Constant()):
            return name
        case _:
            return None


def _column(sheet: Sheet, name: str, kind: type[Any]) -> Any:
    column: Column | None = sheet.block.columns.get(name)
    assert column is None or isinstance(column, kind)
    return column


def _constant(rails: Rails) -> Rails:
    """A truth that is the same for every row, as the one object that stands for it."""
    return truth(bool(rails.surely & np.uint64(1)), bool(rails.possibly & np.uint64(1)))


# Conditions


def _criterion(slot: int, assumed: bool | None) -> Work:
    def work(sheet: Sheet) -> Rails:
        holds: Rails = sheet.found[slot]
        if assumed is None or not sheet.assume:
            return holds
        end = holds.possibly if assumed else holds.surely
        return Rails(end, end)

    return work


def _counted(node: Compare) -> tuple[Comparator, tuple[Condition, ...], int] | None:
    """A sum of equal points compared with a constant: the same as counting conditions."""
    match node:
        case Compare(comparator=comparator, left=Points(terms=terms), right=Constant(value=constant)):
            adds = {add for add, _ in terms}
            if len(adds) == 1 and (add := adds.pop()) > 0 and comparator not in ("==", "!="):
                needed = -(-constant // add) if comparator in (">=", "<") else constant // add + 1
                return comparator, tuple(condition for _, condition in terms), needed
    return None


def _comparison(node: Compare, slots: list[int]) -> Work:
    counted = _counted(node)
    if counted:
        comparator, _, needed = counted
        reached = comparator in (">=", ">")

        def count(sheet: Sheet) -> Rails:
            holds = at_least(needed, [sheet.found[slot] for slot in slots])
            return holds if reached else opposite(holds)

        return count
    return lambda sheet: ranges.compare(node.comparator, sheet.found[slots[0]], sheet.found[slots[1]])


def _membership(slot: int, options: frozenset[int], kind: Type) -> Work:
    """A scale or choice that is worked out is one of some options."""

    def work(sheet: Sheet) -> Rails:
        possible = sheet.found[slot]
        if isinstance(possible, Range):
            possible = _possible_steps(possible, len(kind.options))
        inside = _any(words for option, words in enumerate(possible) if option in options)
        outside = _any(words for option, words in enumerate(possible) if option not in options)
        return Rails(inside & ~outside, inside)

    return work


def _possible_steps(steps: Range, options: int) -> Options:
    return tuple(pack((steps.low <= option) & (option <= steps.high)) for option in range(options))


def _any(words: Iterable[Words]) -> Words:
    return reduce(np.bitwise_or, words, NONE)


def _same(left: Options, right: Options) -> Rails:
    """Two choices are surely the same where each has one option left, and it is the same."""
    common = _any(a & b for a, b in zip(left, right, strict=True))
    differing = _any(a ^ b for a, b in zip(left, right, strict=True))
    several = at_least(2, [Rails(words, words) for words in left]).surely
    return Rails(common & ~differing & ~several, common)


def _unsettled(sheet: Sheet) -> Rails:
    open_rows = cast(TierRange, sheet.tiers).is_open()
    return Rails(open_rows if sheet.assume else NONE, open_rows)


# Values


def _range_of(column: Column | None, rows: int, stands: Range) -> Range:
    """A number, step, moment or date of every row, with what stands for those that are not known."""
    if column is None:
        return stands
    assert isinstance(column, Codes | Quantities)
    if isinstance(column, Codes):
        numbers = np.array([*column.positions, 0], np.int64)[np.minimum(column.codes, len(column.positions))]
    else:
        numbers = column.numbers.astype(np.int64)
    if column.known is None:
        return exactly(numbers)
    known = flags(column.known, rows)
    return ranges.each_end(lambda end: np.where(known, numbers, end), stands)


def _now(sheet: Sheet, kind: Type, zone: str | None) -> Range:
    now = sheet.block.now
    assert now is not None, "the time of evaluation is asked for before anything is worked out"
    return exactly(now if kind.name == "moment" else ranges.by_value(lambda at: local_date(at, zone), now))


def _arithmetic(node: Arithmetic, slots: list[int]) -> Work:
    def work(sheet: Sheet) -> Range:
        a, b = sheet.found[slots[0]], sheet.found[slots[1]]
        if node.operator == "*":
            return ranges.times(a, b)
        if node.operator == "/":
            return ranges.divided(a, b, node.scale)
        if node.type.name == "number":
            return ranges.number_sum(node.operator, a, b)
        return ranges.plus(a, b) if node.operator == "+" else ranges.minus(a, b)

    return work


def _date_shift(node: DateShift, slots: list[int]) -> Work:
    def work(sheet: Sheet) -> Range:
        a, b = sheet.found[slots[0]], sheet.found[slots[1]]
        days = ranges.plus(a, b) if node.operator == "+" else ranges.minus(a, b)
        return ranges.each_end(_days_to_microseconds, days) if node.type.name == "duration" else days

    return work


def _days_to_microseconds(days: ranges.End) -> ranges.End:
    if isinstance(days, int):
        return days if abs(days) == ENDLESS else days * DAY
    endless = np.abs(days) == ENDLESS
    return np.where(endless, days, np.where(endless, 0, days) * DAY)


def _calendar_shift(slot: int, months: int, kind: Type, zone: str | None) -> Work:
    def shift(value: int) -> int:
        return shift_date(value, months) if kind.name == "date" else shift_moment(value, months, zone)

    return lambda sheet: ranges.each_end(lambda end: ranges.by_value(shift, end), sheet.found[slot])


def _extreme(is_least: bool, slots: list[int]) -> Work:
    choose = ranges.least if is_least else ranges.greatest

    def work(sheet: Sheet) -> Range:
        parts: list[Range] = [sheet.found[slot] for slot in slots]
        low = choose([part.low for part in parts])
        plain = all(part.is_plain for part in parts)
        return Range(low, low if plain else choose([part.high for part in parts]))

    return work


def _step(slots: list[int], top: int) -> Work:
    def work(sheet: Sheet) -> Range:
        moved = ranges.number_sum("+", sheet.found[slots[0]], sheet.found[slots[1]])
        return ranges.each_end(lambda end: ranges.held(end, 0, top), moved)

    return work


def _points(adds: list[int], slots: list[int]) -> Work:
    def work(sheet: Sheet) -> Range:
        rows = sheet.block.rows
        terms = [(add, cast(Rails, sheet.found[slot])) for add, slot in zip(adds, slots, strict=True)]
        low = _sum((add, holds.surely if add > 0 else holds.possibly) for add, holds in terms)(rows)
        if all(holds.is_plain for _, holds in terms):
            return exactly(low)
        return Range(low, _sum((add, holds.possibly if add > 0 else holds.surely) for add, holds in terms)(rows))

    return work


def _sum(terms: Iterable[tuple[int, Words]]) -> Callable[[int], ranges.End]:
    def total(rows: int) -> ranges.End:
        found: ranges.End = 0
        for add, words in terms:
            found = found + add * (int(words) & 1 if words.ndim == 0 else unpack(words, rows).astype(np.int64))
        return found

    return total


def _cases(node: Cases, slots: list[int], kind: Type) -> Work:
    pairs = list(zip(slots[: 2 * len(node.branches) : 2], slots[1 : 2 * len(node.branches) : 2], strict=True))
    otherwise = slots[-1] if node.otherwise is not None else None
    if kind.name == "choice":
        return lambda sheet: _choice_of_cases(sheet, pairs, otherwise, len(kind.options))
    return lambda sheet: _range_of_cases(sheet, pairs, otherwise, kind)


def _choice_of_cases(sheet: Sheet, pairs: list[tuple[int, int]], otherwise: int | None, options: int) -> Options:
    found: Options = (NONE,) * options if otherwise is None else sheet.found[otherwise]
    for when, value in reversed(pairs):
        holds: Rails = sheet.found[when]
        found = tuple(
            (new & holds.possibly) | (old & ~holds.surely) for new, old in zip(sheet.found[value], found, strict=True)
        )
    return found


def _range_of_cases(sheet: Sheet, pairs: list[tuple[int, int]], otherwise: int | None, kind: Type) -> Range:
    found = Range(int(kind.high), int(kind.low)) if otherwise is None else sheet.found[otherwise]
    for when, value in reversed(pairs):
        holds: Rails = sheet.found[when]
        surely, possibly = (flags(rail, sheet.block.rows) for rail in (holds.surely, holds.possibly))
        new: Range = sheet.found[value]
        low = np.where(surely, new.low, np.where(possibly, ranges.least([found.low, new.low]), found.low))
        plain = holds.is_plain and new.is_plain and found.is_plain
        high = np.where(surely, new.high, np.where(possibly, ranges.greatest([found.high, new.high]), found.high))
        found = Range(low, low if plain else high)
    return found
