"""Results written to a folder part by part, so that memory stays bounded and an interrupted evaluation goes on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from rapid_response.defusing import COMPUTED
from rapid_response.evaluation.recommendation import SEMANTICS
from rapid_response.history.engine import Engine
from rapid_response.history.problems import HistoryError
from rapid_response.history.progress import Clock
from rapid_response.history.results import result_table
from rapid_response.history.rows import Aside, RowReader, Rows
from rapid_response.history.slices import flags
from rapid_response.history.sources.pieces import Source, cell_text, read_ahead
from rapid_response.protocol.problems import Problem

Format = Literal["parquet", "csv", "jsonl"]
MANIFEST = "evaluation.json"
ROWS_IN_A_PART = 1 << 18


@dataclass(frozen=True, slots=True)
class Written:
    """An evaluation that was written: its folder, how many rows were read, and how many of them were kept aside.

    Results are in `results-00000.parquet` (or .csv, .jsonl) and so on, rows that do not fit in
    `kept-aside-00000.jsonl` and so on, one file for each part that has any.
    """

    folder: Path
    rows: int
    kept_aside: int
    results: tuple[Path, ...]
    aside: tuple[Path, ...]

    def __str__(self) -> str:
        evaluated = self.rows - self.kept_aside
        return f"{self.rows:,} rows, {evaluated:,} evaluated, {self.kept_aside:,} kept aside, in {self.folder}"


class Part(NamedTuple):
    """A part that is written: how many pieces of the source it holds, rows, and rows kept aside."""

    pieces: int
    rows: int
    kept_aside: int


class _Evaluated(NamedTuple):
    """What is left of a piece once it is evaluated: how many rows, the results, and the rows kept aside."""

    rows: int
    table: Any
    aside: list[dict[str, Any]]


@dataclass
class FolderWriter:
    """Writes the parts of one evaluation; `parts` are those that are done."""

    folder: Path
    form: Format
    key: str
    parts: list[Part]

    def write(self, engine: Engine, source: Source, reader: RowReader, clock: Clock) -> Written:
        """Evaluate and write all parts that are not done yet."""
        clock.rows += sum(part.rows for part in self.parts)
        done = sum(part.pieces for part in self.parts)
        reader.skip(done)
        held: list[_Evaluated] = []
        try:
            for read, batch in read_ahead(islice(source.pieces(reader.binding.columns), done, None)):
                rows = reader.read(batch)
                held.append(_Evaluated(rows.count, _fitting(engine, rows), list(kept_aside(rows, source))))
                if sum(piece.rows for piece in held) >= ROWS_IN_A_PART:
                    self.part(held)
                    held = []
                clock.add(rows.count, read.share)
            if held:
                self.part(held)
            self.note(complete=True)
        except OSError as error:
            raise _unwritable(self.folder, error) from None
        return self.written()

    def part(self, held: Sequence[_Evaluated]) -> None:
        """Write one part, then say that it is done."""
        number = len(self.parts)
        aside = [told for piece in held for told in piece.aside]
        if aside:
            text = "".join(json.dumps(told, ensure_ascii=False, default=str) + "\n" for told in aside)
            _write_whole(self.aside(number), lambda path: path.write_text(text, encoding="utf-8"))
        table = pa.concat_tables([piece.table for piece in held])
        _write_whole(self.results(number), lambda path: _write_table(table, path, self.form))
        self.parts.append(Part(len(held), sum(piece.rows for piece in held), len(aside)))
        self.note(complete=False)

    def note(self, complete: bool) -> None:
        """Say in the folder what is done."""
        content = {"evaluation": self.key, "format": self.form, "complete": complete, "parts": self.parts}
        _write_whole(self.folder / MANIFEST, lambda path: path.write_text(json.dumps(content) + "\n", encoding="utf-8"))

    def results(self, number: int) -> Path:
        return self.folder / f"results-{number:05}.{self.form}"

    def aside(self, number: int) -> Path:
        return self.folder / f"kept-aside-{number:05}.jsonl"

    def written(self) -> Written:
        """What stands in the folder."""
        numbers = range(len(self.parts))
        return Written(
            self.folder,
            sum(part.rows for part in self.parts),
            sum(part.kept_aside for part in self.parts),
            tuple(self.results(number) for number in numbers),
            tuple(self.aside(number) for number in numbers if self.parts[number].kept_aside),
        )


def open_folder(folder: Path, form: Format, key: str, resumable: bool) -> FolderWriter:
    """A writer that goes on where the same evaluation stopped; raises HistoryError where another one is there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        manifest = folder / MANIFEST
        found = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else None
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from None
    if found is None:
        return FolderWriter(folder, form, key, [])
    if found["evaluation"] != key or found["format"] != form:
        message = f"`{folder}` holds the results of another evaluation"
        remedy = "the protocol, the mapping, the source or the time differs: write to another folder"
        raise HistoryError([Problem("RM508", message, help=remedy)])
    return FolderWriter(folder, form, key, [Part(*part) for part in found["parts"]] if resumable else [])


