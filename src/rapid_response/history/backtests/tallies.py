"""What is counted over all incidents: transitions, rules, responses, what is missing, and what people decided then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from rapid_response.history.backtests.differing import KINDS, TIER, Differing, deciding, holding, made_difference
from rapid_response.history.backtests.grouping import verdict
from rapid_response.history.backtests.records import Missing, ResponseCount, RuleCount
from rapid_response.history.backtests.result import Agreement, RuleAgreement, Standing, Transition
from rapid_response.history.backtests.sides import Side, active_steps
from rapid_response.history.backtests.versions import NOWHERE, Versions
from rapid_response.history.columns import Codes
from rapid_response.history.ranges import Range
from rapid_response.history.slices import ALL, NONE, Flags, Rails, Words, count, flags, pack
from rapid_response.protocol.model import Protocol

Counts = npt.NDArray[np.int64]
Sides = tuple[Side, Side]


@dataclass
class Tallies:
    """Everything that is counted, stretch by stretch."""

    versions: Versions
    compared: int = 0
    kinds: Counts = field(default_factory=lambda: np.zeros(len(KINDS), np.int64))
    assumed: list[int] = field(default_factory=lambda: [0, 0])
    directions: list[int] = field(default_factory=lambda: [0, 0])

    def __post_init__(self) -> None:
        both = (self.versions.current, self.versions.proposed)
        before, after = (len(protocol.tiers) ** 2 for protocol in both)
        self.transitions: Counts = np.zeros((before, after), np.int64)
        self.scope: Counts = np.zeros((3, 3), np.int64)
        self.rules: Counts = np.zeros((len(self.versions.rules), len(_RULE_FIELDS)), np.int64)
        self.responses: Counts = np.zeros((len(self.versions.responses), 3, 3), np.int64)
        self.missing = tuple(MissingFacts(protocol) for protocol in both)

    def add(self, found: Differing, sides: Sides, fitting: Words) -> None:
        """The rows of a stretch that fit both versions."""
        fits = flags(fitting, sides[0].outcome.rows)
        self.compared += int(fits.sum())
        self.kinds += np.bincount(found.kinds[fits], minlength=len(KINDS))
        self.transitions += _crossed(fits, _state(sides[0]), _state(sides[1]), self.transitions.shape)
        self.scope += _crossed(fits, sides[0].scope, sides[1].scope, (3, 3))
        for place, side in enumerate(sides):
            self.assumed[place] += int((side.assumed & fits).sum())
            self.missing[place].add(side, fitting)
        for place, words in enumerate((found.higher, found.lower)):
            self.directions[place] += count(words & fitting, len(fits))
        self._rules(found, sides, fitting)
        for place, matched in enumerate(self.versions.responses):
            was, now = active_steps(matched.old, sides[0]), active_steps(matched.new, sides[1])
            self.responses[place] += _crossed(fits, was, now, (3, 3))

    def _rules(self, found: Differing, sides: Sides, fitting: Words) -> None:
        rows = len(found.kinds)
        changed = pack(found.kinds == TIER)
        for place, turned in enumerate(found.turned):
            was, now = holding(turned.rule.before, sides[0]), holding(turned.rule.after, sides[1])
            decided = deciding(turned.rule.before, sides[0]), deciding(turned.rule.after, sides[1])
            made = made_difference(turned, *sides, found) & changed
            counted = (
                *(was.surely, now.surely),
                *(_open(was), _open(now)),
                *decided,
                now.surely & ~was.possibly,
                was.surely & ~now.possibly,
                *(made, made & found.higher, made & found.lower),
            )
            self.rules[place] += [count(words & fitting, rows) for words in counted]

    def rule_counts(self) -> tuple[RuleCount, ...]:
        """The counts of every rule."""
        return tuple(
            RuleCount(matched.old, matched.new, (a, b), (c, d), (e, f), *others)
            for matched, (a, b, c, d, e, f, *others) in zip(self.versions.rules, self.rules.tolist(), strict=True)
        )

    def response_counts(self) -> tuple[ResponseCount, ...]:
        """The counts of every response."""
        return tuple(
            ResponseCount(matched.old, matched.new, tuple(map(tuple, counts)))
            for matched, counts in zip(self.versions.responses, self.responses.tolist(), strict=True)
        )

    def pairs(self) -> tuple[Transition, ...]:
        """All pairs of verdicts that were met, in the order of the tiers."""
        before, after = self.versions.current, self.versions.proposed
        found = []
        for was, now in zip(*np.nonzero(self.transitions), strict=True):
            ends = divmod(int(was), len(before.tiers)), divmod(int(now), len(after.tiers))
            same = tuple(self.versions.levels[list(ends[0])].tolist()) == ends[1]
            incidents = int(self.transitions[was, now])
            found.append(Transition(verdict(before, *ends[0]), verdict(after, *ends[1]), incidents, not same))
        return tuple(found)

    def standing(self, place: int) -> Standing:
        """What a version leaves open, and decides only under its assumptions."""
        tiers = len((self.versions.current, self.versions.proposed)[place].tiers)
        totals = self.transitions.sum(axis=1 - place)
        decided = int(totals.reshape(tiers, tiers).diagonal().sum())
        return Standing(self.compared - decided, self.assumed[place], self.missing[place].told())


_RULE_FIELDS = ("holds", "holds", "open", "open", "decides", "decides", "starts", "stops", "changed", "up", "down")


def _state(side: Side) -> npt.NDArray[np.int64]:
    """The range of each row as one number: lowest times tiers plus highest."""
    tiers = len(side.outcome.tiers.low) + 1
    return side.low.astype(np.int64) * tiers + side.high


def _crossed(rows: Flags, before: npt.NDArray[Any], after: npt.NDArray[Any], shape: Sequence[int]) -> Counts:
    """How many of some rows have which pair of states."""
    pairs = before[rows].astype(np.int64) * shape[1] + after[rows]
    return np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape[0], shape[1])


def _open(rails: Rails) -> Words:
    return rails.possibly & ~rails.surely


@dataclass
class MissingFacts:
    """The facts that open results of one version wait for, and how many of them."""

    protocol: Protocol
    counts: dict[str, int] = field(default_factory=dict)
    recorded: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.below = [
            self.protocol.facts_below(rule.when, *([rule.unless] if rule.unless else []), rule.tier)
            for rule in self.protocol.rules.values()
        ]

    def add(self, side: Side, fitting: Words) -> None:
        """Count the rows that are open, by the unknown facts that a rule which is open hangs on."""
        rows, columns = side.outcome.rows, side.outcome.sheet.block.columns
        self.recorded |= columns.keys()
        is_open = pack(side.is_open) & fitting
        waiting: dict[str, Words] = {}
        for facts, holds, level in zip(self.below, side.holds, side.targets, strict=True):
            undecided = is_open & (_open(holds) | (holds.possibly & _differ(level)))
            for name in facts if undecided.any() else ():
                waiting[name] = waiting.get(name, NONE) | undecided
        for name, words in waiting.items():
            fact = self.protocol.facts[name]
            unknown = ALL if name not in columns else columns[name].unknown
            if fact.blank is None and fact.assumed is None:
                self.counts[name] = self.counts.get(name, 0) + count(words & unknown, rows)

    def told(self) -> tuple[Missing, ...]:
        """The facts, those that most wait for first."""
        ordered = sorted(self.counts.items(), key=lambda item: -item[1])
        return tuple(Missing(name, found, name in self.recorded) for name, found in ordered if found)


def _differ(level: Range) -> Words:
    return NONE if level.is_plain else pack(level.low != level.high)


@dataclass
class AgreementTally:
    """What people decided then, beside what a version says; people's tiers are in the levels of that version."""

    protocol: Protocol
    to_new: npt.NDArray[np.int16]
    chosen: tuple[str, ...]

    def __post_init__(self) -> None:
        self.counts: Counts = np.zeros((len(self.chosen), len(self.protocol.tiers) + 1), np.int64)
        self.by_rule: Counts = np.zeros((len(self.protocol.rules), 3), np.int64)

    def add(self, side: Side, stated: npt.NDArray[np.int64], fits: Flags) -> None:
        """The rows of a stretch in which it is known what people decided: levels of the current version, else -1."""
        rows = fits & (stated >= 0)
        tiers = len(self.protocol.tiers)
        said = np.where(side.is_open, tiers, side.low)
        self.counts += _crossed(rows, stated, said, self.counts.shape)
        levels = self.to_new[stated]
        comparable = rows & ~side.is_open & (levels != NOWHERE)
        apart = [pack(comparable & compared) for compared in (levels == side.low, levels > side.low, levels < side.low)]
        for place, words in enumerate(side.decides):
            self.by_rule[place] += [count(words & part, side.outcome.rows) for part in apart]

    def told(self) -> Agreement:
        """What was counted."""
        counts = self.counts.tolist()
        same = sum(counts[level][now] for level, now in enumerate(self.to_new.tolist()) if now != NOWHERE)
        rules = (
            RuleAgreement(name, *found)
            for name, found in zip(self.protocol.rules, self.by_rule.tolist(), strict=True)
            if any(found)
        )
        tiers = tuple(tier.name for tier in self.protocol.tiers)
        return Agreement(self.chosen, tiers, tuple(map(tuple, counts)), same, tuple(rules))


def decided_then(outcome: Codes, rows: int) -> npt.NDArray[np.int64]:
    """The level that people decided on, row by row; -1 where it is not known."""
    levels = np.array([*outcome.positions, -1], np.int64)[np.clip(outcome.codes, 0, len(outcome.positions))]
    return levels if outcome.known is None else np.where(flags(outcome.known, rows), levels, -1)
