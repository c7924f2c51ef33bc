"""A night on which reports come in one by one. What changes becomes drafts of messages, for people to send.

The coalition works by mailing lists. A folder stands in for the drafts of one: one file for each event, in both
languages, addressed by role. Nothing is sent.
"""

import sys
import tempfile
from pathlib import Path

from rapid_response import load_protocol
from rapid_response.live import LiveSession, Post, QuestionAnswered
from rapid_response.reports.drafts import draft

HERE = Path(__file__).parent
protocol = load_protocol(HERE.parent / "protocol_rules" / "ccsj")

# All invented. Each post says what is known now, and when that was learned.
posts = [
    Post({"id": "night-1", "what_happened": ["stabbing"], "setting": "transit"}, at="2026-02-01T22:10"),
    Post({"id": "night-1", "harm": "seriously_injured", "where_it_happened": "san_francisco"}, at="2026-02-01T22:25"),
    Post({"id": "night-1", "ties": ["chinese"], "first_heard_at": "2026-02-01T22:10"}, at="2026-02-01T22:40"),
    Post({"id": "night-2", "what_happened": ["vandalism"], "harm": "none"}, at="2026-02-01T23:05"),
    Post({"id": "night-1", "danger_to_others": "present", "certainty": "confirmed"}, at="2026-02-01T23:20"),
]

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="drafts-"))
with LiveSession(protocol, engine="own") as session:
    events = [*session.replay(posts), *session.advance("2026-02-02T09:30")]

for event in events:
    print(f"{event.at}  {event.incident}  {type(event).__name__}")
    if not isinstance(event, QuestionAnswered):
        written = draft(protocol, event)
        name = f"{event.number:03d}-{written.role}-{type(event).__name__}.txt"
        (folder / name).write_text(written.text, encoding="utf-8")

first, *_ = sorted(folder.iterdir())
print(f"\n{len([*folder.iterdir()])} drafts in {folder}; the first:\n\n{first.read_text(encoding='utf-8')}")
