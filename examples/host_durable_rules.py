"""A tool that runs durable-rules itself takes the protocol's rulesets as plain data, and hosts them.

`to_durable()` is JSON. Its actions are names: the host notes what each concludes, and asserts that as a fact wherever
rules wait for it, until nothing more follows.
"""

import importlib.util
import json
from pathlib import Path
from typing import Any

from rapid_response import load_protocol
from rapid_response.live import durable_facts

HERE = Path(__file__).parent
protocol = load_protocol(HERE.parent / "protocol_rules" / "ccsj")
document = json.loads(json.dumps(protocol.to_durable()))
print(f"{len(document['rulesets'])} rulesets, {len(document['conditions'])} conditions of the incident and its tier")

if importlib.util.find_spec("durable") is None:
    raise SystemExit("durable-rules is not installed: pip install 'rapid-response[live]'")

from rapid_response.live.durable.library import engine  # noqa: E402  (durable.engine, loaded so that it also is on 3.13)

concluded: list[str] = []


class Host(engine().Host):  # type: ignore[misc]
    """Notes what rules conclude."""

    def get_action(self, action_name: str) -> Any:
        return lambda _: concluded.append(action_name)


host = Host()
host.register_rulesets(document["rulesets"])
result = protocol.evaluate(
    {"harm": "killed", "what_happened": ["stabbing"], "ties": ["chinese"]}, as_of="2026-02-01T23:00"
)

waiting = [*document["always"], *durable_facts(result)]
known: list[dict[str, Any]] = []
while waiting:
    fact = waiting.pop()
    known.append(fact)
    for ruleset in document["rulesets"]:
        try:
            host.assert_fact(ruleset, {**fact, "sid": "night-1"})
        except engine().MessageNotHandledException:
            pass  # no rule of this ruleset asks for it
    new = [document["actions"][name] for name in concluded]
    waiting += [one for one in new if one not in known and one not in waiting]
    concluded.clear()

for outcome in result.rules:
    fired = {"is": f"rule {outcome.name}", "holds": True} in known
    if fired:
        print(f"durable-rules: {outcome.name} fired; rapid-response: {outcome.state}")
