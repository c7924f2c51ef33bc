"""Problems as people see them: golden files hold whole renderings, and every id is shown, explained and tried out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapid_response import (
    IncidentError,
    Problem,
    Protocol,
    ProtocolError,
    RapidResponseError,
    Source,
    Span,
    load_incidents,
    load_protocol,
    protocol_from_sources,
    protocol_from_text,
)
from rapid_response.evaluation.incident_files import given_incidents
from rapid_response.protocol.problems import CATALOGUE, MOST_PROBLEMS, did_you_mean, nearest, one_of, render_all

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
DOCUMENT = (HERE.parent / "docs" / "problems.md").read_text(encoding="utf-8")
OF_SCENARIOS = {problem for problem in CATALOGUE if problem.startswith("RR6")}
"""Shown in the golden files of scenarios, and explained beside them."""


def _cases(folder: str) -> list[str]:
    files = sorted((GOLDEN / folder).iterdir())
    if folder == "incidents":
        files.remove(GOLDEN / "incidents" / "protocol.yaml")
    return [file.name for file in files if file.suffix != ".txt"]


PROTOCOLS, INCIDENTS = _cases("problems"), _cases("incidents")


def _same_as_golden(folder: str, case: str, text: str) -> None:
    """UPDATE_GOLDEN=1 writes the golden files anew; read what changed before it is kept."""
    file = GOLDEN / folder / f"{case.partition('.')[0]}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


# Whole renderings


@pytest.mark.parametrize("case", PROTOCOLS)
def test_a_faulty_protocol_is_told_as_its_golden_file_says(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every problem is shown with its id, place, source line, mark and remedy."""
    monkeypatch.chdir(GOLDEN / "problems")
    with pytest.raises(ProtocolError) as caught:
        load_protocol(case)
    _same_as_golden("problems", case, f"{caught.value}\n")


