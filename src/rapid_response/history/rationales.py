"""Why every incident got its tier: the rules that decided it, each with the conditions that made it so.

Such reasons are few, however many the incidents: each is put into words once, and incidents refer to it by number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rapid_response.history.causes import Branch, Cause, branches_of, causes_of
from rapid_response.history.columns import words_part
from rapid_response.history.engine import Engine, Outcome, Planned
from rapid_response.history.ranges import Range
from rapid_response.history.rows import Rows
from rapid_response.history.slices import NONE, Words, pack, rows_of
from rapid_response.history.tiers import held_below, levels
from rapid_response.protocol.model import Rule

MOST_LOOKED_UP = 16
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rationales:
    """The reasons of many incidents, as two Arrow tables that join on the number of a reason.

    `reasons`: `reason` (number), `rule`, `effect`, `because`, `conditions` (a list of texts) and `incidents`, how many
    it decided. `incidents`: `id` and `reasons`, a list of numbers in the order of the rules, empty where none decided.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.history import read_incidents
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {hurt: {type: yes_no}, old: {type: yes_no}}\\n"
    ...     "rules: {r: {when: hurt or old, raise_to: high}}"
    ... )
    >>> print(read_incidents(pa.table({"hurt": [True, True, None], "old": [False, None, True]})).why(protocol))
    2 different reasons for 3 incidents
      2 × r: hurt
      1 × r: old
    """

    reasons: Any
    incidents: Any = field(repr=False)

    def of(self, incident: object) -> Any:
        """The reasons of one incident, as a table like `reasons`; KeyError where there is no such id."""
        ids = self.incidents["id"]
        found = self.incidents.filter(pc.equal(ids, pa.scalar(incident, ids.type)))
        if not found.num_rows:
            raise KeyError(incident)
        return self.reasons.take(found["reasons"][0].values)

    def __str__(self) -> str:
        ordered = self.reasons.sort_by([("incidents", "descending")]).slice(0, 10).to_pylist()
        lines = [f"{self.reasons.num_rows:,} different reasons for {self.incidents.num_rows:,} incidents"]
        lines += [f"  {row['incidents']:,} × {row['rule']}: {', '.join(row['conditions'])}" for row in ordered]
        return "\n".join(lines)


@dataclass
class _RuleReasons:
    """The reasons met so far for one rule: a number for each set of causes."""

    rule: Planned[Rule]
    level: int
    branches: tuple[Branch, ...]
    causes: tuple[Cause, ...]
    numbers: dict[bytes, int] = field(default_factory=dict)


@dataclass
class RationaleFinder:
    """Finds the reasons of outcomes, batch by batch."""

    engine: Engine
    rules: list[_RuleReasons] = field(default_factory=list)
    met: list[tuple[_RuleReasons, bytes]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        for rule, level in zip(self.engine.rules, self.engine.levels, strict=True):
            branches, causes = branches_of(self.engine.plan, rule.part.when, rule.part.unless)
            self.rules.append(_RuleReasons(rule, level, branches, causes))

    def table(self, rows: Rows) -> Any:
        """The ids of a batch with their reasons."""
        fitting = rows.fitting
        parts = [
            self.reasons(outcome, words_part(fitting, start, start + outcome.rows))
            for start, outcome in self.engine.outcomes(rows.block)
        ]
        return pa.table({"id": rows.ids, "reasons": pa.chunked_array(parts)})

    def reasons(self, outcome: Outcome, fitting: Words) -> Any:
        """The reasons of a stretch of rows as an Arrow array of lists."""
        found = [self.numbered(rule, outcome, rows) for rule, rows in self.deciding(outcome, fitting)]
        counts = np.zeros(outcome.rows, np.int32)
        for rows, _ in found:
            counts[rows] += 1
        ends = np.cumsum(counts, dtype=np.int32)
        offsets = np.concatenate([np.zeros(1, np.int32), ends])
        values, place = np.empty(int(offsets[-1]), np.int32), offsets[:-1].copy()
        for rows, numbers in found:
            values[place[rows]] = numbers
            place[rows] += 1
        return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values))

    def deciding(self, outcome: Outcome, fitting: Words) -> Iterator[tuple[_RuleReasons, Words]]:
        """The rules that decided the tier, with the rows in which they did: raises to it, and limits that hold it."""
        protocol, sheet = self.engine.protocol, outcome.sheet
        tiers = len(protocol.tiers)
        ends = outcome.assumed.high if protocol.if_unsettled == "highest" else outcome.assumed.low
        counted = fitting & ~outcome.assumed.is_open() if protocol.if_unsettled == "nothing" else fitting
        recommended = levels(ends, outcome.rows)
        at = [pack(recommended == level) & counted for level in range(tiers)]
        holds = [rule.rule.holds(sheet).surely for rule in self.rules]
        targets: list[Range] = [sheet.found[rule.level] for rule in self.rules]
        is_raise = [rule.rule.part.effect == "raise_to" for rule in self.rules]
        limits = [(rows, level.high) for rows, level, up in zip(holds, targets, is_raise, strict=True) if not up]
        held = held_below(limits, tiers)
        over = [
            rows & _where(level.low, held) if up else NONE
            for rows, level, up in zip(holds, targets, is_raise, strict=True)
        ]
        any_over = reduce(or_, over, NONE)
        for rule, rows, level, up, overridden in zip(self.rules, holds, targets, is_raise, over, strict=True):
            if up:
                decides = rows & ~overridden & _where(level.low, [NONE, *at[1:]])
            else:
                decides = rows & any_over & _where(level.high, at)
            yield rule, decides

    def numbered(self, rule: _RuleReasons, outcome: Outcome, decides: Words) -> tuple[Numbers, npt.NDArray[np.int32]]:
        """The rows in which a rule decided, and the numbers of their reasons."""
        rows = rows_of(decides, outcome.rows)
        if not len(rows):
            return rows, np.zeros(0, np.int32)
        causes = list(causes_of(rule.branches, len(rule.causes), outcome.sheet, decides))
        bits = [_bits(words, rows) for _, words in causes]
        if len(bits) <= MOST_LOOKED_UP:
            return rows, self.looked_up(rule, [cause for cause, _ in causes], bits, len(rows))
        return rows, self.sorted_out(rule, [cause for cause, _ in causes], bits)

    def looked_up(
        self, rule: _RuleReasons, causes: list[int], bits: list[npt.NDArray[np.uint8]], rows: int
    ) -> npt.NDArray[np.int32]:
        """Numbers by a table of all sets of causes that there can be."""
        keys = np.zeros(rows, np.uint16)
        for place, bit in enumerate(bits):
            keys |= bit.astype(np.uint16) << np.uint16(place)
        counts = np.bincount(keys, minlength=1 << len(bits))
        table = np.zeros(len(counts), np.int32)
        for key in np.flatnonzero(counts).tolist():
            chosen = [cause for place, cause in enumerate(causes) if key >> place & 1]
            table[key] = self.number(rule, chosen, int(counts[key]))
        numbers: npt.NDArray[np.int32] = table[keys]
        return numbers

    def sorted_out(
        self, rule: _RuleReasons, causes: list[int], bits: list[npt.NDArray[np.uint8]]
    ) -> npt.NDArray[np.int32]:
        """Numbers by sorting, where a rule has many causes."""
        packed = np.packbits(np.stack(bits, axis=1), axis=1)
        keys, places, counts = np.unique(packed, axis=0, return_inverse=True, return_counts=True)
        chosen = np.unpackbits(keys, axis=1, count=len(bits))
        numbers = [
            self.number(rule, [causes[place] for place in np.flatnonzero(row)], int(count))
            for row, count in zip(chosen, counts, strict=True)
        ]
        found: npt.NDArray[np.int32] = np.array(numbers, np.int32)[places.reshape(-1)]
        return found

    def number(self, rule: _RuleReasons, causes: list[int], rows: int) -> int:
        """The number of a reason, which is noted when it is met for the first time."""
        key = np.array(sorted(causes), np.int32).tobytes()
        if key not in rule.numbers:
            rule.numbers[key] = len(self.met)
            self.met.append((rule, key))
            self.counts.append(0)
        number = rule.numbers[key]
        self.counts[number] += rows
        return number

    def reason(self, number: int) -> tuple[Rule, list[Cause]]:
        """The rule of a reason, and the conditions that made it hold."""
        rule, key = self.met[number]
        return rule.rule.part, [rule.causes[cause] for cause in np.frombuffer(key, np.int32).tolist()]

    def told(self) -> Any:
        """All reasons that were met, in words."""
        told = [self.reason(number) for number in range(len(self.met))]
        return pa.table(
            {
                "reason": pa.array(range(len(told)), pa.int32()),
                "rule": pa.array([rule.name for rule, _ in told], pa.string()),
                "effect": pa.array([rule.effect for rule, _ in told], pa.string()),
                "because": pa.array([str(rule.because) for rule, _ in told], pa.string()),
                "conditions": pa.array([[*map(str, causes)] for _, causes in told], pa.list_(pa.string())),
                "incidents": pa.array(self.counts, pa.int64()),
            }
        )


def _where(level: Any, rows_at: list[Words]) -> Words:
    """Of rows told apart by level, those of a rule's own level."""
    if isinstance(level, int):
        return rows_at[level]
    return reduce(or_, (rows & pack(level == place) for place, rows in enumerate(rows_at)), NONE)


def _bits(words: Words, rows: Numbers) -> npt.NDArray[np.uint8]:
    """The bit of each of some rows."""
    if words.ndim == 0:
        return np.full(len(rows), int(words) & 1, np.uint8)
    octets = words.view(np.uint8)
    found: npt.NDArray[np.uint8] = (octets[rows >> 3] >> (rows & 7).astype(np.uint8)) & np.uint8(1)
    return found
