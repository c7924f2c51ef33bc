"""The decision log, on SQLite and on PostgreSQL: what is recorded, what people say of it, and how it is found again."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rapid_response import SEMANTICS, IncidentError, load_incidents, load_protocol, protocol_from_text
from rapid_response.record import Decision, DecisionLog, Erasure, Override, RecordError, outcome_of
from rapid_response.testing import incidents, protocols
from tests.crashes import PROTOCOL, START
from tests.postgresql import server

CCSJ = load_protocol("protocol_rules/ccsj")
EXAMPLES = sorted(Path("examples/incidents").glob("*.yaml"))
HOUR = dt.timedelta(hours=1)
Open = Callable[..., DecisionLog]


class Clock:
    """A time that goes on by an hour whenever it is looked at."""

    def __init__(self) -> None:
        self.time = START - HOUR

    def __call__(self) -> dt.datetime:
        self.time += HOUR
        return self.time


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """A server for the tests of this module."""
    with server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens one and the same log, empty at first."""
    url = str(tmp_path / "decisions.db")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS rapid_response CASCADE")
    clock = Clock()

    def open_it(**options: Any) -> DecisionLog:
        return DecisionLog.open(url, **{"clock": clock, **options})

    return open_it


# Deciding


def test_a_decision_holds_all_that_it_was_made_of(open_log: Open) -> None:
    """A record says what was known from whom, under which protocol, what it recommended, when, and who recorded it."""
    incident = {
        "id": "A-1",
        "harm": {"value": "much", "source": "An advocate", "as_of": "2026-02-01T10:00Z", "verified": False},
        "seen": True,
        "story": "What was told.",
    }
    with open_log() as log:
        returned = log.decide(PROTOCOL, incident, by="Coordinator", as_of="2026-02-01T12:00Z")
    with open_log() as log:
        found, private = log.decision(1), log.decision(1, private=True)
        assert private == returned
        assert (found.id, found.at, found.by, found.incident) == (1, START, "Coordinator", "A-1")
        assert (found.as_of, found.semantics, found.previous) == ("2026-02-01T12:00+00:00", SEMANTICS, None)
        assert (found.protocol.name, found.protocol.fingerprint) == ("small", PROTOCOL.fingerprint)
        assert (found.outcome.tier, found.outcome.standing, found.outcome.deciding) == (
            "high",
            "settled",
            ("serious", "seen"),
        )
        assert found.facts == {"harm": {"value": "much", "as_of": "2026-02-01T10:00Z", "verified": False}}
        assert (found.private, found.opened) == (("harm", "seen", "story"), "closed")
        assert private.facts["harm"]["source"] == "An advocate"
        assert private.facts["story"] == {"value": "What was told."}
        assert log.protocol(found) == PROTOCOL
        assert [source.text for source in log.protocol(found).sources] == [source.text for source in PROTOCOL.sources]


def test_every_example_comes_out_again(open_log: Open) -> None:
    """Every example incident, recorded, gives from the record alone the same outcome, byte for byte."""
    with open_log() as log:
        for file in EXAMPLES:
            for given_incident in load_incidents(CCSJ, file):
                result = CCSJ.evaluate(given_incident.facts, as_of="2026-02-01T09:00")
                decision = log.decide(CCSJ, given_incident.facts, by="Tests", as_of="2026-02-01T09:00")
                again = log.result(decision.id)
                assert outcome_of(again).to_bytes() == decision.outcome.to_bytes()
                assert again.to_dict(private=True) == result.to_dict(private=True)
        assert log.verify().fine
        assert len(log.protocols()) == 1


def test_generated_incidents_come_out_again(tmp_path: Path) -> None:
    """Whatever the protocol and the incident: what is recorded comes out again, byte for byte, from its stored text."""
    with DecisionLog.open(tmp_path / "decisions.db", clock=Clock()) as log:

        @settings(max_examples=40)
        @given(data=st.data())
        def holds(data: st.DataObject) -> None:
            protocol = data.draw(protocols())
            incident = data.draw(incidents(protocol))
            decision = log.decide(protocol, incident, by="Tests", as_of="2026-02-01T09:00+00:00")
            read = log.decision(decision.id, private=True)
            assert read == decision
            assert outcome_of(log.result(read)).to_bytes() == read.outcome.to_bytes()

        holds()
        assert log.verify().fine


