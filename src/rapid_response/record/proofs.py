"""Checkpoints and proofs of a stored log; every one comes from the stored bytes, a piece at a time."""

from __future__ import annotations

from collections.abc import Iterator

from rapid_response.record.checkpoint import Checkpoint
from rapid_response.record.errors import failure
from rapid_response.record.merkle import Range, consistency_ranges, inclusion_ranges, leaf_hash, root
from rapid_response.record.reading import Wanted, rows
from rapid_response.record.storage.store import Store
from rapid_response.record.storage.tables import entries


def checkpoint(store: Store, origin: str, size: int, length: int) -> Checkpoint:
    """The checkpoint of the first `size` entries; RecordError (RD302) where there are not as many."""
    _refuse_outside(size, 0, length)
    return Checkpoint(origin, size, _root(store, (0, size)))


def inclusion(store: Store, entry: int, size: int, length: int) -> tuple[bytes, ...]:
    """The hashes that prove that the entry is one of the first `size`."""
    _refuse_outside(size, 1, length)
    _refuse_outside(entry, 1, size)
    return tuple(_root(store, part) for part in inclusion_ranges(entry - 1, size))


def consistency(store: Store, first: int, second: int, length: int) -> tuple[bytes, ...]:
    """The hashes that prove that the log of `first` entries is the beginning of that of `second`."""
    _refuse_outside(second, 0, length)
    _refuse_outside(first, 0, second)
    return tuple(_root(store, part) for part in consistency_ranges(first, second))


def _root(store: Store, part: Range) -> bytes:
    return root(_leaves(store, part))


def _leaves(store: Store, part: Range) -> Iterator[bytes]:
    start, stop = part
    if start < stop:
        for piece in rows(store, Wanted(first=start + 1, last=stop), entries.c.id, entries.c.payload):
            yield from (leaf_hash(row.payload) for row in piece)


def _refuse_outside(size: int, least: int, most: int) -> None:
    if not least <= size <= most:
        raise failure("RD302", f"{size} lies outside the log", f"give a number from {least} to {most}")
