"""Writers of one log that are killed with no warning (SIGKILL), and what has to be in the log afterwards."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from itertools import count
from multiprocessing.connection import Connection, wait
from pathlib import Path

from rapid_response.record import DecisionLog
from tests.crashes import PROTOCOL

_FORK = multiprocessing.get_context("fork")


def killed(path: Path, kills: int, seed: int = 0, writers: int = 2) -> list[str]:
    """Start writers and kill them, until so many were killed; what is wrong with the log then."""
    chance = random.Random(seed)
    told: dict[int, str] = {}
    for turn in range(-(-kills // writers)):
        pipes = [_FORK.Pipe(duplex=False) for _ in range(writers)]
        started = [
            _FORK.Process(target=_write, args=(path, f"{turn}-{place}", sender))
            for place, (_, sender) in enumerate(pipes)
        ]
        for process in started:
            process.start()
        wait([receiver for receiver, _ in pipes], 60)
        time.sleep(chance.random() * 0.05)
        for process in started:
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
        for receiver, sender in pipes:
            sender.close()
            told |= _heard(receiver)
    return _wrong(path, told)


def _write(path: Path, name: str, acknowledged: Connection) -> None:
    """Record until killed, and tell of each record once it is acknowledged."""
    with DecisionLog.open(path, patience=60) as log:
        for number in count():
            decision = log.decide(PROTOCOL, {"id": f"{name}-{number}", "story": "Told."}, by=name)
            acknowledged.send((decision.id, decision.incident))


def _heard(receiver: Connection) -> dict[int, str]:
    """What one writer has told before it was killed; the last word may be half."""
    heard = {}
    try:
        while receiver.poll():
            number, incident = receiver.recv()
            heard[number] = incident
    except (EOFError, OSError):
        pass
    receiver.close()
    return heard


def _wrong(path: Path, told: dict[int, str]) -> list[str]:
    with DecisionLog.open(path) as log:
        found = {entry.id: entry.incident for entry in log.entries()}
        verification = log.verify()
    lost = [
        f"record {number} of {incident} is lost" for number, incident in told.items() if found.get(number) != incident
    ]
    if not told:
        lost.append("nobody came to write anything")
    return lost if verification.fine and not verification.sealed else [*lost, str(verification)]
