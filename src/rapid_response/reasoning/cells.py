"""Each fact's values cut into cells: the values of one cell are told apart by no condition of the protocol."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapid_response.protocol.expressions import MICROSECONDS, Condition, Type
from rapid_response.protocol.intervals import Range
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.values import Encoded
from rapid_response.reasoning.comparisons import Comparison, Setting, domain_of, pieces
from rapid_response.reasoning.formulas import Test, Variable

ANOTHER_TEXT = "another"


@dataclass(frozen=True, slots=True)
class Cell:
    """Values from `first` to `last`: positions of options, no (0) and yes (1), or encoded numbers and times.

    Of texts, `text` is the one meant, or some text that no condition names.
    """

    first: int
    last: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """What is asked about an incident, in cells: a fact, one option of a `choices` fact, or an opaque condition.

    `truths` gives for each test of the fact the mask of the cells in which it holds.
    """

    type: Type
    cells: tuple[Cell, ...]
    fact: str | None
    option: int | None = None
    opaque: Condition | None = None
    truths: Mapping[Test, int] = field(default_factory=dict, compare=False)

    def cell_of(self, encoded: Encoded) -> int:
        """The cell that an encoded value of the fact lies in."""
        match self.type.name:
            case "yes_no":
                return int(encoded)
            case "choices":
                return int(encoded) >> (self.option or 0) & 1
            case "scale" | "choice":
                return self.type.options.index(str(encoded))
            case "text":
                return next((i for i, cell in enumerate(self.cells) if cell.text == encoded), len(self.cells) - 1)
            case _:
                return bisect_right(self.cells, int(encoded), key=lambda cell: cell.first) - 1

    def value_in(self, cell: int, near: Encoded | None = None) -> Encoded:
        """An encoded value of the cell; of numbers and times the one nearest to `near`, or to what is usual."""
        chosen = self.cells[cell]
        match self.type.name:
            case "yes_no" | "choices":
                return bool(chosen.first)
            case "scale" | "choice":
                return self.type.options[chosen.first]
            case "text":
                return chosen.text or ""
            case _:
                start = _usual(chosen, domain_of(self.type)) if near is None else int(near)
                value = min(max(start, chosen.first), chosen.last)
                return _whole_minute(value, chosen) if self.type.name == "moment" else value


def axes_of(protocol: Protocol, variables: Sequence[Variable], now: int | None) -> tuple[Axis, ...]:
    """One axis for each fact, option or opaque condition that the variables of a protocol's formulas speak of.

    `now` is the time of evaluation, in microseconds.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.reasoning.translation import translate
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {age: {type: number, min: 0, max: 120}}\\n"
    ...     "rules: {r: {when: age >= 65, raise_to: high}}"
    ... )
    >>> axes = axes_of(protocol, translate(protocol).variables, None)
    >>> [(cell.first, cell.last) for cell in axes[0].cells]
    [(0, 64), (65, 120)]
    """
    tests: dict[tuple[str | None, int | None, Condition | None], list[Test]] = {}
    for variable in variables:
        if variable.fact is None and variable.opaque is None:
            continue
        found = tests.setdefault((variable.fact, variable.option, variable.opaque), [])
        found += [variable.test] if variable.test is not None else []
    setting = Setting((now or 0, now or 0), protocol.time_zone)
    return tuple(
        Axis(Type("yes_no"), _YES_NO, None, None, opaque)
        if fact is None
        else _axis(protocol.facts[fact], option, found, setting)
        for (fact, option, opaque), found in tests.items()
    )


def holds_now(comparison: Comparison, protocol: Protocol, now: int | None) -> bool:
    """Whether a comparison of the time of evaluation alone holds."""
    return bool(comparison.truth((0, 0), Setting((now or 0, now or 0), protocol.time_zone)))


_YES_NO = (Cell(0, 0), Cell(1, 1))


def _axis(fact: Fact, option: int | None, tests: list[Test], setting: Setting) -> Axis:
    match fact.type.name:
        case "yes_no" | "choices":
            return Axis(fact.type, _YES_NO, fact.name, option)
        case "scale" | "choice":
            cells = tuple(Cell(position, position) for position in range(len(fact.type.options)))
            return Axis(fact.type, cells, fact.name)
        case "text":
            return _text_axis(fact, [test for test in tests if isinstance(test, frozenset)])
        case _:
            return _ordered_axis(fact, [test for test in tests if isinstance(test, Comparison)], setting)


def _text_axis(fact: Fact, tests: list[frozenset[str]]) -> Axis:
    named = sorted(frozenset[str]().union(*tests))
    other = ANOTHER_TEXT
    while other in named:
        other += "'"
    cells = tuple(Cell(position, position, text) for position, text in enumerate([*named, other]))
    truths: dict[Test, int] = {test: sum(1 << named.index(text) for text in test) for test in tests}
    return Axis(fact.type, cells, fact.name, truths=truths)


def _ordered_axis(fact: Fact, tests: list[Comparison], setting: Setting) -> Axis:
    found = pieces(tests, domain_of(fact.type), setting)
    cells = tuple(Cell(low, high) for (low, high), _ in found)
    truths: dict[Test, int] = {
        test: sum(1 << cell for cell, (_, truth) in enumerate(found) if truth[position])
        for position, test in enumerate(tests)
    }
    return Axis(fact.type, cells, fact.name, truths=truths)


def _whole_minute(value: int, cell: Cell) -> int:
    """The whole minute before or after a moment, if one of them lies in the cell."""
    minute = MICROSECONDS["minute"]
    return next(
        (v for v in (value // minute * minute, -(-value // minute) * minute) if cell.first <= v <= cell.last), value
    )


def _usual(cell: Cell, domain: Range) -> int:
    """The end of a cell that is no end of the domain."""
    if cell.first == domain[0]:
        return cell.last if cell.last != domain[1] else cell.first
    return cell.first
