"""Changed incidents, put together where they change in the same way and for the same reasons.

Such groups are few, however many the incidents: each is explained once, and incidents refer to it by number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rapid_response.history.backtests.differing import KINDS, Differing, holding, made_difference
from rapid_response.history.backtests.records import (
    RESPONSE_STATES,
    RULE_STATES,
    SCOPE_STATES,
    Change,
    Kind,
    Reason,
    ResponseTurn,
    RuleTurn,
    Verdict,
)
from rapid_response.history.backtests.sides import Side, active_steps, steps
from rapid_response.history.backtests.versions import Matched, Versions
from rapid_response.history.causes import Cause
from rapid_response.history.rationales import RationaleFinder
from rapid_response.history.slices import flags, pack
from rapid_response.protocol.model import Protocol, Rule

Numbers = npt.NDArray[Any]
MOST_EXPLAINED = 50_000
"""How many different changes are told with their reasons; those met later are told without."""
OTHER_TIER = 9


class _Key(NamedTuple):
    """What changed incidents have in common, in numbers."""

    kind: int
    before: tuple[int, int, int]
    after: tuple[int, int, int]
    scope: tuple[int, int] | None
    reasons: tuple[tuple[int, ...], tuple[int, ...]]
    turns: tuple[tuple[int, int], ...]
    responses: tuple[tuple[int, int], ...]


@dataclass
class Grouping:
    """Numbers changes as they are met, batch by batch."""

    versions: Versions
    finders: tuple[RationaleFinder, RationaleFinder]
    numbers: dict[_Key, int] = field(default_factory=dict)
    keys: list[_Key] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def add(self, found: Differing, sides: tuple[Side, Side]) -> tuple[Numbers, Numbers]:
        """The rows of a stretch that changed, and the number of the change of each."""
        rows = np.flatnonzero(found.kinds)
        if not len(rows):
            return rows, rows
        columns = {"kind": found.kinds[rows], **self._verdicts(sides, rows)}
        columns |= dict(self._reasons(sides, found, rows))
        columns |= dict(self._turns(sides, found, rows))
        columns |= dict(self._responses(sides, found, rows))
        numbers = np.zeros(len(rows), np.int32)
        table = pa.table({**columns, "row": np.arange(len(rows))})
        alike = table.group_by([*columns], use_threads=False).aggregate([("row", "list")])
        for group in alike.to_pylist():
            members = group.pop("row_list")
            numbers[members] = self._number(_key(group), len(members))
        return rows, numbers

    def _verdicts(self, sides: tuple[Side, Side], rows: Numbers) -> dict[str, Numbers]:
        found: dict[str, Numbers] = {}
        for when, side in zip(("before", "after"), sides, strict=True):
            found[f"{when} low"], found[f"{when} high"] = side.low[rows], side.high[rows]
            found[f"{when} recommended"], found[f"{when} scope"] = side.recommended[rows], side.scope[rows]
        same = found["before scope"] == found["after scope"]
        return found | {f"{when} scope": np.where(same, 0, found[f"{when} scope"]) for when in ("before", "after")}

    def _reasons(self, sides: tuple[Side, Side], found: Differing, rows: Numbers) -> Iterator[tuple[str, Numbers]]:
        """For each rule that decided, the number of its reason and 1 more; 0 where it did not decide."""
        changed_rows, numbers = pack(found.kinds > 0), np.zeros(len(found.kinds), np.int32)
        for number, (finder, side) in enumerate(zip(self.finders, sides, strict=True)):
            for place, (rule, words) in enumerate(zip(finder.rules, side.decides, strict=True)):
                decided, reasons = finder.numbered(rule, side.outcome, words & changed_rows)
                if len(decided):
                    numbers[:] = 0
                    numbers[decided] = reasons + 1
                    yield f"reason {number} {place}", numbers[rows]

    def _turns(self, sides: tuple[Side, Side], found: Differing, rows: Numbers) -> Iterator[tuple[str, Numbers]]:
        """For each rule that made the difference how it came out before and now, and 1 more; 0 where it did not."""
        for place, turned in enumerate(found.turned):
            made = flags(made_difference(turned, *sides, found), len(found.kinds))[rows]
            if made.any():
                was = steps(holding(turned.rule.before, sides[0]), len(found.kinds))[rows]
                now = steps(holding(turned.rule.after, sides[1]), len(found.kinds))[rows]
                other = flags(turned.other_tier, len(found.kinds))[rows]
                yield f"turn {place}", np.where(made, other * OTHER_TIER + was * 3 + now + 1, 0)

    def _responses(self, sides: tuple[Side, Side], found: Differing, rows: Numbers) -> Iterator[tuple[str, Numbers]]:
        for place, (matched, words) in enumerate(found.responses):
            differs = flags(words, len(found.kinds))[rows]
            if differs.any():
                was, now = active_steps(matched.old, sides[0])[rows], active_steps(matched.new, sides[1])[rows]
                yield f"response {place}", np.where(differs, was * 3 + now + 1, 0)

    def _number(self, key: _Key, incidents: int) -> int:
        if len(self.numbers) >= MOST_EXPLAINED and key not in self.numbers:
            key = key._replace(reasons=((), ()), turns=(), responses=())
        number = self.numbers.setdefault(key, len(self.numbers))
        if number == len(self.keys):
            self.keys.append(key)
            self.counts.append(0)
        self.counts[number] += incidents
        return number

    def kind(self, number: int) -> Kind:
        """The kind of a change."""
        return KINDS[self.keys[number].kind]

    def told(self) -> tuple[Change, ...]:
        """All changes that were met, in words and by their numbers."""
        return tuple(map(self.change, range(len(self.keys))))

    def change(self, number: int) -> Change:
        """A change in words, with the incidents counted so far; people count from 1."""
        key = self.keys[number]
        return Change(
            number + 1,
            KINDS[key.kind],
            self.counts[number],
            verdict(self.versions.current, *key.before),
            verdict(self.versions.proposed, *key.after),
            self._told(0, key.reasons[0]),
            self._told(1, key.reasons[1]),
            tuple(_rule_turn(self.versions.rules[place], code) for place, code in key.turns),
            tuple(_response_turn(self.versions.responses[place], code) for place, code in key.responses),
            None if key.scope is None else (SCOPE_STATES[key.scope[0]], SCOPE_STATES[key.scope[1]]),
        )

    def _told(self, version: int, reasons: Sequence[int]) -> tuple[Reason, ...]:
        finder = self.finders[version]
        return tuple(_reason(*finder.reason(number)) for number in reasons)


def _key(group: dict[str, Any]) -> _Key:
    """The common part of a group as numbers that mean the same in every batch."""
    scope = group["before scope"], group["after scope"]
    found: dict[str, list[tuple[int, int]]] = {"turn": [], "response": []}
    reasons: tuple[list[int], list[int]] = ([], [])
    for name, value in group.items():
        what, _, place = name.partition(" ")
        if what == "reason" and value:
            reasons[int(place.partition(" ")[0])].append(value - 1)
        elif what in found and value:
            found[what].append((int(place), value - 1))
    return _Key(
        group["kind"],
        (group["before low"], group["before high"], group["before recommended"]),
        (group["after low"], group["after high"], group["after recommended"]),
        None if scope == (0, 0) else scope,
        (tuple(reasons[0]), tuple(reasons[1])),
        tuple(found["turn"]),
        tuple(found["response"]),
    )


def verdict(protocol: Protocol, low: int, high: int, recommended: int | None = None) -> Verdict:
    """A range of levels, and the level recommended, by the names of the tiers."""
    names = [tier.name for tier in protocol.tiers]
    level = low if recommended is None and low == high else recommended
    return Verdict(names[low], names[high], None if level is None or level < 0 else names[level])


def _reason(rule: Rule, conditions: Sequence[Cause]) -> Reason:
    return Reason(rule.name, rule.effect, rule.because, tuple(conditions))


def _rule_turn(rule: Matched, code: int) -> RuleTurn:
    other, states = divmod(code, OTHER_TIER)
    was, now = (RULE_STATES[state] for state in divmod(states, 3))
    return RuleTurn(rule.name, was if rule.old else None, now if rule.new else None, bool(other))


def _response_turn(response: Matched, code: int) -> ResponseTurn:
    was, now = (RESPONSE_STATES[state] for state in divmod(code, 3))
    return ResponseTurn(response.name, was if response.old else None, now if response.new else None)
