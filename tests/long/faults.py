"""What may come of a file that nobody would write: a protocol that evaluates, or our problems, well told."""

from __future__ import annotations

from collections.abc import Iterator

from rapid_response import Problem, ProtocolError, Source, protocol_from_sources
from rapid_response.protocol.problems import CATALOGUE

WITHOUT_PLACE = {"RR100", "RR101", "RR104", "RR109"}
AS_OF = "2026-02-01T09:00:00Z"


def problems_of(source: Source) -> tuple[Problem, ...]:
    """The problems of a protocol; where there are none, it also evaluates an incident of which nothing is known."""
    try:
        protocol_from_sources([source]).evaluate({}, as_of=AS_OF).to_json()
    except ProtocolError as error:
        return error.problems
    return ()


def ill_told(problems: tuple[Problem, ...]) -> Iterator[str]:
    """What is wrong with how problems are told: nothing, if all is well."""
    for problem in problems:
        yield from (f"{problem.id} is {fault}" for fault in _ill_told(problem))
        if not all(character.isprintable() for character in problem.render().replace("\n", "")):
            yield f"{problem.id} shows characters that are not printable"


def _ill_told(problem: Problem) -> Iterator[str]:
    if problem.id not in CATALOGUE:
        yield "not in the catalogue"
    if problem.span is None:
        if problem.id not in WITHOUT_PLACE:
            yield "without place"
        return
    lines = problem.span.source.lines
    if not 1 <= problem.span.line <= len(lines) or problem.span.column > len(lines[problem.span.line - 1]) + 1:
        yield f"at a place that is not there: {problem.span}"
