"""Sessions: what arrives, in whatever order, comes to what the evaluator says, and events tell of every change once."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
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
    ResponseDone,
    ResponseDue,
    ResponseOverdue,
    TierChanged,
    event_from_dict,
)
from rapid_response.live.engines import Engine
from rapid_response.live.events import KINDS
from rapid_response.live.problems import CATALOGUE
from rapid_response.testing import incidents, protocols

pytest.importorskip("durable")

ENGINES: tuple[Engine, ...] = ("own", "durable")
START = "2026-02-01T09:00+00:00"
HERE = Path(__file__).parent.parent
CCSJ = load_protocol(HERE / "protocol_rules/ccsj")


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


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
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


def told_by(session: LiveSession, listed: list[Post], looks: list[bool]) -> list[Event]:
    """The events of posts, of which some are preceded by a look at the time halfway to it."""
    told: list[Event] = []
    for post, look in zip(listed, looks, strict=True):
        now, at = dt.datetime.fromisoformat(session.now or START), post.at
        assert isinstance(at, dt.datetime)
        if look and at > now:
            told += session.advance(now + (at - now) / 2)
        told += session.take(post)
    return told


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_live_and_replayed_tell_the_same(data: st.DataObject) -> None:
    """The posts of a session, given to another one, bring the same events, however often time was looked at."""
    protocol = data.draw(protocols())
    listed = data.draw(posts(protocol))
    looks = data.draw(st.lists(st.booleans(), min_size=len(listed), max_size=len(listed)))
    with LiveSession(protocol, engine="own", now=START) as session, LiveSession(protocol, engine="own") as other:
        told = told_by(session, listed, looks)
        other.now = START
        assert [*other.replay(session.posts())] == told
        assert [*session.events()] == told
        assert [event_from_dict(event.to_dict()) for event in told] == told


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_updates_may_arrive_in_any_order(data: st.DataObject) -> None:
    """Revisions of an incident come to the same in whatever order they arrive, and however often."""
    protocol = data.draw(protocols().filter(lambda protocol: not protocol.patterns))
    listed = [
        Post({**data.draw(incidents(protocol, unknowns=0.6)), "id": "A-1"}, START, number) for number in range(1, 5)
    ]
    shuffled = data.draw(st.permutations([*listed, *listed]))
    with LiveSession(protocol, engine="own") as session, LiveSession(protocol, engine="own") as other:
        [*session.replay(listed)]
        [*other.replay(shuffled)]
        assert results(session) == results(other)


SMALL = protocol_from_text("""
protocol: small
time_zone: America/Los_Angeles
at: occurred_at
roles: {desk: {title: Desk}}
tiers: {watch: {}, help: {}, act: {}}
facts:
  harm: {type: scale, options: [none, injured, killed]}
  neighborhood: {type: text}
  occurred_at: {type: moment}
  story: {type: text, private: yes}
  age: {type: number, min: 0, max: 120}
patterns:
  cluster:
    where: harm >= injured
    same: [neighborhood]
    within: 14 days
rules:
  hurt: {when: harm >= injured, raise_to: help, because: Someone is hurt.}
  series: {when: cluster >= 3, raise_to: act, because: {en: A third one here., zh-Hant: 這裡第三宗。}}
  old: {when: now - occurred_at > 30 days, limit_to: help}
responses:
  visit: {owner: desk, when: harm >= injured, due: 24 hours after active, because: Nobody is left alone.}
  meeting: {owner: desk, when: tier >= act, due: 2 hours after occurred_at}
