"""The interface's own words, English and Traditional Chinese side by side; a protocol's words come from the protocol."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BESIDE_WIDE = re.compile(r" *([「」（），、：；。]) *")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words with places for other words. Any language but `zh-Hant` gets the English.

    >>> AT_LEAST("en", "65 years"), AT_LEAST("zh-Hant", "65 歲"), AT_LEAST("zh-Hant", "「重傷」")
    ('at least 65 years', '至少 65 歲', '至少「重傷」')
    """

    en: str
    zh_hant: str

    def __call__(self, language: str, *words: object) -> str:
        if language == "zh-Hant":
            return _BESIDE_WIDE.sub(r"\1", self.zh_hant.format(*words))
        return self.en.format(*words)


# Putting words together

PAIR = Phrase("{}: {}", "{}：{}")
ASKED = Phrase("{} {}", "{}{}")
QUOTED = Phrase("“{}”", "「{}」")
BRACKETS = Phrase("({})", "（{}）")
COMMA = Phrase(", ", "、")
SEMICOLON = Phrase("; ", "；")
DOT = Phrase(" · ", " · ")
OR = Phrase("{} or {}", "{}或{}")
AND = Phrase("{} and {}", "{}和{}")
NOR = Phrase("{} nor {}", "{}或{}")
AND_ALSO = Phrase("{}; and {}", "{}；而且{}")
OR_ELSE = Phrase("{}; or {}", "{}；或者{}")
OF = Phrase("{}: {}", "{}：{}")

# Answers

YES = Phrase("yes", "是")
NO = Phrase("no", "否")
NOT_KNOWN = Phrase("not known yet", "尚未知道")
NONE_CHOSEN = Phrase("none", "沒有")
BETWEEN = Phrase("{} to {}", "{}至{}")
PRIVATE = Phrase("(private)", "（不公開）")
ASSUMED = Phrase("assumed", "假設")
UNVERIFIED = Phrase("unverified", "未經核實")
VERIFIED = Phrase("verified", "已核實")

# Conditions

ALWAYS = Phrase("always", "任何情況")
NEVER = Phrase("never", "從不")
ANY = Phrase("any", "任何")
NOT = Phrase("not {}", "不是{}")
NEITHER = Phrase("neither {}", "不是{}")
INCLUDES = Phrase("includes {}", "包括{}")
LACKS = Phrase("does not include {}", "不包括{}")
LACKS_SOME = Phrase("does not include all of {}", "沒有全部包括{}")
SAME = Phrase("same as {}", "與{}相同")
NOT_SAME = Phrase("differs from {}", "與{}不同")
UNSETTLED = Phrase("More than one tier is still possible", "仍有多於一個級別的可能")
SETTLED = Phrase("Only one tier is possible", "只有一個級別的可能")
TIER = Phrase("Tier", "級別")
NOW = Phrase("now", "現在")
TODAY = Phrase("today", "今天")

GROUPS: dict[str, Phrase] = {
    "all": Phrase("All of these", "以下全部"),
    "any": Phrase("Any of these", "以下任何一項"),
    "none": Phrase("None of these", "以下全都不是"),
    "not all": Phrase("Not all of these", "以下並非全部"),
    "at least": Phrase("At least {} of these", "以下至少 {} 項"),
    "fewer": Phrase("Fewer than {} of these", "以下少於 {} 項"),
    "exactly": Phrase("Exactly {} of these", "以下剛好 {} 項"),
    "not exactly": Phrase("Not exactly {} of these", "以下不是剛好 {} 項"),
}

