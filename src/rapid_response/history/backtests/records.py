"""What a back-test found, as plain records."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from rapid_response.history.causes import Cause
from rapid_response.protocol.model import Text

Kind = Literal["same", "tier", "open", "reasons", "responses", "scope"]
RuleState = Literal["holds", "open", "does not hold"]
ResponseState = Literal["active", "open", "inactive"]
ScopeState = Literal["in", "unknown", "out"]

MOST_EXAMPLES = 3
"""How many incidents are listed at least of each change."""
RULE_STATES: tuple[RuleState, ...] = ("does not hold", "open", "holds")
RESPONSE_STATES: tuple[ResponseState, ...] = ("inactive", "open", "active")
SCOPE_STATES: tuple[ScopeState, ...] = ("in", "unknown", "out")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a version says of an incident: a tier where `lowest` is `highest`, else the range in which it is open."""

    lowest: str
    highest: str
    recommended: str | None

    @property
    def is_open(self) -> bool:
        """Whether more than one tier is possible, also under the assumptions."""
        return self.lowest != self.highest

    def __str__(self) -> str:
        return f"{self.lowest}..{self.highest}" if self.is_open else self.lowest


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that decided, why the protocol says so, and the conditions that made it hold."""

    rule: str
    effect: str
    because: Text
    conditions: tuple[Cause, ...]

    def to_dict(self) -> dict[str, Any]:
        """The reason as plain data, conditions as they stand in the protocol."""
        told = {"because": str(self.because), "conditions": [*map(str, self.conditions)]}
        return {"rule": self.rule, "effect": self.effect, **told}

    def __str__(self) -> str:
        return f"{self.rule} ({', '.join(map(str, self.conditions))})"


@dataclass(frozen=True, slots=True)
class RuleTurn:
    """A rule that made the difference: whether it held before and holds now, None in a version without it.

    `other_tier` says that it now asks for another tier.
    """

    rule: str
    before: RuleState | None
    after: RuleState | None
    other_tier: bool = False

    def __str__(self) -> str:
        told = f"{self.before or 'no such rule'} -> {self.after or 'no such rule'}"
        return f"{self.rule}: {told}{', another tier' if self.other_tier else ''}"


@dataclass(frozen=True, slots=True)
class ResponseTurn:
    """A response in another state; None in a version without it."""

    response: str
    before: ResponseState | None
    after: ResponseState | None

    def __str__(self) -> str:
        return f"{self.response}: {self.before or 'no such response'} -> {self.after or 'no such response'}"


@dataclass(frozen=True, slots=True)
class Change:
    """Something that comes out otherwise, in the same way and for the same reasons, for so many incidents.

    `kind` says what differs first: the `tier`; where a result is `open` the range or what is recommended; the `reasons`
    for the same tier; the `responses`; the `scope`. `turns` are the rules that made the difference.
    """

    number: int
    kind: Kind
    incidents: int
    before: Verdict
    after: Verdict
    reasons_before: tuple[Reason, ...]
    reasons_after: tuple[Reason, ...]
    turns: tuple[RuleTurn, ...]
    responses: tuple[ResponseTurn, ...]
    scope: tuple[ScopeState, ScopeState] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The change as plain data."""
        return {
            "number": self.number,
            "kind": self.kind,
            "incidents": self.incidents,
            "current": plain(self.before),
            "proposed": plain(self.after),
            "current_reasons": [reason.to_dict() for reason in self.reasons_before],
            "proposed_reasons": [reason.to_dict() for reason in self.reasons_after],
            "made_by": [plain(turn) for turn in self.turns],
            "responses": [plain(turn) for turn in self.responses],
            "scope": list(self.scope) if self.scope else None,
        }


@dataclass(frozen=True, slots=True)
class ChangedIncident:
    """An incident that comes out otherwise: its id, when it happened if that is known, and the number of its change."""

    id: str | int | None
    at: str | None
    change: int


@dataclass(frozen=True, slots=True)
class RuleCount:
    """In how many incidents a rule holds, decides and changes something.

    `old` and `new` are its names, None in a version without it. Pairs are (current, proposed). `starts` and `stops`
    count where it surely holds in one version and surely does not in the other; `raised` and `lowered` are incidents
    whose tier is higher or lower now, with this rule among those that made the difference; `changed` also counts tiers
    that cannot be ordered.
    """

    old: str | None
    new: str | None
    holds: tuple[int, int]
    is_open: tuple[int, int]
    decides: tuple[int, int]
    starts: int
    stops: int
    changed: int
    raised: int
    lowered: int

    @property
    def name(self) -> str:
        """What it is called now, or was called."""
        return self.new or self.old or ""


@dataclass(frozen=True, slots=True)
class ResponseCount:
    """How many incidents have a response in which state: `counts[before][after]`, inactive, open, active."""

    old: str | None
    new: str | None
    counts: tuple[tuple[int, ...], ...]

    @property
    def name(self) -> str:
        """What it is called now, or was called."""
        return self.new or self.old or ""

    @property
    def starts(self) -> int:
        """Incidents for which it is surely called for now and surely was not."""
        return self.counts[0][2]

    @property
    def stops(self) -> int:
        """Incidents for which it surely was called for and surely is not now."""
        return self.counts[2][0]

    @property
    def changed(self) -> int:
        """Incidents for which it is in another state."""
        return sum(map(sum, self.counts)) - sum(self.counts[state][state] for state in range(3))


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that open results wait for, and for how many; `recorded` says whether it is in any row of the past."""

    fact: str
    incidents: int
    recorded: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that was not compared: where it stands, in which version it does not fit, and why."""

    line: int
    unit: str
    version: Literal["both", "current", "proposed"]
    message: str


def plain(value: Any) -> Any:
    """A record as plain data: dictionaries and lists.

    >>> plain(Kept(3, "row", "both", "`old` is not a number"))["line"], plain((1, (2,)))
    (3, [1, [2]])
    """
    if is_dataclass(value):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    return [*map(plain, value)] if isinstance(value, tuple) else value
