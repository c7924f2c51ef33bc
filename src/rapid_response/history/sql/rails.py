"""What conditions and values are worked out as: two rails, two ends, or one condition for each option."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rapid_response.history.sql.terms import Term, Terms
from rapid_response.protocol.expressions import Comparator

ENDLESS = 2**61
"""The end of time, with either sign; as the engine of slices has it."""


@dataclass(frozen=True, slots=True)
class Rails:
    """Where a condition surely holds, and where it possibly does."""

    surely: Term
    possibly: Term

    @property
    def is_plain(self) -> bool:
        """Whether every row is known."""
        return self.surely is self.possibly


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest that a number, step or time can still be."""

    low: Term
    high: Term

    @property
    def is_plain(self) -> bool:
        """Whether every row is known."""
        return self.low is self.high


Options = tuple[Term, ...]
"""Of a choice: for each option whether it is still possible."""


def plain(holds: Term) -> Rails:
    """A condition that is known in every row."""
    return Rails(holds, holds)


def exactly(value: Term) -> Range:
    """A value that is known in every row."""
    return Range(value, value)


def opposite(terms: Terms, rails: Rails) -> Rails:
    """Where a condition does not hold."""
    return Rails(terms.opposite(rails.possibly), terms.opposite(rails.surely))


def both(terms: Terms, parts: Iterable[Rails]) -> Rails:
    """Where every condition holds."""
    given = list(parts)
    return Rails(terms.all_of(p.surely for p in given), terms.all_of(p.possibly for p in given))


def either(terms: Terms, parts: Iterable[Rails]) -> Rails:
    """Where any condition holds."""
    given = list(parts)
    return Rails(terms.any_of(p.surely for p in given), terms.any_of(p.possibly for p in given))


def each_end(work: Callable[[Term], Term], value: Range) -> Range:
    """A range moved by something that keeps its order."""
    low = work(value.low)
    return Range(low, low if value.is_plain else work(value.high))


def compared(terms: Terms, comparator: Comparator, a: Range, b: Range) -> Rails:
    """Two ranges compared."""
    if a.is_plain and b.is_plain:
        return plain(terms.compare(comparator, a.low, b.low))
    match comparator:
        case ">=" | ">":
            return Rails(terms.compare(comparator, a.low, b.high), terms.compare(comparator, a.high, b.low))
        case "<=" | "<":
            return Rails(terms.compare(comparator, a.high, b.low), terms.compare(comparator, a.low, b.high))
        case "==":
            same = [(a.low, a.high), (b.low, b.high), (a.low, b.low)]
            surely = terms.all_of(terms.compare("==", x, y) for x, y in same if x is not y)
            meeting = [terms.compare("<=", a.low, b.high), terms.compare("<=", b.low, a.high)]
            return Rails(surely, terms.all_of(meeting))
        case _:
            return opposite(terms, compared(terms, "==", a, b))


def at_least(terms: Terms, number: int, holds: Iterable[Term]) -> Term:
    """Whether so many conditions hold."""
    parts = list(holds)
    sure = sum(part.constant is True for part in parts)
    parts = [part for part in parts if part.constant is None]
    needed = number - sure
    if needed <= 0 or needed > len(parts):
        return terms.truth(needed <= 0)
    if needed == 1:
        return terms.any_of(parts)
    if needed == len(parts) and len(set(parts)) == len(parts):
        return terms.all_of(parts)
    counted = terms.add(terms.case([(part, terms.number(1))], terms.number(0)) for part in parts)
    return terms.compare(">=", counted, terms.number(needed))
