"""The commands of `record`, called as people call them."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from rapid_response import load_protocol
from rapid_response.cli.recording import record
from rapid_response.record import DecisionLog
from tests.calling import Caller
from tests.recorded import PRIVATE, PROTOCOLS, tampered, write_story

HERE = Path(__file__).parent.parent


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Caller:
    monkeypatch.delenv("RAPID_RESPONSE_DB", raising=False)
    return Caller(capfd, monkeypatch)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log that nothing is added to."""
    path = tmp_path_factory.mktemp("log") / "decisions.db"
    write_story(path)
    return path


@pytest.fixture
def told(call: Caller, story: Path, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """Calls about that log, named by the environment."""
    monkeypatch.setenv("RAPID_RESPONSE_DB", str(story))
    return call


# What people do


def test_a_case_from_the_first_call_to_the_erasure(call: Caller, tmp_path: Path) -> None:
    """Deciding, learning more, deciding otherwise, linking and erasing each add an entry that says who did it."""
    db, by = ("--db", str(tmp_path / "new.db")), ("--by", "Night line")
    incident = tmp_path / "a.yaml"
    incident.write_text("id: A-1\nharm: hurt\nstory: words of a witness\n", encoding="utf-8")
    decided = call("decide", str(PROTOCOLS), str(incident), *db, *by, "--as-of", "2026-03-01T20:00")
    assert decided.code == 0, decided.err
    assert decided.out.startswith("Record 1 · A-1\nSupport · settled\n")
    updated = call(
        "update", "A-1", *db, *by, "--fact", "harm=killed", "--fact", "reach=4.5", "--as-of", "2026-03-02T08:00"
    )
    assert updated.out.startswith("Record 2 · A-1\nAct · settled under assumptions\n")
    override = call("override", "A-1", "support", *db, "--by", "Director", "--reason", "The family asked.")
    assert "Director decided on “Support” instead of “Act”" in override.out
    assert "Director confirmed “Support”" in call("confirm", "1", *db, "--by", "Director").out
    incident.write_text("id: A-2\nharm: hurt\n", encoding="utf-8")
    assert call("decide", str(PROTOCOLS), str(incident), *db, *by, "--as-of", "2026-03-01T20:00").code == 0
    assert '"kind": "link"' in call("link", "1", "A-2", *db, *by, "--format", "json").out
    erased = call("erase", "A-1", *db, "--by", "Director", "--reason", "The family asked for it.", "--lang", "zh-Hant")
    assert "Director 刪除了不公開的資料" in erased.out
    shown = call("show", "A-1", *db)
    assert "Private facts of this incident were erased" in shown.out
    assert call("verify", *db).code == 0


@pytest.mark.parametrize(("answer", "code", "kinds"), [("n", 130, 1), ("y", 0, 2)])
def test_who_sits_at_a_terminal_is_asked_before_an_erasure(tmp_path: Path, answer: str, code: int, kinds: int) -> None:
    """Nothing is erased at a terminal until somebody says yes."""
    path = tmp_path / "decisions.db"
    with DecisionLog.open(path) as log:
        log.decide(load_protocol(PROTOCOLS / "2026"), {"id": "A-1", "story": PRIVATE[0]}, by="Night line")
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    command = [sys.executable, "-m", "rapid_response", "record", "erase", "A-1", "--db", str(path), "--by", "Director"]
    done = subprocess.run(
        [*command, "--reason", "asked"], stdin=theirs, capture_output=True, text=True, check=False, timeout=60
    )
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, "in 1 record of A-1 for good?" in done.stderr) == (code, True)
    with DecisionLog.open(path, read_only=True) as log:
        assert len(log) == kinds


def test_the_version_in_force_decides(call: Caller, tmp_path: Path) -> None:
    """Without a version in force nothing is decided; asking under another version is explicit, and shown as such."""
    db, by = ("--db", str(tmp_path / "new.db")), ("--by", "Night line")
    incident = tmp_path / "a.yaml"
    incident.write_text("id: A-1\nharm: hurt\n", encoding="utf-8")
    early = ("--as-of", "2025-03-01T20:00")
    refused = call("decide", str(PROTOCOLS), str(incident), *db, *by, *early)
    assert (refused.code, refused.out) == (2, "")
    assert "no version of `harbor-watch` is in force on 2025-03-01T20:00" in refused.err
    explicit = call("decide", str(PROTOCOLS), str(incident), *db, *by, *early, "--under", "2027")
    assert "version 2027" in explicit.out
    assert "not in force on that day" in re.sub(r"\s+", " ", explicit.out)
    assert "Not yet in force on Sat 1 Mar 2025" in explicit.out
    now = call(
        "update", "A-1", *db, *by, "--fact", "reach=2", "--in-force", str(PROTOCOLS), "--as-of", "2026-03-01T20:00"
    )
    assert "version 2026" in now.out
    assert "Not yet in force" not in now.out


