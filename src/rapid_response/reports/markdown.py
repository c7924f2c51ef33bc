"""Results and protocols as Markdown (CommonMark with GitHub's tables), for minutes and shared folders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Protocol
from rapid_response.reports.catalogue import DASH, DOT
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
)
from rapid_response.reports.protocol_document import protocol_document
from rapid_response.reports.result_document import result_document

EMPHASIS = {"plain": "", "quiet": "", "strong": "**", "heading": "**", "alert": "*"}
_MEANS_SOMETHING = re.compile(r"[\\`*_\[\]<>|~&$]")
_AT_THE_START = re.compile(r"^(\d+)(?=[.)](?:\s|$))|^(?=[-+#=])")


def result_markdown(result: Recommendation, language: str = DEFAULT_LANGUAGE, *, private: bool = False) -> str:
    """A result as Markdown, with what was known at the end, for minutes.

    >>> from rapid_response import load_protocol
    >>> result = load_protocol("protocol_rules/ccsj").evaluate({"id": "A-1"}, as_of="2026-02-01T09:00")
    >>> print(result_markdown(result)[:33])
    Recommended for A-1
    <BLANKLINE>
    # Keep watch
    """
    return document_markdown(result_document(result, language, private))


def protocol_markdown(protocol: Protocol, language: str = DEFAULT_LANGUAGE) -> str:
    """A protocol as Markdown."""
    return document_markdown(protocol_document(protocol, language))


def document_markdown(document: Document) -> str:
    tag = [words((document.tag,))] if document.tag else []
    chunks = [words(line(document.over)), f"# {words(line(document.title))}", *tag, *_blocks(document.lead)]
    for section in document.sections:
        chunks += _section(section, "##")
    chunks += ["---", *(words(part) for part in document.foot)]
    return "\n\n".join(chunk for chunk in chunks if chunk) + "\n"


def _section(section: Section, marks: str) -> Iterator[str]:
    if section.shown == "folded":
        return
    yield f"{marks} {words(line(section.title))}"
    yield from _blocks(section.blocks)
    for part in section.sections:
        yield from _section(part, f"{marks}#")


def _blocks(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(words=said):
            yield words(said)
        case Series(items=items):
            yield words(between(items, DOT))
        case Items(items=items):
            yield "\n".join(f"- {words(item)}" for item in items)
        case Tree():
            yield "\n".join(_tree(block))
        case Terms(rows=rows):
            yield "\n".join(_item(_term(term, inner)) for term, inner in rows)
        case Table():
            yield "\n".join(_table(block))
        case Figure(table=table):
            yield "\n".join(_table(table))
        case Listing(table=table, first=first, more=more):
            yield "\n".join(_table(Table(table.heading, table.rows[:first], table.numbers)))
            yield from [words(line(more))] if more else []
        case Ladder(steps=steps):
            yield "\n".join(f"- {_step(step)}" for step in reversed(steps))
        case Entry(title=title, blocks=inner):
            yield _item("\n\n".join([words(title), *_blocks(inner)]))
        case Bars(rows=bars):
            yield "\n".join(_item(f"{words(bar.label)}{DASH}{bar.count:,}") for bar in bars)
        case Fold() | Track():
            return


def _item(text: str) -> str:
    """A text as an item of a list, what follows its first line indented."""
    return "- " + text.replace("\n", "\n  ").replace("\n  \n", "\n\n")


def _term(term: str, block: Block) -> str:
    separator = "\n" if isinstance(block, Items) else DASH
    return words(line(term, "strong")) + separator + "\n\n".join(_block(block))


def _tree(tree: Tree) -> Iterator[str]:
    yield words(tree.words)
    for part in tree.parts:
        yield _item("\n".join(_tree(part)))


def _step(step: Step) -> str:
    title = words(line(step.title, "strong" if step.place == "recommended" else "plain"))
    return f"{title}{DASH}{words(line(step.note))}" if step.note else title


def _table(table: Table) -> Iterator[str]:
    yield _row(table.heading)
    yield "|" + " --- |" * (len(table.heading) - table.numbers) + " ---: |" * table.numbers
    for row in table.rows:
        yield _row(row)


def _row(cells: Sequence[Line]) -> str:
    return "| " + " | ".join(words(cell) for cell in cells) + " |"


def words(said: Line) -> str:
    """A line in Markdown; whatever stands in its text means itself.

    >>> words(line("1. *not* <b>"))
    '1\\\\. \\\\*not\\\\* \\\\<b\\\\>'
    """
    return _AT_THE_START.sub(r"\1\\", "".join(_styled(part) for part in said)).replace("\u00a0", " ")


def _styled(part: Run) -> str:
    if part.style == "code" and "`" not in part.text:
        return f"`{part.text}`"
    mark, text = EMPHASIS.get(part.style, ""), _MEANS_SOMETHING.sub(r"\\\g<0>", part.text)
    inner = text.strip()
    return text.replace(inner, f"{mark}{inner}{mark}") if inner else text
