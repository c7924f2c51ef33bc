"""Whole protocols, well-typed by how they are made, that use everything the language has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rapid_response.protocol.expressions import Type
from rapid_response.testing import times
from rapid_response.testing.choices import Choices
from rapid_response.testing.layout import Document, quoted, scalar
from rapid_response.testing.sentences import (
    TEXTS,
    YES_NO,
    Phrase,
    Sentences,
    Vocabulary,
    at_places,
    fits,
)

UNBOUNDED = 10**9

_Section = dict[str, Document]
_Box = tuple[tuple[int, ...], ...]
"""One row of a table: the options or the two ends that each column allows."""

_OPTIONS = (
    ("none", "some", "many", "all_of_it"),
    ("low", "high"),
    ("yes", "no", "declined"),
    ("now", "on", "NO", "day", "tier"),
    ("only",),
    ("flag_1", "other", "true", "unsettled", "count"),
)
_NUMBERS: tuple[dict[str, str], ...] = (
    {"min": "0", "max": "10"},
    {"min": "1", "max": "4"},
    {"min": "-5", "max": "5"},
    {},
    {"min": "0", "max": "120"},
    {"decimals": "1", "min": "30", "max": "45"},
    {"decimals": "2"},
    {"decimals": "6", "min": "-0.5", "max": "1"},
    {"min": "3"},
    {"max": "-1", "decimals": "1"},
    {"min": "7", "max": "7"},
)
_TITLES: tuple[Document, ...] = (
    "Title",
    {"en": "Title", "zh-Hant": "標題"},
    quoted("It's: #1, [a] {b} - & * ! | > % @ ?"),
)


def document(choices: Choices) -> dict[str, Document]:
    """A protocol."""
    return _Author(choices).protocol()


@dataclass
class _Author:
    choices: Choices

    def __post_init__(self) -> None:
        self.names = Vocabulary(self.choices.pick((*times.ZONES, None)))
        self.sentences = Sentences(self.choices, self.names)

    def protocol(self) -> dict[str, Document]:
        tiers = self.tiers()
        kinds = self.section("kind", 3, self.kind)
        facts = self.facts()
        at = self.at()
        patterns = self.section("pattern", 2, lambda _: self.pattern()) if at else {}
        self.names.measures |= dict.fromkeys(patterns, Type("number", low=0, high=UNBOUNDED))
        definitions: dict[str, _Section] = {"criteria": {}, "measures": {}}
        for number in range(1, self.choices.integer(1, 7)):
            self.define(definitions, number)
        scope = self.section("scope", 2, lambda _: self.gate())
        rules = self.section("rule", 8, lambda _: self.rule(), least=1)
        self.names.in_response = True
        responses = self.section("response", 4, lambda _: self.response())
        sections = {"kinds": kinds, "facts": facts, **definitions, "patterns": patterns}
        sections |= {"out_of_scope": scope, "rules": rules, "responses": responses}
        written = {name: section for name, section in sections.items() if section}
        return {
            "protocol": "generated",
            **self.heading(),
            **at,
            "roles": {"a_role": {"title": "Role"}},
            **tiers,
            **written,
        }

    def heading(self) -> dict[str, Document]:
        heading: dict[str, Document] = {"title": self.choices.pick(_TITLES)}
        if self.names.zone is not None:
            heading["time_zone"] = self.names.zone
        if self.choices.chance(60):
            heading["if_unsettled"] = self.choices.pick(("lowest", "highest", "nothing"))
        return heading

    def at(self) -> dict[str, Document]:
        """Seldom nothing, where there is a moment."""
        moments = [name for name, kind in self.names.facts.items() if kind.name == "moment"]
        return {"at": self.choices.pick(moments)} if moments and self.choices.chance(70) else {}

    def section(self, word: str, most: int, part: Callable[[str], Document], least: int = 0) -> _Section:
        """Some parts, numbered by their place."""
        return {name: part(name) for name in self.numbered(word, self.choices.integer(least, most))}

    def numbered(self, word: str, count: int) -> list[str]:
        return [f"{word}_{number}" for number in range(1, count + 1)]

    def titled(self, part: dict[str, Document]) -> dict[str, Document]:
        return {"title": self.choices.pick(_TITLES), **part} if self.choices.chance(10) else part

    # Tiers, kinds and facts

    def tiers(self) -> dict[str, Document]:
        names = self.numbered("tier", self.choices.pick((2, 3, 3, 4, 4, 5, 6, 1)))
        self.names.kinds["tiers"] = Type("scale", kind="tiers", options=tuple(names), low=0, high=len(names) - 1)
        effort: Document = {"effort": {"hours": "1.5"}}
        return {"tiers": {name: effort if self.choices.chance(10) else self.titled({}) for name in names}}

    def kind(self, name: str) -> Document:
        return self.titled(
            self.typed(self.names.kinds, name, self.choices.pick(("scale", "choice", "scale", "choice", "choices")))
        )

    def facts(self) -> dict[str, Document]:
        types = ("yes_no", "scale", "number", "number", "choice", "choices", "moment", "date", "text", "kind", "kind")
        chosen = ["yes_no", *(self.choices.pick(types) for _ in range(self.choices.integer(0, 9)))]
        words = {"yes_no": "flag", "choices": "several", "kind": "shared"}
        named = [(f"{words.get(kind, kind)}_{number}", kind) for number, kind in enumerate(chosen, 1)]
        return {name: self.fact(name, kind) for name, kind in named}

    def fact(self, name: str, kind: str) -> Document:
        if kind == "kind":
            shared = self.choices.pick(list(self.names.kinds))
            self.names.facts[name] = self.names.kinds[shared]
            part: dict[str, Document] = {"kind": shared}
        else:
            part = self.typed(self.names.facts, name, kind)
        if self.choices.chance(30):
            stated = self.choices.pick(("until_known", "until_known", "blank_means"))
            part[stated] = self.answer(self.names.facts[name])
        if self.choices.chance(5):
            part["private"] = "yes"
        return self.titled(part)

    def typed(self, into: dict[str, Type], name: str, kind: str) -> dict[str, Document]:
        """The keys that give a fact or kind its type, which is put down under its name."""
        if kind == "number":
            return self.number(into, name)
        if kind not in ("scale", "choice", "choices"):
            into[name] = Type(kind)  # type: ignore[arg-type]
            return {"type": kind}
        options = self.choices.pick(_OPTIONS)
        high = 2 ** len(options) - 1 if kind == "choices" else len(options) - 1
        into[name] = Type(kind, kind=name, options=options, low=0, high=high)  # type: ignore[arg-type]
        titled = self.choices.chance(15)
        return {"type": kind, "options": dict.fromkeys(options, "Words") if titled else list(options)}

    def number(self, into: dict[str, Type], name: str) -> dict[str, Document]:
        stated = self.choices.pick(_NUMBERS)
        places = int(stated.get("decimals", "0"))
        low, high = (Decimal(stated.get(key, str(end))) for key, end in (("min", -UNBOUNDED), ("max", UNBOUNDED)))
        ends = int(low.scaleb(places)), int(high.scaleb(places))
        into[name] = Type("number", places=places, low=ends[0], high=ends[1])
        return {"type": "number", **stated}

    def answer(self, kind: Type) -> Document:
        """A value as a protocol file states it."""
        match kind.name:
            case "yes_no":
                return self.choices.pick(("no", "yes", "false", "true"))
            case "scale" | "choice":
                return scalar(self.choices.pick(kind.options))
            case "choices":
                return [scalar(name) for name in self.choices.subset(kind.options)]
            case "number":
                return self.number_within(kind)
            case "moment":
                return quoted(times.moment_words(self.choices, times.instant(self.choices), self.names.zone))
            case "date":
                return times.day(self.choices).isoformat()
            case _:
                return quoted(self.choices.pick(TEXTS))

    def number_within(self, kind: Type) -> str:
        unit = 10**kind.places
        low = max(int(kind.low), -20 * unit) if kind.high >= -20 * unit else int(kind.low)
        high = max(low, min(int(kind.high), 20 * unit))
        return f"{Decimal(self.choices.integer(low, high)).scaleb(-kind.places):f}"

    # Patterns, criteria and measures

    def pattern(self) -> Document:
        """Counted by facts alone: what changes with time is refused."""
        self.names.timeless = True
        part: dict[str, Document] = {"where": self.sentences.block(1)} if self.choices.chance(80) else {}
        self.names.timeless = False
        if self.choices.chance(60):
            part["same"] = list(dict.fromkeys(self.choices.subset(list(self.names.facts))))[:2]
        return self.titled({**part, "within": times.length(self.choices)})

    def define(self, sections: dict[str, _Section], number: int) -> None:
        """One more criterion or measure, which may refer to those before it."""
        if self.choices.chance(50):
            sections["criteria"][f"criterion_{number}"] = self.criterion()
            self.names.criteria.append(f"criterion_{number}")
        else:
            part, kind = self.measure()
            sections["measures"][f"measure_{number}"] = part
            self.names.measures[f"measure_{number}"] = kind

    def criterion(self) -> Document:
        part: dict[str, Document] = {"when": self.sentences.block(2)}
        if self.choices.chance(20):
            part["unless"] = self.sentences.block(1)
        if self.choices.chance(20):
            part["until_known"] = self.choices.pick(("no", "yes"))
        return self.titled(part)

    def measure(self) -> tuple[Document, Type]:
        """A measure in one of the six forms, and its type."""
        kinds = [kind for kind in self.names.kinds.values() if kind.name in ("scale", "choice")]
        kind = self.choices.pick([None, None, *kinds, *(kind for kind in kinds if kind.name == "choice")])
        forms = (self.formula, self.points, self.cases, self.values, self.bands, self.table)
        part, value = self.choices.pick(forms)(kind)
        if not fits(value):
            part, value = self.points(None)
        if value.name == "number" or kind is None:
            return self.titled(part), value
        return {"kind": kind.kind, **part}, value

    def formula(self, kind: Type | None) -> tuple[dict[str, Document], Type]:
        result = self.result(kind, 2)
        return {"formula": scalar(result.text)}, result.type

    def result(self, kind: Type | None, depth: int) -> Phrase:
        """A value of a kind, or a number."""
        if kind is None:
            return self.sentences.number(depth)
        alike = [phrase for phrase in self.names.named(kind.name) if phrase.type.alike(kind)]
        if not alike or self.choices.chance(50):
            return self.sentences.option(kind)
        start = self.choices.pick(alike)
        return self.sentences.scale(start, depth) if kind.name == "scale" else start

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
        results = [self.result(kind, 1) for _ in range(self.choices.integer(1, 4))]
        rows: list[Document] = [{"when": self.sentences.block(1), "is": scalar(result.text)} for result in results[:-1]]
        return {"cases": [*rows, {"otherwise": scalar(results[-1].text)}]}, _joined(results)

    def values(self, kind: Type | None) -> tuple[dict[str, Document], Type]:
        by = self.names.named("scale", "choice", "choices")
        if not by:
            return self.points(kind)
        fact = self.choices.pick(by)
        if fact.type.name == "choices":
            return self.taken(fact, kind)
        results = {name: self.result(kind, 1) for name in fact.type.options}
        return {"by": fact.text, "values": _texts(results)}, _joined(results.values())

    def taken(self, fact: Phrase, kind: Type | None) -> tuple[dict[str, Document], Type]:
        take = self.choices.pick(("highest", "lowest", "sum"))
        kind = kind if kind and kind.name == "scale" and take != "sum" else None
        results = {name: self.plain_result(kind) for name in fact.type.options}
        if take != "sum" or self.choices.chance(50):
            results["empty"] = self.plain_result(kind)
        value = _summed([phrase.type for phrase in results.values()]) if take == "sum" else _joined(results.values())
        return {"by": fact.text, "values": _texts(results), "take": take}, value

    def bands(self, kind: Type | None) -> tuple[dict[str, Document], Type]:
        by = self.sentences.number(1)
        edges = sorted({Decimal(self.number_within(by.type)) for _ in range(self.choices.integer(1, 3))})
        top = Decimal(int(by.type.high)).scaleb(-by.type.places)
        covering = self.choices.chance(30) and edges[-1] < top
        results = [self.result(kind, 1) for _ in range(len(edges) + 1)]
        rows = [self.band(edge, result) for edge, result in zip(edges, results, strict=False)]
        last = (
            {"up_to": f"{top:f}", "is": scalar(results[-1].text)}
            if covering
            else {"otherwise": scalar(results[-1].text)}
        )
        return {"by": scalar(by.text), "bands": [*rows, last]}, _joined(results)

    def band(self, edge: Decimal, result: Phrase) -> Document:
        return {self.choices.pick(("up_to", "below")): f"{edge:f}", "is": scalar(result.text)}

    # Tables: the domain is cut again and again, so that the rows cover everything and never overlap

    def table(self, kind: Type | None) -> tuple[dict[str, Document], Type]:
        columns = [self.choices.pick(self.columns()) for _ in range(self.choices.integer(1, 3))]
        boxes: list[_Box] = [tuple(_domain(column.type) for column in columns)]
        for _ in range(self.choices.integer(0, 5)):
            boxes = self.cut(boxes, columns)
        dropped = len(boxes) > 1 and self.choices.chance(40)
        boxes = boxes[1:] if dropped else boxes
        results = [self.result(kind, 1) for _ in boxes]
        rows: list[Document] = [
            [*map(self.cell, box, columns), scalar(result.text)] for box, result in zip(boxes, results, strict=True)
        ]
        table: dict[str, Document] = {"columns": [column.text for column in columns], "rows": rows}
        if dropped or self.choices.chance(20):
            results.append(self.result(kind, 1))
            table["otherwise"] = scalar(results[-1].text)
        return {"table": table}, _joined(results)

    def columns(self) -> list[Phrase]:
        return [*(Phrase(name, YES_NO) for name in self.names.flags()), *self.names.named("scale", "choice", "number")]

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
        names = [self.names.option(self.choices, kind.options[option]) for option in domain]
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

    # Rules and responses

    def gate(self) -> dict[str, Document]:
        part: dict[str, Document] = {"when": self.sentences.block(2)}
        if self.choices.chance(25):
            part["unless"] = self.sentences.block(1)
        if self.choices.chance(20):
            part["because"] = self.choices.pick(_TITLES)
            part["source"] = "published"
        return self.titled(part)

    def rule(self) -> Document:
        kind = self.names.kinds["tiers"]
        effect = self.choices.pick(("raise_to", "raise_to", "limit_to"))
        useful = (kind.options[1:] if effect == "raise_to" else kind.options[:-1]) or kind.options
        target = self.result(kind, 1).text if self.choices.chance(35) else self.choices.pick(useful)
        gate = self.gate()
        if self.choices.chance(10):
            gate.pop("when")
        return {**gate, effect: scalar(target)}

    def response(self) -> Document:
        part = self.gate()
        if self.choices.chance(40):
            moments = [phrase.text for phrase in self.names.named("moment")]
            after = self.choices.pick(("now", "active", *moments, *moments))
            part["due"] = f"{self.choices.pick(times.DUE)} after {after}"
        if self.choices.chance(30):
            part |= {"serves": self.choices.pick(("people", "public")), "owner": "a_role", "effort": {"hours": "2"}}
        return part


def _domain(kind: Type) -> tuple[int, ...]:
    if kind.name == "yes_no":
        return (0, 1)
    return (int(kind.low), int(kind.high)) if kind.name == "number" else tuple(range(len(kind.options)))


def _shown(number: int, kind: Type) -> str:
    return f"{Decimal(number).scaleb(-kind.places):f}"


def _texts(results: dict[str, Phrase]) -> Document:
    return {name: scalar(phrase.text) for name, phrase in results.items()}


def _summed(adds: Sequence[Type]) -> Type:
    places = max(add.places for add in adds)
    ends = [int(at_places(add, places).low) for add in adds]
    low, high = sum(min(end, 0) for end in ends), sum(max(end, 0) for end in ends)
    return Type("number", places=places, low=low, high=high)


def _joined(results: Collection[Phrase]) -> Type:
    kinds = [phrase.type for phrase in results]
    if kinds[0].name != "number":
        return kinds[0]
    levelled = [at_places(kind, max(kind.places for kind in kinds)) for kind in kinds]
    return replace(levelled[0], low=min(kind.low for kind in levelled), high=max(kind.high for kind in levelled))
