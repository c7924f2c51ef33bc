"""The range of tiers as SQL: for each level whether the lowest, and whether the highest, tier reaches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapid_response.history.sql.rails import Rails, Range
from rapid_response.history.sql.terms import Term, Terms
from rapid_response.protocol.model import Rule

Effect = tuple[Term, Term]
"""Whether a rule holds, and the level that it raises or limits to."""


@dataclass(frozen=True, slots=True)
class TierRange:
    """`low[i]` is whether the lowest tier is at least level i + 1, `high[i]` whether the highest is."""

    low: tuple[Term, ...]
    high: tuple[Term, ...]

    def is_open(self, terms: Terms) -> Term:
        """Whether more than one tier is possible."""
        differing = [(low, high) for low, high in zip(self.low, self.high, strict=True) if low is not high]
        return terms.any_of(terms.all_of([high, terms.opposite(low)]) for low, high in differing)

    def as_range(self, terms: Terms) -> Range:
        """The levels of the lowest and the highest tier."""
        return Range(terms.wide(level(terms, self.low)), terms.wide(level(terms, self.high)))


def level(terms: Terms, reached: Sequence[Term]) -> Term:
    """The highest level that is reached."""
    steps = [(holds, terms.number(step)) for step, holds in enumerate(reached, 1)]
    return terms.case(reversed(steps), terms.number(0))


def tier_range(terms: Terms, rules: Sequence[tuple[Rule, Rails, Range]], tiers: int) -> TierRange:
    """The range that follows from rules, whether each holds, and the level that it raises or limits to.

    lowest = min(sure raises, possible limits); highest = min(possible raises, sure limits).
    """
    raises = [(holds, to) for rule, holds, to in rules if rule.effect == "raise_to"]
    limits = [(holds, to) for rule, holds, to in rules if rule.effect == "limit_to"]
    low = _raised(terms, [(holds.surely, to.low) for holds, to in raises], tiers)
    high = _raised(terms, [(holds.possibly, to.high) for holds, to in raises], tiers)
    low_held = _held(terms, [(holds.possibly, to.low) for holds, to in limits], tiers)
    high_held = _held(terms, [(holds.surely, to.high) for holds, to in limits], tiers)
    found = TierRange(_without(terms, low, low_held), _without(terms, high, high_held))
    for step, (lowest, highest) in enumerate(zip(found.low, found.high, strict=True), 1):
        terms.named(lowest, f"lowest_{step}")
        terms.named(highest, f"highest_{step}")
    return found


def _raised(terms: Terms, effects: Sequence[Effect], tiers: int) -> list[Term]:
    """For each level above the lowest whether rules raise to it or higher."""
    found: list[Term] = []
    above = terms.truth(False)
    for step in reversed(range(1, tiers)):
        fixed = [holds for holds, to in effects if to.constant == step]
        above = terms.any_of([above, *fixed])
        found.append(terms.any_of([above, *_reaching(terms, effects, step)]))
    return found[::-1]


def _reaching(terms: Terms, effects: Sequence[Effect], step: int) -> list[Term]:
    """The rules that raise to a level that is worked out, where that is this one or higher."""
    worked_out = [(holds, to) for holds, to in effects if to.constant is None]
    return [terms.all_of([holds, terms.compare(">=", to, terms.number(step))]) for holds, to in worked_out]


def _held(terms: Terms, effects: Sequence[Effect], tiers: int) -> list[Term]:
    """For each level above the lowest whether rules hold below it."""
    found: list[Term] = []
    below = terms.truth(False)
    for step in range(1, tiers):
        fixed = [holds for holds, to in effects if to.constant == step - 1]
        below = terms.any_of([below, *fixed])
        worked_out = [
            terms.all_of([holds, terms.compare("<", to, terms.number(step))])
            for holds, to in effects
            if to.constant is None
        ]
        found.append(terms.any_of([below, *worked_out]))
    return found


def _without(terms: Terms, raised: Sequence[Term], held: Sequence[Term]) -> tuple[Term, ...]:
    return tuple(terms.all_of([up, terms.opposite(down)]) for up, down in zip(raised, held, strict=True))
