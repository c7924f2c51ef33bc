"""The library itself, from its compiled core outwards."""

from collections.abc import Callable
from typing import Any

from benchmarks import kleene
from benchmarks.contender import Contender, Incident
from rapid_response.evaluation.compiling import Facts
from rapid_response.evaluation.incidents import check_incident
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.evaluation.truth import NO, NOT, UNKNOWN, YES
from rapid_response.protocol.model import Protocol, Rule

TRUTHS: dict[int, kleene.Truth] = {NO: False, UNKNOWN: None, YES: True}
STATES: dict[str, kleene.Truth] = {"not fired": False, "open": None, "fired": True, "overridden": True}


def contenders(protocol: Protocol) -> list[Contender]:
    """Return the core, the core with every truth behind its answer, `evaluate`, and `evaluate` with its reasons."""
    tiers, trace = protocol.program.tiers, protocol.program.trace

    def checked(facts: Incident) -> Facts:
        return check_incident(protocol, facts).facts

    return [
        Contender(
            name="compiled core: checked facts to the range of tiers",
            evaluate=lambda facts: tiers(facts, None, False),
            prepare=checked,
            expected=kleene.tiers,
            answer=tuple,
        ),
        Contender(
            name="compiled core with the truth of every condition, criterion and rule",
            evaluate=lambda facts: trace(facts, None, False),
            prepare=checked,
            expected=kleene.rules,
            answer=_rules_of(protocol),
        ),
        Contender(
            name="`protocol.evaluate(facts)`, all checking included",
            evaluate=protocol.evaluate,
            expected=kleene.tiers,
            answer=_range,
        ),
        Contender(
            name="the same, one fact given with its source",
            evaluate=protocol.evaluate,
            prepare=_with_source,
            expected=kleene.tiers,
            answer=_range,
        ),
        Contender(
            name="`protocol.evaluate(facts).rules`, reasons put together for reading",
            evaluate=lambda facts: protocol.evaluate(facts).rules,
            expected=kleene.rules,
            answer=lambda rules: [STATES[rule.state] for rule in rules],
            at_most=1_000,
        ),
    ]


def _with_source(facts: Incident) -> Incident:
    return {**facts, "harm": {"value": facts.get("harm"), "source": "police"}}


def _range(result: Recommendation) -> tuple[int, int]:
    return result.lowest.level, result.highest.level


def _rules_of(protocol: Protocol) -> Callable[[tuple[Any, ...]], list[kleene.Truth]]:
    slots = protocol.program.slots

    def truth(rule: Rule, trace: tuple[Any, ...]) -> kleene.Truth:
        when = trace[slots[rule.when]]
        return TRUTHS[when if rule.unless is None else when & NOT[trace[slots[rule.unless]]]]

    return lambda trace: [truth(rule, trace) for rule in protocol.rules.values()]
