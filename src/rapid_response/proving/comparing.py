"""How two versions are compared: claims, each proved impossible or shown, then described."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from rapid_response.evaluation.incidents import encode_as_of
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.expressions import Compare, Condition, Constant, CriterionHolds, TierValue
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.renaming import Renamed, renamings
from rapid_response.protocol.values import moment_text
from rapid_response.proving.alignment import align
from rapid_response.proving.budget import Budget
from rapid_response.proving.causes import causes_of, turns
from rapid_response.proving.comparison import Claim, Comparison, Difference
from rapid_response.proving.edits import edits
from rapid_response.proving.prover import Prover
from rapid_response.proving.regions import describe
from rapid_response.proving.replays import Lens, Replay
from rapid_response.proving.shares import Drawn, Share, draw
from rapid_response.proving.space import Space, common_space
from rapid_response.proving.witnesses import Witness, find
from rapid_response.reasoning.nodes import FALSE, TRUE, opposite
from rapid_response.reasoning.questions import Frequencies

BUDGET = 30.0
"""Seconds that a comparison may take where nothing else is asked for."""


def compare(
    old: Protocol,
    new: Protocol,
    *,
    rename: Mapping[str, str] | None = None,
    as_of: str | None = None,
    budget: float | None = BUDGET,
    frequencies: Frequencies | None = None,
) -> Comparison:
    """Whether two versions decide alike, and where they do not.

    Facts, tiers, responses and the rest are matched by name; `rename` gives new names by old ones, of options as
    `fact.option`. A question or response that only one version has is compared all the same: what the other does not
    ask may be anything. `budget` is in seconds, None for as long as it takes; what is not decided in time is named in
    `undecided`. `frequencies` says, by fact, how often each value has been seen, for the shares. `as_of` is the time of
    evaluation, for protocols that use it. Raises KeyError for a name in `rename` that no version has.

    >>> from rapid_response import protocol_from_text
    >>> text = (
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {age: {type: number, min: 0, max: 120}}\\n"
    ...     "rules: {elder: {when: age >= %s, raise_to: high}}"
    ... )
    >>> found = compare(protocol_from_text(text % 65), protocol_from_text(text % 60))
    >>> [(d.claim.before, d.claim.after, dict(d.witness.facts)) for d in found.differences]
    [('low', 'high', {'age': 60})]
    >>> compare(protocol_from_text(text % 65), protocol_from_text(text % "130 / 2")).verdict
    'equivalent'
    """
    renamed = renamings(old, new, rename or {})
    alignment = align(old, new, renamed)
    space = common_space(alignment, encode_as_of(new, as_of) if as_of else None)
    comparing = _Comparing(space, renamed, Budget(budget))
    differences, share, undecided = comparing.compared(frequencies)
    return Comparison(
        old,
        new,
        moment_text(space.now, old.time_zone),
        space.timed,
        renamed.given,
        differences,
        share,
        undecided,
        tuple(answers for answers in alignment.unshared if space.opaque or answers.fact in space.by_fact),
        edits(old, new, renamed.given),
        space.vocabulary,
        bool(frequencies),
    )


class _Comparing:
    def __init__(self, space: Space, renamed: Renamed, budget: Budget) -> None:
        self.space, self.renamed = space, renamed
        self.old, self.new = (voice.protocol for voice in space.voices)
        self.prover, self.lenses = Prover(space, budget), [Lens(self.old), Lens(self.new)]
        nodes, (before, after) = space.nodes, space.said
        self.tiers = {
            Claim("tier", "", one.name, other.name): nodes.all_of(
                [space.tier_is(0, one.level), space.tier_is(1, other.level)]
            )
            for one in self.old.tiers
            for other in self.new.tiers
            if self.renamed.tier(one.name) != other.name
        }
        self.other_tier = nodes.any_of(self.tiers.values())
        out = [nodes.any_of(said.scope.values()) for said in (before, after)]
        self.claims = {**self.tiers, **dict(self.scope(out)), **dict(self.responses())}

    # What may differ

    def scope(self, out: Sequence[int]) -> Iterator[tuple[Claim, int]]:
        yield Claim("scope", "", "in", "out"), self.space.nodes.all_of([opposite(out[0]), out[1]])
        yield Claim("scope", "", "out", "in"), self.space.nodes.all_of([out[0], opposite(out[1])])

    def responses(self) -> Iterator[tuple[Claim, int]]:
        before, after = (said.responses for said in self.space.said)
        for name, node in before.items():
            other = after.get(self.renamed.response(name))
            if other is None:
                yield Claim("response", name, "active", None), node
            else:
                starts = self.space.nodes.all_of([opposite(node), other])
                stops = self.space.nodes.all_of([node, opposite(other)])
                yield Claim("response", name, "inactive", "active"), starts
                yield Claim("response", name, "active", "inactive"), stops
        kept = {self.renamed.response(name) for name in before}
        yield from ((Claim("response", name, None, "active"), node) for name, node in after.items() if name not in kept)

    # Deciding

    def compared(
        self, frequencies: Frequencies | None
    ) -> tuple[tuple[Difference, ...], Share | None, tuple[Claim, ...]]:
        """The claims that are shown, how often the tier differs, and the claims that are not decided."""
        open_claims = {claim: node for claim, node in self.claims.items() if node != FALSE}
        self.prover.prepare([*open_claims.values(), opposite(self.other_tier)])
        shown: dict[Claim, Witness] = {}
        undecided: list[Claim] = []
        for claim, node in open_claims.items():
            found = find(self.prover, node, partial(self.shows, claim))
            if found.witness:
                shown[claim] = found.witness
            elif found.possible is None:
                undecided.append(claim)
        self.turns = turns(self.space, self.renamed)
        goals = [*(open_claims[claim] for claim in shown), self.other_tier]
        drawn = draw(self.space, goals, self.prover.budget, frequencies)
        named = self.named(any(claim.about == "tier" for claim in (*shown, *undecided)))
        differences = [
            self.difference(claim, shown[claim], drawn, position, named) for position, claim in enumerate(shown)
        ]
        return tuple(sorted(differences, key=_rank)), self.share(self.other_tier, drawn, -1), tuple(undecided)

    def difference(
        self, claim: Claim, witness: Witness, drawn: Drawn, position: int, named: Mapping[int, Condition]
    ) -> Difference:
        node, share = self.claims[claim], self.share(self.claims[claim], drawn, position)
        if claim.about == "tier":
            causes = causes_of(self.prover, node, self.turns, self.direction(claim), named, drawn)
            return Difference(claim, witness, causes, (), False, share)
        with_tier = self.only_with_tier(node)
        cases = () if with_tier else describe(self.prover, node, named, drawn)
        return Difference(claim, witness, (), cases, with_tier, share)

    def share(self, node: int, drawn: Drawn, position: int) -> Share | None:
        """How often a node holds; not said of one that hangs on a condition that is not looked into."""
        hidden = not self.space.axes_below(node).isdisjoint(self.space.opaque)
        return None if hidden or drawn.shares is None else drawn.shares[position]

    def direction(self, claim: Claim) -> int:
        """Whether the tier goes up or down, where both versions have the same tiers in the same order."""
        before, after = ([tier.name for tier in version.tiers] for version in (self.old, self.new))
        if [self.renamed.tier(name) for name in before] != after:
            return 0
        assert claim.before
        assert claim.after
        return 1 if before.index(claim.before) < after.index(claim.after) else -1

    def only_with_tier(self, node: int) -> bool:
        return self.prover.solve([node, opposite(self.other_tier)]).possible is False

    def named(self, tier_differs: bool) -> Mapping[int, Condition]:
        """Criteria that both versions mean the same by, the simplest first; and the tier, where it never differs."""
        found: dict[int, Condition] = {}
        before, after = self.space.said
        for name in self.old.order:
            node = before.criteria.get(name)
            if node is not None and node == after.criteria.get(self.renamed.criterion(name)):
                found.setdefault(node, CriterionHolds(name, text=name))
        for level, node in enumerate(before.tiers, 1) if not tier_differs else ():
            kind = self.old.kinds["tiers"].type
            named = Constant(level, kind, text=self.old.tiers[level].name)
            tier = TierValue(kind, text="tier")
            found.setdefault(node, Compare(">=", tier, named, text=f"tier >= {named.text}"))
        return {node: condition for node, condition in found.items() if node not in (FALSE, TRUE)}

    def shows(self, claim: Claim, results: tuple[Recommendation, ...]) -> bool:
        """Whether what the two versions say of an incident is what the claim says, whatever is not known of it."""
        if claim.about == "tier":
            names = tuple(result.tier and result.tier.name for result in results if result.standing != "open")
            return names == (claim.before, claim.after)
        replays = [Replay(lens, result) for lens, result in zip(self.lenses, results, strict=True)]
        if claim.about == "scope":
            return tuple(map(_scope, replays)) == (claim.before, claim.after)
        own = claim.name if claim.before is None else self.renamed.response(claim.name)
        states = _state(replays[0], claim.name, claim.before), _state(replays[1], own, claim.after)
        return states == (claim.before, claim.after)


def _state(replay: Replay, response: str, wanted: str | None) -> str | None:
    """The state of a response; None where the version has no such response."""
    if wanted is None:
        return None
    return {True: "active", False: "inactive", None: "open"}[replay.holds("responses", response)]


def _scope(replay: Replay) -> str:
    """Whether an incident is in scope."""
    holds = [replay.holds("out_of_scope", name) for name in replay.result.protocol.scope]
    return "out" if True in holds else "unknown" if None in holds else "in"


def _rank(difference: Difference) -> tuple[int, bool, int]:
    """Tiers first, then scope, then responses; the most frequent first."""
    about = ("tier", "scope", "response").index(difference.claim.about)
    return about, difference.with_tier, -(difference.share.hits if difference.share else 0)
