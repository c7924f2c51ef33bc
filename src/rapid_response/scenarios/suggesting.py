"""Incidents for what no scenario touches, as scenarios whose result a person has yet to confirm."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapid_response.evaluation.incidents import NO_DETAILS, Incident
from rapid_response.evaluation.recommendation import recommend
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Protocol
from rapid_response.protocol.values import decode, microseconds_of, moment_text
from rapid_response.scenarios import words
from rapid_response.scenarios.goals import Goal, Section, goals_of, used_facts
from rapid_response.scenarios.model import LONGEST_NAME, Scenario
from rapid_response.scenarios.searching import NOW, Case, Search, landmarks
from rapid_response.scenarios.snapshots import Lens
from rapid_response.scenarios.writing import comment_lines, expectation, scenario_file, scenario_lines

MOST_CHANGES = 4
"""A proposal with so many changes is not changed further to serve another goal."""
ALONGSIDE: tuple[Section, ...] = ("row", "edge", "option")
"""Goals that a proposal made for another may serve as well; the others each deserve an incident of their own."""
MOST_STARTS = 4
"""A goal is searched for from so many of the nearest scenarios."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An incident that reaches goals no scenario does.

    It is `start`, the incident of the scenario named `like` (empty: nothing known), with the facts of `changes`
    changed; among these, "now" stands for the time of evaluation.
    """

    case: Case
    start: Case
    like: str
    goals: tuple[Goal, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Proposals, and the goals that no tried incident reached, with how many incidents were tried."""

    protocol: Protocol
    proposals: tuple[Proposal, ...]
    unreached: tuple[Goal, ...]
    tried: int

    def to_yaml(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The proposals as a scenario file that is refused until a person has filled in each `expect`.

        What the protocol says today stands there in comments.
        """
        comments = [] if self.proposals else [words.NOTHING_TO_PROPOSE(language)]
        if self.unreached:
            goals = words.goals_in_words(self.protocol, self.unreached, language)
            comments.append(words.UNREACHED(language, f"{self.tried:,}", goals))
        entries = [_skeleton(self.protocol, proposal, language) for proposal in self.proposals]
        return "".join(f"{line}\n" for line in comment_lines(comments)) + (scenario_file(entries) if entries else "")


def suggest(protocol: Protocol, scenarios: Iterable[Scenario]) -> Suggestions:
    """Incidents for all that the scenarios do not touch, as near to them as the search finds.

    The search is the same every time. That it did not reach a goal is no proof that nothing does.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text('''
    ... protocol: p
    ... tiers: {low: {}, high: {}}
    ... facts: {age: {type: number, min: 0, max: 120}}
    ... rules: {elders: {when: age >= 65, raise_to: high}}
    ... ''')
    >>> for proposal in suggest(protocol, []).proposals:
    ...     print(proposal.case.facts, [goal.side for goal in proposal.goals])
    (65,) ['fired', 'decided', '65']
    (64,) ['not fired', '64']
    """
    listed, lens = tuple(scenarios), Lens(protocol)
    uncovered = _uncovered(lens, [Case(scenario.incident.facts, scenario.now) for scenario in listed])
    starts = {scenario.name: _without_idle_secrets(protocol, scenario) for scenario in listed}
    proposer = _Proposer(Search(lens, landmarks(protocol)), starts or {"": _nothing_known(protocol)})
    for goal in sorted(uncovered, key=lambda goal: not goal.deciding):
        proposer.serve(goal)
    proposals = _told(lens, proposer.proposals, uncovered)
    served = {goal for proposal in proposals for goal in proposal.goals}
    return Suggestions(
        protocol, proposals, tuple(goal for goal in uncovered if goal not in served), proposer.search.tried
    )


def _uncovered(lens: Lens, cases: Iterable[Case]) -> list[Goal]:
    taken = [lens.look(case.facts, case.now) for case in cases]
    return [goal for goal in goals_of(lens.protocol) if not any(one.reaches(goal) for one in taken)]


def _without_idle_secrets(protocol: Protocol, scenario: Scenario) -> Case:
    """A scenario's incident without the private facts that nothing depends on: what people said is not copied."""
    used = {fact.name for fact in used_facts(protocol)}
    pairs = zip(protocol.facts.values(), scenario.incident.facts, strict=True)
    facts = [fact.blank if fact.private and fact.name not in used else encoded for fact, encoded in pairs]
    return Case(tuple(facts), scenario.now)


def _nothing_known(protocol: Protocol) -> Case:
    """Where there are no scenarios to start from: at noon of the first day that the protocol is in force."""
    day = protocol.in_force.start or dt.date(2000, 1, 1)
    noon = microseconds_of(dt.datetime.combine(day, dt.time(12), dt.UTC))
    return Case(tuple(fact.blank for fact in protocol.facts.values()), noon if protocol.needs_now else None)


@dataclass
class _Proposer:
    """Gathers proposals, goal by goal: one that nearly serves is changed a little more before a new one is made."""

    search: Search
    starts: Mapping[str, Case]
    proposals: list[Proposal] = field(default_factory=list)

    def serve(self, goal: Goal) -> None:
        """See to it that a proposal reaches the goal, if the search finds one."""
        for position, proposal in enumerate(self.proposals):
            if self.search.reaches(goal, proposal.case):
                self.proposals[position] = replace(proposal, goals=(*proposal.goals, goal))
                return
        for position, proposal in enumerate(self.proposals if goal.section in ALONGSIDE else ()):
            if further := self.extended(proposal, goal):
                self.proposals[position] = further
                return
        if new := self.new(goal):
            self.proposals.append(new)

    def extended(self, proposal: Proposal, goal: Goal) -> Proposal | None:
        """The proposal with one more change that serves the goal too."""
        for case in self.search.moves(goal, proposal.case) if len(proposal.changes) < MOST_CHANGES else ():
            if all(self.search.reaches(each, case) for each in (goal, *proposal.goals)):
                changes = self.search.differences(proposal.start, case)
                return replace(proposal, case=case, goals=(*proposal.goals, goal), changes=changes)
        return None

    def new(self, goal: Goal) -> Proposal | None:
        """A proposal made from the nearest scenario from which the search gets there."""
        nearest = sorted(self.starts.items(), key=lambda start: self.search.apart(goal, start[1]))
        for name, start in nearest[:MOST_STARTS]:
            if case := self.search.towards(goal, start):
                return Proposal(case, start, name, (goal,), self.search.differences(start, case))
        return None


def _told(lens: Lens, proposals: Sequence[Proposal], uncovered: Sequence[Goal]) -> tuple[Proposal, ...]:
    """The proposals that are needed, each with all the goals that it reaches and no earlier one does."""
    reached = {
        position: {goal for goal in uncovered if lens.look(one.case.facts, one.case.now).reaches(goal)}
        for position, one in enumerate(proposals)
    }
    for position in range(len(proposals) - 1, -1, -1):
        others = set().union(*(goals for other, goals in reached.items() if other != position))
        if reached[position] <= others:
            del reached[position]
    told: list[Proposal] = []
    left = set(uncovered)
    for position, goals in reached.items():
        told.append(replace(proposals[position], goals=tuple(goal for goal in uncovered if goal in goals & left)))
        left -= goals
    return tuple(told)


# As a file


def _skeleton(protocol: Protocol, proposal: Proposal, language: str) -> list[str]:
    result = recommend(protocol, Incident(None, proposal.case.facts, NO_DETAILS), proposal.case.now).exact()
    also = words.goals_in_words(protocol, proposal.goals[1:], language)
    comments = [_likeness(protocol, proposal, language), *([words.ALSO(language, also)] if also else [])]
    today = [words.CONFIRM(language), *expectation(result)]
    name = words.PROPOSAL(language, words.goal_words(protocol, proposal.goals[0], language))
    return scenario_lines(result, name[:LONGEST_NAME], comments, [f"# {line}" for line in today])


def _likeness(protocol: Protocol, proposal: Proposal, language: str) -> str:
    if not proposal.like:
        return words.FROM_NOTHING(language)
    changes = [_change(protocol, proposal, name, language) for name in proposal.changes]
    return words.LIKE(language, proposal.like, words.SEMICOLON(language).join(changes))


def _change(protocol: Protocol, proposal: Proposal, name: str, language: str) -> str:
    """A change in words: `fact: value`."""
    if name == NOW:
        return f"as_of: {moment_text(proposal.case.now or 0, protocol.time_zone)}"
    fact = protocol.facts[name]
    encoded = proposal.case.facts[list(protocol.facts).index(name)]
    value = None if encoded is None else decode(fact.type, encoded, protocol.time_zone)
    return f"{name}{words.COLON(language)}{words.value_text(value, language)}"
