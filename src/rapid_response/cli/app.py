"""The commands."""

from __future__ import annotations

import datetime as dt
import json
import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from rapid_response.cli import BAD_INCIDENT, FINDINGS, NOT_SETTLED, USAGE
from rapid_response.cli.asking import given_facts, hold_interview
from rapid_response.cli.backtesting import backtest, history
from rapid_response.cli.checking import check
from rapid_response.cli.comparing import compare
from rapid_response.cli.live import live
from rapid_response.cli.options import (
    Lang,
    Language,
    Output,
    OutputFormat,
    PastIncidents,
    ProtocolPath,
    standard_console,
)
from rapid_response.cli.recording import record
from rapid_response.errors import IncidentError
from rapid_response.evaluation.documents import result_schema
from rapid_response.evaluation.incident_files import (
    GivenIncident,
    checked_incidents,
    format_of,
    given_incidents,
    load_incidents,
    load_past,
)
from rapid_response.evaluation.incidents import Incident, encode_as_of
from rapid_response.evaluation.patterns import Past
from rapid_response.evaluation.recommendation import SEMANTICS, Recommendation, recommend
from rapid_response.protocol.json_schema import json_schema
from rapid_response.protocol.loading import load_protocol
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Problem, Source, did_you_mean
from rapid_response.proving.check_documents import check_schema
from rapid_response.proving.comparison_documents import comparison_schema
from rapid_response.reasoning.batch import exact_results
from rapid_response.reports.explanation_document import explain, explanation_document
from rapid_response.reports.markdown import document_markdown, protocol_markdown, result_markdown
from rapid_response.reports.terminal import print_document, print_protocol, print_result
from rapid_response.scenarios.junit import run_junit
from rapid_response.scenarios.reading import read_scenarios
from rapid_response.scenarios.running import run_scenarios
from rapid_response.scenarios.suggesting import suggest
from rapid_response.scenarios.text import coverage_text, run_text

