"""Every kind of finding of a check, by id. What each means and what to do stands in docs/findings.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""From the gravest to the least."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What findings of one id have in common; `ruled_out` says how it is shown that there is none.

    "proved" holds for every incident; "shown" means that one incident is enough to show it; "seen" needs neither.
    """

    severity: Severity
    title: str
    ruled_out: Literal["proved", "shown", "seen"]


CATALOGUE: Mapping[str, Kind] = {
    # What the protocol promises
    "RC101": Kind("error", "what should always hold does not", "proved"),
    "RC102": Kind("error", "what should never happen can", "proved"),
    "RC103": Kind("warning", "a property says nothing", "shown"),
    "RC104": Kind("error", "more of a fact lowers the tier", "proved"),
    # What no incident reaches
    "RC201": Kind("error", "no incident reaches a tier", "shown"),
    "RC202": Kind("warning", "no incident calls for a response", "shown"),
    "RC203": Kind("warning", "a rule never holds", "shown"),
    "RC204": Kind("warning", "a criterion never holds", "shown"),
    "RC205": Kind("warning", "a condition always holds", "shown"),
    "RC206": Kind("warning", "a case or row is never used", "shown"),
    "RC207": Kind("warning", "nothing is ever out of scope for a reason", "shown"),
    "RC208": Kind("warning", "an exception changes nothing", "shown"),
    # What changes nothing
    "RC301": Kind("warning", "a rule changes nothing", "shown"),
    "RC302": Kind("warning", "a limit always overrides a rule", "shown"),
    "RC303": Kind("warning", "two criteria always agree", "shown"),
    "RC304": Kind("note", "two criteria always contradict each other", "shown"),
    "RC305": Kind("warning", "a fact never matters", "shown"),
    # What to weigh
    "RC401": Kind("note", "a limit overrides rules", "proved"),
    "RC402": Kind("note", "many results hang on one fact alone", "seen"),
    "RC403": Kind("warning", "a tier switches off a service for people", "proved"),
    # How it is written
    "RC501": Kind("warning", "a text is missing in a language", "seen"),
    "RC502": Kind("note", "no reason is given", "seen"),
    "RC503": Kind("note", "no source is given", "seen"),
    "RC504": Kind("warning", "a name is never used", "seen"),
    "RC505": Kind("note", "a fact is asked for nothing", "seen"),
    "RC506": Kind("warning", "an allowance is not needed", "seen"),
}
