"""The space of all incidents and the questions asked of it, held against trying everything out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from rapid_response import load_protocol, protocol_from_text
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.values import moment_text
from rapid_response.proving.budget import Budget
from rapid_response.proving.prover import Cells, Prover
from rapid_response.proving.space import Space, space_of
from rapid_response.proving.usual import values_of
from rapid_response.proving.witnesses import evaluated, find
from rapid_response.testing import incidents, protocols

thorough = settings(max_examples=settings().max_examples // 5, suppress_health_check=list(HealthCheck))
MOST_INCIDENTS = 400


def every_cell(space: Space) -> Iterator[Cells]:
    """Every incident of a small space."""
    return product(*(range(len(axis.cells)) for axis in space.axes))


def size(space: Space) -> int:
    found = 1
    for axis in space.axes:
        found *= len(axis.cells)
    return found


def replayed(space: Space, cells: Cells) -> Recommendation:
    return evaluated(space, values_of(space, cells)).results[0]


def settles(level: int, results: tuple[Recommendation, ...]) -> bool:
    return results[0].range == (level, level)


@thorough
@given(protocols())
def test_every_node_says_what_evaluation_says(protocol: Protocol) -> None:
    """Tier, rules, criteria, responses and scope of every incident are what the nodes of the space say of it."""
    space = space_of(protocol)
    assume(not space.opaque and size(space) <= MOST_INCIDENTS)
    prover, said = Prover(space, Budget(None)), space.said[0]
    for cells in every_cell(space):
        result = replayed(space, cells)
        literals = [prover.encoding.cell(axis, cell) for axis, cell in enumerate(cells)]

        def holds(node: int, literals: list[int] = literals) -> bool | None:
            return prover.solve([node], literals).possible

        assert result.range == (sum(bool(holds(node)) for node in said.tiers),) * 2
        for rule in result.rules:
            assert holds(said.rules[rule.name]) == (rule.state in ("fired", "overridden"))
        for name, reason in result.criteria.items():
            assert holds(said.criteria[name]) == (reason.state == "yes")
        for response in result.responses:
            assert holds(said.responses[response.name]) == (response.state == "active")
        for entry in result.scope_rules:
            assert holds(said.scope[entry.name]) == (entry.state == "yes")


@thorough
@given(protocols())
def test_a_tier_is_found_or_proved_impossible(protocol: Protocol) -> None:
    """An incident for a tier is found exactly where trying everything finds one; it shows that tier when evaluated."""
    space = space_of(protocol)
    assume(not space.opaque and size(space) <= MOST_INCIDENTS)
    reached = {replayed(space, cells).range[0] for cells in every_cell(space)}
    prover = Prover(space, Budget(None))
    for level in range(len(protocol.tiers)):
        found = find(prover, space.tier_is(0, level), partial(settles, level))
        assert found.possible == (level in reached)
        if found.witness:
            as_of = moment_text(space.now, protocol.time_zone)
            again = protocol.evaluate(found.witness.facts, as_of=as_of).exact()
            assert again.range == (level, level)


@thorough
@given(st.data(), protocols())
def test_what_is_proved_impossible_never_happens(data: st.DataObject, protocol: Protocol) -> None:
    """A tier proved impossible is not the tier of any incident, conditions that are not looked into included."""
    space = space_of(protocol)
    prover = Prover(space, Budget(None))
    as_of = moment_text(space.now, protocol.time_zone)
    result = protocol.evaluate(data.draw(incidents(protocol, unknowns=0)), as_of=as_of)
    assert prover.solve([space.tier_is(0, result.range[0])]).possible


def test_a_spent_budget_decides_nothing() -> None:
    """Without time nothing is decided, and nothing counts as proved."""
    space = space_of(load_protocol("protocol_rules/ccsj"))
    assert find(Prover(space, Budget(0)), space.tier_is(0, 1), lambda _: True).possible is None


SEVERAL_NUMBERS = """
protocol: p
tiers: {low: {}, high: {}}
facts:
  a: {type: number, min: 0, max: 1000000}
  b: {type: number, min: 0, max: 1000000}
rules:
  apart:
    when: %s
    raise_to: high
"""


def test_several_numbers_are_tried_not_proved() -> None:
    """A formula over several numbers is not looked into: an incident that shows it is one that was evaluated."""
    shown = {}
    for condition in ("a > b + 5", "a * b == 7919"):
        space = space_of(protocol_from_text(SEVERAL_NUMBERS % condition))
        assert space.opaque
        found = find(Prover(space, Budget(None)), space.tier_is(0, 1), lambda results: results[0].range == (1, 1))
        shown[condition] = found.possible
    assert shown == {"a > b + 5": True, "a * b == 7919": None}


def test_witnesses_are_small_and_lifelike() -> None:
    """A witness names the few facts that matter, with values that people would expect."""
    space = space_of(load_protocol("protocol_rules/ccsj"))
    prover, rules = Prover(space, Budget(None)), space.said[0].rules

    def witness(rule: str) -> dict[str, object]:
        found = find(prover, rules[rule], lambda results: results[0].rule(rule).state in ("fired", "overridden"))
        assert found.witness
        return dict(found.witness.facts)

    assert witness("a_partner_asks") == {"partner_asks": True}
    assert witness("serious_violence_with_signs_of_bias") == {
        "what_happened": ["attack"],
        "harm": "seriously_injured",
        "ties": ["chinese"],
        "bias_signs": True,
    }
