"""Conditions that are made of others, or of values, as rails of SQL."""

from __future__ import annotations

from typing import Any

from rapid_response.history.condition_steps import counted
from rapid_response.history.sheets import Definitions
from rapid_response.history.sql.rails import Options, Rails, Range, at_least, both, compared, either, opposite, plain
from rapid_response.history.sql.terms import Term, Terms
from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    CriterionHolds,
    IsOneOf,
    IsSame,
    Not,
)


def condition_of(node: Condition, parts: list[Any], terms: Terms, definitions: Definitions, assume: bool) -> Rails:
    """The rails of a condition, from what was worked out for the nodes below it."""
    match node:
        case Always():
            return plain(terms.truth(True))
        case CriterionHolds(criterion=name):
            return _criterion(terms, name, parts[0], definitions.criteria[name].assumed if assume else None)
        case Not():
            return opposite(terms, parts[0])
        case AllOf():
            return both(terms, parts)
        case AnyOf():
            return either(terms, parts)
        case AtLeast(number=number):
            return _counted(terms, number, parts)
        case Compare() if found := counted(node):
            comparator, _, needed = found
            reached = _counted(terms, needed, parts)
            return reached if comparator in (">=", ">") else opposite(terms, reached)
        case Compare(comparator=comparator):
            return compared(terms, comparator, parts[0], parts[1])
        case IsOneOf(options=options):
            return _membership(terms, parts[0], options, len(node.value.type.options))
        case IsSame():
            return _same(terms, parts[0], parts[1])
        case _:
            raise AssertionError(f"worked out elsewhere: {type(node).__name__}")


def _criterion(terms: Terms, name: str, holds: Rails, assumed: bool | None) -> Rails:
    if assumed is not None:
        return plain(holds.possibly if assumed else holds.surely)
    for end, word in ((holds.surely, "surely"), (holds.possibly, "possibly")):
        terms.named(end, name if holds.is_plain else f"{name}_{word}")
    return holds


def _counted(terms: Terms, number: int, parts: list[Rails]) -> Rails:
    surely = at_least(terms, number, (part.surely for part in parts))
    return Rails(surely, at_least(terms, number, (part.possibly for part in parts)))


def _membership(terms: Terms, value: Range | Options, options: frozenset[int], count: int) -> Rails:
    """A scale or choice that is worked out is one of some options."""
    possible = _possible_steps(terms, value, count) if isinstance(value, Range) else value
    inside = terms.any_of(term for option, term in enumerate(possible) if option in options)
    outside = terms.any_of(term for option, term in enumerate(possible) if option not in options)
    return Rails(terms.all_of([inside, terms.opposite(outside)]), inside)


def _possible_steps(terms: Terms, steps: Range, options: int) -> Options:
    def between(option: int) -> Term:
        number = terms.number(option)
        if steps.is_plain:
            return terms.compare("==", steps.low, number)
        ends = [terms.compare("<=", steps.low, number), terms.compare(">=", steps.high, number)]
        return terms.all_of(ends)

    return tuple(between(option) for option in range(options))


def _same(terms: Terms, left: Options, right: Options) -> Rails:
    """Two choices are surely the same where each has one option left, and it is the same."""
    pairs = list(zip(left, right, strict=True))
    common = terms.any_of(terms.all_of(pair) for pair in pairs)
    differing = [
        terms.any_of([terms.all_of([a, terms.opposite(b)]), terms.all_of([b, terms.opposite(a)])]) for a, b in pairs
    ]
    several = at_least(terms, 2, left)
    return Rails(terms.all_of([common, terms.opposite(terms.any_of([*differing, several]))]), common)
