"""Generated checks of facts as they are given, for incidents whose facts are all plain and well formed.

Checking an incident by the general way takes about eight times as long as computing its tier (benchmarks/README.md).
The lines written here leave the function with None, or raise, for whatever they are not sure of; then
`incidents.check_incident` looks at it properly and words the problems.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.values import encode

LONGEST_ID = 200
Bind = Callable[[Any], str]
"""Gives an object a name that generated code can use."""


def encoding_lines(protocol: Protocol, looked_up: Collection[str], bind: Bind) -> list[str]:
    """Python lines that put the encoded facts of `given` into f0, f1, …, in the protocol's order.

    Facts that are `looked_up` in a table of their options afterwards are not checked twice.
    """
    known = bind(frozenset(protocol.facts) | {"id"})
    encoded = bind(partial(_encode, protocol.time_zone))
    lines = [
        f"if type(given) is not dict or not {known}.issuperset(given): return None",
        "get = given.get",
        "incident = get('id')",
        f"plain = incident is None or type(incident) is str and incident.isascii() and len(incident) <= {LONGEST_ID}",
        "if not plain: return None",
    ]
    for position, fact in enumerate(protocol.facts.values()):
        variable = f"f{position}"
        lines.append(f"{variable} = get({bind(fact.name)})")
        lines += _checks(variable, fact.type, fact.name in looked_up, encoded, bind)
        if fact.blank is not None:
            lines.append(f"if {variable} is None: {variable} = {bind(fact.blank)}")
    return lines


def _encode(zone: str | None, kind: Type, value: object) -> object:
    return encode(kind, value, zone)


def _checks(variable: str, kind: Type, looked_up: bool, encoded: str, bind: Bind) -> list[str]:
    match kind.name:
        case "yes_no":
            return [f"if {variable} is not True and {variable} is not False and {variable} is not None: return None"]
        case "scale" | "choice":
            options = bind(frozenset(kind.options) | {None})
            return [] if looked_up else [f"if {variable} not in {options}: return None"]
        case "number" if kind.places == 0:
            fits = f"type({variable}) is int and {kind.low} <= {variable} <= {kind.high}"
            return [f"if {variable} is not None and not ({fits}): return None"]
        case _:
            return [
                f"if {variable} is not None:",
                f"    if type({variable}) is dict: return None",
                f"    {variable} = {encoded}({bind(kind)}, {variable})",
            ]
