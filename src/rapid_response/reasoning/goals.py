"""What a change is to lead to: a recommended tier, or the state of a response."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapid_response.evaluation.outcomes import ResponseState
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Protocol
from rapid_response.reasoning.formulas import Roots
from rapid_response.reasoning.nodes import FALSE, TRUE, opposite
from rapid_response.reasoning.passes import Bits


@dataclass(frozen=True, slots=True)
class Goal:
    """A test of results, and nodes of which it takes the first to be surely so and the others not to be.

    Where `certain`, whatever meets the test of a result and of the exact one meets the nodes too.
    """

    met: Callable[[Recommendation], bool]
    surely: Callable[[Roots], Sequence[int]]
    not_surely: Callable[[Roots], Sequence[int]]
    certain: bool = True

    def reached(self, roots: Roots, sure: Sequence[Bits], opposed: Sequence[Bits], ones: Bits) -> Bits:
        """Where the goal is reached, given what is sure of every root and of every opposite."""
        known = {FALSE: 0, TRUE: ones}
        for root, bits, other in zip(roots.all(), sure, opposed, strict=True):
            known[root], known[opposite(root)] = bits, other
        found = ones
        for node in self.surely(roots):
            found &= known[node]
        for node in self.not_surely(roots):
            found &= ~known[node]
        return found


def tier_goal(protocol: Protocol, level: int) -> Goal:
    """The recommended tier is the one of that level."""

    def met(result: Recommendation) -> bool:
        return result.tier is not None and result.tier.level == level

    def at_least(roots: Roots, bound: int) -> int:
        return (TRUE, *roots.tiers, FALSE)[bound]

    def below(roots: Roots, bound: int) -> int:
        return opposite(at_least(roots, bound))

    match protocol.if_unsettled:
        case "lowest":
            return Goal(met, lambda roots: [at_least(roots, level)], lambda roots: [at_least(roots, level + 1)])
        case "highest":
            return Goal(met, lambda roots: [below(roots, level + 1)], lambda roots: [below(roots, level)])
        case _:
            return Goal(met, lambda roots: [at_least(roots, level), below(roots, level + 1)], lambda _: [])


def response_goal(protocol: Protocol, name: str, state: ResponseState) -> Goal:
    """The response is in that state; KeyError where there is no such response."""
    if name not in protocol.responses:
        raise KeyError(name)

    def met(result: Recommendation) -> bool:
        return result.response(name).state == state

    match state:
        case "active":
            return Goal(met, lambda roots: [roots.responses[name]], lambda _: [])
        case "inactive":
            return Goal(met, lambda roots: [opposite(roots.responses[name])], lambda _: [])
        case _:
            return Goal(
                met,
                surely=lambda _: [],
                not_surely=lambda roots: [roots.responses[name], opposite(roots.responses[name])],
                certain=False,
            )
