"""Incidents as people give them, and times of evaluation, for any protocol."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.testing import times
from rapid_response.testing.choices import Choices, Seeded
from rapid_response.testing.sentences import TEXTS


def incident(choices: Choices, protocol: Protocol, unknowns: int) -> dict[str, Any]:
    """An incident in which about `unknowns` of a hundred facts are not known."""
    often, highest = (60, 4) if protocol.patterns else (20, 999)
    given: dict[str, Any] = {"id": choices.integer(1, highest)} if choices.chance(often) else {}
    for fact in protocol.facts.values():
        value = _answer_in(choices, protocol, fact) if choices.chance(100 - unknowns) else None
        if value is not None or choices.chance(10):
            given[fact.name] = _detailed(choices, value) if choices.chance(10) else value
    return given


def _answer_in(choices: Choices, protocol: Protocol, fact: Fact) -> Any:
    """A known value of a fact. Where there are patterns, incidents mostly happen where and when they meet in one."""
    patterns = protocol.patterns.values()
    if not patterns or choices.chance(20):
        return answer(choices, fact, protocol.time_zone)
    if fact.name == protocol.at:
        moment = times.in_step(choices, [int(pattern.within.value) for pattern in patterns])
        return times.moment_words(choices, moment, protocol.time_zone)
    meet = any(fact.name in pattern.same for pattern in patterns)
    return answer(Seeded(fact.name) if meet else choices, fact, protocol.time_zone)


def history(choices: Choices, protocol: Protocol, unknowns: int) -> list[dict[str, Any]] | None:
    """Past incidents, in which patterns are counted; seldom none, and only where there are patterns."""
    if not protocol.patterns or choices.chance(15):
        return None
    return [incident(choices, protocol, unknowns) for _ in range(choices.integer(0, 4))]


def as_of(choices: Choices, protocol: Protocol) -> str | dt.datetime | None:
    """A time of evaluation; seldom none, where the protocol does without."""
    if not protocol.needs_now and choices.chance(20):
        return None
    moment = times.instant(choices)
    return moment if choices.chance(20) else times.moment_words(choices, moment, protocol.time_zone)


def answer(choices: Choices, fact: Fact, zone: str | None) -> Any:
    """A known value of a fact."""
    kind = fact.type
    match kind.name:
        case "yes_no":
            return choices.pick((False, True))
        case "scale" | "choice":
            return choices.pick(kind.options)
        case "choices":
            chosen = choices.subset(kind.options)
            return choices.pick((chosen, tuple(chosen), set(chosen)))
        case "number":
            return _number(choices, kind)
        case "moment":
            return _moment(choices, zone)
        case "date":
            day = times.day(choices, far=True)
            return day if choices.chance(30) else day.isoformat()
        case _:
            return choices.pick(TEXTS)


def _number(choices: Choices, kind: Type) -> int | float | Decimal:
    unit = 10**kind.places
    low, high = int(kind.low), int(kind.high)
    if choices.chance(5):
        number = choices.pick((low, high))
    else:
        low = max(low, -20 * unit) if high >= -20 * unit else low
        number = choices.integer(low, max(low, min(high, 130 * unit)))
        number = number - number % unit if choices.chance(40) and number - number % unit >= low else number
    exact = Decimal(number).scaleb(-kind.places)
    if exact == exact.to_integral_value() and choices.chance(80):
        return int(exact)
    return float(exact) if Decimal(repr(float(exact))) == exact and choices.chance(50) else exact


def _moment(choices: Choices, zone: str | None) -> str | dt.datetime:
    moment = times.instant(choices, far=True)
    if choices.chance(20):
        return moment.astimezone(ZoneInfo(zone)) if zone else moment
    return times.moment_words(choices, moment, zone)


def _detailed(choices: Choices, value: Any) -> Mapping[str, Any]:
    details = {"source": "a neighbor", "as_of": "2026-02-01T10:00Z", "verified": choices.pick((False, True))}
    return {"value": value, **{key: details[key] for key in choices.subset(list(details))}}
