"""Replays, figures and exports of a decision log, held against what was put in."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapid_response import load_protocol, protocol_from_text
from rapid_response.defusing import as_written, defused
from rapid_response.record import Confirmation, Decision, DecisionLog, Override, RecordError
from rapid_response.record import replaying as replaying_module
from rapid_response.record.auditing import audit
from rapid_response.record.case_file import changes, read_case
from rapid_response.record.chain import beginning, link
from rapid_response.record.exporting import MARK, write_csv, write_lines
from rapid_response.record.importing import restore
from rapid_response.record.moments import moment_in
from rapid_response.record.replaying import replay, replay_under
from rapid_response.record.storage import tables
from rapid_response.reports.audit_period_document import period_document
from rapid_response.reports.terminal import document_text
from tests import postgresql
from tests.recorded import PRIVATE, PROTOCOLS, ZONE, Clock, tampered, write_story


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a log that nothing is added to."""
    path = tmp_path_factory.mktemp("log") / "decisions.db"
    write_story(path)
    return path


@pytest.fixture
def log(path: Path) -> Iterator[DecisionLog]:
    with DecisionLog.open(path, read_only=True) as opened:
        yield opened


def decisions(log: DecisionLog, private: bool = False) -> list[Decision]:
    return [entry for entry in log.entries(private=private) if isinstance(entry, Decision)]


# Replay


def test_every_decision_comes_out_the_same(log: DecisionLog) -> None:
    """Every decision evaluated again gives the bytes that were recorded; what was erased is counted apart."""
    found = replay(log)
    assert found.fine
    assert found.counts == {"same": 8, "differs": 0, "erased": 1, "sealed": 0, "unusable": 0}
    assert [(each.incident, each.state) for each in found.others] == [("A-6", "erased")]


def test_a_log_without_its_keys_is_counted_apart(path: Path, tmp_path: Path) -> None:
    """Where the key file is missing, decisions with private facts cannot be evaluated again, and are said to be so."""
    (tmp_path / "copy.db").write_bytes(path.read_bytes())
    with DecisionLog.open(tmp_path / "copy.db", read_only=True) as copy:
        counts = replay(copy).counts
    assert (counts["sealed"], counts["erased"]) == (3, 1)
    assert counts["same"] == 5


def test_any_byte_that_differs_is_reported(path: Path, tmp_path: Path) -> None:
    """A record whose outcome was changed is named, with what it says and what comes out."""
    copy = tampered(path, tmp_path, b'"deciding":["someone_is_hurt"],"highest"', b'"deciding":[],"highest"')
    with DecisionLog.open(copy, read_only=True) as changed:
        found = replay(changed)
    assert not found.fine
    assert found.counts["differs"] == 3
    assert found.others[0].differs == {"deciding": ([], ["someone_is_hurt"])}


def test_what_cannot_be_read_is_named_and_the_rest_comes_out(path: Path, tmp_path: Path) -> None:
    """An entry that was changed until it cannot be read is named by its number, and stops no replay."""
    copy = tampered(path, tmp_path, b'"incident":"A-2"', b'"incident":"A-2')
    with DecisionLog.open(copy, read_only=True) as changed:
        found, under = replay(changed), replay_under(changed, protocol_from_text("protocol: p\ntiers: {low: {}}"))
        with pytest.raises(RecordError) as error:
            list(changed.entries())
    assert error.value.id == "RD409"
    assert found.unreadable == under.unreadable == (3, 4, 5, 6)
    assert found.counts["same"]
    assert not found.fine


def test_other_semantics_are_said(log: DecisionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of other semantics than today's are counted, whether or not they come out the same."""
    monkeypatch.setattr(replaying_module, "SEMANTICS", 2)
    found = replay(log)
    assert found.older == 9
    assert found.to_dict()["semantics"] == 2


def test_replay_tells_how_far_it_has_come(log: DecisionLog) -> None:
    """Progress ends with every entry read."""
    told: list[tuple[int, int]] = []
    replay(log, lambda read, every: told.append((read, every)))
    assert told[-1] == (len(log), len(log))


SURROUNDINGS = [
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LANG": "C"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LANG": "zh_TW.UTF-8", "PYTHONUTF8": "0"},
]


