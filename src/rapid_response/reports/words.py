"""Conditions, values and times in plain words, made from the checked tree.

A condition that stands alone becomes a `Clause`, one made of others a `Group`: a heading and parts. Everything else is
put together from these two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rapid_response.phrases import Phrase
from rapid_response.protocol.expressions import Condition
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Fact, Measure, Protocol
from rapid_response.reports import catalogue as say
from rapid_response.reports.clauses import clause_of
from rapid_response.reports.groupings import group_of
from rapid_response.reports.values import ValueWording
from rapid_response.reports.vocabulary import capital, introducing, uncapital


def condition_in_words(protocol: Protocol, condition: Condition, language: str = DEFAULT_LANGUAGE) -> str:
    """A condition of a protocol as one sentence.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> condition_in_words(protocol, protocol.criteria["elder_harmed"].condition)
    'Age: at least 65 years; and Harm: “Threatened or badly frightened” or above'
    """
    return Wording(protocol, language).condition(condition)


def value_in_words(protocol: Protocol, part: Fact | Measure, value: Any, language: str = DEFAULT_LANGUAGE) -> str:
    """A plain value of a fact or measure (see `values.decode`) as people say it; None is not known.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> value_in_words(protocol, protocol.facts["victim_age"], 81, "zh-Hant")
    '81 歲'
    >>> value_in_words(protocol, protocol.facts["occurred_at"], "2026-02-01T09:00-08:00")
    'Sun 1 Feb 2026, 09:00'
    """
    return Wording(protocol, language).value(part, value)


@dataclass(frozen=True, slots=True)
class Wording(ValueWording):
    """The words for the parts and the conditions of one protocol in one language."""

    def condition(self, condition: Condition) -> str:
        """A condition as one sentence."""
        return capital(self._said(condition))

    def nested(self, condition: Condition) -> str:
        """A condition within another one, or within a value: in brackets where it has parts."""
        said = self._said(condition)
        return say.BRACKETS(self.language, said) if group_of(self.protocol, condition) else said

    def _said(self, condition: Condition) -> str:
        group = group_of(self.protocol, condition)
        if group is None:
            return clause_of(self, condition).sentence(self.language)
        parts = [self.nested(part) for part in group.parts]
        if group.kind in ("all", "any"):
            return self._joined(parts, say.AND_ALSO if group.kind == "all" else say.OR_ELSE)
        heading = introducing(uncapital(group.heading(self.language)), self.language)
        return heading + say.SEMICOLON(self.language).join(parts)

    def _joined(self, parts: Sequence[str], last: Phrase) -> str:
        return last(self.language, say.SEMICOLON(self.language).join(parts[:-1]), parts[-1])
