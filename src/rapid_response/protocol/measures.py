"""The forms a measure can be written in, each turned into a checked value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from rapid_response.protocol import schema
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
    children,
)
from rapid_response.protocol.grammar import Syntax, parse
from rapid_response.protocol.problems import Problem, Span, did_you_mean, one_of
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.sentences import LARGEST, MOST_PLACES, Faulty, Names, Reader, Word, at_places, each, points
from rapid_response.protocol.tables import overlaps, stretches, uncovered
from rapid_response.protocol.values import places_of, scaled, unscaled

Stretch = tuple[int, int]
Path = tuple[str | int, ...]
ConditionOf = Callable[[object, Path], Condition]
"""Reads a condition, sentence or block, that stands at a path below the measure; raises Faulty."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a table: its condition, and the stretches of the domain that it covers (None: all of it)."""

    condition: Condition
    stretches: list[Stretch] | None

    def mask(self, domain: Sequence[Stretch]) -> int:
        """Which cells of the domain the entry covers."""
        if self.stretches is None:
            return (1 << len(domain)) - 1
        covers = [any(low <= cell[0] and cell[1] <= high for low, high in self.stretches) for cell in domain]
        return sum(1 << position for position, covered in enumerate(covers) if covered)


@dataclass(frozen=True, slots=True)
class MeasureReader:
    """Reads one measure of a protocol; `kind` is the declared type, None for numbers."""

    measure: schema.Measure
    kind: Type | None
    names: Names
    condition: ConditionOf
    problems: list[Problem]
    place: Span

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
            message, remedy = (
                "the measure may become too large to count exactly",
                "use smaller numbers or fewer `decimals`",
            )
            self.problems.append(Problem("RR402", message, self.place, remedy))
            raise Faulty
        return value

    def fault(self, problem: str, message: str, scalar: Scalar, remedy: str | None = None) -> Faulty:
        self.problems.append(Problem(problem, message, scalar.span, remedy))
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
        self.require_rising(bands, by)
        branches = [(self.band(value, band, by), band.is_) for band in bands if band.is_ is not None]
        otherwise = next((band.otherwise for band in bands if band.otherwise is not None), None)
        if otherwise is None and not self.reaches_the_top(bands, value):
            raise self.fault(
                "RR405", f"the bands do not cover every value of `{by.text}`", by, "end with `otherwise: VALUE`"
            )
        return self.cases_of(branches, otherwise)

    def band(self, value: Value, band: schema.Band, by: Scalar) -> Condition:
        limit = band.up_to if band.up_to is not None else cast(Decimal, band.below)
        comparator: Comparator = "<=" if band.up_to is not None else "<"
        return self.compared(value, comparator, limit, by)

    def require_rising(self, bands: Sequence[schema.Band], by: Scalar) -> None:
        edges = [
            (band.up_to, 1) if band.up_to is not None else (band.below, 0) for band in bands if band.otherwise is None
        ]
        if any(later <= earlier for earlier, later in zip(edges, edges[1:], strict=False)):
            raise self.fault("RR406", "the bands do not rise, so one of them is never reached", by, "put them in order")
        if any(band.otherwise is not None for band in bands[:-1]):
            raise self.fault("RR406", "a band after `otherwise` is never reached", by, "put `otherwise` last")

    def reaches_the_top(self, bands: Sequence[schema.Band], value: Value) -> bool:
        last = bands[-1]
        high = Decimal(int(value.type.high)).scaleb(-value.type.places)
        return (last.up_to is not None and last.up_to >= high) or (last.below is not None and last.below > high)

    def values(self) -> Value:
        by = cast(Scalar, self.measure.by)
        value = self.by_value(by, "option")
        results = {name: self.result_of_kind(scalar) for name, scalar in (self.measure.values or {}).items()}
        several = value.type.name == "choices"
        self.require_every_option(value.type, results, by, several)
        if several:
            return self.taken(cast(FactValue, value), results, by)
        if self.measure.take is not None:
            raise self.fault(
                "RR205", f"`take` goes with facts of several choices, `{by.text}` is one choice", self.measure.take
            )
        branches = [(_is(value, position), results[name]) for position, name in enumerate(value.type.options)]
        return self.joined(branches, None)

    def require_every_option(self, kind: Type, results: dict[str, Value], by: Scalar, several: bool) -> None:
        allowed = [*kind.options, *(["empty"] if several else [])]
        values = self.measure.values or {}
        for name in values:
            if name not in allowed:
                message = f"`{name}` is not an option of `{by.text}`"
                self.problems.append(Problem("RR303", message, values[name].span, did_you_mean(name, allowed)))
        missing = [name for name in kind.options if name not in values]
        if missing:
            self.fault("RR405", f"no value is given for {one_of(missing)}", by, "add one for each option")
        if missing or any(name not in allowed for name in values):
            raise Faulty

    def taken(self, fact: FactValue, results: dict[str, Value], by: Scalar) -> Value:
        take = self.measure.take
        if take is None or take.text not in ("highest", "lowest", "sum"):
            raise self.fault("RR202", "several choices need `take: highest`, `take: lowest` or `take: sum`", take or by)
        empty = results.pop("empty", None)
        each = [(_includes(fact, position), results[name]) for position, name in enumerate(fact.type.options)]
        if take.text == "sum":
            return self.summed(each, empty, take)
        if empty is None:
            raise self.fault("RR405", "no value is given for none chosen", by, "add `empty: VALUE`")
        return self.joined(self.ranked(each, take), empty)

    def summed(self, each: list[tuple[Condition, Value]], empty: Value | None, take: Scalar) -> Points:
        terms: list[tuple[int, Condition]] = []
        constants = [value for _, value in each] + ([empty] if empty else [])
        if not all(isinstance(value, Constant) and value.type.name == "number" for value in constants):
            raise self.fault("RR205", "`take: sum` needs a number for each option", take)
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
            raise self.fault("RR205", f"`take: {take.text}` needs a number or a step of a scale for each option", take)
        places = max(value.type.places for _, value in each)
        order = [(cast(Constant, at_places(value, places)).value, pair) for pair in each for value in [pair[1]]]
        return [pair for _, pair in sorted(order, key=lambda item: item[0], reverse=take.text == "highest")]

    def cases(self) -> Value:
        cases = self.measure.cases or []
        for case in cases[:-1]:
            if case.otherwise is not None:
                raise self.fault(
                    "RR406", "a case after `otherwise` is never reached", case.otherwise, "put `otherwise` last"
                )
        if not cases or cases[-1].otherwise is None:
            self.problems.append(
                Problem("RR405", "the cases do not cover everything", self.place, "end with `otherwise: VALUE`")
            )
            raise Faulty
        conditions = self.conditions("cases", cases[:-1])
        branches = [(c, cast(Scalar, case.is_)) for c, case in zip(conditions, cases, strict=False)]
        return self.cases_of(branches, cases[-1].otherwise)

    # Tables

    def table(self) -> Value:
        table = cast(schema.Table, self.measure.table)
        columns = each(self.column, table.columns)
        entries = [self.entries(row, columns, table.columns) for row in table.rows]
        self.check_table(columns, entries, table)
        conditions = [_all_of([entry.condition for entry in row]) for row in entries]
        results = [cast(Scalar, row[-1]) for row in table.rows]
        for result in results:
            if not isinstance(result, Scalar):
                raise self.fault("RR203", "a row ends with one value, not a list", table.columns[0])
        return self.cases_of(list(zip(conditions, results, strict=True)), table.otherwise)

    def column(self, name: Scalar) -> Value | Condition:
        tree = self.tree(name)
        operand = Reader(name, self.names, self.problems).operand(tree)
        if isinstance(operand, FactHolds | CriterionHolds):
            return operand
        if isinstance(operand, Condition | Word):
            raise self.fault("RR301", f"unknown name `{name.text}`", name, did_you_mean(name.text, self.names.known()))
        if operand.type.name not in ("scale", "choice", "number"):
            raise self.fault(
                "RR305", f"`{name.text}` cannot be a column", name, "columns are yes/no, scales, choices or numbers"
            )
        return operand

    def entries(
        self, row: Sequence[Scalar | list[Scalar]], columns: Sequence[Value | Condition], names: Sequence[Scalar]
    ) -> list[Entry]:
        if len(row) != len(columns) + 1:
            place = next((cell for cell in row if isinstance(cell, Scalar)), names[0])
            remedy = f"{len(columns)} entries and the value"
            raise self.fault("RR203", f"the row has {len(row)} entries instead of {len(columns) + 1}", place, remedy)
        return each(lambda pair: self.entry(*pair), zip(row, columns, strict=False))

    def entry(self, cell: Scalar | list[Scalar], column: Value | Condition) -> Entry:
        cells = [cell] if isinstance(cell, Scalar) else cell
        if isinstance(cell, Scalar) and cell.text == "any" and cell.style == "plain":
            return Entry(Always(), None)
        spans = [self.span_of(item, column) for item in cells]
        return Entry(
            _covered(column, [span for group in spans for span in group]), [span for group in spans for span in group]
        )

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
                raise self.fault("RR407", f"`{cell.text}` holds no value", cell)
            return [(first, last)]
        if tree.data == "compared":
            edge = self.edge(reader, cast(Syntax, tree.children[1]), column.type)
            if column.type.name == "choice" and str(tree.children[0]) not in ("==", "!="):
                raise self.fault(
                    "RR306",
                    f"the choice `{column.type.kind}` has no order",
                    cell,
                    "list the options, or make it a scale",
                )
            return _stretch(str(tree.children[0]), edge, low, high)
        edge = self.edge(reader, tree, column.type)
        return [(edge, edge)]

    def edge(self, reader: Reader, tree: Syntax, kind: Type) -> int:
        value = reader.value(tree, kind)
        if not isinstance(value, Constant) or not value.type.alike(kind):
            raise reader.fault("RR303", f"`{reader.words(tree)}` is not a value of this column", tree)
        if value.type.places > kind.places:
            raise reader.fault("RR403", f"`{reader.words(tree)}` has more decimals than the column", tree)
        edge = cast(Constant, at_places(value, kind.places)).value
        if not kind.low <= edge <= kind.high:
            raise reader.fault("RR407", f"`{reader.words(tree)}` lies outside the range of the column", tree)
        return edge

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
        places = [next(cell for cell in row if isinstance(cell, Scalar)) for row in table.rows]
        clashes = overlaps(boxes, sizes)
        for earlier, later in clashes:
            common = [(a & b & -(a & b)).bit_length() - 1 for a, b in zip(boxes[earlier], boxes[later], strict=True)]
            example = _described(columns, domains, common, table.columns)
            message = f"two rows fit the same case: {example}"
            other = ((places[earlier].span, "the other row"),)
            self.problems.append(Problem("RR404", message, places[later].span, "let only one row fit", other))
        if clashes:
            raise Faulty
        gap = uncovered(boxes, sizes) if table.otherwise is None else None
        if gap is not None:
            example = _described(columns, domains, gap, table.columns)
            raise self.fault("RR405", f"no row fits: {example}", table.columns[0], "add a row, or `otherwise: VALUE`")

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
            remedy = None if self.kind else "declare its `kind`"
            raise self.fault("RR305", f"`{scalar.text[:60]}` is not {what}", scalar, remedy)

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
            raise self.fault("RR403", f"`{limit}` has more than {MOST_PLACES} decimals", by)
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


def _largest(node: Condition | Value) -> float:
    """The largest number that may come up anywhere in a node."""
    below = max((_largest(child) for child in children(node)), default=0)
    if isinstance(node, Condition) or node.type.name != "number":
        return below
    return max(below, abs(node.type.low), abs(node.type.high))


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
        return [(position, position) for position in range(len(column.type.options))]
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


def _label(column: Value | Condition, stretch: Stretch) -> str:
    if isinstance(column, Condition):
        return "yes" if stretch[0] else "no"
    if column.type.name in ("scale", "choice"):
        return column.type.options[stretch[0]]
    low, high = (str(unscaled(end, column.type.places)) for end in stretch)
    return low if low == high else f"{low} to {high}"
