"""The words of checks, English and Traditional Chinese side by side."""

from __future__ import annotations

from rapid_response.proving.findings import Severity
from rapid_response.reports.catalogue import Phrase

CHECK_OF = Phrase("Check of {}", "檢查：{}")
NOTHING_FOUND = Phrase("Nothing found", "沒有發現問題")
COUNTED: dict[Severity, tuple[Phrase, Phrase]] = {
    "error": (Phrase("{} error", "{} 項錯誤"), Phrase("{} errors", "{} 項錯誤")),
    "warning": (Phrase("{} warning", "{} 項警告"), Phrase("{} warnings", "{} 項警告")),
    "note": (Phrase("{} note", "{} 項提示"), Phrase("{} notes", "{} 項提示")),
}
GROUPS: dict[Severity, Phrase] = {
    "error": Phrase("Errors", "錯誤"),
    "warning": Phrase("Warnings", "警告"),
    "note": Phrase("Notes", "提示"),
}
PROVED = Phrase("Proved for every incident", "已就所有可能的事件證明")
SHOWN = Phrase("Shown by an incident each", "各有事件為證")
NOT_DECIDED = Phrase("Not decided in time", "未能及時確定")
NOT_DECIDED_MEANS = Phrase(
    "These count as if they had been found. Give more time with --budget.",
    "以下當作已發現處理。可用 --budget 給予更多時間。",
)
MEANT = Phrase("Meant, by the protocol's own word", "規程已說明屬刻意安排")
FOR_EXAMPLE = Phrase("For example:", "例如：")
WITH_NOTHING_KNOWN = Phrase("with nothing known", "一無所知時")
LEADS_TO = Phrase("then: {}", "結果：{}")
BECAUSE_OF = Phrase("Because of {}", "因為 {}")
ALSO_SAID_BY = Phrase("Said already by {}", "{} 已包括在內")
WITHIN = Phrase("{}, {}", "{}，第 {} 項")
CHECKED_BY = Phrase(
    "Found by looking at every possible incident of which everything is known. Every example was replayed.",
    "已就所有可能、資料齊全的事件作檢查；每個例子都經重新評估。",
)
NOT_DECIDED_TAG = Phrase("not all decided in time", "未能全部及時確定")
LANGUAGES = {"en": Phrase("English", "英文"), "zh-Hant": Phrase("Traditional Chinese", "繁體中文")}

FOUND: dict[str, Phrase] = {
    "RC101": Phrase("This does not always hold: {}", "以下並非總是成立：{}"),
    "RC102": Phrase("This should never happen, and it can: {}", "以下本不應發生，卻有可能發生：{}"),
    "RC103": Phrase("{} says nothing: no incident meets its condition.", "{} 沒有作用：沒有事件符合它的條件。"),
    "RC104": Phrase("More of {} can lower the tier.", "{} 更甚時，級別反而可能降低。"),
    "RC201": Phrase("No incident reaches {}.", "沒有事件會達到 {}。"),
    "RC202": Phrase("No incident calls for {}.", "沒有事件會需要 {}。"),
    "RC203": Phrase("The rule {} never holds.", "規則 {} 從不成立。"),
    "RC204": Phrase("The criterion {} never holds.", "準則 {} 從不成立。"),
    "RC205": Phrase("{} always holds.", "{} 總是成立。"),
    "RC206": Phrase("{} is never used.", "{} 從不適用。"),
    "RC207": Phrase("Nothing is ever out of scope because of {}.", "從來沒有事件因 {} 而不屬適用範圍。"),
    "RC208": Phrase("The exception of {} changes nothing.", "{} 的例外情況不起作用。"),
    "RC301": Phrase("Without {} every incident would come out the same.", "沒有 {}，所有事件的結果仍然一樣。"),
    "RC302": Phrase("A limit always overrides {}.", "{} 總是受上限約束。"),
    "RC303": Phrase("{} always agree: one of them would do.", "{} 總是相同，保留其中一項便可。"),
    "RC304": Phrase("{} always contradict each other.", "{} 總是相反。"),
    "RC305": Phrase("{} never matters, though conditions name it.", "{} 從不影響結果，雖然有條件提及。"),
    "RC401": Phrase("{} can override {}.", "{} 可約束 {}。"),
    "RC402": Phrase(
        "Many results hang on {} alone: another answer changes the tier in {} of 100 made-up incidents.",
        "很多結果單憑 {} 而定：100 宗虛構事件中，有 {} 宗會因這一項的答案不同而改變級別。",
    ),
    "RC403": Phrase("A tier can switch off {}, a service for people.", "{} 是服務個人的行動，卻會因級別而停止。"),
    "RC501": Phrase("Texts are missing in {}: {}", "欠缺{}文字：{}"),
    "RC502": Phrase("No reason is given for {}.", "未說明理由：{}"),
    "RC503": Phrase("No source is given for {}.", "未說明來源：{}"),
    "RC504": Phrase("Nothing uses {}.", "沒有用到 {}。"),
    "RC505": Phrase("{} is asked, but nothing uses it.", "有問及 {}，但沒有用到。"),
    "RC506": Phrase("Nothing was found that needs this allowance: {}", "沒有發現需要這項容許：{}"),
}

RULED_OUT: dict[str, Phrase] = {
    "RC101": Phrase("This always holds: {}", "總是成立：{}"),
    "RC102": Phrase("This never happens: {}", "從不發生：{}"),
    "RC104": Phrase("More of it never lowers the tier: {}", "更甚時，級別從不降低：{}"),
    "RC401": Phrase("No limit overrides a rule: {}", "從不約束其他規則：{}"),
    "RC403": Phrase("No tier switches these services off: {}", "以下服務不會因級別而停止：{}"),
}
"""What is proved, with the parts that it is proved of."""

TRIED: dict[str, Phrase] = {
    "RC103": Phrase("properties of which the condition can be met: {}", "條件可符合的要求：{} 項"),
    "RC201": Phrase("tiers that can be reached: {}", "可達到的級別：{} 個"),
    "RC202": Phrase("responses that can be called for: {}", "可能需要的行動：{} 項"),
    "RC203": Phrase("rules that can hold: {}", "可成立的規則：{} 條"),
    "RC204": Phrase("criteria that can hold: {}", "可成立的準則：{} 項"),
    "RC205": Phrase("conditions that can fail: {}", "可不成立的條件：{} 項"),
    "RC206": Phrase("cases, bands and rows that can be used: {}", "可適用的分項：{} 項"),
    "RC207": Phrase("reasons to be out of scope that can hold: {}", "可成立的不適用理由：{} 項"),
    "RC208": Phrase("exceptions that can change something: {}", "可起作用的例外情況：{} 項"),
    "RC301": Phrase("rules that can change the tier: {}", "可改變級別的規則：{} 條"),
    "RC303": Phrase("criteria that differ from every other one: {}", "與其他準則各不相同的準則：{} 項"),
    "RC305": Phrase("facts that can matter: {}", "可影響結果的事實：{} 項"),
}
"""What an incident each shows, with how many parts."""
