"""A session: incidents and updates as they arrive, and the events that tell what they change."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from types import TracebackType
from typing import Any, Self

from rapid_response.errors import IncidentError, RapidResponseError
from rapid_response.evaluation.incidents import encode_as_of
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.live.engines import Engine, decided_by, near_finder
from rapid_response.live.events import Event, IncidentRefused
from rapid_response.live.examining import Examiner
from rapid_response.live.posts import Advance, Done, Post, Time, given_facts, post_from_dict, stored_post
from rapid_response.live.problems import LiveError
from rapid_response.live.store import Store
from rapid_response.live.taking import take
from rapid_response.live.telling import Telling
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.values import moment_text

AT_ONCE = 1_000
HOUR = dt.timedelta(hours=1)


class LiveSession:
    """Receives incidents and updates to them, in any order, and says what changed.

    `engine` is "durable" (durable-rules, extra `live`) or "own" (the compiled protocol, which needs nothing); they say
    the same. Time is that of the events: `now` is moved by the `at` of posts, by `advance`, or, where a `clock` is
    given, by what it says at every post. `notice` is how long before a response is due that is said. With `path`
    everything is kept in that file, and a session opened there again goes on where the last one ended, however it
    ended; without, in a temporary file. A `now` that is earlier than what is kept there changes nothing. The file holds
    whatever was posted, private facts included.

    Any thread may post. A context manager: `close` lets go of the file.

    Raises LiveError where the engine is not there, or the file is of another protocol or in use.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> with LiveSession(protocol, engine="own") as session:
    ...     first = session.post({"id": "A-1", "harm": "injured"}, at="2026-02-01T09:00")
    ...     second = session.post({"id": "A-1", "where_it_happened": "san_francisco", "ties": ["chinese"]})
    >>> first[0].tier, second[0].tier
    ('monitor', 'support')
    """

    def __init__(
        self,
        protocol: Protocol,
        *,
        engine: Engine = "durable",
        path: str | os.PathLike[str] | None = None,
        now: Time = None,
        clock: Callable[[], str | dt.datetime] | None = None,
        notice: dt.timedelta = HOUR,
    ) -> None:
        decided = decided_by(protocol, engine)
        self.protocol = protocol
        self.engine = engine
        self._clock = clock
        self._lock = threading.RLock()
        self._store = Store(path, protocol.fingerprint)
        near = near_finder(protocol, engine, self._store.database)
        self._examiner = Examiner(decided, self._store, near, notice // dt.timedelta(microseconds=1))
        try:
            self._begin(now)
        except RapidResponseError:
            self.close()
            raise

    # What arrives

    def post(self, incident: Mapping[str, Any], *, at: Time = None, revision: int | None = None) -> tuple[Event, ...]:
        """Take in an incident, or an update to one, and say what it changes.

        `incident` has an `id` and the facts that are now known, as `Protocol.evaluate` takes them; a fact that is None
        is no longer known, one that is left out stays as it was. `at` is when that was learned, ISO text or datetime.
        Of each fact the highest `revision` that speaks of it counts, in whatever order they arrive; without one it is
        the next. The same revision once more changes nothing. A post that does not fit is refused by an event.
        """
        return self.take(Post(incident, at, revision))

    def done(self, incident: str, response: str, *, at: Time = None) -> tuple[Event, ...]:
        """Take in that an active response is done, so that it will not be overdue."""
        return self.take(Done(incident, response, at))

    def take(self, post: Post | Done | Advance | Mapping[str, Any]) -> tuple[Event, ...]:
        """Take in a post of any kind, also as plain data (see `post_from_dict`)."""
        with self._change() as telling:
            before = telling.number
            try:
                with self._all_or_nothing():
                    taken = post if isinstance(post, Post | Done | Advance) else post_from_dict(post)
                    moment = self._moment(taken.at)
                    take(self._examiner, telling, taken, self._examiner.now if moment is None else moment)
            except IncidentError as error:
                telling.take_back(before, self._examiner.now)
                _tell_refusal(telling, _identity(post), error)
        return tuple(telling.events)

    def refuse(self, error: IncidentError, incident: str | None = None) -> tuple[Event, ...]:
        """Say of what could not even be read as an incident that it is refused."""
        with self._change() as telling:
            _tell_refusal(telling, incident, error)
        return tuple(telling.events)

    def replay(self, posts: Iterable[Post | Done | Advance | Mapping[str, Any]]) -> Iterator[Event]:
        """Take in many posts, of past incidents or of another session, and yield the events.

        They are kept a thousand at once, which is quicker than one by one; an event is yielded once it is kept.
        """
        waiting = iter(posts)
        while chunk := list(islice(waiting, AT_ONCE)):
            with self._lock, self._all_or_nothing():
                events = [event for post in chunk for event in self.take(post)]
            yield from events

    # Time

    @property
    def now(self) -> str | None:
        """The time of the session as ISO text in the protocol's zone, None where none was ever given."""
        now = self._examiner.now
        return None if now is None else moment_text(now, self.protocol.time_zone)

    @now.setter
    def now(self, moment: str | dt.datetime) -> None:
        self.advance(moment)

    def advance(self, to: Time = None) -> tuple[Event, ...]:
        """Let time go by until then, or until what the clock says, and say what that changes, in the order of time.

        Raises LiveError where that is earlier than `now` or there is no clock, IncidentError where it cannot be read.
        """
        with self._change() as telling:
            moment = self._moment(to)
            if moment is None:
                raise LiveError("RL104", "the time is missing", "give it, or give the session a clock")
            if moment < (self._examiner.now or moment):
                raise LiveError("RL204", "the time of a session does not go back", f"it is {self.now}")
            self._examiner.advance(telling, moment)
        return tuple(telling.events)

    # What is known

    def result(self, incident: str) -> Recommendation:
        """What `Protocol.evaluate` says of an incident as it is known now, with all others as its history.

        Raises LiveError where there is none of that id.
        """
        with self._lock:
            row = self._opened().incident(incident)
            if row is None:
                raise LiveError("RL105", f"no incident `{incident}` was posted", "`incidents` lists them")
            facts = given_facts(self.protocol, row.id, row.facts)
            history = list(self._given()) if self.protocol.patterns else None
            return self._examiner.protocol.evaluate(facts, as_of=self.now, history=history)

    def incidents(self) -> Iterator[str]:
        """The ids of all incidents, in the order of their arrival."""
        for row in self._opened().incidents():
            yield row.id

    def events(self, after: int = 0) -> Iterator[Event]:
        """The events after that number, of all sessions that had this file. Whoever notes the number of the last event
        that was dealt with finds here, after a crash, all others, each once.
        """
        yield from self._opened().events(after)

    def posts(self) -> Iterator[Post | Done]:
        """Everything that was taken in, as it was posted; `replay` of it gives the same events in another session."""
        for identity, revision, at, document in self._opened().posts():
            moment = None if at is None else moment_text(at, self.protocol.time_zone)
            yield stored_post(self.protocol, identity, revision, moment, document)

    def close(self) -> None:
        """Let go of the file; a temporary one is gone. Closing once more does nothing."""
        with self._lock:
            if not self._store.closed:
                self._examiner.undo(None)
                self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """How many incidents there are."""
        return self._opened().count()

    def __repr__(self) -> str:
        return f"LiveSession({self.protocol.name!r}, engine={self.engine!r}, now={self.now!r})"

    def _begin(self, now: Time) -> None:
        """Go to a time, unless what is kept is later already."""
        moment = None if now is None else encode_as_of(self.protocol, now)
        if moment is not None and moment > (self._examiner.now or moment - 1):
            self.advance(now)

    def _given(self) -> Iterator[Mapping[str, Any]]:
        for row in self._store.incidents():
            yield given_facts(self.protocol, row.id, row.facts)

    def _moment(self, at: Time) -> int | None:
        stated = self._clock() if at is None and self._clock else at
        return None if stated is None else encode_as_of(self.protocol, stated)

    @contextmanager
    def _change(self) -> Iterator[Telling]:
        """One change of the session: kept as a whole, with its events, or not at all."""
        with self._lock:
            store = self._opened()
            with self._all_or_nothing():
                telling = Telling(self.protocol, store.latest_event(), self._examiner.now)
                yield telling
                for event in telling.events:
                    store.add_event(event)

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        now = self._examiner.now
        try:
            with self._store.transaction():
                yield
        except sqlite3.Error as error:
            self._examiner.undo(now)
            message = f"`{self._store.place}` cannot keep what was posted: {error}"
            raise LiveError("RL202", message, "see to the disk, and post it again") from error
        except BaseException:
            self._examiner.undo(now)
            raise

    def _opened(self) -> Store:
        if self._store.closed:
            raise LiveError("RL203", "the session is closed", "open it again at the same path")
        return self._store


def _tell_refusal(telling: Telling, incident: str | None, error: IncidentError) -> None:
    problems = tuple(problem.to_dict() for problem in error.problems)
    telling.say(IncidentRefused, incident, "post", problems=problems)


def _identity(given: object) -> str | None:
    """The id of a post that is refused, as far as it has one."""
    with suppress(Exception):
        identity = given.incident if isinstance(given, Post | Done) else given
        if isinstance(identity, Mapping):
            identity = identity.get("id")
        if isinstance(identity, str) and len(identity) <= 200:
            return identity
    return None
