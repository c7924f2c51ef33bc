"""The words of what a session says, English and Traditional Chinese side by side."""

from __future__ import annotations

from rapid_response.phrases import Phrase

RECOMMENDED = Phrase("{}: {} is recommended", "{}：建議 {}")
NOTHING_YET = Phrase("{}: nothing is recommended yet", "{}：暫時未有建議")
BEFORE = Phrase("Before: {}.", "之前：{}。")
NEW = Phrase("This incident is new.", "這是新事件。")
POSSIBLE = Phrase("Still possible: {} to {}.", "仍有可能：{} 至 {}。")
SETTLED = Phrase("This is settled, whatever else turns out.", "結果已定，無論再得悉甚麼都不會改變。")
ASSUMED = Phrase("This rests on assumptions. {}", "這基於假設。{}")
RANGE = Phrase("{}: what is possible has changed", "{}：可能的級別有變")
RECOMMENDED_STILL = Phrase("Recommended as before: {}.", "建議不變：{}。")
WHY = Phrase("Why: {}", "原因：{}")
RESPONSES: dict[str, Phrase] = {
    "ResponseActive": Phrase("{}: to do now: {}", "{}：現在要做：{}"),
    "ResponseEnded": Phrase("{}: no longer called for: {}", "{}：不再需要：{}"),
    "ResponseDueChanged": Phrase("{}: another time: {}", "{}：時間有變：{}"),
    "ResponseDue": Phrase("{}: due soon: {}", "{}：即將到期：{}"),
    "ResponseOverdue": Phrase("{}: overdue: {}", "{}：已過期：{}"),
    "ResponseDone": Phrase("{}: done: {}", "{}：已完成：{}"),
}
DUE = Phrase("By {}.", "期限：{}。")
NO_LONGER_DUE = Phrase("Before, it was due by {}.", "之前的期限：{}。")
PATTERN = Phrase("{}: {}", "{}：{}")
COUNTED = Phrase("{}: {}.", "{}：{}。")
TOGETHER_WITH = Phrase("Together with: {}.", "連同：{}。")
ANSWERED = Phrase("{}: now known: {}", "{}：現已得知：{}")
REFUSED = Phrase("{}: a report could not be taken in", "{}：一份報告未能接收")
NO_ID = Phrase("An incident without an id", "沒有編號的事件")
FOR = Phrase("For: {}", "致：{}")
ABOUT = Phrase("About: {}", "關於：{}")
DRAFT = Phrase(
    "A draft, for a person to read, change and send. This is a recommendation. People decide.",
    "這是草稿，請由人閱讀、修改後發出。以上只是建議，由人作決定。",
)
"""At the end of a draft."""
