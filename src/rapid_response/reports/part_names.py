"""What the parts of a protocol that findings are about are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapid_response.protocol.model import Named, Property, Protocol
from rapid_response.proving.findings import Part
from rapid_response.reports import catalogue as say
from rapid_response.reports import check_words as checked
from rapid_response.reports.words import Wording

MOST_LISTED = 4


@dataclass(frozen=True, slots=True)
class PartNames:
    """The names of parts in one language."""

    words: Wording

    @property
    def protocol(self) -> Protocol:
        return self.words.protocol

    def one(self, part: Part) -> str:
        """A part in quotation marks; of a measure also which of its cases."""
        quoted = self.words.quoted(self.label(part))
        if part.row is None:
            return quoted
        return checked.ROWS[self.protocol.measures[part.name].form](self.words.language, quoted, part.row)

    def listed(self, parts: Sequence[Part]) -> str:
        """Several parts, the first few by name."""
        return self.joined([self.one(part) for part in parts])

    def joined(self, names: Sequence[str]) -> str:
        """Names one after the other, the first few of them."""
        if len(names) <= MOST_LISTED:
            return self.words.listed(names, say.AND)
        shown = say.COMMA(self.words.language).join(names[:MOST_LISTED])
        return say.AND_MORE(self.words.language, shown, len(names) - MOST_LISTED)

    def label(self, part: Part) -> str:
        """What a part is called."""
        named = self.named(part)
        if isinstance(named, Property):
            return named.name.in_language(self.words.language)
        return self.words.label(named) if named else part.name

    def named(self, part: Part) -> Named | Property | None:
        """The part itself; None for an allowance, which is called by what it is about."""
        match part.section:
            case "tiers":
                return self.protocol.tier(part.name)
            case "always" | "never":
                return next(stated for stated in self.protocol.properties if str(stated.name) == part.name)
            case "allow":
                return None
            case "out_of_scope":
                return self.protocol.scope[part.name]
            case section:
                named: dict[str, Named] = getattr(self.protocol, section)
                return named[part.name]

    def language(self, tag: str) -> str:
        """What a language is called, or its tag."""
        named = checked.LANGUAGES.get(tag)
        return named(self.words.language) if named else tag
