"""What the text of a protocol says otherwise than that of another version: parts added, removed, renamed, changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from rapid_response.protocol.expressions import (
    AllOf,
    AnyOf,
    Condition,
    Unsettled,
    parts_of,
)
from rapid_response.protocol.model import Protocol
from rapid_response.proving.shapes import NAMING, Part, Reading
from rapid_response.proving.writing import plain_line

Section = Literal[
    "protocol",
    "roles",
    "tiers",
    "facts",
    "criteria",
    "measures",
    "patterns",
    "scope",
    "rules",
    "responses",
    "properties",
]
_SECTIONS: tuple[Section, ...] = (
    "roles",
    "tiers",
    "facts",
    "criteria",
    "measures",
    "patterns",
    "scope",
    "rules",
    "responses",
)
_STATED = ("name", "title", "version", "in_force", "time_zone", "at", "if_unsettled", "unsettled")
_PASSED_OVER = frozenset({"name", "span", "level", "text", "places", "form"})
_WHILE_UNKNOWN = frozenset({"assumed", "blank", "if_unsettled", "unsettled"})


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
        return {"field": self.field, "before": plain_line(self.before), "after": plain_line(self.after)}


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
        if self.old is None or self.new is None:
            return self if _asks_whether_settled(self.old or self.new) else None
        lines = tuple(line for line in self.changed if line.field in _WHILE_UNKNOWN or _asks_whether_settled(line))
        return replace(self, changed=lines) if lines else None

    def to_dict(self) -> dict[str, Any]:
        """The edit as plain data."""
        renamed = self.old and self.new and self.old.name != self.new.name
        named = {"section": self.section, "kind": self.kind, "name": self.name}
        name = {"new_name": str(self.new.name)} if renamed and self.new else {}
        return {**named, **name, "changed": [line.to_dict() for line in self.changed]}


def _asks_whether_settled(part: object) -> bool:
    """Whether a part or a line has a condition on whether the tier is settled."""
    stated = [getattr(part, name, None) for name in ("when", "unless", "before", "after")]
    conditions = [each for each in stated if isinstance(each, Condition)]
    return any(isinstance(inner, Unsettled) for inner in parts_of(*conditions))


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
        if name in NAMING and isinstance(before, str):
            shapes = former.name(before), after
        elif name in NAMING and isinstance(before, tuple):
            shapes = tuple(map(former.name, before)), after
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