app = typer.Typer(
    help="Which response an incident calls for, with reasons, and honest about what is not yet known.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class RunOutput(StrEnum):
    """How the outcome of scenarios is written."""

    text = "text"
    json = "json"
    junit = "junit"


class ExplainedOutput(StrEnum):
    """How an explanation is written."""

    text = "text"
    json = "json"
    markdown = "markdown"


class SchemaOf(StrEnum):
    """What a JSON Schema can be printed of."""

    protocol = "protocol"
    result = "result"
    check = "check"
    comparison = "comparison"
    backtest = "backtest"


AsOf = Annotated[
    str | None, typer.Option("--as-of", help="The time of evaluation, like 2026-02-01T09:00; now if not given.")
]
Private = Annotated[bool, typer.Option("--private", help="Show facts that the protocol marks private.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"rapid-response {version('rapid-response')}, semantics {SEMANTICS}")
        raise typer.Exit


@app.callback()
def _main(
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


@app.command()
def evaluate(
    protocol: ProtocolPath,
    incidents: Annotated[
        list[str],
        typer.Argument(help="Incidents: YAML, JSON or JSON lines files, or - for standard input.", metavar="INCIDENT"),
    ],
    as_of: AsOf = None,
    history: PastIncidents = None,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
    private: Private = False,
    require_settled: Annotated[
        bool, typer.Option("--require-settled", help="Exit with 5 unless every result is settled.")
    ] = False,
) -> None:
    """The recommended tier for incidents, with the reasons for it."""
    loaded = load_protocol(protocol)
    now = encode_as_of(loaded, _moment(as_of))
    past = load_past(loaded, history) if history else None
    results, problems = _evaluated(loaded, incidents, now, past)
    for position, result in enumerate(results):
        _print(result, lang, output, private, first=position == 0)
    if problems:
        print(IncidentError(problems), file=sys.stderr)
        raise typer.Exit(BAD_INCIDENT)
    if require_settled and any(result.standing != "settled" for result in results):
        raise typer.Exit(NOT_SETTLED)


@app.command()
def ask(
    protocol: ProtocolPath,
    incident: Annotated[Path | None, typer.Option("--incident", help="An incident of which some is known.")] = None,
    save: Annotated[Path | None, typer.Option("--save", help="Save the incident as a YAML file.")] = None,
    as_of: AsOf = None,
    history: PastIncidents = None,
    lang: Lang = Language.english,
) -> None:
    """An interview that asks only what can still matter, and ends with the result."""
    loaded = load_protocol(protocol)
    facts = given_facts(loaded, str(incident)) if incident else {}
    now = encode_as_of(loaded, _moment(as_of))
    past = load_past(loaded, history) if history else None
    if hold_interview(loaded, facts, now, lang, sys.stdin, sys.stdout, save, past) is None:
        raise typer.Exit(USAGE)


@app.command("explain")
def explain_result(
    protocol: ProtocolPath,
    incident: Annotated[Path, typer.Argument(help="A file of one incident.", metavar="INCIDENT")],
    why_not: Annotated[str | None, typer.Option("--why-not", help="Why it is not this tier.", metavar="TIER")] = None,
    what_would: Annotated[
        str | None, typer.Option("--what-would", help="What would have led to this tier.", metavar="TIER")
    ] = None,
    fixed: Annotated[
        list[str] | None, typer.Option("--fixed", help="A fact that cannot change; may be given again.", metavar="FACT")
    ] = None,
    only_unknown: Annotated[
        bool, typer.Option("--only-unknown", help="Change only what is not known: what would have to turn out true.")
    ] = False,
    as_of: AsOf = None,
    history: PastIncidents = None,
    lang: Lang = Language.english,
    output: Annotated[ExplainedOutput, typer.Option("--format", help="How it is written.")] = ExplainedOutput.text,
    private: Private = False,
) -> None:
    """Why the tier is what it is, what to ask next, and what would have changed it."""
    loaded = load_protocol(protocol)
    facts = given_facts(loaded, str(incident))
    past = load_past(loaded, history).incidents if history else None
    result = loaded.evaluate(facts, as_of=_moment(as_of), history=past)
    try:
        explanation = explain(
            result, why_not=why_not, what_would=what_would, fixed=fixed or (), only_unknown=only_unknown
        )
    except KeyError as unknown:
        known = [*(tier.name for tier in loaded.tiers), *loaded.facts]
        print(f"unknown name `{unknown.args[0]}`; {did_you_mean(str(unknown.args[0]), known) or ''}", file=sys.stderr)
        raise typer.Exit(USAGE) from None
    document = explanation_document(explanation, lang, private)
    match output:
        case ExplainedOutput.json:
            print(json.dumps(explanation.to_dict(private), ensure_ascii=False))
        case ExplainedOutput.markdown:
            print(document_markdown(document))
        case _:
            print_document(document, standard_console())


@app.command()
def show(protocol: ProtocolPath, lang: Lang = Language.english, output: OutputFormat = Output.text) -> None:
    """The protocol as a document that people can read."""
    loaded = load_protocol(protocol)
    match output:
        case Output.json:
            print("`show` writes text, markdown or html; `schema` gives JSON", file=sys.stderr)
            raise typer.Exit(USAGE)
        case Output.html:
            from rapid_response.reports.html import protocol_page

            print(protocol_page(loaded, lang))
        case Output.markdown:
            print(protocol_markdown(loaded, lang))
        case _:
            print_protocol(loaded, lang, standard_console())


@app.command("test")
def run_tests(
    protocol: ProtocolPath,
    only: Annotated[str, typer.Option("-k", help="Run the scenarios whose name contains this.", metavar="NAME")] = "",
    lang: Lang = Language.english,
    output: Annotated[RunOutput, typer.Option("--format", help="How the outcome is written.")] = RunOutput.text,
    coverage: Annotated[bool, typer.Option("--coverage", help="Say everything that no scenario touches.")] = False,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", help="Fail unless so many percent of rules fired, and did not.", min=0, max=100),
    ] = None,
    propose: Annotated[
        bool, typer.Option("--suggest", help="Write scenarios for what is not touched, to be filled in by a person.")
    ] = False,
) -> None:
    """Run a protocol's own scenarios, and say what they leave untouched."""
    loaded = load_protocol(protocol)
    scenarios = read_scenarios(loaded, protocol)
    if propose:
        print(suggest(loaded, scenarios).to_yaml(lang), end="")
        return
    run = run_scenarios(loaded, scenarios, only=only, fail_under=fail_under)
    match output:
        case RunOutput.json:
            print(json.dumps(run.to_dict(), ensure_ascii=False))
        case RunOutput.junit:
            print(run_junit(run), end="")
        case _:
            print(run_text(run, lang), end="")
            if coverage:
                print(f"\n{coverage_text(run, lang)}", end="")
    if not run.passed:
        raise typer.Exit(FINDINGS)


app.command()(check)
app.command()(compare)
app.command()(live)
app.command()(backtest)
app.command()(history)
app.add_typer(record, name="record")


@app.command()
def schema(of: Annotated[SchemaOf, typer.Argument(help="Of what.")] = SchemaOf.protocol) -> None:
    """The JSON Schema of protocol files, for editors, or of what the other commands write, for tools."""
    schemas = {
        SchemaOf.protocol: json_schema,
        SchemaOf.result: result_schema,
        SchemaOf.check: check_schema,
        SchemaOf.comparison: comparison_schema,
        SchemaOf.backtest: _backtest_schema,
    }
    print(json.dumps(schemas[of](), indent=2, ensure_ascii=False))


def _backtest_schema() -> dict[str, Any]:
    from rapid_response.history.backtests.documents import backtest_schema

    return backtest_schema()


def _moment(as_of: str | None) -> str | dt.datetime:
    """The time asked for, or the present one: the one place where a clock is read."""
    return as_of or dt.datetime.now(dt.UTC).replace(microsecond=0)


def _evaluated(
    protocol: Protocol, names: list[str], now: int | None, past: Past | None
) -> tuple[list[Recommendation], list[Problem]]:
    """The exact results of all incidents that can be evaluated, and the problems of all others."""
    incidents: list[Incident] = []
    problems: list[Problem] = []
    for name in names:
        try:
            found, wrong = checked_incidents(protocol, _given(protocol, name))
        except IncidentError as error:
            found, wrong = [], [*error.problems]
        incidents += found
        problems += wrong
    results = exact_results(recommend(protocol, incident, now, past) for incident in incidents)
    return [*results], problems


def _given(protocol: Protocol, name: str) -> list[GivenIncident]:
    if name != "-":
        return load_incidents(protocol, name)
    text = sys.stdin.read()
    return given_incidents(protocol, Source("standard input", text), format_of(text))


def _print(result: Recommendation, language: Language, output: Output, private: bool, first: bool) -> None:
    match output:
        case Output.json:
            print(result.to_json(private=private))
        case Output.html:
            from rapid_response.reports.html import result_page

            print(result_page(result, language, private=private))
        case Output.markdown:
            print(result_markdown(result, language, private=private))
        case _:
            console = standard_console()
            if not first:
                console.rule()
            print_result(result, language, console, private=private)
