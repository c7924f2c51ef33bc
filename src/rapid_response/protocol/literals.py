"""Numbers, lengths of time, dates and moments as they are written out in sentences."""

from __future__ import annotations

from decimal import Decimal

from rapid_response.protocol.bounds import MOST_PLACES, bounded
from rapid_response.protocol.combining import CALENDAR, DATE, MOMENT
from rapid_response.protocol.expressions import DAY, MICROSECONDS, MONTHS, Constant, Type, Value
from rapid_response.protocol.faults import Sentence
from rapid_response.protocol.grammar import Syntax
from rapid_response.protocol.values import Unfit, encode, places_of, scaled

LONGEST = 10_000 * 366 * DAY
MOST_MONTHS = 120_000


def number(sentence: Sentence, tree: Syntax, negative: bool) -> Value:
    """A number written out; raises Faulty where it has too many decimals or is too large."""
    written = Decimal(str(tree.children[0]))
    places = places_of(written)
    if places > MOST_PLACES:
        remedy = f"write at most {MOST_PLACES} decimals"
        raise sentence.fault("RR403", f"`{written}` has more than {MOST_PLACES} decimals", tree, remedy)
    encoded = scaled(-written if negative else written, places)
    return bounded(sentence, Constant(encoded, Type("number", places=places, low=encoded, high=encoded)), tree)


def duration(sentence: Sentence, tree: Syntax) -> Value:
    """A length of time, in microseconds, or in months where it is written in months or years."""
    amount, unit = Decimal(str(tree.children[0])), str(tree.children[1]).removesuffix("s")
    calendar = unit in MONTHS
    length = amount * (MONTHS[unit] if calendar else MICROSECONDS[unit])
    if length != length.to_integral_value():
        finest = "months" if calendar else "microseconds"
        message = f"`{sentence.words(tree)}` is not a whole number of {finest}"
        raise sentence.fault("RR403", message, tree, "round it, or use a smaller unit")
    if length > (MOST_MONTHS if calendar else LONGEST):
        message = f"`{sentence.words(tree)}` is longer than 10,000 years"
        raise sentence.fault("RR402", message, tree, "write a shorter time")
    kind = CALENDAR if calendar else Type("duration", low=int(length), high=int(length))
    return sentence.placed(Constant(int(length), kind), tree)


def time(sentence: Sentence, tree: Syntax, zone: str | None) -> Value:
    """A date, or a moment, in the zone where it states no offset."""
    text = str(tree.children[0])
    kind = MOMENT if "T" in text else DATE
    try:
        encoded = encode(kind, text, zone)
    except Unfit as unfit:
        raise sentence.fault("RR203", unfit.message, tree, unfit.help) from None
    return sentence.placed(Constant(int(encoded), kind), tree)
