"""From a formula to an incident that shows it: as few facts as can be, likely values, evaluated before it is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.expressions import DAY, Type, names_in
from rapid_response.protocol.model import Fact
from rapid_response.protocol.values import Encoded, decode, encode, moment_text, unscaled
from rapid_response.proving.alignment import Placement, Voice
from rapid_response.proving.prover import Cells, Prover
from rapid_response.proving.space import Space
from rapid_response.reasoning.cells import Axis
from rapid_response.reasoning.comparisons import domain_of
from rapid_response.reasoning.nodes import opposite

MOST_TRIED = 64
"""So many incidents are evaluated before one that hangs on a condition which is not looked into is given up."""

Values = Mapping[str, Encoded]
"""Encoded values by fact of the vocabulary; a fact that is left out is not known."""
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
        return named | (_below_assumed_criteria(self.space) & values.keys())

    def enough(self, cells: Cells) -> Values:
        """Facts that lead to the goal whatever the others are; none of them can be left out."""
        space, cell = self.space, self.prover.encoding.cell
        values = values_of(space, cells)
        literals = {fact: [cell(axis, cells[axis]) for axis in axes] for fact, axes in space.by_fact.items()}
        blank = [fact for fact in literals if values[fact] == _blank(space, fact)]
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


# What is usual


def usual_cell(space: Space, axis: Axis) -> int:
    """The likeliest cell: of what is assumed, or what a blank means; no, nothing, the first option or a middle one."""
    if axis.fact is None:
        return 0
    stated = _stated(space, axis.fact)
    if stated is not None:
        return axis.cell_of(stated)
    if axis.type.name in ("moment", "date", "number"):
        return axis.cell_of(usual_value(space, space.vocabulary.facts[axis.fact]))
    return (len(axis.cells) - 1) // 2 if axis.type.name == "scale" else 0


def usual_value(space: Space, fact: Fact) -> Encoded:
    """A likely value of a fact."""
    stated = _stated(space, fact.name)
    if stated is not None:
        return stated
    low, high = domain_of(fact.type) if fact.type.name in ("moment", "date", "number") else (0, 0)
    match fact.type.name:
        case "yes_no":
            return False
        case "scale":
            return fact.type.options[(len(fact.type.options) - 1) // 2]
        case "choice":
            return fact.type.options[0]
        case "moment":
            return space.now - DAY
        case "date":
            return encode(fact.type, moment_text(space.now - DAY, None)[:10], None)
        case "number":
            return min(max((low + high) // 2 if high - low < 1_000 else 10**fact.type.places, low), high)
        case "text":
            return "another"
        case _:
            return 0


def ends_of(space: Space, fact: str) -> Iterator[Encoded]:
    """A usual value of a fact, then the ends of what it can be."""
    stated = space.vocabulary.facts[fact]
    usual = usual_value(space, stated)
    yield usual
    if stated.type.name in ("moment", "date", "number"):
        yield from (end for end in domain_of(stated.type) if end != usual)
        near = (1, -1) if stated.type.name == "number" else (30 * DAY, -30 * DAY)
        yield from (int(usual) + step for step in near if stated.type.name != "date")


def values_of(space: Space, cells: Cells) -> Values:
    """A likely value of every fact that has a cell."""
    found: dict[str, Encoded] = {}
    for fact, axes in space.by_fact.items():
        if space.axes[axes[0]].option is not None:
            found[fact] = sum(cells[axis] << (space.axes[axis].option or 0) for axis in axes)
        else:
            found[fact] = _likely(space, space.axes[axes[0]], cells[axes[0]])
    return found


def _likely(space: Space, axis: Axis, cell: int) -> Encoded:
    """The usual value if it lies in the cell; else its end nearest to what is usual, or its middle."""
    assert axis.fact is not None
    usual = usual_value(space, space.vocabulary.facts[axis.fact])
    if axis.type.name in ("moment", "date"):
        return axis.value_in(cell, usual)
    if axis.cell_of(usual) == cell:
        return usual
    first, last = axis.cells[cell].first, axis.cells[cell].last
    inner = axis.type.name == "number" and domain_of(axis.type)[0] < first and last < domain_of(axis.type)[1]
    return (first + last) // 2 if inner else axis.value_in(cell)


def _stated(space: Space, fact: str) -> Encoded | None:
    """What is assumed of a fact until it is known, or what a blank means."""
    stated = space.vocabulary.facts[fact]
    value: Encoded | None = stated.blank if stated.assumed is None else stated.assumed
    return value if value is None or _fits(stated.type, value) else None


def _fits(kind: Type, value: Encoded) -> bool:
    """Whether a value of one version is one that both know."""
    if kind.name in ("scale", "choice"):
        return value in kind.options
    return kind.name != "number" or kind.low <= int(value) <= kind.high


def _below_assumed_criteria(space: Space) -> frozenset[str]:
    """The facts of the vocabulary that criteria with an `until_known` value name."""
    return frozenset(
        voice.placements[name].fact.name
        for voice in space.voices
        for criterion in voice.protocol.criteria.values()
        if criterion.assumed is not None
        for name in names_in(criterion.condition)
        if name in voice.placements
    )


def _blank(space: Space, fact: str) -> Encoded | None:
    """What a blank means, where it means the same in every protocol that asks."""
    asking = [placement for voice in space.voices for placement in voice.placements.values()]
    asking = [placement for placement in asking if placement.fact.name == fact]
    blank: Encoded | None = asking[0].asked.blank
    if any(placement.asked.blank != blank or placement.asked.type.places for placement in asking):
        return None
    return blank if blank is None or _fits(asking[0].fact.type, blank) else None


# Evaluating


def evaluated(space: Space, values: Values) -> Witness:
    """The incident with these facts, evaluated by every protocol; where a range is left it is the exact one."""
    zone, vocabulary = space.vocabulary.time_zone, space.vocabulary.facts
    stated = {name: value for name, value in values.items() if value != _blank(space, name)}
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
