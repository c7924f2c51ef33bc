"""The names and bare words of a sentence resolved: what each refers to, or which option it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol as Interface

from rapid_response.protocol.combining import MOMENT, TEXT, type_of
from rapid_response.protocol.expressions import (
    Always,
    Condition,
    Constant,
    CriterionHolds,
    FactHolds,
    FactValue,
    MeasureValue,
    Not,
    Now,
    PatternValue,
    ResponseActive,
    TierValue,
    Type,
    Unsettled,
    Value,
)
from rapid_response.protocol.faults import Faulty, Sentence
from rapid_response.protocol.grammar import Syntax
from rapid_response.protocol.hints import described
from rapid_response.protocol.problems import did_you_mean, nearest, one_of


class Names(Interface):
    """What a sentence may refer to."""

    @property
    def zone(self) -> str | None:
        """The protocol's time zone."""

    @property
    def tiers(self) -> Type | None:
        """The kind of the protocol's tiers where a sentence may speak of the tier, else None."""

    @property
    def may_be_unsettled(self) -> bool:
        """Whether a sentence may ask whether the tier is still unsettled."""

    def fact(self, name: str) -> Type | None:
        """The type of a fact, None where there is no such fact."""

    def is_criterion(self, name: str) -> bool:
        """Whether there is a criterion of that name; it is checked first."""

    def measure(self, name: str) -> Type | None:
        """The type of a measure, None where there is no such measure."""

    def pattern(self, name: str) -> Type | None:
        """The type of a pattern, None where there is no such pattern."""

    def is_response(self, name: str) -> bool:
        """Whether a sentence may speak of responses here, and there is one of that name."""

    def known(self) -> Sequence[str]:
        """Every name that a sentence may use here."""


@dataclass(frozen=True, slots=True)
class Word:
    """A bare or quoted word whose meaning depends on what stands on the other side."""

    text: str
    quoted: bool
    tree: Syntax


Operand = Value | Condition | Word


def word(tree: Syntax) -> Word:
    """The word of a name or a text."""
    text = str(tree.children[0])
    return Word(text[1:-1], True, tree) if tree.data == "text" else Word(text, False, tree)


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves the names and words of one sentence, which may refer to `names`."""

    sentence: Sentence
    names: Names

    def named(self, tree: Syntax) -> Operand:
        """What a name refers to, the name as a word where there is nothing of that name."""
        name = str(tree.children[0])
        if name == "now":
            return self.sentence.placed(Now(MOMENT), tree)
        if name == "tier" and self.names.tiers:
            return self.sentence.placed(TierValue(self.names.tiers), tree)
        if name == "unsettled" and self.names.may_be_unsettled:
            return self.sentence.placed(Unsettled(), tree)
        if self.names.is_response(name):
            return self.active(name, tree)
        if (fact := self.names.fact(name)) is not None:
            found: Value | Condition = FactHolds(name) if fact.name == "yes_no" else FactValue(name, fact)
        elif self.names.is_criterion(name):
            found = CriterionHolds(name)
        elif (measure := self.names.measure(name)) is not None:
            found = MeasureValue(name, measure)
        elif (pattern := self.names.pattern(name)) is not None:
            found = PatternValue(name, pattern)
        else:
            return word(tree)
        return self.sentence.placed(found, tree)

    def active(self, name: str, tree: Syntax) -> Condition:
        if (
            self.names.fact(name)
            or self.names.is_criterion(name)
            or self.names.measure(name)
            or self.names.pattern(name)
        ):
            message = f"`{name}` is the name of a response and of something else that may stand here"
            raise self.sentence.fault("RR309", message, tree, "rename one of the two")
        return self.sentence.placed(ResponseActive(name), tree)

    def settled(self, word: Word, kind: Type) -> Value | Condition:
        """A word as an option, text or yes/no of the type beside it."""
        if kind.name == "yes_no" and not word.quoted and word.text in ("yes", "true", "no", "false"):
            return Always() if word.text in ("yes", "true") else Not(Always())
        if kind.name in ("scale", "choice", "choices"):
            return self.option(word, kind)
        if kind.name == "text":
            if word.quoted:
                return Constant(0, TEXT, text=word.text)
            remedy = f'write "{word.text}" in quotes'
            raise self.sentence.fault("RR305", f"`{word.text}` is not text", word.tree, remedy)
        if word.quoted:
            remedy = "leave the quotation marks out"
            raise self.sentence.fault("RR305", f"text is compared with {described(kind)}", word.tree, remedy)
        raise self.unknown(word.tree, word.text)

    def option(self, word: Word, kind: Type) -> Constant:
        """A word as an option of a scale or choice."""
        if word.text in kind.options:
            return self.sentence.placed(Constant(kind.options.index(word.text), kind), word.tree)
        listed = f"write {one_of(kind.options)}"
        remedy = did_you_mean(word.text, [*kind.options, *(() if word.quoted else self.names.known())], listed)
        message = f"`{word.text}` is not an option of {described(kind)}"
        raise self.sentence.fault("RR303", message, word.tree, remedy)

    def refuse_clash(self, operand: Operand, tree: Syntax, kind: Type) -> None:
        """A bare name that is also an option of what it is compared with could mean either."""
        if tree.data != "name" or isinstance(operand, Word) or type_of(operand) is kind:
            return
        if (name := str(tree.children[0])) in kind.options:
            remedy = f'write "{name}" in quotes for the option'
            raise self.sentence.fault("RR309", f"`{name}` is both a name and an option", tree, remedy)

    def unknown(self, tree: Syntax, name: str) -> Faulty:
        """The fault that a name cannot be used here, with what may have been meant."""
        if name in ("tier", "unsettled"):
            where = "responses and properties" if name == "tier" else "responses"
            message = f"`{name}` can only be used in {where}"
            return self.sentence.fault("RR311", message, tree, "say it by the facts themselves")
        if name in ("yes", "no", "true", "false"):
            remedy = "name a fact or criterion of yes or no"
            return self.sentence.fault("RR307", f"`{name}` is not a condition", tree, remedy)
        meant = did_you_mean(name, self.names.known(), "declare it under `facts`, `criteria` or `measures`")
        return self.sentence.fault("RR301", f"unknown name `{name}`", tree, meant)

    def none_known(self, words: list[Word]) -> Faulty:
        """Of words beside each other none is known: one is a misspelt name, the others may well be its options."""
        bare = [word for word in words if not word.quoted]
        if not bare:
            return self.sentence.fault("RR308", "nothing here is a fact, criterion or measure", words[0].tree)
        near = [word for word in bare if word.text in ("tier", "unsettled") or nearest(word.text, self.names.known())]
        for word in near or bare[:1]:
            self.unknown(word.tree, word.text)
        return Faulty()
