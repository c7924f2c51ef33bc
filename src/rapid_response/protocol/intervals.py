"""Arithmetic on ranges of whole numbers, each a pair (least, greatest)."""

from __future__ import annotations

Range = tuple[int, int]


def divide_half_even(numerator: int, denominator: int) -> int:
    """A quotient rounded to the nearest whole number, halves to the even one.

    >>> [divide_half_even(n, 2) for n in (1, 3, 5, -1)]
    [0, 2, 2, 0]
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    quotient, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return quotient + (twice > denominator or (twice == denominator and quotient % 2 == 1))


def product_range(left: Range, right: Range) -> Range:
    """Every product of a number of one range and one of the other lies in this range, and its ends are reached.

    >>> product_range((-2, 3), (4, 5))
    (-10, 15)
    """
    corners = [a * b for a in left for b in right]
    return min(corners), max(corners)


def quotient_range(left: Range, right: Range, scale: int) -> Range:
    """The range of `left * scale / right`, rounded half to even; `right` does not hold zero.

    >>> quotient_range((1, 3), (2, 4), 10)
    (2, 15)
    """
    corners = [divide_half_even(a * scale, b) for a in left for b in right]
    return min(corners), max(corners)
