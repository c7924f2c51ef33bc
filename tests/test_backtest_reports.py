"""Back-tests as people read them, and on the command line.

The whole renderings lie in tests/golden/backtest; pictures are left out of pages, since they hang on the version of
matplotlib. After a change that is meant, look over the difference and write them anew:
`UPDATE_GOLDEN=1 pytest tests/test_backtest_reports.py`.
"""

from __future__ import annotations

import csv
import html
import json
import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pyarrow as pa
import pytest

from rapid_response import load_protocol, protocol_from_text
from rapid_response.history import Backtest, backtest, read_incidents
from rapid_response.history.backtests.documents import backtest_schema
from rapid_response.proving.comparison_documents import comparison_schema
from rapid_response.reports.backtest_document import backtest_document
from rapid_response.reports.past_shares import past_shares
from rapid_response.reports.terminal import columns, document_text
from tests.test_cli import HERE, run

GOLDEN = HERE / "tests/golden/backtest"
LANGUAGES = ("en", "zh-Hant")
PAST = ("past.csv", "--mapping", "mapping.yaml", "--protocol", "current.yaml", "--against", "proposed.yaml")
RENAMED = ("--rename", "killed_in_public=life_lost")


@pytest.fixture(scope="module")
def found() -> Backtest:
    past = read_incidents(GOLDEN / "past.csv", GOLDEN / "mapping.yaml")
    current, proposed = (load_protocol(GOLDEN / f"{name}.yaml") for name in ("current", "proposed"))
    renamed = {"killed_in_public": "life_lost"}
    return backtest(past, current, proposed, rename=renamed)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["txt", "md", "html"])
def test_back_tests_are_rendered_as_reviewed(found: Backtest, form: str, language: str) -> None:
    """A back-test reads, in every form and language, exactly as it was last looked over."""
    match form:
        case "txt":
            rendered = document_text(backtest_document(found, language))
        case "md":
            rendered = found.to_markdown(language)
        case _:
            rendered = re.sub(r"<svg .*?</svg>", "<svg></svg>", found.to_html(language), flags=re.DOTALL)
    rendered = rendered.replace(str(GOLDEN / "past.csv"), "past.csv")
    golden = GOLDEN / f"backtest.{language}.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_fits_eighty_columns(found: Backtest, language: str) -> None:
    """No line on the terminal is wider than eighty columns."""
    assert max(map(columns, document_text(backtest_document(found, language)).splitlines())) <= 80


# Pages


