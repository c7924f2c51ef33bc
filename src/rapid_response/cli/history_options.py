"""What commands that read past incidents have in common: where they are, how they are read, and what is told of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rapid_response.cli import BAD_INCIDENT, INTERRUPTED, USAGE
from rapid_response.errors import RapidResponseError
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import did_you_mean
from rapid_response.protocol.renaming import names_of

if TYPE_CHECKING:
    from rapid_response.history import Progress

Past = Annotated[
    str,
    typer.Argument(
        help="Past incidents: a CSV, Excel, JSON or Parquet file, a folder of them, or the URL of a database.",
        metavar="PAST",
    ),
]
MappingFile = Annotated[Path | None, typer.Option("--mapping", help="How its columns become facts.", metavar="FILE")]
AgainstMapping = Annotated[
    Path | None,
    typer.Option("--against-mapping", help="A mapping of its own for the proposed version.", metavar="FILE"),
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="The sheet of an Excel file.", metavar="NAME")]
Table = Annotated[str | None, typer.Option("--table", help="The table of a database.", metavar="NAME")]
Query = Annotated[str | None, typer.Option("--query", help="A query instead of a table.", metavar="SQL")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="The time of evaluation of all incidents, where the mapping has none.")
]


@contextmanager
def told_problems(if_interrupted: str) -> Iterator[None]:
    """Past incidents that cannot be read are told with exit code 3; an interruption says what is left."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"\ninterrupted; {if_interrupted}", file=sys.stderr)
        raise typer.Exit(INTERRUPTED) from None
    except RapidResponseError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(BAD_INCIDENT) from None


@contextmanager
def known_names(current: Protocol, proposed: Protocol) -> Iterator[None]:
    """A name that no version has is told with the nearest one."""
    try:
        yield
    except KeyError as unknown:
        name = str(unknown.args[0])
        remedy = did_you_mean(name, [*names_of(current), *names_of(proposed)], "no version has a part of that name")
        print(f"unknown name `{name}`; {remedy}", file=sys.stderr)
        raise typer.Exit(USAGE) from None


def progress() -> Callable[[Progress], None] | None:
    """Progress is shown to people at a terminal."""
    from rapid_response.history import show_progress

    return show_progress if sys.stderr.isatty() else None
