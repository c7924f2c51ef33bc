"""An interview that asks only what can still matter: state in, next question out, nothing said or read in between.

Each step gives a new interview; the one before stays as it was, so going back is taking it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from rapid_response.evaluation.incidents import check_incident
from rapid_response.evaluation.patterns import Past
from rapid_response.evaluation.recommendation import Recommendation, recommend
from rapid_response.protocol.model import Protocol
from rapid_response.reasoning.questions import Frequencies, Question, Questions, questions
from rapid_response.reasoning.ranges import exact

Until = Literal["tier", "responses"]


@dataclass(frozen=True)
class Interview:
    """Where an interview stands.

    `facts` is the incident so far, as given; `past` the incidents that patterns are counted in; `skipped` are facts
    that the person asked does not know; `before` is the interview one step earlier. It ends once the tier is settled,
    or with `until` "responses" once every response is too.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}, g: {type: yes_no}}\\n"
    ...     "rules: {r: {when: f and g, raise_to: high}}"
    ... )
    >>> interview = start(protocol, {})
    >>> interview.question.fact, interview.most_left
    ('f', 2)
    >>> interview.answer(False).question is None, interview.answer(False).result.tier.name
    (True, 'low')
    >>> step = interview.dont_know()
    >>> step.question.fact, step.back().question.fact
    ('g', 'f')
    """

    protocol: Protocol
    facts: Mapping[str, Any] = field(repr=False)
    now: int | None
    until: Until = "responses"
    frequencies: Frequencies | None = field(default=None, repr=False)
    skipped: tuple[str, ...] = ()
    before: Interview | None = field(default=None, repr=False, compare=False)
    past: Past | None = field(default=None, repr=False)

    @cached_property
    def result(self) -> Recommendation:
        """The result as far as things are known, its range exact."""
        return exact(recommend(self.protocol, check_incident(self.protocol, self.facts), self.now, self.past))

    @cached_property
    def questions(self) -> Questions:
        """All that can still matter, what was skipped included."""
        return questions(self.result, self.frequencies)

    @cached_property
    def remaining(self) -> tuple[Question, ...]:
        """What is still to be asked, best first."""
        return tuple(
            question
            for question in self.questions.asked
            if question.fact not in self.skipped and (question.about == "tier" or self.until == "responses")
        )

    @property
    def question(self) -> Question | None:
        """What to ask now; None where the interview is over."""
        return self.remaining[0] if self.remaining else None

    @property
    def most_left(self) -> int:
        """How many questions remain at most."""
        return len(self.remaining)

    def answer(self, value: Any) -> Interview:
        """The interview after an answer to the question. Raises IncidentError where the value does not fit."""
        asked = self._asked()
        step = replace(self, facts={**self.facts, asked.fact: value}, before=self)
        check_incident(self.protocol, step.facts)
        return step if value is not None else self.dont_know()

    def dont_know(self) -> Interview:
        """The interview after "I don't know"; the question does not come again."""
        return replace(self, skipped=(*self.skipped, self._asked().fact), before=self)

    def back(self) -> Interview:
        """The interview before the last step; this one where there is none."""
        return self.before or self

    def _asked(self) -> Question:
        if self.question is None:
            raise ValueError("the interview is over")
        return self.question


def start(
    protocol: Protocol,
    facts: Mapping[str, Any],
    now: int | None = None,
    until: Until = "responses",
    frequencies: Frequencies | None = None,
    past: Past | None = None,
) -> Interview:
    """An interview about an incident of which some facts may be known already.

    `now` is the time of evaluation in microseconds (see `encode_as_of`). Raises IncidentError where a fact does not
    fit.
    """
    check_incident(protocol, facts)
    return Interview(protocol, dict(facts), now, until, frequencies, past=past)
