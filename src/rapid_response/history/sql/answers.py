"""Facts of several choices in the columns of a table: arrays, texts that hold several answers, or a column for each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapid_response.history.sql.facts import Reading
from rapid_response.history.sql.terms import COMPARISON, SUM, Term, Terms
from rapid_response.history.words import UNFIT_OTHERWISE, Words


def listed(terms: Terms, words: Words, cell: Term) -> Reading:
    """Answers in an array; one that holds a null is not known."""
    parts = _Array(terms, cell, spaced=False)
    has_null = terms.form(terms.dialect.has_null, cell, rank=COMPARISON, needs=SUM)
    return _together(terms, words, [_answers(terms, words, cell, parts, [has_null])])


def in_texts(terms: Terms, words: Words, cells: Sequence[Term]) -> Reading:
    """Answers in texts that are split, or one in each column."""
    return _together(
        terms, words, [_answers(terms, words, cell, _parts_of_text(terms, words, cell), []) for cell in cells]
    )


@dataclass(frozen=True, slots=True)
class _Answers:
    """What one column says: whether it is known, which options it names, and whether all of it is understood."""

    known: Term
    chosen: Mapping[int, Term]
    fits: Term


def _together(terms: Terms, words: Words, columns: Sequence[_Answers]) -> Reading:
    """Several columns as one: an option is chosen where any column names it, and known where all are."""
    known = terms.all_of(column.known for column in columns)
    chosen = {
        option: terms.case([(known, terms.any_of(column.chosen[option] for column in columns))])
        for option in range(len(words.kind.options))
    }
    return Reading(chosen, terms.all_of(column.fits for column in columns))


def _answers(terms: Terms, words: Words, cell: Term, parts: _One | _Array, unknown: Sequence[Term]) -> _Answers:
    masks = {**{name: 1 << place for place, name in enumerate(words.kind.options)}, **words.values}
    not_known = [word for word, mask in words.values.items() if mask is None]
    not_known += sorted({*words.unknown} - {*words.values})
    understood = parts.all_among([*dict.fromkeys([*masks, *not_known])])
    missing = [terms.is_null(cell), parts.any_among(not_known), *unknown]
    others = 0
    if words.otherwise is None:
        missing.append(terms.opposite(understood))
    elif isinstance(words.otherwise, int):
        others = words.otherwise

    def chosen(option: int) -> Term:
        naming = parts.any_among([word for word, mask in masks.items() if int(mask or 0) >> option & 1])
        return terms.any_of([naming, terms.opposite(understood)]) if others >> option & 1 else naming

    fits = understood if words.otherwise is UNFIT_OTHERWISE else terms.truth(True)
    return _Answers(
        terms.opposite(terms.any_of(missing)),
        {option: chosen(option) for option in range(len(words.kind.options))},
        terms.any_of([terms.is_null(cell), fits]),
    )


def _parts_of_text(terms: Terms, words: Words, cell: Term) -> _One | _Array:
    if words.split is None:
        return _One(terms, cell)
    between = terms.text(f" *{re.escape(words.split)} *")
    return _Array(terms, terms.form(terms.dialect.split, cell, between), spaced=True)


@dataclass(frozen=True, slots=True)
class _One:
    """A cell that holds one answer."""

    terms: Terms
    cell: Term

    def any_among(self, words: Sequence[str]) -> Term:
        return self.terms.among(self.cell, [self.terms.text(word) for word in words])

    def all_among(self, words: Sequence[str]) -> Term:
        return self.any_among(words)


@dataclass(frozen=True, slots=True)
class _Array:
    """A cell that holds several answers; where they were split, some may be empty and do not count."""

    terms: Terms
    array: Term
    spaced: bool

    def any_among(self, words: Sequence[str]) -> Term:
        return self._with(self.terms.dialect.overlaps, words) if words else self.terms.truth(False)

    def all_among(self, words: Sequence[str]) -> Term:
        return self._with(self.terms.dialect.within, [*words, *([""] if self.spaced else [])])

    def _with(self, form: str, words: Sequence[str]) -> Term:
        texts = [self.terms.text(word) for word in words]
        inside = self.terms.term(("", *[", "] * (len(texts) - 1), ""), texts)
        array = self.terms.form(self.terms.dialect.array, inside)
        return self.terms.form(form, self.array, array, rank=COMPARISON, needs=SUM)
