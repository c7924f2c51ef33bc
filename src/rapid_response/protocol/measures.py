"""The forms a measure can be written in, each turned into a checked value."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import cast

from rapid_response.protocol import schema
from rapid_response.protocol.bounds import LARGEST, MOST_PLACES
from rapid_response.protocol.combining import at_places, points
from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    AnyOf,
    Cases,
    Comparator,
    Compare,
    Condition,
    Constant,
    CriterionHolds,
    FactHolds,
    FactValue,
    Includes,
    IsOneOf,
    Not,
    Points,
    Type,
    Value,
    parts_of,
)
from rapid_response.protocol.faults import Faulty, Sentence, each
from rapid_response.protocol.grammar import Syntax, parse
from rapid_response.protocol.problems import Problem, Span, did_you_mean, nearest, one_of
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.resolving import Names, Word
from rapid_response.protocol.sentences import Reader
from rapid_response.protocol.tables import overlaps, stretches, uncovered
from rapid_response.protocol.values import places_of, scaled, unscaled

_TAKE = ("highest", "lowest", "sum")

Stretch = tuple[int, int]
Path = tuple[str | int, ...]
ConditionOf = Callable[[object, Path], Condition]
"""Reads a condition, sentence or block, that stands at a path below the measure; raises Faulty."""
PlaceOf = Callable[[Path], Span]
"""Where a thing stands that has a path below the measure."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a table: its condition, and the stretches of the domain that it covers (None: all of it)."""

    condition: Condition
    stretches: list[Stretch] | None

    def mask(self, domain: Sequence[Stretch]) -> int:
        """Which cells of the domain the entry covers."""
        if self.stretches is None:
            return (1 << len(domain)) - 1
        mask = 0
        for low, high in self.stretches:
            first, after = (bisect_left(domain, (edge, edge)) for edge in (low, high + 1))
            mask |= (1 << after) - (1 << first)
        return mask


