"""The command line, run as people run it."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rapid_response.cli import main

HERE = Path(__file__).parent.parent
CCSJ = str(HERE / "protocol_rules/ccsj")
INCIDENTS = HERE / "examples/incidents"
CLEAR = str(INCIDENTS / "01-stabbing-in-chinatown.yaml")
OPEN = str(INCIDENTS / "12-first-call.yaml")
AT = ("--as-of", "2026-02-10T23:00")


def run(*arguments: str, given: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Call the command within this process, whose imports are done; `.ci/smoke` calls it from outside."""
    stdout, stderr = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    stdin = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
    command = ["rapid-response", *arguments]
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(cwd or Path.cwd()):
        for name, value in {"argv": command, "stdin": stdin, "stdout": stdout, "stderr": stderr}.items():
            patch.setattr(sys, name, value)
        patch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as left:
            main()
        return subprocess.CompletedProcess(command, int(left.value.code or 0), _written(stdout), _written(stderr))


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def test_a_clear_incident_is_told_in_text() -> None:
    """The first lines name the incident, the recommended tier and its standing; no colour codes go into a pipe."""
    done = run("evaluate", CCSJ, CLEAR, *AT)
    assert done.returncode == 0
    assert "Activate rapid response" in "\n".join(done.stdout.splitlines()[:3])
    assert "settled" in done.stdout
    assert "\x1b" not in done.stdout


def test_it_speaks_traditional_chinese() -> None:
    """`--lang zh-Hant` tells all of it in Traditional Chinese, the protocol's texts included."""
    done = run("evaluate", CCSJ, CLEAR, *AT, "--lang", "zh-Hant")
    assert "啟動快速應變" in "\n".join(done.stdout.splitlines()[:3])
    assert "Activate rapid response" not in done.stdout


def test_many_incidents_become_json_lines() -> None:
    """Several files give one JSON object a line, in their order, each naming its incident."""
    done = run("evaluate", CCSJ, CLEAR, OPEN, *AT, "--format", "json")
    assert [json.loads(line)["incident"] for line in done.stdout.splitlines()] == ["example-01", "example-12"]


@pytest.mark.parametrize(
    "given",
    [
        "id: a\nharm: killed\n",
        '{"id": "a", "harm": "killed"}',
        '{\n  "id": "a",\n  "harm": "killed"\n}\n',
        '[{"id": "a", "harm": "killed"}]',
        '{"id": "a", "harm": "killed"}\n{"id": "b", "harm": "none"}\n',
        "- id: a\n  harm: killed\n- id: b\n",
    ],
    ids=["yaml", "json line", "json", "json list", "json lines", "yaml list"],
)
def test_standard_input_is_yaml_or_json(given: str) -> None:
    """`-` reads one incident or many from standard input, in YAML, JSON or JSON lines."""
    done = run("evaluate", CCSJ, "-", *AT, "--format", "json", given=given)
    assert done.returncode == 0, done.stderr
    first = json.loads(done.stdout.splitlines()[0])
    assert (first["incident"], first["facts"]["harm"]["value"]) == ("a", "killed")


def test_the_clock_is_filled_in_here_only() -> None:
    """Without `--as-of` the command line takes the present time; the result says which."""
    done = run("evaluate", CCSJ, OPEN, "--format", "json")
    assert json.loads(done.stdout)["as_of"] is not None


def test_bad_incidents_do_not_hide_good_ones() -> None:
    """Good incidents are evaluated, every bad fact of the others is named with its line, and the exit code is 3."""
    given = '{"id": "a", "harm": "killed"}\n{"id": "b", "harm": "injurd", "victim_age": "old"}\nnot json\n'
    done = run("evaluate", CCSJ, "-", *AT, "--format", "json", given=given)
    assert done.returncode == 3
    assert [json.loads(line)["incident"] for line in done.stdout.splitlines()] == ["a"]
    for expected in ("standard input:2", "did you mean `injured`?", "`victim_age`", "standard input:3", "3 problems"):
        assert expected in done.stderr


def test_a_bad_incident_file_is_named_with_its_place() -> None:
    """A YAML incident's bad fact is shown with file, line and column, without the line, which may hold free text."""
    done = run("evaluate", CCSJ, "-", *AT, given="id: a\nharm: injurd\nstory: nobody should read this\n")
    assert done.returncode == 3
    assert "standard input:2:7" in done.stderr
    assert "nobody" not in done.stderr


def test_a_bad_protocol_exits_with_2(tmp_path: Path) -> None:
    """All problems of a protocol go to standard error, nothing to standard output, and the exit code is 2."""
    (tmp_path / "bad.yaml").write_text(
        "protocol: p\ntiers: {low: {}}\nrules: {r: {raise_to: hihg}}\n", encoding="utf-8"
    )
    done = run("evaluate", str(tmp_path), CLEAR)
    assert (done.returncode, done.stdout) == (2, "")
    assert "RR301" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("nope",),
        ("evaluate",),
        ("evaluate", CCSJ),
        ("evaluate", CCSJ, CLEAR, "--format", "xml"),
        ("show", CCSJ, "--format", "json"),
    ],
    ids=["command", "no arguments", "no incident", "format", "show as json"],
)
def test_wrong_usage_exits_with_4(arguments: tuple[str, ...]) -> None:
    """A wrong call says what is wrong on standard error and exits with 4."""
    done = run(*arguments)
    assert done.returncode == 4
    assert done.stderr


