"""An invented year of a decision log, told with a clock that the story sets."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from rapid_response.record import DecisionLog
from rapid_response.record.library import ProtocolLibrary

PROTOCOLS = Path(__file__).parent / "golden/audit"
ZONE = ZoneInfo("America/Los_Angeles")
PRIVATE = ("They were seen by the ferry.", "Her brother, by phone", "North pier", "The family asked us by name.")
"""What may appear only where private facts are asked for: an account, a source, a free text, a reason once erased."""


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: dt.datetime = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def set(self, text: str) -> None:
        """Set it to a local time."""
        self.now = dt.datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(dt.UTC)


def write_story(url: str | Path) -> None:
    """A log with everything in it: updates, confirmations, overrides, a link, an erasure, two versions."""
    library, clock = ProtocolLibrary(PROTOCOLS), Clock()
    with DecisionLog.open(url, origin="example.org/harbor", clock=clock) as log:
        _first_spring(log, library, clock)
        _summer(log, library, clock)
        clock.set("2027-01-05T10:00")
        facts = {"id": "B-1", "harm": "killed", "reach": 2, "happened_at": "2027-01-05T12:00"}
        late = log.decide(library.in_force(on=clock.now), facts, by="Night line")
        log.confirm(late.id, by="Director")


def tampered(path: Path, folder: Path, old: bytes, new: bytes) -> Path:
    """A copy of a log in which entries say something else."""
    copy = folder / "tampered.db"
    for ending in ("db", "keys"):
        (folder / f"tampered.{ending}").write_bytes(path.with_suffix(f".{ending}").read_bytes())
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("DROP TRIGGER entries_are_not_changed")
        rows = connection.execute("SELECT id, payload FROM entries").fetchall()
        for number, payload in rows:
            connection.execute("UPDATE entries SET payload = ? WHERE id = ?", (payload.replace(old, new), number))
    return copy


def _first_spring(log: DecisionLog, library: ProtocolLibrary, clock: Clock) -> None:
    clock.set("2026-03-01T20:00")
    protocol = library.in_force(on=clock.now)
    quick = {
        "id": "A-1",
        "harm": "hurt",
        "family_declined": False,
        "happened_at": "2026-03-01T18:30",
        "pier": PRIVATE[2],
    }
    first = log.decide(protocol, {**quick, "reach": 0}, by="Night line")
    clock.set("2026-03-01T22:00")
    log.confirm(first.id, by="Director")
    clock.set("2026-03-02T01:00")
    grave = log.decide(protocol, {"id": "A-2", "happened_at": "2026-03-02T00:10"}, by="Night line")
    clock.set("2026-03-02T03:00")
    said = {"value": "killed", "source": PRIVATE[1], "verified": False}
    grave = log.update(grave.id, {"harm": said, "reach": 4.5, "story": PRIVATE[0]}, by="Night line")
    clock.set("2026-03-02T09:00")
    grave = log.update(grave.id, {"family_declined": True}, by="Family services")
    clock.set("2026-03-02T10:30")
    log.override(grave.id, tier="act", by="Director", reason="Rumors spread; the family agrees that we speak.")
    log.link(first.id, grave.id, by="Director")


def _summer(log: DecisionLog, library: ProtocolLibrary, clock: Clock) -> None:
    clock.set("2026-06-01T08:00")
    protocol = library.in_force(on=clock.now)
    unknown = log.decide(protocol, {"id": "A-3", "harm": "none"}, by="Night line")
    log.confirm(unknown.id, by="Director")
    clock.set("2026-06-08T08:00")
    slow = log.decide(protocol, {"id": "A-4", "harm": "hurt", "happened_at": "2026-06-08T07:00"}, by="Night line")
    clock.set("2026-06-10T15:30")
    log.override(slow.id, tier="watch", by="Director", reason="It turned out to be an accident.")
    clock.set("2026-06-20T08:00")
    log.decide(
        protocol, {"id": "A-5", "harm": "killed", "reach": 2, "happened_at": "2026-06-20T07:30"}, by="Night line"
    )
    clock.set("2026-07-01T08:00")
    gone = {"id": "A-6", "harm": "hurt", "story": PRIVATE[0], "happened_at": "2026-07-01T06:00"}
    erased = log.decide(protocol, gone, by="Night line")
    log.override(erased.id, tier="watch", by="Director", reason=PRIVATE[3])
    clock.set("2026-07-09T08:00")
    log.erase("A-6", by="Director", reason="The family asked for it.")
