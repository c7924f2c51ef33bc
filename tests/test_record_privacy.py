"""People's privacy: what lies apart, what a file of the log tells, and what is left when an incident was erased."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from rapid_response import protocol_from_text
from rapid_response.record import Decision, DecisionLog, Override, RecordError
from rapid_response.record.storage.store import Store
from tests.crashes import PROTOCOL, clock
from tests.postgresql import server

STORY, WITNESS, REASON = (
    "Grandmother fell on Stockton Street",
    "the neighbour upstairs",
    "her son begs us to stay quiet",
)
INCIDENT = {"id": "A-1", "harm": {"value": "some", "source": WITNESS}, "seen": True, "story": STORY}


def _record(log: DecisionLog) -> None:
    """An incident with an update and an override, and another incident beside it."""
    log.decide(PROTOCOL, INCIDENT, by="Coordinator")
    log.update(1, {"story": f"{STORY}, twice"}, by="Coordinator")
    log.override(2, tier="low", by="Director", reason=REASON)
    log.decide(PROTOCOL, {"id": "A-2", "story": "Something else"}, by="Coordinator")


def _holding(folder: Path, *contents: bytes) -> set[str]:
    """The files of a folder that hold any of these."""
    return {file.name for file in folder.iterdir() if any(content in file.read_bytes() for content in contents)}


def _secret(folder: Path, incident: str) -> bytes:
    with closing(sqlite3.connect(folder / "decisions.keys")) as connection:
        (secret,) = connection.execute("SELECT secret FROM keys WHERE incident = ?", (incident,)).fetchone()
    return bytes(secret)


def test_no_file_holds_private_text(tmp_path: Path) -> None:
    """Free text, private facts, sources and reasons stand in no file in the open, while the log is open or after."""
    with DecisionLog.open(tmp_path / "decisions.db", clock=clock) as log:
        _record(log)
        texts = [text.encode() for text in (STORY, WITNESS, REASON)]
        assert _holding(tmp_path, *texts) == set()
        for _, payload in log.raw_entries():
            assert b'"seen"' not in payload.partition(b'"outcome"')[0]
    assert _holding(tmp_path, *texts) == set()


def test_reading_opens_private_facts_only_if_asked_for(tmp_path: Path) -> None:
    """Private facts are read where they are asked for; representations, which end up in logs, never show them."""
    with DecisionLog.open(tmp_path / "decisions.db", clock=clock) as log:
        _record(log)
        closed, opened, override = log.decision(1), log.decision(1, private=True), log.read(3)
        assert (closed.opened, opened.opened) == ("closed", "open")
        assert closed.facts == {"harm": {"value": "some"}}
        assert opened.facts["story"]["value"] == STORY
        assert isinstance(override, Override)
        assert override.reason == REASON
        for entry in (closed, opened, override):
            assert not any(text in repr(entry) for text in (STORY, WITNESS, REASON))


def test_outcomes_tell_no_private_value() -> None:
    """Measures that hang on private facts and due times that count from one are left out of what is recorded."""
    protocol = protocol_from_text(
        """\
protocol: p
time_zone: UTC
tiers:
  low: {}
facts:
  age: {type: number, private: yes}
  met_at: {type: moment, private: yes}
  people: {type: number}
measures:
  twice:
    formula: age * 2
  both:
    formula: people + twice
  open_one:
    formula: people * 2
responses:
  visit:
    when: people > 0
    due: 1 hours after met_at
