"""Times as SQL: sums in which the end of time stays where it is, calendar months, days and clocks of a zone."""

from __future__ import annotations

import datetime as dt

from rapid_response.history.sql.rails import ENDLESS, Range
from rapid_response.history.sql.terms import PRODUCT, SUM, WHOLE, Term, Terms
from rapid_response.protocol.expressions import DAY
from rapid_response.protocol.values import EARLIEST, LATEST, local_date, shift_date, shift_moment

MONTHS = 9_999 * 12
"""Months of the calendar."""
LAST_DAY = 3_652_059
"""The ordinal of the last day of the year 9999."""
EPOCH_DAY = 719_163
"""The ordinal of the first of January 1970."""


def moved(terms: Terms, operator: str, a: Range, b: Range) -> Range:
    """A time and a length of time, or two times, added or subtracted."""
    if operator == "+":
        low = _sum(terms, a.low, b.low)
        return Range(low, low if a.is_plain and b.is_plain else _sum(terms, a.high, b.high))
    low = _difference(terms, a.low, b.high)
    return Range(low, low if a.is_plain and b.is_plain else _difference(terms, a.high, b.low))


def _difference(terms: Terms, a: Term, b: Term) -> Term:
    return _sum(terms, a, terms.subtract(terms.number(0), b))


def _sum(terms: Terms, a: Term, b: Term) -> Term:
    if a.constant is not None and b.constant is not None:
        endless = [end for end in (a.constant, b.constant) if abs(end) == ENDLESS]
        return terms.number(endless[0] if endless else a.constant + b.constant)
    held = [terms.greatest([terms.add([a, b]), terms.number(1 - ENDLESS)]), terms.number(ENDLESS - 1)]
    return terms.case([(is_endless(terms, end), end) for end in (a, b)], terms.least(held))


def is_endless(terms: Terms, end: Term) -> Term:
    """Whether an end of a time is the end of time."""
    if end.constant is not None:
        return terms.truth(abs(end.constant) == ENDLESS)
    return terms.compare("==", terms.form("ABS({0})", end), terms.number(ENDLESS))


def date_later(terms: Terms, day: Term, months: int, _zone: str) -> Term:
    """A day some months later, clamped to the month's end and to the years 1 to 9999."""
    if day.constant is not None:
        return terms.number(day.constant if abs(day.constant) == ENDLESS else shift_date(day.constant, months))
    return terms.case([(is_endless(terms, day), day)], _day_later(terms, day, months))


def _day_later(terms: Terms, day: Term, months: int) -> Term:
    if abs(months) >= MONTHS:
        return terms.number(LAST_DAY if months > 0 else 1)
    first, last = _days_that_can_move(months)
    held = terms.least([terms.greatest([day, terms.number(first)]), terms.number(last)])
    later = terms.form(terms.dialect.months_later, held, terms.number(months))
    ordinal = terms.form(terms.dialect.day, later, rank=SUM, needs=WHOLE)
    return terms.least([terms.greatest([ordinal, terms.number(1)]), terms.number(LAST_DAY)])


def _days_that_can_move(months: int) -> tuple[int, int]:
    """The days that stay within the calendar when moved, and the next one; all others end where these do."""
    first = dt.date(-months // 12 + 1, -months % 12 + 1, 1) if months < 0 else dt.date.min
    beyond = MONTHS - months
    last = dt.date(beyond // 12 + 1, beyond % 12 + 1, 1) if months > 0 else dt.date.max
    return first.toordinal(), last.toordinal()


def moment_later(terms: Terms, at: Term, months: int, zone: str) -> Term:
    """A moment some months later by the clocks of a zone, with the offset in force before, where they change."""
    if at.constant is not None:
        return terms.number(at.constant if abs(at.constant) == ENDLESS else shift_moment(at.constant, months, zone))
    shown = wall(terms, held(terms, at), zone)
    day = _day_of(terms, shown)
    later = terms.subtract(_day_later(terms, day, months), terms.number(EPOCH_DAY))
    midnight = terms.multiply(terms.subtract(day, terms.number(EPOCH_DAY)), terms.number(DAY))
    time_of_day = terms.subtract(shown, midnight)
    shifted = terms.add([terms.multiply(later, terms.number(DAY)), time_of_day])
    return terms.case([(is_endless(terms, at), at)], Clock(terms, shifted, zone).first)


def held(terms: Terms, at: Term) -> Term:
    """A moment held within the years that a calendar can show."""
    return terms.least([terms.greatest([at, terms.number(EARLIEST)]), terms.number(LATEST)])


def wall(terms: Terms, at: Term, zone: str) -> Term:
    """What the clocks of a zone show at a moment, as microseconds."""
    if zone == "UTC":
        return at
    return terms.form(terms.dialect.wall, at, terms.text(zone), rank=SUM, needs=WHOLE)


def _day_of(terms: Terms, shown: Term) -> Term:
    """The ordinal of the day that clocks show; the year 1 comes before all that they can, so all is positive."""
    since = terms.add([shown, terms.number((EPOCH_DAY - 1) * DAY)])
    days = terms.form(terms.dialect.quotient, since, terms.number(DAY), rank=PRODUCT, needs=WHOLE)
    return terms.add([days, terms.number(1)])


def day_at(terms: Terms, at: Term, zone: str | None) -> Term:
    """The day on which a moment falls in a zone."""
    if at.constant is not None:
        return terms.number(local_date(at.constant, zone))
    return _day_of(terms, wall(terms, held(terms, at), zone or "UTC"))


class Clock:
    """A time as the clocks of a zone show it, which may come twice, or never.

    `before` and `after` are the moments that it is with the offset of the day before, and of the day after.
    """

    def __init__(self, terms: Terms, shown: Term, zone: str) -> None:
        self.terms = terms
        self.before, self.after = (self._with_offset_of(shown, day, zone) for day in (-DAY, DAY))
        self.is_before, self.is_after = (
            terms.compare("==", wall(terms, moment, zone), shown) for moment in (self.before, self.after)
        )

    def _with_offset_of(self, shown: Term, day: int, zone: str) -> Term:
        terms = self.terms
        there = terms.add([shown, terms.number(day)])
        return terms.subtract(shown, terms.subtract(wall(terms, there, zone), there))

    @property
    def first(self) -> Term:
        """The moment, by the offset before the change where the time comes twice or never."""
        terms = self.terms
        only_after = terms.all_of([self.is_after, terms.opposite(self.is_before)])
        return terms.case([(only_after, self.after)], self.before)

    @property
    def comes_once(self) -> Term:
        """Whether the clocks show that time once."""
        terms = self.terms
        same = terms.compare("==", self.before, self.after)
        ways = [
            terms.all_of([a, terms.opposite(b)])
            for a, b in ((self.is_before, self.is_after), (self.is_after, self.is_before))
        ]
        return terms.any_of([same, *ways])
