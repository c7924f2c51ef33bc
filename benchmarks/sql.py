"""One SELECT on DuckDB, PostgreSQL and Spark beside the library's own engine, and what planning it costs.

    python -m benchmarks.sql [--incidents 1000000] [--rounds 3]

Needs the extras `history` and `dev`, PostgreSQL's programs and a Java; what is missing is named as skipped. Every row
of every database is compared with the library's engine before anything is timed.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from tests import postgresql, spark

from benchmarks.history import PROTOCOL, incidents
from benchmarks.reasoning import generated_text
from rapid_response import load_protocol, protocol_from_text
from rapid_response.history import read_incidents
from rapid_response.history.sql.dialects import DialectName
from rapid_response.protocol.model import Protocol

SIZES = ((20, 50), (40, 100), (60, 200))
Run = Callable[[str], Any]


@dataclass(frozen=True)
class Database:
    """A database that holds the incidents.

    `fetch` runs a SELECT and brings its rows here, `keep` leaves them there, `plan` only plans it. `run` runs anything.
    """

    name: DialectName
    fetch: Run
    keep: Run
    plan: Run
    run: Run


def main() -> None:
    """Load the incidents, compare, time and print the tables."""
    options = _options()
    protocol = load_protocol(PROTOCOL)
    arrow = _table(options.incidents)
    expected = read_incidents(arrow).evaluate(protocol).sort_by("id")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        parquet = Path(folder) / "incidents.parquet"
        pa.parquet.write_table(arrow, parquet, compression="zstd", row_group_size=1 << 17)
        databases = list(_databases(stack, arrow, parquet))
        for database in databases:
            _compare(database, protocol, arrow, expected)
        print(_setting(options))
        print(_timed(protocol, arrow, parquet, databases, options.rounds))
        print(_planned(databases))


def _table(count: int) -> pa.Table:
    """Incidents with an id; options as texts, as databases mostly have them."""
    frame = incidents(count, skew=False)
    texts = frame.with_columns(pl.col(pl.Enum).cast(pl.String)).with_row_index("id")
    return pa.table(texts).cast(pa.schema([_plain(field) for field in pa.table(texts).schema]))


def _plain(field: pa.Field) -> pa.Field:
    layout = {"string_view": pa.string(), "large_string": pa.string(), "uint32": pa.int64()}
    return field.with_type(layout.get(str(field.type), field.type))


# Databases


def _databases(stack: ExitStack, arrow: pa.Table, parquet: Path) -> Iterator[Database]:
    yield stack.enter_context(_duckdb(arrow))
    for other in (_postgresql(arrow), _spark(parquet)):
        try:
            yield stack.enter_context(other)
        except pytest.skip.Exception as reason:
            print(f"skipped: {reason}", file=sys.stderr)


@contextmanager
def _duckdb(arrow: pa.Table) -> Iterator[Database]:
    with duckdb.connect() as connection:
        connection.register("given", arrow)
        connection.execute("CREATE TABLE incidents AS SELECT * FROM given")
        yield Database(
            "duckdb",
            lambda text: connection.sql(text).to_arrow_table(),
            lambda text: connection.execute(f"CREATE OR REPLACE TABLE results AS {text}"),
            lambda text: connection.execute(f"EXPLAIN {text}").fetchall(),
            connection.execute,
        )


@contextmanager
def _postgresql(arrow: pa.Table) -> Iterator[Database]:
    import adbc_driver_postgresql.dbapi as driver

    with postgresql.server() as url, driver.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("incidents", arrow, mode="create")
        cursor.execute("ANALYZE incidents")

        def run(text: str) -> Any:
            cursor.execute(text)
            return cursor

        def keep(text: str) -> None:
            run("DROP TABLE IF EXISTS results")
            run(f"CREATE UNLOGGED TABLE results AS {text}")

        def plan(text: str) -> None:
            cursor.adbc_statement.set_options(**{"adbc.postgresql.use_copy": "false"})
            run(f"EXPLAIN {text}").fetch_arrow_table()
            cursor.adbc_statement.set_options(**{"adbc.postgresql.use_copy": "true"})

        yield Database("postgresql", lambda text: run(text).fetch_arrow_table(), keep, plan, run)


@contextmanager
def _spark(parquet: Path) -> Iterator[Database]:
    with spark.session(java="") as session:
        session.read.parquet(str(parquet)).createOrReplaceTempView("incidents")
        yield Database(
            "spark",
            lambda text: session.sql(text).toArrow(),
            lambda text: session.sql(text).write.format("noop").mode("overwrite").save(),
            lambda text: session.sql(text)._jdf.queryExecution().executedPlan(),
            session.sql,
        )


def _compare(database: Database, protocol: Protocol, arrow: pa.Table, expected: pa.Table) -> None:
    """Every row of a database, by its id."""
    found = database.fetch(_text(protocol, arrow, database)).sort_by("id")
    for name in ("id", "tier", "lowest", "highest", "standing", "scope", "problem"):
        kind = pa.int64() if name == "id" else pa.string()
        if not found[name].cast(kind).equals(expected[name].cast(kind)):
            raise SystemExit(f"{database.name}: the column {name} differs")


def _text(protocol: Protocol, arrow: pa.Table, database: Database) -> str:
    return read_incidents(arrow).sql(protocol, table="incidents", dialect=database.name)


# Times


def _timed(protocol: Protocol, arrow: pa.Table, parquet: Path, databases: list[Database], rounds: int) -> str:
    copied = ", ".join(f'"{name}"' for name in arrow.column_names)
    work: dict[str, Callable[[], Any]] = {
        "`history.evaluate(protocol)` in memory": lambda: read_incidents(arrow).evaluate(protocol),
        "`history.evaluate(protocol)` from Parquet": lambda: read_incidents(parquet).evaluate(protocol),
    }
    for database in databases:
        quoted = copied.replace('"', "`") if database.name == "spark" else copied
        copy, text = f"SELECT {quoted} FROM incidents", _text(protocol, arrow, database)
        work[f"{database.name}: the columns as they are"] = partial(database.keep, copy)
        work[f"{database.name}: the protocol"] = partial(database.keep, text)
    found = [{name: _seconds(each) for name, each in work.items()} for _ in range(rounds)]
    first = next(iter(work))
    lines = ["| | seconds | times the library in memory |", "| --- | ---: | ---: |"]
    for name in work:
        seconds = statistics.median(times[name] for times in found)
        ratio = statistics.median(times[name] / times[first] for times in found)
        lines.append(f"| {name} | {seconds:.2f} | {ratio:.1f} |")
    return "\n".join(lines) + "\n"


def _planned(databases: list[Database]) -> str:
    """How long the texts of larger protocols are, and how long each database plans them."""
    header = " | ".join(f"{database.name}, ms" for database in databases)
    lines = [
        f"| | kB of text | made in ms | {header} |",
        f"| --- | ---: | ---: | {'---: | ' * len(databases)}".rstrip(),
    ]
    for facts, rules in SIZES:
        protocol = protocol_from_text(generated_text(Random(7), facts=facts, rules=rules))
        empty = _empty(protocol)
        began = time.perf_counter()
        texts = {each.name: _planned_text(empty, protocol, each) for each in databases}
        made = (time.perf_counter() - began) / len(databases)
        cells = []
        for database in databases:
            _put(database, empty)
            work = partial(database.plan, texts[database.name])
            cells.append(f"{min(_seconds(work) for _ in range(5)) * 1e3:,.0f}")
        size = len(texts["duckdb"]) / 1e3
        lines.append(f"| {facts} facts, {rules} rules | {size:.0f} | {made * 1e3:.0f} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _planned_text(empty: pa.Table, protocol: Protocol, database: Database) -> str:
    history = read_incidents(empty)
    return history.sql(protocol, table="empty", dialect=database.name, as_of="2026-02-01T09:00Z")


def _empty(protocol: Protocol) -> pa.Table:
    from tests.history_columns import table

    return table(protocol, []).rename_columns(["id", *protocol.facts])


def _put(database: Database, empty: pa.Table) -> None:
    """An empty table of that shape."""
    kinds = {"bool": "BOOLEAN", "int64": "BIGINT", "date32[day]": "DATE"}
    times = {"postgresql": "TIMESTAMP WITH TIME ZONE", "duckdb": "TIMESTAMP WITH TIME ZONE", "spark": "TIMESTAMP"}
    text, quote = ("STRING", "`") if database.name == "spark" else ("VARCHAR", '"')
    lists = {"spark": "ARRAY<STRING>"}.get(database.name, "VARCHAR[]")

    def kind(field: pa.Field) -> str:
        if pa.types.is_timestamp(field.type):
            return times[database.name]
        return lists if pa.types.is_list(field.type) else kinds.get(str(field.type), text)

    columns = ", ".join(f"CAST(NULL AS {kind(field)}) AS {quote}{field.name}{quote}" for field in empty.schema)
    name = "TEMPORARY VIEW empty" if database.name == "spark" else "TABLE empty"
    database.run("DROP VIEW IF EXISTS empty" if database.name == "spark" else "DROP TABLE IF EXISTS empty")
    database.run(f"CREATE {name} AS SELECT {columns}")


def _seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _setting(options: argparse.Namespace) -> str:
    return (
        f"{options.incidents:,} incidents; medians of {options.rounds} rounds; Python {platform.python_version()}, "
        f"DuckDB {duckdb.__version__}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the beginning\n"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--incidents", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
