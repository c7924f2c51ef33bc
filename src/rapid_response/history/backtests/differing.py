"""Where two versions differ over a stretch of rows: which kind of difference, and which rules turned."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
import numpy.typing as npt

from rapid_response.history.backtests.records import Kind
from rapid_response.history.backtests.sides import Side
from rapid_response.history.backtests.versions import Matched, Versions
from rapid_response.history.slices import NO, NONE, Flags, Rails, Words, flags, pack

Codes = npt.NDArray[np.uint8]

KINDS: tuple[Kind, ...] = ("same", "tier", "open", "reasons", "responses", "scope")
"""What differs first. `open`: the result is open in a version, and the range or what is recommended differs."""
SAME, TIER, OPEN, REASONS, RESPONSES, SCOPE = range(len(KINDS))


@dataclass(frozen=True, slots=True)
class Turned:
    """A rule of either version, and the rows in which it applies otherwise: it holds, or asks for another tier."""

    rule: Matched
    rows: Words
    other_tier: Words


@dataclass(frozen=True, slots=True)
class Differing:
    """For each row which kind of difference there is; the rules that turned, and the rows whose tier is higher now.

    Of the rules that turned those made the difference that decide the tier; in the rows of `every` all of them did.
    """

    kinds: Codes
    turned: tuple[Turned, ...]
    every: Words
    responses: tuple[tuple[Matched, Words], ...]
    higher: Words
    lower: Words


def differing(versions: Versions, before: Side, after: Side, fitting: Words) -> Differing:
    """Compare what two versions say of the same rows."""
    rows = before.outcome.rows
    tiers, opens, recommends = _levels(versions, before, after)
    either_open = before.is_open | after.is_open
    responses = tuple((matched, _response(matched, before, after)) for matched in versions.responses)
    decides = reduce(or_, (_decides(matched, before, after) for matched in versions.rules), NONE)
    conditions = [
        ~either_open & tiers,
        either_open & (opens | recommends),
        flags(decides, rows),
        flags(reduce(or_, (words for _, words in responses), NONE), rows),
        before.scope != after.scope,
    ]
    kinds = np.select(conditions, [TIER, OPEN, REASONS, RESPONSES, SCOPE], SAME).astype(np.uint8)
    kinds[~flags(fitting, rows)] = SAME
    up, down = _directions(versions, before, after, kinds)
    turned = tuple(_turned(versions, matched, before, after) for matched in versions.rules)
    explained = (one.rows & _deciding(one.rule, before, after) for one in turned)
    unexplained = (kinds == REASONS) & ~flags(reduce(or_, explained, NONE), rows)
    return Differing(kinds, turned, pack(either_open | unexplained), responses, up, down)


def _levels(versions: Versions, before: Side, after: Side) -> tuple[Flags, Flags, Flags]:
    """Where another tier, another range, another recommendation stands."""
    to_new = versions.levels
    low, high = to_new[before.low] != after.low, to_new[before.high] != after.high
    was = np.where(before.recommended < 0, before.recommended, to_new[before.recommended])
    opens: Flags = low | high | (before.is_open != after.is_open)
    recommends: Flags = (was != after.recommended) | ((was < 0) & (before.recommended >= 0))
    return low, opens, recommends


def _directions(versions: Versions, before: Side, after: Side, kinds: Codes) -> tuple[Words, Words]:
    if not versions.same_ladder:
        return NONE, NONE
    changed = kinds == TIER
    return pack(changed & (after.low > before.low)), pack(changed & (after.low < before.low))


def _response(matched: Matched, before: Side, after: Side) -> Words:
    """The rows in which a response is in another state; in a version without it, it is never active."""
    was = before.outcome.responses[matched.old] if matched.old else NO
    now = after.outcome.responses[matched.new] if matched.new else NO
    return (was.surely ^ now.surely) | (was.possibly ^ now.possibly)


def _decides(matched: Matched, before: Side, after: Side) -> Words:
    was = NONE if matched.before is None else before.decides[matched.before]
    now = NONE if matched.after is None else after.decides[matched.after]
    return was ^ now


def _deciding(rule: Matched, before: Side, after: Side) -> Words:
    return deciding(rule.before, before) | deciding(rule.after, after)


def made_difference(turned: Turned, before: Side, after: Side, found: Differing) -> Words:
    """The changed rows in which a rule that turned made the difference."""
    return turned.rows & (_deciding(turned.rule, before, after) | found.every) & pack(found.kinds > 0)


def holding(place: int | None, side: Side) -> Rails:
    """Where a rule holds; nowhere in a version without it."""
    return NO if place is None else side.holds[place]


def deciding(place: int | None, side: Side) -> Words:
    """Where a rule decides the tier."""
    return NONE if place is None else side.decides[place]


def _turned(versions: Versions, matched: Matched, before: Side, after: Side) -> Turned:
    was, now = holding(matched.before, before), holding(matched.after, after)
    other = _other_tier(versions, matched, before, after) & was.possibly & now.possibly
    return Turned(matched, (was.surely ^ now.surely) | (was.possibly ^ now.possibly) | other, other)


def _other_tier(versions: Versions, matched: Matched, before: Side, after: Side) -> Words:
    """Where a rule of both versions asks for another tier, or raises instead of limiting."""
    if matched.before is None or matched.after is None:
        return NONE
    old, new = versions.current.rules[matched.old or ""], versions.proposed.rules[matched.new or ""]
    if old.effect != new.effect:
        return pack(True)
    was, now = before.targets[matched.before], after.targets[matched.after]
    return pack(versions.levels[was.low] != now.low) | pack(versions.levels[was.high] != now.high)
