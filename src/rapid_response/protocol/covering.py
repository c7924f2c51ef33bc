"""How the rows of a decision table cover its cases: do rows overlap, and does every combination have a row?

A column's domain falls into cells (options, or stretches of a number); an entry of the table covers some of them, as a
bit mask. A row is then a box, a tuple of masks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from operator import and_, or_

Box = tuple[int, ...]


def overlaps(rows: Sequence[Box]) -> list[tuple[int, int]]:
    """Every row that meets an earlier one, with the first such row, both by position.

    >>> overlaps([(0b01, 0b11), (0b10, 0b01), (0b11, 0b10)])
    [(0, 2)]
    """
    found: list[tuple[int, int]] = []
    covered = [0] * max(map(len, rows), default=0)
    for position, row in enumerate(rows):
        if all(map(and_, covered, row)):
            meeting = (earlier for earlier in range(position) if all(map(and_, rows[earlier], row)))
            found += [(earlier, position) for earlier in islice(meeting, 1)]
        covered = [*map(or_, covered, row)]
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


def _volume(rows: Sequence[Box]) -> int:
    return sum(math.prod(mask.bit_count() for mask in row) for row in rows)