""")


def hurt(identity: str, day: int, **facts: Any) -> dict[str, Any]:
    """Someone is hurt on a day of February."""
    at = f"2026-02-{day:02}T09:00"
    return {"id": identity, "harm": "injured", "neighborhood": "Harbor", "occurred_at": at, **facts}


def kinds(events: tuple[Event, ...]) -> list[str]:
    """What events are, and about which incident."""
    return [f"{event.incident} {type(event).__name__}" for event in events]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_third_incident_completes_a_pattern(engine: Engine) -> None:
    """The third incident of a place within the window raises its own tier, and says with which others."""
    with LiveSession(SMALL, engine=engine) as session:
        session.post(hurt("A", 1), at="2026-02-01T10:00")
        session.post(hurt("B", 2), at="2026-02-02T10:00")
        session.post(hurt("elsewhere", 2, neighborhood="Hill"))
        events = session.post(hurt("C", 3), at="2026-02-02T11:00")
    tier, *_, pattern = events
    assert isinstance(tier, TierChanged)
    assert (tier.tier, [reason.name for reason in tier.because]) == ("act", ["series"])
    assert isinstance(pattern, PatternCompleted)
    assert (pattern.pattern, pattern.condition, pattern.least, pattern.incidents) == (
        "cluster",
        "cluster >= 3",
        3,
        ("A", "B"),
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_a_late_report_counts_for_those_after_it(engine: Engine) -> None:
    """An incident that is reported late completes the pattern of the one that happened last."""
    with LiveSession(SMALL, engine=engine) as session:
        session.post(hurt("C", 10), at="2026-02-10T10:00")
        session.post(hurt("B", 9))
        events = session.post(hurt("A", 8), at="2026-02-10T12:00")
        changed = [event for event in events if event.cause == "other incident"]
        assert kinds(tuple(changed))[0] == "C TierChanged"
        assert {event.incident for event in changed} == {"C"}
        corrected = session.post({"id": "A", "neighborhood": "Hill"})
    assert "C TierChanged" in kinds(corrected)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("days", "tier"), [((1, 5, 15), "act"), ((1, 5, 16), "help"), ((15, 15, 15), "act")])
def test_the_edges_of_a_window_count(engine: Engine, days: tuple[int, ...], tier: str) -> None:
    """What happened exactly fourteen days before counts, earlier does not; at the same moment, what arrived first."""
    listed = [hurt(f"{number}", day) for number, day in enumerate(days)]
    with LiveSession(SMALL, engine=engine, now="2026-02-20T10:00") as session:
        for post in listed:
            session.post(post)
        last = session.result("2")
        assert last.tier is not None
        assert last.tier.name == tier
        changes = [one for one in session.events() if one.incident == "2" and isinstance(one, TierChanged)]
        assert changes[-1].tier == tier
        assert not [one for one in session.events() if one.incident != "2" and getattr(one, "tier", "") == "act"]


def test_time_alone_brings_events() -> None:
    """A response is told an hour before it is due, once it is overdue, and no more once it is done."""
    with LiveSession(SMALL, engine="own") as session:
        session.post(hurt("A", 1), at="2026-02-01T10:00")
        assert session.advance("2026-02-02T08:59") == ()
        [due] = session.advance("2026-02-02T09:30")
        assert isinstance(due, ResponseDue)
        assert (due.at, due.due, due.owner) == ("2026-02-02T09:00-08:00", "2026-02-02T10:00-08:00", "desk")
        [overdue] = session.advance("2026-02-03T00:00")
        assert isinstance(overdue, ResponseOverdue)
        assert overdue.at == "2026-02-02T10:00-08:00"
        session.post(hurt("B", 3), at="2026-02-03T09:00")
        [done] = session.done("B", "visit")
        assert isinstance(done, ResponseDone)
        assert session.done("B", "visit") == ()
        assert session.advance("2026-02-28T00:00") == ()


def test_a_condition_on_now_changes_at_its_moment() -> None:
    """A limit that begins after thirty days is told at the very moment, however time was moved."""
    protocol = protocol_from_text(SMALL.sources[0].text.replace("limit_to: help", "limit_to: watch"))
    with LiveSession(protocol, engine="own") as session:
        session.post(hurt("A", 1), at="2026-02-01T10:00")
        changed = [event for event in session.advance("2026-06-01T00:00") if isinstance(event, TierChanged)]
    [event] = changed
    assert (event.cause, event.tier, event.at) == ("time", "watch", "2026-03-03T09:00:00.000001-08:00")


def test_the_same_twice_changes_nothing() -> None:
    """A revision that was posted before brings no events; one with other facts is refused."""
    with LiveSession(SMALL, engine="own") as session:
        assert session.post(hurt("A", 1), at="2026-02-01T10:00", revision=7)
        assert session.post(hurt("A", 1), at="2026-02-01T11:00", revision=7) == ()
        [refused] = session.post(hurt("A", 2), revision=7)
        assert isinstance(refused, IncidentRefused)
        assert refused.problems[0]["id"] == "RL103"
        assert session.post(hurt("A", 1), revision=8) == ()


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"id": "B", "harm": "hurt", "age": 200}, "RR503"),
        ({"id": "B", "age": 200}, "RR504"),
        ({"id": "B", "unknown": 1}, "RR501"),
        ({"harm": "injured"}, "RL102"),
        ({"id": "B", "story": 5}, "RR502"),
        ([1], "RL101"),
        ({"incident": {"id": "B"}, "revision": "two"}, "RL101"),
        ({"incident": {"id": "B"}, "at": "yesterday"}, "RR505"),
        ({"done": "visit", "incident": "nobody"}, "RL105"),
        ({"done": "visits", "incident": "A"}, "RL105"),
        ({"now": "2020-01-01T00:00"}, "RL204"),
    ],
)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_poisoned_post_harms_nothing_else(engine: Engine, given: Any, problem: str) -> None:
    """A bad post is refused with its reasons; everything else stands as it stood, and goes on."""
    with LiveSession(SMALL, engine=engine) as session:
        session.post(hurt("A", 1), at="2026-02-01T10:00")
        before, now = results(session), session.now
        [refused] = session.take(given)
        assert isinstance(refused, IncidentRefused)
        assert problem in [one["id"] for one in refused.problems]
        assert (results(session), session.now, len(session)) == (before, now, 1)
        assert "B TierChanged" in kinds(session.post(hurt("B", 1)))


def test_private_words_are_in_no_event() -> None:
    """What is said of a private fact comes into no event, also where it is refused."""
    with LiveSession(SMALL, engine="own") as session:
        session.post(hurt("A", 1, story="nobody should read this"), at="2026-02-01T10:00")
        session.post({"id": "B", "story": ["nobody should read this"]})
        assert "nobody" not in "".join(event.to_json() for event in session.events())


def test_a_protocol_that_asks_for_the_time_gets_it() -> None:
    """Without any time a post is refused where the protocol needs it; a clock gives it to all that state none."""
    with LiveSession(SMALL, engine="own") as session:
        [refused] = session.post(hurt("A", 1))
        assert isinstance(refused, IncidentRefused)
        assert refused.problems[0]["id"] == "RR506"
    with LiveSession(SMALL, engine="own", clock=lambda: "2026-02-01T10:00") as session:
        assert session.post(hurt("A", 1))[0].at == "2026-02-01T10:00-08:00"


@pytest.mark.parametrize("engine", ENGINES)
def test_eight_threads_lose_nothing(engine: Engine) -> None:
    """Eight threads that post at once leave every incident, and events without a gap."""
    before = threading.active_count()
    with LiveSession(SMALL, engine=engine, now="2026-02-01T10:00") as session:

        def work(number: int) -> None:
            for turn in range(12):
                session.post(hurt(f"{number}-{turn}", 1 + turn, neighborhood=f"N{turn % 3}"))
                session.post({"id": f"{number}-{turn}", "age": number})

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(session) == 96
        assert [event.number for event in session.events()] == [*range(1, session_size(session) + 1)]
        history = [{**session.result(identity).facts, "id": identity} for identity in session.incidents()]
        for facts in history[::9]:
            expected = SMALL.evaluate(facts, as_of=session.now, history=history)
            assert session.result(facts["id"]).to_dict()["tier"] == expected.to_dict()["tier"]
    assert threading.active_count() == before


def session_size(session: LiveSession) -> int:
    """How many events there are."""
    return sum(1 for _ in session.events())


def test_a_session_goes_on_where_it_ended(tmp_path: Path) -> None:
    """A file that is opened again holds all incidents, the time, the events, and what was told of responses."""
    file = tmp_path / "live.db"
    with LiveSession(SMALL, engine="own", path=file) as session:
        first = session.post(hurt("A", 1), at="2026-02-01T10:00")
    with LiveSession(SMALL, engine="durable", path=file) as session:
        assert (session.now, [*session.incidents()]) == ("2026-02-01T10:00-08:00", ["A"])
        assert [type(event) for event in session.advance("2026-02-02T09:30")] == [ResponseDue]
        assert [*session.events()][: len(first)] == [*first]
        assert next(session.events(after=len(first))).number == len(first) + 1


def test_the_same_call_again_after_a_stop(tmp_path: Path) -> None:
    """A session that is opened again with the time of its beginning stays at its own, later time."""
    for _ in range(2):
        with LiveSession(SMALL, engine="own", path=tmp_path / "live.db", now="2026-02-01T10:00") as session:
            session.advance("2026-02-03T10:00")


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """Where a post cannot be kept the session says so, and stands as it stood before."""
    with LiveSession(SMALL, engine="own", path=tmp_path / "live.db", now="2026-02-01T10:00") as session:
        session.post(hurt("A", 1))
        before = [*session.events()]
        [pages] = session._store.database.execute("PRAGMA page_count").fetchone()
        session._store.database.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(LiveError, match="RL202"):
            session.post(hurt("B", 2, story="words " * 5_000))
        assert ([*session.events()], [*session.incidents()]) == (before, ["A"])
        session._store.database.execute("PRAGMA max_page_count = 100000")
        assert session.post(hurt("B", 2))[0].number == len(before) + 1


def test_a_due_time_tells_no_private_fact() -> None:
    """When something is due that counts from a private moment is in no event."""
    text = SMALL.sources[0].text.replace("occurred_at: {type: moment}", "occurred_at: {type: moment, private: yes}")
    with LiveSession(protocol_from_text(text), engine="own") as session:
        for number in range(3):
            session.post(hurt(f"A{number}", 1), at="2026-02-01T10:00")
        meetings = [event for event in session.events() if getattr(event, "response", "") == "meeting"]
        assert [event.to_dict()["due"] for event in meetings] == [None] * len(meetings)
        assert meetings


def test_a_file_belongs_to_one_protocol_and_one_session(tmp_path: Path) -> None:
    """Another protocol, a second session at the same time, and a file that is no session are refused by name."""
    file = tmp_path / "live.db"
    with LiveSession(SMALL, engine="own", path=file), pytest.raises(LiveError, match="RL202"):
        LiveSession(SMALL, engine="own", path=file)
    with pytest.raises(LiveError, match="RL201"):
        LiveSession(CCSJ, engine="own", path=file)
    (tmp_path / "words.txt").write_text("no database at all, but quite some words " * 50, encoding="utf-8")
    with pytest.raises(LiveError, match="RL202"):
        LiveSession(SMALL, engine="own", path=tmp_path / "words.txt")
    with pytest.raises(LiveError, match="RL202"):
        LiveSession(SMALL, engine="own", path=tmp_path / "no" / "folder.db")


def test_a_closed_session_says_so() -> None:
    """A closed session takes nothing in; closing it once more is fine."""
    session = LiveSession(SMALL, engine="own")
    session.close()
    session.close()
    with pytest.raises(LiveError, match="RL203"):
        session.post(hurt("A", 1))


def test_time_does_not_go_back() -> None:
    """`now` set to an earlier moment is an error; a post that was learned earlier is taken in at the present time."""
    with LiveSession(SMALL, engine="own", now="2026-02-05T10:00") as session:
        with pytest.raises(LiveError, match="RL204"):
            session.now = "2026-02-01T10:00"
        assert session.post(hurt("A", 1), at="2026-02-01T10:00")[0].at == "2026-02-05T10:00-08:00"


WITHOUT = """
import sys
sys.modules["durable"] = None
sys.meta_path.insert(0, type("No", (), {"find_spec": staticmethod(
    lambda name, *_: (_ for _ in ()).throw(ModuleNotFoundError(name, name=name)) if name == "durable" else None)}))
del sys.modules["durable"]
from rapid_response import load_protocol
from rapid_response.live import LiveError, LiveSession
protocol = load_protocol("protocol_rules/ccsj")
try:
    LiveSession(protocol)
except LiveError as error:
    print(error)
print(LiveSession(protocol, engine="own").post({"id": "A"}, at="2026-02-01T10:00")[0].tier)
"""


def test_without_the_extra_it_says_which() -> None:
    """Where durable-rules is not installed the error names the extra and the other engine, which needs nothing."""
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True, cwd=HERE)
    assert "rapid-response[live]" in done.stdout
    assert done.stdout.endswith("monitor\n")


def test_every_problem_is_documented() -> None:
    """Every id of a problem is explained in docs/live.md."""
    documented = (HERE / "docs/live.md").read_text(encoding="utf-8")
    assert [problem for problem in CATALOGUE if f"| {problem} |" not in documented] == []
    assert [kind for kind in KINDS if f"`{kind}`" not in documented] == []
