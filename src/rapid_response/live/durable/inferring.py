"""Running the rulesets of a protocol on one incident."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from rapid_response.live.durable.inference import Literal
from rapid_response.live.durable.library import Host, new_host, not_handled
from rapid_response.live.durable.rulesets import CLOSING, Fact, Rulesets, conclusion_fact
from rapid_response.live.durable.trial import fault_of
from rapid_response.live.problems import LiveError

_SIDS = count(1)


class Rules:
    """The rulesets of one protocol, created in a host; one incident at a time.

    durable-rules swallows what goes wrong in an action, and remembers it for the `sid`. So the actions here do nothing
    but note what is concluded; what is to be done about it is done when the assertion has returned.
    """

    def __init__(self, rulesets: Rulesets) -> None:
        definitions = {shard.name: deepcopy(dict(shard.definition)) for shard in rulesets.shards}
        if definitions and (fault := fault_of(definitions)):
            raise LiveError(
                "RL303",
                f"durable-rules does not take the rulesets of this protocol: {fault}",
                'LiveSession(protocol, engine="own") does without it',
            )
        self.rulesets = rulesets
        self.lock = threading.Lock()
        self.noted: list[Literal] = []
        self.unhandled = not_handled()
        self.host: Host = new_host(self._action)
        self.host.register_rulesets(definitions)

    def _action(self, name: str) -> Callable[[Any], None]:
        if name == CLOSING["is"]:
            return lambda _: None
        conclusion = self.rulesets.actions[name]
        return lambda _: self.noted.append(conclusion)


@dataclass
class Inferring:
    """What is concluded of one incident so far. A context: its memory in durable-rules is cleared at the end."""

    rules: Rules
    sid: str = field(default_factory=lambda: str(next(_SIDS)))
    concluded: dict[str, bool] = field(default_factory=dict)
    touched: dict[str, bool] = field(default_factory=dict)

    def __enter__(self) -> Inferring:
        self.rules.lock.acquire()
        self.rules.noted.clear()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for ruleset, has_acted in self.touched.items():
                self._forget(ruleset, has_acted)
        finally:
            self.rules.lock.release()

    def tell(self, subject: str, truths: Mapping[str, bool]) -> None:
        """What is surely so, and surely not, of the incident or of its tier; unknown leaves are left out."""
        for shard in self.rules.rulesets.shards:
            known = {leaf: truths[leaf] for leaf in shard.leaves[subject] if leaf in truths}
            if known:
                self._assert(shard.name, {"is": subject, **known})
        self.conclude(())

    def conclude(self, given: Iterable[Literal]) -> None:
        """Go on from what is given, and from all that follows, until nothing more does."""
        waiting = list(given)
        while waiting or self.rules.noted:
            waiting += self.rules.noted
            self.rules.noted.clear()
            new = [
                literal for literal in dict.fromkeys(waiting) if self.concluded.get(literal.name) is not literal.holds
            ]
            self.concluded.update((literal.name, literal.holds) for literal in new)
            waiting = []
            for literal in new:
                for shard in self.rules.rulesets.shards:
                    if literal in shard.awaited:
                        self._assert(shard.name, conclusion_fact(literal))

    def _assert(self, ruleset: str, fact: Fact) -> None:
        self.touched.setdefault(ruleset, False)
        noted = len(self.rules.noted)
        try:
            self.rules.host.assert_fact(ruleset, {**fact, "sid": self.sid})
        except self.rules.unhandled:
            pass
        except Exception as error:
            raise LiveError("RL304", f"durable-rules failed: {error}", 'engine="own" does without it') from error
        if len(self.rules.noted) > noted:
            self.touched[ruleset] = True

    def _forget(self, ruleset: str, has_acted: bool) -> None:
        """Clear the memory; where no action has run, durable-rules would free memory that it never had."""
        if not has_acted:
            self.rules.host.assert_fact(ruleset, {**CLOSING, "sid": self.sid})
        self.rules.host.delete_state(ruleset, self.sid)
