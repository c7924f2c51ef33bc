"""What a protocol defines: its criteria and measures, each read after what it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rapid_response.protocol import model, schema
from rapid_response.protocol.blocks import ConditionReader
from rapid_response.protocol.declaring import Declarations
from rapid_response.protocol.expressions import AllOf, Condition, Not, Value, names_in, parts_of
from rapid_response.protocol.faults import Faulty
from rapid_response.protocol.measures import MeasureReader
from rapid_response.protocol.namespace import Namespace
from rapid_response.protocol.noting import Notes, Path
from rapid_response.protocol.ordering import in_order
from rapid_response.protocol.passages import Passage


def definitions(
    file: schema.ProtocolFile,
    notes: Notes,
    faulty: frozenset[str],
    facts: Mapping[str, model.Fact],
    kinds: Mapping[str, model.Kind],
) -> tuple[dict[str, model.Criterion], dict[str, model.Measure]]:
    """The criteria and measures of a file about facts declared elsewhere; faulty ones are noted and left out."""
    defined = Definitions(Declarations(file, notes, faulty, (), dict(kinds), dict(facts)), notes)
    defined.read()
    return defined.criteria, defined.measures


@dataclass(frozen=True, slots=True)
class Definitions:
    """The criteria and measures of a file, as far as they are without fault."""

    declared: Declarations
    notes: Notes
    criteria: dict[str, model.Criterion] = field(default_factory=dict)
    measures: dict[str, model.Measure] = field(default_factory=dict)

    @property
    def names(self) -> Namespace:
        """What conditions about an incident may refer to."""
        return Namespace(self.declared, self.measures)

    @property
    def conditions(self) -> ConditionReader:
        """Reads conditions about an incident."""
        return ConditionReader(self.names, self.notes)

    def read(self) -> tuple[str, ...]:
        """Read the criteria and measures; the names of all in an order in which each comes after what it refers to."""
        file = self.declared.file
        order = in_order(file, self.notes)
        for name in order:
            try:
                if name in file.criteria:
                    self.criteria[name] = self.criterion(name, file.criteria[name], ("criteria", name))
                else:
                    self.measures[name] = self.measure(name, file.measures[name], ("measures", name))
            except Faulty:
                continue
        return order

    def criterion(self, name: str, part: schema.Criterion, path: Path) -> model.Criterion:
        condition, exception = self.conditions.gate(part.when, part.unless, path)
        return model.Criterion(
            name=name,
            title=part.title,
            means=part.means,
            span=self.notes.span(path),
            condition=condition if exception is None else AllOf((condition, Not(exception, text="unless"))),
            assumed=part.until_known,
        )

    def measure(self, name: str, part: schema.Measure, path: Path) -> model.Measure:
        kind = self.kind_of(part, path)
        value = self.value(part, kind, path)
        options = self.declared.kinds[value.type.kind].options if value.type.kind in self.declared.kinds else ()
        return model.Measure(
            name=name,
            title=part.title,
            means=part.means,
            span=self.notes.span(path),
            type=value.type,
            form=part.form,
            value=value,
            options=kind.options if kind else options,
            unit=part.unit,
        )

    def kind_of(self, part: schema.Measure, path: Path) -> model.Kind | None:
        kind = self.declared.kind_named(part.kind) if part.kind is not None else None
        if kind is not None and kind.type.name not in ("scale", "choice"):
            remedy = "leave `kind` out for numbers"
            self.notes.note("RR305", "a measure's kind is a scale or a choice", (*path, "kind"), remedy)
            raise Faulty
        return kind

    def value(self, part: schema.Measure, kind: model.Kind | None, path: Path) -> Value:
        passage = Passage(self.names, self.notes.problems, lambda at: self.notes.span((*path, *at)))
        reader = MeasureReader(
            part,
            kind.type if kind else None,
            passage,
            lambda node, at: self.conditions.condition(node, (*path, *at)),
        )
        return reader.value()

    def parts_below(self, node: Condition) -> Iterator[Condition | Value]:
        """Everything below a condition, through the criteria and measures that it refers to."""
        waiting: list[Condition | Value] = [node]
        seen: set[str] = set()
        while waiting:
            for part in parts_of(waiting.pop()):
                yield part
                new = names_in(part) - seen
                seen |= new
                waiting += [self.criteria[name].condition for name in new if name in self.criteria]
                waiting += [self.measures[name].value for name in new if name in self.measures]
