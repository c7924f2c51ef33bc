"""The text that reads an incident as it was given, for incidents whose facts are all plain and well formed.

Checking fact by fact takes several times as long as computing the tier (benchmarks/README.md). The lines written here
raise for whatever they are not sure of; then `incidents.check_incident` looks at the incident and words the problems.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from rapid_response.evaluation.compiling.leaves import Table
from rapid_response.evaluation.compiling.writer import Writer
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.model import Fact
from rapid_response.protocol.values import encode

LONGEST_ID = 200
REFUSE = "raise ValueError"
Branch = tuple[str, str]
"""A test ("" where nothing else is left) and what is done where it is true."""


def write_reading(tables: Mapping[str, Table], writer: Writer) -> None:
    """Lines that put the id into `incident`, the encoded facts of `given` into f0, f1, … and set the leaves.

    Names that are no facts are found by counting: each known one that is there is not `missing`.
    """
    known = frozenset(writer.protocol.facts) | {"id"}
    writer.lines += [
        f"if type(given) is not dict: {REFUSE}",
        "get = given.get",
        "incident = get('id')",
        "if incident is None: missing = 1",
        f"elif type(incident) is str and incident.isascii() and len(incident) <= {LONGEST_ID}: missing = 0",
        f"else: {REFUSE}",
    ]
    for fact in writer.protocol.facts.values():
        writer.lines += _fact(fact, tables.get(fact.name), writer)
    writer.lines += [
        f"if len(given) + missing != {len(known)} and not {writer.bind(known)}.issuperset(given): {REFUSE}"
    ]


def _fact(fact: Fact, table: Table | None, writer: Writer) -> list[str]:
    variable = writer.fact(fact.name)
    branches = _known(variable, fact.type, table, writer)
    branches.insert(1 if fact.type.name == "yes_no" else 0, (f"{variable} is None", _blank(fact, table, writer)))
    return [f"{variable} = get({writer.bind(fact.name)})", *_laid_out(branches)]


def _blank(fact: Fact, table: Table | None, writer: Writer) -> str:
    encoded = [] if fact.blank is None else [f"{writer.fact(fact.name)} = {writer.bind(fact.blank)}"]
    leaves = [table.row(fact.blank)] if table else []
    return "; ".join([*encoded, *leaves, "missing += 1"])


def _known(variable: str, kind: Type, table: Table | None, writer: Writer) -> list[Branch]:
    """What is done with a fact that is known. A yes_no fact is most often no, so that is asked first."""
    match kind.name:
        case "yes_no":
            answers = [(f"{variable} is {answer}", table.row(answer) if table else "pass") for answer in (False, True)]
            return [*answers, ("", REFUSE)]
        case "scale" | "choice":
            return [("", _options(variable, kind, table).look_up(variable, writer))]
        case "number" if kind.places == 0:
            return [(f"type({variable}) is not int or not {kind.low} <= {variable} <= {kind.high}", REFUSE)]
        case "choices":
            places = writer.bind({option: 1 << place for place, option in enumerate(kind.options)})
            plain = (f"type({variable}) is list", f"{variable} = {writer.bind(_mask)}({places}, {variable})")
            return [plain, ("", _encoded(variable, kind, writer))]
        case _:
            return [("", _encoded(variable, kind, writer))]


def _options(variable: str, kind: Type, table: Table | None) -> Table:
    """The table with a column for the fact itself: what is given may be of a class derived from text."""
    variables, rows = (table.variables, table.rows) if table else ((), {})
    return Table((variable, *variables), {option: (option, *rows.get(option, ())) for option in kind.options})


def _encoded(variable: str, kind: Type, writer: Writer) -> str:
    call = writer.bind(partial(_encode, kind, writer.protocol.time_zone))
    return f"{variable} = {call}({variable})"


def _encode(kind: Type, zone: str | None, value: object) -> object:
    return encode(kind, value, zone)


def _mask(places: Mapping[str, int], chosen: list[str]) -> int:
    mask = 0
    for option in chosen:
        mask |= places[option]
    return mask


def _laid_out(branches: list[Branch]) -> list[str]:
    words = ["if", *["elif"] * (len(branches) - 1)]
    return [
        f"{word} {test}: {done}" if test else f"else: {done}"
        for word, (test, done) in zip(words, branches, strict=True)
    ]
