"""Merkle trees and their proofs, as RFC 9162 defines them, and the checkpoints that partners keep."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapid_response.record import Checkpoint, DecisionLog, RecordError
from rapid_response.record.merkle import (
    Tree,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    proves_consistency,
    proves_inclusion,
    root,
)
from tests.crashes import PROTOCOL, clock

MOST = 64
LEAVES = [leaf_hash(bytes([place])) for place in range(MOST)]
KNOWN = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]
ROOTS = [  # of the first 0, 1, 2 … of these, as published with the first implementations of Certificate Transparency
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def _slow_root(leaves: Sequence[bytes]) -> bytes:
    """The root as RFC 9162, 2.1.1 writes it down."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    left = max(2**power for power in range(7) if 2**power < len(leaves))
    return node_hash(_slow_root(leaves[:left]), _slow_root(leaves[left:]))


@cache
def _of(start: int, stop: int) -> bytes:
    return _slow_root(LEAVES[start:stop])


def _inclusion(index: int, size: int) -> list[bytes]:
    return [_of(*part) for part in inclusion_ranges(index, size)]


def _consistency(first: int, second: int) -> list[bytes]:
    return [_of(*part) for part in consistency_ranges(first, second)]


def test_published_roots() -> None:
    """The roots of the published examples come out."""
    leaves = [leaf_hash(data) for data in KNOWN]
    assert [root(leaves[:size]).hex() for size in range(9)] == ROOTS


@pytest.mark.parametrize("size", range(MOST + 1))
def test_roots_are_those_of_the_definition(size: int) -> None:
    """Adding leaves one by one gives the root that the definition gives."""
    assert root(LEAVES[:size]) == _slow_root(LEAVES[:size])


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_entry_is_proved_and_no_other(size: int) -> None:
    """In every tree of up to 64 leaves each leaf is proved at its place, and no other leaf there, nor it elsewhere."""
    whole = _of(0, size)
    for index in range(size):
        proof = _inclusion(index, size)
        assert proves_inclusion(LEAVES[index], index, size, proof, whole)
        for other in range(size):
            assert other == index or not proves_inclusion(LEAVES[other], index, size, proof, whole)
            assert other == index or not proves_inclusion(LEAVES[index], other, size, proof, whole)
        _no_damaged_proof(lambda damaged, i=index: proves_inclusion(LEAVES[i], i, size, damaged, whole), proof)


@pytest.mark.parametrize("second", range(1, MOST + 1))
def test_every_beginning_is_proved_and_no_other(second: int) -> None:
    """Each tree of up to 64 leaves is proved to be the beginning of each larger one, and nothing else is."""
    whole = _of(0, second)
    for first in range(1, second + 1):
        proof, part = _consistency(first, second), _of(0, first)
        assert proves_consistency(first, second, proof, part, whole)
        for size in range(1, second + 1):
            other = _of(0, size)
            assert size == first or not proves_consistency(first, second, proof, other, whole)
            assert size == first or not proves_consistency(size, second, proof, part, whole)
        _no_damaged_proof(lambda damaged, n=first, r=part: proves_consistency(n, second, damaged, r, whole), proof)


def _no_damaged_proof(holds: object, proof: list[bytes]) -> None:
    """A proof with a hash changed, left out, doubled or moved proves nothing."""
    assert callable(holds)
    for place, node in enumerate(proof):
        changed = bytes([node[0] ^ 1]) + node[1:]
        assert not holds([*proof[:place], changed, *proof[place + 1 :]])
        assert not holds([*proof[:place], *proof[place + 1 :]])
        assert not holds([*proof[:place], node, *proof[place:]])
        if place and proof[place - 1] != node:
            assert not holds([*proof[: place - 1], node, proof[place - 1], *proof[place + 1 :]])
    assert not holds([*proof, bytes(32)])


def test_proofs_of_nothing() -> None:
    """The empty tree is the beginning of every other; nothing is in it."""
    empty = Tree().root()
    assert proves_consistency(0, 5, [], empty, _of(0, 5))
    assert proves_consistency(0, 0, [], empty, empty)
    assert not proves_consistency(0, 5, [bytes(32)], empty, _of(0, 5))
    assert not proves_consistency(6, 5, [], LEAVES[0], LEAVES[0])
    assert not proves_inclusion(LEAVES[0], 0, 0, [], empty)
    assert not proves_inclusion(LEAVES[0], -1, 1, [], LEAVES[0])


def test_a_log_gives_proofs_that_its_checkpoints_bear_out(tmp_path: Path) -> None:
    """What a log proves of its entries and its beginnings holds against its checkpoints, without the log."""
    with DecisionLog.open(tmp_path / "decisions.db", clock=clock) as log:
        log.decide_many(PROTOCOL, [{"id": f"A-{place}"} for place in range(11)], by="Tests")
        points = [log.checkpoint(size) for size in range(12)]
        for size in range(1, 12):
            for entry in range(1, size + 1):
                leaf, proof = leaf_hash(log.raw(entry)), log.inclusion_proof(entry, size)
                assert proves_inclusion(leaf, entry - 1, size, proof, points[size].root)
            for first in range(size + 1):
                proof = log.consistency_proof(first, size)
                assert proves_consistency(first, size, proof, points[first].root, points[size].root)
        for outside in (lambda: log.checkpoint(12), lambda: log.inclusion_proof(12), lambda: log.consistency_proof(12)):
            with pytest.raises(RecordError, match="lies outside the log"):
                outside()


@given(
    origin=st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=30),
    size=st.integers(0, 10**17),
    content=st.binary(min_size=32, max_size=32),
)
def test_checkpoints_come_back_from_mail(origin: str, size: int, content: bytes) -> None:
    """The three lines read back, also from an e-mail that quotes them, indents them or ends lines its own way."""
    kept = Checkpoint(origin.lstrip("> \t") or "log", size, content)
    text = str(kept)
    assert Checkpoint.from_text(text) == kept
    assert Checkpoint.from_text("\r\n".join(["", *(f"> {line} " for line in text.split("\n")), "", ""])) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n3",
        "log\nthree\nAAAA",
        "log\n-1\nAAAA",
        "log\n3\nAAAA",
        "log\n3\n!",
        "log\n03\nAAAA",
        f"log\n3\n{'A' * 43}=\nmore",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    """Anything but three lines of name, number and hash is refused, with a word about what is expected."""
    with pytest.raises(RecordError, match="the checkpoint cannot be read") as error:
        Checkpoint.from_text(text)
    assert error.value.id == "RD301"
