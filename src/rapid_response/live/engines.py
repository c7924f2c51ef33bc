"""Which engine decides: durable-rules, or the compiled protocol. They say the same."""

from __future__ import annotations

import sqlite3
from typing import Literal, get_args

from rapid_response.live.occurrences import Near
from rapid_response.live.problems import LiveError
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import did_you_mean

Engine = Literal["durable", "own"]


def check_engine(engine: str) -> None:
    """Raise LiveError where there is no such engine."""
    if engine not in get_args(Engine):
        remedy = did_you_mean(engine, get_args(Engine), 'give "durable" or "own"')
        raise LiveError("RL301", f"unknown engine `{engine}`", remedy)


def decided_by(protocol: Protocol, engine: Engine) -> Protocol:
    """The protocol, evaluated by that engine.

    Raises LiveError where the engine is not there, or cannot take the protocol.

    >>> from rapid_response import load_protocol
    >>> decided_by(load_protocol("protocol_rules/ccsj"), "own").name
    'ccsj-rapid-response'
    """
    check_engine(engine)
    if engine == "own":
        return protocol
    from rapid_response.live.durable.programs import on_durable_rules

    return on_durable_rules(protocol)


def near_finder(protocol: Protocol, engine: Engine, database: sqlite3.Connection) -> Near | None:
    """What finds incidents in one place for that engine, None for the tables alone."""
    if engine == "own" or not protocol.patterns:
        return None
    from rapid_response.live.durable.memory import Memory

    return Memory(database)
