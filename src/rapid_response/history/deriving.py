"""Reading the facts that a mapping works out by conditions, as the criteria and measures of a small document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapid_response.history.derived import Derivation, DerivedFact
from rapid_response.history.mapping import ColumnMapping, Derived
from rapid_response.history.plan import Plan
from rapid_response.history.sheets import Definitions
from rapid_response.protocol.defining import definitions
from rapid_response.protocol.expressions import CriterionHolds, MeasureValue, Type
from rapid_response.protocol.loading import shaped
from rapid_response.protocol.model import Fact, Kind, Protocol
from rapid_response.protocol.noting import Notes, Place
from rapid_response.protocol.problems import Problem, Span, did_you_mean
from rapid_response.protocol.reading import Mapping as MappingNode
from rapid_response.protocol.reading import Node, Scalar

_INSTEAD = {
    "choices": "write `includes`, with a condition for each option",
    "yes_no": "write `when`",
    "scale": "write `cases`",
    "choice": "write `cases`",
    "number": "write `formula` or `cases`",
}


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
    criteria, measures = definitions(file, Notes(place, problems), faulty, readable, _kinds(protocol))
    if len(problems) > before:
        return Derivation.none()
    plan = Plan(Definitions(readable, criteria, measures, mapping.time_zone or protocol.time_zone))
    outcomes = [_outcome(part, protocol.facts[part.name].type, plan, problems) for part in parts]
    return Derivation(plan, tuple(outcome for outcome in outcomes if outcome))


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
            message = f"a fact of the type {kind.name} is not worked out like this"
            remedy = _INSTEAD.get(kind.name, "read it from a column")
            problems.append(Problem("RM303", message, part.key.span, remedy))
    zone = mapping.time_zone or protocol.time_zone
    return _with_sections({"criteria": criteria, "measures": measures}, zone, mapping.root.span)


def _with_sections(sections: Mapping[str, list[tuple[Scalar, Node]]], zone: str | None, span: Span) -> MappingNode:
    """A document that has what every protocol must have, and these sections where they are not empty."""

    def word(text: str) -> Scalar:
        return Scalar(text, span=span)

    lowest = MappingNode(((word("lowest"), MappingNode((), span=span)),), span=span)
    entries: list[tuple[Scalar, Node]] = [(word("protocol"), word("mapping")), (word("tiers"), lowest)]
    entries += [(word("time_zone"), word(zone))] if zone else []
    entries += [(word(name), MappingNode(tuple(parts), span=span)) for name, parts in sections.items() if parts]
    return MappingNode(tuple(entries), span=span)


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


def _outcome(part: Derived, kind: Type, plan: Plan, problems: list[Problem]) -> DerivedFact | None:
    if kind.name == "yes_no":
        return DerivedFact(part.name, kind, {0: plan.slot(CriterionHolds(part.name))})
    if kind.name == "choices":
        named = {position: _criterion_of(part.name, option) for position, option in enumerate(kind.options)}
        slots = {
            place: plan.slot(CriterionHolds(name)) for place, name in named.items() if name in plan.definitions.criteria
        }
        return DerivedFact(part.name, kind, slots)
    measure = plan.definitions.measures[part.name]
    if measure.type.places > kind.places:
        message = f"the value has {measure.type.places} decimals, `{part.name}` has {kind.places}"
        problems.append(Problem("RM303", message, part.key.span, "leave out what makes a fraction of it"))
        return None
    factor = 10 ** (kind.places - measure.type.places)
    return DerivedFact(part.name, kind, {0: plan.slot(MeasureValue(part.name, measure.type))}, factor)