def test_what_cannot_be_evaluated_is_not_recorded(open_log: Open) -> None:
    """An incident that does not fit is refused with every bad fact named, and the log stays as it was."""
    with open_log() as log:
        with pytest.raises(IncidentError, match="did you mean"):
            log.decide(PROTOCOL, {"harm": "mcuh"}, by="Tests")
        for nobody in ("", "  "):
            with pytest.raises(RecordError, match="`by` is missing"):
                log.decide(PROTOCOL, {"harm": "much"}, by=nobody)
        with pytest.raises(IncidentError):
            log.decide_many(PROTOCOL, [{"id": "A-1"}, {"id": "A-2"}, {"id": "A-3", "harm": 3}], by="Tests", at_once=2)
        assert [entry.incident for entry in log.entries()] == ["A-1", "A-2"]


def test_a_character_that_no_database_holds_is_refused(open_log: Open) -> None:
    """NUL in an id, a name or a reason is named as such, nothing is recorded, and the log goes on."""
    with open_log() as log:
        log.decide(PROTOCOL, {"id": "A", "story": "with \0 in it"}, by="Tests")
        tries: list[Callable[[], object]] = [
            lambda: log.decide(PROTOCOL, {"id": "B\0"}, by="Tests"),
            lambda: log.decide(PROTOCOL, {"id": "B"}, by="Te\0sts"),
            lambda: log.override(1, tier="high", by="Tests", reason="\0"),
            lambda: log.erase("A", by="Tests", reason="so \0 it is"),
        ]
        for attempt in tries:
            with pytest.raises(RecordError, match="holds a NUL character") as error:
                attempt()
            assert error.value.id == "RD204"
        assert log.decide(PROTOCOL, {"id": "B"}, by="Tests").id == 2


def test_the_time_of_recording_is_the_time_of_evaluation_if_none_is_given(open_log: Open) -> None:
    """Without `as_of` an incident is evaluated at the time of the log's clock."""
    with open_log() as log:
        assert log.decide(PROTOCOL, {}, by="Tests").as_of == "2026-02-01T17:00+00:00"


def test_an_incident_without_id_is_named_after_its_record(open_log: Open) -> None:
    """An incident that has no id gets one from its record, by which it can be updated and found."""
    with open_log() as log:
        decision = log.decide(PROTOCOL, {"harm": "some"}, by="Tests")
        later = log.update(decision.id, {"harm": "much"}, by="Tests")
        assert decision.incident == later.incident == "unnamed-1"
        assert [entry.id for entry in log.timeline("unnamed-1")] == [1, 2]


def test_many_at_once_are_as_one_by_one(open_log: Open, tmp_path: Path) -> None:
    """Recording many in few transactions gives the entries that recording each alone gives."""
    given_incidents = [{"id": f"A-{number}", "harm": "much"} for number in range(7)]
    with open_log() as log, DecisionLog.open(tmp_path / "other.db") as other:
        assert log.decide_many(PROTOCOL, given_incidents, by="Tests", as_of="2026-02-01T09:00Z", at_once=3) == range(
            1, 8
        )
        assert log.decide_many(PROTOCOL, [], by="Tests") == range(0)
        for incident in given_incidents:
            other.decide(PROTOCOL, incident, by="Tests", as_of="2026-02-01T09:00Z")
        alike = [
            [(entry.id, entry.incident, entry.outcome) for entry in each.entries() if isinstance(entry, Decision)]
            for each in (log, other)
        ]
        assert alike[0] == alike[1]
        assert log.verify().fine


@pytest.mark.parametrize("at_once", [0, -1])
def test_none_at_once_is_refused(open_log: Open, at_once: int) -> None:
    """Where nothing would be recorded, that is an error: no list of incidents is lost in silence."""
    with open_log() as log, pytest.raises(ValueError, match="at least one is stored at a time"):
        log.decide_many(PROTOCOL, [{"id": "A-1"}], by="Tests", at_once=at_once)


