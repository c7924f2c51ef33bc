"""A whole protocol over blocks of incidents: tiers, standing, scope and responses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from rapid_response.history.columns import Block
from rapid_response.history.dues import counts_from_now
from rapid_response.history.plan import Plan
from rapid_response.history.sheets import Definitions, Sheet
from rapid_response.history.slices import NO, Rails, both, either
from rapid_response.history.tiers import TierRange, tier_range
from rapid_response.protocol.expressions import Not, uses_now
from rapid_response.protocol.model import Due, Gate, Protocol, Response, Rule, ScopeRule

Part = TypeVar("Part", bound=Gate)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a protocol says of a block of incidents.

    `tiers` is the range of tiers still possible, `assumed` the range under the assumptions. `scope` is where an
    incident is out of scope, `responses` where each is active; both under the assumptions, as is `sheet`.
    """

    rows: int
    tiers: TierRange
    assumed: TierRange
    scope: Rails
    responses: Mapping[str, Rails]
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class Planned(Generic[Part]):
    """A rule, response or scope entry, and the slots of its `when` and of what says that `unless` does not hold."""

    part: Part
    when: int
    allowed: int | None

    def holds(self, sheet: Sheet) -> Rails:
        """Where `when` holds and `unless` does not."""
        when: Rails = sheet.found[self.when]
        return when if self.allowed is None else both(when, sheet.found[self.allowed])


@dataclass(frozen=True, slots=True)
class Engine:
    """A protocol made ready for blocks; `levels` are the slots of what each rule raises or limits to.

    `dues` are the responses whose due times are asked for, with what is said of them.
    """

    protocol: Protocol
    plan: Plan
    scope: tuple[Planned[ScopeRule], ...]
    rules: tuple[Planned[Rule], ...]
    responses: tuple[Planned[Response], ...]
    levels: tuple[int, ...]
    dues: tuple[tuple[Response, Due], ...] = ()

    def outcomes(self, block: Block, lean: bool = False) -> Iterator[tuple[int, Outcome]]:
        """Evaluate a block of incidents, stretch by stretch, each with its first row.

        What is `lean` keeps only what decides, which is quicker; causes are found in whole sheets alone.
        """
        spent = self.spent() if lean else {}
        for start, part in block.parts():
            yield start, self.outcome(part, spent)

    def spent(self) -> Mapping[int, Sequence[int]]:
        """After each step of the plan the slots that neither a later one nor a rule, response or scope entry reads."""
        parts: Iterable[Planned[Any]] = (*self.scope, *self.rules, *self.responses)
        gates = (slot for part in parts for slot in (part.when, part.allowed) if slot is not None)
        return self.plan.spent((*gates, *self.levels))

    def outcome(self, block: Block, spent: Mapping[int, Sequence[int]] = MappingProxyType({})) -> Outcome:
        """Evaluate a block of incidents at once."""
        sheet = self.plan.sheet(block, spent)
        tiers = self.tier_range(sheet)
        under = self.plan.assuming(sheet)
        assumed = tiers if under.found is sheet.found else self.tier_range(under)
        self.plan.with_tiers(under, assumed)
        scope = reduce(either, [entry.holds(under) for entry in self.scope], NO)
        responses = {response.part.name: response.holds(under) for response in self.responses}
        return Outcome(block.rows, tiers, assumed, scope, responses, under)

    def tier_range(self, sheet: Sheet) -> TierRange:
        """The range of tiers that follows from what is worked out so far."""
        rules = [
            (rule.part, rule.holds(sheet), sheet.found[slot])
            for rule, slot in zip(self.rules, self.levels, strict=True)
        ]
        return tier_range(rules, len(self.protocol.tiers))

    @property
    def needs_now(self) -> bool:
        """Whether a condition uses the time of evaluation, or a due time that is asked for."""
        return uses_now(*self.plan.slots) or any(counts_from_now(stated) for _, stated in self.dues)


def engine_of(protocol: Protocol, due: bool = False) -> Engine:
    """Make a protocol ready, with due times or without."""
    assuming = frozenset(name for name, part in protocol.patterns.items() if protocol.assumes_below(part.value))
    plan = Plan(Definitions(protocol.facts, protocol.criteria, protocol.measures, protocol.time_zone, assuming))

    def planned(parts: Iterable[Part]) -> tuple[Planned[Part], ...]:
        return tuple(
            Planned(part, plan.slot(part.when), None if part.unless is None else plan.slot(Not(part.unless)))
            for part in parts
        )

    rules = planned(protocol.rules.values())
    levels = tuple(plan.slot(rule.part.tier) for rule in rules)
    scope, responses = planned(protocol.scope.values()), planned(protocol.responses.values())
    dues = [(response, response.due) for response in protocol.responses.values() if due and response.due]
    return Engine(protocol, plan, scope, rules, responses, levels, tuple(dues))