"""
    )
    incident = {"age": 37, "met_at": "2026-02-01T09:17", "people": 3}
    from rapid_response.record import outcome_of

    outcome = outcome_of(protocol.evaluate(incident, as_of="2026-02-01T10:00"))
    assert outcome.measures == {"open_one": 6}
    assert outcome.responses == {"active": {"visit": None}}


def test_erasing_leaves_the_log_as_it_was_and_no_key_in_any_file(tmp_path: Path) -> None:
    """After erasing, every entry is the same byte for byte and verifies; no text, key or sealed part is left."""
    with DecisionLog.open(tmp_path / "decisions.db", clock=clock) as log:
        _record(log)
        before, checkpoint = list(log.raw_entries()), log.checkpoint()
        secret, other = _secret(tmp_path, "A-1"), _secret(tmp_path, "A-2")
        assert _holding(tmp_path, secret) == {"decisions.keys"}
        with closing(sqlite3.connect(tmp_path / "decisions.db")) as connection:
            sealed = [row[0][-48:] for row in connection.execute("SELECT content FROM private_parts WHERE entry < 4")]
        assert _holding(tmp_path, *sealed)
        erasure = log.erase("A-1", by="Director", reason="asked by the family")
        assert _holding(tmp_path, secret, *sealed) == set()
        assert _holding(tmp_path, other) == {"decisions.keys"}
        assert list(log.raw_entries(last=4)) == before
        verification = log.verify(checkpoint)
        assert verification.fine
        assert (verification.erased, verification.opened, erasure.id) == (3, 1, 5)
    assert _holding(tmp_path, secret, *sealed) == set()


def test_what_was_recommended_stays_readable(tmp_path: Path) -> None:
    """Of an erased incident the outcome and the open facts can be read; evaluating again says why it cannot be."""
    with DecisionLog.open(tmp_path / "decisions.db", clock=clock) as log:
        _record(log)
        log.erase("A-1", by="Director", reason="asked")
        decision, override = log.decision(2, private=True), log.read(3)
        assert (decision.opened, decision.outcome.tier, decision.facts) == (
            "erased",
            "high",
            {"harm": {"value": "some"}},
        )
        assert isinstance(override, Override)
        assert (override.opened, override.reason, override.tier) == ("erased", None, "low")
        with pytest.raises(RecordError, match="private facts of record 2 were erased") as error:
            log.result(2)
        assert error.value.id == "RD208"
        assert log.result(4).lowest.name == "low"
        assert log.erased() == {"A-1"}


def test_what_was_erased_does_not_come_back(tmp_path: Path) -> None:
    """Nothing more is recorded about an erased incident, in whatever way, and the error says where to read why."""
    with DecisionLog.open(tmp_path / "decisions.db", clock=clock) as log:
        _record(log)
        log.erase("A-1", by="Director", reason="asked")
        attempts: list[Callable[[], object]] = [
            lambda: log.decide(PROTOCOL, {"id": "A-1"}, by="Tests"),
            lambda: log.decide_many(PROTOCOL, [{"id": "A-3"}, {"id": "A-1"}], by="Tests"),
            lambda: log.confirm(1, by="Tests"),
            lambda: log.override(1, tier="low", by="Tests", reason="So it is."),
            lambda: log.link(4, 1, by="Tests"),
            lambda: log.erase("A-1", by="Tests", reason="again"),
        ]
        for attempt in attempts:
            with pytest.raises(RecordError, match="`A-1` was erased") as error:
                attempt()
            assert error.value.id == "RD205"
            assert "entry 5 says who erased it and why" in str(error.value)
        with pytest.raises(RecordError, match="were erased"):
            log.update(1, {"seen": False}, by="Tests")
        with pytest.raises(RecordError, match="nothing is recorded about incident `B`"):
            log.erase("B", by="Tests", reason="asked")
        assert len(log) == 5


def test_a_key_from_a_backup_is_destroyed_again(tmp_path: Path) -> None:
    """Where a backup brings an erased key back, opening the log for writing destroys it, and verifying fits."""
    path, keys = tmp_path / "decisions.db", tmp_path / "decisions.keys"
    with DecisionLog.open(path, clock=clock) as log:
        _record(log)
    backup, secret = keys.read_bytes(), _secret(tmp_path, "A-1")
    with DecisionLog.open(path, clock=clock) as log:
        log.erase("A-1", by="Director", reason="asked")
    keys.write_bytes(backup)
    assert _holding(tmp_path, secret)
    with DecisionLog.open(path, clock=clock) as log:
        assert not _holding(tmp_path, secret)
        assert log.verify().fine


def test_a_key_that_outlived_its_erasure_is_destroyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where erasing breaks off after the entry was recorded, the key goes when the log is next opened."""
    path = tmp_path / "decisions.db"
    with DecisionLog.open(path, clock=clock) as log:
        _record(log)
        secret = _secret(tmp_path, "A-1")
        with monkeypatch.context() as patched:
            patched.setattr("rapid_response.record.keys.KeyStore.destroy", _break_off)
            with pytest.raises(KeyboardInterrupt):
                log.erase("A-1", by="Director", reason="asked")
        assert _holding(tmp_path, secret)
    with DecisionLog.open(path, clock=clock):
        assert not _holding(tmp_path, secret)


def _break_off(*_given: object) -> None:
    raise KeyboardInterrupt


