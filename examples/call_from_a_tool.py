"""Use 1: another coalition tool asks which tier an incident calls for, and who does what by when."""

from pathlib import Path

from rapid_response import IncidentError, load_protocol

HERE = Path(__file__).parent
protocol = load_protocol(HERE.parent / "protocol_rules" / "ccsj")

result = protocol.evaluate(
    {
        "id": "invented-1",
        "what_happened": ["robbery"],
        "where_it_happened": "san_francisco",
        "harm": {"value": "injured", "source": "A neighbor who called", "verified": False},
        "victim_age": 78,
        "ties": ["chinese"],
    },
    as_of="2026-02-01T21:30",
)

print(f"tier: {result.tier}, possible: {result.lowest} to {result.highest} ({result.standing})")
for response in result.responses:
    if response.state == "active":
        print(f"- {response.part.title} ({response.owner}), due {response.due}")

try:
    protocol.evaluate({"harm": "injurd", "victim_age": 780}, as_of="2026-02-01T21:30")
except IncidentError as error:
    print(f"\nWhat a typing error looks like:\n{error}")
