"""What is shown as a picture on pages: the numbers and the words of it. Drawing is done elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple


class Between(NamedTuple):
    """Surely so much, and possibly."""

    surely: float
    possibly: float


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts of pairs; `tones` say of each cell whether it stays (0), goes up (1), down (-1) or is neither (2)."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    tones: tuple[tuple[int, ...], ...]
    row_title: str
    column_title: str


@dataclass(frozen=True, slots=True)
class Course:
    """Something over time, one panel below the other for each version: a value for each period, by its first day."""

    panels: tuple[str, ...]
    starts: tuple[dt.date, ...]
    values: tuple[tuple[Between, ...], ...]
    days: int


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar for each version below each label."""

    labels: tuple[str, ...]
    versions: tuple[str, ...]
    values: tuple[tuple[Between, ...], ...]


Plot = Matrix | Course | Bars
