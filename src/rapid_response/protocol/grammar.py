"""Sentences to syntax trees, by the grammar file `conditions.lark`."""

from __future__ import annotations

import pkgutil
import re
import unicodedata
from functools import cache
from itertools import accumulate
from typing import Literal

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from rapid_response.protocol.problems import Problem
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

_EQUAL, _ORDER = "write `==` to compare", "write `<`, `<=`, `>` or `>=` to compare"
_CASES = "write a condition alone, or several cases in a list under `cases:`"
_QUOTES = "write straight quotation marks, one at each end"

_INSTEAD = {
    **dict.fromkeys(["=", "===", "is", "are", "equals", "equal"], _EQUAL),
    **dict.fromkeys(["more", "less", "greater", "than", "over", "under", "above", "below", "before", "at"], _ORDER),
    **dict.fromkeys(["if", "then", "else", "when"], _CASES),
    **dict.fromkeys(["“", "”", "‘", "’", "「", "」", '"', "'"], _QUOTES),
    **dict.fromkeys(["contains", "contain", "include", "has", "have"], "write `includes`"),
    **dict.fromkeys(["&", "&&"], "write `and`"),
    **dict.fromkeys(["|", "||"], "write `or`"),
    **dict.fromkeys(["=>", "≥"], "write `>=`"),
    **dict.fromkeys(["=<", "≤"], "write `<=`"),
    **dict.fromkeys(["<>", "≠"], "write `!=`"),
    "!": "write `not`, or `!=` to compare",
    "unless": "write `unless:` on a line of its own",
    "between": "write it like 65 <= age < 80",
    "**": "multiply it out with `*`",
    "%": "write it as a plain number",
    "(": "only min, max, count and step are followed by `(`",
    "[": "write `in [a, b]`, or `includes any of [a, b]`",
    ".": "names and conditions have no full stops",
    ",": "write `and` or `or` between conditions, and numbers without commas",
    ":": "write times like 2026-01-31T09:00",
}
_AFTER = {
    "in": "write the options in square brackets: in [a, b]",
    "not": "write `not` before the whole comparison, or `!=` within it",
    "no": "write `not`",
    "if": _CASES,
}
_IN_CELLS = {"-": "write it like 18 to 64", "–": "write it like 18 to 64", "+": 'write it like ">= 65"'}
_FORMS = {"cell": 'write it like killed, 65, ">= 65" or 18 to 64', "due": "write it like 24 hours after occurred_at"}
_WORD = re.compile(r"\w+|[=<>!&|*]+|.", re.DOTALL)


@cache
def _parser() -> Lark:
    text = pkgutil.get_data(__package__, "conditions.lark") or b""
    return Lark(text.decode("utf-8"), parser="lalr", start=["condition", "cell", "due"], propagate_positions=True)


def parse(scalar: Scalar, start: Start, problems: list[Problem]) -> Syntax | None:
    """The syntax tree of a sentence, or None with the fault appended to `problems`."""
    if len(scalar.text) > MOST_CHARACTERS:
        message = f"the sentence is longer than {MOST_CHARACTERS:,} characters"
        problems.append(Problem("RR304", message, scalar.span, "split it into named criteria or measures"))
        return None
    try:
        tree = None if _depth(scalar.text) > MOST_NESTING else _parser().parse(scalar.text, start=start)
    except UnexpectedInput as error:
        problems.append(_unexpected(scalar, start, error))
        return None
    if tree is None or _nesting(tree) > MOST_NESTING:
        message = f"the sentence has parts within parts, more than {MOST_NESTING} levels deep"
        problems.append(Problem("RR304", message, scalar.span, "split it into named criteria or measures"))
        return None
    return tree


def extent(tree: Syntax | Token) -> tuple[int, int]:
    """Where a part of the tree stands in its sentence: start and end, counted in characters."""
    if isinstance(tree, Token):
        return tree.start_pos or 0, tree.end_pos or 0
    return tree.meta.start_pos, tree.meta.end_pos


def _depth(text: str) -> int:
    """How deep parentheses are nested; the tree does not show it."""
    depths = accumulate({"(": 1, ")": -1}.get(character, 0) for character in text)
    return max(depths, default=0)


def _nesting(tree: Syntax) -> int:
    depths: dict[int, int] = {}
    for subtree in tree.iter_subtrees():
        below = [depths[id(child)] for child in subtree.children if isinstance(child, Tree)]
        depths[id(subtree)] = 1 + max(below, default=0)
    return depths[id(tree)]


def _unexpected(scalar: Scalar, start: Start, error: UnexpectedInput) -> Problem:
    position = error.pos_in_stream
    at_end = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    if at_end or position is None:
        return _ends_early(scalar, start)
    words = [found for found in _WORD.finditer(scalar.text) if found.group() not in " \n"]
    index = max(i for i, found in enumerate(words) if found.start() <= position)
    word, before = words[index], words[index - 1].group() if index else ""
    shown = f"`{word.group()}`" if word.group().isprintable() else f"the character U+{ord(word.group()):04X}"
    remedy = _remedy(word.group(), before, start) or _flow_help(scalar)
    return Problem("RR304", f"{shown} is not expected here", scalar.at(*word.span()), remedy)


def _remedy(word: str, before: str, start: Start) -> str | None:
    """What to write instead of a word that people use, and the language does not."""
    for found in (word, before):
        if found.lower() in KEYWORDS and found != found.lower():
            return f"write `{found.lower()}` in small letters"
    if start == "cell" and word in _IN_CELLS:
        return _IN_CELLS[word]
    usual = unicodedata.normalize("NFKC", word)
    if usual != word and usual.isascii():
        return f"write the plain `{usual}`" if usual.strip() else "write an ordinary space"
    if not word.isascii() and word.isalpha():
        return "names are English letters, digits and _"
    return _FORMS.get(start) or _AFTER.get(before) or _INSTEAD.get(word.lower())


def _ends_early(scalar: Scalar, start: Start) -> Problem:
    text = scalar.text.rstrip()
    opened = max(text.rfind("("), text.rfind("["))
    if text.count("(") > text.count(")") or text.count("[") > text.count("]"):
        message = f"`{text[opened]}` is opened here and never closed"
        return Problem("RR304", message, scalar.at(opened, opened + 1), _flow_help(scalar))
    words = _WORD.findall(text)
    missing = f"something is missing after `{words[-1]}`" if words else "the sentence is empty"
    return Problem("RR304", missing, scalar.at(max(0, len(text) - 1), len(text)), _FORMS.get(start))


def _flow_help(scalar: Scalar) -> str | None:
    cut = scalar.flow and scalar.style == "plain" and scalar.text.count("(") != scalar.text.count(")")
    return "inside braces or brackets a comma ends the text: quote it, or give it a line of its own" if cut else None
