"""The entries of a decision table: the condition that each says, and the stretches of a domain that it covers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from rapid_response.protocol.combining import all_of, at_places
from rapid_response.protocol.expressions import (
    Always,
    AnyOf,
    Comparator,
    Compare,
    Condition,
    Constant,
    IsOneOf,
    Not,
    Type,
    Value,
)
from rapid_response.protocol.faults import Sentence, each
from rapid_response.protocol.grammar import Syntax
from rapid_response.protocol.passages import Passage
from rapid_response.protocol.problems import did_you_mean, one_of
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.sentences import Reader
from rapid_response.protocol.values import unscaled

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a table: its condition, and the stretches of the domain that it covers (None: all of it)."""

    condition: Condition
    stretches: list[Stretch] | None

    def mask(self, domain: Sequence[Stretch]) -> int:
        """Which cells of the domain the entry covers."""
        if self.stretches is None:
            return (1 << len(domain)) - 1
        mask = 0
        for low, high in self.stretches:
            first, after = (bisect_left(domain, (edge, edge)) for edge in (low, high + 1))
            mask |= (1 << after) - (1 << first)
        return mask


@dataclass(frozen=True, slots=True)
class EntryReader:
    """Reads the entries of a table."""

    passage: Passage

    def entry(self, cell: Scalar | list[Scalar], column: Value | Condition) -> Entry:
        """The entry that stands in a cell of a column; raises Faulty once its problems are noted."""
        cells = [cell] if isinstance(cell, Scalar) else cell
        if isinstance(cell, Scalar) and cell.text == "any" and cell.style == "plain":
            return Entry(Always(), None)
        named = each(lambda item: self.stretches(item, column), cells)
        covered = [stretch for stretches in named for stretch in stretches]
        return Entry(_covered(column, covered), covered)

    def stretches(self, cell: Scalar, column: Value | Condition) -> list[Stretch]:
        """The stretches of the column's domain that one text names: positions of options, or numbers."""
        tree = self.passage.tree(cell, "cell")
        if isinstance(column, Condition):
            return [self.truth(cell)]
        match tree.data:
            case "between":
                return [self.between(cell, tree, column.type)]
            case "compared":
                return self.compared(cell, tree, column.type)
            case _:
                edge = self.edge(self.passage.reader(cell), tree, column.type)
                return [(edge, edge)]

    def between(self, cell: Scalar, tree: Syntax, kind: Type) -> Stretch:
        reader = self.passage.reader(cell)
        first, last = (self.edge(reader, cast(Syntax, child), kind) for child in tree.children)
        if first > last:
            raise self.passage.fault("RR407", f"`{cell.text}` fits nothing", cell, "write the smaller value first")
        return first, last

    def compared(self, cell: Scalar, tree: Syntax, kind: Type) -> list[Stretch]:
        comparator, edge_tree = str(tree.children[0]), cast(Syntax, tree.children[1])
        edge = self.edge(self.passage.reader(cell), edge_tree, kind)
        if kind.name == "choice" and comparator not in ("==", "!="):
            message = f"the choice `{kind.kind}` has no order"
            raise self.passage.fault("RR306", message, cell, "list the options, or make it a scale")
        found = _compared(comparator, edge, int(kind.low), int(kind.high))
        if not found:
            raise self.passage.fault("RR407", f"`{cell.text}` fits nothing", cell, _range_of(kind))
        return found

    def edge(self, reader: Reader, tree: Syntax, kind: Type) -> int:
        sentence = reader.sentence
        if tree.data == "name":
            self.require_option(sentence, tree, kind)
        value = reader.value(tree, kind)
        if not isinstance(value, Constant) or not value.type.alike(kind):
            remedy = f"write {one_of(kind.options)}" if kind.options else _range_of(kind)
            raise sentence.fault("RR303", f"`{sentence.words(tree)}` is not a value of this column", tree, remedy)
        if value.type.places > kind.places:
            message = f"`{sentence.words(tree)}` has more decimals than the column"
            raise sentence.fault("RR403", message, tree, "round it")
        edge = cast(Constant, at_places(value, kind.places)).value
        if kind.name == "number" and not kind.low <= edge <= kind.high:
            message = f"`{sentence.words(tree)}` lies outside the range of the column"
            raise sentence.fault("RR407", message, tree, _range_of(kind))
        return edge

    def require_option(self, sentence: Sentence, tree: Syntax, kind: Type) -> None:
        """A bare word in a cell is an option, never a fact, criterion or measure."""
        word = str(tree.children[0])
        if kind.name == "number":
            raise sentence.fault("RR303", f"`{word}` is not a number", tree, 'write it like 18, ">= 65" or 18 to 64')
        if word not in kind.options:
            remedy = did_you_mean(word, kind.options, f"write {one_of(kind.options)}")
            raise sentence.fault("RR303", f"`{word}` is not an option of this column", tree, remedy)
        if word in self.passage.names.known():
            remedy = f'write "{word}" in quotes for the option'
            raise sentence.fault("RR309", f"`{word}` is both a name and an option", tree, remedy)

    def truth(self, cell: Scalar) -> Stretch:
        words = {"no": 0, "false": 0, "yes": 1, "true": 1}
        if cell.text not in words:
            raise self.passage.fault("RR303", f"`{cell.text}` is not yes or no", cell, "write yes, no or any")
        return words[cell.text], words[cell.text]


def _compared(comparator: str, edge: int, low: int, high: int) -> list[Stretch]:
    match comparator:
        case "==":
            found = [(edge, edge)]
        case "!=":
            found = [(low, edge - 1), (edge + 1, high)]
        case "<":
            found = [(low, edge - 1)]
        case "<=":
            found = [(low, edge)]
        case ">":
            found = [(edge + 1, high)]
        case _:
            found = [(edge, high)]
    return [stretch for stretch in found if stretch[0] <= stretch[1]]


def _covered(column: Value | Condition, covered: Sequence[Stretch]) -> Condition:
    """The condition that a column's value lies in one of the stretches."""
    if isinstance(column, Condition):
        truths = {truth for truth, _ in covered}
        return Always() if len(truths) == 2 else column if truths == {1} else Not(column, text=f"not {column.text}")
    if column.type.name in ("scale", "choice"):
        positions = [position for low, high in covered for position in range(low, high + 1)]
        names = ", ".join(column.type.options[position] for position in positions)
        return IsOneOf(column, frozenset(positions), text=f"{column.text} in [{names}]")
    parts = tuple(_within(column, low, high) for low, high in covered)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def _within(column: Value, low: int, high: int) -> Condition:
    parts: list[Condition] = []
    for comparator, edge, bound in ((">=", low, column.type.low), ("<=", high, column.type.high)):
        if edge != bound:
            shown = unscaled(edge, column.type.places)
            constant = Constant(edge, replace(column.type, low=edge, high=edge), text=str(shown))
            parts.append(
                Compare(cast(Comparator, comparator), column, constant, text=f"{column.text} {comparator} {shown}")
            )
    return all_of(parts)


def _range_of(kind: Type) -> str:
    low, high = (label(kind, int(end)) for end in (kind.low, kind.high))
    return f"it goes from {low} to {high}"


def label(kind: Type, position: int) -> str:
    """An option or a number of a column's domain, in words."""
    return kind.options[position] if kind.options else str(unscaled(position, kind.places))
