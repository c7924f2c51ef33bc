"""Facts that a mapping works out by conditions, as SQL: known where only one value is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rapid_response.history.derived import Derivation, DerivedFact
from rapid_response.history.sql.facts import Stored
from rapid_response.history.sql.rails import Options, Rails, Range, at_least
from rapid_response.history.sql.terms import COMPARISON, SUM, Term, Terms
from rapid_response.history.sql.translation import Translation


def derived_columns(
    terms: Terms, derivation: Derivation, stored: Mapping[str, Stored]
) -> Iterator[tuple[str, Stored, Term]]:
    """Every derived fact, and whether its value is one that the fact can have."""
    plan = derivation.plan
    translation = Translation(terms, plan.definitions, stored)
    nodes = {slot: node for node, slot in plan.slots.items()}
    for fact in derivation.facts:
        found = {place: translation.found(nodes[slot]) for place, slot in fact.slots.items()}
        yield fact.name, *_column(terms, fact, found)


def _column(terms: Terms, fact: DerivedFact, found: Mapping[int, Rails | Range | Options]) -> tuple[Stored, Term]:
    fits = terms.truth(True)
    match fact.kind.name:
        case "yes_no":
            return _answer(terms, found[0]), fits  # type: ignore[arg-type]
        case "choices":
            return _answers(terms, fact, found), fits  # type: ignore[arg-type]
        case "choice":
            return _settled_choice(terms, fact, found[0]), fits  # type: ignore[arg-type]
        case _:
            return _settled_range(terms, fact, found[0])  # type: ignore[arg-type]


def _answer(terms: Terms, rails: Rails) -> Term:
    if rails.is_plain:
        return rails.surely
    return terms.case([(rails.surely, terms.truth(True)), (terms.opposite(rails.possibly), terms.truth(False))])


def _answers(terms: Terms, fact: DerivedFact, found: Mapping[int, Rails]) -> Stored:
    known = terms.all_of(terms.any_of([r.surely, terms.opposite(r.possibly)]) for r in found.values() if not r.is_plain)
    no = terms.truth(False)
    return {
        option: terms.case([(known, found[option].surely if option in found else no)])
        for option in range(len(fact.kind.options))
    }


def _settled_choice(terms: Terms, fact: DerivedFact, options: Options) -> Term:
    single = terms.opposite(at_least(terms, 2, options))
    words = [
        (terms.all_of([single, holds]), terms.text(fact.kind.options[place])) for place, holds in enumerate(options)
    ]
    return terms.case(words)


def _settled_range(terms: Terms, fact: DerivedFact, ends: Range) -> tuple[Stored, Term]:
    kind = fact.kind
    settled = terms.truth(True) if ends.is_plain else terms.compare("==", ends.low, ends.high)
    if kind.name != "number":
        steps = [
            (terms.all_of([settled, terms.compare("==", ends.low, terms.number(step))]), terms.text(word))
            for step, word in enumerate(kind.options)
        ]
        return terms.case(steps), terms.truth(True)
    value = terms.multiply(ends.low, terms.number(fact.factor))
    if value.constant is not None:
        inside = terms.truth(kind.low <= value.constant <= kind.high)
    else:
        low, high = terms.number(int(kind.low)), terms.number(int(kind.high))
        inside = terms.form("{0} BETWEEN {1} AND {2}", value, low, high, rank=COMPARISON, needs=SUM)
    fits = terms.any_of([terms.opposite(settled), inside])
    return terms.case([(terms.all_of([settled, inside]), value)]), fits
