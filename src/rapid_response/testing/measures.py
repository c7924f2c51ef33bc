"""Measures in each of the forms that the language has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapid_response.protocol.expressions import Type
from rapid_response.testing.choices import Choices
from rapid_response.testing.layout import Document, scalar
from rapid_response.testing.phrases import Phrase, at_places, fits, joined
from rapid_response.testing.sentences import Sentences
from rapid_response.testing.tables import Tables


@dataclass(frozen=True)
class Measures:
    """Makes measures."""

    choices: Choices
    sentences: Sentences

    def measure(self) -> tuple[dict[str, Document], Type]:
        """A measure in one of the six forms, and its type; a number has no `kind`."""
        kinds = [kind for kind in self.sentences.names.kinds.values() if kind.name in ("scale", "choice")]
        kind = self.choices.pick([None, None, *kinds, *(kind for kind in kinds if kind.name == "choice")])
        table = Tables(self.choices, self.sentences).table
        forms = (self.formula, self.points, self.cases, self.values, self.bands, table)
        part, value = self.choices.pick(forms)(kind)
        if not fits(value):
            part, value = self.points(None)
        if value.name == "number" or kind is None:
            return part, value
        return {"kind": kind.kind, **part}, value

    def formula(self, kind: Type | None) -> tuple[dict[str, Document], Type]:
        result = self.sentences.result(kind, 2)
        return {"formula": scalar(result.text)}, result.type

    def plain_result(self, kind: Type | None) -> Phrase:
        """An option of a kind, or a number written out."""
        if kind is not None:
            return self.sentences.option(kind)
        return self.sentences.constant(Type("number", places=self.choices.pick((0, 0, 1)), low=-100, high=100))

    def points(self, _: Type | None) -> tuple[dict[str, Document], Type]:
        rows: list[Document] = []
        adds: list[Type] = []
        for _row in range(self.choices.integer(1, 4)):
            add = self.plain_result(None)
            adds.append(add.type)
            rows.append({"add": add.text, "when": self.sentences.block(1)})
        return {"points": rows}, _summed(adds)

    def cases(self, kind: Type | None) -> tuple[dict[str, Document], Type]:
        results = [self.sentences.result(kind, 1) for _ in range(self.choices.integer(1, 4))]
        rows: list[Document] = [{"when": self.sentences.block(1), "is": scalar(result.text)} for result in results[:-1]]
        return {"cases": [*rows, {"otherwise": scalar(results[-1].text)}]}, joined(results)

    def values(self, kind: Type | None) -> tuple[dict[str, Document], Type]:
        by = self.sentences.names.named("scale", "choice", "choices")
        if not by:
            return self.points(kind)
        fact = self.choices.pick(by)
        if fact.type.name == "choices":
            return self.taken(fact, kind)
        results = {name: self.sentences.result(kind, 1) for name in fact.type.options}
        return {"by": fact.text, "values": _texts(results)}, joined(results.values())

    def taken(self, fact: Phrase, kind: Type | None) -> tuple[dict[str, Document], Type]:
        take = self.choices.pick(("highest", "lowest", "sum"))
        kind = kind if kind and kind.name == "scale" and take != "sum" else None
        results = {name: self.plain_result(kind) for name in fact.type.options}
        if take != "sum" or self.choices.chance(50):
            results["empty"] = self.plain_result(kind)
        value = _summed([phrase.type for phrase in results.values()]) if take == "sum" else joined(results.values())
        return {"by": fact.text, "values": _texts(results), "take": take}, value

    def bands(self, kind: Type | None) -> tuple[dict[str, Document], Type]:
        by = self.sentences.number(1)
        edges = sorted({Decimal(self.sentences.number_within(by.type)) for _ in range(self.choices.integer(1, 3))})
        top = Decimal(int(by.type.high)).scaleb(-by.type.places)
        covering = self.choices.chance(30) and edges[-1] < top
        results = [self.sentences.result(kind, 1) for _ in range(len(edges) + 1)]
        rows = [self.band(edge, result) for edge, result in zip(edges, results, strict=False)]
        last = (
            {"up_to": f"{top:f}", "is": scalar(results[-1].text)}
            if covering
            else {"otherwise": scalar(results[-1].text)}
        )
        return {"by": scalar(by.text), "bands": [*rows, last]}, joined(results)

    def band(self, edge: Decimal, result: Phrase) -> Document:
        return {self.choices.pick(("up_to", "below")): f"{edge:f}", "is": scalar(result.text)}


def _texts(results: dict[str, Phrase]) -> Document:
    return {name: scalar(phrase.text) for name, phrase in results.items()}


def _summed(adds: Sequence[Type]) -> Type:
    places = max(add.places for add in adds)
    ends = [int(at_places(add, places).low) for add in adds]
    low, high = sum(min(end, 0) for end in ends), sum(max(end, 0) for end in ends)
    return Type("number", places=places, low=low, high=high)
