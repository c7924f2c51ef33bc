"""The decision log: why a response was or was not activated, kept so that nothing is lost or changed (extra `record`).

>>> from tempfile import TemporaryDirectory
>>> from rapid_response import load_protocol
>>> from rapid_response.record import DecisionLog
>>> protocol = load_protocol("protocol_rules/ccsj")
>>> with TemporaryDirectory() as folder, DecisionLog.open(f"{folder}/decisions.db") as log:
...     decision = log.decide(protocol, {"id": "A-1", "harm": "none"}, by="Coordinator", as_of="2026-02-01T09:00")
>>> decision.id, decision.outcome.lowest
(1, 'monitor')
"""

try:
    import cryptography  # noqa: F401
    import sqlalchemy  # noqa: F401
except ModuleNotFoundError as missing:
    message = "rapid_response.record needs the extra `record`: pip install 'rapid-response[record]'"
    raise ModuleNotFoundError(message, name=missing.name) from missing

from rapid_response.record.auditing import Audit, audit
from rapid_response.record.case_file import CaseFile, read_case
from rapid_response.record.checkpoint import Checkpoint
from rapid_response.record.entries import Confirmation, Decision, Entry, Erasure, Link, Override, ProtocolVersion
from rapid_response.record.errors import RecordError
from rapid_response.record.exporting import write_csv, write_lines
from rapid_response.record.findings import Finding
from rapid_response.record.importing import restore
from rapid_response.record.library import LibraryError, ProtocolLibrary
from rapid_response.record.log import DecisionLog
from rapid_response.record.outcomes import Outcome, outcome_of
from rapid_response.record.replaying import Counterfactual, Replay, replay, replay_under
from rapid_response.record.verifying import Verification

__all__ = [
    "Audit",
    "CaseFile",
    "Checkpoint",
    "Confirmation",
    "Counterfactual",
    "Decision",
    "DecisionLog",
    "Entry",
    "Erasure",
    "Finding",
    "LibraryError",
    "Link",
    "Outcome",
    "Override",
    "ProtocolLibrary",
    "ProtocolVersion",
    "RecordError",
    "Replay",
    "Verification",
    "audit",
    "outcome_of",
    "read_case",
    "replay",
    "replay_under",
    "restore",
    "write_csv",
    "write_lines",
]
