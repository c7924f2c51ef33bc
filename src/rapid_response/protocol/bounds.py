"""Numbers kept small enough to be counted exactly, and brought to the same decimal places."""

from __future__ import annotations

from rapid_response.protocol.combining import at_places, type_of
from rapid_response.protocol.expressions import Value
from rapid_response.protocol.faults import Node, Sentence
from rapid_response.protocol.grammar import Syntax

MOST_PLACES = 6
LARGEST = 2**63 - 1


def level(sentence: Sentence, left: Value, right: Value, tree: Syntax) -> tuple[Value, Value]:
    """Two numbers brought to the same places; other values as they are."""
    if type_of(left).name != "number":
        return left, right
    places = max(left.type.places, right.type.places)
    levelled = at_places(left, places), at_places(right, places)
    for value in levelled:
        require_small(sentence, max(abs(value.type.low), abs(value.type.high)), tree)
    return levelled


def bounded(sentence: Sentence, node: Node, tree: Syntax) -> Node:
    """A node with its words and their place; a number that may become too large is a fault."""
    kind = type_of(node)
    if kind.name == "number":
        require_small(sentence, max(abs(kind.low), abs(kind.high)), tree)
    return sentence.placed(node, tree)


def require_small(sentence: Sentence, largest: float, tree: Syntax) -> None:
    """Raise Faulty where a number may become too large."""
    if largest > LARGEST:
        remedy = "give the facts in it a `min` and `max`, or fewer `decimals`"
        raise sentence.fault("RR402", f"`{sentence.words(tree)}` may become too large to count exactly", tree, remedy)
