"""Steps of values: numbers, steps of scales, choices, times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

import numpy as np

from rapid_response.history import ranges
from rapid_response.history.ranges import ENDLESS, Range, exactly
from rapid_response.history.sheets import Definitions, Options, Sheet, Work
from rapid_response.history.slices import ALL, NONE, Rails, Words, flags, unpack
from rapid_response.history.tiers import TierRange
from rapid_response.protocol.expressions import (
    DAY,
    Arithmetic,
    CalendarShift,
    Cases,
    Constant,
    DateShift,
    Extreme,
    MeasureValue,
    Now,
    PatternValue,
    Points,
    Rescaled,
    Step,
    TierValue,
    Type,
    Value,
)
from rapid_response.protocol.values import local_date, shift_date, shift_moment


def value_step(node: Value, slots: list[int], definitions: Definitions) -> Work:
    """How a value is worked out from what stands in the slots below it."""
    match node:
        case Constant(value=constant, type=kind) if kind.name == "choice":
            return lambda _: tuple(ALL if option == constant else NONE for option in range(len(kind.options)))
        case Constant(value=constant):
            return lambda _: exactly(constant)
        case MeasureValue():
            return lambda sheet: sheet.found[slots[0]]
        case PatternValue(pattern=name, type=kind):
            return lambda sheet: _pattern(sheet, name, kind)
        case TierValue():
            return lambda sheet: cast(TierRange, sheet.tiers).as_range(sheet.block.rows)
        case Now(type=kind):
            return lambda sheet: _now(sheet, kind, definitions.zone)
        case Rescaled(factor=factor):
            return lambda sheet: ranges.each_end(lambda end: end * factor, sheet.found[slots[0]])
        case Arithmetic():
            return _arithmetic(node, slots)
        case DateShift():
            return _date_shift(node, slots)
        case CalendarShift(months=months, type=kind):
            return _calendar_shift(slots[0], months, kind, definitions.zone)
        case Extreme(which=which):
            return _extreme(which == "min", slots)
        case Step(type=kind):
            return _step(slots, len(kind.options) - 1)
        case Points(terms=terms):
            return _points([add for add, _ in terms], slots)
        case Cases(type=kind):
            return _cases(node, slots, kind)
        case _:
            raise AssertionError(f"a fact decides it: {type(node).__name__}")


def _now(sheet: Sheet, kind: Type, zone: str | None) -> Range:
    now = sheet.block.now
    assert now is not None, "the time of evaluation is asked for before anything is worked out"
    return exactly(now if kind.name == "moment" else ranges.by_value(lambda at: local_date(at, zone), now))


def _pattern(sheet: Sheet, name: str, kind: Type) -> Range:
    counted = sheet.block.counts.get(name)
    if counted is None:
        return Range(int(kind.low), int(kind.high))
    ends = counted.assumed if sheet.assume else counted.plain
    low = ends.low.astype(np.int64)
    return Range(low, low if ends.low is ends.high else ends.high.astype(np.int64))


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
