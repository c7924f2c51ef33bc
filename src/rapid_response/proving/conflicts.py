"""Where a raise and a limit hold together, and where a tier switches off a service for people."""

from __future__ import annotations

from collections.abc import Iterator

from rapid_response.protocol.model import Rule
from rapid_response.proving.findings import Finding, RuledOut, Undecided, Verdict, part
from rapid_response.proving.inquiry import Inquiry, at_some_tier, services
from rapid_response.proving.properties import refuted
from rapid_response.proving.replays import Replay, Shows
from rapid_response.reasoning.nodes import opposite


def limits_overriding(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC401: for each limit the raises that it can override, with an incident.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.proving.budget import Budget
    >>> from rapid_response.proving.inquiry import inquire
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {hurt: {type: yes_no}, wish: {type: yes_no}}\\n"
    ...     "rules: {help: {when: hurt, raise_to: high}, quiet: {when: wish, limit_to: low}}"
    ... )
    >>> [found] = limits_overriding(inquire(protocol, Budget(None)))
    >>> str(found.through[0]), found.witnesses[0].facts
    ('`help`', {'hurt': True, 'wish': True})
    """
    for rule in inquiry.protocol.rules.values():
        if rule.effect == "limit_to":
            yield _overriding(inquiry, rule)


def _overriding(inquiry: Inquiry, limit: Rule) -> Verdict:
    about = (part("rules", limit),)
    raises = [rule for rule in inquiry.protocol.rules.values() if rule.effect == "raise_to"]
    nodes = {rule.name: _override(inquiry, rule, limit) for rule in raises}
    answers = [inquiry.possible(nodes[rule.name], _overridden(rule, limit)) for rule in raises]
    overridden = [rule for rule, answer in zip(raises, answers, strict=True) if answer]
    if None in answers:
        return Undecided("RC401", about)
    if not overridden:
        return RuledOut("RC401", about)
    simplest = min(overridden, key=lambda rule: len(inquiry.space.axes_below(nodes[rule.name])))
    found = inquiry.find(nodes[simplest.name], _overridden(simplest, limit))
    return refuted(Finding("RC401", about, tuple(part("rules", rule) for rule in overridden)), found)


def _overridden(rule: Rule, limit: Rule) -> Shows:
    return lambda replay: replay.overrides(limit.name, rule.name)


def _override(inquiry: Inquiry, rule: Rule, limit: Rule) -> int:
    """The node for "the rule raises to a level or higher, and the limit limits to below it"."""
    effects, nodes = inquiry.said.effects, inquiry.space.nodes
    pairs = zip(effects[rule.name], effects[limit.name], strict=True)
    return nodes.any_of(nodes.all_of(pair) for pair in pairs)


def services_kept(inquiry: Inquiry) -> Iterator[Verdict]:
    """RC403: services for people that are inactive at the tier of an incident, and would be active at another."""
    speaking = {service.name for service in services(inquiry.protocol)}
    for response in inquiry.protocol.responses.values():
        finding = Finding("RC403", (part("responses", response),))
        if response.name in speaking:
            yield _kept(inquiry, finding, response.name, at_some_tier(response))
        elif response.serves == "people":
            yield RuledOut(finding.id, finding.about)


def _kept(inquiry: Inquiry, finding: Finding, name: str, elsewhere: str) -> Verdict:
    said = inquiry.said.responses
    node = inquiry.space.nodes.all_of([said[elsewhere], opposite(said[name])])

    def switched_off(replay: Replay) -> bool:
        return replay.holds("responses", name) is False and replay.holds("responses", elsewhere) is True

    return refuted(finding, inquiry.find(node, switched_off))
