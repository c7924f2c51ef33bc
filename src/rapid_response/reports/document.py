"""The shape of all that is printed: a document of sections and blocks, for terminal, Markdown and pages alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rapid_response.evaluation.truth import Word
from rapid_response.protocol.model import Named
from rapid_response.protocol.problems import Span
from rapid_response.reports.catalogue import DOT
from rapid_response.reports.figures import Plot
from rapid_response.reports.vocabulary import clean

Shown = Literal["always", "for_the_record", "folded"]
Style = Literal["plain", "strong", "quiet", "alert", "code", "heading"]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of words in one style. Make it with `run`, which leaves nothing in the text that acts on a screen."""

    text: str
    style: Style = "plain"


Line = tuple[Run, ...]


def run(text: str, style: Style = "plain") -> Run:
    """Words in a style, cleaned, with a space kept at either end."""
    return Run(f"{' ' * text.startswith(' ')}{clean(text)}{' ' * text.endswith(' ')}", style)


def line(text: str, style: Style = "plain") -> Line:
    """A line in one style."""
    return (run(text, style),)


def between(lines: Iterable[Line], separator: str) -> Line:
    """Lines joined into one."""
    joined: list[Run] = []
    for part in lines:
        joined += [Run(separator, "quiet"), *part] if joined else part
    return tuple(joined)


def plain(words: Line) -> str:
    """The text of a line alone."""
    return "".join(part.text for part in words)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of any length; `small` for small print."""

    words: Line
    small: bool = False


def place(span: Span | None) -> str:
    """The file and line where something stands, nothing where it stands in no file."""
    return f"{span.source.file}:{span.line}" if span else ""


def origin(part: Named, source: str) -> Paragraph:
    """A part's name, what it goes back to, and where it stands."""
    stated = [line(part.name, "code"), line(source, "quiet"), line(place(part.span), "code")]
    return Paragraph(between([words for words in stated if plain(words)], DOT), small=True)


@dataclass(frozen=True, slots=True)
class Series:
    """Short lines that may stand side by side."""

    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """Lines below each other."""

    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A condition with the conditions it is made of; `state` is how it came out, where there is a result."""

    words: Line
    parts: tuple[Tree, ...] = ()
    state: Word | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a heading; the last `numbers` columns hold numbers."""

    heading: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    numbers: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture on pages, with what it shows in words, and its numbers as a table; elsewhere the table alone."""

    plot: Plot
    words: str
    table: Table


@dataclass(frozen=True, slots=True)
class Listing:
    """A long table that pages offer to search; elsewhere its first rows, and how many there are beyond them."""

    table: Table
    search: str
    first: int
    more: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Words and what each stands for."""

    rows: tuple[tuple[str, Block], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A tier on the ladder: whether it is recommended, still possible or out of the question, and that in words.

    On a track it may be the one that people decided on.
    """

    title: str
    place: Literal["recommended", "possible", "outside", "decided"]
    note: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """All tiers, least first."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """All tiers in one slim row, least first: on pages only, beside words that say the same."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """How many of something there are; `style` sets it off."""

    label: Line
    count: int
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Bars:
    """Counts below each other, as lengths."""

    rows: tuple[Bar, ...]

    @property
    def most(self) -> int:
        """The greatest count, at least 1."""
        return max(1, *(bar.count for bar in self.rows))


@dataclass(frozen=True, slots=True)
class Entry:
    """Something with a title of its own: a rule, a response."""

    title: Line
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Fold:
    """Detail on pages only, for those who open it."""

    title: str
    blocks: tuple[Block, ...]


Block = Paragraph | Series | Items | Tree | Table | Figure | Listing | Terms | Ladder | Track | Bars | Entry | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks and further sections under a title.

    What is `for_the_record` is left out on the terminal; what is `folded` is on pages only, for those who open it.
    """

    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    shown: Shown = "always"


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document. `over` stands above the title, `tag` beside it, `lead` below it; `contents` asks for a list."""

    language: str
    over: str
    title: str
    tag: Run | None
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]
    foot: tuple[Line, ...]
    contents: bool = False
