"""Excel and OpenDocument spreadsheets, read by python-calamine. One sheet is held in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rapid_response.history.problems import HistoryError
from rapid_response.history.sources.pieces import Batch, File, Piece, Source, cell_text, loose_table
from rapid_response.protocol.problems import Problem, did_you_mean, one_of

ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class Sheet(File):
    """One sheet; its first row that is not empty names the columns. Rows are numbered as the spreadsheet shows them."""

    header: tuple[str, ...]
    rows: Sequence[Sequence[Any]] = field(repr=False)
    first: int = 2
    unit: Literal["line", "row"] = "row"
    has_nulls: bool = False

    def pieces(self, columns: Sequence[str]) -> Iterator[Piece]:
        """So many rows at a time; rows without any cell are left out."""
        for start in range(0, len(self.rows), ROWS):
            done = min(start + ROWS, len(self.rows)) / len(self.rows)
            yield Piece(partial(self.batch, start, columns), done)

    def batch(self, start: int, columns: Sequence[str]) -> Batch:
        """The rows from a position on."""
        numbered = enumerate(islice(self.rows, start, start + ROWS), self.first + start)
        filled = [(number, row) for number, row in numbered if any(cell != "" for cell in row)]
        places = [self.header.index(name) for name in columns]
        cells = [[_cell(row, place) for _, row in filled] for place in places]
        table = loose_table(columns, cells) if columns else loose_table(["-"], [[None] * len(filled)])
        lines = np.array([number for number, _ in filled], np.int64)
        return Batch(table, lines, lambda row: dict(zip(self.header, map(cell_text, filled[row][1]), strict=False)))


def _cell(row: Sequence[Any], place: int) -> Any:
    cell = row[place] if place < len(row) else ""
    return None if cell == "" else cell


def open_sheet(path: Path, sheet: str | None) -> Source:
    """A sheet by its name, else the first; raises HistoryError where the workbook cannot be read."""
    try:
        import python_calamine as calamine
    except ImportError:
        remedy = "install the extra `history`: pip install 'rapid-response[history]'"
        raise HistoryError([Problem("RM507", "reading spreadsheets needs python-calamine", help=remedy)]) from None
    try:
        workbook = calamine.CalamineWorkbook.from_path(str(path))
        sheets = workbook.sheet_names
    except (calamine.CalamineError, OSError) as error:
        message = f"`{path}` cannot be read as a spreadsheet: {type(error).__name__}"
        raise HistoryError([Problem("RM501", message, help="save it as .xlsx, or as .csv")]) from None
    if sheet is not None and sheet not in sheets:
        likely = did_you_mean(sheet, sheets, f"write {one_of(sheets)}")
        raise HistoryError([Problem("RM501", f"`{path}` has no sheet `{sheet}`", help=likely)])
    rows = workbook.get_sheet_by_name(sheet or sheets[0]).to_python(skip_empty_area=False)
    first = next((place for place, row in enumerate(rows) if any(cell != "" for cell in row)), -1)
    if first < 0:
        raise HistoryError(
            [Problem("RM503", f"the sheet in `{path}` is empty", help="its first row names the columns")]
        )
    names = tuple("" if cell == "" else str(cell_text(cell)) for cell in rows[first])
    return Sheet(path, names, rows[first + 1 :], first + 2)
