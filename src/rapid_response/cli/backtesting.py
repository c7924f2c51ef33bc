"""The commands about past incidents: `backtest` and `history`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from rapid_response.cli import BAD_INCIDENT, FINDINGS, INTERRUPTED, USAGE
from rapid_response.cli.options import Lang, Language, Output, OutputFormat, Rename, renamed, standard_console
from rapid_response.errors import RapidResponseError
from rapid_response.protocol.loading import load_protocol
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.problems import did_you_mean
from rapid_response.protocol.renaming import names_of, renamings
from rapid_response.reports.terminal import print_document

if TYPE_CHECKING:
    from rapid_response.history import Backtest, Progress
    from rapid_response.reasoning.questions import Frequencies

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
    protocol: Annotated[Path, typer.Option("--protocol", help="The current version.", metavar="PROTOCOL")],
    against: Annotated[Path, typer.Option("--against", help="The proposed version.", metavar="PROTOCOL")],
    mapping: MappingFile = None,
    against_mapping: AgainstMapping = None,
    rename: Rename = None,
    activation: Annotated[
        str | None,
        typer.Option("--activation", help="The tier from which on an incident is an activation.", metavar="TIER"),
    ] = None,
    sheet: Sheet = None,
    table: Table = None,
    query: Query = None,
    as_of: AsOf = None,
    changed: Annotated[
        Path | None,
        typer.Option("--changed", help="Write all incidents that change to a .csv or .jsonl file.", metavar="FILE"),
    ] = None,
    fail_if_changed: Annotated[
        bool, typer.Option("--fail-if-changed", help="Exit with 1 if any tier or range of tiers changes.")
    ] = False,
    fail_above: Annotated[
        str | None,
        typer.Option("--fail-above", help="Exit with 1 if more incidents change than this.", metavar="N|P%"),
    ] = None,
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
    protocol: Annotated[Path, typer.Option("--protocol", help="The protocol.", metavar="PROTOCOL")],
    mapping: MappingFile = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="A folder for the results, and for rows kept aside.", metavar="FOLDER")
    ] = None,
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


# What these commands and `compare` have in common


def tried(
    past: str,
    current: Protocol,
    proposed: Protocol,
    mapping: Path | None,
    against_mapping: Path | None,
    rename: list[str] | None,
    as_of: str | None,
) -> Backtest:
    """A back-test for a comparison."""
    with told_problems("nothing was written"):
        from rapid_response.history import backtest as run
        from rapid_response.history import read_incidents

        return run(
            read_incidents(past, mapping),
            current,
            proposed,
            rename=renamed(rename),
            mapping=against_mapping,
            as_of=as_of,
            progress=progress(),
        )


def frequencies(
    past: str, current: Protocol, proposed: Protocol, mapping: Path | None, rename: list[str] | None
) -> Frequencies:
    """How often each answer was given, as the current version reads the past, to questions that both ask alike."""
    matched = renamings(current, proposed, renamed(rename))
    with told_problems("nothing was written"):
        from rapid_response.history import answer_frequencies, read_incidents
        from rapid_response.history.backtests.versions import Versions, histories

        read, _ = histories(read_incidents(past, mapping), Versions(current, proposed, matched), None)
        found = answer_frequencies(read, current)
    alike = {name for name, fact in current.facts.items() if _asks(proposed, matched.fact(name)) == _answers(fact)}
    return {name: seen for name, seen in found.items() if name in alike}


def _asks(protocol: Protocol, name: str) -> object:
    return _answers(protocol.facts[name]) if name in protocol.facts else None


def _answers(fact: Fact) -> object:
    """The answers that a question allows."""
    return replace(fact.type, kind="")


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
