"""Decision tables: the domain is cut again and again, so that the rows cover everything and never overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapid_response.protocol.expressions import Type
from rapid_response.testing.choices import Choices
from rapid_response.testing.layout import Document, quoted, scalar
from rapid_response.testing.phrases import YES_NO, Phrase, joined
from rapid_response.testing.sentences import Sentences

_Box = tuple[tuple[int, ...], ...]
"""One row of a table: the options or the two ends that each column allows."""


@dataclass(frozen=True)
class Tables:
    """Makes tables."""

    choices: Choices
    sentences: Sentences

    def table(self, kind: Type | None) -> tuple[dict[str, Document], Type]:
        """A table whose values are of a kind, or numbers, and its type."""
        columns = [self.choices.pick(self.columns()) for _ in range(self.choices.integer(1, 3))]
        boxes: list[_Box] = [tuple(_domain(column.type) for column in columns)]
        for _ in range(self.choices.integer(0, 5)):
            boxes = self.cut(boxes, columns)
        dropped = len(boxes) > 1 and self.choices.chance(40)
        boxes = boxes[1:] if dropped else boxes
        results = [self.sentences.result(kind, 1) for _ in boxes]
        rows: list[Document] = [
            [*map(self.cell, box, columns), scalar(result.text)] for box, result in zip(boxes, results, strict=True)
        ]
        table: dict[str, Document] = {"columns": [column.text for column in columns], "rows": rows}
        if dropped or self.choices.chance(20):
            results.append(self.sentences.result(kind, 1))
            table["otherwise"] = scalar(results[-1].text)
        return {"table": table}, joined(results)

    def columns(self) -> list[Phrase]:
        return [
            *(Phrase(name, YES_NO) for name in self.sentences.names.flags()),
            *self.sentences.names.named("scale", "choice", "number"),
        ]

    def cut(self, boxes: Sequence[_Box], columns: Sequence[Phrase]) -> list[_Box]:
        """One of the boxes in two, where it has a column that can be cut."""
        box = self.choices.pick(boxes)
        position = self.choices.integer(0, len(columns) - 1)
        parts = self.halves(box[position], columns[position].type.name == "number")
        rest = [other for other in boxes if other is not box]
        return [*rest, *((*box[:position], part, *box[position + 1 :]) for part in parts)]

    def halves(self, domain: tuple[int, ...], is_number: bool) -> list[tuple[int, ...]]:
        if is_number:
            low, high = domain
            if low == high:
                return [domain]
            first = min(max(self.choices.integer(-10, 30), low), high - 1)
            return [(low, first), (first + 1, high)]
        chosen = self.choices.subset(domain, least=1)
        others = [option for option in domain if option not in chosen]
        return [tuple(chosen), tuple(others)] if others else [domain]

    def cell(self, domain: tuple[int, ...], column: Phrase) -> Document:
        kind = column.type
        if domain == _domain(kind):
            return "any"
        if kind.name == "yes_no":
            return "yes" if domain == (1,) else "no"
        if kind.name == "number":
            return self.number_cell(domain, kind)
        names = [self.sentences.names.option(self.choices, kind.options[option]) for option in domain]
        if kind.name == "scale" and domain == _domain(kind)[domain[0] :]:
            return quoted(f">= {names[0]}")
        if kind.name == "scale" and len(domain) == domain[-1] - domain[0] + 1 and self.choices.chance(50):
            return quoted(f"{names[0]} to {names[-1]}")
        return quoted(names[0]) if len(names) == 1 else [quoted(name) for name in names]

    def number_cell(self, domain: tuple[int, ...], kind: Type) -> Document:
        below, low, high, above = (_shown(end, kind) for end in (domain[0] - 1, *domain, domain[1] + 1))
        if domain[0] == domain[1]:
            return self.choices.pick((low, quoted(f"== {low}")))
        if domain[1] == kind.high:
            return quoted(self.choices.pick((f">= {low}", f"> {below}")))
        if domain[0] == kind.low:
            return quoted(self.choices.pick((f"<= {high}", f"< {above}")))
        if self.choices.chance(20):
            return [low, quoted(f"{_shown(domain[0] + 1, kind)} to {high}")]
        return quoted(f"{low} to {high}")


def _domain(kind: Type) -> tuple[int, ...]:
    if kind.name == "yes_no":
        return (0, 1)
    return (int(kind.low), int(kind.high)) if kind.name == "number" else tuple(range(len(kind.options)))


def _shown(number: int, kind: Type) -> str:
    return f"{Decimal(number).scaleb(-kind.places):f}"
