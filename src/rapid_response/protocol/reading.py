"""Strict YAML: text in, located nodes out. Nothing is typed here; a scalar stays its source text."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NoReturn

import yaml

from rapid_response.protocol.places import places
from rapid_response.protocol.problems import Problem, Source, Span
from rapid_response.protocol.yaml_errors import syntax_problem

MOST_BYTES = 256 * 1024
MOST_DEPTH = 32
MOST_NODES = 20_000

_STYLES: dict[str | None, Literal["plain", "quoted", "block"]] = {
    "'": "quoted",
    '"': "quoted",
    "|": "block",
    ">": "block",
}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]|\r(?!\n)"
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A piece of text with its place. `style` says how it was written."""

    text: str
    style: Literal["plain", "quoted", "block"] = "plain"
    flow: bool = False
    span: Span = field(compare=False, kw_only=True)

    @property
    def is_null(self) -> bool:
        """Whether YAML's own nothing was written: an empty place, `~` or `null`, unquoted."""
        return self.style == "plain" and self.text in ("", "~", "null")

    def at(self, start: int, end: int) -> Span:
        """The place of `text[start:end]` in the source, through quotes and folded lines."""
        span, final = self.span, max(len(self.text) - 1, 0)
        first, last = min(start, final), min(max(end - 1, start), final)
        if self.style == "plain" and span.line == span.end_line and span.end_column - span.column == len(self.text):
            return Span(span.source, span.line, span.column + first, span.line, span.column + last + 1)
        characters = places(self.text, self.style, span)
        return Span(span.source, *characters[first], characters[last][0], characters[last][1] + 1)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes with its place."""

    items: tuple[Node, ...]
    span: Span = field(compare=False, kw_only=True)


@dataclass(frozen=True)
class Mapping:
    """Keys and values in the order they were written, with their place."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span = field(compare=False, kw_only=True)

    @cached_property
    def by_key(self) -> dict[str, tuple[Scalar, Node]]:
        """The entries by the text of their keys."""
        return {key.text: (key, value) for key, value in self.entries}

    def get(self, key: str) -> Node | None:
        """The value of the key, or None."""
        return self.by_key[key][1] if key in self.by_key else None

    def key(self, key: str) -> Scalar | None:
        """The key itself with its place, or None."""
        return self.by_key[key][0] if key in self.by_key else None


Node = Scalar | Sequence | Mapping