@pytest.mark.parametrize("surroundings", SURROUNDINGS, ids=lambda found: found["TZ"])
def test_replay_is_the_same_in_every_surrounding(path: Path, surroundings: dict[str, str]) -> None:
    """Whatever the hash seed, time zone and locale, a log replays byte for byte, and verifies."""
    script = (
        "import sys\n"
        "from rapid_response.record import DecisionLog\n"
        "from rapid_response.record.replaying import replay\n"
        "with DecisionLog.open(sys.argv[1], read_only=True) as log:\n"
        "    print(replay(log).counts, log.verify().fine, log.checkpoint().root.hex())"
    )
    command = [sys.executable, "-c", script, str(path)]
    plain = subprocess.run(command, capture_output=True, text=True, check=True)
    there = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **surroundings})
    assert there.stdout == plain.stdout
    assert "'differs': 0, 'erased': 1, 'sealed': 0, 'unusable': 0} True" in there.stdout


# Under another protocol


def test_another_protocol_is_asked_of_every_decision(log: DecisionLog) -> None:
    """What another version would have said is what it says of the facts of each decision, as of the same time."""
    other = load_protocol(PROTOCOLS / "2027")
    found = replay_under(log, other)
    expected = Counter(
        (entry.outcome.tier, str(other.evaluate(_given(entry), as_of=entry.as_of).tier))
        for entry in decisions(log, private=True)
        if entry.opened == "open"
    )
    assert found.transitions == expected
    assert [change.incident for change in found.changed] == ["A-5"]
    assert (found.changes, found.gone, found.compared) == (1, 1, 8)


def _given(decision: Decision) -> dict[str, Any]:
    facts: dict[str, Any] = {name: stated["value"] for name, stated in decision.facts.items()}
    return facts | ({"reach": float(facts["reach"])} if "reach" in facts else {})


def test_what_another_protocol_cannot_be_asked_is_counted(log: DecisionLog) -> None:
    """Decisions whose facts another protocol does not take are counted with the reason, not left out in silence."""
    small = protocol_from_text("protocol: small\ntiers:\n  low: {}\nfacts:\n  happened_at:\n    type: moment\n")
    found = replay_under(log, protocol_from_text(_with_zone(small.sources[0].text)))
    assert found.compared + sum(found.unfit.values()) + found.gone == 9
    assert any("unknown fact `harm`" in reason for reason in found.unfit)


def _with_zone(text: str) -> str:
    return text.replace("tiers:", "time_zone: America/Los_Angeles\ntiers:")


WITH_PATTERN = """
protocol: series
time_zone: America/Los_Angeles
at: happened_at
tiers:
  watch: {}
  act: {}
facts:
  happened_at:
    type: moment
  hurt:
    type: yes_no
patterns:
  lately:
    where: hurt
    within: 14 days
rules:
  series:
    when: lately >= 3
    raise_to: act
"""


def test_patterns_are_taken_as_they_were_counted(tmp_path: Path) -> None:
    """A decision that hung on past incidents comes out the same without them; counted otherwise they are not known."""
    protocol = protocol_from_text(WITH_PATTERN)
    past = [{"hurt": True, "happened_at": f"2026-03-0{day}T12:00"} for day in (1, 2)]
    with DecisionLog.open(tmp_path / "decisions.db") as log:
        incident = {"id": "a", "hurt": True, "happened_at": "2026-03-04T12:00"}
        decision = log.decide(protocol, incident, by="Night line", history=past)
        assert decision.outcome.tier == "act"
        assert replay(log).counts["same"] == 1
        assert replay_under(log, protocol).changes == 0
        [change] = replay_under(log, protocol_from_text(WITH_PATTERN.replace("14 days", "7 days"))).changed
    assert (change.now.lowest, change.now.highest) == ("watch", "act")


# Timelines and figures


def test_a_timeline_says_what_each_decision_had_learned(log: DecisionLog) -> None:
    """Each decision of a case names the facts that are new since the one before it on the same incident."""
    found = [change for change in changes(read_case(log, "A-2").entries) if change.decision.incident == "A-2"]
    assert [change.learned for change in found] == [("happened_at",), ("harm", "reach", "story"), ("family_declined",)]
    assert [change.moved for change in found] == [True, True, True]
    assert [change.before.id if change.before else None for change in found] == [None, 3, 4]


