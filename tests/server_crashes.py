"""Writers of one log on PostgreSQL whose server crashes, and what has to be in the log when it runs again.

What the server has handed to the system survives the crash of its processes, synced or not. So this shows that nothing
is acknowledged that the server holds in its own memory alone; it does not show what a loss of power would leave.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from multiprocessing.connection import Connection
from typing import NamedTuple

from rapid_response.record import DecisionLog, RecordError
from tests.crashes import PROTOCOL
from tests.postgresql import Crash, Server

LAZY = ("synchronous_commit = off", "fsync = on")
"""Settings of a server that acknowledges before it has written anything, unless a connection asks for more."""
WRITERS = 2
_EXPECTED = ("RD101", "RD108")  # there is no connection; it broke off, and what became of the last record is not known
_FORK = multiprocessing.get_context("fork")


class Record(NamedTuple):
    """What a writer tells of a record that was acknowledged; the digest of its bytes once it has read them."""

    id: int
    incident: str
    digest: str | None


class Refusal(NamedTuple):
    """What a writer was told in the end."""

    id: str
    message: str
    help: str | None


@dataclass
class Outcome:
    """What came of some crashes.

    `lost` are the acknowledged records that were not there, or not as they were; `unknown` the number of those that
    were there although nobody came to acknowledge them; `wrong` what else should not be.
    """

    acknowledged: list[Record] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    lost: list[Record] = field(default_factory=list)
    unknown: int = 0
    wrong: list[str] = field(default_factory=list)


def crashed(server: Server, how: Crash, crashes: int, seed: int = 0) -> Outcome:
    """Crash the server so many times while two processes write; a third holds the log open all the time."""
    chance, outcome = random.Random(seed), Outcome()
    with DecisionLog.open(server.url) as log:
        for turn in range(crashes):
            before = len(log)
            told = _crash(server, how, turn, chance.random() * 0.2)
            _compare(log, before, told, outcome)
            log.decide(PROTOCOL, {"id": f"after-{turn}"}, by="Tests")
        verification = log.verify()
        if not verification.fine or verification.sealed:
            outcome.wrong.append(str(verification))
        outcome.lost += _missing(log, 1, [each for each in outcome.acknowledged if each not in outcome.lost])
    return outcome


def _compare(log: DecisionLog, before: int, told: list[Record | Refusal], outcome: Outcome) -> None:
    """Note what one crash did to the records after the first ones."""
    records = [word for word in told if isinstance(word, Record)]
    refusals = [word for word in told if isinstance(word, Refusal)]
    numbers = {record.id for record in records}
    unknown = len(log) - before - len(numbers)
    outcome.acknowledged += records
    outcome.refusals.update(refusal.id for refusal in refusals)
    outcome.lost += _missing(log, before + 1, records)
    outcome.unknown += max(unknown, 0)
    outcome.wrong += [f"a writer was told {each}" for each in refusals if each.id not in _EXPECTED or not each.help]
    outcome.wrong += [f"{unknown} records that nobody acknowledged"] if unknown > WRITERS else []
    outcome.wrong += [] if records and len(refusals) == WRITERS else ["a writer did not write, or has not ended"]


def _missing(log: DecisionLog, first: int, records: list[Record]) -> list[Record]:
    """Those of the records that are not in the log as they were."""
    incidents = {entry.id: entry.incident for entry in log.entries(first=first)}
    digests = {number: _digest(payload) for number, payload in log.raw_entries(first)}
    return [
        record
        for record in records
        if incidents.get(record.id) != record.incident or record.digest not in (None, digests[record.id])
    ]


def _crash(server: Server, how: Crash, turn: int, seconds: float) -> list[Record | Refusal]:
    """Start writers, crash the server after each has written, start it again; all that the writers have told."""
    pipes = [_FORK.Pipe(duplex=False) for _ in range(WRITERS)]
    started = [
        _FORK.Process(target=_write, args=(server.url, f"{turn}-{place}", sender))
        for place, (_, sender) in enumerate(pipes)
    ]
    for process, (_, sender) in zip(started, pipes, strict=True):
        process.start()
        sender.close()
    for receiver, _ in pipes:
        receiver.poll(60)
    time.sleep(seconds)
    server.crash(how)
    told = [word for receiver, _ in pipes for word in _heard(receiver)]
    for process in started:
        process.join()
    server.start()
    return told


def _write(url: str, name: str, teller: Connection) -> None:
    """Record until that is refused; tell of each record once it is acknowledged, then of its bytes, and of the end."""
    with DecisionLog.open(url, patience=60) as log:
        try:
            for number in count():
                decision = log.decide(PROTOCOL, {"id": f"{name}-{number}", "story": "Told."}, by=name)
                teller.send(Record(decision.id, decision.incident, None))
                teller.send(Record(decision.id, decision.incident, _digest(log.raw(decision.id))))
        except RecordError as error:
            teller.send(Refusal(error.id, error.problems[0].message, error.problems[0].help))


def _heard(receiver: Connection) -> Iterator[Record | Refusal]:
    """All that one writer tells, to its end."""
    try:
        while True:
            yield receiver.recv()
    except EOFError:
        receiver.close()


def _digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()
