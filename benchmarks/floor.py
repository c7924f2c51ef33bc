"""The floor: the same protocol as hand-written two-valued Python, in which an unknown fact counts as no."""

from collections.abc import Mapping
from typing import Any


def tier(facts: Mapping[str, Any]) -> int:
    """Return the tier's number, 0 (monitor) to 3 (activate), of an incident as it arrives: fact names to values."""
    get = facts.get
    harm = get("harm")
    media = get("media")
    threat = get("threat")
    setting = get("setting")
    age = get("victim_age")
    bias_signs = get("bias_signs", False)
    weapon_seen = get("weapon_seen", False)
    children_present = get("children_present", False)
    many_witnesses = get("many_witnesses", False)
    language_barrier = get("language_barrier", False)
    partner_asked = get("partner_asked", False)
    police_lead = get("police_lead", False)

    threatened = harm in ("threatened", "injured", "seriously_injured", "killed")
    injured = harm in ("injured", "seriously_injured", "killed")
    local = media in ("local", "national")
    misinformed = get("misinformation") in ("some", "widespread")

    our_community = partner_asked or get("victim_community") in ("chinese", "other_asian")
    domestic = get("relation") in ("partner", "family")
    suspect_held = get("police_status") in ("arrest", "charged")
    serious_violence = harm in ("seriously_injured", "killed") or (weapon_seen and injured)
    elder_harmed = injured and age is not None and age >= 65
    child_involved = children_present or (age is not None and age < 18)
    public_place = many_witnesses or setting in ("street", "transit")
    gathering_place = setting in ("school", "place_of_worship")
    danger_continues = threat == "ongoing" or (threat == "likely" and not suspect_held)
    repeated = get("similar_incidents", 0) >= 3
    hate_signs = bias_signs and not domestic
    attention = local or misinformed
    fear_spreading = many_witnesses + misinformed + local + gathering_place >= 2
    vulnerable = elder_harmed or child_involved or language_barrier
    wide_harm = get("people_harmed", 0) >= 3 or (gathering_place and threatened)

    raised = 0
    if injured:
        raised = 1
    if threatened and our_community:
        raised = 1
    if partner_asked:
        raised = 1
    if child_involved and threatened:
        raised = 1
    if elder_harmed:
        raised = 1
    if language_barrier and our_community:
        raised = 1
    if weapon_seen and our_community:
        raised = 1
    if local and our_community:
        raised = 1
    if repeated and our_community:
        raised = 1
    if domestic and threatened and not suspect_held:
        raised = 1

    if hate_signs and our_community:
        raised = 2
    if serious_violence and our_community and not domestic:
        raised = 2
    if elder_harmed and public_place:
        raised = 2
    if child_involved and gathering_place:
        raised = 2
    if fear_spreading and our_community:
        raised = 2
    if repeated and hate_signs:
        raised = 2
    if wide_harm and our_community:
        raised = 2
    if danger_continues and vulnerable:
        raised = 2
    if serious_violence and attention:
        raised = 2
    if our_community and weapon_seen + vulnerable + repeated + police_lead >= 2:
        raised = 2

    if harm == "killed" and our_community and not domestic:
        raised = 3
    if serious_violence and hate_signs and our_community:
        raised = 3
    if media == "national" and injured and our_community:
        raised = 3
    if wide_harm and serious_violence:
        raised = 3
    if danger_continues and serious_violence and our_community and not suspect_held:
        raised = 3
    if elder_harmed and hate_signs and attention:
        raised = 3
    if gathering_place and danger_continues and weapon_seen:
        raised = 3
    if repeated and fear_spreading and our_community:
        raised = 3
    if hate_signs + attention + wide_harm + danger_continues + vulnerable >= 3:
        raised = 3

    limit = 3
    if domestic and not attention:
        limit = 2
    if get("family_declined", False) and not danger_continues:
        limit = 1
    if police_lead and not our_community:
        limit = 1
    if not our_community and not hate_signs:
        limit = 1
    if not threatened and not danger_continues and not attention:
        limit = 0
    return raised if raised < limit else limit
