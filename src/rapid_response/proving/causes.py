"""Which changed rules make the tier come out otherwise, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rapid_response.protocol.expressions import Condition
from rapid_response.protocol.renaming import Renamed
from rapid_response.proving.prover import Prover
from rapid_response.proving.regions import Case, describe
from rapid_response.proving.shares import Drawn
from rapid_response.proving.space import Space
from rapid_response.reasoning.nodes import FALSE, opposite

MOST_CAUSES = 4
"""So many changed rules are gone into for one change of tier."""

Change = Literal["now", "no longer", "otherwise"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A rule that now holds where it did not, no longer holds where it did, or asks for another tier.

    `node` says where. `lifts` says that this can only lift the tier, `lowers` that it can only lower it.
    """

    rule: str
    change: Change
    node: int
    lifts: bool
    lowers: bool


@dataclass(frozen=True, slots=True)
class Cause:
    """Rules that together make the tier come out otherwise, mostly one, and the cases in which they do."""

    rules: tuple[tuple[str, Change], ...]
    cases: tuple[Case, ...]

    def to_dict(self) -> dict[str, Any]:
        """The cause as plain data."""
        rules = [{"rule": rule, "change": change} for rule, change in self.rules]
        return {"rules": rules, "cases": [case.to_dict() for case in self.cases]}


def turns(space: Space, renamed: Renamed) -> tuple[Turn, ...]:
    """Every rule that comes out otherwise somewhere."""
    return tuple(turn for turn in _turns(space, renamed) if turn.node != FALSE)


def _turns(space: Space, renamed: Renamed) -> Iterator[Turn]:
    old, new = (voice.protocol.rules for voice in space.voices)
    before, after = space.said
    nodes = space.nodes
    for name, rule in old.items():
        other = new.get(renamed.rule(name))
        if other is None or other.effect != rule.effect:
            yield _turn(name, "no longer", before.rules[name], rule.effect == "limit_to")
            continue
        was, holds = before.rules[name], after.rules[other.name]
        yield _turn(name, "no longer", nodes.all_of([was, opposite(holds)]), rule.effect == "limit_to")
        yield _turn(other.name, "now", nodes.all_of([holds, opposite(was)]), rule.effect == "raise_to")
        levels = zip(before.effects[name], after.effects[other.name], strict=False)
        unlike = nodes.any_of(_unlike(space, one, two) for one, two in levels)
        yield Turn(other.name, "otherwise", nodes.all_of([was, holds, unlike]), True, True)
    kept = {renamed.rule(name) for name, rule in old.items() if _same_effect(rule.effect, new.get(renamed.rule(name)))}
    for name, rule in new.items():
        if name not in kept:
            yield _turn(name, "now", after.rules[name], rule.effect == "raise_to")


def _same_effect(effect: str, other: Any) -> bool:
    return other is not None and other.effect == effect


def _turn(rule: str, change: Change, node: int, lifts: bool) -> Turn:
    return Turn(rule, change, node, lifts, not lifts)


def _unlike(space: Space, one: int, other: int) -> int:
    pair = space.nodes.all_of([one, opposite(other)]), space.nodes.all_of([other, opposite(one)])
    return space.nodes.any_of(pair)


def causes_of(
    prover: Prover,
    goal: int,
    turned: tuple[Turn, ...],
    direction: int,
    named: Mapping[int, Condition],
    drawn: Drawn,
) -> tuple[Cause, ...]:
    """The changed rules that bring about a change of tier, the most frequent first.

    `direction` is 1 where the tier goes up, -1 where it goes down, 0 where that cannot be said.
    """
    nodes = prover.space.nodes
    fitting = [turn for turn in turned if direction == 0 or (turn.lifts if direction > 0 else turn.lowers)]
    able = [turn for turn in fitting if prover.solve([goal, turn.node]).possible]
    alone: list[tuple[Turn, ...]] = [(turn,) for turn in able if _is_enough(prover, goal, turn, able)]
    sets = [found for found in alone or [_needed(prover, goal, able)] if found]
    goals = {found: nodes.all_of([goal, *(turn.node for turn in found)]) for found in sets}
    ranked = sorted(goals, key=lambda found: -drawn.where(goals[found]).bit_count())[:MOST_CAUSES]
    return tuple(
        Cause(tuple((turn.rule, turn.change) for turn in found), describe(prover, goals[found], named, drawn))
        for found in ranked
    )


def _is_enough(prover: Prover, goal: int, turn: Turn, others: Sequence[Turn]) -> bool:
    """Whether the change of one rule, without those of others, can bring it about."""
    without = [opposite(other.node) for other in others if other.rule != turn.rule]
    return prover.solve([goal, turn.node, *without]).possible is not False


def _needed(prover: Prover, goal: int, turned: Sequence[Turn]) -> tuple[Turn, ...]:
    """The changes that always take part in it."""
    return tuple(turn for turn in turned if prover.solve([goal, opposite(turn.node)]).possible is False)
