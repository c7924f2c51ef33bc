"""A log made again from its JSON lines, byte for byte, and held against its checkpoint."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, get_args

from sqlalchemy import Connection, Table, insert

from rapid_response.record.appending import columns_of
from rapid_response.record.canonical import canonical
from rapid_response.record.chain import beginning, link
from rapid_response.record.checkpoint import Checkpoint
from rapid_response.record.entries import Kind
from rapid_response.record.errors import failure
from rapid_response.record.log import LARGEST, DecisionLog, now
from rapid_response.record.opening import PATIENCE, open_log
from rapid_response.record.storage import tables
from rapid_response.record.verifying import Verification

AT_ONCE = 500
_NUMBERS, _OFTEN_EMPTY = ("id", "decision"), ("tier", "decision", "linked")
_REMEDY = "give the lines as `record export --format jsonl` wrote them"
_UNFIT = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def restore(lines: Iterable[str], url: str, keys: str | None = None) -> Verification:
    """Make a new log of an export, and verify it against the export's checkpoint; `keys` as in `DecisionLog.open`.

    Lines end where a file's lines end, and nowhere else. All of it is stored in one transaction, or nothing is. Raises
    RecordError: RD501 where a line cannot be read, RD502 where there is a log already; and those of `DecisionLog.open`.

    >>> from io import StringIO
    >>> from rapid_response.record.exporting import write_lines
    >>> from tempfile import TemporaryDirectory
    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> with TemporaryDirectory() as folder, DecisionLog.open(f"{folder}/decisions.db") as log:
    ...     decision = log.decide(protocol, {"id": "A-1", "harm": "none"}, by="Night line", as_of="2026-02-01T09:00")
    ...     written = write_lines(log, file := StringIO())
    ...     restore(StringIO(file.getvalue()), f"{folder}/again.db").fine
    True
    """
    numbered = _numbered(lines)
    _, head = next(numbered, (1, ""))
    checkpoint = _checkpoint(head)
    opened = open_log(url, keys, checkpoint.origin, read_only=False, patience=PATIENCE)
    with DecisionLog(opened, now) as log:
        if len(log):
            raise failure("RD502", "there is a log with entries already", "name a file that is not there yet")
        restoring = _Restoring(beginning(checkpoint.origin))
        with opened.store.writing() as connection:
            restoring.store(connection, numbered)
        if restoring.secrets and opened.keys:
            with opened.keys.store.writing(alone=False) as connection:
                connection.execute(insert(tables.keys), list(restoring.secrets.values()))
        return log.verify(checkpoint)


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            yield number, line.removesuffix("\n")
    except UnicodeDecodeError:
        message = f"the export is not UTF-8 (after line {number})"
        raise failure("RD501", message, _REMEDY) from None


def _checkpoint(line: str) -> Checkpoint:
    try:
        return Checkpoint.from_text("\n".join(json.loads(line)["checkpoint"]))
    except _UNFIT:
        raise failure("RD501", "line 1 is not the beginning of an exported log", _REMEDY) from None


@dataclass
class _Restoring:
    """Turns lines into rows, so many at a time; keys are held back until all is stored."""

    chain: bytes
    last: int = 0
    sealed: int = 0
    protocols: set[str] = field(default_factory=set)
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)

    def store(self, connection: Connection, numbered: Iterator[tuple[int, str]]) -> None:
        while piece := list(islice(numbered, AT_ONCE)):
            rows: dict[Table, list[dict[str, Any]]] = {}
            for number, line in piece:
                table, row = self.read(number, line)
                rows.setdefault(table, []).append(row)
            for table, found in rows.items():
                connection.execute(insert(table), found)

    def read(self, number: int, line: str) -> tuple[Table, dict[str, Any]]:
        """The row that a line stands for, and its table."""
        try:
            data = json.loads(line)
            match data["kind"]:
                case "protocol":
                    return tables.protocols, self.protocol(data)
                case "private":
                    return tables.private_parts, self.private(data)
                case kind if kind in get_args(Kind):
                    return tables.entries, self.entry(data, line.encode("utf-8"))
                case _:
                    raise ValueError
        except _UNFIT:
            raise failure("RD501", f"line {number} of the export cannot be read", _REMEDY) from None

    def protocol(self, data: dict[str, Any]) -> dict[str, Any]:
        row = {name: _text(data[name]) for name in ("text", "fingerprint", "name", "version")}
        _demand(row["text"] not in self.protocols)
        self.protocols.add(row["text"])
        return {**row, "files": canonical(data["files"])}

    def entry(self, data: dict[str, Any], payload: bytes) -> dict[str, Any]:
        """The entry's row. Gaps are left to verifying, which names them; what is there twice is no export."""
        columns = columns_of(data)
        for name, value in columns.items():
            empty = value is None and name in _OFTEN_EMPTY
            _demand(empty or type(value) is (int if name in _NUMBERS else str))
        _demand(self.last < columns["id"] < LARGEST and (columns["decision"] or 0) < LARGEST)
        self.last = columns["id"]
        self.chain = link(self.chain, payload)
        return {**columns, "payload": payload, "chain": self.chain}

    def private(self, data: dict[str, Any]) -> dict[str, Any]:
        """The row of what lies apart of the entry before."""
        _demand(data["entry"] == self.last > self.sealed)
        self.sealed = self.last
        key, content = (base64.b64decode(data[name], validate=True) for name in ("key", "content"))
        if "secret" in data:
            secret = base64.b64decode(data["secret"], validate=True)
            self.secrets[_text(data["incident"])] = {"incident": data["incident"], "id": key, "secret": secret}
        return {"entry": self.last, "key": key, "content": content}


def _text(value: Any) -> str:
    _demand(isinstance(value, str))
    return str(value)


def _demand(fits: bool) -> None:
    if not fits:
        raise ValueError
