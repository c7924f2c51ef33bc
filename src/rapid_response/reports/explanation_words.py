"""The words of explanations and interviews, English and Traditional Chinese side by side."""

from __future__ import annotations

from rapid_response.phrases import Phrase

# Why this tier

WHY_THIS = Phrase("Why this tier", "為何是這個級別")
WHY_THIS_RANGE = Phrase("Why no more and no less is possible", "為何只餘這些可能")
FORCED = Phrase(
    "These facts alone lead there, whatever the others turn out to be.", "單憑以下事實已得出這個結果，不論其他事如何。"
)
FORCED_RANGE = Phrase(
    "These facts alone leave {} to {}, whatever the others turn out to be.",
    "單憑以下事實，便只餘 {} 至 {}，不論其他事如何。",
)
FORCED_BY_NOTHING = Phrase("The protocol alone leads there, whatever the facts.", "不論事實如何，規程都得出這個結果。")
NOTHING_NARROWS = Phrase("Nothing that is known narrows it down.", "已知的事都未能收窄範圍。")
NO_FEWER = Phrase("No fewer facts would be enough.", "少於這些事實便不足夠。")
PERHAPS_FEWER = Phrase(
    "None of them can be left out; perhaps others, fewer, would do.", "以上缺一不可；或有更少的其他事實已足夠。"
)
NOT_WORKED_OUT = Phrase("Which facts alone lead there could not be worked out.", "未能找出單憑哪些事實已得出這個結果。")
NOT_PROVED = Phrase(
    "Not proved: the range is safe, but it may be wider than what can really happen.",
    "未經證明：這個範圍是穩妥的，但可能比實際的可能更闊。",
)

# What to ask next

ASK_NEXT = Phrase("What to ask next", "接著要問的事")
NOTHING_TO_ASK = Phrase("Nothing that is still unknown can change anything.", "尚未知道的事，都不會改變任何結果。")
ONLY_RESPONSES = Phrase(
    "The tier is settled. These answers only change what to do.", "級別已確定。以下答案只影響要做的事。"
)
ANSWERS_LEFT = Phrase(
    "Asked in this order, it takes at most {} answers until the tier is settled.",
    "按這個次序發問，最多 {} 個答案便可確定級別。",
)
ONE_ANSWER_LEFT = Phrase("One answer settles the tier.", "只需一個答案便可確定級別。")
FOR_THE_TIER = Phrase("For the tier", "影響級別")
FOR_RESPONSES = Phrase("For what to do", "只影響要做的事")
IT_IS = Phrase("{}, settled", "確定為 {}")
NOT_NARROWED = Phrase("no answer narrows it down alone", "單憑這個答案未能收窄範圍")
NOT_SETTLED_ALONE = Phrase("no answer settles alone what to do", "單憑這個答案未能確定要做的事")
AS_OPEN = Phrase("as open as before", "範圍不變")
CALLS_FOR = Phrase("calls for {}", "需要 {}")
RULES_OUT = Phrase("does without {}", "不需要 {}")
LEAVES_OPEN = Phrase("leaves what to do open", "要做的事仍未定")
ANY_ANSWER = Phrase("any answer", "任何答案")
INCLUDES_ANY = Phrase("includes any of these", "包括以上任何一項")
INCLUDES_ANY_BUT = Phrase("includes any but {}", "包括 {} 以外的任何一項")
NONE_OF_THESE = Phrase("none of these", "以上皆非")
ANOTHER = Phrase("anything else", "其他")
SINCE, LATER_THAN = Phrase("{} or later", "{} 或之後"), Phrase("later than {}", "晚於 {}")
UNTIL, EARLIER_THAN = Phrase("{} or earlier", "{} 或之前"), Phrase("earlier than {}", "早於 {}")
AFTER_THAT = Phrase("After that", "之後")
PAST_UNKNOWN = {
    "tier": Phrase(
        "Past incidents can still change the tier: they were not given, or not enough is known of them.",
        "過往事件仍可能改變級別：未有提供過往事件，或所知不足。",
    ),
    "responses": Phrase(
        "Past incidents can still change what to do: they were not given, or not enough is known of them.",
        "過往事件仍可能改變要做的事：未有提供過往事件，或所知不足。",
    ),
}
CANNOT_MATTER = Phrase("Cannot change anything any more: {}", "不會再改變任何結果：{}")
TO_BE_SAFE = Phrase(
    "Asked to be safe, as it is not proved that it still matters: {}", "為穩妥而問，未能證明仍有影響：{}"
)

# Why not another tier, and what would lead to it

