"""Some possible answers to a question, as data and in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rapid_response.protocol.intervals import Range
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Fact, Protocol
from rapid_response.protocol.values import decode
from rapid_response.reasoning.cells import Axis
from rapid_response.reasoning.comparisons import domain_of

Case = tuple[tuple[int, int], ...]
"""One answer to a question: axes and the cell that each is then in."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Some possible answers to the question about a fact.

    `spans` are positions of options, or encoded values, each from a first to a last; of a `choices` fact they are
    options that the answer includes, and `none` says that no option is chosen. `texts` are texts, None any other.
    `every` says that these are all answers.
    """

    protocol: Protocol = field(repr=False)
    fact: Fact
    spans: tuple[Range, ...]
    none: bool = False
    texts: tuple[str | None, ...] = ()
    every: bool = False

    @property
    def positions(self) -> tuple[int, ...]:
        """Of a fact with options, or yes (1) and no (0): the positions of the answers."""
        return tuple(position for first, last in self.spans for position in range(first, last + 1))

    @property
    def options(self) -> tuple[str, ...]:
        """Of a fact with options: their names."""
        return tuple(self.fact.type.options[position] for position in self.positions)

    @property
    def domain(self) -> Range:
        """The first and the last value that the fact can have: positions, or encoded."""
        options = self.fact.type.options
        return (0, len(options) - 1) if options else domain_of(self.fact.type)

    def plain(self, encoded: int) -> Any:
        """A position or an encoded value as plain data."""
        match self.fact.type.name:
            case "yes_no":
                return bool(encoded)
            case "scale" | "choice":
                return self.fact.type.options[encoded]
            case _:
                return decode(self.fact.type, encoded, self.protocol.time_zone)

    def to_dict(self) -> dict[str, Any]:
        """The answers as plain data: options, texts (None: any other), or the first and the last value."""
        match self.fact.type.name:
            case "yes_no":
                return {"options": [bool(position) for position in self.positions]}
            case "scale" | "choice":
                return {"options": list(self.options)}
            case "choices":
                return {"options": list(self.options), "none": self.none}
            case "text":
                return {"texts": list(self.texts)}
            case _:
                return {"spans": [[self._bound(end) for end in span] for span in self.spans]}

    def in_language(self, language: str) -> str:
        """The answers in words."""
        from rapid_response.reports.answer_words import answers_in_words

        return answers_in_words(self, language)

    def __str__(self) -> str:
        return self.in_language(DEFAULT_LANGUAGE)

    def _bound(self, encoded: int) -> Any:
        endless = math.isinf(self.fact.type.low) or self.fact.type.name in ("moment", "date")
        return None if endless and encoded in self.domain else self.plain(encoded)


def answers_of(protocol: Protocol, fact: Fact, axes: Sequence[Axis], cases: Sequence[Case], every: bool) -> Answers:
    """The answers that put the axes of a fact into these cells; `every` says that there are no others."""
    if fact.type.name == "choices":
        chosen = tuple(sorted((axes[axis].option or 0,) * 2 for case in cases for axis, cell in case if cell))
        return Answers(
            protocol, fact, chosen, none=any(not any(cell for _, cell in case) for case in cases), every=every
        )
    cells = [axes[axis].cells[cell] for case in cases for axis, cell in case]
    last = len(axes[cases[0][0][0]].cells) - 1
    texts = tuple(None if cell.first == last else cell.text for cell in cells) if fact.type.name == "text" else ()
    return Answers(protocol, fact, _joined([(cell.first, cell.last) for cell in cells]), texts=texts, every=every)


def _joined(spans: Sequence[Range]) -> tuple[Range, ...]:
    """Spans in order, those that touch made one."""
    found: list[Range] = []
    for first, last in spans:
        if found and found[-1][1] + 1 == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return tuple(found)