def test_an_id_that_is_on_record_is_remarked_on(call: Caller, tmp_path: Path) -> None:
    """Who decides on an id for a second time is told that it counts as the same incident."""
    incident = tmp_path / "a.yaml"
    incident.write_text("id: 7\nharm: hurt\n", encoding="utf-8")
    decide = ("decide", str(PROTOCOLS / "2026"), str(incident), "--db", str(tmp_path / "new.db"), "--by", "Night line")
    as_of = ("--as-of", "2026-03-01T20:00")
    assert call(*decide, *as_of).err == ""
    again = call(*decide, *as_of)
    assert (again.code, "`7` is on record already (record 1)" in again.err) == (0, True)


def test_a_bad_incident_leaves_nothing_on_record(call: Caller, tmp_path: Path) -> None:
    """Where one of several incidents cannot be evaluated, none is recorded; the exit code is 3, as everywhere."""
    db = tmp_path / "new.db"
    incidents = tmp_path / "several.yaml"
    incidents.write_text("- id: A-1\n  harm: hurt\n- id: A-2\n  harm: hrut\n", encoding="utf-8")
    as_of = ("--as-of", "2026-03-01T20:00")
    done = call("decide", str(PROTOCOLS), str(incidents), "--db", str(db), "--by", "Night line", *as_of)
    assert done.code == 3
    assert "did you mean `hurt`?" in done.err
    assert not db.exists()


def test_require_settled_tells_by_the_exit_code(call: Caller, tmp_path: Path) -> None:
    """An open recommendation is recorded all the same, and the exit code is 5 where more was asked for."""
    incident = tmp_path / "a.yaml"
    incident.write_text("id: A-1\n", encoding="utf-8")
    arguments = ("--db", str(tmp_path / "new.db"), "--by", "Night line", "--as-of", "2026-03-01T20:00")
    assert call("decide", str(PROTOCOLS), str(incident), *arguments, "--require-settled").code == 5
    with DecisionLog.open(tmp_path / "new.db", read_only=True) as log:
        assert len(log) == 1


# What is read


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
@pytest.mark.parametrize(
    "command",
    ["list", "show 4", "why A-2", "why-not A-2 act", "timeline A-2", "report", "report A-2", "replay", "verify"],
)
def test_everything_is_told_in_every_form(told: Caller, command: str, form: str) -> None:
    """Each command that reads writes text, JSON, Markdown or a page, and none of it tells a private fact."""
    done = told(*shlex.split(command), "--format", form)
    assert (done.code, done.err) == (0, "")
    assert not [words for words in PRIVATE if words in done.out]
    match form:
        case "json":
            assert [json.loads(line) for line in done.out.splitlines()]
        case "html":
            assert done.out.startswith("<!DOCTYPE html>")
        case _:
            assert done.out.strip()


def test_why_not_answers_from_the_record(told: Caller) -> None:
    """`why-not` names the limit that held the tier down then, and what would have made the difference."""
    done = told("why-not", "5", "act")
    assert "Why not “Act”" in done.out
    assert "The family decides" in done.out
    assert "The family wants no response: no (now yes)" in done.out


def test_private_facts_are_shown_when_asked_for(told: Caller) -> None:
    """`--private` shows accounts and sources."""
    shown = told("timeline", "A-2", "--private").out
    assert PRIVATE[0] in shown
    assert PRIVATE[1] in shown


def test_a_record_of_people_stands_for_what_it_is_about(told: Caller) -> None:
    """The number of a confirmation or an override shows the recommendation that it is about."""
    assert told("show", "6").out == told("show", "5").out