def read_source(path: Path, name: str, problems: list[Problem], most_bytes: float = MOST_BYTES) -> Source | None:
    """The text of a file; unreadable, too large or not UTF-8 becomes a problem and None."""
    try:
        with path.open("rb") as file:
            content = file.read(-1 if most_bytes == math.inf else int(most_bytes) + 1)
        if len(content) > most_bytes:
            problems.append(_too_large(name))
            return None
        return Source(name, content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(Problem("RR101", f"`{name}` is not UTF-8 text (line {line})", help="save the file as UTF-8"))
    except (OSError, ValueError) as error:
        problems.append(unreadable(name, error))
    return None


def read_yaml(source: Source, problems: list[Problem]) -> Node | None:
    """The one document of a source as located nodes.

    Every fault is appended to `problems`; None is returned where no tree could be built.
    """
    if len(source.text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        problems.append(_too_large(source.name))
        return None
    if _forbidden_characters(source, problems):
        return None
    composer = _Composer(source, problems)
    try:
        return composer.document()
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the pure loader lets the latter two through
        problems.append(syntax_problem(source, error))
    except _Refused as refused:
        problems.append(refused.problem)
    return None


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        self.problem = problem


class _Composer:
    """Builds nodes from parser events, so that limits hold while the text is being read."""

    def __init__(self, source: Source, problems: list[Problem]) -> None:
        self.source = source
        self.problems = problems
        self.lines = source.lines
        text = source.text if source.text.endswith("\n") else source.text + "\n"  # a last line of spaces counts
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
        self.nodes = 0

    def document(self) -> Node | None:
        next(self.events)
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        self.refuse_directives(event)
        root = self.node(next(self.events), depth=1, flow=False)
        next(self.events)
        extra = next(self.events)
        if isinstance(extra, yaml.DocumentStartEvent):
            self.refuse("RR105", "a second document is not allowed", self.place(extra), "keep one document in a file")
        return root

    def refuse_directives(self, start: Any) -> None:
        for number, line in enumerate(self.lines[: start.end_mark.line + 1], 1):
            if line.startswith("%"):
                span = Span(self.source, number, 1, number, len(line) + 1)
                self.refuse("RR105", "a line that begins with `%` is not allowed", span, "remove it")

    def note(self, problem: str, message: str, span: Span, remedy: str) -> None:
        self.problems.append(Problem(problem, message, span, remedy))

    def refuse(self, problem: str, message: str, span: Span, remedy: str) -> NoReturn:
        raise _Refused(Problem(problem, message, span, remedy))

    def node(self, event: Any, depth: int, flow: bool) -> Node:
        self.nodes += 1
        if depth > MOST_DEPTH:
            message, remedy = f"nested deeper than {MOST_DEPTH} levels", "split it into parts with names"
            self.refuse("RR104", message, self.place(event), remedy)
        if self.nodes > MOST_NODES:
            message, remedy = f"more than {MOST_NODES:,} parts in one file", "split it over several files"
            self.refuse("RR104", message, self.place(event), remedy)
        self.refuse_features(event)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, flow)
        flow = bool(event.flow_style)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, depth, flow)
        return self.mapping(event, depth, flow)

    def refuse_features(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            remedy = "write the value out again, or quote the text"
            self.refuse("RR105", "an alias (a word after `*`) is not allowed", self.place(event), remedy)
        remedy = "remove it, or quote the text"
        if event.anchor is not None:
            self.note("RR105", "an anchor (a word after `&`) is not allowed", self.place(event), remedy)
        if event.tag is not None:
            self.note("RR105", "a tag (a word after `!`) is not allowed", self.place(event), remedy)

    # Text

    def scalar(self, event: Any, flow: bool) -> Scalar:
        scalar = Scalar(event.value, _STYLES.get(event.style, "plain"), flow, span=self.place(event))
        if scalar.style == "plain":
            self.check_plain(scalar)
        elif self.behind(scalar).startswith("#") or re.match(r"[|>][-+0-9]*#", self.from_its_column(scalar)):
            self.refuse("RR102", "a space is missing before `#`", scalar.span, "put one before a comment")
        elif found := _FORBIDDEN.search(scalar.text):
            message = f"a code in the text stands for the character U+{ord(found.group()[0]):04X}, which is not allowed"
            self.note("RR103", message, scalar.span, "remove it, or use single quotes if no code is meant")
        return scalar

    def check_plain(self, scalar: Scalar) -> None:
        """Refuse plain text that YAML may have cut or joined in a way nobody reading it would expect."""
        if scalar.flow and (found := re.search(r"[?\[\]#]", scalar.text)):
            message = f"unquoted text inside braces or brackets holds `{found.group()}`"
            self.note("RR107", message, scalar.span, "quote it, or give it a line of its own")
        self.check_comment(scalar)
        for number in range(scalar.span.line + 1, scalar.span.end_line + 1):
            if entry := re.match(r" *-(?=\s|$)", self.lines[number - 1]):
                span = Span(self.source, number, entry.end(), number, entry.end() + 1)
                remedy = "line it up with the list above it, or quote the text"
                self.note("RR110", "this list entry is joined to the text above it", span, remedy)

    def check_comment(self, scalar: Scalar) -> None:
        line, column = scalar.span.end_line, scalar.span.end_column
        if swallowed := re.match(r"\s+#(?=[^\s#])", self.behind(scalar)):
            end = len(self.lines[line - 1].rstrip()) + 1
            span = Span(self.source, line, column + swallowed.end() - 1, line, end)
            remedy = "quote the text, or put a space after `#` if it is a comment"
            self.note("RR108", "the text ends here, since `#` begins a comment", span, remedy)

    # Lists and mappings

    def sequence(self, start: Any, depth: int, flow: bool) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1, flow))
        return Sequence(tuple(items), span=self.span(start.start_mark, event.end_mark))

    def mapping(self, start: Any, depth: int, flow: bool) -> Mapping:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event, depth, flow)
            value = self.node(next(self.events), depth + 1, flow)
            if not self.is_refused(key, value, entries):
                entries[key.text] = (key, value)
        return Mapping(tuple(entries.values()), span=self.span(start.start_mark, event.end_mark))

    def key(self, event: Any, depth: int, flow: bool) -> Scalar:
        if not isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            self.refuse("RR105", "a list or mapping cannot be a key", self.place(event), "keys are plain names")
        key = self.node(event, depth + 1, flow)
        assert isinstance(key, Scalar)
        if "\n" in key.text or key.span.line != key.span.end_line:
            self.refuse("RR105", "a key over several lines is not allowed", key.span, "keys are plain names")
        form = "write it like `name: value`"
        if self.lines[key.span.line - 1][: key.span.column - 1].rstrip().endswith("?"):
            self.refuse("RR105", "a key written with `?` is not allowed", key.span, form)
        if not key.text:
            self.refuse("RR102", "a name is missing before the colon", key.span, form)
        if flow and key.style == "plain" and re.match(r"\s*:\S", self.behind(key)):
            self.refuse("RR102", "a space is missing after the colon", key.span, form)
        return key

    def is_refused(self, key: Scalar, value: Node, entries: dict[str, tuple[Scalar, Node]]) -> bool:
        """Whether the entry is left out, its problem noted: a merge key, a key twice, or the rest of a cut text."""
        if key.text == "<<" and key.style == "plain":
            self.note("RR105", "a merge key (`<<`) is not allowed", key.span, "write the keys out")
        elif key.text in entries:
            self.problems.append(_twice(key, entries[key.text][0]))
        elif key.flow and self.is_cut_by_a_comma(key, value):
            message = "this is read as a key without a value, since the comma before it ended the text"
            self.note("RR107", message, key.span, "quote the text, or give it a line of its own")
        else:
            return False
        return True

    def is_cut_by_a_comma(self, key: Scalar, value: Node) -> bool:
        """As in `{because: Violence, even online}`: neither a value nor a colon follows."""
        bare = isinstance(value, Scalar) and value.text == "" and value.style == "plain"
        same_line = key.span.end_line == value.span.line
        return bare and same_line and ":" not in self.behind(key)[: value.span.column - key.span.end_column + 1]

    # Places

    def behind(self, node: Node) -> str:
        """What follows a node in its last line."""
        return self.lines[node.span.end_line - 1][node.span.end_column - 1 :]

    def from_its_column(self, node: Node) -> str:
        """A node's first line, from the node on."""
        return self.lines[node.span.line - 1][node.span.column - 1 :]

    def place(self, event: Any) -> Span:
        return self.span(event.start_mark, event.end_mark)

    def span(self, start: Any, end: Any) -> Span:
        end_line, end_column = end.line + 1, end.column + 1
        if end_column == 1 and end_line > start.line + 1:
            end_line, end_column = self.last_text(start.line, end.line - 1)
        return Span(self.source, start.line + 1, start.column + 1, end_line, end_column)

    def last_text(self, first: int, last: int) -> tuple[int, int]:
        """A block ends at the start of the line after it; people see it end at its last text."""
        while last > first and not self.lines[last].strip():
            last -= 1
        return last + 1, len(self.lines[last].rstrip()) + 1


