"""Use 2: a proposed change of the protocol, tried on past incidents. Which tiers would have been different?"""

from pathlib import Path

from rapid_response import Source, load_incidents, load_protocol, protocol_from_sources

HERE = Path(__file__).parent
current = load_protocol(HERE.parent / "protocol_rules" / "ccsj")

# The proposal: elders from 60 instead of 65. Any change of the files' text can be tried so.
changed = [
    Source(source.name, source.text.replace("victim_age >= 65", "victim_age >= 60")) for source in current.sources
]
proposed = protocol_from_sources(changed)
print(f"now       {current.fingerprint[:19]}\nproposed  {proposed.fingerprint[:19]}\n")

for path in sorted((HERE / "incidents").glob("*.yaml")):
    for given in load_incidents(current, path):
        before, after = (
            protocol.evaluate(given.facts, as_of=given.facts.get("occurred_at") or "2026-04-01T09:00")
            for protocol in (current, proposed)
        )
        mark = "same   " if before.range == after.range else "CHANGED"
        print(f"{mark} {path.stem:32} {before.tier} -> {after.tier}")
