"""The quick way in: incidents whose facts are all plain and well formed, encoded by generated code.

Checking an incident by the general way took five times as long as computing its tier (see benchmarks/README.md). The
generated function returns None for whatever it is not sure of; `incidents.check_incident` then looks at it properly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from rapid_response.evaluation.compiling import Facts
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.values import Unfit, encode

Encoder = Callable[[Mapping[str, Any]], Facts | None]


def compile_encoder(protocol: Protocol) -> Encoder:
    """A function from an incident as given to its encoded facts, or None where it needs a closer look."""
    bound: dict[str, Any] = {
        "KNOWN": frozenset(protocol.facts) | {"id"},
        "Unfit": Unfit,
        "encode": partial(_encode, protocol.time_zone),
    }
    lines = ["if type(given) is not dict or not KNOWN.issuperset(given): return None", "get = given.get"]
    for position, fact in enumerate(protocol.facts.values()):
        lines += _fact_lines(f"f{position}", fact, bound)
    result = "".join(f"f{position}, " for position in range(len(protocol.facts)))
    body = "\n".join(f"        {line}" for line in [*lines, f"return ({result})"])
    text = f"def encoder(given):\n    try:\n{body}\n    except (Unfit, TypeError):\n        return None\n"
    exec(compile(text, f"<facts of {protocol.fingerprint}>", "exec"), bound)  # noqa: S102  (only text written below)
    encoder: Encoder = bound["encoder"]
    return encoder


def _encode(zone: str | None, kind: Type, value: object) -> object:
    return encode(kind, value, zone)


def _fact_lines(variable: str, fact: Fact, bound: dict[str, Any]) -> list[str]:
    kind, key = fact.type, f"n{variable}"
    bound[key] = fact.name
    blank = f"b{variable}"
    bound[blank] = fact.blank
    return [
        f"{variable} = get({key})",
        f"if {variable} is not None:",
        *(f"    {line}" for line in _check_lines(variable, kind, bound)),
        *([f"else: {variable} = {blank}"] if fact.blank is not None else []),
    ]


def _check_lines(variable: str, kind: Type, bound: dict[str, Any]) -> list[str]:
    match kind.name:
        case "yes_no":
            return [f"if {variable} is not True and {variable} is not False: return None"]
        case "scale" | "choice":
            options = f"o{variable}"
            bound[options] = frozenset(kind.options)
            return [f"if {variable} not in {options}: return None"]
        case "number" if kind.places == 0:
            return [f"if type({variable}) is not int or not {kind.low} <= {variable} <= {kind.high}: return None"]
        case _:
            bound[f"t{variable}"] = kind
            return [f"if type({variable}) is dict: return None", f"{variable} = encode(t{variable}, {variable})"]
