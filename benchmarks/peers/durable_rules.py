"""durable-rules: each incident is asserted as a fact, every rule that holds runs an action, and its state is deleted.

There is no `not` and no "at least": a negation is carried down to the comparisons, and a rule that counts becomes one
rule for each combination that is enough. Criteria are written out where they are used: as facts of their own they would
be asserted one after the other, and a rule that needs one not to hold would fire too early.
"""

import operator
from collections.abc import Callable, Iterator
from functools import reduce
from itertools import combinations, count, product
from typing import Any

from durable import engine, lang

from benchmarks.contender import Contender, Incident, comparison, levels
from benchmarks.incidents import two_valued
from rapid_response.protocol.expressions import (
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Condition,
    CriterionHolds,
    FactHolds,
    IsOneOf,
    Not,
)
from rapid_response.protocol.model import Protocol

RULESET = "benchmark"
COMPARATORS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
OPPOSITES = {"==": "!=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def contenders(protocol: Protocol) -> list[Contender]:
    """Return durable-rules with every rule; merging does not suit it, since all its rules are matched at once."""
    raised: list[int] = []
    limits: list[int] = []
    with lang.ruleset(RULESET):
        _add_rules(protocol, levels(protocol, "raise_to"), raised)
        _add_rules(protocol, levels(protocol, "limit_to"), limits)
    session_numbers = count()
    highest = len(protocol.tiers) - 1

    def evaluate(facts: Incident) -> int:
        raised.clear()
        limits.clear()
        session = str(next(session_numbers))
        try:
            lang.assert_fact(RULESET, {**facts, "sid": session})
        except engine.MessageNotHandledException:
            return 0
        finally:
            lang.delete_state(RULESET, session)
        return min(max(raised, default=0), min(limits, default=highest))

    return [Contender(name="durable-rules, every rule", evaluate=evaluate, prepare=two_valued, at_most=1_000)]


def _add_rules(protocol: Protocol, rules: list[tuple[int, Condition]], found: list[int]) -> None:
    for level, condition in rules:
        for way in _ways(condition):
            lang.when_all(_expression(protocol, way))(_noting(level, found))


def _noting(level: int, found: list[int]) -> Callable[[Any], None]:
    return lambda _: found.append(level)


def _ways(node: Condition) -> Iterator[Condition]:
    """Yield conditions without a count, of which one must hold."""
    match node:
        case AtLeast(number=number, parts=parts):
            yield from (AllOf(enough) for enough in combinations(parts, number))
        case AllOf(parts=parts):
            yield from (AllOf(chosen) for chosen in product(*map(_ways, parts)))
        case _:
            yield node


def _expression(protocol: Protocol, node: Condition, *, holds: bool = True) -> Any:
    def joined(parts: tuple[Condition, ...], join: Any) -> Any:
        return reduce(join, [_expression(protocol, part, holds=holds) for part in parts])

    match node:
        case FactHolds(fact=fact):
            return getattr(lang.m, fact) == holds
        case CriterionHolds(criterion=name):
            return _expression(protocol, protocol.criteria[name].condition, holds=holds)
        case Not(part=part):
            return _expression(protocol, part, holds=not holds)
        case AllOf(parts=parts):
            return joined(parts, operator.and_ if holds else operator.or_)
        case AnyOf(parts=parts):
            return joined(parts, operator.or_ if holds else operator.and_)
        case AtLeast(number=number, parts=parts) if holds:
            return joined(tuple(AllOf(enough) for enough in combinations(parts, number)), operator.or_)
        case Compare() | IsOneOf():
            return _comparison(node, holds)
        case _:
            raise ValueError(f"no durable-rules expression for {node}")


def _comparison(node: Compare | IsOneOf, holds: bool) -> Any:
    fact, comparator, value = comparison(node)
    if comparator == "in":
        each = [getattr(lang.m, fact) == one if holds else getattr(lang.m, fact) != one for one in value]
        return reduce(operator.or_ if holds else operator.and_, each)
    return COMPARATORS[comparator if holds else OPPOSITES[comparator]](getattr(lang.m, fact), value)
