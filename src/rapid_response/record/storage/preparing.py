"""Opening a database: looked at before anything is changed, then its tables made or brought up to date."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import insert, select

from rapid_response.record.errors import RecordError, failure
from rapid_response.record.storage.engines import SCHEMA, postgresql_engine, sqlite_engine, take_back
from rapid_response.record.storage.migrations import migrate, newer, steps, version
from rapid_response.record.storage.store import Store
from rapid_response.record.storage.tables import about


def open_postgresql(url: str, *, read_only: bool, patience: float) -> Store:
    """The database at a URL, its tables made or brought up to date."""
    store = Store(postgresql_engine(url, read_only, patience), None, not read_only)
    return _prepared(store, steps("postgresql"), "", read_only, patience)


def open_sqlite(
    path: Path, *, journal: str = "WAL", prefix: str = "0", read_only: bool = False, patience: float = 5.0
) -> Store:
    """The SQLite file, its tables made or brought up to date by the steps whose files begin with `prefix`.

    Its journal is `WAL` or `DELETE`.
    """
    _refuse_at_once(path, read_only)
    if read_only:
        take_back(path)
    store = Store(sqlite_engine(path, read_only, patience), path, not read_only)
    return _prepared(store, steps("sqlite", prefix), journal, read_only, patience)


def kept_origin(store: Store, new: str | None) -> str | None:
    """The name of the log that the database belongs to; it gets the new one if it has none yet."""
    kept = select(about.c.value).where(about.c.name == "origin")
    with store.reading() as connection:
        found: str | None = connection.scalar(kept)
    if found is None and new is not None:
        with store.writing() as connection:
            found = connection.scalar(kept)  # another process may have been quicker
            if found is None:
                connection.execute(insert(about).values(name="origin", value=new))
    return found or new


def _prepared(store: Store, scripts: list[str], journal: str, read_only: bool, patience: float) -> Store:
    deadline = time.monotonic() + patience
    while True:
        try:
            _prepare(store, scripts, journal, read_only, patience)
            return store
        except RecordError as error:
            if error.id == "RD105" and time.monotonic() < deadline:
                time.sleep(0.01)  # two that make one file stand in each other's way; SQLite does not wait there
                continue
            store.close()
            if error.id == "RD108":
                message = f"the log cannot be opened: {error.problems[0].message}"
                raise failure("RD101", message, "check the address, and that the disk is well") from error
            raise


def _prepare(store: Store, scripts: list[str], journal: str, read_only: bool, patience: float) -> None:
    with store.reading() as connection:
        have = version(connection, scripts)
    if have > len(scripts):
        raise newer(have, len(scripts))
    if read_only:
        return _refuse_no_tables(have)
    if store.path is not None:
        store.pragma(f"journal_mode = {journal}", patience)
    if have < len(scripts):
        _make_tables(store, scripts)
    store.empty_journal()
    return None


def _make_tables(store: Store, scripts: list[str]) -> None:
    with store.writing() as connection:
        if store.path is None:
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        migrate(connection, scripts)


def _refuse_no_tables(have: int) -> None:
    """Nothing may be written, so the tables have to be there; those of every earlier schema can be read."""
    if have == 0:
        remedy = f"open it for writing once; on PostgreSQL, see that the user may use the schema `{SCHEMA}`"
        raise failure("RD101", "the database holds no log yet, or none that the user may read", remedy)


def _refuse_at_once(path: Path, read_only: bool) -> None:
    if not path.absolute().parent.is_dir():
        raise failure("RD101", f"the folder of `{path.name}` does not exist", "make it, or check the path")
    if path.is_dir():
        raise failure("RD101", f"`{path.name}` is a folder", "name a file in it")
    if read_only and not path.is_file():
        raise failure("RD101", f"there is no file `{path.name}`", "check the path")