def test_a_missing_file_is_a_bad_incident() -> None:
    """A file that is not there is named, and the exit code is 3."""
    done = run("evaluate", CCSJ, "no-such.yaml", *AT)
    assert done.returncode == 3
    assert "`no-such.yaml` cannot be read" in done.stderr


def test_require_settled_tells_by_the_exit_code() -> None:
    """An open result is fine by itself, and 5 where `--require-settled` asks for more."""
    assert run("evaluate", CCSJ, OPEN, *AT).returncode == 0
    assert run("evaluate", CCSJ, OPEN, *AT, "--require-settled").returncode == 5
    assert run("evaluate", CCSJ, CLEAR, *AT, "--require-settled").returncode == 0


def test_private_facts_are_shown_when_asked_for() -> None:
    """What the protocol marks private is left out of text and JSON, and shown with `--private`."""
    given = "id: a\nharm: killed\nstory: words of a witness\n"
    for output in ("text", "json", "markdown", "html"):
        hidden = run("evaluate", CCSJ, "-", *AT, "--format", output, given=given)
        shown = run("evaluate", CCSJ, "-", *AT, "--format", output, "--private", given=given)
        assert "words of a witness" not in hidden.stdout, output
        assert "words of a witness" in shown.stdout, output


@pytest.mark.parametrize("output", ["text", "markdown", "html"])
@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_the_protocol_is_shown_as_a_document(output: str, language: str) -> None:
    """`show` tells the whole protocol, in each format and language."""
    done = run("show", CCSJ, "--format", output, "--lang", language)
    assert done.returncode == 0, done.stderr
    assert ("啟動快速應變" if language == "zh-Hant" else "Activate rapid response") in done.stdout


def test_schemas_are_printed() -> None:
    """`schema` prints the JSON Schema of protocols, of results, or of comparisons."""
    assert json.loads(run("schema").stdout)["title"] == "rapid-response protocol"
    assert json.loads(run("schema", "result").stdout)["title"] == "rapid-response result"
    assert json.loads(run("schema", "comparison").stdout)["title"] == "rapid-response comparison"


def test_a_reader_that_stops_early_is_no_error() -> None:
    """Output that nobody reads to its end, as with `head`, leaves no traceback."""
    command = f'"{sys.executable}" -m rapid_response show "{CCSJ}" | head -n 1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def _options(*command: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)(?=[ ,])", run(*command, "--help").stdout)) - {"--help"}


COMMANDS = ["evaluate", "ask", "explain", "show", "test", "check", "compare", "live", "schema"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(command: str) -> None:
    """Every command has a heading in docs/cli.md, and below it each of its options."""
    documented = (HERE / "docs/cli.md").read_text(encoding="utf-8")
    section = documented.split(f"\n## {command}\n")[1].split("\n## ")[0]
    for option in _options(command):
        assert f"`{option}" in section, option


BROKEN = str(HERE / "tests/golden/check/protocol.yaml")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((CCSJ,), 0),
        ((CCSJ, "--fail-on", "warning"), 0),
        ((CCSJ, "--fail-on", "note"), 1),
        ((CCSJ, "--budget", "0"), 1),
        ((BROKEN,), 1),
        ((BROKEN, "--fail-on", "never"), 0),
        (("no-such-folder",), 2),
        ((CCSJ, "--as-of", "one day"), 3),
        ((CCSJ, "--fail-on", "sometimes"), 4),
        ((CCSJ, "--budget", "-1"), 4),
    ],
)
def test_a_check_tells_by_its_exit_code(arguments: tuple[str, ...], code: int) -> None:
    """`check` exits with 1 from the severity on that `--fail-on` names, and where too little was decided in time."""
    done = run("check", *arguments)
    assert done.returncode == code, done.stderr


def test_a_check_is_written_in_every_format() -> None:
    """The same check as text, JSON, Markdown and a page, in both languages."""
    data = json.loads(run("check", BROKEN, "--format", "json").stdout)
    assert data["counts"]["error"] == 5
    assert run("check", BROKEN, "--format", "markdown").stdout.startswith("Check of Harbor watch\n\n# 5 errors")
    page = run("check", BROKEN, "--format", "html", "--lang", "zh-Hant").stdout
    assert "<h1>5 項錯誤" in page
    assert page == (HERE / "tests/golden/check/harbor.zh-Hant.html").read_text(encoding="utf-8") + "\n"


