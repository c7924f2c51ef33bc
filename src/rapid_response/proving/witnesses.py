"""From a formula to an incident that shows it: as few facts as can be, likely values, evaluated before it is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Fact
from rapid_response.protocol.values import Encoded, decode, moment_text, unscaled
from rapid_response.proving.prover import Cells, Prover
from rapid_response.proving.space import Space
from rapid_response.proving.usual import Values, assumable, blank_value, ends_of, usual_cell, usual_value, values_of
from rapid_response.proving.voices import Placement, Voice
from rapid_response.reasoning.nodes import opposite

MOST_TRIED = 64
"""So many incidents are evaluated before one that hangs on a condition which is not looked into is given up."""

Shows = Callable[[tuple[Recommendation, ...]], bool]


@dataclass(frozen=True, slots=True)
class Witness:
    """An incident, and what each protocol makes of it: `results` are in the order of the space's protocols.

    `facts` are as an incident states them, by the names of the vocabulary; all others are not known. A fact that a
    blank settles (`blank_means`) is left out where that is its value.
    """

    facts: Mapping[str, Any]
    results: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """`possible` is None where it was not decided; where it is yes, `witness` shows it."""

    possible: bool | None
    witness: Witness | None = None


def find(prover: Prover, goal: int, shows: Shows) -> Found:
    """An incident for which the goal, a node of the space, holds.

    No is a proof that there is none. The incident is evaluated, and `shows` must hold of the results before it is
    given: facts are left unknown as long as it does.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.proving.budget import Budget
    >>> from rapid_response.proving.space import space_of
    >>> space = space_of(protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\n"
    ...     "facts: {f: {type: yes_no}, age: {type: number, min: 0, max: 120}}\\n"
    ...     "rules: {a: {when: f or age >= 65, raise_to: high}}"
    ... ))
    >>> prover = Prover(space, Budget(None))
    >>> find(prover, space.said[0].tiers[0], lambda results: results[0].lowest.name == "high").witness.facts
    {'age': 65}
    """
    solved = prover.solve([goal])
    if not solved.possible:
        return Found(solved.possible)
    finding = _Finding(prover, goal, shows)
    cells = finding.lifelike(solved.cells)
    witness = finding.smallest(cells) or finding.tried(cells)
    return Found(True, witness) if witness else Found(None)


class _Finding:
    def __init__(self, prover: Prover, goal: int, shows: Shows) -> None:
        self.prover, self.space, self.goal, self.shows = prover, prover.space, goal, shows
        self.usual = [usual_cell(self.space, axis) for axis in self.space.axes]

    def lifelike(self, cells: Cells) -> Cells:
        """An incident like this one in which as much as possible is as usual."""
        cell, wanted = self.prover.encoding.cell, dict(enumerate(self.usual))
        while wanted:
            literals = {cell(axis, usual): axis for axis, usual in wanted.items()}
            solved = self.prover.solve([self.goal], list(literals))
            if solved.possible:
                return solved.cells
            clashing = [literals[literal] for literal in solved.core if literal in literals]
            if solved.possible is None or not clashing:
                return cells
            del wanted[self.given_up(clashing)]
        return cells

    def given_up(self, clashing: Sequence[int]) -> int:
        """Of what cannot all be as usual, what is asked last; of several options the first."""
        axes = self.space.axes
        last = axes[max(clashing)].fact
        return min((axis for axis in clashing if axes[axis].fact == last), key=lambda axis: axes[axis].option or 0)

    # As few facts as can be

    def smallest(self, cells: Cells) -> Witness | None:
        """The incident with few of its facts known; None where it does not show what it should."""
        kept = self.enough(cells)
        sparing = {name: value for name, value in kept.items() if name not in self.spared(kept)}
        return self.shown(sparing) or self.trimmed(kept, self.spared(kept)) or self.trimmed(self.every(cells))

    def spared(self, values: Values) -> frozenset[str]:
        """Facts that something is assumed about until they are known."""
        named = frozenset(name for name in values if self.space.vocabulary.facts[name].assumed == values[name])
        return named | (assumable(self.space) & values.keys())

    def enough(self, cells: Cells) -> Values:
        """Facts that lead to the goal whatever the others are; none of them can be left out."""
        space, cell = self.space, self.prover.encoding.cell
        values = values_of(space, cells)
        literals = {fact: [cell(axis, cells[axis]) for axis in axes] for fact, axes in space.by_fact.items()}
        blank = [fact for fact in literals if values[fact] == blank_value(space, fact)]
        facts = sorted(literals.keys() - set(blank), key=lambda fact: self.oddity(fact, cells))
        kept = list(facts)
        for fact in reversed(facts):
            if fact in kept:
                rest = [other for other in kept if other != fact]
                supposed = [literal for other in (*blank, *rest) for literal in literals[other]]
                solved = self.prover.solve([opposite(self.goal)], supposed)
                if solved.possible is False:
                    kept = [other for other in rest if not solved.core.isdisjoint(literals[other])]
        return {fact: value for fact, value in values.items() if fact in kept}

    def oddity(self, fact: str, cells: Cells) -> tuple[int, int]:
        """What is unusual is left unknown first; then what is asked last."""
        axes = self.space.by_fact[fact]
        return sum(cells[axis] != self.usual[axis] for axis in axes), list(self.space.by_fact).index(fact)

    def every(self, cells: Cells) -> Values:
        """Every fact that the protocols look at: those without a cell of their own have a usual value."""
        unseen = {name: usual_value(self.space, fact) for name, fact in self.space.vocabulary.facts.items()}
        return {**(unseen if self.space.opaque else {}), **values_of(self.space, cells)}

    def trimmed(self, values: Values, only: Collection[str] | None = None) -> Witness | None:
        """The incident without those facts, of these or all, that it can do without: found by evaluating it."""
        witness = self.shown(values)
        trying = [fact for fact in reversed(list(values)) if only is None or fact in only]
        for fact in trying if witness else ():
            fewer = {name: value for name, value in values.items() if name != fact}
            if shorter := self.shown(fewer):
                values, witness = fewer, shorter
        return witness

    # Evaluating

    def shown(self, values: Values) -> Witness | None:
        witness = evaluated(self.space, values)
        return witness if self.shows(witness.results) else None

    def tried(self, cells: Cells) -> Witness | None:
        """An incident that hangs on conditions which are not looked into, found by trying values out."""
        if not self.space.opaque:
            return None
        values = self.every(cells)
        unseen = [name for name in values if name not in self.space.by_fact]
        ways = product(*(ends_of(self.space, name) for name in unseen))
        for chosen in islice(ways, MOST_TRIED):
            if self.shown({**values, **dict(zip(unseen, chosen, strict=True))}):
                return self.trimmed({**values, **dict(zip(unseen, chosen, strict=True))})
        return None


# Evaluating


def evaluated(space: Space, values: Values) -> Witness:
    """The incident with these facts, evaluated by every protocol; where a range is left it is the exact one."""
    zone, vocabulary = space.vocabulary.time_zone, space.vocabulary.facts
    stated = {name: value for name, value in values.items() if value != blank_value(space, name)}
    as_of = moment_text(space.now, zone)
    results = [voice.protocol.evaluate(own_facts(voice, stated, zone), as_of=as_of).exact() for voice in space.voices]
    facts = {name: given(fact, stated[name], zone) for name, fact in vocabulary.items() if name in stated}
    return Witness(facts, tuple(results))


def own_facts(voice: Voice, values: Values, zone: str | None) -> dict[str, Any]:
    """Facts of the vocabulary as an incident of one protocol, without those that it does not ask."""
    return {
        name: given(placement.asked, _own(placement, values[placement.fact.name]), zone)
        for name, placement in voice.placements.items()
        if placement.fact.name in values
    }


def given(fact: Fact, value: Encoded, zone: str | None) -> Any:
    """An encoded value as an incident states it."""
    if fact.type.name == "number":
        return unscaled(int(value), fact.type.places) if fact.type.places else int(value)
    return decode(fact.type, value, zone)


def _own(placement: Placement, value: Encoded) -> Encoded:
    """A value of the vocabulary as the protocol encodes it."""
    shared, own = placement.fact.type, placement.asked.type
    match own.name:
        case "scale" | "choice":
            return own.options[placement.positions.index(shared.options.index(str(value)))]
        case "choices":
            return sum(
                1 << own
                for own, place in enumerate(placement.positions)
                if place is not None and int(value) >> place & 1
            )
        case "number":
            return int(value) * placement.factor
        case _:
            return value
