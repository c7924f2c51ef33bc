"""Incidents that are not what they seem: whatever a program gives, every bad fact is named and nothing is repeated."""

from __future__ import annotations

import collections
import datetime as dt
import enum
import fractions
import itertools
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

import pytest

from rapid_response import IncidentError, protocol_from_text

PROTOCOL = protocol_from_text("""
protocol: p
time_zone: America/Los_Angeles
tiers: {low: {}, high: {}}
facts:
  flag: {type: yes_no}
  number: {type: number, min: 0, max: 120}
  exact: {type: number, decimals: 2}
  scale: {type: scale, options: [none, some, all]}
  choice: {type: choice, options: [a, b, yes, no]}
  several: {type: choices, options: [a, b, c]}
  moment: {type: moment}
  date: {type: date}
  words: {type: text}
  secret: {type: number, private: yes}
rules:
  some: {when: choice == a and several includes a and scale >= some and number > 3 and flag, raise_to: high}
""")


class Boom(Exception):
    """What the objects below raise when they are looked at."""


def _boom(*_: object, **__: object) -> NoReturn:
    raise Boom("her name")


class Evil:
    """Raises whatever is done with it."""

    __eq__ = __hash__ = __str__ = __repr__ = __bool__ = __len__ = __iter__ = __format__ = __int__ = _boom


class EvilClass:
    """Raises even when asked what it is."""

    __class__ = property(_boom)


class EvilText(str):
    """Text that raises whatever is done with it."""

    __eq__ = __hash__ = __str__ = __repr__ = __len__ = __format__ = __iter__ = __contains__ = encode = _boom


class EvilNumber(int):
    """A number that raises whatever is done with it."""

    __eq__ = __hash__ = __str__ = __repr__ = __abs__ = __format__ = __lt__ = __le__ = __gt__ = __int__ = __index__ = (
        _boom
    )


class EvilDict(dict[str, Any]):
    """A mapping that raises whatever is asked of it."""

    get = __getitem__ = __iter__ = __contains__ = keys = items = _boom


class EvilMapping(Mapping[str, Any]):
    """The same, not derived from dict."""

    __getitem__ = __iter__ = __len__ = _boom


class EvilZone(dt.tzinfo):
    """A time zone that raises."""

    utcoffset = tzname = dst = _boom


class NoZone(dt.tzinfo):
    """A time zone without an offset."""

    def utcoffset(self, _: dt.datetime | None) -> None:
        return None

    dst = tzname = utcoffset


class Answer(enum.StrEnum):
    """Options as a program may keep them."""

    a = "a"


