"""Terms as the text of one SELECT: what is used more than once becomes a column of a layer, and is written once.

Each layer is a query on the one before. So the text grows with the protocol, not with how its parts refer to one
another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapid_response.history.sql.dialects import quoted_name
from rapid_response.history.sql.terms import Term, Terms

SHORT = 32
"""Signs that may be written more than once."""
DEEP = 8
"""How deep a text nests before a part of it becomes a column."""


@dataclass(slots=True)
class Layers:
    """Which terms are columns, what they are called, and in which layer each is worked out."""

    terms: Terms
    names: dict[Term, str] = field(default_factory=dict)
    layer: dict[Term, int] = field(default_factory=dict)
    length: dict[Term, int] = field(default_factory=dict)
    depth: dict[Term, int] = field(default_factory=dict)

    def lay(self, used: Counter[Term]) -> None:
        """Decide for every term that is used, parts before wholes."""
        taken: set[str] = set()
        for term in [term for term in self.terms.made.values() if used[term]]:
            self.length[term] = sum(map(len, term.pieces)) + sum(self.length[part] for part in term.parts)
            self.depth[term] = 1 + max((self.depth[part] for part in term.parts), default=0)
            self.layer[term] = max((self.layer[part] for part in term.parts), default=0)
            repeated = used[term] > 1 and self.length[term] > SHORT
            if term.source or (term.parts and (repeated or self.depth[term] > DEEP)):
                self.names[term] = _name(self.terms.hints.get(term, "part"), taken)
                self.length[term], self.depth[term] = len(self.names[term]), 0
                self.layer[term] += 1

    def written(self, term: Term) -> str:
        """The text of a term, columns of earlier layers by their names."""
        return self.names.get(term) or self.spelled(term)

    def spelled(self, term: Term) -> str:
        """The text of a term itself."""
        parts = [self._part(part, term.needs) for part in term.parts]
        return "".join(piece + part for piece, part in zip(term.pieces, [*parts, ""], strict=True))

    def _part(self, part: Term, needs: int) -> str:
        text = self.written(part)
        return f"({text})" if part not in self.names and part.rank < needs else text


def _name(hint: str, taken: set[str]) -> str:
    """A name that needs no quotes, is no word of SQL, and stands for nothing else."""
    stem = re.sub(r"[^a-z0-9_]", "_", hint.lower())[:40].lstrip("_0123456789") or "part"
    name = f"{stem}_{len(taken) + 1}"
    taken.add(name)
    return name


def select_text(terms: Terms, results: Mapping[str, Term], table: str) -> str:
    """One SELECT that gives the results by their names, from a table whose name is already quoted."""
    used = _uses(results.values())
    layers = Layers(terms)
    layers.lay(used)
    last = max((layers.layer[term] for term in used), default=0)
    written = [_layer(layers, number, table) for number in range(1, last + 1)]
    columns = [f"  {layers.written(term)} AS {quoted_name(name, terms.dialect)}" for name, term in results.items()]
    steps = f"WITH {', '.join(written)}\n" if written else ""
    return f"{steps}SELECT\n{_lines(columns)}\nFROM {f'layer_{last}' if last else table}\n"


def _layer(layers: Layers, number: int, table: str) -> str:
    columns = [
        f"  {layers.spelled(term)} AS {name}" for term, name in layers.names.items() if layers.layer[term] == number
    ]
    before = table if number == 1 else f"layer_{number - 1}"
    columns = columns if number == 1 else ["  *", *columns]
    fence = f" {layers.terms.dialect.fence}" if layers.terms.dialect.fence else ""
    return f"layer_{number} AS (SELECT\n{_lines(columns)}\nFROM {before}{fence})"


def _lines(columns: Iterable[str]) -> str:
    return ",\n".join(columns)


def _uses(results: Iterable[Term]) -> Counter[Term]:
    """How often each term stands in the text, if every one is written once."""
    used: Counter[Term] = Counter()
    waiting = [*results]
    while waiting:
        term = waiting.pop()
        used[term] += 1
        if used[term] == 1:
            waiting += term.parts
    return used