def test_what_is_no_longer_known_is_said(tmp_path: Path) -> None:
    """A fact that is taken back is told as no longer known."""
    with DecisionLog.open(tmp_path / "decisions.db") as log:
        first = log.decide(load_protocol(PROTOCOLS / "2026"), {"id": "a", "harm": "hurt", "reach": 1}, by="Night line")
        log.update(first.id, {"harm": None, "reach": 2}, by="Night line")
        _, second = changes(read_case(log, "a").entries)
    assert (second.learned, second.withdrawn) == (("reach",), ("harm",))


def test_figures_of_a_period_are_those_of_counting_by_hand(log: DecisionLog) -> None:
    """Incidents, last words and hours are those of the story."""
    found = audit(log)
    assert [(case.incident, case.tier, case.decided) for case in found.cases] == [
        ("A-1", "support", "support"),
        ("A-2", "support", "act"),
        ("A-3", "watch", "watch"),
        ("A-4", "support", "watch"),
        ("A-5", "support", None),
        ("A-6", "support", "watch"),
        ("B-1", "act", "act"),
    ]
    hours = {case.incident: case.until_decided for case in found.cases}
    assert hours["A-1"] == dt.timedelta(hours=3, minutes=30)
    assert hours["A-4"] == dt.timedelta(days=2, hours=8, minutes=30)
    assert (hours["A-3"], hours["A-5"], hours["B-1"]) == (None, None, -dt.timedelta(hours=2))
    assert [case.incident for case in found.late()] == ["A-4"]
    assert found.overridden == {"someone_is_hurt": 3, "family_wishes": 1}
    assert (found.decisions, found.confirmations, found.erased) == (9, 3, 1)


def test_a_period_holds_what_was_first_recommended_in_it(log: DecisionLog) -> None:
    """A period is half open, and what people said of its decisions counts even if they said it later."""
    since, until = dt.datetime(2026, 6, 8, tzinfo=ZONE), dt.datetime(2026, 6, 9, tzinfo=ZONE)
    found = audit(log, since=since, until=until)
    assert [(case.incident, case.decided) for case in found.cases] == [("A-4", "watch")]
    assert found.erased == 0
    assert [override.override.tier for override in found.overrides] == ["watch"]


def test_every_incident_belongs_to_one_period(tmp_path: Path) -> None:
    """An incident that is taken up again after the turn of the year stays one of the old year, with all that was said
    of it; hours are counted from its first recommendation and first decision, and the years add up to the whole."""
    clock, protocol = Clock(), load_protocol(PROTOCOLS / "2026")
    year = dt.datetime(2027, 1, 1, tzinfo=ZONE)
    with DecisionLog.open(tmp_path / "decisions.db", clock=clock) as log:
        clock.set("2026-12-30T20:00")
        facts = {"id": "A-1", "harm": "hurt", "happened_at": "2026-12-30T19:00"}
        first = log.decide(protocol, facts, by="Night line")
        log.confirm(first.id, by="Director")
        clock.set("2027-01-10T08:00")
        again = log.update(first.id, {"harm": "killed", "reach": 3}, by="Night line")
        log.override(again.id, tier="support", by="Director", reason="Invented.")
        log.decide(protocol, {"id": "A-2", "harm": "none"}, by="Night line")
        old, new, whole = audit(log, until=year), audit(log, since=year), audit(log)
    [case] = old.cases
    assert (case.last, case.tier, case.decided) == (again.id, "act", "support")
    assert (case.until_recorded, case.until_decided) == (dt.timedelta(hours=1), dt.timedelta(hours=1))
    assert [case.incident for case in new.cases] == ["A-2"]
    assert old.cases + new.cases == whole.cases
    assert old.overrides + new.overrides == whole.overrides
    assert old.decisions + new.decisions == whole.decisions
    assert (old.deciding, old.late()) == ({"someone_is_hurt": 1, "felt_widely": 1}, ())


