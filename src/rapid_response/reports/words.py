"""Conditions, values and times in plain words, made from the checked tree.

A condition that stands alone becomes a `Clause`: what it is about, and what is said of it ("Age", "at least 65 years").
Conditions made of others become a `Group`: a heading and parts. Everything else is put together from these two.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from rapid_response.phrases import Phrase
from rapid_response.protocol.expressions import (
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
    PatternValue,
    Points,
    Rescaled,
    ResponseActive,
    Step,
    TextIs,
    TierValue,
    Type,
    Unsettled,
    Value,
)
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Fact, Measure, Protocol
from rapid_response.protocol.values import decode, unscaled
from rapid_response.reports import catalogue as say
from rapid_response.reports.vocabulary import Vocabulary, capital, introducing, uncapital

OPPOSITE: dict[Comparator, Comparator] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", "<=": ">", ">": "<="}
MIRRORED: dict[Comparator, Comparator] = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
MOST_LISTED = 3


def condition_in_words(protocol: Protocol, condition: Condition, language: str = DEFAULT_LANGUAGE) -> str:
    """A condition of a protocol as one sentence.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> condition_in_words(protocol, protocol.criteria["elder_harmed"].condition)
    'Age: at least 65 years; and Harm: “Threatened or badly frightened” or above'
    """
    return Wording(protocol, language).condition(condition)


def value_in_words(protocol: Protocol, part: Fact | Measure, value: Any, language: str = DEFAULT_LANGUAGE) -> str:
    """A plain value of a fact or measure (see `values.decode`) as people say it; None is not known.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> value_in_words(protocol, protocol.facts["victim_age"], 81, "zh-Hant")
    '81 歲'
    >>> value_in_words(protocol, protocol.facts["occurred_at"], "2026-02-01T09:00-08:00")
    'Sun 1 Feb 2026, 09:00'
    """
    return Wording(protocol, language).value(part, value)


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition as what it is about and what is said of it; `about` or `said` may be empty."""

    about: str
    said: str

    def sentence(self, language: str) -> str:
        """Both, with a colon between."""
        if not self.about or not self.said:
            return self.about or self.said
        return introducing(self.about, language) + self.said


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
class Wording(Vocabulary):
    """The words for the parts and the conditions of one protocol in one language."""

    # Conditions

    def condition(self, condition: Condition) -> str:
        """A condition as one sentence."""
        return capital(self._said(condition, nested=False))

    def _said(self, condition: Condition, nested: bool) -> str:
        group = self.group(condition)
        if group is None:
            return self.clause(condition).sentence(self.language)
        parts = [self._said(part, nested=True) for part in group.parts]
        if group.kind in ("all", "any"):
            joined = self._joined(parts, say.AND_ALSO if group.kind == "all" else say.OR_ELSE)
            return say.BRACKETS(self.language, joined) if nested else joined
        heading = introducing(uncapital(group.heading(self.language)), self.language)
        whole = heading + say.SEMICOLON(self.language).join(parts)
        return say.BRACKETS(self.language, whole) if nested else whole

    def _joined(self, parts: Sequence[str], last: Phrase) -> str:
        return last(self.language, say.SEMICOLON(self.language).join(parts[:-1]), parts[-1])

    def group(self, condition: Condition, holds: bool = True) -> Group | None:
        """A condition as a heading with parts, None where it stands alone; `holds` is no for its opposite."""
        match condition:
            case Not(part=part):
                return self.group(part, not holds)
            case AllOf(parts=(part,)) | AnyOf(parts=(part,)):
                return self.group(part, holds)
            case AllOf(parts=parts) if not (holds and _ends(parts)):
                return Group("all" if holds else "not all", tuple(_flat(condition)))
            case AnyOf(parts=parts) if not _equalities(parts) and not self._every_option(parts):
                return Group("any" if holds else "none", tuple(_flat(condition)))
            case AtLeast(number=number, parts=parts):
                return Group("at least" if holds else "fewer", parts, number)
            case Compare(comparator=comparator, left=Points() as points, right=Constant(value=number)):
                counts = _adds_ones(points) and not self._counted(points)
                return _count_group(comparator if holds else OPPOSITE[comparator], points, number) if counts else None
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
            case AllOf(parts=parts) if ends := _ends(parts):
                return self._between(*ends)
            case AnyOf(parts=parts) if fact := self._every_option(parts):
                return Clause(self.label(fact), self._chosen(">=" if holds else "<", 1))
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
            case ResponseActive(response=name):
                title = self.quoted(self.label(self.protocol.responses[name]))
                return Clause("", (say.IS_DONE if holds else say.IS_NOT_DONE)(self.language, title))
            case _:
                raise AssertionError(f"a group, not a clause: {type(condition).__name__}")

    def _titles(self, kind: Type, positions: Iterable[int]) -> list[str]:
        options = self.options(kind)
        return [self.quoted(options[position].label(self.language)) for position in sorted(positions)]

    def _one_of(self, words: Sequence[str], holds: bool) -> str:
        if holds:
            return self.listed(words)
        if len(words) == 1:
            return say.NOT(self.language, words[0])
        return say.NEITHER(self.language, self.listed(words, say.NOR))

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
            return Clause(self.label(fact), self._chosen(comparator, right.value))
        quantity = self._quantity(right, self._unit(left))
        return Clause(self.about(left), say.COMPARED[comparator](self.language, quantity))

    def _chosen(self, comparator: Comparator, number: int) -> str:
        if (comparator, number) in (("==", 0), ("<=", 0), ("<", 1)):
            return say.NONE_CHOSEN(self.language)
        return say.CHOSEN(self.language, say.COMPARED[comparator](self.language, self.number(Decimal(number))))

    def _quantity(self, value: Value, unit: str) -> str:
        if isinstance(value, Constant) and value.type.name == "number":
            return self.number(unscaled(value.value, value.type.places), unit)
        return self.term(value)

    def _between(self, first: Compare, second: Compare) -> Clause:
        low, high = (self._comparison(end.comparator, end.left, end.right) for end in (first, second))
        if (first.comparator, second.comparator, first.left.type.name) == (">=", "<=", "number"):
            ends = self._quantity(first.right, ""), self._quantity(second.right, self._unit(second.left))
            return Clause(low.about, say.BETWEEN(self.language, *ends))
        return Clause(low.about, say.BOTH(self.language, low.said, high.said))

    def _one_of_numbers(self, parts: Sequence[Compare], holds: bool) -> Clause:
        value = parts[0].left
        words = [self._quantity(part.right, self._unit(value)) for part in parts]
        return Clause(self.about(value), self._one_of(words, holds))

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
            case PatternValue(pattern=name):
                return self.label(self.protocol.patterns[name])
            case Rescaled(value=inner):
                return self.about(inner)
            case TierValue():
                return say.TIER(self.language)
            case _:
                return capital(self.term(value))

    def term(self, value: Value) -> str:
        """A value within a sentence: what people named is in quotation marks."""
        match value:
            case Constant():
                return self._constant(value)
            case FactValue() | MeasureValue() | PatternValue() | TierValue():
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
                extreme = say.LEAST if which == "min" else say.GREATEST
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
        return say.ARITHMETIC[value.operator](self.language, left, right)

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
        if not isinstance(value, Points) or not _adds_ones(value):
            return None
        return self._every_option([part for _, part in value.terms])

    def _every_option(self, parts: Sequence[Condition]) -> Fact | None:
        """The fact of which each part says that one option was chosen, where together they are all its options."""
        chosen = [(part.fact, part.options) for part in parts if isinstance(part, Includes)]
        fact = self.protocol.facts[chosen[0][0]] if len(chosen) == len(parts) else None
        every = [(fact.name, frozenset([position])) for position in range(len(fact.options))] if fact else []
        return fact if chosen == every else None

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


