"""The command `live`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rapid_response.cli import BAD_INCIDENT, USAGE
from rapid_response.cli.options import Language, ProtocolPath
from rapid_response.errors import IncidentError
from rapid_response.evaluation.incident_files import parse_json
from rapid_response.protocol.loading import load_protocol
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Source, Span

if TYPE_CHECKING:
    from rapid_response.live import Event, LiveSession


class LiveEngine(StrEnum):
    """What decides."""

    durable = "durable"
    own = "own"


def live(
    protocol: ProtocolPath,
    engine: Annotated[
        LiveEngine, typer.Option("--engine", help="What decides: durable-rules, or the compiled protocol.")
    ] = LiveEngine.durable,
    state: Annotated[
        Path | None, typer.Option("--state", help="Keep everything in this file, and go on from it.", metavar="FILE")
    ] = None,
    after: Annotated[
        int | None,
        typer.Option("--after", help="First write the events kept after this number again.", min=0, metavar="NUMBER"),
    ] = None,
    now: Annotated[
        str | None, typer.Option("--now", help="The time at the beginning, like 2026-02-01T09:00.", metavar="TIME")
    ] = None,
    clock: Annotated[bool, typer.Option("--clock", help="What states no time arrives at the present time.")] = False,
    notice: Annotated[
        float, typer.Option("--notice", help="How long before it is due a response is told.", min=0, metavar="HOURS")
    ] = 1.0,
    drafts: Annotated[
        Path | None,
        typer.Option("--drafts", help="Also write a draft message for each event there.", metavar="FOLDER"),
    ] = None,
    lang: Annotated[
        list[Language] | None, typer.Option("--lang", help="The language of drafts; may be given again. Both if not.")
    ] = None,
) -> None:
    """Incidents as they arrive: JSON lines in, and what each of them changes, as JSON lines out."""
    from rapid_response.live import IncidentRefused, LiveError, LiveSession

    loaded = load_protocol(protocol)
    present, told_before = _present if clock else None, dt.timedelta(hours=notice)
    refused = False
    languages = [language.value for language in lang or Language]
    try:
        with LiveSession(
            loaded, engine=engine.value, path=state, now=now, clock=present, notice=told_before
        ) as session:
            for event in _events(session, after):
                print(event.to_json(), flush=True)
                if drafts is not None:
                    _write_draft(loaded, event, languages, drafts)
                refused = refused or isinstance(event, IncidentRefused)
    except LiveError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(USAGE) from None
    if refused:
        raise typer.Exit(BAD_INCIDENT)


def _events(session: LiveSession, after: int | None) -> Iterator[Event]:
    """What was kept and asked for again, and what every line changes. A line that does not fit is told where it is."""
    from rapid_response.live import IncidentRefused

    if after is not None:
        yield from session.events(after)
    for number, line in enumerate(sys.stdin, 1):
        if line.strip():
            span = Span(Source("standard input", ""), number, 1, number, 2)
            try:
                events = session.take(parse_json(line, span))
            except IncidentError as error:
                events = session.refuse(error)
            for event in events:
                if isinstance(event, IncidentRefused):
                    messages = "; ".join(f"{problem['id']}: {problem['message']}" for problem in event.problems)
                    print(f"{span}: refused: {messages}", file=sys.stderr, flush=True)
                yield event


def _write_draft(protocol: Protocol, event: Event, languages: list[str], folder: Path) -> None:
    from rapid_response.reports.drafts import draft

    written = draft(protocol, event, languages)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{event.number:06d}-{written.role or 'everyone'}-{type(event).__name__}.txt"
    (folder / name).write_text(written.text, encoding="utf-8")


def _present() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
