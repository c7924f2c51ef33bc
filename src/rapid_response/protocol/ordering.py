"""Criteria and measures in an order in which each comes after what it refers to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from rapid_response.protocol import schema
from rapid_response.protocol.noting import Notes
from rapid_response.protocol.reading import Scalar

MOST_CIRCLES = 20
_WORDS = re.compile(r"\"[^\"]*\"|'[^']*'|[A-Za-z][A-Za-z0-9_]*")


def in_order(file: schema.ProtocolFile, notes: Notes) -> tuple[str, ...]:
    """The names of all criteria and measures in such an order; nothing where they go round in very many circles."""
    parts: dict[str, Any] = {**file.criteria, **file.measures}
    others = parts.keys() - file.facts.keys()
    below = {name: sorted(_mentioned(part) & others) for name, part in parts.items()}
    for _ in range(MOST_CIRCLES):
        try:
            return tuple(TopologicalSorter(below).static_order())
        except CycleError as error:
            circle = error.args[1][:0:-1]
            _note_circle(file, notes, circle)
            below = {name: sorted({*names}.difference(circle)) for name, names in below.items()}
            below = {name: names for name, names in below.items() if name not in {*circle}}
    return ()


def _note_circle(file: schema.ProtocolFile, notes: Notes, names: list[str]) -> None:
    shown = names[:MOST_CIRCLES]
    spans = [notes.span(("criteria" if name in file.criteria else "measures", name)) for name in shown]
    path = " -> ".join([*(f"`{name}`" for name in shown), *(["…"] if shown != names else []), f"`{names[0]}`"])
    others = tuple((span, "goes through here") for span in spans[1:])
    message, remedy = f"definitions go round in a circle: {path}", "let one of them be said without the others"
    notes.note("RR310", message, spans[0], remedy, others)


def _mentioned(part: schema.Criterion | schema.Measure) -> set[str]:
    """Every word in the sentences of a definition that could be a name; options in table cells are none."""
    if isinstance(part, schema.Criterion):
        return _words([part.when, part.unless])
    tabled = [part.table.columns, [row[-1:] for row in part.table.rows], part.table.otherwise] if part.table else []
    rows = [
        [row.when for row in part.points or []],
        [[case.when, case.is_, case.otherwise] for case in part.cases or []],
    ]
    bands = [[band.is_, band.otherwise] for band in part.bands or []]
    return _words([part.formula, part.by, list((part.values or {}).values()), tabled, rows, bands])


def _words(node: Any) -> set[str]:
    if isinstance(node, Scalar):
        return {word for word in _WORDS.findall(node.text) if word[0] not in "\"'"}
    inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    return {word for part in inner for word in _words(part)}