def _twice(key: Scalar, first: Scalar) -> Problem:
    shown = f"`{key.text}`" if re.fullmatch(r"\w{1,40}", key.text) else "a key"
    return Problem("RR106", f"{shown} appears twice", key.span, "keep one of the two", ((first.span, "first here"),))


def _too_large(name: str) -> Problem:
    return Problem("RR104", f"`{name}` is larger than {MOST_BYTES // 1024} KB", help="split it over several files")


def unreadable(name: str, error: Exception) -> Problem:
    """The problem of a file or folder that the system does not let us read."""
    reason = getattr(error, "strerror", None) or "the name is not valid"
    return Problem("RR101", f"`{name}` cannot be read: {reason.lower()}", help="check the path")


def _forbidden_characters(source: Source, problems: list[Problem], most: int = 20) -> bool:
    found = list(islice(_FORBIDDEN.finditer(source.text), most))
    for match in found:
        before = source.text[: match.start()]
        line, column = before.count("\n") + 1, match.start() - (before.rfind("\n") + 1) + 1
        span = Span(source, line, column, line, column + 1)
        tab = match.group() == "\t"
        message = "a tab is not allowed" if tab else f"the character U+{ord(match.group()[0]):04X} is not allowed"
        problems.append(Problem("RR103", message, span, "use spaces" if tab else "delete it"))
    return bool(found)
