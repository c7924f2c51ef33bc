"""Faults of sentences: noted at the words that they stand in, then thrown, while the rest is read on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from lark import Token

from rapid_response.protocol.expressions import Condition, Value
from rapid_response.protocol.grammar import Syntax, extent
from rapid_response.protocol.problems import Problem
from rapid_response.protocol.reading import Scalar

Node = TypeVar("Node", bound=Condition | Value)
Item = TypeVar("Item")
Found = TypeVar("Found")


class Faulty(Exception):
    """Thrown where a sentence cannot be understood any further; its problem is already noted."""


def each(read: Callable[[Item], Found], items: Iterable[Item]) -> list[Found]:
    """What `read` makes of every item; the problems of all are noted before Faulty is raised."""
    found: list[Found] = []
    faulty = False
    for item in items:
        try:
            found.append(read(item))
        except Faulty:
            faulty = True
    if faulty:
        raise Faulty
    return found


def tried(read: Callable[[], Found]) -> Found | None:
    """What is read, None where it is faulty; its problems are noted."""
    try:
        return read()
    except Faulty:
        return None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence where it stands in a file. Every fault is appended to `problems`."""

    scalar: Scalar
    problems: list[Problem]

    def fault(self, problem: str, message: str, tree: Syntax | Token, remedy: str | None = None) -> Faulty:
        """Note a problem at the words of a syntax tree; what is returned is to be raised."""
        self.problems.append(Problem(problem, message, self.scalar.at(*extent(tree)), remedy))
        return Faulty()

    def words(self, tree: Syntax | Token) -> str:
        """The words of a syntax tree, with single spaces between them."""
        start, end = extent(tree)
        return " ".join(self.scalar.text[start:end].split())

    def placed(self, node: Node, tree: Syntax) -> Node:
        """A node with the words of its syntax tree and their place."""
        return replace(node, text=self.words(tree), span=self.scalar.at(*extent(tree)))

    def spanning(self, node: Node, trees: list[Syntax]) -> Node:
        """A node with the words from the first to the last of several syntax trees, and their place."""
        start, end = extent(trees[0])[0], extent(trees[-1])[1]
        words = " ".join(self.scalar.text[start:end].split())
        return replace(node, text=words, span=self.scalar.at(start, end))