@dataclass(frozen=True, slots=True)
class MeasureReader:
    """Reads one measure of a protocol; `kind` is the declared type, None for numbers."""

    measure: schema.Measure
    kind: Type | None
    names: Names
    condition: ConditionOf
    problems: list[Problem]
    place: PlaceOf

    def value(self) -> Value:
        """The value that the measure's one form says; raises Faulty once its problems are noted."""
        forms: dict[str, Callable[[], Value]] = {
            "formula": self.formula,
            "points": self.points,
            "bands": self.bands,
            "values": self.values,
            "cases": self.cases,
            "table": self.table,
        }
        value = forms[self.measure.form]()
        if _largest(value) > LARGEST:
            remedy = "use smaller numbers or fewer `decimals`"
            raise self.fault("RR402", "the measure may become too large to count exactly", (), remedy)
        return value

    def fault(self, problem: str, message: str, at: Scalar | Path, remedy: str | None = None) -> Faulty:
        span = at.span if isinstance(at, Scalar) else self.place(at)
        self.problems.append(Problem(problem, message, span, remedy))
        return Faulty()

    # One form each

    def formula(self) -> Value:
        assert self.measure.formula is not None
        value = self.result(self.measure.formula)
        self.require_kind(value, self.measure.formula)
        return value

    def points(self) -> Value:
        rows = self.measure.points or []
        conditions = self.conditions("points", rows)
        places = max((places_of(row.add) for row in rows), default=0)
        return points([(scaled(row.add, places), c) for row, c in zip(rows, conditions, strict=True)], places)

    def bands(self) -> Value:
        bands, by = self.measure.bands or [], cast(Scalar, self.measure.by)
        value = self.by_value(by, "number")
        self.require_rising(bands)
        branches = [(self.band(value, band, by), band.is_) for band in bands if band.is_ is not None]
        otherwise = next((band.otherwise for band in bands if band.otherwise is not None), None)
        if otherwise is None and not self.reaches_the_top(bands, value):
            last = bands[-1]
            above = f"above {last.up_to}" if last.up_to is not None else f"from {last.below} on"
            message = f"the bands do not cover `{by.text}` {above}"
            raise self.fault("RR405", message, ("bands",), "end with `otherwise: VALUE`")
        return self.cases_of(branches, otherwise)

    def band(self, value: Value, band: schema.Band, by: Scalar) -> Condition:
        limit = band.up_to if band.up_to is not None else cast(Decimal, band.below)
        comparator: Comparator = "<=" if band.up_to is not None else "<"
        return self.compared(value, comparator, limit, by)

    def require_rising(self, bands: Sequence[schema.Band]) -> None:
        edges = [
            (band.up_to, 1) if band.up_to is not None else (band.below, 0) for band in bands if band.otherwise is None
        ]
        for position, band in enumerate(bands[:-1], 1):
            if band.otherwise is not None:
                at = ("bands", position)
                raise self.fault("RR406", "a band after `otherwise` is never reached", at, "put `otherwise` last")
        for position, (earlier, later) in enumerate(pairwise(edges), 1):
            if later <= earlier:
                message, remedy = "this band is never reached", "order the bands by their limits, lowest first"
                raise self.fault("RR406", message, ("bands", position), remedy)

    def reaches_the_top(self, bands: Sequence[schema.Band], value: Value) -> bool:
        last = bands[-1]
        high = Decimal(int(value.type.high)).scaleb(-value.type.places)
        return (last.up_to is not None and last.up_to >= high) or (last.below is not None and last.below > high)

    def values(self) -> Value:
        by = cast(Scalar, self.measure.by)
        value = self.by_value(by, "option")
        written = self.measure.values or {}
        results = dict(zip(written, each(self.result_of_kind, written.values()), strict=True))
        several = value.type.name == "choices"
        self.require_every_option(value.type, results, by, several)
        if several:
            return self.taken(cast(FactValue, value), results, by)
        if self.measure.take is not None:
            message = f"`take` goes with facts of several choices; of `{by.text}` one is chosen"
            raise self.fault("RR205", message, ("take",), "remove it")
        branches = [(_is(value, position), results[name]) for position, name in enumerate(value.type.options)]
        return self.joined(branches, None)

    def require_every_option(self, kind: Type, results: dict[str, Value], by: Scalar, several: bool) -> None:
        allowed = dict.fromkeys((*kind.options, *(["empty"] if several else [])))
        unknown = [name for name in results if name not in allowed]
        for name in unknown:
            message = f"`{name}` is not an option of `{by.text}`"
            self.fault("RR303", message, ("values", name), did_you_mean(name, allowed, f"write {one_of(allowed)}"))
        meant = {nearest(name, allowed) for name in unknown}
        missing = [name for name in kind.options if name not in results and name not in meant]
        if missing:
            self.fault("RR405", f"no value is given for {one_of(missing)}", ("values",), "add one for each option")
        if missing or unknown:
            raise Faulty

    def taken(self, fact: FactValue, results: dict[str, Value], by: Scalar) -> Value:
        take = self.measure.take
        if take is None:
            remedy = "add `take: highest`, `take: lowest` or `take: sum`"
            raise self.fault("RR202", f"several may be chosen of `{by.text}`, so `take` is needed", ("values",), remedy)
        if take.text not in _TAKE:
            raise self.fault("RR203", f"`{take.text}` is not {one_of(_TAKE)}", take, did_you_mean(take.text, _TAKE))
        empty = results.pop("empty", None)
        each = [(_includes(fact, position), results[name]) for position, name in enumerate(fact.type.options)]
        if take.text == "sum":
            return self.summed(each, empty, take)
        if empty is None:
            message = "no value is given for the case that none is chosen"
            raise self.fault("RR405", message, ("values",), "add `empty: VALUE`")
        return self.joined(self.ranked(each, take), empty)

    def summed(self, each: list[tuple[Condition, Value]], empty: Value | None, take: Scalar) -> Points:
        terms: list[tuple[int, Condition]] = []
        constants = [value for _, value in each] + ([empty] if empty else [])
        if not all(isinstance(value, Constant) and value.type.name == "number" for value in constants):
            remedy = "write numbers, or take the highest or lowest"
            raise self.fault("RR205", "`take: sum` needs a number for each option", take, remedy)
        places = max(value.type.places for value in constants)
        for condition, value in each:
            terms.append((cast(Constant, at_places(value, places)).value, condition))
        if empty is not None:
            none_chosen = Not(AnyOf(tuple(condition for condition, _ in each)), text="none chosen")
            terms.append((cast(Constant, at_places(empty, places)).value, none_chosen))
        return points(terms, places)

    def ranked(self, each: list[tuple[Condition, Value]], take: Scalar) -> list[tuple[Condition, Value]]:
        """The options in the order in which their values win."""
        if not all(isinstance(value, Constant) for _, value in each) or (self.kind and self.kind.name == "choice"):
            message = f"`take: {take.text}` needs a number or a step of a scale for each option"
            raise self.fault("RR205", message, take, "write such values; formulas and choices have no order")
        places = max(value.type.places for _, value in each)
        order = [(cast(Constant, at_places(value, places)).value, pair) for pair in each for value in [pair[1]]]
        return [pair for _, pair in sorted(order, key=lambda item: item[0], reverse=take.text == "highest")]

    def cases(self) -> Value:
        cases = self.measure.cases or []
        for position, case in enumerate(cases[:-1], 1):
            if case.otherwise is not None:
                at = ("cases", position)
                raise self.fault("RR406", "a case after `otherwise` is never reached", at, "put `otherwise` last")
        if not cases or cases[-1].otherwise is None:
            message = "the cases do not cover everything"
            raise self.fault("RR405", message, ("cases",), "end with `otherwise: VALUE`")
        conditions = self.conditions("cases", cases[:-1])
        branches = [(c, cast(Scalar, case.is_)) for c, case in zip(conditions, cases, strict=False)]
        return self.cases_of(branches, cases[-1].otherwise)

    # Tables

    def table(self) -> Value:
        table = cast(schema.Table, self.measure.table)
        columns = each(self.column, table.columns)
        entries = each(lambda row: self.entries(*row, columns), enumerate(table.rows))
        self.check_table(columns, entries, table)
        conditions = [_all_of([entry.condition for entry in row]) for row in entries]
        results = [cast(Scalar, row[-1]) for row in table.rows]
        return self.cases_of(list(zip(conditions, results, strict=True)), table.otherwise)

    def column(self, name: Scalar) -> Value | Condition:
        tree = self.tree(name)
        operand = Reader(name, self.names, self.problems).operand(tree)
        if isinstance(operand, FactHolds | CriterionHolds):
            return operand
        if isinstance(operand, Word):
            raise self.fault("RR301", f"unknown name `{name.text}`", name, did_you_mean(name.text, self.names.known()))
        if isinstance(operand, Condition) or operand.type.name not in ("scale", "choice", "number"):
            remedy = "columns are facts, criteria or measures: yes or no, scales, choices or numbers"
            raise self.fault("RR305", f"`{name.text}` cannot be a column", name, remedy)
        return operand

    def entries(
        self, position: int, row: Sequence[Scalar | list[Scalar]], columns: Sequence[Value | Condition]
    ) -> list[Entry]:
        at = ("table", "rows", position)
        if len(row) != len(columns) + 1:
            remedy = f"write one for each of the {len(columns)} columns, then the value"
            raise self.fault("RR203", f"the row has {len(row)} entries instead of {len(columns) + 1}", at, remedy)
        if not isinstance(row[-1], Scalar):
            raise self.fault("RR203", "a row ends with one value, not a list", (*at, len(row) - 1), "make rows of it")
        if not all(row):
            raise self.fault("RR203", "an empty list fits nothing", (*at, row.index([])), "write any, or the options")
        return each(lambda pair: self.entry(*pair), zip(row, columns, strict=False))

    def entry(self, cell: Scalar | list[Scalar], column: Value | Condition) -> Entry:
        cells = [cell] if isinstance(cell, Scalar) else cell
        if isinstance(cell, Scalar) and cell.text == "any" and cell.style == "plain":
            return Entry(Always(), None)
        covered = [stretch for group in each(lambda item: self.span_of(item, column), cells) for stretch in group]
        return Entry(_covered(column, covered), covered)

    def span_of(self, cell: Scalar, column: Value | Condition) -> list[Stretch]:
        """The stretches of the column's domain that one entry names: positions of options, or numbers."""
        tree = parse(cell, "cell", self.problems)
        if tree is None:
            raise Faulty
        if isinstance(column, Condition):
            return [self.truth(cell)]
        reader = Reader(cell, self.names, self.problems)
        low, high = int(column.type.low), int(column.type.high)
        if tree.data == "between":
            first, last = (self.edge(reader, cast(Syntax, child), column.type) for child in tree.children)
            if first > last:
                raise self.fault("RR407", f"`{cell.text}` fits nothing", cell, "write the smaller value first")
            return [(first, last)]
        if tree.data == "compared":
            edge = self.edge(reader, cast(Syntax, tree.children[1]), column.type)
            if column.type.name == "choice" and str(tree.children[0]) not in ("==", "!="):
                message = f"the choice `{column.type.kind}` has no order"
                raise self.fault("RR306", message, cell, "list the options, or make it a scale")
            found = _stretch(str(tree.children[0]), edge, low, high)
            if not found:
                raise self.fault("RR407", f"`{cell.text}` fits nothing", cell, _range_of(column.type))
            return found
        edge = self.edge(reader, tree, column.type)
        return [(edge, edge)]

    def edge(self, reader: Reader, tree: Syntax, kind: Type) -> int:
        sentence = reader.sentence
        if tree.data == "name":
            self.require_option(sentence, tree, kind)
        value = reader.value(tree, kind)
        if not isinstance(value, Constant) or not value.type.alike(kind):
            remedy = f"write {one_of(kind.options)}" if kind.options else _range_of(kind)
            raise sentence.fault("RR303", f"`{sentence.words(tree)}` is not a value of this column", tree, remedy)
        if value.type.places > kind.places:
            message = f"`{sentence.words(tree)}` has more decimals than the column"
            raise sentence.fault("RR403", message, tree, "round it")
        edge = cast(Constant, at_places(value, kind.places)).value
        if kind.name == "number" and not kind.low <= edge <= kind.high:
            message = f"`{sentence.words(tree)}` lies outside the range of the column"
            raise sentence.fault("RR407", message, tree, _range_of(kind))
        return edge

    def require_option(self, sentence: Sentence, tree: Syntax, kind: Type) -> None:
        """A bare word in a cell is an option, never a fact, criterion or measure."""
        word = str(tree.children[0])
        if kind.name == "number":
            raise sentence.fault("RR303", f"`{word}` is not a number", tree, 'write it like 18, ">= 65" or 18 to 64')
        if word not in kind.options:
            remedy = did_you_mean(word, kind.options, f"write {one_of(kind.options)}")
            raise sentence.fault("RR303", f"`{word}` is not an option of this column", tree, remedy)
        if word in self.names.known():
            remedy = f'write "{word}" in quotes for the option'
            raise sentence.fault("RR309", f"`{word}` is both a name and an option", tree, remedy)

    def truth(self, cell: Scalar) -> Stretch:
        words = {"no": 0, "false": 0, "yes": 1, "true": 1}
        if cell.text not in words:
            raise self.fault("RR303", f"`{cell.text}` is not yes or no", cell, "write yes, no or any")
        return words[cell.text], words[cell.text]

    def check_table(
        self, columns: Sequence[Value | Condition], entries: Sequence[Sequence[Entry]], table: schema.Table
    ) -> None:
        domains = [_cells(column, [row[i] for row in entries]) for i, column in enumerate(columns)]
        boxes = [tuple(entry.mask(domain) for entry, domain in zip(row, domains, strict=True)) for row in entries]
        sizes = [len(domain) for domain in domains]
        places = [self.place(("table", "rows", position)) for position in range(len(table.rows))]
        clashes = overlaps(boxes)
        for earlier, later in clashes:
            common = [(a & b & -(a & b)).bit_length() - 1 for a, b in zip(boxes[earlier], boxes[later], strict=True)]
            example = _described(columns, domains, common, table.columns)
            message = f"two rows fit the same case: {example}"
            other = ((places[earlier], "the other row"),)
            self.problems.append(Problem("RR404", message, places[later], "let only one row fit", other))
        if clashes:
            raise Faulty
        gap = uncovered(boxes, sizes) if table.otherwise is None else None
        if gap is not None:
            example = _described(columns, domains, gap, table.columns)
            remedy = "add a row, or `otherwise: VALUE`"
            raise self.fault("RR405", f"no row fits: {example}", ("table", "rows"), remedy)

    # Pieces

    def conditions(self, form: str, rows: Sequence[schema.PointsRow | schema.Case]) -> list[Condition]:
        return each(lambda row: self.condition(row[1].when, (form, row[0], "when")), enumerate(rows))

    def tree(self, scalar: Scalar) -> Syntax:
        tree = parse(scalar, "condition", self.problems)
        if tree is None:
            raise Faulty
        return tree

    def result(self, scalar: Scalar) -> Value:
        return Reader(scalar, self.names, self.problems).value(self.tree(scalar), self.kind)

    def require_kind(self, value: Value, scalar: Scalar) -> None:
        expected = self.kind or Type("number")
        if self.kind is None and value.type.name in ("scale", "choice") and self.measure.form == "formula":
            return
        if not value.type.alike(expected):
            what = f"the {expected.name} `{expected.kind}`" if self.kind else "a number"
            remedy = f"write {one_of(expected.options)}" if self.kind else "declare its `kind`"
            raise self.fault("RR305", f"`{scalar.text}` is not {what}", scalar, remedy)

    def by_value(self, by: Scalar, wanted: str) -> Value:
        value = Reader(by, self.names, self.problems).value(self.tree(by))
        fits = ("number",) if wanted == "number" else ("scale", "choice", "choices")
        if value.type.name not in fits:
            remedy = "bands go by a number, values by a scale or choice"
            raise self.fault("RR305", f"`{by.text}` does not go with `{self.measure.form}`", by, remedy)
        return value

    def compared(self, value: Value, comparator: Comparator, limit: Decimal, by: Scalar) -> Condition:
        places = max(value.type.places, places_of(limit))
        if places > MOST_PLACES:
            raise self.fault("RR403", f"`{limit}` has more than {MOST_PLACES} decimals", ("bands",), "round it")
        edge = scaled(limit, places)
        constant = Constant(edge, Type("number", places=places, low=edge, high=edge), text=str(limit))
        return Compare(
            comparator, at_places(value, places), constant, text=f"{by.text} {comparator} {limit}", span=by.span
        )

    def cases_of(self, branches: Sequence[tuple[Condition, Scalar]], otherwise: Scalar | None) -> Value:
        scalars = [scalar for _, scalar in branches] + ([otherwise] if otherwise else [])
        values = each(self.result_of_kind, scalars)
        pairs = [(condition, value) for (condition, _), value in zip(branches, values, strict=False)]
        return self.joined(pairs, values[-1] if otherwise else None)

    def result_of_kind(self, scalar: Scalar) -> Value:
        value = self.result(scalar)
        self.require_kind(value, scalar)
        return value

    def joined(self, branches: Sequence[tuple[Condition, Value]], otherwise: Value | None) -> Value:
        values = [value for _, value in branches] + ([otherwise] if otherwise else [])
        places = max(value.type.places for value in values)
        levelled = [at_places(value, places) for value in values]
        low, high = min(value.type.low for value in levelled), max(value.type.high for value in levelled)
        pairs = tuple((condition, value) for (condition, _), value in zip(branches, levelled, strict=False))
        return Cases(pairs, levelled[-1] if otherwise else None, replace(levelled[0].type, low=low, high=high))


