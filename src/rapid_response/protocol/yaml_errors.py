"""What a YAML parser complains of, in words for people who do not know YAML.

No words of the file are repeated here, only single signs: it may be an incident, and hold what people said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import yaml

from rapid_response.protocol.problems import Problem, Source, Span

Place = tuple[int, int]
"""Line and column, counted from 0."""
Explanation = tuple[Place, str, str]
"""Where the mistake probably is, what it is, and the remedy."""

_HAS_COLON = re.compile(r":(\s|$)")
_TIGHT_COLON = re.compile(r"\w:(?=[\w{\[])")


def syntax_problem(source: Source, error: Exception) -> Problem:
    """The problem that a parser's error stands for."""
    place, message, remedy = _explanation(source.lines, error)
    line = min(place[0], len(source.lines) - 1)
    column = min(place[1], len(source.lines[line]))
    return Problem("RR102", message, Span(source, line + 1, column + 1, line + 1, column + 2), remedy)


def _explanation(lines: Sequence[str], error: Exception) -> Explanation:
    stop = _place(error, "problem_mark") or _place(error, "context_mark") or (0, 0)
    start = _place(error, "context_mark") or stop
    words = f"{getattr(error, 'context', '')}: {getattr(error, 'problem', '')}"
    for complaint, explain in _COMPLAINTS:
        if re.search(complaint, words):
            return explain(lines, start, stop)
    return stop, "this is not valid YAML", "check the indentation and the quotes around this place"


def _place(error: Exception, mark: str) -> Place | None:
    found: yaml.Mark | None = getattr(error, mark, None)
    return (found.line, found.column) if found else None


def _sign(lines: Sequence[str], place: Place) -> str:
    return "".join(lines[place[0] : place[0] + 1])[place[1] : place[1] + 1] or "the end of the line"


def _misplaced_colon(lines: Sequence[str], _: Place, stop: Place) -> Explanation:
    if _HAS_COLON.search(lines[stop[0]][: stop[1]]):
        return stop, "a second colon in one line", "put quotes around text that holds a colon"
    filled = [number for number in range(stop[0]) if lines[number].strip() and lines[number].lstrip()[0] != "#"]
    if filled and not _HAS_COLON.search(lines[filled[-1]]):
        return _missing_colon(lines, (filled[-1], 0), stop)
    indent = len(lines[stop[0]]) - len(lines[stop[0]].lstrip())
    remedy = "line it up with the line above, or end that line with a colon"
    return (stop[0], indent), "the line is indented deeper than the one above it", remedy


def _missing_colon(lines: Sequence[str], start: Place, _: Place) -> Explanation:
    line = lines[start[0]]
    if tight := _TIGHT_COLON.search(line):
        return (start[0], tight.end() - 1), "a space is missing after the colon", "write it like `name: value`"
    if "：" in line:
        return (start[0], line.index("：")), "a full-width colon is not read as a colon", "write the plain `:`"
    end = max(0, len(line.rstrip()) - 1)
    return (start[0], end), "the line has no colon", "write it like `name:` or `name: value`"


def _open_quote(_: Sequence[str], start: Place, __: Place) -> Explanation:
    return start, "a quotation mark is opened here and never closed", "close it at the end of the text"


def _open_bracket(lines: Sequence[str], start: Place, stop: Place) -> Explanation:
    found, opened = _sign(lines, stop), _sign(lines, start)
    if len(found) > 1 or (found == ":" and stop[0] != start[0]):
        return start, f"`{opened}` is opened here and never closed", f"close it with `{']' if opened == '[' else '}'}`"
    remedy = "put quotes around text that holds such signs, or give it a line of its own"
    return stop, f"`{found}` is not expected inside braces or brackets", remedy


def _bad_beginning(lines: Sequence[str], start: Place, _: Place) -> Explanation:
    return start, f"text cannot begin with `{_sign(lines, start)}`", "put quotes around the text"


def _list_in_line(_: Sequence[str], __: Place, stop: Place) -> Explanation:
    return stop, "a list cannot begin in this line", "begin it in the line below, each entry after `- `"


def _not_in_list(_: Sequence[str], __: Place, stop: Place) -> Explanation:
    remedy = "begin it with `- `, or line it up with the name that it belongs to"
    return stop, "the line is not an entry of the list above it", remedy


def _not_in_mapping(lines: Sequence[str], _: Place, stop: Place) -> Explanation:
    if lines[stop[0]][: stop[1]].strip():
        message = "the text goes on after its closing quotation mark or bracket"
        return stop, message, "put quotes around the whole text"
    if _sign(lines, stop) == "-":
        return stop, "a list entry stands among `name: value` lines", "line it up with its list"
    return stop, "the line does not line up with the lines above it", "lines that belong together begin at one column"


def _bad_escape(_: Sequence[str], __: Place, stop: Place) -> Explanation:
    remedy = r"use single quotes, or write \\ for a backslash"
    return stop, "a backslash inside double quotes begins a code, and this is none", remedy


def _missing_value(lines: Sequence[str], _: Place, stop: Place) -> Explanation:
    return stop, f"a value is missing before `{_sign(lines, stop)}`", "write one, or put quotes around the text"


_COMPLAINTS: tuple[tuple[str, Callable[[Sequence[str], Place, Place], Explanation]], ...] = (
    ("mapping values are not allowed", _misplaced_colon),
    ("could not find expected ':'|unexpected ':'", _missing_colon),
    ("quoted scalar: found unexpected end", _open_quote),
    ("quoted scalar: ", _bad_escape),
    ("flow (mapping|sequence): .*expected ',' or", _open_bracket),
    ("cannot start any token|alias: |anchor: |tag|block scalar: |directive|document", _bad_beginning),
    ("keys are not allowed", _bad_beginning),
    ("sequence entries are not allowed", _list_in_line),
    ("block collection: ", _not_in_list),
    ("block mapping: ", _not_in_mapping),
    ("node content", _missing_value),
)
