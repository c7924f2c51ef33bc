"""The questions of one or two protocols as one vocabulary: which ask the same, and which answers mean the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from rapid_response.protocol.expressions import (
    AllOf,
    CalendarShift,
    Condition,
    CriterionHolds,
    FactValue,
    MeasureValue,
    Now,
    Rescaled,
    Type,
    Value,
    names_in,
    parts_of,
)
from rapid_response.protocol.intervals import Range
from rapid_response.protocol.model import Fact, Option, Protocol
from rapid_response.protocol.values import unscaled
from rapid_response.proving.renaming import Renamed
from rapid_response.reasoning.comparisons import Comparison, Setting
from rapid_response.reasoning.translation import Variable, substituted

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


@dataclass(frozen=True, slots=True)
class Unshared:
    """Answers that only one version knows: options, or numbers from a first to a last.

    `fact` is its name in the vocabulary.
    """

    fact: str
    known_to: Literal["old", "new"]
    options: tuple[Option, ...] = ()
    span: tuple[Decimal, Decimal] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The answers as plain data."""
        span = {"span": list(map(str, self.span))} if self.span else {}
        options = {"options": [option.name for option in self.options]} if self.options else {}
        return {"fact": self.fact, "known_to": self.known_to, **options, **span}


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two protocols in one vocabulary.

    A question that only one of them asks ranges freely, and so does an option that only one offers of a `choices`
    fact. Of other questions the answers that both know are compared; `unshared` names those left out. `apart` are
    questions of one name that ask something else in each.
    """

    facts: Mapping[str, Fact]
    old: Voice
    new: Voice
    unshared: tuple[Unshared, ...]
    apart: tuple[str, ...]


def align(old: Protocol, new: Protocol, renamed: Renamed) -> Alignment:
    """The vocabulary of two versions, in the old version's names.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.proving.renaming import renamings
    >>> text = "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}, %s: {type: number, max: %s}}"
    >>> old, new = protocol_from_text(text % ("age", 9)), protocol_from_text(text % ("years_old", 8))
    >>> found = align(old, new, renamings(old, new, {"age": "years_old"}))
    >>> list(found.facts), [answers.to_dict() for answers in found.unshared]
    (['f', 'age'], [{'fact': 'age', 'known_to': 'old', 'span': ['9', '9']}])
    """
    aligning = _Aligning(renamed)
    for fact in old.facts.values():
        aligning.take(fact, new.facts.get(renamed.fact(fact.name)))
    for fact in new.facts.values():
        if fact.name not in aligning.new:
            aligning.keep_new(fact)
    former = Voice(old, aligning.old)
    zone = new.time_zone or "UTC"
    other_zone = zone if zone != (old.time_zone or "UTC") else None
    latter = Voice(new, aligning.new, former, other_zone)
    return Alignment(aligning.facts, former, latter, tuple(aligning.unshared), tuple(aligning.apart))


class _Aligning:
    def __init__(self, renamed: Renamed) -> None:
        self.renamed = renamed
        self.facts: dict[str, Fact] = {}
        self.old: dict[str, Placement] = {}
        self.new: dict[str, Placement] = {}
        self.unshared: list[Unshared] = []
        self.apart: list[str] = []

    def take(self, old: Fact, new: Fact | None) -> None:
        shared = None if new is None else self.shared(old, new)
        if new is None or shared is None:
            self.facts[old.name] = _under(old, old.name)
            self.old[old.name] = Placement(old, self.facts[old.name], tuple(range(len(old.options))))
            self.apart += [old.name] if new is not None else []
            return
        self.facts[old.name] = shared
        names = [option.name for option in shared.options]
        own = [self.renamed.option(old, name) for name in names]
        coarse = shared.type.places
        self.old[old.name] = Placement(old, shared, _positions(old, names), 10 ** (old.type.places - coarse))
        self.new[new.name] = Placement(new, shared, _positions(new, own), 10 ** (new.type.places - coarse))

    def keep_new(self, fact: Fact) -> None:
        """A question that only the new version asks, under a name of its own."""
        name = fact.name
        while name in self.facts:
            name += "_"
        self.facts[name] = _under(fact, name)
        self.new[fact.name] = Placement(fact, self.facts[name], tuple(range(len(fact.options))))

    def shared(self, old: Fact, new: Fact) -> Fact | None:
        """The question with the answers that both know; None where it is not the same question."""
        if old.type.name != new.type.name:
            return None
        match old.type.name:
            case "scale" | "choice" | "choices":
                return self.options(old, new)
            case "number":
                return self.number(old, new)
            case _:
                return old

    def options(self, old: Fact, new: Fact) -> Fact | None:
        stated = {option.name: option for option in new.options}
        expected = {self.renamed.option(old, option.name): option for option in old.options}
        both = tuple(option for name, option in expected.items() if name in stated)
        gone = tuple(option for name, option in expected.items() if name not in stated)
        come = tuple(option for name, option in stated.items() if name not in expected)
        if old.type.name == "choices":
            both, gone, come = (*both, *gone, *come), (), ()
        if not both:
            return None
        self.unshared += [Unshared(old.name, "old", gone)] if gone else []
        self.unshared += [Unshared(old.name, "new", come)] if come else []
        names = tuple(option.name for option in both)
        kind = replace(old.type, kind=old.name, options=names)
        kind = replace(kind, high=len(names) - 1) if old.type.name == "scale" else kind
        return replace(old, options=both, type=kind)

    def number(self, old: Fact, new: Fact) -> Fact | None:
        places = min(old.type.places, new.type.places)
        ends = [_ends(fact.type, places) for fact in (old, new)]
        low, high = max(end[0] for end in ends), min(end[1] for end in ends)
        if low > high:
            return None
        self.unshared += [Unshared(old.name, "old", span=span) for span in _beyond(ends[0], (low, high), places)]
        self.unshared += [Unshared(old.name, "new", span=span) for span in _beyond(ends[1], (low, high), places)]
        return replace(old, type=replace(old.type, places=places, low=low, high=high))


def _under(fact: Fact, name: str) -> Fact:
    """A fact under a name of the vocabulary, its options its own."""
    return replace(fact, name=name, type=replace(fact.type, kind=name if fact.options else fact.type.kind))


def _ends(kind: Type, places: int) -> Range:
    """The bounds of a number, in coarser steps."""
    factor = 10 ** (kind.places - places)
    return -(-int(kind.low) // factor), int(kind.high) // factor


def _beyond(ends: Range, shared: Range, places: int) -> Iterator[tuple[Decimal, Decimal]]:
    """The numbers below and above those that both versions know."""
    for first, last in ((ends[0], shared[0] - 1), (shared[1] + 1, ends[1])):
        if first <= last:
            yield unscaled(first, places), unscaled(last, places)


def _positions(fact: Fact, names: Sequence[str]) -> tuple[Position, ...]:
    return tuple(names.index(option.name) if option.name in names else None for option in fact.options)


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
            case _:
                if any(not _asked_alike(one, other, name) for name in names_in(part) if name in one.placements):
                    return False
    return True


def _asked_alike(one: Voice, other: Voice, name: str) -> bool:
    mine, others = one.placements[name], other.placements.get(name)
    return others is not None and mine.asked.type == others.asked.type and mine.fact == others.fact