def _largest(node: Value) -> float:
    """The largest number that may come up anywhere in a node."""
    kinds = [part.type for part in parts_of(node) if not isinstance(part, Condition)]
    return max((max(abs(kind.low), abs(kind.high)) for kind in kinds if kind.name == "number"), default=0)


def _all_of(conditions: Sequence[Condition]) -> Condition:
    parts = tuple(condition for condition in conditions if not isinstance(condition, Always))
    return parts[0] if len(parts) == 1 else AllOf(parts) if parts else Always()


def _is(value: Value, position: int) -> Condition:
    return IsOneOf(value, frozenset([position]), text=f"{value.text} == {value.type.options[position]}")


def _includes(fact: FactValue, position: int) -> Condition:
    text = f"{fact.text} includes {fact.type.options[position]}"
    return Includes(fact.fact, frozenset([position]), every=False, text=text)


def _stretch(comparator: str, edge: int, low: int, high: int) -> list[Stretch]:
    match comparator:
        case "==":
            found = [(edge, edge)]
        case "!=":
            found = [(low, edge - 1), (edge + 1, high)]
        case "<":
            found = [(low, edge - 1)]
        case "<=":
            found = [(low, edge)]
        case ">":
            found = [(edge + 1, high)]
        case _:
            found = [(edge, high)]
    return [stretch for stretch in found if stretch[0] <= stretch[1]]


