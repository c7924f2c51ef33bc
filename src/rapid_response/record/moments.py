"""Days and moments as people type them, in the time zone of a log's protocols."""

from __future__ import annotations

import datetime as dt
import re

from rapid_response.errors import IncidentError
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.problems import Problem
from rapid_response.protocol.values import EPOCH, MICROSECOND, Unfit, encode, time_zone
from rapid_response.record.entries import Decision
from rapid_response.record.log import DecisionLog

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment_in(log: DecisionLog, text: str) -> dt.datetime:
    """A moment in ISO text, or the first one of a day; without an offset it is in the zone of the last protocol used.

    Raises IncidentError where it cannot be read.
    """
    full = f"{text}T00:00" if _DAY.fullmatch(text) else text
    zone = _zone(log)
    try:
        return (EPOCH + int(encode(Type("moment"), full, zone)) * MICROSECOND).astimezone(time_zone(zone))
    except Unfit as unfit:
        raise IncidentError([Problem(unfit.problem, unfit.message, help=unfit.help)]) from None


def _zone(log: DecisionLog) -> str:
    for number in range(len(log), 0, -1):
        for entry in log.entries(first=number, last=number, unreadable=[]):
            if isinstance(entry, Decision):
                return log.protocol(entry).time_zone or "UTC"
    return "UTC"