AT_LEAST = Phrase("at least {}", "至少 {}")
COMPARED: dict[str, Phrase] = {
    "==": Phrase("{}", "{}"),
    "!=": Phrase("not {}", "不是 {}"),
    ">=": AT_LEAST,
    ">": Phrase("more than {}", "超過 {}"),
    "<=": Phrase("at most {}", "最多 {}"),
    "<": Phrase("less than {}", "少於 {}"),
}
RANKED: dict[str, Phrase] = {
    "==": SAME,
    "!=": NOT,
    ">=": Phrase("{} or above", "{}或以上"),
    ">": Phrase("above {}", "高於{}"),
    "<=": Phrase("{} or below", "{}或以下"),
    "<": Phrase("below {}", "低於{}"),
}
WHEN: dict[str, Phrase] = {
    "==": Phrase("exactly {}", "正是 {}"),
    "!=": Phrase("not exactly {}", "不是 {}"),
    ">=": Phrase("no earlier than {}", "不早於 {}"),
    ">": Phrase("later than {}", "晚於 {}"),
    "<=": Phrase("no later than {}", "不遲於 {}"),
    "<": Phrase("earlier than {}", "早於 {}"),
}
CHOSEN = Phrase("{} chosen", "選了{} 項")
NUMBER_CHOSEN = Phrase("number chosen of {}", "{}所選項數")
AGO = Phrase("{} ago", "距今{}")
FROM_NOW = Phrase("{} from now", "離現在還有{}")
LATER = Phrase("{1} after {0}", "{}後 {}")
EARLIER = Phrase("{1} before {0}", "{}前 {}")
FROM_TO = Phrase("from {} to {}", "由{}至{}")
LEAST = Phrase("the least of {}", "{}中最低者")
GREATEST = Phrase("the greatest of {}", "{}中最高者")
HIGHER = Phrase("{} raised by {}", "{}提高 {}")
LOWER = Phrase("{} lowered by {}", "{}降低 {}")
STEPS = Phrase("{} steps", "{}級")
HOW_MANY = Phrase("how many of these hold ({})", "以下成立的項數（{}）")
SUM_OF = Phrase("the sum of: {}", "總和：{}")
IF = Phrase("{} if {}", "{}（如{}）")
OTHERWISE = Phrase("otherwise {}", "否則 {}")
SIGNS = {"+": "+", "-": "−", "*": "×", "/": "÷"}

# Times

UNITS: dict[str, tuple[Phrase, Phrase]] = {
    "minute": (Phrase("{} minute", "{} 分鐘"), Phrase("{} minutes", "{} 分鐘")),
    "hour": (Phrase("{} hour", "{} 小時"), Phrase("{} hours", "{} 小時")),
    "day": (Phrase("{} day", "{} 天"), Phrase("{} days", "{} 天")),
    "week": (Phrase("{} week", "{} 星期"), Phrase("{} weeks", "{} 星期")),
    "month": (Phrase("{} month", "{} 個月"), Phrase("{} months", "{} 個月")),
    "year": (Phrase("{} year", "{} 年"), Phrase("{} years", "{} 年")),
    "step": (Phrase("{} step", "{} 級"), Phrase("{} steps", "{} 級")),
}
DATE = Phrase("{0} {1} {2} {3}", "{3}年{2}{1}日（{0}）")
DAY_AND_TIME = Phrase("{}, {}", "{}{}")
WEEKDAYS = tuple(
    Phrase(*pair)
    for pair in zip("Mon Tue Wed Thu Fri Sat Sun".split(), "週一 週二 週三 週四 週五 週六 週日".split(), strict=True)
)
MONTHS = tuple(
    Phrase(name, f"{number}月")
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
)
DUE_AFTER = Phrase("within {} of {}", "{1}後 {0}內")
DUE_AFTER_NOW = Phrase("within {} of this evaluation", "本次評估後 {}內")
DUE_AFTER_ACTIVE = Phrase("within {} of becoming active", "生效後 {}內")

# Results

