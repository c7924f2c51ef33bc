"""Conditions as they nest: sentences, lists, and blocks of all, any, none and at least."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rapid_response.protocol.expressions import AllOf, Always, AnyOf, AtLeast, Condition, Not
from rapid_response.protocol.faults import Faulty, each
from rapid_response.protocol.grammar import parse
from rapid_response.protocol.noting import Notes, Path
from rapid_response.protocol.problems import did_you_mean
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.resolving import Names
from rapid_response.protocol.sentences import Reader

BLOCKS = ("all", "any", "none", "at_least")


@dataclass(frozen=True, slots=True)
class ConditionReader:
    """Reads conditions, whose sentences may use `names`."""

    names: Names
    notes: Notes

    def condition(self, node: Any, path: Path) -> Condition:
        """A condition, written as a sentence or as a block; raises Faulty once all its problems are noted."""
        if isinstance(node, Scalar):
            tree = parse(node, "condition", self.notes.problems)
            if tree is None:
                raise Faulty
            return Reader(node, self.names, self.notes.problems).condition(tree)
        if isinstance(node, list):
            return self.all_of(node, path)
        return self.block(node, path)

    def stated(self, nodes: Mapping[str, Any], path: Path) -> dict[str, Condition]:
        """The conditions that a part states, by their keys; the problems of all are noted before Faulty is raised."""
        found = [(key, node) for key, node in nodes.items() if node is not None]
        return dict(each(lambda pair: (pair[0], self.condition(pair[1], (*path, pair[0]))), found))

    def gate(self, when: Any, unless: Any, path: Path) -> tuple[Condition, Condition | None]:
        """When a part applies, and unless what; always where it does not say when."""
        read = self.stated({"when": when, "unless": unless}, path)
        return read.get("when", Always()), read.get("unless")

    def block(self, node: dict[str, Any], path: Path) -> Condition:
        keys = set(node)
        blocks = [key for key in BLOCKS if key in keys]
        if len(blocks) > 1:
            message = f"`{blocks[0]}` and `{blocks[1]}` exclude each other"
            self.notes.note("RR205", message, (*path, blocks[1]), "make a list of them, each after `- `")
            raise Faulty
        key = blocks[0] if blocks else None
        expected = {"at_least", "of"} if key == "at_least" else {key}
        if key is None or keys != expected:
            odd = next((key for key in node if key not in expected), next(iter(node), ""))
            usual = "a block is all, any, none, or at_least with of"
            listed = f"write the condition as text, like {odd} == …" if odd in self.names.known() else usual
            remedy = did_you_mean(odd, [*BLOCKS, "of"], listed)
            self.notes.note("RR201", f"`{odd}` is not a word of a condition", (*path, odd), remedy)
            raise Faulty
        if key == "at_least":
            return self.at_least(node, path)
        parts = self.parts(node[key], (*path, key))
        span = self.notes.span((*path, key))
        match key:
            case "all":
                return AllOf(parts, text="all of", span=span)
            case "any":
                return AnyOf(parts, text="any of", span=span)
            case _:
                return Not(AnyOf(parts, text="any of", span=span), text="none of", span=span)

    def all_of(self, nodes: list[Any], path: Path) -> Condition:
        parts = self.parts(nodes, path)
        return parts[0] if len(parts) == 1 else AllOf(parts, text="all of", span=self.notes.span(path))

    def at_least(self, node: dict[str, Any], path: Path) -> Condition:
        parts = self.parts(node["of"], (*path, "of"))
        number = node["at_least"]
        if not isinstance(number, Scalar) or number.text not in map(str, range(1, len(parts) + 1)):
            remedy = f"write a number from 1 to {len(parts)}, which is how many conditions `of` has"
            self.notes.note("RR203", "`at_least` is not such a number of conditions", (*path, "at_least"), remedy)
            raise Faulty
        return AtLeast(int(number.text), parts, text=f"at least {number.text} of", span=self.notes.span(path))

    def parts(self, nodes: Any, path: Path) -> tuple[Condition, ...]:
        if not isinstance(nodes, list) or not nodes:
            self.notes.note(
                "RR203", "a list of conditions was expected here", path, "write one condition per line, each after `- `"
            )
            raise Faulty
        return tuple(each(lambda item: self.condition(item[1], (*path, item[0])), enumerate(nodes)))
