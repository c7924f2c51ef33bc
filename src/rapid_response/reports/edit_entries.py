"""What two versions of a protocol say otherwise, part by part, in words that a coordinator reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rapid_response.phrases import Phrase
from rapid_response.protocol.expressions import Condition, Constant, Type, Value
from rapid_response.protocol.model import Due, Fact, Named, Option, Property, Protocol, Text, Window
from rapid_response.proving.edits import Changed, Edit
from rapid_response.proving.shapes import Part
from rapid_response.reports import catalogue as say
from rapid_response.reports import comparison_words as compared
from rapid_response.reports.document import Block, Entry, Items, Line, Paragraph, Section, Terms, run
from rapid_response.reports.protocol_document import answer_words, part_entry
from rapid_response.reports.vocabulary import capital, clean
from rapid_response.reports.words import Wording


def edit_sections(edits: Sequence[Edit], old: Protocol, new: Protocol, language: str) -> Iterator[Section]:
    """The edits under the titles of their sections."""
    writing = _Writing(Wording(old, language), Wording(new, language), language)
    for section, title in compared.SECTIONS.items():
        entries = tuple(writing.entry(edit) for edit in edits if edit.section == section)
        if entries:
            yield Section(title(language), entries)


@dataclass(frozen=True, slots=True)
class _Writing:
    old: Wording
    new: Wording
    language: str

    def entry(self, edit: Edit) -> Entry:
        part = edit.new or edit.old
        assert part is not None
        words = self.new if edit.new else self.old
        kind = compared.KINDS[edit.kind](self.language)
        title = (run(self.label(words, part), "strong"), run(say.IN_BRACKETS(self.language, kind), "quiet"))
        return Entry(title, tuple(self.blocks(edit, words, part)))

    def label(self, words: Wording, part: Part) -> str:
        match part:
            case Protocol():
                return words.protocol_title()
            case Property():
                return clean(part.name.in_language(self.language))
            case _:
                return words.label(part)

    def blocks(self, edit: Edit, words: Wording, part: Part) -> Iterator[Block]:
        if edit.old is None or edit.new is None:
            assert not isinstance(part, Protocol)
            yield from part_entry(words.protocol, part, self.language).blocks
            return
        if str(edit.old.name) != str(edit.new.name) and not isinstance(part, Protocol):
            yield Paragraph((run(f"{edit.old.name} → {edit.new.name}", "code"),))
        rows = tuple(
            (compared.FIELDS[change.field](self.language), self.change(edit, change)) for change in edit.changed
        )
        if rows:
            yield Terms(rows)

    def change(self, edit: Edit, change: Changed) -> Items:
        """What one line said and what it says; of lists of conditions and options only what differs."""
        gone, come = self.listed(change)
        if gone or come:
            lines = [self.side(compared.NO_LONGER, self.part(self.old, part)) for part in gone]
            return Items((*lines, *(self.side(compared.NEWLY, self.part(self.new, part)) for part in come)))
        before = self.said(self.old, edit.old, change.field, change.before)
        after = self.said(self.new, edit.new, change.field, change.after)
        if isinstance(change.before, Text) and before == after:
            before, after = self.elsewhere(change.before, change.after)
        return Items((self.side(compared.BEFORE, before), self.side(compared.AFTER, after)))

    def listed(self, change: Changed) -> tuple[Sequence[Condition | Option], Sequence[Condition | Option]]:
        if change.field != "options":
            return change.gone, change.come
        shapes = [{option.name: option for option in options} for options in (change.before, change.after)]
        before, after = shapes
        gone = [option for name, option in before.items() if name not in after or after[name] != option]
        return gone, [option for name, option in after.items() if name not in before or before[name] != option]

    def part(self, words: Wording, part: Condition | Option) -> str:
        return clean(part.label(self.language)) if isinstance(part, Option) else words.condition(part)

    def side(self, heading: Phrase, said: str) -> Line:
        return (run(capital(heading(self.language)) + say.COLON(self.language), "quiet"), run(said))

    def elsewhere(self, before: Text, after: Text) -> tuple[str, str]:
        """Words in another language, where those in this one are the same."""
        tags = [*before.by_language, *(tag for tag in after.by_language if tag not in before.by_language)]
        tag = next(tag for tag in tags if before.by_language.get(tag) != after.by_language.get(tag))
        sides = (text.by_language.get(tag, "") for text in (before, after))
        first, second = (
            compared.IN_LANGUAGE(self.language, clean(side), tag) if side else self.nothing for side in sides
        )
        return first, second

    @property
    def nothing(self) -> str:
        return compared.NOT_STATED(self.language)

    # One line

    def said(self, words: Wording, part: Part | None, field: str, value: Any) -> str:
        """What a line says in words."""
        match value:
            case None | "":
                return self.nothing
            case _ if isinstance(part, Fact) and field in ("assumed", "blank"):
                return words.value(part, list(value) if isinstance(value, tuple) else value)
            case Text():
                return clean(value.in_language(self.language)) or self.nothing
            case Type():
                return answer_words(words.protocol, part, self.language) if isinstance(part, Fact) else value.name
            case Window():
                return words.in_force() or self.nothing
            case Due():
                return words.due(value)
            case Decimal():
                return words.amount(value, "hour")
            case bool():
                return (say.YES if value else say.NO)(self.language)
            case tuple() if field == "same":
                return say.COMMA(self.language).join(self.word(words, field, name) for name in value) or self.nothing
            case tuple():
                return say.COMMA(self.language).join(self.tiers(words, value))
            case Named():
                return clean(value.title.in_language(self.language)) or self.nothing
            case str():
                return self.word(words, field, value)
            case _:
                return self.formula(words, value)

    def formula(self, words: Wording, value: Condition | Value) -> str:
        if isinstance(value, Condition):
            return words.condition(value)
        if isinstance(value, Constant) and value.type.options:
            return words.option(value.type, value.type.options[value.value])
        return capital(words.term(value))

    def tiers(self, words: Wording, names: Iterable[str]) -> Iterator[str]:
        return (words.label(words.protocol.tier(name)) for name in names)

    def word(self, words: Wording, field: str, value: str) -> str:
        match field:
            case "owner":
                return words.role(value)
            case "serves":
                return say.SERVES[value](self.language)
            case "effect":
                return compared.EFFECTS[value](self.language)
            case "if_unsettled":
                return say.WHILE_OPEN[value](self.language)
            case "more_is":
                return say.MORE_IS[value](self.language)
            case "at" | "same":
                return words.label(words.protocol.facts[value])
            case "source":
                return words.source(value)
            case _:
                return clean(value)
