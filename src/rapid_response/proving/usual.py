"""What is usual: likely cells and values of facts, so that examples read like incidents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rapid_response.protocol.expressions import DAY, Type, names_in
from rapid_response.protocol.model import Fact
from rapid_response.protocol.values import Encoded, encode, moment_text
from rapid_response.proving.prover import Cells
from rapid_response.proving.space import Space
from rapid_response.reasoning.cells import Axis
from rapid_response.reasoning.comparisons import domain_of

Values = Mapping[str, Encoded]
"""Encoded values by fact of the vocabulary; a fact that is left out is not known."""


def usual_cell(space: Space, axis: Axis) -> int:
    """The likeliest cell: of what is assumed, or what a blank means; no, nothing, the first option or a middle one."""
    if axis.fact is None:
        return 0
    stated = _stated(space, axis.fact)
    if stated is not None:
        return axis.cell_of(stated)
    if axis.type.name in ("moment", "date", "number"):
        return axis.cell_of(usual_value(space, space.vocabulary.facts[axis.fact]))
    return (len(axis.cells) - 1) // 2 if axis.type.name == "scale" else 0


def usual_value(space: Space, fact: Fact) -> Encoded:
    """A likely value of a fact."""
    stated = _stated(space, fact.name)
    if stated is not None:
        return stated
    low, high = domain_of(fact.type) if fact.type.name in ("moment", "date", "number") else (0, 0)
    match fact.type.name:
        case "yes_no":
            return False
        case "scale":
            return fact.type.options[(len(fact.type.options) - 1) // 2]
        case "choice":
            return fact.type.options[0]
        case "moment":
            return space.now - DAY
        case "date":
            return encode(fact.type, moment_text(space.now - DAY, None)[:10], None)
        case "number":
            return min(max((low + high) // 2 if high - low < 1_000 else 10**fact.type.places, low), high)
        case "text":
            return "another"
        case _:
            return 0


def ends_of(space: Space, fact: str) -> Iterator[Encoded]:
    """A usual value of a fact, then the ends of what it can be."""
    stated = space.vocabulary.facts[fact]
    usual = usual_value(space, stated)
    yield usual
    if stated.type.name in ("moment", "date", "number"):
        yield from (end for end in domain_of(stated.type) if end != usual)
        near = {"number": (1, -1), "moment": (30 * DAY, -30 * DAY)}.get(stated.type.name, ())
        yield from (value for value in (int(usual) + step for step in near) if _fits(stated.type, value))


def values_of(space: Space, cells: Cells) -> Values:
    """A likely value of every fact that has a cell."""
    found: dict[str, Encoded] = {}
    for fact, axes in space.by_fact.items():
        if space.axes[axes[0]].option is not None:
            found[fact] = sum(cells[axis] << (space.axes[axis].option or 0) for axis in axes)
        else:
            found[fact] = _likely(space, space.axes[axes[0]], cells[axes[0]])
    return found


def _likely(space: Space, axis: Axis, cell: int) -> Encoded:
    """The usual value if it lies in the cell; else its end nearest to what is usual, or its middle."""
    assert axis.fact is not None
    usual = usual_value(space, space.vocabulary.facts[axis.fact])
    if axis.type.name in ("moment", "date"):
        return axis.value_in(cell, usual)
    if axis.cell_of(usual) == cell:
        return usual
    first, last = axis.cells[cell].first, axis.cells[cell].last
    inner = axis.type.name == "number" and domain_of(axis.type)[0] < first and last < domain_of(axis.type)[1]
    return (first + last) // 2 if inner else axis.value_in(cell)


def _stated(space: Space, fact: str) -> Encoded | None:
    """What is assumed of a fact until it is known, or what a blank means."""
    stated = space.vocabulary.facts[fact]
    value: Encoded | None = stated.blank if stated.assumed is None else stated.assumed
    return value if value is None or _fits(stated.type, value) else None


def _fits(kind: Type, value: Encoded) -> bool:
    """Whether a value of one version is one that both know."""
    if kind.name in ("scale", "choice"):
        return value in kind.options
    return kind.name != "number" or kind.low <= int(value) <= kind.high


def assumable(space: Space) -> frozenset[str]:
    """The facts of the vocabulary that criteria with an `until_known` value name."""
    return frozenset(
        voice.placements[name].fact.name
        for voice in space.voices
        for criterion in voice.protocol.criteria.values()
        if criterion.assumed is not None
        for name in names_in(criterion.condition)
        if name in voice.placements
    )


def blank_value(space: Space, fact: str) -> Encoded | None:
    """What a blank means, where it means the same in every protocol that asks."""
    asking = [placement for voice in space.voices for placement in voice.placements.values()]
    asking = [placement for placement in asking if placement.fact.name == fact]
    blank: Encoded | None = asking[0].asked.blank
    if any(placement.asked.blank != blank or placement.asked.type.places for placement in asking):
        return None
    return blank if blank is None or _fits(asking[0].fact.type, blank) else None
