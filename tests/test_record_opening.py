"""Opening and sharing a log: many who read, several who write, and databases that are not as they should be."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import psycopg
import pytest

from rapid_response.record import DecisionLog, RecordError
from rapid_response.record.errors import CATALOGUE
from rapid_response.record.replaying import replay
from rapid_response.record.storage import migrations, preparing
from rapid_response.record.storage.migrations import migrate, steps
from rapid_response.record.storage.preparing import open_sqlite
from tests.crashes import PROTOCOL, clock
from tests.postgresql import server

FIRST = Path(__file__).parent / "data" / "decisions-schema-1.db"
_FORK = multiprocessing.get_context("fork")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log with one decision."""
    with DecisionLog.open(tmp_path / "decisions.db", clock=clock) as log:
        log.decide(PROTOCOL, {"id": "A-1", "story": "Told."}, by="Tests")
    return tmp_path / "decisions.db"


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """A server for the tests of this module."""
    with server() as url:
        yield url


# Several who write


def _write(url: str, name: str, number: int) -> None:
    with DecisionLog.open(url, patience=60) as log:
        for place in range(number):
            decision = log.decide(PROTOCOL, {"id": f"{name}-{place}", "story": "Told."}, by=name)
            if place % 5 == 0:
                log.update(decision.id, {"seen": True}, by=name)


