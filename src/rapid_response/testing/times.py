"""Moments, dates and lengths of time worth trying: they meet one another, month ends and changes of the clocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rapid_response.testing.choices import Choices

ZONES = ("America/Los_Angeles", "UTC", "Asia/Shanghai", "Australia/Lord_Howe", "Europe/Berlin")

_MOMENTS = (
    dt.datetime(2026, 2, 1, 17, tzinfo=dt.UTC),
    dt.datetime(2026, 2, 2, 5, tzinfo=dt.UTC),
    dt.datetime(2026, 1, 31, 23, 30, tzinfo=dt.UTC),
    dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 8, 10, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC),
    dt.datetime(2025, 11, 1, 8, 30, tzinfo=dt.UTC),
    dt.datetime(2025, 8, 31, 6, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 3, 15, 30, tzinfo=dt.UTC),
)
_HOURS = (0, -1, 1, -24, 24, -72, 72, -720, 720, -4380, 4380, -8760)
_FAR = (dt.datetime(3, 1, 1, tzinfo=dt.UTC), dt.datetime(9998, 6, 30, tzinfo=dt.UTC))

_LENGTHS = ("24 hours", "72 hours", "1 day", "90 minutes", "1.5 hours", "2 weeks", "0 hours", "30 days")
_DAYS = ("1 day", "3 days", "2 weeks", "48 hours", "30 days", "365 days")
_MONTHS = ("1 month", "6 months", "1 year", "13 months", "18 months")
DUE = ("24 hours", "30 minutes", "2 weeks", "1 month", "1 year", "18 months", "3 days", "9000 years", "100000 weeks")
"""How long after a moment responses are due."""

_FAR_MONTHS = ("9000 years", "90000 months")
_FAR_DAYS = ("3000000 days", "500000 weeks")


def instant(choices: Choices, *, far: bool = False) -> dt.datetime:
    """A moment in UTC; where `far` is allowed, seldom one at the ends of the calendar."""
    if far and choices.chance(2):
        return choices.pick(_FAR)
    return choices.pick(_MOMENTS) + dt.timedelta(hours=choices.pick(_HOURS))


def in_step(choices: Choices, lengths: Sequence[int]) -> dt.datetime:
    """One of a few moments in UTC: some of them at the same time, or so many microseconds before, or just about."""
    earlier = choices.pick((0, 0, *lengths, *(length // 2 for length in lengths)))
    earlier += choices.pick((0, 0, 60_000_000, -60_000_000))
    return _MOMENTS[0] - dt.timedelta(microseconds=min(earlier, 10**15) // 60_000_000 * 60_000_000)


def day(choices: Choices, *, far: bool = False) -> dt.date:
    """A date, likewise."""
    return instant(choices, far=far).date()


def length(choices: Choices) -> str:
    """An elapsed time in the words of the language."""
    return choices.pick(_FAR_DAYS if choices.chance(2) else _LENGTHS)


def whole_days(choices: Choices) -> str:
    """An elapsed time of whole days."""
    return choices.pick(_FAR_DAYS if choices.chance(2) else _DAYS)


def months(choices: Choices) -> str:
    """A calendar time."""
    return choices.pick(_FAR_MONTHS if choices.chance(2) else _MONTHS)


def moment_words(choices: Choices, moment: dt.datetime, zone: str | None) -> str:
    """A moment as ISO text: in the zone and without an offset where that is clear, else with one."""
    if zone is None or not _clear(moment, ZoneInfo(zone)):
        return moment.isoformat(timespec="minutes")
    local = moment.astimezone(ZoneInfo(zone))
    return (local if choices.chance(30) else local.replace(tzinfo=None)).isoformat(timespec="minutes")


def _clear(moment: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether the local time happens once, and its offset can be written in minutes."""
    local = moment.astimezone(zone)
    offsets = [local.replace(fold=fold).utcoffset() for fold in (0, 1)]
    return offsets[0] == offsets[1] and not (offsets[0] or dt.timedelta()) % dt.timedelta(minutes=1)
