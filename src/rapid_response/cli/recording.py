"""The command `record` and the commands below it."""

from __future__ import annotations

from collections.abc import Callable

import typer

from rapid_response.cli import record_acts, record_audits, record_reads

record = typer.Typer(
    help="The decision log: what was known, what was recommended, what people decided, and why.",
    no_args_is_help=True,
)

_COMMANDS: dict[str, Callable[..., None]] = {
    "decide": record_acts.decide,
    "update": record_acts.update,
    "confirm": record_acts.confirm,
    "override": record_acts.override,
    "link": record_acts.link,
    "erase": record_acts.erase,
    "list": record_reads.list_entries,
    "show": record_reads.show_record,
    "why": record_reads.why,
    "why-not": record_reads.why_not,
    "timeline": record_reads.timeline,
    "report": record_reads.report,
    "replay": record_audits.replay,
    "verify": record_audits.verify,
    "checkpoint": record_audits.checkpoint,
    "export": record_audits.export,
    "import": record_audits.import_lines,
    "versions": record_audits.versions,
}
for _name, _command in _COMMANDS.items():
    record.command(_name)(_command)
