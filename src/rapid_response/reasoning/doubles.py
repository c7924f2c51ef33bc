"""Two incidents that are alike but for one axis: can they come out differently?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapid_response.reasoning.encoding import Encoding
from rapid_response.reasoning.formulas import Roots
from rapid_response.reasoning.solver import Solver, make_solver

BUDGET = 2_000


@dataclass(frozen=True, slots=True)
class Double:
    """A solver, and the literals that ask for different tiers, or for a different response."""

    encoding: Encoding
    solver: Solver
    tiers: int
    responses: int

    def differs(self, cells: Sequence[int | None], literal: int) -> bool | None:
        """Whether the two can come out differently with what is known; None where the budget was spent."""
        known = [self.encoding.cell(axis, cell) for axis, cell in enumerate(cells) if cell is not None]
        return self.solver.solve([*known, literal], BUDGET).possible


def make_double(complete: Encoding, axis: int, roots: Roots) -> Double:
    """Two incidents that may differ in this axis; `complete` has the literals of the roots."""
    encoding = complete.copy()
    tiers, responses = (_difference(encoding, axis, part) for part in (roots.tiers, tuple(roots.responses.values())))
    return Double(encoding, make_solver(encoding.clauses, encoding.variables), tiers, responses)


def _difference(encoding: Encoding, axis: int, roots: Sequence[int]) -> int:
    """A literal that asks for one of the roots to differ."""
    asked, differences = encoding.fresh(), list[int]()
    for root, other in encoding.twin(axis, roots).items():
        one, difference = encoding.known[root], encoding.fresh()
        encoding.clauses += [[-difference, one, other], [-difference, -one, -other]]
        differences.append(difference)
    encoding.clauses.append([-asked, *differences])
    return asked
