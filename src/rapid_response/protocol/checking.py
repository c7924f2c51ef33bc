"""From the shape of a protocol to its meaning: names are settled, conditions typed, and every problem noted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from rapid_response.protocol import model, schema
from rapid_response.protocol.blocks import ConditionReader
from rapid_response.protocol.declaring import Declarations
from rapid_response.protocol.expressions import (
    AllOf,
    Always,
    Condition,
    Constant,
    Not,
    Now,
    PatternValue,
    Type,
    Value,
    names_in,
    parts_of,
    uses_now,
)
from rapid_response.protocol.faults import Faulty, each, tried
from rapid_response.protocol.grammar import KEYWORDS, parse
from rapid_response.protocol.measures import MeasureReader
from rapid_response.protocol.noting import Notes, Path
from rapid_response.protocol.ordering import in_order
from rapid_response.protocol.problems import Source, did_you_mean, one_of
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.resolving import Word
from rapid_response.protocol.sentences import Reader
from rapid_response.protocol.values import UNBOUNDED

LONGEST_DUE = 100_000
PATTERN = Type("number", low=0, high=UNBOUNDED)


def checked(
    file: schema.ProtocolFile, notes: Notes, faulty: frozenset[str], fingerprint: str, sources: tuple[Source, ...]
) -> model.Protocol | None:
    """The protocol of a file, or None where there are problems, which are noted.

    `faulty` are the names of parts that the file has and that were left out, since their shape is wrong.
    """
    return _Checker(file, notes, faulty, Declarations(file, notes, faulty)).protocol(fingerprint, sources)


def definitions(
    file: schema.ProtocolFile,
    notes: Notes,
    faulty: frozenset[str],
    facts: Mapping[str, model.Fact],
    kinds: Mapping[str, model.Kind],
) -> tuple[dict[str, model.Criterion], dict[str, model.Measure]]:
    """The criteria and measures of a file about facts declared elsewhere; faulty ones are noted and left out."""
    checker = _Checker(file, notes, faulty, Declarations(file, notes, faulty, (), dict(kinds), dict(facts)))
    checker.definitions()
    return checker.criteria, checker.measures


@dataclass
class _Checker:
    file: schema.ProtocolFile
    notes: Notes
    faulty: frozenset[str]
    declared: Declarations
    criteria: dict[str, model.Criterion] = field(default_factory=dict)
    measures: dict[str, model.Measure] = field(default_factory=dict)
    speaks_of: Literal["facts", "the tier", "everything"] = "facts"

    # What sentences may refer to (the interface `resolving.Names`)

    @property
    def zone(self) -> str | None:
        return self.file.time_zone

    @property
    def tiers(self) -> Type | None:
        return None if self.speaks_of == "facts" else self.declared.kinds["tiers"].type

    @property
    def may_be_unsettled(self) -> bool:
        return self.speaks_of == "the tier"

    def fact(self, name: str) -> Type | None:
        if name in self.declared.facts:
            return self.declared.facts[name].type
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

    def pattern(self, name: str) -> Type | None:
        return PATTERN if name in self.file.patterns else None

    def is_response(self, name: str) -> bool:
        return self.speaks_of == "everything" and name in self.file.responses

    def known(self) -> Sequence[str]:
        responses = self.file.responses if self.speaks_of == "everything" else ()
        facts = self.file.facts or self.declared.facts
        return [*facts, *self.file.criteria, *self.file.measures, *self.file.patterns, *responses]

    @property
    def reader(self) -> ConditionReader:
        return ConditionReader(self, self.notes)

    # The whole

    def protocol(self, fingerprint: str, sources: tuple[Source, ...]) -> model.Protocol | None:
        self.check_names()
        self.declared.read()
        order = self.definitions()
        patterns = self.notes.section("patterns", self.file.patterns, self.read_pattern)
        scope = self.notes.section("out_of_scope", self.file.out_of_scope, self.scope_rule)
        rules = self.notes.section("rules", self.file.rules, self.rule)
        self.speaks_of = "the tier"
        responses = self.notes.section("responses", self.file.responses, self.response)
        self.speaks_of = "everything"
        properties = self.properties()
        at = self.moment_fact(self.file.at)
        choices = ("lowest", "highest", "nothing")
        if_unsettled = self.notes.word_of(self.file.if_unsettled, choices, "lowest")
        window = self.window()
        if self.notes.problems:
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
            tiers=self.declared.tiers,
            kinds=self.declared.kinds,
            facts=self.declared.facts,
            criteria={name: self.criteria[name] for name in self.file.criteria},
            measures={name: self.measures[name] for name in self.file.measures},
            patterns=patterns,
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

    # Names

    def check_names(self) -> None:
        sections = ("facts", "criteria", "measures", "patterns")
        seen: dict[str, str] = {}
        for section in sections:
            for name in getattr(self.file, section):
                if name in KEYWORDS:
                    self.notes.note(
                        "RR204", f"`{name}` is a word of the language", (section, name), "choose another name"
                    )
                if name in seen:
                    first = ((self.notes.span((seen[name], name)), "first here"),)
                    message = f"`{name}` is the name of two things that conditions could mean"
                    span = self.notes.span((section, name))
                    self.notes.note("RR302", message, span, "rename one of the two", first)
                seen.setdefault(name, section)
        if "tiers" in self.file.kinds:
            self.notes.note(
                "RR302", "`tiers` is already the kind of the tiers", ("kinds", "tiers"), "choose another name"
            )

    # Criteria and measures, each after what it refers to

    def definitions(self) -> tuple[str, ...]:
        order = in_order(self.file, self.notes)
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

    def criterion(self, name: str, part: schema.Criterion, path: Path) -> model.Criterion:
        condition = self.gated(part.when, part.unless, path)
        return model.Criterion(
            name=name,
            title=part.title,
            means=part.means,
            span=self.notes.span(path),
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
        return dict(each(lambda pair: (pair[0], self.reader.condition(pair[1], (*path, pair[0]))), stated))

    def read_measure(self, name: str, part: schema.Measure, path: Path) -> model.Measure:
        kind = self.declared.kind_named(part.kind) if part.kind is not None else None
        if kind is not None and kind.type.name not in ("scale", "choice"):
            self.notes.note(
                "RR305", "a measure's kind is a scale or a choice", (*path, "kind"), "leave `kind` out for numbers"
            )
            raise Faulty
        reader = MeasureReader(
            part,
            kind.type if kind else None,
            self,
            lambda node, at: self.reader.condition(node, (*path, *at)),
            self.notes.problems,
            lambda at: self.notes.span((*path, *at)),
        )
        value = reader.value()
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

    # Patterns

    def read_pattern(self, name: str, part: schema.Pattern, path: Path) -> model.Pattern:
        if self.file.at is None:
            self.notes.note(
                "RR202", f"`{name}` needs to know when incidents happen", path, "add `at:` and a moment fact"
            )
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
        condition = Always() if where is None else self.reader.condition(where, path)
        for part in self.all_parts(condition):
            if isinstance(part, Now | PatternValue):
                words = "`now`" if isinstance(part, Now) else f"the pattern `{part.pattern}`"
                self.notes.note("RR311", f"`{name}` counts by {words}", path, "count by facts that stay the same")
                raise Faulty
        return condition

    def all_parts(self, node: Condition) -> Iterator[Condition | Value]:
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

    def same_fact(self, scalar: Scalar) -> str:
        kind = self.fact(scalar.text)
        if kind is None:
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
        window = Reader(scalar, self, self.notes.problems).value(tree)
        assert isinstance(window, Constant)
        return window

    # Scope, rules and responses

    def gate(self, name: str, part: schema.Gate, path: Path) -> dict[str, Any]:
        when, unless = self.both(part.when, part.unless, path)
        return {
            "name": name,
            "title": part.title,
            "means": part.means,
            "span": self.notes.span(path),
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
        kind = self.declared.kinds["tiers"].type
        named = target.text in (*self.known(), *self.faulty)
        if not named and target.text not in kind.options and re.fullmatch(schema.NAME, target.text):
            message = f"unknown tier `{target.text}`"
            remedy = did_you_mean(target.text, [*kind.options, *self.known()], f"write {one_of(kind.options)}")
            self.notes.note("RR301", message, target.span, remedy)
            return None
        tree = parse(target, "condition", self.notes.problems)
        if tree is None:
            return None
        try:
            operand = Reader(target, self, self.notes.problems).operand(tree)
            if isinstance(operand, Word) or (isinstance(operand, Value) and operand.type.alike(kind)):
                return Reader(target, self, self.notes.problems).value(tree, kind)
        except Faulty:
            return None
        remedy = "give the fact or measure `kind: tiers`" if named else f"write {one_of(kind.options)}"
        self.notes.note("RR305", f"`{target.text}` is not a tier", target.span, remedy)
        return None

    def response(self, name: str, part: schema.Response, path: Path) -> model.Response:
        serves = self.notes.word_of(part.serves, ("people", "public"), None)
        due = self.due(part.due) if part.due else None
        self.check_owner(part.owner)
        gate = self.gate(name, part, path)
        owner = part.owner.text if part.owner else None
        hours = part.effort.hours if part.effort else None
        return model.Response(**gate, serves=cast(Any, serves), owner=owner, due=due, hours=hours)

    def check_owner(self, owner: Scalar | None) -> None:
        if owner is not None and owner.text not in self.file.roles and owner.text not in self.faulty:
            remedy = did_you_mean(owner.text, self.file.roles, "declare it under `roles`")
            self.notes.note("RR301", f"unknown role `{owner.text}`", owner.span, remedy)

    def due(self, scalar: Scalar) -> model.Due | None:
        tree = parse(scalar, "due", self.notes.problems)
        if tree is None:
            return None
        amount, unit, after = (str(child) for child in tree.children)
        if not amount.isdecimal() or int(amount) > LONGEST_DUE:
            message, remedy = f"`{amount}` is not a whole number up to {LONGEST_DUE:,}", "use another unit"
            self.notes.note("RR203", message, scalar.at(0, len(amount)), remedy)
            return None
        if after not in ("now", "active"):
            self.moment_fact(scalar, after)
        return model.Due(amount=int(amount), unit=unit.removesuffix("s"), after=after)

    def moment_fact(self, scalar: Scalar | None, name: str | None = None) -> str | None:
        if scalar is None:
            return None
        name = name or scalar.text
        moments = [fact.name for fact in self.declared.facts.values() if fact.type.name == "moment"]
        if name not in moments and not (name in self.file.facts and name not in self.declared.facts):
            message = f"`{name}` is not a moment fact" if name in self.declared.facts else f"unknown fact `{name}`"
            start = scalar.text.find(name)
            span = scalar.at(start, start + len(name))
            remedy = f"write {one_of(moments)}" if moments else "declare a fact of the type `moment`"
            self.notes.note("RR301", message, span, did_you_mean(name, moments, remedy))
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
                others = ((self.notes.span(seen[name]), "first here"),)
                message = f"two properties have the name `{name}`"
                self.notes.note("RR302", message, self.notes.span(path), "give them different names", others)
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
            span=self.notes.span((*path, "name")),
        )

    def allowed(self) -> tuple[model.Allowance, ...]:
        return tuple(
            model.Allowance(
                finding=part.finding.text,
                about=part.about.text,
                because=part.because,
                span=self.notes.span(("allow", position)),
            )
            for position, part in enumerate(self.file.allow)
        )

    # Small parts

    def window(self) -> model.Window:
        stated, place = self.file.in_force, self.notes.span(("in_force",))
        if stated is None:
            return model.Window(span=place)
        if stated.from_ and stated.until and stated.from_ >= stated.until:
            remedy = "the day `until` is the first on which it is no longer in force"
            self.notes.note("RR407", "`until` is not after `from`", ("in_force", "until"), remedy)
        return model.Window(start=stated.from_, until=stated.until, span=place)

    def unsettled(self) -> model.Named:
        stated = self.file.unsettled or schema.Unsettled()
        return model.Named(name="unsettled", title=stated.title, means=stated.means)

    def roles(self) -> dict[str, model.Role]:
        return {
            name: model.Role(
                name=name,
                title=role.title,
                means=role.means,
                span=self.notes.span(("roles", name)),
                organization=role.organization,
            )
            for name, role in self.file.roles.items()
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
