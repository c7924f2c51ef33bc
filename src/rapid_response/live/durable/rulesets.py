"""Inferences as rulesets of durable-rules, cut into shards that it can take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rapid_response.live.durable.inference import Inference, Inferences, Leaf, Literal

MOST_TESTS = 56
"""Tests of one fact in a ruleset: one that matches more than 64 is refused."""
MOST_CONDITIONS = 200
"""All conditions of a ruleset: over 511 that begin with the same field the library hangs."""

Fact = dict[str, Any]
CLOSING: Fact = {"is": "closing"}
"""Asserted before the memory of a `sid` is cleared in which no action has run."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One ruleset: its definition, the leaves that it looks at by subject, and the literals that it waits for."""

    name: str
    definition: Mapping[str, Any]
    leaves: Mapping[str, tuple[str, ...]]
    awaited: frozenset[Literal]


@dataclass(frozen=True, slots=True)
class Rulesets:
    """All shards of a protocol, what their actions conclude, and what holds from the beginning."""

    shards: tuple[Shard, ...]
    actions: Mapping[str, Literal]
    always: tuple[Literal, ...]


def rulesets(inferences: Inferences, fingerprint: str) -> Rulesets:
    """The rulesets, named by the fingerprint of the protocol."""
    prefix = f"rapid_response_{fingerprint.removeprefix('sha256:')}"
    conditional = [inference for inference in inferences.listed if inference.premises]
    shards = tuple(
        _shard(f"{prefix}_{number}", listed, inferences.leaves)
        for number, listed in enumerate(_cut(conditional, inferences.leaves))
    )
    actions = {str(inference.conclusion): inference.conclusion for inference in conditional}
    always = tuple(inference.conclusion for inference in inferences.listed if not inference.premises)
    return Rulesets(shards, actions, always)


def conclusion_fact(literal: Literal) -> Fact:
    """What is asserted of a conclusion, so that rules go on from it."""
    return {"is": literal.name, "holds": literal.holds}


def _cut(inferences: Iterable[Inference], leaves: Mapping[str, Leaf]) -> Iterator[list[Inference]]:
    shard: list[Inference] = []
    tests = conditions = 0
    for inference in inferences:
        size = sum(premise.name in leaves for premise in inference.premises)
        if tests + size > MOST_TESTS or conditions + len(inference.premises) > MOST_CONDITIONS:
            yield shard
            shard, tests, conditions = [], 0, 0
        shard.append(inference)
        tests, conditions = tests + size, conditions + len(inference.premises)
    if shard:
        yield shard


def _shard(name: str, listed: list[Inference], leaves: Mapping[str, Leaf]) -> Shard:
    premises = dict.fromkeys(premise for inference in listed for premise in inference.premises)
    used = dict.fromkeys(premise.name for premise in premises if premise.name in leaves)
    by_subject = {
        subject: tuple(leaf for leaf in used if leaves[leaf].subject == subject) for subject in ("incident", "tier")
    }
    rules = {f"{number} {inference.conclusion}": _rule(inference, leaves) for number, inference in enumerate(listed)}
    rules["closing"] = {"all": [{"m": {"$and": [CLOSING]}}], "run": CLOSING["is"]}
    awaited = frozenset(premise for premise in premises if premise.name not in leaves)
    return Shard(name, rules, by_subject, awaited)


def _rule(inference: Inference, leaves: Mapping[str, Leaf]) -> dict[str, Any]:
    """One rule: what it asks of the incident and of the tier in one condition each, and each conclusion on its own.

    Every condition begins with an equality, `is`: one that only asks whether a key exists also matches the state that
    durable-rules keeps beside the facts, and goes round for ever.
    """
    tests: dict[str, list[dict[str, Any]]] = {}
    for premise in inference.premises:
        about = leaves[premise.name].subject if premise.name in leaves else premise.name
        test = {premise.name if premise.name in leaves else "holds": premise.holds}
        tests.setdefault(about, [{"is": about}]).append(test)
    asked = [{f"m{number}": {"$and": listed}} for number, listed in enumerate(tests.values())]
    return {"all": asked, "run": str(inference.conclusion)}
