"""How back-tests are put into words: both versions' names, numbers, ranges and shares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapid_response.history.backtests.load_records import Amount
from rapid_response.history.backtests.records import Change, Reason, ResponseTurn, RuleTurn, Verdict
from rapid_response.history.backtests.result import Backtest
from rapid_response.history.causes import Cause
from rapid_response.phrases import Phrase
from rapid_response.protocol.expressions import Condition, Not
from rapid_response.protocol.model import Named
from rapid_response.reports import backtest_words as words
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import Table, line
from rapid_response.reports.vocabulary import capital, clean
from rapid_response.reports.words import Wording


@dataclass(frozen=True)
class View:
    """A back-test in one language."""

    backtest: Backtest
    language: str
    versions: tuple[Wording, Wording] = field(init=False)

    def __post_init__(self) -> None:
        both = self.backtest.current, self.backtest.proposed
        object.__setattr__(self, "versions", tuple(Wording(protocol, self.language) for protocol in both))

    def say(self, phrase: Phrase, *said: object) -> str:
        """A phrase in the language."""
        return phrase(self.language, *said)

    # Numbers

    def number(self, count: float) -> str:
        """A whole number, or one with a digit after the point where it is small."""
        whole = float(count).is_integer() or abs(count) >= 100
        return f"{count:,.0f}" if whole else f"{count:,.1f}"

    def between(self, amount: Amount) -> str:
        """Surely so much, and possibly."""
        low, high = self.number(amount.surely), self.number(amount.possibly)
        return low if low == high else self.say(words.SURELY_TO_POSSIBLY, low, high)

    def percent(self, share: float) -> str:
        """A share in percent, with a digit after the point where it is below ten."""
        return self.say(words.PERCENT, f"{share * 100:.1f}" if share < 0.0995 else f"{share * 100:.0f}")

    def incidents(self, count: int) -> str:
        """So many incidents."""
        return self.say(words.INCIDENTS_ONE if count == 1 else words.INCIDENTS_MANY, self.number(count))

    def date(self, day: dt.date) -> str:
        """A date with its weekday."""
        return self.versions[0].date(day)

    def moment(self, at: str | None) -> str:
        """A time as ISO text in words; nothing where it is not known."""
        return self.versions[0].moment(at) if at else ""

    def table(self, heading: Iterable[Phrase | str], rows: Iterable[Sequence[str]], numbers: int = 0) -> Table:
        """Plain cells under a heading."""
        titles = tuple(line(title if isinstance(title, str) else self.say(title)) for title in heading)
        return Table(titles, tuple(tuple(map(line, row)) for row in rows), numbers)

    # Names

    def tier(self, name: str, version: int) -> str:
        """A tier of a version."""
        return self.versions[version].label(self.versions[version].protocol.tier(name))

    def verdict(self, verdict: Verdict, version: int) -> str:
        """A tier, or the range in which the result is open."""
        low, high = self.tier(verdict.lowest, version), self.tier(verdict.highest, version)
        return self.say(words.OPEN_FROM_TO, low, high) if verdict.is_open else low

    def rule(self, name: str) -> str:
        """A rule by its new name, or by its old one where it is gone."""
        return self._named("rules", name)

    def response(self, name: str) -> str:
        """A response, likewise."""
        return self._named("responses", name)

    def _named(self, section: str, name: str) -> str:
        current, proposed = self.versions
        parts: dict[str, Named] = getattr(proposed.protocol, section)
        if name in parts:
            return proposed.label(parts[name])
        return current.label(getattr(current.protocol, section)[name])

    def listed(self, names: Sequence[str]) -> str:
        """Several things one after the other."""
        return self.say(say.SEMICOLON).join(names)

    # What changed, and why

    def turned(self, turn: RuleTurn) -> str:
        """How a rule turned."""
        phrase = words.RULE_TURNS.get((turn.before, turn.after), words.OTHER_TIER)
        return self.say(phrase, self.versions[1].quoted(self.rule(turn.rule)))

    def made_by(self, change: Change) -> str:
        """The rules that made the difference, and responses where nothing else differs."""
        turns = [self.turned(turn) for turn in change.turns]
        if not turns or change.kind == "responses":
            turns = [self.response_turned(turn) for turn in change.responses]
        return capital(self.listed(turns)) if turns else self.say(words.WITHOUT_REASONS)

    def response_turned(self, turn: ResponseTurn) -> str:
        """How a response turned."""
        return self.say(words.RESPONSE_TURNS[turn.after or "inactive"], self.response(turn.response))

    def transition(self, change: Change) -> str:
        """What an incident got, and gets."""
        before, after = self.verdict(change.before, 0), self.verdict(change.after, 1)
        if change.kind in ("reasons", "responses", "scope") or before == after:
            return self.say(words.SAME_TIER, after)
        return self.say(words.CHANGE, before, after)

    def reasons(self, reasons: Sequence[Reason], version: int) -> str:
        """The rules that decided, each with why and with the conditions behind it."""
        if not reasons:
            return self.say(words.REASONS_NONE)
        return self.listed([self._reason(reason, version) for reason in reasons])

    def _reason(self, reason: Reason, version: int) -> str:
        said = self.versions[version]
        title = said.quoted(said.label(said.protocol.rules[reason.rule]))
        because = clean(reason.because.in_language(self.language))
        conditions = self.listed([said.condition(_so(cause)) for cause in reason.conditions])
        told = f"{title}{self.say(say.COLON)}{because}" if because else title
        return told + self.say(say.IN_BRACKETS, conditions)


def _so(cause: Cause) -> Condition:
    """A condition as it came out."""
    return cause.condition if cause.holds else Not(cause.condition)
