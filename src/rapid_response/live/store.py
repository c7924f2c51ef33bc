"""What a session knows, in a SQLite database: a file that survives a crash, or a temporary one on disk.

Everything that follows from one post is written in one transaction, so that a crash leaves all of it or nothing.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from rapid_response.live.events import Event, event_from_dict
from rapid_response.live.problems import LiveError

FORMAT = 1
PATIENCE = 0.5
"""Seconds to wait for another session to let go of the file."""
TABLES = """
CREATE TABLE session (name TEXT PRIMARY KEY, value);
CREATE TABLE incidents (number INTEGER PRIMARY KEY, id TEXT UNIQUE, facts TEXT, state TEXT, wake INTEGER);
CREATE INDEX waking ON incidents (wake, number) WHERE wake IS NOT NULL;
CREATE TABLE posts (place INTEGER PRIMARY KEY, id TEXT, revision INTEGER, at INTEGER, document TEXT);
CREATE UNIQUE INDEX revisions ON posts (id, revision) WHERE revision IS NOT NULL;
CREATE TABLE events (number INTEGER PRIMARY KEY, document TEXT);
"""


@dataclass(slots=True)
class Row:
    """One incident: its place in the order of arrival, its facts and its state as plain data, when to look at it."""

    number: int
    id: str
    facts: dict[str, Any]
    state: dict[str, Any]
    wake: int | None = None


class Store:
    """The tables of a session. Raises LiveError where they cannot be opened."""

    def __init__(self, path: str | os.PathLike[str] | None, fingerprint: str) -> None:
        self.closed = False
        self.place = "a temporary file" if path is None else str(path)
        try:
            if path is not None:
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self.database = sqlite3.connect(path or "", timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from None
        try:
            self._open(path, fingerprint)
        except sqlite3.Error as error:
            self.close()
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> LiveError:
        remedy = "another session may have it open; or choose another place"
        return LiveError("RL202", f"`{self.place}` cannot hold a session: {error}", remedy)

    def _open(self, path: str | os.PathLike[str] | None, fingerprint: str) -> None:
        execute = self.database.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        execute(f"PRAGMA journal_mode = {'MEMORY' if path is None else 'WAL'}")
        execute(f"PRAGMA synchronous = {'OFF' if path is None else 'FULL'}")
        with self.transaction():
            if not execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in TABLES.strip().split("\n"):
                    execute(statement)
                self.note("format", FORMAT)
                self.note("protocol", fingerprint)
        self._check(fingerprint)

    def _check(self, fingerprint: str) -> None:
        with suppress(sqlite3.OperationalError):
            if self.noted("format") == FORMAT:
                if self.noted("protocol") == fingerprint:
                    return
                message = f"`{self.place}` holds a session of another protocol, or of another version of it"
                remedy = "give its posts to a new session: new.replay(old.posts())"
                self.close()
                raise LiveError("RL201", message, remedy)
        self.close()
        raise LiveError("RL202", f"`{self.place}` holds no session", "choose another place")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; within another one, a part of it that is undone alone."""
        inner = self.database.in_transaction
        self.database.execute("SAVEPOINT part" if inner else "BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if inner:
                self.database.execute("ROLLBACK TO part")
                self.database.execute("RELEASE part")
            else:
                self.database.execute("ROLLBACK")
            raise
        self.database.execute("RELEASE part" if inner else "COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self.closed = True
        self.database.close()

    # One value each

    def note(self, name: str, value: Any) -> None:
        """Keep a value under a name."""
        self.database.execute("INSERT OR REPLACE INTO session VALUES (?, ?)", (name, value))

    def noted(self, name: str) -> Any:
        """The value under a name, None where there is none."""
        row = self.database.execute("SELECT value FROM session WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    # Incidents

    def incident(self, identity: str) -> Row | None:
        """The incident of that id."""
        return self._row("id = ?", identity)

    def by_number(self, number: int) -> Row:
        """The incident at that place in the order of arrival."""
        row = self._row("number = ?", number)
        assert row is not None
        return row

    def incidents(self) -> Iterator[Row]:
        """All incidents in the order of arrival."""
        last = 0
        while row := self._row("number > ? ORDER BY number LIMIT 1", last):
            yield row
            last = row.number

    def next_to_wake(self, until: int) -> Row | None:
        """The incident that is to be looked at first, by that time."""
        return self._row("wake <= ? ORDER BY wake, number LIMIT 1", until)

    def next_number(self) -> int:
        """The place of the next new incident in the order of arrival."""
        [highest] = self.database.execute("SELECT max(number) FROM incidents").fetchone()
        return (highest or 0) + 1

    def count(self) -> int:
        """How many incidents there are."""
        [count] = self.database.execute("SELECT count(*) FROM incidents").fetchone()
        return int(count)

    def save(self, row: Row) -> None:
        """Keep an incident."""
        self.database.execute(
            "INSERT OR REPLACE INTO incidents VALUES (?, ?, ?, ?, ?)",
            (row.number, row.id, json_text(row.facts), json_text(row.state), row.wake),
        )

    def _row(self, condition: str, value: Any) -> Row | None:
        found = self.database.execute(f"SELECT * FROM incidents WHERE {condition}", (value,)).fetchone()  # noqa: S608
        if found is None:
            return None
        number, identity, facts, state, wake = found
        return Row(number, identity, json.loads(facts), json.loads(state), wake)

    # Posts

    def posted(self, identity: str, revision: int) -> str | None:
        """What was posted as that revision of an incident."""
        found = self.database.execute(
            "SELECT document FROM posts WHERE id = ? AND revision = ?", (identity, revision)
        ).fetchone()
        return found[0] if found else None

    def latest_revision(self, identity: str) -> int:
        """The highest revision of an incident, 0 where there is none."""
        [highest] = self.database.execute(
            "SELECT max(revision) FROM posts WHERE id = ? AND revision IS NOT NULL", (identity,)
        ).fetchone()
        return highest or 0

    def add_post(self, identity: str, revision: int | None, at: int | None, document: str) -> None:
        """Keep what was posted: a revision of an incident, or, without one, that a response is done."""
        self.database.execute(
            "INSERT INTO posts (id, revision, at, document) VALUES (?, ?, ?, ?)", (identity, revision, at, document)
        )

    def posts(self) -> Iterator[tuple[str, int | None, int | None, str]]:
        """Everything that was posted, in the order in which it came."""
        last = 0
        while found := self.database.execute(
            "SELECT * FROM posts WHERE place > ? ORDER BY place LIMIT 1", (last,)
        ).fetchone():
            last, *post = found
            yield tuple(post)

    # Events

    def add_event(self, event: Event) -> None:
        """Keep an event."""
        self.database.execute("INSERT INTO events VALUES (?, ?)", (event.number, event.to_json()))

    def events(self, after: int) -> Iterator[Event]:
        """The events after that number, in order."""
        while found := self.database.execute(
            "SELECT number, document FROM events WHERE number > ? ORDER BY number LIMIT 1", (after,)
        ).fetchone():
            after = found[0]
            yield event_from_dict(json.loads(found[1]))

    def latest_event(self) -> int:
        """The number of the last event, 0 where there is none."""
        [highest] = self.database.execute("SELECT max(number) FROM events").fetchone()
        return highest or 0


def json_text(plain: Mapping[str, Any]) -> str:
    """Plain data as short JSON."""
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
