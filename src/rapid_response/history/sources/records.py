"""JSON and JSON lines: one object for each incident."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np

from rapid_response.history.problems import HistoryError
from rapid_response.history.sources.pieces import Batch, Broken, File, Piece, Source, loose_table
from rapid_response.protocol.problems import Problem

RECORDS_IN_A_PIECE = 1 << 16
_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class Records(File):
    """A file of JSON objects: a list of them, or one on each line. `unit` is the line, in a list the place in it."""

    encoding: str
    header: tuple[str, ...]
    unit: Literal["line", "row"]
    has_nulls: bool = True

    def pieces(self, columns: Sequence[str]) -> Iterator[Piece]:
        """So many records at a time."""
        held: list[tuple[int, Any]] = []
        for record in self.records():
            held.append(record)
            if len(held) == RECORDS_IN_A_PIECE:
                yield Piece(partial(_batch, held, columns), None)
                held = []
        if held:
            yield Piece(partial(_batch, held, columns), 1)

    def records(self) -> Iterator[tuple[int, Any]]:
        """Each record with its number: an object, or what is wrong with it."""
        with _opened(self.path) as file:
            if self.unit == "row":
                yield from enumerate(_parsed_list(file.read(), self), 1)
                return
            for number, octets in enumerate(file, 1):
                if octets.strip():
                    yield number, _parsed_line(number, octets, self.encoding)


def open_records(path: Path, encoding: str, is_list: bool) -> Source:
    """A file of JSON records; the columns are the keys of the first thousand."""
    source = Records(path, encoding, (), "row" if is_list else "line")
    keys: dict[str, None] = {}
    for _, (_, record) in zip(range(_LOOKED_AT), source.records(), strict=False):
        keys.update(dict.fromkeys(record if isinstance(record, dict) else ()))
    if not keys:
        raise HistoryError([Problem("RM503", f"`{path}` holds no records", help="each incident is a JSON object")])
    return Records(path, encoding, tuple(keys), source.unit)


def _opened(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _parsed_list(content: bytes, source: Records) -> list[Any]:
    try:
        loaded = json.loads(content.decode(_with_mark(source.encoding)), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        message = f"`{source.path}` is not valid JSON{place}"
        raise HistoryError(
            [Problem("RM501", message, help="it is a list of objects, or one object per line")]
        ) from None
    if not isinstance(loaded, list):
        message = f"`{source.path}` is not a list of records"
        raise HistoryError(
            [Problem("RM501", message, help="write [{…}, {…}], or one object per line in a .jsonl file")]
        )
    return [record if isinstance(record, dict) else _not_an_object(number) for number, record in enumerate(loaded, 1)]


def _parsed_line(number: int, octets: bytes, encoding: str) -> Mapping[str, Any] | Broken:
    try:
        record = json.loads(octets.decode(_with_mark(encoding)), parse_float=Decimal)
    except UnicodeDecodeError:
        return Broken(number, "RM506", f"the line is not {encoding} text", octets.decode("utf-8", "replace").strip())
    except (ValueError, RecursionError):
        return Broken(number, "RM506", "the line is not valid JSON", octets.decode("utf-8", "replace").strip())
    return record if isinstance(record, dict) else _not_an_object(number)


def _with_mark(encoding: str) -> str:
    return "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding


def _not_an_object(number: int) -> Broken:
    return Broken(number, "RM506", "the record is not an object", "")


def _batch(held: list[tuple[int, Any]], columns: Sequence[str]) -> Batch:
    good = [(number, record) for number, record in held if isinstance(record, dict)]
    broken = tuple(record for _, record in held if isinstance(record, Broken))
    table = loose_table(columns, [[_flat(record.get(name)) for _, record in good] for name in columns])
    if not columns:
        table = loose_table(["-"], [[None] * len(good)])
    lines = np.array([number for number, _ in good], np.int64)
    return Batch(table, lines, lambda row: _plain(good[row][1]), broken)


def _flat(cell: Any) -> Any:
    return json.dumps(cell, default=str, ensure_ascii=False) if isinstance(cell, dict) else cell


def _plain(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: float(value) if isinstance(value, Decimal) else value for key, value in record.items()}
