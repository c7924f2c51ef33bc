"""Connections to SQLite and PostgreSQL, set so that what was committed is on the disk."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from rapid_response.record.errors import failure

SCHEMA = "rapid_response"
SETTINGS = (
    "synchronous = EXTRA",
    "wal_autocheckpoint = 0",
    "secure_delete = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
)
WHOLE_SECTORS = "psow=0"
"""Nothing that was synced shares a sector with what comes after it: a torn write can garble the whole sector."""
_BEGIN = "rapid_response_begin"


def is_sqlite(url: str) -> bool:
    """Whether a URL names a SQLite file: `sqlite:///…`, or a path."""
    return url.startswith("sqlite:") or "://" not in url


def sqlite_path(url: str) -> Path:
    """The file that a URL names; RecordError where it names none."""
    path = url.removeprefix("sqlite:///") if url.startswith("sqlite:///") else url
    if path in ("", ":memory:") or path.startswith("sqlite:"):
        raise failure("RD101", "a log needs a file", "name one, like sqlite:///decisions.db")
    return Path(path)


def take_back(path: Path) -> None:
    """Have SQLite undo what an interrupted writer left half done, which it does not where it may only read."""
    if path.with_name(path.name + "-journal").is_file() and os.access(path, os.W_OK):
        with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()


def sqlite_engine(path: Path, read_only: bool, patience: float) -> Engine:
    """Connections to a file.

    Every commit waits until the disk has the record (docs/decisions/0013-decision-log.md says why these settings).
    """
    mode = "ro" if read_only else "rwc"
    if read_only and not _has_companions(path) and not os.access(path.absolute().parent, os.W_OK):
        mode = "ro&immutable=1"  # nobody can write there, and SQLite would want to

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}&{WHOLE_SECTORS}",
            uri=True,
            timeout=patience,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = lambda content: content.decode("utf-8", "surrogateescape")
        try:
            for setting in SETTINGS:
                connection.execute(f"PRAGMA {setting}")
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))

    return engine


def postgresql_engine(url: str, read_only: bool, patience: float) -> Engine:
    """Connections to a database; the tables lie in a schema of their own."""
    if not url.startswith("postgres"):
        remedy = "write a path, or postgresql://user@server/database"
        raise failure("RD101", "a log lies in a SQLite file or on PostgreSQL", remedy)
    try:
        import psycopg  # noqa: F401
    except ImportError:
        remedy = "install the extra `record`: pip install 'rapid-response[record]'"
        raise failure("RD109", "a log on PostgreSQL needs psycopg", remedy) from None
    engine = create_engine(f"postgresql+psycopg://{url.partition('://')[2]}")

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path = {SCHEMA}")
            cursor.execute("SET synchronous_commit = on")
            cursor.execute(f"SET lock_timeout = {max(1, round(patience * 1000))}")
            if read_only:
                cursor.execute("SET default_transaction_read_only = on")
        connection.commit()

    return engine


def for_writing(connection: Connection) -> Connection:
    """The connection, so that its next transaction is the only one that writes from its beginning on."""
    return connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})


def _has_companions(path: Path) -> bool:
    return any(path.with_name(path.name + ending).exists() for ending in ("-wal", "-journal"))
