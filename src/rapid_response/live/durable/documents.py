"""The rulesets of a protocol as plain data, for tools that host durable-rules themselves; needs no durable-rules."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.evaluation.truth import UNKNOWN, YES
from rapid_response.live.durable.inference import infer
from rapid_response.live.durable.rulesets import Fact, conclusion_fact, rulesets
from rapid_response.protocol.model import Protocol


def durable_document(protocol: Protocol) -> dict[str, Any]:
    """The rulesets of a protocol, and what a host needs to run them.

    `rulesets` are definitions by name, as `Host.register_rulesets` takes them; their actions are names. `actions` gives
    for each name what it concludes, as the fact to be asserted in every ruleset; `always` are facts to begin with.
    `conditions` says in the protocol's words what the fields of an incident's fact mean (see `durable_facts`).
    """
    inferences = infer(protocol)
    made = rulesets(inferences, protocol.fingerprint)
    return {
        "protocol": {"name": protocol.name, "version": protocol.version, "fingerprint": protocol.fingerprint},
        "conditions": {
            name: {"text": leaf.condition.text, "about": leaf.subject} for name, leaf in inferences.leaves.items()
        },
        "always": [conclusion_fact(literal) for literal in made.always],
        "actions": {name: conclusion_fact(literal) for name, literal in made.actions.items()},
        "rulesets": {shard.name: deepcopy(dict(shard.definition)) for shard in made.shards},
    }


def durable_facts(result: Recommendation) -> list[Fact]:
    """What is known of an incident, as facts for the rulesets of `Protocol.to_durable`: nothing is assumed.

    One fact is about the incident, one about the tiers that are still possible. A field is true where its condition
    surely holds, false where it surely does not, and left out where that is not known.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> [fact["is"] for fact in durable_facts(protocol.evaluate({"harm": "none"}, as_of="2026-02-01T09:00"))]
    ['incident', 'tier']
    """
    program = result.protocol.program
    trace = program.trace(result.incident.facts, result.now, False, result.counts.plain, result.range)
    facts: dict[str, Fact] = {subject: {"is": subject} for subject in ("incident", "tier")}
    for name, leaf in infer(result.protocol).leaves.items():
        truth = trace[program.slots[leaf.condition]]
        if truth != UNKNOWN:
            facts[leaf.subject][name] = truth == YES
    return list(facts.values())
