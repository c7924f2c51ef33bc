"""Of a back-test: what changes and why, the incidents themselves, what people decided, and rows kept aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rapid_response.history.backtests.records import MOST_EXAMPLES, Change, ChangedIncident, Kind
from rapid_response.history.backtests.result import Agreement
from rapid_response.phrases import Phrase
from rapid_response.reports import backtest_words as words
from rapid_response.reports import catalogue as say
from rapid_response.reports.backtest_view import View
from rapid_response.reports.document import (
    Block,
    Entry,
    Items,
    Line,
    Listing,
    Paragraph,
    Section,
    Shown,
    Table,
    Terms,
    between,
    line,
)

MOST_TOLD = 8
"""How many different changes of a kind are told one by one."""
MOST_NUMBERED = 500
"""How many different sets of reasons are told by their numbers."""
FIRST_ROWS = 20
MOST_ASIDE = 20
_ORDER: tuple[Kind, ...] = ("tier", "open", "reasons", "responses", "scope")
_Alike = tuple[Change, ...]
"""Changes from the same verdict to the same one, made by the same rules: they differ in the reasons on either side."""


def what_changes(view: View) -> Iterator[Section]:
    """The changes of each kind, those of most incidents first."""
    titles: dict[Kind, tuple[Phrase, Shown]] = {
        "tier": (words.WHAT_CHANGES, "always"),
        "open": (words.OPEN_CHANGES, "always"),
        "reasons": (words.REASON_CHANGES, "for_the_record"),
    }
    for kind, (title, shown) in titles.items():
        if found := _alike(view, kind):
            told = tuple(_entry(view, changes) for changes in found[:MOST_TOLD])
            yield Section(view.say(title), (*told, *_others(view, found[MOST_TOLD:])), shown=shown)


def _alike(view: View, kind: Kind) -> list[_Alike]:
    found: dict[object, list[Change]] = {}
    for change in sorted(view.backtest.changes, key=lambda change: -change.incidents):
        if change.kind == kind:
            found.setdefault((str(change.before), str(change.after), change.turns), []).append(change)
    return sorted((tuple(changes) for changes in found.values()), key=lambda changes: -_count(changes))


def _count(changes: Iterable[Change]) -> int:
    return sum(change.incidents for change in changes)


def _others(view: View, left: Sequence[_Alike]) -> Iterator[Block]:
    if left:
        incidents = view.incidents(sum(map(_count, left)))
        yield Paragraph(line(view.say(words.AND_OTHERS, view.number(len(left)), incidents), "quiet"))


def _entry(view: View, changes: _Alike) -> Entry:
    """Changes that are alike, with both rationales of the most frequent one."""
    most = changes[0]
    title = between((line(view.transition(most), "strong"), line(view.incidents(_count(changes)), "quiet")), say.DOT)
    rows = [(words.MADE_BY, view.made_by(most)), *_rationales(view, most)]
    if most.responses:
        rows.append((words.RESPONSES, view.listed([view.response_turned(turn) for turn in most.responses])))
    if examples := [str(one.id) for one in view.backtest.incidents if one.change == most.number][:MOST_EXAMPLES]:
        rows.append((words.FOR_EXAMPLE, view.listed(examples)))
    blocks: list[Block] = [_terms(view, rows)]
    if len(changes) > 1:
        blocks.append(Paragraph(line(view.say(words.MOST_OFTEN, view.number(most.incidents)), "quiet"), small=True))
    return Entry(title, tuple(blocks))


def _rationales(view: View, change: Change) -> list[tuple[Phrase, str]]:
    return [
        (words.BEFORE, view.reasons(change.reasons_before, 0)),
        (words.AFTER, view.reasons(change.reasons_after, 1)),
    ]


def _terms(view: View, rows: Iterable[tuple[Phrase, str]]) -> Terms:
    return Terms(tuple((view.say(term), Paragraph(line(said))) for term, said in rows))


def numbered(view: View) -> Iterator[Section]:
    """Both rationales of every change, by the number that incidents refer to."""
    found = sorted(view.backtest.changes, key=lambda change: -change.incidents)[:MOST_NUMBERED]
    entries = tuple(
        Entry(
            between((line(view.say(words.NUMBER, change.number)), line(view.transition(change), "strong")), say.DOT),
            (_terms(view, [(words.MADE_BY, view.made_by(change)), *_rationales(view, change)]),),
        )
        for change in sorted(found, key=lambda change: change.number)
    )
    if entries:
        yield Section(view.say(words.ALL_REASONS), entries, shown="folded")


def incidents(view: View) -> Iterator[Section]:
    """The changed incidents that are listed, by kind of change."""
    found = view.backtest
    listed = sorted(found.explained(), key=lambda pair: _ORDER.index(pair[1].kind))
    if not listed:
        return
    rows = tuple(_row(view, incident, change) for incident, change in listed)
    titles = (words.INCIDENT, words.WHEN, words.OUTCOME, words.WHY, words.REASONS)
    heading = tuple(line(view.say(title)) for title in titles)
    more = view.say(words.MORE_ROWS, view.number(len(rows) - FIRST_ROWS)) if len(rows) > FIRST_ROWS else ""
    listing = Listing(Table(heading, rows), view.say(words.SEARCH), FIRST_ROWS, more)
    changed = sum(count for kind, count in found.kinds.items() if kind != "same")
    said = view.say(words.LISTED, view.number(len(rows)), view.number(changed))
    blocks: list[Block] = [] if len(rows) == changed else [Paragraph(line(said))]
    yield Section(view.say(words.CHANGED_INCIDENTS), (*blocks, listing), shown="for_the_record")


def _row(view: View, incident: ChangedIncident, change: Change) -> tuple[Line, ...]:
    when = view.moment(incident.at)
    said = str(incident.id), when, view.transition(change), view.made_by(change), view.say(words.NUMBER, change.number)
    return tuple(map(line, said))


# What people decided then


def agreement(view: View) -> Iterator[Section]:
    """What people decided then beside what both versions say, and where they differ, by rule."""
    found = view.backtest.agreement
    if found is None:
        return
    blocks: list[Block] = [Items(tuple(line(_agrees(view, part, version)) for version, part in enumerate(found)))]
    sections = [
        Section(view.say(words.CONFUSION, name), (_confusion(view, part, version),))
        for version, (part, name) in enumerate(zip(found, _names(view), strict=True))
    ]
    overrides = [*_overrides(view, found)]
    if overrides:
        heading = (words.RULE, words.VERSION, words.SAME_AS_PEOPLE, words.HIGHER, words.LOWER)
        sections.append(Section(view.say(words.OVERRIDES), (view.table(heading, overrides, numbers=3),)))
    yield Section(view.say(words.THEN), tuple(blocks), tuple(sections))


def _names(view: View) -> list[str]:
    return [view.say(phrase) for phrase in words.VERSION_NAMES.values()]


def _agrees(view: View, found: Agreement, version: int) -> str:
    title = view.say((words.CURRENT, words.PROPOSED)[version])
    if not found.decided:
        return view.say(words.AGREES_NOT, title)
    shares = (view.percent(share) for share in (found.same / found.decided, *found.interval))
    return view.say(words.AGREES, title, view.number(found.same), view.number(found.decided), *shares)


def _confusion(view: View, found: Agreement, version: int) -> Table:
    heading: list[Phrase | str] = [words.PEOPLE_CHOSE]
    heading += [*(view.tier(name, version) for name in found.tiers), words.OPEN]
    rows = [
        (view.tier(name, 0), *map(view.number, counts)) for name, counts in zip(found.chosen, found.counts, strict=True)
    ]
    return view.table(heading, rows, numbers=len(heading) - 1)


def _overrides(view: View, found: Sequence[Agreement]) -> Iterator[tuple[str, ...]]:
    for version, (part, name) in enumerate(zip(found, _names(view), strict=True)):
        said = view.versions[version]
        for rule in part.rules:
            if rule.higher or rule.lower:
                counts = map(view.number, (rule.same, rule.higher, rule.lower))
                yield said.label(said.protocol.rules[rule.rule]), name, *counts


# Rows kept aside


def kept_aside(view: View) -> Iterator[Section]:
    """The first rows that do not fit a version."""
    found = view.backtest
    if not found.kept:
        return
    names = {"both": words.BOTH, **words.VERSION_NAMES}
    rows = [
        (view.say(words.PLACES[kept.unit], kept.line), view.say(names[kept.version]), kept.message)
        for kept in islice(found.kept, MOST_ASIDE)
    ]
    said = Paragraph(line(view.say(words.ASIDE, view.number(found.kept_aside), view.number(found.rows))))
    table = view.table((words.PLACE, words.NOT_FOR, words.PROBLEM), rows)
    yield Section(view.say(words.KEPT_ASIDE), (said, table), shown="for_the_record")
