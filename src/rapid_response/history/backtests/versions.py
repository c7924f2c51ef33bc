"""The two versions that are put side by side: which of their parts match, and how each reads the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rapid_response.history.incidents import History
from rapid_response.history.mapping import ColumnMapping, Instruction
from rapid_response.history.problems import HistoryError
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Problem
from rapid_response.protocol.renaming import Renamed

NOWHERE = -1
"""The level of a tier that the proposed version does not have."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A rule or response by its names and its places in both versions; None where a version has none."""

    old: str | None
    new: str | None
    before: int | None
    after: int | None

    @property
    def name(self) -> str:
        """What it is called now, or was called."""
        return self.new or self.old or ""


@dataclass(frozen=True)
class Versions:
    """The current and the proposed version, and what has another name in the proposed one."""

    current: Protocol
    proposed: Protocol
    renamed: Renamed

    @cached_property
    def levels(self) -> npt.NDArray[np.int16]:
        """For each tier of the current version the level of the same tier in the proposed one."""
        after = {tier.name: tier.level for tier in self.proposed.tiers}
        found = [after.get(self.renamed.tier(tier.name), NOWHERE) for tier in self.current.tiers]
        return np.array(found, np.int16)

    @property
    def same_ladder(self) -> bool:
        """Whether both have the same tiers in the same order, so that one can be higher than another."""
        return [*self.levels] == [tier.level for tier in self.proposed.tiers]

    @cached_property
    def rules(self) -> tuple[Matched, ...]:
        """All rules: those of the current version in their order, then those that are new."""
        return _matched(self.current.rules, self.proposed.rules, self.renamed.rules)

    @cached_property
    def responses(self) -> tuple[Matched, ...]:
        """All responses, likewise."""
        return _matched(self.current.responses, self.proposed.responses, self.renamed.responses)


def _matched(old: Iterable[str], new: Iterable[str], renamed: Mapping[str, str]) -> tuple[Matched, ...]:
    after = {name: place for place, name in enumerate(new)}
    found = []
    for before, name in enumerate(old):
        now = renamed.get(name, name)
        found.append(Matched(name, now, before, after.pop(now)) if now in after else Matched(name, None, before, None))
    return (*found, *(Matched(None, name, None, place) for name, place in after.items()))


def histories(history: History, versions: Versions, mapping: ColumnMapping | None) -> tuple[History, History]:
    """The past as each version reads it.

    Facts of the mapping that only the other version has are left out, and renamed ones go by their new name. What
    people decided then is stated in tiers of the current version. Raises HistoryError where a fact has another name and
    there is no mapping that says where it stands.
    """
    current, proposed, renamed = versions.current, versions.proposed, versions.renamed
    if history.mapping is None and mapping is None:
        moved = [name for name in renamed.facts if name in history.source.header]
        if moved:
            message = f"`{moved[0]}` has another name in the proposed version, and no mapping says where it stands"
            raise HistoryError([Problem("RM306", message, help="give a mapping: columns are facts by their names")])
        return history, history
    given = mapping or history.mapping
    assert given is not None
    own = history.mapping and _without(history.mapping, {*proposed.facts} - {*current.facts}, {})
    gone = {*current.facts} - {*proposed.facts} - {*renamed.facts}
    other = given if mapping else _without(given, gone, renamed.facts)
    return replace(history, mapping=own), replace(history, mapping=replace(other, outcome=None))


def _without(mapping: ColumnMapping, names: set[str], renamed: Mapping[str, str]) -> ColumnMapping:
    facts: dict[str, Instruction] = {}
    for name, part in mapping.facts.items():
        if name not in names:
            now = renamed.get(name, name)
            facts[now] = part if now == name else replace(part, name=now)
    return replace(mapping, facts=facts)
