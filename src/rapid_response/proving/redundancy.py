"""What changes nothing: rules that others make superfluous or override, and criteria that say the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from rapid_response.protocol.model import Criterion, Rule
from rapid_response.proving.findings import Finding, RuledOut, Undecided, Verdict, part
from rapid_response.proving.inquiry import Inquiry
from rapid_response.proving.replays import Replay
from rapid_response.proving.sample import ONES
from rapid_response.reasoning.nodes import FALSE, TRUE, opposite
from rapid_response.reasoning.passes import Bits

# Rules


def rules_needed(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC301, RC302: rules without which every incident would come out the same, and what makes them so.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.proving.budget import Budget
    >>> from rapid_response.proving.inquiry import inquire
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}, g: {type: yes_no}}\\n"
    ...     "rules: {a: {when: f and g, raise_to: high}, b: {when: f, raise_to: high}}"
    ... )
    >>> verdicts = rules_needed(inquire(protocol, Budget(None)))
    >>> [(str(found), str(found.through[0])) for found in verdicts if isinstance(found, Finding)]
    [('RC301: a rule changes nothing: `a`', '`b`')]
    """
    rules = _Rules(inquiry)
    for rule in inquiry.protocol.rules.values():
        yield from rules.needed(rule)


@dataclass(frozen=True)
class _Rules:
    """The rules of a protocol. A level here is one to which, or below which, rules raise or limit: 0 is the second."""

    inquiry: Inquiry

    @cached_property
    def levels(self) -> range:
        return range(len(self.inquiry.protocol.tiers) - 1)

    @cached_property
    def raises(self) -> list[Rule]:
        return [rule for rule in self.inquiry.protocol.rules.values() if rule.effect == "raise_to"]

    @cached_property
    def limits(self) -> list[Rule]:
        return [rule for rule in self.inquiry.protocol.rules.values() if rule.effect == "limit_to"]

    def effect(self, rule: Rule, level: int) -> int:
        return self.inquiry.said.effects[rule.name][level]

    def bits(self, rules: Iterable[Rule], level: int) -> Bits:
        """The made-up incidents in which one of the rules has its effect."""
        found = 0
        for rule in rules:
            found |= self.inquiry.sample.bits(self.effect(rule, level))
        return found

    def needed(self, rule: Rule) -> Iterator[Verdict]:
        """Nothing is said of a rule that never holds: that is told elsewhere."""
        about = (part("rules", rule),)
        holds = self.inquiry.possible(
            self.inquiry.said.rules[rule.name], lambda replay: replay.holds("rules", rule.name) is True
        )
        answers = [self.matters(rule, level) for level in self.levels] if holds else [holds]
        if any(answers):
            yield RuledOut("RC301", about)
        elif None in answers:
            yield Undecided("RC301", about)
        elif holds:
            yield self.needless(rule)

    def matters(self, rule: Rule, level: int) -> bool | None:
        """Whether an incident exists which would not be at least, or below, that level without the rule."""
        effect, blockers = self.effect(rule, level), self.blockers(rule)
        if effect == FALSE:
            return False
        reaching = TRUE if rule.effect == "raise_to" else self.reaching(level)
        if not self.inquiry.space.opaque:
            alone = self.inquiry.sample.bits(effect) & ~self.bits(blockers, level)
            if alone & self.inquiry.sample.bits(reaching):
                return True
        blocked = [opposite(self.effect(other, level)) for other in blockers]
        node = self.inquiry.space.nodes.all_of([effect, reaching, *blocked])
        return self.inquiry.possible(node, lambda replay: self.decides_alone(replay, rule, level))

    def decides_alone(self, replay: Replay, rule: Rule, level: int) -> bool:
        """Whether without the rule the tier would surely be on the other side of a level."""
        holding = {other.name: replay.holds("rules", other.name) for other in (*self.raises, *self.limits)}
        raises = [one for one in self.raises if holding[one.name] and replay.target(one.name)[0] > level]
        limits = [one for one in self.limits if holding[one.name] and replay.target(one.name)[1] <= level]
        if None in holding.values():
            return False
        if rule.effect == "raise_to":
            return raises == [rule] and not limits
        return limits == [rule] and bool(raises)

    def blockers(self, rule: Rule) -> list[Rule]:
        """The rules that do the same, and for a raise the limits that may undo it."""
        if rule.effect == "limit_to":
            return [other for other in self.limits if other != rule]
        return [*(other for other in self.raises if other != rule), *self.limits]

    def reaching(self, level: int) -> int:
        return self.inquiry.space.nodes.any_of(self.effect(rule, level) for rule in self.raises)

    # Why a rule changes nothing

    def needless(self, rule: Rule) -> Finding:
        about = (part("rules", rule),)
        overriding = self.enough(rule, self.limits) if rule.effect == "raise_to" else None
        if overriding:
            return Finding("RC302", about, tuple(part("rules", other) for other in overriding))
        enough = self.enough(rule, self.blockers(rule)) or []
        return Finding("RC301", about, tuple(part("rules", other) for other in enough))

    def enough(self, rule: Rule, blockers: Sequence[Rule]) -> list[Rule] | None:
        """Some of these rules that make the rule change nothing, none of them to be left out; None if they do not."""
        kept = self.clashing(rule, blockers)
        for other in list(kept or ()):
            rest = [one for one in kept or () if one != other]
            fewer = self.clashing(rule, rest)
            kept = kept if fewer is None else fewer
        return kept

    def clashing(self, rule: Rule, blockers: Sequence[Rule]) -> list[Rule] | None:
        """Those of some rules that together make the rule change nothing at every level; None if they do not."""
        needed: list[Rule] = []
        for level in self.levels:
            literals = [self.literal(opposite(self.effect(other, level))) for other in blockers]
            reaching = [] if rule.effect == "raise_to" else [self.reaching(level)]
            solved = self.inquiry.prover.solve([self.effect(rule, level), *reaching], literals)
            if solved.possible is not False:
                return None
            core = [other for other, literal in zip(blockers, literals, strict=True) if literal in solved.core]
            needed += [other for other in core if other not in needed]
        return needed

    def literal(self, node: int) -> int:
        return self.inquiry.prover.encoding.node(node)


