"""The text of conditions: Python expressions for their truth. The parts of a condition are written before it."""

from __future__ import annotations

from rapid_response.evaluation import truth
from rapid_response.evaluation.compiling.leaves import compare_ranges
from rapid_response.evaluation.compiling.writer import Ends, Writer
from rapid_response.evaluation.truth import NO, UNKNOWN, YES
from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    Condition,
    Constant,
    FactValue,
    Includes,
    IsOneOf,
    IsSame,
    Not,
    TextIs,
    Unsettled,
    Value,
)


def truth_text(node: Condition, writer: Writer) -> str:
    """The Python expression for the truth of a condition."""
    match node:
        case Always():
            return str(YES)
        case Not(part=part):
            return f"NOT[{writer.truths[part]}]"
        case AllOf(parts=parts):
            return _joined(" & ", parts, writer)
        case AnyOf(parts=parts):
            return _joined(" | ", parts, writer)
        case AtLeast(number=number, parts=parts):
            return _at_least(number, parts, writer)
        case Compare(comparator=comparator, left=FactValue() as fact, right=Constant() as constant) if is_plain(node):
            return _compare_number(comparator, fact, constant, writer)
        case Compare(comparator=comparator, left=left, right=right):
            return _compare(comparator, _atoms(left, writer), _atoms(right, writer))
        case IsOneOf(value=value, options=options):
            return _is_one_of(value, options, writer)
        case IsSame(left=left, right=right):
            a, b = writer.atom(writer.masks[left]), writer.atom(writer.masks[right])
            return f"({YES} if {a} == {b} and not {a} & ({a} - 1) else {UNKNOWN} if {a} & {b} else {NO})"
        case Includes(fact=fact, options=options, every=every):
            return _includes(writer.fact(fact), options, every)
        case TextIs(fact=fact, texts=texts):
            variable = writer.fact(fact)
            return f"({UNKNOWN} if {variable} is None else {YES} if {variable} in {writer.bind(texts)} else {NO})"
        case Unsettled():
            return f"({NO} if tier_low == tier_high else {YES} if assume else {UNKNOWN})"
        case _:
            raise AssertionError(f"not written beforehand: {type(node).__name__}")


def is_plain(node: Condition | Value) -> bool:
    """Whether a node compares a number as it was given with a constant, the usual case, which needs no ranges."""
    match node:
        case Compare(left=FactValue(type=kind), right=Constant()):
            return kind.name == "number"
        case _:
            return False


def _joined(operator: str, parts: tuple[Condition, ...], writer: Writer) -> str:
    return f"({operator.join(writer.truths[part] for part in parts)})"


def _at_least(number: int, parts: tuple[Condition, ...], writer: Writer) -> str:
    truths = [writer.truths[part] for part in parts]
    if len(parts) > truth.MOST_SUMMED:
        return f"at_least({number}, ({', '.join(truths)},))"
    return f"{writer.bind(truth.at_least_table(number, len(parts)))}[{' + '.join(truths)}]"


def _includes(variable: str, options: frozenset[int], every: bool) -> str:
    mask = sum(1 << option for option in options)
    test = f"{variable} & {mask} == {mask}" if every else f"{variable} & {mask}"
    return f"({UNKNOWN} if {variable} is None else {YES} if {test} else {NO})"


def _compare(comparator: Comparator, a: Ends, b: Ends) -> str:
    match comparator:
        case ">=" | ">":
            return f"({YES} if {a[0]} {comparator} {b[1]} else {UNKNOWN} if {a[1]} {comparator} {b[0]} else {NO})"
        case "<=" | "<":
            return f"({YES} if {a[1]} {comparator} {b[0]} else {UNKNOWN} if {a[0]} {comparator} {b[1]} else {NO})"
        case _:
            same, apart = f"{a[0]} == {a[1]} == {b[0]} == {b[1]}", f"{a[0]} <= {b[1]} and {b[0]} <= {a[1]}"
            equal = f"({YES} if {same} else {UNKNOWN} if {apart} else {NO})"
            return equal if comparator == "==" else f"NOT[{equal}]"


def _compare_number(comparator: Comparator, fact: FactValue, constant: Constant, writer: Writer) -> str:
    variable = writer.fact(fact.fact)
    unknown = compare_ranges(comparator, (fact.type.low, fact.type.high), constant.value)
    return f"({unknown} if {variable} is None else {YES} if {variable} {comparator} {constant.value} else {NO})"


def _is_one_of(value: Value, options: frozenset[int], writer: Writer) -> str:
    mask = sum(1 << option for option in options)
    others = (1 << len(value.type.options)) - 1 & ~mask
    if value.type.name == "choice":
        possible = writer.atom(writer.masks[value])
    else:
        low, high = writer.ranges[value]
        possible = writer.assign(f"(2 << {high}) - (1 << {low})")
    return f"({NO} if not {possible} & {mask} else {UNKNOWN} if {possible} & {others} else {YES})"


def _atoms(value: Value, writer: Writer) -> Ends:
    low, high = writer.ranges[value]
    return writer.atom(low), writer.atom(high)
