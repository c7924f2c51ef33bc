"""What a part says, whatever its words, places and bounds, in names as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from rapid_response.protocol.expressions import (
    Condition,
    Constant,
    CriterionHolds,
    FactHolds,
    FactValue,
    Includes,
    IsOneOf,
    MeasureValue,
    PatternValue,
    Rescaled,
    ResponseActive,
    TextIs,
    Type,
    Value,
)
from rapid_response.protocol.model import Due, Fact, Measure, Named, Property, Protocol
from rapid_response.protocol.values import decode, unscaled

Part = Protocol | Named | Property


NAMING = frozenset({"owner", "at", "same"})


_REFERRING = (FactHolds, CriterionHolds, FactValue, MeasureValue, PatternValue, Includes, TextIs, ResponseActive, Due)


@dataclass(frozen=True, slots=True)
class Reading:
    """One version, with what its names have become."""

    protocol: Protocol
    renamed: Mapping[str, str]

    def name(self, name: str) -> str:
        """What a part is called now."""
        return self.renamed.get(name, name)

    def option(self, kind: str, name: str) -> str:
        """What an option of a kind, or of a fact with options of its own, is called now."""
        renamed = self.renamed.get(name, name) if kind == "tiers" else name
        return self.renamed.get(f"{kind}.{name}", renamed).rpartition(".")[2]

    def line(self, part: Part, field: str) -> Any:
        """What a line of a part says; values of facts as plain data."""
        value = getattr(part, field)
        if isinstance(part, Measure) and field == "type":
            return part.type.kind or part.type.name
        if isinstance(part, Fact) and field in ("assumed", "blank") and value is not None:
            plain = decode(part.type, value, self.protocol.time_zone)
            return tuple(plain) if isinstance(plain, list) else plain
        return value

    def shape(self, node: Any) -> Any:
        """What something says: places, words and bounds left out, names as they are now, options by name."""
        match node:
            case Type():
                return (node.name, node.places, node.low, node.high) if node.name == "number" else node.name
            case Constant():
                return "constant", self._constant(node)
            case IsOneOf(value=value, options=options):
                names = (self.option(value.type.kind, value.type.options[at]) for at in options)
                return "one of", self.shape(value), frozenset(names)
            case Includes(fact=fact, options=options, every=every):
                kind = self.protocol.facts[fact].type
                names = (self.option(kind.kind, kind.options[at]) for at in options)
                return "includes", self.name(fact), frozenset(names), every
            case Rescaled(value=value):
                return self.shape(value)
            case tuple():
                return tuple(map(self.shape, node))
            case _ if is_dataclass(node):
                return type(node).__name__, *(self._field(node, each.name) for each in _compared(node))
            case _:
                return node

    def _constant(self, node: Constant) -> Any:
        if node.type.options:
            return self.option(node.type.kind, node.type.options[node.value])
        return unscaled(node.value, node.type.places) if node.type.name == "number" else node.value

    def _field(self, node: Any, name: str) -> Any:
        value = getattr(node, name)
        if name == "type" and isinstance(node, Condition | Value):
            return None
        return self.name(value) if isinstance(node, _REFERRING) and isinstance(value, str) else self.shape(value)


def _compared(node: Any) -> list[Any]:
    left_out = {"text", "span", "scale"} if isinstance(node, Condition | Value) else {"span"}
    return [each for each in fields(node) if each.name not in left_out]
