"""What a proposed version of a protocol would have meant for past incidents, beside the current one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapid_response.history.backtests.load_records import Workload
from rapid_response.history.backtests.records import (
    Change,
    ChangedIncident,
    Kept,
    Missing,
    ResponseCount,
    RuleCount,
    Verdict,
    plain,
)
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Protocol
from rapid_response.uncertainty import share_interval


@dataclass(frozen=True, slots=True)
class Transition:
    """So many incidents with one verdict by the current version, and one by the proposed."""

    before: Verdict
    after: Verdict
    incidents: int
    changed: bool

    @property
    def is_open(self) -> bool:
        """Whether the result is open in a version."""
        return self.before.is_open or self.after.is_open


@dataclass(frozen=True, slots=True)
class Standing:
    """Of the incidents compared: how many a version leaves open, and decides only under its assumptions.

    `missing` are the facts that open results wait for, those that most wait for first.
    """

    is_open: int
    assumed: int
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class RuleAgreement:
    """Of the incidents that a rule decided: where people chose the same tier, a higher one, a lower one."""

    rule: str
    same: int
    higher: int
    lower: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """What people decided then, beside what a version says.

    `counts` has a row for each tier that people chose, in the current version's order, and a column for each tier of
    this version; the last one counts open results, which neither agree nor disagree. `same` are the incidents in which
    the version says what people chose.
    """

    chosen: tuple[str, ...]
    tiers: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    same: int
    rules: tuple[RuleAgreement, ...]

    @property
    def stated(self) -> int:
        """Incidents of which it is known what people chose."""
        return sum(map(sum, self.counts))

    @property
    def decided(self) -> int:
        """Those of them in which the version's result is not open."""
        return self.stated - sum(row[-1] for row in self.counts)

    @property
    def interval(self) -> tuple[float, float]:
        """The share of agreement among those decided, with 95 % (Wilson)."""
        return share_interval(self.same, self.decided)

    def to_dict(self) -> dict[str, Any]:
        """The agreement as plain data."""
        low, high = self.interval
        numbers = {"stated": self.stated, "decided": self.decided, "same": self.same, "low": low, "high": high}
        return {**plain(self), **numbers}


@dataclass(frozen=True)
class Backtest:
    """What a proposed version would have meant for past incidents, beside the current one.

    Results are those under the assumptions of each version, as a recommendation is; where more than one tier is still
    possible a result is open, which is never counted as decided. `rows` were read, `kept_aside` do not fit a version,
    `compared` were evaluated by both; `kept` are the first rows kept aside. `transitions` are all pairs of verdicts.
    `changes` are told once for all incidents that change alike; `incidents` are the first of each kind of change, up to
    `most_listed`. `agreement` and `workload` are None where the past does not say what people decided, or when.

    >>> import pyarrow as pa
    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.history import backtest, read_incidents
    >>> text = (
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {age: {type: number, min: 0, max: 120}}\\n"
    ...     "rules: {elder: {when: age >= %s, raise_to: high}}"
    ... )
    >>> past = read_incidents(pa.table({"age": [61, 70, 40, None]}))
    >>> found = backtest(past, protocol_from_text(text % 65), protocol_from_text(text % 60))
    >>> found.compared, found.changed, [(str(t.before), str(t.after), t.incidents) for t in found.transitions]
    (4, 1, [('low', 'low', 1), ('low', 'high', 1), ('low..high', 'low..high', 1), ('high', 'high', 1)])
    """

    current: Protocol
    proposed: Protocol
    renamed: Mapping[str, str]
    source: str
    rows: int
    kept_aside: int
    kept: tuple[Kept, ...]
    compared: int
    transitions: tuple[Transition, ...]
    kinds: Mapping[str, int]
    raised: int | None
    lowered: int | None
    scope: tuple[tuple[int, ...], ...]
    standings: tuple[Standing, Standing]
    rules: tuple[RuleCount, ...]
    responses: tuple[ResponseCount, ...]
    changes: tuple[Change, ...] = field(repr=False)
    incidents: tuple[ChangedIncident, ...] = field(repr=False)
    most_listed: int = field(repr=False)
    agreement: tuple[Agreement, Agreement] | None = field(repr=False)
    workload: Workload | None = field(repr=False)

    @property
    def changed(self) -> int:
        """Incidents whose tier is another one, decided by both versions."""
        return self.kinds["tier"]

    @property
    def changed_open(self) -> int:
        """Incidents that are open in a version, and whose range or recommended tier is another one."""
        return self.kinds["open"]

    @property
    def changed_interval(self) -> tuple[float, float]:
        """The share of incidents whose tier changes, with 95 % (Wilson)."""
        return share_interval(self.changed, self.compared)

    def explained(self) -> Iterator[tuple[ChangedIncident, Change]]:
        """The listed incidents, each with its change."""
        for incident in self.incidents:
            yield incident, self.changes[incident.change - 1]

    def to_dict(self) -> dict[str, Any]:
        """The back-test as plain data, described by `backtest_schema()`."""
        versions = {"current": self.current, "proposed": self.proposed}
        low, high = self.changed_interval
        return {
            **{
                name: {"name": version.name, "version": version.version, "fingerprint": version.fingerprint}
                for name, version in versions.items()
            },
            "renamed": dict(self.renamed),
            "source": self.source,
            "rows": self.rows,
            "kept_aside": self.kept_aside,
            "kept": [plain(kept) for kept in self.kept],
            "compared": self.compared,
            "changed": {**self.kinds, "raised": self.raised, "lowered": self.lowered},
            "changed_share": {"low": low, "high": high},
            "transitions": [plain(transition) for transition in self.transitions],
            "scope": [list(row) for row in self.scope],
            "open": {name: plain(found) for name, found in zip(versions, self.standings, strict=True)},
            "rules": [plain(rule) for rule in self.rules],
            "responses": [plain(response) for response in self.responses],
            "changes": [change.to_dict() for change in self.changes],
            "incidents": [plain(incident) for incident in self.incidents],
            "agreement": self.agreement
            and {name: found.to_dict() for name, found in zip(versions, self.agreement, strict=True)},
            "workload": self.workload and self.workload.to_dict(),
        }

    def to_json(self, indent: int | None = None) -> str:
        """The same as JSON text, non-ASCII characters as they are."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_html(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The back-test as one self-contained HTML page with figures; needs the extra `reports`."""
        from rapid_response.reports.html import backtest_page

        return backtest_page(self, language)

    def to_markdown(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The back-test as Markdown, for the minutes of a meeting."""
        from rapid_response.reports.backtest_document import backtest_document
        from rapid_response.reports.markdown import document_markdown

        return document_markdown(backtest_document(self, language))

    def __str__(self) -> str:
        from rapid_response.reports.backtest_document import backtest_document
        from rapid_response.reports.terminal import document_text

        return document_text(backtest_document(self, DEFAULT_LANGUAGE))
