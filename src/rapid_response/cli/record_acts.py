"""The commands of `record` by which people act: each adds entries and says which."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rapid_response.cli import INTERRUPTED, NOT_SETTLED
from rapid_response.cli.options import Lang, Language, Output, OutputFormat, PastIncidents, ProtocolPath
from rapid_response.cli.record_options import By, Db, IncidentId, Wanted, chosen, opened_log, print_document_as
from rapid_response.errors import IncidentError
from rapid_response.evaluation.incident_files import (
    GivenIncident,
    format_of,
    given_incidents,
    load_incidents,
    load_past,
)
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Problem, Source
from rapid_response.reports.vocabulary import clean

if TYPE_CHECKING:
    from rapid_response.record import Decision, DecisionLog, Entry

AsOf = Annotated[
    str | None, typer.Option("--as-of", help="The time of evaluation, like 2026-02-01T09:00; now if not given.")
]
Under = Annotated[
    str | None,
    typer.Option("--under", help="Ask under this version, whether it is in force or not.", metavar="VERSION"),
]
Name = Annotated[
    str | None, typer.Option("--protocol", help="Which protocol, where the folder holds several.", metavar="NAME")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept.", metavar="WORDS")]


def decide(
    protocols: ProtocolPath,
    incidents: Annotated[
        list[str],
        typer.Argument(help="Incidents: YAML, JSON or JSON lines files, or - for standard input.", metavar="INCIDENT"),
    ],
    db: Db,
    by: By,
    as_of: AsOf = None,
    under: Under = None,
    name: Name = None,
    history: PastIncidents = None,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
    require_settled: Annotated[
        bool, typer.Option("--require-settled", help="Exit with 5 unless every result is settled.")
    ] = False,
) -> None:
    """Evaluate incidents under the version in force, and keep the recommendations with all that was known."""
    protocol = _in_force(protocols, as_of, under, name)
    given = [incident for path in incidents for incident in _given(protocol, path)]
    for incident in given:
        incident.check(protocol)
    past = load_past(protocol, history).incidents if history else None
    settled = True
    with opened_log(db, read_only=False, new=True) as log:
        for incident in given:
            if (named := incident.facts.get("id")) is not None:
                _remark_if_on_record(log, str(named))
            decision = log.decide(protocol, incident.facts, by=by, as_of=as_of, history=past)
            settled = settled and decision.outcome.standing == "settled"
            _print_decision(log, decision, lang, output)
    if require_settled and not settled:
        raise typer.Exit(NOT_SETTLED)


def update(
    wanted: Wanted,
    db: Db,
    by: By,
    facts: Annotated[
        list[str] | None,
        typer.Option("--fact", help="What is known now, like harm=killed; may be given again.", metavar="FACT=VALUE"),
    ] = None,
    file: Annotated[
        str | None, typer.Option("--file", help="A file with the new facts, or - for standard input.")
    ] = None,
    protocols: Annotated[
        Path | None,
        typer.Option("--in-force", help="Decide under the version in force in this folder.", metavar="PROTOCOL"),
    ] = None,
    under: Under = None,
    as_of: AsOf = None,
    history: PastIncidents = None,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
) -> None:
    """Record what is recommended with new information; under the protocol of the record, unless another is named."""
    if under and not protocols:
        raise typer.BadParameter("--under names a version of a folder: name that by --in-force")
    with opened_log(db, read_only=False) as log:
        decision = log.decision(chosen(log, wanted))
        other = _in_force(protocols, as_of, under, decision.protocol.name) if protocols else None
        protocol = other or log.protocol(decision)
        former = {*decision.facts, *decision.private} - protocol.facts.keys()
        known = _new_facts(protocol, facts or (), file, former)
        past = load_past(protocol, history).incidents if history else None
        added = log.update(decision.id, known, by=by, as_of=as_of, protocol=other, history=past)
        _print_decision(log, added, lang, output)


def confirm(wanted: Wanted, db: Db, by: By, lang: Lang = Language.english, output: OutputFormat = Output.text) -> None:
    """Record that somebody decided as was recommended."""
    with opened_log(db, read_only=False) as log:
        _print_entry(log, log.confirm(chosen(log, wanted), by=by), lang, output)


def override(
    wanted: Wanted,
    tier: Annotated[str, typer.Argument(help="The tier decided on.", metavar="TIER")],
    db: Db,
    by: By,
    reason: Reason,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
) -> None:
    """Record that somebody decided on another tier than was recommended, and why; both are kept."""
    with opened_log(db, read_only=False) as log:
        _print_entry(log, log.override(chosen(log, wanted), tier=tier, by=by, reason=reason), lang, output)


def link(
    wanted: Wanted,
    other: Wanted,
    db: Db,
    by: By,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
) -> None:
    """Record that two incidents belong together."""
    with opened_log(db, read_only=False) as log:
        _print_entry(log, log.link(chosen(log, wanted), chosen(log, other), by=by), lang, output)


def erase(
    incident: IncidentId,
    db: Db,
    by: By,
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
) -> None:
    """Destroy the private facts of an incident for good; what was recommended stays on record."""
    with opened_log(db, read_only=False) as log:
        if not (yes or _agreed(log, incident, lang)):
            raise typer.Exit(INTERRUPTED)
        _print_entry(log, log.erase(incident, by=by, reason=reason), lang, output)


def _agreed(log: DecisionLog, incident: str, language: Language) -> bool:
    """Whether who sits at a terminal wants to go on: nothing brings back what is erased."""
    from rapid_response.reports.audit_words import ERASE_FOR_GOOD

    entries = sum(1 for _ in log.entries(incident=incident))
    if not entries or not sys.stdin.isatty():
        return True
    return typer.confirm(ERASE_FOR_GOOD[entries != 1](language, clean(incident), entries), err=True)


def _remark_if_on_record(log: DecisionLog, incident: str) -> None:
    """Two incidents of one id would be one case, with each other's private facts."""
    before = next((entry.id for entry in log.entries(incident=incident)), None)
    if before is not None:
        said = f"`{incident}` is on record already (record {before}): this is kept as the same incident, decided anew"
        print(clean(said), file=sys.stderr)


