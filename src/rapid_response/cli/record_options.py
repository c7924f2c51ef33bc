"""What the commands of `record` have in common: the log, who acts, which record is meant, and how it is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from rapid_response.cli import BAD_LOG, USAGE
from rapid_response.cli.options import Output, standard_console
from rapid_response.protocol.problems import did_you_mean
from rapid_response.reports.document import Document

if TYPE_CHECKING:
    from rapid_response.record import DecisionLog

KEYS = "RAPID_RESPONSE_KEYS"
"""The environment variable that names the key file, where it does not lie beside the log."""

_WRONG_CALLS = ("RD201", "RD202", "RD203", "RD204", "RD205", "RD206", "RD208", "RD210", "RD301", "RD302")
"""The ids of errors that the one who calls can mend by calling otherwise."""

Db = Annotated[
    str,
    typer.Option("--db", help="The log: a SQLite file, or a postgresql:// URL.", envvar="RAPID_RESPONSE_DB"),
]
By = Annotated[str, typer.Option("--by", help="Who does this: a name or a role; it is kept.", metavar="NAME")]
Wanted = Annotated[
    str, typer.Argument(help="The number of a record, or an incident: then its last recommendation.", metavar="ID")
]
IncidentId = Annotated[str, typer.Argument(help="The id of an incident.", metavar="INCIDENT")]
Private = Annotated[bool, typer.Option("--private", help="Show private facts, free text and who said what.")]
Since = Annotated[
    str | None, typer.Option("--since", help="From this day or moment on, like 2026-01-01.", metavar="TIME")
]
Until = Annotated[str | None, typer.Option("--until", help="Up to, but without, this day or moment.", metavar="TIME")]


@contextmanager
def opened_log(url: str, *, read_only: bool = True) -> Iterator[DecisionLog]:
    """The log at that address; what cannot be done with it is told, and leaves by its exit code."""
    from rapid_response.record import DecisionLog, RecordError

    try:
        with DecisionLog.open(url, keys=os.environ.get(KEYS), read_only=read_only) as log:
            yield log
    except RecordError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(USAGE if error.problems[0].id in _WRONG_CALLS else BAD_LOG) from None


def chosen(log: DecisionLog, wanted: str) -> int:
    """The number of the recommendation that is meant: its own, of what people said of it, or the incident's last."""
    from rapid_response.record import Confirmation, Decision, Override

    if wanted.isdecimal():
        entry = log.read(int(wanted))
        return entry.decision if isinstance(entry, Confirmation | Override) else entry.id
    decisions = [entry for entry in log.entries(incident=wanted, kinds=[Decision.kind]) if isinstance(entry, Decision)]
    if not decisions:
        refuse_incident(log, wanted)
    return decisions[-1].id


def refuse_incident(log: DecisionLog, wanted: str) -> NoReturn:
    """Say that there is no such incident, and which is most like it."""
    from rapid_response.record import Decision

    known = {entry.incident for entry in log.entries(kinds=[Decision.kind])}
    remedy = did_you_mean(wanted, known, "`record list` names those on record")
    print(f"there is no record of incident `{wanted}`; {remedy}", file=sys.stderr)
    raise typer.Exit(USAGE)


def print_document_as(document: Document, output: Output) -> None:
    """Print a document as text, Markdown or a page."""
    match output:
        case Output.html:
            from rapid_response.reports.html import document_page

            print(document_page(document))
        case Output.markdown:
            from rapid_response.reports.markdown import document_markdown

            print(document_markdown(document), end="")
        case _:
            from rapid_response.reports.terminal import print_document

            print_document(document, standard_console())
