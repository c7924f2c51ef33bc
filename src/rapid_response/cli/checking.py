"""The command `check`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from rapid_response.cli import FINDINGS
from rapid_response.cli.options import Lang, Language, Output, OutputFormat, ProtocolPath, standard_console
from rapid_response.protocol.loading import load_protocol
from rapid_response.proving.catalogue import SEVERITIES
from rapid_response.proving.checking import BUDGET
from rapid_response.proving.findings import Check
from rapid_response.reports.check_document import check_document
from rapid_response.reports.terminal import print_document


class FailOn(StrEnum):
    """From which severity on findings fail a check."""

    error = "error"
    warning = "warning"
    note = "note"
    never = "never"


def check(
    protocol: ProtocolPath,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="Exit with 1 if there are findings of this severity or graver.")
    ] = FailOn.error,
    budget: Annotated[
        float,
        typer.Option("--budget", help="Seconds after which what is not decided is left so.", min=0, metavar="SECONDS"),
    ] = BUDGET,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="The time of evaluation; the first morning of the protocol, if not given."),
    ] = None,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
) -> None:
    """What holds for every incident: findings with incidents that show them, and what is proved."""
    found = load_protocol(protocol).check(budget=budget, as_of=as_of)
    _print(found, lang, output)
    if any(severity == fail_on and found.fails(severity) for severity in SEVERITIES):
        raise typer.Exit(FINDINGS)


def _print(found: Check, language: Language, output: Output) -> None:
    match output:
        case Output.json:
            print(found.to_json())
        case Output.html:
            print(found.to_html(language))
        case Output.markdown:
            print(found.to_markdown(language), end="")
        case _:
            print_document(check_document(found, language), standard_console())
