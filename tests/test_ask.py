"""The interview in the terminal: lines in, lines out, and a file at the end."""

from __future__ import annotations

import datetime as dt
import io
import os
import subprocess
import sys
import time
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapid_response import IncidentError, Protocol, load_incidents, load_protocol, protocol_from_text
from rapid_response.cli.asking import given_facts, hold_interview, incident_yaml, run_interview
from rapid_response.evaluation.incident_files import given_incidents
from rapid_response.evaluation.incidents import encode_as_of
from rapid_response.protocol.model import Fact
from rapid_response.protocol.problems import Source
from rapid_response.reasoning.interview import Interview, start
from rapid_response.reports.terminal import columns, result_text
from rapid_response.reports.vocabulary import clean
from rapid_response.testing import as_ofs, incidents, protocols

HERE = Path(__file__).parent.parent
NIGHT = protocol_from_text("""
protocol: night
tiers:
  watch: {title: {en: Watch, zh-Hant: 留意}}
  help: {title: {en: Help, zh-Hant: 幫助}}
  gather: {title: {en: Gather, zh-Hant: 集合}}
facts:
  harm:
    type: scale
    ask: {en: "How badly?", zh-Hant: 傷得多重？}
    options:
      none: {en: Not at all, zh-Hant: 沒有}
      hurt: {en: Hurt, zh-Hant: 受傷}
      killed: {en: Killed, zh-Hant: 離世}
  alone: {type: yes_no, ask: {en: "Alone?", zh-Hant: 獨自一人？}}
  needs: {type: choices, ask: {en: "What is needed?", zh-Hant: 需要甚麼？}, options: {food: Food, bed: Bed, talk: Talk}}
  secret: {type: number, min: 0, max: 99, private: yes, ask: {en: "The secret?", zh-Hant: 秘密？}}
  heard_at: {type: date, ask: {en: "Heard when?", zh-Hant: 何時得知？}}
rules:
  hurt: {when: harm >= hurt, raise_to: help}
  killed: {when: harm == killed and (alone or needs includes food), raise_to: gather}
  dark: {when: harm == killed and secret > 50 and heard_at > 2026-01-01, raise_to: gather}
""")


class _Person(io.StringIO):
    """Someone who listens for the question and answers it with the next of their answers; then the line is cut."""

    def __init__(self, heard: io.StringIO, answers: Mapping[str, list[str]]) -> None:
        super().__init__()
        self.heard, self.answers = heard, {question: list(typed) for question, typed in answers.items()}

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]  # noqa: ARG002
        asked = max(self.answers, key=self.heard.getvalue().rfind)
        return f"{self.answers[asked].pop(0)}\n" if self.answers[asked] else ""


ASKED = {
    "en": ["How badly?", "Alone?", "What is needed?", "The secret?", "Heard when?"],
    "zh-Hant": ["傷得多重？", "獨自一人？", "需要甚麼？", "秘密？", "何時得知？"],
}
NO_FOOD = {
    "How badly?": ["killed"],
    "Alone?": ["no"],
    "What is needed?": ["0"],
    "The secret?": ["?"],
    "Heard when?": ["?"],
}


def _talked(answers: Mapping[str, list[str]], language: str = "en") -> tuple[Interview, str]:
    writer = io.StringIO()
    interview = run_interview(start(NIGHT, {}), _Person(writer, answers), writer, language)
    return interview, writer.getvalue()


def _asked(typed: str, language: str = "en") -> tuple[Interview, str]:
    writer = io.StringIO()
    interview = run_interview(start(NIGHT, {}), io.StringIO(typed), writer, language)
    return interview, writer.getvalue()


def _saved(protocol: Protocol, text: str) -> dict[str, Any]:
    [found] = given_incidents(protocol, Source("saved.yaml", text), "yaml")
    found.check(protocol)
    return dict(found.facts)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "type a number from 1 to 3",
                "“Help” to “Gather”",
                "At most 1 question",
                "Nothing else needs to be asked.",
            ],
        ),
        ("zh-Hant", ["請輸入 1 至 3 的號碼", "「幫助」至「集合」", "最多還有 1 題", "沒有其他要問的事。"]),
    ],
)
def test_an_interview_runs_from_the_first_question_to_the_last(language: str, said: list[str]) -> None:
    """Bad input is asked again, "don't know" goes on, "back" takes an answer back, and it ends when all is asked."""
    harm, no = ("離世", "否") if language == "zh-Hant" else ("Killed", "N")
    answers = [["９", harm, harm], ["b", no], ["0", "0"], ["?", "?"], ["？", "？"]]
    interview, shown = _talked(dict(zip(ASKED[language], answers, strict=True)), language)
    assert interview.question is None
    assert dict(interview.facts) == {"harm": "killed", "alone": False, "needs": []}
    assert set(interview.skipped) <= {"secret", "heard_at"}
    assert all(words in shown for words in said)


