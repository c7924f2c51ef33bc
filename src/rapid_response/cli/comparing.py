"""The command `compare`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rapid_response.cli import FINDINGS, USAGE
from rapid_response.cli.history_options import AgainstMapping, MappingFile, progress, told_problems
from rapid_response.cli.options import Lang, Language, Output, OutputFormat, Rename, renamed, standard_console
from rapid_response.protocol.loading import load_protocol
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.problems import did_you_mean
from rapid_response.protocol.renaming import names_of, renamings
from rapid_response.proving.comparing import BUDGET
from rapid_response.proving.comparison import Comparison
from rapid_response.reports.comparison_document import comparison_document
from rapid_response.reports.terminal import print_document

if TYPE_CHECKING:
    from rapid_response.history import Backtest
    from rapid_response.reasoning.questions import Frequencies


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
        seen = _frequencies(history, former, latter, mapping, rename) if weighted and history else None
        found = former.compare(latter, rename=renamed(rename), as_of=as_of, budget=budget, frequencies=seen)
    except KeyError as unknown:
        name = str(unknown.args[0])
        remedy = did_you_mean(name, [*names_of(former), *names_of(latter)], "write it like old_name=new_name")
        print(f"--rename: unknown name `{name}`; {remedy}", file=sys.stderr)
        raise typer.Exit(USAGE) from None
    past = history and _tried(history, former, latter, mapping, against_mapping, rename, as_of)
    _print(found, past or None, lang, output, private)
    if found.verdict != "equivalent":
        raise typer.Exit(FINDINGS)


def _tried(
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


def _frequencies(
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
