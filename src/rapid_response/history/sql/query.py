"""A protocol as the text of one SELECT on a table of incidents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Literal, cast

from rapid_response.evaluation.incidents import encode_as_of
from rapid_response.history.binding import Binding, Bound, bind
from rapid_response.history.derived import Derivation
from rapid_response.history.mapping import ColumnMapping, FromColumns
from rapid_response.history.mapping_files import load_mapping
from rapid_response.history.problems import HistoryError
from rapid_response.history.results import RESPONSE, SCOPES, STANDINGS
from rapid_response.history.sql.derived import derived_columns
from rapid_response.history.sql.dialects import DialectName, dialect_of, quoted_name
from rapid_response.history.sql.facts import Stored
from rapid_response.history.sql.layers import select_text
from rapid_response.history.sql.patterns import Past
from rapid_response.history.sql.rails import Rails
from rapid_response.history.sql.readings import AS_THE_FACT, Reader, StoredAs
from rapid_response.history.sql.terms import Term, Terms
from rapid_response.history.sql.tiers import TierRange
from rapid_response.history.sql.translation import Outcome, outcome_of
from rapid_response.history.words import Words
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Problem, one_of
from rapid_response.protocol.values import Encoded


@dataclass(frozen=True, slots=True)
class Table:
    """A table of incidents: its name, or the names that lead to it, and how its columns are stored, where known."""

    name: str | Sequence[str]
    stored: Mapping[str, StoredAs] = field(default_factory=dict)

    @property
    def names(self) -> Sequence[str]:
        """The names, the widest first."""
        return [self.name] if isinstance(self.name, str) else self.name


def to_sql(
    protocol: Protocol,
    *,
    table: str | Sequence[str],
    dialect: DialectName = "duckdb",
    mapping: str | PathLike[str] | ColumnMapping | None = None,
    columns: Mapping[str, str] | None = None,
    id_column: str = "id",
    as_of: str | dt.datetime | None = None,
) -> str:
    """A protocol as one SELECT that any DuckDB, PostgreSQL or Spark runs: `dialect` says which.

    `table` is the name of a table or view, or several names that lead to it, like ["warehouse", "incidents"]. `columns`
    says which fact stands in which column; if it is left out, every fact stands in a column of its own name. Such
    columns are stored as their fact is: BOOLEAN; a number; text for scales, choices and texts; an array of texts for
    several choices; TIMESTAMP WITH TIME ZONE; DATE. With a `mapping`, columns hold texts, and the mapping says what
    they mean. Null is unknown. `as_of` is the time of evaluation of all rows, where the mapping has none.

    The result has the columns of `History.evaluate`, with `id` first; rows in no particular order. A row that does not
    fit has its `problem` and nothing else. Raises HistoryError where something cannot be said in SQL, and says what.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {hurt: {type: yes_no}}\\n"
    ...     "rules: {r: {when: hurt, raise_to: high}}"
    ... )
    >>> import duckdb
    >>> incidents = duckdb.sql("SELECT 7 AS id, CAST(NULL AS BOOLEAN) AS hurt")
    >>> duckdb.sql(to_sql(protocol, table="incidents")).fetchall()[0][:4]
    (7, 'low', 'low', 'high')
    """
    if mapping is not None and columns is not None:
        raise TypeError("give a mapping or columns, not both")
    if mapping is None:
        return query_text(_plain_binding(protocol, columns, id_column), Table(table), dialect, as_of)
    mapping = mapping if isinstance(mapping, ColumnMapping) else load_mapping(mapping)
    binding = bind(mapping, protocol, _columns_of(mapping))
    stored: dict[str, StoredAs] = dict.fromkeys(binding.columns, "text")
    return query_text(binding, Table(table, stored), dialect, as_of)


def _plain_binding(protocol: Protocol, columns: Mapping[str, str] | None, id_column: str) -> Binding:
    """Columns that hold facts as they are."""
    columns = {name: name for name in protocol.facts} if columns is None else columns
    unknown = [name for name in columns if name not in protocol.facts]
    if unknown:
        message = f"the protocol has no fact `{unknown[0]}`"
        raise HistoryError([Problem("RM301", message, help=f"its facts are {one_of(list(protocol.facts))}")])
    facts = tuple(
        Bound(name, (column,), Words(fact.type, protocol.time_zone, empty_is_unknown=fact.type.name != "text"))
        for name, column in columns.items()
        for fact in [protocol.facts[name]]
    )
    return Binding(protocol, facts, (), {}, Derivation.none(), (id_column,), None, None)


def _columns_of(mapping: ColumnMapping) -> list[str]:
    """The columns that a mapping names."""
    parts = [part for part in mapping.facts.values() if isinstance(part, FromColumns)]
    parts += [*mapping.columns.values(), *(part for part in (mapping.as_of, mapping.outcome) if part)]
    return list(dict.fromkeys([s.text for part in parts for s in part.columns] + [s.text for s in mapping.id]))


def query_text(binding: Binding, table: Table, dialect: str, as_of: str | dt.datetime | None) -> str:
    """The SELECT of a protocol and a table that were brought together; raises HistoryError."""
    if not binding.id:
        message = "the rows of the table need an id: SQL keeps no order of rows"
        raise HistoryError([Problem("RM604", message, help="add `id:` and its column to the mapping")])
    terms = Terms(dialect_of(dialect))
    query = _Query(binding, table, terms)
    results = query.results(as_of)
    _refuse_equal_names([*results], terms)
    name = ".".join(quoted_name(part, terms.dialect) for part in table.names)
    return f"-- rapid-response, {binding.protocol.fingerprint}\n{select_text(terms, results, name)}"


def _refuse_equal_names(names: Sequence[str], terms: Terms) -> None:
    """Engines that do not tell upper from lower case would take two responses for one."""
    seen: dict[str, str] = {}
    for name in names:
        if not terms.dialect.knows_case and (other := seen.setdefault(name.lower(), name)) != name:
            message = f"`{other}` and `{name}` are one name to {terms.dialect.name}"
            raise HistoryError([Problem("RM602", message, help="rename one of the two responses")])


@dataclass
class _Query:
    """Everything that is read from a table, and the results."""

    binding: Binding
    table: Table
    terms: Terms
    faults: list[tuple[str, Term]] = field(default_factory=list)

    def results(self, as_of: str | dt.datetime | None) -> Mapping[str, Term]:
        """The result columns by name."""
        protocol = self.binding.protocol
        stored = self.stored()
        now = self.now(as_of)
        stated = self.reading(self.binding.outcome) if self.binding.outcome else None
        fits = self.terms.named(self.terms.all_of(fits for _, fits in self.faults), "fits")
        past = Past(protocol.patterns, protocol.at, fits, self.id())
        outcome = outcome_of(protocol, self.terms, stored, now, past)
        found = {name: self.masked(fits, term) for name, term in result_terms(protocol, self.terms, outcome).items()}
        end = {} if stated is None else {"outcome": cast(Term, stated)}
        return {"id": self.id(), **found, "problem": self.problem(fits), **end}

    def masked(self, fits: Term, result: Term) -> Term:
        """A result, null in rows that do not fit."""
        return self.terms.case([(fits, result)])

    def problem(self, fits: Term) -> Term:
        """What is wrong with a row."""
        terms = self.terms
        each = [
            terms.case([(terms.opposite(fits), terms.text(message))])
            for message, fits in self.faults
            if fits.constant is not True
        ]
        nothing = terms.form(f"CAST(NULL AS {terms.dialect.text})")
        if not each:
            return nothing
        joined = terms.term(("CONCAT_WS('; ', ", *[", "] * (len(each) - 1), ")"), each)
        return terms.case([(terms.opposite(fits), joined)], nothing)

    def id(self) -> Term:
        """The id as it is stored; several columns of it as one text."""
        dialect = self.terms.dialect
        names = [quoted_name(name, dialect) for name in self.binding.id]
        if len(names) == 1:
            return self.terms.source(names[0], "id")
        return self.terms.source(" || ' ' || ".join(f"TRIM(CAST({name} AS {dialect.text}))" for name in names), "id")

    # Reading

    def stored(self) -> dict[str, Stored]:
        """Every fact, from its columns, by conditions, or the same in every row."""
        facts = self.binding.protocol.facts
        found = {part.name: self.reading(part) for part in (*self.binding.facts, *self.binding.helpers)}
        for name, value in self.binding.always.items():
            if value is not None:
                found[name] = _constant(self.terms, facts[name].type, value)
        for name, stored, fits in derived_columns(self.terms, self.binding.derived, found):
            found[name] = stored
            self.faults.append((f"`{name}`: the value that was worked out is out of range", fits))
        return {name: stored for name, stored in found.items() if name in facts}

    def reading(self, bound: Bound) -> Stored:
        reading = Reader(self.terms, self.stored_as).read(bound)
        self.terms.named(reading.fits, f"{bound.name}_fits")
        if isinstance(reading.value, Term):
            self.terms.named(reading.value, bound.name)
        self.faults.append((f"{', '.join(bound.columns)}: the value does not fit", reading.fits))
        return reading.value

    def stored_as(self, column: str, kind: Type) -> StoredAs:
        return self.table.stored.get(column) or AS_THE_FACT.get(kind.name, "text")

    def now(self, as_of: str | dt.datetime | None) -> Term | None:
        """The time of evaluation: from a column, or the same for all rows."""
        if self.binding.as_of is not None:
            at = cast(Term, self.reading(self.binding.as_of))
            message = f"{', '.join(self.binding.as_of.columns)}: the time of evaluation is missing"
            self.faults.append((message, self.terms.opposite(self.terms.is_null(at))))
            return at
        encoded = None if as_of is None else encode_as_of(self.binding.protocol, as_of)
        return None if encoded is None else self.terms.number(encoded)


def _constant(terms: Terms, kind: Type, value: Encoded) -> Stored:
    if kind.name != "choices":
        return terms.constant(kind, value)
    return {option: terms.truth(bool(int(value) >> option & 1)) for option in range(len(kind.options))}


def result_terms(protocol: Protocol, terms: Terms, outcome: Outcome) -> Mapping[str, Term]:
    """Tiers, standing, scope and responses as words, and as true, false or null."""
    tiers, assumed = outcome.tiers, outcome.assumed
    end: Literal["high", "low"] = "high" if protocol.if_unsettled == "highest" else "low"
    recommended = _tier_word(protocol, terms, assumed, end)
    is_open = assumed.is_open(terms)
    if protocol.if_unsettled == "nothing":
        recommended = terms.case([(terms.opposite(is_open), recommended)])
    settled, taken, opened = (terms.text(word) for word in STANDINGS)
    inside, out, unknown = (terms.text(word) for word in SCOPES)
    not_settled = tiers.is_open(terms)
    standing = [(terms.opposite(not_settled), settled), (terms.opposite(is_open), taken)]
    responses = {f"{RESPONSE}{name}": _nullable(terms, rails) for name, rails in outcome.responses.items()}
    return {
        "tier": recommended,
        "lowest": _tier_word(protocol, terms, tiers, "low"),
        "highest": _tier_word(protocol, terms, tiers, "high"),
        "standing": terms.case(standing, opened),
        "scope": terms.case([(outcome.scope.surely, out), (outcome.scope.possibly, unknown)], inside),
        **responses,
    }


def _tier_word(protocol: Protocol, terms: Terms, tiers: TierRange, end: Literal["high", "low"]) -> Term:
    reached = tiers.high if end == "high" else tiers.low
    names = [terms.text(tier.name) for tier in protocol.tiers]
    return terms.case(reversed([*zip(reached, names[1:], strict=True)]), names[0])


def _nullable(terms: Terms, rails: Rails) -> Term:
    if rails.is_plain:
        return rails.surely
    return terms.case([(rails.surely, terms.truth(True)), (terms.opposite(rails.possibly), terms.truth(False))])