def test_every_kind_of_answer_is_understood() -> None:
    """Options go by number, name or title in any width and case, lists by numbers, times and numbers as they are."""
    answers = {"Alone?": ["Ｎ"], "What is needed?": ["2 ３"], "The secret?": ["７０"], "Heard when?": ["2026-02-01"]}
    interview, _ = _talked({"How badly?": ["KILLED"], **answers})
    known = {"harm": "killed", "alone": False, "needs": ["bed", "talk"], "secret": 70, "heard_at": "2026-02-01"}
    assert interview.facts.items() <= known.items()
    assert interview.result.tier is not None
    assert interview.result.tier.name == "gather"


def test_text_stays_as_it_was_typed() -> None:
    """Of free text no sign is changed, full-width Chinese punctuation included."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts: {dock: {type: text}}\n"
        'rules: {r: {when: dock == "北，二號", raise_to: high}}'
    )
    interview = run_interview(start(protocol, {}), io.StringIO("北，二號\n"), io.StringIO(), "zh-Hant")
    assert interview.facts == {"dock": "北，二號"}


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"])))
def test_any_text_survives_its_file(text: str) -> None:
    """A text in a saved incident is read back as it was, whatever signs it has."""
    facts = {"id": "A-1", "harm": {"value": "hurt", "source": text}}
    assert _saved(NIGHT, incident_yaml(facts)) == facts


def test_bad_input_is_told_with_its_remedy() -> None:
    """What does not fit says why and how to write it, and the same question waits for another try."""
    answers = {**NO_FOOD, "The secret?": ["60"], "Heard when?": ["yesterday", "2026-02-01"]}
    interview, shown = _talked(answers)
    assert "That does not fit: `yesterday` is not a date.\nWrite it like 2026-02-01\n" in shown
    assert interview.facts["heard_at"] == "2026-02-01"


def test_private_answers_are_not_shown_again() -> None:
    """What is typed of a private fact comes back in no line, whether it fits or not."""
    interview, shown = _talked({**NO_FOOD, "The secret?": ["7654", "87"], "Heard when?": ["2026-02-01"]})
    assert interview.facts["secret"] == 87
    assert "That does not fit." in shown
    assert "7654" not in shown
    assert "87" not in shown


def test_going_back_takes_the_last_answer_back() -> None:
    """After `b` the question before is asked again, as if it had not been answered."""
    interview, shown = _asked("3\nb\n1\n")
    assert dict(interview.facts) == {"harm": "none"}
    assert shown.count("How badly?") == 2


def test_there_is_nothing_before_the_first_question() -> None:
    """Going back at the beginning says so and asks on."""
    interview, shown = _asked("b\n1\n")
    assert "This is the first question." in shown
    assert interview.facts == {"harm": "none"}


@pytest.mark.parametrize("typed", ["", "3\n", "3\nq\n"])
def test_the_end_of_the_input_ends_it_politely(typed: str) -> None:
    """Where the input ends, or the person stops, what was answered stands."""
    interview, shown = _asked(typed)
    assert dict(interview.facts) == ({"harm": "killed"} if typed else {})
    assert "Stopped here." in shown


def test_an_interrupt_ends_it_politely() -> None:
    """Ctrl-C is the same as stopping."""

    class Interrupted(io.StringIO):
        def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
            typed = super().readline(size)
            if not typed:
                raise KeyboardInterrupt
            return typed

    writer = io.StringIO()
    interview = run_interview(start(NIGHT, {}), Interrupted("3\n"), writer, "en")
    assert dict(interview.facts) == {"harm": "killed"}
    assert "Stopped here." in writer.getvalue()


# Files


def _held(path: Path, answers: Mapping[str, list[str]], facts: Mapping[str, Any] | None = None) -> str:
    writer = io.StringIO()
    hold_interview(NIGHT, facts or {}, None, "en", _Person(writer, answers), writer, path)
    return writer.getvalue()


def test_the_result_is_shown_and_the_incident_saved(tmp_path: Path) -> None:
    """The interview ends with the result and a file named after the incident, which says the same again."""
    path = tmp_path / "first-call.yaml"
    shown = _held(path, NO_FOOD)
    [found] = load_incidents(NIGHT, path)
    assert found.facts["id"] == "first-call"
    assert result_text(NIGHT.evaluate(found.facts)) in shown
    assert shown.replace("\n", " ").endswith(f"Saved in {path}. ")


def test_sources_of_what_was_known_are_kept(tmp_path: Path) -> None:
    """An interview about a file keeps who said what; only what was answered is new."""
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    harm = {"value": "killed", "source": "A nurse: on call", "verified": False}
    before.write_text(incident_yaml({"id": "A-1", "harm": harm}), encoding="utf-8")
    _held(after, {**NO_FOOD, "Alone?": ["yes"], "What is needed?": ["?"]}, given_facts(NIGHT, str(before)))
    assert given_facts(NIGHT, str(after)) == {"id": "A-1", "harm": harm, "alone": True}


def test_private_answers_in_the_file_are_pointed_out(tmp_path: Path) -> None:
    """Whoever saves private answers is told that the file holds them."""
    told = "The file holds answers that are private."
    assert told in _held(tmp_path / "a.yaml", {**NO_FOOD, "The secret?": ["60"]})
    assert told not in _held(tmp_path / "b.yaml", NO_FOOD)


@pytest.mark.parametrize(("answers", "kept"), [(["no"], True), ([], True), (["yes"], False)])
def test_a_file_is_replaced_only_where_that_is_wished(tmp_path: Path, answers: list[str], kept: bool) -> None:
    """Before anything is asked, it is asked whether a file that is there may go; without a yes it stays."""
    path = tmp_path / "night.yaml"
    path.write_text("id: old\n", encoding="utf-8")
    shown = _held(path, {"exists already.": answers, **NO_FOOD})
    assert (path.read_text(encoding="utf-8") == "id: old\n") == kept
    assert ("How badly?" in shown) != kept


def test_a_place_that_cannot_be_written_is_found_out_first(tmp_path: Path) -> None:
    """No one answers twenty questions for a file that cannot be saved."""
    for path in (tmp_path, tmp_path / "no/such/night.yaml"):
        shown = _held(path, NO_FOOD)
        assert "cannot be written" in shown.replace("\n", " ")
        assert "How badly?" not in shown


def test_without_a_file_one_is_asked_for_in_the_end(tmp_path: Path) -> None:
    """Answers are not lost for want of a file: one is asked for, again if it cannot be written; none is fine too."""
    path = tmp_path / "tonight.yaml"
    for typed, saved in (([str(tmp_path), str(path)], True), ([""], False), ([], False)):
        path.unlink(missing_ok=True)
        writer = io.StringIO()
        person = _Person(writer, {**NO_FOOD, "type the name of a file": typed})
        interview = hold_interview(NIGHT, {}, None, "en", person, writer)
        assert interview is not None
        assert path.exists() == saved
    unasked = io.StringIO()
    hold_interview(NIGHT, {"harm": "none"}, None, "en", io.StringIO(), unasked)
    assert "type the name of a file" not in unasked.getvalue()


def test_what_cannot_be_saved_in_the_end_is_shown(tmp_path: Path) -> None:
    """Where the place is gone once all is answered, the reason and the incident are shown, private answers included."""
    folder = tmp_path / "stick"
    folder.mkdir()

    class Pulled(_Person):
        def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
            if folder.exists():
                folder.rmdir()
            return super().readline(size)

    writer = io.StringIO()
    person = Pulled(writer, {**NO_FOOD, "The secret?": ["60"]})
    assert hold_interview(NIGHT, {}, None, "en", person, writer, folder / "night.yaml") is None
    shown = writer.getvalue()
    assert "could not be saved: No such file or directory." in shown.replace("\n", " ")
    assert "It holds answers that are private." in shown
    told = shown[shown.rindex("\nid: night\n") :]
    assert _saved(NIGHT, told) == {"id": "night", "harm": "killed", "alone": False, "needs": [], "secret": 60}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_told(tmp_path: Path) -> None:
    """A disk without space is named as the reason, and the incident is shown."""
    full = tmp_path / "full.yaml"
    full.symlink_to("/dev/full")
    shown = _held(full, {"exists already.": ["yes"], **NO_FOOD})
    assert "could not be saved: No space left on device." in shown.replace("\n", " ")
    assert "harm: killed" in shown


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """Nothing but the file itself is left behind, also behind a link."""
    file, link = tmp_path / "night.yaml", tmp_path / "link.yaml"
    file.write_text("id: old\n", encoding="utf-8")
    link.symlink_to(file)
    _held(link, {"exists already.": ["yes"], **NO_FOOD})
    assert file.read_text(encoding="utf-8").startswith("id: link\n")
    assert link.is_symlink()
    assert sorted(tmp_path.iterdir()) == [link, file]


def test_private_answers_are_typed_unseen() -> None:
    """In a terminal, what is typed of a private fact does not appear."""
    termios = pytest.importorskip("termios")
    script = (
        "import sys; from tests.test_ask import NIGHT; from rapid_response.cli.asking import run_interview; "
        "from rapid_response.reasoning.interview import start; "
        "known = {'harm': 'killed', 'alone': False, 'needs': [], 'heard_at': '2026-02-01'}; "
        "talked = run_interview(start(NIGHT, known), sys.stdin, sys.stdout, 'en'); "
        "print(talked.facts['secret'] - 1, 'done')"
    )
    ours, theirs = os.openpty()
    with subprocess.Popen([sys.executable, "-c", script], stdin=theirs, stdout=theirs, cwd=HERE) as process:
        shown = ""
        while "> " not in shown:
            shown += os.read(ours, 1000).decode()
        while termios.tcgetattr(ours)[3] & termios.ECHO:
            time.sleep(0.01)
        os.write(ours, b"67\n")
        while "done" not in shown:
            shown += os.read(ours, 1000).decode()
        process.wait(timeout=30)
    os.close(theirs)
    os.close(ours)
    assert "66 done" in shown
    assert "67" not in shown


def test_an_interview_is_about_one_incident(tmp_path: Path) -> None:
    """A file of several incidents is refused."""
    path = tmp_path / "two.yaml"
    path.write_text("- {harm: none}\n- {harm: hurt}\n", encoding="utf-8")
    with pytest.raises(IncidentError, match="holds 2 incidents"):
        given_facts(NIGHT, str(path))


# Whatever is answered


def _typed(fact: Fact, value: Any) -> str:
    """A value as a person would type it; a question mark for a text that no keyboard gives."""
    match value:
        case bool():
            return "1" if value else "no"
        case list() | tuple() | set() | frozenset():
            return " ".join(str(fact.type.options.index(option) + 1) for option in value) or "0"
        case dt.datetime() | dt.date():
            return value.isoformat()
        case str() if fact.type.name == "text":
            usual = clean(value) == value and unicodedata.normalize("NFKC", value).casefold() not in ("b", "q", "?", "")
            return value if usual else "?"
        case _:
            return str(value)


def _script(interview: Interview, facts: Mapping[str, Any]) -> list[str]:
    """What to type to answer with these facts, question by question."""
    typed: list[str] = []
    while interview.question:
        fact = interview.protocol.facts[interview.question.fact]
        value = facts.get(fact.name)
        value = value.get("value") if isinstance(value, Mapping) else value
        typed.append("?" if value is None else _typed(fact, value))
        interview = interview.dont_know() if typed[-1] == "?" else interview.answer(value)
    return typed


@settings(max_examples=60)
@given(st.data(), protocols(), st.sampled_from(["en", "zh-Hant"]))
def test_it_ends_when_it_said_and_the_file_says_the_same(
    data: st.DataObject, protocol: Protocol, language: str
) -> None:
    """Whatever is answered, there are no more questions than promised, and the saved incident gives the same result."""
    as_of = data.draw(as_ofs(protocol))
    facts = data.draw(incidents(protocol, unknowns=0.2))
    before = start(protocol, {}, encode_as_of(protocol, as_of))
    typed = _script(before, facts)
    assert len(typed) <= before.most_left

    writer = io.StringIO()
    interview = run_interview(before, io.StringIO("".join(f"{line}\n" for line in typed)), writer, language)
    assert interview.question is None
    again = protocol.evaluate(_saved(protocol, incident_yaml({"id": "A-1", **interview.facts})), as_of=as_of).exact()
    assert (again.range, again.facts) == (interview.result.range, interview.result.facts)


@given(st.text(), st.sampled_from(["en", "zh-Hant"]))
def test_nothing_that_is_typed_breaks_it(typed: str, language: str) -> None:
    """Whatever is typed, the interview ends well, no line is too wide, and nothing odd is shown."""
    interview, shown = _asked(typed, language=language)
    assert set(interview.facts) <= set(NIGHT.facts)
    assert all(columns(line.replace("> ", "")) <= 80 for line in shown.splitlines())
    assert all(character.isprintable() or character == "\n" for character in shown)


def test_the_example_of_a_first_call_is_settled_by_answers() -> None:
    """On the coalition's own protocol the range closes from all tiers to one, in both languages."""
    protocol = load_protocol("protocol_rules/ccsj")
    facts = given_facts(protocol, "examples/incidents/12-first-call.yaml")
    now = encode_as_of(protocol, "2026-04-07T23:10")
    for language in ("en", "zh-Hant"):
        reader = io.StringIO("1\n" * 60)
        interview = run_interview(start(protocol, facts, now), reader, io.StringIO(), language)
        assert interview.question is None
        assert interview.result.standing == "settled"
