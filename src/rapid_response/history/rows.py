"""Rows of a source as blocks for the engine: facts as columns, times of evaluation, and the rows that do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rapid_response.history.binding import Binding, Bound
from rapid_response.history.cells import CellReader, Misfit, Read, joined, united
from rapid_response.history.columns import Answers, Block, Chosen, Codes, Column, HistoryCounts, Quantities, Texts
from rapid_response.history.problems import HistoryError
from rapid_response.history.slices import ALL, NONE, Words, flags, pack
from rapid_response.history.sources.pieces import Batch, cell_text
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.problems import Problem
from rapid_response.protocol.values import Encoded, Unfit

LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Aside:
    """One thing for which a row was kept aside: where it stands and what is wrong.

    `row` is its place in the batch, None for a record that is no row; `line` its line or row number in the source.
    `value` is the cell as it stands, None where the fact is private; `file` the file, where a source has several.

    >>> print(Aside(3, 17, "RM401", "Age", "old", "`old` is not a number", "write it like 12"))
    Age: `old` is not a number
    """

    row: int | None
    line: int
    problem: str
    column: str | None
    value: str | None
    message: str
    help: str | None = None
    file: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        stated = {"problem": self.problem, "line": self.line, "column": self.column, "value": self.value}
        stated |= {"file": self.file} if self.file else {}
        return {**stated, "message": self.message, "help": self.help}

    def __str__(self) -> str:
        return self.message if self.column is None else f"{self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch that was read; `outcome` is what people decided then, as levels, None if unstated."""

    binding: Binding
    batch: Batch
    block: Block
    outcome: Codes | None
    aside: tuple[Aside, ...]

    @property
    def count(self) -> int:
        """How many rows there are, with the records that are no rows."""
        return self.block.rows + len(self.batch.broken)

    @property
    def ids(self) -> Any:
        """The ids as an Arrow array of texts; without any, the numbers of the rows or lines in their source.

        Where a source has several files, each number comes after the name of its file and a colon.
        """
        if self.binding.id:
            return joined([self.batch.table[name] for name in self.binding.id], None)
        lines = self.batch.lines
        numbers = pa.array(np.arange(lines.start, lines.stop) if isinstance(lines, range) else lines)
        if self.batch.file is None:
            return numbers
        return pc.binary_join_element_wise(self.batch.file, numbers.cast(pa.string()), ":")

    @property
    def fitting(self) -> Words:
        """The rows that fit."""
        wrong = {part.row for part in self.aside if part.row is not None}
        if not wrong:
            return ALL
        return pack(~np.isin(np.arange(self.block.rows), list(wrong)))


