"""Facts that a mapping works out by conditions: criteria and measures of the protocol language, run as a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rapid_response.history.columns import Answers, Block, Chosen, Codes, Column, Quantities
from rapid_response.history.counting import at_least
from rapid_response.history.mapping import ColumnMapping, Derived
from rapid_response.history.plan import Definitions, Plan
from rapid_response.history.ranges import Range
from rapid_response.history.slices import ALL, Rails, Words, pack, unpack
from rapid_response.protocol.checking import Checker, Place
from rapid_response.protocol.expressions import CriterionHolds, MeasureValue, Type
from rapid_response.protocol.loading import shaped
from rapid_response.protocol.model import Fact, Kind, Protocol
from rapid_response.protocol.problems import Problem, did_you_mean
from rapid_response.protocol.reading import Mapping as MappingNode
from rapid_response.protocol.reading import Node, Scalar

_INSTEAD = {"choices": "`includes`, with a condition for each option", "yes_no": "`when`"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A derived fact: its type, and the slots it is worked out in, one for each option of several choices."""

    name: str
    kind: Type
    slots: Mapping[int, int]
    factor: int = 1


@dataclass(frozen=True, slots=True)
class Derivation:
    """The derived facts of a mapping, and the plan that works them out."""

    plan: Plan
    outcomes: tuple[Outcome, ...]

    @staticmethod
    def none() -> Derivation:
        """No derived facts."""
        return Derivation(Plan(Definitions({}, {}, {}, None)), ())

    def columns(self, block: Block) -> dict[str, Column]:
        """The derived facts of a block whose columns are those that the mapping reads."""
        if not self.outcomes:
            return {}
        found = self.plan.sheet(block).found
        return {outcome.name: _column(outcome, found, block.rows) for outcome in self.outcomes}


def derivation(
    parts: Sequence[Derived],
    readable: Mapping[str, Fact],
    protocol: Protocol,
    mapping: ColumnMapping,
    problems: list[Problem],
) -> Derivation:
    """Check the derived facts of a mapping; `readable` are the columns and facts that their conditions may name."""
    if not parts:
        return Derivation.none()
    before = len(problems)
    root = _document(parts, protocol, mapping, problems)
    place = Place(root)
    if len(problems) > before or (found := shaped(root, place, problems)) is None:
        return Derivation.none()
    file, faulty = found
    checker = _Checker(file, place, problems, faulty, dict(readable), _kinds(protocol))
    checker.definitions()
    if len(problems) > before:
        return Derivation.none()
    plan = Plan(Definitions(checker.facts, checker.criteria, checker.measures, mapping.time_zone or protocol.time_zone))
    outcomes = [_outcome(part, protocol.facts[part.name].type, checker, plan, problems) for part in parts]
    return Derivation(plan, tuple(outcome for outcome in outcomes if outcome))


class _Checker(Checker):
    """Names in conditions are columns and facts that the mapping reads, and the facts that it works out."""

    def known(self) -> Sequence[str]:
        return [*self.facts, *super().known()]


def _kinds(protocol: Protocol) -> dict[str, Kind]:
    kinds = {
        fact.type.kind: Kind(name=fact.type.kind, type=fact.type, options=fact.options)
        for fact in protocol.facts.values()
        if fact.type.kind
    }
    return {**kinds, **protocol.kinds}


def _document(
    parts: Sequence[Derived], protocol: Protocol, mapping: ColumnMapping, problems: list[Problem]
) -> MappingNode:
    """The derived facts as the criteria and measures of a protocol, each node in its own place."""
    criteria: list[tuple[Scalar, Node]] = []
    measures: list[tuple[Scalar, Node]] = []
    for part in parts:
        kind = protocol.facts[part.name].type
        if kind.name == "yes_no" and part.node.get("when") is not None:
            criteria.append((part.key, part.node))
        elif kind.name == "choices" and isinstance(part.node.get("includes"), MappingNode):
            criteria += _option_criteria(part, kind, problems)
        elif kind.name in ("scale", "choice", "number") and part.node.get("when") is None:
            measures.append((part.key, _with_kind(part, kind)))
        else:
            remedy = (
                f"write {_INSTEAD.get(kind.name, '`cases`')}"
                if kind.name in (*_INSTEAD, "scale", "choice", "number")
                else "read it from a column"
            )
            problems.append(
                Problem("RM303", f"a fact of the type {kind.name} is not worked out like this", part.key.span, remedy)
            )
    span = mapping.root.span

    def word(text: str) -> Scalar:
        return Scalar(text, span=span)

    tiers = MappingNode(((word("lowest"), MappingNode((), span=span)),), span=span)
    sections: list[tuple[Scalar, Node]] = [(word("protocol"), word("mapping")), (word("tiers"), tiers)]
    sections += [
        (word(name), MappingNode(tuple(entries), span=span))
        for name, entries in (("criteria", criteria), ("measures", measures))
        if entries
    ]
    return MappingNode(tuple(sections), span=span)


