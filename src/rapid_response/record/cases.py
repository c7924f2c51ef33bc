"""Cases: an incident, all that links join to it, and the last word on each decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Connection, or_, select

from rapid_response.record.entries import Decision
from rapid_response.record.errors import failure
from rapid_response.record.reading import Wanted
from rapid_response.record.storage.store import Store
from rapid_response.record.storage.tables import entries, few_at_a_time


def case(store: Store, incident: str) -> tuple[str, ...]:
    """The incident and all that links join to it, by name; RecordError (RD210) where there is none."""
    refuse_unknown(store, incident)
    found, waiting = {incident}, [incident]
    with store.reading() as connection:
        while waiting:
            new = _linked(connection, waiting.pop()) - found
            found |= new
            waiting += new
    return tuple(sorted(found))


def refuse_unknown(store: Store, incident: str) -> None:
    """RecordError (RD210) where nothing is recorded about the incident."""
    with store.reading() as connection:
        if connection.scalar(select(entries.c.id).where(entries.c.incident == incident).limit(1)) is None:
            raise failure("RD210", f"nothing is recorded about incident `{incident}`", "check its id")


def recorded_before(store: Store, incidents: Collection[str], moment: dt.datetime) -> set[str]:
    """Those of the incidents that had a decision on record before that moment."""
    with store.reading() as connection:
        return {
            name
            for names in few_at_a_time(incidents)
            for name in connection.scalars(
                Wanted(until=moment, incidents=names, kinds=[Decision.kind]).query(entries.c.incident)
            )
        }


def last_word(store: Store, decision: int) -> int | None:
    """The last entry in which people confirmed or overrode that decision."""
    of_people = entries.c.kind.in_(("confirmation", "override"))
    last = select(entries.c.id).where(entries.c.decision == decision, of_people).order_by(entries.c.id.desc()).limit(1)
    with store.reading() as connection:
        return connection.scalar(last)


def _linked(connection: Connection, incident: str) -> set[str]:
    either = or_(entries.c.incident == incident, entries.c.linked == incident)
    links = select(entries.c.incident, entries.c.linked).where(entries.c.kind == "link", either)
    return {name for row in connection.execute(links) for name in row} - {incident}
