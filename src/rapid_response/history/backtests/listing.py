"""The changed incidents themselves: the first of each kind in memory, all of them in a file where one is asked for."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from rapid_response.history.backtests.grouping import Grouping
from rapid_response.history.backtests.records import MOST_EXAMPLES, Change, ChangedIncident
from rapid_response.history.columns import Quantities
from rapid_response.history.problems import HistoryError
from rapid_response.history.rows import Rows
from rapid_response.history.slices import to_octets
from rapid_response.history.streaming import defused
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Problem

FORMS = (".csv", ".jsonl")


@dataclass
class Listing:
    """Collects changed incidents: at most so many of each kind of change; `file` takes them all."""

    grouping: Grouping
    most: int
    file: ChangedFile | None
    incidents: list[ChangedIncident] = field(default_factory=list)
    listed: Counter[str] = field(default_factory=Counter)
    examples: Counter[int] = field(default_factory=Counter)

    def add(self, rows: Rows, start: int, places: npt.NDArray[Any], numbers: npt.NDArray[Any]) -> None:
        """Changed rows of a stretch that begins at a row of the batch, with the numbers of their changes."""
        places = places + start
        if self.file and len(places):
            self.file.write(_table(self.grouping, rows, places, numbers))
        chosen = [place for place, number in enumerate(numbers.tolist()) if self._wanted(number)]
        table = _plain(self.grouping, rows, places[chosen])
        self.incidents += [
            ChangedIncident(row["id"], row["at"], number + 1)
            for row, number in zip(table.to_pylist(), numbers[chosen].tolist(), strict=True)
        ]

    def _wanted(self, number: int) -> bool:
        """Whether an incident is listed: the first of its kind are, and the first of each change."""
        kind = self.grouping.kind(number)
        if self.listed[kind] >= self.most and self.examples[number] >= (MOST_EXAMPLES if number < self.most else 0):
            return False
        self.listed[kind] += 1
        self.examples[number] += 1
        return True


def _plain(grouping: Grouping, rows: Rows, places: npt.NDArray[Any]) -> Any:
    """The ids of some rows, and when they happened as local ISO text."""
    ids = rows.ids
    ids = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids
    return pa.table({"id": ids.take(pa.array(places)), "at": _times(grouping.versions.current, rows, places)})


def _times(protocol: Protocol, rows: Rows, places: npt.NDArray[Any]) -> Any:
    column = rows.block.columns.get(protocol.at or "")
    if not isinstance(column, Quantities):
        return pa.nulls(len(places), pa.string())
    moments = pa.array(column.numbers[places].astype(np.int64), pa.timestamp("us", protocol.time_zone or "UTC"))
    texts = pc.strftime(moments, format="%Y-%m-%dT%H:%M%z")
    if column.known is None:
        return texts
    there = np.unpackbits(to_octets(column.known, rows.block.rows), bitorder="little")[places].astype(np.bool_)
    return pc.if_else(pa.array(there), texts, pa.scalar(None, pa.string()))


def _table(grouping: Grouping, rows: Rows, places: npt.NDArray[Any], numbers: npt.NDArray[Any]) -> Any:
    """Changed rows with all that is told of their change."""
    distinct, inverse = np.unique(numbers, return_inverse=True)
    changes = pa.Table.from_pylist([_told(grouping.change(number)) for number in distinct.tolist()])
    table = _plain(grouping, rows, places)
    for name in changes.column_names:
        table = table.append_column(name, changes[name].combine_chunks().take(pa.array(inverse)))
    return table


def _told(change: Change) -> dict[str, Any]:
    """A change as the cells of a row."""
    return {
        "change": change.number,
        "differs": change.kind,
        "current": str(change.before),
        "proposed": str(change.after),
        "current_recommended": change.before.recommended,
        "proposed_recommended": change.after.recommended,
        "made_by": "; ".join(map(str, change.turns)),
        "current_reasons": "; ".join(map(str, change.reasons_before)),
        "proposed_reasons": "; ".join(map(str, change.reasons_after)),
        "responses": "; ".join(map(str, change.responses)),
    }


@dataclass
class ChangedFile:
    """A CSV or JSON lines file that takes changed incidents as they are found."""

    file: IO[bytes]
    form: str
    is_empty: bool = True

    def write(self, table: Any) -> None:
        """Some more rows."""
        if self.form == ".csv":
            options = pa.csv.WriteOptions(include_header=self.is_empty)
            pa.csv.write_csv(defused(table), self.file, options)
        else:
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_pylist())
            self.file.write("".join(lines).encode("utf-8", "replace"))
        self.is_empty = False


@contextmanager
def changed_file(path: Path | None) -> Iterator[ChangedFile | None]:
    """A file for changed incidents, put in its place once it is whole; raises HistoryError where it cannot be."""
    if path is None:
        yield None
        return
    if path.suffix not in FORMS:
        message = f"`{path.name}`: changed incidents are written as CSV or JSON lines"
        raise HistoryError([Problem("RM508", message, help="let the name end in .csv or .jsonl")])
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            yield ChangedFile(file, path.suffix)
        os.replace(beside, path)
    except OSError as error:
        message = f"`{path}` cannot be written: {(error.strerror or 'it failed').lower()}"
        raise HistoryError([Problem("RM508", message, help="check the folder and the space left")]) from None
    finally:
        beside.unlink(missing_ok=True)
