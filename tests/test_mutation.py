"""The reference catches mistakes: each of these, made in the engine on purpose, is seen on a fixed set of pairs."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType
from typing import Any, cast

import pytest

from rapid_response.evaluation import explaining, incidents, patterns, truth
from rapid_response.evaluation.compiling import Program, conditions, given, leaves, nodes, tiers
from rapid_response.evaluation.compiling import values as ranges
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol import intervals, values
from tests import reference
from tests.long.agreement import said, unlike
from tests.long.pairs import CORPUS, Pair, generated, kept

Explanation = explaining.Explanation


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mistake: in this function, `before` is replaced by `after`."""

    name: str
    function: Callable[..., Any]
    before: str
    after: str


MUTANTS = [
    # Comparisons
    Mutant("a whole scale at least: >= becomes >", leaves.compare_ranges, "YES if low >= ", "YES if low > "),
    Mutant("possibly at most: <= becomes <", leaves.compare_ranges, "UNKNOWN if low <= c", "UNKNOWN if low < c"),
    Mutant("an unknown number equals", leaves.compare_ranges, "low == high == constant", "low == constant"),
    Mutant(
        "number off by one",
        conditions._compare_number,
        "{comparator} {constant.value}",
        "{comparator} {constant.value + 1}",
    ),
    Mutant("unknown number is no", conditions._compare_number, "{unknown} if", "{NO} if"),
    Mutant(
        "two ranges: surely by the near ends",
        conditions._compare,
        "{YES} if {a[0]} {comparator} {b[1]}",
        "{YES} if {a[0]} {comparator} {b[0]}",
    ),
    Mutant(
        "two ranges: possibly by the far ends",
        conditions._compare,
        "{UNKNOWN} if {a[0]} {comparator} {b[1]}",
        "{UNKNOWN} if {a[1]} {comparator} {b[1]}",
    ),
    Mutant(
        "ranges that touch are equal", conditions._compare, "{a[0]} == {a[1]} == {b[0]} == {b[1]}", "{a[0]} == {b[0]}"
    ),
    Mutant("!= forgets its not", conditions._compare, 'else f"NOT[{equal}]"', "else equal"),
    # Choices and texts
    Mutant("overlapping choices are the same", conditions.truth_text, " and not {a} & ({a} - 1)", ""),
    Mutant(
        "one of: possible becomes sure",
        conditions._is_one_of,
        "{UNKNOWN} if {possible} & {others}",
        "{YES} if {possible} & {others}",
    ),
    Mutant("includes all becomes any", conditions._includes, " == {mask}", ""),
    Mutant("an unknown text is another", conditions.truth_text, "{UNKNOWN} if {variable} is None else ", ""),
    # Logic
    Mutant("and becomes or", conditions.truth_text, '_joined(" & ", parts, writer)', '_joined(" | ", parts, writer)'),
    Mutant("or becomes and", conditions.truth_text, '_joined(" | ", parts, writer)', '_joined(" & ", parts, writer)'),
    Mutant("not is dropped", conditions.truth_text, 'f"NOT[{writer.truths[part]}]"', "writer.truths[part]"),
    Mutant("at least: one more is needed", truth._at_least, "surely >= number", "surely > number"),
    Mutant("at least: possibly one too few", truth._at_least, "possibly >= number", "possibly > number"),
    Mutant("unsettled is surely so", conditions.truth_text, "{YES} if assume else {UNKNOWN}", "{YES}"),
    # Numbers and times
    Mutant("minus: low and high swapped", ranges._arithmetic, "{a[0]} - {b[1]}", "{a[0]} - {b[0]}"),
    Mutant("product by the lower ends alone", intervals.product_range, "for b in right", "for b in right[:1]"),
    Mutant("halves always up", intervals.divide_half_even, "quotient % 2 == 1", "True"),
    Mutant("points: possible becomes sure", ranges._points, "surely if add > 0 else possibly", "possibly"),
    Mutant("min becomes max", ranges.range_text, 'f"{which}(', 'f"max('),
    Mutant("step without its end", ranges.range_text, "+ {most}, 0), {top})", "+ {most}, 0), {top} + 1)"),
    Mutant("first and last day swapped", ranges._date_shift, "(b[1], b[0]) if", "b if"),
    Mutant("today in UTC", values.local_date, "_local(microseconds, zone)", "_local(microseconds, None)"),
    Mutant(
        "months back become months on", values.shift_date, "date.month - 1 + months", "date.month - 1 + abs(months)"
    ),
    Mutant("the later of two hours", values.shift_moment, "fold=0", "fold=1"),
    # Measures
    Mutant(
        "cases forget the later ones",
        ranges._cases_range,
        "min({low}, {least}), max({high}, {most})",
        "{least}, {most}",
    ),
    Mutant("choice cases forget the later ones", ranges._cases_mask, "|=", "="),
    Mutant("an unknown number starts at zero", ranges._fact_range, "str(kind.low)", '"0"'),
    # Rules
    Mutant("unless becomes when", tiers.nodes_of, "Not(gate.unless)", "gate.unless"),
    Mutant("a possible raise lifts the lowest tier", tiers._raise, "if raised & 1: low", "if raised: low"),
    Mutant("a lower raise hides a higher one", tiers._raise, "if raised and not high: high", "if raised: high"),
    Mutant("no look below a possible raise", tiers._raise, '"if not low:"', '"if not high:"'),
    Mutant("a possible limit is dropped", tiers._limit, "if limited and low", "if limited & 1 and low"),
    Mutant("a sure limit is dropped", tiers._limit, "if limited & 1: high", "if False: high"),
    Mutant(
        "the lowest limit is forgotten", tiers._limit, "if limited & 1: high = {level}", "if limited & 1: high += 1"
    ),
    Mutant("a factor drawn out is forgotten", tiers.either, "({factor} and {factor} & (", "(("),
    Mutant("a factor alone is no product", tiers.either, "if all(cofactors) else factor", ""),
    Mutant("the higher limit wins", tiers._limit_by_value, "{high} < high", "{high} > high"),
    Mutant("a raise by a value forgets its high end", tiers._raise_by_value, "{high} > high", "{low} > high"),
    # Assumptions
    Mutant("assumed criteria are dropped", nodes._write_criterion, "if assume and", "if False and"),
    Mutant("assumed criteria are known", nodes._write_criterion, "if assume and", "if"),
    Mutant("assumed facts are dropped", Program.assuming, "a if fact is None else fact", "fact"),
    Mutant("a blank is unknown", incidents._Checker.fact, "return blank", "return None"),
    Mutant("a plain blank is unknown to its conditions", given._blank, "table.row(fact.blank)", "table.row(None)"),
    Mutant("a plain blank is not encoded", given._blank, "[] if fact.blank is None else", "[] if True else"),
    Mutant("several options are the last one", given._mask, "|=", "="),
    # Patterns
    Mutant("what is just within the window is not counted", patterns._in_time, "<= within", "< within"),
    Mutant("what happens at the same moment is never counted", patterns._in_time, "before and", "False and"),
    Mutant("what happens at the same moment always counts", patterns._in_time, "before and", "True and"),
    Mutant("what happens later counts", patterns._in_time, "0 < now - then", "0 < abs(now - then)"),
    Mutant("an incident without a time does not count", patterns._in_time, "return UNKNOWN", "return NO"),
    Mutant("what is not known is not the same", patterns._same, "return UNKNOWN", "return NO"),
    Mutant("the present incident is counted twice", patterns.Past.others, "one.id != present.id", "True"),
    Mutant("incidents without an id are all one", patterns.Past.others, "one.id is None or", ""),
    Mutant("the present incident stands last", patterns.Past.place, "if one.id == present.id", "if False"),
    Mutant("the present incident never counts", patterns._truths, "own.where[pattern.name], ", "0, "),
    Mutant("past facts are never assumed", patterns._view, "program.assuming(known) if assume else known", "known"),
    Mutant("the greatest number is the least", patterns._range, "holds >> 4", "holds & 1"),
    # The result
    Mutant("the other end is recommended", vars(Recommendation)["tier"].func, '"highest" else', '"lowest" else'),
    Mutant("a limit at the same tier overrides", Explanation._overriding, "[1] < level", "[1] <= level"),
    Mutant("what is assumed is settled", Explanation._standing, "plain=True", "plain=False"),
    Mutant("due in months counts once", explaining.due_moment, "due.amount * MONTHS", "MONTHS"),
]


