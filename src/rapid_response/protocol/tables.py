"""Decision tables: every row becomes a condition, no two rows fit the same case, and every case has a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from rapid_response.protocol import schema
from rapid_response.protocol.combining import all_of
from rapid_response.protocol.covering import overlaps, stretches, uncovered
from rapid_response.protocol.entries import Entry, EntryReader, Stretch, label
from rapid_response.protocol.expressions import Condition, CriterionHolds, FactHolds, Value
from rapid_response.protocol.faults import Faulty, each
from rapid_response.protocol.passages import Passage
from rapid_response.protocol.problems import did_you_mean
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.resolving import Word


@dataclass(frozen=True, slots=True)
class TableReader:
    """Reads a table."""

    passage: Passage

    def branches(self, table: schema.Table) -> list[tuple[Condition, Scalar]]:
        """The condition and the value of every row; raises Faulty once all problems of the table are noted."""
        columns = each(self.column, table.columns)
        entries = each(lambda row: self.entries(*row, columns), enumerate(table.rows))
        self.require_one_row_each(columns, entries, table)
        conditions = [all_of(entry.condition for entry in row) for row in entries]
        return [(condition, cast(Scalar, row[-1])) for condition, row in zip(conditions, table.rows, strict=True)]

    def column(self, name: Scalar) -> Value | Condition:
        operand = self.passage.reader(name).operand(self.passage.tree(name))
        if isinstance(operand, FactHolds | CriterionHolds):
            return operand
        if isinstance(operand, Word):
            remedy = did_you_mean(name.text, self.passage.names.known())
            raise self.passage.fault("RR301", f"unknown name `{name.text}`", name, remedy)
        if isinstance(operand, Condition) or operand.type.name not in ("scale", "choice", "number"):
            remedy = "columns are facts, criteria or measures: yes or no, scales, choices or numbers"
            raise self.passage.fault("RR305", f"`{name.text}` cannot be a column", name, remedy)
        return operand

    def entries(
        self, position: int, row: Sequence[Scalar | list[Scalar]], columns: Sequence[Value | Condition]
    ) -> list[Entry]:
        at = ("table", "rows", position)
        if len(row) != len(columns) + 1:
            remedy = "write one for each column, then the value"
            message = f"the row has {len(row)} entries instead of {len(columns) + 1}"
            raise self.passage.fault("RR203", message, at, remedy)
        if not isinstance(row[-1], Scalar):
            last = (*at, len(row) - 1)
            raise self.passage.fault("RR203", "a row ends with one value, not a list", last, "make rows of it")
        if not all(row):
            empty = (*at, row.index([]))
            raise self.passage.fault("RR203", "an empty list fits nothing", empty, "write any, or the options")
        reader = EntryReader(self.passage)
        return each(lambda pair: reader.entry(*pair), zip(row, columns, strict=False))

    def require_one_row_each(
        self, columns: Sequence[Value | Condition], entries: Sequence[Sequence[Entry]], table: schema.Table
    ) -> None:
        """Every case is to fit one row, or at most one where there is an `otherwise`."""
        domains = [_cells(column, [row[i] for row in entries]) for i, column in enumerate(columns)]
        boxes = [tuple(entry.mask(domain) for entry, domain in zip(row, domains, strict=True)) for row in entries]
        clashes = overlaps(boxes)
        for earlier, later in clashes:
            common = [(a & b & -(a & b)).bit_length() - 1 for a, b in zip(boxes[earlier], boxes[later], strict=True)]
            example = _described(columns, domains, common, table.columns)
            message = f"two rows fit the same case: {example}"
            other = ((self.passage.place(("table", "rows", earlier)), "the other row"),)
            self.passage.fault("RR404", message, ("table", "rows", later), "let only one row fit", other)
        if clashes:
            raise Faulty
        gap = uncovered(boxes, [*map(len, domains)]) if table.otherwise is None else None
        if gap is not None:
            example = _described(columns, domains, gap, table.columns)
            remedy = "add a row, or `otherwise: VALUE`"
            raise self.passage.fault("RR405", f"no row fits: {example}", ("table", "rows"), remedy)


def _cells(column: Value | Condition, entries: Sequence[Entry]) -> list[Stretch]:
    """The cells that a column's domain falls into: no and yes, one per option, or stretches between the edges used."""
    if isinstance(column, Condition):
        return [(0, 0), (1, 1)]
    if column.type.name in ("scale", "choice"):
        return [(position, position) for position in range(int(column.type.low), int(column.type.high) + 1)]
    cuts = [cut for entry in entries for low, high in entry.stretches or [] for cut in (low, high + 1)]
    return stretches(int(column.type.low), int(column.type.high), cuts)


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
    low, high = (label(column.type, end) for end in stretch)
    return low if low == high else f"{low} to {high}"
