"""The recommendation for one incident, and the reasons for it, which are put together when asked for."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from rapid_response.evaluation.compiling import Evaluate, Facts, Range, compile_evaluation
from rapid_response.evaluation.explaining import Explanation
from rapid_response.evaluation.incidents import NO_DETAIL, NO_DETAILS, Checked, Incident, check_incident, encode_as_of
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
from rapid_response.evaluation.patterns import UNCOUNTED, Counts, History, Past, check_history, count
from rapid_response.evaluation.truth import Word
from rapid_response.protocol.expressions import Condition
from rapid_response.protocol.model import Protocol, Rule, Tier, Window
from rapid_response.protocol.values import decode, moment_text

if TYPE_CHECKING:
    from rapid_response.reasoning.changes import Changes
    from rapid_response.reasoning.questions import Frequencies, Questions
    from rapid_response.reasoning.reasons import Why
    from rapid_response.reasoning.why_not import WhyNot

SEMANTICS = 1
"""Goes up whenever the same protocol and incident may give another result than before."""

Scope = Literal["in", "out", "unknown"]


class _Light:
    """Makes instances without the room for thirty attributes that CPython sets aside (docs/decisions/0009)."""

    __slots__ = ("__dict__",)


@dataclass(frozen=True, repr=False)
class Recommendation(_Light):
    """What the protocol recommends for one incident, and everything needed to say why.

    `tier` is recommended (None where the protocol recommends nothing while it is open); `lowest` and `highest` bound
    what is still possible whatever the missing facts turn out to be. `exactness` is None for the range that follows
    rule by rule, else it says how the range was narrowed. `past` are the incidents that patterns were counted in, None
    without a history; `counts` what the patterns come to. The record itself is quick to make; the incident, rules,
    responses and the rest are put together when asked for.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> result = protocol.evaluate({}, as_of="2026-02-01T09:00")
    >>> result.standing, result.lowest < result.highest
    ('open', True)
    """

    protocol: Protocol
    checked: Checked
    now: int | None
    range: Range
    exactness: Exactness | None = None
    past: Past | None = None
    counts: Counts = UNCOUNTED

    @cached_property
    def incident(self) -> Incident:
        """The checked incident."""
        return Incident(*self.checked)

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
        return "assumed" if self._explanation.assumed_range[0] == self._explanation.assumed_range[1] else "open"

    @cached_property
    def tier(self) -> Tier | None:
        """The recommended tier; None where it is open and the protocol's `if_unsettled` is nothing."""
        low, high = self._explanation.assumed_range
        if low != high and self.protocol.if_unsettled == "nothing":
            return None
        return self.protocol.tiers[high if self.protocol.if_unsettled == "highest" else low]

    # The reasons

    @cached_property
    def scope(self) -> Scope:
        """Whether the incident is in the protocol's scope, under the assumptions."""
        states = self.scope_states.values()
        return "out" if "yes" in states else "unknown" if "unknown" in states else "in"

    @cached_property
    def scope_rules(self) -> tuple[ScopeOutcome, ...]:
        """Every reason to be out of scope, and whether it holds."""
        return self._explanation.scope_rules()

    @cached_property
    def scope_states(self) -> Mapping[str, Word]:
        """Whether each reason to be out of scope holds: alone, in a fraction of the time that `scope_rules` takes."""
        return self._explanation.scope_states()

    @cached_property
    def rules(self) -> tuple[RuleOutcome, ...]:
        """Every rule, in the order of the protocol."""
        return self._explanation.rules()

    @cached_property
    def rule_states(self) -> Mapping[str, RuleState]:
        """The state of every rule alone, in a fraction of the time that `rules` takes with its reasons."""
        return self._explanation.rule_states()

    @cached_property
    def responses(self) -> tuple[ResponseOutcome, ...]:
        """Every response, in the order of the protocol."""
        return self._explanation.responses()

    @cached_property
    def response_states(self) -> Mapping[str, ResponseState]:
        """The state of every response alone, in a fraction of the time that `responses` takes with its reasons."""
        return self._explanation.response_states()

    @cached_property
    def due_times(self) -> Mapping[str, str | None]:
        """When every response is due, as ISO text in the protocol's zone; None where that is not known or not said."""
        return self._explanation.due_times()

    @cached_property
    def deciding(self) -> tuple[RuleOutcome, ...]:
        """The rules that made the recommended tier what it is: raises to it, and limits that hold it down.

        Rules that are still open decide nothing.
        """
        return tuple(self._explanation.rule(rule) for rule in self.deciding_rules)

    @cached_property
    def deciding_rules(self) -> tuple[Rule, ...]:
        """The same rules as the protocol states them, in a fraction of the time."""
        return self._explanation.deciding(self.tier.level) if self.tier else ()

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What is assumed because it is not known."""
        return self._explanation.assumptions()

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The facts that are not known."""
        names = zip(self.protocol.facts, self.incident.facts, strict=True)
        return tuple(name for name, encoded in names if encoded is None)

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """The known facts as plain data, blanks that mean something included."""
        pairs = zip(self.protocol.facts.values(), self.incident.facts, strict=True)
        zone = self.protocol.time_zone
        return {fact.name: decode(fact.type, encoded, zone) for fact, encoded in pairs if encoded is not None}

    @cached_property
    def criteria(self) -> Mapping[str, Reason]:
        """Every criterion with its condition and how it came out."""
        return self._explanation.criteria()

    @cached_property
    def measures(self) -> Mapping[str, Evidence]:
        """Every measure with its value, or the range or options still possible."""
        return self._explanation.measures()

    @cached_property
    def patterns(self) -> Mapping[str, Evidence]:
        """Every pattern with its number, or the least and the greatest still possible."""
        return self._explanation.patterns()

    def counted(self, facts: Facts) -> Counts:
        """What the patterns come to where other facts are known of the incident."""
        if facts == self.incident.facts:
            return self.counts
        return count(self.protocol, self.incident._replace(facts=facts), self.past, self.now)

    @cached_property
    def uncertain_patterns(self) -> frozenset[str]:
        """The patterns that hang on what is not known of past incidents: all of them where there is no history."""
        patterns = self.protocol.patterns.values()
        return frozenset(one.name for one in patterns if self.past is None or self.past.leaves_open(one, self.now))

    @property
    def as_of(self) -> str | None:
        """The time of evaluation as ISO text in the protocol's zone."""
        return None if self.now is None else moment_text(self.now, self.protocol.time_zone)

    @cached_property
    def in_force(self) -> bool | None:
        """Whether the protocol is in force at the time of evaluation; None without such a time, or days in force.

        Nothing else of the result hangs on it.

        >>> from rapid_response import load_protocol
        >>> protocol = load_protocol("protocol_rules/ccsj")
        >>> [protocol.evaluate({}, as_of=time).in_force for time in ("2025-12-31T23:59", "2026-01-01T00:00")]
        [False, True]
        """
        if self.now is None or self.protocol.in_force == Window():
            return None
        return self.protocol.is_in_force(self.now)

    def rule(self, name: str) -> RuleOutcome:
        """The outcome of the rule of that name; KeyError where there is none."""
        return self._explanation.rule(self.protocol.rules[name])

    def response(self, name: str) -> ResponseOutcome:
        """The outcome of the response of that name; KeyError where there is none."""
        return self._explanation.response(self.protocol.responses[name])

    def truth(self, condition: Condition) -> Word:
        """How a condition of the protocol came out under the assumptions; KeyError where it is no part of it."""
        return self._explanation.truth(condition)

    # What else could be (the layer `reasoning`)

    def exact(self) -> Recommendation:
        """The same result with its range narrowed to the tiers that can still come out.

        >>> from rapid_response import protocol_from_text
        >>> protocol = protocol_from_text(
        ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}, g: {type: yes_no}}\\n"
        ...     "rules: {a: {when: f and g, raise_to: high}, b: {when: not f or not g, raise_to: high}}"
        ... )
        >>> protocol.evaluate({}).standing, protocol.evaluate({}).exact().standing
        ('open', 'settled')
        """
        from rapid_response.reasoning.ranges import exact

        return exact(self)

    def questions(self, frequencies: Frequencies | None = None) -> Questions:
        """What to find out next, best first, and the missing facts that cannot matter any more.

        `frequencies` says, by fact, how often each value has been seen; without it all answers are equally likely.
        """
        from rapid_response.reasoning.questions import questions

        return questions(self, frequencies)

    @cached_property
    def questions_left(self) -> int:
        """How many answers it takes at most until the tier is settled, asking in the order of `questions`."""
        return self.questions().most_left

    def why(self, *, tier: str | None = None, response: str | None = None, smallest: bool = False) -> Why | None:
        """Known facts that force the range of tiers, or that it is at least or below `tier`, or a response's state.

        None of them can be left out. None where what is known does not force it. Raises KeyError for unknown names.
        """
        from rapid_response.reasoning.reasons import why

        return why(self, tier=tier, response=response, smallest=smallest)

    def what_would(
        self,
        *,
        tier: str | None = None,
        response: str | None = None,
        state: ResponseState = "active",
        fixed: Sequence[str] = (),
        only_unknown: bool = False,
        limit: int = 10,
    ) -> Changes:
        """The fewest changes of facts that would have led to the tier, or to the response's state.

        Facts named in `fixed` stay as they are; `only_unknown` asks what would have to turn out true. Raises KeyError
        for unknown names.
        """
        from rapid_response.reasoning.changes import what_would

        return what_would(
            self, tier=tier, response=response, state=state, fixed=fixed, only_unknown=only_unknown, limit=limit
        )

    def why_not(self, tier: str, *, fixed: Sequence[str] = (), only_unknown: bool = False, limit: int = 10) -> WhyNot:
        """Why the tier of that name is not recommended: what rules lacked, what held it down, what would change it."""
        from rapid_response.reasoning.why_not import why_not

        return why_not(self, tier, fixed=fixed, only_unknown=only_unknown, limit=limit)

    # As data and text

    def to_dict(self, private: bool = False) -> dict[str, Any]:
        """The whole result as plain data, stable, described by `result_schema()`.

        The values of facts that the protocol marks private are left out unless `private` asks for them.

        >>> from rapid_response import load_protocol
        >>> result = load_protocol("protocol_rules/ccsj").evaluate({"id": "A-1"}, as_of="2026-02-01T09:00")
        >>> result.to_dict()["incident"], result.to_dict()["as_of"]
        ('A-1', '2026-02-01T09:00-08:00')
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
            "in_force": self.in_force,
            "tier": self.tier.name if self.tier else None,
            "lowest": self.lowest.name,
            "highest": self.highest.name,
            "standing": self.standing,
            "exact": self.exactness.exact if self.exactness else None,
            "scope": self.scope,
            "facts": {name: self._fact_document(name, value, private) for name, value in self.facts.items()},
            "missing": list(self.missing),
            "assumptions": [assumption.to_dict() for assumption in self.assumptions],
            "deciding": [rule.name for rule in self.deciding],
            "scope_rules": [outcome.to_dict() for outcome in self.scope_rules],
            "rules": [outcome.to_dict() for outcome in self.rules],
            "responses": [outcome.to_dict() for outcome in self.responses],
            "criteria": {
                name: reason.parts[0].to_dict() | {"state": reason.state} for name, reason in self.criteria.items()
            },
            "measures": {name: measure.to_dict() for name, measure in self.measures.items()},
            "patterns": {name: pattern.to_dict() for name, pattern in self.patterns.items()},
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

    @cached_property
    def _explanation(self) -> Explanation:
        return Explanation(self.protocol, self.incident, self.now, self.range, self.exactness, self.counts, self.past)


def evaluator(protocol: Protocol) -> Evaluate:
    """The function behind `Protocol.evaluate`, compiled for one protocol."""
    return compile_evaluation(protocol, encode_as_of, _recommend_plain, _recommend_other)


def recommend(protocol: Protocol, incident: Incident, now: int | None, past: Past | None = None) -> Recommendation:
    """The recommendation for a checked incident at a time in microseconds; patterns are counted in `past`."""
    counts = count(protocol, incident, past, now)
    tiers = protocol.program.tiers(incident.facts, now, False, counts.plain)
    return Recommendation(protocol, incident, now, tiers, past=past, counts=counts)


def recommend_with_history(
    protocol: Protocol, given: Mapping[str, Any], as_of: str | dt.datetime | None, history: History
) -> Recommendation:
    """The recommendation for an incident as given, with past ones as given."""
    now, incident = encode_as_of(protocol, as_of), check_incident(protocol, given)
    return recommend(protocol, incident, now, check_history(protocol, history))


def _recommend_other(protocol: Protocol, given: Mapping[str, Any], now: int | None) -> Recommendation:
    return recommend(protocol, check_incident(protocol, given), now)


def _recommend_plain(
    protocol: Protocol, now: int | None, name: str | None, facts: Facts, tiers: Range
) -> Recommendation:
    """What the constructor would make, at a third of its time (docs/decisions/0009-quick-way-in.md)."""
    result = object.__new__(Recommendation)
    fields = result.__dict__
    fields["protocol"] = protocol
    fields["checked"] = (name, facts, NO_DETAILS)
    fields["now"] = now
    fields["range"] = tiers
    return result
