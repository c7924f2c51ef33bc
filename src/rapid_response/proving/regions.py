"""Where something holds, in few words: what is always so there, or cases of which each is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapid_response.protocol.expressions import Condition
from rapid_response.proving.atoms import conditions_of
from rapid_response.proving.prover import Cells, Prover
from rapid_response.proving.shares import Drawn
from rapid_response.proving.writing import written
from rapid_response.reasoning.nodes import FALSE, TRUE, opposite
from rapid_response.reasoning.passes import compile_pass

MOST_CASES = 3
"""So many cases may say where something holds; where more are needed, only what is always so there is said."""

LEAST_COVERED = 0.1
"""A case that covers less of what is not covered yet shows that too many would be needed."""

MOST_ANSWERS = 8
"""A case that takes more answers than so many is not said in a few words."""

Nodes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Conditions that hold together. `needed` says that all of them always hold there, `enough` that they suffice."""

    conditions: tuple[Condition, ...]
    needed: bool
    enough: bool

    def to_dict(self) -> dict[str, Any]:
        """The case as plain data, conditions as they would be written."""
        return {"conditions": list(map(written, self.conditions)), "needed": self.needed, "enough": self.enough}


def describe(prover: Prover, goal: int, named: Mapping[int, Condition], drawn: Drawn) -> tuple[Case, ...]:
    """Where a goal holds: one case that is needed; or up to three, each of them enough, that are all there are.

    `named` are nodes that have words of their own, such as criteria, the simplest first. `drawn` only says where to
    look first. Nothing where there was not enough time.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.proving.budget import Budget
    >>> from rapid_response.proving.shares import draw
    >>> from rapid_response.proving.space import space_of
    >>> space = space_of(protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\n"
    ...     "facts: {f: {type: yes_no}, g: {type: yes_no}, age: {type: number, min: 0, max: 120}}\\n"
    ...     "rules: {a: {when: f and age >= 65, raise_to: high}, b: {when: f and g, raise_to: high}}"
    ... ))
    >>> goal = space.said[0].tiers[0]
    >>> cases = describe(Prover(space, Budget(None)), goal, {}, draw(space, [goal], Budget(None)))
    >>> [case.to_dict()["conditions"] for case in cases], cases[0].enough
    ([['f', 'g'], ['f', 'age >= 65']], True)
    """
    describing = _Describing(prover, goal, named, drawn)
    always = describing.always()
    if always is None:
        return ()
    if describing.suffice(always):
        return (describing.case(always, needed=True, enough=True),)
    cases = describing.cases()
    if cases is None:
        return (describing.case(always, needed=True, enough=False),)
    return tuple(describing.case(case, needed=False, enough=True) for case in cases)


