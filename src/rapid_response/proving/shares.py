"""What share of all possible incidents something holds for, by drawing very many of them.

Every answer is as likely as any other: each option, and of numbers and times each stretch that one of the protocols
tells apart. Of a question with several answers none, one or two are chosen. Frequencies may say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from rapid_response.proving.budget import Budget
from rapid_response.proving.space import Space
from rapid_response.reasoning.passes import Bits, Leaf, bits_of, compile_pass
from rapid_response.reasoning.questions import Frequencies, cell_weights
from rapid_response.reasoning.sampling import CHOSEN, SEED
from rapid_response.uncertainty import share_interval

BATCH = 1 << 16
BATCHES = 16
PRECISION = 16

Weights = Mapping[int, Sequence[float]]
"""For some axes how likely each cell is, or for an option how likely it is among the chosen ones."""


@dataclass(frozen=True, slots=True)
class Share:
    """For how many of the incidents drawn something held.

    >>> Share(0, 1_000_000).interval[1] < 0.00001, Share(250, 1_000).estimate
    (True, 0.25)
    """

    hits: int
    drawn: int

    @property
    def estimate(self) -> float:
        """The share among the incidents drawn."""
        return self.hits / self.drawn

    @property
    def interval(self) -> tuple[float, float]:
        """The least and the greatest share that fit what was drawn (Wilson, 95 %)."""
        return share_interval(self.hits, self.drawn)

    def to_dict(self) -> dict[str, float]:
        """The share with its interval as plain data."""
        low, high = self.interval
        return {"estimate": self.estimate, "low": low, "high": high, "drawn": self.drawn}


@dataclass(frozen=True, slots=True)
class Drawn:
    """The share of each goal, None where there was no time; and the first incidents drawn: bits by axis and cell.

    `known` keeps where nodes hold among these.
    """

    space: Space
    shares: tuple[Share, ...] | None
    cells: Mapping[int, Sequence[Bits]]
    known: dict[int, Bits] = field(default_factory=dict)

    def where(self, node: int) -> Bits:
        """Where a node holds among the first incidents drawn; nowhere if it hangs on an axis that was not drawn."""
        if not self.cells.keys() >= self.space.axes_below(node):
            return 0
        return bits_of(self.space.nodes, node, self.known, lambda *leaf: _union(self.cells, leaf), (1 << BATCH) - 1)

    def incident(self, way: int) -> tuple[int, ...]:
        """The cells of one incident of the first batch; of axes that were not drawn the first."""
        return tuple(
            next((cell for cell, bits in enumerate(self.cells.get(axis, ())) if bits >> way & 1), 0)
            for axis in range(len(self.space.axes))
        )


def draw(space: Space, goals: Sequence[int], budget: Budget, frequencies: Frequencies | None = None) -> Drawn:
    """Draw incidents, the same on every machine, until enough are drawn or the time is over; none where it is."""
    evaluation = compile_pass(space.nodes, goals)
    weights = weights_of(space, frequencies or {})
    random = Random(SEED)  # noqa: S311  (no secret is made of it)
    axes = space.axes_below(*goals)
    counts, drawn, first = [0] * len(goals), 0, dict[int, Sequence[Bits]]()
    for _ in range(BATCHES):
        if budget.is_spent:
            break
        cells = _cells(space, axes, weights, random)
        found = evaluation.run([_union(cells, leaf) for leaf in evaluation.leaves], (1 << BATCH) - 1)
        first = first or dict(cells)
        counts = [count + bits.bit_count() for count, bits in zip(counts, found, strict=True)]
        drawn += BATCH
    shares = tuple(Share(count, drawn) for count in counts) if drawn else None
    return Drawn(space, shares, first)


def weights_of(space: Space, frequencies: Frequencies) -> Weights:
    """How likely the cells are, as far as frequencies of facts of the vocabulary say."""
    found: dict[int, Sequence[float]] = {}
    for fact, seen in frequencies.items():
        for position in space.by_fact.get(fact, ()):
            if weights := cell_weights(space.axes[position], seen, space.vocabulary.time_zone):
                found[position] = weights
    return found


def _union(cells: Mapping[int, Sequence[Bits]], leaf: Leaf) -> Bits:
    axis, mask = leaf
    return sum(bits for cell, bits in enumerate(cells[axis]) if mask >> cell & 1)


def _cells(space: Space, axes: frozenset[int], weights: Weights, random: Random) -> Mapping[int, Sequence[Bits]]:
    """One batch: for each axis and cell the incidents in which the axis is in that cell."""
    found: dict[int, Sequence[Bits]] = {}
    grouped = [group for group in space.groups if not axes.isdisjoint(group)]
    for group in grouped:
        likely = [weights[axis][1] if axis in weights else 1.0 for axis in group]
        for axis, chosen in zip(group, _chosen(random, likely), strict=True):
            found[axis] = ((1 << BATCH) - 1 & ~chosen, chosen)
    for axis in sorted(axes - found.keys()):
        found[axis] = one_of(random, weights.get(axis) or [1.0] * space.nodes.widths[axis])
    return found


def _chosen(random: Random, likely: Sequence[float]) -> list[Bits]:
    """For each option of a `choices` fact the incidents in which it is chosen: one option, or none, or perhaps two."""
    none, _, two = one_of(random, CHOSEN)
    first, second = one_of(random, likely), one_of(random, likely)
    return [one & ~none | other & two for one, other in zip(first, second, strict=True)]


def one_of(random: Random, likely: Sequence[float]) -> list[Bits]:
    """For each of some things the incidents of a batch in which it is the one drawn.

    >>> drawn = one_of(Random(1), [1, 0, 3])
    >>> [round(bits.bit_count() / BATCH, 1) for bits in drawn], drawn[0] & drawn[2]
    ([0.2, 0.0, 0.8], 0)
    """
    left, rest = (1 << BATCH) - 1, float(sum(likely))
    found: list[Bits] = []
    for position, weight in enumerate(likely):
        last = not any(likely[position + 1 :])
        drawn = left if last and weight else left & _happening(random.getrandbits, weight / rest) if weight else 0
        found.append(drawn)
        left, rest = left & ~drawn, rest - weight
    return found


def _happening(bits: Callable[[int], Bits], probability: float) -> Bits:
    """The incidents of a batch in which something of that probability happens, to 16 binary places."""
    places, found = min(round(probability * 2**PRECISION), 2**PRECISION - 1), 0
    for place in range(PRECISION):
        if places >> place & 1:
            found |= bits(BATCH)
        elif found:
            found &= bits(BATCH)
    return found