class _Page(HTMLParser):
    """The elements of a page, and the text in its tables."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += attrs


def parsed(page: str) -> _Page:
    reader = _Page()
    reader.feed(page)
    return reader


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_whole_in_itself(found: Backtest, language: str) -> None:
    """A page loads nothing, its pictures have words and colours of the page, and no id stands twice."""
    page = found.to_html(language)
    read = parsed(page)
    addresses = [value or "" for name, value in read.attributes if name in ("src", "href", "xlink:href", "action")]
    assert all(address.startswith("#") for address in addresses)
    ids = Counter(value for name, value in read.attributes if name == "id")
    assert max(ids.values()) == 1
    assert all(f"section-{number}" in ids for number in re.findall(r'href="#section-(\d+)"', page))
    assert (read.elements["figure"], read.elements["svg"]) == (4, 8)
    assert sum(name == "aria-label" and bool(value) for name, value in read.attributes) >= 4
    for picture in re.findall(r"<svg .*?</svg>", page, re.DOTALL):
        assert not re.search(r"#[0-9a-fA-F]{6}", picture)
        assert "var(--ink)" in picture or "var(--quiet)" in picture
        assert "font-family" not in picture


def test_the_one_script_is_the_one_that_is_allowed(found: Backtest) -> None:
    """Pages allow no script but the search, whose checksum they name; without it every row is there."""
    from base64 import b64encode
    from hashlib import sha256

    page = found.to_html()
    [script] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    checksum = b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{checksum}'" in page
    assert "default-src 'none'" in page
    rows = page.partition('data-search="')[2].partition("</table>")[0].count("<tr>") - 1
    assert rows == len(found.incidents) == sum(count for kind, count in found.kinds.items() if kind != "same")


def test_pictures_say_what_was_counted(found: Backtest) -> None:
    """The matrix on the page has the number of every pair of tiers; the same page is drawn the same again."""
    page = found.to_html()
    words = [html.unescape(text) for text in re.findall(r"<text [^>]*>([^<]*)</text>", page)]
    for pair in found.transitions:
        if not pair.is_open:
            assert str(pair.incidents) in words
    assert found.to_html() == page


HOSTILE = [
    "<script>alert(1)</script>",
    "</style></title><img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "$\\frac{a}{b}$ \x1b[2J \u202e",
    "=cmd|' /C calc'!A0",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(text: str, tmp_path: Path) -> None:
    """Titles of tiers, rules, responses and roles, reasons, ids and outcomes cannot become anything but text."""
    told = json.dumps(text)
    written = (
        f"protocol: p\ntitle: {told}\ntime_zone: UTC\nat: at\nroles:\n  r: {{title: {told}}}\n"
        f"tiers:\n  low: {{title: {told}}}\n  high: {{title: {told}}}\n"
        f"facts:\n  at: {{type: moment}}\n  age: {{type: number, min: 0, ask: {told}}}\n"
        f"rules:\n  r:\n    title: {told}\n    when: age >= %s\n    raise_to: high\n    because: {told}\n"
        f"responses:\n  go:\n    title: {told}\n    owner: r\n    when: tier >= high\n    effort: {{hours: 2}}\n"
    )
    written = re.sub(r"\\u001b|\\u202e", "", written)
    ids, ages = [f"{text}{number}" for number in range(3)], ["61", "70", text]
    past = read_incidents(pa.table({"id": ids, "age": ages, "at": ["2026-02-01T09:00"] * 3}))
    file = tmp_path / "changed.csv"
    found = backtest(past, protocol_from_text(written % 65), protocol_from_text(written % 60), changed=file)
    assert (found.changed, found.kept_aside) == (1, 1)
    for language in LANGUAGES:
        page = parsed(found.to_html(language))
        assert page.elements["script"] == 1
        assert not page.elements["img"]
        assert not any(name.startswith("on") for name, _ in page.attributes)
        assert "\x1b" not in found.to_markdown(language) + document_text(backtest_document(found, language))
    with file.open(encoding="utf-8", newline="") as opened:
        [_, *rows] = csv.reader(opened)
    assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") for row in rows for cell in row)


def test_back_tests_as_json(found: Backtest) -> None:
    """The JSON of a back-test is what its schema says, and the same every time."""
    told: dict[str, Any] = json.loads(found.to_json())
    jsonschema.validate(told, backtest_schema())
    assert told["changed"]["tier"] == found.changed
    assert found.to_json() == found.to_json()


# The command line


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_the_command_prints_every_form(form: str) -> None:
    """`backtest` prints the back-test in every form, and exits with 0 whatever changes."""
    done = run("backtest", *PAST, *RENAMED, "--format", form, cwd=GOLDEN)
    assert (done.returncode, done.stderr) == (0, "")
    if form == "json":
        assert json.loads(done.stdout)["changed"]["tier"] == 13
    else:
        assert "13 of 59 past incidents get another tier" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--fail-if-changed"], 1),
        (["--fail-above", "15"], 1),
        (["--fail-above", "16"], 0),
        (["--fail-above", "27%"], 1),
        (["--fail-above", "28 %"], 0),
    ],
)
def test_thresholds(arguments: list[str], code: int) -> None:
    """More changes of tiers or ranges than allowed exit with 1: 13 tiers and 3 ranges of 59 change here."""
    assert run("backtest", *PAST, *RENAMED, *arguments, cwd=GOLDEN).returncode == code


def test_nothing_changes_between_a_version_and_itself() -> None:
    """A version against itself changes nothing, so `--fail-if-changed` is fine."""
    same = (*PAST[:3], "--protocol", "current.yaml", "--against", "current.yaml", "--fail-if-changed")
    done = run("backtest", *same, "--lang", "zh-Hant", cwd=GOLDEN)
    assert done.returncode == 0
    assert "59 宗過往事件的級別都不會改變" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--rename", "nothing=something"], 4, "unknown name `nothing`"),
        (["--activation", "actvate"], 4, "did you mean `activate`?"),
        (["--fail-above", "many"], 4, "write it like 25 or 2.5%"),
        (["--fail-above", "-1"], 4, "write it like 25 or 2.5%"),
        (["--changed", "changed.txt"], 3, "RM508"),
        (["--against-mapping", "nowhere.yaml"], 3, "cannot be read"),
        (["--as-of", "today"], 3, "as_of"),
    ],
)
def test_wrong_calls_are_told(arguments: list[str], code: int, message: str) -> None:
    """A wrong name, number, file or time is told with its remedy."""
    done = run("backtest", *PAST, *arguments, cwd=GOLDEN)
    assert done.returncode == code, done.stderr
    assert message in re.sub(r"\s+", " ", done.stderr)


def test_a_past_that_cannot_be_read_exits_with_3() -> None:
    """A past or mapping that is not there, or does not fit, is told as such; a bad protocol as everywhere else."""
    assert run("backtest", "nowhere.csv", *PAST[1:], cwd=GOLDEN).returncode == 3
    assert run("history", *PAST[:2], "current.yaml", "--protocol", "current.yaml", cwd=GOLDEN).returncode == 3
    assert run("backtest", *PAST[:-1], "mapping.yaml", cwd=GOLDEN).returncode == 2


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_history_counts_and_writes(tmp_path: Path, form: str) -> None:
    """`history` counts results alike whatever it writes, and keeps rows aside in a file."""
    given = ("past.csv", "--mapping", "mapping.yaml", "--protocol", "current.yaml")
    done = run("history", *given, "--to", str(tmp_path / "out"), "--form", form, "--format", "json", cwd=GOLDEN)
    told = json.loads(done.stdout)
    without = json.loads(run("history", *given, "--format", "json", cwd=GOLDEN).stdout)
    assert {name: told[name] for name in without} == without
    assert (told["rows"], told["kept_aside"]) == (60, 1)
    assert sum(verdict["incidents"] for verdict in told["verdicts"]) == 59
    assert [Path(path).suffix for path in told["results"]] == [f".{form}"]
    assert "hrut" in Path(told["kept_aside_in"][0]).read_text(encoding="utf-8")


def test_history_as_text() -> None:
    """`history` says how many incidents have which result, in words."""
    done = run("history", "past.csv", "--mapping", "mapping.yaml", "--protocol", "current.yaml", cwd=GOLDEN)
    assert done.returncode == 0
    assert "59 incidents" in done.stdout
    assert re.search(r"Keep watch +settled +\d+", done.stdout)


def test_an_interruption_leaves_nothing_half_done(tmp_path: Path) -> None:
    """Where a back-test is interrupted, no file of changed incidents stands there, and the exit code says so."""
    script = (
        "import sys\nfrom rapid_response.history import incidents\n"
        "def stop(*_):\n    raise KeyboardInterrupt\n"
        "incidents.History.read_together = stop\n"
        "from rapid_response.cli import main\nmain()\n"
    )
    arguments = ("backtest", *PAST, "--changed", str(tmp_path / "changed.csv"))
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, cwd=GOLDEN, check=False
    )
    assert (done.returncode, [*tmp_path.iterdir()]) == (130, [])
    assert "interrupted" in done.stderr


# Proof and back-test on one page


def test_differences_say_how_often_they_came_up(found: Backtest) -> None:
    """With a back-test every difference says in how many past incidents it came up, where both versions decided."""
    comparison = found.current.compare(found.proposed, rename={"killed_in_public": "life_lost"})
    told = comparison.to_dict(history=found)
    jsonschema.validate(told, comparison_schema())
    jsonschema.validate(told["history"], backtest_schema())
    seen = {(part["about"], part["before"], part["after"]): part["past"] for part in told["differences"]}
    assert seen["tier", "watch", "support"]["drawn"] == 59
    assert round(seen["tier", "watch", "support"]["estimate"] * 59) == 7
    assert round(seen["tier", "support", "activate"]["estimate"] * 59) == 6
    assert round(seen["response", "inactive", "active"]["estimate"] * 59) == 6
    assert "past" not in comparison.to_dict()["differences"][0]


def test_differences_of_scope_and_of_responses_that_are_new_or_gone() -> None:
    """Responses of one version alone, and the scope, are counted too; other versions' back-tests are refused."""
    text = (
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts: {hurt: {type: yes_no}, far: {type: yes_no}}\n"
        "rules: {r: {when: hurt, raise_to: high}}\nout_of_scope: {away: {when: %s}}\nresponses: {%s: {when: hurt}}"
    )
    old, new = protocol_from_text(text % ("far", "visit")), protocol_from_text(text % ("far and hurt", "call"))
    rows = [(hurt, far) for hurt in (True, False, None) for far in (True, False, None)] * 3 + [(False, True)]
    past = read_incidents(pa.table({"hurt": [hurt for hurt, _ in rows], "far": [far for _, far in rows]}))
    tried, comparison = backtest(past, old, new), old.compare(new)
    claims = {
        (claim.about, claim.name, claim.before, claim.after): n.hits
        for claim, n in past_shares(comparison, tried).items()
    }
    assert claims == {
        ("scope", "", "out", "in"): 4,
        ("response", "visit", "active", None): 9,
        ("response", "call", None, "active"): 9,
    }
    with pytest.raises(ValueError, match="other versions"):
        new.compare(old).to_dict(history=tried)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_compare_with_the_past(form: str, language: str) -> None:
    """`compare --history` prints proof and back-test together in every form."""
    arguments = (
        "compare",
        "current.yaml",
        "proposed.yaml",
        *RENAMED,
        "--history",
        "past.csv",
        "--mapping",
        "mapping.yaml",
    )
    done = run(*arguments, "--format", form, "--lang", language, cwd=GOLDEN)
    assert (done.returncode, done.stderr) == (1, "")
    if form == "json":
        assert json.loads(done.stdout)["history"]["compared"] == 59
    else:
        said = (
            ("7 of 59: 12 %", "13 of 59 past incidents") if language == "en" else ("59 宗中 7 宗", "13 宗的級別會改變")
        )
        assert all(part in done.stdout for part in said)
    assert run("compare", "current.yaml", "current.yaml", "--history", "nowhere.csv", cwd=GOLDEN).returncode == 3


def test_shares_go_by_the_past_where_asked_for() -> None:
    """`--weighted` draws incidents by how often answers were given, says so, and needs a past."""
    arguments = ("compare", "current.yaml", "proposed.yaml", *RENAMED, "--mapping", "mapping.yaml", "--format", "json")
    plain, weighted = (
        json.loads(run(*arguments, "--history", "past.csv", *more, cwd=GOLDEN).stdout) for more in ((), ("--weighted",))
    )
    assert (plain["weighted"], weighted["weighted"]) == (False, True)
    assert plain["share"]["estimate"] != weighted["share"]["estimate"]
    told = run("compare", *arguments[1:-2], "--history", "past.csv", "--weighted", cwd=GOLDEN).stdout
    assert "as likely as it was often in the past" in re.sub(r"\s+", " ", told)
    assert run("compare", "current.yaml", "proposed.yaml", *RENAMED, "--weighted", cwd=GOLDEN).returncode == 4
