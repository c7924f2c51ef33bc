"""The interface's own words, English and Traditional Chinese side by side. A protocol brings its own."""

from __future__ import annotations

from rapid_response.phrases import Phrase

# Putting words together

COLON = Phrase(": ", "：")
AFTER_QUESTION = Phrase(" ", "")
QUOTED = Phrase("“{}”", "「{}」")
BRACKETS = Phrase("({})", "（{}）")
IN_BRACKETS = Phrase(" ({})", "（{}）")
OPENING, CLOSING = Phrase(" (", "（"), Phrase(")", "）")
SENTENCES = Phrase("{} {}", "{}{}")
COMMA = Phrase(", ", "、")
SEMICOLON = Phrase("; ", "；")
DOT = "\u00a0· "  # never at the start of a line
DASH = " – "
OR = Phrase("{} or {}", "{} 或 {}")
AND = Phrase("{} and {}", "{} 和 {}")
BOTH = Phrase("{} and {}", "{}，而且 {}")
NOR = Phrase("{} nor {}", "{} 或 {}")
AND_ALSO = Phrase("{}; and {}", "{}；而且 {}")
OR_ELSE = Phrase("{}; or {}", "{}；或者 {}")

AS_A_TABLE = Phrase("As a table", "以表格顯示")

# Answers

YES = Phrase("yes", "是")
NO = Phrase("no", "否")
NOT_KNOWN = Phrase("not known yet", "尚未知道")
NONE_CHOSEN = Phrase("none", "沒有")
BETWEEN = Phrase("{} to {}", "{} 至 {}")
PRIVATE = Phrase("(private)", "（不公開）")
ASSUMED = Phrase("assumed", "假設")
UNVERIFIED = Phrase("unverified", "未經核實")
VERIFIED = Phrase("verified", "已核實")

# Conditions

ALWAYS = Phrase("always", "任何情況")
NEVER = Phrase("never", "從不")
ANY = Phrase("any", "任何")
NOT = Phrase("not {}", "不是 {}")
NEITHER = Phrase("neither {}", "不是 {}")
INCLUDES = Phrase("includes {}", "包括 {}")
LACKS = Phrase("does not include {}", "不包括 {}")
LACKS_SOME = Phrase("does not include all of {}", "沒有全部包括 {}")
SAME = Phrase("same as {}", "與 {} 相同")
NOT_SAME = Phrase("differs from {}", "與 {} 不同")
UNSETTLED = Phrase("More than one tier is still possible", "仍有多於一個級別的可能")
SETTLED = Phrase("Only one tier is possible", "只有一個級別的可能")
IS_DONE = Phrase("{} is active", "採取 {}")
IS_NOT_DONE = Phrase("{} is not active", "不採取 {}")
TIER = Phrase("Tier", "級別")
NOW = Phrase("now", "現在")
TODAY = Phrase("today", "今天")

GROUPS: dict[str, Phrase] = {
    "all": Phrase("All of these", "以下全部成立"),
    "any": Phrase("Any of these", "以下任何一項成立"),
    "none": Phrase("None of these", "以下全都不成立"),
    "not all": Phrase("Not all of these", "以下並非全部成立"),
    "at least": Phrase("At least {} of these", "以下至少 {} 項成立"),
    "fewer": Phrase("Fewer than {} of these", "以下少於 {} 項成立"),
    "exactly": Phrase("Exactly {} of these", "以下剛好 {} 項成立"),
    "not exactly": Phrase("Not exactly {} of these", "以下不是剛好 {} 項成立"),
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
    ">=": Phrase("{} or above", "{} 或以上"),
    ">": Phrase("above {}", "高於 {}"),
    "<=": Phrase("{} or below", "{} 或以下"),
    "<": Phrase("below {}", "低於 {}"),
}
WHEN: dict[str, Phrase] = {
    "==": Phrase("exactly {}", "正是 {}"),
    "!=": Phrase("not exactly {}", "不是 {}"),
    ">=": Phrase("no earlier than {}", "不早於 {}"),
    ">": Phrase("later than {}", "晚於 {}"),
    "<=": Phrase("no later than {}", "不遲於 {}"),
    "<": Phrase("earlier than {}", "早於 {}"),
}
CHOSEN = Phrase("{} chosen", "選了 {} 項")
NUMBER_CHOSEN = Phrase("number chosen of {}", "{} 所選項數")
AGO = Phrase("{} ago", "距今 {}")
FROM_NOW = Phrase("{} from now", "離現在還有 {}")
LATER = Phrase("{1} after {0}", "{} 後 {}")
EARLIER = Phrase("{1} before {0}", "{} 前 {}")
FROM_TO = Phrase("from {} to {}", "由 {} 至 {}")
LEAST = Phrase("the least of {}", "{} 中最低者")
GREATEST = Phrase("the greatest of {}", "{} 中最高者")
HIGHER = Phrase("{} raised by {}", "{} 提高 {}")
LOWER = Phrase("{} lowered by {}", "{} 降低 {}")
STEPS = Phrase("{} steps", "{} 級")
HOW_MANY = Phrase("how many of these hold ({})", "以下成立的項數（{}）")
SUM_OF = Phrase("the sum of: {}", "總和：{}")
IF = Phrase("{} if {}", "若 {1}，則為 {0}")
OTHERWISE = Phrase("otherwise {}", "否則 {}")
ARITHMETIC: dict[str, Phrase] = {
    "+": Phrase("{} + {}", "{} + {}"),
    "-": Phrase("{} − {}", "{} − {}"),
    "*": Phrase("{} × {}", "{} × {}"),
    "/": Phrase("{} ÷ {}", "{} ÷ {}"),
}