def evaluation_key(engine: Engine, mapping_text: str, source: Source, as_of: object) -> str:
    """A text that is the same for the same protocol, mapping, source and time alone."""
    parts = [SEMANTICS, engine.protocol.fingerprint, mapping_text, source.name, source.mark, str(as_of)]
    parts += [f"due {response.name}" for response, _ in engine.dues]
    return "sha256:" + hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


def kept_aside(rows: Rows, source: Source) -> Iterator[dict[str, Any]]:
    """The rows that do not fit, each with where it stands, what is wrong, and its cells but for private ones."""
    private = rows.binding.private_columns
    by_row: dict[int, list[Aside]] = {}
    for part in rows.aside:
        if part.row is not None:
            by_row.setdefault(part.row, []).append(part)
    for row, parts in sorted(by_row.items()):
        cells = {key: cell_text(cell) for key, cell in rows.batch.whole(row).items() if key not in private}
        yield _told(source, parts) | {"cells": cells}
    for record, part in zip(rows.batch.broken, (part for part in rows.aside if part.row is None), strict=True):
        yield _told(source, [part]) | ({} if private else {"text": record.text})


def _fitting(engine: Engine, rows: Rows) -> Any:
    """The results of the rows that fit."""
    table = result_table(engine, rows).drop_columns(["problem"])
    return table.filter(pa.array(flags(rows.fitting, rows.block.rows)))


def _told(source: Source, parts: Sequence[Aside]) -> dict[str, Any]:
    problems = [{key: value for key, value in part.to_dict().items() if key not in ("line", "file")} for part in parts]
    return {"file": parts[0].file or source.name, source.unit: parts[0].line, "problems": problems}


def _write_table(table: Any, path: Path, form: Format) -> None:
    match form:
        case "parquet":
            pa.parquet.write_table(table, path, compression="zstd")
        case "csv":
            pa.csv.write_csv(defused(table), path)
        case "jsonl":
            lines = (json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in table.to_pylist())
            path.write_text("".join(lines), encoding="utf-8", errors="replace")


def defused(table: Any) -> Any:
    """Texts that a spreadsheet would take for a formula get an apostrophe before them."""
    columns = []
    for column in table.columns:
        if pa.types.is_dictionary(column.type):
            column = column.cast(pa.string())  # noqa: PLW2901
        if pa.types.is_string(column.type):
            column = pc.replace_substring_regex(column, f"^({COMPUTED})", r"'\1")  # noqa: PLW2901
        columns.append(column)
    return pa.table(columns, names=table.column_names)


def _write_whole(path: Path, write: Any) -> None:
    """Write a file beside its place and move it there, so that it is never half there."""
    beside = path.with_name(f".{path.name}.part")
    write(beside)
    os.replace(beside, path)


def _unwritable(folder: Path, error: Exception) -> HistoryError:
    reason = getattr(error, "strerror", None) or "its notes cannot be read"
    message = f"results cannot be written to `{folder}`: {reason.lower()}"
    return HistoryError([Problem("RM508", message, help="check the folder and the space left")])
