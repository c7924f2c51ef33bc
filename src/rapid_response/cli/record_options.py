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
from rapid_response.reports.vocabulary import clean

if TYPE_CHECKING:
    from rapid_response.record import DecisionLog

_MOST_DIGITS = 18
_LATEST = 1000
"""So many of the last records are looked at for an incident of nearly the same name."""
KEYS = "RAPID_RESPONSE_KEYS"
"""The environment variable that names the key file, where it does not lie beside the log."""

_WRONG_CALLS = (
    *("RD201", "RD202", "RD203", "RD204", "RD205", "RD206", "RD208", "RD210", "RD211", "RD213", "RD214"),
    *("RD301", "RD302", "RD501", "RD502"),
)
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
def opened_log(url: str, *, read_only: bool = True, new: bool = False) -> Iterator[DecisionLog]:
    """The log at that address, made only if it may be `new`; what cannot be done with it is told."""
    from rapid_response.record import DecisionLog

    keys = os.environ.get(KEYS)
    with told_by_exit_code():
        if not (read_only or new):
            DecisionLog.open(url, keys=keys, read_only=True).close()
        with DecisionLog.open(url, keys=keys, read_only=read_only) as log:
            yield log


@contextmanager
def told_by_exit_code() -> Iterator[None]:
    """What a log cannot do is told, and leaves by the exit code for a wrong call or a bad log."""
    from rapid_response.record import RecordError

    try:
        yield
    except RecordError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(USAGE if error.problems[0].id in _WRONG_CALLS else BAD_LOG) from None


def chosen(log: DecisionLog, wanted: str) -> int:
    """The number of the recommendation that is meant: its own, of what people said of it, or the incident's last."""
    from rapid_response.record import Confirmation, Decision, Override

    number, incident = _number_or_incident(log, wanted)
    if number is not None:
        entry = log.read(number)
        return entry.decision if isinstance(entry, Confirmation | Override) else entry.id
    ids = [entry.id for entry in log.entries(incident=incident, kinds=[Decision.kind])]
    if not ids:
        refuse_incident(log, incident)
    return ids[-1]


def _number_or_incident(log: DecisionLog, wanted: str) -> tuple[int | None, str]:
    """The number of a record, or the id of an incident: many count theirs 1, 2, 3, too."""
    which, colon, name = wanted.partition(":")
    if colon and which == "incident":
        return None, name
    if colon and which == "record" and name.isdecimal() and len(name) <= _MOST_DIGITS:
        return int(name), name
    if not wanted.isdecimal() or len(wanted) > _MOST_DIGITS:
        return None, wanted
    number, named = int(wanted), next(log.entries(incident=wanted), None)
    if named is None or (number <= len(log) and log.read(number).incident == wanted):
        return number, wanted
    if number > len(log):
        return None, wanted
    print(f"`{wanted}` is a record and an incident; write record:{wanted} or incident:{wanted}", file=sys.stderr)
    raise typer.Exit(USAGE)


def refuse_incident(log: DecisionLog, wanted: str) -> NoReturn:
    """Say that there is no such incident, and which of the latest is most like it."""
    latest = log.entries(first=max(1, len(log) - _LATEST), unreadable=[])
    remedy = did_you_mean(wanted, {entry.incident for entry in latest}, "`record list` names those on record")
    print(clean(f"there is no record of incident `{wanted}`; {remedy}"), file=sys.stderr)
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
