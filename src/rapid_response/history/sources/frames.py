"""Data frames: whatever speaks Arrow, by itself or through Narwhals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import narwhals as nw
import pyarrow as pa

from rapid_response.history.problems import HistoryError
from rapid_response.history.sources.pieces import ROWS_IN_A_PIECE, Piece, Source, numbered
from rapid_response.protocol.problems import Problem


@dataclass(frozen=True)
class Frame:
    """A data frame. `native` is what was given, to give the same kind back; `schema` are its columns as Arrow has them.

    What is lazy, like a table of Spark, is not read before its rows are needed.
    """

    native: Any = field(repr=False)
    schema: Any = field(repr=False)
    load: Callable[[], Any] = field(repr=False)
    name: str
    unit: Literal["line", "row"] = "row"
    has_nulls: bool = True

    @cached_property
    def table(self) -> Any:
        """All rows, as an Arrow table."""
        return self.load()

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.schema.names)

    @property
    def dialect(self) -> str:
        """The SQL that is spoken where the frame lives."""
        return "spark" if self.name == "pyspark" else "duckdb"

    @property
    def mark(self) -> None:
        """A frame in memory is not come back to after an interruption."""
        return None

    def pieces(self, columns: Sequence[str]) -> Iterator[Piece]:
        """So many rows at a time, without copying them."""
        wanted = self.table.select([name for name in self.header if name in set(columns)])
        if not wanted.num_columns:
            wanted = pa.table({"-": pa.nulls(self.table.num_rows)})
        first = 1
        for batch in wanted.to_batches(max_chunksize=ROWS_IN_A_PIECE):
            yield numbered(batch, first, (first - 1 + batch.num_rows) / self.table.num_rows)
            first += batch.num_rows


def open_frame(native: Any) -> Source:
    """A data frame of any library that Narwhals knows, or that offers itself as an Arrow stream."""
    name = type(native).__module__.split(".")[0]
    is_arrow = isinstance(native, pa.Table | pa.RecordBatch)  # Narwhals refuses columns of one name, even unused ones
    frame = native if is_arrow else _opened(native, lambda: nw.from_native(native, pass_through=True))
    if isinstance(frame, nw.LazyFrame):
        none = _opened(native, lambda: frame.head(0).collect("pyarrow").to_native())
        return Frame(native, none.schema, lambda: _opened(native, lambda: _table(native)), name)
    table = _opened(native, lambda: _table(native))
    return Frame(native, table.schema, lambda: table, name)


def _opened(native: Any, work: Callable[[], Any]) -> Any:
    try:
        return work()
    except (pa.ArrowException, ValueError) as error:
        message = f"the {type(native).__name__} cannot be brought to Arrow: {type(error).__name__}"
        remedy = "give every column one type, and unknown values as nulls"
        raise HistoryError([Problem("RM203", message, help=remedy)]) from None
    except TypeError:
        message = f"a {type(native).__name__} is neither a path nor a data frame"
        remedy = "give a file, the URL of a database, or a frame of pandas, Polars, PyArrow, DuckDB, PySpark or Ibis"
        raise HistoryError([Problem("RM502", message, help=remedy)]) from None


def _table(native: Any) -> Any:
    if isinstance(native, pa.Table):
        return native
    if isinstance(native, pa.RecordBatch):
        return pa.Table.from_batches([native])
    try:
        frame = nw.from_native(native)
    except TypeError:
        if not hasattr(native, "__arrow_c_stream__"):
            raise
        return pa.RecordBatchReader.from_stream(native).read_all()
    return frame.collect("pyarrow").to_native() if isinstance(frame, nw.LazyFrame) else frame.to_arrow()


def with_columns(source: Frame, added: Any) -> Any:
    """The frame as it was given, of the same kind, with the columns of an Arrow table of the same rows added."""
    if isinstance(source.native, pa.Table | pa.RecordBatch):
        return _joined(source.table, added)
    try:
        frame = nw.from_native(source.native)
    except TypeError:
        return _joined(source.table, added)
    if isinstance(frame, nw.LazyFrame):
        return _lazy(frame, _joined(source.table, added))
    narrow = nw.from_arrow(added, backend=frame.implementation)
    return frame.with_columns(*(narrow[name] for name in added.column_names)).to_native()


def _joined(table: Any, added: Any) -> Any:
    for name in added.column_names:
        table = table.append_column(name, added[name])
    return table


def _lazy(frame: Any, table: Any) -> Any:
    session = getattr(frame.to_native(), "sparkSession", None)
    options = {"session": session} if session is not None else {}
    return nw.from_native(table, eager_only=True).lazy(backend=frame.implementation, **options).to_native()
