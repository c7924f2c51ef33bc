"""Which response an incident calls for, with reasons, and honest about what is not yet known.

>>> from rapid_response import load_protocol
>>> protocol = load_protocol("protocol_rules/ccsj")
>>> result = protocol.evaluate({"harm": "killed", "what_happened": ["stabbing"]}, as_of="2026-02-01T09:00")
>>> result.highest.name, result.standing
('activate', 'open')
"""

from rapid_response.errors import IncidentError, ProtocolError, RapidResponseError
from rapid_response.evaluation.documents import result_schema
from rapid_response.evaluation.incident_files import GivenIncident, load_incidents
from rapid_response.evaluation.incidents import Detail, Incident
from rapid_response.evaluation.outcomes import (
    Assumption,
    Evidence,
    Reason,
    ResponseOutcome,
    RuleOutcome,
    ScopeOutcome,
)
from rapid_response.evaluation.recommendation import SEMANTICS, Recommendation
from rapid_response.protocol.json_schema import json_schema as protocol_schema
from rapid_response.protocol.loading import load_protocol, protocol_from_sources, protocol_from_text
from rapid_response.protocol.model import Protocol, Text, Tier
from rapid_response.protocol.problems import Problem, Source, Span

__all__ = [
    "SEMANTICS",
    "Assumption",
    "Detail",
    "Evidence",
    "GivenIncident",
    "Incident",
    "IncidentError",
    "Problem",
    "Protocol",
    "ProtocolError",
    "RapidResponseError",
    "Reason",
    "Recommendation",
    "ResponseOutcome",
    "RuleOutcome",
    "ScopeOutcome",
    "Source",
    "Span",
    "Text",
    "Tier",
    "load_incidents",
    "load_protocol",
    "protocol_from_sources",
    "protocol_from_text",
    "protocol_schema",
    "result_schema",
]
