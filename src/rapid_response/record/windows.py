"""What is wrong with the days of several versions: gaps, overlaps, an end without a successor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from rapid_response.phrases import Phrase
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Protocol, Window
from rapid_response.protocol.problems import Problem
from rapid_response.record import library_words as say


@dataclass(frozen=True, slots=True)
class VersionFinding:
    """One thing that is wrong with the days of versions: the days, and the versions that it is about.

    `id` is RV201 (no version is in force), RV202 (none is after the last), RV203 (two are) or RV204 (two have the same
    name).
    """

    id: str
    versions: tuple[Protocol, ...]
    days: Window

    def problem(self, language: str = DEFAULT_LANGUAGE) -> Problem:
        """The finding in words, with its places and what to do."""
        first, *others = self.versions
        places = tuple((other.in_force.span, say.OTHER(language)) for other in others if other.in_force.span)
        message, remedy = (phrases[self.id](language, *words) for phrases, words in self._words(language))
        return Problem(self.id, message, first.in_force.span, remedy, places)

    def _words(self, language: str) -> tuple[tuple[dict[str, Phrase], tuple[object, ...]], ...]:
        name, start, until = self.versions[0].name, self.days.start, self.days.until
        about: dict[str, tuple[object, ...]] = {
            "RV201": (name, start, until),
            "RV202": (name, start),
            "RV203": (name, window_words(self.days, language)),
            "RV204": (name, self.versions[0].version),
        }
        return (say.FOUND, about[self.id]), (say.REMEDIES, (start, until))

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        start, until = self.days.start, self.days.until
        return {
            **self.problem().to_dict(),
            "versions": [{"version": version.version, "fingerprint": version.fingerprint} for version in self.versions],
            "from": start.isoformat() if start else None,
            "until": until.isoformat() if until else None,
        }

    def __str__(self) -> str:
        return self.problem().render()


def find_faults(versions: Sequence[Protocol]) -> Iterator[VersionFinding]:
    """What is wrong with the versions of one protocol, which come by their first day."""
    yield from _gaps(versions)
    for first, second in combinations(versions, 2):
        if (days := _common(first.in_force, second.in_force)) is not None:
            yield VersionFinding("RV203", (first, second), days)
        if first.version and first.version == second.version:
            yield VersionFinding("RV204", (first, second), Window())


def window_words(days: Window, language: str = DEFAULT_LANGUAGE) -> str:
    """The days of a window, as dates.

    >>> window_words(Window(start=dt.date(2026, 1, 1)))
    'from 2026-01-01'
    """
    if days.start and days.until:
        return say.FROM_AND_BEFORE(language, days.start, days.until)
    if days.start:
        return say.FROM(language, days.start)
    return say.BEFORE(language, days.until) if days.until else say.ALWAYS(language)


def _gaps(versions: Sequence[Protocol]) -> Iterator[VersionFinding]:
    """Days after the first version's on which none is in force."""
    last = versions[0]
    for version in versions[1:]:
        ended, start = last.in_force.until, version.in_force.start
        if ended and start and ended < start:
            yield VersionFinding("RV201", (last, version), Window(start=ended, until=start))
        last = max(last, version, key=_end)
    if last.in_force.until:
        yield VersionFinding("RV202", (last,), Window(start=last.in_force.until))


def _end(version: Protocol) -> dt.date:
    return version.in_force.until or dt.date.max


def _common(first: Window, second: Window) -> Window | None:
    start = max((day for day in (first.start, second.start) if day), default=None)
    until = min((day for day in (first.until, second.until) if day), default=None)
    return Window(start=start, until=until) if not (start and until) or start < until else None