# Times

UNITS: dict[str, tuple[Phrase, Phrase]] = {
    "minute": (Phrase("{} minute", "{} 分鐘"), Phrase("{} minutes", "{} 分鐘")),
    "hour": (Phrase("{} hour", "{} 小時"), Phrase("{} hours", "{} 小時")),
    "day": (Phrase("{} day", "{} 天"), Phrase("{} days", "{} 天")),
    "week": (Phrase("{} week", "{} 星期"), Phrase("{} weeks", "{} 星期")),
    "month": (Phrase("{} month", "{} 個月"), Phrase("{} months", "{} 個月")),
    "year": (Phrase("{} year", "{} 年"), Phrase("{} years", "{} 年")),
    "decimal": (Phrase("{} decimal", "{} 位小數"), Phrase("{} decimals", "{} 位小數")),
    "step": (Phrase("{} step", "{} 級"), Phrase("{} steps", "{} 級")),
}
DATE = Phrase("{0} {1} {2} {3}", "{3}年{2}{1}日（{0}）")
DAY_AND_TIME = Phrase("{}, {}", "{}{}")
WEEKDAYS = (
    Phrase("Mon", "週一"),
    Phrase("Tue", "週二"),
    Phrase("Wed", "週三"),
    Phrase("Thu", "週四"),
    Phrase("Fri", "週五"),
    Phrase("Sat", "週六"),
    Phrase("Sun", "週日"),
)
MONTHS = (
    Phrase("Jan", "1月"),
    Phrase("Feb", "2月"),
    Phrase("Mar", "3月"),
    Phrase("Apr", "4月"),
    Phrase("May", "5月"),
    Phrase("Jun", "6月"),
    Phrase("Jul", "7月"),
    Phrase("Aug", "8月"),
    Phrase("Sep", "9月"),
    Phrase("Oct", "10月"),
    Phrase("Nov", "11月"),
    Phrase("Dec", "12月"),
)
DUE_AFTER = Phrase("within {} of {}", "{1} 後 {0} 內")
DUE_AFTER_NOW = Phrase("within {} of this evaluation", "本次評估後 {} 內")
DUE_AFTER_ACTIVE = Phrase("within {} of becoming active", "生效後 {} 內")

# Results

RECOMMENDED_FOR = Phrase("Recommended for {}", "對 {} 的建議")
RECOMMENDED = Phrase("Recommended", "建議")
NOTHING_RECOMMENDED_FOR = Phrase("No recommendation yet for {}", "暫時未能對 {} 提出建議")
NOTHING_RECOMMENDED = Phrase("No recommendation yet", "暫時未能提出建議")
NOT_SETTLED = Phrase("Not settled yet", "尚未確定")
TAG_SETTLED = Phrase("settled", "已確定")
TAG_ASSUMED = Phrase("settled under assumptions", "按假設確定")
TAG_UP_TO = Phrase("open, up to {}", "未定，最高可至 {}")
TAG_DOWN_TO = Phrase("open, down to {}", "未定，最低可至 {}")
TAG_BETWEEN = Phrase("open, {} to {}", "未定，{} 至 {}")
IS_KNOWN = Phrase("Settled: everything asked is known.", "已確定：所有問題都有答案。")
IS_SETTLED = Phrase(
    "Settled: nothing that is still unknown can change this.", "已確定：尚未知道的事，都不會改變這個級別。"
)
IS_ASSUMED = Phrase(
    "Settled as long as the assumptions hold; without them, anything from {} to {} is possible.",
    "只要所作的假設成立，便已確定；若不作假設，由 {} 至 {} 都有可能。",
)
IS_OPEN = Phrase("Open: anything from {} to {} is still possible.", "未定：由 {} 至 {} 都仍有可能。")
BY_THE_LOWEST = Phrase("Until more is known, the protocol goes by the lowest.", "在知道更多之前，規程以最低者為準。")
BY_THE_HIGHEST = Phrase("Until more is known, the protocol goes by the highest.", "在知道更多之前，規程以最高者為準。")
UNTIL = {"lowest": BY_THE_LOWEST, "highest": BY_THE_HIGHEST, "nothing": Phrase("", "")}
NO_LONGER_IN_FORCE = Phrase(
    "No longer in force on {}: this version of the protocol was in force {}.",
    "這個版本的規程在 {} 已不再生效。生效期：{}。",
)
NOT_YET_IN_FORCE = Phrase(
    "Not yet in force on {}: this version of the protocol is in force {}.",
    "這個版本的規程在 {} 尚未生效。生效期：{}。",
)
STEP_RECOMMENDED = Phrase("recommended", "建議")
STEP_POSSIBLE = Phrase("still possible", "仍有可能")