def test_incidents_may_be_numbered_as_records_are(call: Caller, tmp_path: Path) -> None:
    """A number that is a record and an incident is refused until it says which; elsewhere it is what there is."""
    db, incident = ("--db", str(tmp_path / "new.db")), tmp_path / "a.yaml"
    for name in ("2", "7", "9" * 200):
        incident.write_text(f"id: '{name}'\nharm: hurt\n", encoding="utf-8")
        as_of = ("--as-of", "2026-03-01T20:00")
        assert call("decide", str(PROTOCOLS), str(incident), *db, "--by", "Night line", *as_of).code == 0
    unclear = call("show", "2", *db)
    assert (unclear.code, unclear.out) == (4, "")
    assert unclear.err == "`2` is a record and an incident; write record:2 or incident:2\n"
    for wanted, number in [("record:2", 2), ("incident:2", 1), ("7", 2), ("1", 1), ("9" * 200, 3)]:
        assert json.loads(call("show", wanted, *db, "--format", "json").out)["id"] == number
    assert "there is no record 8" in call("show", "8", *db).err
    assert "no record of incident" in call("show", "9" * 5000, *db).err


def test_a_period_is_chosen_by_days(told: Caller) -> None:
    """`--since` and `--until` take days in the protocol's zone, half open."""
    done = told("report", "--since", "2026-06-08", "--until", "2026-06-09", "--format", "json")
    assert [case["incident"] for case in json.loads(done.out)["cases"]] == ["A-4"]
    assert told("report", "--since", "2030-01-01").out.startswith("Audit of decisions\nNo incidents in this period")


def test_what_another_protocol_would_have_said(told: Caller) -> None:
    """`replay --under` exits with 1 where a recommendation would have been another, and names it."""
    done = told("replay", "--under", str(PROTOCOLS / "2027"))
    assert done.code == 1
    assert "Record 12 · A-5" in done.out


# Proof and hand-over


def test_a_checkpoint_kept_elsewhere_shows_what_is_missing(call: Caller, story: Path, tmp_path: Path) -> None:
    """`verify --against` fits the log of the checkpoint, and exits with 1 for a shorter one."""
    kept, short = tmp_path / "checkpoint.txt", tmp_path / "short.db"
    assert call("checkpoint", "--db", str(story), "--output", str(kept)).code == 0
    assert kept.read_text(encoding="utf-8").splitlines()[:2] == ["example.org/harbor", "17"]
    assert call("verify", "--db", str(story), "--against", str(kept)).code == 0
    with DecisionLog.open(short, origin="example.org/harbor"):
        pass
    missing = call("verify", "--db", str(short), "--against", str(kept))
    assert missing.code == 1
    assert "Not everything fits" in missing.out


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_private_export_is_for_its_owner_alone(told: Caller, tmp_path: Path, form: str) -> None:
    """A file with private facts, and in JSON lines with their keys, is made so that others cannot read it."""
    file = tmp_path / "private"
    assert told("export", "--format", form, "--with-private", "--output", str(file)).code == 0
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("command", ["export", "checkpoint"])
@pytest.mark.parametrize("ending", ["db", "keys"])
def test_no_database_is_written_over(call: Caller, tmp_path: Path, command: str, ending: str) -> None:
    """What is written out never takes the place of the log, nor of its keys."""
    write_story(tmp_path / "decisions.db")
    precious = tmp_path / f"decisions.{ending}"
    before = precious.read_bytes()
    done = call(command, "--db", str(tmp_path / "decisions.db"), "--output", str(precious))
    assert (done.code, "would be lost" in done.err) == (4, True)
    assert precious.read_bytes() == before


def test_a_checkpoint_that_is_no_text_is_told(told: Caller, tmp_path: Path) -> None:
    """Some programs save text as UTF-16."""
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(told("checkpoint").out, encoding="utf-16")
    done = told("verify", "--against", str(kept))
    assert (done.code, "save it as UTF-8" in done.err) == (4, True)


def test_exports_are_written_and_imported(told: Caller, tmp_path: Path) -> None:
    """An export goes to a file or to standard output, the same bytes; JSON lines make the log again."""
    lines = tmp_path / "log.jsonl"
    assert told("export", "--format", "jsonl", "--output", str(lines)).code == 0
    assert told("export", "--format", "jsonl").out == lines.read_text(encoding="utf-8")
    done = told("import", str(lines), "--db", str(tmp_path / "again.db"))
    assert (done.code, "Everything fits" in done.out) == (0, True)
    assert told("import", str(lines), "--db", str(tmp_path / "again.db")).code == 4
    assert told("export").out.startswith("\ufeffrecord,")