@pytest.fixture(scope="module")
def told() -> list[tuple[Pair, dict[str, Any]]]:
    """The pairs, with what the reference says of each."""
    pairs = [*map(kept, sorted(CORPUS.glob("*.json"))), *generated(seed=3, numbers=range(160), incidents=12)]
    return [(pair, reference.meaning(pair.protocol, pair.given, pair.as_of, pair.history)) for pair in pairs]


def test_without_a_mistake_nothing_is_seen(told: list[tuple[Pair, dict[str, Any]]]) -> None:
    """The engine as it is agrees with the reference on every pair."""
    assert first_difference(told) is None


@pytest.mark.parametrize("mutant", [pytest.param(mutant, id=mutant.name) for mutant in MUTANTS])
def test_a_mistake_is_seen(mutant: Mutant, told: list[tuple[Pair, dict[str, Any]]]) -> None:
    """A mistake in the engine is seen as a difference from the reference."""
    with mistaken(mutant):
        assert first_difference(told) is not None


def first_difference(told: list[tuple[Pair, dict[str, Any]]]) -> object:
    """The first pair of which the engine, compiled anew, says something else than expected, or of which it raises."""
    for protocol in {id(pair.protocol): pair.protocol for pair, _ in told}.values():
        vars(protocol).pop("program", None)
        vars(protocol).pop("_evaluate", None)
    for pair, expected in told:
        try:
            got = said(pair.evaluate())
        except Exception as error:
            return pair.name, error
        if found := unlike(expected, got):
            return pair.name, found
    return None


@contextmanager
def mistaken(mutant: Mutant) -> Iterator[None]:
    """The engine with one mistake in it."""
    function = cast(FunctionType, mutant.function)
    source = textwrap.dedent(inspect.getsource(function))
    assert mutant.before in source, "the engine has changed: make the mistake anew"
    namespace = dict(function.__globals__)
    exec(compile(source.replace(mutant.before, mutant.after), "<mistake>", "exec"), namespace)
    right = function.__code__
    changed = namespace[function.__name__]
    function.__code__ = getattr(changed, "func", changed).__code__
    truth.at_least_table.cache_clear()
    try:
        yield
    finally:
        function.__code__ = right
        truth.at_least_table.cache_clear()