RECOMMENDED_FOR = Phrase("Recommended for {}", "對 {} 的建議")
RECOMMENDED = Phrase("Recommended", "建議")
NOTHING_RECOMMENDED_FOR = Phrase("Nothing can be recommended yet for {}", "暫時未能對 {} 提出建議")
NOTHING_RECOMMENDED = Phrase("Nothing can be recommended yet", "暫時未能提出建議")
NOT_SETTLED = Phrase("Not settled yet", "尚未確定")
TAG_SETTLED = Phrase("settled", "已確定")
TAG_ASSUMED = Phrase("settled under assumptions", "按假設確定")
TAG_UP_TO = Phrase("open, up to {}", "尚未確定，最高可達{}")
TAG_DOWN_TO = Phrase("open, down to {}", "尚未確定，最低可至{}")
TAG_BETWEEN = Phrase("open, {} to {}", "尚未確定，{}至{}")
IS_SETTLED = Phrase("Settled: nothing that is still unknown can change this.", "已確定：尚未知道的事，無論如何都不會改變這個建議。")
IS_SETTLED_AND_KNOWN = Phrase("Settled: everything asked is known.", "已確定：所有問題都已有答案。")
IS_ASSUMED = Phrase(
    "Settled as long as what is assumed holds. Without that, anything from {} to {} is possible.",
    "只要下列假設成立，便已確定；若不作假設，由{}至{}都有可能。",
)
IS_OPEN = Phrase(
    "Open: anything from {} to {} is still possible.", "尚未確定：由{}至{}都仍有可能。"
)
BY_THE_LOWEST = Phrase("Until more is known, the protocol goes by the lowest.", "在知道更多之前，按規程取最低者。")
BY_THE_HIGHEST = Phrase("Until more is known, the protocol goes by the highest.", "在知道更多之前，按規程取最高者。")
STEP_RECOMMENDED = Phrase("recommended", "建議")
STEP_POSSIBLE = Phrase("still possible", "仍有可能")
OUT_OF_SCOPE = Phrase("Out of scope", "不在適用範圍")
SCOPE_UNKNOWN = Phrase("Perhaps out of scope", "可能不在適用範圍")
WHY = Phrase("Why", "理由")
NO_RULE_RAISES = Phrase("No rule raises the tier above the lowest.", "沒有規則把級別提高到最低級別以上。")
AT_LEAST_TIER = Phrase("At least {}", "至少{}")
AT_MOST_TIER = Phrase("At most {}", "最多{}")
HELD_BACK = Phrase("Held back", "受上限限制")
HELD_BACK_BY = Phrase("Held back by {}", "受{}限制")
STILL_OPEN = Phrase("Rules still open", "尚未能判斷的規則")
WAITS_FOR = Phrase("Waits for {}", "有待知道：{}")
AND_MORE = Phrase("{} and {} more", "{}，另有 {} 項")
CANNOT_MATTER = Phrase("Open, but unable to change the tier: {}", "尚未能判斷，但不會改變級別：{}")
ASSUMED_HERE = Phrase("Assumed until known", "在知道之前的假設")
TO_DO = Phrase("What to do", "要做的事")
FOR_PEOPLE = Phrase("For those affected", "為受影響的人")
IN_PUBLIC = Phrase("Together and in public", "協調及對外")
OTHER = Phrase("Other", "其他")
NOTHING_TO_DO = Phrase("No response is called for so far.", "目前無須採取任何行動。")
MAY_FOLLOW = Phrase("What may follow", "之後可能要做的事")
BY_TIME = Phrase("by {}", "{}前")
OVERDUE = Phrase("overdue", "已過期限")
UNTIL_KNOWN = Phrase("{}, time not known yet", "{}（時間尚未知道）")
FIND_OUT = Phrase("What to find out", "要查明的事")
FIND_OUT_FIRST = Phrase("First", "首先")
ALSO_UNKNOWN = Phrase("Also not known", "其他未知的事")
KNOWN = Phrase("What was known", "已知的事")
QUESTION = Phrase("Question", "問題")
ANSWER = Phrase("Answer", "答案")
SOURCE = Phrase("Source", "來源")
MEASURED = Phrase("What it adds up to", "評分與衡量")
MEASURE = Phrase("Measure", "衡量")
VALUE = Phrase("Value", "數值")
HOW_IT_CAME_OUT = Phrase("How it came out", "判斷過程")
UNLESS_NODE = Phrase("Unless", "除非")
NOT_FIRED = Phrase("Rules that do not apply", "不適用的規則")
NOT_CALLED_FOR = Phrase("Responses not called for", "不需要的行動")
PEOPLE_DECIDE = Phrase("This is a recommendation. People decide.", "以上只是建議，由人作決定。")
VERSION = Phrase("version {}", "版本 {}")
AS_OF = Phrase("as of {}", "截至 {}")
FINGERPRINT = Phrase("fingerprint {}", "指紋 {}")
STATES = {"yes": Phrase("yes", "成立"), "no": Phrase("no", "不成立"), "unknown": Phrase("not known yet", "尚未知道")}
SOURCES = {"published": Phrase("published", "已公開的做法"), "proposed": Phrase("proposed", "本規程建議")}
