"""Crashes of a decision log: what is recorded, which images of the disk may be left, and what has to be in each."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from rapid_response import protocol_from_text
from rapid_response.errors import RapidResponseError
from rapid_response.record import DecisionLog
from rapid_response.record.storage import store
from tests.disk import Disk, Event, How, Platter, put, recording

PROTOCOL = protocol_from_text(
    """\
protocol: small
tiers:
  low: {}
  high: {}
facts:
  harm: {type: scale, options: [none, some, much]}
  seen: {type: yes_no, private: yes}
  story: {type: text}
rules:
  serious:
    when: harm == much
    raise_to: high
  seen:
    when: seen
    raise_to: high
"""
)
START = dt.datetime(2026, 2, 1, 17, 0, tzinfo=dt.UTC)
MEMORY = Path("/dev/shm")  # where a sync costs nothing, if there is such a place


def clock() -> dt.datetime:
    """A time that stands still."""
    return START


@dataclass
class Told:
    """What the program had been told by some moment: the bytes of each entry, and which incidents were erased."""

    entries: dict[int, bytes] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)

    def hear(self, event: Event) -> None:
        """Hear what one event says, if it is a note."""
        if event.what == "note":
            number, payload, erased = event.note
            self.entries[number] = payload
            self.erased |= {erased} - {None}


def work(path: Path, disk: Disk, rounds: int = 3) -> None:
    """Record entries of every kind, and open the log anew now and then; what is a large journal here is small."""
    for turn in range(rounds):
        with patch.object(store, "LARGE_JOURNAL", 1 << 17), DecisionLog.open(path, clock=clock, origin="tests") as log:
            for place in range(3):
                name = f"A-{turn}-{place}"
                story = f"What {name} told. " * random.Random(name).choice([1, 20, 700])
                first = log.decide(PROTOCOL, {"id": name, "harm": "some", "story": story}, by="Tests")
                tell(disk, log, first.id)
                tell(disk, log, log.update(first.id, {"seen": True}, by="Tests").id)
            many = log.decide_many(PROTOCOL, [{"id": f"B-{turn}", "story": "Told."}] * 5, by="Tests", at_once=3)
            for number in many:
                tell(disk, log, number)
            tell(disk, log, log.override(many[0], tier="high", by="Tests", reason="Somebody asked.").id)
            tell(disk, log, log.confirm(many[1], by="Tests").id)
            tell(disk, log, log.erase(f"A-{turn}-1", by="Tests", reason="asked").id, erased=f"A-{turn}-1")


def tell(disk: Disk, log: DecisionLog, number: int, erased: str | None = None) -> None:
    """Note that an entry was acknowledged, with its bytes."""
    disk.note((number, log.raw(number), erased))


def record(rounds: int = 3) -> list[Event]:
    """What a disk was told while the log was worked with."""
    with tempfile.TemporaryDirectory(dir=place()) as folder, recording() as disk:
        work(Path(folder) / "decisions.db", disk, rounds)
    return disk.events


def place() -> Path | None:
    """Where images are laid out: in memory if possible."""
    return MEMORY if MEMORY.is_dir() else None


def losses(
    events: list[Event], each: int, seed: int, sector: int = 512, since: int = 0, step: int = 1
) -> Iterator[str | None]:
    """After every event, or some of them, crash `each` times: what is wrong with each image, None where nothing is."""
    platter, told = Platter(), Told()
    with tempfile.TemporaryDirectory(dir=place()) as parent:
        for at, event in enumerate(events):
            platter.tell(event)
            told.hear(event)
            if event.what == "note" or at < since or at % step:
                continue
            for attempt in range(each):
                folder = Path(parent) / "image"
                folder.mkdir()
                put(platter.image(random.Random(f"{seed} {at} {attempt}"), sector), folder)
                wrong = lost(folder / "decisions.db", told)
                yield wrong and f"seed {seed}, event {at}, attempt {attempt}: {wrong}"
                shutil.rmtree(folder)


def lost(path: Path, told: Told) -> str | None:
    """What of that which was acknowledged is not in the log at this path; None if all of it is there, and fits."""
    try:
        with DecisionLog.open(path, clock=clock, origin="tests") as log:
            found = dict(log.raw_entries())
            verification = log.verify()
            erased = log.erased()
    except RapidResponseError as error:
        return error.problems[0].message
    missing = [number for number, payload in told.entries.items() if found.get(number) != payload]
    if missing:
        return f"entries {missing} of {len(told.entries)} are lost"
    if not verification.fine or verification.sealed:
        return str(verification)
    return None if told.erased <= erased else "an erasure is lost"


# Operations that fail


@dataclass
class Fault:
    """Makes the operation of that number fail, and says whether it came to that."""

    number: int
    how: How
    seen: int = 0

    def __call__(self, _event: Event) -> How | None:
        """Whether this operation is to fail."""
        self.seen += 1
        return self.how if self.seen - 1 == self.number else None

    @property
    def happened(self) -> bool:
        """Whether there were as many operations."""
        return self.seen > self.number


def faulty(number: int, how: How) -> tuple[bool, str | None]:
    """Work on a disk whose operation of that number fails: whether there is one, and what is wrong afterwards."""
    fault = Fault(number, how)
    with tempfile.TemporaryDirectory(dir=place()) as folder, recording() as disk:
        path = Path(folder) / "decisions.db"
        disk.fail = fault
        with suppress(RapidResponseError):  # anything else that is raised is a find
            work(path, disk, rounds=1)
        disk.fail = lambda _event: None
        told = Told()
        for event in disk.events:
            told.hear(event)
        wrong = lost(path, told)
    return fault.happened, wrong and f"operation {number}, {how}: {wrong}"


def after_failed_sync(number: int) -> list[Event]:
    """What a disk is told when the sync of that number fails, and the log is opened again and worked with.

    Of what that sync was to bring to the disk, nothing ever gets there, although reading still shows it.
    """
    syncs = 0

    def fault(event: Event) -> How | None:
        nonlocal syncs
        syncs += event.what == "sync"
        return "error" if event.what == "sync" and syncs - 1 == number else None

    with tempfile.TemporaryDirectory(dir=place()) as folder, recording() as disk:
        path = Path(folder) / "decisions.db"
        disk.fail = fault
        with suppress(RapidResponseError):
            work(path, disk, rounds=1)
        disk.fail = lambda _event: None
        with DecisionLog.open(path, clock=clock, origin="tests") as log:
            for name in ("C-1", "C-2"):
                tell(disk, log, log.decide(PROTOCOL, {"id": name, "story": "Told later."}, by="Tests").id)
    return disk.events if syncs > number else []
