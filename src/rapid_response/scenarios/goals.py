"""What scenarios can touch of a protocol: rules in both senses, answers, rows, and the edges of numbers.

Every goal is a condition and the truth that it is wanted to have. Coverage counts the scenarios that reach a goal;
suggestions are incidents that reach goals no scenario does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from rapid_response.evaluation.truth import NO, UNKNOWN, YES
from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    AnyOf,
    Cases,
    Compare,
    Condition,
    Constant,
    CriterionHolds,
    FactHolds,
    FactValue,
    Includes,
    IsOneOf,
    Not,
    Points,
    TextIs,
    Value,
    children,
)
from rapid_response.protocol.model import Criterion, Fact, Gate, Measure, Protocol, Rule
from rapid_response.protocol.problems import Span
from rapid_response.scenarios.edges import Edge, edges_of, tree

Section = Literal["rule", "criterion", "scope", "response", "row", "edge", "option"]
Node = Condition | Value

SIDES: Mapping[Section, tuple[str, ...]] = {
    "rule": ("fired", "not fired", "decided"),
    "criterion": ("yes", "no", "unknown"),
    "scope": ("yes", "no"),
    "response": ("active", "inactive"),
}
"""The sides of the sections that have the same for every name."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing that a scenario can touch.

    `name` is that of the rule, criterion, scope entry, response, measure (for a row) or fact (for an option), or the
    words of a number (for an edge). `side` is one of the section's `SIDES`, the row's position or "otherwise", the
    number at the edge, or the option. The goal is reached where the condition has the wanted truth under the
    assumptions; for rules that decided, where the rule is also among the deciding ones. `words` are those of a row.
    """

    section: Section
    name: str
    side: str
    condition: Condition = field(repr=False)
    wanted: int
    span: Span | None = field(repr=False, compare=False)
    words: str = ""

    @property
    def deciding(self) -> bool:
        """Whether a rule is wanted to decide the tier, not only to fire."""
        return self.section == "rule" and self.side == "decided"


def goals_of(protocol: Protocol) -> tuple[Goal, ...]:
    """Everything that scenarios of a protocol can touch, each once.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text('''
    ... protocol: p
    ... tiers: {low: {}, high: {}}
    ... facts: {age: {type: number, min: 0, max: 120}}
    ... rules: {elders: {when: age >= 65, raise_to: high}}
    ... ''')
    >>> [(goal.section, goal.name, goal.side) for goal in goals_of(protocol)][2:]
    [('rule', 'elders', 'decided'), ('edge', 'age', '64'), ('edge', 'age', '65')]
    """
    found = [
        *(goal for rule in protocol.rules.values() for goal in _gate("rule", rule)),
        *(_deciding(rule) for rule in protocol.rules.values() if _may_decide(protocol, rule)),
        *(goal for criterion in protocol.criteria.values() for goal in _criterion(protocol, criterion)),
        *(goal for entry in protocol.scope.values() for goal in _gate("scope", entry)),
        *(goal for response in protocol.responses.values() for goal in _gate("response", response)),
        *(goal for measure in protocol.measures.values() for goal in _rows(measure)),
        *(_edge(edge) for node in nodes(protocol) if isinstance(node, Compare) for edge in edges_of(protocol, node)),
        *(goal for fact in used_facts(protocol) for goal in _options(protocol, fact)),
    ]
    unique: dict[tuple[str, str, str], Goal] = {}
    for goal in found:
        unique.setdefault((goal.section, goal.name, goal.side), goal)
    return tuple(unique.values())


def gate_condition(gate: Gate) -> Condition:
    """What must hold: the `when`, and not the `unless`."""
    return gate.when if gate.unless is None else AllOf((gate.when, Not(gate.unless)))


# Rules, criteria, scope and responses


def _gate(section: Section, gate: Gate) -> Iterator[Goal]:
    condition = gate_condition(gate)
    holds, holds_not = SIDES[section][:2]
    yield Goal(section, gate.name, holds, condition, YES, gate.span)
    if not isinstance(condition, Always):
        yield Goal(section, gate.name, holds_not, condition, NO, gate.span)


def _deciding(rule: Rule) -> Goal:
    return Goal("rule", rule.name, "decided", gate_condition(rule), YES, rule.span)


def _may_decide(protocol: Protocol, rule: Rule) -> bool:
    """A raise to the lowest tier and a limit to the highest change nothing."""
    idle = 0 if rule.effect == "raise_to" else len(protocol.tiers) - 1
    return not (isinstance(rule.tier, Constant) and rule.tier.value == idle)


def _criterion(protocol: Protocol, criterion: Criterion) -> Iterator[Goal]:
    condition = CriterionHolds(criterion.name)
    yield Goal("criterion", criterion.name, "yes", condition, YES, criterion.span)
    yield Goal("criterion", criterion.name, "no", condition, NO, criterion.span)
    if criterion.assumed is None and any(_may_be_unknown(protocol, name) for name in protocol.facts_below(condition)):
        yield Goal("criterion", criterion.name, "unknown", condition, UNKNOWN, criterion.span)


def _may_be_unknown(protocol: Protocol, fact: str) -> bool:
    return protocol.facts[fact].assumed is None and protocol.facts[fact].blank is None


# Rows of tables, cases, bands and points


def _rows(measure: Measure) -> Iterator[Goal]:
    match measure.value:
        case Points(terms=terms) if measure.form == "points":
            for position, (_, condition) in enumerate(terms, 1):
                yield _row(measure, str(position), condition, condition)
        case Cases(branches=branches, otherwise=otherwise) if measure.form in ("table", "cases", "bands"):
            passed: tuple[Condition, ...] = ()
            for position, (condition, _) in enumerate(branches, 1):
                yield _row(measure, str(position), AllOf((*passed, condition)), condition)
                passed = (*passed, Not(condition))
            if otherwise is not None:
                yield _row(measure, "otherwise", AllOf(passed), Always())
        case _:
            return


def _row(measure: Measure, side: str, condition: Condition, stated: Condition) -> Goal:
    return Goal("row", measure.name, side, condition, YES, stated.span or measure.span, _words(stated))


def _words(condition: Condition) -> str:
    """A condition in a line: as it was written, or as what its parts say together."""
    joint = {AllOf: " and ", AnyOf: " or "}.get(type(condition))
    if joint and condition.text in ("", "all of", "any of"):
        return joint.join(_words(part) for part in children(condition) if isinstance(part, Condition))
    return condition.text


# Edges and options


def _edge(edge: Edge) -> Goal:
    return Goal("edge", edge.name, edge.side, edge.condition, YES, edge.span)


def _options(protocol: Protocol, fact: Fact) -> Iterator[Goal]:
    kind = fact.type
    sides: Iterable[tuple[str, Condition, int]]
    match kind.name:
        case "yes_no":
            sides = [("yes", FactHolds(fact.name), YES), ("no", FactHolds(fact.name), NO)]
        case "scale" | "choice":
            value = FactValue(fact.name, kind)
            sides = [(name, IsOneOf(value, frozenset([place])), YES) for place, name in enumerate(kind.options)]
        case "choices":
            sides = [
                (name, Includes(fact.name, frozenset([place]), every=False), YES)
                for place, name in enumerate(kind.options)
            ]
        case "text":
            sides = [(text, TextIs(fact.name, frozenset([text])), YES) for text in _texts(protocol, fact.name)]
        case _:
            sides = []
    return (Goal("option", fact.name, name, condition, wanted, fact.span) for name, condition, wanted in sides)


def _texts(protocol: Protocol, fact: str) -> list[str]:
    """The texts that a text fact is compared with."""
    compared = [node.texts for node in nodes(protocol) if isinstance(node, TextIs) and node.fact == fact]
    return sorted({text for texts in compared for text in texts})


# The nodes of a protocol


def nodes(protocol: Protocol) -> Iterator[Node]:
    """Every condition and value of a protocol, those within others too."""
    for root in _roots(protocol):
        yield from tree(root)


def _roots(protocol: Protocol) -> Iterator[Node]:
    for gate in protocol.gates():
        yield gate.when
        if gate.unless is not None:
            yield gate.unless
    yield from (rule.tier for rule in protocol.rules.values())
    yield from (criterion.condition for criterion in protocol.criteria.values())
    yield from (measure.value for measure in protocol.measures.values())


def used_facts(protocol: Protocol) -> Iterator[Fact]:
    """The facts that anything in a protocol depends on."""
    return (protocol.facts[name] for name in protocol.facts_below(*_roots(protocol)))
