"""What can be wrong with a session, its engine or what is posted: the ids, and the error that lists the problems."""

from __future__ import annotations

from rapid_response.errors import RapidResponseError
from rapid_response.protocol.problems import Problem

CATALOGUE: dict[str, str] = {
    # Posts
    "RL101": "a post is no incident",
    "RL102": "an incident has no id",
    "RL103": "a revision was posted before with other facts",
    "RL104": "a time cannot be read, or is missing",
    "RL105": "an unknown incident or response",
    # Sessions
    "RL201": "a session belongs to another protocol",
    "RL202": "a session cannot be kept there",
    "RL203": "a session is closed",
    "RL204": "the time of a session went back",
    # Engines
    "RL301": "an unknown engine",
    "RL302": "durable-rules is not there",
    "RL303": "durable-rules cannot take this protocol",
    "RL304": "durable-rules failed",
}


class LiveError(RapidResponseError):
    """A session that cannot be opened, saved or asked. What is wrong with an incident is told by an event instead.

    >>> from rapid_response import load_protocol
    >>> from rapid_response.live import LiveSession
    >>> try:
    ...     LiveSession(load_protocol("protocol_rules/ccsj"), engine="magic")
    ... except LiveError as error:
    ...     print(error.problems[0].id)
    RL301
    """

    def __init__(self, problem: str, message: str, remedy: str | None = None) -> None:
        super().__init__([Problem(problem, message, help=remedy)])
