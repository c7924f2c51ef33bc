"""Strict YAML: text in, located nodes out. Nothing is typed here; a scalar stays its source text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from rapid_response.protocol.problems import Problem, Source, Span

MOST_BYTES = 256 * 1024
MOST_DEPTH = 32
MOST_NODES = 20_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]|\r(?!\n)"
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
        places = _places(self)
        first = places[min(start, len(places) - 1)]
        last = places[min(max(end - 1, start), len(places) - 1)]
        return Span(self.span.source, *first, last[0], last[1] + 1)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes with its place."""

    items: tuple[Node, ...]
    span: Span = field(compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values in the order they were written, with their place."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span = field(compare=False, kw_only=True)

    def get(self, key: str) -> Node | None:
        """The value of the key, or None."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        """The key itself with its place, or None."""
        return next((name for name, _ in self.entries if name.text == key), None)


Node = Scalar | Sequence | Mapping


def read_source(path: Path, name: str, problems: list[Problem]) -> Source | None:
    """The text of a file; unreadable, too large or not UTF-8 becomes a problem and None."""
    try:
        if path.stat().st_size > MOST_BYTES:
            problems.append(_too_large(name))
            return None
        return Source(name, path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        message = f"`{name}` is not UTF-8 text (byte {error.start})"
        problems.append(Problem("RR101", message, help="save the file as UTF-8"))
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        problems.append(Problem("RR101", f"`{name}` cannot be read: {reason}"))
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
    except yaml.YAMLError as error:
        problems.append(_syntax_problem(source, error))
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
        self.lines = source.text.split("\n")
        self.events: Iterator[Any] = iter(yaml.parse(source.text, Loader=_LOADER))
        self.nodes = 0

    def document(self) -> Node | None:
        next(self.events)
        event = next(self.events)
        if isinstance(event, yaml.StreamEndEvent):
            return None
        if event.version or event.tags:
            self.refuse("RR105", "a YAML directive is not allowed", event)
        root = self.node(next(self.events), depth=1, flow=False)
        next(self.events)
        extra = next(self.events)
        if isinstance(extra, yaml.DocumentStartEvent):
            self.refuse("RR105", "a second document is not allowed", extra, "keep one document in a file")
        return root

    def node(self, event: Any, depth: int, flow: bool) -> Node:
        self.nodes += 1
        if depth > MOST_DEPTH:
            self.refuse("RR104", f"nested deeper than {MOST_DEPTH} levels", event)
        if self.nodes > MOST_NODES:
            self.refuse("RR104", f"more than {MOST_NODES:,} parts in one file", event)
        self.refuse_features(event)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, flow)
        flow = bool(event.flow_style)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, depth, flow)
        return self.mapping(event, depth, flow)

    def refuse_features(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.refuse("RR105", "an alias is not allowed", event, "write the value out again, or quote the text")
        if event.anchor is not None:
            self.refuse("RR105", "an anchor is not allowed", event, "remove it, or quote the text")
        if event.tag is not None:
            self.refuse("RR105", "a tag is not allowed", event, "remove it, or quote the text")

    def refuse(self, problem_id: str, message: str, event: Any, remedy: str | None = None) -> None:
        raise _Refused(Problem(problem_id, message, self.span(event.start_mark, event.end_mark), remedy))

    def scalar(self, event: Any, flow: bool) -> Scalar:
        style: Literal["plain", "quoted", "block"] = (
            "quoted" if event.style in ("'", '"') else "block" if event.style in ("|", ">") else "plain"
        )
        scalar = Scalar(event.value, style, flow, span=self.span(event.start_mark, event.end_mark))
        if style == "plain":
            self.check_plain(scalar)
        return scalar

    def check_plain(self, scalar: Scalar) -> None:
        """Refuse plain text that YAML may have cut in a way nobody reading it would expect."""
        if scalar.flow and (found := re.search(r"[?\[\]#]", scalar.text)):
            message = f"unquoted text inside braces or brackets holds `{found.group()}`"
            self.problems.append(Problem("RR107", message, scalar.span, "quote it, or give it a line of its own"))
        line = self.lines[scalar.span.end_line - 1]
        rest = line[scalar.span.end_column - 1 :]
        swallowed = re.match(r"\s+#(?=[^\s#])", rest)
        if scalar.text and swallowed:
            span = _stretch(scalar.span, scalar.span.end_column + swallowed.end() - 2, len(line.rstrip()) + 1)
            message = f"`{line[span.column - 1 :].strip()[:40]}` is read as a comment, so the text ends before it"
            remedy = "quote the text, or put a space after `#` if it is a comment"
            self.problems.append(Problem("RR108", message, span, remedy))

    def sequence(self, start: Any, depth: int, flow: bool) -> Sequence:
        items: list[Node] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1, flow))
        return Sequence(tuple(items), span=self.span(start.start_mark, event.end_mark))

    def mapping(self, start: Any, depth: int, flow: bool) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Scalar] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event, depth, flow)
            value = self.node(next(self.events), depth + 1, flow)
            self.check_entry(key, value, flow)
            if key.text in seen:
                self.problems.append(twice(key, seen[key.text]))
            else:
                seen[key.text] = key
                entries.append((key, value))
        return Mapping(tuple(entries), span=self.span(start.start_mark, event.end_mark))

    def key(self, event: Any, depth: int, flow: bool) -> Scalar:
        if not isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            self.refuse("RR105", "a list or mapping cannot be a key", event, "keys are plain names")
        key = self.node(event, depth + 1, flow)
        assert isinstance(key, Scalar)
        if key.text == "<<" and key.style == "plain":
            self.refuse("RR105", "a merge key is not allowed", event, "write the keys out")
        if "\n" in key.text or key.span.line != key.span.end_line:
            self.refuse("RR105", "a key over several lines is not allowed", event)
        return key

    def check_entry(self, key: Scalar, value: Node, flow: bool) -> None:
        bare = isinstance(value, Scalar) and value.text == "" and value.style == "plain"
        if flow and bare and ":" not in self.between(key, value):
            message = f"`{key.text[:40]}` has no value: a comma before it ended the text"
            self.problems.append(Problem("RR107", message, key.span, "quote the text, or give it a line of its own"))

    def between(self, key: Scalar, value: Node) -> str:
        if key.span.end_line != value.span.line:
            return ":"
        return self.lines[key.span.end_line - 1][key.span.end_column - 1 : value.span.column]

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


def twice(key: Scalar, first: Scalar) -> Problem:
    """The problem of one key written in two places."""
    return Problem(
        "RR106", f"`{key.text}` appears twice", key.span, "keep one of the two", ((first.span, "first here"),)
    )


def _stretch(span: Span, column: int, end_column: int) -> Span:
    return Span(span.source, span.end_line, column, span.end_line, end_column)


def _too_large(name: str) -> Problem:
    return Problem("RR104", f"`{name}` is larger than {MOST_BYTES // 1024} KB", help="split it over several files")


def _forbidden_characters(source: Source, problems: list[Problem], most: int = 20) -> bool:
    found = list(_FORBIDDEN.finditer(source.text))
    for match in found[:most]:
        before = source.text[: match.start()]
        line, column = before.count("\n") + 1, match.start() - (before.rfind("\n") + 1) + 1
        span = Span(source, line, column, line, column + 1)
        tab = match.group() == "\t"
        message = "a tab is not allowed" if tab else f"the character U+{ord(match.group()[0]):04X} is not allowed"
        problems.append(Problem("RR103", message, span, "use spaces" if tab else "delete it"))
    return bool(found)


def _syntax_problem(source: Source, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if not isinstance(error, yaml.MarkedYAMLError) or mark is None:
        return Problem("RR102", f"`{source.name}` is not valid YAML")
    lines = source.text.split("\n")
    line = min(mark.line, len(lines) - 1)
    column = min(mark.column, len(lines[line]))
    span = Span(source, line + 1, column + 1, line + 1, column + 2)
    message = f"not valid YAML: {error.problem or error.context}"
    return Problem("RR102", message, span, _syntax_help(lines[line]))


def _syntax_help(line: str) -> str:
    if re.search(r"[{\[].*[,?\[\]]", line):
        return "inside braces or brackets, quote text that holds , ? [ ] or #, or give it a line of its own"
    if re.search(r":\s.*:(\s|$)", line):
        return "quote text that holds a colon"
    return "check the indentation and the quotes around this place"


def _places(scalar: Scalar) -> list[tuple[int, int]]:
    """Line and column in the source of each character of the text."""
    span = scalar.span
    lines = span.source.text.split("\n")
    raw = [
        (character, (number, column))
        for number in range(span.line, span.end_line + 1)
        for column, character in _columns(lines[number - 1], number, span)
    ]
    places, position = [], 0
    for character in scalar.text:
        position = _aligned(raw, position, character)
        places.append(raw[position][1] if position < len(raw) else (span.line, span.column))
        position += 1
    return places or [(span.line, span.column)]


def _columns(line: str, number: int, span: Span) -> list[tuple[int, str]]:
    start = span.column if number == span.line else 1
    end = span.end_column if number == span.end_line else len(line) + 2
    return list(enumerate((line + "\n")[start - 1 : end - 1], start))


def _aligned(raw: list[tuple[str, tuple[int, int]]], position: int, character: str) -> int:
    """Where the next character stands: quotes, indentation, block marks and escapes are passed over."""
    for index in range(position, len(raw)):
        if raw[index][0] == character or (character == " " and raw[index][0] == "\n"):
            return index
    return position
