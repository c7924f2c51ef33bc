"""A protocol as inferences without negation, which is what a forward-chaining engine can be trusted with.

A condition has two rails, and here they are "surely holds" and "surely does not hold": two literals, either of which
may be inferred, or neither while it is not known. `not` swaps them, so nothing is ever inferred from something being
absent, and the order in which facts arrive does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal as OneOf

from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Condition,
    CriterionHolds,
    Not,
    TierValue,
    Unsettled,
    parts_of,
)
from rapid_response.protocol.model import Gate, Protocol

MOST_PREMISES = 8
Subject = OneOf["incident", "tier"]


@dataclass(frozen=True, slots=True)
class Literal:
    """That a condition of this name surely holds, or surely does not."""

    name: str
    holds: bool

    def __str__(self) -> str:
        return f"{self.name}: {'yes' if self.holds else 'no'}"


@dataclass(frozen=True, slots=True)
class Inference:
    """Where all premises are so, the conclusion is."""

    conclusion: Literal
    premises: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A condition that is looked at as a whole: of the incident, or of the tier that its rules lead to."""

    condition: Condition
    subject: Subject


@dataclass(frozen=True, slots=True)
class Inferences:
    """All inferences of a protocol, the leaves they begin with, and the names of the conditions that they decide.

    `criteria` and `gates` are decided under their own names, `parts` are what is within them.
    """

    listed: tuple[Inference, ...]
    leaves: Mapping[str, Leaf]
    parts: Mapping[Condition, str]


def criterion_name(name: str) -> str:
    """The name that a criterion is inferred under."""
    return f"criterion {name}"


def gate_name(gate: Gate) -> str:
    """The name that a scope entry, rule or response is inferred under."""
    return f"{type(gate).__name__.lower()} {gate.name}"


def infer(protocol: Protocol) -> Inferences:
    """The inferences of a protocol, the criteria first."""
    writer = _Writer()
    for name in protocol.order:
        if name in protocol.criteria:
            writer.define(criterion_name(name), protocol.criteria[name].condition)
    for gate in protocol.gates():
        writer.define_gate(gate)
    return Inferences(tuple(writer.listed), writer.leaves, writer.parts)


Premises = tuple[Literal, ...]


@dataclass
class _Writer:
    listed: list[Inference] = field(default_factory=list)
    leaves: dict[str, Leaf] = field(default_factory=dict)
    parts: dict[Condition, str] = field(default_factory=dict)
    named: dict[Condition, str] = field(default_factory=dict)
    fresh: int = 0

    def define(self, name: str, condition: Condition) -> None:
        for holds in (True, False):
            self.conclude(Literal(name, holds), self.expanded(condition, holds))

    def define_gate(self, gate: Gate) -> None:
        if gate.unless is None:
            self.define(gate_name(gate), gate.when)
            return
        when, unless = (self.part(condition) for condition in (gate.when, gate.unless))
        self.conclude(Literal(gate_name(gate), True), [(Literal(when, True), Literal(unless, False))])
        self.conclude(Literal(gate_name(gate), False), [(Literal(when, False),), (Literal(unless, True),)])

    def conclude(self, conclusion: Literal, ways: Iterable[Premises]) -> None:
        for way in ways:
            premises = tuple(dict.fromkeys(way))
            if not any(Literal(premise.name, not premise.holds) in premises for premise in premises):
                self.listed.append(Inference(conclusion, self.few(premises)))

    def few(self, premises: Premises) -> Premises:
        """The premises, or where they are many, the names of several taken together."""
        while len(premises) > MOST_PREMISES:
            together = Literal(self.new_name(), True)
            self.listed.append(Inference(together, premises[:MOST_PREMISES]))
            premises = (together, *premises[MOST_PREMISES:])
        return premises

    def part(self, condition: Condition) -> str:
        """The name of a condition within another, which is inferred once, however often it is used."""
        if condition not in self.parts:
            self.parts[condition] = self.new_name()
            self.define(self.parts[condition], condition)
        return self.parts[condition]

    def new_name(self) -> str:
        self.fresh += 1
        return f"part {self.fresh}"

    def ways(self, condition: Condition, holds: bool) -> list[Premises]:
        """All ways in which a condition surely holds, or surely does not."""
        match condition:
            case Always():
                return [()] if holds else []
            case Not(part=part):
                return self.ways(part, not holds)
            case AllOf(parts=parts):
                return self.together(parts, holds) if holds else self.either(parts, holds)
            case AnyOf(parts=parts):
                return self.either(parts, holds) if holds else self.together(parts, holds)
            case AtLeast(number=number, parts=parts):
                simple = _without_counting(number, parts)
                return self.ways(simple, holds) if simple else [(Literal(self.part(condition), holds),)]
            case CriterionHolds(criterion=name):
                return [(Literal(criterion_name(name), holds),)]
            case _:
                return [(Literal(self.leaf(condition), holds),)]

    def expanded(self, condition: Condition, holds: bool) -> list[Premises]:
        """The same for a condition that is defined here.

        At least so many: the first and one fewer of the others, or as many of the others. So each step of the ladder is
        inferred once, instead of every combination.
        """
        match condition:
            case AtLeast(number=number, parts=parts) if not _without_counting(number, parts):
                first, *others = parts
                fewer, as_many = (AtLeast(least, tuple(others)) for least in (number - 1, number))
                together, alone = (fewer, as_many) if holds else (as_many, fewer)
                return [*self.together((first, together), holds), *self.ways(alone, holds)]
            case _:
                return self.ways(condition, holds)

    def either(self, parts: tuple[Condition, ...], holds: bool) -> list[Premises]:
        return [way for part in parts for way in self.ways(part, holds)]

    def together(self, parts: tuple[Condition, ...], holds: bool) -> list[Premises]:
        premises: list[Literal] = []
        for part in parts:
            ways = self.ways(part, holds)
            if not ways:
                return []
            premises += ways[0] if len(ways) == 1 else [Literal(self.part(part), holds)]
        return [tuple(premises)]

    def leaf(self, condition: Condition) -> str:
        if condition not in self.named:
            self.named[condition] = f"c{len(self.named)}"
            self.leaves[self.named[condition]] = Leaf(condition, _subject(condition))
        return self.named[condition]


def _without_counting(number: int, parts: tuple[Condition, ...]) -> Condition | None:
    """The same without a count, where there is nothing to count."""
    if number <= 0:
        return Always()
    if number > len(parts):
        return Not(Always())
    if number == len(parts):
        return AllOf(parts)
    return AnyOf(parts) if number == 1 else None


def _subject(condition: Condition) -> Subject:
    about_tier = any(isinstance(part, TierValue | Unsettled) for part in parts_of(condition))
    return "tier" if about_tier else "incident"
