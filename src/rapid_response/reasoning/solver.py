"""A SAT solver behind one call: can these clauses hold together with these literals?

Literals are whole numbers, variables counted from 1, minus for "not". python-sat's MiniSat does the work where it is
installed (extra `reason`); where there is no wheel of it, our own solver in `cdcl` gives the same answers, more slowly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol as Interface
from weakref import finalize

Clause = Sequence[int]
BUDGET = 20_000
"""Conflicts after which a question is given up; a C solver cannot be stopped in any other way."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`possible` is None where the budget was spent; `model` gives every variable, `core` literals that clash."""

    possible: bool | None
    model: Sequence[int] = ()
    core: frozenset[int] = frozenset()


class Solver(Interface):
    """Clauses that can be asked about."""

    def add(self, clause: Clause) -> None:
        """One more clause."""

    def solve(self, literals: Sequence[int], budget: int = BUDGET) -> Answer:
        """Whether the clauses can hold together with the literals."""


def make_solver(clauses: Sequence[Clause], variables: int) -> Solver:
    """The quickest solver at hand for some clauses.

    >>> make_solver([[1, 2], [-1, 2]], 2).solve([-2]).core
    frozenset({-2})
    """
    try:
        return MiniSat(clauses)
    except ModuleNotFoundError:
        from rapid_response.reasoning.cdcl import LearningSolver

        return LearningSolver(clauses, variables)


class MiniSat:
    """MiniSat by way of python-sat. One thread at a time asks it."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        from pysat.solvers import Minisat22

        self._solver = Minisat22(bootstrap_with=clauses)
        self._lock = Lock()
        finalize(self, self._solver.delete)  # at the latest before the interpreter takes its modules apart

    def add(self, clause: Clause) -> None:
        """One more clause."""
        self._solver.add_clause(clause)

    def solve(self, literals: Sequence[int], budget: int = BUDGET) -> Answer:
        """Whether the clauses can hold together with the literals."""
        with self._lock:
            self._solver.conf_budget(budget)
            possible = self._solver.solve_limited(assumptions=literals)
            if possible:
                return Answer(True, self._solver.get_model())
            return Answer(possible, core=frozenset(self._solver.get_core() or ()) if possible is False else frozenset())
