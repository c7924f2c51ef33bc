"""Phrases of the language with their types: how tightly their words bind, and which numbers they may be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rapid_response.protocol.bounds import LARGEST
from rapid_response.protocol.expressions import Type

OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGNED, ATOM = range(8)
"""How tightly words bind, loosest first; what binds looser than its place allows goes into parentheses."""

YES_NO = Type("yes_no")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words, how tightly they bind, and the type of what they stand for."""

    text: str
    type: Type = YES_NO
    level: int = ATOM

    @property
    def is_constant(self) -> bool:
        """Whether this is a number written out."""
        return self.text.lstrip("-")[0].isdigit() and self.level >= SIGNED

    def within(self, level: int) -> str:
        """The words for a place that allows what binds at least so tightly."""
        return self.text if self.level >= level else f"({self.text})"


def number_phrase(number: Decimal) -> Phrase:
    """A number written out, with its type."""
    exponent = number.normalize().as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    encoded = int(number.scaleb(places))
    return Phrase(
        f"{number:f}", Type("number", places=places, low=encoded, high=encoded), SIGNED if number < 0 else ATOM
    )


def at_places(kind: Type, places: int) -> Type:
    """A number's type at more places, or as it is where it has that many."""
    factor = 10 ** max(0, places - kind.places)
    return replace(kind, places=max(places, kind.places), low=kind.low * factor, high=kind.high * factor)


def fits(*kinds: Type) -> bool:
    """Whether numbers of these types can be counted exactly."""
    return all(abs(end) <= LARGEST for kind in kinds for end in ends(kind))


def ends(kind: Type) -> tuple[int, int]:
    """The lowest and the highest number of a type."""
    return int(kind.low), int(kind.high)


def comparable(a: Phrase, b: Phrase) -> bool:
    """Whether two numbers can still be counted exactly where they are brought to the same places."""
    return fits(at_places(a.type, b.type.places), at_places(b.type, a.type.places))


def extreme_type(word: str, kinds: Sequence[Type]) -> Type:
    """The type of the `min` or `max` of numbers."""
    places = max(kind.places for kind in kinds)
    levelled = [at_places(kind, places) for kind in kinds]
    choose = max if word == "max" else min
    low, high = choose(kind.low for kind in levelled), choose(kind.high for kind in levelled)
    return Type("number", places=places, low=low, high=high)


def if_fitting(phrase: Phrase, otherwise: Phrase, *parts: Type) -> Phrase:
    """A number where it and its parts can be counted exactly, else another."""
    return phrase if fits(phrase.type, *parts) else otherwise


def joined(results: Collection[Phrase]) -> Type:
    """The type of what is one of several values."""
    kinds = [phrase.type for phrase in results]
    if kinds[0].name != "number":
        return kinds[0]
    levelled = [at_places(kind, max(kind.places for kind in kinds)) for kind in kinds]
    return replace(levelled[0], low=min(kind.low for kind in levelled), high=max(kind.high for kind in levelled))