PATTERNED = protocol_from_text(
    """\
protocol: patterned
time_zone: UTC
at: happened_at
tiers:
  low: {}
  high: {}
facts:
  happened_at: {type: moment}
  place: {type: choice, options: [park, street], until_known: park}
patterns:
  cluster:
    same: [place]
    within: 14 days
rules:
  several:
    when: cluster >= 3
    raise_to: high
"""
)


def test_patterns_are_kept_as_they_were_counted(open_log: Open) -> None:
    """Of past incidents a record keeps what patterns came to and whose they were; from that it comes out again."""
    days = [
        {"id": f"P-{day}", "happened_at": f"2026-01-{day:02}T09:00", **({"place": "park"} if day % 2 else {})}
        for day in range(20, 26)
    ]
    with open_log() as log:
        for number, place in enumerate(["park", "street", None], 1):
            incident = {"id": f"A-{number}", "happened_at": "2026-01-26T09:00", "place": place}
            decision = log.decide(PATTERNED, incident, by="Tests", as_of="2026-01-26T10:00", history=days)
            result = PATTERNED.evaluate(incident, as_of="2026-01-26T10:00", history=days)
            again = log.result(number)
            assert (again.range, again.tier, again.standing) == (result.range, result.tier, result.standing)
            assert outcome_of(again).to_bytes() == decision.outcome.to_bytes()
            assert decision.patterns is not None
            assert tuple(decision.patterns["cluster"]["range"]) == result.counts.plain[0]
        assert (decision.patterns or {})["cluster"]["incidents"] == [day["id"] for day in days]
        assert log.decide(PATTERNED, {"id": "A-4"}, by="Tests").patterns is None
        [many] = log.decide_many(PATTERNED, [incident], by="Tests", as_of="2026-01-26T10:00", history=iter(days))
        assert log.decision(many).patterns == decision.patterns
        later = log.update(1, {"place": "street"}, by="Tests", as_of="2026-01-26T11:00", history=days)
        assert later.patterns is not None
        assert later.patterns["cluster"]["range"] == [1, 4]
        assert log.verify().fine


def test_the_text_of_a_protocol_is_stored_once(open_log: Open) -> None:
    """However often it is used; a comment more is another text of the same protocol, since results name lines."""
    source = PROTOCOL.sources[0].text
    with open_log() as log:
        for text in (source, source, f"# A comment\n{source}", source):
            log.decide(protocol_from_text(text), {}, by="Tests")
        assert len(log.protocols()) == 2
        assert len({version.fingerprint for version in log.protocols()}) == 1


# What people say


def test_an_override_keeps_both_tiers_and_its_reason(open_log: Open) -> None:
    """What was recommended stays beside what was decided; a reason is required."""
    with open_log() as log:
        decision = log.decide(PROTOCOL, {"id": "A-1", "harm": "some"}, by="Coordinator")
        assert log.standing_of(decision.id) is None
        confirmation = log.confirm(decision.id, by="Director")
        assert log.standing_of(decision.id) == confirmation
        override = log.override(decision.id, tier="high", by="Director", reason="The family asked for it.")
        assert log.standing_of(decision.id) == override == log.read(override.id)
        assert (override.recommended, override.tier, override.reason) == ("low", "high", "The family asked for it.")
        for reason in ("", " \n"):
            with pytest.raises(RecordError, match="`reason` is missing"):
                log.override(decision.id, tier="high", by="Director", reason=reason)
        with pytest.raises(RecordError, match="did you mean `high`"):
            log.override(decision.id, tier="hihg", by="Director", reason="So it is.")
        with pytest.raises(RecordError, match="`low` is what was recommended") as error:
            log.override(decision.id, tier="low", by="Director", reason="So it is.")
        assert error.value.id == "RD213"
        with pytest.raises(RecordError, match="record 2 is a confirmation, not a decision"):
            log.override(confirmation.id, tier="high", by="Director", reason="So it is.")
        for number in (-1, 0, 9, 10**30):
            with pytest.raises(RecordError, match=f"there is no record {number}"):
                log.confirm(number, by="Director")
        assert len(log) == 3