@pytest.mark.parametrize("case", INCIDENTS)
def test_a_bad_incident_is_told_as_its_golden_file_says(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every bad fact of an incident is named at once, with its place in the file and without any line of it."""
    monkeypatch.chdir(GOLDEN / "incidents")
    with pytest.raises(IncidentError) as caught:
        _check_file(load_protocol("protocol.yaml"), case)
    _same_as_golden("incidents", case, f"{caught.value}\n")


def _check_file(protocol: Protocol, path: str) -> None:
    for incident in load_incidents(protocol, path):
        incident.check(protocol)


@pytest.mark.parametrize("case", [*PROTOCOLS, *INCIDENTS])
def test_a_case_shows_the_problem_it_is_named_after(case: str) -> None:
    """A golden case is found under the id that it shows."""
    folder = "problems" if case in PROTOCOLS else "incidents"
    shown = (GOLDEN / folder / f"{case.partition('.')[0]}.txt").read_text(encoding="utf-8")
    name = case.partition("-")[0]
    assert name not in CATALOGUE or f"{name}:" in shown


def test_every_golden_file_has_its_case() -> None:
    """No golden file is left behind by a case that is gone."""
    for folder, cases in (("problems", PROTOCOLS), ("incidents", INCIDENTS)):
        golden = {file.stem for file in (GOLDEN / folder).glob("*.txt")}
        assert golden == {case.partition(".")[0] for case in cases}


def _ids(text: str) -> set[str]:
    return set(re.findall(r"^(RR\d+):", text, re.MULTILINE))


def _shown_ids() -> set[str]:
    files = [file for file in GOLDEN.rglob("*.txt") if file.parent.name in ("problems", "incidents")]
    return set().union(*(_ids(file.read_text(encoding="utf-8")) for file in files))


def test_every_id_is_shown_and_none_is_unknown() -> None:
    """Each id of the catalogue is produced by a golden case, RR100 by a test below, and no rendering shows another."""
    assert _shown_ids() == set(CATALOGUE) - {"RR100"}


def test_two_files_with_faults_of_every_sort_are_told_in_one_run() -> None:
    """YAML, shape, names, types and tables: the faults of all stages are reported together."""
    shown = (GOLDEN / "problems" / "all-at-once.txt").read_text(encoding="utf-8")
    assert len(_ids(shown)) >= 12


@pytest.mark.parametrize("case", PROTOCOLS)
def test_a_message_is_one_lowercase_sentence_with_a_remedy_line(case: str) -> None:
    """Messages begin in lowercase or with a quotation and have no full stop; no line is wider than a page."""
    for line in (GOLDEN / "problems" / f"{case.partition('.')[0]}.txt").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"RR\d+: (.*)", line):
            assert re.match(r"[a-z`0-9(]", found.group(1)), line
            assert not found.group(1).endswith("."), line
        assert line == line.rstrip()


# What the docs say


@dataclass(frozen=True)
class Entry:
    """One heading of docs/problems.md, its words and its examples."""

    id: str
    title: str
    text: str

    def examples(self, language: str) -> list[str]:
        """The examples in a language, the faulty one first."""
        return re.findall(rf"```{language}\n(.*?)```", self.text, re.DOTALL)


def _entries() -> Iterator[Entry]:
    parts = re.split(r"^### (RR\d+): (.*)$", DOCUMENT, flags=re.MULTILINE)[1:]
    for problem, title, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        yield Entry(problem, title, text)


ENTRIES = {entry.id: entry for entry in _entries()}
COMMON = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)[0]
"""The small protocol that the examples belong to, shown at the top of the page."""


def test_every_problem_has_one_heading_with_its_words() -> None:
    """The page explains every id under a heading that says what the catalogue says, in the order of the ids."""
    expected = [(problem, title) for problem, title in sorted(CATALOGUE.items()) if problem not in OF_SCENARIOS]
    assert [(entry.id, entry.title) for entry in _entries()] == expected


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=lambda entry: entry.id)
def test_every_heading_says_what_to_do(entry: Entry) -> None:
    """Each explanation has a paragraph on the remedy."""
    assert re.search(r"^\*\*Remedy:\*\* ", entry.text, re.MULTILINE)


def _load(example: str) -> None:
    protocol_from_sources([Source("common.yaml", COMMON), Source("example.yaml", example)])


def _check(example: str) -> None:
    protocol = protocol_from_text(COMMON)
    for incident in given_incidents(protocol, Source("incident.yaml", example), "yaml"):
        incident.check(protocol)


@pytest.mark.parametrize("entry", [e for e in ENTRIES.values() if e.examples("yaml")], ids=lambda entry: entry.id)
def test_every_example_of_the_page_is_true(entry: Entry) -> None:
    """The first example of a heading gives its problem and no other; what is shown as mended is fine."""
    faulty, *mended = entry.examples("yaml")
    read = _check if entry.id.startswith("RR5") else _load
    with pytest.raises(RapidResponseError) as caught:
        read(faulty)
    assert {problem.id for problem in caught.value.problems} == {entry.id}
    for example in mended:
        read(example)


# The remaining two


def test_after_very_many_problems_the_search_stops_and_says_so() -> None:
    """A file with thousands of faults is told by its first hundred, and that there are more."""
    unknown = "".join(f"  c{number}: {{when: unknown_{number}}}\n" for number in range(1_000))
    with pytest.raises(ProtocolError) as caught:
        protocol_from_text(f"protocol: p\ntiers: {{low: {{}}}}\ncriteria:\n{unknown}")
    first, *others = caught.value.problems
    assert (first.id, len(others), {problem.id for problem in others}) == ("RR100", MOST_PROBLEMS, {"RR301"})
    with pytest.raises(IncidentError) as bad:
        protocol_from_text("protocol: p\ntiers: {low: {}}").evaluate({f"unknown_{n}": 1 for n in range(100_000)})
    assert (bad.value.problems[0].id, len(bad.value.problems)) == ("RR100", MOST_PROBLEMS + 1)


def test_a_protocol_that_uses_now_says_that_the_time_is_missing() -> None:
    """Without `as_of` such a protocol does not guess the time."""
    protocol = load_protocol(GOLDEN / "incidents" / "protocol.yaml")
    with pytest.raises(IncidentError) as caught:
        protocol.evaluate({"harm": "injured"})
    assert [problem.id for problem in caught.value.problems] == ["RR506"]
    assert caught.value.problems[0].help == "give as_of, like 2026-02-01T09:00"


# How a problem is drawn


def _drawn(line: str, column: int, end_column: int) -> list[str]:
    source = Source("rules.yaml", line)
    return Problem("RR301", "unknown name `x`", Span(source, 1, column, 1, end_column)).render().split("\n")[3:]


def test_the_mark_stands_under_its_text() -> None:
    """The mark is as wide as what it marks."""
    assert _drawn("when: harmm and bias", 7, 12) == ["1 | when: harmm and bias", "  |       ^^^^^"]


def test_wide_characters_take_two_columns() -> None:
    """Chinese characters are drawn two columns wide, and the mark follows them."""
    assert _drawn("title: 規程 harmm", 11, 16) == ["1 | title: 規程 harmm", "  |             ^^^^^"]
    assert _drawn("title: 規程 harm", 8, 10) == ["1 | title: 規程 harm", "  |        ^^^^"]


def test_a_very_long_line_is_shortened_around_the_mark() -> None:
    """A page-wide excerpt of a line of a hundred thousand characters holds the place."""
    line, mark = _drawn("x " * 50_000 + "harmm" + " y" * 50_000, 100_001, 100_006)
    assert len(line) < 250
    assert line[mark.index("^") : mark.rindex("^") + 1] == "harmm"


def test_what_comes_from_an_incident_is_never_excerpted() -> None:
    """A confidential problem shows its place and no line of the text."""
    source = Source("incident.yaml", "story: what she said")
    problem = Problem("RR106", "a key appears twice", Span(source, 1, 1, 1, 6), confidential=True)
    assert problem.render() == "RR106: a key appears twice\n --> incident.yaml:1:1"


def test_a_problem_as_data_has_its_place() -> None:
    """Tools get id, message, file, line, column and help."""
    span = Span(Source("rules.yaml", "when: harmm"), 1, 7, 1, 12)
    problem = Problem("RR301", "unknown name `harmm`", span, "did you mean `harm`?")
    assert problem.to_dict() == {
        "id": "RR301",
        "message": "unknown name `harmm`",
        "file": "rules.yaml",
        "line": 1,
        "column": 7,
        "help": "did you mean `harm`?",
    }


def test_one_problem_and_several_are_counted() -> None:
    """The last line says how many there are."""
    problem = Problem("RR301", "unknown name `x`")
    assert render_all([problem]).endswith("\n\n1 problem")
    assert render_all([problem, problem]).endswith("\n\n2 problems")


@given(name=st.text(), line=st.text(), message=st.text(), remedy=st.text(), column=st.integers(1, 20))
def test_nothing_in_a_rendering_can_command_a_terminal(
    name: str, line: str, message: str, remedy: str, column: int
) -> None:
    """Whatever stands in a file, its name or a message: the rendering has printable characters and line ends alone."""
    span = Span(Source(name, line), 1, column, 1, column + 3)
    rendered = Problem("RR301", message, span, remedy, ((span, "first here"),)).render()
    assert all(character.isprintable() for character in rendered.replace("\n", ""))


@given(st.text("`ab ", max_size=300))
def test_what_a_message_quotes_is_shortened(text: str) -> None:
    """A quotation of a whole paragraph does not fill the page."""
    quotations = Problem("RR301", f"unknown name `{'x' * 500}` in {text}").message.split("`")[1:2]
    assert len(quotations[0]) <= 81


# The nearest name


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("serously_injured", "seriously_injured"),
        ("Seriously_Injured", "seriously_injured"),
        ("injured_seriously", None),
        ("killd", "killed"),
        ("klled", "killed"),
        ("ikilled", "killed"),
        ("kileld", "killed"),
        ("unharmed", None),
    ],
)
def test_a_slip_finds_its_name(typed: str, meant: str | None) -> None:
    """One or two wrong letters lead to the name that was meant; another word leads nowhere."""
    assert nearest(typed, ["none", "threatened", "seriously_injured", "killed"]) == meant


@given(st.lists(st.text(max_size=30), max_size=30), st.text(max_size=30))
def test_the_nearest_name_does_not_depend_on_the_order(names: list[str], typed: str) -> None:
    """The same names in any order give the same suggestion, and it is one of them."""
    found = nearest(typed, names)
    assert found == nearest(typed, list(reversed(names)))
    assert found is None or found in names


def test_help_lines_list_few_names() -> None:
    """A list of names in a help line ends before it fills the page."""
    assert one_of(["a"]) == "`a`"
    assert one_of(["a", "b", "c"]) == "`a`, `b` or `c`"
    assert one_of(f"n{number}" for number in range(1_000)).endswith("`n11`, …")
    assert did_you_mean("x", ["quite_another"], "write one") == "write one"
