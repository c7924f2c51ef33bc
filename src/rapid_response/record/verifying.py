"""Verifying a log: every stored byte against the chain, the columns, the protocols, the private parts, a checkpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select

from rapid_response.record.appending import columns_of, erased_incidents
from rapid_response.record.canonical import canonical
from rapid_response.record.chain import beginning, link
from rapid_response.record.checkpoint import Checkpoint
from rapid_response.record.findings import Finding, Mismatch
from rapid_response.record.keys import KeyStore
from rapid_response.record.merkle import Tree, leaf_hash
from rapid_response.record.private import DoesNotFit, Key, digest, opened
from rapid_response.record.reading import BEFORE_ALL, Wanted, private_rows, rows
from rapid_response.record.storage.definitions import strange
from rapid_response.record.storage.store import Store
from rapid_response.record.storage.tables import entries, private_parts, protocols
from rapid_response.record.stored_protocols import digest as digest_of_files

MOST_FINDINGS = 100
_NO_CHECKPOINT = "nothing was compared with a checkpoint, so entries cut off at the end would not be seen"


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying a log has found.

    `opened`, `sealed` and `erased` count the private parts that were compared with their commitments, that could not
    be since their key is not here, and that were erased. `against` is the checkpoint that was given.
    """

    origin: str
    entries: int
    root: bytes
    findings: tuple[Finding, ...]
    opened: int
    sealed: int
    erased: int
    against: Checkpoint | None

    @property
    def fine(self) -> bool:
        """Whether everything fits."""
        return not self.findings

    @property
    def checkpoint(self) -> Checkpoint:
        """The state of the log that was verified."""
        return Checkpoint(self.origin, self.entries, self.root)

    @property
    def first(self) -> int | None:
        """The first entry that does not fit, None where there is none or it cannot be told."""
        return min((finding.entry for finding in self.findings if finding.entry is not None), default=None)

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return {
            "fine": self.fine,
            "origin": self.origin,
            "entries": self.entries,
            "root": self.root.hex(),
            "first": self.first,
            "findings": [{"id": each.id, "entry": each.entry, "message": each.message} for each in self.findings],
            "private": {"opened": self.opened, "sealed": self.sealed, "erased": self.erased},
            "checkpoint": str(self.against) if self.against else None,
        }

    def __str__(self) -> str:
        verdict = "fit" if self.fine else "do not all fit"
        parts = f"private parts: {self.opened} opened, {self.sealed} without key, {self.erased} erased"
        compared = f"compared with the checkpoint at {self.against.size}" if self.against else _NO_CHECKPOINT
        return "\n".join([f"{self.entries} entries {verdict}", parts, compared, *map(str, self.findings)])


@dataclass(frozen=True, slots=True)
class _Private:
    """What an entry says of its private part: the commitment to its text, and the digest of its sealed bytes."""

    entry: int
    incident: str
    bound: tuple[str, str] | None


@dataclass(slots=True)
class _Pass:
    """One pass over the log, entry by entry."""

    origin: str
    against: Checkpoint | None
    files: Mapping[str, str]
    gone: Mapping[str, int]
    chain: bytes
    tree: Tree = field(default_factory=Tree)
    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"opened": 0, "sealed": 0, "erased": 0})

    def note(self, what: Mismatch, entry: int | None, *values: int | str) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(what, entry, values or ((entry,) if entry is not None else ())))

    def entry(self, row: Row[Any]) -> _Private | None:
        """Look at one entry; what it says of its private part, if it can be read."""
        expected = self.tree.size + 1
        if row.id != expected:
            self.note("gap", expected, expected, row.id, expected - 1)
        self.chain = link(self.chain, row.payload)
        if self.chain != row.chain:
            self.note("chain", row.id)
            self.chain = row.chain
        self.tree.add(leaf_hash(row.payload))
        if self.against and self.tree.size == self.against.size:
            self.compare(row.id)
        try:
            return self.content(row, json.loads(row.payload))
        except (ValueError, LookupError, TypeError, AttributeError):
            self.note("unreadable", row.id)
            return None

    def compare(self, entry: int) -> None:
        if self.against and self.tree.root() != self.against.root:
            self.note("other entries", None, entry)

    def content(self, row: Row[Any], data: dict[str, Any]) -> _Private:
        if canonical(data) != row.payload:
            self.note("rewritten", row.id)
        for name, value in columns_of(data).items():
            if getattr(row, name) != value:
                self.note("column", row.id, row.id, name)
        if data["kind"] == "decision" and data["protocol"]["text"] not in self.files:
            self.note("protocol", row.id)
        private = data.get("private")
        return _Private(row.id, data["incident"], private and (private["commitment"], private["sealed"]))

    def private(self, said: _Private, part: Row[Any] | None, key: Key | None) -> None:
        """Look at the private part of an entry."""
        place = said.entry
        if said.bound is None:
            if part is not None:
                self.note("part of nothing", place)
        elif said.incident in self.gone:
            self.counts["erased"] += 1
            if part is not None:
                self.note("part after erasure", place)
        elif part is None or digest(part.content) != said.bound[1]:
            self.note("part", place)
        elif key is None or key.id != part.key:
            self.counts["sealed"] += 1
        else:
            self.open(place, part.content, key, said.bound[0])

    def open(self, place: int, content: bytes, key: Key, commitment: str) -> None:
        self.counts["opened"] += 1
        try:
            opened(key, content, commitment)
        except DoesNotFit:
            self.note("other part", place)


def verify(store: Store, keys: KeyStore | None, origin: str, against: Checkpoint | None) -> Verification:
    """Compare everything that is stored with everything else, in bounded memory."""
    found = _Pass(origin, against, _stored_files(store), _erased(store), beginning(origin))
    if against and against.origin != origin:
        found.note("other log", None, against.origin)
    if against and against.size == 0:
        found.compare(0)
    for piece in rows(store, Wanted(first=BEFORE_ALL), *entries.c):
        _look_at(found, store, keys, piece)
    if against and found.tree.size < against.size:
        last = found.tree.size
        found.note("shorter", last + 1, last, against.size)
    for place in _strays(store, found.tree.size):
        found.note("part without entry", place)
    for name in _strange(store):
        found.note("other definition", None, name)
    return Verification(
        origin, found.tree.size, found.tree.root(), tuple(found.findings), **found.counts, against=against
    )


def _look_at(found: _Pass, store: Store, keys: KeyStore | None, piece: list[Row[Any]]) -> None:
    said = [private for row in piece if (private := found.entry(row))]
    with store.reading() as connection:
        parts = private_rows(connection, [row.id for row in piece])
    sealed = {private.incident for private in said if private.bound}
    secrets = keys.of(sealed) if keys and sealed else {}
    for private in said:
        found.private(private, parts.get(private.entry), secrets.get(private.incident))


def _stored_files(store: Store) -> dict[str, str]:
    """The protocols whose stored files are those they are known by, with their fingerprints."""
    with store.reading() as connection:
        found = connection.execute(select(protocols))
        return {row.text: row.fingerprint for row in found if digest_of_files(row.files) == row.text}


def _erased(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        return erased_incidents(connection)


def _strays(store: Store, last: int) -> Iterator[int]:
    with store.reading() as connection:
        yield from connection.scalars(select(private_parts.c.entry).where(private_parts.c.entry > last).limit(10))


def _strange(store: Store) -> list[str]:
    if store.path is None:
        return []
    with store.reading() as connection:
        return strange(connection)
