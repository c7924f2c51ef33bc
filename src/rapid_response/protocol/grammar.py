"""Sentences to syntax trees, by the grammar file `conditions.lark`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from rapid_response.protocol.problems import Problem, Span
from rapid_response.protocol.reading import Scalar

Start = Literal["condition", "cell", "due"]
Syntax = Tree[Token]

MOST_CHARACTERS = 4_000
MOST_NESTING = 24

KEYWORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "includes",
        "any",
        "all",
        "of",
        "min",
        "max",
        "count",
        "step",
        "now",
        "tier",
        "unsettled",
        "after",
        "to",
        "yes",
        "no",
        "true",
        "false",
        "minute",
        "minutes",
        "hour",
        "hours",
        "day",
        "days",
        "week",
        "weeks",
        "month",
        "months",
        "year",
        "years",
    ]
)

_HABITS = {
    "=": "write `==` to compare",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`, or `!=` to compare",
    "is": "write `==` to compare",
    "contains": "write `includes`",
    "between": "write it like 65 <= age < 80",
    "else": "write cases as a list under `cases:`",
    "if": "write cases as a list under `cases:`",
}


@cache
def _parser() -> Lark:
    text = files("rapid_response.protocol").joinpath("conditions.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", start=["condition", "cell", "due"], propagate_positions=True)


def parse(scalar: Scalar, start: Start, problems: list[Problem]) -> Syntax | None:
    """The syntax tree of a sentence, or None with the fault appended to `problems`."""
    if len(scalar.text) > MOST_CHARACTERS:
        message = f"longer than {MOST_CHARACTERS:,} characters"
        problems.append(Problem("RR304", message, scalar.at(0, 1), "split it into named criteria"))
        return None
    try:
        tree = _parser().parse(scalar.text, start=start)
    except UnexpectedInput as error:
        problems.append(_unexpected(scalar, error))
        return None
    if _nesting(tree) > MOST_NESTING:
        message = f"nested deeper than {MOST_NESTING} levels"
        problems.append(Problem("RR304", message, scalar.at(0, len(scalar.text)), "split it into named criteria"))
        return None
    return tree


def extent(tree: Syntax | Token) -> tuple[int, int]:
    """Where a part of the tree stands in its sentence: start and end, counted in characters."""
    if isinstance(tree, Token):
        return tree.start_pos or 0, tree.end_pos or 0
    return tree.meta.start_pos, tree.meta.end_pos


def _nesting(tree: Syntax) -> int:
    depths: dict[int, int] = {}
    for subtree in tree.iter_subtrees():
        below = [depths[id(child)] for child in subtree.children if isinstance(child, Tree)]
        depths[id(subtree)] = 1 + max(below, default=0)
    return depths[id(tree)]


def _unexpected(scalar: Scalar, error: UnexpectedInput) -> Problem:
    text = scalar.text
    start = error.pos_in_stream if error.pos_in_stream is not None else len(text)
    if isinstance(error, UnexpectedToken):
        if error.token.type == "$END":
            return Problem("RR304", "the sentence ends too early", _end(scalar), _flow_help(scalar))
        start = error.token.start_pos or 0
        word = str(error.token)
    elif isinstance(error, UnexpectedCharacters):
        word = _word_at(text, start)
    else:
        return Problem("RR304", "the sentence ends too early", _end(scalar), _flow_help(scalar))
    help_line = _HABITS.get(word) or _HABITS.get(word[:1]) or _flow_help(scalar)
    return Problem("RR304", f"`{word}` is not expected here", scalar.at(start, start + len(word)), help_line)


def _end(scalar: Scalar) -> Span:
    return scalar.at(max(0, len(scalar.text.rstrip()) - 1), len(scalar.text.rstrip()))


def _word_at(text: str, start: int) -> str:
    end = start + 1
    while end < len(text) and text[start].isalnum() and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return text[start:end]


def _flow_help(scalar: Scalar) -> str | None:
    cut = scalar.flow and scalar.style == "plain" and scalar.text.count("(") != scalar.text.count(")")
    return "inside braces or brackets a comma ends the text: quote it, or give it a line of its own" if cut else None