def test_versions_are_listed_with_what_is_wrong(call: Caller, tmp_path: Path) -> None:
    """`versions` names the version of a day, and exits with 1 where days are without one."""
    assert call("versions", str(PROTOCOLS)).code == 0
    assert call("versions", str(PROTOCOLS), "--on", "2027-05-01").out.startswith("harbor-watch 2027 sha256:")
    assert call("versions", str(PROTOCOLS), "--on", "2025-05-01").code == 2
    gap = (PROTOCOLS / "2026/protocol.yaml").read_text(encoding="utf-8")
    (tmp_path / "a.yaml").write_text(gap, encoding="utf-8")
    ended = call("versions", str(tmp_path), "--lang", "zh-Hant")
    assert ended.code == 1
    assert "沒有生效的版本" in ended.out
    for year in ("2030", "2031"):
        (tmp_path / "all" / year).mkdir(parents=True)
        (tmp_path / "all" / year / "protocol.yaml").write_text(gap, encoding="utf-8")
    both = call("versions", str(tmp_path / "all"))
    assert "2030/protocol.yaml:8 · 2031/protocol.yaml:8" in both.out


def test_a_log_with_records_that_cannot_be_read_is_listed(call: Caller, story: Path, tmp_path: Path) -> None:
    """Records that were changed until they cannot be read are named after the others, in both languages."""
    copy = tampered(story, tmp_path, b'"incident":"A-2"', b'"incident":"A-2')
    for form in ("text", "markdown", "json", "html"):
        listed = call("list", "--db", str(copy), "--format", form)
        assert "A-6" in listed.out
        assert (listed.code, "4 records were changed and cannot be read: 3, 4, 5, 6" in listed.err) == (6, True)
    last = tampered(story, tmp_path, b'"incident":"B-1"', b'"incident":"B-1')
    since = call("list", "--db", str(last), "--since", "2026-07-01")
    assert ("A-6" in since.out, "2 records were changed" in since.err) == (True, True)
    copy = tampered(story, tmp_path, b'"incident":"A-2"', b'"incident":"A-2')
    again = call("replay", "--db", str(copy), "--lang", "zh-Hant")
    assert "4 項記錄已被改動，不能讀取：3、4、5、6" in again.out.replace("\n", "")
    assert call("show", "3", "--db", str(copy)).code == 6


def test_what_does_not_fit_is_told_in_both_languages(call: Caller, story: Path, tmp_path: Path) -> None:
    """Whoever verifies a changed log reads which entry was changed, in their own language."""
    copy = tampered(story, tmp_path, b'"by":"Director"', b'"by":"Nobody"')
    told = [call("verify", "--db", str(copy), "--lang", language).out for language in ("en", "zh-Hant")]
    assert "RD402: entry 2 does not fit the chain: it, or one before it, was changed" in told[0]
    assert "RD402：第 2 項記錄與鏈不符：它或之前的記錄被改動" in told[1]


@pytest.mark.parametrize("form", ["text", "markdown", "html", "json"])
def test_who_adds_to_a_case_is_not_told_its_private_facts(call: Caller, tmp_path: Path, form: str) -> None:
    """What an update prints leaves out private facts and sources, in every form: there is `show --private` for them."""
    db = ("--db", str(tmp_path / "decisions.db"))
    write_story(tmp_path / "decisions.db")
    done = call("update", "A-2", *db, "--by", "Night line", "--fact", "reach=3", "--format", form)
    assert done.code == 0
    shown = call("show", "A-2", *db, "--private", "--format", form)
    assert form == "json" or "No decision of people about this recommendation is on record" in shown.out
    assert not [words for words in PRIVATE if words in " ".join(done.out.split())]
    assert PRIVATE[0] in " ".join(shown.out.split())


def test_an_open_case_goes_on_under_a_later_version(call: Caller, tmp_path: Path) -> None:
    """A fact that the later version does not have is left out by leaving it empty."""
    db, by = ("--db", str(tmp_path / "decisions.db")), ("--by", "Night line")
    write_story(tmp_path / "decisions.db")
    (tmp_path / "later").mkdir()
    later = (PROTOCOLS / "2027/protocol.yaml").read_text(encoding="utf-8").replace("  pier:", "  harbor_pier:")
    (tmp_path / "later/protocol.yaml").write_text(later, encoding="utf-8")
    update = ("update", "A-1", *db, *by, "--in-force", str(tmp_path / "later"), "--under", "2027", "--fact", "reach=3")
    refused = call(*update)
    assert (refused.code, "unknown fact `pier`" in refused.err) == (3, True)
    assert "version 2027" in call(*update, "--fact", "pier=").out