class _Describing:
    def __init__(self, prover: Prover, goal: int, named: Mapping[int, Condition], drawn: Drawn) -> None:
        self.prover, self.space, self.goal, self.named, self.drawn = prover, prover.space, goal, named, drawn
        self.axes = sorted(self.space.axes_below(goal))
        self.judged = compile_pass(self.space.nodes, list(named))

    def case(self, nodes: Sequence[int], *, needed: bool, enough: bool) -> Case:
        return Case(conditions_of(self.space, nodes, self.named), needed, enough)

    def suffice(self, nodes: Sequence[int]) -> bool:
        """Whether the goal follows from all nodes together."""
        return self.follows_from(nodes) is not None

    def follows_from(self, nodes: Sequence[int], goal: int | None = None) -> list[int] | None:
        """Those of the nodes from which the goal, or another one, follows, if it does."""
        literals = {self.prover.encoding.node(node): node for node in nodes}
        solved = self.prover.solve([opposite(self.goal if goal is None else goal)], list(literals))
        if solved.possible is not False:
            return None
        return [node for literal, node in literals.items() if literal in solved.core]

    # What is always so

    def always(self) -> list[int] | None:
        """What holds wherever the goal does, nothing said twice; None where that is not decided in time."""
        solved = self.prover.solve([self.goal])
        if not solved.possible:
            return None
        seen, holding = [1 << cell for cell in solved.cells], self.drawn.where(self.goal)
        for axis in self.axes:
            drawn = enumerate(self.drawn.cells.get(axis, ()))
            seen[axis] |= sum(1 << cell for cell, bits in drawn if bits & holding)
        leaves = [leaf for axis in self.axes if (leaf := self.narrowed(axis, seen)) is not None]
        if self.prover.budget.is_spent:
            return None
        sides = self.sides(solved.cells)
        named = [node for node in sides if self.prover.solve([self.goal, opposite(node)]).possible is False]
        return self.without_repetition([*named, *leaves])

    def narrowed(self, axis: int, seen: list[int]) -> int | None:
        """The answers possible where the goal holds, if others are not; what is seen on the way is noted."""
        while True:
            leaf = self.space.nodes.leaf(axis, seen[axis])
            if leaf == TRUE:
                return None
            solved = self.prover.solve([self.goal, opposite(leaf)])
            if solved.possible is None:
                return None
            if not solved.possible:
                return leaf
            for other, cell in enumerate(solved.cells):
                seen[other] |= 1 << cell

    def without_repetition(self, nodes: Sequence[int]) -> list[int]:
        """The nodes without those that follow from the others; answers go first, criteria stay."""
        kept = list(dict.fromkeys(nodes))
        for node in [*reversed(kept)]:
            rest = [other for other in kept if other != node]
            if self.follows_from(rest, node) is not None:
                kept = rest
        return kept

    def sides(self, cells: Cells) -> list[int]:
        """What has words of its own, or its opposite: as it is for one incident."""
        leaves = [1 if mask >> cells[axis] & 1 else 0 for axis, mask in self.judged.leaves]
        pairs = zip(self.named, self.judged.run(leaves, 1), strict=True)
        return [node if holds else opposite(node) for node, holds in pairs if node not in (FALSE, TRUE)]

    # Cases that are enough

    def cases(self) -> list[Nodes] | None:
        """Cases in each of which the goal holds, and in no others; None where they are many."""
        cases: list[Nodes] = []
        left, nodes = self.goal, self.space.nodes
        for _ in range(MOST_CASES):
            cells = self.start(left)
            case = self.generalised(cells) if cells else None
            if case is None or not self.covers_much(case, left):
                return None
            cases.append(case)
            left = nodes.all_of([left, opposite(nodes.all_of(case))])
            if self.prover.solve([left]).possible is False:
                return self.by_size(self.needed(cases))
        return None

    def start(self, left: int) -> Cells:
        """An incident that is not covered: one of those drawn, else one that the solver finds, if it does."""
        ways = self.drawn.where(left)
        if ways:
            return self.drawn.incident(ways.bit_length() - 1)
        return self.prover.solve([left]).cells

    def covers_much(self, case: Nodes, left: int) -> bool:
        """Whether a case covers a good part of what is not covered yet, as far as the incidents drawn can tell."""
        uncovered = self.drawn.where(left)
        covered = self.drawn.where(self.space.nodes.all_of(case)) & uncovered
        return covered.bit_count() >= LEAST_COVERED * uncovered.bit_count()

    def needed(self, cases: Sequence[Nodes]) -> list[Nodes]:
        """The cases without those that others cover."""
        kept = list(cases)
        for case in cases:
            others = [opposite(self.space.nodes.all_of(other)) for other in kept if other != case]
            if others and self.prover.solve([*case, *others]).possible is False:
                kept.remove(case)
        return kept

    def by_size(self, cases: Sequence[Nodes]) -> list[Nodes]:
        """The cases, the most frequent first."""
        nodes = self.space.nodes
        return sorted(cases, key=lambda case: -self.drawn.where(nodes.all_of(case)).bit_count())

    def generalised(self, cells: Cells) -> Nodes | None:
        """A case that this incident belongs to, as wide as can be; None where it is long, or not found in time."""
        narrow = self.enough([self.space.nodes.leaf(axis, 1 << cells[axis]) for axis in self.axes])
        if narrow is None or len(narrow) > MOST_ANSWERS:
            return None
        wide = list(narrow)
        for position, leaf in enumerate(narrow):
            wide[position] = self.widened(leaf, [*wide[:position], *wide[position + 1 :]])
        implied = [node for node in self.sides(cells) if self.follows_from(wide, node) is not None]
        return tuple(self.enough([*implied, *reversed(wide)]) or wide)

    def enough(self, nodes: Sequence[int]) -> list[int] | None:
        """Those of the nodes without which the goal does not follow; what stands last is left out first."""
        kept = list(dict.fromkeys(node for node in nodes if node != TRUE))
        for node in reversed(list(kept)):
            if node in kept:
                core = self.follows_from([other for other in kept if other != node])
                kept = kept if core is None else core
        return kept if self.suffice(kept) else None

    def widened(self, leaf: int, others: Sequence[int]) -> int:
        """The answers to one question, with all further ones that are enough too beside the others of a case."""
        axis, mask = self.space.nodes.parts[leaf]
        for cell in _outward(mask, self.space.nodes.widths[axis]):
            wider = self.space.nodes.leaf(axis, mask | 1 << cell)
            if self.suffice([*others, wider]):
                mask |= 1 << cell
        return self.space.nodes.leaf(axis, mask)


def _outward(mask: int, width: int) -> list[int]:
    """The cells that are not in a mask of one cell, those next to it first."""
    middle = mask.bit_length() - 1
    return sorted((cell for cell in range(width) if cell != middle), key=lambda cell: abs(cell - middle))
