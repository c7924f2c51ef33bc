"""A protocol whose criteria, rules and responses are decided by durable-rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from rapid_response.evaluation.compiling import Facts, Program, Range, Ranges
from rapid_response.evaluation.incidents import check_incident, encode_as_of
from rapid_response.evaluation.recommendation import Recommendation, recommend
from rapid_response.evaluation.truth import NO, UNKNOWN, YES
from rapid_response.live.durable.inference import Inferences, Literal, criterion_name, gate_name, infer
from rapid_response.live.durable.inferring import Inferring, Rules
from rapid_response.live.durable.rulesets import rulesets
from rapid_response.protocol.expressions import Constant, CriterionHolds
from rapid_response.protocol.model import Protocol, Rule

MOST_REMEMBERED = 8_000
"""About four kilobytes each."""
MOST_ASKED_OF = 4
Trace = tuple[Any, ...]
Known = tuple[tuple[str, bool], ...]
"""The leaves that surely hold or surely do not."""
Case = tuple[bool, Known]
"""Whether assumptions are taken, and what is known of an incident."""
Concluded = Mapping[str, bool]
"""What surely holds or surely does not, by name."""


@dataclass(frozen=True, slots=True)
class Inferred:
    """What was concluded, and which criteria had to be assumed."""

    concluded: Concluded
    assumed: frozenset[str]


def on_durable_rules(protocol: Protocol) -> Protocol:
    """The same protocol, to be evaluated by durable-rules.

    Raises LiveError where durable-rules is not there, or cannot take the protocol.

    >>> from rapid_response import load_protocol
    >>> protocol = on_durable_rules(load_protocol("protocol_rules/ccsj"))
    >>> protocol.evaluate({"harm": "killed"}, as_of="2026-02-01T09:00").highest.name
    'activate'
    """
    engine = _engine(protocol)
    other = replace(protocol)
    other.__dict__["program"] = replace(protocol.program, tiers=engine.tiers, trace=engine.trace)
    other.__dict__["_evaluate"] = _evaluate
    return other


def forget(protocol: Protocol) -> None:
    """Infer everything anew from now on."""
    _engine(protocol).remembered.clear()


def _evaluate(protocol: Protocol, given: Mapping[str, Any], as_of: str | dt.datetime | None) -> Recommendation:
    """In place of the function that reads and decides at once (see `evaluation.compiling`)."""
    return recommend(protocol, check_incident(protocol, given), encode_as_of(protocol, as_of))


@cache
def _engine(protocol: Protocol) -> _Engine:
    """One for each fingerprint: durable-rules cannot forget a ruleset, so there is no use in forgetting it here."""
    inferences = infer(protocol)
    return _Engine(protocol, inferences, Rules(rulesets(inferences, protocol.fingerprint)))


class _Engine:
    """The functions of a `Program`: leaves are looked at by the compiled program, all else is inferred."""

    def __init__(self, protocol: Protocol, inferences: Inferences, rules: Rules) -> None:
        self.protocol = protocol
        self.rules = rules
        self.own: Program = protocol.program
        self.slots = tuple(_slots(protocol, inferences))
        self.leaves = {subject: _leaves(inferences, self.own, subject) for subject in ("incident", "tier")}
        self.raises = _named(protocol, "raise_to")
        self.limits = _named(protocol, "limit_to")
        self.remembered: dict[tuple[Case, Known], Inferred] = {}
        self.run = lru_cache(maxsize=MOST_ASKED_OF)(self._run)

    def tiers(self, facts: Facts, now: int | None, assume: bool, counts: Ranges = ()) -> Range:
        return self.run(facts, now, assume, counts, None)[0]

    def trace(
        self, facts: Facts, now: int | None, assume: bool, counts: Ranges = (), tiers: Range | None = None
    ) -> Trace:
        found, trace = self.run(facts, now, assume, counts, None)
        return trace if tiers in (None, found) else self.run(facts, now, assume, counts, tiers)[1]

    def _run(
        self, facts: Facts, now: int | None, assume: bool, counts: Ranges, tiers: Range | None
    ) -> tuple[Range, Trace]:
        """The range of tiers, and the trace in which responses look at it, or at `tiers` where given."""
        trace = self.own.trace(facts, now, assume, counts, tiers)

        def at(concluded: Concluded) -> tuple[Range, Trace]:
            found = self._range(concluded, trace)
            speaks_of_tier = bool(self.leaves["tier"])
            return found, self.own.trace(facts, now, assume, counts, tiers or found) if speaks_of_tier else trace

        inferred = self._inferred((assume, self._known("incident", trace)), lambda c: self._known("tier", at(c)[1]))
        found, seen = at(inferred.concluded)
        return found, self._decided(inferred, seen)

    def _inferred(self, case: Case, of_tier: Callable[[Concluded], Known]) -> Inferred:
        """What follows from what is known of an incident, and then of its tier.

        It is remembered, since an incident is asked about several times, and most often comes out as it was.
        """
        first = self.remembered.get((case, ()))
        again = first and self.remembered.get((case, of_tier(first.concluded)))
        return again or self._infer(case, of_tier)

    def _infer(self, case: Case, of_tier: Callable[[Concluded], Known]) -> Inferred:
        if len(self.remembered) >= MOST_REMEMBERED:
            self.remembered.clear()
        assume, of_incident = case
        with Inferring(self.rules) as inferring:
            inferring.conclude(self.rules.rulesets.always)
            inferring.tell("incident", dict(of_incident))
            assumed = frozenset(self._assume(inferring)) if assume else frozenset()
            first = self.remembered[case, ()] = Inferred(dict(inferring.concluded), assumed)
            known = of_tier(first.concluded)
            inferring.tell("tier", dict(known))
            last = self.remembered[case, known] = Inferred(inferring.concluded, assumed)
            return last

    def _known(self, subject: str, trace: Trace) -> Known:
        truths = ((leaf, trace[slot]) for leaf, slot in self.leaves[subject].items())
        return tuple([(leaf, truth == YES) for leaf, truth in truths if truth != UNKNOWN])

    def _assume(self, inferring: Inferring) -> Iterator[str]:
        """What is assumed of criteria that are still not known, each after those that it refers to."""
        for name in self.protocol.order:
            criterion = self.protocol.criteria.get(name)
            if criterion and criterion.assumed is not None:
                inferred = criterion_name(name)
                if _truth(inferred, inferring.concluded) == UNKNOWN:
                    yield inferred
                    inferring.conclude([Literal(inferred, criterion.assumed)])

    def _range(self, concluded: Concluded, trace: Trace) -> Range:
        """The highest raise that holds, under the lowest limit that holds; surely, and possibly."""
        low = high = 0
        for rule, name in self.raises:
            truth, (least, most) = _truth(name, concluded), self._target(rule, trace)
            low, high = max(low, least if truth == YES else 0), max(high, most if truth else 0)
        for rule, name in self.limits:
            truth, (least, most) = _truth(name, concluded), self._target(rule, trace)
            low, high = min(low, least) if truth else low, min(high, most) if truth == YES else high
        return low, high

    def _target(self, rule: Rule, trace: Trace) -> Range:
        if isinstance(rule.tier, Constant):
            return rule.tier.value, rule.tier.value
        low, high = trace[self.own.slots[rule.tier]]
        return low, high

    def _decided(self, inferred: Inferred, trace: Trace) -> Trace:
        """The trace with what durable-rules concluded in place of what the compiled program did."""
        decided = list(trace)
        for name, slot, before_assumptions in self.slots:
            unknown = before_assumptions and name in inferred.assumed
            decided[slot] = UNKNOWN if unknown else _truth(name, inferred.concluded)
        return tuple(decided)


def _truth(name: str, concluded: Concluded) -> int:
    holds = concluded.get(name)
    return UNKNOWN if holds is None else YES if holds else NO


def _named(protocol: Protocol, effect: str) -> tuple[tuple[Rule, str], ...]:
    return tuple((rule, gate_name(rule)) for rule in protocol.rules.values() if rule.effect == effect)


def _leaves(inferences: Inferences, program: Program, subject: str) -> Mapping[str, int]:
    leaves = inferences.leaves.items()
    return {name: program.slots[leaf.condition] for name, leaf in leaves if leaf.subject == subject}


def _slots(protocol: Protocol, inferences: Inferences) -> Iterator[tuple[str, int, bool]]:
    """Where each conclusion belongs in a trace, and whether it stands there before anything is assumed."""
    slots = protocol.program.slots
    for condition, name in inferences.parts.items():
        if condition in slots:
            yield name, slots[condition], False
    for gate in protocol.gates():
        if gate.unless is None:
            yield gate_name(gate), slots[gate.when], False
    for criterion in protocol.criteria.values():
        yield criterion_name(criterion.name), slots[criterion.condition], True
        yield criterion_name(criterion.name), slots[CriterionHolds(criterion.name)], False
