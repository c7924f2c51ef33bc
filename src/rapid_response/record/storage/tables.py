"""The tables as queries name them; the files in `schema` make them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import BigInteger, Column, Dialect, MetaData, Table, Text
from sqlalchemy.types import UserDefinedType

_MOST_NAMES = 500


class Bytes(UserDefinedType[bytes]):
    """Bytes as they are stored, also where somebody has put something else in their place."""

    cache_ok = True

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Callable[[Any], bytes]:
        """What was found, as bytes."""
        return as_bytes


def as_bytes(found: object) -> bytes:
    """Bytes of text as the file has them; of anything else than bytes or text, none."""
    if isinstance(found, str):
        return found.encode("utf-8", "surrogateescape")
    return bytes(found) if isinstance(found, bytes | memoryview) else b""


def few_at_a_time(names: Iterable[str]) -> Iterator[list[str]]:
    """Each name once, so many at a time as any database takes in one query."""
    wanted = sorted(set(names))
    for start in range(0, len(wanted), _MOST_NAMES):
        yield wanted[start : start + _MOST_NAMES]


_metadata = MetaData()

about = Table("about", _metadata, Column("name", Text, primary_key=True), Column("value", Text))

protocols = Table(
    "protocols",
    _metadata,
    Column("text", Text, primary_key=True),
    Column("fingerprint", Text),
    Column("name", Text),
    Column("version", Text),
    Column("files", Bytes),
)

entries = Table(
    "entries",
    _metadata,
    Column("id", BigInteger, primary_key=True),
    Column("at", Text),
    Column("kind", Text),
    Column("incident", Text),
    Column("by", Text),
    Column("tier", Text),
    Column("decision", BigInteger),
    Column("linked", Text),
    Column("payload", Bytes),
    Column("chain", Bytes),
)

private_parts = Table(
    "private_parts",
    _metadata,
    Column("entry", BigInteger, primary_key=True),
    Column("key", Bytes),
    Column("content", Bytes),
)

keys = Table(
    "keys",
    MetaData(),
    Column("incident", Text, primary_key=True),
    Column("id", Bytes),
    Column("secret", Bytes),
)
