"""What the protocol promises of itself: its properties, and that more of a fact never lowers the tier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rapid_response.protocol.expressions import Always
from rapid_response.protocol.model import Property
from rapid_response.proving.findings import (
    Finding,
    RuledOut,
    Undecided,
    Verdict,
    property_part,
    unless_possible,
)
from rapid_response.proving.inquiry import Inquiry, broken, met
from rapid_response.proving.witnesses import Found


def properties_kept(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC101, RC102, RC103: properties that are broken, each with an incident, and those that say nothing.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.proving.budget import Budget
    >>> from rapid_response.proving.inquiry import inquire
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {hurt: {type: yes_no}, far: {type: yes_no}}\\n"
    ...     "rules: {r: {when: hurt, unless: far, raise_to: high}}\\n"
    ...     "always: [{name: We help, when: hurt, then: tier == high}]"
    ... )
    >>> [found] = [each for each in properties_kept(inquire(protocol, Budget(None))) if isinstance(each, Finding)]
    >>> found.id, found.witnesses[0].facts
    ('RC101', {'hurt': True, 'far': True})
    """
    for stated in inquiry.protocol.properties:
        told = _says_something(inquiry, stated) if _is_conditional(stated) else None
        if not isinstance(told, Finding):
            yield _kept(inquiry, stated)
        if told is not None:
            yield told


def _is_conditional(stated: Property) -> bool:
    return stated.kind == "always" and not isinstance(stated.when, Always)


def _kept(inquiry: Inquiry, stated: Property) -> Verdict:
    finding = Finding("RC101" if stated.kind == "always" else "RC102", (property_part(stated),))
    name = broken(stated)
    found = inquiry.find(inquiry.said.responses[name], lambda replay: replay.holds("responses", name) is True)
    return refuted(finding, found)


def refuted(finding: Finding, found: Found) -> Verdict:
    """The finding with its witness; without one it is ruled out, or left undecided."""
    if found.witness is not None:
        return replace(finding, witnesses=(found.witness,))
    return (Undecided if found.possible is None else RuledOut)(finding.id, finding.about)


def _says_something(inquiry: Inquiry, stated: Property) -> Verdict:
    when, name = inquiry.said.responses[met(stated)], met(stated)
    possible = inquiry.possible(when, lambda replay: replay.holds("responses", name) is True)
    return unless_possible(Finding("RC103", (property_part(stated),)), possible)