HOSTILE: dict[str, Any] = {
    "not a number": math.nan,
    "infinity": math.inf,
    "decimal not a number": Decimal("NaN"),
    "signalling": Decimal("sNaN"),
    "decimal infinity": Decimal("-Infinity"),
    "huge": 10**5_000,
    "huge decimal": Decimal("1E+999999"),
    "tiny decimal": Decimal("1E-999999"),
    "nearly one": Decimal("1." + "0" * 60 + "1"),
    "half a character": "\ud800",
    "bytes": b"a",
    "bytearray": bytearray(b"a"),
    "memoryview": memoryview(b"a"),
    "fraction": fractions.Fraction(1, 2),
    "complex": 1j,
    "nested": {"value": {"value": 1}},
    "nested list": [[["a"]]],
    "endless": itertools.repeat("a"),
    "type": int,
    "function": len,
    "ellipsis": ...,
    "evil": Evil(),
    "evil class": EvilClass(),
    "evil dict": EvilDict(value=1),
    "evil mapping": EvilMapping(),
    "evil zone": dt.datetime(2026, 1, 1, tzinfo=EvilZone()),
    "first moment": dt.datetime.min,
    "last moment": dt.datetime.max.replace(tzinfo=dt.UTC),
    "before the first moment": dt.datetime.min.replace(tzinfo=dt.timezone(dt.timedelta(hours=14))),
    "skipped time": "2026-03-08T02:30:00",
    "repeated time": dt.datetime(2026, 11, 1, 1, 30),
    "no such day": "2026-02-30",
    "duration": dt.timedelta(1),
    "time": dt.time(1),
    "unknown details": {"valeu": 1},
    "evil details": {"value": Evil(), "source": Evil(), "as_of": Evil(), "verified": Evil()},
    "a list of evil": [Evil()],
}
FITTING = {"skipped time": {"words", "id"}, "no such day": {"words", "id"}}
"""What is no fault after all: a text that looks like a time is a text."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_value_is_a_bad_fact(name: str) -> None:
    """Whatever object is given as a value: the fact is named, and nothing of what the object says is repeated."""
    for fact in {*PROTOCOL.facts, "id"} - FITTING.get(name, set()):
        with pytest.raises(IncidentError) as caught:
            PROTOCOL.evaluate({fact: HOSTILE[name]})
        assert all(f"`{fact}`" in problem.message for problem in caught.value.problems)
        assert "her name" not in str(caught.value)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_time_of_evaluation_is_refused(name: str) -> None:
    """The same holds for `as_of`."""
    with pytest.raises(IncidentError) as caught:
        PROTOCOL.evaluate({}, as_of=HOSTILE[name])
    assert [problem.message.partition(":")[0] for problem in caught.value.problems] == ["as_of"]
    assert "her name" not in str(caught.value)


def test_what_is_no_mapping_is_no_incident() -> None:
    """A list, a text, nothing or a mapping that cannot be read is one problem."""
    incidents: list[Any] = [Evil(), EvilClass(), EvilDict(flag=1), EvilMapping(), [], "flag", 3, None, {"flag"}]
    for incident in incidents:
        with pytest.raises(IncidentError) as caught:
            PROTOCOL.evaluate(incident)
        assert [problem.id for problem in caught.value.problems] == ["RR502"]


@pytest.mark.parametrize("key", [3, None, ("flag",), b"flag", "Mrs Example was hit", "\x1b[31m", "\ud800", "x" * 999])
def test_a_key_that_is_no_fact_is_named_without_repeating_text(key: Any) -> None:
    """A key of another type or a sentence is unknown, and a sentence is not repeated."""
    with pytest.raises(IncidentError) as caught:
        PROTOCOL.evaluate({key: 1})
    assert [problem.id for problem in caught.value.problems] == ["RR501"]
    assert "Mrs" not in str(caught.value)


@pytest.mark.parametrize(
    ("fact", "value"), [("flag", 1), ("flag", 0), ("number", True), ("exact", False), ("scale", True)]
)
def test_yes_and_one_are_not_the_same(fact: str, value: object) -> None:
    """A number is not yes or no, and yes or no is not a number, whatever Python says."""
    with pytest.raises(IncidentError):
        PROTOCOL.evaluate({fact: value})


def test_every_bad_fact_is_named_at_once() -> None:
    """One incident with everything wrong gives a problem for each fact."""
    bad = {"number": "x", "exact": 1.001, "scale": "q", "choice": 3, "several": ["z"], "moment": "x", "date": "y"}
    with pytest.raises(IncidentError) as caught:
        PROTOCOL.evaluate({"flag": Evil(), **bad, "words": 3, "secret": "x", "id": [], "more": 1})
    text = str(caught.value)
    assert len(caught.value.problems) == 12
    assert all(f"`{name}`" in text for name in [*PROTOCOL.facts, "id", "more"])


def test_what_a_private_fact_was_given_is_never_repeated() -> None:
    """The value of a private fact does not appear in the message that it is wrong."""
    with pytest.raises(IncidentError) as caught:
        PROTOCOL.evaluate({"secret": "415-555-0100"})
    assert caught.value.problems[0].message == "`secret`: the value is not a number"


HELD: list[tuple[str, Any, object]] = [
    ("choice", Answer.a, "a"),
    ("words", Answer.a, "a"),
    ("words", EvilText("x"), "x"),
    ("number", EvilNumber(3), 3),
    ("several", [Answer.a], ["a"]),
    ("several", ("a", "c"), ["a", "c"]),
    ("several", {"a"}, ["a"]),
    ("exact", 0.5, "0.50"),
    ("exact", Decimal("3." + "0" * 40), "3.00"),
    ("number", 3.0, 3),
    ("moment", dt.datetime(2026, 1, 1, tzinfo=NoZone()), "2026-01-01T00:00-08:00"),
]


@pytest.mark.parametrize("position", range(len(HELD)))
def test_what_a_derived_class_holds_is_what_counts(position: int) -> None:
    """Enumerations and other classes derived from text and numbers are taken for what they hold."""
    fact, value, expected = HELD[position]
    assert PROTOCOL.evaluate({fact: value}).to_dict()["facts"][fact]["value"] == expected


@pytest.mark.parametrize("kind", [collections.OrderedDict, collections.ChainMap])
def test_any_mapping_is_an_incident(kind: Any) -> None:
    """Mappings other than dict give the same result."""
    facts = {"flag": True, "number": 3}
    assert PROTOCOL.evaluate(kind(facts)).to_json() == PROTOCOL.evaluate(facts).to_json()
