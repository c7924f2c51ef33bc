"""JsonLogic by panzi-json-logic, in plain Python; it has no compiled form and walks the rule each time."""

from functools import partial

import json_logic

from benchmarks.contender import Contender
from benchmarks.incidents import two_valued
from benchmarks.peers.json_logic_rules import forms
from rapid_response.protocol.model import Protocol


def contenders(protocol: Protocol) -> list[Contender]:
    """Return panzi-json-logic with every rule, and with the rules merged by tier."""
    return [
        Contender(
            name=f"json-logic (panzi-json-logic), {form}",
            evaluate=partial(json_logic.jsonLogic, logic),
            prepare=two_valued,
            at_most=1_000,
        )
        for form, logic in forms(protocol).items()
    ]
