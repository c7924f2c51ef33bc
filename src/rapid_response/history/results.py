"""Outcomes of the engine as Arrow columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from rapid_response.history.columns import Codes, words_part
from rapid_response.history.dues import due_column
from rapid_response.history.engine import Engine, Outcome
from rapid_response.history.rows import Rows
from rapid_response.history.slices import NO, Rails, Words, flags, to_octets, unpack
from rapid_response.history.tiers import Levels, TierRange, levels
from rapid_response.protocol.model import Protocol

STANDINGS = ("settled", "assumed", "open")
SCOPES = ("in", "out", "unknown")
FIXED = ("tier", "lowest", "highest", "standing", "scope")
RESPONSE = "response_"
DUE = "due_"


def column_names(engine: Engine) -> tuple[str, ...]:
    """The columns that an evaluation adds: fixed ones, one per response and due time, and what is wrong with a row."""
    responses = [f"{RESPONSE}{name}" for name in engine.protocol.responses]
    return (*FIXED, *responses, *(f"{DUE}{response.name}" for response, _ in engine.dues), "problem")


def result_columns(engine: Engine, rows: Rows) -> dict[str, Any]:
    """The columns of a batch, and what is wrong with its rows; those that do not fit have nothing else."""
    fitting = rows.fitting
    parts = [
        _columns(engine, outcome, words_part(fitting, start, start + outcome.rows))
        for start, outcome in engine.outcomes(rows.block, lean=True)
    ]
    return {**{name: pa.chunked_array([part[name] for part in parts]) for name in parts[0]}, "problem": _problems(rows)}


def result_table(engine: Engine, rows: Rows, prefix: str = "", with_id: bool = True) -> Any:
    """The same as an Arrow table; with the id first, and last what people decided then, where that is stated."""
    columns = result_columns(engine, rows)
    if with_id:
        stated = {} if rows.outcome is None else {"outcome": outcome_column(engine.protocol, rows.outcome)}
        columns = {"id": rows.ids, **columns, **stated}
    return pa.table({f"{prefix}{name}": column for name, column in columns.items()})


def _columns(engine: Engine, outcome: Outcome, fitting: Words) -> dict[str, Any]:
    """The columns of a stretch of rows.

    Tiers, standing and scope are words, with their codes in order; a response is true where active, false where not,
    null where open; a due time is null where its response is not active, nor open.
    """
    protocol, count = engine.protocol, outcome.rows
    names = [tier.name for tier in protocol.tiers]
    low, high = levels(outcome.tiers.low, count), levels(outcome.tiers.high, count)
    tier, stated = recommended(protocol, outcome, count)
    columns = {
        "tier": _words(tier, names, stated & fitting, count),
        "lowest": _words(low, names, fitting, count),
        "highest": _words(high, names, fitting, count),
        "standing": _words(_standing(outcome, count), STANDINGS, fitting, count),
        "scope": _words(_scope(outcome.scope, count), SCOPES, fitting, count),
    }
    for name, rails in outcome.responses.items():
        columns[f"{RESPONSE}{name}"] = _truths(rails, fitting, count)
    for response, due in engine.dues:
        possible = outcome.responses[response.name].possibly & fitting
        columns[f"{DUE}{response.name}"] = due_column(protocol, due, outcome.sheet.block, possible)
    return columns


def recommended(protocol: Protocol, outcome: Outcome, rows: int) -> tuple[Levels, Words]:
    """The recommended level, and the rows in which one is recommended."""
    ends = outcome.assumed.high if protocol.if_unsettled == "highest" else outcome.assumed.low
    stated = ~outcome.assumed.is_open() if protocol.if_unsettled == "nothing" else ~NO.surely
    return levels(ends, rows), stated


def _standing(outcome: Outcome, rows: int) -> Levels:
    return _sum(outcome.tiers, outcome.assumed, rows)


def _sum(tiers: TierRange, assumed: TierRange, rows: int) -> Levels:
    """0 where settled, 1 where equal under the assumptions, 2 where open."""
    is_open, is_open_assuming = tiers.is_open(), assumed.is_open()
    if is_open is is_open_assuming:
        return unpack(is_open, rows) * np.uint8(2)
    return unpack(is_open, rows) + unpack(is_open & is_open_assuming, rows)


def _scope(out: Rails, rows: int) -> Levels:
    """0 where in scope, 1 where out, 2 where not known."""
    surely = unpack(out.surely, rows)
    return surely if out.is_plain else surely + unpack(out.possibly & ~out.surely, rows) * np.uint8(2)


def _words(codes: Levels, names: Any, there: Words, rows: int) -> Any:
    """Codes with their words as an Arrow dictionary; null where not there."""
    bitmap = None if there.ndim == 0 and there else pa.py_buffer(to_octets(there, rows))
    indices = pa.Array.from_buffers(pa.uint8(), rows, [bitmap, pa.py_buffer(codes)])
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(names), pa.string()), ordered=False, safe=False)


def _truths(rails: Rails, there: Words, rows: int) -> Any:
    known = (rails.surely | ~rails.possibly) & there
    bitmaps = [
        None if known.ndim == 0 and known else pa.py_buffer(to_octets(known, rows)),
        pa.py_buffer(to_octets(rails.surely, rows)),
    ]
    return pa.Array.from_buffers(pa.bool_(), rows, bitmaps)


def _problems(rows: Rows) -> Any:
    count = rows.block.rows
    wrong: dict[int, list[str]] = {}
    for part in rows.aside:
        if part.row is not None:
            wrong.setdefault(part.row, []).append(str(part))
    if not wrong:
        return pa.nulls(count, pa.string())
    return pa.array(["; ".join(wrong[row]) if row in wrong else None for row in range(count)], pa.string())


def outcome_column(protocol: Protocol, outcome: Codes) -> Any:
    """What people decided then, as the names of tiers; null where it is not known."""
    names = [tier.name for tier in protocol.tiers]
    positions = np.array([*outcome.positions, -1], np.int64)[np.clip(outcome.codes, 0, len(outcome.positions))]
    known = positions >= 0
    if outcome.known is not None:
        known &= flags(outcome.known, len(positions))
    return pa.array(
        [names[place] if there else None for place, there in zip(positions.tolist(), known.tolist(), strict=True)],
        pa.string(),
    )
