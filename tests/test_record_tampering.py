"""No edit of a log goes unseen: every stored byte changed, taken out or put in, and entries moved about.

Whoever edits a log here writes as SQLite does, past the triggers that keep honest people from it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rapid_response.record import Checkpoint, DecisionLog, RecordError, Verification
from rapid_response.record.chain import beginning, link
from tests.crashes import PROTOCOL, clock

STEP = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 7
Edit = Callable[[sqlite3.Connection], object]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with entries of every kind."""
    path = tmp_path_factory.mktemp("log") / "decisions.db"
    with DecisionLog.open(path, clock=clock, origin="example.org/decisions") as log:
        for name in ("A", "B", "C"):
            log.decide(PROTOCOL, {"id": name, "harm": "some", "story": f"Told by {name}."}, by="Tests")
        log.override(1, tier="high", by="Tests", reason="So it is.")
        log.confirm(2, by="Tests")
        log.link(1, 2, by="Tests")
        log.erase("C", by="Tests", reason="asked")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER entries_are_not_changed")
        connection.execute("DROP TRIGGER entries_are_not_deleted")
    return path


def _edited(path: Path, edit: Edit, against: Checkpoint | None = None) -> Verification:
    """What verifying finds after an edit, which is undone again."""
    before = path.read_bytes()
    with closing(sqlite3.connect(path)) as connection, connection:
        edit(connection)
    try:
        with DecisionLog.open(path, clock=clock, read_only=True) as log:
            return log.verify(against)
    finally:
        path.write_bytes(before)


