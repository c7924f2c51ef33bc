"""The whole check of a protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from rapid_response.protocol.model import Allowance, Protocol
from rapid_response.protocol.values import moment_text
from rapid_response.proving.budget import Budget
from rapid_response.proving.catalogue import CATALOGUE
from rapid_response.proving.conflicts import limits_overriding, services_kept
from rapid_response.proving.findings import Check, Finding, Part, RuledOut, Undecided, Verdict, in_order
from rapid_response.proving.influence import facts_that_decide, facts_that_matter
from rapid_response.proving.inquiry import Inquiry, inquire
from rapid_response.proving.monotony import more_is
from rapid_response.proving.properties import properties_kept
from rapid_response.proving.reach import cases_reached, criteria_reached, gates_reached, tiers_reached
from rapid_response.proving.redundancy import criteria_apart, rules_needed
from rapid_response.proving.style import style, together

BUDGET = 30.0
"""Seconds that a check may take where nothing else is asked for."""

CHECKS: Sequence[Callable[[Inquiry], Iterator[Verdict]]] = (
    properties_kept,
    more_is,
    tiers_reached,
    services_kept,
    gates_reached,
    criteria_reached,
    cases_reached,
    rules_needed,
    criteria_apart,
    facts_that_matter,
    limits_overriding,
    facts_that_decide,
)
"""The gravest first, so that what is left undecided weighs least."""


def check(protocol: Protocol, *, budget: float | None = BUDGET, as_of: str | None = None) -> Check:
    """What holds for every incident under a protocol; see `Protocol.check`.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}}\\n"
    ...     "rules: {r: {when: f and not f, raise_to: high, because: Why not., source: us}}"
    ... )
    >>> [str(finding) for finding in check(protocol).findings]
    ['RC201: no incident reaches a tier: `high`', 'RC203: a rule never holds: `r`', 'RC305: a fact never matters: `f`']
    """
    inquiry = inquire(protocol, Budget(budget), as_of)
    verdicts = [verdict for each in CHECKS for verdict in each(inquiry)]
    undecided = tuple(verdict for verdict in verdicts if isinstance(verdict, Undecided))
    found = [*(verdict for verdict in verdicts if isinstance(verdict, Finding)), *style(protocol)]
    findings = together(_allowed(finding, protocol.allowed) for finding in found)
    needless = _needless(protocol.allowed, found, undecided)
    ruled_out = _ruled_out(verdict for verdict in verdicts if isinstance(verdict, RuledOut))
    now = moment_text(inquiry.space.now, protocol.time_zone) if protocol.needs_now else None
    return Check(protocol, now, in_order([*findings, *needless]), ruled_out, undecided)


def _ruled_out(ruled_out: Iterable[RuledOut]) -> tuple[RuledOut, ...]:
    """What was ruled out, each id once, in the order of the catalogue."""
    about: dict[str, list[Part]] = {}
    for each in ruled_out:
        about.setdefault(each.id, []).extend(each.about)
    return tuple(RuledOut(each, tuple(about[each])) for each in CATALOGUE if each in about)


# Allowances


def _allowed(finding: Finding, allowances: Sequence[Allowance]) -> Finding:
    meant = [allowance for allowance in allowances if _is_meant(finding, allowance)]
    return replace(finding, allowed=meant[0].because) if meant else finding


def _is_meant(finding: Finding, allowance: Allowance) -> bool:
    """Whether an allowance is of this finding: it names a part, its section, or the language of missing texts."""
    about = {name for each in finding.about for name in (each.name, each.section)}
    return allowance.finding == finding.id and allowance.about in {*about, finding.details.get("language")}


def _needless(
    allowances: Sequence[Allowance], found: Sequence[Finding], undecided: Sequence[Undecided]
) -> Iterator[Finding]:
    """RC506: allowances of which there is no finding, unless there may be one that was not decided."""
    unclear = {question.id for question in undecided}
    for allowance in allowances:
        if allowance.finding not in unclear and not any(_is_meant(finding, allowance) for finding in found):
            stated = Part("allow", f"{allowance.finding} {allowance.about}", None, allowance.span)
            yield Finding("RC506", (stated,))
