"""Pieces of SQL text as a graph in which equal pieces are one, so that what is used often is written once.

Conditions fold where they can: what holds always, or never, leaves no trace in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from rapid_response.history.sql.dialects import Dialect, quoted_text
from rapid_response.protocol.expressions import Comparator, Type
from rapid_response.protocol.values import Encoded

OR, AND, NOT, COMPARISON, SUM, PRODUCT, WHOLE = range(1, 8)
"""How tightly a piece of SQL binds."""

_COMPARED = {"==": "=", "!=": "<>"}
_WORKED_OUT = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A piece of SQL: the text before, between and after its parts.

    It binds as tightly as `rank` says, and parts that bind less tightly than `needs` stand in parentheses. `constant`
    is its value where that is fixed. A `source` is worked out from the columns of the table itself.
    """

    pieces: tuple[str, ...]
    parts: tuple[Term, ...] = ()
    rank: int = WHOLE
    needs: int = 0
    constant: bool | int | None = None
    source: bool = False


@dataclass
class Terms:
    """Makes terms, each once, in an order in which every term comes after its parts; `hints` are names for some."""

    dialect: Dialect
    made: dict[object, Term] = field(default_factory=dict)
    hints: dict[Term, str] = field(default_factory=dict)

    def term(self, pieces: tuple[str, ...], parts: Sequence[Term] = (), rank: int = WHOLE, needs: int = 0) -> Term:
        """The term of these pieces and parts."""
        return self._once(Term(pieces, tuple(parts), rank, needs))

    def _once(self, term: Term) -> Term:
        key = (term.pieces, *map(id, term.parts), term.source)
        return self.made.setdefault(key, term)

    def form(self, form: str, *parts: Term, rank: int = WHOLE, needs: int = 0) -> Term:
        """A form such as `ABS({0})` with its parts filled in."""
        pieces, places = _split(form)
        return self.term(pieces, [parts[place] for place in places], rank, needs)

    def source(self, text: str, hint: str) -> Term:
        """What is read from the table itself, by a text in which names are already quoted."""
        return self.named(self._once(Term((text,), source=True)), hint)

    def named(self, term: Term, hint: str) -> Term:
        """The term, and what it may be called."""
        self.hints.setdefault(term, hint)
        return term

    # Constants

    def truth(self, value: bool) -> Term:
        return self._once(Term(("TRUE" if value else "FALSE",), constant=value))

    def number(self, value: int) -> Term:
        return self._once(Term((str(value),), constant=value))

    def text(self, value: str) -> Term:
        return self.term((quoted_text(value, self.dialect),))

    def constant(self, kind: Type, value: Encoded) -> Term:
        """A value of a fact, but for several choices."""
        if kind.name == "yes_no":
            return self.truth(bool(value))
        return self.text(value) if isinstance(value, str) else self.number(int(value))

    def null(self) -> Term:
        return self.term(("NULL",))

    # Conditions

    def all_of(self, parts: Iterable[Term]) -> Term:
        return self._joined(parts, "AND", AND, neutral=True)

    def any_of(self, parts: Iterable[Term]) -> Term:
        return self._joined(parts, "OR", OR, neutral=False)

    def _joined(self, parts: Iterable[Term], word: str, rank: int, neutral: bool) -> Term:
        kept = [part for part in dict.fromkeys(parts) if part.constant is not neutral]
        if any(part.constant is (not neutral) for part in kept):
            return self.truth(not neutral)
        if len(kept) < 2:
            return kept[0] if kept else self.truth(neutral)
        return self.term(("", *[f" {word} "] * (len(kept) - 1), ""), kept, rank, NOT)

    def opposite(self, part: Term) -> Term:
        if part.constant is not None:
            return self.truth(not part.constant)
        if part.rank == NOT:
            return part.parts[0]
        return self.term(("NOT ", ""), [part], NOT, COMPARISON)

    def compare(self, comparator: Comparator, a: Term, b: Term) -> Term:
        if a.constant is not None and b.constant is not None:
            return self.truth(_WORKED_OUT[comparator](a.constant, b.constant))
        return self.term(("", f" {_COMPARED.get(comparator, comparator)} ", ""), [a, b], COMPARISON, SUM)

    def among(self, part: Term, values: Sequence[Term]) -> Term:
        """Whether a text is one of some; null where the text is."""
        if not values:
            return self.truth(False)
        if len(values) == 1:
            return self.compare("==", part, values[0])
        return self.term(("", " IN (", *[", "] * (len(values) - 1), ")"), [part, *values], COMPARISON, SUM)

    def is_null(self, part: Term) -> Term:
        return self.form("{0} IS NULL", part, rank=COMPARISON, needs=SUM)

    def known(self, part: Term, otherwise: Term) -> Term:
        """A value, or `otherwise` where it is null."""
        return part if part.constant is not None else self.form("COALESCE({0}, {1})", part, otherwise)

    def case(self, branches: Iterable[tuple[Term, Term]], otherwise: Term | None = None) -> Term:
        """The value of the first condition that holds, else `otherwise`, or null."""
        kept: list[tuple[Term, Term]] = []
        for when, then in branches:
            if when.constant is True:
                otherwise = then
                break
            if when.constant is not False and all(when is not before for before, _ in kept):
                kept.append((when, then))
        otherwise = self.null() if otherwise is None else otherwise
        while kept and kept[-1][1] is otherwise:
            kept.pop()
        if not kept:
            return otherwise
        has_else = otherwise is not self.null()
        pieces = ["CASE WHEN ", *[" THEN ", " WHEN "] * len(kept)]
        pieces[-1:] = [" ELSE ", " END"] if has_else else [" END"]
        return self.term(tuple(pieces), [part for pair in kept for part in pair] + [otherwise] * has_else)

    # Numbers

    def add(self, parts: Iterable[Term]) -> Term:
        given = list(parts)
        fixed = sum(part.constant for part in given if part.constant is not None)
        kept = [part for part in given if part.constant is None]
        if fixed or not kept:
            kept.append(self.number(fixed))
        if len(kept) == 1:
            return kept[0]
        return self.term(("", *[" + "] * (len(kept) - 1), ""), kept, SUM, PRODUCT)

    def subtract(self, a: Term, b: Term) -> Term:
        if b.constant is not None:
            return self.add([a, self.number(-b.constant)])
        return self.term(("", " - ", ""), [a, b], SUM, PRODUCT)

    def multiply(self, a: Term, b: Term) -> Term:
        if a.constant is not None and b.constant is not None:
            return self.number(a.constant * b.constant)
        if 1 in (a.constant, b.constant):
            return b if a.constant == 1 else a
        return self.term(("", " * ", ""), [a, b], PRODUCT, WHOLE)

    def least(self, parts: Iterable[Term]) -> Term:
        return self._extreme(parts, "LEAST", min)

    def greatest(self, parts: Iterable[Term]) -> Term:
        return self._extreme(parts, "GREATEST", max)

    def _extreme(self, parts: Iterable[Term], word: str, choose: object) -> Term:
        given = list(dict.fromkeys(parts))
        fixed = [part.constant for part in given if part.constant is not None]
        kept = [part for part in given if part.constant is None]
        if fixed:
            kept.append(self.number(choose(fixed)))  # type: ignore[operator]
        if len(kept) == 1:
            return kept[0]
        return self.term((f"{word}(", *[", "] * (len(kept) - 1), ")"), kept)

    def wide(self, part: Term) -> Term:
        """A number as 64 bits, whatever the engine takes it for."""
        return part if part.constant is not None else self.form("CAST({0} AS BIGINT)", part)


@cache
def _split(form: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    pieces = re.split(r"\{(\d+)\}", form)
    return tuple(pieces[::2]), tuple(map(int, pieces[1::2]))
