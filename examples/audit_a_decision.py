"""Use 3: years later, why was rapid response (not) activated? The decision log answers, from the record alone.

All of it is invented. A file name keeps the log: `python examples/audit_a_decision.py decisions.db`.
"""

import datetime as dt
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from rapid_response import load_incidents
from rapid_response.record import Decision, DecisionLog, ProtocolLibrary

HERE = Path(__file__).parent
LIBRARY = ProtocolLibrary(HERE.parent / "protocol_rules")
TIMES = ["01-28T09:40", "01-28T10:00", "02-10T23:00", "02-12T08:30", "04-07T23:10", "04-08T01:20", "04-08T07:30"]
CLOCK = iter(f"2026-{time}" for time in [*TIMES, "04-08T10:15"])


def clock() -> dt.datetime:
    """The times at which things were recorded, one after the other; without a clock of its own a log takes now."""
    return dt.datetime.fromisoformat(next(CLOCK)).replace(tzinfo=ZoneInfo("America/Los_Angeles"))


def decide(log: DecisionLog, name: str, as_of: str) -> Decision:
    """Decide on an example incident under the version in force at that time."""
    protocol = LIBRARY.in_force(on=as_of)
    [given] = load_incidents(protocol, HERE / "incidents" / f"{name}.yaml")
    return log.decide(protocol, given.facts, by="Night line", as_of=as_of)


def write(log: DecisionLog) -> Decision:
    """A winter and a spring: three incidents, and what people decided. The last recommendation is given back."""
    window = decide(log, "06-broken-shop-window", "2026-01-28T09:40")
    log.override(window.id, tier="support", by="Director", reason="The owner is alone and afraid to open the shop.")
    stabbing = decide(log, "01-stabbing-in-chinatown", "2026-02-10T23:00")
    log.confirm(stabbing.id, by="Director")
    heard = decide(log, "12-first-call", "2026-04-07T23:10")
    seen = {"value": "seriously_injured", "source": "A nurse", "verified": False}
    attack = {"harm": seen, "what_happened": ["stabbing"], "ties": ["chinese"], "certainty": "reported"}
    known = {**attack, "bias_signs": True, "core_team_available": True}
    grave = log.update(heard.id, known, by="Night line", as_of="2026-04-08T01:20")
    wishes = {
        "public_wish": "declined",
        "danger_to_others": "over",
        "community_fear": "worried",
        "part_of_series": False,
    }
    quiet = log.update(grave.id, wishes, by="Victim services", as_of="2026-04-08T07:30")
    log.confirm(quiet.id, by="Director")
    return quiet


with TemporaryDirectory() as folder:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder) / "decisions.db"
    with DecisionLog.open(path, origin="example.org/decisions", clock=clock) as log:
        decision = write(log)
        print(f"{decision.incident}: {decision.outcome.tier}, {decision.outcome.standing}\n\nWhy not activate?")
        answer = log.result(decision).why_not("activate")
        for limit in answer.limits:
            print(f"  {limit.name} ({limit.place}): {limit.because}")
        for change in answer.changes:
            print(f"  It would have been so with {dict(change.facts)}.")
        print(f"\nThe log fits: {log.verify().fine}. Keep this elsewhere:\n{log.checkpoint()}")
