"""What no incident reaches: tiers, responses, rules, criteria, cases and exceptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from rapid_response.protocol.expressions import AllOf, Always, Cases, Condition, Unsettled, parts_of
from rapid_response.protocol.model import Criterion, Gate, Measure, Tier
from rapid_response.proving.findings import Finding, Section, Verdict, part, unless_possible
from rapid_response.proving.inquiry import Inquiry
from rapid_response.proving.replays import Replay, Shows
from rapid_response.reasoning.nodes import TRUE, opposite


def tiers_reached(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC201: tiers that no incident reaches.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.proving.budget import Budget
    >>> from rapid_response.proving.inquiry import inquire
    >>> protocol = protocol_from_text("protocol: p\\ntiers: {low: {}, high: {}}")
    >>> [verdict.id for verdict in tiers_reached(inquire(protocol, Budget(None))) if isinstance(verdict, Finding)]
    ['RC201']
    """
    for tier in inquiry.protocol.tiers:
        node = inquiry.space.tier_is(0, tier.level)
        yield unless_possible(Finding("RC201", (part("tiers", tier),)), inquiry.possible(node, _settled_at(tier)))


def _settled_at(tier: Tier) -> Shows:
    return lambda replay: replay.result.range == (tier.level, tier.level)


def gates_reached(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC202, RC203, RC205, RC207, RC208: responses, rules and scope entries that never or always hold."""
    protocol, said = inquiry.protocol, inquiry.said
    groups: tuple[tuple[str, Section, Mapping[str, Gate], Mapping[str, int]], ...] = (
        ("RC203", "rules", protocol.rules, said.rules),
        ("RC202", "responses", protocol.responses, said.responses),
        ("RC207", "out_of_scope", protocol.scope, said.scope),
    )
    for never, section, gates, nodes in groups:
        for name, gate in gates.items():
            yield from _gate_reached(inquiry, never, section, gate, nodes[name])


def _gate_reached(inquiry: Inquiry, never: str, section: Section, gate: Gate, node: int) -> Iterator[Verdict]:
    if any(isinstance(each, Unsettled) for each in parts_of(gate.when)):
        return
    about = (part(section, gate),)
    possible = inquiry.possible(node, _came_out(section, gate.name, holds=True))
    yield unless_possible(Finding(never, about), possible)
    if not isinstance(gate.when, Always):
        fails = inquiry.possible(opposite(node), _came_out(section, gate.name, holds=False))
        yield unless_possible(Finding("RC205", about), fails)
    if gate.unless is not None:
        both = inquiry.said.conditions[AllOf((gate.when, gate.unless))]
        excepted = inquiry.possible(both, _came_out(section, gate.name, holds=False))
        if possible is not False or excepted is not False:  # what never holds needs no exception
            yield unless_possible(Finding("RC208", about), excepted)


def _came_out(section: Section, name: str, holds: bool) -> Shows:
    return lambda replay: replay.holds(section, name) is holds


def criteria_reached(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC204, RC205: criteria that never or always hold."""
    for name, criterion in inquiry.protocol.criteria.items():
        about, node = (part("criteria", criterion),), inquiry.said.criteria[name]
        yield unless_possible(Finding("RC204", about), inquiry.possible(node, _found(criterion, holds=True)))
        yield unless_possible(Finding("RC205", about), inquiry.possible(opposite(node), _found(criterion, holds=False)))


def _found(criterion: Criterion, holds: bool) -> Shows:
    return lambda replay: replay.criterion(criterion.name) is holds


def cases_reached(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC206: cases, bands and rows of a measure that are never the first that holds."""
    measures = inquiry.protocol.measures.values()
    return chain.from_iterable(_cases_reached(inquiry, measure) for measure in measures)


def _cases_reached(inquiry: Inquiry, measure: Measure) -> Iterator[Verdict]:
    branches: tuple[Condition, ...] = ()
    if isinstance(measure.value, Cases):
        branches = tuple(condition for condition, _ in measure.value.branches)
    before = TRUE
    for row, condition in enumerate(branches, 1):
        node = inquiry.said.conditions[condition]
        here = inquiry.space.nodes.all_of([before, node])
        before = inquiry.space.nodes.all_of([before, opposite(node)])
        yield unless_possible(Finding("RC206", (part("measures", measure, row),)), inquiry.possible(here, _cannot_tell))


def _cannot_tell(_: Replay) -> bool:
    """A replay does not say which case of a measure gave its value."""
    return False
