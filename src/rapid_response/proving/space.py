"""All incidents that one or two protocols can be asked about, of which everything is known, and what each says.

The values of a fact that no condition of either protocol tells apart are one cell; so the space is finite, and what
holds in it holds for every incident. What the protocols say are nodes of one store: equal formulas are one node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rapid_response.protocol.expressions import CalendarShift, Condition, DateShift, Type, parts_of, uses_now
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.values import encode
from rapid_response.proving.alignment import Alignment
from rapid_response.proving.voices import Voice, alone
from rapid_response.reasoning.cells import Axis, axes_of
from rapid_response.reasoning.comparisons import Comparison
from rapid_response.reasoning.formulas import Variable
from rapid_response.reasoning.leaves import Leaves
from rapid_response.reasoning.network import groups_of, meanings_of, on_axes
from rapid_response.reasoning.nodes import FALSE, TRUE, Nodes, opposite
from rapid_response.reasoning.translation import Translator


@dataclass(frozen=True, slots=True)
class Formulas:
    """What a protocol says of an incident of which everything is known, as nodes.

    `tiers[t - 1]` is "the tier is at least t", levels counted from 0. `rules` are those that hold (`when` and not
    `unless`); `effects[rule][t - 1]` says that the rule raises to at least t, or that it limits to below t.
    `conditions` are those asked for.
    """

    tiers: tuple[int, ...]
    rules: Mapping[str, int]
    effects: Mapping[str, tuple[int, ...]]
    criteria: Mapping[str, int]
    responses: Mapping[str, int]
    scope: Mapping[str, int]
    conditions: Mapping[Condition, int]

    def all(self) -> tuple[int, ...]:
        """Every node."""
        effects = (node for nodes in self.effects.values() for node in nodes)
        named = (self.rules, self.criteria, self.responses, self.scope, self.conditions)
        return (*self.tiers, *effects, *(node for nodes in named for node in nodes.values()))

    def mapped(self, change: Callable[[int], int]) -> Formulas:
        """The same with every node changed."""

        def each(nodes: Mapping[str, int]) -> dict[str, int]:
            return {name: change(node) for name, node in nodes.items()}

        effects = {name: tuple(map(change, nodes)) for name, nodes in self.effects.items()}
        return Formulas(
            tuple(map(change, self.tiers)),
            each(self.rules),
            effects,
            each(self.criteria),
            each(self.responses),
            each(self.scope),
            {condition: change(node) for condition, node in self.conditions.items()},
        )


@dataclass(frozen=True)
class Space:
    """All incidents in cells: one axis for each fact, option of a `choices` fact, or condition that is not looked into.

    `vocabulary` is a protocol whose facts are those of the axes; `now` is the time of evaluation in microseconds, and
    `fixed_time` says that it is itself compared with something.
    """

    vocabulary: Protocol
    voices: tuple[Voice, ...]
    axes: tuple[Axis, ...]
    nodes: Nodes
    said: tuple[Formulas, ...]
    now: int
    fixed_time: bool = False

    @cached_property
    def by_fact(self) -> Mapping[str, tuple[int, ...]]:
        """The axes of each fact that a formula speaks of."""
        found: dict[str, tuple[int, ...]] = {}
        for position, axis in enumerate(self.axes):
            if axis.fact is not None:
                found[axis.fact] = (*found.get(axis.fact, ()), position)
        return found

    @cached_property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The axes of each `choices` fact."""
        return groups_of(self.axes)

    @cached_property
    def opaque(self) -> tuple[int, ...]:
        """The axes of conditions that are not looked into: formulas over several numbers or times."""
        return tuple(position for position, axis in enumerate(self.axes) if axis.opaque is not None)

    @property
    def timed(self) -> bool:
        """Whether something may hold otherwise at another time of evaluation.

        How long ago a moment was may be anything at any time; but what is compared with fixed times too, or counted in
        months, depends on when it is asked.
        """
        return self.fixed_time or any(map(_depends_on_time, self.axes))

    def axes_below(self, *roots: int) -> frozenset[int]:
        """The axes that some nodes hang on."""
        cone = self.nodes.cone(roots)
        return frozenset(self.nodes.parts[node][0] for node in cone if self.nodes.kinds[node] == "leaf")

    def tier_is(self, voice: int, level: int) -> int:
        """The node for "the tier that this protocol gives is the one of that level"."""
        bounds = (TRUE, *self.said[voice].tiers, FALSE)
        return self.nodes.all_of([bounds[level], opposite(bounds[level + 1])])


