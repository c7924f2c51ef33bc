"""The words of the decision log's reports, English and Traditional Chinese side by side."""

from __future__ import annotations

from rapid_response.phrases import Phrase
from rapid_response.record.findings import MISMATCHES, Mismatch
from rapid_response.reports import catalogue as say

COMMA = Phrase(", ", "，")

# Records

RECORD = Phrase("Record {}", "記錄 {}")
RECORD_OF = Phrase("Record {} · {}", "記錄 {} · {}")
RECORD_NUMBER = Phrase("record {}", "記錄 {}")
INCIDENT = Phrase("Incident", "事件")
RECORDED = Phrase("Recorded", "記錄時間")
RECORDED_BY = Phrase("recorded by {}", "由 {} 記錄")
KIND = Phrase("What", "類別")
KINDS: dict[str, Phrase] = {
    "decision": Phrase("recommendation", "建議"),
    "confirmation": Phrase("confirmed", "確認"),
    "override": Phrase("decided otherwise", "另作決定"),
    "link": Phrase("linked", "關聯"),
    "erasure": Phrase("erased", "刪除"),
}
NUMBER = Phrase("Record", "記錄")
RECOMMENDED = Phrase("Recommended", "建議")
DECIDED = Phrase("Decided", "決定")
DECIDED_BY_PEOPLE = Phrase("What people decided", "人所作的決定")
NOT_DECIDED = Phrase("No decision of people is on record.", "未有由人作決定的記錄。")
NOT_DECIDED_ON = Phrase(
    "No decision of people about this recommendation is on record.", "未有人就這項建議作決定的記錄。"
)
ABOUT_EARLIER = Phrase("about record {}, not the last recommendation", "針對記錄 {}，並非最後的建議")
CONFIRMED_AS = Phrase("{} confirmed {} ({}).", "{} 確認 {}（{}）。")
OVERRIDDEN_BY = Phrase("{0} decided on {1} instead of {2} ({3}).", "{0} 決定改為 {1}，而不是 {2}（{3}）。")
REASON = Phrase("Reason: {}", "理由：{}")
REASON_GONE = Phrase("The reason was erased, or its key is not here.", "理由已刪除，或沒有密鑰可以閱讀。")
FOLLOWS = Phrase("Updates", "更新")
UNDER = Phrase("Protocol", "規程")
NOT_IN_FORCE = Phrase("not in force on that day", "當天並未生效")
WAS_IN_FORCE = Phrase("in force on that day", "當天生效")
SEMANTICS_OF = Phrase("semantics {}, rapid-response {}", "語義 {}，rapid-response {}")
COMPUTED_BY = Phrase("Worked out by", "計算")
PRIVATE_ERASED = Phrase(
    "Private facts of this incident were erased. What follows is what the log still says: the tier, the rules and "
    "the facts that are not private.",
    "這宗事件的不公開資料已經刪除。以下是記錄仍然保留的內容：級別、規則和公開的事實。",
)
PRIVATE_SEALED = Phrase(
    "Private facts of this incident cannot be read: their key is not here. What follows is what the log itself says.",
    "沒有密鑰，未能閱讀這宗事件的不公開資料。以下是記錄本身的內容。",
)
RULES_BY_STATE: dict[str, Phrase] = {
    "deciding": Phrase("Rules that decided", "起決定作用的規則"),
    "fired": Phrase("Rules that held", "成立的規則"),
    "overridden": Phrase("Rules held back by a limit", "受上限約束的規則"),
    "open": Phrase("Rules still open", "尚未能判斷的規則"),
}
RESPONSES_BY_STATE: dict[str, Phrase] = {
    "active": Phrase("What to do", "要做的事"),
    "open": Phrase("What may follow", "之後可能要做的事"),
}
APART: dict[str, Phrase] = {
    "closed": say.PRIVATE,
    "erased": Phrase("(erased)", "（已刪除）"),
    "sealed": Phrase("(its key is not here)", "（沒有密鑰）"),
}

# Cases

