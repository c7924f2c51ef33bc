"""Of a back-test: which tiers change, what is open and why, and what rules and responses do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rapid_response.history.backtests.load_records import Amount
from rapid_response.history.backtests.records import Missing, ResponseCount, RuleCount, Verdict
from rapid_response.history.backtests.result import Transition
from rapid_response.phrases import Phrase
from rapid_response.reports import backtest_words as words
from rapid_response.reports.backtest_view import View
from rapid_response.reports.document import Block, Figure, Paragraph, Section, Table, line
from rapid_response.reports.figures import Matrix

_STAYS, _UP, _DOWN, _NEITHER = 0, 1, -1, 2


def tiers(view: View) -> Section:
    """Every pair of tiers as a matrix, open results in a row and column of their own."""
    found = view.backtest
    names = [[tier.name for tier in version.tiers] for version in (found.current, found.proposed)]
    open_row, open_column = len(names[0]), len(names[1])
    counts = Counter[tuple[int, int]]()
    for pair in found.transitions:
        counts[_place(pair.before, names[0]), _place(pair.after, names[1])] += pair.incidents
    same = {
        (row, names[1].index(found.renamed.get(name, name)))
        for row, name in enumerate(names[0])
        if found.renamed.get(name, name) in names[1]
    }
    ordered = found.raised is not None

    def tone(row: int, column: int) -> int:
        if row == open_row or column == open_column:
            return _NEITHER
        if (row, column) in same:
            return _STAYS
        return (_UP if column > row else _DOWN) if ordered else _UP

    labels = [(*(view.tier(name, version) for name in names[version]), view.say(words.OPEN)) for version in (0, 1)]
    grid = tuple(tuple(counts[row, column] for column in range(open_column + 1)) for row in range(open_row + 1))
    tones = tuple(tuple(tone(row, column) for column in range(open_column + 1)) for row in range(open_row + 1))
    plot = Matrix(labels[0], labels[1], grid, tones, view.say(words.CURRENT), view.say(words.PROPOSED))
    stay = sum(counts[pair] for pair in same)
    opens = sum(pair.incidents for pair in found.transitions if pair.is_open)
    alt = view.say(words.MATRIX_ALT, *map(view.number, (stay, found.changed, opens)))
    heading = (view.say(words.FROM_TO, view.say(words.CURRENT), view.say(words.PROPOSED)), *labels[1])
    rows = [(label, *map(view.number, row)) for label, row in zip(labels[0], grid, strict=True)]
    figure = Figure(plot, alt, view.table(heading, rows, numbers=len(labels[1])))
    return Section(view.say(words.WHICH_TIERS), (figure, _small(view, words.MATRIX_KEY)))


def _place(verdict: Verdict, names: Sequence[str]) -> int:
    return len(names) if verdict.is_open else names.index(verdict.lowest)


def _small(view: View, phrase: Phrase, *said: object) -> Paragraph:
    return Paragraph(line(view.say(phrase, *said), "quiet"), small=True)


def openness(view: View) -> Iterator[Section]:
    """Results that are open: ranges that change, and what was not recorded."""
    found = view.backtest
    if not any(standing.is_open for standing in found.standings):
        return
    changed = sorted((pair for pair in found.transitions if pair.is_open and pair.changed), key=_most)
    rows = [
        (view.verdict(pair.before, 0), view.verdict(pair.after, 1), view.number(pair.incidents)) for pair in changed
    ]
    blocks: list[Block] = [Paragraph(line(view.say(words.OPEN_WHY)))]
    if rows:
        blocks.append(view.table((words.BEFORE, words.AFTER, words.INCIDENTS), rows, numbers=1))
    else:
        blocks.append(Paragraph(line(view.say(words.NO_OPEN_CHANGES))))
    recommended = found.changed_open - sum(pair.incidents for pair in changed)
    if recommended:
        blocks.append(Paragraph(line(view.say(words.RECOMMENDED_CHANGES, view.number(recommended)))))
    yield Section(view.say(words.OPEN_RESULTS), tuple(blocks), (_missing(view),))


def _most(pair: Transition) -> int:
    return -pair.incidents


def _missing(view: View) -> Section:
    counts = [{part.fact: part for part in standing.missing} for standing in view.backtest.standings]
    both = {**view.backtest.proposed.facts, **view.backtest.current.facts}
    rows = []
    for name in sorted({**counts[0], **counts[1]}, key=lambda name: -max(_of(part, name) for part in counts)):
        recorded = all(part[name].recorded for part in counts if name in part)
        said = view.versions[name not in view.backtest.current.facts]
        label = said.label(both[name]) if recorded else view.say(words.NOT_AT_ALL, said.label(both[name]))
        rows.append((label, *(view.number(_of(part, name)) for part in counts)))
    table = view.table((words.FACT, words.CURRENT, words.PROPOSED), rows, numbers=2)
    return Section(view.say(words.MISSING), (Paragraph(line(view.say(words.MISSING_WHY))), table))


def _of(counts: Mapping[str, Missing], name: str) -> int:
    return counts[name].incidents if name in counts else 0


# Rules


def rules(view: View) -> Section:
    """What each rule adds or stops; rules without any difference in one line."""
    found = view.backtest
    differing = [rule for rule in found.rules if _differs(rule)]
    blocks: list[Block] = []
    if differing:
        blocks += [
            _rule_table(view, sorted(differing, key=lambda rule: -rule.changed)),
            _small(view, words.RULES_SHARED),
        ]
    if same := [view.rule(rule.name) for rule in found.rules if not _differs(rule)]:
        blocks.append(Paragraph(line(view.say(words.SAME_RULES, view.listed(same)), "quiet")))
    return Section(view.say(words.WHAT_RULES_DO), tuple(blocks))


def _differs(rule: RuleCount) -> bool:
    pairs = rule.holds, rule.is_open, rule.decides
    return bool(rule.starts or rule.stops or rule.changed) or any(before != after for before, after in pairs)


def _rule_table(view: View, found: Sequence[RuleCount]) -> Table:
    ordered = view.backtest.raised is not None
    turns = (words.RAISES, words.LOWERS) if ordered else (words.TURNS,)
    heading = (words.RULE, words.HOLDS_BEFORE, words.HOLDS_AFTER, words.STARTS, words.STOPS, *turns)
    rows = []
    for rule in found:
        changed = (rule.raised, rule.lowered) if ordered else (rule.changed,)
        counts = (*rule.holds, rule.starts, rule.stops, *changed)
        rows.append((_label(view, view.rule(rule.name), rule), *map(view.number, counts)))
    return view.table(heading, rows, numbers=len(heading) - 1)


def _label(view: View, label: str, part: RuleCount | ResponseCount) -> str:
    if part.old is None:
        return view.say(words.ADDED, label)
    return view.say(words.REMOVED, label) if part.new is None else label


# Responses and scope


def responses(view: View) -> Iterator[Section]:
    """How many incidents each response is called for."""
    found = view.backtest.responses
    if not found:
        return
    heading = (words.RESPONSE, words.ACTIVE_BEFORE, words.ACTIVE_AFTER, words.NOW_CALLED, words.NOT_CALLED)
    rows = []
    for response in found:
        before, after = (
            [sum(row) for row in counts] for counts in (response.counts, zip(*response.counts, strict=True))
        )
        amounts = (Amount(state[2], state[2] + state[1]) for state in (before, after))
        said = (*map(view.between, amounts), view.number(response.starts), view.number(response.stops))
        rows.append((_label(view, view.response(response.name), response), *said))
    yield Section(view.say(words.RESPONSES), (view.table(heading, rows, numbers=4),))


def scope(view: View) -> Iterator[Section]:
    """How many incidents are in scope, where a version leaves any out."""
    counts = view.backtest.scope
    sums = [sum(row) for row in counts], [sum(column) for column in zip(*counts, strict=True)]
    if not any(sums[version][state] for version in (0, 1) for state in (1, 2)):
        return
    rows = [
        (view.say(words.SCOPES[state]), *(view.number(version[place]) for version in sums))
        for place, state in enumerate(words.SCOPES)
    ]
    yield Section(view.say(words.SCOPE), (view.table((words.SCOPE, words.CURRENT, words.PROPOSED), rows, numbers=2),))
