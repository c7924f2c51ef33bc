"""Patterns as SQL: incidents like each one, counted by window functions over the whole table.

Rows whose facts are known meet in one window. A fact that is not known could be the same as any other, so rows are also
counted by which facts are known of them: the facts known of both have to be the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from rapid_response.history.sql.facts import Facts
from rapid_response.history.sql.rails import Rails, Range
from rapid_response.history.sql.terms import Term, Terms
from rapid_response.protocol.model import Pattern


@dataclass(frozen=True, slots=True)
class Past:
    """The table as a history: its patterns, the fact that says when, the rows that fit, and their ids."""

    patterns: Mapping[str, Pattern]
    at: str | None
    fits: Term
    id: Term


@dataclass(frozen=True, slots=True)
class Key:
    """A fact that is to be the same, or the time: its columns, and whether it is known."""

    columns: tuple[Term, ...]
    known: Term
    is_time: bool = False


def key_of(facts: Facts, name: str, is_time: bool = False) -> Key:
    """What a fact is in the windows of a pattern."""
    terms, stand_in, stored = facts.terms, facts.stand_in(name), facts.stored.get(name)
    if stored is None:
        column = () if stand_in is None else (terms.constant(facts.declared[name].type, stand_in),)
        return Key(column, terms.truth(stand_in is not None), is_time)
    if isinstance(stored, Term):
        if stored.constant is None and stand_in is not None:
            stored = terms.form("COALESCE({0}, {1})", stored, terms.constant(facts.declared[name].type, stand_in))
        known = stored.constant is not None or stand_in is not None
        return Key((stored,), terms.truth(True) if known else terms.opposite(terms.is_null(stored)), is_time)
    columns = tuple(stored.values())
    if stand_in is not None:
        given = [terms.truth(bool(stand_in >> option & 1)) for option in stored]
        columns = tuple(terms.known(column, end) for column, end in zip(columns, given, strict=True))
        return Key(columns, terms.truth(True), is_time)
    return Key(columns, terms.opposite(terms.is_null(columns[0])), is_time)


def counted(terms: Terms, pattern: Pattern, past: Past, where: Rails, keys: Sequence[Key]) -> Range:
    """The least and the greatest number of incidents that make up a pattern, each row's own among them."""
    windows = _Windows(terms, past, pattern.within.value)
    known = terms.all_of(key.known for key in keys)
    own = terms.case([(where.surely, terms.number(1))], terms.number(0))
    surely = windows.count(terms.all_of([past.fits, where.surely, known]), keys)
    low = terms.wide(terms.case([(known, surely)], own))
    totals = []
    for mine, is_mine in _classes(terms, keys):
        others = [
            windows.count(terms.all_of([past.fits, where.possibly, is_theirs]), [key for key in mine if key in theirs])
            for theirs, is_theirs in _classes(terms, keys)
        ]
        totals.append((is_mine, terms.add(others)))
    if known.constant is True and where.is_plain:
        return Range(low, low)
    return Range(low, terms.wide(terms.case(totals[:-1], totals[-1][1])))


def _classes(terms: Terms, keys: Sequence[Key]) -> Iterator[tuple[list[Key], Term]]:
    """Which keys may be known of a row, with the condition that just these are."""
    for known in product((True, False), repeat=len(keys)):
        conditions = [key.known if is_so else terms.opposite(key.known) for key, is_so in zip(keys, known, strict=True)]
        holds = terms.all_of(conditions)
        if holds.constant is not False:
            yield [key for key, is_so in zip(keys, known, strict=True) if is_so], holds


@dataclass(frozen=True, slots=True)
class _Windows:
    terms: Terms
    past: Past
    within: int

    def count(self, counts: Term, keys: Sequence[Key]) -> Term:
        """How many rows count that have the same keys, and lie in the time before where that is among these."""
        if counts.constant is False:
            return self.terms.number(0)
        same = [column for key in keys if not key.is_time for column in key.columns if column.constant is None]
        time = next((key.columns[0] for key in keys if key.is_time), None)
        if time is None:
            return self.window(counts, same, "", [])
        span = f" RANGE BETWEEN {self.within} PRECEDING AND CURRENT ROW"
        until_now = self.window(counts, same, f"ORDER BY {{0}}{span}", [time])
        later = " ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"
        at_once = self.window(counts, [*same, time], f"ORDER BY {{0}}{later}", [self.past.id])
        return self.terms.subtract(until_now, at_once)

    def window(self, counts: Term, same: Sequence[Term], order: str, by: Sequence[Term]) -> Term:
        places = ", ".join(f"{{{place}}}" for place in range(1, len(same) + 1))
        partition = f"PARTITION BY {places}" if same else ""
        ordered = order.replace("{0}", f"{{{len(same) + 1}}}")
        inside = " ".join(part for part in (partition, ordered) if part)
        form = f"COUNT(CASE WHEN {{0}} THEN 1 END) OVER ({inside})"
        return self.terms.form(form, counts, *same, *by)
