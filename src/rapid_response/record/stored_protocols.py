"""The protocols of a log: every file of them, stored once, and loaded back as they were."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from sqlalchemy import Connection, insert, select

from rapid_response.errors import ProtocolError
from rapid_response.protocol.loading import protocol_from_sources
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Source
from rapid_response.record.canonical import canonical
from rapid_response.record.entries import ProtocolVersion
from rapid_response.record.errors import failure
from rapid_response.record.storage.tables import protocols


@lru_cache(maxsize=64)
def files_of(sources: tuple[Source, ...]) -> bytes:
    """The files of a protocol as they are stored: names without folders, and texts."""
    return canonical([[source.file, source.text] for source in sources])


def digest(files: bytes) -> str:
    """What stored files are known by.

    Unlike a fingerprint it changes with comments and layout, since results name lines.
    """
    return "sha256:" + hashlib.sha256(files).hexdigest()


@lru_cache(maxsize=64)
def version_of(protocol: Protocol, sources: tuple[Source, ...]) -> ProtocolVersion:
    """The protocol as records name it."""
    return ProtocolVersion(
        name=protocol.name,
        version=protocol.version,
        fingerprint=protocol.fingerprint,
        text=digest(files_of(sources)),
    )


def keep(connection: Connection, protocol: Protocol) -> None:
    """Store the protocol's files, unless they are there."""
    named = version_of(protocol, protocol.sources)
    if connection.scalar(select(protocols.c.text).where(protocols.c.text == named.text)) is None:
        connection.execute(insert(protocols).values(files=files_of(protocol.sources), **named.to_dict()))


def load(connection: Connection, text: str) -> Protocol:
    """The protocol whose files are stored under that digest; RecordError (RD207) where it cannot be used."""
    row = connection.execute(select(protocols).where(protocols.c.text == text)).one_or_none()
    if row is None or digest(row.files) != text:
        raise failure("RD207", "the text of the protocol is missing or was changed", "verify the log")
    try:
        protocol = protocol_from_sources([Source(name, content) for name, content in json.loads(row.files)])
    except ProtocolError as error:
        message = f"protocol {row.name} {row.version} no longer loads: {error.problems[0].message}"
        raise failure("RD207", message, "use the version of rapid-response that the record names") from error
    if protocol.fingerprint != row.fingerprint:
        message = f"protocol {row.name} {row.version} no longer has the fingerprint that was recorded"
        raise failure("RD207", message, "use the version of rapid-response that the record names")
    return protocol


def kept(connection: Connection) -> list[ProtocolVersion]:
    """Every protocol that is stored."""
    columns = [protocols.c[name] for name in ProtocolVersion.__slots__]
    found = connection.execute(select(*columns).order_by(protocols.c.name, protocols.c.version, protocols.c.text))
    return [ProtocolVersion(**row._mapping) for row in found]