def dissolves(part: Condition, whole: Condition) -> bool:
    """Whether the parts of a part can stand in its place: all within all, any within any."""
    if not isinstance(part, AllOf | AnyOf) or type(part) is not type(whole):
        return False
    return not _ends(part.parts) and not _equalities(part.parts)


def _flat(whole: AllOf | AnyOf) -> Iterator[Condition]:
    for part in whole.parts:
        if isinstance(part, AllOf | AnyOf) and dissolves(part, whole):
            yield from _flat(part)
        else:
            yield part


def _ends(parts: Sequence[Condition]) -> tuple[Compare, Compare] | None:
    """The two ends where the parts say between what one value lies, as in 65 <= age < 80; it stands left in both."""
    match parts:
        case (Compare() as first, Compare() as second):
            ends = _turned(first), _turned(second)
        case _:
            return None
    one = ends[0].left == ends[1].left and ends[0].left.type.name != "scale"
    return ends if one and all(isinstance(end.right, Constant) for end in ends) else None


def _turned(compare: Compare) -> Compare:
    """A comparison with what is written out on the right."""
    if not isinstance(compare.left, Constant):
        return compare
    return Compare(MIRRORED[compare.comparator], compare.right, compare.left)


def _equalities(parts: Sequence[Condition]) -> bool:
    """Whether the parts say that one value is one of several."""
    compared = [part for part in parts if isinstance(part, Compare) and part.comparator == "=="]
    return len(compared) == len(parts) > 1 and all(
        part.left == compared[0].left and isinstance(part.right, Constant) for part in compared
    )


def _adds_ones(points: Points) -> bool:
    return not points.type.places and all(add == 1 for add, _ in points.terms)


def _count_group(comparator: Comparator, points: Points, number: int) -> Group:
    parts = tuple(part for _, part in points.terms)
    least, fewer = number + (comparator == ">"), number + (comparator == "<=")
    match comparator:
        case ">=" | ">":
            return Group("any" if least == 1 else "at least", parts, least)
        case "<" | "<=":
            return Group("none" if fewer == 1 else "fewer", parts, fewer)
        case "==":
            return Group("exactly" if number else "none", parts, number)
        case _:
            return Group("not exactly" if number else "any", parts, number)


def _stands_right(value: Value) -> bool:
    """Whether a value is what others are compared with: written out, or counted from now."""
    match value:
        case Constant() | Now():
            return True
        case (
            CalendarShift(value=base) | Arithmetic(left=base, right=Constant()) | DateShift(left=base, right=Constant())
        ):
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
