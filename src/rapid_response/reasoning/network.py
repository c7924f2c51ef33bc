"""A protocol made ready for reasoning: its formulas over cells, evaluations of many incidents at once, and a solver.

How a fact falls into cells may depend on the time of evaluation; which truths its cells have seldom does. So a network
is kept for each protocol and pattern of truths, and used again at another time with other edges of the cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from rapid_response.protocol.model import Protocol
from rapid_response.reasoning.cells import Axis, axes_of, holds_now
from rapid_response.reasoning.comparisons import Comparison
from rapid_response.reasoning.doubles import Double, make_double
from rapid_response.reasoning.encoding import Encoding
from rapid_response.reasoning.formulas import Roots, Translation, Variable
from rapid_response.reasoning.nodes import FALSE, TRUE, Nodes, opposite
from rapid_response.reasoning.passes import Bits, Pass, compile_pass
from rapid_response.reasoning.sampling import Flips, Pool, make_flips, make_pool
from rapid_response.reasoning.solver import Solver, make_solver
from rapid_response.reasoning.translation import translate

MOST_PROTOCOLS, MOST_NETWORKS = 16, 64

Meaning = tuple[int, int | None] | bool
"""What a variable of the formulas says: an axis and the cells in which it holds (None: its cells are the axis' own)."""


@dataclass(frozen=True, eq=False)
class Network:
    """The formulas of a protocol over the cells of its axes.

    `groups` are the axes of each `choices` fact.
    """

    nodes: Nodes
    plain: Roots
    assumed: Roots
    groups: tuple[tuple[int, ...], ...]

    @cached_property
    def cone(self) -> tuple[int, ...]:
        """Every node that plain answers hang on, and its opposite, each after its parts."""
        roots = self.plain.all()
        return tuple(self.nodes.cone([*roots, *map(opposite, roots)]))

    @cached_property
    def sure(self) -> Pass:
        """What is sure of every node of the cone."""
        return compile_pass(self.nodes, self.cone)

    @cached_property
    def supposed(self) -> tuple[range, ...]:
        """For each axis the bits that stand for its cells, in passes that suppose one axis to be in a cell."""
        found: list[range] = []
        first = 1
        for width in self.nodes.widths:
            found.append(range(first, first + width))
            first += width
        return tuple(found)

    @cached_property
    def supposed_ones(self) -> Bits:
        """Every bit of such a pass."""
        return (2 << sum(self.nodes.widths)) - 1

    @cached_property
    def supposed_leaves(self) -> tuple[Bits, ...]:
        """The leaves of such a pass where the axis is not known."""
        return tuple(mask << self.supposed[axis].start for axis, mask in self.sure.leaves)

    @cached_property
    def below(self) -> Mapping[str, tuple[int, ...]]:
        """Every node below the plain roots of tiers and of responses, each before its parts."""
        roots = {"tiers": self.plain.tiers, "responses": tuple(self.plain.responses.values())}
        return {about: tuple(reversed(self.nodes.cone(found))) for about, found in roots.items()}

    @cached_property
    def complete(self) -> Pass:
        """The plain roots of incidents of which everything is known."""
        return compile_pass(self.nodes, self.plain.all())

    @cached_property
    def pool(self) -> Pool:
        """Ways in which an incident may turn out, every answer as likely as any other."""
        return make_pool(self.nodes.widths, self.groups, {}, self.complete.leaves)

    @cached_property
    def recommended(self) -> Pass:
        """What is sure under the assumptions: of each assumed root, then of its opposite."""
        roots = self.assumed.all()
        return compile_pass(self.nodes, [*roots, *map(opposite, roots)])

    @cached_property
    def partials(self) -> dict[tuple[int, ...], Encoding]:
        """Clauses in the partial reading, by the nodes that they are about, as far as they have been needed."""
        return {}

    def partial(self, roots: tuple[int, ...]) -> Encoding:
        """These nodes as clauses, in the partial reading."""
        if roots not in self.partials:
            encoding = Encoding(self.nodes, partial=True)
            for root in roots:
                encoding.node(root)
            self.partials[roots] = encoding
        return self.partials[roots]

    @cached_property
    def encoding(self) -> Encoding:
        """The plain roots as clauses, in the complete reading."""
        encoding = Encoding(self.nodes, partial=False)
        for root in self.plain.all():
            encoding.node(root)
        return encoding

    @cached_property
    def flips(self) -> Flips:
        """Ways in which an incident may turn out, each with every axis put into each of its cells in turn."""
        return make_flips(self.nodes.widths, self.pool, self.complete.leaves)

    @cached_property
    def doubles(self) -> dict[int, Double]:
        """Solvers about two incidents that differ in one axis, as far as they have been needed."""
        return {}

    def double(self, axis: int) -> Double:
        """The solver about two incidents that may differ in this axis."""
        if axis not in self.doubles:
            self.doubles[axis] = make_double(self.encoding, axis, self.plain)
        return self.doubles[axis]

    @cached_property
    def solver(self) -> Solver:
        """The solver that is asked about complete incidents."""
        return make_solver(self.encoding.clauses, self.encoding.variables)


@dataclass(frozen=True)
class Space:
    """A network at one time of evaluation, with the axes whose cells its masks speak of."""

    protocol: Protocol
    axes: tuple[Axis, ...]
    network: Network
    by_fact: dict[str, tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, tuple[int, ...]] = {}
        for position, axis in enumerate(self.axes):
            if axis.fact is not None:
                found[axis.fact] = (*found.get(axis.fact, ()), position)
        object.__setattr__(self, "by_fact", found)


def space_of(protocol: Protocol, now: int | None) -> Space:
    """The space of a protocol at a time of evaluation in microseconds.

    >>> from rapid_response import load_protocol
    >>> space = space_of(load_protocol("protocol_rules/ccsj"), 0)
    >>> [len(space.axes[position].cells) for position in space.by_fact["people_harmed"]]
    [6]
    """
    return _space(_Key(protocol.fingerprint, protocol), now if protocol.needs_now else None)


@dataclass(frozen=True, slots=True)
class _Key:
    """A protocol as a key of a cache."""

    fingerprint: str
    protocol: Protocol = field(compare=False)


@lru_cache(MOST_PROTOCOLS)
def _translation(key: _Key) -> Translation:
    return translate(key.protocol)


@lru_cache(MOST_NETWORKS)
def _space(key: _Key, now: int | None) -> Space:
    translation = _translation(key)
    axes = axes_of(key.protocol, translation.variables, now)
    meanings = meanings_of(key.protocol, translation.variables, axes, now)
    widths = tuple(len(axis.cells) for axis in axes)
    return Space(key.protocol, axes, _network(key, widths, meanings, groups_of(axes)))


def groups_of(axes: Sequence[Axis]) -> tuple[tuple[int, ...], ...]:
    """The axes of each `choices` fact."""
    found: dict[str, tuple[int, ...]] = {}
    for position, axis in enumerate(axes):
        if axis.fact is not None and axis.option is not None:
            found[axis.fact] = (*found.get(axis.fact, ()), position)
    return tuple(found.values())


def meanings_of(
    protocol: Protocol, variables: Sequence[Variable], axes: Sequence[Axis], now: int | None
) -> tuple[Meaning, ...]:
    """What each variable of a protocol's formulas says."""
    positions = {(axis.fact, axis.option, axis.opaque): position for position, axis in enumerate(axes)}
    found: list[Meaning] = []
    for variable in variables:
        if variable.fact is None and isinstance(variable.test, Comparison):
            found.append(holds_now(variable.test, protocol, now))
            continue
        position = positions[variable.fact, variable.option, variable.opaque]
        found.append((position, None if variable.test is None else axes[position].truths[variable.test]))
    return tuple(found)


@lru_cache(MOST_NETWORKS)
def _network(
    key: _Key, widths: tuple[int, ...], meanings: tuple[Meaning, ...], groups: tuple[tuple[int, ...], ...]
) -> Network:
    """The formulas with every leaf on its axis, those of one axis brought together."""
    translation = _translation(key)
    wanted = (*translation.plain.all(), *translation.assumed.all())
    nodes, known = on_axes(translation.nodes, wanted, widths, meanings)
    plain, assumed = (roots.mapped(lambda root: known[root]) for roots in (translation.plain, translation.assumed))
    return Network(nodes, plain, assumed, groups)


def on_axes(
    old: Nodes, roots: Sequence[int], widths: Sequence[int], meanings: Sequence[Meaning]
) -> tuple[Nodes, Mapping[int, int]]:
    """Formulas over variables as formulas over axes with so many cells each: the store, and every node's new one."""
    nodes, known = Nodes(list(widths)), {FALSE: FALSE, TRUE: TRUE}
    for node in old.cone([*roots, *map(opposite, roots)]):
        if node % 2 == 0:
            known[node] = _moved(old, nodes, node, known, meanings)
            known[opposite(node)] = opposite(known[node])
    return nodes, known


def _moved(old: Nodes, nodes: Nodes, node: int, known: dict[int, int], meanings: Sequence[Meaning]) -> int:
    parts = old.parts[node]
    match old.kinds[node]:
        case "leaf":
            return _leaf(nodes, parts[1], meanings[parts[0]])
        case "surely":
            return nodes.surely(known[parts[0]])
        case _:
            return nodes.all_of(known[part] for part in parts)


def _leaf(nodes: Nodes, mask: int, meaning: Meaning) -> int:
    if isinstance(meaning, bool):
        return TRUE if mask >> meaning & 1 else FALSE
    axis, truths = meaning
    if truths is None:
        return nodes.leaf(axis, mask)
    return nodes.leaf(axis, truths if mask == 0b10 else ~truths)
