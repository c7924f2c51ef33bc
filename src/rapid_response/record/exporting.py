"""Exports of a log: CSV for spreadsheets, and JSON lines that lose nothing."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from sqlalchemy import Row, select

from rapid_response.defusing import defused
from rapid_response.record.entries import Confirmation, Decision, Entry, Erasure, Link, Override
from rapid_response.record.log import DecisionLog
from rapid_response.record.outcomes import lies_apart
from rapid_response.record.private import Key, opened
from rapid_response.record.reading import Wanted, commitment, private_rows, rows
from rapid_response.record.storage.store import Store
from rapid_response.record.storage.tables import entries, protocols

MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8; without it they show Chinese as signs."""

_COLUMNS = (
    "record",
    "recorded_at",
    "what",
    "incident",
    "by",
    "about_record",
    "other_incident",
    "tier",
    "lowest",
    "highest",
    "standing",
    "scope",
    "recommended",
    "reason",
    "as_of",
    "protocol",
    "version",
    "fingerprint",
    "semantics",
    "deciding_rules",
    "active_responses",
    "missing_facts",
)


def write_csv(log: DecisionLog, file: TextIO, *, private: bool = False) -> int:
    """Write every entry as a row, and return how many.

    Facts have a column each; what lies apart (private facts and free text) only where `private` asks for it. Cells that
    a spreadsheet would take for a formula get an apostrophe (`rapid_response.defusing`). `file` is to be opened with
    `newline=""` and UTF-8.

    >>> from io import StringIO
    >>> from tempfile import TemporaryDirectory
    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> with TemporaryDirectory() as folder, DecisionLog.open(f"{folder}/decisions.db") as log:
    ...     decision = log.decide(protocol, {"id": "A-1", "harm": "none"}, by="Night line", as_of="2026-02-01T09:00")
    ...     written = write_csv(log, file := StringIO())
    >>> written, file.getvalue().splitlines()[1][:2]
    (1, '1,')
    """
    names = _fact_names(log, private)
    file.write(MARK)
    writer = csv.writer(file)
    writer.writerow([*_COLUMNS, *(f"fact:{name}" for name in names)])
    written = 0
    for entry in log.entries(private=private):
        cells = _cells(entry)
        row = [cells.get(column, "") for column in _COLUMNS]
        writer.writerow([defused(_text(cell)) for cell in (*row, *_values(entry, names))])
        written += 1
    return written


def _fact_names(log: DecisionLog, private: bool) -> list[str]:
    """The facts of all protocols that were used, each once."""
    used = [log.protocol(version) for version in log.protocols()]
    facts = [fact for protocol in used for fact in protocol.facts.values()]
    hidden = set() if private else {fact.name for fact in facts if lies_apart(fact)}
    return [name for name in dict.fromkeys(fact.name for fact in facts) if name not in hidden]


def _cells(entry: Entry) -> dict[str, Any]:
    cells: dict[str, Any] = {
        "record": entry.id,
        "recorded_at": entry.at.isoformat(),
        "what": entry.kind,
        "incident": entry.incident,
        "by": entry.by,
    }
    match entry:
        case Decision():
            return cells | _decision(entry)
        case Confirmation():
            return cells | {"about_record": entry.decision, "tier": entry.tier}
        case Override():
            people = {"tier": entry.tier, "recommended": entry.recommended, "reason": entry.reason}
            return cells | {"about_record": entry.decision, **people}
        case Link():
            return cells | {"about_record": entry.decision, "other_incident": entry.other_incident}
        case Erasure():
            return cells | {"reason": entry.reason}
        case _:
            return cells


def _decision(decision: Decision) -> dict[str, Any]:
    outcome, protocol = decision.outcome, decision.protocol
    return {
        "about_record": decision.previous,
        "tier": outcome.tier,
        "lowest": outcome.lowest,
        "highest": outcome.highest,
        "standing": outcome.standing,
        "scope": outcome.scope,
        "as_of": decision.as_of,
        "protocol": protocol.name,
        "version": protocol.version,
        "fingerprint": protocol.fingerprint,
        "semantics": decision.semantics,
        "deciding_rules": outcome.deciding,
        "active_responses": tuple(outcome.responses.get("active", ())),
        "missing_facts": outcome.missing,
    }


def _values(entry: Entry, names: list[str]) -> Iterator[Any]:
    stated: Mapping[str, Mapping[str, Any]] = entry.facts if isinstance(entry, Decision) else {}
    return (stated.get(name, {}).get("value") for name in names)


def _text(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case list() | tuple():
            return "; ".join(map(str, cell))
        case _:
            return str(cell)


# JSON lines


def write_lines(log: DecisionLog, file: TextIO, *, private: bool = False) -> int:
    """Write the whole log as JSON lines, so that `restore` gives it back byte for byte; return how many entries.

    The lines are: the log's checkpoint; every protocol with its files; every entry, its line being the very bytes that
    are stored and hashed; after an entry the part of it that lies apart, still sealed. Only where `private` asks for it
    is that part also written in plain words, together with its key.

    >>> from io import StringIO
    >>> from tempfile import TemporaryDirectory
    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> with TemporaryDirectory() as folder, DecisionLog.open(f"{folder}/decisions.db") as log:
    ...     decision = log.decide(protocol, {"id": "A-1", "harm": "none"}, by="Night line", as_of="2026-02-01T09:00")
    ...     written = write_lines(log, file := StringIO())
    >>> [json.loads(line)["kind"] for line in file.getvalue().splitlines()]
    ['log', 'protocol', 'decision']
    """
    checkpoint = log.checkpoint()
    file.write(_line({"kind": "log", "checkpoint": str(checkpoint).splitlines()}))
    for protocol in _protocols(log.store):
        file.write(_line({"kind": "protocol", **protocol}))
    for piece in rows(log.store, Wanted(last=checkpoint.size), entries.c.id, entries.c.incident, entries.c.payload):
        with log.store.reading() as connection:
            parts = private_rows(connection, [row.id for row in piece])
        secrets = log.keys.of(row.incident for row in piece if row.id in parts) if private and log.keys else {}
        for row in piece:
            file.write(bytes(row.payload).decode("utf-8") + "\n")
            if row.id in parts:
                file.write(_line(_part(row, parts[row.id], secrets.get(row.incident))))
    return checkpoint.size


def _protocols(store: Store) -> Iterator[dict[str, Any]]:
    with store.reading() as connection:
        for row in connection.execute(select(protocols)):
            yield {**row._mapping, "files": json.loads(row.files)}


def _part(entry: Row[Any], part: Row[Any], key: Key | None) -> dict[str, Any]:
    """The sealed part of an entry, and where its key is given, what it says."""
    sealed = {"kind": "private", "entry": entry.id, "key": as_base64(part.key), "content": as_base64(part.content)}
    if key is None or key.id != part.key:
        return sealed
    said = opened(key, part.content, commitment(entry.payload))
    return {**sealed, "incident": entry.incident, "secret": as_base64(key.secret), "opened": said}


def as_base64(content: bytes) -> str:
    """Bytes as text."""
    return base64.b64encode(content).decode("ascii")


def _line(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False) + "\n"
