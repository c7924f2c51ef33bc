"""A session that is killed at any moment loses no event and tells none twice."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rapid_response.live import Advance, Done, LiveSession, Post
from tests.test_live import SMALL, hurt

POSTS: list[Post | Done | Advance] = [
    Post(hurt("A", 1), "2026-02-01T10:00", 1),
    Post(hurt("B", 2), "2026-02-02T09:30", 1),
    Post({"id": "B", "harm": "killed"}, "2026-02-02T10:30", 2),
    Done("A", "visit", "2026-02-02T11:00"),
    Post(hurt("C", 2), "2026-02-02T12:00", 1),
    Post({"id": "A", "neighborhood": "Hill"}, "2026-02-02T13:00", 2),
]


def run(path: Path, each: Callable[[], None] | None = None) -> list[str]:
    """Take in all posts, from the first on, whatever the file holds of them; all events that the file then holds."""
    with LiveSession(SMALL, engine="own", path=path) as session:
        if each:
            session._store.database.set_trace_callback(lambda _: each())
        for post in POSTS:
            session.take(post)
        return [event.to_json() for event in session.events()]


def statements(path: Path) -> int:
    """How many statements all posts take."""
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1

    run(path, count)
    return seen


def killed_at(path: Path, number: int) -> int:
    """Run in a process that kills itself before that statement; the signal that ended it."""
    child = os.fork()
    if child == 0:
        left = number

        def kill() -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        run(path, kill)
        os._exit(0)
    return os.waitpid(child, 0)[1]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_crash_at_any_point_loses_none_and_repeats_none(tmp_path: Path) -> None:
    """Killed before any statement, started again and given all posts again, the file holds the same events."""
    expected = run(tmp_path / "whole.db")
    count = statements(tmp_path / "counted.db")
    assert count > 100
    for number in range(count):
        path = tmp_path / f"{number}.db"
        assert killed_at(path, number) == signal.SIGKILL
        assert run(path) == expected, number