CASE = Phrase("Audit of one case", "單一個案審核")
CASE_TITLE = Phrase("Incident {}", "事件 {}")
LINKED_WITH = Phrase("Linked with", "關聯事件")
WHY = Phrase("Reason", "理由")
HAPPENED = Phrase("Happened", "發生時間")
HAPPENED_UNKNOWN = Phrase("not on record", "沒有記錄")
HAPPENED_PRIVATE = Phrase("private", "不公開")
FIRST_DECIDED = Phrase("First decided", "首次決定")
AFTER_THE_INCIDENT = Phrase("{} after the incident", "事件發生後 {}")
BEFORE_THE_INCIDENT = Phrase(
    "{} before the stated time of the incident: one of the two is wrong", "比所記的事件時間早 {}：兩者必有一誤"
)
IN_TIME = Phrase("within the window of {}", "在 {} 時限內")
TOO_LATE = Phrase("later than the window of {}", "超過 {} 時限")
WHAT_HAPPENED_WHEN = Phrase("What happened when", "經過")
FIRST_RECOMMENDATION = Phrase("First recommendation", "首次建議")
CHANGED = Phrase("{} (before: {})", "{}（之前：{}）")
NO_LONGER_KNOWN = Phrase("No longer known: {}", "不再確知：{}")
NOTHING_LEARNED = Phrase("Nothing new was known.", "沒有新資料。")
NOW_RECOMMENDED = Phrase("Now recommended", "現建議")
WAS_BEFORE = Phrase("{} before", "之前為 {}")
SAME_TIER = Phrase("Still recommended", "仍建議")
UNCHANGED = Phrase("Unchanged", "維持不變")
NOTHING_RECOMMENDED = Phrase("nothing yet", "暫無建議")
OTHER_VERSION = Phrase("Asked under another version: {}", "按另一個版本評估：{}")
CONFIRMED = Phrase("{} confirmed {}", "{} 確認 {}")
DECIDED_INSTEAD = Phrase("{} decided on {} instead of {}", "{0} 決定改為 {1}，而不是 {2}")
LINKED_BY = Phrase("{} linked this with {}", "{} 把此事與 {} 關聯")
ERASED_BY = Phrase("{} erased the private facts", "{} 刪除了不公開的資料")
ERASE_FOR_GOOD = (
    Phrase("Destroy what is private in {1} record of {0} for good?", "要永久刪除 {0} 的 {1} 項記錄中不公開的資料嗎？"),
    Phrase("Destroy what is private in {1} records of {0} for good?", "要永久刪除 {0} 的 {1} 項記錄中不公開的資料嗎？"),
)
ON_RECORD = Phrase("On record", "記錄")
STILL_ON_RECORD = Phrase("What is still on record", "仍然保留的記錄")
WHY_NOT_DECIDED = Phrase("Why the protocol did not recommend {}", "為何規程沒有建議 {}")
ENTRIES = (Phrase("{} entry", "{} 項記錄"), Phrase("{} entries", "{} 項記錄"))
LOG_AT = Phrase("Read from the log when it had {}. Its checkpoint then:", "讀自決定記錄，當時共有 {}，查核點為：")

# Periods

