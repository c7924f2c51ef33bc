"""A mapping, a source and a protocol brought together: every name and value of the mapping checked, then rows read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from rapid_response.history.derived import Derivation
from rapid_response.history.deriving import derivation
from rapid_response.history.mapping import Always, ColumnMapping, Derived, FromColumns
from rapid_response.history.problems import HistoryError
from rapid_response.history.words import UNFIT_OTHERWISE, Words
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.problems import Problem, ProblemList, Span, TooManyProblems, did_you_mean, one_of
from rapid_response.protocol.reading import Mapping as MappingNode
from rapid_response.protocol.reading import Node, Scalar
from rapid_response.protocol.reading import Sequence as SequenceNode
from rapid_response.protocol.values import Encoded, Unfit, encode, from_yaml

TEXT, MOMENT = Type("text"), Type("moment")


@dataclass(frozen=True, slots=True)
class Bound:
    """How one fact is read: from which columns, and what their cells mean. `private` values are never shown."""

    name: str
    columns: tuple[str, ...]
    words: Words
    digits: int | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """All that a row is read by. `always` are facts that are the same in every row, as encoded values."""

    protocol: Protocol
    facts: tuple[Bound, ...]
    helpers: tuple[Bound, ...]
    always: Mapping[str, Encoded | None]
    derived: Derivation
    id: tuple[str, ...]
    as_of: Bound | None
    outcome: Bound | None

    @property
    def private_columns(self) -> frozenset[str]:
        """The columns that facts which the protocol marks private are read from, or worked out from."""
        parts = (*self.facts, *self.helpers)
        return frozenset(column for part in parts if part.private for column in part.columns)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the source that are used."""
        used = [*self.facts, *self.helpers, *(part for part in (self.as_of, self.outcome) if part)]
        return tuple(dict.fromkeys([name for part in used for name in part.columns] + [*self.id]))


def bind_plainly(protocol: Protocol, header: Sequence[str], has_nulls: bool) -> Binding:
    """Without a mapping: columns named as facts are those facts, `id` is the id; all others are left alone."""
    facts = tuple(
        Bound(
            fact.name,
            (fact.name,),
            Words(fact.type, protocol.time_zone, empty_is_unknown=not has_nulls or fact.type.name != "text"),
            private=fact.private,
        )
        for fact in protocol.facts.values()
        if fact.name in header
    )
    twice = [fact.name for fact in facts if header.count(fact.name) > 1]
    if twice:
        message, remedy = f"the column `{twice[0]}` stands twice in the source", "rename one of the two"
        raise HistoryError([Problem("RM202", message, help=remedy)])
    if not facts:
        message = "no column of the source is named as a fact of the protocol"
        remedy = f"give a mapping; the columns are {one_of(header)}"
        raise HistoryError([Problem("RM201", message, help=remedy)])
    return Binding(protocol, facts, (), {}, Derivation.none(), ("id",) if "id" in header else (), None, None)


def bind(mapping: ColumnMapping, protocol: Protocol, header: Sequence[str]) -> Binding:
    """A mapping with its names settled; raises HistoryError, which lists every problem."""
    problems = ProblemList()
    binding = None
    with suppress(TooManyProblems):
        binding = _Binder(mapping, protocol, header, problems).binding()
    if problems or binding is None:
        raise HistoryError(problems)
    return binding


def check_columns(mapping: ColumnMapping, header: Sequence[str]) -> None:
    """Check that the source has the columns that a mapping names; raises HistoryError."""
    problems = ProblemList()
    with suppress(TooManyProblems):
        parts = [part for part in mapping.facts.values() if isinstance(part, FromColumns)]
        for part in [*parts, *mapping.columns.values(), mapping.as_of, mapping.outcome]:
            for scalar in part.columns if part else ():
                _check_column(scalar, header, problems)
        for scalar in mapping.id:
            _check_column(scalar, header, problems)
    if problems:
        raise HistoryError(problems)


def _check_column(scalar: Scalar, header: Sequence[str], problems: list[Problem]) -> None:
    if scalar.text not in header:
        remedy = did_you_mean(scalar.text, header, f"the columns are {one_of(header)}" if header else None)
        problems.append(Problem("RM201", f"the source has no column `{scalar.text}`", scalar.span, remedy))
    elif list(header).count(scalar.text) > 1:
        message = f"the column `{scalar.text}` stands twice in the source"
        problems.append(Problem("RM202", message, scalar.span, "rename one of the two"))


class _Faulty(Exception):
    """Thrown where a part cannot be used; its problem is already noted."""


