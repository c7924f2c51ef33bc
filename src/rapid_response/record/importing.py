"""A log made again from its JSON lines, byte for byte, and held against its checkpoint."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, insert

from rapid_response.record.appending import columns_of
from rapid_response.record.canonical import canonical
from rapid_response.record.chain import beginning, link
from rapid_response.record.checkpoint import Checkpoint
from rapid_response.record.errors import failure
from rapid_response.record.log import DecisionLog
from rapid_response.record.storage import tables
from rapid_response.record.verifying import Verification

AT_ONCE = 500
_REMEDY = "give the lines as `record export --format jsonl` wrote them"


def restore(lines: Iterable[str], url: str, keys: str | None = None) -> Verification:
    """Make a new log of an export, and verify it against the export's checkpoint; `keys` as in `DecisionLog.open`.

    All of it is stored in one transaction, or nothing is. Raises RecordError: RD501 where a line cannot be read, RD502
    where there is a log already; and those of `DecisionLog.open`.

    >>> from io import StringIO
    >>> from rapid_response.record.exporting import write_lines
    >>> from tempfile import TemporaryDirectory
    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> with TemporaryDirectory() as folder, DecisionLog.open(f"{folder}/decisions.db") as log:
    ...     decision = log.decide(protocol, {"id": "A-1", "harm": "none"}, by="Night line", as_of="2026-02-01T09:00")
    ...     written = write_lines(log, file := StringIO())
    ...     restore(file.getvalue().splitlines(), f"{folder}/again.db").fine
    True
    """
    numbered = enumerate(lines, 1)
    _, head = next(numbered, (1, ""))
    checkpoint = _checkpoint(head)
    with DecisionLog.open(url, keys=keys, origin=checkpoint.origin) as log:
        if len(log):
            raise failure("RD502", "there is a log with entries already", "name a file that is not there yet")
        restoring = _Restoring(beginning(checkpoint.origin))
        with log._store.writing() as connection:
            restoring.store(connection, numbered)
        if restoring.secrets and log._keys:
            with log._keys.store.writing(alone=False) as connection:
                connection.execute(insert(tables.keys), list(restoring.secrets.values()))
        return log.verify(checkpoint)


def _checkpoint(line: str) -> Checkpoint:
    try:
        return Checkpoint.from_text("\n".join(json.loads(line)["checkpoint"]))
    except (ValueError, KeyError, TypeError):
        raise failure("RD501", "line 1 is not the beginning of an exported log", _REMEDY) from None


@dataclass
class _Restoring:
    """Turns lines into rows, so many at a time; keys are held back until all is stored."""

    chain: bytes
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def store(self, connection: Connection, numbered: Iterator[tuple[int, str]]) -> None:
        while piece := list(islice(numbered, AT_ONCE)):
            rows: dict[Table, list[dict[str, Any]]] = {}
            for number, line in piece:
                table, row = self.read(number, line.removesuffix("\n"))
                rows.setdefault(table, []).append(row)
            for table, found in rows.items():
                connection.execute(insert(table), found)

    def read(self, number: int, line: str) -> tuple[Table, dict[str, Any]]:
        """The row that a line stands for, and its table."""
        try:
            data = json.loads(line)
            match data["kind"]:
                case "protocol":
                    del data["kind"]
                    return tables.protocols, {**data, "files": canonical(data["files"])}
                case "private":
                    return tables.private_parts, self.private(data)
                case _:
                    return tables.entries, self.entry(data, line.encode("utf-8"))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise failure("RD501", f"line {number} of the export cannot be read", _REMEDY) from None

    def entry(self, data: dict[str, Any], payload: bytes) -> dict[str, Any]:
        self.chain = link(self.chain, payload)
        return {**columns_of(data), "payload": payload, "chain": self.chain}

    def private(self, data: dict[str, Any]) -> dict[str, Any]:
        key, content = (base64.b64decode(data[name], validate=True) for name in ("key", "content"))
        if "secret" in data:
            secret = base64.b64decode(data["secret"], validate=True)
            self.secrets[data["incident"]] = {"incident": data["incident"], "id": key, "secret": secret}
        return {"entry": data["entry"], "key": key, "content": content}
