"""Comparison of checked values and conditions: which go together, and what condition they make."""

from __future__ import annotations

from collections.abc import Sequence

from rapid_response.protocol.bounds import level
from rapid_response.protocol.combining import (
    CALENDAR,
    as_day,
    choice_equality,
    is_literal,
    same_truth,
    size,
    type_of,
)
from rapid_response.protocol.expressions import (
    AnyOf,
    Comparator,
    Compare,
    Condition,
    Constant,
    FactValue,
    IsOneOf,
    Not,
    TextIs,
    Value,
)
from rapid_response.protocol.faults import Sentence
from rapid_response.protocol.grammar import Syntax
from rapid_response.protocol.hints import described, unlike_help

MOST_COMPARED = 500


def comparison(
    sentence: Sentence,
    comparator: Comparator,
    left: Value | Condition,
    right: Value | Condition,
    trees: list[Syntax],
) -> Condition:
    """The condition that two sides make; `trees` are those of the two."""
    kinds = type_of(left), type_of(right)
    if kinds[0].name == "yes_no" or kinds[1].name == "yes_no":
        return _equivalence(sentence, comparator, left, right, trees)
    assert not isinstance(left, Condition)
    assert not isinstance(right, Condition)
    left, right = as_day(left, right), as_day(right, left)
    _require_alike(sentence, left, right, trees)
    equal = comparator in ("==", "!=")
    condition: Condition
    match type_of(left).name:
        case "text":
            condition = _text_equality(sentence, left, right, trees, equal)
        case "choices":
            message = "several choices cannot be compared"
            raise sentence.fault("RR305", message, trees[0], "write `includes`, or count(…)")
        case "choice" if not equal:
            message = f"{described(type_of(left))} has no order"
            raise sentence.fault("RR306", message, trees[0], "use `==`, or make it a scale")
        case "choice":
            condition = choice_equality(left, right)
        case _:
            left, right = level(sentence, left, right, trees[1])
            return sentence.spanning(Compare(comparator, left, right), trees)
    condition = sentence.spanning(condition, trees)
    return sentence.spanning(Not(condition), trees) if comparator == "!=" else condition


def _equivalence(
    sentence: Sentence,
    comparator: Comparator,
    left: Value | Condition,
    right: Value | Condition,
    trees: list[Syntax],
) -> Condition:
    for side, tree in ((left, trees[0]), (right, trees[1])):
        if not isinstance(side, Condition):
            message = f"yes or no is compared with {described(type_of(side))}"
            raise sentence.fault("RR305", message, tree, "let it stand alone, or compare it with yes or no")
    if comparator not in ("==", "!="):
        raise sentence.fault("RR306", "yes and no have no order", trees[0], "let it stand alone, or use `==`")
    assert isinstance(left, Condition)
    assert isinstance(right, Condition)
    if not (is_literal(left) or is_literal(right)) and size(left) + size(right) > MOST_COMPARED:
        raise sentence.fault("RR304", "too much is compared at once", trees[0], "split it into named criteria")
    same = sentence.spanning(same_truth(left, right), trees)
    return sentence.spanning(Not(same), trees) if comparator == "!=" else same


def _require_alike(sentence: Sentence, left: Value, right: Value, trees: list[Syntax]) -> None:
    kinds = type_of(left), type_of(right)
    if CALENDAR in kinds:
        remedy = "write it like occurred_at + 6 months < now"
        raise sentence.fault("RR305", "months and years differ in length", trees[kinds.index(CALENDAR)], remedy)
    if not kinds[0].alike(kinds[1]):
        message = f"{described(kinds[0])} is compared with {described(kinds[1])}"
        raise sentence.fault("RR305", message, trees[1], unlike_help(kinds))


def _text_equality(sentence: Sentence, left: Value, right: Value, trees: list[Syntax], equal: bool) -> Condition:
    fact, words = (left, right) if isinstance(left, FactValue) else (right, left)
    if not equal or not isinstance(fact, FactValue) or not isinstance(words, Constant):
        raise sentence.fault("RR305", "text can only be compared with quoted words by == or !=", trees[0])
    return TextIs(fact.fact, frozenset([words.text]))


def membership(
    sentence: Sentence,
    left: Value | Condition,
    right: Sequence[Value | Condition],
    tree: Syntax,
    trees: list[Syntax],
) -> Condition:
    """That a value is one of a list; `trees` are those of the value and of each item."""
    if isinstance(left, Condition | Constant):
        message = f"`{sentence.words(trees[0])}` cannot be one of a list"
        remedy = "write a fact or measure before `in`; what is yes or no stands alone"
        raise sentence.fault("RR308", message, trees[0], remedy)
    constants = [item for item in right if isinstance(item, Constant)]
    written_out = len(constants) == len(right)
    match left.type.name:
        case "scale" | "choice" if written_out and all(left.type.alike(item.type) for item in constants):
            return sentence.placed(IsOneOf(left, frozenset(item.value for item in constants)), tree)
        case "text" if written_out and isinstance(left, FactValue):
            return sentence.placed(TextIs(left.fact, frozenset(item.text for item in constants)), tree)
        case "number" | "moment" | "date":
            pairs = [
                comparison(sentence, "==", left, item, [trees[0], item_tree])
                for item, item_tree in zip(right, trees[1:], strict=True)
            ]
            return sentence.placed(AnyOf(tuple(pairs)), tree)
        case _:
            message = f"{described(left.type)} cannot be one of this list"
            raise sentence.fault("RR305", message, trees[0], "use `includes`")