def test_a_copy_of_the_log_without_keys_tells_nothing_private(tmp_path: Path) -> None:
    """Whoever is sent the log without its keys reads outcomes and open facts, and is told what is missing."""
    (tmp_path / "here").mkdir()
    with DecisionLog.open(tmp_path / "here" / "decisions.db", clock=clock) as log:
        _record(log)
    copy = tmp_path / "copy.db"
    copy.write_bytes((tmp_path / "here" / "decisions.db").read_bytes())
    with DecisionLog.open(copy, read_only=True) as log:
        assert [entry.opened for entry in log.entries(private=True) if isinstance(entry, Decision)] == ["sealed"] * 3
        with pytest.raises(RecordError, match="cannot be opened") as error:
            log.result(1)
        assert error.value.id == "RD209"
    with pytest.raises(RecordError, match=r"key file `copy\.keys` is missing") as missing:
        DecisionLog.open(copy)
    assert missing.value.id == "RD110"
    with DecisionLog.open(copy, keys=tmp_path / "new.keys") as log:
        log.decide(PROTOCOL, INCIDENT, by="Tests")
        assert log.verify().fine
        assert (log.verify().sealed, log.verify().opened) == (4, 1)


def test_keys_of_another_log_are_refused(tmp_path: Path) -> None:
    """A key file belongs to one log."""
    for name in ("one", "two"):
        with DecisionLog.open(tmp_path / f"{name}.db") as log:
            _record(log)
    with pytest.raises(RecordError, match="belongs to another log"):
        DecisionLog.open(tmp_path / "one.db", keys=tmp_path / "two.keys")


def test_the_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Others on the machine cannot read the keys, not even of a file that was copied back; a group may share them."""
    with DecisionLog.open(tmp_path / "decisions.db"):
        pass
    keys = tmp_path / "decisions.keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    for brought_back, expected in ((0o644, 0o640), (0o666, 0o660), (0o660, 0o660)):
        keys.chmod(brought_back)
        with DecisionLog.open(tmp_path / "decisions.db"):
            pass
        assert stat.S_IMODE(keys.stat().st_mode) == expected


def test_errors_repeat_no_private_value(tmp_path: Path) -> None:
    """What is refused is named without what was said about those harmed."""
    with DecisionLog.open(tmp_path / "decisions.db") as log:
        with pytest.raises(Exception, match="story") as error:
            log.decide(PROTOCOL, {"id": "A-1", "story": [STORY], "seen": STORY}, by="Tests")
        assert STORY not in str(error.value)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """A server for the tests of this module."""
    with server() as url:
        yield url


def test_erasing_on_postgresql(postgresql: str) -> None:
    """On PostgreSQL the key and the sealed parts are gone from the tables, and the log verifies."""
    with DecisionLog.open(postgresql, clock=clock) as log:
        _record(log)
        before = list(log.raw_entries())
        with psycopg.connect(postgresql, autocommit=True) as connection:
            connection.execute("SET search_path = rapid_response")
            row = connection.execute("SELECT secret FROM keys WHERE incident = 'A-1'").fetchone()
            assert row
            (where,) = connection.execute("SELECT pg_relation_filepath('keys')").fetchone() or ("",)
        log.erase("A-1", by="Director", reason="asked")
        assert list(log.raw_entries(last=4)) == before
        assert log.verify().fine
        with psycopg.connect(postgresql, autocommit=True) as connection:
            connection.execute("SET search_path = rapid_response")
            assert connection.execute("SELECT incident FROM keys").fetchall() == [("A-2",)]
            assert connection.execute("SELECT entry FROM private_parts").fetchall() == [(4,)]
            (now,) = connection.execute("SELECT pg_relation_filepath('keys')").fetchone() or ("",)
            assert now != where  # the table was written anew, without the row


def test_without_overwriting_the_key_would_still_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite alone leaves deleted bytes in its pages: the search of the files would find them."""
    from rapid_response.record.storage import engines

    monkeypatch.setattr(engines, "SETTINGS", (*engines.SETTINGS, "secure_delete = OFF"))
    monkeypatch.setattr(Store, "empty_journal", lambda _store: None)
    with DecisionLog.open(tmp_path / "decisions.db", clock=clock) as log:
        _record(log)
        secret = _secret(tmp_path, "A-1")
        log.erase("A-1", by="Director", reason="asked")
        assert _holding(tmp_path, secret)
