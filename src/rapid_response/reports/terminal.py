"""Results and protocols as text: lines of styled words, printed plainly or in colour."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Protocol
from rapid_response.reports.catalogue import DOT
from rapid_response.reports.document import (
    Bars,
    Block,
    Document,
    Entry,
    Figure,
    Fold,
    Items,
    Ladder,
    Line,
    Listing,
    Paragraph,
    Run,
    Section,
    Series,
    Step,
    Table,
    Terms,
    Track,
    Tree,
    between,
    line,
    plain,
)
from rapid_response.reports.protocol_document import protocol_document
from rapid_response.reports.result_document import result_document

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 80
WIDEST = 100
GAP = 2
NARROWEST = 2
LONGEST_BAR = 30
MARKS = {"recommended": "●", "possible": "○", "outside": "·"}
COLOURS = {"plain": "", "strong": "bold", "quiet": "dim", "alert": "yellow", "code": "dim", "heading": "bold"}

_OPENING, _CLOSING = "（「『“‘(《〈[", "，。、；：！？）」』”’)》〉].,;:!?…%"
_UNIT = re.compile(r" +|[^ ]")


def result_text(result: Recommendation, language: str = DEFAULT_LANGUAGE, *, private: bool = False) -> str:
    """A result as plain text of at most 80 columns.

    >>> from rapid_response import load_protocol
    >>> result = load_protocol("protocol_rules/ccsj").evaluate({"id": "A-1"}, as_of="2026-02-01T09:00")
    >>> print(result_text(result)[:37])
    Recommended for A-1
    Keep watch · open
    """
    return document_text(result_document(result, language, private))


def protocol_text(protocol: Protocol, language: str = DEFAULT_LANGUAGE) -> str:
    """A protocol as plain text of at most 80 columns."""
    return document_text(protocol_document(protocol, language))


def print_result(result: Recommendation, language: str, console: Console, *, private: bool = False) -> None:
    """Print a result in colour; needs the extra `cli`."""
    print_document(result_document(result, language, private), console)


def print_protocol(protocol: Protocol, language: str, console: Console) -> None:
    """Print a protocol in colour; needs the extra `cli`."""
    print_document(protocol_document(protocol, language), console)


def document_text(document: Document) -> str:
    """A document as plain text of at most 80 columns."""
    return "\n".join(plain(words).rstrip() for words in lines_of(document, WIDTH))


def print_document(document: Document, console: Console) -> None:
    from rich.text import Text

    for words in lines_of(document, min(console.width, WIDEST)):
        text = Text.assemble(*((part.text, COLOURS[part.style]) for part in words))
        console.print(text, soft_wrap=True, highlight=False)


# From blocks to lines


def lines_of(document: Document, width: int) -> Iterator[Line]:
    """The lines of a document, none wider than `width` columns."""
    if document.over:
        yield from wrapped(line(document.over, "quiet"), width)
    tag = (Run(DOT, "quiet"), document.tag) if document.tag else ()
    yield from wrapped((Run(document.title, "heading"), *tag), width)
    yield from _blocks(document.lead, width)
    for section in document.sections:
        yield from _section(section, width)
    yield ()
    for words in document.foot:
        yield from wrapped(words, width)


def _section(section: Section, width: int) -> Iterator[Line]:
    if section.shown != "always":
        return
    yield ()
    yield from wrapped(line(section.title, "heading"), width)
    yield from _indented(_blocks(section.blocks, width - GAP))
    for part in section.sections:
        yield from _indented(_section(part, width - GAP))


def _blocks(blocks: Sequence[Block], width: int) -> Iterator[Line]:
    for position, block in enumerate(blocks):
        if position and _apart(blocks[position - 1], block):
            yield ()
        yield from _block(block, width)


def _apart(above: Block, block: Block) -> bool:
    """Whether an empty line goes between two blocks."""
    roomy = any(isinstance(either, Ladder | Table | Figure | Bars) for either in (above, block))
    return roomy or (isinstance(block, Entry) and len(_shown(block)) > 1)


def _shown(entry: Entry) -> list[Block]:
    return [block for block in entry.blocks if not isinstance(block, Fold | Track)]


def _block(block: Block, width: int) -> Iterator[Line]:
    match block:
        case Paragraph(words=words):
            yield from wrapped(words, width)
        case Series(items=items):
            yield from wrapped(between(items, DOT), width)
        case Items(items=items):
            for item in items:
                yield from _bulleted(wrapped(item, width - GAP))
        case Tree():
            yield from _tree(block, width)
        case Table():
            yield from _table(block, width)
        case Figure(table=table):
            yield from _table(table, width)
        case Listing(table=table, first=first, more=more):
            yield from _table(Table(table.heading, table.rows[:first], table.numbers), width)
            yield from [line(more, "quiet")] if more else []
        case Terms(rows=rows):
            yield from _terms(rows, width)
        case Ladder(steps=steps):
            yield from _indented(_ladder(steps, width - GAP))
        case Entry(title=title):
            yield from _bulleted(wrapped(title, width - GAP))
            yield from _indented(_blocks(_shown(block), width - GAP))
        case Bars():
            yield from _bars(block, width)
        case Fold() | Track():
            return


def _tree(tree: Tree, width: int) -> Iterator[Line]:
    yield from wrapped(tree.words, width)
    for part in tree.parts:
        yield from _bulleted(_tree(part, width - GAP))


def _terms(rows: Sequence[tuple[str, Block]], width: int) -> Iterator[Line]:
    indent = max(columns(label) for label, _ in rows) + GAP
    for label, block in rows:
        yield from _hanging(Run(_padded(label, indent), "quiet"), _block(block, width - indent))


def _ladder(steps: Sequence[Step], width: int) -> Iterator[Line]:
    """The highest tier on top."""
    longest = max(columns(step.title) for step in steps)
    for step in reversed(steps):
        recommended = step.place == "recommended"
        title = Run(_padded(step.title, longest + GAP), "strong" if recommended else "plain" if step.note else "quiet")
        mark = Run(f"{MARKS[step.place]} ", "strong" if recommended else "quiet")
        yield from wrapped((mark, title, Run(step.note, "quiet")), width)


def _bars(bars: Bars, width: int) -> Iterator[Line]:
    longest = max(columns(plain(bar.label)) for bar in bars.rows)
    room = min(LONGEST_BAR, max(1, width - longest - GAP - len(f" {bars.most:,}")))
    for bar in bars.rows:
        label = (*bar.label, Run(" " * (longest - columns(plain(bar.label)) + GAP)))
        length = -(-bar.count * room // bars.most)
        yield from wrapped((*label, Run("█" * length, bar.style), Run(f"{' ' * (length > 0)}{bar.count:,}")), width)


def _table(table: Table, width: int) -> Iterator[Line]:
    cells = [table.heading, *table.rows]
    natural = [max(columns(plain(cell)) for cell in column) for column in zip(*cells, strict=True)]
    unbroken = [max(map(_longest, column)) for column in zip(*cells, strict=True)]
    widths = _fitting(natural, unbroken, width - GAP * (len(natural) - 1))
    numbers = len(widths) - table.numbers
    yield from _row(tuple(line(plain(cell), "quiet") for cell in table.heading), widths, numbers)
    yield line("─" * (sum(widths) + GAP * (len(widths) - 1)), "quiet")
    for row in table.rows:
        yield from _row(row, widths, numbers)


def _longest(cell: Line) -> int:
    """How wide a cell must be for no word of it to be broken."""
    return max((columns(plain(chunk).strip()) for chunk in _chunks(cell)), default=0)


def _fitting(natural: Sequence[int], unbroken: Sequence[int], room: int) -> list[int]:
    """The widths of columns: the widest give way first, down to their longest word while there is room for it."""
    for least in (unbroken, [NARROWEST] * len(natural)):
        cap = max(natural)
        while cap > NARROWEST and sum(_capped(natural, least, cap)) > room:
            cap -= 1
        if sum(_capped(natural, least, cap)) <= room:
            break
    return _capped(natural, least, cap)


def _capped(natural: Sequence[int], least: Sequence[int], cap: int) -> list[int]:
    return [min(width, max(word, cap)) for width, word in zip(natural, least, strict=True)]


def _row(cells: Sequence[Line], widths: Sequence[int], numbers: int) -> Iterator[Line]:
    """The lines of a row; from the column `numbers` on cells stand to the right."""
    pieces = [list(wrapped(cell, width)) for cell, width in zip(cells, widths, strict=True)]
    for parts in zip_longest(*pieces, fillvalue=()):
        padded: list[Line] = []
        for place, (part, width) in enumerate(zip(parts, widths, strict=True)):
            space = Run(" " * (width - columns(plain(part))))
            padded.append((space, *part, Run(" " * GAP)) if place >= numbers else (*part, space, Run(" " * GAP)))
        yield tuple(piece for part in padded for piece in part)


def _indented(lines: Iterable[Line]) -> Iterator[Line]:
    for words in lines:
        yield (Run(" " * GAP), *words) if words else ()


def _bulleted(lines: Iterable[Line]) -> Iterator[Line]:
    return _hanging(Run("• ", "quiet"), lines)


def _hanging(mark: Run, lines: Iterable[Line]) -> Iterator[Line]:
    for number, words in enumerate(lines):
        yield (Run(" " * columns(mark.text)) if number else mark, *words)


# Columns: East Asian characters take two


def columns(text: str) -> int:
    """How many columns of a terminal a text takes.

    >>> columns("harm"), columns("傷害")
    (4, 4)
    """
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if _is_wide(character) else 1


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


# Wrapping: between words, and between East Asian characters where punctuation allows it


def wrapped(words: Line, width: int) -> Iterator[Line]:
    """A line broken into lines of at most `width` columns.

    >>> [plain(part) for part in wrapped(line("one two three"), 8)]
    ['one two', 'three']
    >>> [plain(part) for part in wrapped(line("照顧家人。安靜地照顧"), 8)]
    ['照顧家', '人。安靜', '地照顧']
    """
    current: list[Run] = []
    used = 0
    for chunk in _chunks(words):
        for piece in _split(chunk, width):
            size = columns(plain(piece))
            if current and used + size > width:
                yield _merged(current)
                current, used = [], 0
            current += piece if current else _without_space(piece)
            used = sum(columns(part.text) for part in current)
    if current:
        yield _merged(current)


def _chunks(words: Line) -> Iterator[Line]:
    """The stretches of a line that stay together, each with the spaces before it."""
    chunk: list[Run] = []
    last = ""
    for part in words:
        for unit in _UNIT.findall(part.text):
            if chunk and _may_break(last, unit[0]):
                yield tuple(chunk)
                chunk = []
            chunk.append(Run(unit, part.style))
            last = unit[-1]
    if chunk:
        yield tuple(chunk)


def _may_break(before: str, after: str) -> bool:
    if after == " ":
        return before != " "
    if before == " " or before in _OPENING or after in _CLOSING:
        return False
    return _is_wide(before) or _is_wide(after)


def _split(chunk: Line, width: int) -> Iterator[Line]:
    """A stretch that is longer than a whole line, cut wherever the line is full."""
    piece: list[Run] = []
    for part in chunk:
        if piece and columns(plain(tuple(piece))) + columns(part.text) > width:
            yield tuple(piece)
            piece = []
        piece.append(part)
    yield tuple(piece)


def _without_space(piece: Line) -> Line:
    return piece[1:] if piece and piece[0].text.isspace() else piece


def _merged(parts: Sequence[Run]) -> Line:
    joined = ((style, "".join(part.text for part in same)) for style, same in groupby(parts, lambda part: part.style))
    return tuple(Run(text.replace("\u00a0", " "), style) for style, text in joined)
