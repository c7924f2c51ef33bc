"""What a protocol means for an incident, written down a second time: slowly, plainly and from docs/language.md.

Every engine is held against this. A truth is True, False or None (unknown). A number, a step of a scale, a moment, a
date and a length of time are the pair (least, greatest) still possible: fractions, positions, microseconds, days,
microseconds. A choice is the set of the options still possible.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf
from typing import Any, cast
from zoneinfo import ZoneInfo

from rapid_response.protocol import expressions as e
from rapid_response.protocol.model import Due, Fact, Gate, Pattern, Protocol, Rule
from rapid_response.protocol.values import decode

Truth = bool | None
Number = Fraction | float
Interval = tuple[Number, Number]
Possible = Interval | frozenset[int]

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
FIRST, LAST = dt.datetime(2, 1, 1, tzinfo=dt.UTC), dt.datetime(9998, 12, 31, tzinfo=dt.UTC)


@dataclass
class World:
    """What is known of one incident: the answers, the time, and the criteria and measures worked out so far.

    `assume` says whether the `until_known` values are taken. `tiers` is the range of tiers still possible.
    """

    protocol: Protocol
    facts: dict[str, Any]
    now: int | None
    assume: bool
    id: Any = None
    patterns: dict[str, Interval] = field(default_factory=dict)
    criteria: dict[str, Truth] = field(default_factory=dict)
    measures: dict[str, Possible] = field(default_factory=dict)
    tiers: tuple[int, int] = (0, 0)


History = Iterable[Mapping[str, Any]] | None


def world(protocol: Protocol, given: Mapping[str, Any], as_of: object, assume: bool, history: History = None) -> World:
    """Everything that follows from the answers given, and from past incidents where there is a history."""
    now = None if as_of is None else instant(as_of, protocol.time_zone)
    facts = {name: known(fact, given.get(name), protocol.time_zone, assume) for name, fact in protocol.facts.items()}
    found = worked_out(World(protocol, facts, now, assume, given.get("id")))
    if history is None:
        return found
    past = [world(protocol, one, as_of, assume) for one in history]
    found.patterns = {name: occurrences(pattern, found, past) for name, pattern in protocol.patterns.items()}
    return worked_out(found)


def worked_out(found: World) -> World:
    """The criteria, the measures and the range of tiers that follow from the facts and patterns."""
    protocol = found.protocol
    for name in protocol.order:
        if name in protocol.measures:
            found.measures[name] = value(protocol.measures[name].value, found)
            continue
        criterion = protocol.criteria[name]
        holds = truth(criterion.condition, found)
        found.criteria[name] = criterion.assumed if holds is None and found.assume else holds
    found.tiers = tier_range(found)
    return found


# Answers


def known(fact: Fact, given: Any, zone: str | None, assume: bool) -> Any:
    """The answer to a question, None where it is not known."""
    if isinstance(given, Mapping):
        given = given.get("value")
    if given is None:
        stands_for = fact.blank if fact.blank is not None else fact.assumed if assume else None
        given = None if stands_for is None else decode(fact.type, stands_for, zone)
    return None if given is None else answer(fact.type, given, zone)


def answer(kind: e.Type, given: Any, zone: str | None) -> Any:
    match kind.name:
        case "scale" | "choice":
            return kind.options.index(given)
        case "choices":
            return {kind.options.index(option) for option in given}
        case "number":
            return Fraction(str(given))
        case "moment":
            return instant(given, zone)
        case "date":
            return (dt.date.fromisoformat(given) if isinstance(given, str) else given).toordinal()
        case _:
            return given


def instant(given: Any, zone: str | None) -> int:
    """A moment in microseconds since 1970; without an offset it is in the protocol's zone."""
    moment = dt.datetime.fromisoformat(given) if isinstance(given, str) else given
    placed = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(cast(str, zone)))
    return cast(int, (placed - EPOCH) // MICROSECOND)


# Conditions


def truth(node: e.Condition, w: World) -> Truth:
    """Whether a condition holds."""
    match node:
        case e.Always():
            return True
        case e.FactHolds(fact=name):
            return cast(Truth, w.facts[name])
        case e.CriterionHolds(criterion=name):
            return w.criteria[name]
        case e.Not(part=part):
            return opposite(truth(part, w))
        case e.AllOf(parts=parts):
            return at_least(len(parts), [truth(part, w) for part in parts])
        case e.AnyOf(parts=parts):
            return at_least(1, [truth(part, w) for part in parts])
        case e.AtLeast(number=number, parts=parts):
            return at_least(number, [truth(part, w) for part in parts])
        case e.Compare(comparator=comparator, left=left, right=right):
            return compared(comparator, interval(left, w), interval(right, w))
        case e.IsOneOf(value=inner, options=options):
            possible = options_of(value(inner, w))
            return True if possible <= options else None if possible & options else False
        case e.IsSame(left=left, right=right):
            a, b = options_of(value(left, w)), options_of(value(right, w))
            return False if not a & b else True if len(a | b) == 1 else None
        case e.Includes(fact=name, options=options, every=every):
            chosen = w.facts[name]
            return None if chosen is None else options <= chosen if every else bool(options & chosen)
        case e.TextIs(fact=name, texts=texts):
            return None if w.facts[name] is None else w.facts[name] in texts
        case e.Unsettled():
            return False if w.tiers[0] == w.tiers[1] else True if w.assume else None
        case e.ResponseActive(response=name):
            return gate(w.protocol.responses[name], w)


def opposite(holds: Truth) -> Truth:
    return None if holds is None else not holds


def at_least(number: int, truths: list[Truth]) -> Truth:
    surely, possibly = truths.count(True), truths.count(True) + truths.count(None)
    return True if surely >= number else None if possibly >= number else False


def compared(comparator: str, a: Interval, b: Interval) -> Truth:
    match comparator:
        case "<":
            return True if a[1] < b[0] else False if a[0] >= b[1] else None
        case ">":
            return compared("<", b, a)
        case "<=":
            return opposite(compared(">", a, b))
        case ">=":
            return opposite(compared("<", a, b))
        case "==":
            return False if a[1] < b[0] or b[1] < a[0] else True if a[0] == a[1] == b[0] == b[1] else None
        case _:
            return opposite(compared("==", a, b))


# Values


def interval(node: e.Value, w: World) -> Interval:
    return cast(Interval, value(node, w))


def options_of(possible: Possible) -> frozenset[int]:
    """The options still possible; a step of a scale may be any from the least to the greatest."""
    return possible if isinstance(possible, frozenset) else frozenset(range(int(possible[0]), int(possible[1]) + 1))


def value(node: e.Value, w: World) -> Possible:
    """What a value can still be."""
    match node:
        case e.Constant(value=constant, type=kind):
            return of_kind(kind, constant)
        case e.FactValue(fact=name, type=kind):
            return bounds(kind) if w.facts[name] is None else single(kind, w.facts[name])
        case e.MeasureValue(measure=name):
            return w.measures[name]
        case e.PatternValue(pattern=name, type=kind):
            return w.patterns.get(name) or cast(Interval, bounds(kind))
        case e.TierValue():
            return w.tiers
        case e.Now(type=kind):
            now = cast(int, w.now)
            return single(kind, local(now, w).toordinal() if kind.name == "date" else now)
        case e.Rescaled(value=inner):
            return value(inner, w)
        case e.Arithmetic(operator=operator, left=left, right=right):
            return calculated(operator, interval(left, w), interval(right, w))
        case e.DateShift(operator=operator, left=left, right=right, type=kind):
            least, most = calculated(operator, interval(left, w), interval(right, w))
            return (least * e.DAY, most * e.DAY) if kind.name == "duration" else (least, most)
        case e.CalendarShift(value=inner, months=months, type=kind):
            least, most = interval(inner, w)
            return later(least, months, kind, w), later(most, months, kind, w)
        case e.Extreme(which=which, parts=parts):
            choose, ends = (min if which == "min" else max), [interval(part, w) for part in parts]
            return choose(end[0] for end in ends), choose(end[1] for end in ends)
        case e.Step(value=inner, by=by, type=kind):
            least, most = calculated("+", interval(inner, w), interval(by, w))
            top = len(kind.options) - 1
            return min(max(least, 0), top), min(max(most, 0), top)
        case e.Points(terms=terms, type=kind):
            ends = [points(Fraction(add, 10**kind.places), truth(condition, w)) for add, condition in terms]
            return sum(end[0] for end in ends), sum(end[1] for end in ends)
        case e.Cases():
            return any_of(reached(node, w))


def of_kind(kind: e.Type, constant: int) -> Possible:
    return single(kind, Fraction(constant, 10**kind.places) if kind.name == "number" else constant)


def single(kind: e.Type, known: Any) -> Possible:
    return frozenset([known]) if kind.name == "choice" else (known, known)


def bounds(kind: e.Type) -> Possible:
    """Everything that a fact can be."""
    if kind.name == "choice":
        return frozenset(range(len(kind.options)))
    if kind.name == "scale":
        return 0, len(kind.options) - 1
    if kind.name == "number":
        return Fraction(int(kind.low), 10**kind.places), Fraction(int(kind.high), 10**kind.places)
    return -inf, inf


def calculated(operator: str, a: Interval, b: Interval) -> Interval:
    match operator:
        case "+":
            return a[0] + b[0], a[1] + b[1]
        case "-":
            return a[0] - b[1], a[1] - b[0]
        case "*":
            corners = [x * y for x in a for y in b]
        case _:
            corners = [round(Fraction(x) / Fraction(y), 6) for x in a for y in b]
    return min(corners), max(corners)


def points(add: Fraction, holds: Truth) -> Interval:
    return (min(add, Fraction(0)), max(add, Fraction(0))) if holds is None else (add * holds, add * holds)


def reached(cases: e.Cases, w: World) -> Iterable[Possible]:
    """The results of all cases up to and including the first that surely holds."""
    for condition, result in cases.branches:
        holds = truth(condition, w)
        if holds is not False:
            yield value(result, w)
        if holds:
            return
    if cases.otherwise is not None:
        yield value(cases.otherwise, w)


def any_of(results: Iterable[Possible]) -> Possible:
    listed = list(results)
    if isinstance(listed[0], frozenset):
        return frozenset().union(*(cast(frozenset[int], result) for result in listed))
    ends = cast(list[Interval], listed)
    return min(end[0] for end in ends), max(end[1] for end in ends)


# Times


def local(moment: Number, w: World) -> dt.datetime:
    """A moment as the protocol's zone writes it; beyond what a calendar holds, the nearest that it does."""
    in_zone = dt.UTC if w.protocol.time_zone is None else ZoneInfo(w.protocol.time_zone)
    held = min(max(moment, (FIRST - EPOCH) // MICROSECOND), (LAST - EPOCH) // MICROSECOND)
    return (EPOCH + int(held) * MICROSECOND).astimezone(in_zone)


def later(start: Number, months: int, kind: e.Type, w: World) -> Number:
    """A moment or date some months later, at the month's end where the month has no such day."""
    if start in (-inf, inf):
        return start
    if kind.name == "date":
        held = min(max(int(start), dt.date.min.toordinal()), dt.date.max.toordinal())
        return months_after(dt.date.fromordinal(held), months).toordinal()
    moment = local(start, w)
    day = months_after(moment.date(), months)
    return (moment.replace(year=day.year, month=day.month, day=day.day, fold=0) - EPOCH) // MICROSECOND


def months_after(date: dt.date, months: int) -> dt.date:
    count = date.year * 12 + (date.month - 1) + months
    if not 12 <= count < 120_000:
        return dt.date.min if months < 0 else dt.date.max
    for day in range(date.day, 0, -1):
        try:
            return dt.date(count // 12, count % 12 + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def due(stated: Due | None, w: World) -> dt.datetime | None:
    """When a response is due; None where that is not stated or not known."""
    start = None if stated is None else w.now if stated.after in ("now", "active") else w.facts[stated.after]
    if stated is None or start is None:
        return None
    if stated.unit in e.MONTHS:
        return local(later(start, stated.amount * e.MONTHS[stated.unit], e.Type("moment"), w), w).astimezone(dt.UTC)
    return local(start + stated.amount * e.MICROSECONDS[stated.unit], w).astimezone(dt.UTC)


# Patterns


def occurrences(pattern: Pattern, present: World, past: list[World]) -> Interval:
    """The least and the greatest number of incidents that count: the present one, and those before it like it."""
    itself = [place for place, one in enumerate(past) if one.id is not None and one.id == present.id]
    others = [(one, place < min(itself, default=len(past))) for place, one in enumerate(past) if place not in itself]
    holds = [truth(pattern.where, present), *(is_like(pattern, present, one, before) for one, before in others)]
    return Fraction(holds.count(True)), Fraction(len(holds) - holds.count(False))


def is_like(pattern: Pattern, present: World, past: World, stands_before: bool) -> Truth:
    """Whether a past incident counts: by its facts, by those that are to be the same, and by its time."""
    same = [alike(present.facts[name], past.facts[name]) for name in pattern.same]
    at = cast(str, present.protocol.at)
    then, now = past.facts[at], present.facts[at]
    in_time = None
    if then is not None and now is not None:
        in_time = now - pattern.within.value <= then <= now and (then < now or stands_before)
    return at_least(len(same) + 2, [truth(pattern.where, past), *same, in_time])


def alike(one: Any, other: Any) -> Truth:
    return None if one is None or other is None else one == other


# Rules and the tier


def gate(part: Gate, w: World) -> Truth:
    """Whether a rule, response or scope entry holds: `when`, and not `unless`."""
    return at_least(2, [truth(part.when, w), True if part.unless is None else opposite(truth(part.unless, w))])


def target(rule: Rule, w: World) -> tuple[int, int]:
    least, most = interval(rule.tier, w)
    return int(least), int(most)


def tier_range(w: World) -> tuple[int, int]:
    """lowest = min(sure raises, possible limits); highest = min(possible raises, sure limits)."""
    low_raises, low_limits, high_raises, high_limits = [0], [inf], [0], [inf]
    for rule in w.protocol.rules.values():
        holds, (least, most) = gate(rule, w), target(rule, w)
        if rule.effect == "raise_to":
            low_raises += [least] if holds else []
            high_raises += [most] if holds is not False else []
        else:
            low_limits += [least] if holds is not False else []
            high_limits += [most] if holds else []
    return int(min(max(low_raises), *low_limits)), int(min(max(high_raises), *high_limits))


# The whole, in the words that a result uses

WORDS = {True: "yes", None: "unknown", False: "no"}
FIRED = {True: "fired", None: "open", False: "not fired"}
ACTIVE = {True: "active", None: "open", False: "inactive"}


def meaning(protocol: Protocol, given: Mapping[str, Any], as_of: object, history: History = None) -> dict[str, Any]:
    """What a result must say of an incident. Tiers are levels; measures and patterns are what they can still be."""
    plain, assumed = (world(protocol, given, as_of, assume, history) for assume in (False, True))
    (lowest, highest), (low, high) = plain.tiers, assumed.tiers
    scope = {name: gate(part, assumed) for name, part in protocol.scope.items()}
    return {
        "range": (lowest, highest),
        "range by the second way": (lowest, highest),
        "assumed range": (low, high),
        "tier": low if low == high else {"lowest": low, "highest": high, "nothing": None}[protocol.if_unsettled],
        "standing": "settled" if lowest == highest else "assumed" if low == high else "open",
        "scope": WORDS[at_least(1, list(scope.values()))],
        "scope rules": {
            name: (WORDS[holds], standing(protocol.scope[name], plain, assumed)) for name, holds in scope.items()
        },
        "rules": {name: outcome(rule, plain, assumed) for name, rule in protocol.rules.items()},
        "responses": {
            name: (ACTIVE[gate(part, assumed)], standing(part, plain, assumed), due(part.due, plain))
            for name, part in protocol.responses.items()
        },
        "criteria": {name: WORDS[holds] for name, holds in assumed.criteria.items()},
        "measures": assumed.measures,
        "patterns": {name: value(e.PatternValue(name, part.type), assumed) for name, part in protocol.patterns.items()},
        "assumptions": assumptions(plain, assumed),
    }


def standing(part: Gate, plain: World, assumed: World) -> str:
    return "settled" if gate(part, plain) is not None else "open" if gate(part, assumed) is None else "assumed"


def outcome(rule: Rule, plain: World, assumed: World) -> tuple[str, str, tuple[int, int], tuple[str, ...]]:
    """State, standing, target and the limits that override it: a raise above a limit that holds is overridden."""
    holds, tiers = gate(rule, assumed), target(rule, assumed)
    limits = [limit for limit in assumed.protocol.rules.values() if limit.effect == "limit_to" and gate(limit, assumed)]
    over = tuple(limit.name for limit in limits if target(limit, assumed)[1] < tiers[0])
    over = over if holds and rule.effect == "raise_to" else ()
    return "overridden" if over else FIRED[holds], standing(rule, plain, assumed), tiers, over


def assumptions(plain: World, assumed: World) -> list[str]:
    """What is assumed: of facts that are not known, and of criteria that even so cannot be told."""
    facts = [
        name for name, fact in plain.protocol.facts.items() if fact.assumed is not None and plain.facts[name] is None
    ]
    named = plain.protocol.criteria.items()
    return facts + [name for name, c in named if c.assumed is not None and truth(c.condition, assumed) is None]
