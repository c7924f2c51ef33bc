"""Where the characters of a text stand in its file: through quotation marks, codes and folded lines."""

from __future__ import annotations

import re
from functools import lru_cache

from rapid_response.protocol.problems import Span

_Written = tuple[str, int, int]
"""A character in the source with its line and column; an escape, which may stand for any character, is empty."""


@lru_cache(maxsize=8)
def places(text: str, style: str, span: Span) -> list[tuple[int, int]]:
    """Line and column in the source of each character of a scalar's text; reading a sentence asks for many."""
    margin = 1 if style == "quoted" else 0
    if span.line == span.end_line and span.end_column - span.column == len(text) + 2 * margin:
        return [(span.line, span.column + margin + offset) for offset in range(max(1, len(text)))]
    written = [*_written(style, span), (" ", span.end_line, span.end_column)]
    found, position = [], 0
    for character in text:
        while position < len(written) - 1 and not _fits(written[position][0], character):
            position += 1
        found.append(written[position][1:])
        position = min(position + 1, len(written) - 1)
    return found or [(span.line, span.column)]


def _fits(written: str, character: str) -> bool:
    """Whether it was written so: a line's end may become a space, an escape anything."""
    return written in ("", character) or (written == "\n" and character == " ")


def _written(style: str, span: Span) -> list[_Written]:
    """The characters between the quotes, or below a block's first line, or all of plain text."""
    lines = span.source.lines
    found = [
        (character, number, column)
        for number in range(span.line, span.end_line + 1)
        for column, character in enumerate(lines[number - 1] + "\n", 1)
        if (span.line, span.column) <= (number, column) < (span.end_line, span.end_column)
    ]
    if style == "block":
        return [place for place in found if place[1] > span.line]
    if style == "plain":
        return found
    return _unescaped(found[1:-1]) if found[0][0] == '"' else _without_doubles(found[1:-1])


def _unescaped(found: list[_Written]) -> list[_Written]:
    text = "".join(character for character, _, _ in found)
    tokens = re.finditer(r"\\(\n|x..|u.{4}|U.{8}|.)|[^\\]", text)
    return [
        ("", *found[token.start()][1:]) if token.group(1) else found[token.start()]
        for token in tokens
        if token.group(1) != "\n"
    ]


def _without_doubles(found: list[_Written]) -> list[_Written]:
    text = "".join(character for character, _, _ in found)
    return [found[token.start()] for token in re.finditer(r"''|[^']|\n", text)]
