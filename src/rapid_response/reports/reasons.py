"""Why a part of a result came out as it did: the facts behind it, what it waits for, its tree of conditions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rapid_response.evaluation.incidents import NO_DETAIL, Detail
from rapid_response.evaluation.outcomes import Evidence, Outcome, Reason, RuleOutcome
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.expressions import AllOf, AnyOf, AtLeast, Condition, Not, Value, names_in
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.reports import catalogue as say
from rapid_response.reports.clauses import clause_of
from rapid_response.reports.document import Line, Run, Tree, between, line, plain, run
from rapid_response.reports.groupings import dissolves, group_of
from rapid_response.reports.vocabulary import introducing, uncapital
from rapid_response.reports.words import Wording

PAST = "past incidents"
"""Waited for beside facts, none of which can have this name."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """The reasons of one result in words. Values of private facts are shown where `private` asks for them."""

    result: Recommendation
    words: Wording
    private: bool

    @property
    def protocol(self) -> Protocol:
        return self.result.protocol

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def assumed(self) -> Mapping[str, Any]:
        return {stated.name: stated.value for stated in self.result.assumptions}

    # Facts

    def answer(self, fact: Fact) -> str:
        """What is known of a fact."""
        value = self.result.facts.get(fact.name)
        if value is not None and fact.private and not self.private:
            return say.PRIVATE(self.language)
        return self.words.value(fact, value)

    def assumption(self, fact: Fact) -> str:
        """What is assumed of a fact that is not known."""
        return self.words.value(fact, self.assumed[fact.name])

    def detail(self, fact: Fact) -> Detail:
        """Who said so, and when; nothing of a private fact that is not to be shown."""
        hidden = fact.private and not self.private
        return NO_DETAIL if hidden else self.result.incident.details.get(fact.name, NO_DETAIL)

    # Evidence

    def grounds(self, outcome: Outcome) -> tuple[Line, ...]:
        """What made a part come out as it did, each fact, measure and tier once."""
        reasons = [reason for reason in (outcome.when, outcome.unless) if reason]
        found = {evidence.name: evidence for reason in reasons for evidence in _grounds(reason)}
        found |= {evidence.name: evidence for evidence in self.behind_the_tier(outcome)}
        return tuple(self.evidence(evidence) for evidence in found.values() if evidence.kind != "now")

    def behind_the_tier(self, outcome: Outcome) -> Iterator[Evidence]:
        """Of a rule whose tier is worked out: the facts and measures that it is worked out from."""
        if not isinstance(outcome, RuleOutcome):
            return
        for name in sorted(names_in(outcome.part.tier)):
            if name in self.protocol.measures:
                yield self.result.measures[name]
            else:
                known = name in self.result.facts
                yield Evidence(
                    name, "fact", None, "known" if known else "assumed" if name in self.assumed else "unknown"
                )

    def evidence(self, evidence: Evidence) -> Line:
        """What a condition was decided on, with its label, its source and whether it is unverified."""
        label = run(introducing(self.label(evidence), self.language), "quiet")
        return (label, *self.found(evidence), *self.remarks(evidence))

    def label(self, evidence: Evidence) -> str:
        """What the evidence is about."""
        match evidence.kind:
            case "fact":
                return self.words.label(self.protocol.facts[evidence.name])
            case "measure":
                return self.words.label(self.protocol.measures[evidence.name])
            case "pattern":
                return self.words.label(self.protocol.patterns[evidence.name])
            case "now":
                return say.EVALUATED(self.language)
            case "tier":
                return say.TIER(self.language)

    def found(self, evidence: Evidence) -> Line:
        """What the evidence says."""
        possible = evidence.possible or (evidence.value,)
        match evidence.kind:
            case _ if evidence.standing == "unknown" and not evidence.possible:
                return line(say.NOT_KNOWN(self.language), "alert")
            case "fact":
                fact = self.protocol.facts[evidence.name]
                return line(self.answer(fact) if evidence.standing == "known" else self.assumption(fact))
            case "measure":
                return line(self.words.measured(self.protocol.measures[evidence.name], possible))
            case "pattern":
                numbers = [self.words.number(Decimal(number)) for number in possible]
                return line(numbers[0] if len(numbers) == 1 else say.BETWEEN(self.language, *numbers))
            case "now":
                return line(self.words.moment(evidence.value))
            case "tier":
                tiers = [self.words.label(self.protocol.tier(name)) for name in possible]
                return line(tiers[0] if len(tiers) == 1 else say.BETWEEN(self.language, *tiers))

    def remarks(self, evidence: Evidence) -> Line:
        """In brackets: that it is assumed, who said so, that it is unverified."""
        if evidence.kind != "fact":
            return ()
        detail = self.detail(self.protocol.facts[evidence.name])
        assumed = [run(say.ASSUMED(self.language), "alert")] if evidence.standing == "assumed" else []
        source = [run(detail.source, "quiet")] if detail.source else []
        unverified = [run(say.UNVERIFIED(self.language), "alert")] if detail.verified is False else []
        return self.in_brackets([*assumed, *source, *unverified])

    def in_brackets(self, remarks: Sequence[Run]) -> Line:
        if not remarks:
            return ()
        inside = between([(remark,) for remark in remarks], say.SEMICOLON(self.language))
        return (Run(say.OPENING(self.language), "quiet"), *inside, Run(say.CLOSING(self.language), "quiet"))

    # What is waited for

    def waited_for(self, outcome: Outcome) -> tuple[str, ...]:
        """The facts that an open part waits for, in the order of the protocol; then PAST and "tier", if so.

        Past incidents are waited for where there are none, and where too little is known of what happened before.
        """
        open_reasons = [reason for reason in (outcome.when, outcome.unless) if reason and reason.state == "unknown"]
        leaves = [leaf for reason in open_reasons for leaf in _leaves(reason)]
        nodes: list[Condition | Value] = [leaf.condition for leaf in leaves if leaf.condition]
        if isinstance(outcome, RuleOutcome) and outcome.tiers[0] < outcome.tiers[1]:
            nodes.append(outcome.part.tier)
        counted = self.result.past is not None
        names = {*self.protocol.facts_below(*nodes, patterns=counted)} - self.assumed.keys()
        uncertain = self.result.uncertain_patterns.intersection(self.protocol.patterns_below(*nodes))
        history = [PAST] if any(self.result.patterns[name].standing == "unknown" for name in uncertain) else []
        tier = ["tier"] if any(evidence.kind == "tier" for leaf in leaves for evidence in leaf.evidence) else []
        return (*(name for name in self.result.missing if name in names), *history, *tier)

    def settled_by(self, outcome: Outcome) -> tuple[str, ...]:
        """The facts that would settle a part: those it waits for, or those that what is assumed stands in for."""
        if outcome.standing != "assumed":
            return self.waited_for(outcome)
        gate = outcome.part
        names = self.protocol.facts_below(gate.when, *([gate.unless] if gate.unless else []))
        return tuple(name for name in self.result.missing if name in names)

    # Trees

    def tree(self, reason: Reason) -> Tree:
        """A condition, how it came out and on what, with the conditions it is made of."""
        assert reason.condition is not None
        bare, group = _bare(reason), group_of(self.protocol, reason.condition)
        if group and bare.parts:
            parts = tuple(self.tree(part) for part in _flat(bare))
            return Tree(line(group.heading(self.language)), parts, reason.state)
        said = line(self.words.condition(reason.condition))
        if bare.criterion:
            return self.criterion(said, reason, bare.parts[0])
        claimed = "" if group else clause_of(self.words, reason.condition).said
        return Tree((*said, *self.decided_on(bare, claimed)), (), reason.state)

    def criterion(self, said: Line, reason: Reason, condition: Reason) -> Tree:
        """A criterion, with the parts of its condition below it, or its condition where that has none."""
        inner = self.tree(condition)
        if not inner.parts or condition.criterion or inner.state != reason.state:
            return Tree(said, (inner,), reason.state)
        return Tree((*said, run(say.DASH + uncapital(plain(inner.words)), "quiet")), inner.parts, reason.state)

    def decided_on(self, bare: Reason, claimed: str) -> Line:
        """What a condition without parts was decided on, but for what just repeats the value that it claims."""
        leaves = [evidence for leaf in _leaves(bare) for evidence in leaf.evidence if evidence.kind != "now"]
        match list({evidence.name: evidence for evidence in leaves}.values()):
            case []:
                return ()
            case [evidence]:
                value, remarks = self.found(evidence), self.remarks(evidence)
                repeats = claimed in (plain(value), self.words.quoted(plain(value)))
                return remarks if repeats else (Run(say.DASH, "quiet"), *value, *remarks)
            case several:
                lines = [self.evidence(evidence) for evidence in several]
                return (Run(say.DASH, "quiet"), *between(lines, say.SEMICOLON(self.language)))


def _grounds(reason: Reason) -> Iterator[Evidence]:
    """The evidence that made a condition come out as it did: of its parts, only those that came out the same way."""
    yield from reason.evidence
    several = isinstance(reason.condition, AllOf | AnyOf | AtLeast)
    for part in reason.parts:
        if not several or part.state == reason.state:
            yield from _grounds(part)


def _leaves(reason: Reason) -> Iterator[Reason]:
    """The conditions without parts below a condition; of a condition that is not known, only those not known either."""
    if not reason.parts:
        yield reason
    for part in reason.parts:
        if reason.state != "unknown" or part.state == "unknown":
            yield from _leaves(part)


def _bare(reason: Reason) -> Reason:
    """A condition without the `not` around it, and out of a list of one."""
    single = isinstance(reason.condition, AllOf | AnyOf) and len(reason.parts) == 1
    return _bare(reason.parts[0]) if isinstance(reason.condition, Not) or single else reason


def _flat(reason: Reason) -> Iterator[Reason]:
    """The parts, with those of parts of the same kind in their place."""
    for part in reason.parts:
        assert part.condition is not None
        assert reason.condition is not None
        yield from _flat(part) if dissolves(part.condition, reason.condition) else (part,)