PERIOD = Phrase("Audit of decisions", "決定審核")
SINCE_UNTIL = Phrase("{} to {}", "{} 至 {}")
SINCE = Phrase("since {}", "{} 起")
UNTIL = Phrase("until {}", "至 {}")
ALL = Phrase("Everything on record", "所有記錄")
NO_CASES = Phrase("No incidents in this period", "這段期間沒有事件")
INCIDENTS = (Phrase("{} incident", "{} 宗事件"), Phrase("{} incidents", "{} 宗事件"))
RECOMMENDATIONS = (Phrase("{} recommendation", "{} 項建議"), Phrase("{} recommendations", "{} 項建議"))
CONFIRMATIONS = (Phrase("{} confirmed", "{} 項獲確認"), Phrase("{} confirmed", "{} 項獲確認"))
OVERRIDES_COUNTED = (Phrase("{} decided otherwise", "{} 項另作決定"), Phrase("{} decided otherwise", "{} 項另作決定"))
ERASURES = (Phrase("{} erased", "{} 宗已刪除"), Phrase("{} erased", "{} 宗已刪除"))
FEW = Phrase(
    "These are few: counts are given, not percentages, and a difference of one or two says little.",
    "數目不多，因此只列數目，不列百分比；相差一兩宗，說明不了甚麼。",
)
OF_ALL = Phrase("{} of {}", "{1} 宗中有 {0} 宗")
SHARE_OF_ALL = Phrase("{} of {} ({} %)", "{1} 宗中有 {0} 宗（{2}%）")
BY_TIER = Phrase("By tier", "按級別")
LAST_RECOMMENDED = Phrase("Last recommended", "最後的建議")
LAST_DECIDED = Phrase("Decided by people", "由人決定")
UNDECIDED = Phrase("no decision on record", "沒有作決定的記錄")
STANDINGS: dict[str, Phrase] = {
    "settled": Phrase("settled", "已確定"),
    "assumed": Phrase("settled under assumptions", "按假設確定"),
    "open": Phrase("still open", "未定"),
}
HOW_SETTLED = Phrase("How settled the last recommendation was: {}", "最後的建議是否確定：{}")
COUNTED = Phrase("{} {}", "{1} {0} 宗")
OVERRIDES = Phrase("Decided otherwise, and why", "另作的決定及理由")
NO_OVERRIDES = Phrase("Nothing was decided otherwise than recommended.", "所有決定都與建議一致。")
NOTHING_DECIDED = Phrase("No decisions of people are on record in this period.", "這段期間沒有由人作決定的記錄。")
INSTEAD_OF = Phrase("{} instead of {}", "{}，而不是 {}")
STOP = Phrase(".", "。")
HIGHER = Phrase("{} higher than recommended", "{} 項高於建議")
LOWER = Phrase("{} lower", "{} 項低於建議")
RULES_OVERRIDDEN = Phrase("Rules most often decided against", "最常被另作決定的規則")
RULE = Phrase("Rule", "規則")
DECIDED_AGAINST = Phrase("Decided otherwise", "另作決定")
OF_TIMES = Phrase("{} of {}", "{1} 次中有 {0} 次")
HOW_LONG = Phrase("From incident to decision", "由事件至決定")
WINDOW = Phrase("The window is {}.", "時限為 {}。")
TO_FIRST_DECISION = Phrase("To the first decision of people", "至首次由人決定")
TO_FIRST_RECOMMENDATION = Phrase("To the first recommendation on record", "至首次建議記錄")
UP_TO = Phrase("up to {}", "{} 以內")
FROM_UP_TO = Phrase("over {}, up to {}", "超過 {} 至 {}")
OVER = Phrase("over {}", "超過 {}")
TIME_UNKNOWN = Phrase("time of the incident not known, or private", "事件時間不明或不公開")
TIME_WRONG = Phrase("before the stated time of the incident", "早於所記的事件時間")
MEDIAN = Phrase("Half of them within {}; the longest took {}.", "半數在 {} 內；最長為 {}。")
MEDIAN_OF_ONE = Phrase("It took {}.", "用了 {}。")
IN_WINDOW = Phrase("Within the window: {}.", "在時限內：{}。")
LATE = Phrase("Late", "逾時")
NONE_LATE = Phrase("None of those whose times are known was later than {}.", "時間已知的，沒有超過 {} 的。")
UNKNOWN_TIMES = Phrase("Time of the incident not known, or private: {}", "事件時間不明或不公開：{}")
WRONG_TIMES = Phrase(
    "Decided before the stated time of the incident, so one of the two is wrong: {}",
    "決定早於所記的事件時間，兩者必有一誤：{}",
)
WITHOUT_DECISION = Phrase("No decision of people on record: {}", "沒有由人作決定的記錄：{}")
PROTOCOLS_USED = Phrase("Protocols used", "所用的規程")
LENGTHS: dict[str, Phrase] = {
    "day": Phrase("{} d", "{} 天"),
    "hour": Phrase("{} h", "{} 小時"),
    "minute": Phrase("{} min", "{} 分鐘"),
}

# Replay

