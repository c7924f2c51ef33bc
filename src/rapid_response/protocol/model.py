"""A checked protocol: frozen records in which every name is known and every condition typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from rapid_response.protocol.expressions import Condition, Constant, PatternValue, Type, Value, names_in
from rapid_response.protocol.problems import Source, Span
from rapid_response.protocol.values import local_date

if TYPE_CHECKING:
    from rapid_response.evaluation.compiling import Program
    from rapid_response.evaluation.patterns import History
    from rapid_response.evaluation.recommendation import Recommendation
    from rapid_response.proving.comparison import Comparison
    from rapid_response.proving.findings import Check
    from rapid_response.reasoning.questions import Frequencies

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """Words for people, in one language or several.

    >>> words = Text({"en": "Monitor", "zh-Hant": "留意"})
    >>> str(words), words.in_language("zh-Hant"), words.in_language("vi")
    ('Monitor', '留意', 'Monitor')
    """

    by_language: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """The words in that language, else in English, else in the first language given."""
        texts = self.by_language
        return texts.get(language) or texts.get(DEFAULT_LANGUAGE) or next(iter(texts.values()), "")

    def __str__(self) -> str:
        return self.in_language(DEFAULT_LANGUAGE)

    def __bool__(self) -> bool:
        return any(self.by_language.values())

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.by_language.items())))

    def to_dict(self) -> dict[str, str]:
        """The words by language tag."""
        return dict(sorted(self.by_language.items()))


NO_TEXT = Text({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What every named part of a protocol has: its name, its words for people and its place."""

    name: str
    title: Text = NO_TEXT
    means: Text = NO_TEXT
    span: Span | None = field(default=None, compare=False, repr=False)

    def label(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The title in that language, else the name with spaces for underscores."""
        return self.title.in_language(language) or self.name.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Named):
    """Who does something: a seat, not a person."""

    organization: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier(Named):
    """One level of response. `level` counts from 0, the lowest; `hours` is the effort it takes, if stated."""

    level: int
    hours: Decimal | None = None

    def __lt__(self, other: Tier) -> bool:
        return self.level < other.level

    def __le__(self, other: Tier) -> bool:
        return self.level <= other.level

    def __gt__(self, other: Tier) -> bool:
        return self.level > other.level

    def __ge__(self, other: Tier) -> bool:
        return self.level >= other.level

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Option(Named):
    """One answer of a scale or choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Named):
    """A type shared by facts and measures, with its options in order."""

    type: Type
    options: tuple[Option, ...] = ()
    unit: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Named):
    """What is asked about an incident.

    `assumed` is the `until_known` value, `blank` the `blank_means` value, encoded as `values.encode` does; None where
    not stated. `more_is` says that more of it never lowers the tier (higher), or never raises it (lower).
    """

    type: Type
    options: tuple[Option, ...] = ()
    ask: Text = NO_TEXT
    unit: Text = NO_TEXT
    private: bool = False
    more_is: Literal["higher", "lower"] | None = None
    assumed: Any = None
    blank: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion(Named):
    """A named condition. `assumed` is its `until_known` value."""

    condition: Condition
    assumed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Named):
    """A named value. `form` says how it was written: formula, points, bands, values, cases or table."""

    type: Type
    form: str
    value: Value
    options: tuple[Option, ...] = ()
    unit: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern(Named):
    """How many incidents there were for which `where` holds, with the `same` facts, `within` a length of time.

    They are counted back from the time of the present incident (the protocol's `at`), which counts if its own `where`
    holds. `type` is that of the number.
    """

    type: Type
    where: Condition
    same: tuple[str, ...]
    within: Constant

    @property
    def value(self) -> PatternValue:
        """The number, as conditions name it."""
        return PatternValue(self.name, self.type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate(Named):
    """What scope entries, rules and responses share: when, unless, because and source."""

    when: Condition
    unless: Condition | None = None
    because: Text = NO_TEXT
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRule(Gate):
    """A reason for which an incident is out of scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Gate):
    """Raises the tier to at least `tier`, or limits it to at most `tier`."""

    effect: Literal["raise_to", "limit_to"]
    tier: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a response is due: so many `units` after a moment fact, `now` or `active`."""

    amount: int
    unit: str
    after: str

    def __str__(self) -> str:
        plural = "" if self.amount == 1 else "s"
        return f"{self.amount} {self.unit}{plural} after {self.after}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Gate):
    """What the coalition does: for people or in public, by whom, by when, with how many hours of effort."""

    serves: Literal["people", "public"] | None = None
    owner: str | None = None
    due: Due | None = None
    hours: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """What is to hold for every incident of which everything is known: wherever `when` holds, so does `then`.

    What is never to be has a `then` that cannot hold. Evaluation takes no notice of properties; `check` proves them.
    """

    name: Text
    kind: Literal["always", "never"]
    when: Condition
    then: Condition
    because: Text = NO_TEXT
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """A finding of `check` that is meant: its id, what it is about, and why."""

    finding: str
    about: str
    because: Text
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days in which a protocol is in force: from the first, up to but without `until`; without an end where None.

    >>> dt.date(2026, 12, 31) in Window(start=dt.date(2026, 1, 1), until=dt.date(2027, 1, 1))
    True
    """

    start: dt.date | None = None
    until: dt.date | None = None
    span: Span | None = field(default=None, compare=False, repr=False)

    def __contains__(self, day: dt.date) -> bool:
        return (self.start is None or self.start <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Protocol:
    """A protocol that loaded: everything in it is checked. Two are equal if their fingerprints are.

    Sections are mappings by name, in the order of the files. `order` lists criteria and measures so that each comes
    after what it refers to. `fingerprint` is "sha256:" and 64 hex digits of the canonical content: comments, layout and
    the order of keys do not change it, any change of meaning or wording does. `sources` are the texts it was read from.

    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> [tier.name for tier in protocol.tiers]
    ['monitor', 'support', 'coordinate', 'activate']
    """

    name: str
    title: Text
    version: str
    in_force: Window
    time_zone: str | None
    at: str | None
    if_unsettled: Literal["lowest", "highest", "nothing"]
    unsettled: Named
    roles: Mapping[str, Role]
    tiers: tuple[Tier, ...]
    kinds: Mapping[str, Kind]
    facts: Mapping[str, Fact]
    criteria: Mapping[str, Criterion]
    measures: Mapping[str, Measure]
    patterns: Mapping[str, Pattern]
    scope: Mapping[str, ScopeRule]
    rules: Mapping[str, Rule]
    responses: Mapping[str, Response]
    properties: tuple[Property, ...]
    allowed: tuple[Allowance, ...]
    order: tuple[str, ...]
    needs_now: bool
    fingerprint: str
    sources: tuple[Source, ...] = field(compare=False, repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Protocol) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        return f"Protocol({self.name!r}, version={self.version!r}, fingerprint={self.fingerprint!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        from rapid_response.protocol.loading import protocol_from_sources

        return protocol_from_sources, (self.sources,)

    def tier(self, name: str) -> Tier:
        """The tier of that name; KeyError where there is none."""
        for tier in self.tiers:
            if tier.name == name:
                return tier
        raise KeyError(name)

    def is_in_force(self, moment: int) -> bool:
        """Whether a moment, in microseconds since 1970-01-01 UTC, falls on a day of `in_force` in the protocol's zone.

        >>> from rapid_response import load_protocol
        >>> load_protocol("protocol_rules/ccsj").is_in_force(0)
        False
        """
        return dt.date.fromordinal(local_date(moment, self.time_zone)) in self.in_force

    def gates(self) -> Iterator[Gate]:
        """Every scope entry, rule and response."""
        yield from self.scope.values()
        yield from self.rules.values()
        yield from self.responses.values()

    def facts_below(self, *nodes: Condition | Value, patterns: bool = True) -> tuple[str, ...]:
        """The facts that nodes hang on, also through criteria and measures; in the protocol's order.

        `patterns` says whether those that patterns compare with past incidents are among them.
        """
        found = self._below(nodes, patterns)
        return tuple(name for name in self.facts if name in found)

    def patterns_below(self, *nodes: Condition | Value) -> tuple[str, ...]:
        """The patterns that nodes hang on, likewise."""
        found = self._below(nodes, patterns=False) if self.patterns else set()
        return tuple(name for name in self.patterns if name in found)

    def assumes_below(self, *nodes: Condition | Value) -> bool:
        """Whether nodes hang on a fact or criterion of which something is assumed until it is known."""
        found = self._below(nodes, patterns=True)
        facts = any(fact.assumed is not None for fact in self.facts.values() if fact.name in found)
        return facts or any(part.assumed is not None for part in self.criteria.values() if part.name in found)

    def _below(self, nodes: Iterable[Condition | Value], patterns: bool) -> set[str]:
        waiting = [name for node in nodes for name in names_in(node)]
        found: set[str] = set()
        while waiting:
            if (name := waiting.pop()) not in found:
                found.add(name)
                waiting += self._named_by(name, patterns)
        return found

    def _named_by(self, name: str, patterns: bool) -> Iterable[str]:
        if name in self.criteria:
            return names_in(self.criteria[name].condition)
        if name in self.measures:
            return names_in(self.measures[name].value)
        if name in self.patterns and patterns:
            return (*names_in(self.patterns[name].where), *self.patterns[name].same, self.at or "")
        return ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the protocol's title is given in."""
        return tuple(self.title.by_language)

    @cached_property
    def program(self) -> Program:
        """The compiled form, made on first use."""
        from rapid_response.evaluation.compiling import compile_protocol

        return compile_protocol(self)

    @cached_property
    def _evaluate(self) -> Callable[[Protocol, Mapping[str, Any], str | dt.datetime | None], Recommendation]:
        from rapid_response.evaluation.recommendation import evaluator

        return evaluator(self)

    def evaluate(
        self,
        facts: Mapping[str, Any],
        *,
        as_of: str | dt.datetime | None = None,
        history: History | None = None,
        engine: Literal["own", "durable"] = "own",
    ) -> Recommendation:
        """The recommended tier for one incident, with its rationale.

        `facts` maps fact names to values (True/False, option names, lists of them, numbers, ISO times or datetimes,
        text; None and a missing key mean unknown), or to `{"value": …, "source": …, "as_of": …, "verified": …}`; the
        key `id` names the incident. `as_of` is the time of evaluation, ISO text or datetime, in the protocol's zone
        where it states no offset; it is required where the protocol uses `now` or a due time counts from it.
        `history` are past incidents, mappings like `facts`, in which patterns are counted; without it nothing is known
        of patterns. `engine` "durable" has durable-rules decide criteria, rules and responses (extra `live`), to check
        one against the other.

        Raises IncidentError, which names every bad fact at once, those of past incidents included; LiveError where the
        engine is not there.

        >>> from rapid_response import load_protocol
        >>> protocol = load_protocol("protocol_rules/ccsj")
        >>> result = protocol.evaluate({"harm": "none"}, as_of="2026-02-01T09:00")
        >>> result.lowest.name, result.standing
        ('monitor', 'open')
        """
        if engine != "own":
            from rapid_response.live.engines import decided_by

            return decided_by(self, engine).evaluate(facts, as_of=as_of, history=history)
        if history is None:
            return self._evaluate(self, facts, as_of)
        from rapid_response.evaluation.recommendation import recommend_with_history

        return recommend_with_history(self, facts, as_of, history)

    def to_durable(self) -> dict[str, Any]:
        """The protocol as rulesets of durable-rules, plain data for tools that host it themselves.

        >>> from rapid_response import load_protocol
        >>> document = load_protocol("protocol_rules/ccsj").to_durable()
        >>> document["conditions"]["c0"]["about"], sorted(document)
        ('incident', ['actions', 'always', 'conditions', 'protocol', 'rulesets'])
        """
        from rapid_response.live.durable.documents import durable_document

        return durable_document(self)

    def check(self, *, budget: float | None = 30.0, as_of: str | None = None) -> Check:
        """What holds for every incident: findings with incidents that show them, and what is proved.

        Looks at all incidents of which everything is known, at the time of evaluation `as_of` (ISO text; the first
        morning on which the protocol is in force, if not given). `budget` is in seconds, None for as long as it takes;
        what is not decided in time is named as such, never counted as proved. Much quicker with the extra `reason`.

        Raises IncidentError where `as_of` cannot be read.

        >>> from rapid_response import load_protocol
        >>> check = load_protocol("examples/protocols/ssvc_cisa").check()
        >>> [finding.id for finding in check.findings if finding.severity == "error"]
        []
        """
        from rapid_response.proving.checking import check

        return check(self, budget=budget, as_of=as_of)

    def compare(
        self,
        new: Protocol,
        *,
        rename: Mapping[str, str] | None = None,
        as_of: str | None = None,
        budget: float | None = 30.0,
        frequencies: Frequencies | None = None,
    ) -> Comparison:
        """Whether a new version decides as this one does: a proof that it does, or incidents for which it does not.

        Facts, tiers, responses and the rest are matched by name; `rename` gives new names by old ones, of options as
        `fact.option`. Looks at all incidents of which everything is known, at the time of evaluation `as_of` (ISO text;
        the first morning on which the new version is in force, if not given). `budget` is in seconds, None for as long
        as it takes; what is not decided in time is named as such, never counted as proved. `frequencies` says, by fact,
        how often each value has been seen, for the shares of incidents. Much quicker with the extra `reason`.

        Raises KeyError for a name in `rename` that no version has, IncidentError where `as_of` cannot be read.

        >>> from rapid_response import load_protocol
        >>> protocol = load_protocol("protocol_rules/ccsj")
        >>> protocol.compare(protocol).verdict
        'equivalent'
        """
        from rapid_response.proving.comparing import compare

        return compare(self, new, rename=rename, as_of=as_of, budget=budget, frequencies=frequencies)
