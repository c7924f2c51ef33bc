"""Dates and times in the columns of a table, as texts or as they are stored."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rapid_response.history.binding import Bound
from rapid_response.history.problems import HistoryError
from rapid_response.history.sql.terms import AND, COMPARISON, SUM, WHOLE, Term, Terms
from rapid_response.history.sql.times import EPOCH_DAY, Clock
from rapid_response.protocol.expressions import DAY
from rapid_response.protocol.problems import Problem
from rapid_response.protocol.values import EARLIEST, LATEST

_MINUTE = 60_000_000
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DIRECTIVES = {
    "Y": ("year", "[0-9]{4}"),
    "y": ("short year", "[0-9]{2}"),
    "m": ("month", "1[0-2]|0[1-9]|[1-9]"),
    "B": ("month name", "|".join(_MONTHS)),
    "b": ("month name", "|".join(name[:3] for name in _MONTHS)),
    "d": ("day", "3[0-1]|[1-2][0-9]|0[1-9]|[1-9]| [1-9]"),
    "H": ("hour", "2[0-3]|[0-1][0-9]|[0-9]"),
    "I": ("hour of twelve", "1[0-2]|0[1-9]|[1-9]"),
    "p": ("half", "am|pm"),
    "M": ("minute", "[0-5][0-9]|[0-9]"),
    "S": ("second", "[0-5][0-9]|[0-9]"),
    "f": ("fraction", "[0-9]{1,6}"),
}
_SIGNS = " ".join(f"%{sign}" for sign in _DIRECTIVES)
_ISO = (
    "^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.]([0-9]{1,6}))?)?"
    "(Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)
_ISO_PLACES = {
    name: place
    for place, name in enumerate(("year", "month", "day", "hour", "minute", "second", "fraction", "offset"), 1)
}


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A form of times as a regular expression, and which of its groups is what."""

    expression: str
    places: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Parsed:
    """What a text shows: its day, and the microseconds that the clocks show; null where it is no such time."""

    day: Term
    shown: Term


def stored_time(terms: Terms, bound: Bound, form: str, column: str) -> Term:
    """A moment or date from a column of another type of time; null where it does not fit."""
    dialect = terms.dialect
    if form == "moment":
        return _within(terms, terms.source(dialect.microseconds.replace("{0}", column), bound.name))
    if form == "date":
        day = terms.source(dialect.day.replace("{0}", column), bound.name)
        shown = _midnight(terms, day)
    else:
        shown = terms.source(dialect.wall_microseconds.replace("{0}", column), bound.name)
        if bound.words.kind.name == "date":
            since = terms.add([shown, terms.number((EPOCH_DAY - 1) * DAY)])
            days = terms.form(dialect.quotient, since, terms.number(DAY), rank=SUM, needs=WHOLE)
            return terms.add([days, terms.number(1)])
    return _within(terms, _placed(terms, shown, bound))


def time_in_text(terms: Terms, bound: Bound, cell: Term) -> Term:
    """A text as the moment or the date that it says, by the formats of the mapping or as ISO; else null."""
    formats = [_Text(terms, cell, _pattern(bound, form)).parsed() for form in bound.words.formats]
    iso = _Pattern(_ISO, _ISO_PLACES)
    every = [*formats, _Text(terms, cell, iso).parsed()]
    if bound.words.kind.name == "date":
        return terms.form(
            f"COALESCE({', '.join(f'{{{place}}}' for place in range(len(every)))})", *(p.day for p in every)
        )
    shown = terms.form(
        f"COALESCE({', '.join(f'{{{place}}}' for place in range(len(every)))})", *(p.shown for p in every)
    )
    by_format = [terms.opposite(terms.is_null(part.shown)) for part in formats]
    offset = _offset(terms, cell)
    stated = terms.all_of([*map(terms.opposite, by_format), terms.opposite(terms.is_null(offset))])
    return _within(terms, terms.case([(stated, terms.subtract(shown, offset))], _placed(terms, shown, bound)))