def _option_criteria(part: Derived, kind: Type, problems: list[Problem]) -> list[tuple[Scalar, Node]]:
    """For each option the condition under which it is included."""
    node = part.node.get("includes")
    assert isinstance(node, MappingNode)
    found: list[tuple[Scalar, Node]] = []
    for key, condition in node.entries:
        if key.text not in kind.options:
            remedy = did_you_mean(key.text, kind.options)
            problems.append(Problem("RM302", f"`{key.text}` is not an option of `{part.name}`", key.span, remedy))
            continue
        when = MappingNode(((Scalar("when", span=key.span), condition),), span=condition.span)
        found.append((Scalar(_criterion_of(part.name, key.text), span=key.span), when))
    return found


def _criterion_of(fact: str, option: str) -> str:
    return f"{fact}__{option}"


def _with_kind(part: Derived, kind: Type) -> MappingNode:
    if kind.name == "number":
        return part.node
    named = (Scalar("kind", span=part.key.span), Scalar(kind.kind, span=part.key.span))
    return MappingNode((*part.node.entries, named), span=part.node.span)


def _outcome(part: Derived, kind: Type, checker: Checker, plan: Plan, problems: list[Problem]) -> Outcome | None:
    if kind.name == "yes_no":
        return Outcome(part.name, kind, {0: plan.slot(CriterionHolds(part.name))})
    if kind.name == "choices":
        named = {position: _criterion_of(part.name, option) for position, option in enumerate(kind.options)}
        slots = {place: plan.slot(CriterionHolds(name)) for place, name in named.items() if name in checker.criteria}
        return Outcome(part.name, kind, slots)
    measure = checker.measures[part.name]
    if measure.type.places > kind.places:
        message = f"the value has {measure.type.places} decimals, `{part.name}` has {kind.places}"
        problems.append(Problem("RM303", message, part.key.span, "leave out what makes a fraction of it"))
        return None
    factor = 10 ** (kind.places - measure.type.places)
    return Outcome(part.name, kind, {0: plan.slot(MeasureValue(part.name, measure.type))}, factor)


def _column(outcome: Outcome, found: list[Any], rows: int) -> Column:
    match outcome.kind.name:
        case "yes_no":
            rails: Rails = found[outcome.slots[0]]
            return Answers(_wide(rails.surely, rows), _known(rails, rows))
        case "choices":
            each = {option: found[slot] for option, slot in outcome.slots.items()}
            known = _all(_known(rails, rows) for rails in each.values())
            return Chosen({option: _wide(rails.surely, rows) for option, rails in each.items()}, known)
        case "choice":
            return _settled_choice(found[outcome.slots[0]], outcome.kind, rows)
        case _:
            return _settled_range(found[outcome.slots[0]], outcome, rows)


def _wide(words: Words, rows: int) -> Words:
    return np.broadcast_to(words, ((rows + 63) // 64,)) if words.ndim == 0 else words


def _known(rails: Rails, rows: int) -> Words | None:
    return None if rails.is_plain else _wide(rails.surely | ~rails.possibly, rows)


def _all(each: Any) -> Words | None:
    known: Words | None = None
    for words in each:
        if words is not None:
            known = words if known is None else known & words
    return known


def _settled_choice(options: tuple[Words, ...], kind: Type, rows: int) -> Column:
    """The option of the rows in which only one is left."""
    wide = [_wide(words, rows) for words in options]
    several = at_least(2, [Rails(words, words) for words in wide]).surely
    codes = np.zeros(rows, np.int64)
    for position, words in enumerate(wide):
        codes = np.where(unpack(words, rows), position, codes)
    return Codes(codes, tuple(range(len(kind.options))), _wide(ALL & ~several, rows))


def _settled_range(found: Range, outcome: Outcome, rows: int) -> Column:
    low = np.broadcast_to(np.asarray(found.low, np.int64), (rows,))
    known = None if found.is_plain else _wide(pack(np.asarray(found.low == found.high)), rows)
    if outcome.kind.name == "number":
        return Quantities(low * outcome.factor, known)
    return Codes(low, tuple(range(len(outcome.kind.options))), known)
