"""Back-tests done slowly: one incident after the other, from what single evaluation says of it."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapid_response import Protocol, Recommendation, protocol_from_text
from rapid_response.testing.choices import Seeded
from rapid_response.testing.documents import document
from rapid_response.testing.layout import scalar, to_yaml

STATES = {"fired": "holds", "overridden": "holds", "open": "open", "not fired": "does not hold"}


def protocol_pair(seed: str) -> tuple[Protocol, Protocol, dict[str, str]]:
    """A generated protocol, a version of it with other rules and responses, and what was renamed."""
    choices = Seeded(seed)
    written: dict[str, Any] = document(choices)
    changed = {**written, "rules": dict(written["rules"]), "responses": dict(written.get("responses") or {})}
    renamed: dict[str, str] = {}
    for name in [*changed["rules"]]:
        match choices.integer(0, 5):
            case 0:
                del changed["rules"][name]
            case 1:
                changed["rules"][name] = _another_tier(choices, changed["rules"][name], list(written["tiers"]))
            case 2 if not renamed:
                renamed[name] = "renamed"
                changed["rules"] = {renamed.get(key, key): part for key, part in changed["rules"].items()}
    if choices.chance(60):
        changed["rules"]["added"] = choices.pick([*written["rules"].values()])
    for name in [*changed["responses"]]:
        if choices.chance(30) and not _is_named(name, changed):
            del changed["responses"][name]
    if choices.chance(40):
        changed["if_unsettled"] = choices.pick(("lowest", "highest", "nothing"))
    changed = {key: part for key, part in changed.items() if part != {}}
    return protocol_from_text(to_yaml(written)), protocol_from_text(to_yaml(changed)), renamed


def _is_named(name: str, written: Mapping[str, Any]) -> bool:
    return f" {name}" in to_yaml({key: part for key, part in written.items() if key != "responses"})


def _another_tier(choices: Seeded, rule: Mapping[str, Any], tiers: Sequence[str]) -> dict[str, Any]:
    effect = "raise_to" if "raise_to" in rule else "limit_to"
    return {**rule, effect: scalar(choices.pick(tiers))}


@dataclass
class Expected:
    """What a back-test must find, counted one by one."""

    current: Protocol
    proposed: Protocol
    renamed: Mapping[str, str]
    transitions: Counter[tuple[str, str]] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    rules: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    responses: dict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    scope: Counter[tuple[str, str]] = field(default_factory=Counter)
    is_open: list[int] = field(default_factory=lambda: [0, 0])
    assumed: list[int] = field(default_factory=lambda: [0, 0])
    changes: dict[Any, tuple[Any, ...]] = field(default_factory=dict)

    def add(self, name: Any, before: Recommendation, after: Recommendation) -> None:
        """One incident."""
        pair = verdict(before), verdict(after)
        self.transitions[pair] += 1
        self.scope[before.scope, after.scope] += 1
        for place, result in enumerate((before, after)):
            self.is_open[place] += result.standing == "open"
            self.assumed[place] += result.standing == "assumed"
        decides = [{self.renamed.get(rule.name, rule.name) for rule in before.deciding}]
        decides.append({rule.name for rule in after.deciding})
        turned = dict(self.turned(before, after))
        responses = dict(self.turned_responses(before, after))
        kind = self.kind(before, after, decides, responses)
        self.kinds[kind] += 1
        self.count_rules(before, after, decides)
        if kind != "same":
            is_open = "open" in (before.standing, after.standing)
            deciding = {rule: told for rule, told in turned.items() if rule in decides[0] | decides[1]}
            made = turned if is_open or (kind == "reasons" and not deciding) else deciding
            reasons = [rule.name for rule in before.deciding], [rule.name for rule in after.deciding]
            self.changes[name] = kind, *pair, *map(recommended, (before, after)), *reasons, made, responses
            for rule in made if kind == "tier" else ():
                self.rules[rule]["changed"] += 1

    def kind(
        self,
        before: Recommendation,
        after: Recommendation,
        decides: list[set[str]],
        responses: Mapping[str, Any],
    ) -> str:
        is_open = "open" in (before.standing, after.standing)
        if not is_open and verdict(before) != verdict(after):
            return "tier"
        if is_open and (verdict(before), recommended(before)) != (verdict(after), recommended(after)):
            return "open"
        if decides[0] != decides[1]:
            return "reasons"
        return "responses" if responses else "scope" if before.scope != after.scope else "same"

    def turned(self, before: Recommendation, after: Recommendation) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Every rule that applies otherwise, and how."""
        was = {self.renamed.get(rule.name, rule.name): rule for rule in before.rules}
        now = {rule.name: rule for rule in after.rules}
        for name in [*was, *(name for name in now if name not in was)]:
            states = tuple(STATES[found[name].state] if name in found else None for found in (was, now))
            both = name in was and name in now and "does not hold" not in states
            other = both and (
                was[name].part.effect != now[name].part.effect
                or [tier.name for tier in was[name].tiers] != [tier.name for tier in now[name].tiers]
            )
            if (states[0] or "does not hold") != (states[1] or "does not hold") or other:
                yield name, (*states, other)

    def turned_responses(self, before: Recommendation, after: Recommendation) -> Iterator[tuple[str, Any]]:
        was, now = ({part.name: part.state for part in result.responses} for result in (before, after))
        for name in [*was, *(name for name in now if name not in was)]:
            states = was.get(name), now.get(name)
            pair = states[0] or "inactive", states[1] or "inactive"
            self.responses[name][pair] += 1
            if pair[0] != pair[1]:
                yield name, states

    def count_rules(self, before: Recommendation, after: Recommendation, decides: list[set[str]]) -> None:
        was = {self.renamed.get(rule.name, rule.name): STATES[rule.state] for rule in before.rules}
        now = {rule.name: STATES[rule.state] for rule in after.rules}
        for name in {**was, **now}:
            pair = was.get(name, "does not hold"), now.get(name, "does not hold")
            counted = {
                "held": pair[0] == "holds",
                "holds": pair[1] == "holds",
                "was open": pair[0] == "open",
                "is open": pair[1] == "open",
                "decided": name in decides[0],
                "decides": name in decides[1],
                "starts": pair == ("does not hold", "holds"),
                "stops": pair == ("holds", "does not hold"),
            }
            self.rules[name].update(counted)


