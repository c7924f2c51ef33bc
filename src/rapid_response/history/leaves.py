"""Conditions that one fact decides alone, on a whole column at once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from functools import reduce
from itertools import groupby
from typing import Any

import numpy as np

from rapid_response.history.columns import Answers, Chosen, Codes, Numbers, Partial, Quantities, Texts
from rapid_response.history.slices import NO, NONE, UNKNOWN, YES, Flags, Rails, Words, pack, plain, truth
from rapid_response.protocol.expressions import Comparator, Type

COMPARED: dict[Comparator, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def where_known(holds: Words, column: Partial, otherwise: Rails) -> Rails:
    """A truth that is `otherwise` in the rows that a column does not know."""
    if column.known is None:
        return plain(holds)
    if otherwise is YES:
        return plain(holds | column.unknown)
    surely = holds & column.known
    return Rails(surely, surely | column.unknown) if otherwise is UNKNOWN else plain(surely)


def is_yes(column: Answers | None, stand_in: bool | None) -> Rails:
    """Where a yes_no fact is yes; `stand_in` is what an unknown row counts as, None for unknown."""
    otherwise = UNKNOWN if stand_in is None else truth(stand_in, stand_in)
    return otherwise if column is None else where_known(column.yes, column, otherwise)


def is_one_of(column: Codes | None, positions: frozenset[int], options: int, stand_in: int | None) -> Rails:
    """Where a scale or choice is one of some options, of so many; `stand_in` is a position."""
    if stand_in is None:
        otherwise = truth(len(positions) == options, bool(positions))
    else:
        otherwise = truth(stand_in in positions, stand_in in positions)
    if column is None:
        return otherwise
    accepted = [code for code, position in enumerate(column.positions) if position in positions]
    return where_known(pack(_among(column.codes, accepted, len(column.positions))), column, otherwise)


def _among(codes: Numbers, accepted: list[int], size: int) -> Flags | bool:
    """Which codes are among the accepted: a comparison or two for each run of neighbors."""
    if not accepted:
        return False
    found: Flags = reduce(operator.or_, (_between(codes, *run, size) for run in _runs(accepted)))
    return found


def _runs(accepted: list[int]) -> Iterator[tuple[int, int]]:
    for _, group in groupby(enumerate(accepted), lambda pair: pair[1] - pair[0]):
        run = [code for _, code in group]
        yield run[0], run[-1]


def _between(codes: Numbers, first: int, last: int, size: int) -> Any:
    if first == last:
        return codes == first
    if last == size - 1:
        return codes >= first
    return codes <= last if first == 0 else (codes >= first) & (codes <= last)


def is_so(column: Quantities | None, comparator: Comparator, constant: int, otherwise: Rails) -> Rails:
    """Where a number, moment or date compares so with a constant."""
    if column is None:
        return otherwise
    return where_known(pack(COMPARED[comparator](column.numbers, constant)), column, otherwise)


def includes(column: Chosen | None, options: frozenset[int], every: bool, stand_in: int | None) -> Rails:
    """Where several choices include one of the options, or every one; `stand_in` is a mask of options."""
    otherwise = UNKNOWN
    if stand_in is not None:
        found = [stand_in >> option & 1 for option in options]
        holds = all(found) if every else any(found)
        otherwise = truth(holds, holds)
    if column is None:
        return otherwise
    chosen = [column.options.get(option, NONE) for option in sorted(options)]
    return where_known(reduce(operator.and_ if every else operator.or_, chosen), column, otherwise)


def text_is(column: Texts | None, texts: frozenset[str], stand_in: str | None) -> Rails:
    """Where a text is one of some texts, to the letter."""
    import pyarrow as pa
    import pyarrow.compute as pc

    otherwise = UNKNOWN if stand_in is None else YES if stand_in in texts else NO
    if column is None:
        return otherwise
    among = pc.is_in(column.texts, value_set=pa.array(sorted(texts), pa.string()).cast(column.texts.type))
    return where_known(pack(np.asarray(among)), column, otherwise)


def bounds(kind: Type) -> tuple[int, int]:
    """The least and the greatest that an unknown number or step can be."""
    return int(kind.low), int(kind.high)