def test_days_are_those_of_the_protocol_used_last(tmp_path: Path) -> None:
    """A day begins where the protocol that was used last has it begin, whatever others the log holds."""
    text = (PROTOCOLS / "2026/protocol.yaml").read_text(encoding="utf-8")
    with DecisionLog.open(tmp_path / "decisions.db", clock=Clock()) as log:
        for name, zone in (("zzz", "Europe/Berlin"), ("aaa", "Asia/Hong_Kong")):
            other = text.replace("harbor-watch", name).replace("America/Los_Angeles", zone)
            log.confirm(log.decide(protocol_from_text(other), {"harm": "none"}, by="Night line").id, by="Director")
        day = moment_in(log, "2030-01-01")
        assert day == dt.datetime(2029, 12, 31, 16, tzinfo=dt.UTC)
        told = document_text(period_document(audit(log, since=day), "en"))
        assert "since 2030-01-01 00:00+08:00" in told


words = st.sampled_from(["confirm", "watch", "act"])


@settings(max_examples=8)  # each entry waits for the disk
@given(st.lists(st.tuples(st.integers(0, 80), st.lists(words, max_size=3)), min_size=1, max_size=5))
def test_figures_are_those_of_counting_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[int, list[str]]]
) -> None:
    """Whatever people say of decisions, as often as they like, the last word counts, and the first for the hours."""
    clock, protocol = Clock(), load_protocol(PROTOCOLS / "2026")
    with DecisionLog.open(tmp_path_factory.mktemp("log") / "decisions.db", clock=clock) as log:
        for number, (hours, said) in enumerate(story):
            facts = {"id": str(number), "harm": "hurt", "happened_at": clock.now}
            decision = log.decide(protocol, facts, by="Night line")
            clock.now += dt.timedelta(hours=hours)
            for word in said:
                _say(log, decision.id, word)
                clock.now += dt.timedelta(hours=1)
        found = audit(log)
    last = {number: said[-1] for number, (_, said) in enumerate(story) if said}
    assert found.confirmations == sum(word == "confirm" for word in last.values())
    assert len(found.overrides) == sum(word != "confirm" for word in last.values())
    lengths = [case.until_decided for case in found.cases]
    assert lengths == [dt.timedelta(hours=hours) if said else None for hours, said in story]


def _say(log: DecisionLog, decision: int, word: str) -> Confirmation | Override:
    if word == "confirm":
        return log.confirm(decision, by="Director")
    return log.override(decision, tier=word, by="Director", reason="Invented.")


# Exports


@given(st.text(st.sampled_from("=+-@\t\r\n'aä福 ＝")) | st.text())
def test_a_cell_is_never_a_formula_and_reads_back(text: str) -> None:
    """A cell never begins with a sign that a spreadsheet computes by, and gives back the text that was put in."""
    cell = defused(text)
    assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert as_written(cell) == text


hostile = st.text(st.sampled_from("=+-@\t\n',\"a福;"), min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=8)  # each entry waits for the disk
@given(st.lists(hostile, min_size=1, max_size=40))
def test_an_export_is_safe_to_open_and_reads_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Whatever names, facts and reasons hold, no cell of the CSV is a formula, and reading it gives them back."""
    incidents = [{"id": text, "pier": text} for text in texts]
    with DecisionLog.open(tmp_path_factory.mktemp("log") / "decisions.db") as log:
        log.decide_many(load_protocol(PROTOCOLS / "2026"), incidents, by=texts[0])
        override = log.override(1, tier="act", by=texts[-1], reason=texts[-1])
        rows = _rows(log, private=True)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(tuple("=+-@\t\r\n"))]
    assert [as_written(row["fact:pier"]) for row in rows[:-1]] == texts
    assert [as_written(row["incident"]) for row in rows[:-1]] == texts
    assert as_written(rows[-1]["reason"]) == override.reason


def _rows(log: DecisionLog, private: bool = False) -> list[dict[str, str]]:
    file = io.StringIO(newline="")
    write_csv(log, file, private=private)
    text = file.getvalue()
    assert text.startswith(MARK)
    return list(csv.DictReader(io.StringIO(text.removeprefix(MARK), newline="")))


def test_the_rows_of_an_export_are_the_entries(log: DecisionLog) -> None:
    """Every entry is a row; a decision's has its tier, its range and the facts that may be shown."""
    rows = _rows(log)
    assert [int(row["record"]) for row in rows] == list(range(1, len(log) + 1))
    assert (rows[0]["tier"], rows[0]["fact:harm"], rows[0]["fact:reach"]) == ("support", "hurt", "0.0")
    assert (rows[5]["recommended"], rows[5]["tier"]) == ("support", "act")
    assert "fact:pier" not in rows[0]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_exports_leave_private_facts_out_unless_asked(log: DecisionLog, form: str) -> None:
    """No account, no source and no free text of a fact stands in an export, unless it was asked for."""
    write = write_csv if form == "csv" else write_lines
    plain, full = io.StringIO(newline=""), io.StringIO(newline="")
    write(log, plain)
    write(log, full, private=True)
    assert not [words for words in PRIVATE if words in plain.getvalue()]
    assert PRIVATE[0] in full.getvalue()
    assert PRIVATE[3] not in full.getvalue()


