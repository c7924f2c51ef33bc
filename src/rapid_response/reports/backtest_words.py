"""The words of back-tests, English and Traditional Chinese side by side."""

from __future__ import annotations

from rapid_response.phrases import Phrase
from rapid_response.reports import catalogue as say

# The answer

BACKTEST = Phrase("Tried on past incidents", "以過往事件試行")
FROM_TO = Phrase("{} → {}", "{} → {}")
CURRENT, PROPOSED = Phrase("Current", "現行"), Phrase("Proposed", "擬議")
TITLE = Phrase("{} of {} past incidents get another tier", "{1} 宗過往事件中，{0} 宗的級別會改變")
TITLE_ONE = Phrase("One of {} past incidents gets another tier", "{} 宗過往事件中，1 宗的級別會改變")
TITLE_NONE = Phrase("None of {} past incidents gets another tier", "{} 宗過往事件的級別都不會改變")
TITLE_NOTHING = Phrase("No past incidents to compare", "沒有可以比較的過往事件")
SHARE = Phrase("That is {} of them ({} to {}).", "即佔 {}（{} 至 {}）。")
DIRECTIONS = Phrase("{} would be higher, {} lower.", "{} 宗會較高，{} 宗會較低。")
OPEN_TOO = Phrase(
    "{} more are open in a version, because too little was recorded, and come out otherwise. They are counted apart.",
    "另有 {} 宗因記錄不足，在其中一個版本未能確定，而結果不同。這些事件另行計算。",
)
ONLY_REASONS = Phrase("{} more keep their tier for other reasons.", "另有 {} 宗級別不變，但理由不同。")
ASIDE = Phrase("{} of {} rows do not fit and were kept aside.", "{1} 列記錄中，{0} 列未能讀取，已另行列出。")
PERCENT = Phrase("{} %", "{}%")
INCIDENTS = Phrase("Incidents", "事件數目")
INCIDENTS_ONE, INCIDENTS_MANY = Phrase("{} incident", "{} 宗事件"), Phrase("{} incidents", "{} 宗事件")
SURELY_TO_POSSIBLY = Phrase("{} to {}", "{} 至 {}")
WITH_INTERVAL = Phrase("{} ({} to {})", "{}（{} 至 {}）")
BEFORE, AFTER = Phrase("Current", "現行"), Phrase("Proposed", "擬議")

# In short

IN_SHORT = Phrase("In short", "概要")
DECIDED = Phrase("Decided", "已確定")
UNDER_ASSUMPTIONS = Phrase("of these only under assumptions", "其中只按假設確定")
STILL_OPEN = Phrase("Open: too little recorded", "未能確定：記錄不足")
ACTIVATIONS = Phrase("Activations (“{}” or above)", "啟動次數（「{}」或以上）")
ACTIVATIONS_WEEKLY = Phrase("Activations a week, on average", "平均每週啟動次數")
ACTIVATIONS_MONTHLY = Phrase("Activations a month, on average", "平均每月啟動次數")
HOURS_MONTHLY = Phrase("Staff hours a month, on average", "平均每月工時")
ACTIVATIONS_AT_ONCE = Phrase("Activations under way at once, at most", "同時進行的啟動，最多")
RESPONSES_AT_ONCE = Phrase("Responses under way at once, at most", "同時進行的行動，最多")
HOW_MANY = Phrase("What counts", "項目")

# Tiers

