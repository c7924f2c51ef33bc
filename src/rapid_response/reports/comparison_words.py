"""The words of comparisons, English and Traditional Chinese side by side."""

from __future__ import annotations

from rapid_response.phrases import Phrase
from rapid_response.reports import catalogue as say

# The answer

COMPARED = Phrase("Two versions compared", "兩個版本的比較")
FROM_TO = Phrase("{} → {}", "{} → {}")
VERDICTS = {
    "equivalent": Phrase("They decide alike", "兩個版本的決定相同"),
    "different": Phrase("They differ", "兩個版本有分別"),
    "undecided": Phrase("Not decided", "未能斷定"),
}
IS_EQUIVALENT = Phrase(
    "No incident exists for which the tier, a response or the scope differs. This is proved, not sampled.",
    "沒有任何事件會令級別、行動或適用範圍有分別。這已經證明，並非抽樣結果。",
)
IS_UNDECIDED = Phrase(
    "No difference was found, but not everything could be proved in time.", "未發現分別，但未能及時證明全部。"
)
TIER_DIFFERS = Phrase(
    "The tier comes out otherwise for {} of all possible incidents.", "在所有可能的事件中，{} 的級別會有分別。"
)
TIER_DIFFERS_SOMEWHERE = Phrase("The tier comes out otherwise for some incidents.", "有些事件的級別會有分別。")
TIER_NEVER_DIFFERS = Phrase(
    "The tier is the same for every incident of which everything is known. This is proved.",
    "只要一切都已知道，任何事件的級別都相同。這已經證明。",
)
ONLY_WORDS = Phrase("Only words and arrangement differ.", "只有文字和編排不同。")
NO_EDITS = Phrase("The two say the same.", "兩者內容相同。")

# Shares

SHARE = Phrase("Share of incidents", "佔事件比例")
PERCENT = Phrase("{} %", "{}%")
SHARE_BETWEEN = Phrase("{} ({} to {})", "{}（{} 至 {}）")
FEWER_THAN = Phrase("fewer than {}", "少於 {}")
PAST = Phrase("Past incidents", "過往事件")
PAST_BETWEEN = Phrase("{} of {}: {} ({} to {})", "{1} 宗中 {0} 宗，佔 {2}（{3} 至 {4}）")
NONE_IN_PAST = Phrase("none of {}", "{} 宗中沒有")
NOT_DRAWN = Phrase("not worked out", "未計算")
HOW_SHARES = Phrase(
    "Shares are of {} made-up incidents, with 95 % intervals. Every answer is as likely as any other; of numbers and "
    "times, every stretch that one of the versions tells apart; where several answers may be chosen, none, one or two "
    "are. They say how wide a change is, not how often it will come up.",
    "比例取自 {} 宗虛構事件，並附 95% 區間。每個答案的機會均等；數字和時間則以任一版本所區分的每一段為準；可選多項者，"
    "不選、選一項或選兩項。比例只說明改動涉及多廣，並非會有多常發生。",
)

HOW_WEIGHTED = Phrase(
    "Shares are of {} made-up incidents, with 95 % intervals. Each answer is as likely as it was often in the past, "
    "whatever the others are; where the past says nothing, any is as likely as any other.",
    "比例取自 {} 宗虛構事件，並附 95% 區間。每個答案的機會按其過往出現的次數，不論其他答案；過往沒有記錄者，機會均等。",
)

# Where the tier changes

TIER_CHANGES = Phrase("Where the tier changes", "級別有分別的情況")
BEFORE = Phrase("Before", "舊版")
AFTER = Phrase("Now", "新版")
RULE_TURNS = {
    "now": Phrase("{} now applies", "現在適用：{}"),
    "no longer": Phrase("{} no longer applies", "不再適用：{}"),
    "otherwise": Phrase("{} asks for another tier", "所定級別改變：{}"),
}
EXACTLY = Phrase("Precisely where all of this holds:", "當且僅當以下全部成立：")
EXACTLY_ONE = Phrase("Precisely where one of these holds:", "當且僅當以下任何一項成立：")
ONLY_WHERE = Phrase(
    "Only where all of this holds; other rules and limits may still decide instead:",
    "只在以下全部成立時；但其他規則和上限仍可能決定結果：",
)
ANYWHERE = Phrase("Nothing is common to all these incidents; see the example.", "這些事件沒有共通的條件，請參看例子。")
NOT_DESCRIBED = Phrase("There was no time to describe where.", "未有足夠時間說明在哪些情況。")
EXAMPLE = Phrase("An example, evaluated by both", "例子（由兩個版本評估）")
NOTHING_KNOWN = Phrase("Nothing needs to be known.", "甚麼都無須知道。")
CALLED_FOR = Phrase("Called for", "需要")
NOT_CALLED_FOR = Phrase("Not called for", "不需要")
NO_SUCH_RESPONSE = Phrase("There is no such response", "沒有這項行動")
IN_SCOPE = Phrase("In scope", "屬適用範圍")
DECIDES = Phrase("{}: {}", "{}：{}")

# Responses and scope