def _lines(log: DecisionLog, private: bool = False) -> list[str]:
    file = io.StringIO(newline="")
    write_lines(log, file, private=private)
    return file.getvalue().splitlines(keepends=True)


@pytest.mark.parametrize("private", [False, True])
def test_json_lines_give_the_log_back_byte_for_byte(log: DecisionLog, tmp_path: Path, private: bool) -> None:
    """An export makes a log with the same bytes and the same checkpoint, and exports the same lines again."""
    lines = _lines(log, private)
    verified = restore(lines, str(tmp_path / "again.db"))
    assert verified.fine
    assert verified.against == log.checkpoint()
    with DecisionLog.open(tmp_path / "again.db") as again:
        assert list(again.raw_entries()) == list(log.raw_entries())
        assert _lines(again, private) == lines
        counts = replay(again).counts
        assert counts["same"] == (8 if private else 5)
        again.confirm(1, by="Director")
        assert again.verify(log.checkpoint()).fine


def test_a_log_moves_to_postgresql_and_back(log: DecisionLog) -> None:
    """A log of a file becomes one of a PostgreSQL database with the same bytes, replays there, and comes back."""
    lines = _lines(log, private=True)
    with postgresql.server() as url:
        assert restore(lines, url).fine
        with DecisionLog.open(url) as moved:
            assert replay(moved).counts == replay(log).counts
            assert _lines(moved, private=True) == lines
            assert _rows(moved) == _rows(log)
            assert audit(moved).to_dict() == audit(log).to_dict()


def test_the_lines_are_the_bytes_that_are_hashed(log: DecisionLog) -> None:
    """Whoever has the lines can work out the chain with SHA-256 alone."""
    entries = [line for line in _lines(log) if json.loads(line)["kind"] not in ("log", "protocol", "private")]
    chain = beginning(log.origin)
    for line in entries:
        expected = hashlib.sha256(chain + line.removesuffix("\n").encode()).digest()
        chain = link(chain, line.removesuffix("\n").encode())
        assert chain == expected
    with log.store.reading() as connection:
        stored = connection.execute(tables.entries.select().order_by(tables.entries.c.id.desc()).limit(1)).one()
    assert stored.chain == chain


def test_an_export_that_was_changed_is_found_out(log: DecisionLog, tmp_path: Path) -> None:
    """A changed, missing or added line of an export is found when the log is made again."""
    lines = _lines(log)
    changed = [line.replace('"by":"Director"', '"by":"Nobody"') for line in lines]
    assert not restore(changed, str(tmp_path / "changed.db")).fine
    last = max(place for place, line in enumerate(lines) if '"kind":"confirmation"' in line)
    assert not restore([*lines[:last], *lines[last + 1 :]], str(tmp_path / "cut.db")).fine


@pytest.mark.parametrize(
    ("place", "line", "message"),
    [
        (0, "{}\n", "line 1 is not the beginning"),
        (4, "not json\n", "line 5 of the export cannot be read"),
        (4, '{"kind": "private"}\n', "line 5 of the export cannot be read"),
    ],
)
def test_an_export_that_cannot_be_read_is_told(
    log: DecisionLog, tmp_path: Path, place: int, line: str, message: str
) -> None:
    """A line that is no part of an export is named, and nothing of it is kept."""
    lines = _lines(log)
    lines[place] = line
    with pytest.raises(RecordError, match=message):
        restore(lines, str(tmp_path / "again.db"))
    if place:
        with DecisionLog.open(tmp_path / "again.db") as again:
            assert len(again) == 0


