"""A log on a PostgreSQL server that crashes, restarts, is not there, or lets a user do only so much.

The full run of crashes is `python -m tests.long crashes --database postgresql`; docs/promises.md has its figures.
"""

from __future__ import annotations

import datetime as dt
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from rapid_response.record import DecisionLog, RecordError
from rapid_response.record.storage import engines
from tests.crashes import PROTOCOL, clock
from tests.postgresql import Crash, Server, running
from tests.server_crashes import LAZY, crashed

TOLD = {"id": "A-1", "seen": True, "story": "Told."}


@pytest.fixture(scope="module")
def started() -> Iterator[Server]:
    """A server for the tests of this module, which acknowledges early unless a connection asks for more."""
    with running(*LAZY) as found:
        yield found


@pytest.fixture
def server(started: Server) -> Server:
    """That server, with no log."""
    with psycopg.connect(started.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS rapid_response CASCADE")
    return started


# Crashes


@pytest.mark.parametrize(("how", "crashes"), [("immediate", 4), ("kill", 1)])
def test_a_crash_of_the_server_loses_nothing_that_was_acknowledged(server: Server, how: Crash, crashes: int) -> None:
    """Whatever the server had been told to do, what two writers were told is recorded is there, byte for byte."""
    outcome = crashed(server, how, crashes)
    assert (outcome.lost, outcome.wrong) == ([], [])


def test_without_waiting_for_the_server_a_crash_would_lose_records(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With our `synchronous_commit` taken out, the same crashes lose records: the test can see it."""
    monkeypatch.setattr(engines, "POSTGRESQL_SETTINGS", ("search_path = rapid_response",))
    assert crashed(server, "immediate", 4).lost


def test_an_open_log_outlives_the_server(server: Server) -> None:
    """Without a server nothing is recorded, and the error says why; once it runs again the same open log goes on."""
    with DecisionLog.open(server.url) as log, DecisionLog.open(server.url, read_only=True) as reader:
        log.decide(PROTOCOL, TOLD, by="Tests")
        assert len(reader) == 1
        server.stop()
        for attempt in (lambda: log.confirm(1, by="Tests"), lambda: len(reader), lambda: DecisionLog.open(server.url)):
            with pytest.raises(RecordError, match="no connection to the database: Connection refused") as error:
                attempt()
            assert error.value.id == "RD101"
        server.start()
        assert log.confirm(1, by="Tests").id == len(reader) == 2


def test_a_connection_that_breaks_while_storing_ends_the_handle(server: Server) -> None:
    """What became of the last record is not known then: the error says so, until the log is opened again."""
    crashing = False

    def clock_and_crash() -> dt.datetime:
        if crashing:
            server.crash("immediate")
        return clock()

    with DecisionLog.open(server.url, clock=clock_and_crash) as log:
        log.decide(PROTOCOL, TOLD, by="Tests")
        crashing = True
        with pytest.raises(RecordError, match=r"broke off|shutting down") as broken:
            log.confirm(1, by="Tests")
        server.start()
        with pytest.raises(RecordError, match="the last one may be there or not") as again:
            log.confirm(1, by="Tests")
        assert broken.value.id == again.value.id == "RD108"
        assert len(log) == 1
    with DecisionLog.open(server.url) as log:
        assert log.confirm(1, by="Tests").id == 2
        assert log.verify().fine


# Several who write


def test_a_writer_that_has_stopped_does_not_hold_up_the_others(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops in the middle of recording is let go of after a while; it is told so, and others go on."""
    monkeypatch.setattr(engines, "STUCK_SECONDS", 0.1)
    gone_on, stopped = threading.Event(), threading.Event()

    def stopping_clock() -> dt.datetime:
        stopped.set()
        gone_on.wait(60)
        return clock()

    with (
        DecisionLog.open(server.url, clock=stopping_clock) as sleeper,
        DecisionLog.open(server.url, clock=clock, patience=60) as other,
        ThreadPoolExecutor() as threads,
    ):
        sleeping = threads.submit(sleeper.decide, PROTOCOL, TOLD, by="Tests", as_of="2026-02-01T09:00Z")
        stopped.wait(60)
        assert other.decide(PROTOCOL, {"id": "B-1"}, by="Tests").id == 1
        gone_on.set()
        with pytest.raises(RecordError, match="the server went on without it") as error:
            sleeping.result()
        assert error.value.id == "RD108"
        assert [entry.incident for entry in other.entries()] == ["B-1"]


def test_many_threads_share_one_log(server: Server) -> None:
    """More threads than a pool usually has connections write to one open log, and none waits for ever."""
    with DecisionLog.open(server.url, patience=60) as log, ThreadPoolExecutor(24) as threads:
        list(threads.map(lambda place: log.decide(PROTOCOL, {**TOLD, "id": f"A-{place}"}, by="Tests"), range(48)))
        assert len(log) == 48
        assert log.verify().fine


# Rights


def _url(server: Server, *grants: str) -> str:
    """The URL of a new user with those rights."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("DROP OWNED BY guest" if _is_known(connection) else "CREATE ROLE guest LOGIN")
        for grant in grants:
            connection.execute(f"{grant} TO guest".encode())
    return server.url.replace("tests@", "guest@")


def _is_known(connection: psycopg.Connection) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'guest'").fetchone() is not None


USE, SELECT = "GRANT USAGE ON SCHEMA rapid_response", "GRANT SELECT ON ALL TABLES IN SCHEMA rapid_response"
WITHOUT_KEYS = "GRANT SELECT ON rapid_response.about, rapid_response.entries, rapid_response.protocols"
INSERT = "GRANT INSERT ON ALL TABLES IN SCHEMA rapid_response"


@pytest.fixture
def kept(server: Server) -> Server:
    """The server, with a log of one decision."""
    with DecisionLog.open(server.url) as log:
        log.decide(PROTOCOL, TOLD, by="Tests")
    return server


def test_a_user_who_may_only_read_reads(kept: Server) -> None:
    """Who may read reads and verifies everything, and is told by name that nothing can be recorded."""
    url = _url(kept, USE, SELECT)
    with DecisionLog.open(url, read_only=True) as log:
        assert log.decision(1, private=True).facts["story"] == {"value": "Told."}
        assert log.verify().fine
    with DecisionLog.open(url) as log:
        for attempt in (
            lambda: log.decide(PROTOCOL, {"id": "A-2"}, by="Guest"),
            lambda: log.confirm(1, by="Guest"),
            lambda: log.erase("A-1", by="Guest", reason="asked"),
        ):
            with pytest.raises(RecordError) as error:
                attempt()
            assert error.value.id == "RD106"
            assert error.value.problems[0].help
        assert len(log) == 1


def test_a_user_who_may_not_read_the_keys_reads_what_is_open(kept: Server) -> None:
    """Without the right to the table of keys the log is read and verified, its private parts sealed."""
    url = _url(kept, USE, WITHOUT_KEYS, "GRANT SELECT ON rapid_response.private_parts")
    with DecisionLog.open(url, read_only=True) as log:
        assert log.decision(1, private=True).opened == "sealed"
        verification = log.verify()
        assert (verification.fine, verification.sealed) == (True, 1)


def test_only_who_owns_the_keys_erases(kept: Server) -> None:
    """Others would leave the bytes of a deleted key where they lay; they are refused, and nothing is recorded."""
    rights = "GRANT DELETE ON rapid_response.keys, rapid_response.private_parts"
    with DecisionLog.open(_url(kept, USE, SELECT, INSERT, rights)) as log:
        assert log.confirm(1, by="Guest").id == 2
        with pytest.raises(RecordError, match="only the owner of the table `keys`") as error:
            log.erase("A-1", by="Guest", reason="asked")
        assert error.value.id == "RD106"
        assert (len(log), log.verify().opened) == (2, 1)


def test_the_rights_that_the_docs_name(kept: Server) -> None:
    """With the rights in docs/record.md an auditor reads what is open, a reader everything, and a recorder records."""
    [rights] = re.findall(r"```sql\n(.*?)```", Path("docs/record.md").read_text(encoding="utf-8"), re.DOTALL)
    users = ("auditor", "reader", "recorder")
    with psycopg.connect(kept.url, autocommit=True) as connection:
        connection.execute("".join(f"CREATE ROLE {user} LOGIN;" for user in users).encode())
        connection.execute(rights.encode())
    opened = []
    for user in users:
        with DecisionLog.open(kept.url.replace("tests@", f"{user}@"), read_only=True) as log:
            opened.append(log.decision(1, private=True).opened)
    assert opened == ["sealed", "open", "open"]
    with DecisionLog.open(kept.url.replace("tests@", "recorder@")) as log:
        assert log.decide(PROTOCOL, {**TOLD, "id": "A-2"}, by="Recorder").id == 2
        assert log.verify().opened == 2


@pytest.mark.parametrize("grants", [(), (USE,)])
def test_a_user_without_rights_is_told_so(kept: Server, grants: tuple[str, ...]) -> None:
    """Who has no right to the schema or its tables is told that, and not that the log is damaged."""
    url = _url(kept, *grants)
    for read_only in (True, False):
        with pytest.raises(RecordError, match=r"the user may read|lacks the right"):
            DecisionLog.open(url, read_only=read_only)


# Servers that are not there


@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("tests:secret@{host}/none", 'no connection to the database: database "none" does not exist'),
        ("nobody:secret@{host}/postgres", 'no connection to the database: role "nobody" does not exist'),
        (
            "tests:secret@{host}/postgres?rubbish=1",
            'no connection to the database: invalid connection option "rubbish"',
        ),
        ("tests:secret@{host}:many/postgres", "the address of the database cannot be read"),
        ("tests:secret@:no:port/postgres", "the address of the database cannot be read"),
    ],
)
def test_what_is_wrong_with_an_address_is_named(started: Server, rest: str, told: str) -> None:
    """The error says what the server said, with a remedy, and repeats no password."""
    host = started.url.partition("@")[2].partition("/")[0]
    with pytest.raises(RecordError) as error:
        DecisionLog.open(f"postgresql://{rest.format(host=host)}")
    [problem] = error.value.problems
    assert (problem.id, problem.message) == ("RD101", told)
    assert problem.help
    assert "secret" not in str(error.value)


def test_another_database_is_not_taken_for_postgresql() -> None:
    """An address of some other kind is refused, with the two kinds that there are."""
    with pytest.raises(RecordError, match=r"a log cannot lie in `mysql`\n.*sqlite:///.* or postgresql://"):
        DecisionLog.open("mysql://tests@127.0.0.1/decisions")


def test_a_server_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where something listens and says nothing, the error comes after seconds, not after two minutes."""
    monkeypatch.setitem(engines.GIVE_UP, "connect_timeout", "2")
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor() as threads:
        opening = threads.submit(DecisionLog.open, f"postgresql://tests@127.0.0.1:{silent.getsockname()[1]}/postgres")
        with pytest.raises(RecordError, match="connection timeout expired") as error:
            opening.result(timeout=60)
        assert error.value.id == "RD101"


def test_a_server_that_falls_silent_is_given_up(started: Server) -> None:
    """Each connection is to notice within a minute that its server is gone, unless the address says otherwise."""
    engine = engines.postgresql_engine(f"{started.url}?keepalives_idle=5", read_only=False, patience=5)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        kept = driver.info.get_parameters()
    engine.dispose()
    assert (kept["tcp_user_timeout"], kept["keepalives_idle"], kept["connect_timeout"]) == ("60000", "5", "10")
