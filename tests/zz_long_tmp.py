"""Sessions: what arrives, in whatever order, comes to what the evaluator says, and events tell of every change once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from rapid_response import Protocol, load_protocol, protocol_from_text
from rapid_response.live import (
    Event,
    IncidentRefused,
    LiveError,
    LiveSession,
    PatternCompleted,
    Post,
    RangeChanged,
    ResponseActive,
    ResponseDone,
    ResponseDue,
    ResponseOverdue,
    TierChanged,
    event_from_dict,
)
from rapid_response.live.engines import Engine
from rapid_response.testing import incidents, protocols

pytest.importorskip("durable")

ENGINES: tuple[Engine, ...] = ("own", "durable")
START = "2026-02-01T09:00+00:00"
CCSJ = load_protocol("protocol_rules/ccsj")


@st.composite
def posts(draw: st.DrawFn, protocol: Protocol, most: int = 8) -> list[Post]:
    """Posts about a few incidents, some of them updates, at times that now and then go back."""
    listed = []
    for _ in range(draw(st.integers(1, most))):
        identity = f"A-{draw(st.integers(1, 4))}"
        facts = {**draw(incidents(protocol, unknowns=0.4)), "id": identity}
        hours = draw(st.integers(0, 24 * 60))
        at = dt.datetime(2026, 2, 1, 9, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
        listed.append(Post(facts, at))
    return listed


def results(session: LiveSession) -> dict[str, Any]:
    """All results by id, as plain data."""
    return {identity: session.result(identity).to_dict(private=True) for identity in session.incidents()}


@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_one_by_one_comes_to_what_evaluation_says(data: st.DataObject) -> None:
    """P9: after any posts, with either engine, each incident stands where single evaluation puts it."""
    protocol = data.draw(protocols())
    listed = data.draw(posts(protocol))
    told: list[list[Event]] = []
    for engine in ENGINES:
        with LiveSession(protocol, engine=engine, now=START) as session:
            told.append([*session.replay(listed)])
            assert not [event for event in told[-1] if isinstance(event, IncidentRefused)]
            agree(protocol, session, told[-1], listed)
    assert told[0] == told[1]


def agree(protocol: Protocol, session: LiveSession, events: list[Event], listed: list[Post]) -> None:
    """What the events said last of each incident is what evaluation says of it."""
    known: dict[str, dict[str, Any]] = {}
    for post in listed:
        known.setdefault(post.incident["id"], {}).update(post.incident)
    history = list(known.values())
    for identity, facts in known.items():
        expected = protocol.evaluate(facts, as_of=session.now, history=history if protocol.patterns else None)
        assert session.result(identity).to_dict() == expected.to_dict()
        changes = [one for one in events if one.incident == identity and isinstance(one, TierChanged | RangeChanged)]
        assert changes[-1].tier == (expected.tier.name if expected.tier else None)
        assert (changes[-1].lowest, changes[-1].highest) == (expected.lowest.name, expected.highest.name)
        assert changes[-1].standing == expected.standing
