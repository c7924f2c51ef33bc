"""However long a log is, what is done with one incident costs the same: counted in steps of SQLite, not by a clock."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from rapid_response.record import DecisionLog
from tests.crashes import PROTOCOL, clock

SHORT, LONG = 200, 4000
_COUNTED_BY = 10

ACTS: dict[str, Callable[[DecisionLog], Any]] = {
    "decide": lambda log: log.decide(PROTOCOL, {"id": "N-1", "story": "Told."}, by="Tests"),
    "update": lambda log: log.update(7, {"seen": True}, by="Tests"),
    "confirm": lambda log: log.confirm(8, by="Tests"),
    "override": lambda log: log.override(9, tier="high", by="Tests", reason="Somebody asked."),
    "link": lambda log: log.link(10, 12, by="Tests"),
    "erase": lambda log: log.erase("A-20", by="Tests", reason="asked"),
    "read": lambda log: log.read(30, private=True),
    "evaluate again": lambda log: log.result(31),
    "timeline": lambda log: log.timeline("A-10", private=True),
    "standing": lambda log: log.standing_of(9),
    "length": len,
    "erased": lambda log: log.erased(),
}


def _steps(folder: Path, entries: int) -> dict[str, int]:
    """The steps that SQLite takes for each act on a log of so many entries."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += _COUNTED_BY
        return 0

    found = {}
    with DecisionLog.open(folder / f"{entries}.db", clock=clock) as log:
        log.decide_many(PROTOCOL, ({"id": f"A-{place}", "story": "Told."} for place in range(entries)), by="Tests")

        @event.listens_for(log.store.engine, "checkout")
        def _watch(connection: sqlite3.Connection, *_: object) -> None:
            connection.set_progress_handler(count, _COUNTED_BY)

        for name, act in ACTS.items():
            counted = 0
            act(log)
            found[name] = counted
    return found


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, int], dict[str, int]]:
    """The steps of each act on a short log, and on one twenty times as long."""
    folder = tmp_path_factory.mktemp("logs")
    return _steps(folder, SHORT), _steps(folder, LONG)


@pytest.mark.parametrize("act", ACTS)
def test_a_long_log_costs_no_more_than_a_short_one(steps: tuple[dict[str, int], dict[str, int]], act: str) -> None:
    """Nothing that concerns one incident goes through the whole log."""
    short, long = (found[act] for found in steps)
    assert 0 < long < 1.5 * short + 200
