"""The text of rules: lines that leave the levels of the lowest and the highest tier still possible in `low`, `high`.

The conditions and values of the rules are written before them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from rapid_response.evaluation.compiling.writer import Writer
from rapid_response.protocol.expressions import AllOf, Condition, Constant, Not
from rapid_response.protocol.model import Gate, Rule

Product = Sequence[str]
"""Expressions of which every one must hold."""


def write_tier(rules: Collection[Rule], writer: Writer) -> None:
    """The highest raise that holds, under the lowest limit that holds."""
    raises = [rule for rule in rules if rule.effect == "raise_to"]
    limits = [rule for rule in rules if rule.effect == "limit_to"]
    writer.lines.append("low = high = 0")
    for level, holds in _by_level(raises, writer):
        writer.lines += _raise(level, holds)
    for rule in raises:
        if not isinstance(rule.tier, Constant):
            writer.lines += _raise_by_value(rule, writer)
    for level, holds in reversed(_by_level(limits, writer)):
        writer.lines += _limit(level, holds)
    for rule in limits:
        if not isinstance(rule.tier, Constant):
            writer.lines += _limit_by_value(rule, writer)


def nodes_of(gate: Gate) -> tuple[Condition, ...]:
    """The conditions that must all hold for a gate to be open."""
    return (gate.when,) if gate.unless is None else (gate.when, Not(gate.unless))


def either(products: Sequence[Product]) -> str:
    """The expression for "one of the products holds", with the commonest factor drawn out.

    >>> either([["a", "b"], ["a", "c", "d"], ["e"]])
    '(a and a & (b | c & d)) | e'
    """
    [(factor, times)] = Counter(part for product in products for part in dict.fromkeys(product)).most_common(1)
    if times == 1:
        return " | ".join(" & ".join(product) for product in products)
    cofactors = [[part for part in product if part != factor] for product in products if factor in product]
    drawn = f"({factor} and {factor} & ({either(cofactors)}))" if all(cofactors) else factor
    others = [product for product in products if factor not in product]
    return f"{drawn} | {either(others)}" if others else drawn


def _by_level(rules: Iterable[Rule], writer: Writer) -> list[tuple[int, str]]:
    """Rules with a fixed tier, together per level, highest first."""
    levels: dict[int, list[Product]] = {}
    for rule in rules:
        if isinstance(rule.tier, Constant):
            levels.setdefault(rule.tier.value, []).append(_product(rule, writer))
    return [(level, either(levels[level])) for level in sorted(levels, reverse=True)]


def _product(gate: Gate, writer: Writer) -> Product:
    return [factor for node in nodes_of(gate) for factor in _factors(node, writer)]


def _factors(node: Condition, writer: Writer) -> Product:
    if isinstance(node, AllOf) and not writer.is_shared(node):
        return [factor for part in node.parts for factor in _factors(part, writer)]
    return [writer.truths[node]]


def _raise(level: int, holds: str) -> list[str]:
    """From the highest tier down: below one that is surely reached there is nothing to look for."""
    return [
        "if not low:",
        f"    raised = {holds}",
        f"    if raised & 1: low = {level}",
        f"    if raised and not high: high = {level}",
    ]


def _limit(level: int, holds: str) -> list[str]:
    """From the lowest tier up: above one that is surely the limit there is nothing to look for."""
    return [
        f"if high > {level}:",
        f"    limited = {holds}",
        f"    if limited and low > {level}: low = {level}",
        f"    if limited & 1: high = {level}",
    ]


def _raise_by_value(rule: Rule, writer: Writer) -> list[str]:
    low, high = writer.ranges[rule.tier]
    return [
        f"raised = {' & '.join(_product(rule, writer))}",
        f"if raised & 1 and {low} > low: low = {low}",
        f"if raised and {high} > high: high = {high}",
    ]


def _limit_by_value(rule: Rule, writer: Writer) -> list[str]:
    low, high = writer.ranges[rule.tier]
    return [
        f"limited = {' & '.join(_product(rule, writer))}",
        f"if limited and {low} < low: low = {low}",
        f"if limited & 1 and {high} < high: high = {high}",
    ]
