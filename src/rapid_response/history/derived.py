"""Facts that a mapping works out by conditions: criteria and measures of the protocol language, run as a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from rapid_response.history.columns import Answers, Block, Chosen, Codes, Column, Quantities
from rapid_response.history.counting import at_least
from rapid_response.history.plan import Plan
from rapid_response.history.ranges import Range
from rapid_response.history.sheets import Definitions
from rapid_response.history.slices import ALL, Rails, Words, pack, unpack
from rapid_response.protocol.expressions import Type


@dataclass(frozen=True, slots=True)
class DerivedFact:
    """A derived fact: its type, and the slots it is worked out in, one for each option of several choices."""

    name: str
    kind: Type
    slots: Mapping[int, int]
    factor: int = 1


@dataclass(frozen=True, slots=True)
class Derivation:
    """The derived facts of a mapping, and the plan that works them out."""

    plan: Plan
    facts: tuple[DerivedFact, ...]

    @staticmethod
    def none() -> Derivation:
        """No derived facts."""
        return Derivation(Plan(Definitions({}, {}, {}, None)), ())

    def columns(self, block: Block) -> dict[str, Column]:
        """The derived facts of a block whose columns are those that the mapping reads."""
        if not self.facts:
            return {}
        found = self.plan.sheet(block).found
        return {fact.name: _column(fact, found, block.rows) for fact in self.facts}


def _column(fact: DerivedFact, found: list[Any], rows: int) -> Column:
    match fact.kind.name:
        case "yes_no":
            rails: Rails = found[fact.slots[0]]
            return Answers(_wide(rails.surely, rows), known=_known(rails, rows))
        case "choices":
            each = {option: found[slot] for option, slot in fact.slots.items()}
            known = _all(_known(rails, rows) for rails in each.values())
            return Chosen({option: _wide(rails.surely, rows) for option, rails in each.items()}, known=known)
        case "choice":
            return _settled_choice(found[fact.slots[0]], fact.kind, rows)
        case _:
            return _settled_range(found[fact.slots[0]], fact, rows)


def _wide(words: Words, rows: int) -> Words:
    return np.broadcast_to(words, ((rows + 63) // 64,)) if words.ndim == 0 else words


def _known(rails: Rails, rows: int) -> Words | None:
    return None if rails.is_plain else _wide(rails.surely | ~rails.possibly, rows)


def _all(each: Any) -> Words | None:
    known: Words | None = None
    for words in each:
        if words is not None:
            known = words if known is None else known & words
    return known


def _settled_choice(options: tuple[Words, ...], kind: Type, rows: int) -> Column:
    """The option of the rows in which only one is left."""
    wide = [_wide(words, rows) for words in options]
    several = at_least(2, [Rails(words, words) for words in wide]).surely
    codes = np.zeros(rows, np.int64)
    for position, words in enumerate(wide):
        codes = np.where(unpack(words, rows), position, codes)
    return Codes(codes, tuple(range(len(kind.options))), known=_wide(ALL & ~several, rows))


def _settled_range(found: Range, fact: DerivedFact, rows: int) -> Column:
    low = np.broadcast_to(np.asarray(found.low, np.int64), (rows,))
    known = None if found.is_plain else _wide(pack(np.asarray(found.low == found.high)), rows)
    if fact.kind.name == "number":
        return Quantities(low * fact.factor, known=known)
    return Codes(low, tuple(range(len(fact.kind.options))), known=known)
