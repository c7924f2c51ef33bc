"""Possible answers to a question in words: options by their titles, numbers with units, times as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapid_response.phrases import Phrase
from rapid_response.protocol.expressions import MICROSECONDS
from rapid_response.protocol.intervals import Range
from rapid_response.reasoning.answers import Answers
from rapid_response.reports import catalogue as say
from rapid_response.reports import explanation_words as explained
from rapid_response.reports.vocabulary import Vocabulary

MOST_LISTED = 3


def answers_in_words(answers: Answers, language: str) -> str:
    """Some answers as people say them.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> found = protocol.evaluate({}, as_of="2026-02-01T09:00").questions()
    >>> [harm] = [question for question in found.asked if question.fact == "harm"]
    >>> [answers_in_words(outcome.answers, "en") for outcome in harm.outcomes]
    ['“Injured” or below', '“Seriously injured” or above']
    """
    return _Telling(answers, Vocabulary(answers.protocol, language)).words()


@dataclass(frozen=True, slots=True)
class _Telling:
    answers: Answers
    vocabulary: Vocabulary

    @property
    def language(self) -> str:
        return self.vocabulary.language

    def words(self) -> str:
        """All of them, the last one after "or"."""
        if self.answers.every:
            return explained.ANY_ANSWER(self.language)
        match self.answers.fact.type.name:
            case "choices":
                return self.vocabulary.listed([*self.includes()])
            case "text":
                return self.vocabulary.listed([*self.texts()])
            case "yes_no":
                return self.vocabulary.listed([self.value(position) for position in self.answers.positions])
            case "choice" if len(self.answers.positions) == 1:
                return self.value(self.answers.positions[0])
            case "choice":
                return self.titles(self.answers.options)
            case kind:
                telling = {"scale": self.ranked, "number": self.numbers}.get(kind, self.times)
                return self.vocabulary.listed([telling(span) for span in self.answers.spans])

    def value(self, encoded: int) -> str:
        return self.vocabulary.value(self.answers.fact, self.answers.plain(encoded))

    # Options and texts

    def titles(self, options: Sequence[str]) -> str:
        titles = [self.vocabulary.option(self.answers.fact.type, name) for name in options]
        return self.vocabulary.listed([*map(self.vocabulary.quoted, titles)])

    def includes(self) -> Iterator[str]:
        chosen = self.answers.options
        others = [option.name for option in self.answers.fact.options if option.name not in chosen]
        if self.answers.none:
            yield explained.NONE_OF_THESE(self.language)
        if chosen and not others:
            yield explained.INCLUDES_ANY(self.language)
        elif len(chosen) > MOST_LISTED and len(others) < len(chosen):
            yield explained.INCLUDES_ANY_BUT(self.language, self.titles(others))
        elif chosen:
            yield say.INCLUDES(self.language, self.titles(chosen))

    def texts(self) -> Iterator[str]:
        for text in self.answers.texts:
            yield explained.ANOTHER(self.language) if text is None else self.vocabulary.quoted(text)

    # Stretches

    def ranked(self, span: Range) -> str:
        (first, last), (low, high) = span, self.answers.domain
        titles = [self.value(position) for position in range(first, last + 1)]
        if len(titles) == 1:
            return titles[0]
        first_title, *_, last_title = map(self.vocabulary.quoted, titles)
        if last == high:
            return say.RANKED[">="](self.language, first_title)
        return (
            say.RANKED["<="](self.language, last_title)
            if first == low
            else say.BETWEEN(self.language, first_title, last_title)
        )

    def numbers(self, span: Range) -> str:
        (first, last), (low, high) = span, self.answers.domain
        if first == last:
            return self.value(first)
        if last == high:
            return say.COMPARED[">="](self.language, self.value(first))
        if first == low:
            return say.COMPARED["<="](self.language, self.value(last))
        return say.BETWEEN(
            self.language, self.vocabulary.number(Decimal(str(self.answers.plain(first)))), self.value(last)
        )

    def times(self, span: Range) -> str:
        """A stretch of time. Where it begins or ends a moment beside a whole minute, that minute is named."""
        (first, last), (low, high) = span, self.answers.domain
        if first == last:
            return self.value(first)
        since = () if first == low else (self.end(first, first - 1, explained.SINCE, explained.LATER_THAN),)
        until = () if last == high else (self.end(last, last + 1, explained.UNTIL, explained.EARLIER_THAN),)
        ends = (*since, *until)
        return ends[0] if len(ends) == 1 else say.BOTH(self.language, *ends)

    def end(self, edge: int, beside: int, at: Phrase, apart: Phrase) -> str:
        minute = MICROSECONDS["minute"]
        outside = self.answers.fact.type.name == "moment" and edge % minute and not beside % minute
        return apart(self.language, self.value(beside)) if outside else at(self.language, self.value(edge))
