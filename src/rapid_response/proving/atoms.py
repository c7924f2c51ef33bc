"""Nodes as conditions that can be put into words: what is said of one fact, of one criterion, or their opposite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from rapid_response.protocol.expressions import (
    DAY,
    MICROSECONDS,
    AllOf,
    AnyOf,
    Arithmetic,
    Comparator,
    Compare,
    Condition,
    Constant,
    FactHolds,
    FactValue,
    Includes,
    IsOneOf,
    Not,
    Now,
    TextIs,
    Type,
    uses_now,
)
from rapid_response.protocol.intervals import Range
from rapid_response.protocol.model import Fact
from rapid_response.protocol.values import decode
from rapid_response.proving.space import Space
from rapid_response.reasoning.cells import Axis
from rapid_response.reasoning.comparisons import Comparison, domain_of
from rapid_response.reasoning.nodes import opposite

DURATION = Type("duration")


def conditions_of(space: Space, nodes: Sequence[int], named: Mapping[int, Condition]) -> tuple[Condition, ...]:
    """Leaves and named nodes as conditions: named ones first, then the facts in the order of the vocabulary."""
    words = [_named(node, named) for node in nodes if node in named or opposite(node) in named]
    leaves = [space.nodes.parts[node] for node in nodes if node not in named and opposite(node) not in named]
    facts = list(space.vocabulary.facts)
    chosen: dict[str, dict[int, bool]] = {}
    found: list[tuple[int, Condition]] = []
    for axis_number, mask in leaves:
        axis = space.axes[axis_number]
        if axis.fact is None:
            found.append((len(facts), _opaque(axis, mask)))
        elif axis.option is not None:
            chosen.setdefault(axis.fact, {})[axis.option] = bool(mask & 0b10)
        else:
            found.append((facts.index(axis.fact), _answer(space, axis, mask)))
    for fact, options in chosen.items():
        found += [(facts.index(fact), part) for part in _inclusions(space.vocabulary.facts[fact], options)]
    return (*words, *(condition for _, condition in sorted(found, key=lambda pair: pair[0])))


def _named(node: int, named: Mapping[int, Condition]) -> Condition:
    return named[node] if node in named else _not(named[opposite(node)])


def _not(condition: Condition) -> Condition:
    return Not(condition, text=f"not {condition.text}")


def _opaque(axis: Axis, mask: int) -> Condition:
    assert axis.opaque is not None
    return axis.opaque if mask & 0b10 else _not(axis.opaque)


def _inclusions(fact: Fact, options: Mapping[int, bool]) -> Iterable[Condition]:
    """What is said of a fact of several choices: which options it includes, and which it does not."""
    for chosen in (True, False):
        named = [option for option, included in sorted(options.items()) if included is chosen]
        listed = ", ".join(fact.type.options[option] for option in named)
        if len(named) == 1:
            condition: Condition = Includes(fact.name, frozenset(named), False, text=f"{fact.name} includes {listed}")
            yield condition if chosen else _not(condition)
        elif named:
            how = "all" if chosen else "any"
            text = f"{fact.name} includes {how} of [{listed}]"
            condition = Includes(fact.name, frozenset(named), chosen, text=text)
            yield condition if chosen else _not(condition)


def _answer(space: Space, axis: Axis, mask: int) -> Condition:
    """What is said of a fact: that it lies in some of its cells."""
    fact = space.vocabulary.facts[axis.fact or ""]
    match fact.type.name:
        case "yes_no":
            holds = FactHolds(fact.name, text=fact.name)
            return holds if mask & 0b10 else _not(holds)
        case "choice":
            return _option(fact, mask)
        case "scale":
            return _step(fact, mask)
        case "text":
            return _text(fact, axis, mask)
        case _:
            return _ordered(space, fact, axis, mask)


def _option(fact: Fact, mask: int) -> Condition:
    width = len(fact.type.options)
    positions = [position for position in range(width) if mask >> position & 1]
    rest = [position for position in range(width) if not mask >> position & 1]
    return _not(_one_of(fact, rest)) if len(rest) < len(positions) else _one_of(fact, positions)


def _one_of(fact: Fact, positions: Sequence[int]) -> Condition:
    names = [fact.type.options[position] for position in positions]
    said = f"== {names[0]}" if len(names) == 1 else f"in [{', '.join(names)}]"
    value = FactValue(fact.name, fact.type, text=fact.name)
    return IsOneOf(value, frozenset(positions), text=f"{fact.name} {said}")


def _step(fact: Fact, mask: int) -> Condition:
    """What is said of a scale: from a step up, up to one, or one of some."""
    last = len(fact.type.options) - 1
    low, high = (mask & -mask).bit_length() - 1, mask.bit_length() - 1
    if mask != (2 << high) - (1 << low) or low == high or (low > 0 and high < last):
        return _one_of(fact, [position for position in range(last + 1) if mask >> position & 1])
    return _compared(fact, ">=", low) if low else _compared(fact, "<=", high)


def _text(fact: Fact, axis: Axis, mask: int) -> Condition:
    """The last cell is any text that no condition names."""
    other = len(axis.cells) - 1
    inside = bool(mask >> other & 1)
    texts = [cell.text for position, cell in enumerate(axis.cells[:-1]) if bool(mask >> position & 1) is not inside]
    named = frozenset(text for text in texts if text is not None)
    listed = ", ".join(f'"{text}"' for text in sorted(named))
    condition = TextIs(fact.name, named, text=f"{fact.name} in [{listed}]")
    return _not(condition) if inside else condition


def _ordered(space: Space, fact: Fact, axis: Axis, mask: int) -> Condition:
    """What is said of a number or time: that it lies in one of some stretches."""
    said = [_stretch(space, fact, axis, span) for span in _spans(axis, mask)]
    return said[0] if len(said) == 1 else AnyOf(tuple(said), text="any of")


def _spans(axis: Axis, mask: int) -> list[Range]:
    found: list[Range] = []
    for position, cell in enumerate(axis.cells):
        if mask >> position & 1:
            if found and found[-1][1] + 1 == cell.first:
                found[-1] = (found[-1][0], cell.last)
            else:
                found.append((cell.first, cell.last))
    return found


def _stretch(space: Space, fact: Fact, axis: Axis, span: Range) -> Condition:
    low, high = domain_of(fact.type)
    bound = _distance if _counts_from_now(axis) else _bound
    parts: list[Condition] = []
    if span[0] == span[1] and fact.type.name == "number":
        return _compared(fact, "==", span[0])
    if span[0] > low:
        parts.append(bound(space, fact, ">=", span[0]))
    if span[1] < high:
        parts.append(bound(space, fact, "<=", span[1]))
    parts = parts[::-1] if bound is _distance else parts  # what is longest ago comes last
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts), text="all of")


def _counts_from_now(axis: Axis) -> bool:
    """Whether a moment is compared with the time of evaluation."""
    tests = [test for test in axis.truths if isinstance(test, Comparison)]
    return axis.type.name == "moment" and any(uses_now(test.left) or uses_now(test.right) for test in tests)


def _bound(space: Space, fact: Fact, comparator: Comparator, edge: int) -> Condition:
    if fact.type.name == "number" and comparator == "<=":
        return _compared(fact, "<", edge + 1) if fact.type.places == 0 else _compared(fact, "<=", edge)
    return _compared(fact, comparator, edge, space.vocabulary.time_zone)


def _distance(space: Space, fact: Fact, comparator: Comparator, edge: int) -> Condition:
    """How long ago: a moment at or after an edge is at most so long ago."""
    moment, mirrored = space.now - edge, {">=": "<=", "<=": ">="}[comparator]
    if mirrored == ">=" and moment % MICROSECONDS["minute"] == 1:
        moment, mirrored = moment - 1, ">"
    unit = next((unit for unit in ("day", "hour", "minute") if moment % MICROSECONDS[unit] == 0), None)
    if unit is None or (unit == "day" and moment == DAY):
        unit = "hour" if unit else None
    if unit is None:
        return _compared(fact, comparator, edge, space.vocabulary.time_zone)
    amount = moment // MICROSECONDS[unit]
    length = Constant(moment, DURATION, text=f"{amount} {unit}{'' if amount == 1 else 's'}")
    since = Arithmetic("-", Now(fact.type, text="now"), FactValue(fact.name, fact.type, text=fact.name), DURATION)
    text = f"now - {fact.name} {mirrored} {length.text}"
    return Compare(cast(Comparator, mirrored), since, length, text=text)


def _compared(fact: Fact, comparator: Comparator, edge: int, zone: str | None = None) -> Condition:
    name = fact.type.options[edge] if fact.type.options else str(decode(fact.type, edge, zone))
    constant = Constant(edge, replace(fact.type, low=edge, high=edge), text=name)
    value = FactValue(fact.name, fact.type, text=fact.name)
    return Compare(comparator, value, constant, text=f"{fact.name} {comparator} {name}")
