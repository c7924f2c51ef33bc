"""A pool of made-up ways in which an incident may turn out, the same on every machine.

Bit j of every number belongs to the j-th way. What is known of an incident overrides the pool, so that one pool serves
every incident of a protocol.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from rapid_response.reasoning.passes import Bits, Leaf

SIZE = 1024
FLIPPED = 64
SEED = 20_260_201
CHOSEN = (1, 5, 2)
"""How often none, one and two options of a `choices` fact are chosen."""

Weights = Mapping[int, Sequence[float]]
"""For some axes how likely each cell is, or for an option how likely it is among the chosen ones."""


@dataclass(frozen=True, slots=True)
class Pool:
    """By axis and cell, the ways in which the axis is in that cell; and the same for each leaf of a pass."""

    cells: tuple[tuple[Bits, ...], ...]
    leaves: tuple[Bits, ...]

    @property
    def ones(self) -> Bits:
        """Every way."""
        return (1 << SIZE) - 1


def make_pool(widths: Sequence[int], groups: Sequence[Sequence[int]], weights: Weights, leaves: Sequence[Leaf]) -> Pool:
    """A pool over axes with so many cells each; where no weight says more, every answer is as likely as any other.

    The axes of a group are the options of one `choices` fact, of which seldom more than two are chosen.

    >>> pool = make_pool([3], [], {0: [0, 0, 1]}, [(0, 0b110)])
    >>> pool.cells == ((0, 0, pool.ones),), pool.leaves == (pool.ones,)
    (True, True)
    """
    random = Random(SEED)  # noqa: S311  (no secret is made of it)
    grouped = {axis for group in groups for axis in group}
    cells: list[tuple[Bits, ...]] = [()] * len(widths)
    for axis, width in enumerate(widths):
        if axis not in grouped:
            likely = weights.get(axis) or [1.0] * width
            cells[axis] = _bits(random.choices(range(width), likely, k=SIZE), width)
    for group in groups:
        for axis, chosen in zip(group, _chosen(random, group, weights), strict=True):
            cells[axis] = ((1 << SIZE) - 1 & ~chosen, chosen)
    return Pool(tuple(cells), tuple(_union(cells[axis], mask) for axis, mask in leaves))


@dataclass(frozen=True, slots=True)
class Flips:
    """Ways of a pool, once for each axis and cell, with the axis put into that cell: a block of bits each.

    `pairs` marks the blocks whose next one belongs to the same axis; `blocks` gives for each axis the bits of its
    blocks.
    """

    leaves: tuple[Bits, ...]
    pairs: Bits
    blocks: tuple[Bits, ...]
    ones: Bits

    def told_apart(self, found: Bits) -> Bits:
        """Where an evaluation differs from one block to the next of the same axis."""
        return (found ^ found >> FLIPPED) & self.pairs


def make_flips(widths: Sequence[int], pool: Pool, leaves: Sequence[Leaf]) -> Flips:
    """The blocks for axes with so many cells each."""
    block, starts = (1 << FLIPPED) - 1, [sum(widths[:axis]) * FLIPPED for axis in range(len(widths))]
    every = sum(block << start * FLIPPED for start in range(sum(widths)))
    repeated = every // block
    blocks = [_blocks(start, range(width)) for start, width in zip(starts, widths, strict=True)]
    pairs = sum(_blocks(start, range(width - 1)) for start, width in zip(starts, widths, strict=True))
    found: list[Bits] = []
    for (axis, mask), bits in zip(leaves, pool.leaves, strict=True):
        fixed = _blocks(starts[axis], [cell for cell in range(widths[axis]) if mask >> cell & 1])
        found.append((bits & block) * repeated & ~blocks[axis] | fixed)
    return Flips(tuple(found), pairs, tuple(blocks), every)


def _blocks(start: int, cells: Iterable[int]) -> Bits:
    return sum((1 << FLIPPED) - 1 << start + cell * FLIPPED for cell in cells)


def _chosen(random: Random, group: Sequence[int], weights: Weights) -> list[Bits]:
    """For each option the ways in which it is chosen."""
    likely = [weights[axis][1] if axis in weights else 1.0 for axis in group]
    found = [0] * len(group)
    for way, number in enumerate(random.choices(range(len(CHOSEN)), CHOSEN, k=SIZE)):
        for option in random.choices(range(len(group)), likely, k=number):
            found[option] |= 1 << way
    return found


def _bits(drawn: Sequence[int], width: int) -> tuple[Bits, ...]:
    found = [0] * width
    for way, cell in enumerate(drawn):
        found[cell] |= 1 << way
    return tuple(found)


def _union(cells: Sequence[Bits], mask: int) -> Bits:
    return sum(bits for cell, bits in enumerate(cells) if mask >> cell & 1)
