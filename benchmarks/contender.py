"""What is timed, and the common ground of the translations into other engines' words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from benchmarks import floor
from rapid_response.protocol.expressions import AllOf, Compare, Condition, Constant, FactValue, IsOneOf, Not
from rapid_response.protocol.model import Protocol, Rule

Incident = Mapping[str, Any]


def as_it_arrives(facts: Incident) -> Incident:
    """Return the incident itself."""
    return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One row of the table.

    `prepare` turns an incident into what `evaluate` takes and runs before the clock starts. `expected` says, of the
    incident as it arrived, what `answer` must find in the result. `at_most` incidents a round keep slow ones bearable.
    """

    name: str
    evaluate: Callable[[Any], Any]
    prepare: Callable[[Incident], Any] = as_it_arrives
    expected: Callable[[Incident], Any] = floor.tier
    answer: Callable[[Any], Any] = int
    at_most: int = 10_000


def levels(protocol: Protocol, effect: Literal["raise_to", "limit_to"]) -> list[tuple[int, Condition]]:
    """Return the tier's number and the whole condition (`when`, and not `unless`) of every rule with that effect."""
    return [(_level(rule), _condition(rule)) for rule in protocol.rules.values() if rule.effect == effect]


def comparison(node: Compare | IsOneOf) -> tuple[str, str, Any]:
    """Return fact, operator and value of a plain comparison: a rank, a number, or a list of ranks or option names."""
    match node:
        case Compare(comparator=comparator, left=FactValue(fact=fact), right=Constant(value=value)):
            return fact, comparator, value
        case IsOneOf(value=FactValue(fact=fact, type=kind), options=chosen):
            members = [position if kind.name == "scale" else kind.options[position] for position in sorted(chosen)]
            return (fact, "in", members) if len(members) > 1 else (fact, "==", members[0])
        case _:
            raise ValueError(f"the benchmark has no words for {node}")


def _level(rule: Rule) -> int:
    if not isinstance(rule.tier, Constant):
        raise ValueError(f"the benchmark has no words for a computed tier: {rule.name}")
    return rule.tier.value


def _condition(rule: Rule) -> Condition:
    return rule.when if rule.unless is None else AllOf((rule.when, Not(rule.unless)))
