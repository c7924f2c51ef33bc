"""The questions of one or two protocols as one vocabulary: which ask the same, and which answers mean the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from rapid_response.protocol.expressions import (
    Type,
)
from rapid_response.protocol.intervals import Range
from rapid_response.protocol.model import Fact, Option, Protocol
from rapid_response.protocol.renaming import Renamed
from rapid_response.protocol.values import unscaled
from rapid_response.proving.voices import Placement, Position, Voice


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
    >>> from rapid_response.protocol.renaming import renamings
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
