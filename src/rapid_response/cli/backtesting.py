"""The commands about past incidents: `backtest` and `history`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from rapid_response.cli import FINDINGS
from rapid_response.cli.history_options import (
    AgainstMapping,
    AsOf,
    MappingFile,
    Past,
    Query,
    Sheet,
    Table,
    known_names,
    progress,
    told_problems,
)
from rapid_response.cli.options import Lang, Language, Output, OutputFormat, Rename, renamed, standard_console
from rapid_response.protocol.loading import load_protocol
from rapid_response.reports.terminal import print_document

if TYPE_CHECKING:
    from rapid_response.history import Backtest

Current = Annotated[Path, typer.Option("--protocol", help="The current version.", metavar="PROTOCOL")]
Proposed = Annotated[Path, typer.Option("--against", help="The proposed version.", metavar="PROTOCOL")]
Activation = Annotated[
    str | None,
    typer.Option("--activation", help="The tier from which on an incident is an activation.", metavar="TIER"),
]
Changed = Annotated[
    Path | None,
    typer.Option("--changed", help="Write all incidents that change to a .csv or .jsonl file.", metavar="FILE"),
]
FailIfChanged = Annotated[
    bool, typer.Option("--fail-if-changed", help="Exit with 1 if any tier or range of tiers changes.")
]
FailAbove = Annotated[
    str | None, typer.Option("--fail-above", help="Exit with 1 if more incidents change than this.", metavar="N|P%")
]
ProtocolOption = Annotated[Path, typer.Option("--protocol", help="The protocol.", metavar="PROTOCOL")]
Folder = Annotated[
    Path | None, typer.Option("--to", help="A folder for the results, and for rows kept aside.", metavar="FOLDER")
]


class Form(StrEnum):
    """The files that results are written to."""

    parquet = "parquet"
    csv = "csv"
    jsonl = "jsonl"


class HistoryOutput(StrEnum):
    """How the evaluation of past incidents is told."""

    text = "text"
    json = "json"


def backtest(
    past: Past,
    protocol: Current,
    against: Proposed,
    mapping: MappingFile = None,
    against_mapping: AgainstMapping = None,
    rename: Rename = None,
    activation: Activation = None,
    sheet: Sheet = None,
    table: Table = None,
    query: Query = None,
    as_of: AsOf = None,
    changed: Changed = None,
    fail_if_changed: FailIfChanged = False,
    fail_above: FailAbove = None,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
) -> None:
    """What a proposed version of a protocol would have meant for past incidents."""
    current, proposed = load_protocol(protocol), load_protocol(against)
    limit = _limit(fail_above)
    with told_problems("nothing was written"):
        from rapid_response.history import backtest as run
        from rapid_response.history import read_incidents

        history = read_incidents(past, mapping, sheet=sheet, table=table, query=query)
        with known_names(current, proposed):
            found = run(
                history,
                current,
                proposed,
                rename=renamed(rename),
                mapping=against_mapping,
                as_of=as_of,
                activation=activation,
                changed=changed,
                progress=progress(),
            )
    _print(found, lang, output)
    differing = found.changed + found.changed_open
    if (fail_if_changed and differing) or (limit is not None and limit.is_exceeded(differing, found.compared)):
        raise typer.Exit(FINDINGS)


def history(
    past: Past,
    protocol: ProtocolOption,
    mapping: MappingFile = None,
    to: Folder = None,
    form: Annotated[Form, typer.Option("--form", help="The files in that folder.")] = Form.parquet,
    sheet: Sheet = None,
    table: Table = None,
    query: Query = None,
    as_of: AsOf = None,
    lang: Lang = Language.english,
    output: Annotated[HistoryOutput, typer.Option("--format", help="How it is told.")] = HistoryOutput.text,
) -> None:
    """The tier of every past incident, counted, and written to files where asked for."""
    loaded = load_protocol(protocol)
    with told_problems("call it again to go on" if to else "nothing was written"), TemporaryDirectory() as beside:
        from rapid_response.history import read_incidents
        from rapid_response.history.verdicts import count_verdicts
        from rapid_response.reports.history_document import history_document

        past_incidents = read_incidents(past, mapping, loaded, sheet=sheet, table=table, query=query)
        written = past_incidents.evaluate_to(to or beside, form=form.value, as_of=as_of, progress=progress())
        found = count_verdicts(written)
    if output is HistoryOutput.json:
        files = {"results": [*map(str, written.results)], "kept_aside_in": [*map(str, written.aside)]}
        print(json.dumps({**found.to_dict(), **(files if to else {})}, ensure_ascii=False))
    else:
        print_document(history_document(found, loaded, lang, to), standard_console())


@dataclass(frozen=True, slots=True)
class Limit:
    """How many incidents may change, or what share of them."""

    number: float
    percent: bool

    def is_exceeded(self, changed: int, compared: int) -> bool:
        """Whether more changed than may."""
        return changed > (self.number * compared / 100 if self.percent else self.number)


def _limit(text: str | None) -> Limit | None:
    if text is None:
        return None
    number = text.strip().removesuffix("%").strip()
    try:
        found = Limit(float(number), text.strip().endswith("%"))
    except ValueError:
        found = Limit(-1, percent=False)
    if not 0 <= found.number < inf:
        raise typer.BadParameter(f"--fail-above: `{text}`: write it like 25 or 2.5%")
    return found


def _print(found: Backtest, language: Language, output: Output) -> None:
    match output:
        case Output.json:
            print(found.to_json())
        case Output.html:
            print(found.to_html(language))
        case Output.markdown:
            print(found.to_markdown(language), end="")
        case _:
            from rapid_response.reports.backtest_document import backtest_document

            print_document(backtest_document(found, language), standard_console())
