"""A search for incidents that reach goals: step by step from a given one, always to the nearest."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rapid_response.evaluation.compiling import Facts
from rapid_response.protocol.expressions import (
    DAY,
    MICROSECONDS,
    CalendarShift,
    Compare,
    Constant,
    FactValue,
    Rescaled,
    TextIs,
)
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.values import EARLIEST, LATEST, UNBOUNDED, Encoded, local_date, shift_moment
from rapid_response.scenarios.distance import distance
from rapid_response.scenarios.goals import Goal, nodes
from rapid_response.scenarios.snapshots import Lens

MOST_TRIED = 1_500
"""A search from one incident ends after so many."""
MOST_PAIRS = 300
"""Where no single change leads nearer, so many pairs of changes are tried."""
MINUTE = MICROSECONDS["minute"]

NOW = "now"
"""What a change of the time of evaluation is called among the changes of facts."""

Change: TypeAlias = tuple[str, Encoded | None]


@dataclass(frozen=True, slots=True)
class Case:
    """An incident to be evaluated: its encoded facts in the protocol's order, and the time in microseconds."""

    facts: Facts
    now: int | None


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The values that a protocol's conditions compare with: where it is worth looking."""

    numbers: Mapping[str, tuple[int, ...]]
    texts: Mapping[str, tuple[str, ...]]
    lengths: tuple[int, ...]
    months: tuple[int, ...]
    moments: tuple[int, ...]
    days: tuple[int, ...]


def landmarks(protocol: Protocol) -> Landmarks:
    """The landmarks of a protocol."""
    found = list(nodes(protocol))
    constants = [node for node in found if isinstance(node, Constant)]
    valued = {name: sorted({node.value for node in constants if node.type.name == name}) for name in _TIMES}
    numbers: dict[str, set[int]] = {}
    texts: dict[str, set[str]] = {}
    for node in found:
        if isinstance(node, Compare) and (edge := _number_edge(node)):
            numbers.setdefault(edge[0], set()).update(edge[1] + step for step in (-1, 0, 1))
        elif isinstance(node, TextIs):
            texts.setdefault(node.fact, set()).update(node.texts)
    return Landmarks(
        {name: tuple(sorted(values)) for name, values in numbers.items()},
        {name: tuple(sorted(values)) for name, values in texts.items()},
        tuple(valued["duration"]),
        tuple(sorted({node.months for node in found if isinstance(node, CalendarShift)})),
        tuple(valued["moment"]),
        tuple(valued["date"]),
    )


_TIMES = ("duration", "moment", "date")


def _number_edge(compare: Compare) -> tuple[str, int] | None:
    """The fact and the number of a comparison of the two."""
    for value, constant in ((compare.left, compare.right), (compare.right, compare.left)):
        inner, factor = (value.value, value.factor) if isinstance(value, Rescaled) else (value, 1)
        if isinstance(inner, FactValue) and inner.type.name == "number" and isinstance(constant, Constant):
            return inner.fact, constant.value // factor
    return None


