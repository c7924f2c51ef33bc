"""The databases on which texts of SQL are tried: each takes a table and a SELECT, and gives back rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from rapid_response.history.sql.dialects import DialectName, dialect_of, quoted_name
from tests import postgresql, spark

Rows = list[dict[str, Any]]
SESSION_ZONE = "Asia/Kolkata"
"""The zone of the session, which no result may hang on."""


@dataclass(frozen=True)
class Engine:
    """A database; `query` puts a table there under a name and runs a SELECT."""

    name: DialectName
    query: Callable[[str, pa.Table, str], Rows]

    def rows(self, text: str, arrow: pa.Table, table: str = "incidents") -> Rows:
        """The rows of a SELECT on one table."""
        return self.query(text, arrow, table)

    def quoted(self, name: str) -> str:
        """A name in the quotes of the database."""
        return quoted_name(name, dialect_of(self.name))


@contextmanager
def opened(name: DialectName) -> Iterator[Engine]:
    """A database by the name of its dialect; skips the test where it cannot be had."""
    with ExitStack() as stack:
        match name:
            case "duckdb":
                yield Engine(name, _in_duckdb)
            case "postgresql":
                import adbc_driver_postgresql.dbapi as driver

                connection = stack.enter_context(driver.connect(stack.enter_context(postgresql.server())))
                yield Engine(name, lambda text, arrow, table: _in_postgresql(connection, text, arrow, table))
            case "spark":
                session = stack.enter_context(spark.session())
                yield Engine(name, lambda text, arrow, table: _in_spark(session, text, arrow, table))


def _in_duckdb(text: str, arrow: pa.Table, table: str) -> Rows:
    with duckdb.connect() as connection:
        connection.execute(f"SET TimeZone = '{SESSION_ZONE}'")
        connection.register(table, arrow)
        found: Rows = connection.sql(text).to_arrow_table().to_pylist()
        return found


def _in_postgresql(connection: Any, text: str, arrow: pa.Table, table: str) -> Rows:
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET TIME ZONE '{SESSION_ZONE}'")
            cursor.adbc_ingest(table, arrow, mode="replace")
            cursor.execute(text)
            found: Rows = cursor.fetch_arrow_table().to_pylist()
            return found
    finally:
        connection.rollback()


def _in_spark(session: Any, text: str, arrow: pa.Table, table: str) -> Rows:
    from pyspark.sql.pandas.types import from_arrow_schema

    schema = from_arrow_schema(arrow.schema, prefer_timestamp_ntz=True)
    session.createDataFrame(arrow, schema).createOrReplaceTempView(quoted_name(table, dialect_of("spark")))
    found: Rows = session.sql(text).toArrow().to_pylist()
    return found
