"""Values within conditions in plain words: what is compared, added, counted or looked up."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapid_response.protocol.expressions import (
    Arithmetic,
    CalendarShift,
    Cases,
    Condition,
    Constant,
    DateShift,
    Extreme,
    FactValue,
    MeasureValue,
    Now,
    PatternValue,
    Points,
    Rescaled,
    Step,
    TierValue,
    Type,
    Value,
)
from rapid_response.protocol.values import decode, unscaled
from rapid_response.reports import catalogue as say
from rapid_response.reports.groupings import adds_ones, counted
from rapid_response.reports.vocabulary import Vocabulary, capital


@dataclass(frozen=True, slots=True)
class ValueWording(Vocabulary, ABC):
    """The words for the values in the conditions of one protocol in one language."""

    @abstractmethod
    def nested(self, condition: Condition) -> str:
        """A condition within a value, as in points that are added if it holds."""

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

    def titles(self, kind: Type, positions: Iterable[int]) -> list[str]:
        """The titles of options in quotation marks."""
        options = self.options(kind)
        return [self.quoted(options[position].label(self.language)) for position in sorted(positions)]

    def shifted(self, value: Value) -> tuple[Value, str, int]:
        """A time as another one, how far it lies from that, and whether after (1) or before (-1)."""
        match value:
            case CalendarShift(value=base, months=months):
                return base, self._months(abs(months)), 1 if months > 0 else -1
            case Arithmetic(left=base, right=Constant() as length) | DateShift(left=base, right=Constant() as length):
                return base, self._length(length), 1 if value.operator == "+" else -1
            case _:
                return value, "", 0

    def _constant(self, constant: Constant) -> str:
        kind = constant.type
        match kind.name:
            case "number":
                return self.number(unscaled(constant.value, kind.places))
            case "scale" | "choice":
                return self.titles(kind, [constant.value])[0]
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
            base, length, ahead = self.shifted(value)
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
        if fact := counted(self.protocol, value):
            return say.NUMBER_CHOSEN(self.language, self.quoted(self.label(fact)))
        if adds_ones(value):
            parts = say.SEMICOLON(self.language).join(self.nested(part) for _, part in terms)
            return say.HOW_MANY(self.language, parts)
        words = [
            say.IF(self.language, self.number(unscaled(add, value.type.places)), self.nested(part))
            for add, part in terms
        ]
        return say.SUM_OF(self.language, say.SEMICOLON(self.language).join(words))

    def _cases(self, branches: Sequence[tuple[Condition, Value]], otherwise: Value | None) -> str:
        words = [say.IF(self.language, self.term(result), self.nested(part)) for part, result in branches]
        if otherwise is not None:
            words.append(say.OTHERWISE(self.language, self.term(otherwise)))
        return say.SEMICOLON(self.language).join(words)