def _write_together(url: str, writers: int, number: int) -> None:
    started = [_FORK.Process(target=_write, args=(url, str(place), number)) for place in range(writers)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    assert [process.exitcode for process in started] == [0] * writers


def _whole(url: str, writers: int, number: int) -> None:
    with DecisionLog.open(url, read_only=True) as log:
        names = [entry.incident for entry in log.entries()]
        assert len(names) == writers * (number + -(-number // 5))
        assert set(names) == {f"{writer}-{place}" for writer in range(writers) for place in range(number)}
        assert log.verify().fine


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    """Three processes write to one new file at once: every record is there, and the chain never forks."""
    url = str(tmp_path / "decisions.db")
    _write_together(url, 3, 15)
    _whole(url, 3, 15)


def test_several_processes_write_one_chain_on_postgresql(postgresql: str) -> None:
    """And so on PostgreSQL."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS rapid_response CASCADE")
    _write_together(postgresql, 3, 15)
    _whole(postgresql, 3, 15)


def _open_at_once(path: Path, together: Barrier) -> None:
    together.wait()
    with DecisionLog.open(path, patience=60) as log:
        log.decide(PROTOCOL, {"story": "Told."}, by="Tests")


def test_several_processes_make_one_log_at_the_same_moment(tmp_path: Path) -> None:
    """Whoever comes first makes the file, its tables, its name and its keys; the others find them."""
    for turn in range(6):
        together = _FORK.Barrier(3)
        path = tmp_path / f"{turn}.db"
        started = [_FORK.Process(target=_open_at_once, args=(path, together)) for _ in range(3)]
        for process in started:
            process.start()
        for process in started:
            process.join()
        with DecisionLog.open(path) as log:
            assert (len(log), log.verify().opened) == (3, 3)


def test_threads_share_one_log(tmp_path: Path) -> None:
    """One open log may be used by several threads at once."""
    with DecisionLog.open(tmp_path / "decisions.db", patience=60) as log:

        def write(name: str) -> None:
            for place in range(10):
                log.decide(PROTOCOL, {"id": f"{name}-{place}", "story": "Told."}, by=name)

        threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(log) == 30
        assert log.verify().fine


def test_reading_goes_on_while_others_write(path: Path) -> None:
    """Who reads waits for nobody who writes, and sees what was there when the reading of a piece began."""
    with DecisionLog.open(path) as writer, DecisionLog.open(path, read_only=True) as reader, _locked(path):
        assert len(reader) == 1
        assert reader.verify().fine
        assert len(writer) == 1


def test_the_file_alone_holds_everything_once_it_is_closed(path: Path, tmp_path: Path) -> None:
    """Also while a browser for tables keeps the file open, whoever takes the closed file alone has every record."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as browser:
        assert browser.execute("SELECT count(*) FROM decisions").fetchone() == (1,)
        with DecisionLog.open(path) as log:
            log.confirm(1, by="Tests")
            assert browser.execute("SELECT count(*) FROM log").fetchone() == (2,)
        (tmp_path / "alone.db").write_bytes(path.read_bytes())
    with DecisionLog.open(tmp_path / "alone.db", read_only=True) as alone:
        assert len(alone) == 2


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


# Databases that are not as they should be


def test_a_locked_log_is_waited_for_and_then_named(path: Path) -> None:
    """Where another process keeps writing, the error says so after the patience given, and nothing is lost."""
    with DecisionLog.open(path, patience=0.05) as log:
        with _locked(path), pytest.raises(RecordError, match="another process is writing") as error:
            log.decide(PROTOCOL, {"id": "A-2"}, by="Tests")
        assert error.value.id == "RD105"
        assert log.decide(PROTOCOL, {"id": "A-2"}, by="Tests").id == 2


def test_a_log_locked_on_postgresql(postgresql: str) -> None:
    """And so on PostgreSQL."""
    with DecisionLog.open(postgresql, patience=0.05) as log, psycopg.connect(postgresql) as other:
        before = len(log)
        other.execute("SELECT pg_advisory_xact_lock(%s)", (0x52524C47,))
        with pytest.raises(RecordError, match="another process is writing"):
            log.decide(PROTOCOL, {"id": "A-2"}, by="Tests")
        other.rollback()
        assert log.decide(PROTOCOL, {"id": "A-2"}, by="Tests").id == before + 1


def test_a_log_for_reading_refuses_to_write(path: Path) -> None:
    """What was opened for reading says so when it is to record."""
    with DecisionLog.open(path, read_only=True) as log:
        assert log.decision(1, private=True).facts["story"] == {"value": "Told."}
        for attempt in (lambda: log.confirm(1, by="Tests"), lambda: log.erase("A-1", by="Tests", reason="asked")):
            with pytest.raises(RecordError, match="opened for reading") as error:
                attempt()
            assert error.value.id == "RD106"


def test_a_closed_log_says_so(path: Path) -> None:
    """What was closed is neither read nor written to."""
    with DecisionLog.open(path) as log:
        pass
    for attempt in (lambda: len(log), lambda: log.decide(PROTOCOL, {}, by="Tests"), lambda: list(log.entries())):
        with pytest.raises(RecordError, match="the log is closed") as error:
            attempt()
        assert error.value.id == "RD111"


def test_a_file_on_a_medium_that_cannot_be_written(path: Path) -> None:
    """A log whose file and folder nobody may write to can be read, and refuses to be opened for writing."""
    script = (
        "import os, sys\n"
        "from rapid_response.record import DecisionLog, RecordError\n"
        "with DecisionLog.open(sys.argv[2]) as log: log.verify()\n"  # all modules are loaded before rights are lost
        "os.setuid(65534)\n"
        "with DecisionLog.open(sys.argv[1], read_only=True, keys='/nowhere.keys') as log: print(log.verify().fine)\n"
        "try: DecisionLog.open(sys.argv[1])\n"
        "except RecordError as error: print(error.id)\n"
    )
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    for part in (path.parent, *path.parent.parents[:2]):
        part.chmod(0o755)
    for file in path.parent.iterdir():
        file.chmod(0o444)
    done = subprocess.run(
        [sys.executable, "-c", script, path, path.with_name("other.db")], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["True", "RD106"], done.stderr


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"This is a letter, not a log. " * 200, "RD102"),
        (b"SQLite format 3\x00" + b"\x55" * 8000, "RD102"),
        (None, "RD104"),
    ],
    ids=["a letter", "a header and rubbish", "a page overwritten"],
)
def test_what_is_no_database_is_left_as_it_is(path: Path, content: bytes | None, expected: str) -> None:
    """A file that is no database, or a damaged one, is refused by name and not touched."""
    damaged = content or path.read_bytes()[:4096] + b"\x55" * 4096 + path.read_bytes()[8192:]
    path.write_bytes(damaged)
    for read_only in (False, True):
        with pytest.raises(RecordError) as error, DecisionLog.open(path, read_only=read_only) as log:
            log.verify()
        assert error.value.id in (expected, "RD104")
    assert path.read_bytes() == damaged


def test_the_database_of_something_else_is_left_as_it_is(tmp_path: Path, postgresql: str) -> None:
    """A database with other tables is refused and not touched."""
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE people (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(RecordError, match="something else than a decision log") as error:
        DecisionLog.open(path)
    assert error.value.id == "RD102"
    assert path.read_bytes() == before
    with DecisionLog.open(postgresql), psycopg.connect(postgresql) as other:
        assert not other.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchall()


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(("url", "keys"), [("decisions.keys", None), ("decisions.db", "decisions.db")])
def test_a_log_and_its_keys_are_not_taken_for_each_other(
    path: Path, url: str, keys: str | None, read_only: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever names the key file as the log, or the log as the key file, is told at once, and neither is touched."""
    monkeypatch.chdir(path.parent)
    before = path.read_bytes(), path.with_suffix(".keys").read_bytes()
    with pytest.raises(RecordError) as error:
        DecisionLog.open(url, keys=keys, read_only=read_only)
    assert error.value.id == "RD102"
    assert (path.read_bytes(), path.with_suffix(".keys").read_bytes()) == before


@pytest.mark.parametrize(
    ("url", "options", "expected"),
    [
        ("no/such/folder/decisions.db", {}, "RD101"),
        (".", {}, "RD101"),
        ("sqlite://", {}, "RD101"),
        (":memory:", {}, "RD101"),
        ("absent.db", {"read_only": True}, "RD101"),
        ("postgresql://nobody@127.0.0.1:1/none", {}, "RD101"),
        ("postgresql://nobody:hidden/word@127.0.0.1/none", {}, "RD101"),
        ("mysql://127.0.0.1/none", {}, "RD101"),
    ],
)
def test_what_cannot_be_opened_says_why(
    url: str, options: dict[str, bool], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder, a file, a server or a kind of database that is not there is named as such, with a remedy."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecordError) as error:
        DecisionLog.open(url, **options)  # type: ignore[arg-type]
    assert error.value.id == expected
    assert ("cannot lie in `mysql`" in str(error.value)) == url.startswith("mysql")
    assert "hidden" not in str(error.value)
    assert error.value.problems[0].help
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_given_once(tmp_path: Path) -> None:
    """The name of a log is given when it is made; another one later is an error, and so is one of several lines."""
    with DecisionLog.open(tmp_path / "decisions.db", origin="example.org/decisions") as log:
        assert log.origin == log.checkpoint().origin == "example.org/decisions"
    with pytest.raises(RecordError, match=r"another name: example\.org/decisions"):
        DecisionLog.open(tmp_path / "decisions.db", origin="example.org/other")
    with pytest.raises(RecordError, match="one line"):
        DecisionLog.open(tmp_path / "other.db", origin="two\nlines")


def test_a_copy_in_another_journal_mode_is_written_as_any_other(path: Path, tmp_path: Path) -> None:
    """A backup made by SQLite itself has another journal mode; the log sets its own when it is opened."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
    shutil.copy(path.with_suffix(".keys"), tmp_path / "copy.keys")
    with DecisionLog.open(tmp_path / "copy.db") as log:
        log.decide(PROTOCOL, {"id": "A-2", "story": "Told."}, by="Tests")
        assert log.verify().opened == 2
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


# Schemas


def test_a_newer_schema_is_refused_by_name(path: Path) -> None:
    """A log written by a later version is refused, for reading too, with both numbers, and not touched."""
    known = len(steps("sqlite"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE about SET value = '7' WHERE name = 'schema'")
    for read_only in (False, True):
        with pytest.raises(RecordError, match=f"schema 7, and this version of rapid-response knows {known}") as error:
            DecisionLog.open(path, read_only=read_only)
        assert error.value.id == "RD103"


def test_a_log_of_the_first_schema_is_read_and_written(tmp_path: Path) -> None:
    """A file that the first version of the schema was written to, kept with the tests, still verifies and goes on."""
    for file in (FIRST, FIRST.with_suffix(".keys")):
        shutil.copy(file, tmp_path)
    with DecisionLog.open(tmp_path / FIRST.name) as log:
        assert log.verify().fine
        assert [entry.kind for entry in log.entries()] == [
            "decision",
            "decision",
            "override",
            "link",
            "confirmation",
            "erasure",
        ]
        assert log.result(1).to_dict()["tier"] == log.decision(1).outcome.tier == "high"
        assert replay(log).counts == {"same": 1, "differs": 0, "erased": 1, "sealed": 0, "unusable": 0}
        assert json.loads(log.raw(1))["format"] == 1
        log.decide(PROTOCOL, {"id": "B-1"}, by="Tests")
        assert log.verify().fine


def test_a_log_of_the_first_schema_is_read_as_it_is(tmp_path: Path) -> None:
    """An archive of an earlier schema is read without a byte of it being changed."""
    for file in (FIRST, FIRST.with_suffix(".keys")):
        shutil.copy(file, tmp_path)
    with DecisionLog.open(tmp_path / FIRST.name, read_only=True) as log:
        assert log.verify().fine
        assert log.result(1).to_dict()["tier"] == "high"
        assert log.timeline(log.decision(1).incident)
    assert (tmp_path / FIRST.name).read_bytes() == FIRST.read_bytes()


def _stored(connection: sqlite3.Connection | psycopg.Connection) -> list[list[Any]]:
    """Everything that a log holds, but the number of its schema."""
    queries = (
        "SELECT * FROM entries ORDER BY id",
        "SELECT * FROM private_parts ORDER BY entry",
        "SELECT * FROM protocols ORDER BY text",
        "SELECT * FROM about WHERE name <> 'schema' ORDER BY name",
    )
    return [list(connection.execute(query)) for query in queries]


def test_a_log_of_the_first_schema_gets_the_views_of_today(tmp_path: Path) -> None:
    """Opened for writing, an older file has the tables and views of a new one, and holds what it held."""
    path = tmp_path / FIRST.name
    for file in (FIRST, FIRST.with_suffix(".keys")):
        shutil.copy(file, tmp_path)
    DecisionLog.open(path).close()
    DecisionLog.open(tmp_path / "new.db").close()
    tables = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
    with (
        closing(sqlite3.connect(FIRST)) as before,
        closing(sqlite3.connect(path)) as now,
        closing(sqlite3.connect(tmp_path / "new.db")) as new,
    ):
        assert _stored(now) == _stored(before)
        assert now.execute(tables).fetchall() == new.execute(tables).fetchall() != before.execute(tables).fetchall()
        assert now.execute("SELECT count(*) FROM decisions").fetchone() == (2,)


def test_a_log_of_the_first_schema_on_postgresql(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And so on PostgreSQL."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS rapid_response CASCADE")
        connection.execute("SET search_path = rapid_response")
        with monkeypatch.context() as patched, DecisionLog.open(_first_schema(patched, postgresql)) as log:
            log.decide(PROTOCOL, {"id": "A-1", "story": "Told."}, by="Tests")
        before = _stored(connection)
        with DecisionLog.open(postgresql, read_only=True) as log:
            assert log.verify().fine
        with pytest.raises(psycopg.errors.UndefinedColumn):
            connection.execute("SELECT record FROM decisions")
        with DecisionLog.open(postgresql) as log:
            assert log.verify().fine
        assert _stored(connection) == before
        assert connection.execute("SELECT record FROM decisions").fetchall() == [(1,)]


def _first_schema(patched: pytest.MonkeyPatch, url: str) -> str:
    """That address, at which a log gets no later schema than the first."""
    patched.setattr(preparing, "steps", lambda dialect: steps(dialect)[:1])
    return url


def test_steps_are_taken_once_and_only_forward(tmp_path: Path) -> None:
    """A log of an earlier schema takes the steps that it lacks, all or none; one that cannot be written says so."""
    path = tmp_path / "decisions.db"
    with DecisionLog.open(path) as log:
        log.decide(PROTOCOL, {"id": "A-1"}, by="Tests")
    further = [*steps("sqlite"), "CREATE TABLE notes (text TEXT);", "ALTER TABLE notes ADD COLUMN by TEXT;"]
    store = open_sqlite(path)
    broken = [*further, "CREATE TABLE more (text TEXT);\n\nCREATE TABLE notes (text TEXT);"]
    with pytest.raises(RecordError), store.writing() as connection:
        migrate(connection, broken)
    store.close()
    store = open_sqlite(path)
    with store.reading() as connection:
        assert migrations.version(connection, steps("sqlite")) == len(steps("sqlite"))
    for _ in range(2):
        with store.writing() as connection:
            migrate(connection, further)
    with store.reading() as connection:
        assert migrations.version(connection, further) == len(further)
        assert connection.exec_driver_sql("SELECT text, by FROM notes").all() == []
    store.close()
    with pytest.raises(RecordError, match=f"schema {len(further)}"):
        DecisionLog.open(path)


def test_every_id_is_told_in_the_docs() -> None:
    """Every id of an error or finding is explained in docs/record.md."""
    document = Path("docs/record.md").read_text(encoding="utf-8")
    assert [problem for problem in CATALOGUE if problem not in document] == []


def test_the_example_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program in docs/record.md does what it says."""
    [program] = re.findall(r"```python\n(.*?)```", Path("docs/record.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "protocol_rules").symlink_to(Path("protocol_rules").absolute())
    monkeypatch.chdir(tmp_path)
    exec(program)
    with DecisionLog.open("decisions.db", read_only=True) as log:
        assert [entry.kind for entry in log.entries()] == ["decision", "decision", "override"]


def test_without_the_extra_the_error_names_it() -> None:
    """Where a package of the extra is missing, the import says which extra to install."""
    script = "import sys; sys.modules['sqlalchemy'] = None\nimport rapid_response.record"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "pip install 'rapid-response[record]'" in done.stderr.splitlines()[-1]
