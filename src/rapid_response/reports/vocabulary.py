"""What the parts of a protocol are called in one language, and how values, numbers and times are said."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rapid_response.phrases import Phrase
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Due, Fact, Measure, Named, Option, Protocol
from rapid_response.protocol.values import decode, encode
from rapid_response.reports import catalogue as say

SHORT_FINGERPRINT = 12
_JOINERS = "\u200c\u200d"


def clean(text: str) -> str:
    """A text on one line, without characters that command a terminal or reorder what is read.

    >>> clean("first\\nsecond\\x1b[2J")
    'first second[2J'
    """
    line = " ".join(text.split())
    return "".join(c for c in line if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def capital(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def uncapital(text: str) -> str:
    """A text without a capital at its beginning."""
    return text[:1].lower() + text[1:]


def introducing(label: str, language: str) -> str:
    """A label and what goes between it and what is said of it.

    >>> introducing("Age", "en"), introducing("Anyone hurt?", "en"), introducing("年齡", "zh-Hant")
    ('Age: ', 'Anyone hurt? ', '年齡：')
    """
    asked = label.endswith(("?", "？"))
    return label + (say.AFTER_QUESTION if asked else say.COLON)(language)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words for the parts of one protocol in one language."""

    protocol: Protocol
    language: str

    # Names

    def label(self, part: Named) -> str:
        """The title; else the question, in languages that names are not written in; else the name."""
        if title := part.title.in_language(self.language):
            return clean(title)
        asked = part.ask.by_language.get(self.language) if isinstance(part, Fact) else None
        return clean(asked) if asked and self.language != DEFAULT_LANGUAGE else capital(part.name.replace("_", " "))

    def question(self, fact: Fact) -> str:
        """How a fact is asked about."""
        return fact.ask.in_language(self.language) or self.label(fact)

    def role(self, name: str) -> str:
        """Who does something, with their organization."""
        role = self.protocol.roles[name]
        organization = role.organization.in_language(self.language)
        return self.label(role) + (say.IN_BRACKETS(self.language, organization) if organization else "")

    def source(self, source: str | None) -> str:
        """What a part goes back to."""
        return say.SOURCES[source](self.language) if source in say.SOURCES else source or ""

    def protocol_title(self) -> str:
        """The protocol's title, else its name."""
        return clean(self.protocol.title.in_language(self.language) or self.protocol.name)

    def version(self) -> list[str]:
        """The protocol's version, if it states one, and its fingerprint, shortened."""
        version = [say.VERSION(self.language, clean(self.protocol.version))] if self.protocol.version else []
        short = self.protocol.fingerprint.removeprefix("sha256:")[:SHORT_FINGERPRINT]
        return [*version, say.FINGERPRINT(self.language, short)]

    def in_force(self) -> str:
        """From when until when the protocol is in force, nothing where it does not say."""
        window = self.protocol.in_force
        start = self.date(window.start) if window.start else ""
        until = self.date(window.until) if window.until else ""
        if start and until:
            return say.FROM_AND_BEFORE(self.language, start, until)
        if start:
            return say.FROM_DAY(self.language, start)
        return say.BEFORE_DAY(self.language, until) if until else ""

    def option(self, kind: Type, name: str) -> str:
        """The title of an option, else its name."""
        return clean(self.options(kind)[kind.options.index(name)].label(self.language))

    def options(self, kind: Type) -> tuple[Option, ...]:
        """The options of a scale or choice."""
        part = self.protocol.kinds.get(kind.kind) or self.protocol.facts[kind.kind]
        return part.options

    def listed(self, words: Sequence[str], last: Phrase = say.OR) -> str:
        """Words one after the other: `a, b or c`."""
        if len(words) < 2:
            return "".join(words)
        return last(self.language, say.COMMA(self.language).join(words[:-1]), words[-1])

    def quoted(self, text: str) -> str:
        """A text in quotation marks."""
        return say.QUOTED(self.language, text)

    # Values as facts and results state them

    def value(self, part: Fact | Measure, value: Any) -> str:
        """A plain value of a fact or measure in words."""
        if value is None:
            return say.NOT_KNOWN(self.language)
        match part.type.name:
            case "yes_no":
                return (say.YES if value else say.NO)(self.language)
            case "scale" | "choice":
                return self.option(part.type, value)
            case "choices":
                titles = [self.option(part.type, name) for name in value]
                return say.SEMICOLON(self.language).join(titles) or say.NONE_CHOSEN(self.language)
            case "number":
                return self.number(Decimal(str(value)), part.unit.in_language(self.language))
            case "moment":
                return self.moment(value)
            case "date":
                return self.date(dt.date.fromisoformat(value))
            case _:
                return clean(value)

    def measured(self, part: Measure, values: Sequence[Any]) -> str:
        """A measure's value, or what is still possible of it: the ends of a range, or several options."""
        words = [self.value(part, value) for value in values]
        if len(words) == 1:
            return words[0]
        if set(values) == self._bounds(part.type):
            return say.NOT_KNOWN(self.language)
        if part.type.name == "choice":
            return self.listed([self.quoted(word) for word in words])
        return say.BETWEEN(self.language, words[0], words[-1])

    def _bounds(self, kind: Type) -> set[Any]:
        if kind.name != "number":
            return {kind.options[0], kind.options[-1]} if kind.name == "scale" else set(kind.options)
        return {decode(kind, int(end), None) for end in (kind.low, kind.high)}

    def number(self, number: Decimal, unit: str = "") -> str:
        """A number with its unit, without zeros that say nothing."""
        plain = f"{number:,f}"
        plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
        return f"{plain.replace('-', '−')}{'' if unit in ('%', '°') else ' '}{unit}".strip()

    def moment(self, iso: str) -> str:
        """An ISO time, in the protocol's zone, as a local time."""
        moment = dt.datetime.fromisoformat(iso)
        clock = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
        zone = "" if self.protocol.time_zone else " UTC"
        return say.DAY_AND_TIME(self.language, self.date(moment.date()), clock) + zone

    def given_moment(self, given: str) -> str:
        """A time as it was given, with or without an offset, as a local time."""
        moment, zone = Type("moment"), self.protocol.time_zone
        return self.moment(decode(moment, encode(moment, given, zone), zone))

    def date(self, date: dt.date) -> str:
        """A date with its weekday."""
        weekday, month = say.WEEKDAYS[date.weekday()](self.language), say.MONTHS[date.month - 1](self.language)
        return say.DATE(self.language, weekday, date.day, month, date.year)

    def amount(self, amount: Decimal, unit: str) -> str:
        """A length of time in one unit: `72 hours`."""
        one, many = say.UNITS[unit]
        return (one if amount == 1 else many)(self.language, self.number(amount))

    def due(self, due: Due) -> str:
        """When a response is due, counted from what."""
        length = self.amount(Decimal(due.amount), due.unit)
        if due.after in ("now", "active"):
            return (say.DUE_AFTER_NOW if due.after == "now" else say.DUE_AFTER_ACTIVE)(self.language, length)
        return say.DUE_AFTER(self.language, length, self.quoted(self.label(self.protocol.facts[due.after])))
