"""CSV and TSV files: read by Arrow, block by block, with the true line of every row.

A row may hold quoted line breaks, so rows are first told apart by their quotation marks. Where these follow the rules
of CSV, Arrow reads the block; where they do not (a stray one in the middle of a cell), Python's own reader does.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from rapid_response.history.problems import HistoryError
from rapid_response.history.sources.pieces import Batch, Broken, File, Piece, Source
from rapid_response.protocol.problems import Problem

BLOCK = 4 << 20
LONGEST_ROW = 64 << 20
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34

Offsets = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Delimited(File):
    """A delimited text file, gzipped or not."""

    delimiter: str
    encoding: str
    header: tuple[str, ...]
    unit: Literal["line", "row"] = "line"
    has_nulls: bool = False

    def pieces(self, columns: Sequence[str]) -> Iterator[Piece]:
        """Blocks of whole rows."""
        wanted = [position for position, name in enumerate(self.header) if name in set(columns)]
        size = max(self.path.stat().st_size, 1)
        with _opened(self.path) as (file, raw):
            for block in _blocks(file, self):
                yield Piece(partial(_read, block, self, wanted), min(raw.tell() / size, 1))


def open_delimited(path: Path, delimiter: str, encoding: str) -> Source:
    """A delimited file with its header read; raises HistoryError where there is none."""
    with _opened(path) as (file, _):
        lines = _text_lines(file, encoding, str(path))
        header = next(csv.reader(lines, delimiter=delimiter), None)
    if not header:
        raise HistoryError([Problem("RM503", f"`{path}` is empty", help="its first line names the columns")])
    return Delimited(path, delimiter, encoding, tuple(header))


# Blocks of whole rows


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole rows as UTF-8, where each starts and ends, and the line that each starts on.

    `regular` says that quotation marks stand only where the rules of CSV have them.
    """

    content: bytes
    starts: Offsets
    ends: Offsets
    lines: Offsets
    regular: bool


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """A file, and the raw file below it, whose position tells how far reading has come."""
    with path.open("rb") as raw:
        if path.suffix != ".gz":
            yield raw, raw
            return
        with gzip.open(raw) as file:
            yield cast(IO[bytes], file), raw


def _octets(file: IO[bytes], encoding: str, name: str) -> Iterator[bytes]:
    """The content as UTF-8 without a byte order mark, in blocks."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)()
    lines = 1
    while True:
        octets = file.read(BLOCK)
        try:
            text = decoder.decode(octets, final=not octets)
        except UnicodeDecodeError as error:
            line = lines + error.object.count(b"\n", 0, error.start)
            remedy = "name the encoding in the mapping, like `encoding: cp1252`, or save the file as UTF-8"
            message = f"`{name}` is not {encoding} text (line {line})"
            raise HistoryError([Problem("RM504", message, help=remedy)]) from None
        lines += text.count("\n")
        if text:
            yield text.encode("utf-8", "surrogatepass")
        if not octets:
            return


def _text_lines(file: IO[bytes], encoding: str, name: str) -> Iterator[str]:
    """The lines of the file as text, for the header."""
    held = ""
    for octets in _octets(file, encoding, name):
        *lines, held = (held + octets.decode("utf-8", "replace")).splitlines(keepends=True) or [""]
        yield from lines
    if held:
        yield held


def _blocks(file: IO[bytes], source: Delimited) -> Iterator[_Block]:
    """All rows after the header, in blocks of whole rows."""
    held, line, is_first = b"", 1, True
    for octets in _octets(file, source.encoding, source.name):
        held += octets
        block = _split(held, line, source.delimiter, is_last=False)
        if len(block.ends):
            held, line = held[block.ends[-1] :], line + held.count(b"\n", 0, int(block.ends[-1]))
            yield _without_header(block) if is_first else block
            is_first = False
        elif len(held) > LONGEST_ROW:
            raise HistoryError([_unclosed(source.name, line)])
    if held:
        block = _split(held, line, source.delimiter, is_last=True)
        if not len(block.ends):
            raise HistoryError([_unclosed(source.name, line)])
        yield _without_header(block) if is_first else block


def _unclosed(name: str, line: int) -> Problem:
    message = f"`{name}`: a quotation mark that opens on line {line} or soon after is never closed"
    return Problem("RM505", message, help="close it, or double it where it is part of the text")


def _without_header(block: _Block) -> _Block:
    return _Block(block.content, block.starts[1:], block.ends[1:], block.lines[1:], block.regular)


def _split(content: bytes, line: int, delimiter: str, is_last: bool) -> _Block:
    """Where the rows of a text start and end; rows without any text are left out."""
    octets = np.frombuffer(content, np.uint8)
    newlines = np.flatnonzero(octets == _NEWLINE)
    quotes = np.flatnonzero(octets == _QUOTE)
    regular = _is_regular(octets, quotes, delimiter) and content.count(b"\r") == content.count(b"\r\n")
    if regular:
        ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0] + 1
        if is_last and len(quotes) % 2 == 0 and (not len(ends) or ends[-1] < len(content)):
            ends = np.append(ends, len(content))
    else:
        ends = _ends_by_reader(content, delimiter, is_last)
    starts = np.concatenate([[0], ends[:-1]]).astype(np.int64) if len(ends) else ends
    lines = line + np.searchsorted(newlines, starts)
    filled = ends - starts > 2
    filled[~filled] = [
        bool(content[start:end].strip(b"\r\n")) for start, end in zip(starts[~filled], ends[~filled], strict=True)
    ]
    last = ends[-1:]
    if len(last) and not filled[-1]:
        filled[-1] = True  # the block ends there; a row without text is dropped when it is read
    return _Block(content, starts[filled], ends[filled], lines[filled], regular)


def _is_regular(octets: npt.NDArray[np.uint8], quotes: Offsets, delimiter: str) -> bool:
    """Whether every quotation mark opens a cell at its start, closes it at its end, or is doubled."""
    outside = np.array([*delimiter.encode(), _NEWLINE, _RETURN, _QUOTE], np.uint8)
    opening, closing = quotes[::2], quotes[1::2]
    before = octets[opening[opening > 0] - 1]
    after = octets[closing[closing < len(octets) - 1] + 1]
    return bool(np.isin(before, outside).all() and np.isin(after, outside).all())


def _ends_by_reader(content: bytes, delimiter: str, is_last: bool) -> Offsets:
    """The ends of rows as Python's reader sees them."""
    lines = content.split(b"\n")
    sizes = np.cumsum([len(line) + 1 for line in lines])
    sizes[-1] -= 1
    reader = csv.reader(
        (line.decode("utf-8", "replace").replace("\r", "") + "\n" for line in lines), delimiter=delimiter
    )
    ends = [int(sizes[reader.line_num - 1]) for _ in reader]
    whole = ends if is_last else [end for end in ends[:-1] if end < len(content)]
    return np.array(sorted({end for end in whole if end}), np.int64)


