"""Sets of facts that lead to a goal only together, found by a solver that counts.

Sure and possible are read off the partial reading: a fact that stays unknown is in the cell "not known".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from rapid_response.reasoning.encoding import Encoding
from rapid_response.reasoning.goals import Goal
from rapid_response.reasoning.situations import Situation
from rapid_response.reasoning.solver import Solver, make_solver

MOST_CHANGED = 8
MOST_TRIED = 64


def fact_sets(situation: Situation, facts: Sequence[str], goal: Goal) -> FactSets:
    """The search for sets of these facts that lead to a goal."""
    network = situation.network
    surely, not_surely = tuple(goal.surely(network.assumed)), tuple(goal.not_surely(network.assumed))
    encoding = network.partial((*surely, *not_surely)).copy()
    changed = _constrain(encoding, situation, facts)
    counts = _counts(encoding, list(changed.values()), MOST_CHANGED + 1)
    encoding.clauses += [[encoding.node(node)] for node in surely]
    encoding.clauses += [[-encoding.node(node)] for node in not_surely]
    return FactSets(encoding, situation, changed, counts)


class FactSets:
    """New cells that lead to the goal, of as few facts as can be; no set of facts twice.

    Whoever takes one tells whether it did, before taking the next.
    """

    def __init__(
        self, encoding: Encoding, situation: Situation, changed: Mapping[str, int], counts: Sequence[int]
    ) -> None:
        self.encoding, self.situation, self.changed, self.counts = encoding, situation, changed, counts
        self.solver: Solver = make_solver(encoding.clauses, encoding.variables)
        self.good = False

    def tell(self, good: bool) -> None:
        """Whether what was given last did what it should."""
        self.good = good

    def __iter__(self) -> Iterator[Mapping[int, int]]:
        tried = 0
        for most in range(1, min(MOST_CHANGED, len(self.changed)) + 1):
            any_good = False
            while tried < MOST_TRIED and (cells := self.within(most)):
                tried += 1
                yield cells
                any_good |= self.good
                self.rule_out(cells)
            if any_good:
                return

    def within(self, most: int) -> Mapping[int, int] | None:
        """New cells of at most so many facts."""
        limit = [-self.counts[most + 1]] if most + 1 < len(self.counts) else []
        answer = self.solver.solve(limit)
        if not answer.possible:
            return None
        model = set(answer.model)
        found: dict[int, int] = {}
        for fact in self.changed:
            for axis in self.situation.space.by_fact[fact]:
                cell = next(c for c, literal in enumerate(self.encoding.cells[axis]) if literal in model)
                if cell < self.situation.network.nodes.widths[axis]:
                    found[axis] = cell
        return {axis: cell for axis, cell in found.items() if self.differs(axis, found)}

    def differs(self, axis: int, found: Mapping[int, int]) -> bool:
        """Whether the axis, or another one of its fact, is in another cell than now."""
        fact = self.situation.space.axes[axis].fact or ""
        return any(found.get(other) != self.situation.cells[other] for other in self.situation.space.by_fact[fact])

    def rule_out(self, cells: Mapping[int, int]) -> None:
        """Not these facts again if they were good, else not these cells of theirs."""
        facts = {self.situation.space.axes[axis].fact for axis in cells}
        if self.good:
            self.solver.add([-self.changed[fact] for fact in sorted(fact for fact in facts if fact)])
        else:
            self.solver.add([-self.encoding.cell(axis, cell) for axis, cell in cells.items()])


def _constrain(encoding: Encoding, situation: Situation, facts: Sequence[str]) -> dict[str, int]:
    """Clauses for what may change; for each fact that may, the literal that it does."""
    changed = {fact: encoding.fresh() for fact in facts}
    for axis, (stated, cell) in enumerate(zip(situation.space.axes, situation.cells, strict=True)):
        unknown = encoding.not_known(axis)
        present = unknown if cell is None else encoding.cell(axis, cell)
        if stated.opaque is not None:
            encoding.clauses.append([-unknown])
        elif stated.fact in changed:
            encoding.clauses.append([present, changed[stated.fact]])
            encoding.clauses += [[-unknown]] if cell is not None else []
        else:
            encoding.clauses.append([present])
    for group in situation.network.groups:
        for one, other in pairwise(group):
            pair = encoding.not_known(one), encoding.not_known(other)
            encoding.clauses += [[-pair[0], pair[1]], [pair[0], -pair[1]]]
    return changed


def _counts(encoding: Encoding, literals: Sequence[int], most: int) -> list[int]:
    """Literals that are true where at least 0, 1, 2 … of these are; up to `most`."""
    counts = [encoding.truth]
    for literal in literals:
        longer = [encoding.truth, *(encoding.fresh() for _ in range(min(len(counts), most)))]
        for number, count in enumerate(counts):
            if number < len(longer):
                encoding.clauses.append([-count, longer[number]])
            if number + 1 < len(longer):
                encoding.clauses.append([-count, -literal, longer[number + 1]])
        counts = longer
    return counts
