"""One database: read by many, written by one at a time, and dead once storing has failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from rapid_response.record.errors import RecordError, failure
from rapid_response.record.storage.engines import for_writing
from rapid_response.record.storage.failures import told, told_of_connecting

_LOCK = 0x52524C47
"""The advisory lock of PostgreSQL that writers hold."""
LARGE_JOURNAL = 4 << 20
"""So many bytes of write-ahead log are moved into the file; SQLite itself would pass over a sync that fails then."""


class Store:
    """A database with its tables. `path` is the file of SQLite, None on PostgreSQL.

    What writes to it is one transaction, alone from its beginning to its end. Where storing fails in a way that leaves
    open what is on the disk, nothing more is written: the file has to be opened again.
    """

    def __init__(self, engine: Engine, path: Path | None, writable: bool) -> None:
        self.engine = engine
        self.path = path
        self._closed = False
        self._unusable: RecordError | None = None
        if not writable:
            self._unusable = failure("RD106", "the log was opened for reading", "open it without read_only")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with."""
        self._refuse_if_closed()
        with told(), self._connected() as connection:
            yield connection

    @contextmanager
    def writing(self, alone: bool = True) -> Iterator[Connection]:
        """A transaction that is on the disk when the block is left, or nothing of it is kept.

        It is the only one that writes; on PostgreSQL only among those that are to be `alone`.
        """
        with self._storing(), self._connected() as connection, for_writing(connection).begin():
            if alone and self.path is None:
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            yield connection
        if self.path is not None and _size(self.path.with_name(f"{self.path.name}-wal")) > LARGE_JOURNAL:
            with suppress(RecordError):  # what was to be stored is stored; the next one who writes is told
                self.empty_journal()

    @contextmanager
    def _storing(self) -> Iterator[None]:
        self._refuse_if_closed()
        if self._unusable:
            raise self._unusable
        try:
            with told():
                yield
        except RecordError as error:
            if error.id == "RD108":
                self._unusable = error
            raise

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with told_of_connecting():
            connection = self.engine.connect()
        with connection:
            yield connection

    def empty_journal(self) -> None:
        """Move what SQLite's write-ahead log holds into the file, unless others are busy; of PostgreSQL, nothing."""
        if self.path is not None:
            self.pragma("wal_checkpoint(TRUNCATE)", patience=0)

    def pragma(self, setting: str, patience: float) -> None:
        """Have SQLite do something that no transaction may hold, waiting for others as long as that."""
        with self._storing(), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            (usual,) = cursor.execute("PRAGMA busy_timeout").fetchone()
            cursor.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
            cursor.execute(f"PRAGMA {setting}")
            cursor.execute(f"PRAGMA busy_timeout = {usual}")

    def close(self) -> None:
        """Close every connection. Unless others are busy, SQLite's file then holds everything, without its journal."""
        if self._unusable is None:
            with suppress(RecordError):
                self.empty_journal()
        self._closed = True
        self.engine.dispose()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise failure("RD111", "the log is closed", "open it again")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
