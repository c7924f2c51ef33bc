"""The text of one generated function while it is written: its lines, variables and constants.

The text comes from the checked tree alone: every name in it is made up here, every constant of the protocol enters as a
bound object. What it computes on is described in `truth` (conditions) and here (values): a number, step, moment, date
or length of time is a range, two expressions; a choice is a bit mask of the options still possible; several choices are
one mask, or None while unknown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from rapid_response.protocol.expressions import Condition, Value
from rapid_response.protocol.model import Protocol

Ends = tuple[str, str]
"""The expressions for the least and the greatest value still possible."""


@dataclass
class Writer:
    """What is written of one function so far.

    `truths`, `ranges` and `masks` hold the expressions of the nodes that are written; `uses` says how often each node
    is used. A node used once is written in place, unless `keep_all`: then every node has its place in `results`, looked
    up by `slots`. `bound` holds the constants, shared by the functions of a protocol.
    """

    protocol: Protocol
    bound: dict[str, Any]
    keep_all: bool = False
    lines: list[str] = field(default_factory=list)
    truths: dict[Condition, str] = field(default_factory=dict)
    ranges: dict[Value, Ends] = field(default_factory=dict)
    masks: dict[Value, str] = field(default_factory=dict)
    uses: Counter[Condition | Value] = field(default_factory=Counter)
    slots: dict[Condition | Value, int] = field(default_factory=dict)
    results: list[str] = field(default_factory=list)
    fresh: int = 0

    def fact(self, name: str) -> str:
        """The variable of an encoded fact."""
        return f"f{list(self.protocol.facts).index(name)}"

    def name(self) -> str:
        """A new variable."""
        self.fresh += 1
        return f"v{self.fresh}"

    def assign(self, text: str) -> str:
        """A new variable that holds the value of an expression."""
        variable = self.name()
        self.lines.append(f"{variable} = {text}")
        return variable

    def atom(self, text: str) -> str:
        """An expression that may be repeated at no cost."""
        return text if text.isidentifier() or text.isdigit() else self.assign(text)

    def bind(self, constant: Any) -> str:
        """The name under which the function finds an object."""
        name = f"k{len(self.bound)}"
        self.bound[name] = constant
        return name

    def is_shared(self, node: Condition | Value) -> bool:
        """Whether a node's worth is needed more than once."""
        return self.keep_all or self.uses[node] > 1

    def keep(self, node: Condition | Value, text: str) -> None:
        """Note where a node's worth is to be found, if all are to be found."""
        if self.keep_all:
            self.slots[node] = len(self.results)
            self.results.append(text)
