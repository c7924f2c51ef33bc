"""How often each answer was given in the past."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from rapid_response.history.columns import Answers, Chosen, Codes, Column, Quantities
from rapid_response.history.incidents import History
from rapid_response.history.slices import Flags, flags
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.values import decode


def answer_frequencies(history: History, protocol: Protocol | None = None) -> dict[str, dict[Any, int]]:
    """By fact how often each answer was given: what `Protocol.compare` takes as `frequencies`.

    Of facts of several choices each option counts by itself. Times, dates and texts are left out, and so are answers
    that are not known and rows that do not fit. Raises HistoryError as `History.check` does.

    >>> import pyarrow as pa
    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.history import read_incidents
    >>> protocol = protocol_from_text("protocol: p\\ntiers: {low: {}}\\nfacts: {hurt: {type: yes_no}}")
    >>> answer_frequencies(read_incidents(pa.table({"hurt": [True, True, False, None]})), protocol)
    {'hurt': {True: 2, False: 1}}
    """
    protocol = history.chosen(protocol)
    counts: dict[str, Counter[Any]] = {}
    for _, rows in history.read(history.reader(protocol, None)):
        fits = flags(rows.fitting, rows.block.rows)
        for name, column in rows.block.columns.items():
            if fact := protocol.facts.get(name):
                counts.setdefault(name, Counter()).update(dict(_answers(fact, column, fits, protocol.time_zone)))
    return {name: dict(found) for name, found in counts.items() if found}


def _answers(fact: Fact, column: Column, fits: Flags, zone: str | None) -> Iterator[tuple[Any, int]]:
    """The answers of a batch that are known, with how often each was given."""
    known = fits if column.known is None else fits & flags(column.known, len(fits))
    counted: list[tuple[Any, int]]
    match column:
        case Answers(yes=yes):
            agreed = flags(yes, len(fits))
            counted = [(True, int((known & agreed).sum())), (False, int((known & ~agreed).sum()))]
        case Codes(codes=codes, positions=positions):
            found = np.bincount(codes[known], minlength=len(positions)).tolist()
            counted = [(fact.type.options[place], found[code]) for code, place in enumerate(positions) if place >= 0]
        case Chosen(options=options):
            counted = [
                (fact.type.options[place], int((flags(words, len(fits)) & known).sum()))
                for place, words in options.items()
            ]
        case Quantities(numbers=numbers) if fact.type.name == "number":
            values, times = np.unique(numbers[known], return_counts=True)
            given = (decode(fact.type, value, zone) for value in values.tolist())
            counted = [*zip(given, times.tolist(), strict=True)]
        case _:
            return
    merged: Counter[Any] = Counter()
    for answer, number in counted:
        merged[answer] += number
    yield from ((answer, number) for answer, number in merged.items() if number)