# Wrong calls


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        ("show 99", 4, "there is no record 99"),
        ("show A-22", 4, "did you mean `A-2`?"),
        ("show 'A-22\x1b[31m'", 4, "no record of incident `A-22[31m`; "),
        ("why nothing", 4, "`record list` names those on record"),
        ("show 7", 4, "record 7 is a link"),
        ("why-not 5 acct", 4, "did you mean `act`?"),
        ("timeline A-22", 4, "did you mean `A-2`?"),
        ("report A-22", 4, "did you mean `A-2`?"),
        ("list --incident A-22", 4, "did you mean `A-2`?"),
        ("list --since soon", 4, "`soon` is not a date and time"),
        ("list --since 2026-03-02 --until 2026-03-02", 4, "--since comes before --until"),
        ("report --since 2027-01-01 --until 2026-01-01", 4, "--since comes before --until"),
        ("report A-2 --since 2026-03-01", 4, "of one incident or of a period"),
        ("report --within 1e9", 4, "less than or equal to 8760"),
        ("report --within inf", 4, "less than or equal to 8760"),
        ("verify --against nothing.txt", 4, "`nothing.txt` cannot be read"),
        ("import nothing.jsonl", 4, "`nothing.jsonl` cannot be read"),
        ("export --output nothing/at/all.csv", 4, "cannot be written"),
        ("list --db nothing.db", 6, "there is no file `nothing.db`"),
        ("confirm 1", 4, "--by"),
        ("update A-2 --by Director --under 2027 --fact reach=3", 4, "name that by --in-force"),
        ("override 1 act --by Director", 4, "--reason"),
        ("replay --under nothing", 2, "`nothing` cannot be read"),
    ],
)
def test_wrong_calls_are_told(told: Caller, command: str, code: int, message: str) -> None:
    """A wrong record, incident, tier, file or time is told with its remedy, and nothing is recorded."""
    done = told(*shlex.split(command))
    assert (done.code, done.out) == (code, "")
    assert message in re.sub(r"\s+", " ", done.err)


@pytest.mark.parametrize(
    "command",
    [
        "confirm A-1",
        "override A-1 act --reason So",
        "link A-1 A-2",
        "erase A-1 --reason So",
        "update A-1 --fact reach=3",
    ],
)
def test_a_mistyped_log_is_not_made(call: Caller, tmp_path: Path, command: str) -> None:
    """Only deciding makes a log: whoever mistypes where it lies is told that it is not there."""
    done = call(*shlex.split(command), "--by", "Director", "--db", str(tmp_path / "decisons.db"))
    assert (done.code, "there is no file `decisons.db`" in done.err) == (6, True)
    assert list(tmp_path.iterdir()) == []


def test_the_log_has_to_be_named(call: Caller) -> None:
    """Without `--db` the message names the environment variable, too."""
    done = call("list")
    assert done.code == 4
    assert "RAPID_RESPONSE_DB" in done.err


def test_every_command_is_documented(call: Caller) -> None:
    """Every command has a heading in docs/cli.md, and below it, or above all of them, each of its options."""
    page = (HERE / "docs/cli.md").read_text(encoding="utf-8").split("\n## record\n")[1].split("\n## ")[0]
    shared, *sections = page.split("\n### record ")
    documented = {section.split("\n")[0]: section for section in sections}
    assert [command.name for command in record.registered_commands] == list(documented)
    for name, section in documented.items():
        options = set(re.findall(r"^ +(--[a-z-]+)", call(name, "--help").out, re.MULTILINE)) - {"--help"}
        assert not [option for option in options if f"`{option}" not in section + shared], name


def test_a_missing_extra_is_told() -> None:
    """Without the packages of the extra `record`, the command says what to install."""
    script = "import sys; sys.modules['sqlalchemy'] = None; from rapid_response.cli import main; main()"
    command = [sys.executable, "-c", script, "record", "list", "--db", "decisions.db"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr == "this needs sqlalchemy: pip install 'rapid-response[record]'\n"
