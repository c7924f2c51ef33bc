"""Opening a log: its database, its name and its keys."""

from __future__ import annotations

import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from rapid_response.record.appending import erased_incidents
from rapid_response.record.errors import failure
from rapid_response.record.keys import KeyStore, open_key_file
from rapid_response.record.storage.engines import is_sqlite, sqlite_path
from rapid_response.record.storage.preparing import kept_origin, open_postgresql, open_sqlite
from rapid_response.record.storage.store import Store
from rapid_response.record.storage.tables import private_parts

PATIENCE = 5.0
"""So many seconds others who write are waited for, unless it is said otherwise."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A log that is open. `keys` is None where only the log itself is here."""

    store: Store
    keys: KeyStore | None
    origin: str


def open_log(url: str, keys: str | None, origin: str | None, read_only: bool, patience: float) -> Opened:
    """Open a log and its keys; keys that should be gone, since their incident was erased, are destroyed."""
    if is_sqlite(url):
        store = open_sqlite(sqlite_path(url), read_only=read_only, patience=patience)
    else:
        store = open_postgresql(url, read_only=read_only, patience=patience)
    with ExitStack() as undoing:
        undoing.callback(store.close)
        named = _origin(store, origin, read_only)
        opened = Opened(store, _keys(store, keys, named, read_only, patience), named)
        if opened.keys:
            undoing.callback(opened.keys.close)
        if opened.keys and not read_only:
            with store.reading() as connection:
                gone = erased_incidents(connection)
            opened.keys.destroy(gone.keys())
        undoing.pop_all()
    return opened


def _origin(store: Store, origin: str | None, read_only: bool) -> str:
    """The name of the log, given to it when it is made."""
    given = _one_line(origin) if origin else f"rapid-response/{uuid.uuid4()}"
    found = kept_origin(store, None if read_only else given)
    if found is None or (origin is not None and origin != found):
        raise failure("RD101", f"the log has another name: {found}", "leave `origin` out, or check the address")
    return found


def _one_line(origin: str) -> str:
    if origin != origin.strip() or not origin.isprintable() or len(origin) > 200:
        raise failure("RD101", "the name of a log is one line of at most 200 characters", "choose another `origin`")
    return origin


def _keys(store: Store, given: str | None, origin: str, read_only: bool, patience: float) -> KeyStore | None:
    if store.path is None and given is None:
        return KeyStore(store) if not read_only or _may_read_keys(store) else None
    path = Path(given) if given else _beside(store.path)
    if not path.is_file():
        if read_only:
            return None
        if given is None and _holds_private_parts(store):
            remedy = "bring it back from a backup, or name another place by `keys` to go on with new keys"
            raise failure("RD110", f"the key file `{path.name}` is missing", remedy)
    return open_key_file(path, origin, read_only, patience)


def _may_read_keys(store: Store) -> bool:
    """Whether PostgreSQL lets the user read the keys; who may not reads the log with its private parts sealed."""
    with store.reading() as connection:
        return bool(connection.scalar(select(func.has_table_privilege("keys", "SELECT"))))


def _beside(path: Path | None) -> Path:
    assert path is not None
    return path.with_suffix(".keys")


def _holds_private_parts(store: Store) -> bool:
    with store.reading() as connection:
        return connection.scalar(select(private_parts.c.entry).limit(1)) is not None
