"""Merkle trees as RFC 9162 (Certificate Transparency) defines them: roots, and proofs that are short.

A leaf is the SHA-256 of a zero byte and the data, a node that of a one byte and its two children. The tree of n leaves
has the largest power of two below n at its left.

>>> leaves = [leaf_hash(data) for data in (b"a", b"b", b"c")]
>>> root(leaves) == node_hash(node_hash(leaves[0], leaves[1]), leaves[2])
True
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

Range = tuple[int, int]
"""Leaves from the first up to but without the second, counted from 0."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that leaves are added to; it keeps one hash for each full subtree, so thirty for a billion leaves.

    >>> tree = Tree()
    >>> tree.root().hex()[:16]
    'e3b0c44298fc1c14'
    >>> tree.add(leaf_hash(b"a"))
    >>> tree.size, tree.root() == leaf_hash(b"a")
    (1, True)
    """

    __slots__ = ("_subtrees", "size")

    def __init__(self) -> None:
        self._subtrees: list[bytes] = []
        self.size = 0

    def add(self, leaf: bytes) -> None:
        """Add one leaf hash at the right."""
        node, full = leaf, self.size
        while full & 1:
            node = node_hash(self._subtrees.pop(), node)
            full >>= 1
        self._subtrees.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root hash; of no leaves at all, the hash of nothing."""
        if not self._subtrees:
            return hashlib.sha256().digest()
        *others, node = self._subtrees
        for left in reversed(others):
            node = node_hash(left, node)
        return node


def root(leaves: Iterable[bytes]) -> bytes:
    """The root hash of these leaf hashes."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


# Which subtrees a proof consists of (RFC 9162, 2.1.3.1 and 2.1.4.1)


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The subtrees whose roots prove that the leaf `index` is in the tree of `size` leaves, lowest first.

    >>> inclusion_ranges(2, 7)
    [(3, 4), (0, 2), (4, 7)]
    """
    start, stop = 0, size
    ranges: list[Range] = []
    while stop - start > 1:
        middle = start + _left(stop - start)
        if index < middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """The subtrees whose roots prove that the tree of `first` leaves is the beginning of that of `second`.

    >>> consistency_ranges(3, 7)
    [(2, 3), (3, 4), (0, 2), (4, 7)]
    """
    if first in (0, second):
        return []
    start, stop, whole = 0, second, True
    ranges: list[Range] = []
    while stop != first:
        middle = start + _left(stop - start)
        if first <= middle:
            ranges.append((middle, stop))
            stop = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, stop))
    return ranges[::-1]


def _left(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


# Checking proofs without the leaves (RFC 9162, 2.1.3.2 and 2.1.4.2)


def proves_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that the leaf hash stands at `index`, counted from 0, in the tree with that root."""
    if not 0 <= index < size:
        return False
    at, last, node = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(other, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, other)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def proves_consistency(first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Whether the proof shows that the tree of `first` leaves is the beginning of the tree of `second`."""
    if first == second:
        return not proof and first_root == second_root
    if not 0 < first < second or not proof:
        return first == 0 and not proof and first_root == hashlib.sha256().digest()
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, other)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
