"""Parquet files, read one row group at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet

from rapid_response.history.problems import HistoryError
from rapid_response.history.sources.pieces import Batch, File, Piece, Source
from rapid_response.protocol.problems import Problem


@dataclass(frozen=True, slots=True)
class Parquet(File):
    """A Parquet file. Texts come as codes with their dictionary, as they are stored."""

    header: tuple[str, ...]
    file: Any = field(repr=False)
    unit: Literal["line", "row"] = "row"
    has_nulls: bool = True

    def pieces(self, columns: Sequence[str]) -> Iterator[Piece]:
        """A piece for each row group."""
        total, first = max(self.file.metadata.num_rows, 1), 1
        for group in range(self.file.num_row_groups):
            rows = self.file.metadata.row_group(group).num_rows
            share = (first - 1 + rows) / total
            yield Piece(partial(self.batch, group, first, columns), share)
            first += rows

    def batch(self, group: int, first: int, columns: Sequence[str]) -> Batch:
        """The rows of a row group."""
        table = self.file.read_row_group(group, columns=list(columns), use_threads=True)
        if not columns:
            table = pa.table({"-": pa.nulls(self.file.metadata.row_group(group).num_rows)})

        def whole(row: int) -> dict[str, Any]:
            found: dict[str, Any] = self.file.read_row_group(group).slice(row, 1).to_pylist()[0]
            return found

        return Batch(table, range(first, first + table.num_rows), whole)


def open_parquet(path: Path) -> Source:
    """A Parquet file; raises HistoryError where it is none."""
    try:
        schema = pa.parquet.read_schema(path)
        texts = [
            field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        ]
        file = pa.parquet.ParquetFile(path, read_dictionary=texts, pre_buffer=True)
    except (pa.ArrowException, OSError) as error:
        message = f"`{path}` cannot be read as Parquet: {type(error).__name__}"
        raise HistoryError([Problem("RM501", message, help="check the file")]) from None
    return Parquet(path, tuple(schema.names), file)
