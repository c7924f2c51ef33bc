"""Replaying a log: every decision evaluated again under its own protocol, or under another one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from rapid_response.errors import RapidResponseError
from rapid_response.evaluation.recommendation import SEMANTICS
from rapid_response.protocol.model import Protocol
from rapid_response.record.entries import Decision
from rapid_response.record.facts import given_again
from rapid_response.record.log import DecisionLog
from rapid_response.record.outcomes import Outcome, outcome_of
from rapid_response.record.past import evaluate_again

CameOut = Literal["same", "differs", "erased", "sealed", "unusable"]
Watcher = Callable[[int, int], None]
"""Told how many entries of how many have been read."""

MOST_KEPT = 1000
TOLD_EVERY = 1000
_GONE: dict[str, CameOut] = {"erased": "erased", "sealed": "sealed"}


@dataclass(frozen=True, slots=True)
class Replayed:
    """How one decision came out again.

    `differs` names what is another now, as recorded and as it came out; `problem` says why it cannot be evaluated.
    """

    decision: int
    incident: str
    state: CameOut
    semantics: int
    differs: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    problem: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return {
            "decision": self.decision,
            "incident": self.incident,
            "state": self.state,
            "semantics": self.semantics,
            "differs": {name: {"recorded": was, "now": now} for name, (was, now) in self.differs.items()},
            "problem": self.problem,
        }


@dataclass(frozen=True, slots=True)
class Replay:
    """What replaying a log came to: counts, and the first thousand decisions that did not come out the same.

    `older` counts decisions recorded under other semantics than `SEMANTICS`. `unreadable` are the entries that were
    changed until they cannot be read any more.
    """

    counts: Mapping[CameOut, int]
    older: int
    others: tuple[Replayed, ...]
    unreadable: tuple[int, ...]

    @property
    def fine(self) -> bool:
        """Whether every decision that can be evaluated came out the same, byte for byte."""
        return not (self.counts["differs"] or self.counts["unusable"] or self.unreadable)

    @property
    def decisions(self) -> int:
        """How many decisions the log holds."""
        return sum(self.counts.values())

    def to_dict(self) -> dict[str, Any]:
        """The counts and decisions as plain data."""
        return {
            "fine": self.fine,
            "decisions": self.decisions,
            "semantics": SEMANTICS,
            "other_semantics": self.older,
            "counts": dict(self.counts),
            "others": [replayed.to_dict() for replayed in self.others],
            "unreadable": list(self.unreadable),
        }


def replay(log: DecisionLog, watcher: Watcher | None = None) -> Replay:
    """Evaluate every decision again under its own protocol, and compare byte for byte what comes out.

    Reads the log once, in bounded memory. Those whose private facts were erased, or whose key is not here, are counted
    apart. Raises RecordError where the log cannot be read.

    >>> from rapid_response import load_protocol
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, DecisionLog.open(f"{folder}/decisions.db") as log:
    ...     made = log.decide(load_protocol("protocol_rules/ccsj"), {"harm": "injured"}, by="Night line")
    ...     replay(log).counts["same"]
    1
    """
    counts: dict[CameOut, int] = dict.fromkeys(("same", "differs", "erased", "sealed", "unusable"), 0)
    others: list[Replayed] = []
    unreadable: list[int] = []
    older = 0
    for decision in _decisions(log, watcher, unreadable):
        found = _replayed(log, decision)
        counts[found.state] += 1
        older += found.semantics != SEMANTICS
        if found.state != "same" and len(others) < MOST_KEPT:
            others.append(found)
    return Replay(counts, older, tuple(others), tuple(unreadable))


def _decisions(log: DecisionLog, watcher: Watcher | None, unreadable: list[int]) -> Iterator[Decision]:
    every = len(log)
    for entry in log.entries(last=every, private=True, unreadable=unreadable):
        if watcher and (entry.id % TOLD_EVERY == 0 or entry.id == every):
            watcher(entry.id, every)
        if isinstance(entry, Decision):
            yield entry


def _replayed(log: DecisionLog, decision: Decision) -> Replayed:
    about = decision.id, decision.incident
    if decision.opened in _GONE:
        return Replayed(*about, _GONE[decision.opened], decision.semantics)
    try:
        outcome = outcome_of(log.result(decision))
    except RapidResponseError as error:
        return Replayed(*about, "unusable", decision.semantics, problem=error.problems[0].message)
    if outcome.to_bytes() == decision.outcome.to_bytes():
        return Replayed(*about, "same", decision.semantics)
    return Replayed(*about, "differs", decision.semantics, dict(_differences(decision.outcome, outcome)))


def _differences(recorded: Outcome, now: Outcome) -> Iterator[tuple[str, tuple[Any, Any]]]:
    was, comes = (json.loads(outcome.to_bytes()) for outcome in (recorded, now))
    for name in was:
        if was[name] != comes[name]:
            yield name, (was[name], comes[name])


# Under another protocol


@dataclass(frozen=True, slots=True)
class Changed:
    """A decision that would have been another under the other protocol, and the rules that would have decided it."""

    decision: int
    incident: str
    recorded: Outcome = field(repr=False)
    now: Outcome = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The change as plain data."""
        return {
            "decision": self.decision,
            "incident": self.incident,
            "recorded": _tiers(self.recorded),
            "now": _tiers(self.now),
        }


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What another protocol would have said of every decision on record.

    `transitions` counts recommended tiers, from and to; `changed` holds the first thousand decisions of which the tier
    or the range would have been another. `unfit` counts those that cannot be asked, by the reason: mostly as the other
    protocol does not take their facts. `gone` counts those whose private facts are erased or sealed; `unreadable` are
    the entries that were changed until they cannot be read any more.
    """

    protocol: Protocol = field(repr=False)
    transitions: Mapping[tuple[str | None, str | None], int]
    changes: int
    changed: tuple[Changed, ...]
    unfit: Mapping[str, int]
    gone: int
    unreadable: tuple[int, ...]

    @property
    def compared(self) -> int:
        """How many decisions could be asked under the other protocol."""
        return sum(self.transitions.values())

    def to_dict(self) -> dict[str, Any]:
        """The counts and changes as plain data."""
        return {
            "protocol": {
                "name": self.protocol.name,
                "version": self.protocol.version,
                "fingerprint": self.protocol.fingerprint,
            },
            "compared": self.compared,
            "changes": self.changes,
            "transitions": [
                {"recorded": was, "now": now, "decisions": count} for (was, now), count in self.transitions.items()
            ],
            "changed": [change.to_dict() for change in self.changed],
            "unfit": dict(self.unfit),
            "gone": self.gone,
            "unreadable": list(self.unreadable),
        }


def replay_under(log: DecisionLog, protocol: Protocol, watcher: Watcher | None = None) -> Counterfactual:
    """What that protocol would have said of every decision, from the facts then known and as of the same time.

    Patterns are taken as they were counted then where it has the same ones, else they are not known.

    >>> from tempfile import TemporaryDirectory
    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> with TemporaryDirectory() as folder, DecisionLog.open(f"{folder}/decisions.db") as log:
    ...     decision = log.decide(protocol, {"id": "A-1", "harm": "none"}, by="Night line", as_of="2026-02-01T09:00")
    ...     replay_under(log, protocol).changes
    0
    """
    transitions: Counter[tuple[str | None, str | None]] = Counter()
    unfit: Counter[str] = Counter()
    changed: list[Changed] = []
    unreadable: list[int] = []
    changes = gone = 0
    for decision in _decisions(log, watcher, unreadable):
        if decision.opened in _GONE:
            gone += 1
            continue
        try:
            now = _under(protocol, decision, log.protocol(decision))
        except RapidResponseError as error:
            unfit[error.problems[0].message] += 1
            continue
        transitions[decision.outcome.tier, now.tier] += 1
        if _tiers(decision.outcome) != _tiers(now):
            changes += 1
            if len(changed) < MOST_KEPT:
                changed.append(Changed(decision.id, decision.incident, decision.outcome, now))
    return Counterfactual(protocol, transitions, changes, tuple(changed), unfit, gone, tuple(unreadable))


def _under(protocol: Protocol, decision: Decision, own: Protocol) -> Outcome:
    """What the protocol says of the facts of a decision, its patterns taken as counted where they are the same."""
    alike = decision.patterns is not None and protocol.patterns == own.patterns
    facts = given_again(protocol, decision.facts)
    return outcome_of(evaluate_again(protocol, facts, decision.as_of, decision.patterns if alike else None))


def _tiers(outcome: Outcome) -> dict[str, Any]:
    return {"tier": outcome.tier, "lowest": outcome.lowest, "highest": outcome.highest}
