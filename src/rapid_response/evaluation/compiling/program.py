"""The functions of a protocol, generated and compiled: from facts to the range of tiers, and to all in between."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from typing import Protocol as Interface

from rapid_response.evaluation import truth
from rapid_response.evaluation.compiling.given import write_reading
from rapid_response.evaluation.compiling.leaves import Table, write_tables
from rapid_response.evaluation.compiling.nodes import count_uses, write, write_definitions
from rapid_response.evaluation.compiling.tiers import nodes_of, write_tier
from rapid_response.evaluation.compiling.values import shift
from rapid_response.evaluation.compiling.writer import Writer
from rapid_response.evaluation.truth import NOT
from rapid_response.protocol.expressions import Condition, Value
from rapid_response.protocol.intervals import product_range, quotient_range
from rapid_response.protocol.model import Pattern, Protocol
from rapid_response.protocol.values import Encoded, local_date

Facts = tuple[Encoded | None, ...]
"""The encoded facts of one incident in the protocol's order; None is unknown."""
Range = tuple[int, int]
Node = Condition | Value
Ranges = tuple[Range, ...]
Evaluate = Callable[[Protocol, Mapping[str, Any], str | dt.datetime | None], Any]


class Tiers(Interface):
    """The generated function `tiers`, see `Program`."""

    def __call__(self, facts: Facts, now: int | None, assume: bool, counts: Ranges = (), /) -> Range:
        """The levels of the lowest and the highest tier still possible."""


class Trace(Interface):
    """The generated function `trace`, see `Program`."""

    def __call__(
        self, facts: Facts, now: int | None, assume: bool, counts: Ranges = (), tiers: Range | None = None, /
    ) -> tuple[Any, ...]:
        """The truth or range of every node."""


@dataclass(frozen=True, slots=True)
class Program:
    """The compiled protocol.

    `tiers(facts, now, assume, counts)` gives the levels of the lowest and the highest tier still possible.
    `trace(facts, now, assume, counts, tiers)` gives the truth or range of every node of the protocol, to be looked up
    by `slots`. `now` is in microseconds, None where not given; `assume` says whether criteria take their `until_known`
    values; `counts` are the ranges of the patterns, () where nothing is known of them; `tiers` None means the range
    that follows from the facts. `text` is the generated Python, to be read by people.
    """

    tiers: Tiers
    trace: Trace
    slots: Mapping[Node, int]
    assumed: Facts
    text: str

    def assuming(self, facts: Facts) -> Facts:
        """The facts, with what is assumed of the unknown ones."""
        return tuple([a if fact is None else fact for fact, a in zip(facts, self.assumed, strict=True)])


def compile_protocol(protocol: Protocol) -> Program:
    """Generate and compile the functions of a protocol that compute with encoded facts."""
    bound = _bound(protocol)
    tracer = Writer(protocol, bound, keep_all=True)
    text = f"{_tiers(Writer(protocol, bound))}\n\n{_trace(tracer)}\n"
    _execute(text, protocol, bound)
    assumed = tuple(fact.assumed for fact in protocol.facts.values())
    return Program(bound["tiers"], bound["trace"], tracer.slots, assumed, text)


def compile_evaluation(
    protocol: Protocol,
    time: Callable[[Protocol, str | dt.datetime | None], int | None],
    plain: Callable[[Protocol, int | None, str | None, Facts, Range], Any],
    other: Callable[[Protocol, Mapping[str, Any], int | None], Any],
) -> Evaluate:
    """Generate and compile `evaluate(protocol, given, as_of)`, which takes an incident as given.

    `time` encodes `as_of`. Of an incident that is plain and well formed, `plain` is given the id, the encoded facts and
    the levels of the lowest and the highest tier still possible. Any other one is handed on to `other`.
    """
    bound = _bound(protocol) | {"time": time, "plain": plain, "other": other}
    _execute(_evaluation(Writer(protocol, bound)), protocol, bound)
    evaluate: Evaluate = bound["evaluate"]
    return evaluate


