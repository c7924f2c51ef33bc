"""Of a back-test: how much work each version means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from rapid_response.history.backtests.load_records import Amount, Load, Peak, Period, Rate, Work, Workload
from rapid_response.phrases import Phrase
from rapid_response.reports import backtest_words as words
from rapid_response.reports.backtest_view import View
from rapid_response.reports.document import Block, Figure, Paragraph, Section, Table, line
from rapid_response.reports.figures import Bars, Between, Course

Unit = Literal["week", "month", "year"]
Pick = Callable[[Work], Amount]

_DAYS: dict[Unit, int] = {"week": 7, "month": 31, "year": 365}
_WEEKS_UP_TO, _MONTHS_UP_TO = 2 * 366, 20 * 366
_COARSER: dict[Unit, Unit] = {"week": "month", "month": "year", "year": "year"}


def in_short(view: View) -> Table:
    """The figures that matter most, both versions side by side."""
    found = view.backtest
    decided = [found.compared - standing.is_open for standing in found.standings]
    rows = [
        (view.say(words.DECIDED), *map(view.number, decided)),
        (view.say(words.STILL_OPEN), *(view.number(standing.is_open) for standing in found.standings)),
    ]
    if any(standing.assumed for standing in found.standings):
        rows.insert(
            1, (view.say(words.UNDER_ASSUMPTIONS), *(view.number(standing.assumed) for standing in found.standings))
        )
    if found.workload:
        rows += _loads(view, found.workload)
    return view.table((words.HOW_MANY, words.CURRENT, words.PROPOSED), rows, numbers=2)


def _loads(view: View, work: Workload) -> Iterator[tuple[str, ...]]:
    loads = work.current, work.proposed
    title = view.tier(work.activation[1], 1)
    yield view.say(words.ACTIVATIONS, title), *(view.between(load.activations) for load in loads)
    yield view.say(words.ACTIVATIONS_WEEKLY), *(_rate(view, load.per_week) for load in loads)
    yield view.say(words.ACTIVATIONS_MONTHLY), *(_rate(view, load.per_month) for load in loads)
    if work.has_hours:
        yield view.say(words.HOURS_MONTHLY), *(_hours_a_month(view, load) for load in loads)
    yield view.say(words.ACTIVATIONS_AT_ONCE), *(_peak(view, load.activations_at_once) for load in loads)
    yield view.say(words.RESPONSES_AT_ONCE), *(_peak(view, load.at_once) for load in loads)


def _rate(view: View, rate: Rate) -> str:
    low, high = (_small(end) for end in rate.interval)
    mean = Amount(*(float(_small(end).replace(",", "")) for end in rate.mean))
    said = view.between(mean) if mean.surely >= 100 else _span(view, rate.mean)
    return view.say(words.WITH_INTERVAL, said, low, high)


def _span(view: View, amount: Amount) -> str:
    low, high = _small(amount.surely), _small(amount.possibly)
    return low if low == high else view.say(words.SURELY_TO_POSSIBLY, low, high)


def _small(mean: float) -> str:
    """A mean with as many digits as it takes to tell it from nothing."""
    return f"{mean:,.0f}" if mean >= 100 else f"{mean:.1f}" if mean >= 1 else f"{mean:.2f}"


def _hours_a_month(view: View, load: Load) -> str:
    months = load.per_month.periods
    return view.between(Amount(round(load.all_hours.surely / months), round(load.all_hours.possibly / months)))


def _peak(view: View, peak: Peak) -> str:
    return view.between(Amount(peak.surely, peak.possibly))


def workload(view: View) -> Section:
    """Activations and hours over time, hours by role, the worst weeks, and how all that is counted."""
    work = view.backtest.workload
    if work is None:
        return Section(view.say(words.WORKLOAD), (Paragraph(line(view.say(words.NO_DATES))),))
    unit = _unit(work)
    sections = [_over_time(view, work, unit, words.ACTIVATIONS_OVER_TIME[unit], lambda work: work.activations)]
    if work.has_hours:
        sections.append(_over_time(view, work, unit, words.HOURS_OVER_TIME[unit], lambda work: work.hours))
        sections.append(_by_role(view, work))
    if work.weeks:
        sections.append(_worst(view, work))
    undated = [words.UNDATED] if work.undated else []
    small = [*(view.say(phrase, view.incidents(work.undated)) for phrase in undated), view.say(words.HOW_WORK)]
    notes = tuple(Paragraph(line(text, "quiet"), small=True) for text in (*small, view.say(words.HOW_RATES)))
    return Section(view.say(words.WORKLOAD), notes, tuple(sections))


def _unit(work: Workload) -> Unit:
    days = (work.last - work.first).days
    return "week" if days <= _WEEKS_UP_TO else "month" if days <= _MONTHS_UP_TO else "year"


def _over_time(view: View, work: Workload, unit: Unit, title: Phrase, pick: Pick) -> Section:
    starts = [*_starts(work.first, work.last, unit)]
    values = _values(work, unit, starts, pick)
    heading = view.say(title)
    panels = view.say(words.CURRENT), view.say(words.PROPOSED)
    plot = Course(panels, tuple(starts), tuple(tuple(map(_pair, course)) for course in values), _DAYS[unit])
    summary = [part for course in values for part in (_mean(view, course), view.between(_greatest(course)))]
    blocks: list[Block] = [
        Figure(plot, view.say(words.COURSE_ALT, heading, *summary), _course_table(view, work, _COARSER[unit], pick)),
        Paragraph(line(view.say(words.PALE), "quiet"), small=True),
    ]
    return Section(heading, tuple(blocks), shown="for_the_record")


def _values(work: Workload, unit: Unit, starts: Sequence[dt.date], pick: Pick) -> list[list[Amount]]:
    """The amounts of each period, of both versions; nothing where no incident falls into it."""
    found: list[list[Amount]] = []
    for version in ("current", "proposed"):
        sums: dict[dt.date, Amount] = {}
        for period in work.weeks if unit == "week" else work.months:
            start, amount = _start(period.start, unit), pick(getattr(period, version))
            held = sums.get(start, Amount(0, 0))
            sums[start] = Amount(held.surely + amount.surely, held.possibly + amount.possibly)
        found.append([sums.get(start, Amount(0, 0)) for start in starts])
    return found


def _start(day: dt.date, unit: Unit) -> dt.date:
    """The first day of the period that a day is in."""
    if unit == "week":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)


def _starts(first: dt.date, last: dt.date, unit: Unit) -> Iterator[dt.date]:
    """The first days of all periods from one day to another."""
    day = _start(first, unit)
    while day <= last:
        yield day
        day = _start(day + dt.timedelta(days=_DAYS[unit] + (unit != "week")), unit)


def _pair(amount: Amount) -> Between:
    return Between(amount.surely, amount.possibly)


def _mean(view: View, course: Sequence[Amount]) -> str:
    sums = [sum(ends) / len(course) for ends in zip(*course, strict=True)]
    return _span(view, Amount(*sums))


def _greatest(course: Sequence[Amount]) -> Amount:
    return Amount(max(amount.surely for amount in course), max(amount.possibly for amount in course))


def _course_table(view: View, work: Workload, unit: Unit, pick: Pick) -> Table:
    starts = [*_starts(work.first, work.last, unit)]
    current, proposed = _values(work, unit, starts, pick)
    rows = [
        (start.strftime("%Y-%m" if unit == "month" else "%Y"), view.between(before), view.between(after))
        for start, before, after in zip(starts, current, proposed, strict=True)
    ]
    return view.table((words.PERIODS[unit], words.CURRENT, words.PROPOSED), rows, numbers=2)


def _by_role(view: View, work: Workload) -> Section:
    hours = [dict(load.hours) for load in (work.current, work.proposed)]
    labels = {role: _role(view, role) for role in {**hours[0], **hours[1]}}
    none = Amount(0, 0)
    rows = [(label, tuple(amounts.get(role, none) for amounts in hours)) for role, label in labels.items()]
    tiers = work.current.tier_hours, work.proposed.tier_hours
    if any(amount.possibly for amount in tiers):
        rows.append((view.say(words.OF_TIERS), tiers))
    versions = view.say(words.CURRENT), view.say(words.PROPOSED)
    plot = Bars(tuple(label for label, _ in rows), versions, tuple(tuple(map(_pair, pair)) for _, pair in rows))
    told = [(label, *map(view.between, pair)) for label, pair in rows]
    table = view.table((words.ROLE, words.CURRENT, words.PROPOSED), told, numbers=2)
    return Section(view.say(words.HOURS_BY_ROLE), (Figure(plot, view.say(words.HOURS_ALT), table),))


def _role(view: View, role: str | None) -> str:
    if role is None:
        return view.say(words.NO_ROLE)
    return next(said.role(role) for said in reversed(view.versions) if role in said.protocol.roles)


def _worst(view: View, work: Workload) -> Section:
    heading: list[Phrase] = [words.WEEK, words.CURRENT_ACTIVATIONS, words.PROPOSED_ACTIVATIONS]
    heading += [words.CURRENT_HOURS, words.PROPOSED_HOURS] if work.has_hours else []
    rows = [(view.date(week.start), *_week(view, week, work.has_hours)) for week in work.worst_weeks()]
    return Section(view.say(words.WORST), (view.table(heading, rows, numbers=len(heading) - 1),))


def _week(view: View, week: Period, has_hours: bool) -> Iterator[str]:
    yield from (view.between(work.activations) for work in (week.current, week.proposed))
    if has_hours:
        yield from (view.between(work.hours) for work in (week.current, week.proposed))
