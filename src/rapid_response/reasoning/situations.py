"""What is known of one incident, in cells, and what follows from it at once: without a solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapid_response.evaluation.compiling import Facts, Range, Ranges
from rapid_response.evaluation.patterns import UNCOUNTED, Counts
from rapid_response.evaluation.truth import UNKNOWN, YES
from rapid_response.protocol.expressions import Condition
from rapid_response.protocol.model import Protocol
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
    """Facts at a time of evaluation, and the cell that each axis of their space is in, None where it is not known.

    `counts` is what the patterns come to with these facts.
    """

    space: Space
    facts: Facts
    now: int | None
    counts: Counts
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

    def assumes_criteria(self) -> bool:
        """Whether something is assumed of a criterion because it is not known."""
        protocol = self.space.protocol
        assumed = [criterion.condition for criterion in protocol.criteria.values() if criterion.assumed is not None]
        trace = protocol.program.trace(self.facts, self.now, True, self.counts.assumed) if assumed else ()
        return any(trace[protocol.program.slots[condition]] == UNKNOWN for condition in assumed)

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
        return _levels([sure[root] >> bit & 1 for root in tiers], [sure[opposite(root)] >> bit & 1 for root in tiers])

    def recommended(self) -> Range:
        """The lowest and the highest level with what is assumed of criteria, as things stand."""
        evaluation, tiers = self.network.recommended, len(self.network.assumed.tiers)
        found = evaluation.run(self.bits(evaluation, [0] * len(evaluation.leaves), 1), 1)
        return _levels(found[:tiers], found[len(found) // 2 :][:tiers])

    def levels_ahead(self) -> Range:
        """The range of levels that follows when one more axis is looked at, whichever."""
        low, high = self.levels(0)
        for axis, bits in enumerate(self.network.supposed):
            if self.cells[axis] is None and low < high:
                ends = [self.levels(bit) for bit in bits]
                low, high = max(low, min(end[0] for end in ends)), min(high, max(end[1] for end in ends))
        return low, high


def _levels(sure: Sequence[Bits], opposed: Sequence[Bits]) -> Range:
    """The range of levels, given which are surely reached and which surely are not."""
    low = max((level for level, reached in enumerate(sure, 1) if reached), default=0)
    return low, min((level for level, missed in enumerate(opposed) if missed), default=len(opposed))


def situation_of(protocol: Protocol, facts: Facts, now: int | None, counts: Counts = UNCOUNTED) -> Situation:
    """What is known of an incident, given its encoded facts and the time of evaluation in microseconds.

    `counts` is what the patterns come to with these facts.
    """
    space = space_of(protocol, now)
    known = dict(zip(protocol.facts, facts, strict=True))
    opaque = _opaque(protocol, space.axes, facts, now, counts.plain)
    cells: list[int | None] = []
    for axis in space.axes:
        if axis.fact is None:
            cells.append(opaque.get(axis.opaque))
        else:
            value = known[axis.fact]
            cells.append(None if value is None else axis.cell_of(value))
    return Situation(space, facts, now, counts, tuple(cells))


def _opaque(
    protocol: Protocol, axes: Sequence[Axis], facts: Facts, now: int | None, counts: Ranges
) -> Mapping[Condition | None, int | None]:
    """The truth of opaque conditions, as far as the evaluation knows it."""
    conditions = [axis.opaque for axis in axes if axis.opaque is not None]
    if not conditions:
        return {}
    program = protocol.program
    trace = program.trace(facts, now, False, counts)
    truths = {node: trace[program.slots[node]] for node in conditions if node in program.slots}
    return {node: None if truth == UNKNOWN else int(truth == YES) for node, truth in truths.items()}
