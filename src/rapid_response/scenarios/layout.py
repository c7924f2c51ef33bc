"""Lines of text that fit their columns, in English and Chinese."""

from __future__ import annotations

import re
import unicodedata

WIDTH = 80
_WORDS = re.compile(r"\s+|[\u2e80-\uffdc][，。、；：！？」）]*|[^\s\u2e80-\uffdc]+[，。、；：！？」）]*")


def columns(text: str) -> int:
    """How many columns a terminal gives a text: East Asian wide characters take two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, first: str = "", rest: str = "", width: int = WIDTH) -> list[str]:
    """A text on lines of at most `width` columns; Chinese may break anywhere but before a closing mark.

    >>> wrapped("one two three", "- ", "  ", width=9)
    ['- one two', '  three']
    >>> wrapped("以上是建議，由人決定。", width=12)
    ['以上是建議，', '由人決定。']
    """
    lines, line = [], first
    for word in _WORDS.findall(text.strip()):
        if columns((line + word).rstrip()) > width and line.strip() not in ("", first.strip()):
            lines.append(line.rstrip())
            line = rest
        line += "" if word.isspace() and not line.strip() else " " if word.isspace() else word
    return [*lines, line.rstrip()]