def test_where_nothing_is_recommended_people_decide_on_a_tier(open_log: Open) -> None:
    """There is nothing to confirm in a recommendation without a tier; a tier can be decided on instead."""
    waiting = protocol_from_text("if_unsettled: nothing\n" + PROTOCOL.sources[0].text)
    with open_log() as log:
        decision = log.decide(waiting, {"id": "A-1"}, by="Tests")
        assert decision.outcome.tier is None
        with pytest.raises(RecordError, match="recommends no tier yet") as error:
            log.confirm(decision.id, by="Director")
        assert (error.value.id, len(log)) == ("RD214", 1)
        override = log.override(decision.id, tier="low", by="Director", reason="We watch.")
        assert (override.recommended, override.tier) == (None, "low")


def test_new_information_is_a_new_record_of_the_same_case(open_log: Open) -> None:
    """An update is evaluated with the facts of the record before and the new ones; the old record stays as it was."""
    with open_log() as log:
        first = log.decide(
            PROTOCOL, {"id": "A-1", "harm": {"value": "some", "source": "A"}, "story": "One."}, by="Tests"
        )
        second = log.update(first.id, {"seen": True}, by="Tests")
        third = log.update(second.id, {"harm": None, "story": "Two."}, by="Tests")
        assert [entry.outcome.tier for entry in (first, second, third)] == ["low", "high", "high"]
        assert (second.previous, third.previous) == (1, 2)
        assert second.facts == {**first.facts, "seen": {"value": True}}
        assert third.facts == {"seen": {"value": True}, "story": {"value": "Two."}}
        assert log.timeline("A-1", private=True) == [first, second, third]
        with pytest.raises(RecordError, match="another incident"):
            log.update(first.id, {"id": "A-2"}, by="Tests")


def test_an_update_may_be_made_under_another_protocol(open_log: Open) -> None:
    """New information is evaluated under the protocol of its record, unless another is given."""
    other = protocol_from_text(PROTOCOL.sources[0].text.replace("harm == much", "harm >= some"))
    with open_log() as log:
        first = log.decide(PROTOCOL, {"id": "A-1", "harm": "some", "seen": False}, by="Tests")
        second = log.update(first.id, {}, by="Tests", protocol=other)
        assert (first.outcome.tier, second.outcome.tier) == ("low", "high")
        assert log.protocol(second) == other != log.protocol(first)


def test_what_another_protocol_does_not_have_is_taken_back(open_log: Open) -> None:
    """A fact that only the former protocol has is named, until it is given as None; a name never known stays wrong."""
    other = protocol_from_text(PROTOCOL.sources[0].text.replace("  story: {type: text}\n", ""))
    with open_log() as log:
        first = log.decide(PROTOCOL, {"id": "A-1", "harm": "some", "story": "Told."}, by="Tests")
        for facts in ({}, {"story": "Again."}, {"story": None, "stori": None}):
            with pytest.raises(IncidentError, match="unknown fact `stor"):
                log.update(first.id, facts, by="Tests", protocol=other)
        second = log.update(first.id, {"story": None}, by="Tests", protocol=other)
        assert (second.facts, log.result(second).to_dict()["facts"].keys()) == ({"harm": {"value": "some"}}, {"harm"})


