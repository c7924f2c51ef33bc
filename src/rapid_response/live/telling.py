"""From where an incident stood and where it stands now to the events that tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.live.events import (
    Because,
    Cause,
    Event,
    QuestionAnswered,
    RangeChanged,
    ResponseActive,
    ResponseDue,
    ResponseDueChanged,
    ResponseEnded,
    ResponseEvent,
    ResponseOverdue,
    TierChanged,
)
from rapid_response.live.states import Activity, State, Told
from rapid_response.protocol.model import Protocol, Response
from rapid_response.protocol.values import moment_text


@dataclass
class Telling:
    """The events of one change, numbered from the last one before."""

    protocol: Protocol
    number: int
    now: int | None
    events: list[Event] = field(default_factory=list)

    def say(self, kind: type[Event], incident: str | None, cause: Cause, **said: Any) -> None:
        """Add an event."""
        self.number += 1
        at = self.text(self.now)
        self.events.append(kind(number=self.number, at=at, incident=incident, cause=cause, **said))

    def take_back(self, number: int, now: int | None) -> None:
        """Take back what was said after that number."""
        self.events = [event for event in self.events if event.number <= number]
        self.number, self.now = number, now

    def text(self, moment: int | None) -> str | None:
        """A moment as ISO text in the protocol's zone."""
        return None if moment is None else moment_text(moment, self.protocol.time_zone)

    def due(self, response: Response, moment: int | None) -> str | None:
        """When a response is due as ISO text, None also where that would tell a private fact."""
        fact = self.protocol.facts.get(response.due.after) if response.due else None
        return None if fact and fact.private else self.text(moment)

    def say_of_response(
        self, kind: type[ResponseEvent], about: About, name: str, activity: Activity, **said: Any
    ) -> None:
        """Add an event about a response."""
        response = self.protocol.responses[name]
        because = (Because(name, response.because.to_dict()),)
        due = self.due(response, activity.due)
        self.say(
            kind, about.incident, about.cause, response=name, owner=response.owner, due=due, because=because, **said
        )


@dataclass(frozen=True, slots=True)
class About:
    """The incident that events are about, and what they follow from."""

    incident: str
    cause: Cause


def tell(telling: Telling, about: About, result: Recommendation, before: State | None, after: State) -> None:
    """Say what is different: the tier or its range, and the responses."""
    if before is None or before.tier != after.tier:
        _tell_tier(telling, about, result, before, after)
    elif (before.lowest, before.highest, before.standing) != (after.lowest, after.highest, after.standing):
        _tell_range(telling, about, result, before, after)
    was: Mapping[str, Activity] = before.active if before else {}
    for name, activity in after.active.items():
        if name not in was:
            telling.say_of_response(ResponseActive, about, name, activity)
        elif was[name].due != activity.due:
            due = telling.due(telling.protocol.responses[name], was[name].due)
            telling.say_of_response(ResponseDueChanged, about, name, activity, was_due=due)
    for name, activity in was.items():
        if name not in after.active:
            telling.say_of_response(ResponseEnded, about, name, activity)


def tell_answers(telling: Telling, about: About, before: State, after: State, facts: Iterable[str]) -> None:
    """Say which facts were asked for, and are known now."""
    if before.standing != "settled":
        for fact in facts:
            telling.say(QuestionAnswered, about.incident, about.cause, fact=fact, standing=after.standing)


def tell_time(telling: Telling, about: About, state: State, notice: int) -> State:
    """Say what is due soon, and what was due; the state in which that has been told."""
    told = {name: _told(activity, telling.now, notice) for name, activity in state.active.items()}
    for name, activity in state.active.items():
        if told[name] != activity.told:
            kind = ResponseDue if told[name] == "due" else ResponseOverdue
            telling.say_of_response(kind, about, name, activity)
    active = {name: replace(activity, told=told[name]) for name, activity in state.active.items()}
    return replace(state, active=active)


def next_telling(state: State, notice: int) -> int | None:
    """When there is next something to tell of time, in microseconds."""
    moments = [
        activity.due - (notice if activity.told == "active" else 0)
        for activity in state.active.values()
        if activity.due is not None and activity.told in ("active", "due")
    ]
    return min(moments, default=None)


def _told(activity: Activity, now: int | None, notice: int) -> Told:
    if activity.due is None or now is None or activity.told in ("overdue", "done"):
        return activity.told
    if now >= activity.due:
        return "overdue"
    return "due" if now >= activity.due - notice else activity.told


def _tell_tier(telling: Telling, about: About, result: Recommendation, before: State | None, after: State) -> None:
    telling.say(
        TierChanged,
        about.incident,
        about.cause,
        was=before.tier if before else None,
        tier=after.tier,
        lowest=after.lowest,
        highest=after.highest,
        standing=after.standing,
        because=_deciding(result),
    )


def _tell_range(telling: Telling, about: About, result: Recommendation, before: State, after: State) -> None:
    telling.say(
        RangeChanged,
        about.incident,
        about.cause,
        tier=after.tier,
        was_lowest=before.lowest,
        was_highest=before.highest,
        was_standing=before.standing,
        lowest=after.lowest,
        highest=after.highest,
        standing=after.standing,
        because=_deciding(result),
    )


def _deciding(result: Recommendation) -> tuple[Because, ...]:
    return tuple(Because(rule.name, rule.because.to_dict()) for rule in result.deciding_rules)
