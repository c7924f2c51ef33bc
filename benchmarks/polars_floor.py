"""The benchmark protocol as a Polars expression, by hand: nulls are unknown, and Polars' own logic is three-valued."""

from __future__ import annotations

import polars as pl

Expr = pl.Expr

_POSITIONS = {
    "harm": ("none", "threatened", "injured", "seriously_injured", "killed"),
    "media": ("none", "local", "national"),
    "threat": ("none", "possible", "likely", "ongoing"),
    "misinformation": ("none", "some", "widespread"),
}


def tiers(frame: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """The levels of the lowest and the highest tier of every row."""
    low, high = _ends()
    found = frame.lazy().select(low.alias("low"), high.alias("high")).collect()
    return found["low"], found["high"]


def _reaches(scale: str, option: str) -> Expr:
    return pl.col(scale).to_physical() >= _POSITIONS[scale].index(option)


def _at_least(number: int, *parts: Expr) -> Expr:
    surely = pl.sum_horizontal(part.fill_null(False).cast(pl.UInt8) for part in parts)
    possibly = pl.sum_horizontal(part.fill_null(True).cast(pl.UInt8) for part in parts)
    return pl.when(surely >= number).then(True).when(possibly < number).then(False).otherwise(None)


def _any(*parts: Expr) -> Expr:
    return pl.any_horizontal(*parts)


def _ends() -> tuple[Expr, Expr]:
    col = pl.col
    yes_no = ("bias_signs", "weapon_seen", "children_present", "many_witnesses")
    bias, weapon, children, witnesses = (col(name) for name in yes_no)
    language, partner, declined, police = (
        col(name) for name in ("language_barrier", "partner_asked", "family_declined", "police_lead")
    )
    threatened, injured, serious, killed = (
        _reaches("harm", option) for option in ("threatened", "injured", "seriously_injured", "killed")
    )
    local, national = _reaches("media", "local"), _reaches("media", "national")
    likely, ongoing, some = (
        _reaches("threat", "likely"),
        _reaches("threat", "ongoing"),
        _reaches("misinformation", "some"),
    )

    def one_of(name: str, *options: str) -> Expr:
        return _any(*(col(name) == option for option in options))

    # Criteria
    ours = one_of("victim_community", "chinese", "other_asian") | partner
    domestic = one_of("relation", "partner", "family")
    held = one_of("police_status", "arrest", "charged")
    violence = serious | (weapon & injured)
    elder = (col("victim_age") >= 65) & injured
    child = (col("victim_age") < 18) | children
    public = one_of("setting", "street", "transit") | witnesses
    gathering = one_of("setting", "school", "place_of_worship")
    danger = ongoing | (likely & ~held)
    repeated = col("similar_incidents") >= 3
    hate = bias & ~domestic
    attention = local | some
    fear = _at_least(2, witnesses, some, local, gathering)
    vulnerable = elder | child | language
    wide = (col("people_harmed") >= 3) | (gathering & threatened)

    # Rules
    support = _any(
        injured,
        threatened & ours,
        partner,
        child & threatened,
        elder,
        language & ours,
        weapon & ours,
        local & ours,
        repeated & ours,
        domestic & threatened & ~held,
    )
    coordinate = _any(
        hate & ours,
        violence & ours & ~domestic,
        elder & public,
        child & gathering,
        fear & ours,
        repeated & hate,
        wide & ours,
        danger & vulnerable,
        violence & attention,
        ours & _at_least(2, weapon, vulnerable, repeated, police),
    )
    activate = _any(
        killed & ours & ~domestic,
        violence & hate & ours,
        national & injured & ours,
        wide & violence,
        danger & violence & ours & ~held,
        elder & hate & attention,
        gathering & danger & weapon,
        repeated & fear & ours,
        _at_least(3, hate, attention, wide, danger, vulnerable),
    )
    to_support = _any(declined & ~danger, police & ~ours, ~(ours | hate))
    to_coordinate = domestic & ~attention
    to_monitor = ~(threatened | danger | attention)
    limits = (to_monitor, to_support, to_coordinate)
    raises = (support, coordinate, activate)
    return _tier(raises, limits, False), _tier(raises, limits, True)


def _tier(raises: tuple[Expr, ...], limits: tuple[Expr, ...], highest: bool) -> Expr:
    """The lowest tier takes sure raises and possible limits, the highest the other way round."""
    raised = pl.lit(0, pl.UInt8)
    for level, holds in enumerate(raises, 1):
        raised = pl.when(holds.fill_null(highest)).then(pl.lit(level, pl.UInt8)).otherwise(raised)
    held = pl.lit(3, pl.UInt8)
    for level, holds in reversed([*enumerate(limits)]):
        held = pl.when(holds.fill_null(not highest)).then(pl.lit(level, pl.UInt8)).otherwise(held)
    return pl.min_horizontal(raised, held)
