"""From the trace of the compiled program to the reasons people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from rapid_response.evaluation.compiling import Facts, Range
from rapid_response.evaluation.incidents import NO_DETAIL, Incident
from rapid_response.evaluation.outcomes import (
    Assumption,
    Evidence,
    Exactness,
    Reason,
    ResponseOutcome,
    ResponseState,
    RuleOutcome,
    RuleState,
    ScopeOutcome,
    Standing,
)
from rapid_response.evaluation.patterns import Counts, Past
from rapid_response.evaluation.truth import NO, NOT, UNKNOWN, YES, Word, word
from rapid_response.protocol.expressions import (
    MICROSECONDS,
    MONTHS,
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    Constant,
    CriterionHolds,
    FactHolds,
    FactValue,
    Includes,
    MeasureValue,
    Not,
    Now,
    PatternValue,
    TextIs,
    TierValue,
    Type,
    Unsettled,
    Value,
    children,
)
from rapid_response.protocol.model import Due, Fact, Gate, Measure, Pattern, Protocol, Response, Rule
from rapid_response.protocol.values import Encoded, decode, moment_text, shift_moment

_RULE_STATES: dict[int, RuleState] = {YES: "fired", NO: "not fired", UNKNOWN: "open"}
_RESPONSE_STATES: dict[int, ResponseState] = {YES: "active", NO: "inactive", UNKNOWN: "open"}


def due_moment(due: Due, start: int, zone: str | None) -> int:
    """When something is due that counts from a moment; both in microseconds."""
    if due.unit in MONTHS:
        return shift_moment(start, due.amount * MONTHS[due.unit], zone)
    return start + due.amount * MICROSECONDS[due.unit]


@dataclass(frozen=True)
class Explanation:
    """Puts together the reasons for one result: two traces, one under the assumptions and one without."""

    protocol: Protocol
    incident: Incident
    now: int | None
    range: Range
    exactness: Exactness | None
    counts: Counts
    past: Past | None

    @property
    def _slots(self) -> Mapping[Condition | Value, int]:
        return self.protocol.program.slots

    @cached_property
    def assumed_facts(self) -> Facts:
        """The facts, with what is assumed of the unknown ones."""
        return self.protocol.program.assuming(self.incident.facts)

    @cached_property
    def assumed_range(self) -> Range:
        """The levels of the lowest and highest tier under the assumptions."""
        if self.exactness:
            return self.exactness.assumed
        if self.range[0] == self.range[1]:
            return self.range
        return self.protocol.program.tiers(self.assumed_facts, self.now, True, self.counts.assumed)

    @cached_property
    def _trace(self) -> tuple[Any, ...]:
        return self.protocol.program.trace(self.assumed_facts, self.now, True, self.counts.assumed, self.assumed_range)

    @cached_property
    def _plain_trace(self) -> tuple[Any, ...]:
        return self.protocol.program.trace(self.incident.facts, self.now, False, self.counts.plain, self.range)

    def scope_rules(self) -> tuple[ScopeOutcome, ...]:
        """How every scope entry came out."""
        return tuple(
            ScopeOutcome(part=part, state=word(self._truth(part)), **self._shared(part))
            for part in self.protocol.scope.values()
        )

    def scope_states(self) -> Mapping[str, Word]:
        """How every scope entry came out, without the reasons."""
        return {name: word(self._truth(part)) for name, part in self.protocol.scope.items()}

    def rules(self) -> tuple[RuleOutcome, ...]:
        """How every rule came out."""
        return tuple(map(self.rule, self.protocol.rules.values()))

    def rule_states(self) -> Mapping[str, RuleState]:
        """How every rule came out, without the reasons."""
        return {name: self._rule_state(rule) for name, rule in self.protocol.rules.items()}

    def rule(self, rule: Rule) -> RuleOutcome:
        """How one rule came out."""
        low, high = self._target(rule)
        return RuleOutcome(
            part=rule,
            state=self._rule_state(rule),
            tiers=(self.protocol.tiers[low], self.protocol.tiers[high]),
            overridden_by=self._overriding(rule),
            **self._shared(rule),
        )

    def deciding(self, level: int) -> tuple[Rule, ...]:
        """The rules that hold and lead to the tier of that level; a limit does if it overrides something."""
        fired = [rule for rule in self.protocol.rules.values() if self._truth(rule) == YES]
        overridden = {rule.name for rule in fired if self._overriding(rule)}
        return tuple(
            rule
            for rule in fired
            if (rule.effect == "limit_to" and overridden and self._target(rule)[1] == level)
            or (
                rule.effect == "raise_to"
                and level > 0
                and rule.name not in overridden
                and self._target(rule)[0] == level
            )
        )

    def responses(self) -> tuple[ResponseOutcome, ...]:
        """How every response came out."""
        return tuple(map(self.response, self.protocol.responses.values()))

    def response(self, part: Response) -> ResponseOutcome:
        """How one response came out."""
        state = _RESPONSE_STATES[self._truth(part)]
        return ResponseOutcome(part=part, state=state, due=self._due(part.due), **self._shared(part))

    def response_states(self) -> Mapping[str, ResponseState]:
        """How every response came out, without the reasons."""
        return {name: _RESPONSE_STATES[self._truth(part)] for name, part in self.protocol.responses.items()}

    def due_times(self) -> Mapping[str, str | None]:
        """When every response is due, without the reasons."""
        return {name: self._due(part.due) for name, part in self.protocol.responses.items()}

    def truth(self, condition: Condition) -> Word:
        """How one condition of the protocol came out."""
        return word(self._trace[self._slots[condition]])

    def assumptions(self) -> tuple[Assumption, ...]:
        """What is assumed because it is not known."""
        facts = [
            Assumption(fact.name, "fact", self._plain(fact.type, fact.assumed))
            for fact, encoded in zip(self.protocol.facts.values(), self.incident.facts, strict=True)
            if encoded is None and fact.assumed is not None
        ]
        criteria = [
            Assumption(criterion.name, "criterion", criterion.assumed)
            for criterion in self.protocol.criteria.values()
            if criterion.assumed is not None and self._trace[self._slots[criterion.condition]] == UNKNOWN
        ]
        return (*facts, *criteria)

    def criteria(self) -> Mapping[str, Reason]:
        """How every criterion came out."""
        return {name: self._criteria[name] for name in self.protocol.criteria}

    def measures(self) -> Mapping[str, Evidence]:
        """What every measure is worth."""
        return self._measures

    def patterns(self) -> Mapping[str, Evidence]:
        """What every pattern comes to."""
        return self._patterns

    # Each fact, measure and criterion once, however many conditions name it

    @cached_property
    def _facts(self) -> dict[str, Evidence]:
        facts = zip(self.protocol.facts.values(), self.incident.facts, self.assumed_facts, strict=True)
        return {fact.name: self._fact(fact, known, assumed) for fact, known, assumed in facts}

    @cached_property
    def _measures(self) -> dict[str, Evidence]:
        return {name: self._measure(measure) for name, measure in self.protocol.measures.items()}

    @cached_property
    def _patterns(self) -> dict[str, Evidence]:
        counted = self.counts.counted or ((),) * len(self.protocol.patterns)
        patterns = zip(self.protocol.patterns.values(), counted, strict=True)
        return {pattern.name: self._pattern(pattern, self._ids(places)) for pattern, places in patterns}

    @cached_property
    def _criteria(self) -> dict[str, Reason]:
        reasons: dict[str, Reason] = {}
        for name in self.protocol.order:  # so that what a criterion refers to is there before it
            if name in self.protocol.criteria:
                inner = self._reason(self.protocol.criteria[name].condition, reasons)
                state = word(self._trace[self._slots[CriterionHolds(name)]])
                reasons[name] = Reason(name, state, (), (inner,), name, self.protocol.criteria[name].span)
        return reasons

    # One part each

    def _truth(self, gate: Gate, plain: bool = False) -> int:
        trace = self._plain_trace if plain else self._trace
        when = trace[self._slots[gate.when]]
        if gate.unless is None:
            return int(when)
        unless = trace[self._slots[gate.unless]]
        return int(when & NOT[unless])

    def _standing(self, gate: Gate) -> Standing:
        if self._truth(gate, plain=True) != UNKNOWN:
            return "settled"
        return "open" if self._truth(gate) == UNKNOWN else "assumed"

    def _shared(self, gate: Gate) -> dict[str, Any]:
        unless = None if gate.unless is None else self._reason(gate.unless, self._criteria)
        return {
            "standing": self._standing(gate),
            "when": self._reason(gate.when, self._criteria),
            "unless": unless,
        }

    def _rule_state(self, rule: Rule) -> RuleState:
        return "overridden" if self._overriding(rule) else _RULE_STATES[self._truth(rule)]

    def _overriding(self, rule: Rule) -> tuple[str, ...]:
        """The limits that hold below a raise that holds."""
        if rule.effect != "raise_to" or self._truth(rule) != YES:
            return ()
        level = self._target(rule)[0]
        return tuple(
            limit.name
            for limit in self.protocol.rules.values()
            if limit.effect == "limit_to" and self._truth(limit) == YES and self._target(limit)[1] < level
        )

    def _target(self, rule: Rule) -> Range:
        """The levels of the least and the greatest tier that a rule raises or limits to."""
        if isinstance(rule.tier, Constant):
            return rule.tier.value, rule.tier.value
        low, high = self._trace[self._slots[rule.tier]]
        return low, high

    def _due(self, due: Due | None) -> str | None:
        if due is None:
            return None
        zone = self.protocol.time_zone
        start = (
            self.now
            if due.after in ("now", "active")
            else dict(zip(self.protocol.facts, self.incident.facts, strict=True))[due.after]
        )
        return None if start is None else moment_text(due_moment(due, int(start), zone), zone)

    def _reason(self, node: Condition, criteria: Mapping[str, Reason]) -> Reason:
        state = word(self._trace[self._slots[node]])
        text = node.text or "always"
        if isinstance(node, CriterionHolds):
            return Reason(text, state, (), criteria[node.criterion].parts, node.criterion, node.span, node)
        if isinstance(node, AllOf | AnyOf | AtLeast | Not):
            inner = (node.part,) if isinstance(node, Not) else node.parts
            parts = tuple(self._reason(part, criteria) for part in inner)
            return Reason(text, state, (), parts, None, node.span, node)
        return Reason(text, state, tuple(self._evidence(node)), (), None, node.span, node)

    def _evidence(self, node: Condition | Value) -> list[Evidence]:
        """What a condition without parts was decided on, each thing once."""
        match node:
            case FactHolds(fact=name) | FactValue(fact=name) | Includes(fact=name) | TextIs(fact=name):
                return [self._facts[name]]
            case MeasureValue(measure=name):
                return [self._measures[name]]
            case PatternValue(pattern=name):
                return [self._patterns[name]]
            case Now():
                return [Evidence("now", "now", moment_text(self.now or 0, self.protocol.time_zone), "known")]
            case TierValue() | Unsettled():
                return [self._tier_evidence()]
            case _:
                found = [evidence for child in children(node) for evidence in self._evidence(child)]
                return list({(evidence.kind, evidence.name): evidence for evidence in found}.values())

    def _fact(self, fact: Fact, known: Encoded | None, assumed: Encoded | None) -> Evidence:
        standing: Literal["known", "assumed", "unknown"] = "known" if known is not None else "assumed"
        if assumed is None:
            standing = "unknown"
        detail = self.incident.details.get(fact.name, NO_DETAIL)
        value = None if fact.private else self._plain(fact.type, assumed)
        return Evidence(fact.name, "fact", value, standing, detail=detail, private=fact.private)

    def _measure(self, measure: Measure) -> Evidence:
        kind, found = measure.type, self._trace[self._slots[MeasureValue(measure.name, measure.type)]]
        if kind.name == "choice":
            possible = [name for position, name in enumerate(kind.options) if found >> position & 1]
        else:
            ends = dict.fromkeys(found)
            possible = [kind.options[end] if kind.name == "scale" else self._plain(kind, end) for end in ends]
        if len(possible) == 1:
            return Evidence(measure.name, "measure", possible[0], "known")
        return Evidence(measure.name, "measure", None, "unknown", tuple(possible))

    def _pattern(self, pattern: Pattern, counted: tuple[str, ...]) -> Evidence:
        low, high = self._trace[self._slots[pattern.value]]
        if low == high:
            return Evidence(pattern.name, "pattern", self._plain(pattern.type, low), "known", counted=counted)
        possible = tuple(self._plain(pattern.type, end) for end in (low, high)) if self.counts.assumed else ()
        return Evidence(pattern.name, "pattern", None, "unknown", possible, counted=counted)

    def _ids(self, places: tuple[int, ...]) -> tuple[str, ...]:
        past = self.past.incidents if self.past else ()
        return tuple(name for place in places if (name := past[place].id) is not None)

    def _tier_evidence(self) -> Evidence:
        low, high = (self.protocol.tiers[level].name for level in self.assumed_range)
        if low == high:
            return Evidence("tier", "tier", low, "known" if self.range[0] == self.range[1] else "assumed")
        return Evidence("tier", "tier", None, "unknown", (low, high))

    def _plain(self, kind: Type, encoded: Encoded | None) -> Any:
        return None if encoded is None else decode(kind, encoded, self.protocol.time_zone)
