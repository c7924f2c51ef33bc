"""A result in one language: what its tiers are called, and its rules and responses as entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rapid_response.evaluation.outcomes import Outcome, RuleOutcome
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.expressions import Always
from rapid_response.protocol.model import Protocol, Tier
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import Block, Entry, Fold, Line, Paragraph, line, origin, run
from rapid_response.reports.reasons import PAST, Reasons
from rapid_response.reports.words import Wording

BESIDES_FACTS = {"tier": say.THE_TIER, PAST: say.PAST_INCIDENTS}
MOST_WAITED_FOR = 4


@dataclass(frozen=True, slots=True)
class View:
    """A result with its words and its reasons."""

    result: Recommendation
    words: Wording
    reasons: Reasons

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def protocol(self) -> Protocol:
        return self.result.protocol

    # Tiers

    def ends(self) -> tuple[str, str]:
        """The lowest and the highest tier that is possible."""
        return self.tier(self.result.lowest), self.tier(self.result.highest)

    def tier(self, tier: Tier) -> str:
        """A tier in quotation marks."""
        return self.words.quoted(self.words.label(tier))

    def effect(self, rule: RuleOutcome) -> str:
        """What a rule raises or limits to."""
        low, high = map(self.tier, rule.tiers)
        tiers = low if low == high else say.BETWEEN(self.language, low, high)
        return say.EFFECTS[rule.part.effect](self.language, tiers)

    def can_matter(self, rule: RuleOutcome) -> bool:
        """Whether a rule that is not settled could still move the tier within its range."""
        if self.result.lowest == self.result.highest:
            return False
        raises = rule.part.effect == "raise_to"
        return rule.tiers[1] > self.result.lowest if raises else rule.tiers[0] < self.result.highest

    # Rules and responses

    def heading(self, outcome: Outcome, aside: str = "") -> Line:
        """The title of a part, in brackets what else is said of it, and whether it is assumed."""
        title = run(self.words.label(outcome.part), "strong")
        assumed = [run(say.ASSUMED(self.language), "alert")] if outcome.standing == "assumed" else []
        return (title, *self.reasons.in_brackets([*([run(aside, "quiet")] if aside else []), *assumed]))

    def origin(self, outcome: Outcome) -> Paragraph:
        """Where a part stands."""
        return origin(outcome.part, self.words.source(outcome.part.source))

    def waiting(self, outcome: Outcome, aside: str = "") -> Entry:
        """An open part, and what it waits for."""
        return Entry(self.heading(outcome, aside), (self.waits(outcome), *self.trees(outcome, self.origin(outcome))))

    def waits(self, outcome: Outcome) -> Paragraph:
        """What a part waits for."""
        names = self.reasons.waited_for(outcome)
        labels = [
            BESIDES_FACTS[name](self.language) if name in BESIDES_FACTS else self.words.label(self.protocol.facts[name])
            for name in names
        ]
        shown = say.SEMICOLON(self.language).join(labels[:MOST_WAITED_FOR])
        if len(labels) > MOST_WAITED_FOR:
            shown = say.AND_MORE(self.language, shown, len(labels) - MOST_WAITED_FOR)
        return Paragraph(line(say.WAITS_FOR(self.language, shown), "quiet"))

    def trees(self, outcome: Outcome, *above: Block) -> Iterator[Fold]:
        """The conditions of a part, folded away."""
        trees: list[Block] = []
        if not isinstance(outcome.part.when, Always):
            trees.append(self.reasons.tree(outcome.when))
        if outcome.unless:
            trees += [Paragraph(line(say.UNLESS(self.language), "quiet")), self.reasons.tree(outcome.unless)]
        if trees:
            yield Fold(say.CONDITIONS(self.language), (*above, *trees))
