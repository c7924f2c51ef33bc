"""A condition that stands alone as a clause: what it is about, and what is said of it ("Age", "at least 65 years")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    CalendarShift,
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
    Rescaled,
    ResponseActive,
    TextIs,
    Unsettled,
    Value,
)
from rapid_response.protocol.model import Fact
from rapid_response.protocol.values import unscaled
from rapid_response.reports import catalogue as say
from rapid_response.reports.groupings import MIRRORED, OPPOSITE, counted, ends_of, every_option
from rapid_response.reports.values import ValueWording
from rapid_response.reports.vocabulary import introducing

MOST_LISTED = 3


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


def clause_of(wording: ValueWording, condition: Condition, holds: bool = True) -> Clause:
    """A condition without parts as what it is about and what is said of it; `holds` is no for its opposite."""
    match condition:
        case Not(part=part):
            return clause_of(wording, part, not holds)
        case AllOf(parts=(part,)) | AnyOf(parts=(part,)):
            return clause_of(wording, part, holds)
        case Always():
            return Clause("", (say.ALWAYS if holds else say.NEVER)(wording.language))
        case FactHolds(fact=name):
            return Clause(wording.label(wording.protocol.facts[name]), (say.YES if holds else say.NO)(wording.language))
        case CriterionHolds(criterion=name):
            return Clause(wording.label(wording.protocol.criteria[name]), "" if holds else say.NO(wording.language))
        case Compare(comparator=comparator, left=left, right=right):
            return _comparison(wording, comparator if holds else OPPOSITE[comparator], left, right)
        case AllOf(parts=parts) if ends := ends_of(parts):
            return _between(wording, *ends)
        case AnyOf(parts=parts) if fact := every_option(wording.protocol, parts):
            return Clause(wording.label(fact), _chosen(wording, ">=" if holds else "<", 1))
        case AnyOf(parts=parts):
            return _one_of_numbers(wording, [part for part in parts if isinstance(part, Compare)], holds)
        case IsOneOf(value=value, options=options):
            return Clause(wording.about(value), _one_of(wording, wording.titles(value.type, options), holds))
        case IsSame(left=left, right=right):
            return Clause(
                wording.about(left), (say.SAME if holds else say.NOT_SAME)(wording.language, wording.term(right))
            )
        case Includes(fact=name, options=options, every=every):
            return _inclusion(wording, wording.protocol.facts[name], options, every, holds)
        case TextIs(fact=name, texts=texts):
            words = [wording.quoted(text) for text in sorted(texts)]
            return Clause(wording.label(wording.protocol.facts[name]), _one_of(wording, words, holds))
        case Unsettled():
            return Clause("", (say.UNSETTLED if holds else say.SETTLED)(wording.language))
        case ResponseActive(response=name):
            title = wording.quoted(wording.label(wording.protocol.responses[name]))
            return Clause("", (say.IS_DONE if holds else say.IS_NOT_DONE)(wording.language, title))
        case _:
            raise AssertionError(f"a group, not a clause: {type(condition).__name__}")


def _one_of(wording: ValueWording, words: Sequence[str], holds: bool) -> str:
    if holds:
        return wording.listed(words)
    if len(words) == 1:
        return say.NOT(wording.language, words[0])
    return say.NEITHER(wording.language, wording.listed(words, say.NOR))


def _inclusion(wording: ValueWording, fact: Fact, options: frozenset[int], every: bool, holds: bool) -> Clause:
    words = wording.listed(wording.titles(fact.type, options), say.AND if every else say.OR)
    if holds:
        return Clause(wording.label(fact), say.INCLUDES(wording.language, words))
    lacks = say.LACKS_SOME if every and len(options) > 1 else say.LACKS
    return Clause(wording.label(fact), lacks(wording.language, words))


def _comparison(wording: ValueWording, comparator: Comparator, left: Value, right: Value) -> Clause:
    if _stands_right(left) and not _stands_right(right):
        comparator, left, right = MIRRORED[comparator], right, left
    match left.type.name:
        case "scale":
            return Clause(wording.about(left), _on_scale(wording, comparator, left, right))
        case "moment" | "date":
            return _in_time(wording, comparator, left, right)
        case "duration":
            return _lasting(wording, comparator, left, right)
        case _:
            return _numbers(wording, comparator, left, right)


def _numbers(wording: ValueWording, comparator: Comparator, left: Value, right: Value) -> Clause:
    if (fact := counted(wording.protocol, left)) and isinstance(right, Constant):
        return Clause(wording.label(fact), _chosen(wording, comparator, right.value))
    quantity = _quantity(wording, right, _unit(wording, left))
    return Clause(wording.about(left), say.COMPARED[comparator](wording.language, quantity))


def _chosen(wording: ValueWording, comparator: Comparator, number: int) -> str:
    if (comparator, number) in (("==", 0), ("<=", 0), ("<", 1)):
        return say.NONE_CHOSEN(wording.language)
    return say.CHOSEN(wording.language, say.COMPARED[comparator](wording.language, wording.number(Decimal(number))))


def _quantity(wording: ValueWording, value: Value, unit: str) -> str:
    if isinstance(value, Constant) and value.type.name == "number":
        return wording.number(unscaled(value.value, value.type.places), unit)
    return wording.term(value)


def _between(wording: ValueWording, first: Compare, second: Compare) -> Clause:
    low, high = (_comparison(wording, end.comparator, end.left, end.right) for end in (first, second))
    if (first.comparator, second.comparator, first.left.type.name) == (">=", "<=", "number"):
        ends = _quantity(wording, first.right, ""), _quantity(wording, second.right, _unit(wording, second.left))
        return Clause(low.about, say.BETWEEN(wording.language, *ends))
    return Clause(low.about, say.BOTH(wording.language, low.said, high.said))


def _one_of_numbers(wording: ValueWording, parts: Sequence[Compare], holds: bool) -> Clause:
    value = parts[0].left
    words = [_quantity(wording, part.right, _unit(wording, value)) for part in parts]
    return Clause(wording.about(value), _one_of(wording, words, holds))


def _on_scale(wording: ValueWording, comparator: Comparator, left: Value, right: Value) -> str:
    if not isinstance(right, Constant) or comparator == "!=":
        return say.RANKED[comparator](wording.language, wording.term(right))
    kind = left.type
    fits = [position for position in range(len(kind.options)) if _holds(comparator, position, right.value)]
    if 0 < len(fits) <= MOST_LISTED:
        return wording.listed(wording.titles(kind, fits))
    return say.RANKED[comparator](wording.language, wording.term(right))


def _in_time(wording: ValueWording, comparator: Comparator, left: Value, right: Value) -> Clause:
    (base, length, ahead), (other, moved, onward) = wording.shifted(left), wording.shifted(right)
    if isinstance(other, Now) and not isinstance(base, Now) and bool(length) != bool(moved):
        later = onward - ahead > 0
        distance = say.COMPARED[comparator if later else MIRRORED[comparator]](wording.language, length or moved)
        return Clause(wording.about(base), (say.FROM_NOW if later else say.AGO)(wording.language, distance))
    return Clause(wording.about(left), say.WHEN[comparator](wording.language, wording.term(right)))


def _lasting(wording: ValueWording, comparator: Comparator, left: Value, right: Value) -> Clause:
    length = say.COMPARED[comparator](wording.language, wording.term(right))
    match left:
        case Arithmetic(operator="-", left=Now(), right=since) | DateShift(left=Now(), right=since):
            return Clause(wording.about(since), say.AGO(wording.language, length))
        case Arithmetic(operator="-", left=until, right=Now()) | DateShift(left=until, right=Now()):
            return Clause(wording.about(until), say.FROM_NOW(wording.language, length))
        case _:
            return Clause(wording.about(left), length)


def _unit(wording: ValueWording, value: Value) -> str:
    match value:
        case FactValue(fact=name):
            return wording.protocol.facts[name].unit.in_language(wording.language)
        case MeasureValue(measure=name):
            return wording.protocol.measures[name].unit.in_language(wording.language)
        case Rescaled(value=inner):
            return _unit(wording, inner)
        case Extreme(parts=parts):
            return _unit(wording, parts[0])
        case _:
            return ""


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
