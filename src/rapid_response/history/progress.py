"""How far long work has come."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows done so far in so many seconds, and the share of the source, 0 to 1, None where its size is not known.

    >>> print(Progress(250_000, 2.0, 0.25))
    250,000 rows, 125,000 a second, 25 %, 6 seconds left
    """

    rows: int
    seconds: float
    share: float | None

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None where that cannot be told."""
        return self.seconds * (1 - self.share) / self.share if self.share else None

    def __str__(self) -> str:
        parts = [f"{self.rows:,} rows", f"{self.rate:,.0f} a second"]
        if self.share is not None:
            parts.append(f"{self.share:.0%}".replace("%", " %"))
        if self.seconds_left is not None:
            parts.append(f"{_duration(self.seconds_left)} left")
        return ", ".join(parts)


Watcher = Callable[[Progress], None]


def show_progress(progress: Progress) -> None:
    """Write progress to the standard error stream, over the line before."""
    sys.stderr.write(f"\r{progress!s:<78}" + ("\n" if progress.share == 1 else ""))
    sys.stderr.flush()


@dataclass
class Clock:
    """Counts rows, and tells a watcher at most ten times a second, and at the end.

    Where the source is read several times, `passes` says how often, and `passed` how often it has been.
    """

    watcher: Watcher | None
    rows: int = 0
    passes: int = 1
    passed: int = 0
    start: float = field(default_factory=time.monotonic)
    told: float = 0.0

    def add(self, rows: int, share: float | None) -> None:
        """So many more rows are done."""
        self.rows += rows
        now = time.monotonic()
        if share is not None:
            share = (self.passed + share) / self.passes
        if self.watcher and (share == 1 or now - self.told > 0.1):
            self.told = now
            self.watcher(Progress(self.rows // self.passes, now - self.start, share))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} second{'' if rest == 1 else 's'}"
