"""How far a count can be trusted: 95 % intervals of shares and of rates, by published formulas.

They say which true shares or rates go well with what was counted, as if the incidents were drawn from a longer run of
similar ones. They know nothing of what was never recorded.
"""

from __future__ import annotations

from math import sqrt

CONFIDENCE = 1.96
"""How many standard deviations make an interval that holds the true value in 95 of 100 cases."""

Interval = tuple[float, float]


def share_interval(hits: int, drawn: int) -> Interval:
    """The least and the greatest share that fit so many hits: Wilson's score interval.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
    Statistical Association 22 (1927), 209-212.

    >>> [round(end, 3) for end in share_interval(5, 20)], share_interval(0, 0)
    ([0.112, 0.469], (0.0, 1.0))
    """
    if not drawn:
        return 0.0, 1.0
    square = CONFIDENCE**2
    middle = (hits + square / 2) / (drawn + square)
    reach = CONFIDENCE / (drawn + square) * sqrt(hits * (drawn - hits) / drawn + square / 4)
    low, high = max(middle - reach, 0.0), min(middle + reach, 1.0)
    return (0.0 if hits == 0 else low), (1.0 if hits == drawn else high)


def count_interval(count: int) -> Interval:
    """The least and the greatest expected count that fit what was counted: Byar's approximation to the exact Poisson
    limits.

    N. E. Breslow and N. E. Day, Statistical Methods in Cancer Research II: The Design and Analysis of Cohort Studies,
    IARC Scientific Publications 82 (1987), page 69. Within 1 % of the exact limits from 5 on; below, its lower end
    lies a little too low.

    >>> [round(end, 2) for end in count_interval(10)], [round(end, 2) for end in count_interval(0)]
    ([4.79, 18.39], [0.0, 3.67])
    """
    above = count + 1
    low = count * (1 - 1 / (9 * count) - CONFIDENCE / (3 * sqrt(count))) ** 3 if count else 0.0
    return max(low, 0.0), above * (1 - 1 / (9 * above) + CONFIDENCE / (3 * sqrt(above))) ** 3
