"""Values as SQL: numbers, steps of scales, choices and times, each as the two ends of what it can still be."""

from __future__ import annotations

from typing import Any, cast

from rapid_response.history.sheets import Definitions
from rapid_response.history.sql import times
from rapid_response.history.sql.rails import ENDLESS, Options, Rails, Range, each_end, exactly
from rapid_response.history.sql.terms import PRODUCT, WHOLE, Term, Terms
from rapid_response.protocol.expressions import (
    DAY,
    Arithmetic,
    CalendarShift,
    Cases,
    Constant,
    DateShift,
    Extreme,
    MeasureValue,
    Points,
    Rescaled,
    Step,
    Value,
)
from rapid_response.protocol.intervals import divide_half_even


def value_of(node: Value, parts: list[Any], terms: Terms, definitions: Definitions) -> Range | Options:
    """The ends of a value, or its options, from what was worked out for the nodes below it."""
    match node:
        case Constant(value=constant, type=kind) if kind.name == "choice":
            return tuple(terms.truth(option == constant) for option in range(len(kind.options)))
        case Constant(value=constant):
            return exactly(terms.number(constant))
        case MeasureValue(measure=name):
            return _measure(terms, name, parts[0])
        case Rescaled(factor=factor):
            return each_end(lambda end: terms.multiply(end, terms.number(factor)), parts[0])
        case Arithmetic():
            return _arithmetic(node, parts[0], parts[1], terms)
        case DateShift(operator=operator):
            days = times.moved(terms, operator, parts[0], parts[1])
            return each_end(lambda end: _microseconds(terms, end), days) if node.type.name == "duration" else days
        case CalendarShift(months=months, type=kind):
            zone = definitions.zone or "UTC"
            shift = times.date_later if kind.name == "date" else times.moment_later
            return each_end(lambda end: shift(terms, end, months, zone), parts[0])
        case Extreme(which=which):
            choose = terms.least if which == "min" else terms.greatest
            low = choose(part.low for part in parts)
            return Range(low, low if all(part.is_plain for part in parts) else choose(part.high for part in parts))
        case Step(type=kind):
            return _step(terms, parts[0], parts[1], len(kind.options) - 1)
        case Points(terms=points):
            return _points(terms, [add for add, _ in points], parts)
        case Cases():
            return _cases(node, parts, terms)
        case _:
            raise AssertionError(f"worked out elsewhere: {type(node).__name__}")


def _measure(terms: Terms, name: str, found: Range | Options) -> Range | Options:
    if isinstance(found, Range):
        for end, word in ((found.low, "low"), (found.high, "high")):
            terms.named(end, name if found.is_plain else f"{name}_{word}")
    return found


def _arithmetic(node: Arithmetic, a: Range, b: Range, terms: Terms) -> Range:
    match node.operator:
        case "*":
            return _corners(terms, terms.multiply, a, b)
        case "/":
            return _corners(terms, lambda x, y: _quotient(terms, x, y, node.scale), a, b)
        case operator if node.type.name == "number":
            return _number_sum(terms, operator, a, b)
        case operator:
            return times.moved(terms, operator, a, b)


def _number_sum(terms: Terms, operator: str, a: Range, b: Range) -> Range:
    if operator == "+":
        low = terms.add([a.low, b.low])
        return Range(low, low if a.is_plain and b.is_plain else terms.add([a.high, b.high]))
    low = terms.subtract(a.low, b.high)
    return Range(low, low if a.is_plain and b.is_plain else terms.subtract(a.high, b.low))


