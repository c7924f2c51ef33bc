"""zen-engine: one compiled expression in the ZEN language, in which criteria are variables."""

import zen

from benchmarks.contender import Contender, levels
from benchmarks.incidents import two_valued
from benchmarks.peers.infix import merged_limits, merged_raises, words
from rapid_response.protocol.model import Protocol


def contenders(protocol: Protocol) -> list[Contender]:
    """Return zen-engine with every rule, and with the rules merged by tier."""
    criteria = "".join(f"{name} = {words(protocol.criteria[name].condition)}; " for name in protocol.order)
    forms = {"every rule": _every_rule(protocol), "rules merged by tier": _merged(protocol)}
    return [
        Contender(
            name=f"zen-engine, {form}",
            evaluate=zen.compile_expression(criteria + expression).evaluate,
            prepare=two_valued,
        )
        for form, expression in forms.items()
    ]


def _every_rule(protocol: Protocol) -> str:
    highest = len(protocol.tiers) - 1
    raises = ", ".join(f"({words(holds)} ? {level} : 0)" for level, holds in levels(protocol, "raise_to"))
    limits = ", ".join(f"({words(holds)} ? {level} : {highest})" for level, holds in levels(protocol, "limit_to"))
    return f"min([max([{raises}]), {limits}])"


def _merged(protocol: Protocol) -> str:
    return f"raised = {merged_raises(protocol)}; limit = {merged_limits(protocol)}; raised < limit ? raised : limit"
