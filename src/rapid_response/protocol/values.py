"""Values of facts: as people and programs give them, as engines compute with them, as they are shown.

encoded   yes_no: bool · scale, choice: the option's name · choices: a bit mask over the options · number: a whole
          number scaled by ten to its places · moment: microseconds since 1970-01-01 UTC · date: its ordinal · text: str
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Collection
from collections.abc import Mapping as GivenMapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from rapid_response.protocol.expressions import Type
from rapid_response.protocol.problems import did_you_mean, one_of
from rapid_response.protocol.reading import Mapping, Node, Scalar, Sequence

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
EARLIEST = (dt.datetime(2, 1, 1, tzinfo=dt.UTC) - EPOCH) // MICROSECOND
LATEST = (dt.datetime(9998, 12, 31, tzinfo=dt.UTC) - EPOCH) // MICROSECOND
UNBOUNDED = 10**9
"""A number without declared bounds lies between minus and plus this."""

_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_EXACT = Context(prec=5_000, traps=[Inexact, InvalidOperation])
_PLAIN_VALUE = re.compile(r"[\w.:+-]{1,40}")

Encoded = bool | int | str


class Unfit(Exception):
    """A value that does not fit its type: problem id, message and help."""

    def __init__(self, problem: str, message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.problem, self.message, self.help = problem, message, remedy


def shown_input(value: object) -> str:
    """A given value as an error may show it: short words and numbers, never free text."""
    if isinstance(value, str):
        return f"`{value}`" if _PLAIN_VALUE.fullmatch(value) else f"a text of {len(value)} characters"
    if value is None or isinstance(value, bool | float | Decimal):
        return f"`{str(value)[:40]}`"
    if isinstance(value, int):
        return f"`{value}`" if abs(value) < 10**30 else "a huge number"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def encode(value_type: Type, value: object, zone: str | None) -> Encoded:
    """A value as engines compute with it; raises Unfit. Nothing is coerced: "5" is not 5 and "yes" is not True."""
    value = _bare(value)
    match value_type.name:
        case "yes_no":
            return _encode_yes_no(value)
        case "scale" | "choice":
            return _encode_option(value_type, value)
        case "choices":
            return _encode_options(value_type, value)
        case "number":
            return _encode_number(value_type, value)
        case "moment":
            return _encode_moment(value, zone)
        case "date":
            return _encode_date(value)
        case _:
            return _encode_text(value)


def _bare(value: object) -> object:
    """What a text or number holds: a class derived from them may say anything else of itself."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int.__int__(value)
    return float.__float__(value) if isinstance(value, float) else value


def from_yaml(value_type: Type, node: Node) -> object:
    """A YAML node as the Python value that its source text means under the type; raises Unfit."""
    if isinstance(node, Mapping):
        raise Unfit("RR502", "a value was expected, not `name: value` lines", "write the value after the colon")
    if isinstance(node, Sequence):
        if value_type.name != "choices":
            raise Unfit("RR502", "one value was expected, not a list", "write it without brackets or dashes")
        return [_scalar_text(item) for item in node.items]
    if node.is_null:
        return None
    match value_type.name:
        case "yes_no" if node.style == "plain":
            return _YES_NO.get(node.text, node.text)
        case "number" if node.style == "plain":
            return _number_or_text(node.text)
        case _:
            return node.text


def decode(value_type: Type, encoded: Encoded, zone: str | None) -> Any:
    """An encoded value as plain data: bool, option name, list of names, int or decimal text, ISO time, text."""
    match value_type.name:
        case "choices":
            return [name for position, name in enumerate(value_type.options) if int(encoded) >> position & 1]
        case "number":
            return int(encoded) if value_type.places == 0 else str(unscaled(int(encoded), value_type.places))
        case "moment":
            return moment_text(int(encoded), zone)
        case "date":
            return dt.date.fromordinal(int(encoded)).isoformat()
        case _:
            return encoded


def unscaled(number: int, places: int) -> Decimal:
    """A scaled whole number as the decimal it stands for.

    >>> str(unscaled(375, 1))
    '37.5'
    """
    return Decimal(number).scaleb(-places)


