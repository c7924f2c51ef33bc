"""The tables as queries name them; the files in `schema` make them."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text

_metadata = MetaData()

about = Table("about", _metadata, Column("name", Text, primary_key=True), Column("value", Text))

protocols = Table(
    "protocols",
    _metadata,
    Column("text", Text, primary_key=True),
    Column("fingerprint", Text),
    Column("name", Text),
    Column("version", Text),
    Column("files", LargeBinary),
)

entries = Table(
    "entries",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text),
    Column("kind", Text),
    Column("incident", Text),
    Column("by", Text),
    Column("tier", Text),
    Column("decision", Integer),
    Column("linked", Text),
    Column("payload", LargeBinary),
    Column("chain", LargeBinary),
)

private_parts = Table(
    "private_parts",
    _metadata,
    Column("entry", Integer, primary_key=True),
    Column("key", LargeBinary),
    Column("content", LargeBinary),
)

keys = Table(
    "keys",
    MetaData(),
    Column("incident", Text, primary_key=True),
    Column("id", LargeBinary),
    Column("secret", LargeBinary),
)
