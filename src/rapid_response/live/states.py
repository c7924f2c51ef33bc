"""Where an incident stands, in as much as events tell of it, as plain data to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rapid_response.evaluation.explaining import due_moment
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.live.events import Standing
from rapid_response.protocol.model import Response

Told = Literal["active", "due", "overdue", "done"]


@dataclass(frozen=True, slots=True)
class Activity:
    """An active response: since when, when it is due (microseconds, None where unknown), what was last told of it."""

    since: int | None
    due: int | None
    told: Told = "active"


@dataclass(frozen=True, slots=True)
class State:
    """The tier and what is possible, the active responses, and the conditions on patterns that hold.

    At `change` (microseconds) a condition on `now` may come out differently, None where none will.
    """

    tier: str | None
    lowest: str
    highest: str
    standing: Standing
    active: Mapping[str, Activity]
    completed: tuple[str, ...] = ()
    change: int | None = None

    def to_plain(self) -> dict[str, Any]:
        """The state as plain data."""
        active = {name: [one.since, one.due, one.told] for name, one in self.active.items()}
        return {
            "tier": self.tier,
            "range": [self.lowest, self.highest, self.standing],
            "active": active,
            "completed": self.completed,
            "change": self.change,
        }


def state_from_plain(plain: Mapping[str, Any]) -> State | None:
    """The state that `to_plain` was called on, None where there is none yet."""
    if not plain:
        return None
    active = {name: Activity(*one) for name, one in plain["active"].items()}
    lowest, highest, standing = plain["range"]
    return State(plain["tier"], lowest, highest, standing, active, tuple(plain["completed"]), plain["change"])


def state_of(result: Recommendation, before: State | None) -> State:
    """Where an incident stands; what is active stays so since when it became it, and what was told of it is kept."""
    was = before.active if before else {}
    states = result.response_states
    active = {
        response.name: _activity(response, result, was.get(response.name))
        for response in result.protocol.responses.values()
        if states[response.name] == "active"
    }
    tier = result.tier.name if result.tier else None
    return State(tier, result.lowest.name, result.highest.name, result.standing, active)


def _activity(response: Response, result: Recommendation, was: Activity | None) -> Activity:
    since = was.since if was else result.now
    due = _due(response, result, since)
    if was and (was.due == due or was.told == "done"):
        return Activity(since, due, was.told)
    return Activity(since, due)


def _due(response: Response, result: Recommendation, since: int | None) -> int | None:
    """When a response is due. Both `active` and `now` are the moment it became active, which stays as it is."""
    due = response.due
    if due is None:
        return None
    facts = dict(zip(result.protocol.facts, result.incident.facts, strict=True))
    start = since if due.after in ("now", "active") else facts[due.after]
    return None if start is None else due_moment(due, int(start), result.protocol.time_zone)
