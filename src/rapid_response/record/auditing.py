"""A period of the log in figures: how many cases, which tiers, what people decided otherwise, and how quickly."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapid_response.evaluation.outcomes import Standing
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.values import EPOCH, MICROSECOND, Unfit, encode
from rapid_response.record.cases import recorded_before
from rapid_response.record.checkpoint import Checkpoint
from rapid_response.record.entries import Confirmation, Decision, Erasure, Override
from rapid_response.record.log import DecisionLog

WITHIN = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Overridden:
    """A recommendation that people decided otherwise; `deciding` are the rules that it came from."""

    incident: str
    override: Override
    deciding: tuple[str, ...]
    protocol: Protocol = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One incident in a period: when it happened, what was recommended first and last, what people decided and when.

    `happened` is None where the time is not known or not to be shown; `decided` the tier that people last decided on,
    None where they have not; `first_word` when they first did.
    """

    incident: str
    last: int
    happened: dt.datetime | None
    recorded: dt.datetime
    tier: str | None
    standing: Standing
    decided: str | None = None
    overridden: bool = False
    first_word: dt.datetime | None = None

    @property
    def until_recorded(self) -> dt.timedelta | None:
        """From the incident to the first recommendation on record; None where its time is not known."""
        return self.recorded - self.happened if self.happened else None

    @property
    def until_decided(self) -> dt.timedelta | None:
        """From the incident to the first decision of people; None where its time is not known, or there is none."""
        return self.first_word - self.happened if self.happened and self.first_word else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """A period of the log. Cases are the incidents whose first decision was recorded in it.

    All that was recommended about them counts, and what people last said of it, whenever that was. `deciding` says how
    often each rule was among those that decided a recommendation, `overridden` how often people then decided otherwise.
    `erased` counts erasures recorded in the period, whenever the incident was. `protocols` are those used, the last
    used last; `checkpoint` is the state of the log that this was read from.
    """

    since: dt.datetime | None
    until: dt.datetime | None
    checkpoint: Checkpoint
    protocols: tuple[Protocol, ...] = field(repr=False)
    cases: tuple[Case, ...]
    overrides: tuple[Overridden, ...]
    decisions: int
    confirmations: int
    erased: int
    deciding: Mapping[str, int]

    @property
    def overridden(self) -> Counter[str]:
        """How often people decided otherwise than a recommendation that the rule had decided."""
        return Counter(name for override in self.overrides for name in override.deciding)

    def late(self, within: dt.timedelta = WITHIN) -> tuple[Case, ...]:
        """The cases that people decided on later than that after the incident, the latest first."""
        late = [case for case in self.cases if case.until_decided and case.until_decided > within]
        return tuple(sorted(late, key=lambda case: case.until_decided or within, reverse=True))

    def to_dict(self) -> dict[str, Any]:
        """The figures as plain data; times as ISO text, lengths of time in hours."""
        return {
            "since": _iso(self.since),
            "until": _iso(self.until),
            "checkpoint": str(self.checkpoint).splitlines(),
            "decisions": self.decisions,
            "confirmations": self.confirmations,
            "erased": self.erased,
            "cases": [_case(case) for case in self.cases],
            "overrides": [_override(override) for override in self.overrides],
            "deciding": dict(self.deciding),
            "overridden": dict(self.overridden),
        }


