"""Made-up incidents for the benchmark protocol, the same for the same seed, and the form that peers are given."""

from collections.abc import Mapping
from random import Random
from typing import Any

SEED = 20260201
UNKNOWN_SHARE = 0.15

SCALES: dict[str, tuple[str, ...]] = {
    "harm": ("none", "threatened", "injured", "seriously_injured", "killed"),
    "media": ("none", "local", "national"),
    "threat": ("none", "possible", "likely", "ongoing"),
    "misinformation": ("none", "some", "widespread"),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "setting": ("street", "transit", "school", "business", "home", "place_of_worship", "online"),
    "victim_community": ("chinese", "other_asian", "black", "latino", "other"),
    "relation": ("stranger", "acquaintance", "partner", "family"),
    "police_status": ("not_reported", "reported", "arrest", "charged"),
}
NUMBERS: dict[str, tuple[int, int, int]] = {  # least, most, and a value for which every condition on the fact is no
    "victim_age": (0, 100, 40),
    "people_harmed": (1, 5, 0),
    "similar_incidents": (0, 6, 0),
}
YES_SHARES: dict[str, float] = {
    "bias_signs": 0.3,
    "weapon_seen": 0.25,
    "children_present": 0.15,
    "many_witnesses": 0.3,
    "language_barrier": 0.3,
    "partner_asked": 0.2,
    "family_declined": 0.1,
    "police_lead": 0.3,
}


def incidents(count: int, unknown_share: float = UNKNOWN_SHARE, seed: int = SEED) -> list[dict[str, Any]]:
    """Return `count` incidents as they arrive; each fact is left out with the given chance."""
    random = Random(seed)
    return [_incident(random, unknown_share) for _ in range(count)]


def two_valued(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return every fact for a two-valued engine: scales as ranks, an unknown one so that each condition on it is no.

    >>> two_valued({"harm": "injured", "bias_signs": True})["harm"]
    2
    """
    ranks = {name: options.index(facts.get(name, options[0])) for name, options in SCALES.items()}
    choices = {name: facts.get(name, "") for name in CHOICES}
    numbers = {name: facts.get(name, neutral) for name, (_, _, neutral) in NUMBERS.items()}
    answers = {name: facts.get(name, False) for name in YES_SHARES}
    return ranks | choices | numbers | answers


def _incident(random: Random, unknown_share: float) -> dict[str, Any]:
    facts: dict[str, Any] = {
        name: random.choices(options, weights=range(len(options), 0, -1))[0] for name, options in SCALES.items()
    }
    facts |= {name: random.choice(options) for name, options in CHOICES.items()}
    facts |= {name: random.randint(least, most) for name, (least, most, _) in NUMBERS.items()}
    facts |= {name: random.random() < share for name, share in YES_SHARES.items()}
    return {name: value for name, value in facts.items() if random.random() >= unknown_share}
