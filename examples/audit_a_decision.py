"""Use 3: afterwards, why was rapid response (not) activated? Every rule, how it came out, and on which facts."""

from pathlib import Path

from rapid_response import Reason, load_incidents, load_protocol

HERE = Path(__file__).parent
protocol = load_protocol(HERE.parent / "protocol_rules" / "ccsj")
[given] = load_incidents(protocol, HERE / "incidents" / "04-family-asks-for-privacy.yaml")
result = protocol.evaluate(given.facts, as_of="2026-04-01T09:00")


def show(reason: Reason, depth: int = 1) -> None:
    """A condition and the facts behind it, indented."""
    known = ", ".join(f"{evidence.name} = {evidence.value}" for evidence in reason.evidence)
    print(f"{'    ' * depth}{reason.state:8}{reason.text}{f'  [{known}]' if known else ''}")
    for part in reason.parts:
        show(part, depth + 1)


print(f"{result.incident.id}: {result.tier}\n")
for rule in result.rules:
    if rule.state in ("fired", "overridden"):
        held = f", overridden by {', '.join(rule.overridden_by)}" if rule.overridden_by else ""
        print(f"{rule.name}: {rule.state}{held} ({rule.part.source}, {rule.place})\n    {rule.because}")
        show(rule.when)
