"""The command `compare`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rapid_response.cli import FINDINGS, USAGE
from rapid_response.cli.backtesting import AgainstMapping, MappingFile, frequencies, tried
from rapid_response.cli.options import Lang, Language, Output, OutputFormat, Rename, renamed, standard_console
from rapid_response.protocol.loading import load_protocol
from rapid_response.protocol.problems import did_you_mean
from rapid_response.protocol.renaming import names_of
from rapid_response.proving.comparing import BUDGET
from rapid_response.proving.comparison import Comparison
from rapid_response.reports.comparison_document import comparison_document
from rapid_response.reports.terminal import print_document

if TYPE_CHECKING:
    from rapid_response.history import Backtest


def compare(
    old: Annotated[
        Path, typer.Argument(help="The present version: a folder of YAML files, or one file.", metavar="OLD")
    ],
    new: Annotated[Path, typer.Argument(help="The proposed version.", metavar="NEW")],
    rename: Rename = None,
    budget: Annotated[
        float,
        typer.Option("--budget", help="Seconds after which what is not decided is left so.", min=0, metavar="SECONDS"),
    ] = BUDGET,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="The time of evaluation; the first morning of the new version, if not given."),
    ] = None,
    history: Annotated[
        str | None, typer.Option("--history", help="Past incidents to try both versions on as well.", metavar="PAST")
    ] = None,
    weighted: Annotated[
        bool, typer.Option("--weighted", help="Shares go by how often each answer was given in the past.")
    ] = False,
    mapping: MappingFile = None,
    against_mapping: AgainstMapping = None,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
    private: Annotated[bool, typer.Option("--private", help="Show facts that a version marks private.")] = False,
) -> None:
    """Whether two versions of a protocol decide alike, and where they do not."""
    former, latter = load_protocol(old), load_protocol(new)
    if weighted and not history:
        raise typer.BadParameter("--weighted goes with --history")
    try:
        seen = frequencies(history, former, latter, mapping, rename) if weighted and history else None
        found = former.compare(latter, rename=renamed(rename), as_of=as_of, budget=budget, frequencies=seen)
    except KeyError as unknown:
        name = str(unknown.args[0])
        remedy = did_you_mean(name, [*names_of(former), *names_of(latter)], "write it like old_name=new_name")
        print(f"--rename: unknown name `{name}`; {remedy}", file=sys.stderr)
        raise typer.Exit(USAGE) from None
    past = history and tried(history, former, latter, mapping, against_mapping, rename, as_of)
    _print(found, past or None, lang, output, private)
    if found.verdict != "equivalent":
        raise typer.Exit(FINDINGS)


def _print(found: Comparison, past: Backtest | None, language: Language, output: Output, private: bool) -> None:
    match output:
        case Output.json:
            print(found.to_json(private, history=past))
        case Output.html:
            print(found.to_html(language, private, past))
        case Output.markdown:
            print(found.to_markdown(language, private, past), end="")
        case _:
            print_document(comparison_document(found, language, private, past), standard_console())
