"""Incidents kept in the memory of durable-rules, so that it joins those that were in one place within a length of time.

Each place has a `sid` of its own. A question is a fact too: it is joined with every incident in its window, and
retracted. What does not fit into that memory is found in the tables instead.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

from rapid_response.live.durable.library import Host, new_host, not_handled
from rapid_response.live.durable.rulesets import CLOSING, Fact
from rapid_response.live.occurrences import Occurrence, select_in_place

MOST_TOGETHER = 400
"""Incidents of one place that are kept; each takes durable-rules about seven kilobytes."""
MOST_PLACES = 200
MOST_SIDS = 900
"""Of all sessions of a process; over 1,024 of one ruleset durable-rules has no more memory."""

RULESET = "rapid_response_near"
RULES: dict[str, Any] = {
    "near": {
        "all": [
            {"asked": {"$and": [{"is": "asked"}]}},
            {
                "found": {
                    "$and": [
                        {"is": "incident"},
                        {"$gte": {"at": {"asked": "first"}}},
                        {"$lte": {"at": {"asked": "last"}}},
                    ]
                }
            },
        ],
        "run": "near",
    },
    "closing": {"all": [{"m": {"$and": [CLOSING]}}], "run": CLOSING["is"]},
}
Place = tuple[int, bool, str]


@dataclass
class _Kept:
    """The incidents of one place from some moment on."""

    sid: str
    first: int
    incidents: dict[int, Occurrence] = field(default_factory=dict)


class Memory:
    """Finds incidents in one place (see `occurrences.Near`) by a join in durable-rules."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self.places: OrderedDict[Place, _Kept] = OrderedDict()
        self.homes: dict[tuple[int, bool, int], Place] = {}

    def near(self, occurrence: Occurrence, window: tuple[int, int]) -> Iterable[Occurrence]:
        """Those in the same place, within the window."""
        kept = self._kept(occurrence, window[0])
        if kept is None:
            inside = select_in_place(self.database, occurrence, window)
            return [one for one in inside if one.number != occurrence.number]
        found = _joined().ask(kept.sid, window)
        return [kept.incidents[number] for number in found if number != occurrence.number]

    def changed(self, occurrence: Occurrence) -> None:
        """An occurrence is kept as it is now."""
        identity = (occurrence.pattern, occurrence.assume, occurrence.number)
        if home := self.homes.pop(identity, None):
            kept = self.places[home]
            _joined().retract(kept.sid, kept.incidents.pop(occurrence.number))
        kept_now = self.places.get(_place(occurrence))
        if kept_now and not occurrence.vague and occurrence.at is not None and occurrence.at >= kept_now.first:
            self._add(_place(occurrence), kept_now, occurrence)

    def forget(self) -> None:
        """Forget everything; what is asked for is taken from the tables again."""
        while self.places:
            self._drop(next(iter(self.places)))

    def _kept(self, occurrence: Occurrence, first: int) -> _Kept | None:
        """What is kept of a place from that moment on, None where that is too much."""
        place = _place(occurrence)
        if place in self.places and (self.places[place].first > first or self._is_full(place)):
            self._drop(place)
        if place not in self.places:
            found = select_in_place(self.database, occurrence, (first, _LAST))
            if len(found) > MOST_TOGETHER or not self._has_room():
                return None
            self.places[place] = kept = _Kept(_joined().new_sid(), first)
            for one in found:
                self._add(place, kept, one)
        self.places.move_to_end(place)
        return self.places[place]

    def _is_full(self, place: Place) -> bool:
        return len(self.places[place].incidents) > MOST_TOGETHER

    def _has_room(self) -> bool:
        if len(self.places) >= MOST_PLACES:
            self._drop(next(iter(self.places)))
        return len(_joined().sids) < MOST_SIDS

    def _add(self, place: Place, kept: _Kept, occurrence: Occurrence) -> None:
        kept.incidents[occurrence.number] = occurrence
        self.homes[occurrence.pattern, occurrence.assume, occurrence.number] = place
        _joined().tell(kept.sid, occurrence)

    def _drop(self, place: Place) -> None:
        kept = self.places.pop(place)
        for number in kept.incidents:
            del self.homes[place[0], place[1], number]
        _joined().clear(kept.sid)


_LAST = 2**62


def _place(occurrence: Occurrence) -> Place:
    return occurrence.pattern, occurrence.assume, occurrence.place


class _Joined:
    """The one ruleset that joins incidents, shared by all sessions of a process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.found: list[int] = []
        self.sids: set[str] = set()
        self.numbers = count(1)
        self.unhandled = not_handled()
        self.host: Host = new_host(self._action)
        self.host.register_rulesets({RULESET: {name: dict(rule) for name, rule in RULES.items()}})

    def _action(self, name: str) -> Callable[[Any], None]:
        if name == CLOSING["is"]:
            return lambda _: None
        return lambda closure: self.found.append(closure.found.number)

    def new_sid(self) -> str:
        with self.lock:
            sid = str(next(self.numbers))
            self.sids.add(sid)
            return sid

    def ask(self, sid: str, window: tuple[int, int]) -> list[int]:
        asked = {"sid": sid, "id": "asked", "is": "asked", "first": window[0], "last": window[1]}
        with self.lock:
            self.found.clear()
            self._assert(asked)
            self.host.retract_fact(RULESET, asked)
            return [*self.found]

    def tell(self, sid: str, occurrence: Occurrence) -> None:
        with self.lock:
            self._assert(_fact(sid, occurrence))

    def retract(self, sid: str, occurrence: Occurrence) -> None:
        with self.lock:
            self.host.retract_fact(RULESET, _fact(sid, occurrence))

    def clear(self, sid: str) -> None:
        """Clear a memory, after an action has run in it (see `inferring`)."""
        with self.lock:
            self._assert({**CLOSING, "sid": sid})
            self.host.delete_state(RULESET, sid)
            self.sids.discard(sid)

    def _assert(self, fact: Fact) -> None:
        self.host.assert_fact(RULESET, fact)


@cache
def _joined() -> _Joined:
    return _Joined()


def _fact(sid: str, one: Occurrence) -> Fact:
    return {"sid": sid, "id": str(one.number), "is": "incident", "at": one.at, "number": one.number}