OUT_OF_SCOPE = Phrase("Out of scope", "不屬適用範圍")
SCOPE_UNKNOWN = Phrase("Perhaps out of scope", "可能不屬適用範圍")
WHY = Phrase("Why", "理由")
NO_RULE_RAISES = Phrase("No rule raises the tier above the lowest.", "沒有規則把級別提高至最低級別以上。")
EFFECTS = {"raise_to": Phrase("at least {}", "至少 {}"), "limit_to": Phrase("at most {}", "最多 {}")}
HELD_BACK = Phrase("Rules held back by a limit", "受上限約束的規則")
HELD_BACK_BY = Phrase("Held back by {}", "受限於 {}")
STILL_OPEN = Phrase("Rules still open", "尚未能判斷的規則")
WAITS_FOR = Phrase("Waits for: {}", "有待知道：{}")
AND_MORE = Phrase("{}; and {} more", "{}；另有 {} 項")
PAST_INCIDENTS = Phrase("past incidents", "過往事件")
WHAT_HAPPENED_BEFORE = Phrase("Past incidents: which of them were like this one?", "過往事件：其中哪些與這宗相似？")
THE_TIER = Phrase("the tier", "級別")
CANNOT_MATTER = Phrase("Open too, but they cannot change the tier: {}", "同樣尚未能判斷，但不會改變級別：{}")
ASSUMPTIONS = Phrase("Assumed until known", "在知道前的假設")
TO_DO = Phrase("What to do", "要做的事")
FOR_PEOPLE = Phrase("For people", "服務個人")
FOR_THE_PUBLIC = Phrase("For the coalition and the community", "聯盟及社區行動")
OTHER = Phrase("Other", "其他")
SERVES = {"people": FOR_PEOPLE, "public": FOR_THE_PUBLIC, None: OTHER}
NOTHING_TO_DO = Phrase("No response is called for.", "目前沒有需要採取的行動。")
MAY_FOLLOW = Phrase("What may follow", "之後可能要做的事")
BY_TIME = Phrase("by {}", "{} 前")
OVERDUE = Phrase("overdue", "已逾期")
TIME_NOT_KNOWN = Phrase("{}, which is not known yet", "{}（時間尚未知道）")
FIND_OUT = Phrase("What to find out", "要查明的事")
NOT_KNOWN_YET = Phrase("Not known yet: {}", "尚未知道：{}")
ALSO_UNKNOWN = Phrase("Also not known: {}", "其他未知的事：{}")
KNOWN = Phrase("What is known", "已知的事")
QUESTION = Phrase("Question", "問題")
ANSWER = Phrase("Answer", "答案")
SAID_BY = Phrase("Source", "來源")
MEASURED = Phrase("What it adds up to", "衡量結果")
MEASURE = Phrase("Measure", "衡量項目")
VALUE = Phrase("Value", "結果")
CONDITIONS = Phrase("Conditions", "條件")
UNLESS = Phrase("Unless", "除非")
NOT_FIRED = Phrase("Rules that do not apply", "不適用的規則")
INACTIVE = Phrase("Responses not called for", "不需要的行動")
PEOPLE_DECIDE = Phrase("This is a recommendation. People decide.", "以上是建議，由人作決定。")
VERSION = Phrase("version {}", "版本 {}")
AS_OF = Phrase("As of {}", "截至 {}")
EVALUATED = Phrase("Time of the evaluation", "評估時間")
FINGERPRINT = Phrase("fingerprint {}", "指紋 {}")
STATES = {
    "yes": Phrase("holds", "成立"),
    "no": Phrase("does not hold", "不成立"),
    "unknown": Phrase("not known yet", "尚未知道"),
}
SOURCES = {"published": Phrase("published", "已公開的做法"), "proposed": Phrase("proposed", "擬議")}

# Protocols

