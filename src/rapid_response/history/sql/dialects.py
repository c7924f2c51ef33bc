"""Where DuckDB, PostgreSQL and Spark differ: how names and texts are quoted, and a few functions. All else is the same.

In the forms `{0}`, `{1}` stand for the parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rapid_response.history.problems import HistoryError
from rapid_response.protocol.problems import Problem

DialectName = Literal["duckdb", "postgresql", "spark"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one engine writes what not all write alike.

    Moments are microseconds since 1970 and dates days since the year 1, as everywhere in this library. `wall` is what
    the clocks of a zone show at a moment, as if that were UTC. `overlaps`, `within` and `has_null` are of arrays.
    `types` says what `type_of` must give for a column that is read as it is stored.
    """

    name: DialectName
    quote: str
    escapes: Mapping[str, str]
    text: str
    longest_name: int | None
    knows_case: bool
    fence: str
    quotient: str
    matches: str
    group: str
    split: str
    array: str
    overlaps: str
    within: str
    has_null: str
    microseconds: str
    wall_microseconds: str
    wall: str
    day: str
    months_later: str
    type_of: str
    types: Mapping[str, tuple[str, ...]]


DUCKDB = Dialect(
    name="duckdb",
    quote='"',
    escapes={"'": "''"},
    text="VARCHAR",
    longest_name=None,
    knows_case=False,
    fence="",
    quotient="{0} // {1}",
    matches="regexp_full_match({0}, {1})",
    group="regexp_extract({0}, {1}, {2})",
    split="string_split_regex({0}, {1})",
    array="[{0}]",
    overlaps="list_has_any({0}, {1})",
    within="list_has_all({1}, {0})",
    has_null="list_position({0}, NULL) IS NOT NULL",
    microseconds="epoch_us({0})",
    wall_microseconds="epoch_us({0})",
    wall="epoch_us(make_timestamptz({0}) AT TIME ZONE {1})",
    day="CAST({0} - DATE '0001-01-01' AS BIGINT) + 1",
    months_later="CAST(DATE '0001-01-01' + CAST({0} - 1 AS INTEGER) + {1} * INTERVAL 1 MONTH AS DATE)",
    type_of="typeof({0})",
    types={
        "boolean": ("BOOLEAN",),
        "moment": ("TIMESTAMP WITH TIME ZONE",),
        "local time": ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
        "date": ("DATE",),
    },
)

POSTGRESQL = Dialect(
    name="postgresql",
    quote='"',
    escapes={"'": "''"},
    text="VARCHAR",
    longest_name=63,
    knows_case=True,
    fence="OFFSET 0",
    quotient="{0} / {1}",
    matches="{0} ~ {1}",
    group="(regexp_match({0}, {1}))[{2}]",
    split="regexp_split_to_array({0}, {1})",
    array="CAST(ARRAY[{0}] AS VARCHAR[])",
    overlaps="CAST({0} AS VARCHAR[]) && {1}",
    within="array_remove(CAST({0} AS VARCHAR[]), NULL) <@ {1}",
    has_null="array_position({0}, NULL) IS NOT NULL",
    microseconds="CAST(EXTRACT(EPOCH FROM {0}) * 1000000 AS BIGINT)",
    wall_microseconds="CAST(EXTRACT(EPOCH FROM {0}) * 1000000 AS BIGINT)",
    wall=(
        "CAST(EXTRACT(EPOCH FROM to_timestamp(({0} - MOD(MOD({0}, 1000000) + 1000000, 1000000)) / 1000000) "
        "AT TIME ZONE {1}) * 1000000 AS BIGINT) + MOD(MOD({0}, 1000000) + 1000000, 1000000)"
    ),
    day="CAST({0} - DATE '0001-01-01' AS BIGINT) + 1",
    months_later="CAST(DATE '0001-01-01' + CAST({0} - 1 AS INTEGER) + {1} * INTERVAL '1 month' AS DATE)",
    type_of="CAST(pg_typeof({0}) AS VARCHAR)",
    types={
        "boolean": ("boolean",),
        "moment": ("timestamp with time zone",),
        "local time": ("timestamp without time zone",),
        "date": ("date",),
    },
)

SPARK = Dialect(
    name="spark",
    quote="`",
    escapes={"\\": "\\\\", "'": "\\'", "{": "\\{"},
    text="STRING",
    longest_name=None,
    knows_case=False,
    fence="",
    quotient="{0} DIV {1}",
    matches="regexp_like({0}, {1})",
    group="regexp_extract({0}, {1}, {2})",
    split="split({0}, {1})",
    array="array({0})",
    overlaps="arrays_overlap({0}, {1})",
    within="size(array_except({0}, array_append({1}, CAST(NULL AS STRING)))) = 0",
    has_null="exists({0}, part -> part IS NULL)",
    microseconds="unix_micros({0})",
    wall_microseconds="unix_micros(CAST(CONCAT(CAST({0} AS STRING), 'Z') AS TIMESTAMP))",
    wall="unix_micros(from_utc_timestamp(timestamp_micros({0}), {1}))",
    day="CAST(DATEDIFF({0}, DATE '0001-01-01') AS BIGINT) + 1",
    months_later="ADD_MONTHS(DATE_ADD(DATE '0001-01-01', CAST({0} - 1 AS INT)), {1})",
    type_of="typeof({0})",
    types={
        "boolean": ("boolean",),
        "moment": ("timestamp",),
        "local time": ("timestamp_ntz",),
        "date": ("date",),
    },
)

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (DUCKDB, POSTGRESQL, SPARK)}


def dialect_of(name: str) -> Dialect:
    """The dialect of that name; raises HistoryError for any other."""
    if name not in DIALECTS:
        remedy = "write duckdb, postgresql or spark"
        raise HistoryError([Problem("RM601", f"there is no SQL dialect `{name}`", help=remedy)])
    return DIALECTS[name]


def quoted_name(name: str, dialect: Dialect) -> str:
    """A name of a table or column in quotes; raises HistoryError where the engine cannot have such a name."""
    fault = _fault(name, dialect)
    if fault:
        remedy = "give it another name, in the table or by a view"
        raise HistoryError([Problem("RM602", f"the name `{name[:80]}` {fault}", help=remedy)])
    return f"{dialect.quote}{name.replace(dialect.quote, dialect.quote * 2)}{dialect.quote}"


def _fault(name: str, dialect: Dialect) -> str | None:
    if not name or "\0" in name or any("\ud800" <= sign <= "\udfff" for sign in name):
        return "is empty, or has signs that no name can have"
    if dialect.longest_name is not None and len(name.encode()) > dialect.longest_name:
        return f"has more than {dialect.longest_name} bytes, which {dialect.name} cuts off"
    if dialect is SPARK and "${" in name:
        return "holds `${`, which Spark takes for a variable"
    return None


def quoted_text(text: str, dialect: Dialect) -> str:
    """A text as a literal.

    >>> quoted_text("it's", DUCKDB), quoted_text("it's", SPARK)
    ("'it''s'", "'it\\\\'s'")
    """
    if "\0" in text:
        remedy = "PostgreSQL has no such texts; take it out of the protocol or the mapping"
        raise HistoryError([Problem("RM602", "a text holds the sign NUL", help=remedy)])
    return f"'{''.join(dialect.escapes.get(sign, sign) for sign in text)}'"
