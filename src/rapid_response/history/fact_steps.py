"""Steps that read facts: conditions that one fact decides alone, and the values of facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from rapid_response.history import leaves, ranges
from rapid_response.history.columns import Answers, Chosen, Codes, Column, Quantities, Texts
from rapid_response.history.ranges import ENDLESS, Range, exactly
from rapid_response.history.sheets import Definitions, Sheet, Work
from rapid_response.history.slices import Rails, flags, truth
from rapid_response.protocol.expressions import (
    Comparator,
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


def fact_read_by(node: Condition | Value) -> str | None:
    """The fact that a node reads itself, None where it reads none."""
    match node:
        case FactHolds(fact=name) | Includes(fact=name) | TextIs(fact=name) | FactValue(fact=name):
            return name
        case IsOneOf(value=FactValue(fact=name)) | Compare(left=FactValue(fact=name), right=Constant()):
            return name
        case _:
            return None


@dataclass(frozen=True, slots=True)
class FactSteps:
    """Makes the steps that read facts."""

    definitions: Definitions

    def condition(self, node: Condition | Value) -> Work | None:
        """How a condition is worked out that one fact decides alone; None for all other nodes."""
        match node:
            case FactHolds(fact=name):
                return lambda sheet: leaves.is_yes(_column(sheet, name, Answers), self.stand_in(name, sheet))
            case IsOneOf(value=FactValue(fact=name, type=kind), options=options):
                return self.one_of(name, frozenset(options), len(kind.options))
            case Compare(comparator=comparator, left=FactValue(fact=name, type=kind), right=Constant(value=constant)):
                if kind.name == "scale":
                    compared = leaves.COMPARED[comparator]
                    fitting = frozenset(p for p in range(len(kind.options)) if compared(p, constant))
                    return self.one_of(name, fitting, len(kind.options))
                return self.compared(name, kind, comparator, constant)
            case Includes(fact=name, options=options, every=every):
                return lambda sheet: leaves.includes(
                    _column(sheet, name, Chosen), options, every, self.stand_in(name, sheet)
                )
            case TextIs(fact=name, texts=texts):
                return lambda sheet: leaves.text_is(_column(sheet, name, Texts), texts, self.stand_in(name, sheet))
            case _:
                return None

    def one_of(self, name: str, positions: frozenset[int], options: int) -> Work:
        return lambda sheet: leaves.is_one_of(
            _column(sheet, name, Codes), positions, options, self.stand_in(name, sheet)
        )

    def compared(self, name: str, kind: Type, comparator: Comparator, constant: int) -> Work:
        low, high = (-ENDLESS, ENDLESS) if kind.name in ("moment", "date") else leaves.bounds(kind)

        def work(sheet: Sheet) -> Rails:
            known = self.stand_in(name, sheet)
            stands = Range(low, high) if known is None else exactly(known)
            otherwise = ranges.compare(comparator, stands, exactly(constant))
            return leaves.is_so(_column(sheet, name, Quantities), comparator, constant, _constant(otherwise))

        return work

    def stand_in(self, name: str, sheet: Sheet) -> Any:
        """What an unknown row of a fact counts as: its blank, or under the assumptions what is assumed; else None."""
        fact = self.definitions.facts[name]
        given = fact.blank if fact.blank is not None else fact.assumed if sheet.assume else None
        if given is not None and fact.type.name in ("scale", "choice"):
            return fact.type.options.index(given)
        return given

    def value(self, node: FactValue) -> Work:
        """How the value of a fact is read."""
        read = self.choice if node.type.name == "choice" else self.fact_range
        return read(node.fact, node.type)

    def choice(self, name: str, kind: Type) -> Work:
        each = [self.one_of(name, frozenset([option]), len(kind.options)) for option in range(len(kind.options))]
        return lambda sheet: tuple(cast(Rails, work(sheet)).possibly for work in each)

    def fact_range(self, name: str, kind: Type) -> Work:
        low, high = (-ENDLESS, ENDLESS) if kind.name in ("moment", "date") else leaves.bounds(kind)

        def work(sheet: Sheet) -> Range:
            known = self.stand_in(name, sheet)
            stands = Range(low, high) if known is None else exactly(known)
            return _range_of(sheet.block.columns.get(name), sheet.block.rows, stands)

        return work


def _column(sheet: Sheet, name: str, kind: type[Any]) -> Any:
    column: Column | None = sheet.block.columns.get(name)
    assert column is None or isinstance(column, kind)
    return column


def _constant(rails: Rails) -> Rails:
    """A truth that is the same for every row, as the one object that stands for it."""
    return truth(bool(rails.surely & np.uint64(1)), bool(rails.possibly & np.uint64(1)))


def _range_of(column: Column | None, rows: int, stands: Range) -> Range:
    """A number, step, moment or date of every row, with what stands for those that are not known."""
    if column is None:
        return stands
    assert isinstance(column, Codes | Quantities)
    if isinstance(column, Codes):
        numbers = np.array([*column.positions, 0], np.int64)[np.minimum(column.codes, len(column.positions))]
    else:
        numbers = column.numbers.astype(np.int64)
    if column.known is None:
        return exactly(numbers)
    known = flags(column.known, rows)
    return ranges.each_end(lambda end: np.where(known, numbers, end), stands)
