"""From the shape of a protocol to its meaning: names are settled, conditions typed, and every problem noted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from rapid_response.protocol import model, schema
from rapid_response.protocol.blocks import ConditionReader
from rapid_response.protocol.declaring import Declarations
from rapid_response.protocol.defining import Definitions
from rapid_response.protocol.expressions import Always, Condition, Not, Value, uses_now
from rapid_response.protocol.faults import Faulty, each
from rapid_response.protocol.gates import GateReader
from rapid_response.protocol.namespace import check_names
from rapid_response.protocol.noting import Notes, Path
from rapid_response.protocol.patterns import PatternReader
from rapid_response.protocol.problems import Source


def checked(
    file: schema.ProtocolFile, notes: Notes, faulty: frozenset[str], fingerprint: str, sources: tuple[Source, ...]
) -> model.Protocol | None:
    """The protocol of a file, or None where there are problems, which are noted.

    `faulty` are the names of parts that the file has and that were left out, since their shape is wrong.
    """
    check_names(file, notes)
    declared = Declarations(file, notes, faulty)
    declared.read()
    defined = Definitions(declared, notes)
    order = defined.read()
    names = defined.names
    patterns = notes.section("patterns", file.patterns, PatternReader(file, defined, notes).pattern)
    gates = GateReader(declared, names, notes)
    scope = notes.section("out_of_scope", file.out_of_scope, gates.scope_rule)
    rules = notes.section("rules", file.rules, gates.rule)
    with_tier = GateReader(declared, replace(names, speaks_of="the tier"), notes)
    responses = notes.section("responses", file.responses, with_tier.response)
    properties = _properties(file, ConditionReader(replace(names, speaks_of="everything"), notes))
    if file.at is not None:
        declared.check_moment(file.at.text, file.at)
    if_unsettled = notes.word_of(file.if_unsettled, ("lowest", "highest", "nothing"), "lowest")
    window = _window(file, notes)
    if notes.problems:
        return None
    protocol = model.Protocol(
        name=file.protocol.text,
        title=file.title,
        version=file.version.text if file.version else "",
        in_force=window,
        time_zone=file.time_zone,
        at=None if file.at is None else file.at.text,
        if_unsettled=cast(Any, if_unsettled),
        unsettled=_unsettled(file),
        roles=_roles(file, notes),
        tiers=declared.tiers,
        kinds=declared.kinds,
        facts=declared.facts,
        criteria={name: defined.criteria[name] for name in file.criteria},
        measures={name: defined.measures[name] for name in file.measures},
        patterns=patterns,
        scope=scope,
        rules=rules,
        responses=responses,
        properties=properties,
        allowed=_allowed(file, notes),
        order=order,
        needs_now=False,
        fingerprint=fingerprint,
        sources=sources,
    )
    return replace(protocol, needs_now=_needs_now(protocol))


# Properties, and findings that are meant


def _properties(file: schema.ProtocolFile, conditions: ConditionReader) -> tuple[model.Property, ...]:
    stated: list[tuple[Path, schema.Always | schema.Never]] = []
    stated += [(("always", position), part) for position, part in enumerate(file.always)]
    stated += [(("never", position), part) for position, part in enumerate(file.never)]
    _refuse_repeated([(path, str(part.name)) for path, part in stated], conditions.notes)
    try:
        return tuple(each(lambda pair: _property(*pair, conditions), stated))
    except Faulty:
        return ()


def _refuse_repeated(names: Iterable[tuple[Path, str]], notes: Notes) -> None:
    seen: dict[str, Path] = {}
    for path, name in names:
        if name in seen:
            others = ((notes.span(seen[name]), "first here"),)
            notes.note("RR302", f"two properties have the name `{name}`", path, "give them different names", others)
        seen.setdefault(name, path)


def _property(path: Path, part: schema.Always | schema.Never, conditions: ConditionReader) -> model.Property:
    then = part.then if isinstance(part, schema.Always) else None
    read = conditions.stated({"when": part.when, "then": then}, path)
    return model.Property(
        name=part.name,
        kind="always" if isinstance(part, schema.Always) else "never",
        when=read.get("when", Always()),
        then=read.get("then", Not(Always())),
        because=part.because,
        span=conditions.notes.span((*path, "name")),
    )


def _allowed(file: schema.ProtocolFile, notes: Notes) -> tuple[model.Allowance, ...]:
    return tuple(
        model.Allowance(
            finding=part.finding.text,
            about=part.about.text,
            because=part.because,
            span=notes.span(("allow", position)),
        )
        for position, part in enumerate(file.allow)
    )


# Small parts


def _window(file: schema.ProtocolFile, notes: Notes) -> model.Window:
    stated, place = file.in_force, notes.span(("in_force",))
    if stated is None:
        return model.Window(span=place)
    if stated.from_ and stated.until and stated.from_ >= stated.until:
        remedy = "the day `until` is the first on which it is no longer in force"
        notes.note("RR407", "`until` is not after `from`", ("in_force", "until"), remedy)
    return model.Window(start=stated.from_, until=stated.until, span=place)


def _unsettled(file: schema.ProtocolFile) -> model.Named:
    stated = file.unsettled or schema.Unsettled()
    return model.Named(name="unsettled", title=stated.title, means=stated.means)


def _roles(file: schema.ProtocolFile, notes: Notes) -> dict[str, model.Role]:
    return {
        name: model.Role(
            name=name,
            title=role.title,
            means=role.means,
            span=notes.span(("roles", name)),
            organization=role.organization,
        )
        for name, role in file.roles.items()
    }


def _needs_now(protocol: model.Protocol) -> bool:
    conditions = [condition for gate in protocol.gates() for condition in (gate.when, gate.unless) if condition]
    values: list[Condition | Value] = [
        *conditions,
        *(criterion.condition for criterion in protocol.criteria.values()),
        *(measure.value for measure in protocol.measures.values()),
        *(rule.tier for rule in protocol.rules.values()),
    ]
    dues = [response.due for response in protocol.responses.values() if response.due]
    return uses_now(*values) or any(due.after in ("now", "active") for due in dues)