def audit(
    log: DecisionLog, *, since: dt.datetime | None = None, until: dt.datetime | None = None, private: bool = False
) -> Audit:
    """The figures of a period, from `since` up to but without `until` (aware datetimes; None: without an end).

    One pass over the log; of each incident a few figures are held. `private` reads the time of an incident where the
    protocol keeps it private. Raises RecordError.

    >>> from tempfile import TemporaryDirectory
    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> with TemporaryDirectory() as folder, DecisionLog.open(f"{folder}/decisions.db") as log:
    ...     decision = log.decide(protocol, {"id": "A-1", "harm": "none"}, by="Night line", as_of="2026-02-01T09:00")
    ...     [(case.incident, case.tier, case.decided) for case in audit(log).cases]
    [('A-1', 'monitor', None)]
    """
    gathering = _Gathering(log, until)
    checkpoint = log.checkpoint()
    for entry in log.entries(since=since, last=checkpoint.size, private=private):
        match entry:
            case Decision():
                gathering.decision(entry)
            case Confirmation() | Override():
                gathering.word(entry)
            case Erasure() if until is None or entry.at < until:
                gathering.erased += 1
            case _:
                pass
    if since is not None:
        gathering.leave_out(recorded_before(log.store, gathering.cases, since))
    return Audit(
        since=since,
        until=until,
        checkpoint=checkpoint,
        protocols=gathering.protocols(),
        cases=tuple(Case(**case) for case in gathering.cases.values()),
        overrides=tuple(gathering.overrides()),
        decisions=len(gathering.decisions),
        confirmations=sum(isinstance(word, Confirmation) for word in gathering.words.values()),
        erased=gathering.erased,
        deciding=Counter(name for made in gathering.decisions.values() for name in made.deciding),
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """What an audit keeps of a decision."""

    incident: str
    deciding: tuple[str, ...]
    protocol: Protocol


@dataclass
class _Gathering:
    log: DecisionLog
    until: dt.datetime | None
    cases: dict[str, dict[str, Any]] = field(default_factory=dict)
    decisions: dict[int, _Made] = field(default_factory=dict)
    words: dict[int, Confirmation | Override] = field(default_factory=dict)
    erased: int = 0

    def decision(self, entry: Decision) -> None:
        if self.until and entry.at >= self.until and entry.incident not in self.cases:
            return
        protocol = self.log.protocol(entry)
        self.decisions[entry.id] = _Made(entry.incident, entry.outcome.deciding, protocol)
        case = self.cases.setdefault(entry.incident, {"incident": entry.incident, "recorded": entry.at})
        happened = happened_at(entry, protocol) or case.get("happened")
        case |= {"last": entry.id, "happened": happened}
        case |= {"tier": entry.outcome.tier, "standing": entry.outcome.standing}

    def word(self, entry: Confirmation | Override) -> None:
        if entry.decision in self.decisions:
            self.words[entry.decision] = entry
            case = self.cases[entry.incident]
            case.setdefault("first_word", entry.at)
            case |= {"decided": entry.tier, "overridden": isinstance(entry, Override)}

    def leave_out(self, incidents: Collection[str]) -> None:
        """Leave out incidents that belong to another period."""
        self.cases = {name: case for name, case in self.cases.items() if name not in incidents}
        self.decisions = {entry: made for entry, made in self.decisions.items() if made.incident in self.cases}
        self.words = {entry: word for entry, word in self.words.items() if entry in self.decisions}

    def protocols(self) -> tuple[Protocol, ...]:
        """Those used, the last used last."""
        last_first = {made.protocol.fingerprint: made.protocol for made in reversed(self.decisions.values())}
        return tuple(reversed(last_first.values()))

    def overrides(self) -> Iterator[Overridden]:
        for number, word in self.words.items():
            if isinstance(word, Override):
                made = self.decisions[number]
                yield Overridden(word.incident, word, made.deciding, made.protocol)


def happened_at(decision: Decision, protocol: Protocol) -> dt.datetime | None:
    """When the incident of a decision happened, by the fact that the protocol names with `at`."""
    value = decision.facts.get(protocol.at or "", {}).get("value")
    try:
        return EPOCH + int(encode(Type("moment"), value, protocol.time_zone)) * MICROSECOND if value else None
    except Unfit:
        return None


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _hours(length: dt.timedelta | None) -> float | None:
    return None if length is None else round(length / dt.timedelta(hours=1), 2)


def _case(case: Case) -> dict[str, Any]:
    return {
        "incident": case.incident,
        "last": case.last,
        "happened": _iso(case.happened),
        "recorded": _iso(case.recorded),
        "tier": case.tier,
        "standing": case.standing,
        "decided": case.decided,
        "overridden": case.overridden,
        "first_word": _iso(case.first_word),
        "hours_until_recorded": _hours(case.until_recorded),
        "hours_until_decided": _hours(case.until_decided),
    }


def _override(found: Overridden) -> dict[str, Any]:
    override = found.override
    return {
        "incident": found.incident,
        "decision": override.decision,
        "at": _iso(override.at),
        "by": override.by,
        "recommended": override.recommended,
        "decided": override.tier,
        "reason": override.reason,
        "deciding": list(found.deciding),
    }
