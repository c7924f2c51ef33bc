"""One database: read by many, written by one at a time, and dead once storing has failed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from rapid_response.record.errors import RecordError, failure
from rapid_response.record.storage.engines import (
    SCHEMA,
    for_writing,
    postgresql_engine,
    sqlite_engine,
)
from rapid_response.record.storage.failures import told
from rapid_response.record.storage.migrations import migrate, newer, steps, version

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
        self._unusable: RecordError | None = (
            None if writable else failure("RD106", "the log was opened for reading", "open it without read_only")
        )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with."""
        with told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, alone: bool = True) -> Iterator[Connection]:
        """A transaction that is on the disk when the block is left, or nothing of it is kept.

        It is the only one that writes; on PostgreSQL only among those that are to be `alone`.
        """
        with self._storing(), self.engine.connect() as connection, for_writing(connection).begin():
            if alone and self.path is None:
                connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            yield connection
        if self.path is not None and _size(self.path.with_name(f"{self.path.name}-wal")) > LARGE_JOURNAL:
            with suppress(RecordError):  # what was to be stored is stored; the next one who writes is told
                self.empty_journal()

    @contextmanager
    def _storing(self) -> Iterator[None]:
        if self._unusable:
            raise self._unusable
        try:
            with told():
                yield
        except RecordError as error:
            if error.id == "RD108":
                self._unusable = error
            raise

    def empty_journal(self) -> None:
        """Move what SQLite's write-ahead log holds into the file, unless others are busy; of PostgreSQL, nothing."""
        if self.path is None:
            return
        with self._storing(), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            (patience,) = cursor.execute("PRAGMA busy_timeout").fetchone()
            cursor.execute("PRAGMA busy_timeout = 0")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute(f"PRAGMA busy_timeout = {patience}")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_postgresql(url: str, *, read_only: bool, patience: float) -> Store:
    """The database at a URL, its tables made or brought up to date."""
    store = Store(postgresql_engine(url, read_only, patience), None, not read_only)
    return _prepared(store, steps("postgresql"), read_only, patience)


def open_sqlite(
    path: Path, *, journal: str = "WAL", prefix: str = "0", read_only: bool = False, patience: float = 5.0
) -> Store:
    """The SQLite file, its tables made or brought up to date by the steps whose files begin with `prefix`."""
    _refuse_at_once(path, read_only)
    store = Store(sqlite_engine(path, journal, read_only, patience), path, not read_only)
    return _prepared(store, steps("sqlite", prefix), read_only, patience)


def _prepared(store: Store, scripts: list[str], read_only: bool, patience: float) -> Store:
    try:
        _prepare(store, scripts, read_only, patience)
    except RecordError as error:
        store.close()
        if error.id == "RD108":
            message = f"the log cannot be opened: {error.problems[0].message}"
            raise failure("RD101", message, "check the address, and that the disk is well") from error
        raise
    return store


def _prepare(store: Store, scripts: list[str], read_only: bool, patience: float) -> None:
    if read_only:
        with store.reading() as connection:
            _refuse_other_tables(connection, scripts)
        return
    deadline = time.monotonic() + patience
    while True:
        try:
            _make_tables(store, scripts)
            break
        except RecordError as error:  # two that make one file wait for each other; SQLite does not wait there
            if error.id != "RD105" or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
    if store.path is not None:
        store.empty_journal()


def _make_tables(store: Store, scripts: list[str]) -> None:
    with store.writing() as connection:
        if store.path is None:
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        migrate(connection, scripts)


def _refuse_other_tables(connection: Connection, scripts: list[str]) -> None:
    """Nothing may be written, so the tables have to be there as they are."""
    have = version(connection)
    if have > len(scripts):
        raise newer(have, len(scripts))
    if have == 0:
        raise failure("RD101", "the database holds no log yet", "open it for writing once")
    if have < len(scripts):
        raise failure("RD106", f"the log has schema {have}, which is older", "open it for writing once")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _refuse_at_once(path: Path, read_only: bool) -> None:
    """Look before anything is changed: a file that is something else is left as it is."""
    if not path.absolute().parent.is_dir():
        raise failure("RD101", f"the folder of `{path.name}` does not exist", "make it, or check the path")
    if path.is_dir():
        raise failure("RD101", f"`{path.name}` is a folder", "name a file in it")
    if read_only and not path.is_file():
        raise failure("RD101", f"there is no file `{path.name}`", "check the path")
