"""Patterns of a whole history: what they ask is gathered in a first reading, counted, and handed out in the next one.

Of every row only that is kept: when it happened, what is to be the same, whether it counts at all, and its id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rapid_response.history.columns import (
    Answers,
    Chosen,
    Codes,
    Column,
    Counted,
    Ends,
    HistoryCounts,
    Quantities,
    Texts,
    words_part,
)
from rapid_response.history.fact_steps import FactSteps
from rapid_response.history.plan import Plan
from rapid_response.history.rows import Rows
from rapid_response.history.sheets import Definitions, Sheet
from rapid_response.history.slices import NONE, Flags, Words, flags, unpack
from rapid_response.history.windows import Keys, Places, Timeline, count_like
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import Pattern, Protocol

ROWS_HASHED = 1 << 16


@dataclass
class Gatherer:
    """Gathers what the patterns of a protocol ask of rows, batch by batch, and counts it in the end.

    `starts` says how many rows come before each batch.
    """

    protocol: Protocol
    views: tuple[_View, ...] = field(init=False)
    ids: list[Any] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])

    def __post_init__(self) -> None:
        patterns = self.protocol.patterns.values()
        assume = any(self.protocol.assumes_below(pattern.value) for pattern in patterns)
        self.views = (_View(self.protocol, False), *([_View(self.protocol, True)] if assume else []))
        self.plan = Plan(_definitions(self.protocol))
        self.slots = {pattern.name: self.plan.slot(pattern.where) for pattern in patterns}

    def add(self, rows: Rows) -> None:
        """The rows of one batch; those that do not fit count for nobody."""
        fitting = rows.fitting
        for start, block in rows.block.parts():
            sheet = self.plan.sheet(block)
            there = words_part(fitting, start, start + block.rows)
            for view, found in zip(self.views, (sheet, self.plan.assuming(sheet)), strict=False):
                view.add(found, self.slots, there)
        if rows.binding.id:
            self.ids.append(rows.ids)
        self.starts.append(self.starts[-1] + rows.block.rows)

    def counts(self) -> HistoryCounts:
        """What every pattern comes to in every row."""
        ids = _incidents(self.ids)
        found = [view.counted(ids) for view in self.views]
        by_pattern = {name: Counted(found[0][name], found[-1][name]) for name in self.protocol.patterns}
        return HistoryCounts(by_pattern, tuple(self.starts))


@dataclass
class _View:
    """What patterns ask of the rows so far, with the assumptions or without: facts, and where each pattern counts."""

    protocol: Protocol
    assume: bool
    facts: dict[str, list[Any]] = field(init=False)
    where: dict[str, list[tuple[Flags, Flags]]] = field(init=False)

    def __post_init__(self) -> None:
        patterns = self.protocol.patterns
        names = [self.protocol.at or "", *(name for pattern in patterns.values() for name in pattern.same)]
        self.facts = {name: [] for name in names}
        self.where = {name: [] for name in patterns}

    def add(self, sheet: Sheet, slots: Mapping[str, int], there: Words) -> None:
        """One stretch of rows; `there` are those that fit."""
        rows, steps = sheet.block.rows, FactSteps(_definitions(self.protocol))
        for name, cells in self.facts.items():
            stand_in = steps.stand_in(name, sheet)
            cells.append(_cells(self.protocol.facts[name].type, sheet.block.columns.get(name), rows, stand_in))
        for name, slot in slots.items():
            rails = sheet.found[slot]
            surely = flags(rails.surely & there, rows)
            self.where[name].append((surely, surely if rails.is_plain else flags(rails.possibly & there, rows)))

    def counted(self, ids: Places | None) -> Mapping[str, Ends]:
        """What each pattern comes to in every row."""
        keys = {name: _keys(cells) for name, cells in self.facts.items()}
        timeline = Timeline(keys[self.protocol.at or ""], ids)
        return {name: self.ends(pattern, timeline, keys) for name, pattern in self.protocol.patterns.items()}

    def ends(self, pattern: Pattern, timeline: Timeline, keys: Mapping[str, Keys]) -> Ends:
        found = self.where[pattern.name]
        surely = np.concatenate([np.zeros(0, np.bool_), *(surely for surely, _ in found)])
        plain = all(surely is possibly for surely, possibly in found)
        possibly = surely if plain else np.concatenate([possibly for _, possibly in found])
        return count_like(timeline, pattern.within.value, [keys[name] for name in pattern.same], surely, possibly)


def _definitions(protocol: Protocol) -> Definitions:
    return Definitions(protocol.facts, protocol.criteria, protocol.measures, protocol.time_zone)


# Columns as keys


def _cells(kind: Type, column: Column | None, rows: int, stand_in: Any) -> Any:
    """A fact as an Arrow array: numbers, texts, or options as bits; null where it is not known."""
    otherwise = _always(kind, stand_in)
    if column is None:
        return pa.repeat(otherwise, rows)
    found = _known_cells(kind, column, rows)
    return found if column.known is None else pc.if_else(pa.array(flags(column.known, rows)), found, otherwise)


def _known_cells(kind: Type, column: Column, rows: int) -> Any:
    match column:
        case Answers(yes=yes):
            return pa.array(unpack(yes, rows).astype(np.int64))
        case Codes(codes=codes, positions=positions):
            table = np.array([*positions, 0], np.int64)
            return pa.array(table[np.minimum(codes, len(positions))])
        case Quantities(numbers=numbers):
            return pa.array(numbers.astype(np.int64))
        case Chosen(options=options):
            chosen = [unpack(options.get(place, NONE), rows) for place in range(len(kind.options))]
            return _as_octets(np.stack(chosen, axis=1))
        case Texts(texts=texts):
            return texts.cast(pa.string())


def _always(kind: Type, value: Any) -> Any:
    """One value as an Arrow scalar; null where there is none."""
    match kind.name:
        case "text":
            return pa.scalar(value, pa.string())
        case "choices":
            chosen = [int(value or 0) >> place & 1 for place in range(len(kind.options))]
            octets = _as_octets(np.array([chosen], np.uint8))
            return octets[0] if value is not None else pa.scalar(None, octets.type)
        case _:
            return pa.scalar(None if value is None else int(value), pa.int64())


def _as_octets(chosen: Any) -> Any:
    packed = np.packbits(chosen, axis=1)
    return pa.Array.from_buffers(pa.binary(packed.shape[1]), len(packed), [None, pa.py_buffer(packed.tobytes())])


def _keys(cells: Sequence[Any]) -> Keys:
    """Arrow arrays one after the other as numbers, equal where the cells are."""
    whole = pa.chunked_array(cells) if cells else pa.chunked_array([pa.array([], pa.int64())])
    known = None if not whole.null_count else whole.is_valid().to_numpy()
    if pa.types.is_integer(whole.type):
        return Keys(whole.fill_null(0).to_numpy(), known)
    codes = whole.combine_chunks().dictionary_encode().indices
    return Keys(codes.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64), known)


def _incidents(ids: Sequence[Any]) -> Places | None:
    """A number of every row, equal where the id is, and nowhere else; None where no id stands twice.

    A row without an id is an incident of its own. Ids are told apart by their hashes first, as a dictionary of all of
    them would take more memory than everything else.
    """
    whole = pa.chunked_array(ids) if ids else pa.chunked_array([pa.array([], pa.string())])
    hashes = np.concatenate([np.zeros(0, np.int64), *map(_hashes, whole.chunks)])
    ordered = np.sort(hashes)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    rows = np.flatnonzero(np.isin(hashes, twice))
    keys = _keys([whole.take(pa.array(rows)).combine_chunks()])
    found = -1 - np.arange(len(hashes))
    found[rows] = keys.numbers if keys.known is None else np.where(keys.known, keys.numbers, found[rows])
    return found if len(np.unique(found)) < len(found) else None


def _hashes(ids: Any) -> Places:
    parts = (ids.slice(start, ROWS_HASHED).to_pylist() for start in range(0, len(ids), ROWS_HASHED))
    return np.fromiter((hash(name) for part in parts for name in part), np.int64, len(ids))
