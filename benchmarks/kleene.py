"""The same protocol in three values, written by hand for checking only: slow, plain, and apart from every engine."""

from collections.abc import Mapping
from typing import Any

from benchmarks.incidents import SCALES

Truth = bool | None


def tiers(facts: Mapping[str, Any]) -> tuple[int, int]:
    """Return the numbers of the lowest and the highest tier that the known facts leave open."""
    raises, limits = _rules(facts)
    lowest = min(
        max([0, *(tier for tier, truth in raises if truth is True)]),
        min([3, *(tier for tier, truth in limits if truth is not False)]),
    )
    highest = min(
        max([0, *(tier for tier, truth in raises if truth is not False)]),
        min([3, *(tier for tier, truth in limits if truth is True)]),
    )
    return lowest, highest


def rules(facts: Mapping[str, Any]) -> list[Truth]:
    """Return for every rule, in the protocol's order, whether it holds."""
    raises, limits = _rules(facts)
    return [truth for _, truth in raises + limits]


def _all(*truths: Truth) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def _any(*truths: Truth) -> Truth:
    if True in truths:
        return True
    return None if None in truths else False


def _not(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _at_least(least: int, *truths: Truth) -> Truth:
    if truths.count(True) >= least:
        return True
    return None if truths.count(True) + truths.count(None) >= least else False


def _rules(facts: Mapping[str, Any]) -> tuple[list[tuple[int, Truth]], list[tuple[int, Truth]]]:
    def from_step(name: str, option: str) -> Truth:
        options = SCALES[name]
        return options.index(facts[name]) >= options.index(option) if name in facts else None

    def one_of(name: str, *options: str) -> Truth:
        return facts[name] in options if name in facts else None

    def number_from(name: str, least: int) -> Truth:
        return facts[name] >= least if name in facts else None

    yes = facts.get
    threatened = from_step("harm", "threatened")
    injured = from_step("harm", "injured")
    local = from_step("media", "local")
    misinformed = from_step("misinformation", "some")

    our_community = _any(one_of("victim_community", "chinese", "other_asian"), yes("partner_asked"))
    domestic = one_of("relation", "partner", "family")
    suspect_held = one_of("police_status", "arrest", "charged")
    serious_violence = _any(from_step("harm", "seriously_injured"), _all(yes("weapon_seen"), injured))
    elder_harmed = _all(number_from("victim_age", 65), injured)
    child_involved = _any(_not(number_from("victim_age", 18)), yes("children_present"))
    public_place = _any(one_of("setting", "street", "transit"), yes("many_witnesses"))
    gathering_place = one_of("setting", "school", "place_of_worship")
    danger_continues = _any(from_step("threat", "ongoing"), _all(from_step("threat", "likely"), _not(suspect_held)))
    repeated = number_from("similar_incidents", 3)
    hate_signs = _all(yes("bias_signs"), _not(domestic))
    attention = _any(local, misinformed)
    fear_spreading = _at_least(2, yes("many_witnesses"), misinformed, local, gathering_place)
    vulnerable = _any(elder_harmed, child_involved, yes("language_barrier"))
    wide_harm = _any(number_from("people_harmed", 3), _all(gathering_place, threatened))

    raises = [
        (1, injured),
        (1, _all(threatened, our_community)),
        (1, yes("partner_asked")),
        (1, _all(child_involved, threatened)),
        (1, elder_harmed),
        (1, _all(yes("language_barrier"), our_community)),
        (1, _all(yes("weapon_seen"), our_community)),
        (1, _all(local, our_community)),
        (1, _all(repeated, our_community)),
        (1, _all(domestic, threatened, _not(suspect_held))),
        (2, _all(hate_signs, our_community)),
        (2, _all(serious_violence, our_community, _not(domestic))),
        (2, _all(elder_harmed, public_place)),
        (2, _all(child_involved, gathering_place)),
        (2, _all(fear_spreading, our_community)),
        (2, _all(repeated, hate_signs)),
        (2, _all(wide_harm, our_community)),
        (2, _all(danger_continues, vulnerable)),
        (2, _all(serious_violence, attention)),
        (2, _all(our_community, _at_least(2, yes("weapon_seen"), vulnerable, repeated, yes("police_lead")))),
        (3, _all(from_step("harm", "killed"), our_community, _not(domestic))),
        (3, _all(serious_violence, hate_signs, our_community)),
        (3, _all(from_step("media", "national"), injured, our_community)),
        (3, _all(wide_harm, serious_violence)),
        (3, _all(danger_continues, serious_violence, our_community, _not(suspect_held))),
        (3, _all(elder_harmed, hate_signs, attention)),
        (3, _all(gathering_place, danger_continues, yes("weapon_seen"))),
        (3, _all(repeated, fear_spreading, our_community)),
        (3, _at_least(3, hate_signs, attention, wide_harm, danger_continues, vulnerable)),
    ]
    limits = [
        (1, _all(yes("family_declined"), _not(danger_continues))),
        (2, _all(domestic, _not(attention))),
        (1, _all(yes("police_lead"), _not(our_community))),
        (1, _not(_any(our_community, hate_signs))),
        (0, _not(_any(threatened, danger_continues, attention))),
    ]
    return raises, limits
