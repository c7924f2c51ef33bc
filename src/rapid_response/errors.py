"""What this library raises: one base class, few kinds, each with typed data."""

from __future__ import annotations

from collections.abc import Iterable

from rapid_response.protocol.problems import Problem, in_reading_order, render_all


class RapidResponseError(Exception):
    """The base of every error of this library. `problems` lists all that is wrong.

    >>> from rapid_response import load_protocol
    >>> try:
    ...     load_protocol("no/such/folder")
    ... except RapidResponseError as error:
    ...     print(error.problems[0].id)
    RR101
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = in_reading_order(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return render_all(self.problems)


class ProtocolError(RapidResponseError):
    """A protocol that cannot be used: its files, its shape, its names or its meaning.

    >>> from rapid_response import protocol_from_text
    >>> try:
    ...     protocol_from_text("protocol: p\\ntiers: {low: {}, high: {}}\\nrules: {r: {raise_to: hihg}}")
    ... except ProtocolError as error:
    ...     print(error)
    RR301: unknown tier `hihg`
     --> protocol.yaml:3:23
      |
    3 | rules: {r: {raise_to: hihg}}
      |                       ^^^^
      = help: did you mean `high`?
    <BLANKLINE>
    1 problem
    """


class IncidentError(RapidResponseError):
    """An incident that cannot be evaluated. Every bad fact is named at once; free text is never shown.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text("protocol: p\\ntiers: {low: {}}\\nfacts: {age: {type: number, min: 0}}")
    >>> try:
    ...     protocol.evaluate({"age": -1, "agee": 3})
    ... except IncidentError as error:
    ...     print([problem.id for problem in error.problems])
    ['RR501', 'RR504']
    """
