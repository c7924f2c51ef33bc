"""The commands of `record` that read: what was decided when, why, and why nothing else was."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from rapid_response.cli import BAD_LOG, USAGE
from rapid_response.cli.options import Lang, Language, Output, OutputFormat
from rapid_response.cli.record_options import (
    Db,
    IncidentId,
    Private,
    Since,
    Until,
    Wanted,
    chosen,
    opened_log,
    print_document_as,
    refuse_incident,
)
from rapid_response.errors import IncidentError
from rapid_response.protocol.problems import did_you_mean, one_of

if TYPE_CHECKING:
    from rapid_response.protocol.model import Protocol
    from rapid_response.record import DecisionLog, Entry

Within = Annotated[
    float, typer.Option("--within", help="The window for a decision, in hours after the incident.", min=1, max=8760)
]


def list_entries(
    db: Db,
    incident: Annotated[str | None, typer.Option("--incident", help="Only this incident.")] = None,
    since: Since = None,
    until: Until = None,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
) -> None:
    """Every entry of the log, oldest first."""
    unreadable: list[int] = []
    with opened_log(db) as log:
        if incident is not None:
            _known(log, incident)
        start, end = _period(log, since, until)
        entries = log.entries(incident=incident, since=start, until=end, unreadable=unreadable)
        if output == Output.json:
            for entry in entries:
                print(json.dumps(entry.to_dict(), ensure_ascii=False))
        else:
            _print_list(log, entries, lang, output)
    if unreadable:
        _tell_unreadable(unreadable, lang)


def show_record(
    wanted: Wanted,
    db: Db,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
    private: Private = False,
) -> None:
    """A recommendation on record with all its reasons, and what people decided."""
    from rapid_response.record.case_file import decision_again
    from rapid_response.reports.record_document import decision_document

    with opened_log(db) as log:
        decision, result = decision_again(log, chosen(log, wanted), private)
        word = log.standing_of(decision.id)
        if output == Output.json:
            print(json.dumps({**decision.to_dict(), "people": word.to_dict() if word else None}, ensure_ascii=False))
            return
        document = decision_document(decision, log.protocol(decision), result, word, lang, private)
        print_document_as(document, output)


def why(
    wanted: Wanted,
    db: Db,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
    private: Private = False,
) -> None:
    """Which facts led to a recommendation, from the record alone and under the protocol stored with it."""
    _explain(wanted, db, None, lang, output, private)


def why_not(
    wanted: Wanted,
    tier: Annotated[str, typer.Argument(help="A tier of the protocol then in force.", metavar="TIER")],
    db: Db,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
    private: Private = False,
) -> None:
    """Why another tier was not recommended: what its rules lacked, what held it down, the smallest difference."""
    _explain(wanted, db, tier, lang, output, private)


def timeline(
    incident: IncidentId,
    db: Db,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
    private: Private = False,
) -> None:
    """How range and tier of a case moved with what became known, and what people decided."""
    from rapid_response.record.case_file import read_case
    from rapid_response.reports.audit_case_document import timeline_document

    with opened_log(db) as log:
        _known(log, incident)
        if output == Output.json:
            for entry in log.timeline(incident, private=private):
                print(json.dumps(entry.to_dict(), ensure_ascii=False))
            return
        print_document_as(timeline_document(read_case(log, incident, private=private), lang, private), output)


def report(
    db: Db,
    incident: Annotated[
        str | None, typer.Argument(help="One incident; the whole period if not given.", metavar="INCIDENT")
    ] = None,
    since: Since = None,
    until: Until = None,
    within: Within = 24,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
    private: Private = False,
) -> None:
    """An audit of one case, or of a period: how many, which tiers, what was decided otherwise and why, how quickly."""
    from rapid_response.record.auditing import audit
    from rapid_response.record.case_file import read_case
    from rapid_response.reports.audit_case_document import case_document
    from rapid_response.reports.audit_period_document import period_document

    if incident is not None and (since or until):
        raise typer.BadParameter("an audit is of one incident or of a period: leave out --since and --until")
    window = dt.timedelta(hours=within)
    with opened_log(db) as log:
        if incident is not None:
            _known(log, incident)
            case = read_case(log, incident, private=private)
            if output == Output.json:
                print(json.dumps(case.to_dict(), ensure_ascii=False))
            else:
                print_document_as(case_document(case, lang, private, window), output)
            return
        first, end = _period(log, since, until)
        found = audit(log, since=first, until=end, private=private)
        if output == Output.json:
            print(json.dumps(found.to_dict(), ensure_ascii=False))
        else:
            print_document_as(period_document(found, lang, window), output)


def _period(log: DecisionLog, since: str | None, until: str | None) -> tuple[dt.datetime | None, dt.datetime | None]:
    first, end = _moment(log, since), _moment(log, until)
    if first and end and first >= end:
        raise typer.BadParameter(f"nothing lies from {since} up to {until}: --since comes before --until")
    return first, end


def _moment(log: DecisionLog, text: str | None) -> dt.datetime | None:
    """A day or moment as it was typed, in the zone of the protocol that was used last."""
    from rapid_response.record.moments import moment_in

    if text is None:
        return None
    try:
        return moment_in(log, text)
    except IncidentError as error:
        raise typer.BadParameter(error.problems[0].message) from None


def _known(log: DecisionLog, incident: str) -> None:
    if next(log.entries(incident=incident), None) is None:
        refuse_incident(log, incident)


def _print_list(log: DecisionLog, entries: Iterator[Entry], language: Language, output: Output) -> None:
    from rapid_response.reports.entry_list import list_document, listed_markdown, listed_text

    if output == Output.html:
        print_document_as(list_document(log, entries, language), output)
        return
    for row in (listed_markdown if output == Output.markdown else listed_text)(log, entries, language):
        print(row)


def _tell_unreadable(numbers: list[int], language: Language) -> NoReturn:
    from rapid_response.reports.replay_document import unreadable_records

    print(unreadable_records(numbers, language), file=sys.stderr)
    raise typer.Exit(BAD_LOG)


def _explain(wanted: str, db: str, tier: str | None, lang: Language, output: Output, private: bool) -> None:
    from rapid_response.record.case_file import decision_again
    from rapid_response.reports.explanation_document import explain
    from rapid_response.reports.record_document import recorded_document, why_document

    with opened_log(db) as log:
        decision, result = decision_again(log, chosen(log, wanted), private)
        protocol = log.protocol(decision)
        if tier is not None:
            _refuse_tier(protocol, tier)
        if output == Output.json:
            told = explain(result, why_not=tier).to_dict(private) if result else decision.to_dict()
            print(json.dumps({"record": decision.id, **told}, ensure_ascii=False))
        elif result:
            print_document_as(why_document(decision, result, tier, lang, private), output)
        else:
            print_document_as(recorded_document(decision, protocol, lang), output)


def _refuse_tier(protocol: Protocol, tier: str) -> None:
    known = [each.name for each in protocol.tiers]
    if tier not in known:
        remedy = did_you_mean(tier, known, f"there is {one_of(known)}")
        print(f"the protocol of this record has no tier `{tier}`; {remedy}", file=sys.stderr)
        raise typer.Exit(USAGE)
