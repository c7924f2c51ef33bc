"""Where the choices of a generated protocol or incident come from: Hypothesis, or a seeded random generator.

Everything generated is a function of whole numbers drawn one after the other, smallest and simplest first, so that
Hypothesis can shrink what it finds and a seed gives the same protocol on every platform.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

Item = TypeVar("Item")


class Choices(ABC):
    """A source of choices."""

    @abstractmethod
    def integer(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items; the first is the simplest."""
        return items[self.integer(0, len(items) - 1)]

    def chance(self, percent: int) -> bool:
        """Yes in about so many of a hundred cases; no is simpler."""
        return self.integer(0, 99) >= 100 - percent

    def subset(self, items: Sequence[Item], least: int = 0) -> list[Item]:
        """Some of the items in their order, `least` of them or more."""
        chosen = [item for item in items if self.chance(50)]
        return chosen if len(chosen) >= least else list(items[:least])


class Drawn(Choices):
    """Choices that Hypothesis draws and shrinks."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))


class Seeded(Choices):
    """Choices from a seed: quick, and the same on every run.

    >>> choices = Seeded("a seed")
    >>> [choices.integer(0, 9) for _ in range(3)]
    [3, 0, 7]
    """

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311  (no secret is made of it)

    def integer(self, low: int, high: int) -> int:
        return low + int(self._random.random() * (high - low + 1))