# Rows


def _read(block: _Block, source: Delimited, wanted: Sequence[int]) -> Batch:
    def whole(row: int) -> Mapping[str, Any]:
        return dict(zip(source.header, _cells(block, row, source.delimiter), strict=False))

    if not block.regular:
        return _read_by_reader(block, source, wanted)
    ragged: list[tuple[int, int, str]] = []
    start, end = (int(block.starts[0]), int(block.ends[-1])) if len(block.starts) else (0, 0)
    if start == end or not block.content[start:end].strip():
        return Batch(_empty(source, wanted), np.zeros(0, np.int64), whole)

    def note(row: Any) -> str:
        ragged.append((row.number - 1, row.actual_columns, row.text))
        return "skip"

    names = [str(position) for position in range(len(source.header))]
    table = pa.csv.read_csv(
        pa.BufferReader(memoryview(block.content)[start:end]),
        pa.csv.ReadOptions(column_names=names, use_threads=False, block_size=end - start + 1),
        pa.csv.ParseOptions(delimiter=source.delimiter, newlines_in_values=True, invalid_row_handler=note),
        pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            include_columns=[names[position] for position in wanted] or names[:1],
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    rows = np.setdiff1d(np.arange(len(block.starts)), [number for number, _, _ in ragged], assume_unique=True)
    rows = rows[: table.num_rows]  # a last row without text
    broken = tuple(_ragged(int(block.lines[row]), found, len(names), text) for row, found, text in ragged)
    if wanted:
        table = table.rename_columns([source.header[position] for position in wanted])
    return Batch(table, block.lines[rows], lambda row: whole(int(rows[row])), broken)


def _ragged(line: int, found: int, expected: int, text: str) -> Broken:
    return Broken(line, "RM402", f"the row has {found} cells instead of {expected}", text)


def _cells(block: _Block, row: int, delimiter: str) -> list[str]:
    text = block.content[block.starts[row] : block.ends[row]].decode("utf-8", "replace")
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])


def _read_by_reader(block: _Block, source: Delimited, wanted: Sequence[int]) -> Batch:
    cells = [_cells(block, row, source.delimiter) for row in range(len(block.starts))]
    filled = [row for row, found in enumerate(cells) if found]
    good = [row for row in filled if len(cells[row]) == len(source.header)]
    broken = tuple(
        _ragged(int(block.lines[row]), len(cells[row]), len(source.header), source.delimiter.join(cells[row]))
        for row in filled
        if len(cells[row]) != len(source.header)
    )
    columns = [pa.array([cells[row][position] for row in good], pa.string()) for position in wanted or [0]]
    table = pa.table(columns, names=[source.header[position] for position in wanted or [0]])
    lines = block.lines[np.array(good, np.int64)] if good else np.zeros(0, np.int64)
    return Batch(table, lines, lambda row: dict(zip(source.header, cells[good[row]], strict=True)), broken)


def _empty(source: Delimited, wanted: Sequence[int]) -> Any:
    names = [source.header[position] for position in wanted] or list(source.header[:1])
    return pa.table([pa.array([], pa.string()) for _ in names], names=names)
