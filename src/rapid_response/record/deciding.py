"""From a recommendation, or from what somebody says of one, to the entry that is to be added."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from rapid_response.evaluation.recommendation import SEMANTICS, Recommendation
from rapid_response.record.appending import Draft
from rapid_response.record.entries import Decision
from rapid_response.record.errors import failure
from rapid_response.record.facts import stated_facts
from rapid_response.record.outcomes import outcome_of
from rapid_response.record.past import counted
from rapid_response.record.stored_protocols import version_of

_LONGEST_NAME, _LONGEST_REASON = 200, 10_000


def decision(result: Recommendation, by: str, previous: Decision | None = None) -> Draft:
    """The entry of a recommendation."""
    in_the_open, apart = stated_facts(result)
    content = {
        "as_of": result.as_of,
        "facts": in_the_open,
        "library": _library(),
        "outcome": outcome_of(result).to_dict(),
        "patterns": counted(result),
        "previous": previous.id if previous else None,
        "private": None,
        "protocol": version_of(result.protocol, result.protocol.sources).to_dict(),
        "semantics": SEMANTICS,
    }
    incident = previous.incident if previous else result.incident.id
    _refuse_nul(incident or "", "id")
    return Draft("decision", incident, said(by, "by"), content, {"facts": apart} if apart else {})


def confirmation(confirmed: Decision, by: str) -> Draft:
    """The entry of somebody who confirms what was recommended; RecordError (RD214) where no tier was."""
    if confirmed.outcome.tier is None:
        message = f"record {confirmed.id} recommends no tier yet, so there is none to confirm"
        raise failure("RD214", message, "decide on a tier by `override`, or wait until more is known")
    content = {"decision": confirmed.id, "tier": confirmed.outcome.tier}
    return Draft("confirmation", confirmed.incident, said(by, "by"), content)


def override(overridden: Decision, tier: str, by: str, reason: str) -> Draft:
    """The entry of somebody who decides on another tier."""
    content = {"decision": overridden.id, "recommended": overridden.outcome.tier, "tier": tier}
    private = {"reason": said(reason, "reason", _LONGEST_REASON)}
    return Draft("override", overridden.incident, said(by, "by"), content, private)


def joining(first: Decision, second: Decision, by: str) -> Draft:
    """The entry of somebody who finds that decisions on two incidents belong together; RecordError (RD211)."""
    if first.incident == second.incident:
        message = f"records {first.id} and {second.id} are of the same incident"
        raise failure("RD211", message, "name a record of another incident")
    content = {"decision": first.id, "other": second.id, "other_incident": second.incident}
    return Draft("link", first.incident, said(by, "by"), content)


def erasure(incident: str, by: str, reason: str) -> Draft:
    """The entry that stays in place of what was erased; its reason lies in the open."""
    return Draft("erasure", incident, said(by, "by"), {"reason": said(reason, "reason", _LONGEST_REASON)})


def said(text: str, what: str, longest: int = _LONGEST_NAME) -> str:
    """A name or a reason, which has to be there; RecordError (RD204) where it is not."""
    if not isinstance(text, str) or not text.strip():
        raise failure("RD204", f"`{what}` is missing", "say who records it" if what == "by" else "say why")
    if len(text) > longest:
        raise failure("RD204", f"`{what}` has {len(text):,} characters", f"write at most {longest:,}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise failure("RD204", f"`{what}` holds half a character (a lone surrogate)", "write it as UTF-8") from None
    _refuse_nul(text, what)
    return text.strip()


def _refuse_nul(text: str, what: str) -> None:
    """PostgreSQL holds no text with it, and a log has to be able to move there."""
    if "\0" in text:
        raise failure("RD204", f"`{what}` holds a NUL character", "leave it out")


@cache
def _library() -> str:
    return version("rapid-response")
