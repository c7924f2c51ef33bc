"""Runs and coverage as text for people, at most 80 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rapid_response.protocol.model import DEFAULT_LANGUAGE, Protocol
from rapid_response.scenarios import words
from rapid_response.scenarios.coverage import Share
from rapid_response.scenarios.goals import Goal
from rapid_response.scenarios.layout import columns, wrapped
from rapid_response.scenarios.reasons import Why
from rapid_response.scenarios.running import Failure, Run, ScenarioResult

MOST_REASONS = 5
_COUNT_COLUMN = 40


def run_text(run: Run, language: str = DEFAULT_LANGUAGE) -> str:
    """What failed and why, how many scenarios passed, and how much of the rules they cover.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.scenarios.reading import scenarios_from_text
    >>> from rapid_response.scenarios.running import run_scenarios
    >>> protocol = protocol_from_text("protocol: p\\ntiers: {low: {}, high: {}}")
    >>> text = "scenarios: [{name: Quiet, incident: {}, expect: {tier: high}}]"
    >>> print(run_text(run_scenarios(protocol, scenarios_from_text(protocol, text))), end="")
    FAILED  Quiet
            protocol.scenarios.yaml:1
      tier: expected high, came low
        No rule raises the tier.
    <BLANKLINE>
    1 scenario: 0 passed, 1 failed
    """
    blocks = [*(result_lines(result, language) for result in run.failed), summary_lines(run, language)]
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def coverage_text(run: Run, language: str = DEFAULT_LANGUAGE) -> str:
    """How much of the protocol the scenarios touch, and everything that none of them does."""
    coverage = run.coverage
    shares = [
        *((phrases[0], coverage.share(*section)) for section, phrases in words.NAMES_ALONE.items()),
        *((phrases[0], coverage.share(section)) for section, phrases in words.WITH_SIDES.items()),
    ]
    lines = [
        words.COVERAGE(language),
        *(_share(phrase(language), share, language) for phrase, share in shares if share.total),
    ]
    missing = list(_missing(run, language))
    headline = words.NOT_TOUCHED(language) if missing else words.ALL_TOUCHED(language)
    return "\n".join([*lines, "", headline, *missing]) + "\n"


def result_lines(result: ScenarioResult, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """One scenario that failed."""
    title, span = words.FAILED(language), result.scenario.span
    margin = " " * (columns(title) + 2)
    lines = wrapped(result.scenario.name, f"{title}  ", margin)
    lines.append(f"{margin}{span.source.file}:{span.line}")
    return lines + failure_lines(result, language)


def failure_lines(result: ScenarioResult, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """What came out other than expected, and why."""
    protocol = result.recommendation.protocol
    return [line for failure in result.failures for line in _failure(protocol, failure, language)]


def _failure(protocol: Protocol, failure: Failure, language: str) -> Iterator[str]:
    claim = failure.claim
    yield from wrapped(failure_sentence(protocol, failure, language), "  ", "    ")
    if not failure.why and claim.kind == "tier":
        yield f"    {words.NO_RULE_RAISES(language)}"
    for why in failure.why[:MOST_REASONS]:
        yield from _why(protocol, why, language)
    if (more := len(failure.why) - MOST_REASONS) > 0:
        yield f"    {words.AND_MORE(language, more)}"


def failure_sentence(protocol: Protocol, failure: Failure, language: str = DEFAULT_LANGUAGE) -> str:
    """What was expected and what came, in one line."""
    claim = failure.claim
    expected, came = (words.claim_words(protocol, claim, values, language) for values in (claim.expected, failure.came))
    return words.CAME_INSTEAD(language, words.CLAIMS[claim.kind](language, claim.name), expected, came)


def _why(protocol: Protocol, why: Why, language: str) -> Iterator[str]:
    yield from wrapped(words.COLON(language).join([_label(why, language), _came(why, language)]), "    ", "      ")
    if why.because:
        yield from wrapped(why.because.in_language(language), "      ", "      ")
    if why.grounds:
        grounds = [words.ground_words(protocol, ground, language) for ground in why.grounds]
        yield from wrapped(words.SEMICOLON(language).join(grounds), "      ", "      ")


def _label(why: Why, language: str) -> str:
    """The name, which is English, with the title before it in other languages."""
    title = why.title.by_language.get(language) if language != DEFAULT_LANGUAGE else None
    return words.IN_BRACKETS(language, title, why.name) if title else why.name


def _came(why: Why, language: str) -> str:
    """How a part came out, and for rules where they lead."""
    told = [words.STATES.get(why.state, words.NOT_KNOWN)(language)]
    if why.effect:
        effect = words.RAISES_TO if why.effect == "raise_to" else words.LIMITS_TO
        told.append(effect(language, " … ".join(why.tiers)))
    if why.overridden_by:
        told.append(words.OVERRIDDEN_BY(language, words.COMMA(language).join(why.overridden_by)))
    return words.COMMA(language).join(told)


# The summary and the coverage


def summary_lines(run: Run, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """How many scenarios passed, how much of the rules they cover, and last what is wrong with the run as a whole."""
    if not run.results:
        return [words.NONE_NAMED(language, run.only) if run.only else words.NO_SCENARIOS(language)]
    count = words.ONE_SCENARIO if len(run.results) == 1 else words.SCENARIOS_OF
    passed = words.PASSED_OF(language, len(run.results) - len(run.failed))
    counts = words.COMMA(language).join([passed, words.FAILED_OF(language, len(run.failed))])
    shares = [(side, run.coverage.share("rule", side)) for side in ("fired", "not fired")]
    return [
        words.COLON(language).join([count(language, len(run.results)), counts]),
        *(
            _share(words.NAMES_ALONE["rule", side][0](language), share, language)
            for side, share in shares
            if share.total
        ),
        *([] if run.covers_enough else [words.TOO_LITTLE(language, f"{run.fail_under:g}")]),
    ]


def _share(title: str, share: Share, language: str) -> str:
    count = words.OF(language, share.touched, share.total)
    left = f"  {title}{' ' * max(2, _COUNT_COLUMN - columns(title))}{count}"
    return f"{left}{' ' * max(2, 14 - columns(count))}{share.percent:>5} %"


def _missing(run: Run, language: str) -> Iterator[str]:
    for (section, side), phrases in words.NAMES_ALONE.items():
        yield from _listed(phrases[1](language), [goal.name for goal in run.coverage.missing(section, side)])
    for section, (_, heading) in words.WITH_SIDES.items():
        yield from _listed(heading(language), _by_name(run.protocol, run.coverage.missing(section), language))


def _by_name(protocol: Protocol, goals: Iterable[Goal], language: str) -> list[str]:
    """Rows, edges and answers, those of one name together."""
    sides: dict[str, list[str]] = {}
    for goal in goals:
        sides.setdefault(goal.name, []).append(words.side_words(protocol, goal, language))
    return [f"{name}{words.COLON(language)}{words.COMMA(language).join(listed)}" for name, listed in sides.items()]


def _listed(heading: str, items: list[str]) -> Iterator[str]:
    if items:
        yield f"  {heading}"
        for item in items:
            yield from wrapped(item, "    ", "      ")
