"""Tables of a database: SQLite by Python's own module, PostgreSQL by ADBC, the Arrow project's reader."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from rapid_response.history.problems import HistoryError
from rapid_response.history.sources.pieces import Batch, Piece, Source, loose_table, numbered
from rapid_response.protocol.problems import Problem

ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class SQLite:
    """A query on a SQLite file, which is opened read-only. Its columns may hold anything, so they are read as text."""

    path: str
    query: str
    header: tuple[str, ...]
    unit: Literal["line", "row"] = "row"
    has_nulls: bool = True

    @property
    def name(self) -> str:
        """The file."""
        return self.path

    @property
    def mark(self) -> str:
        """The query, and size and time of change of the file."""
        found = Path(self.path).stat()
        return f"{self.query}:{found.st_size}:{found.st_mtime_ns}"

    def pieces(self, columns: Sequence[str]) -> Iterator[Piece]:
        """So many rows at a time."""
        first = 1
        with closing(_connect(self.path)) as connection:
            cursor = connection.execute(self.query)
            while rows := cursor.fetchmany(ROWS):
                yield Piece(partial(self.batch, rows, first, columns), None)
                first += len(rows)

    def batch(self, rows: list[tuple[Any, ...]], first: int, columns: Sequence[str]) -> Batch:
        """Rows that were fetched."""
        places = [self.header.index(name) for name in columns]
        cells = [[row[place] for row in rows] for place in places]
        table = loose_table(columns, cells) if columns else loose_table(["-"], [[None] * len(rows)])
        lines = range(first, first + len(rows))
        return Batch(table, lines, lambda row: dict(zip(self.header, rows[row], strict=True)))


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A query on a PostgreSQL server."""

    url: str
    query: str
    schema: Any
    unit: Literal["line", "row"] = "row"
    has_nulls: bool = True
    dialect: Literal["postgresql"] = "postgresql"

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.schema.names)

    @property
    def name(self) -> str:
        """The server and database, without user and password."""
        return _without_password(self.url)

    @property
    def mark(self) -> None:
        """A server does not say whether a table has changed, nor keep its rows in order."""
        return None

    def pieces(self, columns: Sequence[str]) -> Iterator[Piece]:  # noqa: ARG002  (the query says which there are)
        """The record batches that the server sends."""
        first = 1
        with _postgresql(self.url) as connection, connection.cursor() as cursor:
            cursor.execute(self.query)
            for batch in cursor.fetch_record_batch():
                yield numbered(pa.Table.from_batches([batch]), first, None)
                first += batch.num_rows


def open_database(url: str, table: str | None, query: str | None) -> Source:
    """A table or a query, by the URL of the database; raises HistoryError where it cannot be read."""
    if (table is None) == (query is None):
        message, remedy = "a database needs either a table or a query", 'add table="incidents" or query="SELECT …"'
        raise HistoryError([Problem("RM502", message, help=remedy)])
    asked = query or f"SELECT * FROM {'.'.join(_quoted(part) for part in str(table).split('.'))}"  # noqa: S608
    scheme, _, rest = url.partition("://")
    try:
        if scheme == "sqlite":
            return _open_sqlite(rest.removeprefix("/"), asked)
        return _open_postgresql(url, asked)
    except HistoryError:
        raise
    except Exception as error:  # each driver has its own errors, and their words may hold what was asked for
        message = f"the database {_without_password(url)} cannot be read: {type(error).__name__}"
        raise HistoryError([Problem("RM501", message, help="check the address, the table and your rights")]) from None


def _open_sqlite(path: str, query: str) -> SQLite:
    with closing(_connect(path)) as connection:
        described = connection.execute(query).description
    return SQLite(path, query, tuple(column[0] for column in described))


def _open_postgresql(url: str, query: str) -> PostgreSQL:
    with _postgresql(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({query.rstrip().rstrip(';')}) AS asked LIMIT 0")  # noqa: S608  (the caller's query)
        schema = cursor.fetch_arrow_table().schema
    return PostgreSQL(url, query, schema)


def _connect(path: str) -> sqlite3.Connection:
    if not Path(path).is_file():
        raise HistoryError([Problem("RM501", f"`{path}` cannot be read: no such file", help="check the path")])
    return sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)


def _postgresql(url: str) -> Any:
    try:
        import adbc_driver_postgresql.dbapi as postgresql
    except ImportError:
        remedy = "install the extra `history`: pip install 'rapid-response[history]'"
        raise HistoryError([Problem("RM507", "reading PostgreSQL needs adbc-driver-postgresql", help=remedy)]) from None
    return postgresql.connect(url)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _without_password(url: str) -> str:
    return re.sub(r"//[^/@]*@", "//", url)
