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
    found, exactness = exact_range(
        situation_of(result.protocol, result.incident.facts, result.now, result.counts), result.range
    )
    return replace(result, range=found, exactness=exactness)


def exact_range(situation: Situation, quick: Range) -> tuple[Range, Exactness]:
    """The levels that can still come out, of those that are possible rule by rule, and how exact that is."""
    found, proved = narrowed(situation, quick)
    return found, Exactness(_assumed(situation, found), proved)


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


def _assumed(situation: Situation, found: Range) -> Range:
    """The range under the assumptions, within what can still happen.

    Assumed criteria are not looked through: then it is what the formulas say at once.
    """
    protocol, now, counts = situation.space.protocol, situation.now, situation.counts
    facts = protocol.program.assuming(situation.facts)
    within = _within(protocol.program.tiers(facts, now, True, counts.assumed), found)
    if within[0] == within[1]:
        return within
    supposed = situation_of(protocol, facts, now, counts.recommended)
    return _within(supposed.recommended(), found) if supposed.assumes_criteria() else narrowed(supposed, within)[0]


def _within(levels: Range, bounds: Range) -> Range:
    return min(max(levels[0], bounds[0]), bounds[1]), min(max(levels[1], bounds[0]), bounds[1])
