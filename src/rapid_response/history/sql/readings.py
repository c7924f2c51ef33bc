"""Columns of a table as facts: what a cell means, and whether it fits, as `history.words` reads one cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa

from rapid_response.history.binding import Bound
from rapid_response.history.problems import HistoryError
from rapid_response.history.sql import answers, clocks
from rapid_response.history.sql.dialects import quoted_name
from rapid_response.history.sql.facts import Reading
from rapid_response.history.sql.terms import COMPARISON, SUM, Term, Terms
from rapid_response.history.words import UNFIT_OTHERWISE
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.problems import Problem
from rapid_response.protocol.values import Encoded, unscaled

StoredAs = Literal["text", "boolean", "integer", "number", "moment", "local time", "date", "list"]
"""How a column is stored, as far as it matters here; `moment` knows its offset from UTC, `local time` does not."""

AS_THE_FACT: Mapping[str, StoredAs] = {
    "yes_no": "boolean",
    "number": "number",
    "moment": "moment",
    "date": "date",
    "choices": "list",
}
"""How the column of a fact is stored if nothing is said of it; all others are texts."""

_WHOLE: Mapping[str, tuple[StoredAs, ...]] = {
    "yes_no": ("boolean",),
    "number": ("integer", "number"),
    "moment": ("moment", "local time", "date"),
    "date": ("date", "local time"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads facts from the columns of a table."""

    terms: Terms
    stored_as: Callable[[str, Type], StoredAs]

    def read(self, bound: Bound) -> Reading:
        """One fact, from its columns."""
        kind, words = bound.words.kind, bound.words
        found = [self.stored_as(column, kind) for column in bound.columns]
        if len(found) == 1 and bound.digits is None:
            if kind.name == "choices" and found[0] == "list":
                return answers.listed(self.terms, words, self.column(bound.columns[0], bound.name))
            if words.is_plain and found[0] in _WHOLE.get(kind.name, ()):
                return self.whole(bound, found[0])
        for column, form in zip(bound.columns, found, strict=True):
            if form == "list" or (form in ("moment", "local time") and kind.name != "text"):
                raise _inexpressible(bound, f"the column `{column}`, which holds {form}s,")
        if kind.name == "choices":
            return answers.in_texts(self.terms, words, [self.cells(column, bound) for column in bound.columns])
        return self.worded(bound, self.joined(bound))

    # Columns

    def column(self, name: str, hint: str) -> Term:
        """A column as it is stored."""
        return self.terms.source(quoted_name(name, self.terms.dialect), hint)

    def cells(self, name: str, bound: Bound) -> Term:
        """A column as texts without the spaces around them; null where nothing is there."""
        trimmed = self.trimmed(name)
        if not bound.words.empty_is_unknown or "" in bound.words.values:
            return self.terms.source(trimmed, bound.name)
        return self.terms.source(f"NULLIF({trimmed}, '')", bound.name)

    def trimmed(self, name: str) -> str:
        return f"TRIM(CAST({quoted_name(name, self.terms.dialect)} AS {self.terms.dialect.text}))"

    def joined(self, bound: Bound) -> Term:
        """Several columns as one text, a space between; `digits` restores the leading zeros of the last."""
        if len(bound.columns) == 1 and bound.digits is None:
            return self.cells(bound.columns[0], bound)
        texts = [self.trimmed(name) for name in bound.columns]
        if bound.digits is not None:
            last, digits = texts[-1], bound.digits
            texts[-1] = f"CASE WHEN LENGTH({last}) < {digits} THEN LPAD({last}, {digits}, '0') ELSE {last} END"
        parts = [f"NULLIF({text}, '')" for text in texts]
        return self.terms.source(" || ' ' || ".join(parts), bound.name)

    # As it is stored

    def whole(self, bound: Bound, form: StoredAs) -> Reading:
        """A column whose cells are values of the fact as they stand, or nothing."""
        name, kind = bound.columns[0], bound.words.kind
        column = self.column(name, bound.name)
        match kind.name, form:
            case "yes_no", _:
                return Reading(column, self.has_type(name, form))
            case "number", "integer" if kind.places == 0:
                return self.integer(column, kind)
            case "number", _:
                return self.number(column, kind)
            case "date", "date":
                return Reading(self.terms.source(self.day_of(name), bound.name), self.has_type(name, form))
        value = clocks.stored_time(self.terms, bound, form, quoted_name(name, self.terms.dialect))
        fits = self.terms.any_of([self.terms.is_null(column), self.terms.opposite(self.terms.is_null(value))])
        return Reading(value, self.terms.all_of([fits, self.has_type(name, form)]))

    def day_of(self, column: str) -> str:
        return self.terms.dialect.day.replace("{0}", quoted_name(column, self.terms.dialect))

    def has_type(self, column: str, form: StoredAs) -> Term:
        """Whether a column is of the type that was expected: a view may say otherwise later."""
        text = self.terms.dialect.type_of.replace("{0}", quoted_name(column, self.terms.dialect))
        types = [self.terms.text(name) for name in self.terms.dialect.types[form]]
        return self.terms.among(self.terms.source(text, f"{column}_type"), types)

    def integer(self, column: Term, kind: Type) -> Reading:
        low, high = self.terms.number(int(kind.low)), self.terms.number(int(kind.high))
        inside = self.terms.form("{0} BETWEEN {1} AND {2}", column, low, high, rank=COMPARISON, needs=SUM)
        value = self.terms.case([(inside, self.terms.form("CAST({0} AS BIGINT)", column))])
        return Reading(value, self.terms.any_of([self.terms.is_null(column), inside]))

    def number(self, column: Term, kind: Type) -> Reading:
        """A number of any type: it fits where rounding to the places of the fact changes nothing."""
        low, high = (str(unscaled(int(end), kind.places)) for end in (kind.low, kind.high))
        rounded = self.terms.form(
            f"CASE WHEN {{0}} BETWEEN {low} AND {high} THEN CAST({{0}} AS DECIMAL(28, {kind.places})) END", column
        )
        value = self.scaled(rounded, kind)
        same = self.terms.known(self.terms.compare("==", rounded, column), self.terms.truth(False))
        return Reading(value, self.terms.any_of([self.terms.is_null(column), same]))

    def scaled(self, number: Term, kind: Type) -> Term:
        factor = f" * {10**kind.places}" if kind.places else ""
        return self.terms.form(f"CAST({{0}}{factor} AS BIGINT)", number)

    # As texts

    def worded(self, bound: Bound, cell: Term) -> Reading:
        """A text by the words of the mapping, or as it stands."""
        terms, words, kind = self.terms, bound.words, bound.words.kind
        value, fits = self.as_it_stands(bound, cell)
        groups: dict[Encoded | None, list[str]] = {}
        for word, meaning in words.values.items():
            groups.setdefault(meaning, []).append(word)
        unknown = [word for word in sorted(words.unknown) if word not in words.values]
        groups[None] = [*groups.get(None, []), *unknown]
        listed = [word for group in groups.values() for word in group]
        branches = [
            (terms.among(cell, self.texts(group)), self.encoded(kind, meaning))
            for meaning, group in groups.items()
            if group
        ]
        if words.otherwise is not UNFIT_OTHERWISE:
            missing = terms.all_of([terms.opposite(terms.is_null(cell)), terms.opposite(fits)])
            branches.append((missing, self.encoded(kind, words.otherwise)))  # type: ignore[arg-type]
            fits = terms.truth(True)
        fine = [terms.is_null(cell), *([terms.among(cell, self.texts(listed))] if listed else []), fits]
        return Reading(terms.case(branches, value), terms.any_of(fine))

    def texts(self, words: Sequence[str]) -> list[Term]:
        return [self.terms.text(word) for word in words]

    def encoded(self, kind: Type, value: Encoded | None) -> Term:
        """A value as it is stored."""
        return self.terms.null() if value is None else self.terms.constant(kind, value)

    def as_it_stands(self, bound: Bound, cell: Term) -> tuple[Term, Term]:
        """A text as a value of the type, null where it is none, and whether it is one."""
        terms, kind = self.terms, bound.words.kind
        match kind.name:
            case "yes_no":
                lower = terms.form("LOWER({0})", cell)
                is_yes, is_no = (terms.among(lower, self.texts(pair)) for pair in (("yes", "true"), ("no", "false")))
                value = terms.case([(is_yes, terms.truth(True)), (is_no, terms.truth(False))])
                return value, terms.known(terms.any_of([is_yes, is_no]), terms.truth(False))
            case "scale" | "choice":
                return cell, terms.known(terms.among(cell, self.texts(kind.options)), terms.truth(False))
            case "number":
                return self.number_text(cell, kind)
            case "text":
                return self.untrimmed(bound, cell), terms.truth(True)
            case _:
                value = clocks.time_in_text(terms, bound, cell)
                return value, terms.opposite(terms.is_null(value))

    def untrimmed(self, bound: Bound, cell: Term) -> Term:
        """A text with the spaces around it."""
        if len(bound.columns) > 1 or bound.digits is not None:
            return cell
        name = quoted_name(bound.columns[0], self.terms.dialect)
        whole = self.terms.source(f"CAST({name} AS {self.terms.dialect.text})", bound.name)
        return self.terms.case([(self.terms.opposite(self.terms.is_null(cell)), whole)])

    def number_text(self, cell: Term, kind: Type) -> tuple[Term, Term]:
        """Digits, and no more places than the fact has, but for zeros."""
        some = f"[0-9]{{1,{kind.places}}}0*" if kind.places else "0+"
        any_ = some.replace("{1,", "{0,").replace("0+", "0*")
        sign_and_digits = f"^[+-]?(0*[0-9]{{1,18}}([.]({any_}))?|[.]{some})$"
        matches = self.terms.form(
            self.terms.dialect.matches, cell, self.terms.text(sign_and_digits), rank=COMPARISON, needs=SUM
        )
        pieces = self.terms.form(f"CASE WHEN {{1}} THEN CAST({{0}} AS DECIMAL(28, {kind.places})) END", cell, matches)
        value = self.scaled(pieces, kind)
        low, high = self.terms.number(int(kind.low)), self.terms.number(int(kind.high))
        inside = self.terms.form("{0} BETWEEN {1} AND {2}", value, low, high, rank=COMPARISON, needs=SUM)
        return self.terms.case([(inside, value)]), self.terms.known(inside, self.terms.truth(False))


def _inexpressible(bound: Bound, what: str) -> HistoryError:
    message = f"`{bound.name}`: {what} cannot be read as {bound.words.kind.name} in SQL"
    remedy = "bring it to the type of the fact in a view, and read from that"
    return HistoryError([Problem("RM603", message, help=remedy)])


def stored_kinds(header: Sequence[str], schema: Any) -> Mapping[str, StoredAs]:
    """How columns are stored, going by an Arrow schema; as texts where there is none."""
    if schema is None:
        return dict.fromkeys(header, "text")
    return {field.name: _stored_as(field.type) for field in schema}


def _stored_as(kind: Any) -> StoredAs:
    is_of: list[tuple[Callable[[Any], bool], StoredAs]] = [
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_integer, "integer"),
        (pa.types.is_floating, "number"),
        (pa.types.is_decimal, "number"),
        (pa.types.is_date, "date"),
        (pa.types.is_list, "list"),
        (pa.types.is_large_list, "list"),
    ]
    if pa.types.is_timestamp(kind):
        return "local time" if kind.tz is None else "moment"
    return next((form for is_so, form in is_of if is_so(kind)), "text")
