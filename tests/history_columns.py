"""Incidents as the engine's columns and as Arrow tables, one fact after the other, slowly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from rapid_response import Protocol
from rapid_response.evaluation.incidents import Incident, check_incident
from rapid_response.history.columns import Answers, Block, Chosen, Codes, Column, Quantities, Texts
from rapid_response.history.slices import pack
from rapid_response.protocol.model import Fact
from rapid_response.protocol.values import EPOCH, decode

_ARROW = {
    "yes_no": pa.bool_(),
    "scale": pa.string(),
    "choice": pa.string(),
    "choices": pa.list_(pa.string()),
    "moment": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
    "text": pa.string(),
}


def block(protocol: Protocol, given: Sequence[Mapping[str, Any]], now: Sequence[int | None]) -> Block:
    """Incidents as a block for the engine."""
    checked = [check_incident(protocol, facts) for facts in given]
    columns = {
        fact.name: column(fact, [incident.facts[place] for incident in checked])
        for place, fact in enumerate(protocol.facts.values())
    }
    return Block(len(checked), columns, np.array([at or 0 for at in now], np.int64))


def column(fact: Fact, values: Sequence[Any]) -> Column:
    """The encoded values of one fact."""
    there = np.array([value is not None for value in values])
    known = None if there.all() else pack(there)
    options = fact.type.options
    match fact.type.name:
        case "yes_no":
            return Answers(pack(np.array([bool(value) for value in values])), known=known)
        case "scale" | "choice":
            codes = [len(options) if value is None else options.index(value) for value in values]
            return Codes(np.array(codes, np.uint16), tuple(range(len(options))), known=known)
        case "choices":
            chosen = {
                place: np.array([bool((value or 0) >> place & 1) for value in values]) for place in range(len(options))
            }
            return Chosen({place: pack(rows) for place, rows in chosen.items()}, known=known)
        case "text":
            return Texts(pa.array([value or "" for value in values], pa.string()), known=known)
        case _:
            return Quantities(np.array([value or 0 for value in values], np.int64), known=known)


def table(protocol: Protocol, given: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Incidents as an Arrow table of the types that people have; numbers with decimals are texts."""
    checked = [check_incident(protocol, facts) for facts in given]
    columns = {"number_of_row": pa.array(range(len(given)))}
    for place, fact in enumerate(protocol.facts.values()):
        kind = _ARROW.get(fact.type.name) or (pa.string() if fact.type.places else pa.int64())
        cells = [_cell(fact, facts, incident, place, protocol) for facts, incident in zip(given, checked, strict=True)]
        columns[fact.name] = pa.array(cells, kind)
    return pa.table(columns)


def _cell(fact: Fact, given: Mapping[str, Any], checked: Incident, place: int, protocol: Protocol) -> Any:
    """A value as it was given; blanks stay blank."""
    raw = given.get(fact.name)
    encoded = checked.facts[place]
    if raw is None or encoded is None or (isinstance(raw, Mapping) and raw.get("value") is None):
        return None
    if fact.type.name == "moment":
        return EPOCH + dt.timedelta(microseconds=int(encoded))
    if fact.type.name == "date":
        return dt.date.fromordinal(int(encoded))
    return decode(fact.type, encoded, protocol.time_zone)
