"""Facts as SQL: conditions that one fact decides alone, and the values of facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapid_response.history.leaves import COMPARED
from rapid_response.history.sql.rails import ENDLESS, Options, Rails, Range, compared, exactly, plain
from rapid_response.history.sql.terms import Term, Terms
from rapid_response.protocol.expressions import (
    Compare,
    Condition,
    Constant,
    FactHolds,
    FactValue,
    Includes,
    IsOneOf,
    TextIs,
    Type,
    Value,
)
from rapid_response.protocol.model import Fact

Stored = Term | Mapping[int, Term]
"""A fact's value, null where it is not known; of several choices for each option whether it is chosen."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A fact as it is stored, and whether what stands in the table is a value of it."""

    value: Stored
    fits: Term


@dataclass(frozen=True, slots=True)
class Facts:
    """Reads facts; a fact that is not `stored` is unknown in every row."""

    terms: Terms
    declared: Mapping[str, Fact]
    stored: Mapping[str, Stored]
    assume: bool

    def found(self, node: Condition | Value) -> Any:
        """The rails of a condition that one fact decides alone, or the value of a fact; None for all other nodes."""
        match node:
            case FactHolds(fact=name):
                return self.where(self.stored.get(name), self.unless_known(self.stand_in(name)))
            case IsOneOf(value=FactValue(fact=name, type=kind), options=options):
                return self.one_of(name, options, kind)
            case Compare(comparator=comparator, left=FactValue(fact=name, type=kind), right=Constant(value=constant)):
                if kind.name == "scale":
                    fitting = [p for p in range(len(kind.options)) if COMPARED[comparator](p, constant)]
                    return self.one_of(name, frozenset(fitting), kind)
                number = self.terms.number(constant)
                otherwise = compared(self.terms, comparator, self.stands(name, kind), exactly(number))
                value = self.stored.get(name)
                return self.where(value and self.terms.compare(comparator, value, number), otherwise)  # type: ignore[arg-type]
            case Includes(fact=name, options=options, every=every):
                return self.includes(name, options, every)
            case TextIs(fact=name, texts=texts):
                return self.text_is(name, texts)
            case FactValue(fact=name, type=kind) if kind.name == "choice":
                each = (self.one_of(name, frozenset([option]), kind) for option in range(len(kind.options)))
                return tuple(rails.possibly for rails in each)
            case FactValue(fact=name, type=kind):
                return self.ends(name, kind)
            case _:
                return None

    def where(self, holds: Any, otherwise: Rails) -> Rails:
        """A condition that is null in the rows that are not known, and then is `otherwise`."""
        if holds is None:
            return otherwise
        if holds.constant is not None:
            return plain(holds)
        surely = self.terms.known(holds, otherwise.surely)
        return Rails(surely, surely if otherwise.is_plain else self.terms.known(holds, otherwise.possibly))

    def unless_known(self, stand_in: bool | None) -> Rails:
        """What a row counts as in which a condition is not known."""
        ends = (False, True) if stand_in is None else (stand_in, stand_in)
        return Rails(self.terms.truth(ends[0]), self.terms.truth(ends[1]))

    def one_of(self, name: str, positions: frozenset[int], kind: Type) -> Rails:
        stand_in = self.stand_in(name)
        if len(positions) in (0, len(kind.options)):
            return plain(self.terms.truth(bool(positions)))
        otherwise = self.unless_known(None if stand_in is None else kind.options.index(stand_in) in positions)
        words = [self.terms.text(kind.options[position]) for position in sorted(positions)]
        value = self.stored.get(name)
        return self.where(value and self.terms.among(value, words), otherwise)  # type: ignore[arg-type]

    def includes(self, name: str, options: frozenset[int], every: bool) -> Rails:
        stand_in = self.stand_in(name)
        if stand_in is not None:
            given = [bool(stand_in >> option & 1) for option in options]
            stand_in = all(given) if every else any(given)
        chosen = self.stored.get(name)
        join = self.terms.all_of if every else self.terms.any_of
        holds = chosen and join(chosen[option] for option in sorted(options))  # type: ignore[index]
        return self.where(holds, self.unless_known(stand_in))

    def text_is(self, name: str, texts: frozenset[str]) -> Rails:
        stand_in = self.stand_in(name)
        value = self.stored.get(name)
        holds = value and self.terms.among(value, [self.terms.text(text) for text in sorted(texts)])  # type: ignore[arg-type]
        return self.where(holds, self.unless_known(None if stand_in is None else stand_in in texts))

    def stand_in(self, name: str) -> Any:
        """What an unknown row counts as: the fact's blank, or under the assumptions what is assumed; else None."""
        fact = self.declared[name]
        return fact.blank if fact.blank is not None else fact.assumed if self.assume else None

    def stands(self, name: str, kind: Type) -> Range:
        """What an unknown row can be."""
        known = self.stand_in(name)
        if known is not None:
            return exactly(self.terms.number(kind.options.index(known) if kind.name == "scale" else known))
        is_time = kind.name in ("moment", "date")
        ends = (-ENDLESS, ENDLESS) if is_time else (int(kind.low), int(kind.high))
        return Range(self.terms.number(ends[0]), self.terms.number(ends[1]))

    def ends(self, name: str, kind: Type) -> Range | Options:
        """The least and the greatest that a number, step, moment or date can be."""
        stands, value = self.stands(name, kind), self.stored.get(name)
        if value is None:
            return stands
        assert isinstance(value, Term)
        if kind.name == "scale":
            words = [(option, self.terms.text(option)) for option in kind.options]
            steps = [(self.terms.compare("==", value, word), self.terms.number(p)) for p, (_, word) in enumerate(words)]
            value = self.terms.wide(self.terms.case(steps))
        low = self.terms.known(value, stands.low)
        return Range(low, low if stands.is_plain else self.terms.known(value, stands.high))
