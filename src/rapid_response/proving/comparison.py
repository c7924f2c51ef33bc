"""Two versions of a protocol compared: proved to decide alike, or shown where they do not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Protocol
from rapid_response.proving.alignment import Unshared
from rapid_response.proving.causes import Cause
from rapid_response.proving.edits import Edit
from rapid_response.proving.regions import Case
from rapid_response.proving.shares import Share
from rapid_response.proving.witnesses import Witness

if TYPE_CHECKING:
    from rapid_response.history.backtests.result import Backtest

Verdict = Literal["equivalent", "different", "undecided"]
About = Literal["tier", "response", "scope"]


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that may come out otherwise: the tier, a response or the scope, before and after.

    `name` is that of the response, the old one where it was renamed. `before` and `after` are names of tiers, "active"
    and "inactive", or "in" and "out"; None where the version has no such response.
    """

    about: About
    name: str
    before: str | None
    after: str | None

    def to_dict(self) -> dict[str, Any]:
        """The claim as plain data."""
        return {"about": self.about, "name": self.name, "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class Difference:
    """A claim that is true of some incident, which the witness shows.

    `causes` are the changed rules that bring a change of tier about, each with the cases in which it does. `cases` say
    where a response or the scope comes out otherwise, but where `with_tier` says that it is proved to do so only where
    the tier changes too. Both are empty where there was no time. `share` is that of all possible incidents; None where
    there was no time for it, or where it hangs on a formula over several numbers or times.
    """

    claim: Claim
    witness: Witness
    causes: tuple[Cause, ...]
    cases: tuple[Case, ...]
    with_tier: bool
    share: Share | None

    def to_dict(self, private: bool = False) -> dict[str, Any]:
        """The difference as plain data; values of private facts only where asked for."""
        old, new = self.witness.results
        hidden = {name for name, fact in old.protocol.facts.items() if fact.private} | {
            name for name, fact in new.protocol.facts.items() if fact.private
        }
        facts = {
            name: None if name in hidden and not private else _plain(value)
            for name, value in self.witness.facts.items()
        }
        return {
            **self.claim.to_dict(),
            "witness": {"facts": facts, "as_of": old.as_of, "old": _in_short(old), "new": _in_short(new)},
            "causes": [cause.to_dict() for cause in self.causes],
            "cases": [case.to_dict() for case in self.cases],
            "only_with_tier": self.with_tier,
            "share": self.share.to_dict() if self.share else None,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of a protocol compared, for every incident of which everything is known.

    `share` is that of all possible incidents for which the tier differs; None as in a difference.
    `undecided` are claims that were neither shown nor proved impossible in time. `unshared` are answers that only one
    version knows, to questions that it looks at; incidents with them were not compared. `vocabulary` is a protocol
    whose facts are the questions of both. `timed` says that times are compared with the time of evaluation in a way
    that may come out otherwise at another time than `as_of`; `weighted` that shares go by how often answers were given.
    """

    old: Protocol
    new: Protocol
    as_of: str
    timed: bool
    renamed: Mapping[str, str]
    differences: tuple[Difference, ...]
    share: Share | None
    undecided: tuple[Claim, ...]
    unshared: tuple[Unshared, ...]
    edits: tuple[Edit, ...]
    vocabulary: Protocol
    weighted: bool = False

    @property
    def verdict(self) -> Verdict:
        """Whether the versions are proved to decide alike, or differ; undecided where there was no time for either.

        "equivalent": no incident exists for which the tier, a response or the scope differs. So the exact range of
        tiers is the same too while something is not known; and as nothing that is said of the unknown differs
        (assumptions, blanks, `if_unsettled`), so is what is recommended.
        """
        if self.differences or self.unshared or self.while_unknown:
            return "different"
        return "undecided" if self.undecided else "equivalent"

    @property
    def while_unknown(self) -> tuple[Edit, ...]:
        """Edits that change what is recommended while something is not known, without their other lines."""
        return tuple(lines for edit in self.edits if (lines := edit.while_unknown))

    def to_dict(self, private: bool = False, history: Backtest | None = None) -> dict[str, Any]:
        """The comparison as plain data, described by `comparison_schema()`.

        With a back-test of the same versions, each difference says in how many past incidents it came up.
        """
        plain = self._to_dict(private)
        if history is None:
            return plain
        from rapid_response.reports.past_shares import past_shares

        seen = past_shares(self, history) if history.compared else {}
        for found, told in zip(self.differences, plain["differences"], strict=True):
            told["past"] = seen[found.claim].to_dict() if found.claim in seen else None
        return {**plain, "history": history.to_dict()}

    def _to_dict(self, private: bool) -> dict[str, Any]:
        versions = {"old": self.old, "new": self.new}
        return {
            **{
                name: {"name": version.name, "version": version.version, "fingerprint": version.fingerprint}
                for name, version in versions.items()
            },
            "verdict": self.verdict,
            "as_of": self.as_of,
            "depends_on_time": self.timed,
            "renamed": dict(self.renamed),
            "weighted": self.weighted,
            "share": self.share.to_dict() if self.share else None,
            "differences": [difference.to_dict(private) for difference in self.differences],
            "undecided": [claim.to_dict() for claim in self.undecided],
            "unshared": [answers.to_dict() for answers in self.unshared],
            "edits": [edit.to_dict() for edit in self.edits],
        }

    def to_json(self, private: bool = False, indent: int | None = None, history: Backtest | None = None) -> str:
        """The same as JSON text, non-ASCII characters as they are."""
        return json.dumps(self.to_dict(private, history), ensure_ascii=False, indent=indent)

    def to_html(self, language: str = DEFAULT_LANGUAGE, private: bool = False, history: Backtest | None = None) -> str:
        """The comparison as one self-contained HTML page, with a back-test if given; needs the extra `reports`."""
        from rapid_response.reports.html import comparison_page

        return comparison_page(self, language, private=private, history=history)

    def to_markdown(
        self, language: str = DEFAULT_LANGUAGE, private: bool = False, history: Backtest | None = None
    ) -> str:
        """The comparison as Markdown, for the minutes of a meeting, with a back-test if given."""
        from rapid_response.reports.comparison_document import comparison_document
        from rapid_response.reports.markdown import document_markdown

        return document_markdown(comparison_document(self, language, private, history))

    def __str__(self) -> str:
        from rapid_response.reports.comparison_document import comparison_document
        from rapid_response.reports.terminal import document_text

        return document_text(comparison_document(self, DEFAULT_LANGUAGE))


def _in_short(result: Recommendation) -> dict[str, Any]:
    """What a result says, and the rules that decided."""
    active = [response.name for response in result.responses if response.state == "active"]
    deciding = [rule.name for rule in result.deciding]
    tier = {"tier": result.tier.name if result.tier else None, "standing": result.standing}
    return {**tier, "deciding": deciding, "active": active}


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | str | list) or value is None else str(value)