def test_decimals_come_back_as_numbers(open_log: Open) -> None:
    """A number with decimals is the same after it was recorded and given again."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts: {heat: {type: number, decimals: 2}}\n"
        "rules: {r: {when: heat > 37.5, raise_to: high}}"
    )
    with open_log() as log:
        first = log.decide(protocol, {"id": "A-1", "heat": 37.51}, by="Tests")
        second = log.update(first.id, {}, by="Tests")
        assert first.facts["heat"] == second.facts["heat"] == {"value": "37.51"}
        assert second.outcome.tier == "high"


def test_links_make_one_case_of_several_incidents(open_log: Open) -> None:
    """The case of an incident is all that links join, however far; its timeline has the entries of all of them."""
    with open_log() as log:
        for name in ("A", "B", "C", "D"):
            log.decide(PROTOCOL, {"id": name}, by="Tests")
        log.link(1, 2, by="Tests")
        log.link(3, 2, by="Tests")
        assert [log.case(name) for name in "ABCD"] == [("A", "B", "C")] * 3 + [("D",)]
        assert [entry.id for entry in log.timeline("C")] == [1, 2, 3, 5, 6]
        with pytest.raises(RecordError, match="nothing is recorded about incident `E`"):
            log.timeline("E")


def test_an_incident_is_not_linked_with_itself(open_log: Open) -> None:
    """A link joins two incidents; nothing is recorded of one to the same."""
    with open_log() as log:
        first = log.decide(PROTOCOL, {"id": "A"}, by="Tests")
        later = log.update(first.id, {"harm": "much"}, by="Tests")
        with pytest.raises(RecordError, match="of the same incident") as error:
            log.link(first.id, later.id, by="Tests")
        assert (error.value.id, len(log)) == ("RD211", 2)


def test_people_speak_of_decisions(open_log: Open) -> None:
    """The last word on what is no decision, or is not there, is no question that has an answer."""
    with open_log() as log:
        decision = log.decide(PROTOCOL, {"id": "A"}, by="Tests")
        confirmation = log.confirm(decision.id, by="Tests")
        for entry, expected in ((confirmation.id, "RD202"), (3, "RD201"), (1 << 70, "RD201"), (-1, "RD201")):
            with pytest.raises(RecordError) as error:
                log.standing_of(entry)
            assert error.value.id == expected


# Finding


def test_entries_by_period_incident_kind_and_number(open_log: Open) -> None:
    """Periods are half open; everything asked for has to hold; the order is that of recording."""
    with open_log() as log:
        for number in range(6):
            log.decide(PROTOCOL, {"id": f"A-{number % 2}"}, by="Tests", as_of="2026-02-01T09:00Z")
        log.confirm(3, by="Tests")

        def found(**wanted: Any) -> list[int]:
            return [entry.id for entry in log.entries(**wanted)]

        assert found() == [1, 2, 3, 4, 5, 6, 7]
        assert found(since=START + 2 * HOUR, until=START + 4 * HOUR) == [3, 4]
        assert found(incident="A-1") == [2, 4, 6]
        assert found(incident="A-0", kinds=["confirmation"]) == [7]
        assert found(first=3, last=4) == [3, 4]
        assert found(since=START + 100 * HOUR) == []
        other_zone = dt.timezone(dt.timedelta(hours=-8))
        assert found(since=(START + 5 * HOUR).astimezone(other_zone)) == [6, 7]


def test_times_have_a_zone(open_log: Open) -> None:
    """A time without a zone would be another moment on another machine: it is neither recorded nor asked for."""
    naive = START.replace(tzinfo=None)
    with open_log() as log, pytest.raises(RecordError, match="has no time zone") as error:
        list(log.entries(since=naive))
    assert error.value.id == "RD212"
    with open_log(clock=lambda: naive) as log:
        with pytest.raises(RecordError, match="has no time zone"):
            log.decide(PROTOCOL, {"id": "A"}, by="Tests", as_of="2026-02-01T09:00Z")
        assert len(log) == 0


def test_a_log_of_many_pieces_is_read_whole(open_log: Open) -> None:
    """Reading a piece at a time misses nothing and gives nothing twice, also while it is written to."""
    with open_log() as log:
        log.decide_many(PROTOCOL, [{"id": f"A-{number}", "story": "Told."} for number in range(1203)], by="Tests")
        ids = []
        for entry in log.entries(private=True):
            ids.append(entry.id)
            assert isinstance(entry, Decision)
            assert entry.facts["story"] == {"value": "Told."}
            if entry.id == 700:
                log.decide(PROTOCOL, {"id": "later", "story": "Told."}, by="Tests")
        assert ids == list(range(1, 1205))


def test_entries_as_plain_data(open_log: Open) -> None:
    """Every entry is plain data that JSON can hold, with its kind first."""
    with open_log() as log:
        log.decide(PROTOCOL, {"id": "A"}, by="Tests")
        log.decide(PROTOCOL, {"id": "B", "harm": "some"}, by="Tests")
        log.override(1, tier="high", by="Tests", reason="So it is.")
        log.link(1, 2, by="Tests")
        log.erase("B", by="Tests", reason="asked")
        plain = [json.loads(json.dumps(entry.to_dict())) for entry in log.entries()]
        assert [next(iter(each.items())) for each in plain] == [
            ("kind", kind) for kind in ("decision", "decision", "override", "link", "erasure")
        ]
        assert plain[2]["reason"] == "So it is."
        assert plain[0]["at"] == (START + HOUR).isoformat()


SHOWN = protocol_from_text(
    """\
