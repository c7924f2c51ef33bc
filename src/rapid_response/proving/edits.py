"""What the text of a protocol says otherwise than that of another version: parts added, removed, renamed, changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from rapid_response.protocol.expressions import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    Constant,
    CriterionHolds,
    FactHolds,
    FactValue,
    Includes,
    IsOneOf,
    MeasureValue,
    Not,
    Rescaled,
    ResponseActive,
    TextIs,
    Type,
    Value,
)
from rapid_response.protocol.model import Due, Fact, Measure, Named, Property, Protocol, Text, Window
from rapid_response.protocol.values import decode, unscaled

Section = Literal[
    "protocol", "roles", "tiers", "facts", "criteria", "measures", "scope", "rules", "responses", "properties"
]
Part = Protocol | Named | Property
_SECTIONS: tuple[Section, ...] = ("roles", "tiers", "facts", "criteria", "measures", "scope", "rules", "responses")
_STATED = ("name", "title", "version", "in_force", "time_zone", "at", "if_unsettled", "unsettled")
_PASSED_OVER = frozenset({"name", "span", "level", "text", "places", "form"})
_WHILE_UNKNOWN = frozenset({"assumed", "blank", "if_unsettled", "unsettled"})
_NAMING = frozenset({"owner", "at"})
_REFERRING = (FactHolds, CriterionHolds, FactValue, MeasureValue, Includes, TextIs, ResponseActive, Due)


@dataclass(frozen=True, slots=True)
class Changed:
    """One line of a part that says something else: `field` is its name in the model, `before` and `after` its content.

    Of conditions that are both all of some, or both any of some, `gone` and `come` are the parts that only one has.
    """

    field: str
    before: Any
    after: Any
    gone: tuple[Condition, ...] = ()
    come: tuple[Condition, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The change as plain data, conditions as they are written."""
        return {"field": self.field, "before": _plain(self.before), "after": _plain(self.after)}