def _within(terms: Terms, at: Term) -> Term:
    """A moment, null outside the years that moments have."""
    ends = terms.number(EARLIEST), terms.number(LATEST)
    return terms.case([(terms.form("{0} BETWEEN {1} AND {2}", at, *ends, rank=COMPARISON, needs=SUM), at)])


def _placed(terms: Terms, shown: Term, bound: Bound) -> Term:
    """What clocks of the zone show as a moment; null where they show it twice or never, or there is no zone."""
    zone = bound.words.zone
    if zone is None:
        return terms.form("CAST(NULL AS BIGINT)")
    if zone == "UTC":
        return shown
    if bound.words.clock_changes is not None:
        message = f"`{bound.name}`: what `clock_changes` says of times has no counterpart in SQL"
        raise HistoryError([Problem("RM603", message, help="leave it out, or bring the column to UTC in a view")])
    clock = Clock(terms, shown, zone)
    return terms.case([(clock.comes_once, clock.first)])


def _midnight(terms: Terms, day: Term) -> Term:
    return terms.multiply(terms.subtract(day, terms.number(EPOCH_DAY)), terms.number(DAY))


# Texts


def _pattern(bound: Bound, form: str) -> _Pattern:
    """A format in the signs of strptime; raises HistoryError where a sign has no counterpart here."""
    expression, places = "", dict[str, int]()
    for sign in re.findall(r"%.|\s+|.", form, re.DOTALL):
        if sign.isspace():
            expression += " +"
        elif len(sign) == 1 or sign == "%%":
            expression += re.escape(sign[-1]) if not sign[-1].isalnum() else sign[-1]
        elif sign[1] in _DIRECTIVES and _DIRECTIVES[sign[1]][0] not in places:
            name, digits = _DIRECTIVES[sign[1]]
            places[name] = len(places) + 1
            expression += f"({digits})"
        else:
            raise _no_format(bound, form, sign)
    if missing := [word for word in ("year", "month", "day") if not any(word in name for name in places)]:
        raise _no_format(bound, form, f"no {missing[0]}")
    return _Pattern(f"(?i)^{expression}$", places)


