"""Strict YAML: what is refused and where, what stays text, and where every word of a sentence stands in its file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from rapid_response import Problem, ProtocolError, Source, Span, load_protocol, protocol_from_text
from rapid_response.protocol import reading
from rapid_response.protocol.grammar import parse
from rapid_response.protocol.reading import (
    MOST_BYTES,
    MOST_DEPTH,
    MOST_NODES,
    Mapping,
    Node,
    Scalar,
    Sequence,
    read_yaml,
)

SMALL = """protocol: small
tiers:
  low: {title: Low}
  high: {title: High}
facts:
  harm: {type: yes_no}
  media:
    type: scale
    options: [none, local, national]
rules:
  serious:
    when: harm and media >= local
    raise_to: high
    because: "It's: #1"
"""


def _read(text: str) -> tuple[Node | None, list[Problem]]:
    problems: list[Problem] = []
    return read_yaml(Source("file.yaml", text), problems), problems


def _node(text: str) -> Node:
    node, problems = _read(text)
    assert node is not None
    assert not problems
    return node


def _scalar(text: str) -> Scalar:
    """The value of the only key of a text."""
    node = _node(text)
    assert isinstance(node, Mapping)
    value = node.entries[0][1]
    assert isinstance(value, Scalar)
    return value


def _plain(node: Node) -> Any:
    match node:
        case Mapping(entries=entries):
            return {key.text: _plain(value) for key, value in entries}
        case Sequence(items=items):
            return [_plain(item) for item in items]
        case _:
            return node.text


# What is refused, and where

REFUSED = {
    "a tab before a name": ("a:\n\tb: c", "RR103", 2, 1),
    "a tab after a colon": ("a:\tb", "RR103", 1, 3),
    "a control character": ("a: b\x07", "RR103", 1, 5),
    "a null character": ("a: \0", "RR103", 1, 4),
    "a turned text": ("a: b\u202ec", "RR103", 1, 5),
    "a byte order mark within": ("a: b\ufeffc", "RR103", 1, 5),
    "an odd line end": ("a: b\u2028c: d", "RR103", 1, 5),
    "a lone carriage return": ("a: b\rc: d", "RR103", 1, 5),
    "half a character": ("a: \ud800", "RR103", 1, 4),
    "a control character as a code": ('a: "b\\x1b"', "RR103", 1, 4),
    "a tab as a code": ('a: "b\\tc"', "RR103", 1, 4),
    "an anchor": ("a: &b c", "RR105", 1, 4),
    "an anchor on a mapping": ("a: &b\n  c: d", "RR105", 1, 4),
    "an alias": ("a: *b", "RR105", 1, 4),
    "an alias as a key": ("*b : a", "RR105", 1, 1),
    "a tag": ("a: !b c", "RR105", 1, 4),
    "a Python tag": ("a: !!python/object/apply:os.system [ls]", "RR105", 1, 4),
    "a standard tag": ("a: !!str 1", "RR105", 1, 4),
    "a merge key": ("a:\n  <<: {b: c}", "RR105", 2, 3),
    "a list as a key": ("? [a, b]\n: c", "RR105", 1, 3),
    "a mapping as a key": ("{a: b}: c", "RR105", 1, 1),
    "an explicit key": ("? a\n: b", "RR105", 1, 3),
    "an explicit key in braces": ("{? a : b}", "RR105", 1, 4),
    "a key over two lines": ('{"a\n b": c}', "RR105", 1, 2),
    "a second document": ("a: b\n---\nc: d", "RR105", 2, 1),
    "a directive": ("%YAML 1.2\n---\na: b", "RR105", 1, 1),
    "an unknown directive": ("%FOO\n---\na: b", "RR102", 1, 1),
    "a key twice": ("a: b\nc: d\na: e", "RR106", 3, 1),
    "a key twice in braces": ("{a: b, a: c}", "RR106", 1, 8),
    "a key twice, once in quotes": ("a: b\n'a': c", "RR106", 2, 1),
    "text cut by a comma": ("{a: b, even c}", "RR107", 1, 8),
    "a formula cut by a comma": ("{a: b + min(c, 3)}", "RR107", 1, 16),
    "a question mark in braces": ("{a: who?}", "RR107", 1, 5),
    "a number sign in brackets": ("[a#b]", "RR107", 1, 2),
    "text cut by a comment": ("a: b #1", "RR108", 1, 6),
    "text that is all comment": ("a: #1", "RR108", 1, 4),
    "an entry joined to the one above": ("- a\n - b", "RR110", 2, 2),
    "an entry joined to the text above": ("a: b\n  - c", "RR110", 2, 3),
    "a missing name": (": a", "RR102", 1, 1),
    "an open quotation mark": ('a: "b\nc: d', "RR102", 1, 4),
    "an open bracket": ("a: [b\nc: d", "RR102", 1, 4),
    "a colon in text": ("a: b: c", "RR102", 1, 5),
    "a missing colon": ("a\nb: c", "RR102", 1, 1),
    "a missing space": ("a:b\nc: d", "RR102", 1, 2),
    "a missing space in braces": ("{a: {b:[c]}}", "RR102", 1, 7),
    "lines out of line": ("a:\n    b: c\n  d: e", "RR102", 3, 3),
    "text after a quotation": ("a: 'b' c", "RR102", 1, 8),
    "a bad beginning": ("a: @b", "RR102", 1, 4),
    "a comparison at the beginning": ("a: >= 65", "RR102", 1, 4),
    "an unknown code": ('a: "\\q"', "RR102", 1, 5),
}


@pytest.mark.parametrize(("text", "problem", "line", "column"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_at_its_place(text: str, problem: str, line: int, column: int) -> None:
    """What YAML would read as something else than it seems is refused with line and column."""
    _, problems = _read(text)
    places = [(p.id, p.span.line, p.span.column) for p in problems if p.span]
    assert places == [(problem, line, column)]


@pytest.mark.parametrize("text", [text for text, *_ in REFUSED.values()], ids=REFUSED)
def test_the_pure_loader_refuses_it_too(text: str) -> None:
    """What is refused does not depend on whether libyaml is there."""
    with _loader(yaml.SafeLoader):
        _, problems = _read(text)
    assert problems


def test_faults_that_leave_the_rest_readable_are_all_told() -> None:
    """A key twice, a tag, a merge key and cut texts in one file are reported together, and the rest is read."""
    node, problems = _read("a: b\na: c\nd: !e f\ng: h #1\n<<: {i: j}\nk: {l: m, n o, p: q}\n")
    assert [problem.id for problem in problems] == ["RR106", "RR105", "RR108", "RR105", "RR107"]
    assert node is not None
    assert _plain(node) == {"a": "b", "d": "f", "g": "h", "k": {"l": "m", "p": "q"}}


# What stays as it was written

VALUES = [
    *("NO", "yes", "on", "off", "true", "null", "~", "none", "1.10", "0x1F", "0o17", "1_000"),
    *(".inf", ".nan", "-0", "+1", "1e3", "12:30", "12:30:45", "2026-01-01", "=", "<<"),
]


@pytest.mark.parametrize("text", VALUES)
def test_values_stay_their_text(text: str) -> None:
    """Nothing is guessed: the text of the file is what is read."""
    assert _scalar(f"a: {text}").text == text
    assert _node(f"[{text}, '{text}']") == Sequence(
        (Scalar(text, "plain", True, span=_anywhere()), Scalar(text, "quoted", True, span=_anywhere())),
        span=_anywhere(),
    )


def _anywhere() -> Span:
    return Span(Source("", ""), 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: # only a comment", ""),
        ("a: b # a comment", "b"),
        ("a: b ## a comment", "b"),
        ("a: b#c", "b#c"),
        ("a: 'it''s'", "it's"),
        ('a: "\\u9632\\"\\\\"', '防"\\'),
        ("a: |\n  b\n   c\n", "b\n c\n"),
        ("a: >\n  b\n  c\n\n  d\n", "b c\nd\n"),
        ("a: >-\n  b\n  c\n", "b c"),
        ("a: |\n  b\n  \n   ", "b\n\n \n"),
        ("a: b\n  c", "b c"),
        ("a: https://example.org/x?y=[z]#w", "https://example.org/x?y=[z]#w"),
        ("a: is it? - yes, [this] {one}", "is it? - yes, [this] {one}"),
        ("a: 不安 # 註", "不安"),
    ],
)
def test_text_is_read_as_yaml_says(text: str, expected: str) -> None:
    """Comments, quotation marks, codes and blocks mean what YAML says."""
    assert _scalar(text).text == expected


@pytest.mark.parametrize(("text", "null"), [("", True), ("~", True), ("null", True), ("''", False), ('"null"', False)])
def test_nothing_is_nothing_only_without_quotes(text: str, null: bool) -> None:
    """An empty place, `~` and `null` are nothing; in quotes they are text."""
    assert _scalar(f"a: {text}").is_null is null


# Files


def test_a_byte_order_mark_at_the_beginning_is_passed_over(tmp_path: Path) -> None:
    """Files that editors on Windows save with a byte order mark are read."""
    (tmp_path / "protocol.yaml").write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert load_protocol(tmp_path).fingerprint == protocol_from_text(SMALL).fingerprint


def test_line_ends_of_windows_change_nothing(tmp_path: Path) -> None:
    """A file with CRLF is the same protocol, and its problems stand at the same places."""
    (tmp_path / "protocol.yaml").write_bytes(SMALL.replace("\n", "\r\n").encode())
    assert load_protocol(tmp_path).fingerprint == protocol_from_text(SMALL).fingerprint
    renderings = []
    for text in (SMALL, SMALL.replace("\n", "\r\n")):
        with pytest.raises(ProtocolError) as caught:
            protocol_from_text(text.replace("media >=", "meida >=").replace("raise_to", "raise"))
        renderings.append(str(caught.value))
    assert renderings[0] == renderings[1]


def _told(tmp_path: Path, content: bytes) -> list[str]:
    (tmp_path / "protocol.yaml").write_bytes(content)
    with pytest.raises(ProtocolError) as caught:
        load_protocol(tmp_path)
    return [f"{problem.id} {problem.message.rpartition('`')[2].strip()}" for problem in caught.value.problems]


def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """Other encodings are named with the line at which they begin to differ."""
    assert _told(tmp_path, "protocol: x\ntitle: für".encode("latin-1")) == ["RR101 is not UTF-8 text (line 2)"]
    assert _told(tmp_path, SMALL.encode("utf-16")) == ["RR101 is not UTF-8 text (line 1)"]


def test_a_file_has_at_most_256_kilobytes(tmp_path: Path) -> None:
    """One byte more is refused before it is read any further; so is an endless file."""
    filler = b"# " + b"x" * (MOST_BYTES - len(SMALL) - 3) + b"\n"
    (tmp_path / "protocol.yaml").write_bytes(filler + SMALL.encode())
    assert load_protocol(tmp_path).name == "small"
    assert _told(tmp_path, b"#" + filler + SMALL.encode()) == ["RR104 is larger than 256 KB"]
    with pytest.raises(ProtocolError, match="RR104"):
        protocol_from_text("#" + filler.decode() + SMALL)
    with pytest.raises(ProtocolError, match="RR104"):
        load_protocol("/dev/zero")


def test_levels_are_counted() -> None:
    """Thirty-two levels are read, one more is refused at its place."""
    deep = MOST_DEPTH - 1
    assert not _read("[" * deep + "a" + "]" * deep)[1]
    [problem] = _read("[" * MOST_DEPTH + "a" + "]" * MOST_DEPTH)[1]
    assert (problem.id, str(problem.span)) == ("RR104", f"file.yaml:1:{MOST_DEPTH + 1}")


def test_parts_are_counted() -> None:
    """Twenty thousand nodes are read, one more is refused."""
    assert not _read(f"[{'a,' * (MOST_NODES - 1)}]")[1]
    assert [problem.id for problem in _read(f"[{'a,' * MOST_NODES}]")[1]] == ["RR104"]


@pytest.mark.parametrize("path", ["no/such/folder", "protocol\0.yaml", "x" * 5_000, "/etc/passwd/protocol.yaml", ""])
def test_a_path_that_cannot_be_read_is_a_problem(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is wrong with a path, it is told as a problem."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProtocolError, match="RR101"):
        load_protocol(path)


def test_a_folder_named_like_a_file_is_told(tmp_path: Path) -> None:
    """A folder among the files of a protocol is no file."""
    (tmp_path / "facts.yaml").mkdir()
    with pytest.raises(ProtocolError, match="RR101"):
        load_protocol(tmp_path)


# Where words stand

WORDS = st.lists(st.sampled_from(["harm", "and", "media", "(", ")", ">=", "65", "不安", "it's", "x"]), min_size=1)
STYLES = ["plain", "single", "double", "folded", "literal", "indented", "plain lines", "single lines", "double lines"]


def _written(words: list[str], style: str) -> str:
    """The words as the value of `a`, in one of the ways that YAML has."""
    line, lines = " ".join(words), "\n    ".join(words)
    match style:
        case "plain" if words[0] not in ("(", ")", ">="):
            return f"a: {line}\n"
        case "plain lines" if words[0] not in ("(", ")", ">="):
            return f"a: {lines}\nb: c\n"
        case "double":
            return f'a:   "{line}"   # "comment"\n'
        case "single lines":
            return "a: '" + lines.replace("'", "''") + "'\n"
        case "double lines":
            return f'a:\n  "{lines}"\n'
        case "folded":
            return f"# first\na: >- # a comment\n    {lines}\nb: c\n"
        case "literal":
            return f"a: |2\n    {lines}\n"
        case "indented":
            return f"a:\n- >+\n\n      {line}\n\n      {line}\n"
        case _:
            return "a: '" + line.replace("'", "''") + "'\n"


def _scalars(node: Node) -> Iterator[Scalar]:
    match node:
        case Mapping(entries=entries):
            for _, value in entries:
                yield from _scalars(value)
        case Sequence(items=items):
            for item in items:
                yield from _scalars(item)
        case _:
            yield node


@given(WORDS, st.sampled_from(STYLES), st.sampled_from(["\n", "\r\n"]))
@example(["it's", "it's", "不安", "harm"], "single lines", "\n")
def test_the_place_of_a_word_is_its_place_in_the_file(words: list[str], style: str, line_end: str) -> None:
    """However a sentence is written, each of its words is found at its line and column."""
    scalar = next(_scalars(_node(_written(words, style).replace("\n", line_end))))
    position = 0
    for word in scalar.text.split():
        start = scalar.text.index(word, position)
        position = start + len(word)
        span = scalar.at(start, position)
        there = scalar.span.source.lines[span.line - 1][span.column - 1 : span.end_column - 1]
        assert there.replace("''", "'") == word


def test_codes_stand_where_they_begin() -> None:
    """The place of a character that is written as a code is its backslash."""
    scalar = _scalar('a: "\\u9632 b \\"c\\" \\\n   d \\x65 f"')
    places = {character: scalar.at(i, i + 1) for i, character in enumerate(scalar.text) if character != " "}
    assert {c: (span.line, span.column) for c, span in places.items()} == {
        "防": (1, 5),
        "b": (1, 12),
        '"': (1, 17),
        "c": (1, 16),
        "d": (2, 4),
        "e": (2, 6),
        "f": (2, 11),
    }


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: harm = yes", 1, 9),
        ('a: "harm = yes"', 1, 10),
        ("a: 'harm = yes'", 1, 10),
        ("a: >\n  harm\n  = yes", 3, 3),
        ("a: |\n  harm\n\n  = yes", 4, 3),
        ("a: harm\n  = yes", 2, 3),
        ('a: "harm\n\n   = yes"', 3, 4),
        ("a:\n- harm = yes", 2, 8),
        ("{a: harm = yes}", 1, 10),
    ],
)
def test_the_fault_of_a_condition_is_underlined_in_the_file(text: str, line: int, column: int) -> None:
    """In plain, quoted, folded and literal text over one or more lines the underlined column is that of the file."""
    problems: list[Problem] = []
    parse(next(_scalars(_node(text))), "condition", problems)
    [problem] = problems
    assert problem.span
    assert (problem.span.line, problem.span.column) == (line, column)


def test_wide_characters_are_underlined_in_their_width() -> None:
    """Chinese before and in the fault moves and widens the mark as a terminal shows it."""
    with pytest.raises(ProtocolError) as caught:
        protocol_from_text('protocol: p\ntiers: {low: {title: 留意}}\ncriteria: {a: {title: 留意, when: "不安"}}\n')
    assert str(caught.value).split("\n")[3:5] == [
        '3 | criteria: {a: {title: 留意, when: "不安"}}',
        "  |                                    ^^^^",
    ]


# libyaml and the pure loader


@contextmanager
def _loader(loader: type) -> Iterator[None]:
    """Reads with another loader of PyYAML for a while."""
    usual, reading._LOADER = reading._LOADER, loader
    try:
        yield
    finally:
        reading._LOADER = usual


PIECES = st.sampled_from(
    [
        *("? ", ": ", "- ", ":", "-", "[", "]", "{", "}", ",", "#", " #", "'", '"', "''", "%", "@", "~"),
        *("&a ", "*a", "!t ", "<<: ", "|\n", ">-\n  x\n", "\\", "\\x41", "\n", "\r\n", "\n  ", "\n    "),
        *("---\n", "...\n", "a", "中", "b: c"),
    ]
)


def _places(node: Node | None) -> Any:
    match node:
        case Mapping(entries=entries):
            return [(_places(key), _places(value)) for key, value in entries]
        case Sequence(items=items):
            return [_places(item) for item in items]
        case Scalar(text=text, style=style, flow=flow, span=span):
            return text, style, flow, str(span) if text else None


def _agree(text: str) -> None:
    node, problems = _read(text)
    with _loader(yaml.SafeLoader):
        other, other_problems = _read(text)
    assert bool(problems) == bool(other_problems)
    if not problems:
        assert _places(node) == _places(other)


@given(st.lists(PIECES, max_size=12))
def test_both_loaders_read_the_same_or_refuse(pieces: list[str]) -> None:
    """Whether libyaml is there or not, a text gives the same nodes at the same places, or is refused."""
    _agree("".join(pieces))


@given(st.integers(0, len(SMALL)), st.integers(0, 3), st.lists(PIECES, max_size=2))
def test_both_loaders_read_a_damaged_protocol_the_same(place: int, deleted: int, pieces: list[str]) -> None:
    """The same holds for a protocol in which something was deleted and inserted."""
    _agree(SMALL[:place] + "".join(pieces) + SMALL[place + deleted :])
