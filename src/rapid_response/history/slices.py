"""Truths of many incidents at once: one bit each, sixty-four to a word.

`Words` are unsigned 64-bit words; bit i of word j speaks of row 64 * j + i. Bits beyond the last row mean nothing. What
is the same for every row is a single word without a dimension, `NONE` or `ALL`.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

NONE: Words = np.zeros((), np.uint64)
ALL: Words = ~NONE


class Rails(NamedTuple):
    """A three-valued truth per row: where it surely holds, and where it possibly holds.

    Where nothing is unknown both are the same object, so that work is done once.
    """

    surely: Words
    possibly: Words

    @property
    def is_plain(self) -> bool:
        """Whether no row is known to be unknown."""
        return self.surely is self.possibly


NO, UNKNOWN, YES = Rails(NONE, NONE), Rails(NONE, ALL), Rails(ALL, ALL)


def plain(words: Words) -> Rails:
    """A truth of which nothing is unknown."""
    return Rails(words, words)


def truth(surely: bool, possibly: bool) -> Rails:
    """The same truth for every row."""
    return YES if surely else UNKNOWN if possibly else NO


def opposite(a: Rails) -> Rails:
    """Where it is not so: the rails change places."""
    surely, possibly = a
    never = ~possibly
    return Rails(never, never if surely is possibly else ~surely)


def both(a: Rails, b: Rails) -> Rails:
    """Where both hold."""
    surely = a.surely & b.surely
    plain = a.surely is a.possibly and b.surely is b.possibly
    return Rails(surely, surely if plain else a.possibly & b.possibly)


def either(a: Rails, b: Rails) -> Rails:
    """Where at least one holds."""
    surely = a.surely | b.surely
    plain = a.surely is a.possibly and b.surely is b.possibly
    return Rails(surely, surely if plain else a.possibly | b.possibly)


def pack(flags: Flags | bool | np.bool_) -> Words:
    """One flag per row as words.

    >>> pack(np.array([True, False, True])).tolist()
    [5]
    """
    if np.ndim(flags) == 0:
        return ALL if flags else NONE
    packed = np.packbits(cast(Flags, flags), bitorder="little")
    return _whole_words(packed)


def unpack(words: Words, rows: int) -> npt.NDArray[np.uint8]:
    """Words as one 0 or 1 per row.

    >>> unpack(pack(np.array([True, False, True])), 3).tolist()
    [1, 0, 1]
    """
    if words.ndim == 0:
        return np.full(rows, int(words) & 1, np.uint8)
    return np.unpackbits(words.view(np.uint8), count=rows, bitorder="little")


def flags(words: Words, rows: int) -> Flags:
    """Words as one flag per row."""
    return unpack(words, rows).view(np.bool_)


def from_bitmap(buffer: Any, offset: int, rows: int) -> Words:
    """The bits of an Arrow bitmap from an offset on, without a copy where they lie at whole words."""
    octets = np.frombuffer(buffer, np.uint8)
    if offset % 64 == 0 and octets.ctypes.data % 8 == 0 and len(octets) >= (offset + rows + 63) // 64 * 8:
        return octets[offset // 8 : (offset + rows + 63) // 64 * 8].view(np.uint64)
    if offset % 8 == 0:
        return _whole_words(octets[offset // 8 : (offset + rows + 7) // 8])
    within = octets[offset // 8 : (offset + rows + 7) // 8]
    bits = np.unpackbits(within, bitorder="little")[offset % 8 : offset % 8 + rows]
    return pack(bits.view(np.bool_))


def to_octets(words: Words, rows: int) -> npt.NDArray[np.uint8]:
    """Words as the bytes of an Arrow bitmap, the bits beyond the last row cleared."""
    whole = np.broadcast_to(words, ((rows + 63) // 64,)).copy()
    if rows % 64:
        whole[-1] &= np.uint64((1 << rows % 64) - 1)
    return whole.view(np.uint8)


def count(words: Words, rows: int) -> int:
    """In how many rows the bit is set."""
    return int(np.bitwise_count(to_octets(words, rows).view(np.uint64)).sum())


def rows_of(words: Words, rows: int) -> npt.NDArray[np.intp]:
    """The rows whose bit is set, in order."""
    return np.flatnonzero(flags(words, rows))


def _whole_words(octets: npt.NDArray[np.uint8]) -> Words:
    missing = -len(octets) % 8
    whole = np.pad(octets, (0, missing)) if missing else np.ascontiguousarray(octets)
    return whole.view(np.uint64)
