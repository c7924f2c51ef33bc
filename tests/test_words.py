"""Conditions, values and times in plain words, English and Traditional Chinese."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given

from rapid_response import Protocol, load_protocol, protocol_from_text
from rapid_response.phrases import Phrase
from rapid_response.protocol.expressions import Condition, Value, children
from rapid_response.reports import catalogue
from rapid_response.reports.vocabulary import Vocabulary
from rapid_response.reports.words import Wording, condition_in_words, value_in_words
from rapid_response.testing import protocols

LANGUAGES = ("en", "zh-Hant")

HARBOR = (Path(__file__).parent / "golden/words.yaml").read_text(encoding="utf-8")

CASES = [
    # Facts and criteria standing alone
    ("bias", "Signs of bias: yes", "偏見跡象：是"),
    ("not bias", "Signs of bias: no", "偏見跡象：否"),
    ("not not bias", "Signs of bias: yes", "偏見跡象：是"),
    ("alone", "Alone: yes", "是否獨自一人？是"),
    ("serious", "Serious", "嚴重"),
    ("not serious", "Serious: no", "嚴重：否"),
    ("cluster >= 3", "Incidents near here: at least 3", "附近事件：至少 3"),
    ("unsettled", "More than one tier is still possible", "仍有多於一個級別的可能"),
    ("not unsettled", "Only one tier is possible", "只有一個級別的可能"),
    # Logic
    ("bias and serious", "Signs of bias: yes; and Serious", "偏見跡象：是；而且嚴重"),
    (
        "bias or serious or alone",
        "Signs of bias: yes; Serious; or Alone: yes",
        "偏見跡象：是；嚴重；或者是否獨自一人？是",
    ),
    (
        "bias and (serious or alone)",
        "Signs of bias: yes; and (Serious; or Alone: yes)",
        "偏見跡象：是；而且（嚴重；或者是否獨自一人？是）",
    ),
    ("not (bias or serious)", "None of these: Signs of bias: yes; Serious", "以下全都不成立：偏見跡象：是；嚴重"),
    ("not (bias and serious)", "Not all of these: Signs of bias: yes; Serious", "以下並非全部成立：偏見跡象：是；嚴重"),
    (
        "bias and not (serious or alone)",
        "Signs of bias: yes; and (none of these: Serious; Alone: yes)",
        "偏見跡象：是；而且（以下全都不成立：嚴重；是否獨自一人？是）",
    ),
    (
        "{at_least: 2, of: [bias, serious, alone]}",
        "At least 2 of these: Signs of bias: yes; Serious; Alone: yes",
        "以下至少 2 項成立：偏見跡象：是；嚴重；是否獨自一人？是",
    ),
    (
        "{none: [{at_least: 2, of: [bias, serious, alone]}]}",
        "Fewer than 2 of these: Signs of bias: yes; Serious; Alone: yes",
        "以下少於 2 項成立：偏見跡象：是；嚴重；是否獨自一人？是",
    ),
    (
        "{all: [bias, {all: [serious, alone]}]}",
        "Signs of bias: yes; Serious; and Alone: yes",
        "偏見跡象：是；嚴重；而且是否獨自一人？是",
    ),
    # Scales
    ("harm >= wounded", "Harm: “Wounded” or “Worse”", "傷害：「受傷」或「更嚴重」"),
    ("harm >= scared", "Harm: “Scared” or above", "傷害：「受驚」或以上"),
    ("harm < worse", "Harm: below “Worse”", "傷害：低於「更嚴重」"),
    ("harm == worse", "Harm: “Worse”", "傷害：「更嚴重」"),
    ("harm != worse", "Harm: not “Worse”", "傷害：不是「更嚴重」"),
    ("not harm >= scared", "Harm: “No one was hurt”", "傷害：「無人受傷」"),
    ("bruised > harm", "Harm: “No one was hurt” or “Scared”", "傷害：「無人受傷」或「受驚」"),
    ("harm >= grade", "Harm: “Grade” or above", "傷害：「等級」或以上"),
    (
        "max(harm, grade) == worse",
        "The greatest of “Harm” and “Grade”: “Worse”",
        "「傷害」和「等級」中最高者：「更嚴重」",
    ),
    (
        "step(harm, -2) > none",
        "“Harm” lowered by 2 steps: above “No one was hurt”",
        "「傷害」降低 2 級：高於「無人受傷」",
    ),
    ("tier >= middle", "Tier: “Middle” or “High”", "級別：「中」或「高」"),
    # Choices
    ("first == pier", "First place: “Pier”", "首個地點：「碼頭」"),
    ("first != pier", "First place: not “Pier”", "首個地點：不是「碼頭」"),
    ("first in [pier, boat]", "First place: “Pier” or “Boat”", "首個地點：「碼頭」或「船」"),
    ("first not in [pier, boat]", "First place: neither “Pier” nor “Boat”", "首個地點：不是「碼頭」或「船」"),
    ("first == last", "First place: same as “Last place”", "首個地點：與「最後地點」相同"),
    ("first != last", "First place: differs from “Last place”", "首個地點：與「最後地點」不同"),
    ("needs includes food", "Needs: includes “Food”", "需要：包括「食物」"),
    ("not needs includes food", "Needs: does not include “Food”", "需要：不包括「食物」"),
    ("needs includes any of [food, bed]", "Needs: includes “Food” or “A bed”", "需要：包括「食物」或「床位」"),
    ("needs includes all of [food, bed]", "Needs: includes “Food” and “A bed”", "需要：包括「食物」和「床位」"),
    (
        "not needs includes all of [food, bed]",
        "Needs: does not include all of “Food” and “A bed”",
        "需要：沒有全部包括「食物」和「床位」",
    ),
    ("count(needs) >= 2", "Needs: at least 2 chosen", "需要：選了至少 2 項"),
    ("count(needs) == 0", "Needs: none", "需要：沒有"),
    ('\'dock in ["North", "South"]\'', "Dock: “North” or “South”", "船塢：「North」或「South」"),
    ('dock != "North"', "Dock: not “North”", "船塢：不是「North」"),
    # Numbers
    ("age >= 65", "Age: at least 65 years", "年齡：至少 65 歲"),
    ("65 > age", "Age: less than 65 years", "年齡：少於 65 歲"),
    ("65 <= age < 80", "Age: at least 65 years and less than 80 years", "年齡：至少 65 歲，而且少於 80 歲"),
    ("age >= 18 and age <= 64", "Age: 18 to 64 years", "年齡：18 至 64 歲"),
    ("age in [7, 8]", "Age: 7 years or 8 years", "年齡：7 歲或 8 歲"),
    ("heat > 37.5", "Heat: more than 37.5 °C", "溫度：超過 37.5 °C"),
    ("heat == -3", "Heat: −3 °C", "溫度：−3 °C"),
    ("people > age", "People: more than “Age”", "人數：超過「年齡」"),
    ("people >= heat", "People: at least “Heat”", "人數：至少「溫度」"),
    ("(people + age) * 2 >= 1000", "(“People” + “Age”) × 2: at least 1,000", "（「人數」+「年齡」）× 2：至少 1,000"),
    ("people - age / 2 < -people", "“People” − “Age” ÷ 2: less than −“People”", "「人數」−「年齡」÷ 2：少於 −「人數」"),
    ("min(people, 3) == 3", "The least of “People” and 3: 3", "「人數」和 3 中最低者：3"),
    ("reach >= 2.5", "Reach: at least 2.5", "範圍：至少 2.5"),
    ("care >= 100", "Care: at least 100 hours", "照顧：至少 100 小時"),
    (
        "count(bias, serious) >= 2",
        "At least 2 of these: Signs of bias: yes; Serious",
        "以下至少 2 項成立：偏見跡象：是；嚴重",
    ),
    (
        "count(bias, serious) == 1",
        "Exactly 1 of these: Signs of bias: yes; Serious",
        "以下剛好 1 項成立：偏見跡象：是；嚴重",
    ),
    ("count(bias, serious) == 0", "None of these: Signs of bias: yes; Serious", "以下全都不成立：偏見跡象：是；嚴重"),
    (
        "count(bias, serious) > people",
        "How many of these hold (Signs of bias: yes; Serious): more than “People”",
        "以下成立的項數（偏見跡象：是；嚴重）：超過「人數」",
    ),
    # Times
    ("now - happened <= 72 hours", "Time: at most 72 hours ago", "時間：距今最多 72 小時"),
    ("30 days < now - happened", "Time: more than 30 days ago", "時間：距今超過 30 天"),
    ("happened + 6 months < now", "Time: more than 6 months ago", "時間：距今超過 6 個月"),
    ("happened > now - 1 week", "Time: less than 1 week ago", "時間：距今少於 1 星期"),
    ("happened - now < 90 minutes", "Time: less than 90 minutes from now", "時間：離現在還有少於 90 分鐘"),
    ("court <= now + 1 year", "Court date: at most 1 year from now", "開庭日：離現在還有最多 1 年"),
    ("court - now >= 10 days", "Court date: at least 10 days from now", "開庭日：離現在還有至少 10 天"),
    ("court > now", "Court date: later than today", "開庭日：晚於今天"),
    ("happened < now", "Time: earlier than now", "時間：早於現在"),
    (
        "happened >= 2026-02-01T09:00",
        "Time: no earlier than Sun 1 Feb 2026, 09:00",
        "時間：不早於 2026年2月1日（週日）09:00",
    ),
    ("court == 2026-02-01", "Court date: exactly Sun 1 Feb 2026", "開庭日：正是 2026年2月1日（週日）"),
    (
        "heard - happened > 2 days",
        "From “Time” to “First heard”: more than 2 days",
        "由「時間」至「得知時間」：超過 2 天",
    ),
    (
        "heard < happened + 3 months",
        "First heard: earlier than 3 months after “Time”",
        "得知時間：早於「時間」後 3 個月",
    ),
    (
        "heard >= happened - 36 hours",
        "First heard: no earlier than 36 hours before “Time”",
        "得知時間：不早於「時間」前 36 小時",
    ),
]


def _protocol() -> Protocol:
    written = "\n".join(f"  r{number}:\n    when: {text}" for number, (text, _, _) in enumerate(CASES))
    promised = "always:\n  - name: x\n    then: r0\n  - name: y\n    then: not r1\n"
    return protocol_from_text(f"{HARBOR}\nresponses:\n{written}\n{promised}")


def _below(node: Condition | Value) -> Iterator[Condition | Value]:
    yield node
    for child in children(node):
        yield from _below(child)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[text for text, _, _ in CASES])
def test_conditions_are_said_in_both_languages(number: int) -> None:
    """Every way to write a condition has its sentence in both languages."""
    protocol = _protocol()
    condition = protocol.responses[f"r{number}"].when
    assert condition_in_words(protocol, condition) == CASES[number][1]
    assert condition_in_words(protocol, condition, "zh-Hant") == CASES[number][2]


def test_responses_in_properties_are_said_by_their_titles() -> None:
    """A property that speaks of a response says whether it is active."""
    first, second = (promise.then for promise in _protocol().properties)
    said = [
        condition_in_words(_protocol(), part, language) for part in (first, second) for language in ("en", "zh-Hant")
    ]
    assert said == ["“R0” is active", "採取「R0」", "“R1” is not active", "不採取「R1」"]


def test_every_kind_of_node_is_said() -> None:
    """The conditions above use every kind of condition and value that there is, but for the one that is always true."""
    protocol = _protocol()
    roots: list[Condition | Value] = [response.when for response in protocol.responses.values()]
    roots += [measure.value for measure in protocol.measures.values()]
    roots += [promise.then for promise in protocol.properties]
    used = {type(node).__name__ for root in roots for node in _below(root)}
    assert used == {kind.__name__ for kind in (*get_args(Condition), *get_args(Value))} - {"Always"}


def test_measures_are_said_as_formulas() -> None:
    """Points, cases and steps can stand in a sentence."""
    protocol = _protocol()
    said = {name: Wording(protocol, "en").term(measure.value) for name, measure in protocol.measures.items()}
    assert said == {
        "reach": "the sum of: 2 if Signs of bias: yes; 0.5 if Serious",
        "care": "30 if Serious; otherwise “People” × 2",
        "grade": "“Harm” raised by 1 step",
    }


@pytest.mark.parametrize(
    ("fact", "value", "english", "chinese"),
    [
        ("harm", "wounded", "Wounded", "受傷"),
        ("first", "pier", "Pier", "碼頭"),
        ("needs", ["food", "bed"], "Food; A bed", "食物；床位"),
        ("needs", [], "none", "沒有"),
        ("bias", True, "yes", "是"),
        ("bias", False, "no", "否"),
        ("age", 81, "81 years", "81 歲"),
        ("heat", "-37.50", "−37.5 °C", "−37.5 °C"),
        ("people", 1000, "1,000", "1,000"),
        ("happened", "2026-02-01T09:00-08:00", "Sun 1 Feb 2026, 09:00", "2026年2月1日（週日）09:00"),
        ("happened", "2026-12-31T23:59:30-08:00", "Thu 31 Dec 2026, 23:59:30", "2026年12月31日（週四）23:59:30"),
        ("court", "2026-02-01", "Sun 1 Feb 2026", "2026年2月1日（週日）"),
        ("dock", "North\n\x1b[31mpier", "North [31mpier", "North [31mpier"),
        ("dock", None, "not known yet", "尚未知道"),
    ],
)
def test_values_are_said_in_both_languages(fact: str, value: Any, english: str, chinese: str) -> None:
    """A fact's value is said with its option's title, its unit, or as a local time; text stays on one line."""
    protocol = _protocol()
    said = [value_in_words(protocol, protocol.facts[fact], value, language) for language in LANGUAGES]
    assert said == [english, chinese]


@given(protocols())
def test_every_condition_has_words(protocol: Protocol) -> None:
    """Whatever a protocol may say, its conditions have words, in both languages, on one line."""
    for language in LANGUAGES:
        wording = Wording(protocol, language)
        for gate in protocol.gates():
            for condition in [gate.when, *([gate.unless] if gate.unless else [])]:
                assert wording.condition(condition).strip()
                assert "\n" not in wording.condition(condition)
        for measure in protocol.measures.values():
            assert wording.term(measure.value).strip()


def _phrases() -> dict[str, Phrase]:
    found: dict[str, Phrase] = {}
    for name, thing in vars(catalogue).items():
        for key, phrase in _named(name, thing):
            if isinstance(phrase, Phrase):
                found[key] = phrase
    return found


def _named(name: str, thing: object) -> Iterator[tuple[str, object]]:
    if isinstance(thing, dict):
        for key, inner in thing.items():
            yield from _named(f"{name}[{key}]", inner)
    elif isinstance(thing, tuple):
        for position, inner in enumerate(thing):
            yield from _named(f"{name}[{position}]", inner)
    else:
        yield name, thing


@pytest.mark.parametrize("name", _phrases())
def test_phrases_say_as_much_in_both_languages(name: str) -> None:
    """Both wordings of a phrase have places for the same words, and the Chinese one has no English in it."""
    phrase = _phrases()[name]
    places = [
        len([1 for _, field, _, _ in string.Formatter().parse(text) if field is not None])
        for text in (phrase.en, phrase.zh_hant)
    ]
    assert places[0] == places[1]
    assert not any(character in string.ascii_letters for character in phrase.zh_hant)


def test_labels_fall_back_to_question_and_name() -> None:
    """A part without a title is called by its question in Chinese, and by its name in English."""
    protocol = load_protocol("examples/protocols/news2")
    alone = _protocol().facts["alone"]
    assert Vocabulary(_protocol(), "zh-Hant").label(alone) == "是否獨自一人？"
    assert Vocabulary(_protocol(), "en").label(alone) == "Alone"
    assert Vocabulary(protocol, "zh-Hant").label(protocol.facts["respiration_rate"]) == "Respiration rate"
