"""The facts of a block of incidents, one column each, as the engine computes on them.

In every column `known` says which rows are known; None means all. What stands in the other rows means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from rapid_response.history.slices import Words

Numbers = npt.NDArray[Any]
"""Whole numbers of any width; scaled, counted and dated as `protocol.expressions` says."""


@dataclass(frozen=True, slots=True)
class Answers:
    """A yes_no fact: the rows in which it is yes."""

    yes: Words
    known: Words | None


@dataclass(frozen=True, slots=True)
class Codes:
    """A scale or choice: a code per row, and the position of the option that each code stands for (-1: none)."""

    codes: Numbers
    positions: tuple[int, ...]
    known: Words | None


@dataclass(frozen=True, slots=True)
class Quantities:
    """A number, moment or date per row."""

    numbers: Numbers
    known: Words | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A fact of several choices: for each option the rows that include it; an option that is missing is in none."""

    options: Mapping[int, Words]
    known: Words | None


@dataclass(frozen=True, slots=True)
class Texts:
    """A text per row, as an Arrow array of strings."""

    texts: Any
    known: Words | None


Column = Answers | Codes | Quantities | Chosen | Texts


@dataclass(frozen=True, slots=True)
class Block:
    """Some incidents: how many, their facts by name, and the time of evaluation in microseconds, one for all or one each.

    A fact without a column is unknown in every row.
    """

    rows: int
    columns: Mapping[str, Column]
    now: int | Numbers | None = None
