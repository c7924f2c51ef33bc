"""Looking at an incident anew: what it comes to now, and what there is to tell of that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from rapid_response.evaluation.incidents import Incident, check_incident
from rapid_response.evaluation.patterns import Counts
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.live.clock import Clock
from rapid_response.live.events import Cause, PatternCompleted
from rapid_response.live.occurrences import Near, Occurrences
from rapid_response.live.posts import given_facts
from rapid_response.live.states import State, state_from_plain, state_of
from rapid_response.live.store import Row, Store
from rapid_response.live.telling import About, Telling, next_telling, tell, tell_answers, tell_time
from rapid_response.protocol.expressions import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    Not,
    PatternValue,
    parts_of,
)
from rapid_response.protocol.model import Protocol

Counted = tuple[tuple[int, ...], ...]


class Examiner:
    """Looks at incidents of a session; `notice` is in microseconds."""

    def __init__(self, protocol: Protocol, store: Store, near: Near | None, notice: int) -> None:
        self.protocol = protocol
        self.store = store
        self.notice = notice
        self.now: int | None = store.noted("now")
        self.clock = Clock(protocol)
        self.near = near
        self.occurrences = Occurrences(protocol, store.database, near) if protocol.patterns else None
        self.completing = tuple(_on_patterns(protocol))

    def advance(self, telling: Telling, until: int) -> None:
        """Look at every incident to which time does something until then, in the order of time."""
        while row := self.store.next_to_wake(until):
            self._now(telling, max(row.wake or until, self.now or 0))
            self._wake(telling, row)
        self._now(telling, until)

    def post(self, telling: Telling, row: Row, answered: Iterable[str]) -> None:
        """Look at an incident of which something was posted, and at those that it counts for."""
        touched = self._recount(row)
        self.examine(telling, row, "post", answered)
        for number in touched:
            self.examine(telling, self.store.by_number(number), "other incident")

    def examine(self, telling: Telling, row: Row, cause: Cause, answered: Iterable[str] = ()) -> None:
        """Look at one incident, say what is different, and keep it."""
        about = About(row.id, cause)
        result, counted = self._result(row)
        before = state_from_plain(row.state)
        state = state_of(result, before)
        tell(telling, about, result, before, state)
        completed = self._tell_patterns(telling, about, result, before, counted)
        state = replace(state, completed=completed, change=self._change(result.incident))
        if before:
            tell_answers(telling, about, before, state, answered)
        self.keep(row, tell_time(telling, about, state, self.notice))

    def keep(self, row: Row, state: State) -> None:
        """Keep where an incident stands, and when it must be looked at again."""
        row.state = state.to_plain()
        moments = [moment for moment in (next_telling(state, self.notice), state.change) if moment is not None]
        row.wake = min(moments, default=None)
        self.store.save(row)

    def _wake(self, telling: Telling, row: Row) -> None:
        """Look at an incident to which time does something: all of it, or only what is due."""
        state = state_from_plain(row.state)
        assert state is not None
        if state.change is not None and state.change <= (self.now or 0):
            self.examine(telling, row, "time")
        else:
            self.keep(row, tell_time(telling, About(row.id, "time"), state, self.notice))

    def _change(self, incident: Incident) -> int | None:
        return None if self.now is None else self.clock.next_change(incident.facts, self.now)

    def incident(self, row: Row) -> Incident:
        """The checked incident."""
        return check_incident(self.protocol, given_facts(self.protocol, row.id, row.facts))

    def undo(self, now: int | None) -> None:
        """Go back to that time, after the tables have gone back."""
        self.now = now
        if self.near:
            self.near.forget()

    def _result(self, row: Row) -> tuple[Recommendation, Counted]:
        incident = self.incident(row)
        counts, counted = Counts(), tuple[tuple[int, ...], ...]()
        if self.occurrences:
            counts, counted = self.occurrences.counts(self.occurrences.kept(row.number))
        tiers = self.protocol.program.tiers(incident.facts, self.now, False, counts.plain)
        return Recommendation(self.protocol, incident, self.now, tiers, counts=counts), counted

    def _recount(self, row: Row) -> list[int]:
        """Keep how patterns see an incident; the numbers of the others for which that makes a difference."""
        if not self.occurrences:
            return []
        before = self.occurrences.kept(row.number)
        after = self.occurrences.seen(row.number, self.incident(row).facts, self.now)
        if before == after:
            return []
        self.occurrences.keep(after)
        return self.occurrences.touched({*before, *after} - ({*before} & {*after}))

    def _tell_patterns(
        self, telling: Telling, about: About, result: Recommendation, before: State | None, counted: Counted
    ) -> tuple[str, ...]:
        """Say which conditions on patterns have come to hold; all those that do."""
        holding = [(node, name) for node, name in self.completing if result.truth(node) == "yes"]
        known = before.completed if before else ()
        for node, name in holding:
            if node.text not in known:
                place = list(self.protocol.patterns).index(name)
                least, most = result.counts.assumed[place]
                incidents = tuple(self.store.by_number(number).id for number in counted[place])
                telling.say(
                    PatternCompleted,
                    about.incident,
                    about.cause,
                    pattern=name,
                    condition=node.text,
                    least=least,
                    most=most,
                    incidents=incidents,
                )
        return tuple(node.text for node, _ in holding)

    def _now(self, telling: Telling, moment: int) -> None:
        self.now = telling.now = moment
        self.store.note("now", moment)


def _on_patterns(protocol: Protocol) -> Iterator[tuple[Condition, str]]:
    """Every condition that looks at a pattern itself, and the first pattern in it."""
    defined = [criterion.condition for criterion in protocol.criteria.values()]
    gates = [node for gate in protocol.gates() for node in (gate.when, gate.unless) if node is not None]
    values = [measure.value for measure in protocol.measures.values()]
    for node in dict.fromkeys(parts_of(*defined, *gates, *values)):
        if isinstance(node, Condition) and not isinstance(node, AllOf | AnyOf | AtLeast | Not):
            patterns = [part.pattern for part in parts_of(node) if isinstance(part, PatternValue)]
            if patterns:
                yield node, patterns[0]
