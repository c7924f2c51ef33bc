"""Smallest hitting sets: as few items as can be, at least one of every set."""

from __future__ import annotations

from collections.abc import Sequence

MOST_BRANCHES = 20_000


class _TooLong(Exception):
    """Thrown where the search has branched too often."""


def smallest_hitting_set(sets: Sequence[frozenset[str]], order: Sequence[str]) -> list[str] | None:
    """A smallest set that meets every given set, its items tried in the order given; None where it takes too long.

    >>> smallest_hitting_set([frozenset("ab"), frozenset("bc"), frozenset("cd")], "abcd")
    ['a', 'c']
    """
    bits = {item: 1 << position for position, item in enumerate(order)}
    masks = [sum(bits[item] for item in one) for one in sets]
    search = _Search(masks)
    try:
        for size in range(len(order) + 1):
            found = search.within(0, size)
            if found is not None:
                return [item for item in order if bits[item] & found]
    except _TooLong:
        return None
    return None


class _Search:
    def __init__(self, masks: Sequence[int]) -> None:
        self.masks, self.branches = sorted(masks, key=lambda mask: (mask.bit_count(), mask)), 0

    def within(self, chosen: int, size: int) -> int | None:
        """A hitting set that holds what is chosen and at most `size` more."""
        missed = next((mask for mask in self.masks if not mask & chosen), None)
        if missed is None:
            return chosen
        self.branches += 1
        if self.branches > MOST_BRANCHES:
            raise _TooLong
        while missed and size:
            item = missed & -missed
            found = self.within(chosen | item, size - 1)
            if found is not None:
                return found
            missed ^= item
        return None