RESPONSE_CHANGES = Phrase("Where responses change", "行動有分別的情況")
STARTS = Phrase("{} is now called for", "現在需要：{}")
STOPS = Phrase("{} is no longer called for", "不再需要：{}")
NOW_CALLED_FOR = Phrase("Now called for", "現在需要")
NO_LONGER_CALLED_FOR = Phrase("No longer called for", "不再需要")
WITH_TIER = Phrase("Only where the tier changes too", "只隨級別而改變")
SCOPE_CHANGES = Phrase("Where the scope changes", "適用範圍有分別的情況")
NOW_OUT = Phrase("Now out of scope", "現在不屬適用範圍")
NOW_IN = Phrase("Now in scope", "現在屬適用範圍")

# What is not known, and what was not compared

WHILE_UNKNOWN = Phrase("While something is not known", "仍有事情未知道時")
WHILE_UNKNOWN_WHY = Phrase(
    "These change what is recommended as long as something is not known.", "只要仍有事情未知道，以下改動便會影響建議。"
)
NOT_COMPARED = Phrase("Answers that only one version knows", "只有一個版本認識的答案")
NOT_COMPARED_WHY = Phrase(
    "Incidents with these answers cannot be put to both versions, so they were not compared.",
    "有這些答案的事件無法同時交由兩個版本評估，因此沒有比較。",
)
KNOWN_TO = {"old": Phrase("before only", "只在舊版"), "new": Phrase("now only", "只在新版")}
UNDECIDED = Phrase("Not decided", "未能斷定")
UNDECIDED_WHY = Phrase(
    "For these it was neither shown nor ruled out in time. They do not count as proved.",
    "以下各項未能及時證實或排除，不可視為已證明。",
)

# What the text says

EDITS = Phrase("What the text says otherwise", "文字上的改動")
KINDS = {
    "added": Phrase("added", "新增"),
    "removed": Phrase("removed", "刪除"),
    "renamed": Phrase("renamed", "改名"),
    "changed": Phrase("changed", "修改"),
}
NO_LONGER = Phrase("no longer", "刪去")
NEWLY = Phrase("new", "新增")
NOT_STATED = Phrase("not stated", "沒有訂明")
THE_PROTOCOL = Phrase("The protocol itself", "規程本身")
IN_LANGUAGE = Phrase("{} [{}]", "{} [{}]")
EFFECTS = {"raise_to": Phrase("raises the tier", "提高級別"), "limit_to": Phrase("limits the tier", "限制級別")}
SECTIONS = {
    "protocol": THE_PROTOCOL,
    "roles": say.ROLES,
    "tiers": say.TIERS,
    "facts": say.QUESTIONS,
    "criteria": say.CRITERIA,
    "measures": say.MEASURES,
    "patterns": say.PATTERNS,
    "scope": say.SCOPE,
    "rules": say.RULES,
    "responses": say.RESPONSES,
    "properties": say.PROPERTIES,
}
FIELDS = {
    "name": Phrase("Name", "名稱"),
    "title": Phrase("Title", "標題"),
    "version": Phrase("Version", "版本"),
    "in_force": say.IN_FORCE,
    "time_zone": say.TIMES_IN,
    "at": Phrase("When it happened is told by", "事發時間取自"),
    "if_unsettled": Phrase("While the tier is open", "級別未定時"),
    "unsettled": Phrase("What is said while the tier is open", "級別未定時的說明"),
    "order": Phrase("Order of the tiers, lowest first", "級別次序（由低至高）"),
    "means": say.MEANS,
    "organization": say.ORGANIZATION,
    "hours": say.EFFORT,
    "type": Phrase("Kind of answer", "答案類型"),
    "options": Phrase("Answers to choose from", "可選答案"),
    "ask": say.QUESTION,
    "unit": Phrase("Unit", "單位"),
    "private": say.KEPT_PRIVATE,
    "assumed": say.UNTIL_KNOWN,
    "blank": say.A_BLANK_MEANS,
    "more_is": say.MORE_OF_IT,
    "condition": say.WHEN_TERM,
    "value": Phrase("How it is worked out", "計算方法"),
    "where": say.WHEN_TERM,
    "same": say.THE_SAME,
    "within": say.WITHIN,
    "when": say.WHEN_TERM,
    "unless": say.UNLESS,
    "then": say.THEN,
    "kind": Phrase("Kind", "類別"),
    "because": say.WHY,
    "source": say.SAID_BY,
    "effect": Phrase("Effect", "作用"),
    "tier": say.TIER,
    "serves": Phrase("For whom", "對象"),
    "owner": say.OWNER,
    "due": say.DUE,
}

# The foot

PROVED_FOR = Phrase(
    "What is not listed is proved never to differ, for every incident of which everything is known.",
    "凡未列出者，均已證明：只要一切都已知道，任何事件都不會有分別。",
)
PROVED_BUT = Phrase(
    "Whatever else is not listed is proved never to differ, for every incident of which everything is known.",
    "除未能斷定者外，凡未列出者，均已證明：只要一切都已知道，任何事件都不會有分別。",
)
TIMES_AS_OF = Phrase(
    "Times are reckoned from {}; at another time it may be otherwise.", "時間以 {} 起計；其他時間或有不同。"
)
PEOPLE_DECIDE = Phrase(
    "This compares two protocols. People decide which one to adopt.", "以上比較兩份規程，採用哪一份由人決定。"
)
