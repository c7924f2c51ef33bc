"""The words of the library of versions, English and Traditional Chinese side by side."""

from __future__ import annotations

from rapid_response.phrases import Phrase

FOUND: dict[str, Phrase] = {
    "RV201": Phrase(
        "no version of `{0}` is in force from {1}, before {2}", "由 {1} 起至 {2} 之前，`{0}` 沒有生效的版本"
    ),
    "RV202": Phrase("no version of `{0}` is in force from {1} on", "由 {1} 起，`{0}` 沒有生效的版本"),
    "RV203": Phrase("two versions of `{0}` are in force {1}", "`{0}` 有兩個版本同時生效：{1}"),
    "RV204": Phrase("two versions of `{0}` are called `{1}`", "`{0}` 有兩個版本都稱為 `{1}`"),
}
REMEDIES: dict[str, Phrase] = {
    "RV201": Phrase(
        "let the earlier one be in force until {1}, or the later one from {0}",
        "把較早的版本延長至 {1}，或讓較後的版本由 {0} 起生效",
    ),
    "RV202": Phrase("add the version that follows, or leave out `until`", "加入接續的版本，或刪去 `until`"),
    "RV203": Phrase(
        "end the earlier one with `until`, on the day the later one begins",
        "以 `until` 把較早的版本定於較後版本生效當天終止",
    ),
    "RV204": Phrase("give each its own `version`", "為每個版本定下各自的 `version`"),
}
OTHER = Phrase("the other", "另一個版本")
ALWAYS = Phrase("at all times", "任何時候")
FROM = Phrase("from {}", "由 {} 起")
BEFORE = Phrase("before {}", "{} 之前")
FROM_AND_BEFORE = Phrase("from {}, before {}", "由 {} 起至 {} 之前")
