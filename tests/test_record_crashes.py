"""An acknowledged decision is never lost: crashes, disks that fail, and writers that are killed.

The full run is `python -m tests.long crashes`; docs/promises.md has its figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rapid_response.record import DecisionLog, RecordError
from rapid_response.record.storage import engines
from rapid_response.record.storage.store import Store
from tests.crashes import PROTOCOL, Told, after_failed_sync, clock, faulty, losses, lost, record, work
from tests.disk import Event, How, recording
from tests.killing import killed


def _losses(events: list[Event], sector: int, step: int = 1) -> Iterator[str]:
    return (wrong for wrong in losses(events, 1, 0, sector, step=step) if wrong)


@pytest.mark.parametrize("sector", [512, 4096])
def test_a_crash_loses_nothing_that_was_acknowledged(sector: int) -> None:
    """Whatever of the unsynced sectors a crash leaves, tears or garbles, every acknowledged entry is there and fits."""
    assert list(_losses(record(rounds=1), sector, step=3)) == []


@pytest.mark.parametrize("setting", ["synchronous = OFF", "synchronous = NORMAL"])
def test_without_syncs_a_crash_would_lose_records(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the sync taken out, the same crashes lose records: the test can see it."""
    monkeypatch.setattr(engines, "SETTINGS", (setting, *engines.SETTINGS[1:]))
    assert any(_losses(record(rounds=1), 512))


def test_on_shared_sectors_a_crash_would_lose_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an entry may share a sector with the one before, as SQLite has it by default, a torn sector loses both."""
    monkeypatch.setattr(engines, "WHOLE_SECTORS", "psow=1")
    assert any(_losses(record(rounds=2), 4096))


@pytest.mark.parametrize("how", ["error", "full", "short"])
def test_an_operation_that_fails_loses_nothing(how: How) -> None:
    """An error, a full disk or half a write, at any operation: our error, and what was acknowledged is there.

    Every eleventh operation here; every one in the full run.
    """
    outcomes = [faulty(number, how) for number in range(0, 370, 11)]
    assert [wrong for _, wrong in outcomes if wrong] == []
    assert sum(happened for happened, _ in outcomes) > 25


def test_after_a_failed_sync_the_log_has_to_be_opened_again(tmp_path: Path) -> None:
    """Once a sync has failed nothing more is recorded, with an error that says so, until the log is opened again."""
    path = tmp_path / "decisions.db"
    with recording() as disk, DecisionLog.open(path, clock=clock) as log:
        log.decide(PROTOCOL, {"id": "A-1"}, by="Tests")
        disk.fail = lambda event: "error" if event.what == "sync" else None
        with pytest.raises(RecordError, match="the disk reports an error") as failed:
            log.decide(PROTOCOL, {"id": "A-2"}, by="Tests")
        disk.fail = lambda _event: None
        with pytest.raises(RecordError, match="open the log again") as again:
            log.decide(PROTOCOL, {"id": "A-3"}, by="Tests")
        assert failed.value.id == again.value.id == "RD108"
    with DecisionLog.open(path, clock=clock) as log:
        assert log.decide(PROTOCOL, {"id": "A-4"}, by="Tests").id in (2, 3)
        assert log.verify().fine


def _after_a_failed_sync() -> Iterator[str]:
    """What is lost by crashes after the last sync of the journal has failed, and the log was opened and worked with."""
    syncs = [event for event in record(rounds=1) if event.what == "sync"]
    last = max(place for place, event in enumerate(syncs) if event.name.endswith("-wal"))
    events = after_failed_sync(last)
    failed = next(place for place, event in enumerate(events) if event.note == "failed")
    return (wrong for wrong in losses(events, 2, 0, since=failed, step=2) if wrong)


def test_what_a_failed_sync_dropped_is_not_built_upon() -> None:
    """After a failed sync the system shows writes that are not on the disk; opening again writes them anew."""
    assert list(_after_a_failed_sync()) == []


def test_a_journal_that_is_not_emptied_would_be_built_upon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without that, later records hang on writes that are not on the disk, and crashes lose them."""
    monkeypatch.setattr(Store, "empty_journal", lambda _store: None)
    assert any(_after_a_failed_sync())


def test_a_full_disk_stops_nothing_for_good(tmp_path: Path) -> None:
    """When there is no room nothing is recorded and the error says so; with room again the same log goes on."""
    with recording() as disk, DecisionLog.open(tmp_path / "decisions.db", clock=clock) as log:
        disk.fail = lambda event: "full" if event.what == "write" else None
        with pytest.raises(RecordError, match="no room left") as full:
            log.decide(PROTOCOL, {"id": "A-1"}, by="Tests")
        assert full.value.id == "RD107"
        disk.fail = lambda _event: None
        assert log.decide(PROTOCOL, {"id": "A-2"}, by="Tests").id == 1


def test_killed_writers_lose_nothing(tmp_path: Path) -> None:
    """Two writing processes are killed again and again: what either was told is recorded is there, and all fits."""
    assert killed(tmp_path / "decisions.db", kills=20) == []


def test_the_work_that_is_crashed_is_all_there(tmp_path: Path) -> None:
    """The work of these tests, undisturbed, leaves entries of every kind: else the crashes would show little."""
    with recording() as disk:
        work(tmp_path / "decisions.db", disk, rounds=1)
    told = Told()
    for event in disk.events:
        told.hear(event)
    assert len(told.entries) == 14
    assert lost(tmp_path / "decisions.db", told) is None
    with DecisionLog.open(tmp_path / "decisions.db") as log:
        assert {entry.kind for entry in log.entries()} == {"decision", "confirmation", "override", "erasure"}
