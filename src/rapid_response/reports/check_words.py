"""The words of checks, English and Traditional Chinese side by side."""

from __future__ import annotations

from rapid_response.phrases import Phrase
from rapid_response.proving.catalogue import Severity

CHECK_OF = Phrase("Check of {}", "檢查：{}")
NOTHING_FOUND = Phrase("No errors and no warnings", "沒有錯誤或警告")
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
WHATEVER_HAPPENED = Phrase("Whatever happened:", "無論發生甚麼事：")
THROUGH: dict[str, Phrase] = {
    "RC104": Phrase("It turns on {}.", "關鍵在於 {}。"),
    "RC301": Phrase("Enough without it: {}.", "單憑 {} 已足夠。"),
    "RC302": Phrase("Overridden by {}.", "受限於 {}。"),
}
"""What makes it so."""
OVERRIDES_SOME = Phrase("{} can override {} rules, {} among them.", "{} 可約束 {} 條規則，包括 {}。")
MORE_RAISES = Phrase("More of {} can raise the tier.", "{} 增加時，級別反而可能提高。")
SHARE = Phrase("{} ({} of 100)", "{}（100 宗中佔 {} 宗）")
ROWS: dict[str, Phrase] = {
    "cases": Phrase("case {1} of {0}", "{} 的第 {} 個情況"),
    "bands": Phrase("band {1} of {0}", "{} 的第 {} 個區間"),
    "table": Phrase("row {1} of {0}", "{} 的第 {} 行"),
    "values": Phrase("value {1} of {0}", "{} 的第 {} 個值"),
}
CHECKED_BY = Phrase(
    "Found by looking at every possible incident of which everything is known. Every example was replayed.",
    "已就所有可能、資料齊全的事件作檢查；每個例子都經重新評估。",
)
EXPLAINED_IN = Phrase("Each id is explained in docs/findings.md.", "各編號的說明見 docs/findings.md。")
NOT_DECIDED_TAG = Phrase("not all decided in time", "未能全部及時確定")
LANGUAGES = {"en": Phrase("English", "英文"), "zh-Hant": Phrase("Traditional Chinese", "繁體中文")}

FOUND: dict[str, Phrase] = {
    "RC101": Phrase("This does not always hold: {}", "以下並非總是成立：{}"),
    "RC102": Phrase("This should never happen, and it can: {}", "以下本不應發生，卻有可能發生：{}"),
    "RC103": Phrase("{} says nothing: no incident meets its condition.", "{} 沒有作用：沒有事件符合它的條件。"),
    "RC104": Phrase("More of {} can lower the tier.", "{} 增加時，級別反而可能降低。"),
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
        "Be sure of these: in many made-up incidents another answer to one of them changes the tier: {}.",
        "這些答案務必弄清：在很多虛構事件中，只要其中一項的答案不同，級別便會改變：{}。",
    ),
    "RC403": Phrase("A tier can switch off {}, a service for people.", "{} 是服務個人的行動，卻會因級別而停止。"),
    "RC501": Phrase("Texts are missing in {}: {}", "欠缺{}文字：{}"),
    "RC502": Phrase("No reason is given for {}.", "未說明理由：{}"),
    "RC503": Phrase("No source is given for {}.", "未說明來源：{}"),
    "RC504": Phrase("Nothing uses {}.", "沒有用到 {}。"),
    "RC505": Phrase("{} is asked, but nothing uses it.", "有問及 {}，但沒有用到。"),
    "RC506": Phrase("Nothing was found that needs this allowance: {}", "沒有發現需要這項容許：{}"),
}

QUESTIONS: dict[str, Phrase] = {
    "RC101": Phrase("whether it always holds", "是否總是成立"),
    "RC102": Phrase("whether it never happens", "是否從不發生"),
    "RC103": Phrase("whether its condition can be met", "條件能否符合"),
    "RC104": Phrase("whether the tier keeps to what is said of more of it", "增加時，級別是否如所述"),
    "RC201": Phrase("whether an incident reaches it", "有沒有事件會達到"),
    "RC202": Phrase("whether an incident calls for it", "有沒有事件會需要"),
    "RC203": Phrase("whether it can hold", "能否成立"),
    "RC204": Phrase("whether it can hold", "能否成立"),
    "RC205": Phrase("whether it always holds", "是否總是成立"),
    "RC206": Phrase("whether it is ever used", "能否適用"),
    "RC207": Phrase("whether it can hold", "能否成立"),
    "RC208": Phrase("whether its exception changes anything", "例外情況能否起作用"),
    "RC301": Phrase("whether it changes anything", "有沒有作用"),
    "RC303": Phrase("whether they always agree", "是否總是相同"),
    "RC304": Phrase("whether they always contradict each other", "是否總是相反"),
    "RC305": Phrase("whether it ever matters", "能否影響結果"),
    "RC401": Phrase("which rules it can override", "可約束哪些規則"),
    "RC403": Phrase("whether a tier can switch it off", "會否因級別而停止"),
}
"""What is asked, where it was not decided."""

RULED_OUT: dict[str, Phrase] = {
    "RC104": Phrase("More of it never lowers the tier: {}", "以下各項增加時，級別從不降低：{}"),
    "RC401": Phrase("This limit never overrides a rule: {}", "這項上限從不約束其他規則：{}"),
    "RC403": Phrase("No tier switches these services off: {}", "以下服務不會因級別而停止：{}"),
}
"""What is proved, with the parts that it is proved of."""

NEVER_RAISES = Phrase("More of it never raises the tier: {}", "以下各項增加時，級別從不提高：{}")

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