protocol: shown
time_zone: America/Los_Angeles
tiers:
  low: {}
  high: {}
facts:
  harm: {type: scale, options: [none, some, much]}
  seen: {type: yes_no, private: yes}
  story: {type: text}
  near: {type: yes_no}
  needs: {type: choices, options: [food, rest]}
  heard_at: {type: moment}
  people: {type: number}
rules:
  serious:
    when: harm == much
    raise_to: high
responses:
  visit:
    when: harm == much
    due: 24 hours after heard_at
  call:
    when: harm >= some
"""
)
VIEWS = (
    "log",
    "decisions",
    "facts",
    "responses",
    "confirmations",
    "overrides",
    "links",
    "erasures",
    "protocol_files",
)


def _write_for_people(log: DecisionLog) -> None:
    """Entries of every kind, with facts of every kind."""
    told = {
        "id": "A",
        "harm": {"value": "some", "as_of": "2026-02-01T08:30", "verified": True, "source": "A nurse"},
        "seen": True,
        "story": "Told.",
        "near": False,
        "needs": ["food", "rest"],
        "heard_at": "2026-02-01T08:15",
        "people": 2,
    }
    log.decide(SHOWN, told, by="Coordinator", as_of="2026-02-01T09:00")
    log.update(1, {"harm": "much"}, by="Coordinator", as_of="2026-02-01T10:00")
    log.override(2, tier="low", by="Director", reason="So it is.")
    log.decide(SHOWN, {"id": "B", "harm": "none"}, by="Coordinator", as_of="2026-02-01T11:00")
    log.confirm(4, by="Director")
    log.link(4, 2, by="Director")
    log.erase("B", by="Director", reason="asked")
    log.decide(SHOWN, {"id": "C", "story": "Told."}, by="Coordinator", as_of="2026-02-01T12:00")
    log.erase("C", by="Director", reason="asked")


def test_people_read_the_tables(tmp_path: Path) -> None:
    """Whoever opens the SQLite file in a browser for tables sees decisions and what became of them, in words, the
    newest first, and where something is private."""
    with DecisionLog.open(tmp_path / "decisions.db", clock=Clock()) as log:
        _write_for_people(log)
    with closing(sqlite3.connect(tmp_path / "decisions.db")) as connection:
        connection.row_factory = sqlite3.Row
        shown = {view: [dict(row) for row in connection.execute(f"SELECT * FROM {view}")] for view in VIEWS}
    assert [each["record"] for each in shown["decisions"]] == [8, 4, 2, 1]
    assert [each["range"] for each in shown["decisions"]] == ["low to high", "low", "high", "low"]
    assert [each["private"] for each in shown["decisions"]] == ["erased", None, "sealed", "sealed"]
    assert shown["decisions"][2] == {
        "record": 2,
        "recorded_utc": "2026-02-01 18:00:00",
        "incident": "A",
        "recommended": "high",
        "decided": "low",
        "decided_by": "Director",
        "standing": "settled",
        "range": "high",
        "scope": "in",
        "evaluated_as_of": "2026-02-01 10:00 UTC-08:00",
        "recorded_by": "Coordinator",
        "updates_record": 1,
        "private": "sealed",
        "protocol": "shown",
        "version": "",
    }
    facts = {each.pop("fact"): each for each in shown["facts"] if each.pop("record") == 1 and each.pop("incident")}
    plain = {"verified": None, "as_of": None, "private": None}
    assert facts == {
        "harm": {"value": "some", "verified": "yes", "as_of": "2026-02-01 08:30", "private": "who said it"},
        "heard_at": {**plain, "value": "2026-02-01 08:15 UTC-08:00"},
        "near": {**plain, "value": "no"},
        "needs": {**plain, "value": "food, rest"},
        "people": {**plain, "value": 2},
        "seen": {**plain, "value": None, "private": "all of it"},
        "story": {**plain, "value": None, "private": "all of it"},
    }
    responses = {each["response"]: (each["state"], each["due"]) for each in shown["responses"] if each["record"] == 2}
    assert responses == {"call": ("active", None), "visit": ("active", "2026-02-02 08:15 UTC-08:00")}
    [override] = shown["overrides"]
    assert (override["recommended"], override["decided"], override["reason"]) == ("high", "low", "sealed")
    assert [each["reason"] for each in shown["erasures"]] == ["asked", "asked"]
    assert "So it is." not in str(shown)
    assert "Told." not in str(shown)
    assert "A nurse" not in str(shown)


def test_the_words_for_datasette_are_about_what_is_there(tmp_path: Path) -> None:
    """The example's metadata names every view, hides every table, and names nothing else."""
    words = yaml.safe_load(Path("examples/datasette.yaml").read_text(encoding="utf-8"))
    DecisionLog.open(tmp_path / "decisions.db").close()
    with closing(sqlite3.connect(tmp_path / "decisions.db")) as connection:
        there = dict(connection.execute("SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')"))
    said = {
        name: "table" if "hidden" in about else "view"
        for name, about in words["databases"]["decisions"]["tables"].items()
    }
    assert said == there


