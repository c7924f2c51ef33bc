"""Words of the interface in its two languages, with places for other words."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPACE = "\0"
_NEEDLESS = re.compile(
    "(?<=[「」（），、：；。])\0|\0(?=[「」（），、：；。])|(?<=[\u4e00-\u9fff])\0(?=[\u4e00-\u9fff])"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words with places for other words. Any language but `zh-Hant` gets the English.

    Chinese stands apart from letters and digits, so its phrases have spaces around their places; where other Chinese
    comes to stand there, they go.

    >>> at_least = Phrase("at least {}", "至少 {}")
    >>> at_least("en", "65 years"), at_least("zh-Hant", "65 歲"), at_least("zh-Hant", "「重傷」")
    ('at least 65 years', '至少 65 歲', '至少「重傷」')
    """

    en: str
    zh_hant: str

    def __call__(self, language: str, *words: object) -> str:
        if language == "zh-Hant":
            spaced = self.zh_hant.replace(" ", _SPACE).format(*words)
            return _NEEDLESS.sub("", spaced).replace(_SPACE, " ")
        return self.en.format(*words)
