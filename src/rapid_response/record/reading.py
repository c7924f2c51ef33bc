"""Reading entries: a piece at a time, so that a long log needs no more memory than a short one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from rapid_response.record.appending import erased_incidents, utc_text
from rapid_response.record.entries import Entry, Kind, Opened, entry_from
from rapid_response.record.errors import failure
from rapid_response.record.keys import KeyStore
from rapid_response.record.private import DoesNotFit, Key, opened
from rapid_response.record.storage.store import Store
from rapid_response.record.storage.tables import entries, private_parts

AT_ONCE = 500
_COLUMNS = (entries.c.id, entries.c.kind, entries.c.incident, entries.c.payload)


BEFORE_ALL = -(1 << 62)
"""Where reading begins if nothing is to be missed that somebody may have put in."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to read; those recorded from `since` up to but without `until`."""

    since: dt.datetime | None = None
    until: dt.datetime | None = None
    incidents: Collection[str] | None = None
    kinds: Collection[Kind] = ()
    first: int = 1
    last: int | None = None

    def query(self, *columns: Any) -> Select[Any]:
        """Those columns of the wanted entries."""
        query = select(*columns).order_by(entries.c.id)
        if self.since is not None:
            query = query.where(entries.c.at >= utc_text(self.since))
        if self.until is not None:
            query = query.where(entries.c.at < utc_text(self.until))
        if self.incidents is not None:
            query = query.where(entries.c.incident.in_(self.incidents))
        if self.kinds:
            query = query.where(entries.c.kind.in_(self.kinds))
        if self.last is not None:
            query = query.where(entries.c.id <= self.last)
        return query


def rows(store: Store, wanted: Wanted, *columns: Any) -> Iterator[list[Row[Any]]]:
    """The wanted rows, so many at a time; the first column is the id. No transaction stays open in between."""
    query, after = wanted.query(*columns), wanted.first - 1
    while True:
        with store.reading() as connection:
            found = list(connection.execute(query.where(entries.c.id > after).limit(AT_ONCE)))
        if found:
            yield found
        if len(found) < AT_ONCE:
            return
        after = found[-1].id


def read(
    store: Store, keys: KeyStore | None, wanted: Wanted, private: bool, unreadable: list[int] | None = None
) -> Iterator[Entry]:
    """The wanted entries, oldest first. Reasons of overrides are opened; facts that lie apart only if asked for.

    The ids of entries that cannot be read are added to `unreadable`; RecordError (RD409) where there is no such list.
    """
    for piece in rows(store, wanted, *_COLUMNS):
        yield from _entries(store, keys, piece, private, unreadable)


def _entries(
    store: Store, keys: KeyStore | None, piece: list[Row[Any]], private: bool, unreadable: list[int] | None
) -> Iterator[Entry]:
    to_open = {row.id: row for row in piece if row.kind == "override" or (private and row.kind == "decision")}
    parts = _Parts.of(store, keys, to_open.values()) if to_open else None
    for row in piece:
        try:
            yield entry_from(row.payload, *parts.open(row)) if parts and row.id in to_open else entry_from(row.payload)
        except (ValueError, LookupError, TypeError, AttributeError):
            if unreadable is None:
                raise failure("RD409", f"entry {row.id} cannot be read: it was changed", "verify the log") from None
            unreadable.append(row.id)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The private parts of some entries, their keys, and which incidents were erased."""

    parts: Mapping[int, Row[Any]]
    keys: Mapping[str, Key]
    erased: Collection[str]

    @classmethod
    def of(cls, store: Store, keys: KeyStore | None, wanted: Collection[Row[Any]]) -> _Parts:
        with store.reading() as connection:
            parts = private_rows(connection, [row.id for row in wanted])
            erased = erased_incidents(connection, {row.incident for row in wanted})
        found = keys.of(row.incident for row in wanted) if keys else {}
        return cls(parts, found, erased.keys())

    def open(self, row: Row[Any]) -> tuple[Opened, dict[str, Any] | None]:
        if row.incident in self.erased:
            return "erased", None
        part, key = self.parts.get(row.id), self.keys.get(row.incident)
        if part is None or key is None or key.id != part.key:
            return "sealed", None
        try:
            return "open", opened(key, part.content, commitment(row.payload))
        except DoesNotFit:
            return "sealed", None


def private_rows(connection: Connection, ids: Collection[int]) -> dict[int, Row[Any]]:
    """The private parts of those entries."""
    found = connection.execute(select(private_parts).where(private_parts.c.entry.in_(ids)))
    return {row.entry: row for row in found}


def commitment(payload: bytes) -> str:
    """What an entry says of its private part."""
    return str(json.loads(payload)["private"]["commitment"])
