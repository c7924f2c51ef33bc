"""Scenario files to scenarios: every name is checked against the protocol, and every problem noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from os import PathLike
from pathlib import Path
from typing import Any

from rapid_response.errors import IncidentError
from rapid_response.evaluation.incident_files import given_from_node
from rapid_response.evaluation.incidents import Incident, encode_as_of
from rapid_response.evaluation.patterns import Past
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.loading import SCENARIOS
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Problem, Source, Span, did_you_mean, one_of
from rapid_response.protocol.reading import Mapping, Node, Scalar, read_source, read_yaml
from rapid_response.protocol.reading import Sequence as SequenceNode
from rapid_response.protocol.values import Unfit, encode, from_yaml, unscaled
from rapid_response.scenarios.model import LONGEST_NAME, NOTHING, Claim, ClaimKind, Scenario, ScenarioError, number_text

_RULE_STATES = {"fired": "fired", "not_fired": "not fired", "open": "open", "overridden": "overridden"}
_RESPONSE_STATES = {"active": "active", "inactive": "inactive", "open": "open"}
_TRUTHS = {"yes": "yes", "true": "yes", "no": "no", "false": "no", "unknown": "unknown"}
_STANDINGS = ("settled", "assumed", "open")
_SCOPES = ("in", "out", "unknown")
_IN_RESULTS = {"RR502": "RR203", "RR503": "RR303", "RR504": "RR602"}
"""The problems of values in incidents, and what they are called in expected results."""


def read_scenarios(protocol: Protocol, path: str | PathLike[str]) -> tuple[Scenario, ...]:
    """The scenarios beside a protocol, in the order of the files.

    `path` is the protocol's folder, one file of it, or a single `*.scenarios.yaml`. No such files mean no scenarios.

    Raises ScenarioError, which lists every problem of every file with line and column.

    >>> from rapid_response import load_protocol
    >>> read_scenarios(load_protocol("protocol_rules/ccsj"), "protocol_rules/ccsj/protocol.yaml")[:0]
    ()
    """
    problems: list[Problem] = []
    sources = [source for file in _files(Path(path)) if (source := read_source(file, str(file), problems))]
    return _scenarios(protocol, sources, problems)


def scenarios_from_text(protocol: Protocol, text: str, name: str = f"protocol{SCENARIOS}") -> tuple[Scenario, ...]:
    """The scenarios in a text; `name` stands for the file in problems. Raises ScenarioError.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text("protocol: p\\ntiers: {low: {}, high: {}}")
    >>> text = "scenarios: [{name: Nothing happened, incident: {}, expect: {tier: low, standing: settled}}]"
    >>> [(scenario.name, len(scenario.claims)) for scenario in scenarios_from_text(protocol, text)]
    [('Nothing happened', 2)]
    """
    return _scenarios(protocol, [Source(name, text)], [])


def _files(path: Path) -> list[Path]:
    if path.name.endswith(SCENARIOS) and not path.is_dir():
        return [path]
    folder = path if path.is_dir() else path.parent
    return sorted(folder.glob(f"*{SCENARIOS}"))


def _scenarios(protocol: Protocol, sources: Sequence[Source], problems: list[Problem]) -> tuple[Scenario, ...]:
    reader = _Reader(protocol, problems, {})
    found = [scenario for source in sources for scenario in reader.file(source)]
    if problems:
        raise ScenarioError(problems)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads scenarios; what it finds wrong is appended to `problems`. `names` are those read so far."""

    protocol: Protocol
    problems: list[Problem]
    names: dict[str, Span]

    def note(self, problem: str, message: str, span: Span, remedy: str | None = None) -> None:
        self.problems.append(Problem(problem, message, span, remedy))

    # Files and scenarios

    def file(self, source: Source) -> list[Scenario]:
        faults: list[Problem] = []
        root = read_yaml(source, faults)
        if faults:
            self.problems.extend(replace(fault, confidential=True) for fault in faults)
            return []
        if not isinstance(root, Mapping):
            span = root.span if root else Span(source, 1, 1, 1, 1)
            self.note("RR109", f"`{source.name}` holds no scenarios", span, "begin with `scenarios:` and a list")
            return []
        self.refuse_unknown(root, ("scenarios",), "a scenario file")
        nodes = root.get("scenarios")
        if not isinstance(nodes, SequenceNode) or not nodes.items:
            span = nodes.span if nodes else root.span
            self.note("RR203", "`scenarios` is a list of at least one scenario", span, "begin each one with `- name:`")
            return []
        return [scenario for node in nodes.items if (scenario := self.discreetly(node))]

    def discreetly(self, node: Node) -> Scenario | None:
        """A scenario. Problems do not show lines that its incidents stand on: they may hold what people said."""
        before = len(self.problems)
        scenario = self.scenario(node)
        for key in ("incident", "history"):
            if isinstance(node, Mapping) and (told := node.get(key)):
                self.problems[before:] = [_discreet(problem, told.span) for problem in self.problems[before:]]
        return scenario

    def scenario(self, node: Node) -> Scenario | None:
        if not isinstance(node, Mapping):
            self.note("RR203", "a scenario is a mapping", node.span, "begin each one with `- name:`")
            return None
        before = len(self.problems)
        self.refuse_unknown(node, ("name", "incident", "as_of", "history", "expect"), "a scenario")
        name = self.name(node)
        incident, now = self.incident(node), self.as_of(node)
        past = self.past(node)
        claims = tuple(self.claims(node))
        if incident is None or len(self.problems) > before:
            return None
        return Scenario(name.text, incident, now, past, claims, name.span)

    def refuse_unknown(self, node: Mapping, known: Sequence[str], owner: str) -> None:
        for key, _ in node.entries:
            if key.text not in known:
                remedy = did_you_mean(key.text, known, f"known keys: {', '.join(known)}")
                self.note("RR201", f"`{key.text[:60]}` is not a known key of {owner}", key.span, remedy)

    def required(self, node: Mapping, key: str, owner: str) -> Node | None:
        if (found := node.get(key)) is None:
            self.note("RR202", f"{owner} needs `{key}`", _first(node), f"add `{key}:`")
        return found

    def name(self, node: Mapping) -> Scalar:
        name = self.required(node, "name", "a scenario")
        if not isinstance(name, Scalar) or not name.text.strip() or not name.text.isprintable():
            if name is not None:
                self.note("RR203", "a scenario's name is one line of text", name.span)
            return Scalar("", span=_first(node))
        if len(name.text) > LONGEST_NAME:
            self.note("RR203", f"a scenario's name has at most {LONGEST_NAME} characters", name.span)
        if first := self.names.get(name.text):
            others = ((first, "first here"),)
            message = "two scenarios have the same name"
            self.problems.append(Problem("RR302", message, name.span, "rename one of the two", others))
        self.names.setdefault(name.text, name.span)
        return name

    def incident(self, node: Mapping) -> Incident | None:
        given = self.required(node, "incident", "a scenario")
        return None if given is None else self.checked(given)

    def checked(self, given: Node) -> Incident | None:
        if not isinstance(given, Mapping):
            self.note("RR203", "an incident is a mapping of facts", given.span, "write {} where nothing is known")
            return None
        try:
            return given_from_node(self.protocol, given).check(self.protocol)
        except IncidentError as error:
            self.problems.extend(error.problems)
            return None

    def as_of(self, node: Mapping) -> int | None:
        given = node.get("as_of")
        if given is not None and not isinstance(given, Scalar):
            self.note("RR203", "`as_of` is one date and time", given.span, "write it like 2026-02-01T09:00")
            return None
        span = given.span if given else _first(node)
        try:
            return encode_as_of(self.protocol, given.text if given and not given.is_null else None)
        except IncidentError as error:
            self.problems.extend(replace(problem, span=span) for problem in error.problems)
            return None

    def past(self, node: Mapping) -> Past | None:
        history = node.get("history")
        if history is None:
            return None
        if not isinstance(history, SequenceNode):
            self.note("RR203", "`history` is a list of past incidents", history.span, "write [] for none")
            return None
        incidents = tuple(incident for given in history.items if (incident := self.checked(given)))
        return Past(self.protocol, incidents)

    # Claims

    def claims(self, node: Mapping) -> Iterator[Claim]:
        expect = self.required(node, "expect", "a scenario")
        if expect is None:
            return
        if isinstance(expect, Scalar) and expect.is_null:
            span = (node.key("expect") or expect).span
            self.nothing_expected(span)
            return
        if not isinstance(expect, Mapping):
            self.note("RR203", "`expect` is a mapping", expect.span, "write it like {tier: …}")
            return
        readers = self.readers()
        self.refuse_unknown(expect, tuple(readers), "`expect`")
        before, found = len(self.problems), 0
        for key, value in expect.entries:
            for claim in readers[key.text](value) if key.text in readers else ():
                found += 1
                yield claim
        if not found and len(self.problems) == before:
            self.nothing_expected(expect.span)

    def nothing_expected(self, span: Span) -> None:
        self.note("RR601", "the scenario expects nothing, so nothing is checked", span, "say what should come out")

    def readers(self) -> dict[str, Callable[[Node], Iterator[Claim]]]:
        protocol = self.protocol
        return {
            "tier": self.tier,
            "standing": lambda node: self.word("standing", node, _STANDINGS),
            "scope": lambda node: self.word("scope", node, _SCOPES),
            "measures": self.measures,
            "criteria": self.criteria,
            "rules": lambda node: self.states("rule", node, _RULE_STATES, tuple(protocol.rules)),
            "responses": lambda node: self.states("response", node, _RESPONSE_STATES, tuple(protocol.responses)),
            "assumptions": self.assumptions,
            "ask_first": self.ask_first,
        }

    def tier(self, node: Node) -> Iterator[Claim]:
        if not isinstance(node, Mapping):
            if name := self.tier_name(node, nothing=True):
                yield Claim("tier", "", (name,), node.span)
            return
        self.refuse_unknown(node, ("lowest", "highest"), "`tier`")
        ends: dict[str, str] = {}
        kinds: tuple[ClaimKind, ClaimKind] = ("lowest", "highest")
        for kind in kinds:
            if (end := node.get(kind)) is not None and (name := self.tier_name(end)):
                ends[kind] = name
                yield Claim(kind, "", (name,), end.span)
        if len(ends) == 2 and self.protocol.tier(ends["lowest"]) > self.protocol.tier(ends["highest"]):
            self.note("RR602", "`lowest` is above `highest`", node.span, "swap the two")

    def tier_name(self, node: Node, nothing: bool = False) -> str | None:
        names = [tier.name for tier in self.protocol.tiers]
        name = self.known(node, [*names, NOTHING] if nothing else names, "tier")
        if name == NOTHING and NOTHING not in names and self.protocol.if_unsettled != "nothing":
            message = f"a tier is always recommended, since `if_unsettled` is `{self.protocol.if_unsettled}`"
            self.note("RR602", message, node.span, f"write {one_of(names)}")
        return name

    def word(self, kind: ClaimKind, node: Node, words: Sequence[str]) -> Iterator[Claim]:
        if not isinstance(node, Scalar) or node.text not in words:
            shown = f"`{node.text[:60]}`" if isinstance(node, Scalar) else "this"
            remedy = did_you_mean(node.text, words) if isinstance(node, Scalar) else None
            self.note("RR203", f"{shown} is not {one_of(words)}", node.span, remedy or f"write {one_of(words)}")
            return
        yield Claim(kind, "", (node.text,), node.span)

    def criteria(self, node: Node) -> Iterator[Claim]:
        for key, value in self.named(node, "criterion", self.protocol.criteria, "criteria: {serious_violence: yes}"):
            if isinstance(value, Scalar) and value.text in _TRUTHS:
                yield Claim("criterion", key.text, (_TRUTHS[value.text],), key.span)
            else:
                self.note("RR203", "a criterion is yes, no or unknown", value.span, "write yes, no or unknown")

    def measures(self, node: Node) -> Iterator[Claim]:
        for key, value in self.named(node, "measure", self.protocol.measures, "measures: {reach: 3}"):
            try:
                expected = _measured(self.protocol.measures[key.text].type, value)
            except Unfit as unfit:
                self.note(unfit.problem, f"`{key.text}`: {unfit.message}", value.span, unfit.help)
            else:
                yield Claim("measure", key.text, expected, key.span)

    def named(self, node: Node, what: str, known: Any, example: str) -> Iterator[tuple[Scalar, Node]]:
        """The entries of a mapping of known names."""
        if not isinstance(node, Mapping):
            self.note("RR203", "a mapping of names was expected here", node.span, f"write it like {example}")
            return
        for key, value in node.entries:
            if self.known(key, known, what):
                yield key, value

    def states(self, kind: ClaimKind, node: Node, states: dict[str, str], known: Sequence[str]) -> Iterator[Claim]:
        """Lists of names by state, like {fired: [a], not_fired: [b]}."""
        if not isinstance(node, Mapping):
            example = f"{{{next(iter(states))}: […]}}"
            self.note("RR203", f"lists of {kind}s by state were expected here", node.span, f"write it like {example}")
            return
        self.refuse_unknown(node, tuple(states), f"`{kind}s`")
        seen: dict[str, Span] = {}
        for key, names in node.entries:
            for name in self.names_in(names) if key.text in states else ():
                if self.known(name, known, kind) and self.possible(kind, name, key.text, seen):
                    yield Claim(kind, name.text, (states[key.text],), name.span)

    def possible(self, kind: ClaimKind, name: Scalar, state: str, seen: dict[str, Span]) -> bool:
        if kind == "rule" and state == "overridden" and self.protocol.rules[name.text].effect == "limit_to":
            self.note("RR602", f"`{name.text}` is a limit, and a limit is never overridden", name.span)
            return False
        if name.text in seen:
            others = ((seen[name.text], "first here"),)
            message = f"`{name.text}` is listed twice"
            self.problems.append(Problem("RR302", message, name.span, "keep one of the two", others))
            return False
        seen[name.text] = name.span
        return True

    def names_in(self, node: Node) -> Iterator[Scalar]:
        if not isinstance(node, SequenceNode):
            self.note("RR203", "a list of names was expected here", node.span, "write it like [a, b]")
            return
        for item in node.items:
            if isinstance(item, Scalar):
                yield item
            else:
                self.note("RR203", "a name was expected here", item.span)

    def assumptions(self, node: Node) -> Iterator[Claim]:
        facts, criteria = self.protocol.facts.values(), self.protocol.criteria.values()
        assumed = {part.name: part.assumed is not None for parts in (facts, criteria) for part in parts}
        for name in self.names_in(node):
            if not self.known(name, assumed, "fact or criterion"):
                continue
            if assumed[name.text]:
                yield Claim("assumption", name.text, ("assumed",), name.span)
            else:
                self.note("RR602", f"nothing is ever assumed of `{name.text}`", name.span, "it has no `until_known`")

    def ask_first(self, node: Node) -> Iterator[Claim]:
        if name := self.known(node, [*self.protocol.facts, NOTHING], "fact"):
            yield Claim("ask_first", "", (name,), node.span)

    def known(self, node: Node, known: Any, what: str) -> str | None:
        """The name that a scalar gives, None with a problem where the protocol has none such."""
        if not isinstance(node, Scalar):
            self.note("RR203", f"the name of a {what} was expected here", node.span)
            return None
        if node.text not in known:
            remedy = did_you_mean(node.text, known, f"write {one_of(known)}" if 0 < len(known) <= 8 else None)
            self.note("RR301", f"unknown {what} `{node.text[:60]}`", node.span, remedy)
            return None
        return node.text


