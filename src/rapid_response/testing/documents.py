"""Whole protocols, well-typed by how they are made, that use everything the language has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from rapid_response.protocol.expressions import Type
from rapid_response.testing import times
from rapid_response.testing.choices import Choices
from rapid_response.testing.layout import Document, quoted, scalar
from rapid_response.testing.measures import Measures
from rapid_response.testing.sentences import TEXTS, Sentences, Vocabulary

UNBOUNDED = 10**9

_Section = dict[str, Document]

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
        self.measures = Measures(self.choices, self.sentences)

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
                return self.sentences.number_within(kind)
            case "moment":
                return quoted(times.moment_words(self.choices, times.instant(self.choices), self.names.zone))
            case "date":
                return times.day(self.choices).isoformat()
            case _:
                return quoted(self.choices.pick(TEXTS))

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
            part, kind = self.measures.measure()
            sections["measures"][f"measure_{number}"] = part if "kind" in part else self.titled(part)
            self.names.measures[f"measure_{number}"] = kind

    def criterion(self) -> Document:
        part: dict[str, Document] = {"when": self.sentences.block(2)}
        if self.choices.chance(20):
            part["unless"] = self.sentences.block(1)
        if self.choices.chance(20):
            part["until_known"] = self.choices.pick(("no", "yes"))
        return self.titled(part)

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
        target = self.sentences.result(kind, 1).text if self.choices.chance(35) else self.choices.pick(useful)
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
