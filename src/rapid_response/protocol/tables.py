"""Decision tables: do rows overlap, and does every combination have a row?

A column's domain falls into cells (options, or stretches of a number); an entry of the table covers some of them, as a
bit mask. A row is then a box, a tuple of masks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Box = tuple[int, ...]


def overlaps(rows: Sequence[Box], cells: Sequence[int]) -> list[tuple[int, int]]:
    """Every row that meets an earlier one, with the first such row, both by position.

    `cells` gives how many cells each column has.

    >>> overlaps([(0b01, 0b11), (0b10, 0b01), (0b11, 0b10)], [2, 2])
    [(0, 2)]
    """
    covering = [[_rows_covering(rows, column, cell) for cell in range(count)] for column, count in enumerate(cells)]
    found: list[tuple[int, int]] = []
    for position, row in enumerate(rows):
        meeting = (1 << position) - 1
        for column, mask in enumerate(row):
            meeting &= _union(covering[column], mask)
        if meeting:
            found.append(((meeting & -meeting).bit_length() - 1, position))
    return found


def uncovered(rows: Sequence[Box], cells: Sequence[int]) -> tuple[int, ...] | None:
    """A combination of cells that no row covers, or None. The rows must not overlap, so their volumes add up.

    >>> uncovered([(0b01, 0b11), (0b10, 0b01)], [2, 2])
    (1, 1)
    """
    if _volume(rows) == math.prod(cells):
        return None
    combination: list[int] = []
    for depth, count in enumerate(cells):
        size = math.prod(cells[depth + 1 :])
        for cell in range(count):
            fitting = [row[1:] for row in rows if row[0] >> cell & 1]
            if _volume(fitting) < size:
                break
        combination.append(cell)
        rows = fitting
    return tuple(combination)


def stretches(low: int, high: int, cuts: Sequence[int]) -> list[tuple[int, int]]:
    """A range of whole numbers cut before each of the numbers.

    >>> stretches(0, 9, [4, 7])
    [(0, 3), (4, 6), (7, 9)]
    """
    starts = sorted({low, *(cut for cut in cuts if low < cut <= high)})
    return list(zip(starts, [*(start - 1 for start in starts[1:]), high], strict=True))


def _rows_covering(rows: Sequence[Box], column: int, cell: int) -> int:
    return sum(1 << position for position, row in enumerate(rows) if row[column] >> cell & 1)


def _union(covering: Sequence[int], mask: int) -> int:
    union = 0
    for cell, rows in enumerate(covering):
        if mask >> cell & 1:
            union |= rows
    return union


def _volume(rows: Sequence[Box]) -> int:
    return sum(math.prod(mask.bit_count() for mask in row) for row in rows)