def scaled(number: Decimal, places: int) -> int:
    """A decimal as a whole number scaled by ten to its places; ValueError where it has more places.

    >>> scaled(Decimal("37.5"), 2)
    3750
    """
    shifted = number.scaleb(places, _EXACT)
    if shifted != shifted.to_integral_value():
        raise ValueError("more decimals than places")
    return int(shifted)


def places_of(number: Decimal) -> int:
    """How many decimals a number needs."""
    return len(f"{number:f}".partition(".")[2].rstrip("0"))


def moment_text(microseconds: int, zone: str | None) -> str:
    """A moment as ISO text in the zone, to the minute where that is exact."""
    moment = _local(microseconds, zone)
    exact = "minutes" if not (moment.second or moment.microsecond) else "auto"
    return moment.isoformat(timespec=exact)


@cache
def time_zone(name: str) -> ZoneInfo:
    """The time zone of that name, from the system's or the tzdata package's database."""
    return ZoneInfo(name)


def microseconds_of(moment: dt.datetime) -> int:
    """An aware datetime as microseconds since 1970-01-01 UTC."""
    return (moment - EPOCH) // MICROSECOND


def local_date(microseconds: int, zone: str | None) -> int:
    """The ordinal of the calendar day that a moment falls on in the zone (UTC where there is none)."""
    return _local(microseconds, zone).toordinal()


def _local(microseconds: int, zone: str | None) -> dt.datetime:
    """A moment in the zone (UTC where there is none), held within the years that a calendar can show."""
    held = min(max(microseconds, EARLIEST), LATEST)
    return (EPOCH + held * MICROSECOND).astimezone(time_zone(zone) if zone else dt.UTC)


def shift_moment(microseconds: int, months: int, zone: str | None) -> int:
    """A moment some calendar months later in the zone, clamped to the month's end.

    A wall-clock time that the clocks skip or repeat on that day is taken with the offset in force before the change.
    """
    moment = _local(microseconds, zone)
    shifted = dt.date.fromordinal(shift_date(moment.toordinal(), months))
    return microseconds_of(moment.replace(year=shifted.year, month=shifted.month, day=shifted.day, fold=0))


def shift_date(ordinal: int, months: int) -> int:
    """A date some calendar months later, clamped to the month's end and to the years 1 to 9999.

    >>> dt.date.fromordinal(shift_date(dt.date(2026, 8, 31).toordinal(), 6)).isoformat()
    '2027-02-28'
    """
    date = dt.date.fromordinal(min(max(ordinal, 1), dt.date.max.toordinal()))
    years, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    if not dt.MINYEAR <= years <= dt.MAXYEAR:
        return dt.date.max.toordinal() if months > 0 else dt.date.min.toordinal()
    last = calendar.monthrange(years, month + 1)[1]
    return dt.date(years, month + 1, min(date.day, last)).toordinal()


def _scalar_text(node: Node) -> str | None:
    if not isinstance(node, Scalar):
        raise Unfit("RR502", "an option was expected in the list", "write it like [a, b], or [] for none")
    return None if node.is_null else node.text


