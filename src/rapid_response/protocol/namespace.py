"""What the sentences of a protocol may refer to: facts everywhere, the tier and responses where these are settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapid_response.protocol import model, schema
from rapid_response.protocol.declaring import Declarations
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.faults import Faulty
from rapid_response.protocol.grammar import KEYWORDS
from rapid_response.protocol.noting import Notes
from rapid_response.protocol.values import UNBOUNDED

PATTERN = Type("number", low=0, high=UNBOUNDED)


@dataclass(frozen=True, slots=True)
class Namespace:
    """The names of a protocol, as `resolving.Names` describes them; `measures` are those read so far."""

    declared: Declarations
    measures: Mapping[str, model.Measure]
    speaks_of: Literal["facts", "the tier", "everything"] = "facts"

    @property
    def file(self) -> schema.ProtocolFile:
        return self.declared.file

    @property
    def zone(self) -> str | None:
        return self.file.time_zone

    @property
    def tiers(self) -> Type | None:
        return None if self.speaks_of == "facts" else self.declared.kinds["tiers"].type

    @property
    def may_be_unsettled(self) -> bool:
        return self.speaks_of == "the tier"

    def fact(self, name: str) -> Type | None:
        if name in self.declared.facts:
            return self.declared.facts[name].type
        if name in self.file.facts or name in self.declared.faulty:
            raise Faulty
        return None

    def is_criterion(self, name: str) -> bool:
        return name in self.file.criteria

    def measure(self, name: str) -> Type | None:
        if name in self.measures:
            return self.measures[name].type
        if name in self.file.measures:
            raise Faulty
        return None

    def pattern(self, name: str) -> Type | None:
        return PATTERN if name in self.file.patterns else None

    def is_response(self, name: str) -> bool:
        return self.speaks_of == "everything" and name in self.file.responses

    def known(self) -> Sequence[str]:
        responses = self.file.responses if self.speaks_of == "everything" else ()
        facts = self.file.facts or self.declared.facts
        return [*facts, *self.file.criteria, *self.file.measures, *self.file.patterns, *responses]


def check_names(file: schema.ProtocolFile, notes: Notes) -> None:
    """Note names that are words of the language, and those of two things that conditions could mean."""
    seen: dict[str, str] = {}
    for section in ("facts", "criteria", "measures", "patterns"):
        for name in getattr(file, section):
            if name in KEYWORDS:
                notes.note("RR204", f"`{name}` is a word of the language", (section, name), "choose another name")
            if name in seen:
                first = ((notes.span((seen[name], name)), "first here"),)
                message = f"`{name}` is the name of two things that conditions could mean"
                notes.note("RR302", message, (section, name), "rename one of the two", first)
            seen.setdefault(name, section)
    if "tiers" in file.kinds:
        notes.note("RR302", "`tiers` is already the kind of the tiers", ("kinds", "tiers"), "choose another name")
