"""The recommendation for one incident, and the reasons for it, which are put together when asked for."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from rapid_response.evaluation.compiling import Facts, Range
from rapid_response.evaluation.incidents import NO_DETAIL, Detail, Incident, check_incident, encode_as_of
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
    TextIs,
    TierValue,
    Type,
    Unsettled,
    Value,
    children,
)
from rapid_response.protocol.model import Due, Fact, Gate, Measure, Protocol, Response, Rule, ScopeRule, Text, Tier
from rapid_response.protocol.problems import Span
from rapid_response.protocol.values import Encoded, decode, moment_text, shift_moment

SEMANTICS = 1
"""Goes up whenever the same protocol and incident may give another result than before."""

Standing = Literal["settled", "assumed", "open"]
Scope = Literal["in", "out", "unknown"]
RuleState = Literal["fired", "not fired", "open", "overridden"]
ResponseState = Literal["active", "inactive", "open"]
_MOMENT = Type("moment")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact, measure, time or the tier behind a condition.

    `value` is plain data (see `values.decode`), None where not known; `possible` then gives the least and greatest value,
    or the options, that are still possible where they are bounded. `standing` is "known", "assumed" or "unknown". Of a
    `private` fact the value is left out.
    """

    name: str
    kind: Literal["fact", "measure", "now", "tier"]
    value: Any
    standing: Literal["known", "assumed", "unknown"]
    possible: tuple[Any, ...] = ()
    detail: Detail = NO_DETAIL
    private: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The evidence as plain data."""
        stated = {"name": self.name, "kind": self.kind, "value": self.value, "standing": self.standing}
        possible = {"possible": list(self.possible)} if self.possible else {}
        private = {"private": True} if self.private else {}
        return {**stated, **possible, **private, **self.detail.to_dict()}


@dataclass(frozen=True, slots=True)
class Reason:
    """A condition and how it came out, with the conditions it is made of.

    `text` is the condition as written; `state` "yes", "no" or "unknown" under the assumptions; `evidence` what a condition
    without parts was decided on; `criterion` the criterion it names, whose own condition is its only part.
    """

    text: str
    state: Word
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Reason, ...] = ()
    criterion: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)
    condition: Condition | None = field(default=None, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The reason as plain data, parts within."""
        stated: dict[str, Any] = {"text": self.text, "state": self.state}
        if self.criterion:
            stated["criterion"] = self.criterion
        if self.evidence:
            stated["evidence"] = [evidence.to_dict() for evidence in self.evidence]
        if self.parts:
            stated["parts"] = [part.to_dict() for part in self.parts]
        return stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What scope entries, rules and responses share in a result.

    `standing` is "settled" where the state holds whatever is missing, "assumed" where it holds under the assumptions, else
    "open". `when` and `unless` are the trees of conditions behind it.
    """

    part: Gate
    standing: Standing
    when: Reason
    unless: Reason | None

    @property
    def name(self) -> str:
        """The name of the part."""
        return self.part.name

    @property
    def because(self) -> Text:
        """Why the protocol says so, in its own words."""
        return self.part.because

    @property
    def place(self) -> str | None:
        """Where the part stands, as file:line."""
        span = self.part.span
        return f"{span.source.file}:{span.line}" if span else None

    def _shared(self, state: str) -> dict[str, Any]:
        return {
            "name": self.name,
            "state": state,
            "standing": self.standing,
            "title": self.part.title.to_dict(),
            "because": self.because.to_dict(),
            "source": self.part.source,
            "place": self.place,
            "when": self.when.to_dict(),
            "unless": self.unless.to_dict() if self.unless else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeOutcome(Outcome):
    """A reason to be out of scope: "yes" where it holds."""

    part: ScopeRule
    state: Word

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data."""
        return self._shared(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome(Outcome):
    """A rule: fired, not fired, open, or overridden by the limits named in `overridden_by`.

    `tiers` are the least and the greatest tier that it raises or limits to, the same one for most rules.
    """

    part: Rule
    state: RuleState
    tiers: tuple[Tier, Tier]
    overridden_by: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data."""
        effect = {"effect": self.part.effect, "tiers": [tier.name for tier in self.tiers]}
        return {**self._shared(self.state), **effect, "overridden_by": list(self.overridden_by)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseOutcome(Outcome):
    """A response: active, inactive or open, with the moment it is due (ISO text, None where unknown or not stated)."""

    part: Response
    state: ResponseState
    due: str | None

    @property
    def owner(self) -> str | None:
        """The role that does it."""
        return self.part.owner

    def to_dict(self) -> dict[str, Any]:
        """The outcome as plain data."""
        due = {"due": self.due, "due_rule": str(self.part.due) if self.part.due else None}
        serving = {"serves": self.part.serves, "owner": self.owner}
        return {**self._shared(self.state), **serving, **due}


@dataclass(frozen=True, slots=True)
class Assumption:
    """A fact or criterion that is not known, and what is assumed of it until it is."""

    name: str
    kind: Literal["fact", "criterion"]
    value: Any

    def to_dict(self) -> dict[str, Any]:
        """The assumption as plain data."""
        return {"name": self.name, "kind": self.kind, "value": self.value}


@dataclass(frozen=True, repr=False)
class Recommendation:
    """What the protocol recommends for one incident, and everything needed to say why.

    `tier` is recommended (None where the protocol recommends nothing while it is open); `lowest` and `highest` bound what
    is still possible whatever the missing facts turn out to be. The record itself is quick to make; rules, responses and
    the rest are put together when asked for.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> result = protocol.evaluate({}, as_of="2026-02-01T09:00")
    >>> result.standing, result.lowest < result.highest
    ('open', True)
    """

    protocol: Protocol
    incident: Incident
    now: int | None
    range: Range

    # The tier

    @property
    def lowest(self) -> Tier:
        """The lowest tier still possible."""
        return self.protocol.tiers[self.range[0]]

    @property
    def highest(self) -> Tier:
        """The highest tier still possible."""
        return self.protocol.tiers[self.range[1]]

    @cached_property
    def standing(self) -> Standing:
        """Whether the tier is settled, equal once the assumptions are taken, or open."""
        if self.range[0] == self.range[1]:
            return "settled"
        return "assumed" if self._assumed_range[0] == self._assumed_range[1] else "open"

    @cached_property
    def tier(self) -> Tier | None:
        """The recommended tier; None where it is open and the protocol's `if_unsettled` is nothing."""
        low, high = self._assumed_range
        if low != high and self.protocol.if_unsettled == "nothing":
            return None
        return self.protocol.tiers[high if self.protocol.if_unsettled == "highest" else low]

    # The reasons

    @cached_property
    def scope(self) -> Scope:
        """Whether the incident is in the protocol's scope, under the assumptions."""
        states = [outcome.state for outcome in self.scope_rules]
        return "out" if "yes" in states else "unknown" if "unknown" in states else "in"

    @cached_property
    def scope_rules(self) -> tuple[ScopeOutcome, ...]:
        """Every reason to be out of scope, and whether it holds."""
        return tuple(
            ScopeOutcome(part=part, state=word(self._truth(part)), **self._shared(part))
            for part in self.protocol.scope.values()
        )

    @cached_property
    def rules(self) -> tuple[RuleOutcome, ...]:
        """Every rule, in the order of the protocol."""
        return tuple(self._rule(rule) for rule in self.protocol.rules.values())

    @cached_property
    def responses(self) -> tuple[ResponseOutcome, ...]:
        """Every response, in the order of the protocol."""
        states: dict[int, ResponseState] = {YES: "active", NO: "inactive", UNKNOWN: "open"}
        return tuple(
            ResponseOutcome(part=part, state=states[self._truth(part)], due=self._due(part.due), **self._shared(part))
            for part in self.protocol.responses.values()
        )

    @cached_property
    def deciding(self) -> tuple[RuleOutcome, ...]:
        """The rules that made the recommended tier what it is: raises to it, and limits that hold it down.

        Rules that are still open decide nothing.
        """
        if self.tier is None:
            return ()
        level, overridden = self.tier.level, any(rule.state == "overridden" for rule in self.rules)
        return tuple(rule for rule in self.rules if rule.state == "fired" and _decides(rule, level, overridden))

    @cached_property
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
            if criterion.assumed is not None
            and self._plain_trace[self._slots[CriterionHolds(criterion.name)]] == UNKNOWN
        ]
        return (*facts, *criteria)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The facts that are not known."""
        names = zip(self.protocol.facts, self.incident.facts, strict=True)
        return tuple(name for name, encoded in names if encoded is None)

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """The known facts as plain data, blanks that mean something included."""
        pairs = zip(self.protocol.facts.values(), self.incident.facts, strict=True)
        return {fact.name: self._plain(fact.type, encoded) for fact, encoded in pairs if encoded is not None}

    @cached_property
    def criteria(self) -> Mapping[str, Reason]:
        """Every criterion with its condition and how it came out."""
        return {name: self._reason(CriterionHolds(name, text=name)) for name in self.protocol.criteria}

    @cached_property
    def measures(self) -> Mapping[str, Evidence]:
        """Every measure with its value, or the range or options still possible."""
        return {name: self._measure(measure) for name, measure in self.protocol.measures.items()}

    @property
    def as_of(self) -> str | None:
        """The time of evaluation as ISO text in the protocol's zone."""
        return None if self.now is None else moment_text(self.now, self.protocol.time_zone)

    def rule(self, name: str) -> RuleOutcome:
        """The outcome of the rule of that name; KeyError where there is none."""
        return {rule.name: rule for rule in self.rules}[name]

    def response(self, name: str) -> ResponseOutcome:
        """The outcome of the response of that name; KeyError where there is none."""
        return {response.name: response for response in self.responses}[name]

    # As data and text

    def to_dict(self, private: bool = False) -> dict[str, Any]:
        """The whole result as plain data, stable, described by `result_schema()`.

        The values of facts that the protocol marks private are left out unless `private` asks for them.

        >>> from rapid_response import load_protocol
        >>> result = load_protocol("protocol_rules/ccsj").evaluate({"id": "A-1"}, as_of="2026-02-01T09:00")
        >>> sorted(result.to_dict())[:4]
        ['as_of', 'assumptions', 'criteria', 'facts']
        """
        return {
            "protocol": {
                "name": self.protocol.name,
                "version": self.protocol.version,
                "fingerprint": self.protocol.fingerprint,
                "semantics": SEMANTICS,
            },
            "incident": self.incident.id,
            "as_of": self.as_of,
            "tier": self.tier.name if self.tier else None,
            "lowest": self.lowest.name,
            "highest": self.highest.name,
            "standing": self.standing,
            "scope": self.scope,
            "facts": {name: self._fact_document(name, value, private) for name, value in self.facts.items()},
            "missing": list(self.missing),
            "assumptions": [assumption.to_dict() for assumption in self.assumptions],
            "deciding": [rule.name for rule in self.deciding],
            "scope_rules": [outcome.to_dict() for outcome in self.scope_rules],
            "rules": [outcome.to_dict() for outcome in self.rules],
            "responses": [outcome.to_dict() for outcome in self.responses],
            "criteria": {name: reason.state for name, reason in self.criteria.items()},
            "measures": {name: measure.to_dict() for name, measure in self.measures.items()},
        }

    def to_json(self, private: bool = False, indent: int | None = None) -> str:
        """The same as JSON text, non-ASCII characters as they are."""
        return json.dumps(self.to_dict(private), ensure_ascii=False, indent=indent)

    def to_html(self, language: str = "en", private: bool = False) -> str:
        """The result as one self-contained HTML page; needs the extra `reports`."""
        from rapid_response.reports.html import result_page

        return result_page(self, language, private=private)

    def __repr__(self) -> str:
        tier = self.tier.name if self.tier else None
        return f"Recommendation(tier={tier!r}, range=({self.lowest.name!r}, {self.highest.name!r}), {self.standing!r})"

    def __str__(self) -> str:
        from rapid_response.reports.terminal import result_text

        return result_text(self)

    def _fact_document(self, name: str, value: Any, private: bool) -> dict[str, Any]:
        detail = self.incident.details.get(name, NO_DETAIL).to_dict()
        if self.protocol.facts[name].private and not private:
            return {"value": None, "private": True, **detail}
        return {"value": value, **detail}

    # How the parts are found: the trace under the assumptions, and the plain one

    @property
    def _slots(self) -> Mapping[Condition | Value, int]:
        return self.protocol.program.slots

    @cached_property
    def _assumed_facts(self) -> Facts:
        assumed = self.protocol.program.assumed
        return tuple(a if fact is None else fact for fact, a in zip(self.incident.facts, assumed, strict=True))

    @cached_property
    def _assumed_range(self) -> Range:
        if self.range[0] == self.range[1]:
            return self.range
        return self.protocol.program.tiers(self._assumed_facts, self.now, True)

    @cached_property
    def _trace(self) -> tuple[Any, ...]:
        return self.protocol.program.trace(self._assumed_facts, self.now, True, None)

    @cached_property
    def _plain_trace(self) -> tuple[Any, ...]:
        return self.protocol.program.trace(self.incident.facts, self.now, False, None)

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
        unless = None if gate.unless is None else self._reason(gate.unless)
        return {"standing": self._standing(gate), "when": self._reason(gate.when), "unless": unless}

    def _rule(self, rule: Rule) -> RuleOutcome:
        states: dict[int, RuleState] = {YES: "fired", NO: "not fired", UNKNOWN: "open"}
        state, (low, high) = states[self._truth(rule)], self._target(rule)
        limits = self._limits_below(low) if state == "fired" and rule.effect == "raise_to" else ()
        tiers = self.protocol.tiers[low], self.protocol.tiers[high]
        return RuleOutcome(
            part=rule, state="overridden" if limits else state, tiers=tiers, overridden_by=limits, **self._shared(rule)
        )

    def _limits_below(self, level: int) -> tuple[str, ...]:
        return tuple(
            rule.name
            for rule in self.protocol.rules.values()
            if rule.effect == "limit_to" and self._truth(rule) == YES and self._target(rule)[1] < level
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
        if start is None:
            return None
        if due.unit in MONTHS:
            return moment_text(shift_moment(int(start), due.amount * MONTHS[due.unit], zone), zone)
        return moment_text(int(start) + due.amount * MICROSECONDS[due.unit], zone)

    def _reason(self, node: Condition) -> Reason:
        state = word(self._trace[self._slots[node]])
        text = node.text or "always"
        if isinstance(node, CriterionHolds):
            inner = self._reason(self.protocol.criteria[node.criterion].condition)
            return Reason(text, state, (), (inner,), node.criterion, node.span, node)
        if isinstance(node, AllOf | AnyOf | AtLeast | Not):
            parts = tuple(self._reason(part) for part in children(node) if isinstance(part, Condition))
            return Reason(text, state, (), parts, None, node.span, node)
        return Reason(text, state, tuple(self._evidence(node)), (), None, node.span, node)

    def _evidence(self, node: Condition | Value) -> list[Evidence]:
        """What a condition without parts was decided on, each thing once."""
        match node:
            case FactHolds(fact=name) | FactValue(fact=name) | Includes(fact=name) | TextIs(fact=name):
                return [self._fact(self.protocol.facts[name])]
            case MeasureValue(measure=name):
                return [self._measure(self.protocol.measures[name])]
            case Now():
                return [Evidence("now", "now", self.as_of, "known")]
            case TierValue() | Unsettled():
                return [self._tier_evidence()]
            case _:
                found = [evidence for child in children(node) for evidence in self._evidence(child)]
                return list({(evidence.kind, evidence.name): evidence for evidence in found}.values())

    def _fact(self, fact: Fact) -> Evidence:
        position = list(self.protocol.facts).index(fact.name)
        known, assumed = self.incident.facts[position], self._assumed_facts[position]
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

    def _tier_evidence(self) -> Evidence:
        low, high = (self.protocol.tiers[level].name for level in self._assumed_range)
        if low == high:
            return Evidence("tier", "tier", low, "known" if self.standing == "settled" else "assumed")
        return Evidence("tier", "tier", None, "unknown", (low, high))

    def _plain(self, kind: Type, encoded: Encoded | None) -> Any:
        return None if encoded is None else decode(kind, encoded, self.protocol.time_zone)


def evaluate(protocol: Protocol, facts: Mapping[str, Any], as_of: str | dt.datetime | None = None) -> Recommendation:
    """The recommendation of a protocol for one incident; see `Protocol.evaluate`."""
    return recommend(protocol, check_incident(protocol, facts), encode_as_of(protocol, as_of))


def recommend(protocol: Protocol, incident: Incident, now: int | None) -> Recommendation:
    """The recommendation for a checked incident at a time in microseconds."""
    return Recommendation(protocol, incident, now, protocol.program.tiers(incident.facts, now, False))


def _decides(rule: RuleOutcome, level: int, overridden: bool) -> bool:
    if rule.part.effect == "raise_to":
        return rule.tiers[0].level == level and level > 0
    return overridden and rule.tiers[1].level == level
