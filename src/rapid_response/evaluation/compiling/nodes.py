"""Every node that a function needs, written once, after the nodes it consists of."""

from __future__ import annotations

from collections.abc import Iterable

from rapid_response.evaluation.compiling.conditions import is_plain, truth_text
from rapid_response.evaluation.compiling.leaves import tabled_fact
from rapid_response.evaluation.compiling.values import mask_text, range_text
from rapid_response.evaluation.compiling.writer import Writer
from rapid_response.evaluation.truth import NO, UNKNOWN, YES
from rapid_response.protocol.expressions import (
    Condition,
    CriterionHolds,
    MeasureValue,
    Value,
    children,
    names_in,
)


def count_uses(roots: Iterable[Condition | Value], writer: Writer) -> set[str]:
    """Count how often each node is used by the roots, and return the names of facts and definitions needed for them."""
    needed = set[str]()
    queue = list(roots)
    while queue:
        root = queue.pop(0)
        _count(root, writer)
        for name in sorted(names_in(root) - needed):
            needed.add(name)
            queue += _definition(name, writer)
    return needed


def write_definitions(needed: set[str], writer: Writer) -> None:
    """Write the criteria and measures needed, each after what it refers to."""
    for name in writer.protocol.order:
        if name in needed and name in writer.protocol.criteria:
            _write_criterion(name, writer)
        elif name in needed:
            _write_measure(name, writer)


def write(node: Condition | Value, writer: Writer) -> None:
    """Write a node after its parts."""
    if node in writer.truths or node in writer.ranges or node in writer.masks:
        return
    for part in () if is_plain(node) else children(node):
        write(part, writer)
    if isinstance(node, Condition):
        _write_condition(node, writer)
    elif node.type.name == "choice":
        writer.masks[node] = mask_text(node, writer)
        writer.keep(node, writer.masks[node])
    else:
        _write_range(node, writer)


def _definition(name: str, writer: Writer) -> list[Condition | Value]:
    if name in writer.protocol.criteria:
        return [writer.protocol.criteria[name].condition]
    return [writer.protocol.measures[name].value] if name in writer.protocol.measures else []


def _count(node: Condition | Value, writer: Writer) -> None:
    writer.uses[node] += 1
    if writer.uses[node] == 1 and (writer.keep_all or tabled_fact(node, writer.protocol) is None):
        for part in children(node):
            _count(part, writer)


def _write_condition(node: Condition, writer: Writer) -> None:
    text = truth_text(node, writer)
    writer.truths[node] = writer.assign(text) if writer.is_shared(node) else text
    writer.keep(node, writer.truths[node])


def _write_range(node: Value, writer: Writer) -> None:
    low, high = range_text(node, writer)
    writer.ranges[node] = (writer.atom(low), writer.atom(high)) if writer.is_shared(node) else (low, high)
    writer.keep(node, f"({', '.join(writer.ranges[node])})")


def _write_criterion(name: str, writer: Writer) -> None:
    criterion, holds = writer.protocol.criteria[name], CriterionHolds(name)
    write(criterion.condition, writer)
    text = writer.truths[criterion.condition]
    if criterion.assumed is None:
        writer.truths[holds] = writer.atom(text)
    else:
        variable = writer.truths[holds] = writer.assign(text)
        writer.lines.append(f"if assume and {variable} == {UNKNOWN}: {variable} = {YES if criterion.assumed else NO}")
    writer.keep(holds, writer.truths[holds])


def _write_measure(name: str, writer: Writer) -> None:
    measure = writer.protocol.measures[name]
    reference = MeasureValue(name, measure.type)
    write(measure.value, writer)
    if measure.type.name == "choice":
        writer.masks[reference] = writer.atom(writer.masks[measure.value])
        writer.keep(reference, writer.masks[reference])
    else:
        low, high = writer.ranges[measure.value]
        writer.ranges[reference] = writer.atom(low), writer.atom(high)
        writer.keep(reference, f"({', '.join(writer.ranges[reference])})")
