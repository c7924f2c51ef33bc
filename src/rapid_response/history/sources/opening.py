"""Which kind of source something is."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Any

from rapid_response.history.problems import HistoryError
from rapid_response.history.sources.pieces import Source
from rapid_response.protocol.problems import Problem
from rapid_response.protocol.reading import unreadable

KINDS = ".csv, .tsv, .xlsx, .xls, .ods, .json, .jsonl, .ndjson or .parquet"
_DATABASES = ("sqlite://", "postgresql://", "postgres://")


def open_source(
    given: Any,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    table: str | None = None,
    query: str | None = None,
) -> Source:
    """A file or several by name, a table of a database by its URL, or a data frame.

    Raises HistoryError for anything else.
    """
    if isinstance(given, str) and given.startswith(_DATABASES):
        from rapid_response.history.sources.databases import open_database

        return open_database(given, table, query)
    if isinstance(given, str | PathLike):
        return _open_files(str(given), lambda path: _open_file(path, delimiter, encoding or "utf-8", sheet))
    from rapid_response.history.sources.frames import open_frame

    return open_frame(given)


def _open_files(given: str, opened: Callable[[Path], Source]) -> Source:
    from rapid_response.history.sources.several import names_several, open_several

    return open_several(given, opened) if names_several(given) else opened(Path(given))


def _open_file(path: Path, delimiter: str | None, encoding: str, sheet: str | None) -> Source:
    try:
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:
        problem = unreadable(str(path), error)
        raise HistoryError([Problem("RM501", problem.message, help=problem.help)]) from None
    match [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"][-1:]:
        case [".csv" | ".txt"]:
            from rapid_response.history.sources.delimited import open_delimited

            return open_delimited(path, delimiter or ",", encoding)
        case [".tsv" | ".tab"]:
            from rapid_response.history.sources.delimited import open_delimited

            return open_delimited(path, delimiter or "\t", encoding)
        case [".xlsx" | ".xlsm" | ".xls" | ".xlsb" | ".ods"]:
            from rapid_response.history.sources.spreadsheets import open_sheet

            return open_sheet(path, sheet)
        case [".json" | ".jsonl" | ".ndjson" as suffix]:
            from rapid_response.history.sources.records import open_records

            return open_records(path, encoding, is_list=suffix == ".json")
        case [".parquet" | ".pq"]:
            from rapid_response.history.sources.parquet import open_parquet

            return open_parquet(path)
        case _:
            raise HistoryError(
                [Problem("RM502", f"`{path.name}` is of no known kind", help=f"its name ends in {KINDS}")]
            )