def _forged(line: str, **changes: Any) -> str:
    return json.dumps({**json.loads(line), **changes}) + "\n"


@pytest.mark.parametrize(
    "forge",
    [
        lambda _line: "[" * 200_000 + "\n",
        lambda line: _forged(line, id=10**30),
        lambda line: _forged(line, id=3.5),
        lambda line: _forged(line, id=True),
        lambda line: _forged(line, by=["x"]),
        lambda line: _forged(line, incident=None),
        lambda line: _forged(line, kind="wish"),
        lambda line: line + line,
        lambda line: line + _forged("{}", kind="private", entry=1, key="", content=""),
        lambda line: line + 2 * _forged("{}", kind="private", entry=json.loads(line)["id"], key="", content=""),
    ],
)
def test_a_forged_line_is_named(log: DecisionLog, tmp_path: Path, forge: Callable[[str], str]) -> None:
    """What no log has written is refused with its line, whatever it would do to a database, and nothing is kept."""
    lines = _lines(log)
    place = max(number for number, line in enumerate(lines) if '"kind":"confirmation"' in line)
    lines[place : place + 1] = forge(lines[place]).splitlines(keepends=True)
    with pytest.raises(RecordError, match=r"line \d+ of the export cannot be read") as caught:
        restore(lines, str(tmp_path / "again.db"))
    assert caught.value.id == "RD501"
    with DecisionLog.open(tmp_path / "again.db") as again:
        assert len(again) == 0


def test_an_export_in_another_encoding_is_told(log: DecisionLog, tmp_path: Path) -> None:
    """A file that was saved in another encoding than UTF-8 is named as such, with the last line that could be read."""
    file = tmp_path / "export.jsonl"
    file.write_bytes("".join(_lines(log)).encode("utf-8")[:-2] + b"\xff\xfe\n")
    with file.open(encoding="utf-8", newline="\n") as lines, pytest.raises(RecordError, match="not UTF-8") as caught:
        restore(lines, str(tmp_path / "again.db"))
    assert caught.value.id == "RD501"


def test_a_log_is_never_written_over(log: DecisionLog, path: Path) -> None:
    """An export is not put into a log that has entries already."""
    with pytest.raises(RecordError) as caught:
        restore(_lines(log), str(path))
    assert caught.value.problems[0].id == "RD502"


# As a database


def test_a_log_is_read_after_a_writer_was_interrupted(path: Path, tmp_path: Path) -> None:
    """Where a writer was killed while it wrote keys, the log can be read without anyone writing first."""
    for ending in ("db", "keys"):
        (tmp_path / f"copy.{ending}").write_bytes(path.with_suffix(f".{ending}").read_bytes())
    killed = tmp_path / "killed.db"
    killed.write_bytes((tmp_path / "copy.db").read_bytes())
    with closing(sqlite3.connect(tmp_path / "copy.keys", isolation_level=None)) as writer:
        writer.execute("PRAGMA cache_size = 5")
        writer.execute("BEGIN IMMEDIATE")
        rows = ((f"unfinished-{number}", number.to_bytes(16), bytes(32)) for number in range(3000))
        writer.executemany("INSERT INTO keys (incident, id, secret) VALUES (?, ?, ?)", rows)
        for ending in ("keys", "keys-journal"):
            (tmp_path / f"killed.{ending}").write_bytes((tmp_path / f"copy.{ending}").read_bytes())
    with DecisionLog.open(killed, read_only=True) as log:
        assert replay(log).counts["same"] == 8


def test_the_file_opens_with_readable_tables(path: Path) -> None:
    """Plain SQLite shows decisions, overrides and facts in tables that can be read, and no private fact."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        shown = {
            view: [dict(row) for row in connection.execute(f"SELECT * FROM {view}")]
            for view in ("decisions", "overrides", "confirmations", "links", "erasures", "facts", "protocol_files")
        }
    assert [row["recommended"] for row in shown["decisions"][-2:]] == ["watch", "support"]
    assert (shown["overrides"][-1]["recommended"], shown["overrides"][-1]["decided"]) == ("support", "act")
    assert "protocol: harbor-watch" in shown["protocol_files"][0]["content"]
    assert not [words for words in PRIVATE if words in json.dumps(shown, ensure_ascii=False)]