def test_every_command_is_documented() -> None:
    """The commands that the help lists are those of docs/cli.md."""
    listed = re.findall(r"^  (\w+)  ", run("--help").stdout.split("Commands:")[1], re.MULTILINE)
    documented = re.findall(r"^## (\w+)$", (HERE / "docs/cli.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(documented)


@pytest.mark.parametrize(("name", "code"), [("", 0), ("no such name", 1)])
def test_scenarios_are_run(name: str, code: int) -> None:
    """`test` passes where all scenarios do, and fails where there was none to run."""
    done = run("test", str(HERE / "examples/protocols/curb65"), "-k", name)
    assert done.returncode == code, done.stdout
    assert json.loads(run("test", CCSJ, "--format", "json").stdout)["passed"] is True


def test_scenarios_that_do_not_fit_are_told(tmp_path: Path) -> None:
    """A scenario that names an unknown rule is a problem with its place, and the exit code is 2."""
    (tmp_path / "p.yaml").write_text("protocol: p\ntiers: {low: {}}\n", encoding="utf-8")
    text = "scenarios:\n  - name: a\n    incident: {}\n    expect: {rules: {fired: [nothing]}}\n"
    (tmp_path / "p.scenarios.yaml").write_text(text, encoding="utf-8")
    done = run("test", str(tmp_path))
    assert done.returncode == 2
    assert "p.scenarios.yaml:4" in done.stderr


def test_an_audit_answer_is_told() -> None:
    """`explain --why-not` names the limit that held a tier down and the smallest difference, as text and as JSON."""
    incident = str(INCIDENTS / "04-family-asks-for-privacy.yaml")
    done = run("explain", CCSJ, incident, "--as-of", "2026-01-20T09:00", "--why-not", "activate")
    assert "quiet_care_for_the_family" in done.stdout
    assert "The smallest differences" in done.stdout
    told = run("explain", CCSJ, incident, "--as-of", "2026-01-20T09:00", "--why-not", "activate", "--format", "json")
    assert json.loads(told.stdout)["why_not"]["tier"] == "activate"


def test_an_unknown_tier_is_wrong_usage() -> None:
    """A tier that the protocol does not have is named with the nearest one, and the exit code is 4."""
    done = run("explain", CCSJ, CLEAR, *AT, "--why-not", "activat")
    assert done.returncode == 4
    assert "did you mean `activate`?" in done.stderr


def test_an_interview_ends_with_the_result(tmp_path: Path) -> None:
    """`ask` takes answers from standard input, saves the incident, and the saved file gives the same result."""
    saved = tmp_path / "tonight.yaml"
    done = run("ask", CCSJ, *AT, "--save", str(saved), given="3\n?\nb\nq\n")
    assert done.returncode == 0, done.stderr
    assert "At most" in done.stdout
    again = run("evaluate", CCSJ, str(saved), *AT, "--format", "json")
    assert json.loads(again.stdout)["incident"] == "tonight"


def test_live_incidents_become_events() -> None:
    """`live` writes an event for all that a line changes; a bad line is told with its number, and stops nothing."""
    lines = [
        '{"incident": {"id": "A-1", "harm": "killed"}, "at": "2026-02-01T22:00"}',
        "not json",
        '{"id": "A-2", "harm": "hurt"}',
        '{"id": "A-1", "ties": ["chinese"]}',
        '{"now": "2026-02-02T09:00"}',
    ]
    done = run("live", CCSJ, "--engine", "own", given="\n".join(lines))
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 3
    assert [event["number"] for event in events] == [*range(1, len(events) + 1)]
    assert {"TierChanged", "IncidentRefused", "QuestionAnswered", "ResponseOverdue"} <= {one["event"] for one in events}
    assert ("standard input:2" in done.stderr, "standard input:3" in done.stderr) == (True, True)


def test_live_goes_on_from_its_file(tmp_path: Path) -> None:
    """With `--state` a second call knows what the first was given, and `--after` writes its events again."""
    state = str(tmp_path / "live.db")
    first = run("live", CCSJ, "--engine", "own", "--state", state, given='{"id": "A", "harm": "killed"}')
    assert "RR506" in first.stderr
    first = run(
        "live", CCSJ, "--engine", "own", "--state", state, "--now", AT[1], given='{"id": "A", "harm": "killed"}'
    )
    again = run("live", CCSJ, "--engine", "own", "--state", state, "--after", "1", given="")
    assert (again.returncode, again.stdout) == (0, first.stdout)
    other = run("live", str(HERE / "examples/protocols/curb65"), "--engine", "own", "--state", state, given="")
    assert (other.returncode, "RL201" in other.stderr) == (4, True)


def test_live_drafts_are_written_for_roles(tmp_path: Path) -> None:
    """`--drafts` leaves a file for each event, addressed by role, in the languages asked for."""
    given = '{"incident": {"id": "A-1", "harm": "killed"}, "at": "2026-02-01T22:00"}'
    run("live", CCSJ, "--engine", "own", "--drafts", str(tmp_path), "--lang", "zh-Hant", given=given)
    texts = [file.read_text(encoding="utf-8") for file in sorted(tmp_path.iterdir())]
    assert texts
    assert all(text.startswith("致：") for text in texts)
    assert "People decide" not in "".join(texts)
