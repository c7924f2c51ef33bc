"""What a check of a protocol comes to: findings, proofs, and what was not decided in time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from rapid_response.protocol.model import DEFAULT_LANGUAGE, NO_TEXT, Named, Property, Protocol, Text
from rapid_response.protocol.problems import Span
from rapid_response.proving.catalogue import CATALOGUE, SEVERITIES, Severity

if TYPE_CHECKING:
    from rapid_response.proving.witnesses import Witness

Section = Literal[
    "tiers",
    "roles",
    "kinds",
    "facts",
    "criteria",
    "measures",
    "patterns",
    "out_of_scope",
    "rules",
    "responses",
    "always",
    "never",
    "allow",
]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a protocol: its section and name; of a case or row of a measure its number too, from 1.

    >>> str(Part("measures", "urgency", 2))
    '`urgency`, 2'
    """

    section: Section
    name: str
    row: int | None = None
    span: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"`{self.name}`" if self.row is None else f"`{self.name}`, {self.row}"

    @property
    def place(self) -> str | None:
        """Where it stands, as file:line."""
        return f"{self.span.source.file}:{self.span.line}" if self.span else None

    def to_dict(self) -> dict[str, Any]:
        """The part as plain data, with its place."""
        row = {} if self.row is None else {"row": self.row}
        return {"section": self.section, "name": self.name, **row, "place": self.place}


def part(section: Section, named: Named, row: int | None = None) -> Part:
    """A named part of a protocol."""
    return Part(section, named.name, row, named.span)


def property_part(stated: Property) -> Part:
    """A property, under its English name."""
    return Part(stated.kind, str(stated.name), None, stated.span)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the check found.

    `about` are the parts it is about, the one to look at first; `through` the parts that make it so; `witnesses` are
    incidents that show it, each replayed through `evaluate`. `details` says more by id (see docs/findings.md).
    `allowed` is the protocol's own reason why it is meant.

    >>> Finding("RC203", (Part("rules", "far_away"),)).severity
    'warning'
    """

    id: str
    about: tuple[Part, ...]
    through: tuple[Part, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    allowed: Text = NO_TEXT

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return CATALOGUE[self.id].severity

    def __str__(self) -> str:
        return f"{self.id}: {CATALOGUE[self.id].title}: {' and '.join(map(str, self.about))}"

    def to_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return {
            "id": self.id,
            "severity": self.severity,
            "title": CATALOGUE[self.id].title,
            "about": [each.to_dict() for each in self.about],
            "through": [each.to_dict() for each in self.through],
            "witnesses": [_incident(witness) for witness in self.witnesses],
            "details": dict(self.details),
            "allowed": self.allowed.to_dict() if self.allowed else None,
        }


def _incident(witness: Witness) -> dict[str, Any]:
    """An incident and what comes of it as plain data."""
    [result] = witness.results
    facts = {name: str(value) if isinstance(value, Decimal) else value for name, value in witness.facts.items()}
    return {"facts": facts, "as_of": result.as_of, "lowest": result.lowest.name, "highest": result.highest.name}


@dataclass(frozen=True, slots=True)
class RuledOut:
    """Parts of which there is no finding of that id: proved for every incident, shown by an incident each, or seen."""

    id: str
    about: tuple[Part, ...]

    def to_dict(self) -> dict[str, Any]:
        """What was ruled out as plain data."""
        return {
            "id": self.id,
            "how": CATALOGUE[self.id].ruled_out,
            "about": [each.to_dict() for each in self.about],
        }


@dataclass(frozen=True, slots=True)
class Undecided:
    """What could not be decided within the budget: whether there is a finding of that id about these parts."""

    id: str
    about: tuple[Part, ...]

    @property
    def severity(self) -> Severity:
        """How grave it would be."""
        return CATALOGUE[self.id].severity

    def to_dict(self) -> dict[str, Any]:
        """The open question as plain data."""
        return {"id": self.id, "severity": self.severity, "about": [each.to_dict() for each in self.about]}


@dataclass(frozen=True, slots=True)
class Check:
    """What holds for every incident under a protocol, and what the check found.

    `as_of` is the time of evaluation of all incidents as ISO text, None where the protocol does not use the time.
    """

    protocol: Protocol
    as_of: str | None
    findings: tuple[Finding, ...]
    ruled_out: tuple[RuledOut, ...]
    undecided: tuple[Undecided, ...]

    def count(self, severity: Severity) -> int:
        """How many findings of that severity are not allowed."""
        return sum(1 for finding in self.findings if finding.severity == severity and not finding.allowed)

    def fails(self, at: Severity) -> bool:
        """Whether a finding that is not allowed is of that severity or graver, or one might be that is undecided."""
        grave = SEVERITIES[: SEVERITIES.index(at) + 1]
        open_ones = any(question.severity in grave for question in self.undecided)
        return open_ones or any(self.count(severity) for severity in grave)

    def to_dict(self) -> dict[str, Any]:
        """The whole check as plain data, described by `check_schema()`."""
        protocol = self.protocol
        return {
            "protocol": {"name": protocol.name, "version": protocol.version, "fingerprint": protocol.fingerprint},
            "as_of": self.as_of,
            "counts": {severity: self.count(severity) for severity in SEVERITIES},
            "findings": [finding.to_dict() for finding in self.findings],
            "ruled_out": [each.to_dict() for each in self.ruled_out],
            "undecided": [question.to_dict() for question in self.undecided],
        }

    def to_json(self, indent: int | None = None) -> str:
        """The same as JSON text, non-ASCII characters as they are."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_html(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The check as one self-contained HTML page; needs the extra `reports`."""
        from rapid_response.reports.html import check_page

        return check_page(self, language)

    def to_markdown(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The check as Markdown, for the minutes of a meeting."""
        from rapid_response.reports.check_document import check_document
        from rapid_response.reports.markdown import document_markdown

        return document_markdown(check_document(self, language))

    def __str__(self) -> str:
        from rapid_response.reports.check_document import check_document
        from rapid_response.reports.terminal import document_text

        return document_text(check_document(self, DEFAULT_LANGUAGE))


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings from the gravest to the least, then by id, then by name."""
    return tuple(sorted(findings, key=_rank))


def _rank(finding: Finding) -> tuple[int, str, list[tuple[str, int]]]:
    about = [(each.name, each.row or 0) for each in finding.about]
    return SEVERITIES.index(finding.severity), finding.id, about


Verdict = Finding | RuledOut | Undecided


def unless_possible(finding: Finding, possible: bool | None) -> Verdict:
    """The finding, unless what it says to be impossible is possible, or that was not decided (None).

    >>> unless_possible(Finding("RC203", (Part("rules", "far_away"),)), True)
    RuledOut(id='RC203', about=(Part(section='rules', name='far_away', row=None),))
    """
    match possible:
        case None:
            return Undecided(finding.id, finding.about)
        case True:
            return RuledOut(finding.id, finding.about)
        case False:
            return finding
