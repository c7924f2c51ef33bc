"""Conditions as text with `and`, `or`, `not` and `? :`, which the ZEN language and rule-engine's language both read."""

from benchmarks.contender import comparison, levels
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


def words(node: Condition) -> str:
    """Return the condition as text."""
    match node:
        case FactHolds(fact=name) | CriterionHolds(criterion=name):
            return name
        case Not(part=part):
            return f"(not {words(part)})"
        case AllOf(parts=parts):
            return "(" + " and ".join(map(words, parts)) + ")"
        case AnyOf(parts=parts):
            return "(" + " or ".join(map(words, parts)) + ")"
        case AtLeast(number=number, parts=parts):
            return "(" + " + ".join(f"({words(part)} ? 1 : 0)" for part in parts) + f" >= {number})"
        case Compare() | IsOneOf():
            fact, operator, value = comparison(node)
            values = value if operator == "in" else [value]
            sign = "==" if operator == "in" else operator
            return "(" + " or ".join(f"{fact} {sign} {one!r}" for one in values) + ")"
        case _:
            raise ValueError(f"no words for {node}")


def merged_raises(protocol: Protocol) -> str:
    """Return an expression for the highest tier that a rule raises to."""
    ladder = "0"
    for level in range(1, len(protocol.tiers)):
        ladder = f"({_any_at(level, levels(protocol, 'raise_to'))} ? {level} : {ladder})"
    return ladder


def merged_limits(protocol: Protocol) -> str:
    """Return an expression for the lowest tier that a rule limits to, or the highest of all."""
    highest = len(protocol.tiers) - 1
    ladder = str(highest)
    for level in reversed(range(highest)):
        ladder = f"({_any_at(level, levels(protocol, 'limit_to'))} ? {level} : {ladder})"
    return ladder


def _any_at(level: int, rules: list[tuple[int, Condition]]) -> str:
    return words(AnyOf(tuple(condition for at, condition in rules if at == level)))
