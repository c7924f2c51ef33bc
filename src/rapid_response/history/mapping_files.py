"""Mapping files to mappings: strict YAML, every problem noted with its place."""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapid_response.history.mapping import (
    Always,
    ClockChanges,
    ColumnMapping,
    Derived,
    FromColumns,
    Instruction,
    ReadOptions,
)
from rapid_response.history.problems import HistoryError
from rapid_response.protocol.fields import NAME
from rapid_response.protocol.model import NO_TEXT, Text
from rapid_response.protocol.problems import (
    Problem,
    ProblemList,
    Source,
    Span,
    TooManyProblems,
    did_you_mean,
    one_of,
)
from rapid_response.protocol.reading import Mapping, Node, Scalar, read_source, read_yaml
from rapid_response.protocol.reading import Sequence as SequenceNode

SECTIONS = (
    "mapping",
    "title",
    "time_zone",
    "clock_changes",
    "read",
    "unknown",
    "id",
    "as_of",
    "outcome",
    "columns",
    "facts",
)
CLOCK_CHANGES: tuple[ClockChanges, ...] = ("earlier", "later", "unknown")
READ = ("delimiter", "encoding", "sheet", "table", "query")
FROM_COLUMNS = ("column", "columns", "values", "otherwise", "unknown", "formats", "split", "digits")
HELPER = (*FROM_COLUMNS, "type", "decimals")
DERIVED = ("when", "unless", "includes", "formula", "points", "bands", "by", "cases", "table", "take")
TYPES = ("text", "yes_no", "number", "date", "moment")


def load_mapping(path: str | PathLike[str]) -> ColumnMapping:
    """The mapping in a file; raises HistoryError, which lists every problem with file, line and column.

    >>> load_mapping("examples/history/toronto/mapping.yaml").name
    'toronto-hate-crime'
    """
    problems = ProblemList()
    source = read_source(Path(path), str(path), problems)
    return _mapping(source, problems)


def mapping_from_text(text: str, name: str = "mapping.yaml") -> ColumnMapping:
    """The mapping in a text; `name` stands for the file in problems. Raises HistoryError.

    >>> mapping_from_text("mapping: m\\nfacts: {harm: {column: injury}}").facts["harm"].columns[0].text
    'injury'
    """
    return _mapping(Source(name, text), ProblemList())


def _mapping(source: Source | None, problems: ProblemList) -> ColumnMapping:
    mapping = None
    try:
        root = read_yaml(source, problems) if source else None
        if isinstance(root, Mapping):
            mapping = _Reader(problems).mapping(root)
        elif source and not problems:
            span = root.span if root else None
            problems.append(Problem("RR109", f"`{source.name}` holds no mapping", span, "begin with `mapping:`"))
    except TooManyProblems:
        mapping = None
    if mapping is None or problems:
        raise HistoryError(problems)
    return mapping


class _Faulty(Exception):
    """Thrown where a part cannot be used; its problem is already noted."""


