"""Some possible answers to a question, as data and in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rapid_response.protocol.intervals import Range
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Fact
from rapid_response.protocol.values import decode
from rapid_response.reasoning.cells import Axis
from rapid_response.reasoning.comparisons import domain_of

Case = tuple[tuple[int, int], ...]
"""One answer to a question: axes and the cell that each is then in."""

_WORDS = {
    "en": {
        "yes": "yes",
        "no": "no",
        "or": " or ",
        "comma": ", ",
        "semicolon": "; ",
        "some": "any of these",
        "up": "{} or more",
        "down": "{} or less",
        "span": "{} to {}",
        "later": "{} or later",
        "earlier": "{} or earlier",
        "any": "any answer",
        "none": "none of these",
        "includes": "includes {}",
        "other": "anything else",
    },
    "zh-Hant": {
        "yes": "是",
        "no": "否",
        "or": "或",
        "comma": "、",
        "semicolon": "；",
        "some": "以上任何一項",
        "up": "{}或以上",
        "down": "{}或以下",
        "span": "{}至{}",
        "later": "{}或之後",
        "earlier": "{}或之前",
        "any": "任何答案",
        "none": "以上皆非",
        "includes": "包括{}",
        "other": "其他",
    },
}


@dataclass(frozen=True, slots=True)
class Answers:
    """Some possible answers to the question about a fact.

    `spans` are positions of options, or encoded values, each from a first to a last; of a `choices` fact they are
    options that the answer includes, and `none` says that no option is chosen. `every` says that these are all answers.
    """

    fact: Fact
    zone: str | None
    spans: tuple[Range, ...]
    none: bool = False
    texts: tuple[str | None, ...] = ()
    every: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The answers as plain data: options, texts (None: any other), or the first and the last value."""
        kind = self.fact.type
        match kind.name:
            case "yes_no":
                return {"options": [bool(position) for position in self._positions()]}
            case "scale" | "choice" | "choices":
                options = [kind.options[position] for position in self._positions()]
                return {"options": options, **({"none": self.none} if kind.name == "choices" else {})}
            case "text":
                return {"texts": list(self.texts)}
            case _:
                return {"spans": [[self._bound(end) for end in span] for span in self.spans]}

    def in_language(self, language: str) -> str:
        """The answers in words."""
        words = _WORDS.get(language, _WORDS[DEFAULT_LANGUAGE])
        if self.every:
            return words["any"]
        match self.fact.type.name:
            case "yes_no":
                parts = [words["yes" if position else "no"] for position in self._positions()]
            case "choices":
                parts = [*([words["none"]] if self.none else []), *self._includes(words, language)]
            case "choice":
                parts = [self._option(position, language) for position in self._positions()]
            case "text":
                parts = [words["other"] if text is None else f'"{text}"' for text in self.texts]
            case _:
                parts = [self._span(span, words, language) for span in self.spans]
        return _listed(parts, words)

    def __str__(self) -> str:
        return self.in_language(DEFAULT_LANGUAGE)

    def _positions(self) -> list[int]:
        return [position for first, last in self.spans for position in range(first, last + 1)]

    def _includes(self, words: dict[str, str], language: str) -> list[str]:
        chosen = [self._option(position, language) for position in self._positions()]
        if len(chosen) == len(self.fact.options):
            return [words["includes"].format(words["some"])]
        return [words["includes"].format(_listed(chosen, words))] if chosen else []

    def _option(self, position: int, language: str) -> str:
        return self.fact.options[position].label(language)

    def _bound(self, encoded: int) -> Any:
        return None if encoded in domain_of(self.fact.type) and self._endless else self._plain(encoded)

    @property
    def _endless(self) -> bool:
        return math.isinf(self.fact.type.low) or self.fact.type.name in ("moment", "date")

    def _plain(self, encoded: int) -> Any:
        return decode(self.fact.type, encoded, self.zone)

    def _span(self, span: Range, words: dict[str, str], language: str) -> str:
        scale = self.fact.type.name == "scale"
        low, high = (0, len(self.fact.type.options) - 1) if scale else domain_of(self.fact.type)
        first, last = (self._option(end, language) if scale else str(self._plain(end)) for end in span)
        timed = self.fact.type.name in ("moment", "date")
        if span[0] == span[1]:
            return first
        if span[1] == high:
            return words["later" if timed else "up"].format(first)
        return (
            words["earlier" if timed else "down"].format(last) if span[0] == low else words["span"].format(first, last)
        )


def answers_of(fact: Fact, axes: Sequence[Axis], cases: Sequence[Case], zone: str | None, every: bool) -> Answers:
    """The answers that put the axes of a fact into these cells; `every` says that there are no others."""
    if fact.type.name == "choices":
        chosen = tuple(sorted((axes[axis].option or 0,) * 2 for case in cases for axis, cell in case if cell))
        return Answers(fact, zone, chosen, none=any(not any(cell for _, cell in case) for case in cases), every=every)
    cells = [axes[axis].cells[cell] for case in cases for axis, cell in case]
    last = len(axes[cases[0][0][0]].cells) - 1
    texts = tuple(None if cell.first == last else cell.text for cell in cells) if fact.type.name == "text" else ()
    return Answers(fact, zone, _joined([(cell.first, cell.last) for cell in cells]), texts=texts, every=every)


def _listed(parts: Sequence[str], words: dict[str, str]) -> str:
    """Words in a row, the last one after "or"."""
    *others, last = parts
    comma = words["semicolon" if any(words["comma"] in part for part in parts) else "comma"]
    return words["or"].join([comma.join(others), last]) if others else last


def _joined(spans: Sequence[Range]) -> tuple[Range, ...]:
    """Spans in order, those that touch made one."""
    found: list[Range] = []
    for first, last in spans:
        if found and found[-1][1] + 1 == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return tuple(found)