WHICH_TIERS = Phrase("Which tiers change", "哪些級別改變")
MATRIX_ALT = Phrase(
    "A field for each pair of tiers, current version to the left, proposed above: how many incidents. {} stay, {} "
    "change, {} are open in a version.",
    "每對級別一格，左為現行版本，上為擬議版本，顯示事件數目：{} 宗不變，{} 宗改變，{} 宗在其中一個版本未能確定。",
)
MATRIX_KEY = Phrase(
    "Grey stays, brown is higher now, blue is lower; the stronger, the more incidents. Open results stand apart.",
    "灰色不變，棕色較高，藍色較低；顏色越深，事件越多。未能確定者另列。",
)
OPEN = Phrase("Open", "未確定")
OPEN_FROM_TO = Phrase("Open: {} to {}", "未確定：{} 至 {}")
OPEN_RESULTS = Phrase("Results that are open", "未能確定的結果")
OPEN_WHY = Phrase(
    "Where too little was recorded, more than one tier is possible. Such a result is never counted as decided; the "
    "range says what is possible. What changes:",
    "記錄不足時，可能的級別多於一個。這些結果不算已確定，只列出可能的範圍。改變如下：",
)
NO_OPEN_CHANGES = Phrase("No range of tiers changes.", "沒有級別範圍改變。")
RECOMMENDED_CHANGES = Phrase(
    "For {} incidents the range stays and another tier is recommended while it is open.",
    "有 {} 宗事件的範圍不變，但未能確定時建議的級別不同。",
)
MISSING = Phrase("What was not recorded", "沒有記錄的事")
MISSING_WHY = Phrase(
    "Open results wait for these answers; one may wait for several.",
    "未能確定的結果有待以下答案，一宗可能有待多個答案。",
)
FACT = Phrase("Question", "問題")
NOT_AT_ALL = Phrase("{} (in none of the records)", "{}（所有記錄都沒有）")

# Rules

WHAT_RULES_DO = Phrase("What each rule does", "每條規則的作用")
RULE = Phrase("Rule", "規則")
HOLDS_BEFORE, HOLDS_AFTER = Phrase("Holds, current", "適用（現行）"), Phrase("Holds, proposed", "適用（擬議）")
STARTS, STOPS = Phrase("Starts to hold", "開始適用"), Phrase("No longer holds", "不再適用")
RAISES, LOWERS, TURNS = (
    Phrase("Tiers raised", "令級別提高"),
    Phrase("Tiers lowered", "令級別降低"),
    Phrase("Tiers changed", "令級別改變"),
)
ADDED, REMOVED = Phrase("{} (new)", "{}（新增）"), Phrase("{} (removed)", "{}（刪去）")
SAME_RULES = Phrase("No difference by: {}", "沒有分別：{}")
RULES_SHARED = Phrase(
    "Where several rules make a difference together, each of them counts.", "若多條規則合力令結果不同，每條都計算在內。"
)

# Responses and scope

RESPONSES = Phrase("Responses", "行動")
RESPONSE = Phrase("Response", "行動")
ACTIVE_BEFORE, ACTIVE_AFTER = (
    Phrase("Called for, current", "需要（現行）"),
    Phrase("Called for, proposed", "需要（擬議）"),
)
NOW_CALLED, NOT_CALLED = Phrase("Now called for", "現在需要"), Phrase("No longer called for", "不再需要")
OPEN_BOTH = Phrase("Open", "未確定")
SCOPE = Phrase("Scope", "適用範圍")
SCOPES = {
    "in": Phrase("In scope", "屬適用範圍"),
    "unknown": Phrase("Perhaps out of scope", "可能不屬適用範圍"),
    "out": Phrase("Out of scope", "不屬適用範圍"),
}

# Workload

