"""One incident as every condition of a protocol sees it, under the assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rapid_response.evaluation.compiling import Facts
from rapid_response.evaluation.incidents import NO_DETAILS, Incident
from rapid_response.evaluation.recommendation import recommend
from rapid_response.evaluation.truth import NO, NOT, UNKNOWN, YES, at_least
from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Comparator,
    Compare,
    Condition,
    Constant,
    FactHolds,
    FactValue,
    Includes,
    IsOneOf,
    Not,
    TextIs,
    Value,
)
from rapid_response.protocol.model import Protocol, Rule
from rapid_response.protocol.values import Encoded
from rapid_response.scenarios.goals import Goal, gate_condition

Bounds = tuple[float, float]


@dataclass(frozen=True)
class Lens:
    """Looks at incidents through one protocol.

    Where a node stands in the trace is remembered by the node's identity: hashing its whole tree every time took half
    of a search. The nodes are kept with it, so that no identity is used again.
    """

    protocol: Protocol
    _places: dict[int, tuple[Condition | Value, int | None]] = field(default_factory=dict, repr=False, compare=False)

    def look(self, given: Facts, now: int | None) -> Snapshot:
        """An incident's snapshot; `given` are its encoded facts, None where not known."""
        program = self.protocol.program
        facts = tuple(a if fact is None else fact for fact, a in zip(given, program.assumed, strict=True))
        return Snapshot(self, given, now, facts, program.trace(facts, now, True))

    def place(self, node: Condition | Value) -> int | None:
        """Where the node stands in the trace, None where it stands in goals alone."""
        found = self._places.get(id(node))
        if found is None:
            found = self._places[id(node)] = (node, self.protocol.program.slots.get(node))
        return found[1]

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Where each fact stands among the encoded facts."""
        return {name: position for position, name in enumerate(self.protocol.facts)}

    @cached_property
    def rules(self) -> tuple[tuple[Rule, Condition], ...]:
        """Every rule with the condition for it to fire."""
        return tuple((rule, gate_condition(rule)) for rule in self.protocol.rules.values())


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One incident: its encoded facts as given and with the assumptions, and how every node came out."""

    lens: Lens
    given: Facts
    now: int | None
    facts: Facts = field(repr=False)
    trace: tuple[Any, ...] = field(repr=False)

    def truth(self, condition: Condition) -> int:
        """How a condition comes out, whether it stands in the protocol or is made of conditions that do."""
        slot = self.lens.place(condition)
        if slot is not None:
            return int(self.trace[slot])
        match condition:
            case Always():
                return YES
            case Not(part=part):
                return NOT[self.truth(part)]
            case AllOf(parts=parts):
                return min((self.truth(part) for part in parts), default=YES)
            case AnyOf(parts=parts):
                return max((self.truth(part) for part in parts), default=NO)
            case AtLeast(number=number, parts=parts):
                return at_least(number, [self.truth(part) for part in parts])
            case Compare(comparator=comparator, left=left, right=Constant(value=constant)):
                return _compared(comparator, self.bounds(left), constant)
            case _:
                return self.answer(condition)

    def answer(self, condition: Condition) -> int:
        """How a condition about one fact's answer comes out on what was given."""
        match condition:
            case FactHolds(fact=name):
                known = self.given_of(name)
                holds = known is True
            case IsOneOf(value=FactValue(fact=name, type=kind), options=options):
                known = self.given_of(name)
                holds = known in [kind.options[place] for place in options]
            case Includes(fact=name, options=options):
                known = self.given_of(name)
                holds = any(int(known or 0) >> place & 1 for place in options)
            case TextIs(fact=name, texts=texts):
                known = self.given_of(name)
                holds = known in texts
            case _:
                raise AssertionError(f"not a condition that goals are made of: {type(condition).__name__}")
        return UNKNOWN if known is None else YES if holds else NO

    def given_of(self, fact: str) -> Encoded | None:
        """What was given of a fact."""
        return self.given[self.lens.positions[fact]]

    def bounds(self, value: Value) -> Bounds:
        """The least and greatest that a number, step or time can still be."""
        if isinstance(value, Constant):
            return value.value, value.value
        slot = self.lens.place(value)
        if slot is not None:
            low, high = self.trace[slot]
            return low, high
        assert isinstance(value, FactValue)
        known = self.facts[self.lens.positions[value.fact]]
        if known is None:
            return value.type.low, value.type.high
        place = value.type.options.index(known) if isinstance(known, str) else int(known)
        return place, place

    def reaches(self, goal: Goal) -> bool:
        """Whether the incident touches what the goal stands for. An answer must be given, not assumed."""
        truth = self.answer if goal.section == "option" else self.truth
        if truth(goal.condition) != goal.wanted:
            return False
        return not goal.deciding or self.decides(self.lens.protocol.rules[goal.name])

    def decides(self, rule: Rule) -> bool:
        """Whether a rule is among those that decide the tier; the reasons are put together only where it may be."""
        result = recommend(self.lens.protocol, Incident(None, self.given, NO_DETAILS), self.now)
        low, high = self.bounds(rule.tier)
        if result.tier is None or not low <= result.tier.level <= high:
            return False
        return rule.name in [deciding.name for deciding in result.deciding]


def _compared(comparator: Comparator, bounds: Bounds, constant: float) -> int:
    """A range against a number; goals use these comparators alone."""
    low, high = bounds
    match comparator:
        case ">=":
            return YES if low >= constant else UNKNOWN if high >= constant else NO
        case "<=":
            return YES if high <= constant else UNKNOWN if low <= constant else NO
        case _:
            return YES if low == high == constant else UNKNOWN if low <= constant <= high else NO
