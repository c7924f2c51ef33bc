"""What every source gives: pieces of a table, whose rows know where they stand."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from typing import Protocol as Interface

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Lines = npt.NDArray[np.int64] | range
"""The line or row number of each row."""

ROWS_IN_A_PIECE = 1 << 21


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that is no row: where it stands, what is wrong with it, and its own text."""

    line: int
    problem: str
    message: str
    text: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that were read: an Arrow table, the line or row number of each, and the records that are no rows.

    `whole(row)` gives all cells of one row, also those that were not asked for. `file` names the file, where a source
    has several.
    """

    table: Any
    lines: Lines
    whole: Callable[[int], Mapping[str, Any]]
    broken: tuple[Broken, ...] = ()
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a source, read when asked for. `share` is how much of the source is done after it, 0 to 1."""

    read: Callable[[], Batch]
    share: float | None


@dataclass(frozen=True, slots=True)
class File:
    """A source that is one file."""

    path: Path

    @property
    def name(self) -> str:
        """The path as given."""
        return str(self.path)

    @property
    def mark(self) -> str:
        """Size and time of change."""
        found = self.path.stat()
        return f"{found.st_size}:{found.st_mtime_ns}"


class Source(Interface):
    """A table of past incidents. `unit` says what the numbers of its rows count."""

    @property
    def name(self) -> str:
        """What people call it: the file's path, or the kind of frame."""

    @property
    def unit(self) -> Literal["line", "row"]:
        """Whether places are lines of a text or rows of a table."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, in order, as they stand."""

    @property
    def has_nulls(self) -> bool:
        """Whether it can say of a cell that nothing is there, other than by an empty text."""

    @property
    def mark(self) -> str | None:
        """A text that is another one when the content has changed; None where that cannot be told."""

    @abstractmethod
    def pieces(self, columns: Sequence[str]) -> Iterator[Piece]:
        """The rows in order, with at least the columns asked for."""


def read_ahead(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, Batch]]:
    """Every piece with its rows, the next one being read while the caller works on this one."""
    with ThreadPoolExecutor(1) as reading:
        waiting: deque[tuple[Piece, Future[Batch]]] = deque()
        for piece in pieces:
            waiting.append((piece, reading.submit(piece.read)))
            if len(waiting) > 1:
                done, batch = waiting.popleft()
                yield done, batch.result()
        for done, batch in waiting:
            yield done, batch.result()


def numbered(table: Any, first: int, share: float | None) -> Piece:
    """A piece whose rows are numbered one after the other."""
    lines = range(first, first + table.num_rows)
    return Piece(lambda: Batch(table, lines, lambda row: table.slice(row, 1).to_pylist()[0]), share)


def loose_table(names: Sequence[str], columns: Sequence[Sequence[Any]]) -> Any:
    """Cells of any type as a table of texts; cells that are lists become lists of texts."""
    return pa.table([_loose_column(cells) for cells in columns], names=list(names))


def _loose_column(cells: Sequence[Any]) -> Any:
    if any(isinstance(cell, list) for cell in cells):
        lists = [
            None if (text := cell_text(cell)) is None else text if isinstance(text, list) else [text] for cell in cells
        ]
        return pa.array(lists, pa.list_(pa.string()))
    return pa.array([cell_text(cell) for cell in cells], pa.string())


def cell_text(cell: Any) -> Any:
    """A cell as the text that a person would have typed; nothing where there is nothing.

    >>> [cell_text(cell) for cell in (5.0, True, None, dt.date(2026, 2, 1), "x")]
    ['5', 'true', None, '2026-02-01', 'x']
    """
    match cell:
        case None:
            return None
        case bool():
            return "true" if cell else "false"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case Decimal():
            return f"{cell:f}"
        case dt.datetime() | dt.date() | dt.time():
            return cell.isoformat()
        case list():
            return [cell_text(part) for part in cell]
        case bytes():
            return cell.decode("utf-8", "replace")
        case _:
            return str(cell)
