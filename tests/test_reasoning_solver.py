"""Our own solver beside python-sat, and answers without python-sat."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product, zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapid_response import load_protocol
from rapid_response.reasoning import network
from rapid_response.reasoning.cdcl import LearningSolver
from rapid_response.reasoning.changes import what_would
from rapid_response.reasoning.questions import questions
from rapid_response.reasoning.reasons import why
from rapid_response.reasoning.solver import MiniSat, Solver, make_solver

VARIABLES = 8
literals = st.integers(1, VARIABLES).flatmap(lambda variable: st.sampled_from([variable, -variable]))
clauses = st.lists(st.lists(literals, min_size=1, max_size=4), max_size=40)
asked = st.lists(st.lists(literals, max_size=4, unique_by=abs), min_size=1, max_size=4)


def holds(clause: list[int], model: set[int]) -> bool:
    return any(literal in model for literal in clause)


@pytest.mark.parametrize("kind", ["ours", "python-sat"])
@given(clauses, asked)
def test_solvers_are_right(kind: str, given_clauses: list[list[int]], questions_asked: list[list[int]]) -> None:
    """A solver finds a model where there is one, and else a core that has none; also when asked again and again."""
    solver: Solver = LearningSolver(given_clauses, VARIABLES) if kind == "ours" else MiniSat(given_clauses)
    for question in questions_asked:
        answer = solver.solve(question)
        models = [
            set(signs)
            for signs in product(*((variable, -variable) for variable in range(1, VARIABLES + 1)))
            if all(holds(clause, set(signs)) for clause in given_clauses)
        ]
        assert answer.possible == any(set(question) <= model for model in models)
        if answer.possible:
            model = set(answer.model) | set(question)
            assert all(
                holds(clause, model) or not set(map(abs, clause)) <= set(map(abs, model)) for clause in given_clauses
            )
        else:
            assert answer.core <= set(question)
            assert not any(answer.core <= model for model in models)


def pigeons(number: int) -> list[list[int]]:
    """Clauses that put so many pigeons into one hole fewer: they cannot hold, and that takes many conflicts to see."""
    hole = {(p, h): p * (number - 1) + h + 1 for p in range(number) for h in range(number - 1)}
    somewhere = [[hole[p, h] for h in range(number - 1)] for p in range(number)]
    apart = [[-hole[p, h], -hole[q, h]] for h in range(number - 1) for p in range(number) for q in range(p)]
    return somewhere + apart


@pytest.mark.parametrize("kind", ["ours", "python-sat"])
def test_budget(kind: str) -> None:
    """A question that takes more conflicts than the budget is given up, and answered with more of them."""
    given_clauses = pigeons(6)
    solver: Solver = LearningSolver(given_clauses, 30) if kind == "ours" else MiniSat(given_clauses)
    assert solver.solve([], budget=3).possible is None
    assert solver.solve([]).possible is False


@pytest.mark.parametrize("kind", ["ours", "python-sat"])
def test_clauses_can_be_added(kind: str) -> None:
    """Clauses that come later count."""
    solver: Solver = LearningSolver([[1, 2]], 2) if kind == "ours" else MiniSat([[1, 2]])
    assert solver.solve([-1]).possible
    solver.add([-2])
    assert solver.solve([-1]).possible is False
    assert solver.solve([1]).possible


@given(clauses, clauses, asked)
def test_variables_may_come_later(first: list[list[int]], later: list[list[int]], wanted: list[list[int]]) -> None:
    """A solver that meets clauses and variables bit by bit, between questions, answers as one that had them all."""
    most = max((abs(literal) for clause in first for literal in clause), default=0)
    ours = LearningSolver(first, most)
    for question, clause in zip_longest(wanted, later):
        if clause is not None:
            ours.add(clause)
        if question is not None:
            ours.solve(question)
    for question in wanted:
        assert ours.solve(question).possible == MiniSat([*first, *later]).solve(question).possible


@pytest.fixture
def fresh() -> Iterator[None]:
    """Nothing remembered from before, and nothing left for later."""
    caches = network._space, network._network, network._translation
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_without_python_sat(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where python-sat is not installed every answer is the same."""
    protocol = load_protocol("protocol_rules/ccsj")
    facts = {"harm": "killed", "what_happened": ["stabbing"], "ties": ["chinese"], "where_it_happened": "san_francisco"}
    result = protocol.evaluate(facts, as_of="2026-02-01T09:00")

    def answers() -> list[object]:
        reason = why(result, smallest=True)
        changes = [change.to_dict() for change in what_would(result, tier="monitor")]
        return [reason and reason.to_dict(), changes, questions(result).to_dict()]

    with_it = answers()
    for cache in (network._space, network._network, network._translation):
        cache.cache_clear()
    monkeypatch.setitem(sys.modules, "pysat.solvers", None)
    assert isinstance(make_solver([[1]], 1), LearningSolver)
    assert answers() == with_it