# Criteria


def criteria_apart(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC303, RC304: criteria of which two always agree, or always contradict each other.

    Of those that hang on conditions which are not looked into it is not decided.
    """
    varying = [criterion for criterion in inquiry.protocol.criteria.values() if _varies(inquiry, criterion)]
    unclear = [criterion for criterion in varying if inquiry.is_opaque(inquiry.said.criteria[criterion.name])]
    yield from (Undecided("RC303", (part("criteria", criterion),)) for criterion in unclear)
    criteria = [criterion for criterion in varying if criterion not in unclear]
    told_apart = set(range(len(criteria)))
    for one, other in combinations(range(len(criteria)), 2):
        verdict = _alike(inquiry, criteria[one], criteria[other])
        if verdict is not None:
            told_apart -= {one, other}
            yield verdict
    if told_apart:
        yield RuledOut("RC303", tuple(part("criteria", criteria[position]) for position in sorted(told_apart)))


def _varies(inquiry: Inquiry, criterion: Criterion) -> bool:
    """Whether a criterion may hold and may not: others are told elsewhere."""
    node = inquiry.said.criteria[criterion.name]
    return all(inquiry.prover.solve([each]).possible is not False for each in (node, opposite(node)))


def _alike(inquiry: Inquiry, one: Criterion, other: Criterion) -> Finding | Undecided | None:
    about = part("criteria", one), part("criteria", other)
    nodes = inquiry.said.criteria[one.name], inquiry.said.criteria[other.name]
    first, second = map(inquiry.sample.bits, nodes)
    if first == second:
        return _if_same(inquiry, Finding("RC303", about), *nodes)
    return _if_same(inquiry, Finding("RC304", about), nodes[0], opposite(nodes[1])) if first == ONES & ~second else None


def _if_same(inquiry: Inquiry, finding: Finding, one: int, other: int) -> Finding | Undecided | None:
    """The finding if both nodes always agree, None if they do not."""
    answers = [inquiry.prover.solve([each, opposite(rest)]).possible for each, rest in ((one, other), (other, one))]
    if any(answers):
        return None
    return finding if answers == [False, False] else Undecided(finding.id, finding.about)
