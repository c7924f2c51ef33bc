"""One protocol within a vocabulary: how it asks each question, and its formulas in the words of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rapid_response.protocol.expressions import (
    AllOf,
    CalendarShift,
    Condition,
    CriterionHolds,
    FactValue,
    MeasureValue,
    Now,
    PatternValue,
    Rescaled,
    Value,
    names_in,
    parts_of,
)
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.reasoning.comparisons import Comparison, Setting, substituted
from rapid_response.reasoning.formulas import Variable

Position = int | None


@dataclass(frozen=True, slots=True)
class Placement:
    """How one protocol asks a question of the vocabulary.

    `positions` are those of its own options among the vocabulary's, None for one that only this protocol knows; a
    number of its own is `factor` times the vocabulary's.
    """

    asked: Fact
    fact: Fact
    positions: tuple[Position, ...] = ()
    factor: int = 1

    @property
    def is_moved(self) -> bool:
        """Whether its conditions have to be rewritten."""
        return self.asked.name != self.fact.name or self.asked.type != self.fact.type or self.factor != 1


@dataclass(frozen=True, slots=True)
class Voice:
    """One protocol and how it asks each question, by its own names; `odd` are opaque conditions of its own.

    `zone` is the time zone in which its dates are read, where that is not the vocabulary's.
    """

    protocol: Protocol
    placements: Mapping[str, Placement]
    alike: Voice | None = None
    zone: str | None = None

    def placed(self, variable: Variable, width: int, mask: int) -> tuple[Variable, int, int]:
        """A variable of this protocol's formulas, and some of its values, in the vocabulary."""
        if variable.opaque is not None:
            return self._opaque(variable), width, mask
        if variable.fact is None:
            return replace(variable, test=self._zoned(variable.test)), width, mask
        placement = self.placements[variable.fact]
        named = replace(variable, fact=placement.fact.name)
        match placement.asked.type.name:
            case "scale" | "choice":
                return named, len(placement.fact.options), _moved(mask, placement.positions)
            case "choices" if variable.option is not None:
                return replace(named, option=placement.positions[variable.option]), width, mask
            case "number" | "moment" | "date" if isinstance(variable.test, Comparison):
                return replace(named, test=self._zoned(_rewritten(variable.test, placement))), width, mask
            case _:
                return named, width, mask

    def _zoned(self, test: object) -> Comparison | None:
        if not isinstance(test, Comparison):
            return None
        return ZonedComparison(test.comparator, test.left, test.right, self.zone) if self.zone else test

    def _opaque(self, variable: Variable) -> Variable:
        """The same variable where the other protocol means the same by the condition, else one of its own."""
        assert variable.opaque is not None
        if self.alike is None or _mean_the_same(self, self.alike, variable.opaque):
            return variable
        return replace(variable, opaque=AllOf((variable.opaque,)))


@dataclass(frozen=True, slots=True)
class ZonedComparison(Comparison):
    """A comparison that reads times in a zone of its own."""

    zone: str

    def truth(self, fact: tuple[int, int], setting: Setting) -> bool | None:
        """Whether it holds for every value of the fact from the first to the last (None: for some of them, perhaps)."""
        return Comparison.truth(self, fact, Setting(setting.now, self.zone))


def alone(protocol: Protocol) -> Voice:
    """A protocol in its own vocabulary.

    >>> from rapid_response import load_protocol
    >>> alone(load_protocol("protocol_rules/ccsj")).placements["harm"].positions
    (0, 1, 2, 3, 4)
    """
    facts = protocol.facts.items()
    return Voice(protocol, {name: Placement(fact, fact, tuple(range(len(fact.options)))) for name, fact in facts})


def _moved(mask: int, positions: Sequence[Position]) -> int:
    return sum(1 << place for own, place in enumerate(positions) if place is not None and mask >> own & 1)


def _rewritten(test: Comparison, placement: Placement) -> Comparison:
    """A comparison of a protocol's own fact as one of the vocabulary's."""
    if not placement.is_moved:
        return test
    value: Value = FactValue(placement.fact.name, placement.fact.type)
    if placement.factor != 1:
        value = Rescaled(value, placement.factor, placement.asked.type)
    left, right = (substituted(side, placement.asked.name, value) for side in (test.left, test.right))
    return Comparison(test.comparator, left, right)


def _mean_the_same(one: Voice, other: Voice, condition: Condition) -> bool:
    """Whether two protocols mean the same by a condition, with all that it refers to."""
    if any(isinstance(part, Now | CalendarShift) for part in parts_of(condition)) and one.zone:
        return False
    for part in parts_of(condition):
        match part:
            case CriterionHolds(criterion=name):
                mine, others = (voice.protocol.criteria.get(name) for voice in (one, other))
                if not mine or not others or mine.condition != others.condition:
                    return False
                if not _mean_the_same(one, other, mine.condition):
                    return False
            case MeasureValue(measure=name):
                measures = [voice.protocol.measures.get(name) for voice in (one, other)]
                if not measures[0] or not measures[1] or measures[0].value != measures[1].value:
                    return False
                if not _mean_the_same(one, other, measures[0].value):  # type: ignore[arg-type]
                    return False
            case PatternValue(pattern=name):
                if not _count_alike(one, other, name):
                    return False
            case _:
                if any(not _asked_alike(one, other, name) for name in names_in(part) if name in one.placements):
                    return False
    return True


def _count_alike(one: Voice, other: Voice, name: str) -> bool:
    """Whether both protocols count the same incidents in a pattern."""
    mine, others = (voice.protocol.patterns.get(name) for voice in (one, other))
    if not mine or not others or (mine.where, mine.same, mine.within) != (others.where, others.same, others.within):
        return False
    compared = (*mine.same, one.protocol.at or "")
    alike = one.protocol.at == other.protocol.at and all(_asked_alike(one, other, fact) for fact in compared)
    return alike and _mean_the_same(one, other, mine.where)


def _asked_alike(one: Voice, other: Voice, name: str) -> bool:
    mine, others = one.placements[name], other.placements.get(name)
    return others is not None and mine.asked.type == others.asked.type and mine.fact == others.fact