def _in_force(path: Path, as_of: str | None, under: str | None, name: str | None) -> Protocol:
    from rapid_response.record.library import ProtocolLibrary

    library = ProtocolLibrary(path)
    if under is not None:
        return library.version(under)
    return library.in_force(as_of or dt.datetime.now(dt.UTC), name=name)


def _given(protocol: Protocol, path: str) -> Sequence[GivenIncident]:
    if path != "-":
        return load_incidents(protocol, path)
    text = sys.stdin.read()
    return given_incidents(protocol, Source("standard input", text), format_of(text))


def _new_facts(
    protocol: Protocol, facts: Sequence[str], file: str | None, former: Collection[str]
) -> Mapping[str, Any]:
    """The facts of the file and those typed, each as its type asks for; what is left empty is no longer known.

    `former` facts are those of the record that the protocol does not have: they can only be left empty.
    """
    known: dict[str, Any] = {name: None for name in former if f"{name}=" in facts}
    typed = [text for text in facts if text.removesuffix("=") not in known]
    texts = [given for path in ([file] if file else []) for given in _given(protocol, path)]
    for given in (*texts, *_typed(protocol, typed)):
        given.check(protocol)
        known |= given.facts
    if not known:
        raise IncidentError([Problem("RR109", "there is no new fact", help="give --fact harm=killed, or --file")])
    return known


def _typed(protocol: Protocol, facts: Sequence[str]) -> Iterator[GivenIncident]:
    for text in facts:
        name, equals, value = text.partition("=")
        if not equals:
            raise typer.BadParameter(f"`{name}`: write it like harm=killed")
        yield from given_incidents(protocol, Source("--fact", f"{name.strip()}: {value.strip()}"), "yaml")


def _print_decision(log: DecisionLog, decision: Decision, language: Language, output: Output) -> None:
    from rapid_response.record.case_file import result_again
    from rapid_response.reports.record_document import decision_document

    if output == Output.json:
        print(json.dumps(log.decision(decision.id).to_dict(), ensure_ascii=False))  # without private facts
        return
    document = decision_document(decision, log.protocol(decision), result_again(log, decision), None, language)
    print_document_as(document, output)


def _print_entry(log: DecisionLog, entry: Entry, language: Language, output: Output) -> None:
    from rapid_response.reports.entry_list import entry_document

    if output == Output.json:
        print(json.dumps(entry.to_dict(), ensure_ascii=False))
    else:
        print_document_as(entry_document(log, entry, language), output)
