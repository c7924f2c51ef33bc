"""How far an incident is from a goal: 0 where it is reached, less where fewer conditions stand in the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from rapid_response.evaluation.truth import NO, NOT, UNKNOWN, YES
from rapid_response.protocol.expressions import (
    DAY,
    AllOf,
    AnyOf,
    AtLeast,
    Cases,
    Comparator,
    Compare,
    Condition,
    Constant,
    CriterionHolds,
    Includes,
    IsOneOf,
    MeasureValue,
    Not,
    TierValue,
    Unsettled,
    Value,
)
from rapid_response.protocol.model import Rule
from rapid_response.scenarios.goals import Goal
from rapid_response.scenarios.snapshots import Snapshot

_OPPOSITE: dict[Comparator, Comparator] = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}
_TYPICAL = 10
"""A gap of so many units counts as half a condition."""


def distance(snapshot: Snapshot, goal: Goal) -> float:
    """How far the incident is from the goal."""
    if snapshot.reaches(goal):
        return 0.0
    if goal.section == "option":
        return 1.0
    if goal.deciding:
        return 0.5 + _undecided(snapshot, goal)
    return _apart(snapshot, goal.condition, goal.wanted)


def _undecided(snapshot: Snapshot, goal: Goal) -> float:
    """What keeps a rule from deciding: itself, and the rules that lead to another tier."""
    rule = snapshot.lens.protocol.rules[goal.name]
    level = _level(snapshot, rule)
    way = _tier_by_raise if rule.effect == "raise_to" else _tier_by_limit
    return _apart(snapshot, goal.condition, YES) + way(snapshot, level)


def _tier_by_raise(snapshot: Snapshot, level: int) -> float:
    """How far the tier is from that level by a raise to it."""
    reached = 0.0 if level == 0 else _nearest(snapshot, "raise_to", lambda other: other == level)
    above = _all_off(snapshot, "raise_to", lambda other: other > level)
    return reached + above + _all_off(snapshot, "limit_to", lambda other: other < level)


def _tier_by_limit(snapshot: Snapshot, level: int) -> float:
    """How far the tier is from that level by a limit that holds a higher raise down to it."""
    limited = _nearest(snapshot, "limit_to", lambda other: other == level)
    above = _nearest(snapshot, "raise_to", lambda other: other > level)
    return limited + above + _all_off(snapshot, "limit_to", lambda other: other < level)


def _nearest(snapshot: Snapshot, effect: str, wanted: Callable[[int], bool]) -> float:
    return min((_apart(snapshot, rule, YES) for rule in _rules(snapshot, effect, wanted)), default=math.inf)


def _all_off(snapshot: Snapshot, effect: str, wanted: Callable[[int], bool]) -> float:
    return sum(_apart(snapshot, rule, NO) for rule in _rules(snapshot, effect, wanted))


def _rules(snapshot: Snapshot, effect: str, wanted: Callable[[int], bool]) -> list[Condition]:
    """The conditions of the rules that raise or limit to a wanted level."""
    rules = [pair for pair in snapshot.lens.rules if pair[0].effect == effect]
    return [condition for rule, condition in rules if wanted(_level(snapshot, rule))]


def _level(snapshot: Snapshot, rule: Rule) -> int:
    return int(snapshot.bounds(rule.tier)[0])


def _apart(snapshot: Snapshot, condition: Condition, wanted: int) -> float:
    if snapshot.truth(condition) == wanted:
        return 0.0
    match condition:
        case Not(part=part):
            return _apart(snapshot, part, NOT[wanted])
        case AllOf(parts=parts):
            return _joint(snapshot, parts, wanted, every=YES)
        case AnyOf(parts=parts):
            return _joint(snapshot, parts, wanted, every=NO)
        case AtLeast(number=number, parts=parts):
            return _counted(snapshot, number, parts, wanted)
        case CriterionHolds(criterion=name):
            criterion = snapshot.lens.protocol.criteria[name]
            ways = [wanted] if criterion.assumed is not (wanted == YES) or wanted == UNKNOWN else [wanted, UNKNOWN]
            return min(_apart(snapshot, criterion.condition, way) for way in ways)
        case _ if wanted == UNKNOWN:
            return 1.0
        case Unsettled() if wanted == NO:
            return _share_of(sum(snapshot.truth(condition) == UNKNOWN for _, condition in snapshot.lens.rules))
        case Compare(comparator=comparator, left=TierValue(), right=Constant(value=edge)):
            return _tier(snapshot, lambda level: _fits(level, comparator, edge) == (wanted == YES))
        case Compare():
            return _compared(snapshot, condition, wanted)
        case IsOneOf(value=value, options=options):
            return _cased(snapshot, value, lambda option: (option in options) == (wanted == YES))
        case Includes(fact=fact, options=options, every=True) if wanted == YES:
            return sum(not int(snapshot.given_of(fact) or 0) >> option & 1 for option in options) / len(options)
        case _:
            return 1.0


def _joint(snapshot: Snapshot, parts: Sequence[Condition], wanted: int, every: int) -> float:
    """Parts that must all have the truth `every` for the whole to have it, and one other for the whole to be other."""
    if wanted == every:
        return sum(_apart(snapshot, part, every) for part in parts)
    if wanted == NOT[every]:
        return min((_apart(snapshot, part, wanted) for part in parts), default=1.0)
    possible = sum(min(_apart(snapshot, part, way) for way in (every, UNKNOWN)) for part in parts)
    return possible + min((_apart(snapshot, part, UNKNOWN) for part in parts), default=1.0)


def _counted(snapshot: Snapshot, number: int, parts: Sequence[Condition], wanted: int) -> float:
    if wanted == UNKNOWN:
        return min(_apart(snapshot, part, UNKNOWN) for part in parts)
    needed = number if wanted == YES else len(parts) - number + 1
    return sum(sorted(_apart(snapshot, part, wanted) for part in parts)[:needed])


def _tier(snapshot: Snapshot, wanted: Callable[[int], bool]) -> float:
    """The way to a wanted tier."""
    levels = [tier.level for tier in snapshot.lens.protocol.tiers if wanted(tier.level)]
    ways = [way(snapshot, level) for level in levels for way in (_tier_by_raise, _tier_by_limit)]
    return min(ways, default=math.inf)


def _compared(snapshot: Snapshot, compare: Compare, wanted: int) -> float:
    comparator = compare.comparator if wanted == YES else _OPPOSITE[compare.comparator]
    (low, high), (least, most) = snapshot.bounds(compare.left), snapshot.bounds(compare.right)
    gap = {
        ">=": most - low,
        ">": most - low + 1,
        "<=": high - least,
        "<": high - least + 1,
        "==": max(most - low, high - least),
        "!=": 1.0,
    }[comparator]
    by_size = _share(gap, compare.left)
    if isinstance(compare.right, Constant):
        return min(by_size, _cased(snapshot, compare.left, lambda value: _fits(value, comparator, least)))
    return by_size


def _share(gap: float, value: Value) -> float:
    unit = float(DAY) if value.type.name in ("moment", "duration") else 10.0**value.type.places
    return _share_of(gap / unit)


def _share_of(gap: float) -> float:
    """A gap as a part of one condition."""
    return 1.0 if math.isinf(gap) else gap / (gap + _TYPICAL)


def _fits(value: float, comparator: Comparator, edge: float) -> bool:
    match comparator:
        case ">=":
            return value >= edge
        case ">":
            return value > edge
        case "<=":
            return value <= edge
        case "<":
            return value < edge
        case "==":
            return value == edge
        case _:
            return value != edge


def _cased(snapshot: Snapshot, value: Value, wanted: Callable[[int], bool]) -> float:
    """The way to a case, row or band whose value is wanted: it holds, and those before it do not."""
    if isinstance(value, MeasureValue):
        value = snapshot.lens.protocol.measures[value.measure].value
    if not isinstance(value, Cases):
        return 1.0
    nearest, passed = math.inf, 0.0
    for condition, result in value.branches:
        if isinstance(result, Constant) and wanted(result.value):
            nearest = min(nearest, passed + _apart(snapshot, condition, YES))
        passed += _apart(snapshot, condition, NO)
    if isinstance(value.otherwise, Constant) and wanted(value.otherwise.value):
        nearest = min(nearest, passed)
    return 1.0 if math.isinf(nearest) else nearest
