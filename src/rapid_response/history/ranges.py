"""Arithmetic on ranges: the least and the greatest that each row can still be.

The ends are whole numbers as `protocol.expressions` says, one for all rows or an array of 64-bit integers; both are the
same object where nothing is unknown. `ENDLESS` stands for the end of time, with either sign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from rapid_response.history.leaves import COMPARED
from rapid_response.history.slices import Rails, opposite, pack, plain
from rapid_response.protocol.expressions import Comparator
from rapid_response.protocol.intervals import quotient_range

ENDLESS = 2**61
"""Sums of two lie within 64 bits. No moment of the calendar comes near it: they are below 2**58 microseconds."""

End = Any
"""An int, or an array of 64-bit integers."""


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the greatest value of each row."""

    low: End
    high: End

    @property
    def is_plain(self) -> bool:
        """Whether every row is known."""
        return self.low is self.high


def exactly(value: End) -> Range:
    """A value that is known in every row."""
    return Range(value, value)


def each_end(work: Callable[[End], End], a: Range) -> Range:
    """A range moved by something that keeps its order."""
    low = work(a.low)
    return Range(low, low if a.is_plain else work(a.high))


def compare(comparator: Comparator, a: Range, b: Range) -> Rails:
    """The truth of two ranges compared."""
    if a.is_plain and b.is_plain:
        return plain(pack(COMPARED[comparator](a.low, b.low)))
    match comparator:
        case ">=" | ">":
            return Rails(pack(COMPARED[comparator](a.low, b.high)), pack(COMPARED[comparator](a.high, b.low)))
        case "<=" | "<":
            return Rails(pack(COMPARED[comparator](a.high, b.low)), pack(COMPARED[comparator](a.low, b.high)))
        case "==":
            same = _all(a.low == a.high, b.low == b.high, a.low == b.low)
            return Rails(pack(same), pack(_all(a.low <= b.high, b.low <= a.high)))
        case _:
            return opposite(compare("==", a, b))


def _all(first: Any, *others: Any) -> Any:
    for other in others:
        first = first & other
    return first


def plus(a: Range, b: Range) -> Range:
    """The sum."""
    low = _endless_sum(a.low, b.low)
    return Range(low, low if a.is_plain and b.is_plain else _endless_sum(a.high, b.high))


def minus(a: Range, b: Range) -> Range:
    """The difference."""
    low = _endless_sum(a.low, -b.high)
    return Range(low, low if a.is_plain and b.is_plain else _endless_sum(a.high, -b.low))


def _endless_sum(a: End, b: End) -> End:
    """A sum of times, in which the end of time stays where it is."""
    if isinstance(a, int) and isinstance(b, int):
        return a if abs(a) == ENDLESS else b if abs(b) == ENDLESS else a + b
    total = np.clip(np.add(a, b), 1 - ENDLESS, ENDLESS - 1)
    total = np.where(np.abs(b) == ENDLESS, b, total)
    return np.where(np.abs(a) == ENDLESS, a, total)


def number_sum(operator: Literal["+", "-"], a: Range, b: Range) -> Range:
    """The sum or difference of two numbers, whose bounds the protocol has checked."""
    if operator == "+":
        low = a.low + b.low
        return Range(low, low if a.is_plain and b.is_plain else a.high + b.high)
    low = a.low - b.high
    return Range(low, low if a.is_plain and b.is_plain else a.high - b.low)


def times(a: Range, b: Range) -> Range:
    """The product."""
    if a.is_plain and b.is_plain:
        return exactly(a.low * b.low)
    corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
    return Range(least(corners), greatest(corners))


def divided(a: Range, b: Range, scale: int) -> Range:
    """The quotient `a * scale / b`, rounded half to even; `b` does not hold zero."""
    if all(isinstance(end, int) for end in (a.low, a.high, b.low, b.high)):
        low, high = quotient_range((a.low, a.high), (b.low, b.high), scale)
        return Range(low, high)
    if a.is_plain and b.is_plain:
        return exactly(_half_even(a.low * scale, b.low))
    corners = [_half_even(x * scale, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Range(least(corners), greatest(corners))


def _half_even(numerator: End, denominator: End) -> End:
    sign = np.sign(denominator)
    denominator = denominator * sign
    quotient, rest = np.divmod(numerator * sign, denominator)
    above, halfway = rest > denominator - rest, rest == denominator - rest
    return quotient + (above | (halfway & (quotient % 2 == 1)))


def least(ends: list[End]) -> End:
    """The least of several ends, row by row."""
    return _chosen(min, np.minimum, ends)


def greatest(ends: list[End]) -> End:
    """The greatest of several ends, row by row."""
    return _chosen(max, np.maximum, ends)


def _chosen(of_numbers: Callable[[list[int]], int], of_arrays: Any, ends: list[End]) -> End:
    if all(isinstance(end, int) for end in ends):
        return of_numbers(ends)
    found = ends[0]
    for end in ends[1:]:
        found = of_arrays(found, end)
    return found


def held(a: End, low: int, high: int) -> End:
    """An end clamped to bounds."""
    return min(max(a, low), high) if isinstance(a, int) else np.clip(a, low, high)


def by_value(work: Callable[[int], int], a: End) -> End:
    """Something that only Python can do, once for each different value; the end of time stays where it is."""
    if isinstance(a, int):
        return a if abs(a) == ENDLESS else work(a)
    values, places = np.unique(a, return_inverse=True)
    done = [value if abs(value) == ENDLESS else work(value) for value in values.tolist()]
    return np.array(done, np.int64)[places].reshape(np.shape(a))
