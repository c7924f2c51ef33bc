"""Many changes of one incident tried at once: bit j of every number belongs to the j-th of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from rapid_response.reasoning.goals import Goal
from rapid_response.reasoning.passes import Bits
from rapid_response.reasoning.situations import Situation

Cells = Mapping[int, int]
"""New cells by axis."""

Product = Sequence[Sequence[Cells]]
"""For each of some parts of the incident, the cells that it may get: every combination is one change."""


@dataclass(slots=True)
class Trials:
    """Changes of one incident, product after product.

    `moved` gives for each axis that changes the bits of each of its new cells, `own` the bits in which it has one.
    """

    situation: Situation
    size: int = 0
    moved: dict[int, dict[int, Bits]] = field(default_factory=dict)
    own: dict[int, Bits] = field(default_factory=dict)

    def add(self, parts: Product) -> range:
        """Every combination of a product, the first part changing quickest; the bits that it takes."""
        total, step = prod(map(len, parts)), 1
        for variants in parts:
            every = ((1 << total) - 1) // ((1 << step * len(variants)) - 1) * ((1 << step) - 1) << self.size
            for number, cells in enumerate(variants):
                for axis, cell in cells.items():
                    self.move(axis, cell, every << number * step)
            step *= len(variants)
        self.size += total
        return range(self.size - total, self.size)

    def move(self, axis: int, cell: int, bits: Bits) -> None:
        """Put an axis into a cell in some of the changes."""
        by_cell = self.moved.setdefault(axis, {})
        by_cell[cell] = by_cell.get(cell, 0) | bits
        self.own[axis] = self.own.get(axis, 0) | bits

    def reaching(self, goal: Goal) -> Bits:
        """The changes that reach the goal, as far as sure and possible can tell."""
        network, ones = self.situation.network, (1 << self.size) - 1
        found = network.recommended.run(
            [self.leaf(axis, mask, ones) for axis, mask in network.recommended.leaves], ones
        )
        half = len(found) // 2
        return goal.reached(network.assumed, found[:half], found[half:], ones)

    def leaf(self, axis: int, mask: int, ones: Bits) -> Bits:
        """The changes in which an axis is surely in a cell of the mask; an opaque one may be in any."""
        if self.situation.space.axes[axis].opaque is not None:
            return ones
        cell = self.situation.cells[axis]
        found = 0 if cell is None or not mask >> cell & 1 else ones & ~self.own.get(axis, 0)
        for other, bits in self.moved.get(axis, {}).items():
            found |= bits if mask >> other & 1 else 0
        return found


def chosen(parts: Product, position: int) -> Iterator[int]:
    """Which variant of each part the combination at a position of a product has.

    >>> list(chosen([[{}, {}], [{}, {}, {}]], 5))
    [1, 2]
    """
    for variants in parts:
        position, number = divmod(position, len(variants))
        yield number


def ones_of(bits: Bits) -> Iterator[int]:
    """The positions of the ones.

    >>> list(ones_of(0b1010))
    [1, 3]
    """
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