REPLAY = Phrase("Replay", "重新評估")
ALL_SAME = Phrase("Every decision came out the same, byte for byte", "每項建議重新評估後都一字不差")
SOME_DIFFER = (
    Phrase("{} record did not come out the same", "{} 項記錄重新評估後不同"),
    Phrase("{} records did not come out the same", "{} 項記錄重新評估後不同"),
)
NOTHING_TO_REPLAY = Phrase("No decision could be evaluated again", "沒有可以重新評估的建議")
CAME_OUT: dict[str, Phrase] = {
    "same": Phrase("the same, byte for byte", "一字不差"),
    "differs": Phrase("differently", "不同"),
    "erased": Phrase("erased, cannot be evaluated again", "已刪除，不能重新評估"),
    "sealed": Phrase("key not here, cannot be evaluated again", "沒有密鑰，不能重新評估"),
    "unusable": Phrase("stored protocol or facts no longer fit", "所存的規程或事實已不適用"),
}
UNREADABLE = (
    Phrase(
        "Record {} was changed and cannot be read. `record verify` says what else does not fit.",
        "記錄 {} 已被改動，不能讀取。`record verify` 會列出其他不吻合之處。",
    ),
    Phrase(
        "{} records were changed and cannot be read: {}. `record verify` says what else does not fit.",
        "{} 項記錄已被改動，不能讀取：{}。`record verify` 會列出其他不吻合之處。",
    ),
)
OTHER_SEMANTICS = Phrase(
    "Of these, {} were recorded under other semantics than today's ({}): what a protocol means has changed since, "
    "so they may come out differently.",
    "其中 {} 項按另一套語義記錄（現為 {}）：規程的含意其後有改變，結果可能不同。",
)
DIFFERENCES = Phrase("What came out differently", "不同之處")
WAS_NOW = Phrase("{}: {} → {}", "{}：{} → {}")
AND_MORE_RECORDS = Phrase("and {} more", "另有 {} 項")
UNDER_NEW = Phrase("What {} would have said", "按 {} 會有的建議")
NO_CHANGE = Phrase("No recommendation would have been another", "所有建議都不會改變")
WOULD_CHANGE = Phrase("Different for {} of {} recommendations", "{1} 項建議中有 {0} 項會不同")
TRANSITIONS = Phrase("How they would have changed", "會怎樣改變")
THEN, NOW = Phrase("Recommended then", "當時的建議"), Phrase("Under the other version", "按另一版本")
HOW_MANY = Phrase("How many", "數目")
WHICH = Phrase("Which", "哪些記錄")
DOES_NOT_FIT = Phrase("Cannot be asked under it", "不能按它評估")
FROM_TO = Phrase("{} → {}", "{} → {}")
CANNOT_BE_ASKED = Phrase("Erased, or without a key", "已刪除，或沒有密鑰")

# Verification

VERIFICATION = Phrase("Verification of the log", "核對決定記錄")
LOG_FITS = Phrase("Everything fits", "全部吻合")
LOG_DOES_NOT_FIT = Phrase("Not everything fits", "有不吻合之處")
WHAT_DOES_NOT_FIT = Phrase("What does not fit", "不吻合之處")
_MISMATCHES: dict[Mismatch, str] = {
    "gap": "第 {0} 項記錄遺失：第 {2} 項之後是第 {1} 項",
    "chain": "第 {} 項記錄與鏈不符：它或之前的記錄被改動",
    "unreadable": "第 {} 項記錄不能讀取",
    "rewritten": "第 {} 項記錄不是本程式的寫法",
    "column": "第 {} 項記錄：「{}」一欄與記錄的內容不同",
    "protocol": "第 {} 項記錄：所用規程的文本遺失或被改動",
    "part": "第 {} 項記錄：不公開的部分遺失或被改動",
    "other part": "第 {} 項記錄：不公開的部分不是當時所記錄的",
    "part of nothing": "第 {} 項記錄有不公開的部分，但記錄並無提及",
    "part without entry": "有不公開的部分屬於不存在的第 {} 項記錄",
    "part after erasure": "第 {} 項記錄：不公開的部分已刪除，卻仍然存在",
    "shorter": "記錄止於第 {} 項，而查核點時已有 {} 項",
    "other entries": "首 {} 項記錄與查核點不符：至少有一項被改動",
    "other log": "查核點屬於另一份記錄：{}",
    "other definition": "資料表、檢視或觸發器「{}」不是本程式所定義的",
}
FOUND = {what: Phrase(english, _MISMATCHES[what]) for what, (_, english) in MISMATCHES.items()}
COMPARED_WITH = Phrase(
    "Compared with a checkpoint at entry {}.",
    "已與第 {} 項記錄時的查核點比較。",
)
NO_CHECKPOINT = Phrase(
    "Not compared with a checkpoint. Entries cut off at the end, or a log that was written anew as a whole, "
    "would not be seen.",
    "未有與查核點比較。若末尾的記錄被截去，或整份記錄被重寫，便不會察覺。",
)
PRIVATE_PARTS = Phrase(
    "Private parts: {} opened and compared, {} without a key, {} erased.",
    "不公開的部分：{} 項已打開並核對，{} 項沒有密鑰，{} 項已刪除。",
)

# Lists and versions

LOG = Phrase("Decision log", "決定記錄")
SAID = Phrase("What it says", "內容")
ABOUT = Phrase("{} (record {})", "{}（記錄 {}）")
WITH = Phrase("with {}", "與 {}")
VERSIONS_OF = Phrase("Versions of", "各版本：")
VERSION = Phrase("Version", "版本")
FINDINGS = (Phrase("{} finding", "{} 項發現"), Phrase("{} findings", "{} 項發現"))
NO_FINDINGS = Phrase("No gaps and no overlaps", "沒有空檔，也沒有重疊")
ALWAYS = Phrase("at all times", "任何時候")
FINGERPRINT = Phrase("Fingerprint", "指紋")