def _number_or_text(text: str) -> object:
    try:
        return Decimal(text) if re.fullmatch(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?", text) else text
    except InvalidOperation:
        return text


def _encode_yes_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    remedy = "write yes or no without quotes (in JSON true or false)"
    raise Unfit("RR502", f"{shown_input(value)} is not yes or no", remedy)


def _encode_option(value_type: Type, value: object) -> str:
    if not isinstance(value, str):
        raise Unfit("RR502", f"{shown_input(value)} is not an option", f"write {one_of(value_type.options)}")
    if value not in value_type.options:
        raise _unknown_option(value_type, value)
    return value_type.options[value_type.options.index(value)]


def _unknown_option(value_type: Type, value: str) -> Unfit:
    listed = f"write {one_of(value_type.options)}"
    return Unfit("RR503", f"{shown_input(value)} is not an option", did_you_mean(value, value_type.options, listed))


def _encode_options(value_type: Type, value: object) -> int:
    if isinstance(value, str | bytes | GivenMapping) or not isinstance(value, Collection):
        raise Unfit("RR502", f"{shown_input(value)} is not a list of options", "write it like [a, b], or [] for none")
    mask = 0
    for item in value:
        mask |= 1 << value_type.options.index(_encode_option(value_type, _bare(item)))
    return mask


def _encode_number(value_type: Type, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        quoted = isinstance(value, str) and value.isdecimal()
        remedy = "write the number without quotes" if quoted else "write it like 12"
        raise Unfit("RR502", f"{shown_input(value)} is not a number", remedy)
    number = _finite(value)
    try:
        encoded = scaled(number, value_type.places)
    except (ValueError, ArithmeticError):
        plural = "s" if value_type.places > 1 else ""
        remedy = f"write at most {value_type.places} decimal{plural}" if value_type.places else "write a whole number"
        raise Unfit("RR504", f"{shown_input(value)} has too many decimals", remedy) from None
    if not value_type.low <= encoded <= value_type.high:
        low, high = (unscaled(int(end), value_type.places) for end in (value_type.low, value_type.high))
        raise Unfit("RR504", f"{shown_input(value)} is out of range", f"it lies between {low:,} and {high:,}")
    return encoded


def _finite(value: int | float | Decimal) -> Decimal:
    if isinstance(value, int) and abs(value) > 10**30:
        raise Unfit("RR504", f"{shown_input(value)} is out of range", "write a number of usual size")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > 40:
        remedy = "write null where it is not known"
        raise Unfit("RR504", f"{shown_input(value)} is not a number of usual size", remedy)
    return number


def _encode_moment(value: object, zone: str | None) -> int:
    if isinstance(value, str):
        value = _parsed_moment(value)
    if not isinstance(value, dt.datetime):
        raise Unfit("RR502", f"{shown_input(value)} is not a date and time", "write it like 2026-02-01T09:00")
    if value.utcoffset() is None:
        value = _placed(value, zone)
    encoded = microseconds_of(value)
    if not EARLIEST <= encoded <= LATEST:
        raise Unfit("RR505", f"{shown_input(value.isoformat())} is too far away", "write a year from 2 to 9998")
    return encoded


def _parsed_moment(text: str) -> dt.datetime:
    try:
        if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:", text):
            raise ValueError
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise Unfit("RR505", f"{shown_input(text)} is not a date and time", "write it like 2026-02-01T09:00") from None


def _placed(local: dt.datetime, zone: str | None) -> dt.datetime:
    """A local time in the protocol's zone; one that the clocks skip or repeat is refused."""
    if zone is None:
        raise Unfit(
            "RR505",
            "the time has no offset",
            "add one, like 2026-02-01T09:00-08:00, or give the protocol a `time_zone`",
        )
    if not 1 < local.year < dt.MAXYEAR:
        raise Unfit("RR505", f"{shown_input(local.isoformat())} is too far away", "write a year from 2 to 9998")
    first, second = (local.replace(tzinfo=time_zone(zone), fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    exists = first.astimezone(dt.UTC).astimezone(time_zone(zone)).replace(tzinfo=None) == local
    offsets = sorted(moment.strftime("%z") for moment in (first, second))
    ways = " or ".join(f"{local.isoformat()}{offset[:3]}:{offset[3:5]}" for offset in offsets)
    what = "happens twice" if exists else "does not exist"
    raise Unfit(
        "RR505", f"`{local.isoformat(timespec='minutes')}` {what} in {zone}: the clocks change", f"write {ways}"
    )


def _encode_date(value: object) -> int:
    if isinstance(value, str):
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                raise ValueError
            value = dt.date.fromisoformat(value)
        except ValueError:
            raise Unfit("RR505", f"{shown_input(value)} is not a date", "write it like 2026-02-01") from None
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise Unfit("RR502", f"{shown_input(value)} is not a date", "write it like 2026-02-01")
    return value.toordinal()


def _encode_text(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit("RR502", f"{shown_input(value)} is not text", "put it in quotes")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Unfit("RR502", "the text holds half a character (a lone surrogate)", "save it as UTF-8") from None
    return value
