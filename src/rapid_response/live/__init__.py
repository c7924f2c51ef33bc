"""Incidents as they arrive: what each of them, each update and each hour changes (extra `live`).

>>> from rapid_response import load_protocol
>>> from rapid_response.live import LiveSession
>>> protocol = load_protocol("protocol_rules/ccsj")
>>> with LiveSession(protocol, engine="own") as session:
...     events = session.post({"id": "A-1", "harm": "killed", "what_happened": ["stabbing"]}, at="2026-02-01T23:00")
>>> events[0].tier, events[0].highest
('monitor', 'activate')
"""

from rapid_response.live.durable.documents import durable_facts
from rapid_response.live.events import (
    Because,
    Event,
    IncidentRefused,
    PatternCompleted,
    QuestionAnswered,
    RangeChanged,
    ResponseActive,
    ResponseDone,
    ResponseDue,
    ResponseDueChanged,
    ResponseEnded,
    ResponseEvent,
    ResponseOverdue,
    TierChanged,
    event_from_dict,
)
from rapid_response.live.posts import Advance, Done, Post, post_from_dict
from rapid_response.live.problems import LiveError
from rapid_response.live.session import LiveSession

__all__ = [
    "Advance",
    "Because",
    "Done",
    "Event",
    "IncidentRefused",
    "LiveError",
    "LiveSession",
    "PatternCompleted",
    "Post",
    "QuestionAnswered",
    "RangeChanged",
    "ResponseActive",
    "ResponseDone",
    "ResponseDue",
    "ResponseDueChanged",
    "ResponseEnded",
    "ResponseEvent",
    "ResponseOverdue",
    "TierChanged",
    "durable_facts",
    "event_from_dict",
    "post_from_dict",
]