WORKLOAD = Phrase("Workload", "工作量")
ACTIVATIONS_OVER_TIME = {
    "week": Phrase("Activations by the week", "每週啟動次數"),
    "month": Phrase("Activations by the month", "每月啟動次數"),
    "year": Phrase("Activations by the year", "每年啟動次數"),
}
HOURS_OVER_TIME = {
    "week": Phrase("Staff hours by the week", "每週工時"),
    "month": Phrase("Staff hours by the month", "每月工時"),
    "year": Phrase("Staff hours by the year", "每年工時"),
}
COURSE_ALT = Phrase(
    "{}, one panel for each version. Current: {} on average, {} at most. Proposed: {} on average, {} at most.",
    "{}，每個版本一幅。現行：平均 {}，最多 {}。擬議：平均 {}，最多 {}。",
)
PALE = Phrase("Dark is what surely is, pale what is possible.", "深色為確定的數目，淺色為可能的數目。")
HOURS_BY_ROLE = Phrase("Staff hours by role", "各角色的工時")
HOURS_ALT = Phrase(
    "Staff hours of each role over the whole time, a bar for each version.", "各角色的總工時，每個版本一條。"
)
NO_ROLE = Phrase("No role stated", "沒有指明角色")
OF_TIERS = Phrase("The tiers themselves", "級別本身")
ROLE = Phrase("Role", "角色")
WORST = Phrase("The worst weeks", "工作最重的星期")
WEEK = Phrase("Week from", "星期由")
PERIODS = {"week": Phrase("Week", "星期"), "month": Phrase("Month", "月份"), "year": Phrase("Year", "年份")}
CURRENT_ACTIVATIONS, PROPOSED_ACTIVATIONS = (
    Phrase("Activations, current", "啟動（現行）"),
    Phrase("Activations, proposed", "啟動（擬議）"),
)
CURRENT_HOURS, PROPOSED_HOURS = Phrase("Hours, current", "工時（現行）"), Phrase("Hours, proposed", "工時（擬議）")
HOW_WORK = Phrase(
    "Incidents out of scope do not count. A response is under way from the day of the incident until it is due; "
    "without a due time as many days as its hours fill at 8 a day. An activation lasts until the last of its responses "
    "ends. Hours count on the day of the incident. Two numbers are what surely, and what possibly, comes up: open "
    "results are possible only.",
    "不屬適用範圍的事件不計。行動由事件當日起，至期限為止；沒有期限者，按每日 8 小時折算天數。"
    "一次啟動至其最後一項行動結束為止。工時計入事件當日。兩個數字分別是確定和可能的數目：未能確定的結果只算可能。",
)
HOW_RATES = Phrase(
    "In brackets: 95 % intervals, as if the past were drawn from a longer run of similar years.",
    "括號內為 95% 區間，假設過往記錄取自更長而相近的年期。",
)
UNDATED = Phrase("Without a date, and left out: {}.", "沒有日期，未計算在內：{}。")
NO_DATES = Phrase(
    "It is not known when the incidents happened, so there is no workload.", "事件日期不詳，未能計算工作量。"
)

# What people decided then

THEN = Phrase("What people decided then", "當時的決定")
AGREES = Phrase(
    "{}: the same as people in {} of {} decided incidents, {} ({} to {}).",
    "{0}：在 {2} 宗已確定的事件中，{1} 宗與當時的決定相同，佔 {3}（{4} 至 {5}）。",
)
AGREES_NOT = Phrase("{}: no decided incident to compare with.", "{}：沒有已確定的事件可以比較。")
PEOPLE_CHOSE = Phrase("People chose", "當時的決定")
CONFUSION = Phrase("Chosen then, and what the {} version says", "當時的決定，與{}版本的結果")
VERSION_NAMES = {"current": Phrase("current", "現行"), "proposed": Phrase("proposed", "擬議")}
OVERRIDES = Phrase("Where people chose otherwise, by the rule that decides", "決定不同之處，按作決定的規則")
SAME_AS_PEOPLE, HIGHER, LOWER = (
    Phrase("Same", "相同"),
    Phrase("People went higher", "當時較高"),
    Phrase("People went lower", "當時較低"),
)
VERSION = Phrase("Version", "版本")

# What changes, and why

