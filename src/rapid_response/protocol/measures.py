"""The forms a measure can be written in, each turned into a checked value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from rapid_response.protocol import schema
from rapid_response.protocol.bands import BandReader
from rapid_response.protocol.bounds import LARGEST
from rapid_response.protocol.combining import at_places, first_of, points
from rapid_response.protocol.expressions import (
    AnyOf,
    Condition,
    Constant,
    FactValue,
    Includes,
    IsOneOf,
    Not,
    Points,
    Type,
    Value,
    parts_of,
)
from rapid_response.protocol.faults import Faulty, each
from rapid_response.protocol.noting import Path
from rapid_response.protocol.passages import Passage
from rapid_response.protocol.problems import did_you_mean, nearest, one_of
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.tables import TableReader
from rapid_response.protocol.values import places_of, scaled

_TAKE = ("highest", "lowest", "sum")

ConditionOf = Callable[[object, Path], Condition]
"""Reads a condition, sentence or block, that stands at a path below the measure; raises Faulty."""


@dataclass(frozen=True, slots=True)
class MeasureReader:
    """Reads one measure of a protocol; `kind` is the declared type, None for numbers."""

    measure: schema.Measure
    kind: Type | None
    passage: Passage
    condition: ConditionOf

    def value(self) -> Value:
        """The value that the measure's one form says; raises Faulty once its problems are noted."""
        forms: dict[str, Callable[[], Value]] = {
            "formula": self.formula,
            "points": self.points,
            "bands": self.bands,
            "values": self.values,
            "cases": self.cases,
            "table": self.table,
        }
        value = forms[self.measure.form]()
        if _largest(value) > LARGEST:
            remedy = "use smaller numbers or fewer `decimals`"
            raise self.passage.fault("RR402", "the measure may become too large to count exactly", (), remedy)
        return value

    # One form each

    def formula(self) -> Value:
        assert self.measure.formula is not None
        return self.result(self.measure.formula)

    def points(self) -> Value:
        rows = self.measure.points or []
        conditions = self.conditions("points", rows)
        places = max((places_of(row.add) for row in rows), default=0)
        return points([(scaled(row.add, places), c) for row, c in zip(rows, conditions, strict=True)], places)

    def bands(self) -> Value:
        bands, by = self.measure.bands or [], cast(Scalar, self.measure.by)
        value = self.by_value(by, "number")
        return self.cases_of(BandReader(self.passage, by, value).branches(bands), bands[-1].otherwise)

    def values(self) -> Value:
        by = cast(Scalar, self.measure.by)
        value = self.by_value(by, "option")
        written = self.measure.values or {}
        results = dict(zip(written, each(self.result, written.values()), strict=True))
        several = value.type.name == "choices"
        self.require_every_option(value.type, results, by, several)
        if several:
            return self.taken(cast(FactValue, value), results, by)
        if self.measure.take is not None:
            message = f"`take` goes with facts of several choices; of `{by.text}` one is chosen"
            raise self.passage.fault("RR205", message, ("take",), "remove it")
        branches = [(_is(value, position), results[name]) for position, name in enumerate(value.type.options)]
        return first_of(branches, None)

    def require_every_option(self, kind: Type, results: dict[str, Value], by: Scalar, several: bool) -> None:
        allowed = dict.fromkeys((*kind.options, *(["empty"] if several else [])))
        unknown = [name for name in results if name not in allowed]
        for name in unknown:
            message = f"`{name}` is not an option of `{by.text}`"
            remedy = did_you_mean(name, allowed, f"write {one_of(allowed)}")
            self.passage.fault("RR303", message, ("values", name), remedy)
        meant = {nearest(name, allowed) for name in unknown}
        missing = [name for name in kind.options if name not in results and name not in meant]
        if missing:
            message = f"no value is given for {one_of(missing)}"
            self.passage.fault("RR405", message, ("values",), "add one for each option")
        if missing or unknown:
            raise Faulty

    def taken(self, fact: FactValue, results: dict[str, Value], by: Scalar) -> Value:
        take = self.measure.take
        if take is None:
            message = f"several may be chosen of `{by.text}`, so `take` is needed"
            remedy = "add `take: highest`, `take: lowest` or `take: sum`"
            raise self.passage.fault("RR202", message, ("values",), remedy)
        if take.text not in _TAKE:
            message = f"`{take.text}` is not {one_of(_TAKE)}"
            raise self.passage.fault("RR203", message, take, did_you_mean(take.text, _TAKE))
        empty = results.pop("empty", None)
        options = [(_includes(fact, position), results[name]) for position, name in enumerate(fact.type.options)]
        if take.text == "sum":
            return self.summed(options, empty, take)
        if empty is None:
            message = "no value is given for the case that none is chosen"
            raise self.passage.fault("RR405", message, ("values",), "add `empty: VALUE`")
        return first_of(self.ranked(options, take), empty)

    def summed(self, options: list[tuple[Condition, Value]], empty: Value | None, take: Scalar) -> Points:
        terms: list[tuple[int, Condition]] = []
        constants = [value for _, value in options] + ([empty] if empty else [])
        if not all(isinstance(value, Constant) and value.type.name == "number" for value in constants):
            remedy = "write numbers, or take the highest or lowest"
            raise self.passage.fault("RR205", "`take: sum` needs a number for each option", take, remedy)
        places = max(value.type.places for value in constants)
        for condition, value in options:
            terms.append((cast(Constant, at_places(value, places)).value, condition))
        if empty is not None:
            none_chosen = Not(AnyOf(tuple(condition for condition, _ in options)), text="none chosen")
            terms.append((cast(Constant, at_places(empty, places)).value, none_chosen))
        return points(terms, places)

    def ranked(self, options: list[tuple[Condition, Value]], take: Scalar) -> list[tuple[Condition, Value]]:
        """The options in the order in which their values win."""
        if not all(isinstance(value, Constant) for _, value in options) or (self.kind and self.kind.name == "choice"):
            message = f"`take: {take.text}` needs a number or a step of a scale for each option"
            raise self.passage.fault("RR205", message, take, "write such values; formulas and choices have no order")
        places = max(value.type.places for _, value in options)
        order = [(cast(Constant, at_places(value, places)).value, pair) for pair in options for value in [pair[1]]]
        return [pair for _, pair in sorted(order, key=lambda item: item[0], reverse=take.text == "highest")]

    def cases(self) -> Value:
        cases = self.measure.cases or []
        for position, case in enumerate(cases[:-1], 1):
            if case.otherwise is not None:
                message, remedy = "a case after `otherwise` is never reached", "put `otherwise` last"
                raise self.passage.fault("RR406", message, ("cases", position), remedy)
        if not cases or cases[-1].otherwise is None:
            message = "the cases do not cover everything"
            raise self.passage.fault("RR405", message, ("cases",), "end with `otherwise: VALUE`")
        conditions = self.conditions("cases", cases[:-1])
        branches = [(c, cast(Scalar, case.is_)) for c, case in zip(conditions, cases, strict=False)]
        return self.cases_of(branches, cases[-1].otherwise)

    def table(self) -> Value:
        table = cast(schema.Table, self.measure.table)
        return self.cases_of(TableReader(self.passage).branches(table), table.otherwise)

    # Pieces

    def conditions(self, form: str, rows: Sequence[schema.PointsRow | schema.Case]) -> list[Condition]:
        return each(lambda row: self.condition(row[1].when, (form, row[0], "when")), enumerate(rows))

    def require_kind(self, value: Value, scalar: Scalar) -> None:
        expected = self.kind or Type("number")
        if self.kind is None and value.type.name in ("scale", "choice") and self.measure.form == "formula":
            return
        if not value.type.alike(expected):
            what = f"the {expected.name} `{expected.kind}`" if self.kind else "a number"
            remedy = f"write {one_of(expected.options)}" if self.kind else "declare its `kind`"
            raise self.passage.fault("RR305", f"`{scalar.text}` is not {what}", scalar, remedy)

    def by_value(self, by: Scalar, wanted: str) -> Value:
        value = self.passage.value(by)
        fits = ("number",) if wanted == "number" else ("scale", "choice", "choices")
        if value.type.name not in fits:
            remedy = "bands go by a number, values by a scale or choice"
            raise self.passage.fault("RR305", f"`{by.text}` does not go with `{self.measure.form}`", by, remedy)
        return value

    def cases_of(self, branches: Sequence[tuple[Condition, Scalar]], otherwise: Scalar | None) -> Value:
        scalars = [scalar for _, scalar in branches] + ([otherwise] if otherwise else [])
        values = each(self.result, scalars)
        pairs = [(condition, value) for (condition, _), value in zip(branches, values, strict=False)]
        return first_of(pairs, values[-1] if otherwise else None)

    def result(self, scalar: Scalar) -> Value:
        value = self.passage.value(scalar, self.kind)
        self.require_kind(value, scalar)
        return value


def _largest(node: Value) -> float:
    """The largest number that may come up anywhere in a node."""
    kinds = [part.type for part in parts_of(node) if not isinstance(part, Condition)]
    return max((max(abs(kind.low), abs(kind.high)) for kind in kinds if kind.name == "number"), default=0)


def _is(value: Value, position: int) -> Condition:
    return IsOneOf(value, frozenset([position]), text=f"{value.text} == {value.type.options[position]}")


def _includes(fact: FactValue, position: int) -> Condition:
    text = f"{fact.text} includes {fact.type.options[position]}"
    return Includes(fact.fact, frozenset([position]), every=False, text=text)
