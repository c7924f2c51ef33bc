"""The protocol as one JsonLogic rule. It can name nothing, so criteria are written out wherever they are used."""

from typing import Any

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

Logic = dict[str, Any] | int


def forms(protocol: Protocol) -> dict[str, Logic]:
    """Return the two forms of the protocol by name; each gives the tier's number."""
    return {"every rule": _every_rule(protocol), "rules merged by tier": _merged(protocol)}


def _every_rule(protocol: Protocol) -> Logic:
    highest = len(protocol.tiers) - 1
    raises = [{"if": [_logic(protocol, holds), level, 0]} for level, holds in levels(protocol, "raise_to")]
    limits = [{"if": [_logic(protocol, holds), level, highest]} for level, holds in levels(protocol, "limit_to")]
    return {"min": [{"max": raises}, *limits]}


def _merged(protocol: Protocol) -> Logic:
    highest = len(protocol.tiers) - 1
    raises = [part for level in range(highest, 0, -1) for part in (_any_at(protocol, level, "raise_to"), level)]
    limits = [part for level in range(highest) for part in (_any_at(protocol, level, "limit_to"), level)]
    return {"min": [{"if": [*raises, 0]}, {"if": [*limits, highest]}]}


def _any_at(protocol: Protocol, level: int, effect: Any) -> Logic:
    return {"or": [_logic(protocol, condition) for at, condition in levels(protocol, effect) if at == level]}


def _logic(protocol: Protocol, node: Condition) -> Logic:
    def all_of(parts: tuple[Condition, ...]) -> list[Logic]:
        return [_logic(protocol, part) for part in parts]

    match node:
        case FactHolds(fact=fact):
            return {"var": fact}
        case CriterionHolds(criterion=name):
            return _logic(protocol, protocol.criteria[name].condition)
        case Not(part=part):
            return {"!": [_logic(protocol, part)]}
        case AllOf(parts=parts):
            return {"and": all_of(parts)}
        case AnyOf(parts=parts):
            return {"or": all_of(parts)}
        case AtLeast(number=number, parts=parts):
            return {">=": [{"+": [{"if": [part, 1, 0]} for part in all_of(parts)]}, number]}
        case Compare() | IsOneOf():
            fact, operator, value = comparison(node)
            return {operator: [{"var": fact}, value]}
        case _:
            raise ValueError(f"no JsonLogic for {node}")
