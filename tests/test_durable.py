"""durable-rules decides as the evaluator does, on every generated protocol and incident, whatever is unknown."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rapid_response import load_protocol, protocol_from_text
from rapid_response.live import LiveError, durable_facts
from rapid_response.live.durable import inferring, trial
from rapid_response.live.durable.inference import infer
from rapid_response.live.durable.inferring import Rules
from rapid_response.live.durable.library import new_host, not_handled
from rapid_response.live.durable.rulesets import MOST_TESTS, rulesets
from rapid_response.testing import as_ofs, histories, incidents, protocols

pytest.importorskip("durable")


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_durable_rules_agrees_with_the_evaluator(data: st.DataObject) -> None:
    """The tier, its range and standing, every rule, response, criterion and reason come out the same."""
    protocol = data.draw(protocols())
    for _ in range(3):
        facts, as_of = data.draw(incidents(protocol)), data.draw(as_ofs(protocol))
        history = data.draw(histories(protocol))
        found = protocol.evaluate(facts, as_of=as_of, history=history, engine="durable")
        assert found.to_dict() == protocol.evaluate(facts, as_of=as_of, history=history).to_dict()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_rulesets_as_data_conclude_the_same(data: st.DataObject) -> None:
    """A host that knows only `to_durable()` as JSON concludes of every gate what is so without assumptions."""
    protocol = data.draw(protocols())
    result = protocol.evaluate(data.draw(incidents(protocol)), as_of=data.draw(as_ofs(protocol)))
    known = hosted(json.loads(json.dumps(protocol.to_durable())), json.loads(json.dumps(durable_facts(result))))
    outcomes: list[Any] = [*result.scope_rules, *result.rules, *result.responses]
    for outcome in outcomes:
        name = f"{type(outcome.part).__name__.lower()} {outcome.name}"
        if outcome.standing == "settled":
            holds = outcome.state in ("yes", "fired", "overridden", "active")
            assert {"is": name, "holds": holds} in known
            assert {"is": name, "holds": not holds} not in known
        else:
            assert name not in [fact["is"] for fact in known]


def hosted(document: dict[str, Any], facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All facts that follow, in a host of its own."""
    concluded: list[str] = []
    host = new_host(lambda name: lambda _: concluded.append(name))
    names = {name: f"{name}_{id(host)}" for name in document["rulesets"]}
    host.register_rulesets({names[name]: rules for name, rules in document["rulesets"].items()})
    waiting, known = [*document["always"], *facts], list[dict[str, Any]]()
    while waiting:
        fact = waiting.pop()
        known.append(fact)
        for name in names.values():
            try:
                host.assert_fact(name, {**fact, "sid": "1"})
            except not_handled():
                pass
        new = [document["actions"][action] for action in dict.fromkeys(concluded)]
        waiting += [one for one in new if one not in known and one not in waiting]
        concluded.clear()
    return known


def test_a_large_protocol_is_cut() -> None:
    """No ruleset tests one fact more often than durable-rules bears, however large the protocol is."""
    facts = "\n".join(f"  f{number}: {{type: yes_no}}" for number in range(300))
    rules = "\n".join(
        f"  r{number}: {{when: f{number} and not f{299 - number}, raise_to: high}}" for number in range(300)
    )
    protocol = protocol_from_text(f"protocol: p\ntiers: {{low: {{}}, high: {{}}}}\nfacts:\n{facts}\nrules:\n{rules}\n")
    shards = rulesets(infer(protocol), protocol.fingerprint).shards
    for shard in shards:
        asked = [test for rule in shard.definition.values() for named in rule["all"] for test in named.values()]
        assert sum(len(test["$and"]) - 1 for test in asked if test["$and"][0] == {"is": "incident"}) <= MOST_TESTS
    known = {f"f{number}": number % 3 == 0 for number in range(300)}
    assert protocol.evaluate(known, engine="durable").to_dict() == protocol.evaluate(known).to_dict()


def test_counting_takes_no_combinations() -> None:
    """At least 10 of 20 is a ladder of inferences, not one for each of 184,756 combinations."""
    facts = "\n".join(f"  f{number}: {{type: yes_no}}" for number in range(20))
    listed = ", ".join(f"f{number}" for number in range(20))
    protocol = protocol_from_text(
        f"protocol: p\ntiers: {{low: {{}}, high: {{}}}}\nfacts:\n{facts}\n"
        f"rules: {{r: {{when: {{at_least: 10, of: [{listed}]}}, raise_to: high}}}}\n"
    )
    assert len(infer(protocol).listed) < 1_000
    for known in (9, 10, 11, 20):
        given_facts = {f"f{number}": number < known for number in range(20)}
        assert protocol.evaluate(given_facts, engine="durable").tier == protocol.evaluate(given_facts).tier


def test_rulesets_that_hang_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rulesets that durable-rules never finishes are refused in time, and this process goes on."""
    hanging = {"r": {f"a{number}": {"all": [{"m": {"$and": [{"k": number}]}}], "run": "x"} for number in range(600)}}
    assert trial.fault_of(hanging, seconds=2) == "it did not create the rulesets within 2 seconds"
    assert trial.fault_of({"r": {"a": {"all": "nonsense", "run": "x"}}}) is not None
    monkeypatch.setattr(inferring, "fault_of", lambda _: "it did not create them")
    protocol = load_protocol("examples/protocols/curb65")
    with pytest.raises(LiveError, match="RL303"):
        Rules(rulesets(infer(protocol), "sha256:other"))


def test_it_is_loaded_on_every_python() -> None:
    """The library loads here, with lazy binding where its extension lacks a symbol; and no thread is started."""
    script = (
        "import threading; from rapid_response.live.durable.library import engine; "
        "print(engine().__name__, threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "durable.engine 1\n"
