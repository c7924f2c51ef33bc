"""Adding entries: one transaction, in which each gets its place, its key, its bytes and its link of the chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from rapid_response.record.canonical import canonical
from rapid_response.record.chain import beginning, link
from rapid_response.record.entries import Entry, Kind, entry_from
from rapid_response.record.errors import RecordError, failure
from rapid_response.record.keys import KeyStore
from rapid_response.record.private import Key, seal
from rapid_response.record.storage.tables import entries, few_at_a_time, private_parts

FORMAT = 1
"""Goes up whenever the bytes of an entry are to be read in another way."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has its place. `incident` is None where the incident has no id of its own.

    `private` lies apart.
    """

    kind: Kind
    incident: str | None
    by: str
    content: Mapping[str, Any]
    private: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class _Row:
    """An entry as it is stored, and its private part."""

    columns: dict[str, Any]
    sealed: dict[str, Any] | None
    entry: Entry


def append(
    connection: Connection, drafts: Sequence[Draft], origin: str, at: dt.datetime, keys: KeyStore
) -> list[Entry]:
    """Add the drafts as entries; they are on the disk once the connection's transaction is.

    Raises RecordError (RD205) where one of their incidents was erased.
    """
    last, chain = head(connection, origin)
    named = [draft.incident or f"unnamed-{last + place}" for place, draft in enumerate(drafts, 1)]
    _refuse_erased(connection, drafts, named)
    secrets = keys.obtain({name for name, draft in zip(named, drafts, strict=True) if draft.private})
    rows = []
    for place, (incident, draft) in enumerate(zip(named, drafts, strict=True), last + 1):
        row = _row(place, draft, incident, at, secrets.get(incident))
        chain = row.columns["chain"] = link(chain, row.columns["payload"])
        rows.append(row)
    connection.execute(insert(entries), [row.columns for row in rows])
    if sealed := [row.sealed for row in rows if row.sealed]:
        connection.execute(insert(private_parts), sealed)
    return [row.entry for row in rows]


def head(connection: Connection, origin: str) -> tuple[int, bytes]:
    """The id and the chain of the last entry."""
    last = select(entries.c.id, entries.c.chain).order_by(entries.c.id.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    return (row.id, row.chain) if row else (0, beginning(origin))


def erased_incidents(connection: Connection, among: Collection[str] | None = None) -> dict[str, int]:
    """The incidents that were erased, of all or of some, and the entry that says so."""
    erasures = select(entries.c.incident, entries.c.id).where(entries.c.kind == "erasure")
    if among is None:
        return {row.incident: row.id for row in connection.execute(erasures)}
    return {
        row.incident: row.id
        for names in few_at_a_time(among)
        for row in connection.execute(erasures.where(entries.c.incident.in_(names)))
    }


def erased(incident: str, entry: int) -> RecordError:
    """The error for an incident that is not to come back."""
    message = f"incident `{incident}` was erased (entry {entry})"
    return failure("RD205", message, f"entry {entry} says who erased it and why; nothing more is recorded about it")


def delete_private_parts(connection: Connection, incident: str) -> None:
    """Take the sealed parts of an incident's entries away."""
    of_incident = select(entries.c.id).where(entries.c.incident == incident)
    connection.execute(delete(private_parts).where(private_parts.c.entry.in_(of_incident)))


def utc_text(moment: dt.datetime) -> str:
    """A moment as entries hold it; RecordError (RD212) where it could be one moment here and another elsewhere."""
    if moment.tzinfo is None:
        raise failure("RD212", f"`{moment.isoformat()}` has no time zone", "give it one, like datetime.now(UTC)")
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def columns_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to read an entry by, as its content says them."""
    shared = {name: data[name] for name in ("id", "at", "kind", "incident", "by")}
    decides = data["outcome"] if data["kind"] == "decision" else data
    about = data.get("previous") if data["kind"] == "decision" else data.get("decision")
    return {**shared, "tier": decides.get("tier"), "decision": about, "linked": data.get("other_incident")}


def _refuse_erased(connection: Connection, drafts: Sequence[Draft], named: Sequence[str]) -> None:
    wanted = [*named, *(other for draft in drafts if (other := draft.content.get("other_incident")))]
    gone = erased_incidents(connection, set(wanted))
    for incident in wanted:
        if incident in gone:
            raise erased(incident, gone[incident])


def _row(place: int, draft: Draft, incident: str, at: dt.datetime, key: Key | None) -> _Row:
    content: dict[str, Any] = {"format": FORMAT, "kind": draft.kind, "id": place, "at": utc_text(at)}
    content |= {"by": draft.by, "incident": incident, **draft.content}
    part = None
    if draft.private and key:
        sealed = seal(key, draft.private)
        content["private"] = {"commitment": sealed.commitment, "sealed": sealed.digest}
        content["private"] |= {"facts": sorted(draft.private["facts"])} if "facts" in draft.private else {}
        part = {"entry": place, "key": sealed.key, "content": sealed.content}
    payload = canonical(content)
    return _Row({**columns_of(content), "payload": payload}, part, entry_from(payload, "open", draft.private))
