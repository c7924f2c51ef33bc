"""Sets of facts that lead to a goal only together, found by a solver that counts.

Sure and possible are read off the partial reading: a fact that stays unknown is in the cell "not known".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from rapid_response.reasoning.encoding import Encoding
from rapid_response.reasoning.goals import Goal
from rapid_response.reasoning.situations import Situation
from rapid_response.reasoning.solver import Answer, Solver, make_solver
from rapid_response.reasoning.trials import Cells

MOST_CHANGED = 8
"""Sets of more facts are not looked for."""

MOST_TRIED = 64
"""So many sets of facts are looked at."""


def fact_sets(situation: Situation, facts: Sequence[str], goal: Goal) -> FactSets:
    """The search for sets of these facts that lead to a goal."""
    network = situation.network
    surely, not_surely = tuple(goal.surely(network.assumed)), tuple(goal.not_surely(network.assumed))
    encoding = network.partial((*surely, *not_surely)).copy()
    changed = _constrain(encoding, situation, facts)
    encoding.clauses += [[encoding.node(node)] for node in surely]
    encoding.clauses += [[-encoding.node(node)] for node in not_surely]
    return FactSets(encoding, situation, changed)


class FactSets:
    """New cells that lead to the goal, of as few facts as can be; no set of facts twice.

    Whoever takes one tells whether it did, before taking the next. At the end `exact` says whether it is proved that
    no set of fewer facts leads there, or where there was none that none does; `complete` whether these were all.
    """

    def __init__(self, encoding: Encoding, situation: Situation, changed: Mapping[str, int]) -> None:
        self.encoding, self.situation, self.changed = encoding, situation, changed
        self.reached = [encoding.truth] * (len(changed) + 1)
        self.solver: Solver = make_solver(encoding.clauses, encoding.variables + (MOST_CHANGED + 1) * len(changed))
        self.count()
        self.good = False
        self.exact = self.complete = True

    def tell(self, good: bool) -> None:
        """Whether what was given last did what it should."""
        self.good = good

    def __iter__(self) -> Iterator[Cells]:
        tried = 0
        for _ in range(1, min(MOST_CHANGED, len(self.changed)) + 1):
            self.count()
            any_good, answer = False, self.within()
            while answer.possible and tried < MOST_TRIED:
                tried += 1
                cells = self.moved(answer.model)
                yield cells
                any_good |= self.good
                self.rule_out(cells)
                answer = self.within()
            self.complete = answer.possible is False
            if any_good:
                return
            self.exact = self.exact and self.complete
        self.exact = self.complete = self.exact and self.solver.solve([]).possible is False

    def count(self) -> None:
        """Count one fact further: `reached` tells whether one more of the first 0, 1, 2 … facts change than before."""
        fewer, self.reached = self.reached, [-self.encoding.truth, *(self.encoding.fresh() for _ in self.changed)]
        for position, literal in enumerate(self.changed.values()):
            self.solver.add([-self.reached[position], self.reached[position + 1]])
            self.solver.add([-fewer[position], -literal, self.reached[position + 1]])

    def within(self) -> Answer:
        """What the solver says of changes of fewer facts than are counted."""
        return self.solver.solve([-self.reached[-1]])

    def moved(self, model: Sequence[int]) -> Cells:
        """The cells of the facts that change in a model."""
        cells, by_fact = self.encoding.cells, self.situation.space.by_fact
        axes = [axis for fact, literal in self.changed.items() if model[literal - 1] > 0 for axis in by_fact[fact]]
        return {axis: next(c for c, literal in enumerate(cells[axis]) if _holds(literal, model)) for axis in axes}

    def rule_out(self, cells: Cells) -> None:
        """Not these facts again, with others or without, if they were good; else not just these cells."""
        facts = {self.situation.space.axes[axis].fact for axis in cells}
        if self.good:
            self.solver.add([-literal for fact, literal in self.changed.items() if fact in facts])
        else:
            others = [literal for fact, literal in self.changed.items() if fact not in facts]
            self.solver.add([*others, *(-self.encoding.cell(axis, cell) for axis, cell in cells.items())])


def _holds(literal: int, model: Sequence[int]) -> bool:
    return model[abs(literal) - 1] == literal


def _constrain(encoding: Encoding, situation: Situation, facts: Sequence[str]) -> dict[str, int]:
    """Clauses for what may change; for each fact that may, the literal that it does."""
    changed = {fact: encoding.fresh() for fact in facts}
    kept: dict[str, list[int]] = {fact: [] for fact in facts}
    for axis, (stated, cell) in enumerate(zip(situation.space.axes, situation.cells, strict=True)):
        unknown = encoding.not_known(axis)
        present = unknown if cell is None else encoding.cell(axis, cell)
        if stated.opaque is not None:
            encoding.clauses.append([-unknown])
        elif stated.fact in changed:
            encoding.clauses.append([present, changed[stated.fact]])
            encoding.clauses += [[-unknown]] if cell is not None else []
            kept[stated.fact].append(present)
        else:
            encoding.clauses.append([present])
    encoding.clauses += [[-changed[fact], *(-present for present in kept[fact])] for fact in facts]
    for group in situation.network.groups:
        for one, other in pairwise(group):
            pair = encoding.not_known(one), encoding.not_known(other)
            encoding.clauses += [[-pair[0], pair[1]], [pair[0], -pair[1]]]
    return changed