def verdict(result: Recommendation) -> str:
    """A tier, or the range in which the result is open."""
    if result.standing == "open":
        return f"{result.lowest}..{result.highest}"
    return str(result.tier)


def recommended(result: Recommendation) -> str | None:
    return result.tier.name if result.tier else None


# Work


@dataclass
class ExpectedWork:
    """The work of one version, one incident after the other."""

    protocol: Protocol
    activation: int
    activations: list[int] = field(default_factory=lambda: [0, 0])
    by_week: dict[dt.date, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0] * 4))
    hours: dict[str | None, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    tier_hours: list[float] = field(default_factory=lambda: [0.0, 0.0])
    under_way: tuple[Counter[dt.date], ...] = field(default_factory=lambda: tuple(Counter() for _ in range(4)))

    def add(self, result: Recommendation, at: dt.datetime, moments: Mapping[str, dt.datetime]) -> None:
        """One incident, and what the clocks on the wall showed at its moments."""
        if result.scope == "out":
            return
        week = self.by_week[at.date() - dt.timedelta(days=at.weekday())]
        ends = [at.date(), at.date()]
        for response in result.responses:
            hours, end = float(response.part.hours or 0), self.end(response.part, at, moments)
            for rail in range(2):
                fitting = (response.state == "active" and result.scope == "in", response.state != "inactive")[rail]
                if fitting:
                    week[2 + rail] += hours
                    self.hours[response.owner][rail] += hours
                    ends[rail] = max(ends[rail], end)
                    self.mark(rail, at.date(), end)
        tiers = self.protocol.tiers[result.lowest.level : result.highest.level + 1]
        if result.standing != "open":
            assert result.tier
            tiers = (result.tier,)
        efforts = [float(tier.hours or 0) for tier in tiers]
        for rail, (reached, effort) in enumerate([(tiers[0].level, min(efforts)), (tiers[-1].level, max(efforts))]):
            if rail == 0 and result.scope != "in":
                continue
            week[2 + rail] += effort
            self.tier_hours[rail] += effort
            if reached >= self.activation:
                week[rail] += 1
                self.activations[rail] += 1
                self.mark(2 + rail, at.date(), ends[rail])

    def end(self, response: Any, at: dt.datetime, moments: Mapping[str, dt.datetime]) -> dt.date:
        if response.due is None:
            return at.date() + dt.timedelta(days=max(math.ceil((response.hours or 0) / 8), 1) - 1)
        units = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 365.2425 / 12, "year": 365.2425}
        start = moments.get(response.due.after, at)
        return max((start + dt.timedelta(days=response.due.amount * units[response.due.unit])).date(), at.date())

    def mark(self, column: int, first: dt.date, last: dt.date) -> None:
        for day in range((last - first).days + 1):
            self.under_way[column][first + dt.timedelta(days=day)] += 1
