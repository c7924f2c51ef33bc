"""The facts of a block of incidents, one column each, as the engine computes on them.

In every column `known` says which rows are known; None means all. What stands in the other rows means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from rapid_response.history.slices import NONE, Words

ROWS_AT_ONCE = 1 << 19

Numbers = npt.NDArray[Any]
"""Whole numbers of any width; scaled, counted and dated as `protocol.expressions` says."""


@dataclass(frozen=True, kw_only=True)
class Partial:
    """What all columns have: which rows are known."""

    known: Words | None

    @cached_property
    def unknown(self) -> Words:
        """The rows that are not known."""
        return NONE if self.known is None else ~self.known


@dataclass(frozen=True)
class Answers(Partial):
    """A yes_no fact: the rows in which it is yes."""

    yes: Words


@dataclass(frozen=True)
class Codes(Partial):
    """A scale or choice: a code per row, and the position of the option that each code stands for (-1: none)."""

    codes: Numbers
    positions: tuple[int, ...]


@dataclass(frozen=True)
class Quantities(Partial):
    """A number, moment or date per row."""

    numbers: Numbers


@dataclass(frozen=True)
class Chosen(Partial):
    """A fact of several choices: for each option the rows that include it; an option that is missing is in none."""

    options: Mapping[int, Words]


@dataclass(frozen=True)
class Texts(Partial):
    """A text per row, as an Arrow array of strings."""

    texts: Any


Column = Answers | Codes | Quantities | Chosen | Texts


@dataclass(frozen=True, slots=True)
class Ends:
    """The least and the greatest number of every row; the same object where they are equal."""

    low: Numbers
    high: Numbers

    def part(self, start: int, stop: int) -> Ends:
        """Those of the rows from `start` to before `stop`."""
        low = self.low[start:stop]
        return Ends(low, low if self.low is self.high else self.high[start:stop])


@dataclass(frozen=True, slots=True)
class Counted:
    """What a pattern comes to in every row, without the assumptions and with them."""

    plain: Ends
    assumed: Ends

    def part(self, start: int, stop: int) -> Counted:
        """That of the rows from `start` to before `stop`."""
        return Counted(self.plain.part(start, stop), self.assumed.part(start, stop))


@dataclass(frozen=True, slots=True)
class HistoryCounts:
    """What every pattern comes to in every row of a history; `starts` says how many rows come before each batch."""

    by_pattern: Mapping[str, Counted]
    starts: Sequence[int]

    def of(self, first: int, rows: int) -> Mapping[str, Counted]:
        """Those of so many rows, `first` coming before them."""
        return {name: counted.part(first, first + rows) for name, counted in self.by_pattern.items()}


@dataclass(frozen=True, slots=True)
class Block:
    """Some incidents: how many, their facts by name, and the time of evaluation in microseconds, for all or each.

    A fact without a column is unknown in every row, and so is a pattern that is not among `counts`.
    """

    rows: int
    columns: Mapping[str, Column]
    now: int | Numbers | None = None
    counts: Mapping[str, Counted] = field(default_factory=dict)

    def parts(self) -> Iterator[tuple[int, Block]]:
        """The block in stretches that fit into a processor's cache, each with its first row."""
        if self.rows <= ROWS_AT_ONCE:
            yield 0, self
            return
        for start in range(0, self.rows, ROWS_AT_ONCE):
            stop = min(start + ROWS_AT_ONCE, self.rows)
            columns = {name: _part(column, start, stop) for name, column in self.columns.items()}
            now = self.now[start:stop] if isinstance(self.now, np.ndarray) else self.now
            counts = {name: counted.part(start, stop) for name, counted in self.counts.items()}
            yield start, Block(stop - start, columns, now, counts)


def words_part(words: Words, start: int, stop: int) -> Words:
    """The words of the rows from `start`, a multiple of 64, up to `stop`."""
    return words if words.ndim == 0 else words[start // 64 : (stop + 63) // 64]


def _part(column: Column, start: int, stop: int) -> Column:
    known = None if column.known is None else words_part(column.known, start, stop)
    match column:
        case Answers(yes=yes):
            return Answers(words_part(yes, start, stop), known=known)
        case Codes(codes=codes, positions=positions):
            return Codes(codes[start:stop], positions, known=known)
        case Quantities(numbers=numbers):
            return Quantities(numbers[start:stop], known=known)
        case Chosen(options=options):
            return Chosen({option: words_part(words, start, stop) for option, words in options.items()}, known=known)
        case Texts(texts=texts):
            return Texts(texts.slice(start, stop - start), known=known)
