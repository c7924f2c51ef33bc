"""rule-engine: a compiled `Rule` for each criterion and rule; criteria join the facts as they are answered."""

from collections.abc import Callable
from typing import Any

import rule_engine

from benchmarks.contender import Contender, Incident, levels
from benchmarks.incidents import two_valued
from benchmarks.peers.infix import merged_limits, merged_raises, words
from rapid_response.protocol.model import Protocol


def contenders(protocol: Protocol) -> list[Contender]:
    """Return rule-engine with every rule, and with the rules merged by tier."""
    forms = {"every rule": _every_rule(protocol), "rules merged by tier": _merged(protocol)}
    return [
        Contender(name=f"rule-engine, {form}", evaluate=evaluate, prepare=two_valued, at_most=1_000)
        for form, evaluate in forms.items()
    ]


def _every_rule(protocol: Protocol) -> Callable[[Incident], int]:
    with_criteria = _with_criteria(protocol)
    highest = len(protocol.tiers) - 1
    raises = [(level, _compiled(words(condition)).matches) for level, condition in levels(protocol, "raise_to")]
    limits = [(level, _compiled(words(condition)).matches) for level, condition in levels(protocol, "limit_to")]

    def evaluate(facts: Incident) -> int:
        known = with_criteria(facts)
        raised = max((level for level, holds in raises if holds(known)), default=0)
        limit = min((level for level, holds in limits if holds(known)), default=highest)
        return min(raised, limit)

    return evaluate


def _merged(protocol: Protocol) -> Callable[[Incident], int]:
    with_criteria = _with_criteria(protocol)
    raised = _compiled(merged_raises(protocol)).evaluate
    limit = _compiled(merged_limits(protocol)).evaluate

    def evaluate(facts: Incident) -> int:
        known = with_criteria(facts)
        return int(min(raised(known), limit(known)))

    return evaluate


def _with_criteria(protocol: Protocol) -> Callable[[Incident], dict[str, Any]]:
    criteria = [(name, _compiled(words(protocol.criteria[name].condition)).matches) for name in protocol.order]

    def with_criteria(facts: Incident) -> dict[str, Any]:
        known = dict(facts)
        for name, holds in criteria:
            known[name] = holds(known)
        return known

    return with_criteria


def _compiled(expression: str) -> rule_engine.Rule:
    return rule_engine.Rule(expression, context=rule_engine.Context(resolver=rule_engine.resolve_item))
