"""A trial of new rulesets in a process of its own, since durable-rules hangs on some and cannot be interrupted.

This file is also the program of that process: it reads the rulesets from standard input and creates them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

SECONDS = 20.0
PROGRAM = """
import json, os, sys
given = json.load(sys.stdin)
sys.path[:] = given["path"]
if hasattr(sys, "setdlopenflags"):
    sys.setdlopenflags(os.RTLD_LAZY)
import durable_rules_engine
for name, definition in given["rulesets"].items():
    durable_rules_engine.create_ruleset(name, definition)
"""


def fault_of(rulesets: Mapping[str, Any], seconds: float = SECONDS) -> str | None:
    """What is wrong with rulesets by name, None where durable-rules takes them in time.

    >>> fault_of({"fine": {"r": {"all": [{"m": {"$and": [{"is": "incident"}, {"c0": True}]}}], "run": "r"}}})
    """
    definitions = {name: json.dumps(_without_actions(rules)) for name, rules in rulesets.items()}
    given = json.dumps({"path": sys.path, "rulesets": definitions})
    command = [sys.executable, "-I", "-S", "-c", PROGRAM]
    try:
        done = subprocess.run(  # noqa: S603  (the program above, and no other)
            command, input=given, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return f"it did not create the rulesets within {seconds:g} seconds"
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return lines[-1] if lines else f"it ended with {done.returncode}"
    return None


def _without_actions(rules: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {key: part for key, part in rule.items() if key != "run"} for name, rule in rules.items()}
