"""Problems: what is wrong with a file, where, and how to mend it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

CATALOGUE: dict[str, str] = {
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
    # The shape of a protocol
    "RR201": "an unknown key",
    "RR202": "a required key is missing",
    "RR203": "a value has the wrong form",
    "RR204": "a name is not allowed",
    "RR205": "two keys exclude each other",
    "RR206": "a section is not available yet",
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
}


@dataclass(frozen=True, slots=True)
class Source:
    """A text that was read: its name as shown to people, and its content."""

    name: str
    text: str = field(repr=False)

    @property
    def file(self) -> str:
        """The last part of the name: the file within its folder."""
        return re.split(r"[\\/]", self.name)[-1]

    def line(self, number: int) -> str:
        """The line of that number, counted from 1, without its end."""
        return self.text.split("\n")[number - 1].rstrip("\r")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source. Lines and columns count from 1; `end_column` is the first column after it."""

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `id` is a key of `CATALOGUE`, `message` one lowercase sentence, `span` the place (None for data that came from no
    file), `help` the remedy, `others` further places with a label each. `path` names the fact for incidents.

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

    found = difflib.get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """The help line that offers the nearest known name, else `otherwise`."""
    near = nearest(name, known)
    return f"did you mean `{near}`?" if near else otherwise


def one_of(names: Iterable[str]) -> str:
    """Names as a help line lists them: `a`, `b` or `c`."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _excerpt(span: Span, label: str, confidential: bool) -> list[str]:
    margin = " " * len(str(span.line))
    place = [f"{margin}--> {span}"]
    if confidential:
        return place + ([f"{margin} = {label}"] if label else [])
    line = span.source.line(span.line)
    shown = _trimmed(line, span)
    mark = " " * _width(shown.before) + "^" * max(1, _width(shown.marked))
    return [
        *place,
        f"{margin} |",
        f"{span.line} | {shown.before}{shown.marked}{shown.after}",
        f"{margin} | {mark}{' ' + label if label else ''}",
    ]


@dataclass(frozen=True, slots=True)
class _Shown:
    before: str
    marked: str
    after: str


def _trimmed(line: str, span: Span, most: int = 100) -> _Shown:
    """The line cut in three at the span; a very long line is shortened around it."""
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    start = min(span.column - 1, len(line))
    end = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line)
    before, marked, after = line[:start], line[start:end], line[end:]
    if len(before) > most:
        before = "…" + before[-most // 2 :]
    if len(marked) > most:
        marked = marked[:most] + "…"
    if len(before) + len(marked) + len(after) > 2 * most:
        after = after[: most // 2] + "…"
    return _Shown(before, marked.rstrip() or marked, after)


def _width(text: str) -> int:
    """How many columns a terminal gives the text: East Asian wide characters take two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
