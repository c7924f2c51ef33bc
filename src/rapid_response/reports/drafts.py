"""What a session says, as drafts of messages in plain words, addressed by role: for people to send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapid_response.live.events import (
    Because,
    Event,
    IncidentRefused,
    PatternCompleted,
    QuestionAnswered,
    RangeChanged,
    ResponseDueChanged,
    ResponseEvent,
    TierChanged,
)
from rapid_response.protocol.model import Protocol
from rapid_response.reports import catalogue as say
from rapid_response.reports import live_words as live
from rapid_response.reports.vocabulary import Vocabulary, clean

LANGUAGES = ("en", "zh-Hant")


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that nobody has sent: for whom (a role's name, None where the protocol has none), and its text."""

    role: str | None
    text: str


def draft(protocol: Protocol, event: Event, languages: Sequence[str] = LANGUAGES, role: str | None = None) -> Draft:
    """An event as a message in one language or several, one after the other.

    What is said of a response is for the role that does it, all else for `role`, or else the protocol's first. Values
    of facts are never in it.

    >>> from rapid_response import load_protocol
    >>> from rapid_response.live import LiveSession
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> with LiveSession(protocol, engine="own") as session:
    ...     [first, *_] = session.post({"id": "A-1", "harm": "killed"}, at="2026-02-01T09:00")
    >>> print(draft(protocol, first, ["en"]).text.split("\\n")[1])
    About: A-1: “Keep watch” is recommended
    """
    owner = event.owner if isinstance(event, ResponseEvent) else None
    addressed = owner or role or next(iter(protocol.roles), None)
    texts = [_text(Vocabulary(protocol, language), event, addressed) for language in languages]
    return Draft(addressed, "\n---\n\n".join(texts))


def _text(words: Vocabulary, event: Event, role: str | None) -> str:
    language = words.language
    addressed = [live.FOR(language, words.role(role))] if role else []
    subject, said = _said(words, event)
    head = [*addressed, live.ABOUT(language, subject)]
    return "\n".join([*head, "", *said, "", live.DRAFT(language), ""])


def _said(words: Vocabulary, event: Event) -> tuple[str, list[str]]:
    """The subject of a message, and its lines."""
    language = words.language
    incident = clean(event.incident) if event.incident else live.NO_ID(language)
    match event:
        case TierChanged():
            return _tier(words, incident, event)
        case RangeChanged():
            lines = [live.RECOMMENDED_STILL(language, _tier_title(words, event.tier)), *_possible(words, event)]
            return live.RANGE(language, incident), [*lines, *_because(words, event.because)]
        case ResponseEvent():
            return _response(words, incident, event)
        case PatternCompleted():
            return _pattern(words, incident, event)
        case QuestionAnswered():
            fact = words.label(words.protocol.facts[event.fact])
            return live.ANSWERED(language, incident, words.quoted(fact)), []
        case IncidentRefused():
            return live.REFUSED(language, incident), [clean(str(problem["message"])) for problem in event.problems]
        case _:
            raise AssertionError(type(event).__name__)


def _tier(words: Vocabulary, incident: str, event: TierChanged) -> tuple[str, list[str]]:
    language = words.language
    if event.tier is None:
        subject = live.NOTHING_YET(language, incident)
    else:
        subject = live.RECOMMENDED(language, incident, words.quoted(_tier_title(words, event.tier)))
    is_new = event.was is None and event.cause == "post"
    before = [] if event.was is None else [live.BEFORE(language, _tier_title(words, event.was))]
    lines = [*([live.NEW(language)] if is_new else before), *_possible(words, event)]
    return subject, [*lines, *_because(words, event.because)]


def _response(words: Vocabulary, incident: str, event: ResponseEvent) -> tuple[str, list[str]]:
    title = words.label(words.protocol.responses[event.response])
    lines = [live.DUE(words.language, words.moment(event.due))] if event.due else []
    if isinstance(event, ResponseDueChanged) and event.was_due:
        lines.append(live.NO_LONGER_DUE(words.language, words.moment(event.was_due)))
    subject = live.RESPONSES[type(event).__name__](words.language, incident, words.quoted(title))
    return subject, [*lines, *_because(words, event.because)]


def _pattern(words: Vocabulary, incident: str, event: PatternCompleted) -> tuple[str, list[str]]:
    language = words.language
    title = words.label(words.protocol.patterns[event.pattern])
    count = str(event.least) if event.least == event.most else say.BETWEEN(language, event.least, event.most)
    with_others = [live.TOGETHER_WITH(language, say.COMMA(language).join(map(clean, event.incidents)))]
    lines = [live.COUNTED(language, title, count), *(with_others if event.incidents else [])]
    return live.PATTERN(language, incident, words.quoted(title)), lines


def _possible(words: Vocabulary, event: TierChanged | RangeChanged) -> list[str]:
    language = words.language
    if event.standing == "settled":
        return [live.SETTLED(language)]
    possible = live.POSSIBLE(language, _tier_title(words, event.lowest), _tier_title(words, event.highest))
    return [live.ASSUMED(language, possible) if event.standing == "assumed" else possible]


def _because(words: Vocabulary, reasons: Sequence[Because]) -> list[str]:
    texts = [reason.words.get(words.language) or reason.words.get("en") for reason in reasons]
    return [live.WHY(words.language, clean(text)) for text in texts if text]


def _tier_title(words: Vocabulary, name: str | None) -> str:
    return words.label(words.protocol.tier(name)) if name else words.label(words.protocol.unsettled)