def _corners(terms: Terms, work: Any, a: Range, b: Range) -> Range:
    """Products and quotients are least and greatest where their parts are."""
    if a.is_plain and b.is_plain:
        return exactly(work(a.low, b.low))
    corners = [work(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Range(terms.least(corners), terms.greatest(corners))


def _quotient(terms: Terms, a: Term, b: Term, scale: int) -> Term:
    """`a * scale / b`, rounded half to even: divided downwards, and one more where the rest asks for it."""
    if a.constant is not None and b.constant is not None:
        return terms.number(divide_half_even(a.constant * scale, b.constant))
    zero = terms.number(0)
    a = terms.multiply(terms.wide(a), terms.number(scale))
    if b.constant is None:
        is_negative = terms.compare("<", b, zero)
        a, b = (
            terms.case([(is_negative, terms.subtract(zero, a))], a),
            terms.case([(is_negative, terms.subtract(zero, b))], b),
        )
    elif b.constant < 0:
        a, b = terms.subtract(zero, a), terms.number(-b.constant)
    rest = terms.form("MOD({0}, {1})", a, b)
    rest = terms.case([(terms.compare("<", rest, zero), terms.add([rest, b]))], rest)
    down = terms.form(terms.dialect.quotient, terms.subtract(a, rest), b, rank=PRODUCT, needs=WHOLE)
    above = terms.subtract(b, rest)
    is_odd = terms.compare("!=", terms.form("MOD({0}, 2)", down), zero)
    more = terms.any_of(
        [terms.compare(">", rest, above), terms.all_of([terms.compare("==", rest, above), is_odd])],
    )
    return terms.add([down, terms.case([(more, terms.number(1))], zero)])


def _microseconds(terms: Terms, days: Term) -> Term:
    if days.constant is not None:
        return terms.number(days.constant if abs(days.constant) == ENDLESS else days.constant * DAY)
    is_endless = times.is_endless(terms, days)
    finite = terms.case([(is_endless, terms.number(0))], days)  # the end of time, multiplied, would overflow
    return terms.case([(is_endless, days)], terms.multiply(finite, terms.number(DAY)))


def _step(terms: Terms, value: Range, by: Range, top: int) -> Range:
    moved = _number_sum(terms, "+", value, by)
    return each_end(lambda end: terms.least([terms.greatest([end, terms.number(0)]), terms.number(top)]), moved)


def _points(terms: Terms, adds: list[int], parts: list[Rails]) -> Range:
    def total(upper: bool) -> Term:
        zero = terms.number(0)
        each = [
            terms.case([(holds.possibly if (add > 0) is upper else holds.surely, terms.number(add))], zero)
            for add, holds in zip(adds, parts, strict=True)
        ]
        return terms.add([_wide_zero(terms), *each])

    low = total(upper=False)
    return Range(low, low if all(holds.is_plain for holds in parts) else total(upper=True))


def _wide_zero(terms: Terms) -> Term:
    """A sum that begins with this is worked out in 64 bits throughout."""
    return terms.form("CAST(0 AS BIGINT)")


def _cases(node: Cases, parts: list[Any], terms: Terms) -> Range | Options:
    pairs = list(zip(parts[: 2 * len(node.branches) : 2], parts[1 : 2 * len(node.branches) : 2], strict=True))
    otherwise = parts[-1] if node.otherwise is not None else None
    if node.type.name == "choice":
        none = (terms.truth(False),) * len(node.type.options)
        return _choice_of_cases(terms, pairs, none if otherwise is None else otherwise)
    impossible = Range(terms.number(int(node.type.high)), terms.number(int(node.type.low)))
    return _range_of_cases(terms, pairs, impossible if otherwise is None else otherwise)


def _choice_of_cases(terms: Terms, pairs: list[tuple[Rails, Options]], found: Options) -> Options:
    for holds, value in reversed(pairs):
        passed = terms.opposite(holds.surely)
        found = tuple(
            terms.any_of([terms.all_of([new, holds.possibly]), terms.all_of([old, passed])])
            for new, old in zip(value, found, strict=True)
        )
    return found


def _range_of_cases(terms: Terms, pairs: list[tuple[Rails, Range]], found: Range) -> Range:
    if all(holds.is_plain for holds, _ in pairs):
        ends = [
            terms.case([(holds.surely, _end(value, end)) for holds, value in pairs], _end(found, end)) for end in _ENDS
        ]
        return Range(terms.wide(ends[0]), terms.wide(ends[1]))
    for holds, new in reversed(pairs):
        least, greatest = terms.least([found.low, new.low]), terms.greatest([found.high, new.high])
        low = terms.case([(holds.surely, new.low), (holds.possibly, least)], found.low)
        high = terms.case([(holds.surely, new.high), (holds.possibly, greatest)], found.high)
        found = Range(terms.wide(low), terms.wide(high))
    return found


_ENDS = ("low", "high")


def _end(value: Range, end: str) -> Term:
    return cast(Term, getattr(value, end))