@dataclass
class RowReader:
    """Reads batches of a source by a binding, one after the other.

    `counts` is what patterns come to in every row of the source, `done` how many rows of it have been read.
    """

    binding: Binding
    now: int | None
    readers: dict[str, list[CellReader]] = field(default_factory=dict)
    counts: HistoryCounts | None = None
    done: int = 0

    def read(self, batch: Batch) -> Rows:
        """Everything that is asked of a batch."""
        aside = [Aside(None, part.line, part.problem, None, None, part.message) for part in batch.broken]
        rows = batch.table.num_rows
        columns: dict[str, Column] = {}
        for part in (*self.binding.facts, *self.binding.helpers):
            columns[part.name] = self.column(part, batch, aside)
        for name, value in self.binding.always.items():
            if value is not None:
                columns[name] = constant_column(self.binding.protocol.facts[name].type, value, rows)
        derived = self.binding.derived.columns(Block(rows, columns))
        aside += self.out_of_bounds(derived, batch)
        columns |= derived
        outcome = self.column(self.binding.outcome, batch, aside) if self.binding.outcome else None
        assert outcome is None or isinstance(outcome, Codes)
        counts = self.counts.of(self.done, rows) if self.counts else {}
        self.done += rows
        block = Block(rows, columns, self.times(batch, aside), counts)
        placed = aside if batch.file is None else [replace(part, file=batch.file) for part in aside]
        return Rows(self.binding, batch, block, outcome, tuple(placed))

    def skip(self, batches: int) -> None:
        """Go on after so many batches, which are not read."""
        self.done = self.counts.starts[batches] if self.counts else 0

    def column(self, part: Bound, batch: Batch, aside: list[Aside]) -> Column:
        """One fact, from its columns."""
        arrays = [batch.table[name] for name in part.columns]
        try:
            read = self.cells(part, arrays)
        except pa.ArrowException:
            types = ", ".join(str(array.type) for array in arrays)
            message = f"`{part.name}`: a column of the type {types} cannot be read as {part.words.kind.name}"
            raise HistoryError([Problem("RM203", message, help="bring it to texts or numbers first")]) from None
        for misfit in read.misfits:
            aside.append(_aside(part, misfit, batch))
        return read.column

    def cells(self, part: Bound, arrays: Sequence[Any]) -> Read:
        if part.name not in self.readers:
            self.readers[part.name] = [CellReader(part.words, {}) for _ in part.columns]
        readers = self.readers[part.name]
        if len(arrays) > 1 and part.words.kind.name == "choices":
            return united([reader.read(array) for reader, array in zip(readers, arrays, strict=True)])
        if len(arrays) > 1 or part.digits is not None:
            return readers[0].read(joined(arrays, part.digits))
        return readers[0].read(arrays[0])

    def out_of_bounds(self, derived: Mapping[str, Column], batch: Batch) -> Iterator[Aside]:
        """Numbers that were worked out and that their fact cannot be."""
        for name, column in derived.items():
            kind = self.binding.protocol.facts[name].type
            if not isinstance(column, Quantities):
                continue
            outside = (column.numbers < kind.low) | (column.numbers > kind.high)
            if column.known is not None:
                outside &= flags(column.known, len(outside))
            for row in np.flatnonzero(outside).tolist():
                message = f"`{name}`: the value that was worked out is out of range"
                yield Aside(row, int(batch.lines[row]), "RM401", None, None, message)

    def times(self, batch: Batch, aside: list[Aside]) -> Any:
        """The time of evaluation: as given for all, or from a column."""
        if self.binding.as_of is None:
            return self.now
        column = self.column(self.binding.as_of, batch, aside)
        assert isinstance(column, Quantities)
        if column.known is not None:
            for row in np.flatnonzero(~flags(column.known, batch.table.num_rows)).tolist():
                message = "the time of evaluation is missing"
                aside.append(Aside(row, int(batch.lines[row]), "RM403", self.binding.as_of.columns[0], None, message))
        return column.numbers.astype(np.int64)


def _aside(part: Bound, misfit: Misfit, batch: Batch) -> Aside:
    message, shown = _without_value(misfit.unfit), None
    if not part.private:
        text = cell_text(misfit.cell)
        shown = ", ".join(text) if isinstance(text, list) else str(text)
        shown = shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}…"
        message = f"`{shown}` {message}"
    else:
        message = f"the value {message}"
    line = int(batch.lines[misfit.row])
    return Aside(misfit.row, line, "RM401", ", ".join(part.columns), shown, message, misfit.unfit.help)


def _without_value(unfit: Unfit) -> str:
    """What is wrong with a value, without the value itself: what comes before ` is `, ` has ` and the like."""
    for verb in (" is ", " has ", " does ", " happens ", " holds "):
        if verb in unfit.message:
            return f"{verb.strip()} {unfit.message.split(verb, 1)[1]}"
    return unfit.message


def constant_column(kind: Type, value: Encoded, rows: int) -> Column:
    """The same value in every row."""
    words = (rows + 63) // 64
    match kind.name:
        case "yes_no":
            return Answers(np.full(words, ALL if value else NONE), known=None)
        case "scale" | "choice":
            return Codes(np.zeros(rows, np.uint8), (kind.options.index(str(value)),), known=None)
        case "choices":
            chosen = [option for option in range(len(kind.options)) if int(value) >> option & 1]
            return Chosen({option: np.full(words, ALL) for option in chosen}, known=None)
        case "text":
            return Texts(pa.array([str(value)] * rows, pa.string()), known=None)
        case _:
            return Quantities(np.full(rows, int(value), np.int64), known=None)