WHAT_CHANGES = Phrase("What changes, and why", "改變及原因")
OPEN_CHANGES = Phrase("Open results that come out otherwise", "未能確定而結果不同")
REASON_CHANGES = Phrase("Same tier, other reasons", "級別相同，理由不同")
CHANGE = Phrase("{} → {}", "{} → {}")
SAME_TIER = Phrase("Still {}", "仍然是 {}")
MADE_BY = Phrase("Made by", "因為")
REASONS_NONE = Phrase("no rule raises the tier", "沒有規則提高級別")
RULE_TURNS: dict[tuple[str | None, str | None], Phrase] = {
    ("does not hold", "holds"): Phrase("{} now applies", "現在適用：{}"),
    (None, "holds"): Phrase("{} is new and applies", "新增並適用：{}"),
    ("holds", "does not hold"): Phrase("{} no longer applies", "不再適用：{}"),
    ("holds", None): Phrase("{} is gone", "已刪去：{}"),
    ("does not hold", "open"): Phrase("{} may now apply", "現在可能適用：{}"),
    (None, "open"): Phrase("{} is new and may apply", "新增並可能適用：{}"),
    ("open", "does not hold"): Phrase("{} can no longer apply", "不可能再適用：{}"),
    ("open", None): Phrase("{}, which might have applied, is gone", "原本可能適用，已刪去：{}"),
    ("open", "holds"): Phrase("{} now surely applies", "現在必定適用：{}"),
    ("holds", "open"): Phrase("{} no longer surely applies", "不再必定適用：{}"),
}
OTHER_TIER = Phrase("{} asks for another tier", "所定級別改變：{}")
RESPONSE_TURNS = {
    "active": Phrase("now called for: {}", "現在需要：{}"),
    "inactive": Phrase("no longer called for: {}", "不再需要：{}"),
    "open": Phrase("now open: {}", "現在未能確定：{}"),
}
FOR_EXAMPLE = Phrase("For example", "例如")
MOST_OFTEN = Phrase(
    "These are the reasons for {} of them; for the rest they differ.", "其中 {} 宗是這些理由，其餘另有理由。"
)
ALL_REASONS = Phrase("All reasons, by number", "所有理由，按編號")
NUMBER = Phrase("No. {}", "第 {} 項")
REASONS = Phrase("Reasons", "理由")
AND_OTHERS = Phrase("Other changes: {}, of {}. The page has them all.", "其他改變：{} 種，共 {}。全部見網頁。")
WITHOUT_REASONS = Phrase("not told apart", "未有分開說明")
CHANGED_INCIDENTS = Phrase("The incidents that change", "改變的事件")
LISTED = Phrase(
    "{} of {} are listed; `--changed FILE` writes all of them.", "列出 {1} 宗中的 {0} 宗；`--changed FILE` 可寫出全部。"
)
SEARCH = Phrase("Search these incidents", "搜尋這些事件")
MORE_ROWS = Phrase("… and {} more", "……另有 {} 宗")
INCIDENT, WHEN, OUTCOME, WHY = (
    Phrase("Incident", "事件"),
    Phrase("When", "時間"),
    Phrase("Change", "改變"),
    Phrase("Why", "原因"),
)
KEPT_ASIDE = Phrase("Rows kept aside", "另行列出的記錄")
PLACES = {"line": Phrase("Line {}", "第 {} 行"), "row": Phrase("Row {}", "第 {} 列")}
PLACE, NOT_FOR, PROBLEM = Phrase("Where", "位置"), Phrase("Does not fit", "不適用於"), Phrase("Why", "原因")
BOTH = Phrase("both", "兩者")

# The foot

PEOPLE_DECIDE = Phrase(
    "This tries two protocols on the past. People decide which one to adopt.",
    "以上以過往事件試行兩個版本，採用哪個由人決定。",
)
RECORDED_ONLY = Phrase(
    "Records say what was reported and recorded, not all that happened, and not what would have followed another "
    "response.",
    "記錄只反映已報告和記錄的事，並非一切，也不反映採取不同行動後的結果。",
)
UNDER = Phrase("Results are under each version’s own assumptions.", "結果按每個版本自己的假設得出。")
ABOUT_THE_PAST = Phrase("About the past", "關於過往事件")
SOURCE = Phrase("Past incidents: {}", "過往事件：{}")

# Past incidents evaluated by one version

EVALUATED = Phrase("Past incidents evaluated", "過往事件的評估")
RESULT, STANDING = Phrase("Result", "結果"), Phrase("Standing", "狀況")
STANDINGS = {"settled": say.TAG_SETTLED, "assumed": say.TAG_ASSUMED, "open": Phrase("open", "未定")}
WRITTEN_TO = Phrase("The results are in {}.", "結果存於 {}。")
