"""Asking whether an incident exists for which formulas of a space hold: one, none, or not decided in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapid_response.proving.budget import Budget
from rapid_response.proving.space import Space
from rapid_response.reasoning.encoding import Encoding
from rapid_response.reasoning.solver import Solver, make_solver

CONFLICTS = 500
"""After so many conflicts the solver looks at the time; what it has learnt it keeps."""

Cells = tuple[int, ...]
"""The cell of every axis: one incident of which everything is known."""


@dataclass(frozen=True, slots=True)
class Solved:
    """`possible` is None where it was not decided in time.

    Where it is possible `cells` is such an incident; else `core` are literals, of those supposed, that rule it out.
    """

    possible: bool | None
    model: Sequence[int] = ()
    ladders: Sequence[Sequence[int]] = ()
    core: frozenset[int] = frozenset()

    @property
    def cells(self) -> Cells:
        """The incident; a ladder says of each cell of an axis but the first whether it or a later one is meant."""
        true = {literal for literal in self.model if literal > 0}
        return tuple(sum(variable in true for variable in ladder) for ladder in self.ladders if self.possible)


class Prover:
    """A solver for one space and one budget; what it learns in one question helps with the next.

    A condition that is not looked into (see `Space.opaque`) may be yes or no here. So "none" is always a proof, and an
    incident that hangs on such a condition is one only once it has been evaluated: `witnesses.find` does so.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.proving.space import space_of
    >>> space = space_of(protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}, g: {type: yes_no}}\\n"
    ...     "rules: {a: {when: f, raise_to: high}, b: {when: f and g, limit_to: low}}"
    ... ))
    >>> prover, said = Prover(space, Budget(None)), space.said[0]
    >>> prover.solve([said.tiers[0]]).possible, prover.solve([said.tiers[0], said.rules["b"]]).possible
    (True, False)
    """

    def __init__(self, space: Space, budget: Budget) -> None:
        self.space, self.budget = space, budget
        self.encoding = Encoding(space.nodes, partial=False)
        self._solver: Solver | None = None
        self._told = 0

    def prepare(self, nodes: Iterable[int]) -> None:
        """Make the clauses of nodes that will be asked about, all at once, which is quicker."""
        for node in nodes:
            self.encoding.node(node)

    def solve(self, nodes: Sequence[int], supposed: Sequence[int] = ()) -> Solved:
        """Whether an incident exists for which all nodes hold, and the literals supposed (`encoding.cell`, `leaf`)."""
        literals = [*map(self.encoding.node, nodes), *supposed]
        while not self.budget.is_spent:
            answer = self._ready().solve(literals, CONFLICTS)
            if answer.possible is not None:
                return Solved(answer.possible, answer.model, self.encoding.ladders, answer.core)
        return Solved(None)

    def _ready(self) -> Solver:
        """The solver, told all clauses so far."""
        clauses = self.encoding.clauses
        if self._solver is None:
            self._solver = make_solver(clauses, self.encoding.variables)
        else:
            for clause in clauses[self._told :]:
                self._solver.add(clause)
        self._told = len(clauses)
        return self._solver