def _cells(column: Value | Condition, entries: Sequence[Entry]) -> list[Stretch]:
    """The cells that a column's domain falls into: no and yes, one per option, or stretches between the edges used."""
    if isinstance(column, Condition):
        return [(0, 0), (1, 1)]
    if column.type.name in ("scale", "choice"):
        return [(position, position) for position in range(int(column.type.low), int(column.type.high) + 1)]
    cuts = [cut for entry in entries for low, high in entry.stretches or [] for cut in (low, high + 1)]
    return stretches(int(column.type.low), int(column.type.high), cuts)


def _covered(column: Value | Condition, covered: Sequence[Stretch]) -> Condition:
    """The condition that a column's value lies in one of the stretches."""
    if isinstance(column, Condition):
        truths = {truth for truth, _ in covered}
        return Always() if len(truths) == 2 else column if truths == {1} else Not(column, text=f"not {column.text}")
    if column.type.name in ("scale", "choice"):
        positions = [position for low, high in covered for position in range(low, high + 1)]
        names = ", ".join(column.type.options[position] for position in positions)
        return IsOneOf(column, frozenset(positions), text=f"{column.text} in [{names}]")
    parts = tuple(_within(column, low, high) for low, high in covered)
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def _within(column: Value, low: int, high: int) -> Condition:
    parts: list[Condition] = []
    for comparator, edge, bound in ((">=", low, column.type.low), ("<=", high, column.type.high)):
        if edge != bound:
            shown = unscaled(edge, column.type.places)
            constant = Constant(edge, replace(column.type, low=edge, high=edge), text=str(shown))
            parts.append(
                Compare(cast(Comparator, comparator), column, constant, text=f"{column.text} {comparator} {shown}")
            )
    return _all_of(parts)


def _described(
    columns: Sequence[Value | Condition],
    domains: Sequence[Sequence[Stretch]],
    cells: Sequence[int],
    names: Sequence[Scalar],
) -> str:
    """A combination in words: `exploitation poc, age 18 to 64`."""
    parts = [
        f"{name.text} {_label(column, domain[cell])}"
        for column, domain, cell, name in zip(columns, domains, cells, names, strict=True)
    ]
    return ", ".join(parts)


def _range_of(kind: Type) -> str:
    low, high = (_label_of(kind, int(end)) for end in (kind.low, kind.high))
    return f"it goes from {low} to {high}"


def _label(column: Value | Condition, stretch: Stretch) -> str:
    if isinstance(column, Condition):
        return "yes" if stretch[0] else "no"
    low, high = (_label_of(column.type, end) for end in stretch)
    return low if low == high else f"{low} to {high}"


def _label_of(kind: Type, position: int) -> str:
    return kind.options[position] if kind.options else str(unscaled(position, kind.places))
