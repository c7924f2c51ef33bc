"""A long session: incidents with updates by the hundred thousand, in bounded memory, with nothing lost."""

from __future__ import annotations

import datetime as dt
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from rapid_response import load_protocol
from rapid_response.live import LiveSession, Post, QuestionAnswered, TierChanged
from rapid_response.live.engines import Engine

PROTOCOL = Path(__file__).parents[2] / "protocol_rules/ccsj"
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MINUTES_APART = 10
UPDATED_EVERY = 2
SHOWN_EVERY = 20_000
MOST_MEGABYTES = 150
FEWEST_CHECKED = 200
FIRST: dict[str, tuple[object, ...]] = {
    "harm": ("none", "threatened", "injured", "seriously_injured", "killed"),
    "where_it_happened": ("san_francisco", "bay_area"),
    "setting": ("street", "transit", "business", "home"),
}
LATER: dict[str, tuple[object, ...]] = {
    "community_fear": ("calm", "worried"),
    "danger_to_others": ("over", "present"),
    "bias_signs": (True, False),
    "ties": (["chinese"], ["other_asian"], ["partner"], []),
}


def run(engine: Engine, seed: int, incidents: int) -> int:
    """Post that many incidents, with updates; how many things went wrong."""
    protocol = load_protocol(PROTOCOL)
    random = Random(seed)
    kinds: Counter[str] = Counter()
    before, began = _megabytes(), time.monotonic()
    with LiveSession(protocol, engine=engine) as session:
        for event in session.replay(_posts(random, incidents)):
            kinds[type(event).__name__] += 1
            if event.number % SHOWN_EVERY == 0:
                seconds = time.monotonic() - began
                print(f"{seconds:,.0f} s: {len(session):,} incidents, {event.number:,} events", file=sys.stderr)
        seconds, grown = time.monotonic() - began, _megabytes() - before
        wrong = _wrong(session, kinds, incidents, random)
    wrong += [f"{threading.active_count() - 1} threads were left"] if threading.active_count() > 1 else []
    wrong += [f"memory grew by {grown:.0f} MB"] if grown > MOST_MEGABYTES else []
    posts = incidents + incidents // UPDATED_EVERY
    told = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common())
    print(
        f"{engine}: {incidents:,} incidents in {posts:,} posts, {seconds:,.0f} s, {posts / seconds:,.0f} posts a "
        f"second; {grown:.0f} MB more memory; {told}; {len(wrong)} went wrong",
        *wrong,
        sep="\n",
        flush=True,
    )
    return len(wrong)


def _posts(random: Random, incidents: int) -> Iterator[Post]:
    """Incidents, some reported late, and for every second one an update an hour later."""
    for number in range(incidents + 6):
        at = START + dt.timedelta(minutes=MINUTES_APART * number)
        if number < incidents:
            late = dt.timedelta(days=3) if random.random() < 0.05 else dt.timedelta(0)
            facts = {name: random.choice(options) for name, options in FIRST.items()}
            yield Post({"id": f"I-{number}", "occurred_at": at - late, **facts}, at)
        if number >= 6 and number % UPDATED_EVERY == 0:
            facts = {name: random.choice(options) for name, options in LATER.items()}
            yield Post({"id": f"I-{number - 6}", **facts}, at)


def _wrong(session: LiveSession, kinds: Counter[str], incidents: int, random: Random) -> list[str]:
    """What was lost, or differs from single evaluation."""
    protocol, wrong = session.protocol, []
    if len(session) != incidents:
        wrong.append(f"{len(session)} incidents are there")
    answers = incidents // UPDATED_EVERY * len(LATER)
    few, many = kinds[TierChanged.__name__] < incidents, kinds[QuestionAnswered.__name__] > answers
    if few or many or kinds["IncidentRefused"]:
        wrong.append("there are too many events of a kind, or too few")
    for number in random.sample(range(incidents), min(incidents, FEWEST_CHECKED)):
        result = session.result(f"I-{number}")
        expected = protocol.evaluate({"id": f"I-{number}", **result.facts}, as_of=session.now)
        if result.to_dict() != expected.to_dict():
            wrong.append(f"I-{number} differs from single evaluation")
    return wrong


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
