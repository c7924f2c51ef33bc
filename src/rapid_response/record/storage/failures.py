"""What databases raise, in words that say what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from rapid_response.record.errors import RecordError, failure

_REOPEN = "open the log again: every record that was acknowledged is there, the last one may be there or not"
_SQLITE = {
    "SQLITE_BUSY": ("RD105", "another process is writing to the log", "try again, or open the log with more patience"),
    "SQLITE_LOCKED": ("RD105", "the log is being written to", "try again"),
    "SQLITE_READONLY": ("RD106", "the log can only be read", "check the rights to the file and its folder"),
    "SQLITE_FULL": ("RD107", "there is no room left on the disk; nothing was recorded", "make room and try again"),
    "SQLITE_IOERR": ("RD108", "storing failed: the disk reports an error", _REOPEN),
    "SQLITE_CORRUPT": ("RD104", "the database is damaged", "go back to a backup, and verify it against a checkpoint"),
    "SQLITE_NOTADB": ("RD102", "the file is not a database", "check the path"),
    "SQLITE_CANTOPEN": ("RD101", "the log cannot be opened", "check the path, and the rights to its folder"),
    "SQLITE_PERM": ("RD101", "the log cannot be opened", "check the rights to the file"),
}
_POSTGRESQL = {
    "55P03": ("RD105", "another process is writing to the log", "try again, or open the log with more patience"),
    "25P03": ("RD108", "this process came to a stop while it was writing, and the server went on without it", _REOPEN),
    "57014": ("RD105", "the database took too long", "try again"),
    "40": ("RD105", "another process was quicker; nothing was recorded", "try again"),
    "25006": ("RD106", "the log can only be read", "connect to the server that takes writes"),
    "42501": ("RD106", "the database refuses: the user lacks the right", "have it granted"),
    "53100": ("RD107", "the server has no room left; nothing was recorded", "make room and try again"),
    "53": ("RD107", "the server lacks something that it needs; nothing was recorded", "try again later"),
    "58": ("RD108", "storing failed: the server reports an error of its disk", _REOPEN),
    "XX": ("RD104", "the database is damaged", "go back to a backup, and verify it against a checkpoint"),
    "3D000": ("RD101", "there is no such database", "check its name, or make it"),
    "28": ("RD101", "the server refuses the user or the password", "check both"),
    "08": ("RD108", "the connection to the server broke off", _REOPEN),
    "57P": ("RD108", "the server is shutting down or starting", _REOPEN),
}


@contextmanager
def told() -> Iterator[None]:
    """Raise RecordError for what the database raises."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise as_record_error(error) from error


@contextmanager
def told_of_connecting() -> Iterator[None]:
    """Raise RecordError where no connection can be made: nothing has been asked of a server yet."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        found, original = as_record_error(error), _original(error)
        if found.id != "RD108" or isinstance(original, sqlite3.Error):
            raise found from error
        reason = str(original).partition("\n")[0].rpartition("failed: ")[2].removeprefix("FATAL:").strip()
        remedy = "check the address, the user's rights, and that the server runs"
        raise failure("RD101", f"no connection to the database: {reason}", remedy) from error


def as_record_error(error: SQLAlchemyError | sqlite3.Error) -> RecordError:
    """The error of the database as one of ours; what it quotes may be private, so it is not repeated."""
    original = _original(error)
    if name := getattr(original, "sqlite_errorname", None):
        found = next((_SQLITE[start] for start in _SQLITE if str(name).startswith(start)), None)
        return failure(*(found or ("RD108", f"the database reports {name}", _REOPEN)))
    state = getattr(original, "sqlstate", None)
    if state is None and original is not None:
        return failure("RD108", "the connection to the server broke off", _REOPEN)
    found = next((_POSTGRESQL[start] for start in _POSTGRESQL if str(state).startswith(start)), None)
    return failure(*(found or ("RD108", f"the database reports {state or type(error).__name__}", _REOPEN)))


def _original(error: SQLAlchemyError | sqlite3.Error) -> BaseException | None:
    """What the driver raised, None where SQLAlchemy itself did."""
    if isinstance(error, DBAPIError):
        return error.orig
    return error if isinstance(error, sqlite3.Error) else None
