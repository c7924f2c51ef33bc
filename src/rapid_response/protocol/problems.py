"""Problems: what is wrong with a file, where, and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nlargest
from itertools import islice, takewhile
from operator import eq

MOST_PROBLEMS = 100
_LONGEST_QUOTE = 80
_MOST_LISTED = 12

CATALOGUE: dict[str, str] = {
    "RR100": "there are more problems than are listed",
    # Files and YAML
    "RR101": "a file cannot be read",
    "RR102": "a file is not valid YAML",
    "RR103": "a character is not allowed",
    "RR104": "a file is too large, too deep or has too many parts",
    "RR105": "a YAML feature is not allowed",
    "RR106": "a key appears twice",
    "RR107": "text was cut by a comma, a bracket or a question mark",
    "RR108": "text was cut by a comment",
    "RR109": "a file is empty or is not a mapping",
    "RR110": "a list entry was joined to the text above it",
    # The shape of a protocol
    "RR201": "an unknown key",
    "RR202": "a required key is missing",
    "RR203": "a value has the wrong form",
    "RR204": "a name is not allowed",
    "RR205": "two keys exclude each other",
    # Names and types
    "RR301": "an unknown name",
    "RR302": "a name is used twice",
    "RR303": "an option that the kind does not have",
    "RR304": "a condition cannot be read",
    "RR305": "unlike things are compared",
    "RR306": "an unordered choice is put in order",
    "RR307": "a condition was expected",
    "RR308": "a value was expected",
    "RR309": "a name is both a fact and an option",
    "RR310": "definitions go round in a circle",
    "RR311": "a name is not allowed here",
    # Numbers and tables
    "RR401": "a divisor may be zero",
    "RR402": "a number may become too large",
    "RR403": "a number has too many decimals",
    "RR404": "table rows overlap",
    "RR405": "a table, bands or values do not cover every case",
    "RR406": "a case can never be reached",
    "RR407": "a range is empty",
    # Incidents
    "RR501": "an unknown fact",
    "RR502": "a fact has the wrong type",
    "RR503": "an unknown option in an incident",
    "RR504": "a number out of range",
    "RR505": "a time that cannot be read or does not exist",
    "RR506": "the time of evaluation is missing",
    "RR507": "details of a fact are not well formed",
    # Scenarios
    "RR601": "a scenario expects nothing",
    "RR602": "a scenario expects what can never be",
}


@dataclass(frozen=True)
class Source:
    """A text that was read: its name as shown to people, and its content."""

    name: str
    text: str = field(repr=False)

    @property
    def file(self) -> str:
        """The last part of the name: the file within its folder."""
        return re.split(r"[\\/]", self.name)[-1]

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends, and an empty one after the last."""
        return [line.removesuffix("\r") for line in f"{self.text.removesuffix(chr(10))}\n".split("\n")]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source. Lines and columns count from 1; `end_column` is the first column after it."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{_printable(self.source.name)}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `id` is a key of `CATALOGUE`, `message` one lowercase sentence, `span` the place (None for data that came from no
    file), `help` the remedy, `others` further places with a label each. Of a `confidential` one no lines are shown.
    Message and help are kept printable, and what they quote is shortened.

    >>> print(Problem("RR501", "unknown fact `harmm`", help="did you mean `harm`?").render())
    RR501: unknown fact `harmm`
      = help: did you mean `harm`?
    """

    id: str
    message: str
    span: Span | None = None
    help: str | None = None
    others: tuple[tuple[Span, str], ...] = ()
    confidential: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", _told(self.message))
        object.__setattr__(self, "help", _told(self.help) if self.help else None)

    def render(self) -> str:
        """The problem as text: id and message, place, source line with the place underlined, help."""
        lines = [f"{self.id}: {self.message}"]
        if self.span:
            lines += _excerpt(self.span, "", self.confidential)
        for span, label in self.others:
            lines += _excerpt(span, label, self.confidential)
        if self.help:
            margin = len(str(self.span.line)) + 1 if self.span and not self.confidential else 2
            lines.append(f"{' ' * margin}= help: {self.help}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, object]:
        """The problem as plain data: id, message, file, line, column, help."""
        place = {"file": self.span.source.name, "line": self.span.line, "column": self.span.column} if self.span else {}
        return {"id": self.id, "message": self.message, **place, "help": self.help}


class TooManyProblems(Exception):
    """Thrown where there is no use in looking for more problems."""


class ProblemList(list[Problem]):
    """The problems found so far; after `MOST_PROBLEMS` it says that there may be more, and stops the search."""

    def append(self, problem: Problem) -> None:
        super().append(problem)
        if len(self) == MOST_PROBLEMS:
            super().append(
                Problem("RR100", f"only the first {MOST_PROBLEMS} problems are listed", help="mend them first")
            )
            raise TooManyProblems


def render_all(problems: Iterable[Problem]) -> str:
    """All problems as text, a blank line between two, and how many they are."""
    rendered = [problem.render() for problem in problems]
    count = "1 problem" if len(rendered) == 1 else f"{len(rendered)} problems"
    return "\n\n".join([*rendered, count])


def in_reading_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems by file, line and column; those without a place first; the same one once."""

    def key(problem: Problem) -> tuple[str, int, int, str, str]:
        span = problem.span
        place = (span.source.name, span.line, span.column) if span else ("", 0, 0)
        return (*place, problem.id, problem.message)

    unique = {key(problem): problem for problem in problems}
    return tuple(unique[k] for k in sorted(unique))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None where none is near.

    >>> nearest("seriously_injred", ["killed", "seriously_injured"])
    'seriously_injured'
    """
    import difflib

    name = name.lower()[:_LONGEST_QUOTE]
    by_lower = {other.lower(): other for other in sorted(known) if len(other) <= _LONGEST_QUOTE}
    likely = nlargest(5, by_lower, key=lambda other: _shared_ends(name, other))
    found = difflib.get_close_matches(name, likely, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def _shared_ends(name: str, other: str) -> int:
    """How many letters two names share at their beginnings and ends: cheap, so that it can be asked of every name."""
    beginnings, ends = map(eq, name, other), map(eq, reversed(name), reversed(other))
    return len([*takewhile(bool, beginnings), *takewhile(bool, ends)])


def did_you_mean(name: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """The help line that offers the nearest known name, else `otherwise`."""
    near = nearest(name, known)
    return f"did you mean `{near}`?" if near else otherwise


def one_of(names: Iterable[str]) -> str:
    """Names as a help line lists them: `a`, `b` or `c`; of very many only the first."""
    quoted = [f"`{name}`" for name in islice(names, _MOST_LISTED + 1)]
    if len(quoted) > _MOST_LISTED:
        return ", ".join([*quoted[:_MOST_LISTED], "…"])
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _told(text: str) -> str:
    """A message on one line, without anything that a terminal might obey, its quotations shortened."""
    short = re.sub(f"(`[^`]{{{_LONGEST_QUOTE}}})[^`]+`", r"\1…`", text)
    return _printable(" ".join(short.split()))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "→" if c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _excerpt(span: Span, label: str, confidential: bool) -> list[str]:
    margin = " " * len(str(span.line))
    place = [f"{margin}--> {span}"]
    if confidential:
        return place + ([f"{margin} = {label}"] if label else [])
    before, marked, after = _cut(span)
    mark = " " * _width(before) + "^" * max(1, _width(marked))
    return [
        *place,
        f"{margin} |",
        f"{span.line} | {before}{marked}{after}".rstrip(),
        f"{margin} | {mark}{' ' + label if label else ''}",
    ]


def _cut(span: Span, most: int = 100) -> tuple[str, str, str]:
    """The span's first line in three: before, marked, after; a very long line is shortened around the mark."""
    line = span.source.lines[span.line - 1]
    start = min(span.column - 1, len(line))
    end = max(start, min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line))
    end = start + len(line[start:end].rstrip())
    before, marked, after = line[max(0, start - most) : start], line[start:end], line[end : end + most]
    if start > most:
        before = "…" + before[most // 2 :]
    if len(marked) > most:
        marked, after = marked[:most] + "…", ""
    elif len(before) + len(marked) + len(line) - end > 2 * most:
        after = after[: most // 2] + "…"
    return _printable(before), _printable(marked), _printable(after)


def _width(text: str) -> int:
    """How many columns a terminal gives the text: East Asian wide characters take two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
