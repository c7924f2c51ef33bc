"""Replays and verifications of a log as documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rapid_response.evaluation.recommendation import SEMANTICS
from rapid_response.record.checkpoint import Checkpoint
from rapid_response.record.findings import Finding
from rapid_response.record.replaying import CameOut, Changed, Counterfactual, Replay, Replayed
from rapid_response.record.verifying import Verification
from rapid_response.reports import audit_words as told
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import (
    Block,
    Document,
    Entry,
    Items,
    Line,
    Paragraph,
    Run,
    Section,
    Table,
    Terms,
    between,
    line,
)
from rapid_response.reports.record_telling import Telling, checkpoint_lines
from rapid_response.reports.vocabulary import clean, introducing

MOST_SHOWN = 50


def replay_document(found: Replay, checkpoint: Checkpoint, language: str) -> Document:
    """What replaying a log came to: how many came out the same, and how the others differ."""
    differing = [each for each in found.others if each.state == "differs"]
    unusable = [each for each in found.others if each.state == "unusable"]
    sections = [Section(told.DIFFERENCES(language), _records(differing, language))] if differing else []
    if unusable:
        sections.append(Section(told.CAME_OUT["unusable"](language), _records(unusable, language)))
    return Document(
        language=language,
        over=told.REPLAY(language),
        title=_replay_title(found, language),
        tag=None,
        lead=tuple(_replay_lead(found, language)),
        sections=tuple(sections),
        foot=tuple(checkpoint_lines(checkpoint, language)),
    )


def unreadable_records(numbers: Sequence[int], language: str) -> str:
    """That some records were changed until they cannot be read, and which."""
    if len(numbers) == 1:
        return told.UNREADABLE[0](language, numbers[0])
    shown = [str(number) for number in numbers[:MOST_SHOWN]] + ["…"] * (len(numbers) > MOST_SHOWN)
    return told.UNREADABLE[1](language, f"{len(numbers):,}", say.COMMA(language).join(shown))


def _unreadable(numbers: Sequence[int], language: str) -> Iterator[Block]:
    if numbers:
        yield Paragraph(line(unreadable_records(numbers, language), "alert"))


def _replay_title(found: Replay, language: str) -> str:
    if wrong := found.counts["differs"] + found.counts["unusable"] + len(found.unreadable):
        return told.SOME_DIFFER[wrong != 1](language, f"{wrong:,}")
    return (told.ALL_SAME if found.counts["same"] else told.NOTHING_TO_REPLAY)(language)


def _replay_lead(found: Replay, language: str) -> Iterator[Block]:
    yield Terms(tuple((told.CAME_OUT[state](language), _number(count)) for state, count in _counted(found.counts)))
    yield from _unreadable(found.unreadable, language)
    if found.older:
        yield Paragraph(line(told.OTHER_SEMANTICS(language, f"{found.older:,}", SEMANTICS), "alert"))


def _counted(counts: Mapping[CameOut, int]) -> list[tuple[CameOut, int]]:
    return [(state, count) for state, count in counts.items() if count or state == "same"]


def _number(number: int) -> Paragraph:
    return Paragraph(line(f"{number:,}"))


def _records(found: list[Replayed], language: str) -> tuple[Block, ...]:
    shown: list[Block] = [_record(each, language) for each in found[:MOST_SHOWN]]
    return (*shown, *_more(len(found), language))


def _more(number: int, language: str) -> list[Block]:
    if number <= MOST_SHOWN:
        return []
    return [Paragraph(line(told.AND_MORE_RECORDS(language, f"{number - MOST_SHOWN:,}"), "quiet"))]


def _record(found: Replayed, language: str) -> Entry:
    title = _title(found.decision, found.incident, language)
    if found.problem:
        return Entry(title, (Paragraph(line(found.problem)),))
    return Entry(title, (Items(tuple(_difference(name, *ends, language) for name, ends in found.differs.items())),))


def _title(decision: int, incident: str, language: str) -> Line:
    return between([line(told.RECORD(language, decision), "strong"), line(clean(incident), "quiet")], say.DOT)


def _difference(name: str, was: Any, now: Any, language: str) -> Line:
    ends = [json.dumps(end, ensure_ascii=False) for end in (was, now)]
    return line(told.WAS_NOW(language, name, *ends), "code")


# Under another protocol


def counterfactual_document(found: Counterfactual, checkpoint: Checkpoint, language: str) -> Document:
    """What another protocol would have said: how many would have changed, from what to what, and which."""
    telling = Telling.under(found.protocol, language)
    version = say.DOT.join(telling.words.version())
    return Document(
        language=language,
        over=told.UNDER_NEW(language, version),
        title=_counterfactual_title(found, language),
        tag=None,
        lead=tuple(_unreadable(found.unreadable, language)),
        sections=tuple(_counterfactual_sections(found, telling)),
        foot=tuple(checkpoint_lines(checkpoint, language)),
    )


def _counterfactual_title(found: Counterfactual, language: str) -> str:
    if not found.changes:
        return told.NO_CHANGE(language)
    return told.WOULD_CHANGE(language, f"{found.changes:,}", f"{found.compared:,}")


def _counterfactual_sections(found: Counterfactual, telling: Telling) -> Iterator[Section]:
    language = telling.language
    heading = tuple(line(title(language)) for title in (told.THEN, told.NOW, told.HOW_MANY))
    ordered = sorted(found.transitions.items(), key=lambda item: (item[0][0] == item[0][1], -item[1]))
    rows = tuple(
        (*(line(telling.tier(tier)) for tier in ends), line(f"{count:,}", "quiet" if ends[0] == ends[1] else "strong"))
        for ends, count in ordered
    )
    if rows:
        yield Section(told.TRANSITIONS(language), (Table(heading, rows),))
    if found.changed:
        blocks: list[Block] = [_changed(each, telling) for each in found.changed[:MOST_SHOWN]]
        yield Section(told.WHICH(language), (*blocks, *_more(found.changes, language)))
    if found.unfit:
        items = tuple(line(f"{reason} ({count:,})") for reason, count in found.unfit.items())
        yield Section(told.DOES_NOT_FIT(language), (Items(items),))
    if found.gone:
        yield Section(told.CANNOT_BE_ASKED(language), (_number(found.gone),))


def _changed(change: Changed, telling: Telling) -> Entry:
    language = telling.language
    title = _title(change.decision, change.incident, language)
    ends = [f"{telling.tier(outcome.tier)} ({telling.standing(outcome)})" for outcome in (change.recorded, change.now)]
    rules = [
        telling.words.label(telling.protocol.rules[name]) if name in telling.protocol.rules else name
        for name in change.now.deciding
    ]
    decided = introducing(told.RULES_BY_STATE["deciding"](language), language) + say.SEMICOLON(language).join(rules)
    blocks = [Paragraph(line(told.FROM_TO(language, *ends)))]
    return Entry(title, (*blocks, *([Paragraph(line(decided, "quiet"))] if rules else [])))


# Verification


def verification_document(found: Verification, language: str) -> Document:
    """What verifying a log found: whether everything fits, what was looked at, and what could not be seen."""
    fine = told.LOG_FITS if found.fine else told.LOG_DOES_NOT_FIT
    findings = tuple(_finding(finding, language) for finding in found.findings)
    return Document(
        language=language,
        over=told.VERIFICATION(language),
        title=fine(language),
        tag=Run(told.ENTRIES[found.entries != 1](language, f"{found.entries:,}"), "quiet"),
        lead=tuple(_looked_at(found, language)),
        sections=(Section(told.WHAT_DOES_NOT_FIT(language), (Items(findings),)),) if findings else (),
        foot=tuple(checkpoint_lines(found.checkpoint, language)),
    )


def _finding(finding: Finding, language: str) -> Line:
    words = told.FOUND[finding.what](language, *(clean(str(value)) for value in finding.values))
    return line(introducing(finding.id, language) + words)


def _looked_at(found: Verification, language: str) -> Iterator[Block]:
    if found.against:
        yield Paragraph(line(told.COMPARED_WITH(language, f"{found.against.size:,}")))
    else:
        yield Paragraph(line(told.NO_CHECKPOINT(language), "alert"))
    if found.opened or found.sealed or found.erased:
        parts = (found.opened, found.sealed, found.erased)
        yield Paragraph(line(told.PRIVATE_PARTS(language, *(f"{part:,}" for part in parts)), "quiet"))
