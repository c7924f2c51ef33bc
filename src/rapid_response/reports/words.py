"""Conditions, values and times in plain words, made from the checked tree.

A condition that stands alone becomes a `Clause`: what it is about, and what is said of it ("Age", "at least 65 years").
Conditions made of others become a `Group`: a heading and parts. Everything else is put together from these two.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from rapid_response.protocol.expressions import (
    MICROSECONDS,
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    AtLeast,
    CalendarShift,
    Cases,
    Comparator,
    Compare,
    Condition,
    Constant,
    CriterionHolds,
    DateShift,
    Extreme,
    FactHolds,
    FactValue,
    Includes,
    IsOneOf,
    IsSame,
    MeasureValue,
    Not,
    Now,
    Points,
    Rescaled,
    Step,
    TextIs,
    TierValue,
    Type,
    Unsettled,
    Value,
)
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Due, Fact, Measure, Named, Option, Protocol
from rapid_response.protocol.values import decode, unscaled
from rapid_response.reports import catalogue as say

OPPOSITE: dict[Comparator, Comparator] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", "<=": ">", ">": "<="}
MIRRORED: dict[Comparator, Comparator] = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
MOST_LISTED = 3
_JOINERS = "\u200c\u200d"


def condition_in_words(protocol: Protocol, condition: Condition, language: str = DEFAULT_LANGUAGE) -> str:
    """A condition of a protocol as one sentence.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> condition_in_words(protocol, protocol.criteria["elder_harmed"].condition)
    'Age: at least 65 years; and Harm: “Threatened or badly frightened” or above'
    """
    return Wording(protocol, language).condition(condition)


def value_in_words(
    protocol: Protocol, part: Fact | Measure, value: Any, language: str = DEFAULT_LANGUAGE
) -> str:
    """A plain value of a fact or measure (see `values.decode`) as people say it; None is not known.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> value_in_words(protocol, protocol.facts["victim_age"], 81, "zh-Hant")
    '81 歲'
    >>> value_in_words(protocol, protocol.facts["occurred_at"], "2026-02-01T09:00-08:00")
    'Sun 1 Feb 2026, 09:00'
    """
    return Wording(protocol, language).value(part, value)


def clean(text: str) -> str:
    """A text on one line, without characters that command a terminal or reorder what is read.

    >>> clean("first\\nsecond\\x1b[2J")
    'first second[2J'
    """
    line = " ".join(text.split())
    return "".join(c for c in line if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition as what it is about and what is said of it; `about` or `said` may be empty."""

    about: str
    said: str

    def sentence(self, language: str) -> str:
        """Both, with a colon between."""
        if not self.about or not self.said:
            return self.about or self.said
        if self.about.endswith(("?", "？")):
            return say.ASKED(language, self.about, self.said)
        return say.PAIR(language, self.about, self.said)


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions under a heading such as "Any of these"."""

    kind: Literal["all", "any", "none", "not all", "at least", "fewer", "exactly", "not exactly"]
    parts: tuple[Condition, ...]
    number: int = 0

    def heading(self, language: str) -> str:
        """The words above the parts."""
        return say.GROUPS[self.kind](language, self.number)


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for the parts of one protocol in one language."""

    protocol: Protocol
    language: str

    # Names

    def label(self, part: Named) -> str:
        """The title; else the question, in languages that names are not written in; else the name."""
        if title := part.title.in_language(self.language):
            return title
        asked = part.ask.by_language.get(self.language) if isinstance(part, Fact) else None
        return asked if asked and self.language != DEFAULT_LANGUAGE else _capital(part.name.replace("_", " "))

    def option(self, kind: Type, name: str) -> str:
        """The title of an option, else its name."""
        return self._options(kind)[kind.options.index(name)].label(self.language)

    def _options(self, kind: Type) -> tuple[Option, ...]:
        part = self.protocol.kinds.get(kind.kind) or self.protocol.facts[kind.kind]
        return part.options

    def listed(self, words: Sequence[str], last: say.Phrase = say.OR) -> str:
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

    def possible(self, part: Measure, values: Sequence[Any]) -> str:
        """A measure that is not settled: what is still possible of it."""
        if not values or set(values) == self._bounds(part.type):
            return say.NOT_KNOWN(self.language)
        words = [self.value(part, value) for value in values]
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
        return f"{plain.replace('-', '−')}{'' if unit[:1] in '%°' else ' '}{unit}".strip()

    def moment(self, iso: str) -> str:
        """An ISO time, in the protocol's zone, as a local time."""
        moment = dt.datetime.fromisoformat(iso)
        clock = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
        zone = "" if self.protocol.time_zone else " UTC"
        return say.DAY_AND_TIME(self.language, self.date(moment.date()), clock) + zone

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

    # Conditions

    def condition(self, condition: Condition) -> str:
        """A condition as one sentence."""
        return _capital(self._said(condition, nested=False))

    def _said(self, condition: Condition, nested: bool) -> str:
        group = self.group(condition)
        if group is None:
            return self.clause(condition).sentence(self.language)
        parts = [self._said(part, nested=True) for part in group.parts]
        if group.kind in ("all", "any"):
            joined = self._joined(parts, say.AND_ALSO if group.kind == "all" else say.OR_ELSE)
            return say.BRACKETS(self.language, joined) if nested else joined
        heading = group.heading(self.language)
        whole = say.OF(self.language, heading[0].lower() + heading[1:], say.SEMICOLON(self.language).join(parts))
        return say.BRACKETS(self.language, whole) if nested else whole

    def _joined(self, parts: Sequence[str], last: say.Phrase) -> str:
        return last(self.language, say.SEMICOLON(self.language).join(parts[:-1]), parts[-1])

    def group(self, condition: Condition, holds: bool = True) -> Group | None:
        """A condition as a heading with parts, None where it stands alone; `holds` is no for its opposite."""
        match condition:
            case Not(part=part):
                return self.group(part, not holds)
            case AllOf(parts=(part,)) | AnyOf(parts=(part,)):
                return self.group(part, holds)
            case AllOf(parts=parts):
                if not holds:
                    return Group("not all", parts)
                return None if _chain(parts) else Group("all", _flat(parts, AllOf))
            case AnyOf(parts=parts):
                return None if _equalities(parts) else Group("any" if holds else "none", _flat(parts, AnyOf))
            case AtLeast(number=number, parts=parts):
                return Group("at least" if holds else "fewer", parts, number)
            case Compare(comparator=comparator, left=Points(terms=terms) as points, right=Constant(value=number)):
                if not _adds_ones(points) or self._counted(points):
                    return None
                return _count_group(comparator if holds else OPPOSITE[comparator], tuple(part for _, part in terms), number)
            case _:
                return None

    def clause(self, condition: Condition, holds: bool = True) -> Clause:
        """A condition without parts as what it is about and what is said of it."""
        match condition:
            case Not(part=part):
                return self.clause(part, not holds)
            case AllOf(parts=(part,)) | AnyOf(parts=(part,)):
                return self.clause(part, holds)
            case Always():
                return Clause("", (say.ALWAYS if holds else say.NEVER)(self.language))
            case FactHolds(fact=name):
                return Clause(self.label(self.protocol.facts[name]), (say.YES if holds else say.NO)(self.language))
            case CriterionHolds(criterion=name):
                return Clause(self.label(self.protocol.criteria[name]), "" if holds else say.NO(self.language))
            case Compare(comparator=comparator, left=left, right=right):
                return self._comparison(comparator if holds else OPPOSITE[comparator], left, right)
            case AllOf(parts=(Compare() as first, Compare() as second)):
                return self._between(first, second)
            case AnyOf(parts=parts):
                return self._one_of_numbers([part for part in parts if isinstance(part, Compare)], holds)
            case IsOneOf(value=value, options=options):
                return Clause(self.about(value), self._one_of(self._titles(value.type, options), holds))
            case IsSame(left=left, right=right):
                return Clause(self.about(left), (say.SAME if holds else say.NOT_SAME)(self.language, self.term(right)))
            case Includes(fact=name, options=options, every=every):
                return self._inclusion(self.protocol.facts[name], options, every, holds)
            case TextIs(fact=name, texts=texts):
                words = [self.quoted(text) for text in sorted(texts)]
                return Clause(self.label(self.protocol.facts[name]), self._one_of(words, holds))
            case Unsettled():
                return Clause("", (say.UNSETTLED if holds else say.SETTLED)(self.language))
            case _:
                raise AssertionError(f"a group, not a clause: {type(condition).__name__}")

    def _titles(self, kind: Type, positions: Iterable[int]) -> list[str]:
        options = self._options(kind)
        return [self.quoted(options[position].label(self.language)) for position in sorted(positions)]

    def _one_of(self, words: Sequence[str], holds: bool) -> str:
        if holds:
            return self.listed(words)
        return (say.NOT if len(words) == 1 else say.NEITHER)(self.language, self.listed(words, say.OR if len(words) == 1 else say.NOR))

    def _inclusion(self, fact: Fact, options: frozenset[int], every: bool, holds: bool) -> Clause:
        words = self.listed(self._titles(fact.type, options), say.AND if every else say.OR)
        if holds:
            return Clause(self.label(fact), say.INCLUDES(self.language, words))
        lacks = say.LACKS_SOME if every and len(options) > 1 else say.LACKS
        return Clause(self.label(fact), lacks(self.language, words))

    # Comparisons

    def _comparison(self, comparator: Comparator, left: Value, right: Value) -> Clause:
        if _stands_right(left) and not _stands_right(right):
            comparator, left, right = MIRRORED[comparator], right, left
        match left.type.name:
            case "scale":
                return Clause(self.about(left), self._on_scale(comparator, left, right))
            case "moment" | "date":
                return self._in_time(comparator, left, right)
            case "duration":
                return self._lasting(comparator, left, right)
            case _:
                return self._numbers(comparator, left, right)

    def _numbers(self, comparator: Comparator, left: Value, right: Value) -> Clause:
        if (fact := self._counted(left)) and isinstance(right, Constant):
            if right.value == 0 and comparator in ("==", "<="):
                return Clause(self.label(fact), say.NONE_CHOSEN(self.language))
            number = say.COMPARED[comparator](self.language, self.number(Decimal(right.value)))
            return Clause(self.label(fact), say.CHOSEN(self.language, number))
        return Clause(self.about(left), say.COMPARED[comparator](self.language, self._quantity(right, self._unit(left))))

    def _quantity(self, value: Value, unit: str) -> str:
        if isinstance(value, Constant) and value.type.name == "number":
            return self.number(unscaled(value.value, value.type.places), unit)
        return self.term(value)

    def _between(self, first: Compare, second: Compare) -> Clause:
        low = self._comparison(MIRRORED[first.comparator], first.right, first.left)
        high = self._comparison(second.comparator, second.left, second.right)
        return Clause(low.about, say.AND(self.language, low.said, high.said))

    def _one_of_numbers(self, parts: Sequence[Compare], holds: bool) -> Clause:
        unit = self._unit(parts[0].left)
        return Clause(self.about(parts[0].left), self._one_of([self._quantity(part.right, unit) for part in parts], holds))

    def _on_scale(self, comparator: Comparator, left: Value, right: Value) -> str:
        if not isinstance(right, Constant) or comparator == "!=":
            return say.RANKED[comparator](self.language, self.term(right))
        kind = left.type
        fits = [position for position in range(len(kind.options)) if _holds(comparator, position, right.value)]
        if 0 < len(fits) <= MOST_LISTED:
            return self.listed(self._titles(kind, fits))
        return say.RANKED[comparator](self.language, self.term(right))

    def _in_time(self, comparator: Comparator, left: Value, right: Value) -> Clause:
        (base, length, ahead), (other, moved, onward) = self._shifted(left), self._shifted(right)
        if isinstance(other, Now) and not isinstance(base, Now) and bool(length) != bool(moved):
            later = onward - ahead > 0
            distance = say.COMPARED[comparator if later else MIRRORED[comparator]](self.language, length or moved)
            return Clause(self.about(base), (say.FROM_NOW if later else say.AGO)(self.language, distance))
        return Clause(self.about(left), say.WHEN[comparator](self.language, self.term(right)))

    def _shifted(self, value: Value) -> tuple[Value, str, int]:
        """A time as another one, how far it lies from that, and whether after (1) or before (-1)."""
        match value:
            case CalendarShift(value=base, months=months):
                return base, self._months(abs(months)), 1 if months > 0 else -1
            case Arithmetic(left=base, right=Constant() as length) | DateShift(left=base, right=Constant() as length):
                return base, self._length(length), 1 if value.operator == "+" else -1
            case _:
                return value, "", 0

    def _lasting(self, comparator: Comparator, left: Value, right: Value) -> Clause:
        length = say.COMPARED[comparator](self.language, self.term(right))
        match left:
            case Arithmetic(operator="-", left=Now(), right=since) | DateShift(left=Now(), right=since):
                return Clause(self.about(since), say.AGO(self.language, length))
            case Arithmetic(operator="-", left=until, right=Now()) | DateShift(left=until, right=Now()):
                return Clause(self.about(until), say.FROM_NOW(self.language, length))
            case _:
                return Clause(self.about(left), length)

    # Values within conditions

    def about(self, value: Value) -> str:
        """A value as what a clause is about."""
        match value:
            case FactValue(fact=name):
                return self.label(self.protocol.facts[name])
            case MeasureValue(measure=name):
                return self.label(self.protocol.measures[name])
            case Rescaled(value=inner):
                return self.about(inner)
            case TierValue():
                return say.TIER(self.language)
            case _:
                return _capital(self.term(value))

    def term(self, value: Value) -> str:
        """A value within a sentence: what people named is in quotation marks."""
        match value:
            case Constant():
                return self._constant(value)
            case FactValue() | MeasureValue() | TierValue():
                return self.quoted(self.about(value))
            case Now():
                return (say.TODAY if value.type.name == "date" else say.NOW)(self.language)
            case Rescaled(value=inner):
                return self.term(inner)
            case Arithmetic() | DateShift():
                return self._arithmetic(value)
            case CalendarShift(value=base, months=months):
                moved = say.LATER if months > 0 else say.EARLIER
                return moved(self.language, self.term(base), self._months(abs(months)))
            case Extreme(which=which, parts=parts):
                extreme = (say.LEAST if which == "min" else say.GREATEST)
                return extreme(self.language, self.listed([self.term(part) for part in parts], say.AND))
            case Step(value=inner, by=by):
                return self._step(inner, by)
            case Points(terms=terms):
                return self._points(value, terms)
            case Cases(branches=branches, otherwise=otherwise):
                return self._cases(branches, otherwise)

    def _constant(self, constant: Constant) -> str:
        kind = constant.type
        match kind.name:
            case "number":
                return self.number(unscaled(constant.value, kind.places))
            case "scale" | "choice":
                return self._titles(kind, [constant.value])[0]
            case "duration":
                return self._length(constant)
            case "date":
                return self.date(dt.date.fromordinal(constant.value))
            case _:
                return self.moment(decode(kind, constant.value, self.protocol.time_zone))

    def _length(self, constant: Constant) -> str:
        """A length of time in the unit it was written in."""
        amount, unit = constant.text.split()
        return self.amount(Decimal(amount), unit.removesuffix("s"))

    def _months(self, months: int) -> str:
        return self.amount(Decimal(months // 12), "year") if months % 12 == 0 else self.amount(Decimal(months), "month")

    def _arithmetic(self, value: Arithmetic | DateShift) -> str:
        if value.type.name in ("moment", "date"):
            base, length, ahead = self._shifted(value)
            return (say.LATER if ahead > 0 else say.EARLIER)(self.language, self.term(base), length)
        if value.type.name == "duration" and value.left.type.name != "duration":
            return say.FROM_TO(self.language, self.term(value.right), self.term(value.left))
        left, right = (self._operand(side, value) for side in (value.left, value.right))
        if isinstance(value.left, Constant) and value.left.value == 0 and value.operator == "-":
            return f"−{right}"
        return f"{left} {say.SIGNS[value.operator]} {right}"

    def _operand(self, side: Value, whole: Arithmetic | DateShift) -> str:
        inner = side.value if isinstance(side, Rescaled) else side
        loose = isinstance(inner, Arithmetic) and inner.operator in "+-"
        brackets = loose and (whole.operator in "*/" or (whole.operator == "-" and side is whole.right))
        return say.BRACKETS(self.language, self.term(side)) if brackets else self.term(side)

    def _step(self, inner: Value, by: Value) -> str:
        if isinstance(by, Constant):
            moved = say.HIGHER if by.value >= 0 else say.LOWER
            return moved(self.language, self.term(inner), self.amount(Decimal(abs(by.value)), "step"))
        return say.HIGHER(self.language, self.term(inner), say.STEPS(self.language, self.term(by)))

    def _points(self, value: Points, terms: Sequence[tuple[int, Condition]]) -> str:
        if fact := self._counted(value):
            return say.NUMBER_CHOSEN(self.language, self.quoted(self.label(fact)))
        if _adds_ones(value):
            parts = say.SEMICOLON(self.language).join(self._said(part, nested=True) for _, part in terms)
            return say.HOW_MANY(self.language, parts)
        words = [
            say.IF(self.language, self.number(unscaled(add, value.type.places)), self._said(part, nested=True))
            for add, part in terms
        ]
        return say.SUM_OF(self.language, say.SEMICOLON(self.language).join(words))

    def _cases(self, branches: Sequence[tuple[Condition, Value]], otherwise: Value | None) -> str:
        words = [say.IF(self.language, self.term(result), self._said(part, nested=True)) for part, result in branches]
        if otherwise is not None:
            words.append(say.OTHERWISE(self.language, self.term(otherwise)))
        return say.SEMICOLON(self.language).join(words)

    def _counted(self, value: Value) -> Fact | None:
        """The fact of several choices whose chosen options a value counts."""
        if not isinstance(value, Points) or not all(isinstance(part, Includes) for _, part in value.terms):
            return None
        names = {part.fact for _, part in value.terms if isinstance(part, Includes)}
        fact = self.protocol.facts[names.pop()] if len(names) == 1 else None
        every = [(1, frozenset([position])) for position in range(len(fact.options))] if fact else []
        counted = [(add, part.options) for add, part in value.terms if isinstance(part, Includes)]
        return fact if counted == every else None

    def _unit(self, value: Value) -> str:
        match value:
            case FactValue(fact=name):
                return self.protocol.facts[name].unit.in_language(self.language)
            case MeasureValue(measure=name):
                return self.protocol.measures[name].unit.in_language(self.language)
            case Rescaled(value=inner):
                return self._unit(inner)
            case Extreme(parts=parts):
                return self._unit(parts[0])
            case _:
                return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _flat(parts: Iterable[Condition], kind: type[AllOf] | type[AnyOf]) -> tuple[Condition, ...]:
    """The parts, with those of parts of the same kind in their place."""
    flat: list[Condition] = []
    for part in parts:
        inner = part.parts if isinstance(part, kind) and not _chain(part.parts) and not _equalities(part.parts) else None
        flat += [part] if inner is None else _flat(inner, kind)
    return tuple(flat)


def _chain(parts: Sequence[Condition]) -> bool:
    """Whether the parts are a chained comparison such as 65 <= age < 80."""
    match parts:
        case (Compare(left=Constant(), right=middle), Compare(left=again, right=Constant())):
            return middle == again
        case _:
            return False


def _equalities(parts: Sequence[Condition]) -> bool:
    """Whether the parts say that one value is one of several."""
    compared = [part for part in parts if isinstance(part, Compare) and part.comparator == "=="]
    return len(compared) == len(parts) > 1 and all(
        part.left == compared[0].left and isinstance(part.right, Constant) for part in compared
    )


def _adds_ones(points: Points) -> bool:
    return not points.type.places and all(add == 1 for add, _ in points.terms)


def _count_group(comparator: Comparator, parts: tuple[Condition, ...], number: int) -> Group:
    least, fewer = number + (comparator == ">"), number + (comparator == "<=")
    match comparator:
        case ">=" | ">":
            return Group("any" if least == 1 else "at least", parts, least)
        case "<" | "<=":
            return Group("none" if fewer == 1 else "fewer", parts, fewer)
        case _:
            return Group("exactly" if comparator == "==" else "not exactly", parts, number)


def _stands_right(value: Value) -> bool:
    """Whether a value is what others are compared with: written out, or counted from now."""
    match value:
        case Constant() | Now():
            return True
        case CalendarShift(value=base) | Arithmetic(left=base, right=Constant()) | DateShift(left=base, right=Constant()):
            return isinstance(base, Now)
        case _:
            return False


def _holds(comparator: Comparator, left: int, right: int) -> bool:
    holds: dict[Comparator, Callable[[int, int], bool]] = {
        "==": int.__eq__,
        "!=": int.__ne__,
        "<": int.__lt__,
        "<=": int.__le__,
        ">": int.__gt__,
        ">=": int.__ge__,
    }
    return holds[comparator](left, right)
