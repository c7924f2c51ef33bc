"""The words of reports on scenarios, English and Traditional Chinese side by side; names stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

from rapid_response.phrases import Phrase
from rapid_response.protocol.model import Protocol
from rapid_response.scenarios.goals import Goal, Section
from rapid_response.scenarios.model import NOTHING, Claim, ClaimKind
from rapid_response.scenarios.reasons import Ground

# Values

YES, NO = Phrase("yes", "是"), Phrase("no", "否")
NOT_KNOWN = Phrase("not known", "未知")
PRIVATE = Phrase("(private)", "（不公開）")
ASSUMED = Phrase("{} (assumed)", "{}（假設）")
NONE_CHOSEN = Phrase("none", "沒有")
COMMA = Phrase(", ", "、")
IN_BRACKETS = Phrase("{} ({})", "{}（{}）")
SEMICOLON = Phrase("; ", "；")
COLON = Phrase(": ", "：")
TO = Phrase("{} to {}", "{} 至 {}")
OR = Phrase("{} or {}", "{} 或 {}")

# Claims

CLAIMS: dict[ClaimKind, Phrase] = {
    "tier": Phrase("tier", "級別"),
    "lowest": Phrase("lowest tier", "最低級別"),
    "highest": Phrase("highest tier", "最高級別"),
    "standing": Phrase("standing", "確定程度"),
    "scope": Phrase("scope", "適用範圍"),
    "measure": Phrase("measure {}", "衡量項目 {}"),
    "criterion": Phrase("criterion {}", "準則 {}"),
    "rule": Phrase("rule {}", "規則 {}"),
    "response": Phrase("response {}", "行動 {}"),
    "assumption": Phrase("assumption of {}", "對 {} 的假設"),
    "ask_first": Phrase("first question", "首先要問"),
}
STATES: dict[str, Phrase] = {
    "nothing": Phrase("nothing", "沒有"),
    "settled": Phrase("settled", "已確定"),
    "assumed": Phrase("assumed", "按假設"),
    "not assumed": Phrase("not assumed", "沒有假設"),
    "open": Phrase("open", "未定"),
    "in": Phrase("in", "屬適用範圍"),
    "out": Phrase("out", "不屬適用範圍"),
    "unknown": Phrase("unknown", "未知"),
    "fired": Phrase("fired", "適用"),
    "not fired": Phrase("not fired", "不適用"),
    "overridden": Phrase("overridden", "受上限所限"),
    "asked": Phrase("asked", "要問"),
    "not asked": Phrase("not asked", "不用問"),
    "active": Phrase("active", "需要"),
    "inactive": Phrase("inactive", "不需要"),
    "yes": Phrase("yes", "成立"),
    "no": Phrase("no", "不成立"),
}
CAME_INSTEAD = Phrase("{}: expected {}, came {}", "{}：預期 {}，結果 {}")
RAISES_TO, LIMITS_TO = Phrase("raises to {}", "提高至 {}"), Phrase("limits to {}", "限於 {}")
OVERRIDDEN_BY = Phrase("overridden by {}", "受限於 {}")
NO_RULE_RAISES = Phrase("No rule raises the tier.", "沒有規則提高級別。")
AND_MORE = Phrase("and {} more", "另有 {} 項")

# Runs

FAILED = Phrase("FAILED", "不符")
SCENARIOS_OF = Phrase("{} scenarios", "{} 個情境")
ONE_SCENARIO = Phrase("1 scenario", "1 個情境")
PASSED_OF, FAILED_OF = Phrase("{} passed", "{} 個相符"), Phrase("{} failed", "{} 個不符")
NO_SCENARIOS = Phrase("There are no scenarios, so nothing was tested.", "沒有情境，因此甚麼也沒有測試。")
NONE_NAMED = Phrase(
    "No scenario has “{}” in its name, so nothing was tested.", "沒有情境的名稱含有「{}」，因此甚麼也沒有測試。"
)
TOO_LITTLE = Phrase("Too little of the rules is covered: {} % is asked for.", "規則的覆蓋不足：要求達到 {} %。")

# Coverage

COVERAGE = Phrase("What the scenarios touch", "情境所觸及的部分")
OF = Phrase("{} of {}", "{} / {}")
NOT_TOUCHED = Phrase("No scenario in which", "沒有任何情境觸及")
ALL_TOUCHED = Phrase("Nothing is left untouched.", "沒有遺漏。")
NAMES_ALONE: dict[tuple[Section, str], tuple[Phrase, Phrase, Phrase]] = {
    ("rule", "fired"): (
        Phrase("rules that fired", "曾適用的規則"),
        Phrase("a rule fires", "規則適用"),
        Phrase("rule {} fires", "規則 {} 適用"),
    ),
    ("rule", "not fired"): (
        Phrase("rules that did not fire", "曾不適用的規則"),
        Phrase("a rule does not fire", "規則不適用"),
        Phrase("rule {} does not fire", "規則 {} 不適用"),
    ),
    ("rule", "decided"): (
        Phrase("rules that decided the tier", "曾決定級別的規則"),
        Phrase("a rule decides the tier", "規則決定級別"),
        Phrase("rule {} decides the tier", "規則 {} 決定級別"),
    ),
    ("criterion", "yes"): (
        Phrase("criteria seen to hold", "曾成立的準則"),
        Phrase("a criterion holds", "準則成立"),
        Phrase("criterion {} holds", "準則 {} 成立"),
    ),
    ("criterion", "no"): (
        Phrase("criteria seen not to hold", "曾不成立的準則"),
        Phrase("a criterion does not hold", "準則不成立"),
        Phrase("criterion {} does not hold", "準則 {} 不成立"),
    ),
    ("criterion", "unknown"): (
        Phrase("criteria seen unknown", "曾未知的準則"),
        Phrase("a criterion is unknown", "準則未知"),
        Phrase("criterion {} is unknown", "準則 {} 未知"),
    ),
    ("scope", "yes"): (
        Phrase("out-of-scope entries that held", "曾成立的範圍外條目"),
        Phrase("an out-of-scope entry holds", "範圍外條目成立"),
        Phrase("{} puts it out of scope", "因 {} 不屬適用範圍"),
    ),
    ("scope", "no"): (
        Phrase("out-of-scope entries that did not", "曾不成立的範圍外條目"),
        Phrase("an out-of-scope entry does not hold", "範圍外條目不成立"),
        Phrase("{} does not put it out of scope", "並非因 {} 不屬適用範圍"),
    ),
    ("response", "active"): (
        Phrase("responses that were active", "曾需要的行動"),
        Phrase("a response is active", "行動需要"),
        Phrase("response {} is active", "行動 {} 需要"),
    ),
    ("response", "inactive"): (
        Phrase("responses that were inactive", "曾不需要的行動"),
        Phrase("a response is inactive", "行動不需要"),
        Phrase("response {} is inactive", "行動 {} 不需要"),
    ),
}
WITH_SIDES: dict[Section, tuple[Phrase, Phrase]] = {
    "row": (
        Phrase("rows, cases, bands and points", "表列、個案、分段和分數"),
        Phrase("a row is reached", "觸及某一列"),
    ),
    "edge": (Phrase("edges of numbers", "數字的界線"), Phrase("a number lies next to an edge", "數字緊貼界線")),
    "option": (Phrase("answers", "答案"), Phrase("a fact has an answer", "事實有某個答案")),
}
ROWS: dict[str, Phrase] = {
    "table": Phrase("row {}", "第 {} 列"),
    "cases": Phrase("case {}", "個案 {}"),
    "bands": Phrase("band {}", "分段 {}"),
    "points": Phrase("points {}", "分數 {}"),
}
OTHERWISE = Phrase("otherwise", "其他情況")
COMES_FROM = Phrase("{} comes from {}", "{} 取自 {}")
IS = Phrase("{} is {}", "{} 為 {}")

# Suggestions

PROPOSAL = Phrase("Proposed, so that {}", "建議情境：{}")
ALSO = Phrase("Also: {}.", "同時：{}。")
LIKE = Phrase("As in “{}”, but with {}.", "如「{}」，但改為 {}。")
FROM_NOTHING = Phrase("Nothing else is known.", "其他一概未知。")
CONFIRM = Phrase(
    "Is this right? Keep what is, correct what is not. Today the protocol says:",
    "這樣對嗎？對的保留，不對的更正。規程目前的結果：",
)
NOTHING_TO_PROPOSE = Phrase("Nothing to propose.", "沒有可建議的情境。")
UNREACHED = Phrase(
    "Not reached by {} incidents that were tried, which does not prove that nothing reaches it: {}.",
    "試過 {} 個事件仍未觸及（這並不證明無法觸及）：{}。",
)


def goal_words(protocol: Protocol, goal: Goal, language: str) -> str:
    """A goal in a few words.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.scenarios.goals import goals_of
    >>> protocol = protocol_from_text("protocol: p\\ntiers: {a: {}, b: {}}\\nrules: {r: {raise_to: b}}")
    >>> [goal_words(protocol, goal, language) for goal in goals_of(protocol)[:1] for language in ("en", "zh-Hant")]
    ['rule r fires', '規則 r 適用']
    """
    if (phrases := NAMES_ALONE.get((goal.section, goal.side))) is not None:
        return phrases[2](language, goal.name)
    stated = COMES_FROM if goal.section == "row" else IS
    return stated(language, goal.name, side_words(protocol, goal, language))


def goals_in_words(protocol: Protocol, goals: Sequence[Goal], language: str) -> str:
    """Several goals in one sentence."""
    return SEMICOLON(language).join(goal_words(protocol, goal, language) for goal in goals)


def side_words(protocol: Protocol, goal: Goal, language: str) -> str:
    """Which row, edge or answer a goal is about."""
    if goal.section != "row":
        return goal.side
    if goal.side == "otherwise":
        return OTHERWISE(language)
    row = ROWS[protocol.measures[goal.name].form](language, goal.side)
    return IN_BRACKETS(language, row, goal.words) if goal.words else row


def claim_words(protocol: Protocol, claim: Claim, values: tuple[str, ...], language: str) -> str:
    """What was expected of a claim, or what came."""
    if claim.kind == "measure":
        return possible_words(protocol, claim.name, values, language)
    if claim.kind in ("tier", "lowest", "highest", "ask_first") and values != (NOTHING,):
        return values[0]
    return STATES[values[0]](language)


def ground_words(protocol: Protocol, ground: Ground, language: str) -> str:
    """A fact, measure or other ground with its value."""
    value = value_text(ground.value, language)
    if ground.private:
        value = PRIVATE(language)
    elif ground.possible:
        value = possible_words(protocol, ground.name, [value_text(one, language) for one in ground.possible], language)
    elif ground.standing == "assumed":
        value = ASSUMED(language, value)
    return f"{ground.name}{COLON(language)}{value}"


def possible_words(protocol: Protocol, name: str, values: Sequence[str], language: str) -> str:
    """One value, the ends of a range, or all options of a choice."""
    measure = protocol.measures.get(name)
    joiner = OR if measure and measure.type.name == "choice" else TO
    return reduce(lambda told, value: joiner(language, told, value), values)


def value_text(value: Any, language: str) -> str:
    """Plain data in words: yes and no, options by name, several separated."""
    match value:
        case None:
            return NOT_KNOWN(language)
        case bool():
            return (YES if value else NO)(language)
        case list():
            return COMMA(language).join(value) or NONE_CHOSEN(language)
        case _:
            return str(value)
