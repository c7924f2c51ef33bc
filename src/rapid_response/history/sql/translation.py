"""The checked tree of a protocol as terms of SQL: each node once, once more where assumptions touch it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from rapid_response.history.condition_steps import counted
from rapid_response.history.fact_steps import fact_read_by
from rapid_response.history.problems import HistoryError
from rapid_response.history.sheets import Definitions
from rapid_response.history.sql import times
from rapid_response.history.sql.conditions import condition_of
from rapid_response.history.sql.facts import Facts, Stored
from rapid_response.history.sql.patterns import Past, key_of
from rapid_response.history.sql.patterns import counted as counted_by_windows
from rapid_response.history.sql.rails import Rails, Range, both, either, exactly, opposite, plain
from rapid_response.history.sql.terms import Term, Terms
from rapid_response.history.sql.tiers import TierRange, tier_range
from rapid_response.history.sql.values import value_of
from rapid_response.protocol.expressions import (
    Compare,
    Condition,
    CriterionHolds,
    MeasureValue,
    Now,
    PatternValue,
    TierValue,
    Unsettled,
    Value,
    children,
)
from rapid_response.protocol.model import Gate, Protocol
from rapid_response.protocol.problems import Problem

Node = Condition | Value


@dataclass
class Translation:
    """Nodes as terms, with or without the assumptions. `now` is the time of evaluation, where there is one."""

    terms: Terms
    definitions: Definitions
    stored: Mapping[str, Stored]
    now: Term | None = None
    past: Past | None = None
    assume: bool = False
    tiers: TierRange | None = None
    done: dict[int, tuple[Node, Any]] = field(default_factory=dict)

    def found(self, node: Node) -> Any:
        """The rails of a condition, the ends of a value, or the options of a choice."""
        if id(node) not in self.done:
            self.done[id(node)] = node, self.work(node)
        return self.done[id(node)][1]

    def work(self, node: Node) -> Any:
        if fact_read_by(node) is not None:
            return self.facts.found(node)
        match node:
            case TierValue():
                return cast(TierRange, self.tiers).as_range(self.terms)
            case PatternValue(pattern=name):
                return self.counted(name)
            case Unsettled():
                return plain(cast(TierRange, self.tiers).is_open(self.terms))
            case Now(type=kind):
                now = self.evaluated_at
                return exactly(now if kind.name == "moment" else times.day_at(self.terms, now, self.definitions.zone))
        parts = [self.found(part) for part in self.below(node)]
        if isinstance(node, Condition):
            return condition_of(node, parts, self.terms, self.definitions, self.assume)
        return value_of(node, parts, self.terms, self.definitions)

    @property
    def evaluated_at(self) -> Term:
        """The time of evaluation; raises HistoryError where it is asked for and not stated."""
        if self.now is None:
            message = "the time of evaluation is missing: this protocol uses `now`"
            remedy = "give as_of, like 2026-02-01T09:00, or add `as_of:` and a column to the mapping"
            raise HistoryError([Problem("RM304", message, help=remedy)])
        return self.now

    def counted(self, name: str) -> Range:
        """The number of a pattern."""
        past = cast(Past, self.past)
        pattern = past.patterns[name]
        keys = [*(key_of(self.facts, same) for same in pattern.same), key_of(self.facts, past.at or "", is_time=True)]
        found = counted_by_windows(self.terms, pattern, past, self.found(pattern.where), keys)
        self.terms.named(found.low, name if found.is_plain else f"{name}_low")
        self.terms.named(found.high, f"{name}_high")
        return found

    @cached_property
    def facts(self) -> Facts:
        """What reads the facts."""
        return Facts(self.terms, self.definitions.facts, self.stored, self.assume)

    def below(self, node: Node) -> tuple[Node, ...]:
        """What a node is worked out from."""
        match node:
            case CriterionHolds(criterion=name):
                return (self.definitions.criteria[name].condition,)
            case MeasureValue(measure=name):
                return (self.definitions.measures[name].value,)
            case Compare() if found := counted(node):
                return found[1]
            case _:
                return children(node)

    def holds(self, gate: Gate) -> Rails:
        """Where `when` holds and `unless` does not."""
        when: Rails = self.found(gate.when)
        if gate.unless is None:
            return when
        return both(self.terms, [when, opposite(self.terms, self.found(gate.unless))])


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a protocol says: tiers as they can be, and under the assumptions; scope and responses under these."""

    tiers: TierRange
    assumed: TierRange
    scope: Rails
    responses: Mapping[str, Rails]


def outcome_of(protocol: Protocol, terms: Terms, stored: Mapping[str, Stored], now: Term | None, past: Past) -> Outcome:
    """A whole protocol as terms, from what is stored of its facts."""
    definitions = Definitions(protocol.facts, protocol.criteria, protocol.measures, protocol.time_zone)
    tiers = _tiers(protocol, Translation(terms, definitions, stored, now, past))
    under = Translation(terms, definitions, stored, now, past, assume=True)
    under.tiers = _tiers(protocol, under)
    scope = either(terms, [under.holds(entry) for entry in protocol.scope.values()])
    responses = {name: under.holds(response) for name, response in protocol.responses.items()}
    return Outcome(tiers, under.tiers, scope, responses)


def _tiers(protocol: Protocol, translation: Translation) -> TierRange:
    rules = []
    for rule in protocol.rules.values():
        holds = translation.holds(rule)
        translation.terms.named(holds.surely, f"{rule.name}_surely")
        translation.terms.named(holds.possibly, f"{rule.name}_possibly")
        rules.append((rule, holds, cast(Range, translation.found(rule.tier))))
    return tier_range(translation.terms, rules, len(protocol.tiers))