@dataclass(frozen=True, slots=True)
class Edit:
    """A part that was added (`old` is None), removed (`new` is None), or changed; `changed` says which of its lines.

    A part that was only renamed has no changed lines.
    """

    section: Section
    old: Part | None
    new: Part | None
    changed: tuple[Changed, ...] = ()

    @property
    def kind(self) -> Literal["added", "removed", "renamed", "changed"]:
        """What was done to the part."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        return "changed" if self.changed else "renamed"

    @property
    def name(self) -> str:
        """The name of the part, the old one where it was renamed."""
        part = self.old or self.new
        assert part is not None
        return str(part.name)

    @property
    def while_unknown(self) -> Edit | None:
        """The edit with those lines alone that change what is recommended while something is not known."""
        lines = tuple(line for line in self.changed if line.field in _WHILE_UNKNOWN)
        return replace(self, changed=lines) if lines else None

    def to_dict(self) -> dict[str, Any]:
        """The edit as plain data."""
        renamed = self.old and self.new and self.old.name != self.new.name
        named = {"section": self.section, "kind": self.kind, "name": self.name}
        name = {"new_name": str(self.new.name)} if renamed and self.new else {}
        return {**named, **name, "changed": [line.to_dict() for line in self.changed]}


def edits(old: Protocol, new: Protocol, renamed: Mapping[str, str]) -> tuple[Edit, ...]:
    """Every part that the new version adds, removes, renames or words otherwise; layout and order do not count.

    >>> from rapid_response import protocol_from_text
    >>> text = (
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {age: {type: number, max: 120}}\\n"
    ...     "rules: {elder: {when: age >= %s, raise_to: high}}"
    ... )
    >>> [found] = edits(protocol_from_text(text % 65), protocol_from_text(text % 60), {})
    >>> found.name, found.to_dict()["changed"]
    ('elder', [{'field': 'when', 'before': 'age >= 65', 'after': 'age >= 60'}])
    """
    former, latter = Reading(old, renamed), Reading(new, {})
    found = [*_stated(former, latter), *_tiers(former, latter)]
    for section in _SECTIONS:
        if section != "tiers":
            found += _section(section, getattr(old, section), getattr(new, section), former, latter)
    before, after = ({str(part.name): part for part in version.properties} for version in (old, new))
    return (*found, *_section("properties", before, after, former, latter))


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


def _stated(former: Reading, latter: Reading) -> Iterator[Edit]:
    """What the protocol says of itself."""
    changed = tuple(_changed(_STATED, former.protocol, latter.protocol, former, latter))
    if changed:
        yield Edit("protocol", former.protocol, latter.protocol, changed)


def _tiers(former: Reading, latter: Reading) -> Iterator[Edit]:
    """Tiers by name, and their order where it is another."""
    old, new = ({tier.name: tier for tier in reading.protocol.tiers} for reading in (former, latter))
    yield from _section("tiers", old, new, former, latter)
    before, after = [former.name(name) for name in old], list(new)
    kept = [name for name in before if name in new]
    if kept != [name for name in after if name in before]:
        order = Changed("order", tuple(old), tuple(new))
        yield Edit("tiers", former.protocol, latter.protocol, (order,))


def _section(
    section: Section, old: Mapping[str, Part], new: Mapping[str, Part], former: Reading, latter: Reading
) -> Iterator[Edit]:
    for name, part in old.items():
        other = new.get(former.name(name))
        if other is None:
            yield Edit(section, part, None)
            continue
        lines = [each.name for each in fields(part) if each.name not in _PASSED_OVER]
        changed = tuple(_changed(lines, part, other, former, latter))
        if changed or name != former.name(name):
            yield Edit(section, part, other, changed)
    expected = {former.name(name) for name in old}
    yield from (Edit(section, None, part) for name, part in new.items() if name not in expected)


def _changed(names: Sequence[str], old: Part, new: Part, former: Reading, latter: Reading) -> Iterator[Changed]:
    for name in names:
        before, after = former.line(old, name), latter.line(new, name)
        shapes = former.shape(before), latter.shape(after)
        if name in _NAMING and isinstance(before, str):
            shapes = former.name(before), after
        if shapes[0] != shapes[1]:
            yield Changed(name, before, after, *_parts(before, after, former, latter))


def _parts(old: Any, new: Any, former: Reading, latter: Reading) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
    """The parts of two lists of conditions that only one of them has."""
    if not isinstance(old, AllOf | AnyOf) or type(old) is not type(new):
        return (), ()
    before = {former.shape(part): part for part in old.parts}
    after = {latter.shape(part): part for part in new.parts}
    gone = tuple(part for shape, part in before.items() if shape not in after)
    return gone, tuple(part for shape, part in after.items() if shape not in before)


# As plain data


def written(node: Condition | Value) -> str:
    """A condition or value as it is written; a block of conditions on one line.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> written(protocol.criteria["elder_harmed"].condition)
    'all of [victim_age >= 65, harm >= threatened]'
    """
    block = node.text.removesuffix(" of").split(" ")[0]
    match node:
        case Not(part=AnyOf(parts=parts)) if block == "none":
            return f"none of [{', '.join(map(written, parts))}]"
        case AllOf(parts=parts) | AnyOf(parts=parts) | AtLeast(parts=parts) if node.text.endswith(" of"):
            return f"{node.text} [{', '.join(map(written, parts))}]"
        case _:
            return node.text or "always"


def _plain(value: Any) -> Any:
    """Something that a part says as plain data."""
    match value:
        case None | bool() | int() | str():
            return value
        case Text():
            return value.to_dict()
        case Decimal() | Due():
            return str(value)
        case Type():
            return _plain_type(value)
        case Window():
            return {"from": _plain(value.start), "until": _plain(value.until)}
        case dt.date():
            return value.isoformat()
        case _ if isinstance(value, Condition | Value):
            return written(value)
        case Named():
            return {"name": value.name, "title": value.title.to_dict()}
        case tuple():
            return [_plain(part) for part in value]
        case _:
            raise AssertionError(f"not a line of a protocol: {type(value).__name__}")


def _plain_type(kind: Type) -> dict[str, Any]:
    bounded = {"min": decode(kind, int(kind.low), None), "max": decode(kind, int(kind.high), None)}
    options = {"options": list(kind.options)} if kind.options else {}
    return {"type": kind.name, **(bounded if kind.name == "number" else {}), **options}