def _bound(protocol: Protocol) -> dict[str, Any]:
    return {
        "NOT": NOT,
        "at_least": truth.at_least,
        "product_range": product_range,
        "quotient_range": quotient_range,
        "shift": shift,
        "local_date": local_date,
        "ZONE": protocol.time_zone,
        "inf": math.inf,
    }


def _execute(text: str, protocol: Protocol, bound: dict[str, Any]) -> None:
    exec(compile(text, f"<protocol {protocol.fingerprint}>", "exec"), bound)  # noqa: S102  (only text written here)


def _evaluation(writer: Writer) -> str:
    roots = _tier_nodes(writer.protocol)
    needed = count_uses(roots, writer)
    writer.lines += ["assume = False", *(["counts = ()"] if writer.protocol.patterns else [])]
    write_reading(write_tables(writer), writer)
    _write_tier_range(roots, needed, writer)
    facts = "".join(f"{writer.fact(name)}, " for name in writer.protocol.facts)
    now = "time(protocol, as_of)" if writer.protocol.needs_now else "None if as_of is None else time(protocol, as_of)"
    return _function(
        "evaluate(protocol, given, as_of)",
        f"now = {now}",
        "try:",
        *(f"    {line}" for line in writer.lines),
        "except Exception:",
        "    return other(protocol, given, now)",
        f"return plain(protocol, now, incident, ({facts}), (low, high))",
    )


def _tiers(writer: Writer) -> str:
    roots = _tier_nodes(writer.protocol)
    needed = count_uses(roots, writer)
    _write_unpacking(write_tables(writer), needed, writer)
    _write_tier_range(roots, needed, writer)
    return _function("tiers(facts, now, assume, counts=())", *writer.lines, "return low, high")


def _trace(writer: Writer) -> str:
    protocol = writer.protocol
    roots = _tier_nodes(protocol)
    gates = (*protocol.scope.values(), *protocol.responses.values())
    others = [node for gate in gates for node in nodes_of(gate)]
    defined: list[Node] = [criterion.condition for criterion in protocol.criteria.values()]
    defined += [measure.value for measure in protocol.measures.values()]
    counted = [node for pattern in protocol.patterns.values() for node in _pattern_nodes(pattern)]
    needed = count_uses([*roots, *others, *defined, *counted], writer)
    _write_unpacking(write_tables(writer), needed, writer)
    _write_tier_range(roots, needed.union(protocol.order), writer)
    writer.lines.append("tier_low, tier_high = (low, high) if tiers is None else tiers")
    for node in (*others, *counted):
        write(node, writer)
    results = "".join(f"{result}, " for result in writer.results)
    return _function("trace(facts, now, assume, counts=(), tiers=None)", *writer.lines, f"return ({results})")


def _tier_nodes(protocol: Protocol) -> list[Node]:
    return [node for rule in protocol.rules.values() for node in (*nodes_of(rule), rule.tier)]


def _pattern_nodes(pattern: Pattern) -> tuple[Node, ...]:
    return pattern.where, pattern.value


def _write_unpacking(tables: Mapping[str, Table], needed: set[str], writer: Writer) -> None:
    """Lines that put the encoded `facts` into f0, f1, … and set the leaves."""
    facts = writer.protocol.facts
    if needed & facts.keys():
        variables = [writer.fact(name) if name in needed else "_" for name in facts]
        writer.lines.append(f"{', '.join(variables)}, = facts")
    writer.lines += [table.look_up(writer.fact(fact), writer) for fact, table in tables.items()]


def _write_tier_range(roots: list[Node], needed: set[str], writer: Writer) -> None:
    write_definitions(needed, writer)
    for node in roots:
        write(node, writer)
    write_tier(writer.protocol.rules.values(), writer)


def _function(signature: str, *lines: str) -> str:
    return "\n".join([f"def {signature}:", *(f"    {line}" for line in lines)])
