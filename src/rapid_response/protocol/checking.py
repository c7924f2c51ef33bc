"""From the shape of a protocol to its meaning: names are settled, conditions typed, and every problem noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal, TypeVar, cast

from rapid_response.protocol import model, schema
from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Condition,
    Not,
    Type,
    Value,
    uses_now,
)
from rapid_response.protocol.grammar import KEYWORDS, parse
from rapid_response.protocol.measures import MeasureReader
from rapid_response.protocol.problems import Problem, Span, did_you_mean, one_of
from rapid_response.protocol.reading import Mapping as MappingNode
from rapid_response.protocol.reading import Node, Scalar
from rapid_response.protocol.reading import Sequence as SequenceNode
from rapid_response.protocol.sentences import MOST_PLACES, Faulty, Reader, Word, each
from rapid_response.protocol.values import UNBOUNDED, Encoded, Unfit, encode, from_yaml, places_of, scaled

MOST_TIERS = 64
MOST_CIRCLES = 20
LONGEST_DUE = 100_000
_BLOCKS = ("all", "any", "none", "at_least")
_WORDS = re.compile(r"\"[^\"]*\"|'[^']*'|[A-Za-z][A-Za-z0-9_]*")

Path = tuple[str | int, ...]
Checked = TypeVar("Checked")


@dataclass(frozen=True, slots=True)
class Place:
    """Finds where things stand in the merged document."""

    root: MappingNode

    def node(self, path: Path) -> Node | None:
        """The node at a path of keys and positions, None where there is none."""
        node: Node | None = self.root
        for step in path:
            if isinstance(node, MappingNode) and isinstance(step, str):
                node = node.get(step)
            elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                return None
        return node

    def span(self, path: Path) -> Span:
        """Where a thing is named: its key, or its first text where it has none."""
        while path:
            parent = self.node(path[:-1])
            if isinstance(parent, MappingNode) and isinstance(path[-1], str) and (key := parent.key(path[-1])):
                return key.span
            if (node := self.node(path)) is not None:
                return node.span if node.span.line == node.span.end_line else _first_text(node)
            path = path[:-1]
        return _first_text(self.root)


def _first_text(node: Node) -> Span:
    while not isinstance(node, Scalar):
        first = [key for key, _ in node.entries] if isinstance(node, MappingNode) else node.items
        if not first:
            return node.span
        node = first[0]
    return node.span


@dataclass
class Checker:
    """Checks one protocol; what it finds wrong is appended to `problems`.

    `faulty` are the names of parts that the file has and that were left out, since their shape is wrong.
    """

    file: schema.ProtocolFile
    place: Place
    problems: list[Problem]
    faulty: frozenset[str] = frozenset()
    facts: dict[str, model.Fact] = field(default_factory=dict)
    kinds: dict[str, model.Kind] = field(default_factory=dict)
    criteria: dict[str, model.Criterion] = field(default_factory=dict)
    measures: dict[str, model.Measure] = field(default_factory=dict)
    speaks_of: Literal["facts", "the tier", "everything"] = "facts"

    # What sentences may refer to (the interface `sentences.Names`)

    @property
    def zone(self) -> str | None:
        return self.file.time_zone

    @property
    def tiers(self) -> Type | None:
        return None if self.speaks_of == "facts" else self.kinds["tiers"].type

    @property
    def may_be_unsettled(self) -> bool:
        return self.speaks_of == "the tier"

    def fact(self, name: str) -> Type | None:
        if name in self.facts:
            return self.facts[name].type
        if name in self.file.facts or name in self.faulty:
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

    def is_response(self, name: str) -> bool:
        return self.speaks_of == "everything" and name in self.file.responses

    def known(self) -> Sequence[str]:
        responses = self.file.responses if self.speaks_of == "everything" else ()
        return [*self.file.facts, *self.file.criteria, *self.file.measures, *responses]

    # The whole

    def protocol(self, fingerprint: str, sources: tuple[Any, ...]) -> model.Protocol | None:
        """The checked protocol, or None where there are problems."""
        self.check_names()
        tiers = self.check_tiers()
        self.section("kinds", self.kinds, self.kind)
        self.section("facts", self.facts, self.read_fact)
        order = self.definitions()
        scope = self.section("out_of_scope", {}, self.scope_rule)
        rules = self.section("rules", {}, self.rule)
        self.speaks_of = "the tier"
        responses = self.section("responses", {}, self.response)
        self.speaks_of = "everything"
        properties = self.properties()
        at = self.moment_fact(self.file.at)
        choices = ("lowest", "highest", "nothing")
        if_unsettled = self.word_of(self.file.if_unsettled, choices, "lowest")
        window = self.window()
        if self.problems:
            return None
        protocol = model.Protocol(
            name=self.file.protocol.text,
            title=self.file.title,
            version=self.file.version.text if self.file.version else "",
            in_force=window,
            time_zone=self.file.time_zone,
            at=at,
            if_unsettled=cast(Any, if_unsettled),
            unsettled=self.unsettled(),
            roles=self.roles(),
            tiers=tiers,
            kinds=self.kinds,
            facts=self.facts,
            criteria={name: self.criteria[name] for name in self.file.criteria},
            measures={name: self.measures[name] for name in self.file.measures},
            scope=scope,
            rules=rules,
            responses=responses,
            properties=properties,
            allowed=self.allowed(),
            order=order,
            needs_now=False,
            fingerprint=fingerprint,
            sources=sources,
        )
        return replace(protocol, needs_now=_needs_now(protocol))

    def note(self, problem: str, message: str, path: Path, remedy: str | None = None) -> None:
        self.problems.append(Problem(problem, message, self.place.span(path), remedy))

    def section(
        self, section: str, into: dict[str, Checked], check: Callable[[str, Any, Path], Checked]
    ) -> dict[str, Checked]:
        """Check every part of a section; faulty parts are left out, their problems noted."""
        attribute = getattr(self.file, section)
        for name, part in attribute.items():
            try:
                into[name] = check(name, part, (section, name))
            except Faulty:
                continue
        return into

    # Names

    def check_names(self) -> None:
        sections = ("facts", "criteria", "measures")
        seen: dict[str, str] = {}
        for section in sections:
            for name in getattr(self.file, section):
                if name in KEYWORDS:
                    self.note("RR204", f"`{name}` is a word of the language", (section, name), "choose another name")
                if name in seen:
                    first = ((self.place.span((seen[name], name)), "first here"),)
                    message = f"`{name}` is the name of two things that conditions could mean"
                    span = self.place.span((section, name))
                    self.problems.append(Problem("RR302", message, span, "rename one of the two", first))
                seen.setdefault(name, section)
        if "tiers" in self.file.kinds:
            self.note("RR302", "`tiers` is already the kind of the tiers", ("kinds", "tiers"), "choose another name")

    def check_tiers(self) -> tuple[model.Tier, ...]:
        if len(self.file.tiers) > MOST_TIERS:
            self.note("RR104", f"more than {MOST_TIERS} tiers", ("tiers",))
        tiers = tuple(
            model.Tier(
                name=name,
                title=tier.title,
                means=tier.means,
                span=self.place.span(("tiers", name)),
                level=level,
                hours=tier.effort.hours if tier.effort else None,
            )
            for level, (name, tier) in enumerate(self.file.tiers.items())
        )
        names = tuple(self.file.tiers)
        options = tuple(model.Option(name=tier.name, title=tier.title, span=tier.span) for tier in tiers)
        kind = Type("scale", kind="tiers", options=names, low=0, high=len(names) - 1)
        self.kinds["tiers"] = model.Kind(name="tiers", type=kind, options=options)
        return tiers

    # Types

    def kind(self, name: str, kind: schema.Kind, path: Path) -> model.Kind:
        value_type, options = self.typed(name, kind, path)
        return model.Kind(
            name=name,
            title=kind.title,
            means=kind.means,
            span=self.place.span(path),
            type=value_type,
            options=options,
            unit=kind.unit,
        )

    def read_fact(self, name: str, fact: schema.Fact, path: Path) -> model.Fact:
        unit = fact.unit
        if fact.kind is not None:
            kind = self.kind_named(fact.kind)
            self.refuse_beside_kind(fact, path)
            value_type, options, unit = kind.type, kind.options, unit or kind.unit
        else:
            value_type, options = self.typed(name, fact, path)
        return model.Fact(
            name=name,
            title=fact.title,
            means=fact.means,
            span=self.place.span(path),
            type=value_type,
            options=options,
            ask=fact.ask,
            unit=unit,
            private=fact.private,
            more_is=self.more_is(fact.more_is, value_type),
            assumed=self.given(value_type, fact.until_known, (*path, "until_known")),
            blank=self.given(value_type, fact.blank_means, (*path, "blank_means")),
        )

    def more_is(self, scalar: Scalar | None, value_type: Type) -> Any:
        if scalar is not None and value_type.name not in ("yes_no", "scale", "number"):
            message = f"`more_is` does not go with the type {value_type.name}"
            self.problems.append(Problem("RR205", message, scalar.span, "remove it: there is no more or less of it"))
            raise Faulty
        return self.word_of(scalar, ("higher", "lower"), None)

    def kind_named(self, scalar: Scalar) -> model.Kind:
        if scalar.text in self.kinds:
            return self.kinds[scalar.text]
        if scalar.text not in self.file.kinds and scalar.text not in self.faulty:
            message = f"unknown kind `{scalar.text}`"
            listed = f"declare it under `kinds`, or write {one_of(self.kinds)}"
            remedy = did_you_mean(scalar.text, self.kinds, listed)
            self.problems.append(Problem("RR301", message, scalar.span, remedy))
        raise Faulty

    def refuse_beside_kind(self, fact: schema.Fact, path: Path) -> None:
        for key in ("type", "options", "min", "max", "decimals"):
            if getattr(fact, key) is not None:
                self.note("RR205", f"`kind` and `{key}` exclude each other", (*path, key), "the kind says it already")
                raise Faulty

    def typed(self, name: str, part: schema.Typed, path: Path) -> tuple[Type, tuple[model.Option, ...]]:
        if part.type is None:
            keys = "`type` or `kind`" if isinstance(part, schema.Fact) else "`type`"
            self.note("RR202", f"`{name}` needs {keys}", path, f"types are {one_of(schema.TYPES)}")
            raise Faulty
        type_name = self.word_of(part.type, schema.TYPES, "")
        if not type_name:
            raise Faulty
        chosen = type_name in ("scale", "choice", "choices")
        self.refuse_keys(part, path, type_name, ("options",) if not chosen else ())
        self.refuse_keys(part, path, type_name, ("min", "max", "decimals") if type_name != "number" else ())
        if chosen:
            return self.optioned(name, type_name, part, path)
        return (self.number_type(part, path) if type_name == "number" else Type(cast(Any, type_name))), ()

    def refuse_keys(self, part: schema.Typed, path: Path, type_name: str, keys: Iterable[str]) -> None:
        for key in keys:
            if getattr(part, key) is not None:
                self.note("RR205", f"`{key}` does not go with the type {type_name}", (*path, key), "remove it")
                raise Faulty

    def optioned(
        self, name: str, type_name: str, part: schema.Typed, path: Path
    ) -> tuple[Type, tuple[model.Option, ...]]:
        if part.options is None:
            self.note("RR202", f"`{name}` needs `options`", path, "write them as options: [first, second]")
            raise Faulty
        names = tuple(part.options)
        span = self.place.span((*path, "options"))
        options = tuple(model.Option(name=option, title=title, span=span) for option, title in part.options.items())
        high = len(names) - 1 if type_name != "choices" else 2 ** len(names) - 1
        return Type(cast(Any, type_name), kind=name, options=names, low=0, high=high), options

    def number_type(self, part: schema.Typed, path: Path) -> Type:
        places = part.decimals or 0
        if not 0 <= places <= MOST_PLACES:
            remedy = f"write a number from 0 to {MOST_PLACES}"
            self.note("RR403", f"numbers have at most {MOST_PLACES} decimals", (*path, "decimals"), remedy)
            raise Faulty
        for key, bound in (("min", part.min), ("max", part.max)):
            if bound is not None and places_of(bound) > places:
                remedy = f"add `decimals: {places_of(bound)}`, or round it"
                self.note("RR403", f"`{key}` has more decimals than the number", (*path, key), remedy)
                raise Faulty
        low = scaled(part.min, places) if part.min is not None else -UNBOUNDED * 10**places
        high = scaled(part.max, places) if part.max is not None else UNBOUNDED * 10**places
        if low > high:
            self.note("RR407", "`min` is greater than `max`", (*path, "min"), "swap the two")
            raise Faulty
        for key, end in (("min", low), ("max", high)):
            if abs(end) > UNBOUNDED * 10**MOST_PLACES:
                most = UNBOUNDED * 10 ** (MOST_PLACES - places)
                self.note("RR402", f"`{key}` is too large", (*path, key), f"keep it within {most:,}")
                raise Faulty
        return Type("number", places=places, low=low, high=high)

    def given(self, value_type: Type, scalar: Scalar | list[Scalar] | None, path: Path) -> Encoded | None:
        """A value written for `until_known` or `blank_means`, encoded."""
        node = self.place.node(path)
        if scalar is None or node is None:
            return None
        try:
            return encode(value_type, from_yaml(value_type, node), self.zone)
        except Unfit as unfit:
            self.problems.append(Problem("RR203", unfit.message, node.span, unfit.help))
            raise Faulty from None

    # Criteria and measures, each after what it refers to

    def definitions(self) -> tuple[str, ...]:
        order = self.ordered()
        for name in order:
            section = "criteria" if name in self.file.criteria else "measures"
            part: Any = getattr(self.file, section)[name]
            try:
                if section == "criteria":
                    self.criteria[name] = self.criterion(name, part, (section, name))
                else:
                    self.measures[name] = self.read_measure(name, part, (section, name))
            except Faulty:
                continue
        return order

    def ordered(self) -> tuple[str, ...]:
        parts: dict[str, Any] = {**self.file.criteria, **self.file.measures}
        others = parts.keys() - self.file.facts.keys()
        below = {name: sorted(_mentioned(part) & others) for name, part in parts.items()}
        for _ in range(MOST_CIRCLES):
            try:
                return tuple(TopologicalSorter(below).static_order())
            except CycleError as error:
                circle = error.args[1][:0:-1]
                self.circle(circle)
                below = {name: sorted({*names}.difference(circle)) for name, names in below.items()}
                below = {name: names for name, names in below.items() if name not in {*circle}}
        return ()

    def circle(self, names: list[str]) -> None:
        shown = names[:MOST_CIRCLES]
        spans = [self.place.span(("criteria" if name in self.file.criteria else "measures", name)) for name in shown]
        path = " -> ".join([*(f"`{name}`" for name in shown), *(["…"] if shown != names else []), f"`{names[0]}`"])
        others = tuple((span, "goes through here") for span in spans[1:])
        message, remedy = f"definitions go round in a circle: {path}", "let one of them be said without the others"
        self.problems.append(Problem("RR310", message, spans[0], remedy, others))

    def criterion(self, name: str, part: schema.Criterion, path: Path) -> model.Criterion:
        condition = self.gated(part.when, part.unless, path)
        return model.Criterion(
            name=name,
            title=part.title,
            means=part.means,
            span=self.place.span(path),
            condition=condition,
            assumed=part.until_known,
        )

    def gated(self, when: Any, unless: Any, path: Path) -> Condition:
        condition, exception = self.both(when, unless, path)
        return condition if exception is None else AllOf((condition, Not(exception, text="unless")))

    def both(self, when: Any, unless: Any, path: Path) -> tuple[Condition, Condition | None]:
        read = self.conditions({"when": when, "unless": unless}, path)
        return read.get("when", Always()), read.get("unless")

    def conditions(self, nodes: Mapping[str, Any], path: Path) -> dict[str, Condition]:
        """The conditions that a part states, by their keys; the problems of all are noted before Faulty is raised."""
        stated = [(key, node) for key, node in nodes.items() if node is not None]
        return dict(each(lambda pair: (pair[0], self.condition(pair[1], (*path, pair[0]))), stated))

    def read_measure(self, name: str, part: schema.Measure, path: Path) -> model.Measure:
        kind = self.kind_named(part.kind) if part.kind is not None else None
        if kind is not None and kind.type.name not in ("scale", "choice"):
            self.note(
                "RR305", "a measure's kind is a scale or a choice", (*path, "kind"), "leave `kind` out for numbers"
            )
            raise Faulty
        reader = MeasureReader(
            part,
            kind.type if kind else None,
            self,
            lambda node, at: self.condition(node, (*path, *at)),
            self.problems,
            lambda at: self.place.span((*path, *at)),
        )
        value = reader.value()
        options = self.kinds[value.type.kind].options if value.type.kind in self.kinds else ()
        return model.Measure(
            name=name,
            title=part.title,
            means=part.means,
            span=self.place.span(path),
            type=value.type,
            form=part.form,
            value=value,
            options=kind.options if kind else options,
            unit=part.unit,
        )

    # Conditions

    def condition(self, node: Any, path: Path) -> Condition:
        """A condition, written as a sentence or as a block; raises Faulty once all its problems are noted."""
        if isinstance(node, Scalar):
            tree = parse(node, "condition", self.problems)
            if tree is None:
                raise Faulty
            return Reader(node, self, self.problems).condition(tree)
        if isinstance(node, list):
            return self.all_of(node, path)
        return self.block(node, path)

    def block(self, node: dict[str, Any], path: Path) -> Condition:
        keys = set(node)
        blocks = [key for key in _BLOCKS if key in keys]
        if len(blocks) > 1:
            message = f"`{blocks[0]}` and `{blocks[1]}` exclude each other"
            self.note("RR205", message, (*path, blocks[1]), "make a list of them, each after `- `")
            raise Faulty
        key = blocks[0] if blocks else None
        expected = {"at_least", "of"} if key == "at_least" else {key}
        if key is None or keys != expected:
            odd = next((key for key in node if key not in expected), next(iter(node), ""))
            usual = "a block is all, any, none, or at_least with of"
            listed = f"write the condition as text, like {odd} == …" if odd in self.known() else usual
            remedy = did_you_mean(odd, [*_BLOCKS, "of"], listed)
            self.note("RR201", f"`{odd}` is not a word of a condition", (*path, odd), remedy)
            raise Faulty
        if key == "at_least":
            return self.at_least(node, path)
        parts = self.parts(node[key], (*path, key))
        span = self.place.span((*path, key))
        match key:
            case "all":
                return AllOf(parts, text="all of", span=span)
            case "any":
                return AnyOf(parts, text="any of", span=span)
            case _:
                return Not(AnyOf(parts, text="any of", span=span), text="none of", span=span)

    def all_of(self, nodes: list[Any], path: Path) -> Condition:
        parts = self.parts(nodes, path)
        return parts[0] if len(parts) == 1 else AllOf(parts, text="all of", span=self.place.span(path))

    def at_least(self, node: dict[str, Any], path: Path) -> Condition:
        parts = self.parts(node["of"], (*path, "of"))
        number = node["at_least"]
        if not isinstance(number, Scalar) or number.text not in map(str, range(1, len(parts) + 1)):
            remedy = f"write a number from 1 to {len(parts)}, which is how many conditions `of` has"
            self.note("RR203", "`at_least` is not such a number of conditions", (*path, "at_least"), remedy)
            raise Faulty
        return AtLeast(int(number.text), parts, text=f"at least {number.text} of", span=self.place.span(path))

    def parts(self, nodes: Any, path: Path) -> tuple[Condition, ...]:
        if not isinstance(nodes, list) or not nodes:
            self.note(
                "RR203", "a list of conditions was expected here", path, "write one condition per line, each after `- `"
            )
            raise Faulty
        return tuple(each(lambda item: self.condition(item[1], (*path, item[0])), enumerate(nodes)))

    # Scope, rules and responses

    def gate(self, name: str, part: schema.Gate, path: Path) -> dict[str, Any]:
        when, unless = self.both(part.when, part.unless, path)
        return {
            "name": name,
            "title": part.title,
            "means": part.means,
            "span": self.place.span(path),
            "when": when,
            "unless": unless,
            "because": part.because,
            "source": part.source.text if part.source else None,
        }

    def scope_rule(self, name: str, part: schema.ScopeRule, path: Path) -> model.ScopeRule:
        return model.ScopeRule(**self.gate(name, part, path))

    def rule(self, name: str, part: schema.Rule, path: Path) -> model.Rule:
        target = cast(Scalar, part.raise_to or part.limit_to)
        tier = self.attempt_tier(target)
        gate = self.gate(name, part, path)
        if tier is None:
            raise Faulty
        return model.Rule(**gate, effect="raise_to" if part.raise_to else "limit_to", tier=tier)

    def attempt_tier(self, target: Scalar) -> Value | None:
        kind = self.kinds["tiers"].type
        named = target.text in (*self.known(), *self.faulty)
        if not named and target.text not in kind.options and re.fullmatch(schema.NAME, target.text):
            message = f"unknown tier `{target.text}`"
            remedy = did_you_mean(target.text, [*kind.options, *self.known()], f"write {one_of(kind.options)}")
            self.problems.append(Problem("RR301", message, target.span, remedy))
            return None
        tree = parse(target, "condition", self.problems)
        if tree is None:
            return None
        try:
            operand = Reader(target, self, self.problems).operand(tree)
            if isinstance(operand, Word) or (isinstance(operand, Value) and operand.type.alike(kind)):
                return Reader(target, self, self.problems).value(tree, kind)
        except Faulty:
            return None
        remedy = "give the fact or measure `kind: tiers`" if named else f"write {one_of(kind.options)}"
        self.problems.append(Problem("RR305", f"`{target.text}` is not a tier", target.span, remedy))
        return None

    def response(self, name: str, part: schema.Response, path: Path) -> model.Response:
        serves = self.word_of(part.serves, ("people", "public"), None)
        due = self.due(part.due) if part.due else None
        self.check_owner(part.owner)
        gate = self.gate(name, part, path)
        owner = part.owner.text if part.owner else None
        hours = part.effort.hours if part.effort else None
        return model.Response(**gate, serves=cast(Any, serves), owner=owner, due=due, hours=hours)

    def check_owner(self, owner: Scalar | None) -> None:
        if owner is not None and owner.text not in self.file.roles and owner.text not in self.faulty:
            remedy = did_you_mean(owner.text, self.file.roles, "declare it under `roles`")
            self.problems.append(Problem("RR301", f"unknown role `{owner.text}`", owner.span, remedy))

    def due(self, scalar: Scalar) -> model.Due | None:
        tree = parse(scalar, "due", self.problems)
        if tree is None:
            return None
        amount, unit, after = (str(child) for child in tree.children)
        if not amount.isdecimal() or int(amount) > LONGEST_DUE:
            message, remedy = f"`{amount}` is not a whole number up to {LONGEST_DUE:,}", "use another unit"
            self.problems.append(Problem("RR203", message, scalar.at(0, len(amount)), remedy))
            return None
        if after not in ("now", "active"):
            self.moment_fact(scalar, after)
        return model.Due(amount=int(amount), unit=unit.removesuffix("s"), after=after)

    def moment_fact(self, scalar: Scalar | None, name: str | None = None) -> str | None:
        if scalar is None:
            return None
        name = name or scalar.text
        moments = [fact.name for fact in self.facts.values() if fact.type.name == "moment"]
        if name not in moments and not (name in self.file.facts and name not in self.facts):
            message = f"`{name}` is not a moment fact" if name in self.facts else f"unknown fact `{name}`"
            start = scalar.text.find(name)
            span = scalar.at(start, start + len(name))
            remedy = f"write {one_of(moments)}" if moments else "declare a fact of the type `moment`"
            self.problems.append(Problem("RR301", message, span, did_you_mean(name, moments, remedy)))
        return name

    # Properties, and findings that are meant

    def properties(self) -> tuple[model.Property, ...]:
        stated: list[tuple[Path, schema.Always | schema.Never]] = []
        stated += [(("always", position), part) for position, part in enumerate(self.file.always)]
        stated += [(("never", position), part) for position, part in enumerate(self.file.never)]
        self.refuse_repeated([(path, str(part.name)) for path, part in stated])
        try:
            return tuple(each(lambda pair: self.property(*pair), stated))
        except Faulty:
            return ()

    def refuse_repeated(self, names: Iterable[tuple[Path, str]]) -> None:
        seen: dict[str, Path] = {}
        for path, name in names:
            if name in seen:
                others = ((self.place.span(seen[name]), "first here"),)
                message = f"two properties have the name `{name}`"
                self.problems.append(
                    Problem("RR302", message, self.place.span(path), "give them different names", others)
                )
            seen.setdefault(name, path)

    def property(self, path: Path, part: schema.Always | schema.Never) -> model.Property:
        then = part.then if isinstance(part, schema.Always) else None
        read = self.conditions({"when": part.when, "then": then}, path)
        return model.Property(
            name=part.name,
            kind="always" if isinstance(part, schema.Always) else "never",
            when=read.get("when", Always()),
            then=read.get("then", Not(Always())),
            because=part.because,
            span=self.place.span((*path, "name")),
        )

    def allowed(self) -> tuple[model.Allowance, ...]:
        return tuple(
            model.Allowance(
                finding=part.finding.text,
                about=part.about.text,
                because=part.because,
                span=self.place.span(("allow", position)),
            )
            for position, part in enumerate(self.file.allow)
        )

    # Small parts

    def word_of(self, scalar: Scalar | None, words: Sequence[str], default: Checked) -> str | Checked:
        if scalar is None:
            return default
        if scalar.text not in words:
            remedy = did_you_mean(scalar.text, words, f"write {one_of(words)}")
            message = f"`{scalar.text}` is not one of the words that fit here"
            self.problems.append(Problem("RR203", message, scalar.span, remedy))
            return default
        return scalar.text

    def window(self) -> model.Window:
        stated = self.file.in_force
        if stated is None:
            return model.Window()
        if stated.from_ and stated.until and stated.from_ >= stated.until:
            remedy = "the day `until` is the first on which it is no longer in force"
            self.note("RR407", "`until` is not after `from`", ("in_force", "until"), remedy)
        return model.Window(start=stated.from_, until=stated.until)

    def unsettled(self) -> model.Named:
        stated = self.file.unsettled or schema.Unsettled()
        return model.Named(name="unsettled", title=stated.title, means=stated.means)

    def roles(self) -> dict[str, model.Role]:
        return {
            name: model.Role(
                name=name,
                title=role.title,
                means=role.means,
                span=self.place.span(("roles", name)),
                organization=role.organization,
            )
            for name, role in self.file.roles.items()
        }


def _mentioned(part: schema.Criterion | schema.Measure) -> set[str]:
    """Every word in the sentences of a definition that could be a name; options in table cells are none."""
    if isinstance(part, schema.Criterion):
        return _words([part.when, part.unless])
    tabled = [part.table.columns, [row[-1] for row in part.table.rows], part.table.otherwise] if part.table else []
    rows = [
        [row.when for row in part.points or []],
        [[case.when, case.is_, case.otherwise] for case in part.cases or []],
    ]
    bands = [[band.is_, band.otherwise] for band in part.bands or []]
    return _words([part.formula, part.by, list((part.values or {}).values()), tabled, rows, bands])


def _words(node: Any) -> set[str]:
    if isinstance(node, Scalar):
        return {word for word in _WORDS.findall(node.text) if word[0] not in "\"'"}
    inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    return {word for part in inner for word in _words(part)}


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
