"""Past incidents: a source and a mapping, to be checked and evaluated by a protocol."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any

import pyarrow as pa

from rapid_response.evaluation.incidents import encode_as_of
from rapid_response.history.binding import Binding, bind, bind_plainly, check_columns
from rapid_response.history.columns import HistoryCounts
from rapid_response.history.engine import Engine, engine_of
from rapid_response.history.mapping import ColumnMapping, ReadOptions
from rapid_response.history.mapping_files import load_mapping
from rapid_response.history.patterns import Gatherer
from rapid_response.history.problems import HistoryError
from rapid_response.history.progress import Clock, Watcher
from rapid_response.history.rationales import RationaleFinder, Rationales
from rapid_response.history.results import column_names, result_table
from rapid_response.history.rows import Aside, RowReader, Rows
from rapid_response.history.sources.opening import open_source
from rapid_response.history.sources.pieces import Piece, Source, read_ahead
from rapid_response.history.sql.dialects import DialectName
from rapid_response.history.sql.query import Table, query_text
from rapid_response.history.sql.readings import stored_kinds
from rapid_response.history.streaming import Format, Written, evaluation_key, open_folder
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Problem, one_of

MOST_EXAMPLES = 1_000


def read_incidents(
    source: Any,
    mapping: str | PathLike[str] | ColumnMapping | None = None,
    protocol: Protocol | None = None,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    table: str | None = None,
    query: str | None = None,
) -> History:
    """Past incidents from a file, a database or a data frame.

    `source` is a path (.csv, .tsv, each also .gz, .xlsx, .ods, .json, .jsonl, .parquet), a folder of such files or a
    pattern like past/*.csv, read in the order of their names, the URL of a database (sqlite:///file.db,
    postgresql://…) with a `table` or `query`, or a data frame of pandas, Polars, PyArrow, DuckDB, PySpark or Ibis.
    `mapping` is a mapping file, or a mapping; without it columns are facts by their names.
    `delimiter`, `encoding`, `sheet`, `table` and `query` go before what the mapping says of them.

    Names of columns are checked now, names of facts and values once a protocol is there: now if it is given, else when
    it evaluates. Rows are read when they are needed, and in pieces. Raises HistoryError, which lists every problem.

    >>> from rapid_response import load_protocol
    >>> from rapid_response.history import read_incidents
    >>> history = read_incidents("examples/history/toronto/synthetic.csv", "examples/history/toronto/mapping.yaml")
    >>> history.evaluate(load_protocol("examples/history/protocol.yaml")).column_names[:4]
    ['id', 'tier', 'lowest', 'highest']
    """
    if mapping is not None and not isinstance(mapping, ColumnMapping):
        mapping = load_mapping(mapping)
    given = {"delimiter": delimiter, "encoding": encoding, "sheet": sheet, "table": table, "query": query}
    stated = mapping.read if mapping else ReadOptions()
    options = replace(stated, **{key: value for key, value in given.items() if value is not None})
    opened = open_source(source, **{key: getattr(options, key) for key in given})
    if mapping is not None:
        check_columns(mapping, opened.header)
    history = History(opened, mapping, protocol)
    if protocol is not None:
        history.binding(protocol)
    return history


@dataclass(frozen=True, slots=True)
class Report:
    """What was read: how many rows fit, and what is wrong with the others.

    `examples` are the first thousand of `asides` things that are wrong, `by_column` counts them by column and problem.

    >>> from rapid_response import protocol_from_text
    >>> import pyarrow as pa
    >>> protocol = protocol_from_text("protocol: p\\ntiers: {low: {}}\\nfacts: {age: {type: number, min: 0}}")
    >>> print(read_incidents(pa.table({"age": ["71", "old"]})).check(protocol))
    2 rows, 1 kept aside
      1 × age: RM401
      row 2: age: `old` is not a number
    """

    rows: int
    kept_aside: int
    asides: int
    by_column: Mapping[tuple[str | None, str], int]
    examples: tuple[Aside, ...] = field(repr=False)
    unit: str = "row"

    def __str__(self) -> str:
        lines = [f"{self.rows:,} rows, {self.kept_aside:,} kept aside"]
        lines += [f"  {count:,} × {column or 'the row'}: {name}" for (column, name), count in self.by_column.items()]
        lines += [f"  {self.place(aside)}: {aside}" for aside in self.examples[:10]]
        if self.asides > 10:
            lines.append(f"  … and {self.asides - 10:,} more")
        return "\n".join(lines)

    def place(self, aside: Aside) -> str:
        """Where it stands, in words."""
        return f"{f'{aside.file}, ' if aside.file else ''}{self.unit} {aside.line}"


@dataclass(frozen=True)
class History:
    """Past incidents, not read yet. `protocol` is the one that they were opened for, if any.

    >>> import pyarrow as pa
    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {hurt: {type: yes_no}}\\n"
    ...     "rules: {r: {when: hurt, raise_to: high}}"
    ... )
    >>> history = read_incidents(pa.table({"hurt": [True, None]}), protocol=protocol)
    >>> history.evaluate().select(["hurt", "lowest", "highest"]).to_pylist()
    [{'hurt': True, 'lowest': 'high', 'highest': 'high'}, {'hurt': None, 'lowest': 'low', 'highest': 'high'}]
    """

    source: Source
    mapping: ColumnMapping | None = None
    protocol: Protocol | None = None

    def check(
        self,
        protocol: Protocol | None = None,
        *,
        as_of: str | dt.datetime | None = None,
        progress: Watcher | None = None,
    ) -> Report:
        """Read every row and say what does not fit, without evaluating anything.

        Raises HistoryError where the mapping does not go with the source or the protocol.
        """
        protocol = self.chosen(protocol)
        tally = Tally(self.source.unit)
        clock = Clock(progress)
        reader = self.reader(protocol, None if as_of is None else encode_as_of(protocol, as_of))
        for piece, rows in self.read(reader):
            tally.add(rows)
            clock.add(rows.block.rows, piece.share)
        return tally.report()

    def evaluate(
        self,
        protocol: Protocol | None = None,
        *,
        as_of: str | dt.datetime | None = None,
        progress: Watcher | None = None,
        prefix: str = "",
        due: bool = False,
    ) -> Any:
        """The tier of every incident.

        A data frame comes back as one of the same kind with columns added; other sources give an Arrow table, first
        the `id`. The columns, their names after `prefix`: `tier`, `lowest`, `highest`, `standing` (settled, assumed,
        open), `scope` (in, out, unknown), for each response `response_NAME` (true where active, null where open), and
        `problem`, which says why a row was not evaluated. With a mapping that states one, also `outcome`; with `due`,
        for each response that has a due time `due_NAME`, a moment in UTC, null where it is neither active nor open.

        `as_of` is the time of evaluation of all rows, where the mapping has none. Raises HistoryError where names,
        values of the mapping or the time do not fit; rows that do not fit only have their `problem`.
        """
        protocol = self.chosen(protocol)
        engine = engine_of(protocol, due)
        self.refuse_clash(engine, prefix)
        clock = Clock(progress)
        reader = self.timed_reader(engine, as_of, clock)
        tables = []
        for piece, rows in self.read(reader):
            tables.append(result_table(engine, rows, prefix, with_id=not self.is_frame))
            clock.add(rows.block.rows, piece.share)
        added = pa.concat_tables(tables) if tables else _no_rows(engine, prefix, with_id=not self.is_frame)
        if not self.is_frame:
            return added
        from rapid_response.history.sources.frames import with_columns

        return with_columns(self.source, added)  # type: ignore[arg-type]

    def evaluate_to(
        self,
        folder: str | PathLike[str],
        protocol: Protocol | None = None,
        *,
        form: Format = "parquet",
        as_of: str | dt.datetime | None = None,
        progress: Watcher | None = None,
        due: bool = False,
    ) -> Written:
        """Evaluate into a folder, part by part: for what does not fit into memory, or takes long.

        Results have the columns of `evaluate`, as Parquet, CSV or JSON lines; rows that do not fit go into others.
        Called again after an interruption, it goes on where it stopped, as long as protocol, mapping, source and time
        are the same. Raises HistoryError as `evaluate` does, and where the folder holds another evaluation.
        """
        protocol = self.chosen(protocol)
        engine = engine_of(protocol, due)
        clock = Clock(progress)
        reader = self.timed_reader(engine, as_of, clock)
        text = self.mapping.root.span.source.text if self.mapping else ""
        key = evaluation_key(engine, text, self.source, as_of)
        writer = open_folder(Path(folder), form, key, resumable=self.source.mark is not None)
        return writer.write(engine, self.source, reader, clock)

    def why(
        self,
        protocol: Protocol | None = None,
        *,
        as_of: str | dt.datetime | None = None,
        progress: Watcher | None = None,
    ) -> Rationales:
        """Why every incident got its tier: each different reason once, and for every incident which ones.

        A reason is a rule that decided, with the conditions that made it hold. Raises HistoryError as `evaluate` does.
        """
        engine = engine_of(self.chosen(protocol))
        finder, clock = RationaleFinder(engine), Clock(progress)
        reader = self.timed_reader(engine, as_of, clock)
        tables = []
        for piece, rows in self.read(reader):
            tables.append(finder.table(rows))
            clock.add(rows.count, piece.share)
        empty = {"id": pa.array([], pa.string()), "reasons": pa.array([], pa.list_(pa.int32()))}
        return Rationales(finder.told(), pa.concat_tables(tables) if tables else pa.table(empty))

    def sql(
        self,
        protocol: Protocol | None = None,
        *,
        table: str | Sequence[str],
        dialect: DialectName | None = None,
        id_column: str | None = None,
        as_of: str | dt.datetime | None = None,
    ) -> str:
        """The evaluation as one SELECT, to be run where the data are: see `to_sql`.

        The types of the columns are those of the source, which is not read: `table` is what it is called where the
        SELECT is run. `dialect` is that of the source, and duckdb where the source has none. `id_column` is the column
        of the id, where no mapping says so. Raises HistoryError where something cannot be said in SQL.

        >>> import duckdb
        >>> from rapid_response import protocol_from_text
        >>> protocol = protocol_from_text(
        ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {hurt: {type: yes_no}}\\n"
        ...     "rules: {r: {when: hurt, raise_to: high}}"
        ... )
        >>> incidents = duckdb.sql("SELECT 7 AS id, TRUE AS hurt")
        >>> duckdb.sql(read_incidents(incidents).sql(protocol, table="incidents")).fetchall()[0][:2]
        (7, 'high')
        """
        binding = self.binding(self.chosen(protocol))
        if id_column is not None:
            binding = replace(binding, id=(id_column,))
        stored = stored_kinds(self.source.header, getattr(self.source, "schema", None))
        spoken: str = getattr(self.source, "dialect", "duckdb") if dialect is None else dialect
        return query_text(binding, Table(table, stored), spoken, as_of)

    # What evaluations share

    @property
    def is_frame(self) -> bool:
        """Whether the source is a data frame, to be given back."""
        return hasattr(self.source, "native")

    def chosen(self, protocol: Protocol | None) -> Protocol:
        """The protocol given, else the one that the incidents were opened for."""
        if (found := protocol or self.protocol) is None:
            raise TypeError("give a protocol, here or to read_incidents")
        return found

    def binding(self, protocol: Protocol) -> Binding:
        """The mapping with its names settled; raises HistoryError."""
        if self.mapping is None:
            return bind_plainly(protocol, self.source.header, self.source.has_nulls)
        return bind(self.mapping, protocol, self.source.header)

    def reader(self, protocol: Protocol, now: int | None) -> RowReader:
        """A reader of batches; raises HistoryError where the mapping does not fit."""
        return RowReader(self.binding(protocol), now)

    def timed_reader(self, engine: Engine, as_of: str | dt.datetime | None, clock: Clock | None = None) -> RowReader:
        """The same for evaluating, patterns counted: the whole source is read for them.

        Raises HistoryError where the time of evaluation is needed and nowhere stated.
        """
        now = None if as_of is None else encode_as_of(engine.protocol, as_of)
        reader = self.reader(engine.protocol, now)
        if engine.needs_now and now is None and reader.binding.as_of is None:
            message = "the time of evaluation is missing: conditions or due times count from `now`"
            remedy = "give as_of, like 2026-02-01T09:00, or add `as_of:` and a column to the mapping"
            raise HistoryError([Problem("RM304", message, help=remedy)])
        if engine.protocol.patterns:
            reader.counts = self.counts(engine.protocol, now, clock or Clock(None))
        return reader

    def counts(self, protocol: Protocol, now: int | None, clock: Clock) -> HistoryCounts:
        """What patterns come to in every row, found by reading the source once; it will be read again."""
        if self.source.mark is None and not self.is_frame:
            message = "patterns need the rows twice in the same order, which a server does not promise"
            remedy = "read the table into a data frame first, or into a Parquet file, and give that"
            raise HistoryError([Problem("RM307", message, help=remedy)])
        gatherer, clock.passes = Gatherer(protocol), 2
        for piece, rows in self.read(self.reader(protocol, now)):
            gatherer.add(rows)
            clock.add(rows.count, piece.share)
        clock.passed = 1
        return gatherer.counts()

    def read(self, reader: RowReader) -> Iterator[tuple[Piece, Rows]]:
        """Every piece of the source with its rows."""
        for piece, [rows] in self.read_together([reader]):
            yield piece, rows

    def read_together(self, readers: Sequence[RowReader]) -> Iterator[tuple[Piece, list[Rows]]]:
        """Every piece of the source, read once, with its rows as each reader reads them."""
        columns = tuple(dict.fromkeys(name for reader in readers for name in reader.binding.columns))
        for piece, batch in read_ahead(self.source.pieces(columns)):
            yield piece, [reader.read(batch) for reader in readers]

    def refuse_clash(self, engine: Engine, prefix: str) -> None:
        """Raise HistoryError where a result would take the name of a column of the frame."""
        added = [f"{prefix}{name}" for name in column_names(engine)]
        taken = [name for name in added if self.is_frame and name in self.source.header]
        if taken:
            message = f"the frame already has {one_of(taken)}"
            raise HistoryError([Problem("RM305", message, help='give a prefix, like prefix="new_"')])


def _no_rows(engine: Engine, prefix: str, with_id: bool) -> Any:
    names = [*(["id"] if with_id else []), *column_names(engine)]
    return pa.table({f"{prefix}{name}": pa.array([], pa.string()) for name in names})


@dataclass
class Tally:
    """Counts rows and what is wrong with them."""

    unit: str
    rows: int = 0
    kept_aside: int = 0
    asides: int = 0
    counts: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    examples: list[Aside] = field(default_factory=list)

    def add(self, rows: Rows) -> None:
        """The rows of one batch."""
        self.rows += rows.count
        self.kept_aside += len({(aside.row, aside.line) for aside in rows.aside})
        self.asides += len(rows.aside)
        self.counts.update((aside.column, aside.problem) for aside in rows.aside)
        self.examples += rows.aside[: MOST_EXAMPLES - len(self.examples)]

    def report(self) -> Report:
        """What was counted."""
        return Report(self.rows, self.kept_aside, self.asides, dict(self.counts), tuple(self.examples), self.unit)
