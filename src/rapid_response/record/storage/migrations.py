"""Schemas: each version of the log's tables is a step from the one before, and none goes back.

A step adds to what is there (tables, indices) or makes views anew, so that a log of an earlier schema can be read as it
is: nothing is to be written to an archive.
"""

from __future__ import annotations

import re
from importlib.resources import files

from sqlalchemy import Connection, insert, inspect, select, update

from rapid_response.record.errors import RecordError, failure
from rapid_response.record.storage.tables import about


def steps(dialect: str, prefix: str = "0") -> list[str]:
    """The SQL of every step for a dialect, in order."""
    folder = files("rapid_response.record.storage") / "schema"
    names = sorted(file.name for file in folder.iterdir() if re.fullmatch(rf"{prefix}\w*\.{dialect}\.sql", file.name))
    return [(folder / name).read_text(encoding="utf-8") for name in names]


def version(connection: Connection, scripts: list[str]) -> int:
    """The version of the tables that are there, 0 where there are none; RecordError if they are another's.

    They are where those of the first step are not all among them.
    """
    names = set(inspect(connection).get_table_names())
    if not names:
        return 0
    if not names.issuperset(re.findall(r"CREATE TABLE (\w+)", scripts[0])):
        raise _foreign()
    found = connection.scalar(select(about.c.value).where(about.c.name == "schema"))
    if found is None or not str(found).isdecimal():
        raise _foreign()
    return int(found)


def migrate(connection: Connection, scripts: list[str]) -> None:
    """Take every step that is still to be taken; RecordError where the tables are newer than this library."""
    have = version(connection, scripts)
    if have > len(scripts):
        raise newer(have, len(scripts))
    for script in scripts[have:]:
        _run(connection, script)
    if have == 0:
        connection.execute(insert(about).values(name="schema", value=str(len(scripts))))
    elif have < len(scripts):
        connection.execute(update(about).where(about.c.name == "schema").values(value=str(len(scripts))))


def newer(have: int, known: int) -> RecordError:
    """The error for tables that a later version of this library has made."""
    message = f"the log has schema {have}, and this version of rapid-response knows {known}"
    return failure("RD103", message, "update rapid-response")


def _run(connection: Connection, script: str) -> None:
    plain = re.sub("--.*", "", script)
    for statement in re.split(r"\n\s*\n", plain):
        if statement.strip():
            connection.exec_driver_sql(statement.strip().removesuffix(";"), execution_options={"no_parameters": True})


def _foreign() -> RecordError:
    return failure("RD102", "the database holds something else than a decision log", "name another file or database")
