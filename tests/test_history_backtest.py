"""Back-tests find what single evaluation by both versions says, incident by incident, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from rapid_response.history import Backtest, backtest, read_incidents
from rapid_response.testing.answers import as_of, incident
from rapid_response.testing.choices import Seeded
from tests.backtests import Expected, protocol_pair
from tests.history_columns import table
from tests.long.pairs import SHARES


def ran(seed: str, incidents: int) -> tuple[Backtest, Expected]:
    """A back-test of generated versions and incidents, and the same done slowly."""
    current, proposed, renamed = protocol_pair(seed)
    choices = Seeded(f"{seed} incidents")
    given = [incident(choices, current, SHARES[place % len(SHARES)]) for place in range(incidents)]
    time = as_of(choices, current) or "2026-02-01T09:00Z"
    expected = Expected(current, proposed, renamed)
    for place, facts in enumerate(given):
        expected.add(str(place), *(version.evaluate(facts, as_of=time) for version in (current, proposed)))
    arrow = table(current, given)
    arrow = arrow.rename_columns(["id", *arrow.column_names[1:]])
    return backtest(read_incidents(arrow), current, proposed, rename=renamed, as_of=time), expected


@pytest.mark.parametrize("seed", range(60))
def test_back_tests_are_both_evaluations_side_by_side(seed: int) -> None:
    """Transitions, rules, responses, scope and every changed incident are those of single evaluation."""
    found, expected = ran(f"back-test {seed}", 40)
    assert found.compared == found.rows == 40
    assert {(str(t.before), str(t.after)): t.incidents for t in found.transitions} == expected.transitions
    assert Counter(found.kinds) == expected.kinds
    assert [standing.is_open for standing in found.standings] == expected.is_open
    assert [standing.assumed for standing in found.standings] == expected.assumed
    assert_rules(found, expected)
    states = ("inactive", "open", "active")
    for response in found.responses:
        counted = {(a, b): response.counts[i][j] for i, a in enumerate(states) for j, b in enumerate(states)}
        assert Counter(counted) == expected.responses[response.name]
    scopes = ("in", "unknown", "out")
    counted = {(a, b): found.scope[i][j] for i, a in enumerate(scopes) for j, b in enumerate(scopes)}
    assert Counter(counted) == expected.scope
    assert_changes(found, expected)


def assert_rules(found: Backtest, expected: Expected) -> None:
    for rule in found.rules:
        wanted = expected.rules[rule.name]
        assert rule.holds == (wanted["held"], wanted["holds"]), rule
        assert rule.is_open == (wanted["was open"], wanted["is open"]), rule
        assert rule.decides == (wanted["decided"], wanted["decides"]), rule
        assert (rule.starts, rule.stops, rule.changed) == (wanted["starts"], wanted["stops"], wanted["changed"]), rule


def assert_changes(found: Backtest, expected: Expected) -> None:
    told = {}
    for changed, change in found.explained():
        made = {turn.rule: (turn.before, turn.after, turn.other_tier) for turn in change.turns}
        told[changed.id] = (
            change.kind,
            *map(str, (change.before, change.after)),
            *(change.before.recommended, change.after.recommended),
            *([reason.rule for reason in reasons] for reasons in (change.reasons_before, change.reasons_after)),
            made,
            {turn.response: (turn.before, turn.after) for turn in change.responses},
        )
    assert told == expected.changes
    counted = Counter(changed.change for changed in found.incidents)
    assert {change.number: change.incidents for change in found.changes} == counted
