"""Scenarios as checked records: an incident, and claims about what the protocol says of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rapid_response.errors import RapidResponseError
from rapid_response.evaluation.incidents import Incident
from rapid_response.evaluation.patterns import Past
from rapid_response.protocol.problems import Span

NOTHING = "nothing"
"""What `tier` says where no tier is recommended, and `ask_first` where nothing is left to ask."""

LONGEST_NAME = 200
"""So many characters the name of a scenario has at most."""

ClaimKind = Literal[
    "tier",
    "lowest",
    "highest",
    "standing",
    "scope",
    "measure",
    "criterion",
    "rule",
    "response",
    "assumption",
    "ask_first",
]


class ScenarioError(RapidResponseError):
    """Scenario files that cannot be run: their shape, a name the protocol does not have, an incident that does not fit.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.scenarios.reading import scenarios_from_text
    >>> protocol = protocol_from_text("protocol: p\\ntiers: {low: {}, high: {}}")
    >>> try:
    ...     scenarios_from_text(protocol, "scenarios: [{name: a, incident: {}, expect: {tier: hihg}}]")
    ... except ScenarioError as error:
    ...     print([problem.id for problem in error.problems])
    ['RR301']
    """


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a scenario expects.

    `name` is that of the measure, criterion, rule, response or assumption, empty for the others. `expected` holds one
    word or number as text, the two ends of a range, or all options that are still possible.
    """

    kind: ClaimKind
    name: str
    expected: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Scenario:
    """An incident at a time, and what is expected of the protocol. `now` is in microseconds since 1970-01-01 UTC.

    `past` are the incidents in which patterns are counted, None where no history is given.
    """

    name: str
    incident: Incident
    now: int | None
    past: Past | None
    claims: tuple[Claim, ...]
    span: Span


def number_text(number: Decimal) -> str:
    """A number in one way of writing: no zeros at its end, no exponent.

    >>> number_text(Decimal("2.500")), number_text(Decimal("1E+2"))
    ('2.5', '100')
    """
    return format(number.normalize() + 0, "f")
