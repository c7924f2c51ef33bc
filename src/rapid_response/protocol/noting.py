"""Where things stand in the merged document, and the problems that are noted there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rapid_response.protocol.faults import Faulty
from rapid_response.protocol.problems import Problem, Span, did_you_mean, one_of
from rapid_response.protocol.reading import Mapping as MappingNode
from rapid_response.protocol.reading import Node, Scalar
from rapid_response.protocol.reading import Sequence as SequenceNode

Path = tuple[str | int, ...]
Other = tuple[Span, str]
Part = TypeVar("Part")
Checked = TypeVar("Checked")
Default = TypeVar("Default")


@dataclass(frozen=True, slots=True)
class Place:
    """Finds where things stand in the merged document."""

    root: MappingNode

    def node(self, path: Path) -> Node | None:
        """The node at a path of keys and positions, None where there is none."""
        node: Node | None = self.root
        for step in path:
            if isinstance(node, MappingNode) and isinstance(step, str):
                node = node.get(step)
            elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                return None
        return node

    def span(self, path: Path) -> Span:
        """Where a thing is named: its key, or its first text where it has none."""
        while path:
            parent = self.node(path[:-1])
            if isinstance(parent, MappingNode) and isinstance(path[-1], str) and (key := parent.key(path[-1])):
                return key.span
            if (node := self.node(path)) is not None:
                return node.span if node.span.line == node.span.end_line else _first_text(node)
            path = path[:-1]
        return _first_text(self.root)


def _first_text(node: Node) -> Span:
    while not isinstance(node, Scalar):
        first = [key for key, _ in node.entries] if isinstance(node, MappingNode) else node.items
        if not first:
            return node.span
        node = first[0]
    return node.span


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes problems at places of the document."""

    place: Place
    problems: list[Problem]

    def span(self, path: Path) -> Span:
        """Where a thing is named."""
        return self.place.span(path)

    def note(
        self, problem: str, message: str, at: Path | Span, remedy: str | None = None, others: tuple[Other, ...] = ()
    ) -> None:
        """Note a problem at a path or a place, with other places that belong to it."""
        span = at if isinstance(at, Span) else self.span(at)
        self.problems.append(Problem(problem, message, span, remedy, others))

    def section(
        self, section: str, parts: Mapping[str, Part], check: Callable[[str, Part, Path], Checked]
    ) -> dict[str, Checked]:
        """What `check` makes of every part of a section; faulty parts are left out, their problems noted."""
        checked: dict[str, Checked] = {}
        for name, part in parts.items():
            try:
                checked[name] = check(name, part, (section, name))
            except Faulty:
                continue
        return checked

    def word_of(self, scalar: Scalar | None, words: Sequence[str], default: Default) -> str | Default:
        """One of some words, `default` where nothing is written or another word."""
        if scalar is None:
            return default
        if scalar.text not in words:
            remedy = did_you_mean(scalar.text, words, f"write {one_of(words)}")
            message = f"`{scalar.text}` is not one of the words that fit here"
            self.problems.append(Problem("RR203", message, scalar.span, remedy))
            return default
        return scalar.text
