"""JsonLogic by datalogic-py, a compiled engine that is kept up.

Mappings converted beforehand (its `DataHandle`) were no quicker on this protocol, so plain ones are given.
"""

import datalogic_py

from benchmarks.contender import Contender
from benchmarks.incidents import two_valued
from benchmarks.peers.json_logic_rules import forms
from rapid_response.protocol.model import Protocol


def contenders(protocol: Protocol) -> list[Contender]:
    """Return datalogic-py with every rule, and with the rules merged by tier."""
    engine = datalogic_py.Engine()
    return [
        Contender(
            name=f"json-logic (datalogic-py), {form}",
            evaluate=engine.compile_checked(logic).evaluate,
            prepare=two_valued,
        )
        for form, logic in forms(protocol).items()
    ]
