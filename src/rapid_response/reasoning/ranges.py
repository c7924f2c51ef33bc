"""The range of tiers narrowed to precisely what can still happen."""

from __future__ import annotations

from dataclasses import replace

from rapid_response.evaluation.compiling import Range
from rapid_response.evaluation.outcomes import Exactness
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.reasoning.situations import Situation, situation_of
from rapid_response.reasoning.solver import Answer


def exact(result: Recommendation) -> Recommendation:
    """The same result with its range narrowed to tiers that can still come out, its responses in agreement with it.

    `result.exactness.exact` is False where a condition was too large to look into; the range is then safe, and may be
    too wide.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}, g: {type: yes_no}}\\n"
    ...     "rules: {a: {when: f and g, raise_to: high}, b: {when: not f or not g, raise_to: high}}"
    ... )
    >>> result = protocol.evaluate({})
    >>> (result.lowest.name, result.standing), (exact(result).lowest.name, exact(result).standing)
    (('low', 'open'), ('high', 'settled'))
    """
    if result.exactness is not None:
        return result
    if result.range[0] == result.range[1]:
        return replace(result, exactness=Exactness(result.range, True))
    found, proved = narrowed(situation_of(result), result.range)
    assumed = _assumed(result, found)
    return replace(result, range=found, exactness=Exactness(assumed, proved))


def narrowed(situation: Situation, start: Range) -> tuple[Range, bool]:
    """The levels within `start` that can still come out, and whether both ends are proved to be possible."""
    ahead = situation.levels_ahead()
    low, high = max(start[0], ahead[0]), min(start[1], ahead[1])
    if low >= high:
        return (low, low), True
    reached = situation.sampled.levels(situation.sampled.pool.ones) or (high, low)
    low, low_proved = raised(situation, [], low, min(reached[0], high))
    high, high_proved = lowered(situation, [], high, max(reached[1], low))
    proved = low_proved and high_proved
    return (low, high), proved and (low == high or not situation.is_opaque)


def raised(situation: Situation, supposed: list[int], low: int, reached: int) -> tuple[int, bool]:
    """The lowest level that is possible with some more literals, from `low` up to one known to be possible."""
    while low < reached:
        answer = _ask(situation, [*supposed, -_at_least(situation, low + 1)])
        if answer.possible is not False:
            return low, bool(answer.possible)
        low += 1
    return low, True


def lowered(situation: Situation, supposed: list[int], high: int, reached: int) -> tuple[int, bool]:
    """The highest level that is possible with some more literals, from `high` down to one known to be possible."""
    while high > reached:
        answer = _ask(situation, [*supposed, _at_least(situation, high)])
        if answer.possible is not False:
            return high, bool(answer.possible)
        high -= 1
    return high, True


def _ask(situation: Situation, literals: list[int]) -> Answer:
    return situation.network.solver.solve([*situation.literals, *literals])


def _at_least(situation: Situation, level: int) -> int:
    return situation.network.encoding.node(situation.network.plain.tiers[level - 1])


def _assumed(result: Recommendation, found: Range) -> Range:
    """The range under the assumptions: within what can still happen, and narrowed where only facts are assumed."""
    program = result.protocol.program
    facts = program.assuming(result.incident.facts)
    low, high = program.tiers(facts, result.now, True, result.counts.assumed)
    within = min(max(low, found[0]), found[1]), min(max(high, found[0]), found[1])
    if within[0] == within[1] or any(assumption.kind == "criterion" for assumption in result.assumptions):
        return within
    return narrowed(situation_of(result, facts), within)[0]
