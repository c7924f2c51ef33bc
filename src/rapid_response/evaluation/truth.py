"""Three-valued truth on two rails.

A truth is one small number with two bits: bit 0 is set where the condition *surely* holds, bit 4 where it *possibly*
holds. So no is 0, unknown 16 and yes 17; `&` and `|` do both rails at once; and the sum of up to fifteen truths counts
both rails side by side, surely in its lower four bits, possibly above.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Literal

NO, UNKNOWN, YES = 0, 16, 17
MOST_SUMMED = 15

Word = Literal["yes", "no", "unknown"]

NOT: tuple[int, ...] = tuple({NO: YES, UNKNOWN: UNKNOWN, YES: NO}.get(truth, -1) for truth in range(YES + 1))
"""The opposite of each truth: `NOT[truth]`."""

_WORDS: dict[int, Word] = {NO: "no", UNKNOWN: "unknown", YES: "yes"}


def word(truth: int) -> Word:
    """A truth as people say it.

    >>> word(NOT[UNKNOWN])
    'unknown'
    """
    return _WORDS[truth]


@cache
def at_least_table(number: int, parts: int) -> tuple[int, ...]:
    """The truth of "at least `number` of `parts` hold", looked up by the sum of the parts' truths.

    >>> table = at_least_table(2, 3)
    >>> [word(table[YES + UNKNOWN + NO]), word(table[YES + NO + NO]), word(table[YES + YES + UNKNOWN])]
    ['unknown', 'no', 'yes']
    """
    return tuple(_at_least(number, total & 15, total >> 4) for total in range(YES * parts + 1))


def at_least(number: int, truths: Iterable[int]) -> int:
    """The same for any number of parts.

    >>> word(at_least(1, [NO, UNKNOWN]))
    'unknown'
    """
    listed = list(truths)
    return _at_least(number, sum(truth & 1 for truth in listed), sum(truth >> 4 for truth in listed))


def _at_least(number: int, surely: int, possibly: int) -> int:
    return YES if surely >= number else UNKNOWN if possibly >= number else NO
