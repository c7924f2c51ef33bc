"""Patterns: which incidents are counted with the present one, and how far back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rapid_response.protocol import model, schema
from rapid_response.protocol.defining import Definitions
from rapid_response.protocol.expressions import Always, Condition, Constant, Now, PatternValue
from rapid_response.protocol.faults import Faulty, each, tried
from rapid_response.protocol.grammar import parse
from rapid_response.protocol.namespace import PATTERN
from rapid_response.protocol.noting import Notes, Path
from rapid_response.protocol.problems import did_you_mean
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.sentences import Reader


@dataclass(frozen=True, slots=True)
class PatternReader:
    """Reads the patterns of a file, whose conditions may use what is defined."""

    file: schema.ProtocolFile
    defined: Definitions
    notes: Notes

    def pattern(self, name: str, part: schema.Pattern, path: Path) -> model.Pattern:
        """A pattern; raises Faulty once all its problems are noted."""
        if self.file.at is None:
            message = f"`{name}` needs to know when incidents happen"
            self.notes.note("RR202", message, path, "add `at:` and a moment fact")
            raise Faulty
        where = tried(lambda: self.counted(name, part.where, (*path, "where")))
        same = tried(lambda: tuple(each(self.same_fact, part.same)))
        within = tried(lambda: self.length(part.within))
        if where is None or same is None or within is None:
            raise Faulty
        return model.Pattern(
            name=name,
            title=part.title,
            means=part.means,
            span=self.notes.span(path),
            type=PATTERN,
            where=where,
            same=same,
            within=within,
        )

    def counted(self, name: str, where: Any, path: Path) -> Condition:
        """What counts an incident must be the same at all times, so that it may be counted again later."""
        condition = Always() if where is None else self.defined.conditions.condition(where, path)
        for part in self.defined.parts_below(condition):
            if isinstance(part, Now | PatternValue):
                words = "`now`" if isinstance(part, Now) else f"the pattern `{part.pattern}`"
                self.notes.note("RR311", f"`{name}` counts by {words}", path, "count by facts that stay the same")
                raise Faulty
        return condition

    def same_fact(self, scalar: Scalar) -> str:
        if self.defined.names.fact(scalar.text) is None:
            remedy = did_you_mean(scalar.text, self.file.facts, "`same` lists facts, such as a neighborhood")
            self.notes.note("RR301", f"unknown fact `{scalar.text}`", scalar.span, remedy)
            raise Faulty
        return scalar.text

    def length(self, scalar: Scalar) -> Constant:
        tree = parse(scalar, "condition", self.notes.problems)
        if tree is None:
            raise Faulty
        if tree.data != "duration":
            self.notes.note("RR203", f"`{scalar.text}` is not a length of time", scalar.span, "write it like 14 days")
            raise Faulty
        if (unit := str(tree.children[1])).startswith(("month", "year")):
            self.notes.note("RR203", f"{unit} differ in length", scalar.span, "write it in days, like 180 days")
            raise Faulty
        window = Reader(scalar, self.defined.names, self.notes.problems).value(tree)
        assert isinstance(window, Constant)
        return window