def space_of(protocol: Protocol, now: int | None = None, conditions: Sequence[Condition] = ()) -> Space:
    """The space of one protocol; `conditions` are further ones to be made nodes, in which `tier` may be used.

    >>> from rapid_response import load_protocol
    >>> space = space_of(load_protocol("protocol_rules/ccsj"))
    >>> len(space.said[0].tiers), "whoever_is_harmed_is_cared_for" in space.said[0].rules
    (3, True)
    """
    return _space(protocol, (alone(protocol),), now, conditions)


def common_space(alignment: Alignment, now: int | None = None) -> Space:
    """The space of two versions in one vocabulary: the old one is `said[0]`, the new one `said[1]`."""
    old = alignment.old.protocol
    vocabulary = replace(old, facts=alignment.facts, kinds={"tiers": old.kinds["tiers"]})
    return _space(vocabulary, (alignment.old, alignment.new), now, ())


def _first_morning(protocol: Protocol) -> int:
    """The first morning on which a protocol is in force, in microseconds: the time where none is given."""
    start = protocol.in_force.start
    morning = f"{start.isoformat() if start else '2026-01-01'}T09:00{'' if protocol.time_zone else 'Z'}"
    return int(encode(Type("moment"), morning, protocol.time_zone))


def _space(vocabulary: Protocol, voices: tuple[Voice, ...], now: int | None, conditions: Sequence[Condition]) -> Space:
    at = _first_morning(voices[-1].protocol) if now is None else now
    store, variables = Nodes([]), dict[Variable, int]()
    spoken = [_Spoken(voice.protocol, store, variables, voice) for voice in voices]
    said = [_formulas(Translator(leaves, assume=False), conditions) for leaves in spoken]
    axes = axes_of(vocabulary, tuple(variables), at)
    meanings = meanings_of(vocabulary, tuple(variables), axes, at)
    roots = [node for formulas in said for node in formulas.all()]
    nodes, known = on_axes(store, roots, [len(axis.cells) for axis in axes], meanings)
    placed = tuple(formulas.mapped(lambda node: known[node]) for formulas in said)
    fixed_time = any(variable.fact is None and variable.test is not None for variable in variables)
    return Space(vocabulary, voices, axes, nodes, placed, at, fixed_time)


def _depends_on_time(axis: Axis) -> bool:
    if axis.opaque is not None:
        return uses_now(axis.opaque)
    sides = [(test.left, test.right) for test in axis.truths if isinstance(test, Comparison)]
    timed = [uses_now(*pair) for pair in sides]
    months = any(isinstance(part, CalendarShift | DateShift) for pair in sides for part in parts_of(*pair))
    return any(timed) and (not all(timed) or months or axis.type.name == "date")


@dataclass(frozen=True, slots=True)
class _Spoken(Leaves):
    """Leaves whose variables are those of the vocabulary."""

    voice: Voice

    def leaf(self, variable: Variable, width: int, mask: int) -> int:
        """The variable, with so many values, has one of those in the mask."""
        return Leaves.leaf(self, *self.voice.placed(variable, width, mask))


def _formulas(translator: Translator, conditions: Sequence[Condition]) -> Formulas:
    """Everything that the protocol says."""
    protocol, roots = translator.protocol, translator.roots()
    rules, levels = protocol.rules.values(), range(1, len(protocol.tiers))
    return Formulas(
        roots.tiers,
        {rule.name: translator.gate(rule) for rule in rules},
        {
            rule.name: tuple(translator.effect(rule, ">=" if rule.effect == "raise_to" else "<", t) for t in levels)
            for rule in rules
        },
        {name: translator.criterion(name) for name in protocol.criteria},
        roots.responses,
        roots.scope,
        {condition: translator.condition(condition) for condition in conditions},
    )