def _discreet(problem: Problem, incident: Span) -> Problem:
    span = problem.span
    shared = span is not None and span.line <= incident.end_line and span.end_line >= incident.line
    return replace(problem, confidential=problem.confidential or shared)


def _first(node: Mapping) -> Span:
    return node.entries[0][0].span if node.entries else node.span


# Expected values of measures


def _measured(kind: Type, node: Node) -> tuple[str, ...]:
    """A value, the two ends of a range, or several options; raises Unfit where that can never come out."""
    if isinstance(node, Mapping):
        return _range(kind, node)
    if isinstance(node, SequenceNode) and kind.name == "choice":
        options = {_value(kind, item) for item in node.items}
        return tuple(option for option in kind.options if option in options)
    return (_value(kind, node),)


def _range(kind: Type, node: Mapping) -> tuple[str, ...]:
    ends = node.get("lowest"), node.get("highest")
    if kind.name == "choice" or len(node.entries) != 2 or ends[0] is None or ends[1] is None:
        example = "[a, b]" if kind.name == "choice" else "{lowest: …, highest: …}"
        raise Unfit("RR203", "a value, or all that is possible, was expected", f"write the value, or {example}")
    low, high = _value(kind, ends[0]), _value(kind, ends[1])
    order: Callable[[str], Any] = Decimal if kind.name == "number" else kind.options.index
    if order(low) > order(high):
        raise Unfit("RR602", "`lowest` is above `highest`", "swap the two")
    return (low,) if low == high else (low, high)


def _value(kind: Type, node: Node) -> str:
    value = from_yaml(kind, node)
    if value is None:
        raise Unfit("RR203", "a value was expected", "write {lowest: …, highest: …} where it is not known")
    try:
        encoded = encode(kind, value, None)
    except Unfit as unfit:
        raise Unfit(_IN_RESULTS.get(unfit.problem, unfit.problem), str(unfit), unfit.help) from None
    return number_text(unscaled(int(encoded), kind.places)) if kind.name == "number" else str(encoded)
