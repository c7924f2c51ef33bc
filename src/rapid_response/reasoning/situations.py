"""What is known of one incident, in cells, and what follows from it at once: without a solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rapid_response.evaluation.compiling import Facts, Range
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.evaluation.truth import UNKNOWN, YES
from rapid_response.protocol.expressions import Condition
from rapid_response.reasoning.cells import Axis
from rapid_response.reasoning.network import Network, Space, space_of
from rapid_response.reasoning.nodes import FALSE, TRUE, opposite
from rapid_response.reasoning.passes import Bits, Pass
from rapid_response.reasoning.sampling import Pool


@dataclass(frozen=True, slots=True)
class Sampled:
    """The ways of a pool in which the tier is at least each level above the lowest, and each response is active."""

    pool: Pool
    tiers: tuple[Bits, ...]
    responses: tuple[Bits, ...]

    def levels(self, ways: Bits) -> Range | None:
        """The lowest and the highest level among some ways; None where there is none."""
        if not ways:
            return None
        low = sum(1 for bits in self.tiers if ways & ~bits == 0)
        return low, sum(1 for bits in self.tiers if ways & bits)


@dataclass(frozen=True)
class Situation:
    """A space and the cell that each axis is in, None where it is not known."""

    space: Space
    cells: tuple[int | None, ...]

    @property
    def network(self) -> Network:
        """The formulas."""
        return self.space.network

    @property
    def literals(self) -> list[int]:
        """What is known, for the solver."""
        cell = self.network.encoding.cell
        return [cell(axis, known) for axis, known in enumerate(self.cells) if known is not None]

    @property
    def is_opaque(self) -> bool:
        """Whether a condition that is not looked into is still open."""
        return any(axis.opaque and cell is None for axis, cell in zip(self.space.axes, self.cells, strict=True))

    def supposing(self, cells: Mapping[int, int | None]) -> Situation:
        """The same with other cells on some axes."""
        return replace(self, cells=tuple(cells.get(axis, known) for axis, known in enumerate(self.cells)))

    @cached_property
    def sure(self) -> Mapping[int, Bits]:
        """What is sure of every node: bit 0 as things stand, the bit of a cell once the axis is known to be in it."""
        network = self.network
        found = network.sure.run(
            self.bits(network.sure, network.supposed_leaves, network.supposed_ones), network.supposed_ones
        )
        return dict(zip((FALSE, TRUE, *network.cone), (0, network.supposed_ones, *found), strict=True))

    @cached_property
    def sampled(self) -> Sampled:
        """How the incident turns out in each way of the usual pool."""
        return self.sampled_in(self.network.pool)

    def sampled_in(self, pool: Pool) -> Sampled:
        """How the incident turns out in each way of a pool."""
        network = self.network
        found = network.complete.run(self.bits(network.complete, pool.leaves, pool.ones), pool.ones)
        tiers, responses = len(network.plain.tiers), len(network.plain.responses)
        return Sampled(pool, found[:tiers], found[tiers : tiers + responses])

    def bits(self, evaluation: Pass, unknown: Sequence[Bits], ones: Bits) -> list[Bits]:
        """The leaves of a pass: of known axes as they are, of others the bits given."""
        cells = self.cells
        return [
            bits if (cell := cells[axis]) is None else ones if mask >> cell & 1 else 0
            for (axis, mask), bits in zip(evaluation.leaves, unknown, strict=True)
        ]

    def levels(self, bit: int) -> Range:
        """The lowest and the highest level that are possible, as things stand (bit 0) or in the case of a bit."""
        tiers, sure = self.network.plain.tiers, self.sure
        low = max((level for level, root in enumerate(tiers, 1) if sure[root] >> bit & 1), default=0)
        high = min((level for level, root in enumerate(tiers) if sure[opposite(root)] >> bit & 1), default=len(tiers))
        return low, high

    def levels_ahead(self) -> Range:
        """The range of levels that follows when one more axis is looked at, whichever."""
        low, high = self.levels(0)
        for axis, bits in enumerate(self.network.supposed):
            if self.cells[axis] is None and low < high:
                ends = [self.levels(bit) for bit in bits]
                low, high = max(low, min(end[0] for end in ends)), min(high, max(end[1] for end in ends))
        return low, high


def situation_of(result: Recommendation, facts: Facts | None = None) -> Situation:
    """What is known in a result; or, of the same incident, only some facts, or some supposed ones."""
    protocol, facts = result.protocol, result.incident.facts if facts is None else facts
    space = space_of(protocol, result.now)
    known = dict(zip(protocol.facts, facts, strict=True))
    opaque = _opaque(result, space.axes, facts)
    cells: list[int | None] = []
    for axis in space.axes:
        if axis.fact is None:
            cells.append(opaque.get(axis.opaque))
        else:
            value = known[axis.fact]
            cells.append(None if value is None else axis.cell_of(value))
    return Situation(space, tuple(cells))


def _opaque(result: Recommendation, axes: Sequence[Axis], facts: Facts) -> Mapping[Condition | None, int | None]:
    """The truth of opaque conditions, as far as the evaluation knows it."""
    conditions = [axis.opaque for axis in axes if axis.opaque is not None]
    if not conditions:
        return {}
    program = result.protocol.program
    trace = program.trace(facts, result.now, False, result.counted(facts).plain)
    truths = {node: trace[program.slots[node]] for node in conditions if node in program.slots}
    return {node: None if truth == UNKNOWN else int(truth == YES) for node, truth in truths.items()}
