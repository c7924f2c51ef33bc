"""A mapping as it was written: how the columns of a table become the facts of incidents.

It is checked for its shape alone. What its names and values mean is known once a protocol is (see `binding`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rapid_response.protocol.model import NO_TEXT, Text
from rapid_response.protocol.problems import Span
from rapid_response.protocol.reading import Mapping as MappingNode
from rapid_response.protocol.reading import Node, Scalar

ClockChanges = Literal["earlier", "later", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FromColumns:
    """A fact that stands in a column, or in several.

    `values` says what the words in its cells mean, `otherwise` what any other word does, `unknown` which words mean
    that it is not known. `formats` are those of dates and times, `split` parts several answers in one cell, `digits`
    restores leading zeros. `type` and `decimals` are stated of helper columns only.
    """

    name: str
    columns: tuple[Scalar, ...]
    values: Mapping[str, Node] = field(default_factory=dict)
    otherwise: Node | None = None
    unknown: frozenset[str] = frozenset()
    formats: tuple[str, ...] = ()
    split: str | None = None
    digits: int | None = None
    type: str | None = None
    decimals: int = 0
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Always:
    """A fact that is the same in every row."""

    name: str
    value: Node
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Derived:
    """A fact worked out by conditions: a criterion or a measure in the words of the protocol language."""

    name: str
    node: MappingNode
    key: Scalar


Instruction = FromColumns | Always | Derived


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a file or database is read."""

    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    table: str | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """A whole mapping. `columns` are helpers that conditions name; `outcome` is what people decided then.

    `clock_changes` says which moment a time is that the clocks repeat or skip; None where such a time does not fit.

    >>> from rapid_response.history import mapping_from_text
    >>> mapping = mapping_from_text("mapping: m\\nid: Case\\nfacts: {harm: Injury, bias_signs: {always: yes}}")
    >>> mapping.name, [*mapping.facts], mapping.id[0].text
    ('m', ['harm', 'bias_signs'], 'Case')
    """

    name: str
    title: Text = NO_TEXT
    time_zone: str | None = None
    clock_changes: ClockChanges | None = None
    read: ReadOptions = ReadOptions()
    id: tuple[Scalar, ...] = ()
    as_of: FromColumns | None = None
    outcome: FromColumns | None = None
    columns: Mapping[str, FromColumns] = field(default_factory=dict)
    facts: Mapping[str, Instruction] = field(default_factory=dict)
    root: MappingNode = field(compare=False, repr=False)