class Edited:
    """One log opened for reading, whose rows are edited beneath it again and again: quicker than files."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.log = DecisionLog.open(path, clock=clock, read_only=True)
        self.checkpoint = self.log.checkpoint()

    def seen(self, table: str, column: str, key: str, row: int | str, value: bytes) -> bool:
        """Whether verifying sees that value in place of what is stored."""
        where = f"UPDATE {table} SET {column} = ? WHERE {key} = ?"
        (before,) = self.connection.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (row,)).fetchone()
        self.connection.execute(where, (value, row))
        try:
            return not self.log.verify(self.checkpoint).fine
        finally:
            self.connection.execute(where, (before, row))


@pytest.fixture
def edited(path: Path) -> Iterator[Edited]:
    """The log, to edit beneath its reader."""
    found = Edited(path)
    yield found
    found.log.close()
    found.connection.close()


def test_the_log_itself_fits(path: Path) -> None:
    """Unedited, everything fits: what the other tests see is their edit."""
    with DecisionLog.open(path, clock=clock) as log:
        verification = log.verify(log.checkpoint())
        assert verification.fine, str(verification)
        assert (verification.entries, verification.opened, verification.sealed, verification.erased) == (7, 3, 0, 1)


BLOBS = [
    ("entries", "payload", "id"),
    ("entries", "chain", "id"),
    ("private_parts", "content", "entry"),
    ("private_parts", "key", "entry"),
    ("protocols", "files", "text"),
]


@pytest.mark.parametrize(("table", "column", "key"), BLOBS)
def test_every_byte_changed_is_seen(edited: Edited, table: str, column: str, key: str) -> None:
    """Of all stored bytes each one changed, taken out, or doubled is seen; of the names of keys, that none fits.

    Of long ones every seventh here, and every one with HYPOTHESIS_PROFILE=long.
    """
    for row, content in edited.connection.execute(f"SELECT {key}, {column} FROM {table}").fetchall():
        step = 1 if len(content) < 100 else STEP
        for place in range(row % step if isinstance(row, int) else 0, len(content), step):
            changed = bytes([content[place] ^ (1 << place % 8)])
            for value in (
                content[:place] + changed + content[place + 1 :],
                content[:place] + content[place + 1 :],
                content[:place] + content[place : place + 1] + content[place:],
            ):
                if column == "key":
                    assert _sealed(edited, row, value), f"{table} {row}, byte {place}"
                else:
                    assert value == content or edited.seen(table, column, key, row, value), (
                        f"{table} {row}, byte {place}"
                    )


def _sealed(edited: Edited, row: int, value: bytes) -> bool:
    """A part that names another key cannot be opened, and counts as such."""
    edited.connection.execute("SAVEPOINT before")
    before = edited.log.verify().sealed
    edited.connection.execute("ROLLBACK TO before")
    (kept,) = edited.connection.execute("SELECT key FROM private_parts WHERE entry = ?", (row,)).fetchone()
    edited.connection.execute("UPDATE private_parts SET key = ? WHERE entry = ?", (value, row))
    edited.connection.execute("RELEASE before")
    try:
        return edited.log.verify().sealed == before + 1
    finally:
        edited.connection.execute("UPDATE private_parts SET key = ? WHERE entry = ?", (kept, row))


COLUMNS = "at, kind, incident, by, tier, decision, linked, payload, chain"
EDITS: dict[str, Edit] = {
    "an entry taken out": lambda db: db.execute("DELETE FROM entries WHERE id = 3"),
    "the first entry taken out": lambda db: db.execute("DELETE FROM entries WHERE id = 1"),
    "an entry taken out and the rest moved up": lambda db: [
        db.execute("DELETE FROM entries WHERE id = 3"),
        db.execute("UPDATE entries SET id = -id WHERE id > 3"),
        db.execute("UPDATE entries SET id = -id - 1 WHERE id < 0"),
    ],
    "two entries swapped": lambda db: [
        db.execute("UPDATE entries SET id = -1 WHERE id = 2"),
        db.execute("UPDATE entries SET id = 2 WHERE id = 3"),
        db.execute("UPDATE entries SET id = 3 WHERE id = -1"),
    ],
    "an entry twice": lambda db: db.execute(f"INSERT INTO entries SELECT 8, {COLUMNS} FROM entries WHERE id = 2"),
    "an entry put before the first": lambda db: db.execute(
        f"INSERT INTO entries SELECT 0, {COLUMNS} FROM entries WHERE id = 2"
    ),
    "a payload put in place of another": lambda db: db.execute(
        "UPDATE entries SET payload = (SELECT payload FROM entries WHERE id = 2) WHERE id = 3"
    ),
    "another tier in the column": lambda db: db.execute("UPDATE entries SET tier = 'high' WHERE id = 1"),
    "another time in the column": lambda db: db.execute("UPDATE entries SET at = '2020' WHERE id = 1"),
    "another incident in the column": lambda db: db.execute("UPDATE entries SET incident = 'D' WHERE id = 1"),
    "another person in the column": lambda db: db.execute("UPDATE entries SET by = 'Nobody' WHERE id = 4"),
    "another decision in the column": lambda db: db.execute("UPDATE entries SET decision = 2 WHERE id = 4"),
    "an erasure called something else": lambda db: db.execute("UPDATE entries SET kind = 'link' WHERE id = 7"),
    "a private part taken out": lambda db: db.execute("DELETE FROM private_parts WHERE entry = 1"),
    "private parts swapped": lambda db: [
        db.execute("UPDATE private_parts SET entry = -1 WHERE entry = 1"),
        db.execute("UPDATE private_parts SET entry = 1 WHERE entry = 2"),
        db.execute("UPDATE private_parts SET entry = 2 WHERE entry = -1"),
    ],
    "a private part put back": lambda db: db.execute(
        "INSERT INTO private_parts SELECT 3, key, content FROM private_parts WHERE entry = 1"
    ),
    "a private part of nothing": lambda db: db.execute(
        "INSERT INTO private_parts SELECT 9, key, content FROM private_parts WHERE entry = 1"
    ),
    "a protocol taken out": lambda db: db.execute("DELETE FROM protocols"),
    "the log renamed": lambda db: db.execute("UPDATE about SET value = 'example.org/other' WHERE name = 'origin'"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_every_edit_of_rows_is_seen_without_a_checkpoint(path: Path, edit: Edit) -> None:
    """Rows taken out, moved, doubled, renamed or put in do not fit what is left, even without a checkpoint."""
    keys = path.with_suffix(".keys")
    away = keys.rename(keys.with_suffix(".away")) if edit is EDITS["the log renamed"] else None
    try:
        assert not _edited(path, edit).fine
    finally:
        if away:
            away.rename(keys)


DEFINITIONS = {
    "decisions": "DROP VIEW decisions; CREATE VIEW decisions AS SELECT 1 AS id, 'high' AS decided;",
    "quiet": "CREATE TRIGGER quiet AFTER INSERT ON entries BEGIN DELETE FROM private_parts; END;",
    "entries_are_not_changed": "CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries BEGIN SELECT 1; END;",
    "about": "ALTER TABLE about ADD COLUMN more TEXT;",
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_what_people_read_by_is_verified_too(path: Path, name: str) -> None:
    """A view that shows something else, or a trigger that does something, is named."""
    found = _edited(path, lambda db: db.executescript(DEFINITIONS[name]))
    assert [(finding.id, f"`{name}`" in finding.message) for finding in found.findings] == [("RD410", True)]


def test_what_others_added_beside_it_is_no_edit(path: Path) -> None:
    """Tables and indexes that other programs make for themselves change nothing that the log says."""
    assert _edited(path, lambda db: db.executescript("ANALYZE; CREATE TABLE notes (text);")).fine


def test_the_first_entry_that_does_not_fit_is_named(path: Path) -> None:
    """Verifying says which entry is the first that was changed, and goes on to the others."""
    verification = _edited(
        path, lambda db: db.execute("UPDATE entries SET payload = payload || ' ' WHERE id IN (3, 5)")
    )
    assert verification.first == 3
    assert {finding.entry for finding in verification.findings} == {3, 5}
    assert "entry 3 does not fit the chain" in str(verification)


def test_what_is_cut_off_is_seen_against_a_checkpoint_and_only_then(path: Path) -> None:
    """Entries cut off at the end may leave a log that fits; a checkpoint kept elsewhere knows how many there were."""
    with DecisionLog.open(path, clock=clock) as log:
        kept = log.checkpoint()
    for last in range(7):

        def cut(db: sqlite3.Connection, last: int = last) -> None:
            db.execute("DELETE FROM entries WHERE id > ?", (last,))
            db.execute("DELETE FROM private_parts WHERE entry > ?", (last,))

        alone, compared = _edited(path, cut), _edited(path, cut, kept)
        assert compared.first == (3 if last >= 3 else last + 1)
        assert [finding.id for finding in compared.findings if finding.id == "RD407"]
        assert alone.fine == (last < 3)  # after that the erasure of the third entry's private part is cut off


def test_a_log_written_anew_is_seen_against_a_checkpoint_and_only_then(path: Path) -> None:
    """Whoever can write the whole chain anew can change the past; not the checkpoint that a partner keeps."""
    with DecisionLog.open(path, clock=clock) as log:
        kept = log.checkpoint(5)

    def rewrite(db: sqlite3.Connection) -> None:
        chain = beginning("example.org/decisions")
        for number, payload in db.execute("SELECT id, payload FROM entries ORDER BY id").fetchall():
            other = payload.replace(b'"by":"Tests"', b'"by":"Other"')
            chain = link(chain, other)
            db.execute("UPDATE entries SET payload = ?, chain = ?, by = 'Other' WHERE id = ?", (other, chain, number))

    assert _edited(path, rewrite).fine
    compared = _edited(path, rewrite, kept)
    assert [finding.id for finding in compared.findings] == ["RD408"]


def test_the_checkpoint_of_another_log_is_told_apart(path: Path) -> None:
    """A checkpoint names its log; that of another one does not verify this one."""
    with DecisionLog.open(path, clock=clock) as log:
        kept = log.checkpoint()
        other = Checkpoint("example.org/other", kept.size, kept.root)
        assert "of another log" in str(log.verify(other))
        empty = Checkpoint(kept.origin, 0, bytes(32))
        assert not log.verify(empty).fine
        assert log.verify(log.checkpoint(0)).fine


def test_without_keys_everything_but_the_private_text_is_verified(path: Path, tmp_path: Path) -> None:
    """Whoever has the log without its keys can verify all entries and that private parts are those recorded."""
    copy = tmp_path / "copy.db"
    copy.write_bytes(path.read_bytes())
    with DecisionLog.open(copy, read_only=True) as log:
        verification = log.verify()
        assert verification.fine
        assert (verification.opened, verification.sealed, verification.erased) == (0, 3, 1)
        override = log.read(4)
        assert override.to_dict()["reason"] is None
    assert not _edited(copy, lambda db: db.execute("UPDATE private_parts SET content = content || x'00'")).fine


@pytest.mark.parametrize("content", ["x'7b7d'", "'{}'", "17", "x'ff'", "NULL", "CAST(payload AS TEXT) || ' '"])
def test_whatever_stands_in_an_entry_reading_says_so(path: Path, content: str, tmp_path: Path) -> None:
    """An entry that was overwritten with anything is an error that names it when it is read, and verifying goes on."""
    copy = tmp_path / "copy.db"
    copy.write_bytes(path.read_bytes())
    with closing(sqlite3.connect(copy)) as connection, connection:
        if content == "NULL":
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_schema SET sql = replace(sql, 'payload BLOB NOT NULL', 'payload BLOB')")
            connection.execute("PRAGMA writable_schema = RESET")
        connection.execute(f"UPDATE entries SET payload = {content} WHERE id = 2")
    with DecisionLog.open(copy, read_only=True) as log:
        verification = log.verify()
        assert verification.first == 2
        assert verification.entries == 7
        if "payload" not in content:
            with pytest.raises(RecordError, match="entry 2 cannot be read"):
                list(log.entries())
