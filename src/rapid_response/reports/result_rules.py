"""Of a result: why the tier is what it is, which rules are held back or still open, and what does not apply."""

from __future__ import annotations

from collections.abc import Iterator

from rapid_response.evaluation.outcomes import Outcome, RuleOutcome
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import Block, Entry, Paragraph, Section, Series, line
from rapid_response.reports.result_view import View
from rapid_response.reports.vocabulary import capital


def scope(view: View) -> Iterator[Section]:
    """Why the protocol is not for this incident, or what that waits for; nothing where it is."""
    if view.result.scope == "out":
        holding = [outcome for outcome in view.result.scope_rules if outcome.state == "yes"]
        yield Section(say.OUT_OF_SCOPE(view.language), tuple(_ruling(view, outcome) for outcome in holding))
    elif view.result.scope == "unknown":
        waiting = [outcome for outcome in view.result.scope_rules if outcome.state == "unknown"]
        yield Section(say.SCOPE_UNKNOWN(view.language), tuple(view.waiting(outcome) for outcome in waiting))


def why(view: View) -> Section:
    """The rules that fired, those with one effect together."""
    groups: dict[str, list[Block]] = {}
    fired = [rule for rule in view.result.rules if rule.state == "fired"]
    for rule in sorted(fired, key=lambda rule: _rank(view, rule)):
        groups.setdefault(view.effect(rule), []).append(_ruling(view, rule))
    sections = tuple(Section(capital(effect), tuple(entries)) for effect, entries in groups.items())
    raised = any(rule.part.effect == "raise_to" and rule.state in ("fired", "overridden") for rule in view.result.rules)
    blocks = () if raised else (Paragraph(line(say.NO_RULE_RAISES(view.language))),)
    return Section(say.WHY(view.language), blocks, sections)


def held_back(view: View) -> Iterator[Section]:
    """The rules that others held back."""
    overridden = tuple(_overridden(view, rule) for rule in view.result.rules if rule.state == "overridden")
    if overridden:
        yield Section(say.HELD_BACK(view.language), overridden)


def still_open(view: View) -> Iterator[Section]:
    """The rules that are not settled: those that could still move the tier, then the names of the others."""
    rules = [rule for rule in view.result.rules if rule.state == "open"]
    blocks: list[Block] = [view.waiting(rule, view.effect(rule)) for rule in rules if view.can_matter(rule)]
    others = [view.words.quoted(view.words.label(rule.part)) for rule in rules if not view.can_matter(rule)]
    if others:
        blocks.append(Paragraph(line(say.CANNOT_MATTER(view.language, view.words.listed(others, say.AND)), "quiet")))
    if blocks:
        yield Section(say.STILL_OPEN(view.language), tuple(blocks))


def not_applying(view: View) -> Iterator[Section]:
    """The rules that did not fire, and the responses that are not called for."""
    rules = [rule for rule in view.result.rules if rule.state == "not fired"]
    responses = [response for response in view.result.responses if response.state == "inactive"]
    for title, outcomes in ((say.NOT_FIRED, rules), (say.INACTIVE, responses)):
        entries = tuple(
            Entry(view.heading(outcome), (view.origin(outcome), *view.trees(outcome))) for outcome in outcomes
        )
        if entries:
            yield Section(title(view.language), entries, shown="folded")


def _ruling(view: View, outcome: Outcome, aside: str = "", *above: Block) -> Entry:
    """A rule or scope entry that came out, with its words, the facts behind it and where it stands."""
    because = outcome.because.in_language(view.language)
    blocks: list[Block] = [*above, *([Paragraph(line(because))] if because else [])]
    if grounds := view.reasons.grounds(outcome):
        blocks.append(Series(grounds))
    if isinstance(outcome, RuleOutcome) and outcome.tiers[0] < outcome.tiers[1]:
        blocks.append(view.waits(outcome))
    blocks += [view.origin(outcome), *view.trees(outcome)]
    return Entry(view.heading(outcome, aside), tuple(blocks))


def _overridden(view: View, rule: RuleOutcome) -> Entry:
    limits = [view.words.quoted(view.words.label(view.protocol.rules[name])) for name in rule.overridden_by]
    held = say.HELD_BACK_BY(view.language, view.words.listed(limits, say.AND))
    return _ruling(view, rule, view.effect(rule), Paragraph(line(held, "alert")))


def _rank(view: View, rule: RuleOutcome) -> tuple[bool, int]:
    """Rules that decided come first, then the higher tiers."""
    return rule not in view.result.deciding, -rule.tiers[1].level