def _no_format(bound: Bound, form: str, what: str) -> HistoryError:
    message = f"`{bound.name}`: `{what}` in the format `{form}` has no counterpart in SQL"
    remedy = f"use {_SIGNS}, or bring the column to a timestamp in a view"
    return HistoryError([Problem("RM603", message, help=remedy)])


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that may be a time of some pattern."""

    terms: Terms
    cell: Term
    pattern: _Pattern

    def parsed(self) -> _Parsed:
        """The day, and what the clocks show."""
        terms = self.terms
        year, month, day, hour = self.year(), self.month(), self.number("day"), self.hour()
        minute, second, fraction = (self.number(name, 0) for name in ("minute", "second", "fraction"))
        form = "{0} BETWEEN 1 AND 9999 AND {1} BETWEEN 1 AND 12 AND {2} BETWEEN 1 AND {3}"
        parts = (year, month, day, _days_in_month(terms, year, month))
        in_order = terms.form(form, *parts, rank=AND, needs=SUM)
        mosts = ((hour, 23), (minute, 59), (second, 59))
        fits = terms.all_of([in_order, *(terms.compare("<=", part, terms.number(most)) for part, most in mosts)])
        ordinal = terms.case([(fits, _ordinal(terms, year, month, day))])
        units = [(hour, 60 * _MINUTE), (minute, _MINUTE), (second, _MINUTE // 60), (fraction, 1)]
        time_of_day = terms.add(terms.multiply(part, terms.number(unit)) for part, unit in units)
        return _Parsed(ordinal, terms.add([_midnight(terms, ordinal), time_of_day]))

    def group(self, name: str) -> Term:
        """A part of the text, null where there is none."""
        place = self.terms.number(self.pattern.places[name])
        found = self.terms.form(self.terms.dialect.group, self.cell, self.terms.text(self.pattern.expression), place)
        return self.terms.form("NULLIF(TRIM({0}), '')", found)

    def number(self, name: str, otherwise: int | None = None) -> Term:
        """The number that a part of the text is; `otherwise` where there is none."""
        if name not in self.pattern.places:
            return self.terms.number(otherwise or 0)
        digits = self.group(name)
        if name == "fraction":
            digits = self.terms.form("RPAD({0}, 6, '0')", digits)
        number = self.terms.form("CAST({0} AS BIGINT)", digits)
        return number if otherwise is None else self.terms.known(number, self.terms.number(otherwise))

    def year(self) -> Term:
        """The year; of two digits, those from 69 on are of the century before."""
        if "short year" not in self.pattern.places:
            return self.number("year")
        form = "{0} + CASE WHEN {0} < 69 THEN 2000 ELSE 1900 END"
        return self.terms.form(form, self.number("short year"), rank=SUM, needs=WHOLE)

    def month(self) -> Term:
        """The month, as a number or by the first letters of its name."""
        if "month name" not in self.pattern.places:
            return self.number("month")
        name = self.terms.form("LOWER(SUBSTRING({0}, 1, 3))", self.group("month name"))
        months = ((self.terms.text(month[:3]), self.terms.number(n)) for n, month in enumerate(_MONTHS, 1))
        return self.terms.case((self.terms.compare("==", name, month), number) for month, number in months)

    def hour(self) -> Term:
        """The hour; of twelve, with the half of the day."""
        if "hour of twelve" not in self.pattern.places:
            return self.number("hour", 0)
        hour = self.terms.form("MOD({0}, 12)", self.number("hour of twelve"))
        if "half" not in self.pattern.places:
            return hour
        form = "CASE WHEN LOWER({0}) = 'pm' THEN 12 ELSE 0 END"
        return self.terms.add([hour, self.terms.form(form, self.group("half"))])


def _days_in_month(terms: Terms, year: Term, month: Term) -> Term:
    is_leap = "MOD({0}, 4) = 0 AND (MOD({0}, 100) <> 0 OR MOD({0}, 400) = 0)"
    form = f"CASE WHEN {{1}} IN (4, 6, 9, 11) THEN 30 WHEN {{1}} <> 2 THEN 31 WHEN {is_leap} THEN 29 ELSE 28 END"
    return terms.form(form, year, month, needs=SUM)


def _ordinal(terms: Terms, year: Term, month: Term, day: Term) -> Term:
    """The number of a day, counted from the first of January of the year 1: the year begins in March here."""

    def whole(a: Term, b: int) -> Term:
        return terms.form(terms.dialect.quotient, a, terms.number(b), rank=SUM, needs=WHOLE)

    early = terms.form("CASE WHEN {0} <= 2 THEN 1 ELSE 0 END", month, needs=SUM)
    since = terms.subtract(year, early)
    months = terms.form("{0} + 12 * {1} - 3", month, early, rank=SUM, needs=WHOLE)
    leaps = [whole(since, 4), terms.subtract(terms.number(0), whole(since, 100)), whole(since, 400)]
    days = whole(terms.form("153 * {0} + 2", months, rank=SUM, needs=WHOLE), 5)
    return terms.add([terms.multiply(since, terms.number(365)), *leaps, days, day, terms.number(-306)])


def _offset(terms: Terms, cell: Term) -> Term:
    """The offset from UTC that an ISO text states, in microseconds; null where it states none."""
    offset = _Text(terms, cell, _Pattern(_ISO, _ISO_PLACES)).group("offset")
    sign_and_digits = terms.form("REPLACE(REPLACE({0}, ':', ''), 'Z', '+0000')", offset)
    hours = terms.form("CAST(SUBSTRING({0}, 2, 2) AS BIGINT)", sign_and_digits)
    minutes = terms.form("CAST(SUBSTRING({0}, 4, 2) AS BIGINT)", sign_and_digits)
    size = terms.add(
        [terms.multiply(hours, terms.number(60 * _MINUTE)), terms.multiply(minutes, terms.number(_MINUTE))]
    )
    is_west = terms.form("SUBSTRING({0}, 1, 1) = '-'", sign_and_digits, rank=COMPARISON)
    return terms.case([(is_west, terms.subtract(terms.number(0), size))], size)
