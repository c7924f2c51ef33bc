"""Due times of responses, row by row: so long after the time of evaluation, or after a moment of the incident."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from rapid_response.history import ranges
from rapid_response.history.columns import Block, Numbers, Quantities
from rapid_response.history.slices import Flags, Words, flags
from rapid_response.protocol.expressions import MICROSECONDS, MONTHS
from rapid_response.protocol.model import Due, Protocol
from rapid_response.protocol.values import EARLIEST, LATEST, shift_moment


def counts_from_now(due: Due) -> bool:
    """Whether a due time is reckoned from the time of evaluation."""
    return due.after in ("now", "active")


def due_column(protocol: Protocol, due: Due, block: Block, there: Words) -> Any:
    """The moments as an Arrow array in UTC; null in rows that are not there, and where the moment is not known."""
    start, known = _start(protocol, due, block)
    if due.unit in MONTHS:
        months = due.amount * MONTHS[due.unit]
        moments = ranges.by_value(lambda moment: shift_moment(moment, months, protocol.time_zone), start)
    else:
        moments = start + due.amount * MICROSECONDS[due.unit]
    kept = np.clip(np.broadcast_to(moments, block.rows), EARLIEST, LATEST)
    return pa.array(kept, pa.timestamp("us", "UTC"), mask=~(known & flags(there, block.rows)))


def _start(protocol: Protocol, due: Due, block: Block) -> tuple[Numbers, Flags]:
    """The moment that it is reckoned from, and where that is known."""
    every = np.ones(block.rows, np.bool_)
    if counts_from_now(due):
        assert block.now is not None, "the time of evaluation is asked for before anything is worked out"
        return np.broadcast_to(np.int64(block.now), block.rows), every
    blank, column = protocol.facts[due.after].blank, block.columns.get(due.after)
    otherwise = np.int64(0 if blank is None else int(blank))
    if column is None:
        return np.full(block.rows, otherwise), every & (blank is not None)
    assert isinstance(column, Quantities)
    there = every if column.known is None else flags(column.known, block.rows)
    return np.where(there, column.numbers, otherwise), there | (blank is not None)
