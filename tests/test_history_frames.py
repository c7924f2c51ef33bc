"""Frames that are not in memory: tables of Spark and of Ibis, read, evaluated where they are, and given back."""

from __future__ import annotations

import datetime as dt
import warnings
from typing import Any

import narwhals as nw
import pyarrow as pa
import pytest

from rapid_response import protocol_from_text
from rapid_response.history import mapping_from_text, read_incidents

PROTOCOL = protocol_from_text(
    """
protocol: p
time_zone: America/Los_Angeles
tiers: {low: {}, middle: {}, high: {}}
facts:
  harm: {type: scale, options: [none, hurt, killed]}
  age: {type: number, min: 0, max: 120}
  seen: {type: yes_no}
  groups: {type: choices, options: [a, b]}
  at_time: {type: moment}
rules:
  hurt: {when: harm >= hurt, raise_to: middle}
  old: {when: age >= 65 and seen, raise_to: high}
  group: {when: groups includes a, raise_to: high}
  late: {when: at_time > 2026-02-01T00:00, limit_to: middle}
"""
)
JANUARY, MARCH = (dt.datetime(2026, month, 1, tzinfo=dt.UTC) for month in (1, 3))
ROWS: list[dict[str, Any]] = [
    {"id": 1, "harm": "hurt", "age": 70, "seen": True, "groups": ["b"], "at_time": JANUARY},
    {"id": 2, "harm": None, "age": 70, "seen": None, "groups": [], "at_time": MARCH},
    {"id": 3, "harm": "killed", "age": 3, "seen": False, "groups": ["a", "b"], "at_time": None},
    {"id": 4, "harm": "none", "age": 300, "seen": False, "groups": None, "at_time": None},
]  # fmt: skip


def arrow() -> pa.Table:
    types = [pa.int64(), pa.string(), pa.int32(), pa.bool_(), pa.list_(pa.string()), pa.timestamp("us", "UTC")]
    return pa.Table.from_pylist(ROWS, pa.schema(list(zip(ROWS[0], types, strict=True))))


def assert_evaluated(frame: Any) -> None:
    """The frame comes back as one of its kind, each row with what single evaluation says of it."""
    found = read_incidents(frame).evaluate(PROTOCOL)
    assert type(found) is type(frame)
    rows = nw.from_native(found).collect("pyarrow").to_native().to_pylist()
    assert sorted(row["id"] for row in rows) == [1, 2, 3, 4]
    for row in rows:
        given = ROWS[row["id"] - 1]
        if row["id"] == 4:
            assert (row["tier"], row["problem"]) == (None, "age: `300` is out of range")
            continue
        result = PROTOCOL.evaluate({name: value for name, value in given.items() if name != "id"})
        assert (row["lowest"], row["highest"]) == (result.lowest.name, result.highest.name)


def test_a_table_of_spark(spark_session: Any) -> None:
    """A Spark frame is read through Arrow and comes back as a Spark frame."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PySpark does not know the newest pandas yet
        assert_evaluated(spark_session.createDataFrame(arrow()))


def test_a_table_of_spark_stays_where_it_is(spark_session: Any) -> None:
    """From a Spark frame the types of the columns are taken, and no rows; the SELECT speaks its SQL."""
    frame = spark_session.createDataFrame(arrow())
    frame.createOrReplaceTempView("past")
    mapping = mapping_from_text("mapping: m\nid: id\nfacts: {harm: harm, age: age, groups: groups, at_time: at_time}")
    history = read_incidents(frame, mapping, PROTOCOL)
    text = history.sql(table="past")
    assert "table" not in vars(history.source)
    found = {row["id"]: row for row in spark_session.sql(text).toArrow().to_pylist()}
    assert [found[n]["highest"] for n in (1, 2, 3, 4)] == ["high", "middle", "high", None]
    assert found[4]["problem"] == "age: the value does not fit"


def test_a_table_of_postgresql_stays_where_it_is() -> None:
    """From a table of PostgreSQL the types of the columns are taken; the SELECT runs there and speaks its SQL."""
    import adbc_driver_postgresql.dbapi as driver

    from tests import postgresql

    with postgresql.server() as url, driver.connect(url) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("past", arrow(), mode="create")
        connection.commit()
        text = read_incidents(url, table="past").sql(PROTOCOL, table=["public", "past"])
        cursor.execute(text)
        found = {row["id"]: row for row in cursor.fetch_arrow_table().to_pylist()}
    assert [found[n]["highest"] for n in (1, 2, 3, 4)] == ["high", "middle", "high", None]
    assert found[4]["problem"] == "age: the value does not fit"


def test_a_table_of_ibis() -> None:
    """An Ibis table is read through Arrow and comes back as an Ibis table."""
    ibis = pytest.importorskip("ibis")
    assert_evaluated(ibis.memtable(arrow()))
