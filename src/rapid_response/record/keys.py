"""Keys of incidents: they lie apart from the log, so that a copy of the log does not hold them."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import delete, insert, select, text

from rapid_response.record.errors import failure
from rapid_response.record.private import Key
from rapid_response.record.storage.preparing import kept_origin, open_sqlite
from rapid_response.record.storage.store import Store
from rapid_response.record.storage.tables import few_at_a_time, keys


class KeyStore:
    """The keys of a log's incidents, one each, made when first needed."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def obtain(self, incidents: Collection[str]) -> dict[str, Key]:
        """The key of each incident; those that have none yet get one, which is on the disk when this returns."""
        found = self.of(incidents)
        made = {incident: Key.new() for incident in sorted(set(incidents) - set(found))}
        if made:
            rows = [{"incident": name, "id": key.id, "secret": key.secret} for name, key in made.items()]
            with self.store.writing(alone=False) as connection:
                connection.execute(insert(keys), rows)
        return found | made

    def of(self, incidents: Iterable[str]) -> dict[str, Key]:
        """The keys of those incidents that have one."""
        with self.store.reading() as connection:
            return {
                row.incident: Key(row.id, row.secret)
                for names in few_at_a_time(incidents)
                for row in connection.execute(select(keys).where(keys.c.incident.in_(names)))
            }

    def destroy(self, incidents: Collection[str]) -> None:
        """Destroy the keys of incidents: they are overwritten where they lie, and no journal keeps them."""
        if not self.of(incidents):
            return
        with self.store.writing(alone=False) as connection:
            for incident in incidents:
                connection.execute(delete(keys).where(keys.c.incident == incident))
        if self.store.path is None:
            with self.store.reading() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM FULL keys")

    def refuse_unless_destroyable(self) -> None:
        """RecordError (RD106) where a key that is destroyed would lie on: only its owner can clear a table's space."""
        if self.store.path is None:
            owner = text("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'keys'::regclass")
            with self.store.reading() as connection:
                if not connection.scalar(owner):
                    remedy = "connect as the user who made the log"
                    raise failure("RD106", "only the owner of the table `keys` can destroy a key for good", remedy)

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def open_key_file(path: Path, origin: str, read_only: bool, patience: float) -> KeyStore:
    """The keys of the log with that origin, in a file made for its owner alone.

    Raises RecordError (RD110) where they belong to another log.
    """
    if not read_only:
        _keep_from_others(path.resolve())
    store = open_sqlite(path, journal="DELETE", prefix="keys", read_only=read_only, patience=patience)
    try:
        if kept_origin(store, None if read_only else origin) != origin:
            raise failure("RD110", "the key file belongs to another log", "name the file that was made with this log")
    except BaseException:
        store.close()
        raise
    return KeyStore(store)


def _keep_from_others(path: Path) -> None:
    """Make the file for its owner alone; of one that is there, take from others what a copy may have given them.

    It is not opened if it is there: closing it would end the locks that SQLite holds on it for this process.
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    with suppress(OSError):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~stat.S_IRWXO)
