"""The passage of a protocol that says one measure: reads what it says, and notes what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rapid_response.protocol.expressions import Type, Value
from rapid_response.protocol.faults import Faulty
from rapid_response.protocol.grammar import Start, Syntax, parse
from rapid_response.protocol.noting import Other, Path
from rapid_response.protocol.problems import Problem, Span
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.resolving import Names
from rapid_response.protocol.sentences import Reader

PlaceOf = Callable[[Path], Span]
"""Where a thing stands that has a path below the measure."""


@dataclass(frozen=True, slots=True)
class Passage:
    """The passage of one measure, whose sentences may use `names`."""

    names: Names
    problems: list[Problem]
    place: PlaceOf

    def fault(
        self, problem: str, message: str, at: Scalar | Path, remedy: str | None = None, others: tuple[Other, ...] = ()
    ) -> Faulty:
        """Note a problem at a text, or at a path below the measure; what is returned is to be raised."""
        span = at.span if isinstance(at, Scalar) else self.place(at)
        self.problems.append(Problem(problem, message, span, remedy, others))
        return Faulty()

    def tree(self, scalar: Scalar, start: Start = "condition") -> Syntax:
        """The syntax tree of a text; raises Faulty where it has none."""
        tree = parse(scalar, start, self.problems)
        if tree is None:
            raise Faulty
        return tree

    def reader(self, scalar: Scalar) -> Reader:
        """What reads the parts of a text's syntax tree."""
        return Reader(scalar, self.names, self.problems)

    def value(self, scalar: Scalar, kind: Type | None = None) -> Value:
        """The value that a text says, where an option of `kind` may stand alone; raises Faulty."""
        return self.reader(scalar).value(self.tree(scalar), kind)