def test_the_same_views_on_postgresql(postgresql: str, tmp_path: Path) -> None:
    """The views of PostgreSQL show what those of SQLite show, in the same columns."""
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS rapid_response CASCADE")
    for url in (postgresql, tmp_path / "decisions.db"):
        with DecisionLog.open(url, clock=Clock()) as log:
            _write_for_people(log)
    with psycopg.connect(postgresql) as server, closing(sqlite3.connect(tmp_path / "decisions.db")) as file:
        server.execute("SET search_path = rapid_response")
        for view in VIEWS:
            here, there = server.execute(f"SELECT * FROM {view}".encode()), file.execute(f"SELECT * FROM {view}")
            assert [column[0] for column in here.description or ()] == [column[0] for column in there.description or ()]
            assert sorted(map(_words, here)) == sorted(map(_words, there))


def _words(row: Iterable[object]) -> list[str]:
    return [str(value) for value in row]


def test_entries_are_only_ever_added(open_log: Open, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The database itself refuses to change or delete an entry."""
    with open_log() as log:
        log.decide(PROTOCOL, {"id": "A"}, by="Tests")
    on_sqlite = (tmp_path / "decisions.db").exists()
    for change in ("UPDATE entries SET tier = 'high'", "DELETE FROM entries"):
        if on_sqlite:
            with (
                closing(sqlite3.connect(tmp_path / "decisions.db")) as file,
                pytest.raises(sqlite3.IntegrityError, match="only ever added"),
            ):
                file.execute(change)
        else:
            with psycopg.connect(request.getfixturevalue("postgresql")) as server_connection:
                server_connection.execute("SET search_path = rapid_response")
                with pytest.raises(psycopg.errors.RaiseException, match="only ever added"):
                    server_connection.execute(change)


def test_kinds_of_entries_are_typed(open_log: Open) -> None:
    """What is read is a record of its kind, with what that kind holds."""
    with open_log() as log:
        log.decide(PROTOCOL, {"id": "A"}, by="Tests")
        log.override(1, tier="high", by="Tests", reason="So it is.")
        log.erase("A", by="Director", reason="asked")
        decision, override, erasure = log.entries()
        assert isinstance(decision, Decision)
        assert isinstance(override, Override)
        assert isinstance(erasure, Erasure)
        assert (override.opened, override.reason, erasure.reason) == ("erased", None, "asked")
