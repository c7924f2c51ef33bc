"""New names by old ones, as a person gives them, sorted by what they rename."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rapid_response.protocol.model import Fact, Kind, Protocol

_PARTS = ("facts", "tiers", "responses", "criteria", "measures", "patterns", "scope", "rules", "roles")


@dataclass(frozen=True, slots=True)
class Renamed:
    """New names by old ones. `given` are all; those of options are by the old `fact.option`, or `kind.option`."""

    given: Mapping[str, str]
    facts: Mapping[str, str]
    options: Mapping[str, str]
    tiers: Mapping[str, str]
    responses: Mapping[str, str]
    criteria: Mapping[str, str]
    rules: Mapping[str, str]

    def fact(self, name: str) -> str:
        """What a fact is called now."""
        return self.facts.get(name, name)

    def option(self, fact: Fact, name: str) -> str:
        """What an option of a fact is called now."""
        by_kind = self.tier(name) if fact.type.kind == "tiers" else self.options.get(f"{fact.type.kind}.{name}", name)
        return self.options.get(f"{fact.name}.{name}", by_kind)

    def tier(self, name: str) -> str:
        """What a tier is called now."""
        return self.tiers.get(name, name)

    def response(self, name: str) -> str:
        """What a response is called now."""
        return self.responses.get(name, name)

    def criterion(self, name: str) -> str:
        """What a criterion is called now."""
        return self.criteria.get(name, name)

    def rule(self, name: str) -> str:
        """What a rule is called now."""
        return self.rules.get(name, name)


def renamings(old: Protocol, new: Protocol, given: Mapping[str, str]) -> Renamed:
    """The names sorted by what they rename; KeyError for one that no part of the version has, old or new.

    >>> from rapid_response import protocol_from_text
    >>> old, new = (protocol_from_text("protocol: p\\ntiers: {low: {}, %s: {}}" % name) for name in ("high", "top"))
    >>> renamings(old, new, {"high": "top"}).tiers
    {'high': 'top'}
    """
    found = {part: _both(_names(old, part), _names(new, part), given) for part in _PARTS}
    in_full = {name: _full(name, to, found["facts"]) for name, to in given.items()}
    options = _both(_options(old), _options(new), in_full)
    matched = {name for pairs in (*found.values(), options) for name in pairs}
    for name, to in given.items():
        if name not in matched:
            raise KeyError(to if name in names_of(old) else name)
    short = {name: to.partition(".")[2] for name, to in options.items()}
    return Renamed(given, found["facts"], short, found["tiers"], found["responses"], found["criteria"], found["rules"])


def names_of(protocol: Protocol) -> frozenset[str]:
    """Every name that can be renamed."""
    return frozenset().union(_options(protocol), *(_names(protocol, part) for part in _PARTS))


def _names(protocol: Protocol, part: str) -> frozenset[str]:
    if part == "tiers":
        return frozenset(tier.name for tier in protocol.tiers)
    return frozenset(getattr(protocol, part))


def _options(protocol: Protocol) -> frozenset[str]:
    parts: tuple[Fact | Kind, ...] = (*protocol.facts.values(), *protocol.kinds.values())
    return frozenset(f"{part.name}.{option.name}" for part in parts for option in part.options)


def _full(name: str, to: str, facts: Mapping[str, str]) -> str:
    """The new name of an option with that of its fact, which may be left out."""
    fact = name.partition(".")[0]
    return to if "." in to else f"{facts.get(fact, fact)}.{to}"


def _both(old: frozenset[str], new: frozenset[str], given: Mapping[str, str]) -> dict[str, str]:
    return {name: to for name, to in given.items() if name in old and to in new}