IN_FORCE = Phrase("In force", "生效")
FROM_DAY = Phrase("from {}", "由 {} 起")
BEFORE_DAY = Phrase("before {}", "{} 之前")
FROM_AND_BEFORE = Phrase("from {}, before {}", "由 {} 起，{} 之前")
TIMES_IN = Phrase("Times", "時間")
HOW_THE_TIER_IS_FOUND = Phrase(
    "It is the highest tier that a rule asks for, unless a limit holds it down: a limit always wins. "
    "What is not known leaves it open between a lowest and a highest tier.",
    "取各規則所要求的最高級別；若有上限，以上限為準。尚未知道的事，會令級別在最低與最高之間未能確定。",
)
WHILE_OPEN: dict[str, Phrase] = {
    "lowest": Phrase("While it is open, the lowest is recommended.", "未能確定時，建議最低者。"),
    "highest": Phrase("While it is open, the highest is recommended.", "未能確定時，建議最高者。"),
    "nothing": Phrase("While it is open, nothing is recommended.", "未能確定時，不作建議。"),
}
TIERS = Phrase("Tiers", "級別")
MEANS = Phrase("What it means", "意思")
EFFORT = Phrase("Effort", "工作量")
QUESTIONS = Phrase("Questions", "問題")
TYPES: dict[str, Phrase] = {
    "yes_no": Phrase("yes or no", "是或否"),
    "choice": Phrase("One of", "選一項"),
    "scale": Phrase("One of, in order", "按次序選一項"),
    "choices": Phrase("Any of", "可選多項"),
    "moment": Phrase("date and time", "日期和時間"),
    "date": Phrase("date", "日期"),
    "text": Phrase("text", "文字"),
}
A_NUMBER = Phrase("a number", "數字")
A_NUMBER_BETWEEN = Phrase("a number from {} to {}", "由 {} 至 {} 的數字")
A_NUMBER_FROM = Phrase("a number, at least {}", "不小於 {} 的數字")
A_NUMBER_UP_TO = Phrase("a number, at most {}", "不大於 {} 的數字")
DECIMALS = Phrase("{}, with up to {}", "{}，最多 {}")
UNTIL_KNOWN = Phrase("Assumed until known", "在知道前假設")
A_BLANK_MEANS = Phrase("A blank means", "留空代表")
KEPT_PRIVATE = Phrase("Kept private", "不公開")
KEPT_PRIVATE_HOW = Phrase("its answer is not printed unless asked for", "除非特別要求，否則不列出答案")
MORE_OF_IT = Phrase("More of it", "程度越高")
MORE_IS: dict[str, Phrase] = {
    "higher": Phrase("never lowers the tier", "級別不會降低"),
    "lower": Phrase("never raises the tier", "級別不會提高"),
}
CRITERIA = Phrase("Criteria", "準則")
WHEN_TERM = Phrase("When", "條件")
MEASURES = Phrase("Measures", "衡量項目")
POINTS = Phrase("Points", "分數")
IT_IS = Phrase("It is", "結果")
OTHERWISE_CELL = Phrase("otherwise", "其他情況")
FIRST_THAT_HOLDS = Phrase("The first row that holds counts.", "以首個成立的一行為準。")
PATTERNS = Phrase("Patterns", "事件模式")
HOW_MANY_INCIDENTS = Phrase(
    "How many incidents there were, counted back from this one, which counts, too.",
    "由本次事件往回計算的事件數目，本次也計算在內。",
)
PAST_NOT_LOOKED_INTO = Phrase(
    "What hangs on past incidents is not looked into: more time does not help there.",
    "取決於過往事件的條件不在此證明之列，給予更多時間亦然。",
)
WITHIN = Phrase("Within", "時間範圍")
THE_SAME = Phrase("With the same", "相同的")
SCOPE = Phrase("Scope", "適用範圍")
SCOPE_INTRO = Phrase(
    "Out of scope is an incident for which one of these holds.", "有以下任何一項成立的事件，不屬適用範圍。"
)
RULES = Phrase("Rules", "規則")
WHAT_IT_SAYS = Phrase("what {} says", "{} 所定的級別")
RESPONSES = Phrase("Responses", "行動")
OWNER = Phrase("Who", "負責")
DUE = Phrase("By when", "期限")
PROPERTIES = Phrase("Properties", "必須成立的事")
PROPERTIES_INTRO = Phrase(
    "What this protocol is to keep to, whatever the incident.", "無論甚麼事件，本規程都應遵守以下各點。"
)
WHENEVER = Phrase("Whenever", "每當")
THEN = Phrase("Then", "就必須")
IT_NEVER_HAPPENS = Phrase("It never happens", "絕不會發生")
ROLES = Phrase("Roles", "角色")
ROLE = Phrase("Role", "角色")
ORGANIZATION = Phrase("Organization", "機構")
