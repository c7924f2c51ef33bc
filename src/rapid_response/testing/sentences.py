"""Well-typed sentences about given names: conditions and values in the words of the language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from rapid_response.protocol.bounds import LARGEST, MOST_PLACES
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.grammar import KEYWORDS
from rapid_response.protocol.intervals import product_range, quotient_range
from rapid_response.testing import times
from rapid_response.testing.choices import Choices
from rapid_response.testing.layout import Document, scalar
from rapid_response.testing.phrases import (
    AND,
    ATOM,
    COMPARISON,
    NOT,
    OR,
    PRODUCT,
    SIGNED,
    SUM,
    Phrase,
    at_places,
    comparable,
    ends,
    extreme_type,
    if_fitting,
    number_phrase,
)

TEXTS = ("Chinatown", "唐人街", "it's here: #1", "")

_DIVISORS = tuple(Decimal(number) for number in ("2", "128", "3", "-8", "0.5"))
_EQUALITY = ("==", "!=")
_ORDER = (">=", "<", "<=", ">", "==", "!=")


@dataclass
class Vocabulary:
    """The names that sentences may use, and their types. `tiers` is among the kinds.

    Patterns are among the measures. `timeless` sentences do not speak of the time of evaluation.
    """

    zone: str | None
    kinds: dict[str, Type] = field(default_factory=dict)
    facts: dict[str, Type] = field(default_factory=dict)
    criteria: list[str] = field(default_factory=list)
    measures: dict[str, Type] = field(default_factory=dict)
    in_response: bool = False
    timeless: bool = False

    def named(self, *types: str) -> list[Phrase]:
        """The facts and measures of these types."""
        both = [*self.facts.items(), *self.measures.items()]
        found = [Phrase(name, kind) for name, kind in both if kind.name in types]
        if self.in_response and "scale" in types:
            found.append(Phrase("tier", self.kinds["tiers"]))
        return found

    def flags(self) -> list[str]:
        """The yes_no facts and the criteria."""
        return [*(name for name, kind in self.facts.items() if kind.name == "yes_no"), *self.criteria]

    def option(self, choices: Choices, name: str) -> str:
        """An option in a sentence: in quotes where the bare word would mean something else."""
        clash = name in KEYWORDS or name in self.facts or name in self.measures or name in self.criteria
        return f'"{name}"' if clash or choices.chance(10) else name


@dataclass(frozen=True)
class Sentences:
    """Makes sentences. `depth` is how far a sentence may still nest."""

    choices: Choices
    names: Vocabulary

    # Blocks

    def block(self, depth: int) -> Document:
        """What may stand after `when`: a sentence, a list, or a block."""
        if depth == 0 or self.choices.chance(60):
            return self.line(depth)
        word = self.choices.pick(("all", "any", "none", "at_least", ""))
        many = depth == 1 and word == "at_least" and self.choices.chance(8)
        parts = [self.block(depth - 1) for _ in range(self.choices.integer(*((16, 18) if many else (1, 3))))]
        if word == "at_least":
            return {"at_least": str(self.choices.integer(1, len(parts))), "of": parts}
        return {word: parts} if word else parts

    def line(self, depth: int) -> str:
        """A condition as a YAML scalar."""
        return scalar(self.condition(depth).text)

    # Conditions

    def condition(self, depth: int) -> Phrase:
        """A condition."""
        if depth and self.choices.chance(50):
            makers = (self.conjunction, self.disjunction, self.negation, self.equivalence, self.count_comparison)
            return self.choices.pick(makers)(depth - 1)
        return self.choices.pick(self.comparisons())(depth)

    def conjunction(self, depth: int) -> Phrase:
        return Phrase(" and ".join(self.condition(depth).within(NOT) for _ in range(2)), level=AND)

    def disjunction(self, depth: int) -> Phrase:
        return Phrase(" or ".join(self.condition(depth).within(AND) for _ in range(2)), level=OR)

    def negation(self, depth: int) -> Phrase:
        return Phrase(f"not {self.condition(depth).within(NOT)}", level=NOT)

    def equivalence(self, depth: int) -> Phrase:
        left = self.side(depth)
        right = self.choices.pick(("yes", "no", "")) or self.side(depth)
        return Phrase(f"{left} {self.choices.pick(_EQUALITY)} {right}", level=COMPARISON)

    def side(self, depth: int) -> str:
        """A condition to be compared with another."""
        return (self.condition(depth - 1) if depth else self.standing()).within(SUM)

    def comparisons(self) -> list[Callable[[int], Phrase]]:
        """The conditions that the names allow."""
        found: list[Callable[[int], Phrase]] = [self.standing, self.standing]
        for types, makers in (
            (("number",), [self.number_comparison, self.number_comparison, self.number_membership]),
            (("scale",), [self.scale_comparison, self.scale_comparison, self.option_membership]),
            (("choice",), [self.choice_equality, self.option_membership]),
            (("choices",), [self.inclusion]),
            (("text",), [self.text_equality]),
            (("moment",), [self.moment_comparison, self.elapsed_comparison, self.moment_membership]),
            (("date",), [self.date_comparison, self.day_comparison, self.date_membership]),
        ):
            if self.names.named(*types):
                found += makers
        if self.names.in_response:
            found += [self.unsettled, self.tier_comparison]
        return found

    def standing(self, _: int = 0) -> Phrase:
        return Phrase(self.choices.pick(self.names.flags()))

    def unsettled(self, _: int) -> Phrase:
        return Phrase("unsettled")

    def tier_comparison(self, _: int) -> Phrase:
        tiers = self.names.kinds["tiers"]
        return self.chain([Phrase("tier", tiers, ATOM), self.option(tiers)], _ORDER)

    def chain(self, phrases: Sequence[Phrase], comparators: Sequence[str]) -> Phrase:
        words = [phrases[0].within(SUM)]
        for phrase in phrases[1:]:
            words += [self.choices.pick(comparators), phrase.within(SUM)]
        return Phrase(" ".join(words), level=COMPARISON)

    def count_comparison(self, depth: int) -> Phrase:
        counted = self.count(depth)
        return self.chain([counted, self.constant(counted.type)], _ORDER)

    def number_comparison(self, _: int) -> Phrase:
        middle = self.number(self.choices.integer(0, 2))
        others = [
            self.number(1) if self.choices.chance(25) else self.constant(middle.type)
            for _ in range(2 if self.choices.chance(25) else 1)
        ]
        row = [others[0], middle, *others[1:]] if self.choices.chance(40) else [middle, *others]
        if not all(comparable(a, b) for a, b in pairwise(row)):
            return self.standing()
        return self.chain(row, _ORDER)

    def number_membership(self, _: int) -> Phrase:
        value = self.number(1) if self.choices.chance(30) else self.choices.pick(self.names.named("number"))
        items = [self.constant(value.type) for _ in range(self.choices.integer(1, 3))]
        if value.is_constant or not all(comparable(value, item) for item in items):
            return self.standing()
        return self.membership(value, [item.text for item in items])

    def membership(self, value: Phrase, items: Sequence[str]) -> Phrase:
        word = self.choices.pick(("in", "not in"))
        return Phrase(f"{value.within(SUM)} {word} [{', '.join(items)}]", level=COMPARISON)

    def scale_comparison(self, _: int) -> Phrase:
        value = self.scale(self.choices.pick(self.names.named("scale")), self.choices.integer(0, 2))
        other = self.partner(value.type)
        row = [value, other] if self.choices.chance(70) else [self.option(value.type), value, other]
        return self.chain(row, _ORDER)

    def choice_equality(self, _: int) -> Phrase:
        value = self.choices.pick(self.names.named("choice"))
        row = [value, self.partner(value.type)]
        return self.chain(row if self.choices.chance(70) else row[::-1], _EQUALITY)

    def partner(self, kind: Type) -> Phrase:
        """Something of the same kind: an option, or another fact or measure."""
        alike = [phrase for phrase in self.names.named(kind.name) if phrase.type.alike(kind)]
        return self.choices.pick(alike) if self.choices.chance(40) and alike else self.option(kind)

    def option_membership(self, _: int) -> Phrase:
        value = self.choices.pick(self.names.named("scale", "choice"))
        if value.type.name == "scale":
            value = self.scale(value, 1)
        options = self.choices.subset(value.type.options, least=1)
        return self.membership(value, [self.names.option(self.choices, name) for name in options])

    def inclusion(self, _: int) -> Phrase:
        fact = self.choices.pick(self.names.named("choices"))
        options = [self.names.option(self.choices, name) for name in self.choices.subset(fact.type.options, least=1)]
        if self.choices.chance(40):
            return Phrase(f"{fact.text} includes {options[0]}", level=COMPARISON)
        word = self.choices.pick(("any", "all"))
        return Phrase(f"{fact.text} includes {word} of [{', '.join(options)}]", level=COMPARISON)

    def text_equality(self, _: int) -> Phrase:
        fact = self.choices.pick(self.names.named("text"))
        texts = [f'"{text}"' for text in self.choices.subset(TEXTS, least=1)]
        if self.choices.chance(50):
            return self.membership(fact, texts)
        return self.chain([fact, Phrase(texts[0], fact.type)], _EQUALITY)

    def moment_comparison(self, _: int) -> Phrase:
        row = [self.moment(), self.moment(), *([self.moment()] if self.choices.chance(15) else [])]
        return self.chain(row, _ORDER)

    def moment_membership(self, _: int) -> Phrase:
        value = self.choices.pick(self.names.named("moment"))
        return self.membership(value, [self.literal() for _ in range(self.choices.integer(1, 3))])

    def date_membership(self, _: int) -> Phrase:
        items = [times.day(self.choices).isoformat() for _ in range(self.choices.integer(1, 3))]
        return self.membership(self.choices.pick(self.names.named("date")), items)

    def elapsed_comparison(self, _: int) -> Phrase:
        elapsed = Phrase(f"{self.moment().within(SUM)} - {self.moment().within(PRODUCT)}", level=SUM)
        row = [elapsed, self.duration()]
        return self.chain(row if self.choices.chance(70) else row[::-1], _ORDER)

    def date_comparison(self, _: int) -> Phrase:
        row = [self.date(), self.choices.pick((*self.now(), self.date()))]
        return self.chain(row if self.choices.chance(70) else row[::-1], _ORDER)

    def day_comparison(self, _: int) -> Phrase:
        ends = [
            self.date().within(PRODUCT),
            self.choices.pick((*(now.text for now in self.now()), self.date().within(PRODUCT))),
        ]
        first, second = ends if self.choices.chance(50) else ends[::-1]
        return self.chain([Phrase(f"{first} - {second}", level=SUM), Phrase(times.length(self.choices))], _ORDER)

    # Values

    def result(self, kind: Type | None, depth: int) -> Phrase:
        """A value of a kind, or a number."""
        if kind is None:
            return self.number(depth)
        alike = [phrase for phrase in self.names.named(kind.name) if phrase.type.alike(kind)]
        if not alike or self.choices.chance(50):
            return self.option(kind)
        start = self.choices.pick(alike)
        return self.scale(start, depth) if kind.name == "scale" else start

    def option(self, kind: Type) -> Phrase:
        return Phrase(self.names.option(self.choices, self.choices.pick(kind.options)), kind)

    def scale(self, start: Phrase, depth: int) -> Phrase:
        """A step of the scale of `start`."""
        if depth == 0 or self.choices.chance(70):
            return start
        if self.choices.chance(50):
            by = self.number(depth - 1)
            steps = by if by.type.places == 0 else number_phrase(Decimal(self.choices.integer(-2, 2)))
            return Phrase(f"step({self.scale(start, depth - 1).text}, {steps.within(SUM)})", start.type)
        word = self.choices.pick(("max", "min"))
        return Phrase(f"{word}({self.scale(start, depth - 1).text}, {self.partner(start.type).text})", start.type)

    def number(self, depth: int) -> Phrase:
        """A number whose bounds are known to fit."""
        if depth and self.choices.chance(60):
            makers = (self.plus, self.minus, self.product, self.negative, self.extreme, self.quotient, self.count)
            return self.choices.pick(makers)(depth - 1)
        named = self.names.named("number")
        if named and not self.choices.chance(10):
            return self.choices.pick(named)
        return self.constant(Type("number", low=-3, high=12))

    def constant(self, near: Type) -> Phrase:
        """A number written out, mostly within the bounds of `near` and not far from zero."""
        unit = 10**near.places
        low, high = max(int(near.low), -20 * unit), min(int(near.high), 60 * unit)
        low, high = (low, high) if low <= high else (int(near.low), int(near.low))
        number = Decimal(self.choices.integer(low, high)).scaleb(-near.places)
        if near.places and self.choices.chance(50):
            number = number.to_integral_value()
        elif near.places < MOST_PLACES and self.choices.chance(10):
            number += Decimal(5).scaleb(-near.places - 1)
        return number_phrase(number)

    def number_within(self, kind: Type) -> str:
        """A number written out, within the bounds of a type and not far from zero."""
        unit = 10**kind.places
        low = max(int(kind.low), -20 * unit) if kind.high >= -20 * unit else int(kind.low)
        high = max(low, min(int(kind.high), 20 * unit))
        return f"{Decimal(self.choices.integer(low, high)).scaleb(-kind.places):f}"

    def plus(self, depth: int) -> Phrase:
        return self.added("+", self.number(depth), self.number(depth))

    def minus(self, depth: int) -> Phrase:
        return self.added("-", self.number(depth), self.number(depth))

    def added(self, sign: str, left: Phrase, right: Phrase) -> Phrase:
        a, b = at_places(left.type, right.type.places), at_places(right.type, left.type.places)
        low, high = (a.low + b.low, a.high + b.high) if sign == "+" else (a.low - b.high, a.high - b.low)
        text = f"{left.within(SUM)} {sign} {right.within(PRODUCT)}"
        return if_fitting(Phrase(text, replace(a, low=low, high=high), SUM), left, a, b)

    def negative(self, depth: int) -> Phrase:
        value = self.number(depth)
        kind = replace(value.type, low=-value.type.high, high=-value.type.low)
        return Phrase(f"-{value.within(SIGNED)}", kind, SIGNED)

    def product(self, depth: int) -> Phrase:
        left, right = self.number(depth), self.number(depth)
        low, high = product_range(ends(left.type), ends(right.type))
        kind = Type("number", places=left.type.places + right.type.places, low=low, high=high)
        product = Phrase(f"{left.within(PRODUCT)} * {right.within(SIGNED)}", kind, PRODUCT)
        return if_fitting(product, left) if kind.places <= MOST_PLACES else left

    def quotient(self, depth: int) -> Phrase:
        left = self.number(depth)
        right = number_phrase(self.choices.pick(_DIVISORS)) if self.choices.chance(50) else self.number(depth)
        if right.type.low <= 0 <= right.type.high:
            one = number_phrase(Decimal(1))
            right = Phrase(f"max({one.text}, {right.text})", extreme_type("max", [one.type, right.type]))
        scale = 10 ** (MOST_PLACES - left.type.places + right.type.places)
        if max(abs(end) for end in ends(left.type)) * scale > LARGEST:
            return left
        low, high = quotient_range(ends(left.type), ends(right.type), scale)
        kind = Type("number", places=MOST_PLACES, low=low, high=high)
        quotient = Phrase(f"{left.within(PRODUCT)} / {right.within(SIGNED)}", kind, PRODUCT)
        return if_fitting(quotient, left, right.type)

    def extreme(self, depth: int) -> Phrase:
        word = self.choices.pick(("min", "max"))
        parts = [self.number(depth) for _ in range(self.choices.integer(1, 3))]
        kind = extreme_type(word, [part.type for part in parts])
        levelled = [at_places(part.type, kind.places) for part in parts]
        return if_fitting(Phrase(f"{word}({', '.join(part.text for part in parts)})", kind), parts[0], *levelled)

    def count(self, depth: int) -> Phrase:
        """How many conditions hold, or options are chosen."""
        several = self.names.named("choices")
        if several and self.choices.chance(40):
            fact = self.choices.pick(several)
            return Phrase(f"count({fact.text})", Type("number", low=0, high=len(fact.type.options)))
        parts = [self.condition(max(0, min(depth - 1, 1))).text for _ in range(self.choices.integer(1, 3))]
        return Phrase(f"count({', '.join(parts)})", Type("number", low=0, high=len(parts)))

    def moment(self) -> Phrase:
        if self.choices.chance(15):
            return Phrase(self.literal())
        start = self.choices.pick([phrase.text for phrase in (*self.now(), *self.names.named("moment"))])
        if self.choices.chance(60):
            return Phrase(start)
        sign, length = self.choices.pick(("+", "-")), self.choices.pick((times.length, times.months))(self.choices)
        return Phrase(f"{start} {sign} {length}", level=SUM)

    def now(self) -> list[Phrase]:
        return [] if self.names.timeless else [Phrase("now")]

    def literal(self) -> str:
        return times.moment_words(self.choices, times.instant(self.choices), self.names.zone).replace("+00:00", "Z")

    def duration(self) -> Phrase:
        if self.choices.chance(70):
            return Phrase(times.length(self.choices))
        sign = self.choices.pick(("+", "-"))
        return Phrase(f"{times.length(self.choices)} {sign} {times.length(self.choices)}", level=SUM)

    def date(self) -> Phrase:
        dates = [phrase.text for phrase in self.names.named("date")]
        start = times.day(self.choices).isoformat() if self.choices.chance(15) else self.choices.pick(dates)
        text, level = start, ATOM
        while self.choices.chance(30) and len(text) < 60:
            length = self.choices.pick((times.whole_days, times.months))(self.choices)
            text, level = f"{text} {self.choices.pick(('+', '-'))} {length}", SUM
        return Phrase(text, level=level)
