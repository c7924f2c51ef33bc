"""Made-up incidents of which everything is known, the same on every machine: what holds in which of them.

Bit j of every number belongs to the j-th incident. What holds in one of them needs no solver to be found possible.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapid_response.proving.space import Space
from rapid_response.reasoning.nodes import FALSE, TRUE
from rapid_response.reasoning.passes import Bits, bits_of
from rapid_response.reasoning.sampling import SIZE, Pool, make_pool

ONES = (1 << SIZE) - 1


class Sample:
    """Incidents of a space, every answer as likely as any other.

    >>> from rapid_response import load_protocol
    >>> from rapid_response.proving.space import space_of
    >>> from rapid_response.reasoning.nodes import opposite
    >>> space = space_of(load_protocol("protocol_rules/ccsj"))
    >>> sample, lowest = Sample(space), space.said[0].tiers[0]
    >>> sample.bits(lowest) | sample.bits(opposite(lowest)) == ONES
    True
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self._pool = make_pool(space.nodes.widths, space.groups, {}, ())
        self._known: dict[int, Bits] = {FALSE: 0, TRUE: ONES}

    def bits(self, node: int) -> Bits:
        """The incidents in which a node holds."""
        return self._evaluated(node, self._known, self._pool)

    def moved(self, roots: Iterable[int], axis: int) -> list[tuple[Bits, ...]]:
        """For each cell of an axis: where each root holds if the axis is in that cell, all else as it was."""
        found: list[tuple[Bits, ...]] = []
        for cell in range(self.space.nodes.widths[axis]):
            cells = tuple(ONES if other == cell else 0 for other in range(self.space.nodes.widths[axis]))
            pool = Pool((*self._pool.cells[:axis], cells, *self._pool.cells[axis + 1 :]), ())
            known = {FALSE: 0, TRUE: ONES}
            found.append(tuple(self._evaluated(root, known, pool) for root in roots))
        return found

    def _evaluated(self, root: int, known: dict[int, Bits], pool: Pool) -> Bits:
        """The bits of a node, those of all nodes below it noted on the way."""

        def leaf(axis: int, mask: int) -> Bits:
            return sum(bits for cell, bits in enumerate(pool.cells[axis]) if mask >> cell & 1)

        return bits_of(self.space.nodes, root, known, leaf, ONES)
