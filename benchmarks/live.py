"""Incidents as they arrive: a session with durable-rules, one without it, and single evaluation in a loop.

    python -m benchmarks.live [--rounds 5] [--incidents 300]

All take the same posts: an incident of which part is known, and an update with the rest, at the times at which they
were learned. Each way is asked for the tiers in the end, which are compared before anything is timed. Then, in each
round, each way is timed straight after the loop, with garbage collection off, in processor time. Shown are medians.
"""

import argparse
import datetime as dt
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.incidents import incidents
from rapid_response import Protocol, load_protocol
from rapid_response.live import LiveSession, Post
from rapid_response.live.durable.programs import forget

PROTOCOL = Path(__file__).with_name("protocol.yaml")
START = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
Tiers = dict[str, tuple[str, str]]
Way = Callable[[list[Post]], Tiers]


def main() -> None:
    """Compare, time and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--incidents", type=int, default=300)
    options = parser.parse_args()
    protocol = load_protocol(PROTOCOL)
    posts = [*_posts(options.incidents)]
    ways = _ways(protocol)
    answers = {name: way(posts) for name, way in ways.items()}
    assert len({str(answer) for answer in answers.values()}) == 1, "they do not agree"
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.rounds):
        for name, way in ways.items():
            times[name].append(_seconds(way, posts) / len(posts))
    floor = statistics.median(times["single evaluation in a loop"])
    print(f"{options.incidents} incidents, {len(posts)} posts, {options.rounds} rounds\n")
    print("| | µs a post | times the loop |")
    print("| --- | ---: | ---: |")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"| {name} | {median * 1e6:,.0f} | {median / floor:.1f} |")


def _ways(protocol: Protocol) -> dict[str, Way]:
    return {
        "single evaluation in a loop": lambda posts: _loop(protocol, posts),
        "the same, with the responses": lambda posts: _loop(protocol, posts, responses=True),
        "session, own engine": lambda posts: _session(protocol, posts, engine="own"),
        "session, durable-rules, every incident unlike those before": lambda posts: _unlike(protocol, posts),
        "session, durable-rules, all alike to some before": lambda posts: _session(protocol, posts, engine="durable"),
        "session, own engine, kept in a file post by post": lambda posts: _kept(protocol, posts),
    }


def _loop(protocol: Protocol, posts: list[Post], responses: bool = False) -> Tiers:
    """What a program would do by itself: merge what is known, evaluate, remember the outcome."""
    known: dict[str, dict[str, Any]] = {}
    tiers: Tiers = {}
    for post in posts:
        identity = post.incident["id"]
        facts = known[identity] = {**known.get(identity, {}), **post.incident}
        result = protocol.evaluate(facts, as_of=post.at)
        tiers[identity] = result.lowest.name, result.highest.name
        if responses:
            assert result.response_states is not None
            assert result.tier is not None
    return tiers


def _session(protocol: Protocol, posts: list[Post], **options: Any) -> Tiers:
    with LiveSession(protocol, **options) as session:
        for _ in session.replay(posts):
            pass
        return {identity: _range(session, identity) for identity in session.incidents()}


def _unlike(protocol: Protocol, posts: list[Post]) -> Tiers:
    """With nothing remembered of earlier rounds (see `programs`)."""
    forget(protocol)
    return _session(protocol, posts, engine="durable")


def _kept(protocol: Protocol, posts: list[Post]) -> Tiers:
    with tempfile.TemporaryDirectory() as folder, LiveSession(protocol, engine="own", path=f"{folder}/s.db") as session:
        for post in posts:
            session.take(post)
        return {identity: _range(session, identity) for identity in session.incidents()}


def _range(session: LiveSession, identity: str) -> tuple[str, str]:
    result = session.result(identity)
    return result.lowest.name, result.highest.name


def _seconds(way: Way, posts: list[Post]) -> float:
    gc.collect()
    gc.disable()
    began = time.process_time()
    way(posts)
    seconds = time.process_time() - began
    gc.enable()
    return seconds


def _posts(count: int) -> Iterator[Post]:
    """Each incident with about half of its facts, and an update with the others."""
    random = Random(20260201)
    for number, facts in enumerate(incidents(count)):
        first = {name: value for name, value in facts.items() if random.random() < 0.5}
        at = START + dt.timedelta(minutes=10 * number)
        yield Post({"id": f"I-{number}", **first}, at)
        yield Post({"id": f"I-{number}", **{name: facts[name] for name in facts if name not in first}}, at)


if __name__ == "__main__":
    main()