@dataclass(frozen=True, slots=True)
class _Reader:
    problems: list[Problem]

    def fault(self, problem: str, message: str, span: Span, remedy: str | None = None) -> _Faulty:
        self.problems.append(Problem(problem, message, span, remedy))
        return _Faulty()

    # The whole

    def mapping(self, root: Mapping) -> ColumnMapping | None:
        self.refuse_unknown(root, SECTIONS, "a mapping")
        name = self.required(root, "mapping", "a mapping", "add `mapping:` and its name")
        if root.get("facts") is None:
            self.required(root, "facts", "a mapping", "add `facts:` and what each is read from")
        general = frozenset(self.attempt(lambda: self.words(root.get("unknown")), ()))
        columns = self.section(root, "columns", lambda key, node: self.helper(key, node, general))
        facts = self.section(root, "facts", lambda key, node: self.instruction(key, node, general))
        self.refuse_twice(root, columns, facts)
        return ColumnMapping(
            name=name.text if isinstance(name, Scalar) else "",
            title=self.attempt(lambda: self.title(root.get("title")), NO_TEXT),
            time_zone=self.attempt(lambda: self.zone(root.get("time_zone")), None),
            clock_changes=self.attempt(lambda: self.clock_changes(root.get("clock_changes")), None),
            read=self.attempt(lambda: self.read(root.get("read")), ReadOptions()),
            id=self.attempt(lambda: self.names(root.get("id")), ()),
            as_of=self.attempt(lambda: self.one_column(root, "as_of", general), None),
            outcome=self.attempt(lambda: self.one_column(root, "outcome", general), None),
            columns=columns,
            facts=facts,
            root=root,
        )

    def attempt(self, read: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return read()
        except _Faulty:
            return otherwise

    def section(self, root: Mapping, section: str, read: Callable[[Scalar, Node], Any]) -> dict[str, Any]:
        node = root.get(section)
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            self.fault("RM103", f"`{section}` is a mapping of names", node.span, "write `name:` lines below it")
            return {}
        found = {}
        for key, value in node.entries:
            try:
                found[key.text] = read(key, value)
            except _Faulty:
                continue
        return found

    def refuse_unknown(self, node: Mapping, known: Sequence[str], owner: str) -> None:
        for key, _ in node.entries:
            if key.text not in known:
                remedy = did_you_mean(key.text, known, f"write {one_of(known)}")
                self.fault("RM101", f"`{key.text}` is not a known key of {owner}", key.span, remedy)

    def refuse_twice(self, root: Mapping, columns: dict[str, Any], facts: dict[str, Any]) -> None:
        node = root.get("facts")
        for name in columns.keys() & facts.keys():
            assert isinstance(node, Mapping)
            span = node.by_key[name][0].span
            others = ((columns[name].span, "first here"),)
            message = f"`{name}` is the name of a column and of a fact"
            self.problems.append(Problem("RM105", message, span, "rename the column", others))

    def required(self, node: Mapping, key: str, owner: str, remedy: str) -> Node | None:
        found = node.get(key)
        if found is None or (isinstance(found, Scalar) and found.is_null):
            span = node.entries[0][0].span if node.entries else node.span
            self.fault("RM102", f"{owner} needs `{key}`", span, remedy)
        return found

    # Parts

    def helper(self, key: Scalar, node: Node, general: frozenset[str]) -> FromColumns:
        if not NAME.fullmatch(key.text):
            remedy = "begin with a letter; then letters, digits and _"
            raise self.fault("RM103", f"`{key.text}` cannot be named in a condition", key.span, remedy)
        return self.from_columns(key, self.as_mapping(key, node), general, HELPER)

    def instruction(self, key: Scalar, node: Node, general: frozenset[str]) -> Instruction:
        if isinstance(node, Scalar) and not node.is_null:
            return FromColumns(name=key.text, columns=(node,), unknown=general, span=key.span)
        part = self.as_mapping(key, node)
        if (always := part.get("always")) is not None:
            self.refuse_beside(part, "always")
            return Always(key.text, always, key.span)
        derived = next((name for name in DERIVED if part.get(name) is not None), None)
        if derived is None:
            return self.from_columns(key, part, general, FROM_COLUMNS)
        for name in ("column", "columns"):
            if (beside := part.key(name)) is not None:
                message = f"`{name}` and `{derived}` exclude each other"
                raise self.fault("RM104", message, beside.span, "name the column under `columns:` and use that name")
        return Derived(key.text, part, key)

    def refuse_beside(self, part: Mapping, key: str) -> None:
        for other, _ in part.entries:
            if other.text != key:
                raise self.fault(
                    "RM104", f"`{key}` and `{other.text}` exclude each other", other.span, "keep one of them"
                )

    def one_column(self, root: Mapping, key: str, general: frozenset[str]) -> FromColumns | None:
        node, name = root.get(key), root.key(key)
        if node is None or name is None:
            return None
        if isinstance(node, Scalar):
            return FromColumns(name=key, columns=(node,), unknown=general, span=name.span)
        return self.from_columns(name, self.as_mapping(name, node), general, FROM_COLUMNS)

    def as_mapping(self, key: Scalar, node: Node) -> Mapping:
        if isinstance(node, Mapping):
            return node
        remedy = "write the column's name after the colon, or `column:` and more on lines below"
        raise self.fault("RM103", f"`{key.text}` does not say what it is read from", key.span, remedy)

    def from_columns(self, key: Scalar, part: Mapping, general: frozenset[str], known: Sequence[str]) -> FromColumns:
        before = len(self.problems)
        self.refuse_unknown(part, known, f"`{key.text}`")
        columns = (*self.names(part.get("column")), *self.names(part.get("columns")))
        if not columns and len(self.problems) > before:
            raise _Faulty
        if not columns:
            raise self.fault("RM102", f"`{key.text}` needs `column`", key.span, "add `column:` and the column's name")
        return FromColumns(
            name=key.text,
            columns=columns,
            values=self.values(part.get("values")),
            otherwise=part.get("otherwise"),
            unknown=general | frozenset(self.words(part.get("unknown"))),
            formats=tuple(self.formats(part.get("formats"))),
            split=self.text(part.get("split")),
            digits=self.whole(part.get("digits"), 1, 30),
            type=self.type_name(part.get("type")),
            decimals=self.whole(part.get("decimals"), 0, 6) or 0,
            span=key.span,
        )

    def values(self, node: Node | None) -> dict[str, Node]:
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            raise self.fault("RM103", "`values` is a mapping of words", node.span, "write `word: value` lines")
        return {key.text: value for key, value in node.entries}

    def words(self, node: Node | None) -> Iterator[str]:
        yield from (scalar.text for scalar in self.names(node, empty=True))

    def names(self, node: Node | None, empty: bool = False) -> tuple[Scalar, ...]:
        """A piece of text, or a list of them."""
        if node is None:
            return ()
        items = node.items if isinstance(node, SequenceNode) else (node,)
        for item in items:
            if not isinstance(item, Scalar) or (item.text == "" and not empty):
                raise self.fault(
                    "RM103", "text, or a list of texts, was expected here", item.span, "write it like [a, b]"
                )
        return tuple(item for item in items if isinstance(item, Scalar))

    def formats(self, node: Node | None) -> Iterator[str]:
        for scalar in self.names(node):
            try:
                text = dt.datetime(2026, 1, 31, 13, 45).strftime(scalar.text)
                dt.datetime.strptime(text, scalar.text)
                if "%" not in scalar.text:
                    raise ValueError
            except ValueError:
                remedy = "write it like %m/%d/%Y or %Y-%m-%d %H:%M"
                raise self.fault("RM106", f"`{scalar.text}` is not a date format", scalar.span, remedy) from None
            yield scalar.text

    def text(self, node: Node | None) -> str | None:
        if node is None:
            return None
        if not isinstance(node, Scalar) or not node.text:
            raise self.fault("RM103", "text was expected here", node.span, "write it in quotes")
        return node.text

    def title(self, node: Node | None) -> Text:
        if isinstance(node, Mapping):
            return Text({key.text: self.text(value) or "" for key, value in node.entries})
        return Text({"en": text}) if (text := self.text(node)) else NO_TEXT

    def whole(self, node: Node | None, low: int, high: int) -> int | None:
        text = self.text(node)
        if text is None or node is None:
            return None
        if not text.isdecimal() or not low <= int(text) <= high:
            raise self.fault("RM103", f"`{text}` is not a whole number from {low} to {high}", node.span)
        return int(text)

    def type_name(self, node: Node | None) -> str | None:
        text = self.text(node)
        if text is not None and node is not None and text not in TYPES:
            remedy = did_you_mean(text, TYPES, f"write {one_of(TYPES)}; columns with `values` need none")
            raise self.fault("RM103", f"`{text}` is not a type of a column", node.span, remedy)
        return text

    def zone(self, node: Node | None) -> str | None:
        text = self.text(node)
        try:
            return text and ZoneInfo(text).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            assert node is not None
            remedy = "write it like America/Los_Angeles"
            raise self.fault("RM103", f"`{text}` is not a time zone", node.span, remedy) from None

    def clock_changes(self, node: Node | None) -> ClockChanges | None:
        text = self.text(node)
        if node is None:
            return None
        for known in CLOCK_CHANGES:
            if text == known:
                return known
        remedy = did_you_mean(text or "", CLOCK_CHANGES, f"write {one_of(CLOCK_CHANGES)}")
        raise self.fault("RM103", f"`{text}` does not say what a clock change means", node.span, remedy)

    def read(self, node: Node | None) -> ReadOptions:
        if node is None:
            return ReadOptions()
        if not isinstance(node, Mapping):
            raise self.fault("RM103", "`read` is a mapping", node.span, f"write {one_of(READ)} below it")
        self.refuse_unknown(node, READ, "`read`")
        stated = {key.text: self.text(value) for key, value in node.entries if key.text in READ}
        self.check_encoding(node, stated.get("encoding"))
        delimiter = stated.get("delimiter")
        if delimiter is not None and len(delimiter.encode()) != 1:
            raise self.fault(
                "RM103", "a delimiter is one character", node.by_key["delimiter"][1].span, 'like ";" or "|"'
            )
        return ReadOptions(**stated)

    def check_encoding(self, node: Mapping, encoding: str | None) -> None:
        try:
            codecs.lookup(encoding or "utf-8")
        except LookupError:
            span = node.by_key["encoding"][1].span
            remedy = "write utf-8, cp1252, latin-1, utf-16, big5 or gb18030"
            raise self.fault("RM103", f"`{encoding}` is not a known encoding", span, remedy) from None
