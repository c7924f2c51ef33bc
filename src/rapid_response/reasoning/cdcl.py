"""A SAT solver in plain Python: conflict-driven clause learning, for machines without python-sat.

Two watched literals a clause, first unique implication points, activities that decay, saved phases and Luby restarts,
as in MiniSat. Literals are whole numbers without 0, minus for "not".
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from rapid_response.reasoning.solver import BUDGET, Answer, Clause

DECAY = 1 / 0.95
RESTART = 100
LARGEST = 1e100


class LearningSolver:
    """Clauses that can be asked about; what is learnt in one question helps with the next.

    >>> solver = LearningSolver([[1, 2], [-1, 2]], 2)
    >>> solver.solve([-2]).possible, solver.solve([1]).model
    (False, [1, 2])
    """

    def __init__(self, clauses: Sequence[Clause], variables: int) -> None:
        self._count = variables
        self._value = [0] * (2 * variables + 1)  # by literal: index -1 is the last; 1 true, -1 false, 0 open
        self._level = [0] * (variables + 1)
        self._reason: list[list[int] | None] = [None] * (variables + 1)
        self._phase = [-1] * (variables + 1)
        self._activity = [0.0] * (variables + 1)
        self._step = 1.0
        self._heap: list[tuple[float, int]] = [(0.0, variable) for variable in range(1, variables + 1)]
        self._watches: list[list[list[int]]] = [[] for _ in range(2 * variables + 1)]
        self._trail: list[int] = []
        self._limits: list[int] = []
        self._next = 0
        self._sound = True
        for clause in clauses:
            self.add(clause)

    def add(self, clause: Clause) -> None:
        """One more clause, which may bring new variables."""
        self._grow(max(map(abs, clause), default=0) - self._count)
        self._sound = self._sound and self._add(sorted(set(clause)))

    def solve(self, literals: Sequence[int], budget: int = BUDGET) -> Answer:
        """Whether the clauses can hold together with the literals."""
        self._grow(max(map(abs, literals), default=0) - self._count)
        answer = self._search(list(literals), budget) if self._sound else Answer(False)
        self._undo(0)
        return answer

    # The search

    def _search(self, literals: list[int], budget: int) -> Answer:
        conflicts, restarts, pause = 0, 1, RESTART
        while True:
            conflict = self._propagate()
            if conflict is not None:
                if not self._limits:
                    self._sound = False
                    return Answer(False)
                conflicts, pause = conflicts + 1, pause - 1
                self._learn(conflict)
                continue
            if conflicts >= budget:
                return Answer(None)
            if pause <= 0:
                restarts += 1
                pause = RESTART * _luby(restarts)
                self._undo(0)
            literal = self._next_literal(literals)
            if literal is None:
                return Answer(True, [v if self._value[v] > 0 else -v for v in range(1, self._count + 1)])
            if self._value[literal] < 0:
                return Answer(False, core=self._clashing(literal))
            self._limits.append(len(self._trail))
            self._assign(literal, None)

    def _next_literal(self, literals: list[int]) -> int | None:
        """The next of the literals asked for, which may be false already; after them a guess; None when all is set."""
        while len(self._limits) < len(literals):
            literal = literals[len(self._limits)]
            if self._value[literal] <= 0:
                return literal
            self._limits.append(len(self._trail))
        while self._heap:
            variable = heappop(self._heap)[1]
            if not self._value[variable]:
                return variable * self._phase[variable]
        return None

    def _clashing(self, literal: int) -> frozenset[int]:
        """The literals asked for that make this one false."""
        core, seen = {literal}, {abs(literal)}
        for other in reversed(self._trail):
            if abs(other) in seen and self._level[abs(other)]:
                reason = self._reason[abs(other)]
                if reason is None:
                    core.add(other)
                else:
                    seen.update(map(abs, reason))
        return frozenset(core)

    # Assignments

    def _assign(self, literal: int, reason: list[int] | None) -> None:
        self._value[literal], self._value[-literal] = 1, -1
        variable = abs(literal)
        self._level[variable] = len(self._limits)
        self._reason[variable] = reason
        self._trail.append(literal)

    def _undo(self, level: int) -> None:
        if len(self._limits) <= level:
            return
        start = self._limits[level]
        for literal in self._trail[start:]:
            variable = abs(literal)
            self._value[literal] = self._value[-literal] = 0
            self._phase[variable] = 1 if literal > 0 else -1
            heappush(self._heap, (-self._activity[variable], variable))
        del self._trail[start:], self._limits[level:]
        self._next = start

    # Clauses

    def _grow(self, more: int) -> None:
        """Take in so many new variables, if any; by-literal lists are counted from both ends."""
        if more > 0:
            middle = self._count + 1
            self._value[middle:middle] = [0] * (2 * more)
            self._watches[middle:middle] = [[] for _ in range(2 * more)]
            self._level += [0] * more
            self._reason += [None] * more
            self._phase += [-1] * more
            self._activity += [0.0] * more
            for variable in range(middle, middle + more):
                heappush(self._heap, (0.0, variable))
            self._count += more

    def _add(self, clause: list[int]) -> bool:
        """Take a clause in; False where it cannot hold."""
        if any(-literal in clause for literal in clause):
            return True
        open_literals = [literal for literal in clause if self._value[literal] >= 0]
        if not open_literals:
            return False
        if len(open_literals) == 1:
            if not self._value[open_literals[0]]:
                self._assign(open_literals[0], None)
            return True
        self._watch(open_literals)
        return True

    def _watch(self, clause: list[int]) -> None:
        self._watches[clause[0]].append(clause)
        self._watches[clause[1]].append(clause)

    def _propagate(self) -> list[int] | None:
        """Assign whatever follows; the clause that cannot hold, if there is one."""
        value = self._value
        while self._next < len(self._trail):
            false = -self._trail[self._next]
            self._next += 1
            watching, self._watches[false] = self._watches[false], []
            kept = self._watches[false]
            for position, clause in enumerate(watching):
                if clause[0] == false:
                    clause[0], clause[1] = clause[1], false
                if value[clause[0]] > 0 or not self._moved(clause):
                    kept.append(clause)
                    if value[clause[0]] < 0:
                        kept += watching[position + 1 :]
                        return clause
                    if not value[clause[0]]:
                        self._assign(clause[0], clause)
        return None

    def _moved(self, clause: list[int]) -> bool:
        """Watch another literal than the second, if one is not false."""
        for position in range(2, len(clause)):
            if self._value[clause[position]] >= 0:
                clause[1], clause[position] = clause[position], clause[1]
                self._watches[clause[1]].append(clause)
                return True
        return False

    # Learning

    def _learn(self, conflict: list[int]) -> None:
        clause = self._analysed(conflict)
        level = max((self._level[abs(literal)] for literal in clause[1:]), default=0)
        self._undo(level)
        if len(clause) > 1:
            second = max(range(1, len(clause)), key=lambda position: self._level[abs(clause[position])])
            clause[1], clause[second] = clause[second], clause[1]
            self._watch(clause)
        self._assign(clause[0], clause if len(clause) > 1 else None)
        self._step *= DECAY

    def _analysed(self, conflict: list[int]) -> list[int]:
        """The clause that the conflict teaches, its literal of the present level first."""
        seen: set[int] = set()
        learnt: list[int] = []
        pending, position, literals = 0, len(self._trail), conflict
        while True:
            for literal in literals:
                variable = abs(literal)
                if variable not in seen and self._level[variable]:
                    seen.add(variable)
                    self._bump(variable)
                    if self._level[variable] == len(self._limits):
                        pending += 1
                    else:
                        learnt.append(literal)
            position -= 1
            while abs(self._trail[position]) not in seen:
                position -= 1
            found = self._trail[position]
            pending -= 1
            if not pending:
                return [-found, *learnt]
            literals = [literal for literal in self._reason[abs(found)] or [] if literal != found]

    def _bump(self, variable: int) -> None:
        self._activity[variable] += self._step
        if self._activity[variable] > LARGEST:
            self._activity = [activity / LARGEST for activity in self._activity]
            self._step /= LARGEST
        if not self._value[variable]:
            heappush(self._heap, (-self._activity[variable], variable))


def _luby(number: int) -> int:
    """1 1 2 1 1 2 4 …: how long to search before the next restart.

    >>> [_luby(number) for number in range(1, 8)]
    [1, 1, 2, 1, 1, 2, 4]
    """
    size = number.bit_length()
    return 1 << (size - 1) if number == (1 << size) - 1 else _luby(number - (1 << (size - 1)) + 1)
