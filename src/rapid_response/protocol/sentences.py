"""Sentences with their names and types settled: syntax trees become checked conditions and values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from lark import Token

from rapid_response.protocol import literals
from rapid_response.protocol.calculating import arithmetic, extreme, negative, step
from rapid_response.protocol.combining import CALENDAR, YES_NO, chosen, points, type_of
from rapid_response.protocol.comparing import comparison, membership
from rapid_response.protocol.expressions import (
    AllOf,
    AnyOf,
    Comparator,
    Condition,
    CriterionHolds,
    FactHolds,
    FactValue,
    Includes,
    Not,
    ResponseActive,
    Type,
    Unsettled,
    Value,
)
from rapid_response.protocol.faults import Sentence, each
from rapid_response.protocol.grammar import Syntax
from rapid_response.protocol.hints import as_number, described, sort_of, use_of
from rapid_response.protocol.problems import Problem, one_of
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.resolving import Names, Operand, Resolver, Word, word


class Reader:
    """Reads one sentence of a protocol. Every fault is appended to `problems`."""

    def __init__(self, scalar: Scalar, names: Names, problems: list[Problem]) -> None:
        self.sentence = Sentence(scalar, problems)
        self.resolver = Resolver(self.sentence, names)

    # Conditions

    def condition(self, tree: Syntax) -> Condition:
        """The checked condition of a syntax tree; raises Faulty once all its faults are noted."""
        match tree.data:
            case "and_":
                return self.sentence.placed(AllOf(self.conditions(tree.children)), tree)
            case "or_":
                return self.sentence.placed(AnyOf(self.conditions(tree.children)), tree)
            case "not_":
                return self.sentence.placed(Not(self.condition(_subtree(tree, 0))), tree)
            case "compare":
                return self.chain(tree)
            case "in_":
                return self.membership(tree)
            case "not_in":
                return self.sentence.placed(Not(self.membership(tree)), tree)
            case "includes" | "includes_any" | "includes_all":
                return self.inclusion(tree)
            case "name":
                return self.standing(tree)
            case _:
                message = f"`{self.sentence.words(tree)}` is not a condition"
                raise self.sentence.fault("RR307", message, tree, "compare it with something")

    def conditions(self, trees: Iterable[Syntax | Token]) -> tuple[Condition, ...]:
        return tuple(each(lambda tree: self.condition(cast(Syntax, tree)), trees))

    def standing(self, tree: Syntax) -> Condition:
        name = str(tree.children[0])
        operand = self.operand(tree)
        if isinstance(operand, FactHolds | CriterionHolds | Unsettled | ResponseActive):
            return operand
        if isinstance(operand, Word):
            raise self.resolver.unknown(tree, name)
        kind = type_of(operand)
        raise self.sentence.fault("RR307", f"`{name}` is {sort_of(kind)}, not a condition", tree, use_of(name, kind))

    def chain(self, tree: Syntax) -> Condition:
        trees = [cast(Syntax, child) for child in tree.children[::2]]
        comparators = [cast(Comparator, str(child)) for child in tree.children[1::2]]
        operands = self.operands(trees)
        pairs = [
            comparison(self.sentence, comparator, operands[i], operands[i + 1], trees[i : i + 2])
            for i, comparator in enumerate(comparators)
        ]
        return self.sentence.placed(pairs[0] if len(pairs) == 1 else AllOf(tuple(pairs)), tree)

    def operands(self, trees: list[Syntax]) -> list[Value | Condition]:
        """Values that stand side by side; bare words are read as options of what they stand beside."""
        found = each(self.operand, trees)
        anchor = next((operand for operand in found if not isinstance(operand, Word)), None)
        if anchor is None:
            raise self.resolver.none_known(cast(list[Word], found))
        assert not isinstance(anchor, Word)
        kind = type_of(anchor)
        for operand, tree in zip(found, trees, strict=True):
            self.resolver.refuse_clash(operand, tree, kind)
        return [self.resolver.settled(operand, kind) if isinstance(operand, Word) else operand for operand in found]

    def membership(self, tree: Syntax) -> Condition:
        trees = [_subtree(tree, 0), *_children(_subtree(tree, 1))]
        left, *right = self.operands(trees)
        return membership(self.sentence, left, right, tree, trees)

    def inclusion(self, tree: Syntax) -> Condition:
        fact_tree, what = _subtree(tree, 0), _subtree(tree, 1)
        fact = self.operand(fact_tree)
        if not isinstance(fact, FactValue) or fact.type.name != "choices":
            message = f"`{self.sentence.words(fact_tree)}` is not a fact of several choices"
            raise self.sentence.fault("RR305", message, fact_tree, "write `==` or `in [...]`")
        items = _children(what) if what.data == "list" else [what]
        positions = frozenset([self.position(item, fact.type) for item in items])
        return self.sentence.placed(Includes(fact.fact, positions, tree.data == "includes_all"), tree)

    def position(self, item: Syntax, kind: Type) -> int:
        """The position of an option; beside `includes` a name is an option, whatever else it may name."""
        if item.data not in ("name", "text"):
            self.operand(item)  # a number or time that cannot be read is told as such
            message = f"`{self.sentence.words(item)}` is not an option"
            raise self.sentence.fault("RR305", message, item, f"write {one_of(kind.options)}")
        return self.resolver.option(word(item), kind).value

    # Values

    def value(self, tree: Syntax, kind: Type | None = None) -> Value:
        """The checked value of a syntax tree; a bare word is an option of `kind`. Raises Faulty."""
        operand = self.operand(tree)
        if kind is not None:
            self.resolver.refuse_clash(operand, tree, kind)
        if isinstance(operand, Word):
            if kind is None:
                raise self.resolver.unknown(operand.tree, operand.text)
            operand = self.resolver.settled(operand, kind)
        if isinstance(operand, Condition):
            words = self.sentence.words(tree)
            message = f"`{words}` is yes or no; a value was expected"
            raise self.sentence.fault("RR308", message, tree, as_number(words, YES_NO))
        if type_of(operand) == CALENDAR:
            raise self.sentence.fault("RR305", "months and years differ in length", tree, "add them to a moment")
        return operand

    def operand(self, tree: Syntax) -> Operand:
        """A value, a condition that stands alone, or a word that is neither yet."""
        match tree.data:
            case "name":
                return self.resolver.named(tree)
            case "text":
                return word(tree)
            case "number" | "negative_number":
                return literals.number(self.sentence, tree, negative=tree.data == "negative_number")
            case "duration":
                return literals.duration(self.sentence, tree)
            case "time":
                return literals.time(self.sentence, tree, self.resolver.names.zone)
            case "plus" | "minus" | "times" | "divided":
                trees = _children(tree)
                left, right = (self.quantity(side) for side in trees)
                return arithmetic(self.sentence, left, right, tree, trees)
            case "negative":
                return negative(self.sentence, self.quantity(_subtree(tree, 0)), tree)
            case "least" | "greatest":
                trees = _children(_subtree(tree, 0))
                return extreme(self.sentence, self.operands(trees), tree, trees)
            case "count":
                return self.count(tree)
            case "step":
                trees = _children(tree)
                return step(self.sentence, self.scale(trees[0]), self.quantity(trees[1]), tree, trees)
            case _:
                return self.condition(tree)

    def quantity(self, tree: Syntax) -> Value:
        """A number or a time."""
        operand = self.operand(tree)
        if isinstance(operand, Word):
            raise self.resolver.unknown(operand.tree, operand.text)
        if isinstance(operand, Condition) or operand.type.name not in ("number", "moment", "date", "duration"):
            kind, words = type_of(operand), self.sentence.words(tree)
            message = f"`{words}` is {sort_of(kind)}; a number or a time was expected"
            raise self.sentence.fault("RR308", message, tree, as_number(words, kind))
        return operand

    def scale(self, tree: Syntax) -> Value:
        """A step of a scale, which `step` may move."""
        operand = self.operand(tree)
        if isinstance(operand, Word):
            raise self.resolver.unknown(operand.tree, operand.text)
        if isinstance(operand, Condition) or operand.type.name != "scale":
            message = f"step(…) moves on a scale, `{self.sentence.words(tree)}` is {described(type_of(operand))}"
            raise self.sentence.fault("RR305", message, tree, "write + or - to change a number")
        return operand

    def count(self, tree: Syntax) -> Value:
        trees = _children(_subtree(tree, 0))
        if len(trees) == 1 and trees[0].data == "name":
            operand = self.operand(trees[0])
            if isinstance(operand, FactValue) and operand.type.name == "choices":
                return self.sentence.placed(chosen(operand.fact, operand.type), tree)
        return self.sentence.placed(points([(1, part) for part in self.conditions(trees)]), tree)


def _subtree(tree: Syntax, position: int) -> Syntax:
    return cast(Syntax, tree.children[position])


def _children(tree: Syntax) -> list[Syntax]:
    return [cast(Syntax, child) for child in tree.children]
