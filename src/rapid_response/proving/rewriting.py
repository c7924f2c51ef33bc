"""Conditions with other conditions in the place of some of their parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, TypeVar

from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    Condition,
    Constant,
    Not,
    ResponseActive,
    TierValue,
    Unsettled,
    Written,
)
from rapid_response.protocol.model import Gate, Protocol

Part = TypeVar("Part", bound=Written)
NEVER = Not(Always())


def gate_condition(gate: Gate) -> Condition:
    """When a gate holds: its `when`, and not its `unless`."""
    return gate.when if gate.unless is None else AllOf((gate.when, Not(gate.unless)))


def with_responses_spelt_out(condition: Condition, protocol: Protocol) -> Condition:
    """The condition with the conditions of responses in the place of their names.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}}\\nfacts: {f: {type: yes_no}}\\nresponses: {visit: {when: f}}"
    ... )
    >>> with_responses_spelt_out(ResponseActive("visit"), protocol)
    FactHolds(text='f', fact='f')
    """

    def spelt_out(part: Written) -> Written | None:
        return gate_condition(protocol.responses[part.response]) if isinstance(part, ResponseActive) else None

    found: Condition = _rewritten(condition, spelt_out)
    return found


def at_tier(condition: Condition, level: int) -> Condition:
    """A condition of a response where the tier is settled, and is the one of that level."""

    def settled(part: Written) -> Written | None:
        match part:
            case TierValue(type=kind):
                return Constant(level, kind)
            case Unsettled():
                return NEVER
            case _:
                return None

    found: Condition = _rewritten(condition, settled)
    return found


def _rewritten(node: Part, change: Callable[[Written], Written | None]) -> Any:
    """The node with every part that `change` gives another for; parts that it gives None for are looked into."""
    if (changed := change(node)) is not None:
        return changed
    found = {each.name: _inside(getattr(node, each.name), change) for each in fields(node)}
    return replace(node, **found)


def _inside(value: Any, change: Callable[[Written], Written | None]) -> Any:
    if isinstance(value, Written):
        return _rewritten(value, change)
    return tuple(_inside(part, change) for part in value) if isinstance(value, tuple) else value