WHY_NOT = Phrase("Why not {}", "為何不是 {}")
WHAT_WOULD = Phrase("What would lead to {}", "怎樣才會是 {}")
IS_RECOMMENDED = Phrase("It is what is recommended.", "這正是所建議的級別。")
STILL_POSSIBLE = Phrase("It is still possible, once more is known.", "知道更多後，仍有可能。")
NOT_RULED_OUT = Phrase("It is not ruled out, nor is it proved to be possible.", "未能排除，亦未能證明有可能。")
RULED_OUT = Phrase(
    "It is out of the question, whatever the missing facts turn out to be.", "不論未知的事如何，都不可能。"
)
COULD_HAVE_RAISED = Phrase("Rules that could have raised it", "本可提高級別的規則")
LACKED = Phrase("What it lacked:", "欠缺：")
EXCEPTED = Phrase("What stood in its way:", "例外情況：")
HELD_DOWN = Phrase("Limits that hold it down", "壓低級別的上限")
RAISED_BEYOND = Phrase("Rules that raise it higher", "把級別提得更高的規則")
DIFFERENCES = Phrase("The smallest differences", "最小的分別")
WOULD_HAVE_BEEN = (
    Phrase("It would have been {} had this been so:", "若是這樣，便會是 {}："),
    Phrase("It would have been {} had one of these been so:", "若有以下任何一項，便會是 {}："),
)
TURNS_OUT = (
    Phrase("It will be {} if this turns out to be so:", "若查明是這樣，便會是 {}："),
    Phrase("It will be {} if one of these turns out to be so:", "若查明有以下任何一項，便會是 {}："),
)
NOTHING_LEADS = Phrase("No change of facts leads there.", "無論改變甚麼事實，都不會得出這個結果。")
NOTHING_UNKNOWN_LEADS = Phrase(
    "Nothing that is still unknown leads there, however it turns out.", "尚未知道的事無論如何，都不會得出這個結果。"
)
NONE_FOUND = Phrase(
    "No change was found that leads there. The search was given up before everything was tried, so there may be one.",
    "未找到會得出這個結果的改變。未及試完所有可能便停止了搜尋，所以仍可能有。",
)
PERHAPS_LESS = Phrase(
    "The search was given up before everything was tried: perhaps fewer facts would do.",
    "未及試完所有可能便停止了搜尋：或有更少的事實已足夠。",
)
NOT_ALL = Phrase("These are not all; other facts may lead there too.", "以上並非全部，其他事實也可能得出這個結果。")
KEPT = Phrase("Kept as it is: {}", "維持不變：{}")
PRESENTLY = Phrase("now {}", "現為 {}")

# Interviews

HOW_TO_ANSWER = Phrase(
    "Answer each question, then press Enter. ? if it is not known, b to go back, q to stop.",
    "回答後按 Enter。不知道請按 ?，返回上一題請按 b，停止請按 q。",
)
RANGE_LEFT = Phrase("{} to {}.", "{} 至 {}。")
TIER_SETTLED = Phrase("{}, settled. The rest is about what to do.", "確定為 {}。餘下的只影響要做的事。")
QUESTIONS_LEFT = Phrase("At most {} questions remain.", "最多還有 {} 題。")
ONE_QUESTION_LEFT = Phrase("At most 1 question remains.", "最多還有 1 題。")
SEVERAL = Phrase(
    "Several numbers with spaces between, or 0 for none of these.", "可選多項，以空格分開；以上皆非請按 0。"
)
LIKE = Phrase("{}, like {}", "{}，例如 {}")
ONE_LINE = Phrase("Text, on one line", "文字，寫在一行內")
STAYS_PRIVATE = Phrase(
    "This stays private: it is not shown, nor while you type.", "這項不公開：不會顯示，輸入時也看不見。"
)
FIRST_QUESTION = Phrase("This is the first question.", "這是第一題。")
NOT_A_CHOICE = Phrase("Please type a number from {} to {}.", "請輸入 {} 至 {} 的號碼。")
NOT_A_NUMBER = Phrase("Please type a number.", "請輸入數字。")
DOES_NOT_FIT = Phrase("That does not fit.", "這個答案不適用。")
DOES_NOT_FIT_AS = Phrase("That does not fit: {}.", "這個答案不適用（{}）。")
ALL_ASKED = Phrase("Nothing else needs to be asked.", "沒有其他要問的事。")
STOPPED = Phrase("Stopped here. What was not asked counts as not known.", "到此為止。未問的事，當作不知道。")
EXISTS = Phrase(
    "{} exists already. Replace it at the end? yes or no", "{} 已經存在。完成後要取代它嗎？請答「是」或「否」"
)
NOT_REPLACED = Phrase(
    "Nothing was changed. Choose another name to save as.", "沒有作出任何更改。請選用另一個檔案名稱。"
)
CANNOT_WRITE = Phrase("{} cannot be written. Choose another name to save as.", "無法寫入 {}。請選用另一個檔案名稱。")
SAVED = Phrase("Saved in {}.", "已存於 {}。")
SAVE_AS = Phrase(
    "To keep these answers, type the name of a file, like tonight.yaml. Enter alone keeps nothing.",
    "要保留以上答案，請輸入檔案名稱，例如 tonight.yaml。只按 Enter 則不保留。",
)
NOT_SAVED = Phrase(
    "{} could not be saved: {}. Copy the incident from here, so that nothing is lost:",
    "未能存於 {}：{}。請從這裡複製事件，以免遺失：",
)
SHOWN_PRIVATE = Phrase("It holds answers that are private.", "當中有不公開的答案。")
SAVED_PRIVATE = Phrase("The file holds answers that are private.", "檔案內有不公開的答案。")