@dataclass
class Search:
    """Searches one protocol, always the same way. `tried` counts the incidents that were looked at."""

    lens: Lens
    marks: Landmarks
    tried: int = 0

    @property
    def protocol(self) -> Protocol:
        """The protocol that is searched."""
        return self.lens.protocol

    def towards(self, goal: Goal, start: Case) -> Case | None:
        """An incident near `start` that reaches the goal, None where none was found."""
        rng = random.Random(f"{goal.section} {goal.name} {goal.side}")  # noqa: S311  (no secret is made of it)
        case, near, enough = start, self.apart(goal, start), self.tried + MOST_TRIED
        while near > 0:
            step = self.step(goal, case, near, rng)
            if step is None or self.tried > enough:
                return None
            near, case = step
        return self.without_detours(goal, start, case)

    def step(self, goal: Goal, case: Case, near: float, rng: random.Random) -> tuple[float, Case] | None:
        """The nearest incident one change away, or else two, with how near it is; None where none is nearer."""
        for moves in (self.moves(goal, case), self.pairs(goal, case, rng)):
            ways = [(self.apart(goal, move), place) for place, move in enumerate(moves)]
            best, place = min(ways, default=(near, 0))
            if best < near:
                return best, moves[place]
        return None

    def apart(self, goal: Goal, case: Case) -> float:
        """How far an incident is from the goal."""
        self.tried += 1
        return distance(self.lens.look(case.facts, case.now), goal)

    def reaches(self, goal: Goal, case: Case) -> bool:
        """Whether an incident reaches the goal."""
        self.tried += 1
        return self.lens.look(case.facts, case.now).reaches(goal)

    def without_detours(self, goal: Goal, start: Case, case: Case) -> Case:
        """An incident that reaches the goal, without the changes from `start` that it does not need."""
        for name in self.differences(start, case):
            before = start.now if name == NOW else start.facts[self.lens.positions[name]]
            without = self.changed(case, (name, before))
            case = without if self.reaches(goal, without) else case
        return case

    def differences(self, start: Case, case: Case) -> tuple[str, ...]:
        """The facts in which two incidents differ, and "now" where their time does."""
        pairs = zip(self.protocol.facts, start.facts, case.facts, strict=True)
        changed = [name for name, before, after in pairs if before != after]
        return (*changed, *([NOW] if start.now != case.now else []))

    # Changes

    def moves(self, goal: Goal, case: Case) -> list[Case]:
        """The incidents that differ from one in one fact that the goal depends on."""
        return [self.changed(case, change) for change in self.changes(goal, case)]

    def pairs(self, goal: Goal, case: Case, rng: random.Random) -> list[Case]:
        """Some of the incidents that differ in two facts."""
        changes = list(self.changes(goal, case))
        if len(changes) < 2:
            return []
        picked = [rng.sample(changes, 2) for _ in range(MOST_PAIRS)]
        return [self.changed(self.changed(case, first), second) for first, second in picked]

    def changes(self, goal: Goal, case: Case) -> Iterator[Change]:
        for name in self.relevant(goal):
            current = case.facts[self.lens.positions[name]]
            answers = dict.fromkeys(self.answers(self.protocol.facts[name], current, case))
            yield from ((name, answer) for answer in answers if answer != current)
        if case.now is not None and self.protocol.needs_now:
            yield from ((NOW, moment) for moment in dict.fromkeys(self.moments(case)) if moment != case.now)

    def relevant(self, goal: Goal) -> tuple[str, ...]:
        """The facts that a goal depends on: all that the tier does, where the tier is part of it."""
        if goal.section == "response" or goal.deciding:
            gates = [goal.condition, *(gate.when for gate in self.protocol.rules.values())]
            unless = [gate.unless for gate in self.protocol.rules.values() if gate.unless]
            return self.protocol.facts_below(*gates, *unless, *(rule.tier for rule in self.protocol.rules.values()))
        return self.protocol.facts_below(goal.condition)

    def changed(self, case: Case, change: Change) -> Case:
        """An incident with one change made."""
        name, value = change
        if name == NOW:
            return Case(case.facts, None if value is None else int(value))
        position = self.lens.positions[name]
        return Case((*case.facts[:position], value, *case.facts[position + 1 :]), case.now)

    # Answers

    def answers(self, fact: Fact, current: Encoded | None, case: Case) -> Iterable[Encoded | None]:
        """The answers to a fact that are worth trying, not known among them."""
        match fact.type.name:
            case "yes_no":
                found: Iterable[Encoded] = (True, False)
            case "scale" | "choice":
                found = fact.type.options
            case "choices":
                mask = int(current or 0)
                found = (0, *(mask ^ 1 << place for place in range(len(fact.type.options))))
            case "number":
                found = self.numbers(fact, current)
            case "moment":
                found = self.moments(case)
            case "date":
                found = self.dates(case)
            case _:
                found = (*self.marks.texts.get(fact.name, ()), "elsewhere")
        return (*found, fact.blank)

    def numbers(self, fact: Fact, current: Encoded | None) -> list[int]:
        low, high = int(fact.type.low), int(fact.type.high)
        middle = max(low, min(high, 0)) if current is None else int(current)
        ends = [end for end in (low, high) if abs(end) < UNBOUNDED * 10**fact.type.places]
        steps = [step for size in (1, 10, 100) for step in (-size, size)]
        near = [middle, *(middle + step for step in steps), middle * 2, middle // 2]
        tried = [*self.marks.numbers.get(fact.name, ()), *near, *ends]
        return [number for number in tried if low <= number <= high]

    def moments(self, case: Case) -> list[int]:
        zone = self.protocol.time_zone
        base = case.now if case.now is not None else next(iter(self.marks.moments), 0)
        shifted = [shift_moment(base, sign * months, zone) for months in self.marks.months for sign in (-1, 1)]
        around = [base + sign * length for length in self.marks.lengths for sign in (-1, 1)]
        marks = [base, *around, *shifted, *self.marks.moments]
        found = [mark + step for mark in marks for step in (0, -MINUTE, MINUTE)]
        return [moment for moment in found if EARLIEST <= moment <= LATEST]

    def dates(self, case: Case) -> list[int]:
        zone = self.protocol.time_zone
        days = [local_date(moment, zone) for moment in self.moments(case)]
        lengths = [length // DAY for length in self.marks.lengths]
        marks = [
            *days,
            *self.marks.days,
            *(day + sign * length for day in self.marks.days for length in lengths for sign in (-1, 1)),
        ]
        return [day + step for day in dict.fromkeys(marks) for step in (0, -1, 1) if 1 <= day + step <= 3_652_059]