@dataclass(frozen=True, slots=True)
class _Binder:
    mapping: ColumnMapping
    protocol: Protocol
    header: Sequence[str]
    problems: list[Problem]

    def fault(self, problem: str, message: str, span: Span, remedy: str | None = None) -> _Faulty:
        self.problems.append(Problem(problem, message, span, remedy))
        return _Faulty()

    def binding(self) -> Binding:
        known = {name: part for name, part in self.mapping.facts.items() if self.is_known(name, part)}
        facts = self.each(self.fact, (part for part in known.values() if isinstance(part, FromColumns)))
        helpers = self.discreet(self.each(self.helper, self.mapping.columns.values()), facts, known)
        always = dict(self.each(self.always, (part for part in known.values() if isinstance(part, Always))))
        derived = [part for part in known.values() if isinstance(part, Derived)]
        types = [*facts, *helpers]
        readable = {part.name: self.as_fact(part) for part in types}
        tiers = Type("scale", "tiers", tuple(t.name for t in self.protocol.tiers), 0, 0, len(self.protocol.tiers) - 1)
        return Binding(
            self.protocol,
            tuple(facts),
            tuple(helpers),
            always,
            derivation(derived, readable, self.protocol, self.mapping, self.problems),
            tuple(scalar.text for scalar in self.mapping.id),
            self.one(self.mapping.as_of, MOMENT),
            self.one(self.mapping.outcome, tiers),
        )

    def discreet(self, helpers: Sequence[Bound], facts: Sequence[Bound], known: Mapping[str, Any]) -> list[Bound]:
        """Helpers, private where a private fact is read from the same column, or is worked out from helpers."""
        columns = {column for part in facts if part.private for column in part.columns}
        derived = any(isinstance(part, Derived) and self.protocol.facts[name].private for name, part in known.items())
        return [replace(part, private=derived or bool(columns & {*part.columns})) for part in helpers]

    def each(self, bind: Any, parts: Iterable[Any]) -> list[Any]:
        found = []
        for part in parts:
            try:
                found.append(bind(part))
            except _Faulty:
                continue
        return found

    def is_known(self, name: str, part: Any) -> bool:
        if name in self.protocol.facts:
            return True
        span = part.key.span if isinstance(part, Derived) else part.span
        remedy = did_you_mean(name, self.protocol.facts, "helpers for conditions stand under `columns:`")
        self.fault("RM301", f"the protocol has no fact `{name}`", span, remedy)
        return False

    def as_fact(self, part: Bound) -> Fact:
        """What conditions may know of a column: its type; of a fact what it is, but for assumptions."""
        fact = self.protocol.facts.get(part.name)
        return replace(fact, assumed=None) if fact else Fact(name=part.name, type=part.words.kind)

    # Facts and helpers

    def fact(self, part: FromColumns) -> Bound:
        fact = self.protocol.facts[part.name]
        return replace(self.bound(part, fact.type), private=fact.private)

    def one(self, part: FromColumns | None, kind: Type) -> Bound | None:
        try:
            return None if part is None else self.bound(part, kind)
        except _Faulty:
            return None

    def helper(self, part: FromColumns) -> Bound:
        if part.type is not None:
            kind = Type(part.type, places=part.decimals) if part.type != "number" else _number(part.decimals)  # type: ignore[arg-type]
        elif part.values or part.split:
            kind = _options_of(part)
            if not kind.options:
                raise self.fault("RM102", f"`{part.name}` needs `values`", part.span, "say what its words mean")
        else:
            kind = TEXT
        return self.bound(part, kind)

    def bound(self, part: FromColumns, kind: Type) -> Bound:
        self.check_instructions(part, kind)
        for scalar in part.columns:
            _check_column(scalar, self.header, self.problems)
        words = Words(
            kind,
            self.mapping.time_zone or self.protocol.time_zone,
            {word: self.value(kind, node) for word, node in part.values.items()},
            UNFIT_OTHERWISE if part.otherwise is None else self.value(kind, part.otherwise),
            part.unknown,
            part.formats,
            part.split,
            clock_changes=self.mapping.clock_changes,
        )
        return Bound(part.name, tuple(scalar.text for scalar in part.columns), words, part.digits)

    def check_instructions(self, part: FromColumns, kind: Type) -> None:
        timed, several = kind.name in ("date", "moment"), kind.name == "choices"
        rules = [
            (bool(part.formats), timed, "`formats` go with dates and moments"),
            (part.split is not None, several, "`split` goes with facts of several choices"),
            (
                len(part.columns) > 1,
                timed or several or kind.name == "text",
                "several columns go with dates, moments, texts and facts of several choices",
            ),
        ]
        for stated, fits, message in rules:
            if stated and not fits:
                remedy = f"`{part.name}` is of the type {kind.name}"
                raise self.fault("RM303", message, part.span, remedy)

    def value(self, kind: Type, node: Node) -> Encoded | None:
        """What a word means: a value of the type; `unknown`, or nothing at all, for not known."""
        if isinstance(node, MappingNode):
            raise self.fault("RM103", "one value was expected here", node.span, "write the value after the colon")
        if isinstance(node, Scalar) and (node.is_null or (node.text == "unknown" and "unknown" not in kind.options)):
            return None
        if kind.name == "choices" and isinstance(node, Scalar):
            node = SequenceNode((node,), span=node.span)
        try:
            return encode(kind, from_yaml(kind, node), self.mapping.time_zone or self.protocol.time_zone)
        except Unfit as unfit:
            raise self.fault("RM302", unfit.message, node.span, unfit.help) from None

    def always(self, part: Always) -> tuple[str, Encoded | None]:
        return part.name, self.value(self.protocol.facts[part.name].type, part.value)


def _number(places: int) -> Type:
    return Type("number", places=places, low=-(10 ** (9 + places)), high=10 ** (9 + places))


def _options_of(part: FromColumns) -> Type:
    """The options of a helper: the different values that its words mean."""
    nodes = [*part.values.values(), *([part.otherwise] if part.otherwise else [])]
    scalars = [item for node in nodes for item in (node.items if isinstance(node, SequenceNode) else (node,))]
    names = [scalar.text for scalar in scalars if isinstance(scalar, Scalar) and not scalar.is_null]
    options = tuple(dict.fromkeys(name for name in names if name != "unknown"))
    several = part.split is not None or len(part.columns) > 1 or any(isinstance(node, SequenceNode) for node in nodes)
    high = len(options) - 1 if not several else 2 ** len(options) - 1
    return Type("choices" if several else "choice", part.name, options, low=0, high=high)
