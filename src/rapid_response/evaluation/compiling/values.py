"""The text of values: expressions for both ends of a range, or for the options of a choice that are still possible.

The parts of a value are written before it.
"""

from __future__ import annotations

import math

from rapid_response.evaluation.compiling.writer import Ends, Writer
from rapid_response.evaluation.truth import YES
from rapid_response.protocol.expressions import (
    DAY,
    Arithmetic,
    CalendarShift,
    Cases,
    Condition,
    Constant,
    DateShift,
    Extreme,
    FactValue,
    Now,
    PatternValue,
    Points,
    Rescaled,
    Step,
    TierValue,
    Type,
    Value,
)
from rapid_response.protocol.values import shift_date, shift_moment


def mask_text(value: Value, writer: Writer) -> str:
    """The expression for the options of a choice that are still possible."""
    match value:
        case Constant(value=option):
            return str(1 << option)
        case Cases():
            return _cases_mask(value, writer)
        case _:
            raise AssertionError(f"not written beforehand: {type(value).__name__}")


def range_text(value: Value, writer: Writer) -> Ends:
    """The expressions for the least and the greatest value still possible."""
    match value:
        case Constant(value=constant):
            return str(constant), str(constant)
        case FactValue(fact=fact, type=kind):
            return _fact_range(writer.fact(fact), kind, writer)
        case PatternValue(pattern=name, type=kind):
            return _pattern_range(list(writer.protocol.patterns).index(name), kind, writer)
        case TierValue():
            return "tier_low", "tier_high"
        case Now(type=kind):
            now = writer.assign("local_date(now, ZONE)") if kind.name == "date" else "now"
            return now, now
        case Rescaled(value=inner, factor=factor):
            low, high = writer.ranges[inner]
            return f"({low}) * {factor}", f"({high}) * {factor}"
        case Arithmetic():
            return _arithmetic(value, writer)
        case DateShift():
            return _date_shift(value, writer)
        case CalendarShift(value=inner, months=months, type=kind):
            low, high = (f"shift({end}, {months}, ZONE, {kind.name == 'date'})" for end in writer.ranges[inner])
            return low, high
        case Extreme(which=which, parts=parts):
            lows, highs = zip(*(writer.ranges[part] for part in parts), strict=True)
            return f"{which}({', '.join([*lows, lows[0]])})", f"{which}({', '.join([*highs, highs[0]])})"
        case Step(value=inner, by=by, type=kind):
            (low, high), (least, most) = writer.ranges[inner], writer.ranges[by]
            top = len(kind.options) - 1
            return f"min(max({low} + {least}, 0), {top})", f"min(max({high} + {most}, 0), {top})"
        case Points(terms=terms):
            return _points(terms, writer)
        case Cases():
            return _cases_range(value, writer)
        case _:
            raise AssertionError(f"not written beforehand: {type(value).__name__}")


def shift(value: float, months: int, zone: str | None, dated: bool) -> float:
    """A date or moment some months later, called by generated code; an open end stays open."""
    if math.isinf(value):
        return value
    return shift_date(int(value), months) if dated else shift_moment(int(value), months, zone)


def _fact_range(variable: str, kind: Type, writer: Writer) -> Ends:
    low, high = ("-inf", "inf") if kind.name in ("moment", "date") else (str(kind.low), str(kind.high))
    ends = writer.name(), writer.name()
    writer.lines.append(f"{ends[0]}, {ends[1]} = ({low}, {high}) if {variable} is None else ({variable}, {variable})")
    return ends


def _pattern_range(place: int, kind: Type, writer: Writer) -> Ends:
    ends = writer.name(), writer.name()
    writer.lines.append(f"{ends[0]}, {ends[1]} = counts[{place}] if counts else ({kind.low}, {kind.high})")
    return ends


def _arithmetic(value: Arithmetic, writer: Writer) -> Ends:
    a, b = ([writer.atom(end) for end in writer.ranges[side]] for side in (value.left, value.right))
    match value.operator:
        case "+":
            return f"({a[0]} + {b[0]})", f"({a[1]} + {b[1]})"
        case "-":
            return f"({a[0]} - {b[1]})", f"({a[1]} - {b[0]})"
        case "*":
            call = f"product_range(({a[0]}, {a[1]}), ({b[0]}, {b[1]}))"
        case _:
            call = f"quotient_range(({a[0]}, {a[1]}), ({b[0]}, {b[1]}), {value.scale})"
    ends = writer.name(), writer.name()
    writer.lines.append(f"{ends[0]}, {ends[1]} = {call}")
    return ends


def _date_shift(value: DateShift, writer: Writer) -> Ends:
    a, b = writer.ranges[value.left], writer.ranges[value.right]
    first, last = (b[1], b[0]) if value.operator == "-" else b
    days = DAY if value.type.name == "duration" else 1
    return f"({a[0]} {value.operator} {first}) * {days}", f"({a[1]} {value.operator} {last}) * {days}"


def _points(terms: tuple[tuple[int, Condition], ...], writer: Writer) -> Ends:
    low, high = [], []
    for add, condition in terms:
        holds = writer.atom(writer.truths[condition])
        surely, possibly = f"{add} * ({holds} & 1)", f"{add} * ({holds} >> 4)"
        low.append(surely if add > 0 else possibly)
        high.append(possibly if add > 0 else surely)
    return f"({' + '.join(low) or 0})", f"({' + '.join(high) or 0})"


def _cases_range(cases: Cases, writer: Writer) -> Ends:
    start = writer.ranges[cases.otherwise] if cases.otherwise else (str(cases.type.high), str(cases.type.low))
    branches = [(writer.atom(writer.truths[when]), writer.ranges[value]) for when, value in cases.branches]
    low, high = writer.name(), writer.name()
    writer.lines.append(f"{low}, {high} = {start[0]}, {start[1]}")
    for holds, (least, most) in reversed(branches):
        writer.lines.append(f"if {holds} == {YES}: {low}, {high} = {least}, {most}")
        writer.lines.append(f"elif {holds}: {low}, {high} = min({low}, {least}), max({high}, {most})")
    return low, high


def _cases_mask(cases: Cases, writer: Writer) -> str:
    branches = [(writer.atom(writer.truths[when]), writer.masks[value]) for when, value in cases.branches]
    variable = writer.assign(writer.masks[cases.otherwise] if cases.otherwise else "0")
    for holds, mask in reversed(branches):
        writer.lines.append(f"if {holds} == {YES}: {variable} = {mask}")
        writer.lines.append(f"elif {holds}: {variable} |= {mask}")
    return variable
