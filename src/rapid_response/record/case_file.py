"""One case as the log tells it: what each decision knew that the one before it did not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Protocol
from rapid_response.record.checkpoint import Checkpoint
from rapid_response.record.entries import Confirmation, Decision, Entry, Erasure, Override
from rapid_response.record.errors import RecordError
from rapid_response.record.log import DecisionLog
from rapid_response.record.outcomes import lies_apart

Names = tuple[str, ...]
GONE = ("RD208", "RD209")
"""The ids of the errors of a result that cannot be had any more, since private facts were erased or are sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything that the log has on an incident: its entries, oldest first, and those of the incidents linked to it.

    `protocols` are those of its decisions by the digest of their text, `result` the last decision evaluated again under
    its own protocol (None where its private facts are erased or their key is not here), `checkpoint` the state of the
    log that it was read from.
    """

    incident: str
    linked: Names
    entries: tuple[Entry, ...] = field(repr=False)
    protocols: Mapping[str, Protocol] = field(repr=False)
    last: Decision
    result: Recommendation | None = field(repr=False)
    checkpoint: Checkpoint

    def protocol(self, decision: Decision) -> Protocol:
        """The protocol that a decision was made under."""
        return self.protocols[decision.protocol.text]

    def to_dict(self) -> dict[str, Any]:
        """The file as plain data."""
        return {
            "incident": self.incident,
            "linked": list(self.linked),
            "entries": [entry.to_dict() for entry in self.entries],
            "checkpoint": str(self.checkpoint).splitlines(),
        }


def read_case(log: DecisionLog, incident: str, *, private: bool = False) -> CaseFile:
    """The file of an incident. Raises RecordError where the log has no decision on it.

    >>> from tempfile import TemporaryDirectory
    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> with TemporaryDirectory() as folder, DecisionLog.open(f"{folder}/decisions.db") as log:
    ...     decision = log.decide(protocol, {"id": "A-1", "harm": "none"}, by="Night line", as_of="2026-02-01T09:00")
    ...     read_case(log, "A-1").last.outcome.tier
    'monitor'
    """
    checkpoint = log.checkpoint()
    found = [entry for entry in log.timeline(incident, private=private) if entry.id <= checkpoint.size]
    erased = {entry.incident for entry in found if isinstance(entry, Erasure)}
    entries = tuple(_marked(entry) if entry.incident in erased else entry for entry in found)
    decisions = [entry for entry in entries if isinstance(entry, Decision)]
    own = [decision.id for decision in decisions if decision.incident == incident]
    last, result = decision_again(log, own[-1], private)
    return CaseFile(
        incident=incident,
        linked=tuple(name for name in log.case(incident) if name != incident),
        entries=entries,
        protocols={decision.protocol.text: log.protocol(decision) for decision in decisions},
        last=last,
        result=result,
        checkpoint=checkpoint,
    )


def _marked(entry: Entry) -> Entry:
    """An entry of an incident that was erased: nothing of it waits to be asked for."""
    return replace(entry, opened="erased") if isinstance(entry, Decision) and entry.opened == "closed" else entry


def decision_again(log: DecisionLog, entry: int, private: bool = False) -> tuple[Decision, Recommendation | None]:
    """A decision, and its recommendation evaluated again; None where that cannot be had: `opened` then says why.

    Raises RecordError where there is no such decision.
    """
    decision = log.decision(entry, private)
    result = result_again(log, decision, private)
    return (decision if result else log.decision(entry, private=True)), result


def result_again(log: DecisionLog, decision: Decision, private: bool = False) -> Recommendation | None:
    """A decision evaluated again; None where its private facts are erased, or their key is not here.

    Unless `private` asks for it, free text counts as private in it, and nobody is named who said something: a log keeps
    both apart, and what is read from it may be handed on.
    """
    try:
        result = log.result(decision)
    except RecordError as error:
        if error.id in GONE:
            return None
        raise
    return result if private else _confidential(result)


def _confidential(result: Recommendation) -> Recommendation:
    facts = {name: replace(fact, private=lies_apart(fact)) for name, fact in result.protocol.facts.items()}
    details = {name: replace(detail, source=None) for name, detail in result.incident.details.items()}
    incident = result.incident._replace(details=details)
    return replace(result, protocol=replace(result.protocol, facts=facts), checked=incident)


@dataclass(frozen=True, slots=True)
class Change:
    """A decision and what it knew beyond the one before it on the same incident (None where it is the first).

    `learned` are the facts that were not known before, or were known otherwise; `withdrawn` those no longer known.
    Whether a private fact changed its value is told only where both decisions were read with private facts.
    """

    decision: Decision
    before: Decision | None
    learned: Names
    withdrawn: Names

    @property
    def moved(self) -> bool:
        """Whether the recommended tier or the range is another than before."""
        return self.before is None or _tiers(self.before) != _tiers(self.decision)


def changes(entries: Iterable[Entry]) -> Iterator[Change]:
    """The decisions among the entries of a case, oldest first, each with what had changed."""
    known: dict[int, Decision] = {}
    latest: dict[str, Decision] = {}
    for entry in entries:
        if isinstance(entry, Decision):
            before = known.get(entry.previous or 0) or latest.get(entry.incident)
            yield _change(entry, before)
            known[entry.id] = latest[entry.incident] = entry


def last_words(entries: Iterable[Entry]) -> Mapping[int, Confirmation | Override]:
    """What people last said of each decision."""
    return {entry.decision: entry for entry in entries if isinstance(entry, Confirmation | Override)}


def apart(decision: Decision) -> Names:
    """The facts of a decision whose values lie apart and are not here."""
    return tuple(name for name in decision.private if "value" not in decision.facts.get(name, {}))


def _change(decision: Decision, before: Decision | None) -> Change:
    had = _known(before) if before else {}
    has = _known(decision)
    learned = tuple(name for name, value in has.items() if name not in had or had[name] != value)
    return Change(decision, before, learned, tuple(name for name in had if name not in has))


def _known(decision: Decision) -> dict[str, object]:
    """What is stated of each known fact; None where it lies apart."""
    stated = {name: given for name, given in decision.facts.items() if given.get("value") is not None}
    return {**stated, **dict.fromkeys(apart(decision))}


def _tiers(decision: Decision) -> tuple[str | None, str, str]:
    return decision.outcome.tier, decision.outcome.lowest, decision.outcome.highest
