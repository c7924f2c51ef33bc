"""The decision log: what was known, what was recommended and what people decided, kept for years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from os import PathLike
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import func, select

from rapid_response.evaluation.patterns import History, check_history
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import did_you_mean, one_of
from rapid_response.record import cases, deciding, proofs, stored_protocols
from rapid_response.record.appending import Draft, append, delete_private_parts, erased_incidents
from rapid_response.record.checkpoint import Checkpoint
from rapid_response.record.entries import Confirmation, Decision, Entry, Erasure, Kind, Link, Override, ProtocolVersion
from rapid_response.record.errors import RecordError, failure
from rapid_response.record.facts import given_again
from rapid_response.record.keys import KeyStore
from rapid_response.record.opening import PATIENCE, Opened, open_log
from rapid_response.record.past import evaluate_again
from rapid_response.record.reading import Wanted, read, rows
from rapid_response.record.storage.tables import entries
from rapid_response.record.verifying import Verification, verify

E = TypeVar("E", bound=Entry)
LARGEST = 1 << 63
"""Beyond this no database can count."""


def now() -> dt.datetime:
    """The time of recording, unless a log is opened with another clock."""
    return dt.datetime.now(dt.UTC)


class DecisionLog:
    """Decisions and what became of them, in entries that are only ever added.

    Each entry is on the disk before it is returned. Use it as a context manager, or call `close`.

    `origin` is its name in checkpoints. `store` and `keys` are the databases within, for what else this package does
    with them; `keys` is None where only the log itself is here.

    >>> from tempfile import TemporaryDirectory
    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> with TemporaryDirectory() as folder, DecisionLog.open(f"{folder}/decisions.db") as log:
    ...     decision = log.decide(protocol, {"id": "A-1", "harm": "killed"}, by="Coordinator", as_of="2026-02-01T09:00")
    ...     override = log.override(decision.id, tier="activate", by="Director", reason="The family asks for it.")
    ...     [entry.kind for entry in log.timeline("A-1")], log.verify().fine
    (['decision', 'override'], True)
    """

    def __init__(self, opened: Opened, clock: Callable[[], dt.datetime]) -> None:
        self.store, self.keys, self.origin = opened.store, opened.keys, opened.origin
        self._clock = clock
        self._protocols: dict[str, Protocol] = {}

    @classmethod
    def open(
        cls,
        url: str | PathLike[str] = "decisions.db",
        *,
        keys: str | PathLike[str] | None = None,
        origin: str | None = None,
        clock: Callable[[], dt.datetime] = now,
        read_only: bool = False,
        patience: float = PATIENCE,
    ) -> Self:
        """Open the log in a SQLite file (a path, `sqlite:///…`) or a PostgreSQL database (`postgresql://…`).

        A log that is not there yet is made, unless it is to be `read_only`. `keys` is the file with the keys of private
        parts: `decisions.keys` beside `decisions.db` if not given, and a table of the same database on PostgreSQL.
        `origin` names a new log in its checkpoints. `clock` gives the time of recording, with its offset. `patience`
        is how many seconds to wait for others who write.

        Raises RecordError: RD101 to RD106, RD109, RD110.
        """
        return cls(open_log(str(url), None if keys is None else str(keys), origin, read_only, patience), clock)

    # Deciding

    def decide(
        self,
        protocol: Protocol,
        incident: Mapping[str, Any],
        *,
        by: str,
        as_of: str | dt.datetime | None = None,
        history: History | None = None,
    ) -> Decision:
        """Evaluate the incident and record the recommendation; `as_of` is the time of recording if not given.

        Of a `history`, past incidents in which patterns are counted, the record keeps the numbers and whose they are.
        Raises IncidentError, which names every bad fact, and RecordError: RD101 (the server cannot be reached), RD105
        to RD108, RD204, RD205. Then nothing was recorded, except that after RD108 it may have been.
        """
        result = protocol.evaluate(incident, as_of=self._when(as_of), history=history)
        return self._add(Decision, deciding.decision(result, by), protocol)

    def decide_many(
        self,
        protocol: Protocol,
        incidents: Iterable[Mapping[str, Any]],
        *,
        by: str,
        as_of: str | dt.datetime | None = None,
        history: History | None = None,
        at_once: int = 1000,
    ) -> range:
        """Record the recommendations for many incidents, `at_once` in one transaction, in bounded memory.

        The `history` is the same for all of them; they do not count one another. Gives the ids from the first to the
        last of them; what others recorded meanwhile may lie in between. Raises as `decide` does; then the transactions
        before are recorded, and of the last one nothing. Raises ValueError where `at_once` is less than 1.
        """
        if at_once < 1:
            raise ValueError(f"at_once is {at_once}: at least one is stored at a time")
        past = None if history is None else check_history(protocol, history).incidents
        rest, first, last = iter(incidents), 0, 0
        while piece := list(islice(rest, at_once)):
            when = self._when(as_of)
            results = (protocol.evaluate(incident, as_of=when, history=past) for incident in piece)
            drafts = [deciding.decision(result, by) for result in results]
            added = self._append(drafts, protocol)
            first, last = first or added[0].id, added[-1].id
        return range(first, last + 1) if last else range(0)

    def update(
        self,
        decision: int,
        facts: Mapping[str, Any],
        *,
        by: str,
        as_of: str | dt.datetime | None = None,
        protocol: Protocol | None = None,
        history: History | None = None,
    ) -> Decision:
        """Record what the recommendation is with new information: `facts` are put over those of that decision.

        A fact that is given as None is no longer known. It is evaluated under the protocol of that decision unless
        another is given, and patterns are counted anew in the `history`. A fact that the other protocol does not have
        is to be given as None. Raises as `decide` does, and RecordError: RD201, RD202, RD206 to RD209.
        """
        before = self._with_private_facts(self.decision(decision, private=True))
        if facts.get("id", before.incident) != before.incident:
            raise failure("RD206", "the new information names another incident", "leave its `id` out, or decide anew")
        under = protocol or self.protocol(before)
        told = {**given_again(under, before.facts), **facts, "id": before.incident}
        known = {name: value for name, value in told.items() if value is not None or name not in before.facts}
        result = under.evaluate(known, as_of=self._when(as_of), history=history)
        return self._add(Decision, deciding.decision(result, by, before), under)

    # What people say of a decision

    def confirm(self, decision: int, *, by: str) -> Confirmation:
        """Record that somebody confirms what was recommended.

        Raises RecordError as `decide` does; RD201, RD202, RD214 (no tier was recommended).
        """
        return self._add(Confirmation, deciding.confirmation(self.decision(decision), by))

    def override(self, decision: int, *, tier: str, by: str, reason: str) -> Override:
        """Record that somebody decides on another tier; what was recommended is kept beside it.

        Raises RecordError as `decide` does; RD201, RD202, RD203 (an unknown tier), RD204 (no reason),
        RD213 (the tier that was recommended).
        """
        overridden = self.decision(decision)
        known = [each.name for each in self.protocol(overridden).tiers]
        if tier not in known:
            raise failure("RD203", f"unknown tier `{tier}`", did_you_mean(tier, known, f"write {one_of(known)}"))
        if tier == overridden.outcome.tier:
            raise failure("RD213", f"`{tier}` is what was recommended", "confirm it")
        return self._add(Override, deciding.override(overridden, tier, by, reason))

    def link(self, first: int, second: int, *, by: str) -> Link:
        """Record that two decisions, and so their incidents, belong together.

        Raises RecordError as `confirm` does, and RD211 where both are of one incident.
        """
        return self._add(Link, deciding.joining(self.decision(first), self.decision(second), by))

    def erase(self, incident: str, *, by: str, reason: str) -> Erasure:
        """Destroy the private parts of all entries of the incident, and see to it that it does not come back.

        The entries stay as they are, byte for byte; what was recommended can still be read. The reason is kept in the
        open: it should name nobody. Raises RecordError: RD105 to RD108, RD204, RD205 (erased before), RD210.
        """
        cases.refuse_unknown(self.store, incident)
        self._writable_keys.refuse_unless_destroyable()
        draft = deciding.erasure(incident, by, reason)
        with self.store.writing() as connection:
            [entry] = append(connection, [draft], self.origin, self._clock(), self._writable_keys)
            delete_private_parts(connection, incident)
        self._writable_keys.destroy([incident])
        self.store.empty_journal()
        assert isinstance(entry, Erasure)
        return entry

    # Reading

    def __len__(self) -> int:
        with self.store.reading() as connection:
            return connection.scalar(select(func.max(entries.c.id))) or 0

    def read(self, entry: int, private: bool = False) -> Entry:
        """The entry with that id, its private facts only if asked for; RecordError (RD201) where there is none."""
        for found in self._read(Wanted(first=entry, last=entry), private) if 0 < entry < LARGEST else ():
            return found
        raise self._no_such(entry)

    def decision(self, entry: int, private: bool = False) -> Decision:
        """The decision with that id; RecordError: RD201 (no entry), RD202 (something else)."""
        found = self.read(entry, private)
        if not isinstance(found, Decision):
            article = "an" if found.kind[0] in "aeiou" else "a"
            raise failure(
                "RD202", f"record {entry} is {article} {found.kind}, not a decision", "name the decision itself"
            )
        return found

    def entries(
        self,
        *,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        incident: str | None = None,
        kinds: Collection[Kind] = (),
        first: int = 1,
        last: int | None = None,
        private: bool = False,
        unreadable: list[int] | None = None,
    ) -> Iterator[Entry]:
        """Entries in their order, in bounded memory: recorded from `since` up to but without `until`, of that incident,
        of those kinds, with ids from `first` to `last`; private facts only if asked for.

        An entry that was changed until it cannot be read any more raises RecordError (RD409); where a list is given as
        `unreadable`, its id is added to that instead, and reading goes on.
        """
        incidents = None if incident is None else (incident,)
        return self._read(Wanted(since, until, incidents, kinds, first, last), private, unreadable)

    def case(self, incident: str) -> tuple[str, ...]:
        """The incident and all that links join to it, by name; RecordError (RD210) where there is none."""
        return cases.case(self.store, incident)

    def timeline(self, incident: str, private: bool = False) -> list[Entry]:
        """All entries of the incident's case in their order; RecordError (RD210) where there are none."""
        return list(self._read(Wanted(incidents=self.case(incident)), private))

    def standing_of(self, decision: int) -> Confirmation | Override | None:
        """The last word of people on that decision, None where nobody has said anything yet.

        Raises RecordError: RD201, RD202.
        """
        last = cases.last_word(self.store, self.decision(decision).id)
        found = None if last is None else self.read(last)
        assert found is None or isinstance(found, Confirmation | Override)
        return found

    def erased(self) -> frozenset[str]:
        """The incidents that were erased."""
        with self.store.reading() as connection:
            return frozenset(erased_incidents(connection))

    # What was recorded, evaluated again

    def protocol(self, of: Decision | ProtocolVersion) -> Protocol:
        """A recorded protocol, from its files as they were; RecordError (RD207) where they no longer load."""
        text = of.protocol.text if isinstance(of, Decision) else of.text
        if text not in self._protocols:
            with self.store.reading() as connection:
                self._protocols[text] = stored_protocols.load(connection, text)
        return self._protocols[text]

    def protocols(self) -> list[ProtocolVersion]:
        """Every protocol that a decision was made under."""
        with self.store.reading() as connection:
            return stored_protocols.kept(connection)

    def result(self, decision: Decision | int) -> Recommendation:
        """The recommendation again, evaluated from the record under its own protocol, private facts included.

        Raises RecordError: RD201, RD202, RD207, RD208 (erased), RD209 (no key).
        """
        if not isinstance(decision, Decision) or decision.opened == "closed":
            decision = self.decision(decision.id if isinstance(decision, Decision) else decision, private=True)
        again = self._with_private_facts(decision)
        protocol = self.protocol(again)
        facts = given_again(protocol, again.facts)
        return evaluate_again(protocol, {**facts, "id": again.incident}, again.as_of, again.patterns)

    # Proof that nothing was changed

    def raw(self, entry: int) -> bytes:
        """The stored bytes of an entry; RecordError (RD201) where there is none."""
        for _, payload in self.raw_entries(entry, entry) if 0 < entry < LARGEST else ():
            return payload
        raise self._no_such(entry)

    def raw_entries(self, first: int = 1, last: int | None = None) -> Iterator[tuple[int, bytes]]:
        """Ids and stored bytes, which are what is hashed: canonical JSON, one entry each."""
        for piece in rows(self.store, Wanted(first=first, last=last), entries.c.id, entries.c.payload):
            yield from ((row.id, bytes(row.payload)) for row in piece)

    def verify(self, against: Checkpoint | None = None) -> Verification:
        """Compare everything that is stored with everything else, and with a checkpoint kept elsewhere.

        Without one, entries that were cut off at the end cannot be missed, nor a log that was rewritten as a whole.
        """
        return verify(self.store, self.keys, self.origin, against)

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        """Three lines to keep elsewhere, of the whole log or its first `size` entries; RecordError (RD302)."""
        length = len(self)
        return proofs.checkpoint(self.store, self.origin, length if size is None else size, length)

    def inclusion_proof(self, entry: int, size: int | None = None) -> tuple[bytes, ...]:
        """Hashes that prove that the entry is one of the first `size` of the log, or of all; RecordError (RD302).

        Whoever has the checkpoint and the entry's bytes can check it: `merkle.proves_inclusion`, index `entry - 1`.
        """
        length = len(self)
        return proofs.inclusion(self.store, entry, length if size is None else size, length)

    def consistency_proof(self, first: int, second: int | None = None) -> tuple[bytes, ...]:
        """Hashes that prove that the log of `first` entries is the beginning of that of `second`, or of the whole.

        Whoever has both checkpoints can check it: `merkle.proves_consistency`. Raises RecordError (RD302).
        """
        length = len(self)
        return proofs.consistency(self.store, first, length if second is None else second, length)

    # Closing

    def close(self) -> None:
        """Close the files or connections."""
        self.store.close()
        if self.keys:
            self.keys.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Within

    @property
    def _writable_keys(self) -> KeyStore:
        assert self.keys is not None, "a log that is written to has its keys"
        return self.keys

    def _append(self, drafts: Sequence[Draft], protocol: Protocol | None = None) -> list[Entry]:
        with self.store.writing() as connection:
            if protocol:
                stored_protocols.keep(connection, protocol)
            return append(connection, drafts, self.origin, self._clock(), self._writable_keys)

    def _when(self, as_of: str | dt.datetime | None) -> str | dt.datetime:
        return self._clock() if as_of is None else as_of

    def _add(self, kind: type[E], draft: Draft, protocol: Protocol | None = None) -> E:
        [entry] = self._append([draft], protocol)
        assert isinstance(entry, kind)
        return entry

    def _read(self, wanted: Wanted, private: bool, unreadable: list[int] | None = None) -> Iterator[Entry]:
        return read(self.store, self.keys, wanted, private, unreadable)

    def _no_such(self, entry: int) -> RecordError:
        return failure("RD201", f"there is no record {entry}", f"the log has {len(self)} entries")

    def _with_private_facts(self, decision: Decision) -> Decision:
        match decision.opened:
            case "erased":
                raise failure(
                    "RD208",
                    f"the private facts of record {decision.id} were erased",
                    "what was recommended can be read",
                )
            case "sealed":
                remedy = "open the log with its key file"
                raise failure("RD209", f"the private facts of record {decision.id} cannot be opened", remedy)
            case _:
                return decision
