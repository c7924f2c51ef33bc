"""Connections to SQLite and PostgreSQL, set so that what was committed is on the disk."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
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
POSTGRESQL_SETTINGS = (f"search_path = {SCHEMA}", "synchronous_commit = on")
WHOLE_SECTORS = "psow=0"
"""Nothing that was synced shares a sector with what comes after it: a torn write can garble the whole sector."""
GIVE_UP = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""When a server that says nothing counts as gone, unless the URL says otherwise.

Else two minutes pass where none answers, and hours where the network breaks while something is stored.
"""
STUCK_SECONDS = 60
"""So long a writer that has come to a stop (a laptop put to sleep) can hold up the others on PostgreSQL."""
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
    """Connections to a database; the tables lie in a schema of their own.

    Each is tried before it is used, so that an open log outlives a restart of the server, and there is no limit to
    them: a thread that writes holds one while it waits for others, and needs a second for the keys.
    """
    address = _postgresql_address(url)
    try:
        import psycopg  # noqa: F401
    except ImportError:
        remedy = "install the extra `record`: pip install 'rapid-response[record]'"
        raise failure("RD109", "a log on PostgreSQL needs psycopg", remedy) from None
    engine = create_engine(address, pool_pre_ping=True, max_overflow=-1)
    settings = [
        *POSTGRESQL_SETTINGS,
        f"lock_timeout = {max(1, round(patience * 1000))}",
        f"idle_in_transaction_session_timeout = {round(STUCK_SECONDS * 1000)}",
        *(["default_transaction_read_only = on"] if read_only else []),
    ]

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("; ".join(f"SET {setting}" for setting in settings))
        connection.commit()

    return engine


def _postgresql_address(url: str) -> URL:
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] not in ("postgresql", "postgres"):
        remedy = "write sqlite:///decisions.db, or postgresql://user@host/database"
        raise failure("RD101", f"a log cannot lie in `{scheme}`", remedy)
    try:
        address = make_url(f"postgresql+psycopg://{rest}")
    except (ArgumentError, ValueError):  # what is wrong may stand beside a password
        remedy = "write it like postgresql://user@host:5432/database"
        raise failure("RD101", "the address of the database cannot be read", remedy) from None
    return address.update_query_dict({**GIVE_UP, **address.query})


def for_writing(connection: Connection) -> Connection:
    """The connection, so that its next transaction is the only one that writes from its beginning on."""
    return connection.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})


def _has_companions(path: Path) -> bool:
    return any(path.with_name(path.name + ending).exists() for ending in ("-wal", "-journal"))
