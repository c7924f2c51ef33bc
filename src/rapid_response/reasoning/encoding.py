"""Formulas as clauses: the cells of every axis one-hot over a ladder, and a literal for each node.

Two readings of the same formulas can be had. In the complete one everything about the incident is settled, and a node
and its opposite are one variable. In the partial one each axis has one more cell, "not known", in which no leaf holds;
then a node and its opposite are two, both of which may fail: what is surely so, and what is surely not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import pairwise

from rapid_response.reasoning.nodes import FALSE, TRUE, Nodes, opposite


@dataclass(slots=True)
class Encoding:
    """Clauses that grow as literals are asked for.

    >>> encoding = Encoding(Nodes([3]), partial=False)
    >>> encoding.cell(0, 2), encoding.node(encoding.nodes.leaf(0, 0b110))
    (2, 1)
    """

    nodes: Nodes
    partial: bool
    clauses: list[list[int]] = field(default_factory=list)
    variables: int = 0
    ladders: list[list[int]] = field(default_factory=list)
    cells: list[list[int]] = field(default_factory=list)
    masks: dict[tuple[int, int], int] = field(default_factory=dict)
    known: dict[int, int] = field(default_factory=dict)
    truth: int = 0

    def __post_init__(self) -> None:
        for width in self.nodes.widths:
            self.add_axis(width + self.partial)
        self.truth = self.fresh()
        self.clauses.append([self.truth])
        self.known = {TRUE: self.truth, FALSE: -self.truth}

    def copy(self) -> Encoding:
        """The same, to be added to on its own."""
        copied = copy(self)
        copied.clauses, copied.ladders, copied.cells = list(self.clauses), list(self.ladders), list(self.cells)
        copied.masks, copied.known = dict(self.masks), dict(self.known)
        return copied

    def fresh(self) -> int:
        """A new variable."""
        self.variables += 1
        return self.variables

    def cell(self, axis: int, cell: int) -> int:
        """The literal that says that the axis is in that cell."""
        return self.cells[axis][cell]

    def not_known(self, axis: int) -> int:
        """The literal of the cell "not known"; in the partial reading only."""
        return self.cells[axis][-1]

    def node(self, root: int) -> int:
        """The literal of a node; its clauses, and those of what is below it, are made on first use."""
        if root not in self.known:
            for node in self.nodes.cone([root]):
                if node not in self.known:
                    self.define(node)
        return self.known[root]

    def add_axis(self, width: int) -> list[int]:
        """One more axis with so many cells; its literals."""
        ladder = [self.fresh() for _ in range(width - 1)]
        self.clauses += [[-upper, lower] for lower, upper in pairwise(ladder)]
        self.ladders.append(ladder)
        self.cells.append([])
        self.cells[-1] = [self.run(len(self.cells) - 1, cell, cell) for cell in range(width)]
        return self.cells[-1]

    def run(self, axis: int, first: int, last: int) -> int:
        """The literal that says that the axis is in one of the cells from first to last."""
        ladder = self.ladders[axis]
        at_least = [] if first == 0 else [ladder[first - 1]]
        at_most = [] if last == len(ladder) else [-ladder[last]]
        return self.all_of([*at_least, *at_most])

    def leaf(self, axis: int, mask: int) -> int:
        """The literal that says that the axis is in a cell of the mask."""
        key = axis, mask
        if key not in self.masks:
            self.masks[key] = self.any_of([self.run(axis, first, last) for first, last in _runs(mask)])
        return self.masks[key]

    def all_of(self, literals: Sequence[int]) -> int:
        """A literal that holds where all of these do."""
        if len(literals) == 1:
            return literals[0]
        whole = self.fresh()
        self.clauses += [[-whole, literal] for literal in literals]
        self.clauses.append([whole, *(-literal for literal in literals)])
        return whole

    def any_of(self, literals: Sequence[int]) -> int:
        """A literal that holds where one of these does."""
        return literals[0] if len(literals) == 1 else -self.all_of([-literal for literal in literals])

    def define(self, node: int) -> None:
        """The literal of a node whose parts have theirs; of its opposite too where both are one variable."""
        literal = self.literal(node, self.known, {})
        self.known[node] = literal
        if not self.partial:
            self.known[opposite(node)] = -literal

    def literal(self, node: int, known: Mapping[int, int], moved: Mapping[int, int]) -> int:
        """The literal of a node, given those of its parts; some axes may have moved."""
        parts = self.nodes.parts[node]
        match self.nodes.kinds[node]:
            case "leaf":
                return self.leaf(moved.get(parts[0], parts[0]), parts[1])
            case "surely":
                return known[parts[0]]
            case "not surely":
                return -known[parts[0]]
            case "all":
                return self.all_of([known[part] for part in parts])
            case _:
                return self.any_of([known[part] for part in parts])

    def twin(self, axis: int, roots: Sequence[int]) -> dict[int, int]:
        """Literals of the roots for the same incident, but that one axis may be in another cell.

        Only roots that hang on the axis are given.
        """
        other = len(self.cells)
        self.add_axis(self.nodes.widths[axis])
        found: dict[int, int] = {}
        known = dict(self.known)
        for node in self.nodes.cone(roots):
            parts = self.nodes.parts[node]
            leaf = self.nodes.kinds[node] == "leaf"
            if parts[0] == axis if leaf else any(part in found for part in parts):
                found[node] = known[node] = self.literal(node, known, {axis: other})
        return {root: found[root] for root in roots if root in found}


def _runs(mask: int) -> list[tuple[int, int]]:
    """The stretches of ones in a mask, as first and last positions.

    >>> _runs(0b1101)
    [(0, 0), (2, 3)]
    """
    found: list[tuple[int, int]] = []
    for position in range(mask.bit_length()):
        if mask >> position & 1:
            if found and found[-1][1] == position - 1:
                found[-1] = (found[-1][0], position)
            else:
                found.append((position, position))
    return found
