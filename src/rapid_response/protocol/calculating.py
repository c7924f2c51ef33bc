"""Calculation with checked values: which go together, and what bounds and decimal places follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from rapid_response.protocol.bounds import MOST_PLACES, bounded, level, require_small
from rapid_response.protocol.combining import (
    CALENDAR,
    DATE,
    DURATION,
    MOMENT,
    as_day,
    at_places,
    product_of,
    sum_of,
    type_of,
)
from rapid_response.protocol.expressions import (
    DAY,
    Arithmetic,
    CalendarShift,
    Condition,
    Constant,
    DateShift,
    Extreme,
    Step,
    Type,
    Value,
)
from rapid_response.protocol.faults import Sentence
from rapid_response.protocol.grammar import Syntax
from rapid_response.protocol.hints import as_number, described, unlike_help
from rapid_response.protocol.intervals import quotient_range

_SIGNS = {"plus": "+", "minus": "-", "times": "*", "divided": "/"}


def arithmetic(sentence: Sentence, left: Value, right: Value, tree: Syntax, trees: list[Syntax]) -> Value:
    """Two numbers or times added, subtracted, multiplied or divided; `trees` are those of the two."""
    sign = _SIGNS[tree.data]
    left, right = as_day(left, right), as_day(right, left)
    kinds = left.type.name, right.type.name
    if kinds == ("number", "number"):
        return _calculation(sentence, sign, left, right, tree, trees)
    if sign in "+-":
        return _time_sum(sentence, sign, left, right, tree)
    message = f"{described(left.type)} and {described(right.type)} do not go with `{sign}`"
    raise sentence.fault("RR305", message, tree, "times can be added and subtracted; numbers go with every sign")


def _calculation(sentence: Sentence, sign: str, left: Value, right: Value, tree: Syntax, trees: list[Syntax]) -> Value:
    match sign:
        case "+" | "-":
            left, right = level(sentence, left, right, tree)
            return bounded(sentence, sum_of("+" if sign == "+" else "-", left, right), tree)
        case "*":
            if left.type.places + right.type.places > MOST_PLACES:
                message = f"the product has more than {MOST_PLACES} decimals"
                raise sentence.fault("RR403", message, tree, "declare fewer `decimals`")
            return bounded(sentence, product_of(left, right), tree)
        case _:
            if right.type.low <= 0 <= right.type.high:
                remedy = "give the fact a `min` above zero, or divide by max(1, …)"
                raise sentence.fault("RR401", f"`{sentence.words(trees[1])}` may be zero", trees[1], remedy)
            return _quotient(sentence, left, right, tree)


def _quotient(sentence: Sentence, left: Value, right: Value, tree: Syntax) -> Value:
    scale = 10 ** (MOST_PLACES - left.type.places + right.type.places)
    largest = max(abs(left.type.low), abs(left.type.high)) * scale
    require_small(sentence, largest, tree)
    kind = Type("number", places=MOST_PLACES, low=-largest, high=largest)
    node = Arithmetic("/", left, right, kind, scale)
    low, high = quotient_range(
        (int(left.type.low), int(left.type.high)), (int(right.type.low), int(right.type.high)), scale
    )
    return bounded(sentence, replace(node, type=replace(kind, low=low, high=high)), tree)


def _time_sum(sentence: Sentence, sign: str, left: Value, right: Value, tree: Syntax) -> Value:
    if sign == "+" and left.type.name == "duration" and right.type.name in ("moment", "date"):
        left, right = right, left
    found = _shifted("+" if sign == "+" else "-", left, right)
    if found is None:
        message = f"{described(left.type)} and {described(right.type)} do not go with `{sign}`"
        raise sentence.fault("RR305", message, tree, unlike_help((left.type, right.type)))
    return sentence.placed(found, tree)


def _shifted(sign: Literal["+", "-"], left: Value, right: Value) -> Value | None:
    """A time and a length of time, or two times, added or subtracted; None where they do not go together."""
    kinds = left.type.name, right.type.name
    if right.type == CALENDAR and kinds[0] in ("moment", "date") and isinstance(right, Constant):
        return CalendarShift(left, right.value if sign == "+" else -right.value, left.type)
    if CALENDAR in (left.type, right.type):
        return None
    if kinds in (("moment", "duration"), ("duration", "duration")):
        return Arithmetic(sign, left, right, MOMENT if kinds[0] == "moment" else DURATION)
    if kinds == ("moment", "moment") and sign == "-":
        return Arithmetic("-", left, right, DURATION)
    if kinds == ("date", "date") and sign == "-":
        return DateShift("-", left, right, DURATION)
    if kinds == ("date", "duration") and isinstance(right, Constant) and right.value % DAY == 0:
        return DateShift(sign, left, replace(right, value=right.value // DAY), DATE)
    return None


def negative(sentence: Sentence, value: Value, tree: Syntax) -> Value:
    """A number with the other sign."""
    if value.type.name != "number":
        raise sentence.fault("RR305", f"{described(value.type)} cannot be negative", tree, "leave the minus sign out")
    if isinstance(value, Constant):
        kind = replace(value.type, low=-value.value, high=-value.value)
        return sentence.placed(replace(value, value=-value.value, type=kind), tree)
    zero = Constant(0, replace(value.type, low=0, high=0))
    return bounded(sentence, sum_of("-", zero, value), tree)


def extreme(sentence: Sentence, operands: Sequence[Value | Condition], tree: Syntax, trees: list[Syntax]) -> Value:
    """The least or greatest of numbers, or of steps of one scale; `trees` are those of the operands."""
    which: Literal["min", "max"] = "min" if tree.data == "least" else "max"
    values = _ordered(sentence, which, operands, trees)
    places = max(value.type.places for value in values)
    values = [bounded(sentence, at_places(value, places), tree) for value in values]
    choose = min if which == "min" else max
    low, high = choose(value.type.low for value in values), choose(value.type.high for value in values)
    kind = replace(values[0].type, low=low, high=high)
    return sentence.placed(Extreme(which, tuple(values), kind), tree)


def _ordered(sentence: Sentence, which: str, operands: Sequence[Value | Condition], trees: list[Syntax]) -> list[Value]:
    """The operands, all of them numbers or all of them steps of one scale."""
    values: list[Value] = []
    first = type_of(operands[0])
    for operand, tree in zip(operands, trees, strict=True):
        if isinstance(operand, Condition) or operand.type.name not in ("number", "scale"):
            message = f"{which}(…) compares numbers, or steps of one scale"
            raise sentence.fault("RR305", message, tree, as_number(sentence.words(tree), type_of(operand)))
        if not operand.type.alike(first):
            message = f"{described(operand.type)} is compared with {described(first)}"
            raise sentence.fault("RR305", message, tree, unlike_help((first, operand.type)))
        values.append(operand)
    return values


def step(sentence: Sentence, value: Value, by: Value, tree: Syntax, trees: list[Syntax]) -> Value:
    """A step of a scale moved by a whole number of steps, not beyond its ends; `trees` are those of the two."""
    if by.type.name != "number" or by.type.places:
        message = "step(…) takes a whole number of steps"
        raise sentence.fault("RR305", message, trees[1], "write it like step(harm, 1) or step(harm, -1)")
    top = len(value.type.options) - 1
    low, high = (min(max(end, 0), top) for end in (value.type.low + by.type.low, value.type.high + by.type.high))
    return sentence.placed(Step(value, by, replace(value.type, low=low, high=high)), tree)
