"""Incidents from text: YAML or JSON, one or many, or JSON lines."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import Any, Literal, NoReturn

from rapid_response.errors import IncidentError
from rapid_response.evaluation.incidents import Incident, check_incident
from rapid_response.evaluation.patterns import Past
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Problem, Source, Span, one_of
from rapid_response.protocol.reading import Mapping as MappingNode
from rapid_response.protocol.reading import Node, Scalar, Sequence, read_source, read_yaml
from rapid_response.protocol.values import Unfit, from_yaml

Format = Literal["yaml", "json", "jsonl"]

_SUFFIXES: dict[str, Format] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_TEXT, _YES_NO = Type("text"), Type("yes_no")
_DETAIL_TYPES = {"source": _TEXT, "as_of": _TEXT, "verified": _YES_NO}


@dataclass(frozen=True, slots=True)
class GivenIncident:
    """One incident as a text gives it: values by fact name, the places of facts, and what could not be read."""

    place: str
    facts: Mapping[str, Any] = field(repr=False)
    spans: Mapping[str, Span] = field(default_factory=dict, repr=False)
    problems: tuple[Problem, ...] = ()

    def check(self, protocol: Protocol) -> Incident:
        """The checked incident; raises IncidentError with all its problems."""
        try:
            incident = check_incident(protocol, self.facts, self.spans)
        except IncidentError as error:
            raise IncidentError([*self.problems, *error.problems]) from None
        if self.problems:
            raise IncidentError(self.problems)
        return incident


def load_incidents(protocol: Protocol, path: str | PathLike[str]) -> list[GivenIncident]:
    """The incidents in a file: `.yaml`, `.json` or `.jsonl`; anything else by what its text looks like.

    Raises IncidentError where the file cannot be read or is not of its format.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> [given] = load_incidents(protocol, "examples/incidents/12-first-call.yaml")
    >>> given.facts["id"]
    'example-12'
    """
    problems: list[Problem] = []
    source = read_source(Path(path), str(path), problems, most_bytes=math.inf)
    if source is None:
        raise IncidentError(problems)
    return given_incidents(protocol, source, _SUFFIXES.get(Path(path).suffix.lower()) or format_of(source.text))


def load_past(protocol: Protocol, path: str | PathLike[str]) -> Past:
    """Past incidents, from a file as above or from all such files of a folder, in the order of their names.

    Raises IncidentError with the problems of all of them.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> len(load_past(protocol, "examples/incidents").incidents)
    13
    """
    problems: list[Problem] = []
    incidents: list[Incident] = []
    for file in _files(Path(path)):
        try:
            found, wrong = checked_incidents(protocol, load_incidents(protocol, file))
        except IncidentError as error:
            found, wrong = [], [*error.problems]
        incidents += found
        problems += wrong
    if problems:
        raise IncidentError(problems)
    return Past(protocol, tuple(incidents))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in _SUFFIXES)
    if not found:
        message, remedy = f"`{path}` holds no incident files", f"put files there that end in {one_of([*_SUFFIXES])}"
        raise IncidentError([Problem("RR109", message, help=remedy)])
    return found


def checked_incidents(protocol: Protocol, given: Iterable[GivenIncident]) -> tuple[list[Incident], list[Problem]]:
    """The incidents that are checked, and the problems of the others, each where it stands or under its place."""
    incidents: list[Incident] = []
    problems: list[Problem] = []
    for one in given:
        try:
            incidents.append(one.check(protocol))
        except IncidentError as error:
            problems += [
                part if part.span else Problem(part.id, f"{one.place}: {part.message}", None, part.help)
                for part in error.problems
            ]
    return incidents, problems


def format_of(text: str) -> Format:
    """What a text looks like: JSON lines where its first line alone is a whole JSON object, JSON, or else YAML.

    >>> format_of('{"harm": "injured"}\\n{"harm": "killed"}'), format_of("harm: injured")
    ('jsonl', 'yaml')
    """
    first_line = text.lstrip().split("\n", 1)[0]
    if first_line.startswith("{") and _is_json(first_line):
        return "jsonl"
    return "json" if _is_json(text) else "yaml"


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def given_incidents(protocol: Protocol, source: Source, text_format: Format) -> list[GivenIncident]:
    """The incidents of a text, in its order. Values are typed by the protocol's facts, not yet checked.

    Raises IncidentError where the text is not of its format. Problems never show lines of the text: it may hold what
    people said about those harmed.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> source = Source("one.yaml", "id: A-1\\nharm: injured\\nvictim_age: 71\\n")
    >>> [given.facts for given in given_incidents(protocol, source, "yaml")]
    [{'id': 'A-1', 'harm': 'injured', 'victim_age': Decimal('71')}]
    """
    match text_format:
        case "yaml":
            return list(_from_yaml(protocol, source))
        case "json":
            return list(_from_json(source))
        case _:
            return list(_from_json_lines(source))


# YAML


def _from_yaml(protocol: Protocol, source: Source) -> Iterator[GivenIncident]:
    problems: list[Problem] = []
    root = read_yaml(source, problems)
    if problems:
        raise IncidentError(replace(problem, confidential=True) for problem in problems)
    nodes = root.items if isinstance(root, Sequence) else (root,)
    for node in nodes:
        if not isinstance(node, MappingNode):
            span = node.span if node else None
            message = f"`{source.name}` holds no incident" if node is None else "an incident is a mapping of facts"
            raise IncidentError([Problem("RR109", message, span, "write `fact: value` lines", confidential=True)])
        yield given_from_node(protocol, node)


def given_from_node(protocol: Protocol, node: MappingNode) -> GivenIncident:
    """One incident from a located mapping."""
    facts: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    problems: list[Problem] = []
    for key, value in node.entries:
        fact = protocol.facts.get(key.text)
        spans[key.text] = (value if fact and isinstance(value, Scalar) and value.text else key).span
        try:
            facts[key.text] = _value(fact.type if fact else _TEXT, value)
        except Unfit as unfit:
            facts[key.text] = None
            message = f"`{key.text}`: {unfit.message}" if fact or key.text == "id" else unfit.message
            problems.append(Problem(unfit.problem, message, spans[key.text], unfit.help, confidential=True))
    return GivenIncident(str(node.span), facts, spans, tuple(problems))


def _value(kind: Type, node: Node) -> Any:
    """A value, or a mapping of a value and its details."""
    if not isinstance(node, MappingNode):
        return from_yaml(kind, node)
    return {key.text: from_yaml(_DETAIL_TYPES.get(key.text, kind), value) for key, value in node.entries}


# JSON


def _from_json(source: Source) -> Iterator[GivenIncident]:
    loaded = parse_json(source.text, Span(source, 1, 1, 1, 1))
    for number, facts in enumerate(loaded if isinstance(loaded, list) else [loaded], 1):
        place = f"{source.name}[{number}]" if isinstance(loaded, list) else source.name
        yield GivenIncident(place, facts)


def _from_json_lines(source: Source) -> Iterator[GivenIncident]:
    for number, line in enumerate(source.text.split("\n"), 1):
        if not line.strip():
            continue
        span = Span(source, number, 1, number, 2)
        try:
            yield GivenIncident(str(span), parse_json(line, span))
        except IncidentError as error:
            yield GivenIncident(str(span), {}, problems=error.problems)


def parse_json(text: str, span: Span) -> Any:
    """What a JSON text says, decimals exactly; raises IncidentError at the place where it is not well formed."""

    def refuse(message: str, remedy: str, at: Span = span) -> NoReturn:
        raise IncidentError([Problem("RR102", message, at, remedy, confidential=True)])

    def without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        facts = dict(pairs)
        if len(facts) < len(pairs):
            refuse("a key appears twice in the JSON", "keep one of the two")
        return facts

    try:
        return json.loads(
            text,
            parse_float=Decimal,
            parse_constant=lambda name: refuse(f"`{name}` is not a number", "write null where it is not known"),
            object_pairs_hook=without_repeats,
        )
    except json.JSONDecodeError as error:
        line = span.line + error.lineno - 1
        at = Span(span.source, line, error.colno, line, error.colno + 1)
        refuse(f"not valid JSON: {error.msg.lower()}", "check the quotation marks and commas around this place", at)
    except (ValueError, RecursionError):
        refuse("the JSON holds a number too long or is nested too deep", "check how it was written")
