"""Exact ranges of many incidents, each distinct combination of what is known worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from rapid_response.evaluation.compiling import Facts, Range, Ranges
from rapid_response.evaluation.outcomes import Exactness
from rapid_response.evaluation.patterns import UNCOUNTED, Counts
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Protocol
from rapid_response.reasoning.network import Network
from rapid_response.reasoning.ranges import exact_range
from rapid_response.reasoning.situations import situation_of

MOST_REMEMBERED = 100_000
"""After so many combinations all are forgotten, so that memory stays bounded."""

_Known = tuple[Network, tuple[int | None, ...], Ranges, Ranges]
"""What an exact range hangs on: the cells, and what the patterns come to without and with the assumptions."""


@dataclass(slots=True)
class ExactRanges:
    """Exact ranges of incidents of one protocol. Incidents in the same cells, with the same counts, have the same one.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\n"
    ...     "facts: {age: {type: number, min: 0, max: 120}, f: {type: yes_no}}\\n"
    ...     "rules: {a: {when: age >= 65 and f, raise_to: high}, b: {when: age >= 65 and not f, raise_to: high}}"
    ... )
    >>> ranges = ExactRanges(protocol)
    >>> [ranges.of((age, None), None)[0] for age in (64, 65, 66, 90)], len(ranges.remembered)
    ([(0, 0), (1, 1), (1, 1), (1, 1)], 1)
    """

    protocol: Protocol
    remembered: dict[_Known, tuple[Range, Exactness]] = field(default_factory=dict)

    def of(
        self, facts: Facts, now: int | None, quick: Range | None = None, counts: Counts = UNCOUNTED
    ) -> tuple[Range, Exactness]:
        """The levels that can still come out for encoded facts at a time in microseconds, and how exact that is.

        `quick` are the levels that are possible rule by rule, where they have been worked out already; `counts` is what
        the patterns come to.
        """
        quick = quick or self.protocol.program.tiers(facts, now, False, counts.plain)
        if quick[0] == quick[1]:
            return quick, Exactness(quick, True)
        situation = situation_of(self.protocol, facts, now, counts)
        key = situation.network, situation.cells, counts.plain, counts.assumed
        if key not in self.remembered:
            if len(self.remembered) >= MOST_REMEMBERED:
                self.remembered.clear()
            self.remembered[key] = exact_range(situation, quick)
        return self.remembered[key]


def exact_results(results: Iterable[Recommendation]) -> Iterator[Recommendation]:
    """Each result with its range narrowed to the tiers that can still come out: what `exact` gives, for many.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> results = [protocol.evaluate({"open_activations": number}, as_of="2026-02-01T09:00") for number in range(20)]
    >>> list(exact_results(results)) == [result.exact() for result in results]
    True
    """
    by_protocol: dict[str, ExactRanges] = {}
    for result in results:
        if result.exactness is not None:
            yield result
            continue
        ranges = by_protocol.setdefault(result.protocol.fingerprint, ExactRanges(result.protocol))
        found, exactness = ranges.of(result.incident.facts, result.now, result.range, result.counts)
        yield replace(result, range=found, exactness=exactness)
