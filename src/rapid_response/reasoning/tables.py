"""What a value can be, as a table: numbers or expressions over at most one fact, each with its formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product

from rapid_response.protocol.expressions import (
    Arithmetic,
    CalendarShift,
    Constant,
    DateShift,
    Extreme,
    Rescaled,
    Step,
    Type,
    Value,
    names_in,
    uses_now,
)
from rapid_response.reasoning.comparisons import Setting, value_range
from rapid_response.reasoning.nodes import FALSE, TRUE, Nodes, TooMany, opposite

MOST_VALUES = 512
"""So many expressions may a value's table hold."""
MOST_PAIRS = MOST_VALUES * 8
"""So many ways may there be in which the tables of several values meet."""

Table = dict[int | Value, int]
"""What a value can be: numbers or expressions over one fact, each with its formula. Exactly one of them holds."""
Arithmetical = Arithmetic | DateShift | CalendarShift | Rescaled | Extreme | Step


def gathered(nodes: Nodes, entries: Iterable[tuple[int | Value, int]]) -> Table:
    """Entries with equal values put together; those that cannot be are left out."""
    groups: dict[int | Value, list[int]] = {}
    for value, when in entries:
        if when != FALSE:
            groups.setdefault(value, []).append(when)
    if len(groups) > MOST_VALUES:
        raise TooMany
    return {value: nodes.any_of(parts) for value, parts in groups.items()}


def sums(nodes: Nodes, terms: Sequence[tuple[int, int]]) -> Table:
    """What the weights of the terms (weight, node) that hold can add up to."""
    table: Table = {0: TRUE}
    for add, node in terms:
        steps = [(total, when, opposite(node)) for total, when in table.items()]
        steps += [(int(total) + add, when, node) for total, when in table.items() if isinstance(total, int)]
        table = gathered(nodes, ((total, nodes.all_of([when, holds])) for total, when, holds in steps))
    return table


def worked_out(
    nodes: Nodes, value: Arithmetical, parts: tuple[Value, ...], tables: Sequence[Table], setting: Setting
) -> Table:
    """What a value can be that is worked out from its parts; of each part there is a table."""
    found: list[tuple[int | Value, int]] = []
    for chosen in product(*(table.items() for table in tables)):
        when = nodes.all_of(holds for _, holds in chosen)
        if when != FALSE:
            inner = tuple(as_value(item, part.type) for (item, _), part in zip(chosen, parts, strict=True))
            found.append((_folded(_rebuilt(value, inner), setting), when))
        if len(found) > MOST_PAIRS:
            raise TooMany
    return gathered(nodes, found)


def as_value(item: int | Value, kind: Type) -> Value:
    """What stands in a table of values of that type, as a value."""
    return Constant(item, kind) if isinstance(item, int) else item


def _folded(value: Value, setting: Setting) -> int | Value:
    if names_in(value) or uses_now(value):
        return value
    return value_range(value, (0, 0), setting)[0]


def _rebuilt(value: Arithmetical, parts: tuple[Value, ...]) -> Value:
    match value:
        case Extreme():
            return replace(value, parts=parts)
        case Rescaled() | CalendarShift():
            return replace(value, value=parts[0])
        case Step():
            return replace(value, value=parts[0], by=parts[1])
        case _:
            return replace(value, left=parts[0], right=parts[1])
