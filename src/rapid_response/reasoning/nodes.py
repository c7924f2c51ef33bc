"""A store of negation-free formulas in which equal formulas are one node.

A node is a whole number. Every even node `n` and its opposite `n + 1` are made together, so that the opposite of any
node is `n ^ 1` and no formula ever holds a "not". A leaf says that a variable's value lies in one of some cells, given
as a bit mask; leaves of one variable that stand side by side become one leaf.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

FALSE, TRUE = 0, 1
FLATTENED = 8
"""A part of the same kind with at most so many parts is taken apart, so that more leaves can meet."""

MOST_SUMS = 20_000

Kind = Literal["leaf", "all", "any", "surely", "not surely"]
_OPPOSITE: dict[Kind, Kind] = {
    "leaf": "leaf",
    "all": "any",
    "any": "all",
    "surely": "not surely",
    "not surely": "surely",
}


class TooMany(Exception):
    """Thrown where a formula would grow beyond all use."""


def opposite(node: int) -> int:
    """The node that holds exactly where this one does not."""
    return node ^ 1


@dataclass(slots=True)
class Nodes:
    """Formulas over variables, `widths[v]` cells each.

    >>> nodes = Nodes([3, 2])
    >>> low, middle, other = nodes.leaf(0, 0b001), nodes.leaf(0, 0b010), nodes.leaf(1, 0b01)
    >>> nodes.any_of([low, middle]) == opposite(nodes.leaf(0, 0b100))
    True
    >>> nodes.all_of([low, other, middle]) == FALSE
    True
    """

    widths: list[int]
    kinds: list[Kind] = field(default_factory=lambda: ["any", "all"])
    parts: list[tuple[int, ...]] = field(default_factory=lambda: [(), ()])
    ids: dict[tuple[Kind, tuple[int, ...]], int] = field(default_factory=dict)

    def leaf(self, variable: int, mask: int) -> int:
        """The variable's value lies in one of the cells of the mask."""
        full = (1 << self.widths[variable]) - 1
        if mask & full in (0, full):
            return TRUE if mask & full else FALSE
        return self._pair("leaf", (variable, mask & full), (variable, full & ~mask))

    def all_of(self, parts: Iterable[int]) -> int:
        """Every part holds."""
        leaves: dict[int, int] = {}
        others: set[int] = set()
        for part in self._flat(parts):
            if self.kinds[part] == "leaf":
                variable, mask = self.parts[part]
                leaves[variable] = leaves.get(variable, mask) & mask
            else:
                others.add(part)
        others |= {self.leaf(variable, mask) for variable, mask in leaves.items()}
        others.discard(TRUE)
        if FALSE in others or any(opposite(part) in others for part in others):
            return FALSE
        if len(others) < 2:
            return next(iter(others), TRUE)
        listed = tuple(sorted(others))
        return self._pair("all", listed, tuple(sorted(map(opposite, listed))))

    def any_of(self, parts: Iterable[int]) -> int:
        """At least one part holds."""
        return opposite(self.all_of(map(opposite, parts)))

    def surely(self, node: int) -> int:
        """The node is known to hold. Where everything is known this is the node itself."""
        if node in (FALSE, TRUE):
            return node
        return self._pair("surely", (node,), (node,))

    def at_least(self, number: int, parts: Sequence[int]) -> int:
        """At least `number` of the parts hold."""
        return self.reaches([(1, part) for part in parts], number)

    def reaches(self, terms: Sequence[tuple[int, int]], goal: int) -> int:
        """The weights of the terms (weight, node) that hold add up to at least the goal.

        >>> nodes = Nodes([2, 2])
        >>> a, b = nodes.leaf(0, 0b10), nodes.leaf(1, 0b10)
        >>> nodes.reaches([(2, a), (-1, b)], 2) == nodes.all_of([a, opposite(b)])
        True
        """
        goal -= sum(weight for weight, _ in terms if weight < 0)
        positive = [(abs(weight), node if weight > 0 else opposite(node)) for weight, node in terms if weight]
        *levels, last = _needs(positive, goal)
        below = {need: FALSE if need else TRUE for need in last}
        for (weight, node), needs in zip(reversed(positive), reversed(levels), strict=True):
            below = {
                need: self.any_of([below[need], self.all_of([node, below[max(need - weight, 0)]])]) for need in needs
            }
        return below[max(goal, 0)]

    def either(self, condition: int, then: int, otherwise: int) -> int:
        """What `then` or `otherwise` says; where both hold, whether the condition does need not be known."""
        one = self.all_of([condition, then])
        other = self.all_of([opposite(condition), otherwise])
        return self.any_of([one, other, self.all_of([then, otherwise])])

    def cone(self, roots: Iterable[int]) -> list[int]:
        """The roots and every node below them, each after its parts; both sides of what may be unknown."""
        found: set[int] = set()
        queue = [root for root in roots if root > TRUE]
        while queue:
            node = queue.pop()
            if node not in found:
                found.add(node)
                if self.kinds[node] != "leaf":
                    queue += self.parts[node]
                if self.kinds[node] in ("surely", "not surely"):
                    queue.append(opposite(self.parts[node][0]))
        return sorted(found)

    def _flat(self, parts: Iterable[int]) -> Iterable[int]:
        for part in parts:
            if self.kinds[part] == "all" and len(self.parts[part]) <= FLATTENED:
                yield from self.parts[part] or (part,)
            else:
                yield part

    def _pair(self, kind: Kind, parts: tuple[int, ...], opposed: tuple[int, ...]) -> int:
        """The node of that kind and parts; where it is new, its opposite is made with it."""
        node = self.ids.get((kind, parts))
        if node is None:
            node = len(self.kinds)
            self.kinds += [kind, _OPPOSITE[kind]]
            self.parts += [parts, opposed]
            self.ids[kind, parts] = node
            self.ids[_OPPOSITE[kind], opposed] = node + 1
        return node


def _needs(terms: Sequence[tuple[int, int]], goal: int) -> list[list[int]]:
    """For each term, and after the last one, every sum that may still be missing there; 0 where it is reached."""
    levels = [[max(goal, 0)]]
    for weight, _ in terms:
        levels.append(sorted({*levels[-1], *(max(need - weight, 0) for need in levels[-1])}))
        if sum(map(len, levels)) > MOST_SUMS:
            raise TooMany
    return levels
