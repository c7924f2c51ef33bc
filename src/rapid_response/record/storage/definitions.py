"""Tables, views and triggers of a SQLite file, held against those that the steps make."""

from __future__ import annotations

from sqlalchemy import Connection, create_engine

from rapid_response.record.storage.migrations import migrate, steps, version

_DEFINED = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"


def strange(connection: Connection) -> list[str]:
    """The names of tables, views, indexes and triggers that are defined otherwise, and of all other triggers.

    A view could show what no entry says, and a trigger do what nobody asked for. What is missing does neither, nor does
    a table that somebody has added. A log of an earlier schema is held against that.
    """
    scripts = steps("sqlite")
    made = _made(scripts[: version(connection, scripts)])
    return [
        name
        for kind, name, sql in connection.exec_driver_sql(_DEFINED)
        if (kind == "trigger" or name in made) and made.get(name) != sql
    ]


def _made(scripts: list[str]) -> dict[str, str]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate(connection, scripts)
        made = {name: sql for _, name, sql in connection.exec_driver_sql(_DEFINED)}
    engine.dispose()
    return made
