"""Formulas evaluated for many incidents at once: bit j of every number belongs to the j-th of them.

A pass computes only with and, or and not. Read with "surely in one of these cells" at the leaves it tells what is sure
of each incident; with everything known it tells what is so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from rapid_response.reasoning.nodes import FALSE, TRUE, Nodes

Bits = int
Leaf = tuple[int, int]
"""An axis and a mask of its cells."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A compiled evaluation of nodes. `run(leaves, ones)` takes the bits of each leaf and gives those of each node."""

    leaves: tuple[Leaf, ...]
    run: Callable[[Sequence[Bits], Bits], tuple[Bits, ...]]


def compile_pass(nodes: Nodes, wanted: Sequence[int]) -> Pass:
    """The evaluation of the wanted nodes, in their order.

    >>> nodes = Nodes([2, 2])
    >>> both = nodes.all_of([nodes.leaf(0, 0b10), nodes.leaf(1, 0b10)])
    >>> evaluation = compile_pass(nodes, [both])
    >>> evaluation.leaves, evaluation.run([0b0011, 0b0101], 0b1111)
    (((0, 2), (1, 2)), (1,))
    """
    leaves: list[Leaf] = []
    lines = ["def run(leaves, ones):"]
    for node in nodes.cone(wanted):
        if nodes.kinds[node] == "leaf":
            axis, mask = nodes.parts[node]
            lines.append(f"    n{node} = leaves[{len(leaves)}]")
            leaves.append((axis, mask))
        else:
            lines.append(f"    n{node} = {_written(nodes, node)}")
    results = "".join(f"{ {FALSE: '0', TRUE: 'ones'}.get(node, f'n{node}') }, " for node in wanted)
    text = "\n".join([*lines, f"    return ({results})"])
    bound: dict[str, Callable[[Sequence[Bits], Bits], tuple[Bits, ...]]] = {}
    exec(compile(text, "<formulas>", "exec"), bound)  # noqa: S102  (only numbers and operators written above)
    return Pass(tuple(leaves), bound["run"])


def bits_of(nodes: Nodes, root: int, known: dict[int, Bits], leaf: Callable[[int, int], Bits], ones: Bits) -> Bits:
    """Where one node holds, without a compiled pass; where all nodes below it do is noted in `known`.

    `leaf` gives the bits of an axis and a mask of its cells.

    >>> nodes = Nodes([2, 2])
    >>> both = nodes.all_of([nodes.leaf(0, 0b10), nodes.leaf(1, 0b10)])
    >>> bits_of(nodes, both, {}, lambda axis, mask: (0b0011, 0b0101)[axis], 0b1111)
    1
    """
    waiting = [root]
    while waiting:
        node = waiting[-1]
        leafy = node <= TRUE or nodes.kinds[node] == "leaf"
        missing = () if leafy else [part for part in nodes.parts[node] if part not in known]
        if not missing:
            known[waiting.pop()] = _joined(nodes, node, known, leaf, ones)
        waiting += missing
    return known[root]


def _joined(nodes: Nodes, node: int, known: dict[int, Bits], leaf: Callable[[int, int], Bits], ones: Bits) -> Bits:
    """Where a node holds whose parts are known."""
    parts = nodes.parts[node]
    match nodes.kinds[node]:
        case "leaf":
            return leaf(*parts)
        case "all":
            return reduce(and_, (known[part] for part in parts), ones)
        case _:
            return reduce(or_, (known[part] for part in parts), 0)


def _written(nodes: Nodes, node: int) -> str:
    parts = [f"n{part}" for part in nodes.parts[node]]
    match nodes.kinds[node]:
        case "all":
            return " & ".join(parts)
        case "any":
            return " | ".join(parts)
        case "surely":
            return parts[0]
        case _:
            return f"ones & ~{parts[0]}"
