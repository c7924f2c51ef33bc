"""Conditions and values that one yes_no, scale or choice fact decides alone: what they are worth for each answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rapid_response.evaluation.compiling.writer import Writer
from rapid_response.evaluation.truth import NO, NOT, UNKNOWN, YES
from rapid_response.protocol.expressions import (
    Comparator,
    Compare,
    Condition,
    Constant,
    FactHolds,
    FactValue,
    IsOneOf,
    Not,
    Type,
    Value,
)
from rapid_response.protocol.model import Protocol

Answer = bool | str | None


@dataclass(frozen=True, slots=True)
class Table:
    """The leaves of one fact: their variables, and what these are for each answer."""

    variables: tuple[str, ...]
    rows: Mapping[Answer, tuple[int | str, ...]]

    def row(self, answer: Answer) -> str:
        """The statement for one answer."""
        return f"{', '.join(self.variables)} = {', '.join(map(str, self.rows[answer]))}"

    def look_up(self, variable: str, writer: Writer) -> str:
        """The statement for whatever answer is in the variable."""
        single = len(self.variables) == 1
        table = writer.bind({answer: row[0] if single else row for answer, row in self.rows.items()})
        return f"{', '.join(self.variables)} = {table}[{variable}]"


def write_tables(writer: Writer) -> dict[str, Table]:
    """The tables of all leaves that are used, by fact; from now on the leaves count as written."""
    leaves: dict[str, list[Condition | Value]] = {}
    for node in writer.uses:
        fact = tabled_fact(node, writer.protocol)
        if fact is not None:
            leaves.setdefault(fact, []).append(node)
    return {fact: _table(writer.protocol.facts[fact].type, nodes, writer) for fact, nodes in leaves.items()}


def _table(kind: Type, nodes: list[Condition | Value], writer: Writer) -> Table:
    answers: tuple[Answer, ...] = (True, False, None) if kind.name == "yes_no" else (*kind.options, None)
    rows = {answer: tuple(part for node in nodes for part in entry(node, kind, answer)) for answer in answers}
    return Table(tuple(variable for node in nodes for variable in _variables(node, writer)), rows)


def _variables(node: Condition | Value, writer: Writer) -> tuple[str, ...]:
    name = writer.name()
    if isinstance(node, Condition):
        writer.truths[node] = name
    elif node.type.name == "choice":
        writer.masks[node] = name
    else:
        writer.ranges[node] = name, writer.name()
        writer.keep(node, f"({', '.join(writer.ranges[node])})")
        return writer.ranges[node]
    writer.keep(node, name)
    return (name,)


def tabled_fact(node: Condition | Value, protocol: Protocol) -> str | None:
    """The yes_no, scale or choice fact whose value alone decides a leaf, None for other nodes."""
    match node:
        case FactHolds(fact=name) | Not(part=FactHolds(fact=name)):
            return name
        case FactValue(fact=name, type=kind) if kind.name in ("scale", "choice"):
            return name
        case IsOneOf(value=FactValue(fact=name)):
            return name
        case Compare(left=FactValue(fact=name, type=kind), right=Constant()) if kind.name == "scale":
            return name
        case Not(part=part) if isinstance(part, IsOneOf | Compare):
            return tabled_fact(part, protocol)
        case _:
            return None


def entry(node: Condition | Value, kind: Type, answer: Answer) -> tuple[int, ...]:
    """What a leaf is worth for one answer: a truth, a mask, or the two ends of a range."""
    match node:
        case FactHolds():
            return (UNKNOWN if answer is None else YES if answer else NO,)
        case Not(part=part):
            return (NOT[entry(part, kind, answer)[0]],)
        case IsOneOf(options=options):
            every = len(kind.options)
            inside = len(options) if answer is None else int(kind.options.index(str(answer)) in options)
            return (YES if inside == (every if answer is None else 1) else UNKNOWN if inside else NO,)
        case Compare(comparator=comparator, right=Constant(value=constant)):
            position = None if answer is None else kind.options.index(str(answer))
            ends = (0, len(kind.options) - 1) if position is None else (position, position)
            return (compare_ranges(comparator, ends, constant),)
        case _ if kind.name == "choice":
            return ((1 << len(kind.options)) - 1 if answer is None else 1 << kind.options.index(str(answer)),)
        case _:
            return (0, len(kind.options) - 1) if answer is None else (kind.options.index(str(answer)),) * 2


def compare_ranges(comparator: Comparator, ends: tuple[float, float], constant: int) -> int:
    """The truth of a range compared with a constant."""
    low, high = ends
    match comparator:
        case ">=":
            return YES if low >= constant else UNKNOWN if high >= constant else NO
        case ">":
            return YES if low > constant else UNKNOWN if high > constant else NO
        case "<=":
            return YES if high <= constant else UNKNOWN if low <= constant else NO
        case "<":
            return YES if high < constant else UNKNOWN if low < constant else NO
        case "==":
            return YES if low == high == constant else UNKNOWN if low <= constant <= high else NO
        case _:
            return NOT[compare_ranges("==", ends, constant)]
