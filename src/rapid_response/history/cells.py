"""From Arrow arrays to columns of facts: whole arrays at once where the types fit, else once per different value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rapid_response.history.columns import Answers, Chosen, Codes, Column, Numbers, Quantities, Texts
from rapid_response.history.slices import NONE, Flags, Words, from_bitmap, pack
from rapid_response.history.words import Words as Reading
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.values import EARLIEST, LATEST, Encoded, Unfit

MOST_REMEMBERED = 1 << 20
_DAYS_BEFORE_1970 = 719_163


@dataclass(frozen=True, slots=True)
class Misfit:
    """A row's cell that is no value of the fact: why, and the cell itself."""

    row: int
    cell: Any
    unfit: Unfit


@dataclass(frozen=True, slots=True)
class Read:
    """A column that was read, and the cells that do not fit; those rows count as unknown."""

    column: Column
    misfits: tuple[Misfit, ...] = ()


@dataclass(slots=True)
class CellReader:
    """Reads arrays of one column; what a value meant is remembered from one batch to the next."""

    reading: Reading
    remembered: dict[tuple[type, Any], Encoded | Unfit | None]

    def read(self, array: Any) -> Read:
        """An Arrow array of any type as a column of the reading's kind."""
        array = _one_chunk(array)
        found = self.whole(array) if self.reading.is_plain else None
        if found is not None:
            return found
        if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
            return self.lists(array)
        return self.by_value(array)

    # Whole arrays

    def whole(self, array: Any) -> Read | None:
        """An array whose type says that its values fit, or nearly; None where each value must be looked at."""
        kind = self.reading.kind.name
        if pa.types.is_null(array.type):
            return Read(_empty(kind, len(array)))
        if kind == "yes_no" and pa.types.is_boolean(array.type):
            return Read(Answers(from_bitmap(array.buffers()[1], array.offset, len(array)), known=known_rows(array)))
        if kind == "number" and self.reading.kind.places == 0 and pa.types.is_integer(array.type):
            return self.bounded(array, *_ends(self.reading.kind))
        if kind == "moment" and pa.types.is_timestamp(array.type):
            return self.timestamps(array)
        if kind == "date" and pa.types.is_date32(array.type):
            days = _numbers(array.cast(pa.int32())).astype(np.int64) + _DAYS_BEFORE_1970
            return Read(Quantities(days, known=known_rows(array)))
        return None

    def bounded(self, array: Any, low: int, high: int) -> Read | None:
        numbers, known = _numbers(array), known_rows(array)
        if not len(numbers) or (low <= int(numbers.min()) and int(numbers.max()) <= high):
            return Read(Quantities(numbers, known=known))
        ends = pc.min_max(array)
        inside = ends["min"].as_py() is None or (low <= ends["min"].as_py() and ends["max"].as_py() <= high)
        return Read(Quantities(numbers, known=known)) if inside else None

    def timestamps(self, array: Any) -> Read | None:
        try:
            if array.type.tz is None:
                if self.reading.zone is None:
                    return None
                array = pc.assume_timezone(array, self.reading.zone)
            array = array.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
        except pa.ArrowInvalid:  # a time that the clocks skip or repeat, or finer than a microsecond
            return None
        return self.bounded(array, EARLIEST, LATEST)

    # Once per different value

    def by_value(self, array: Any) -> Read:
        """Any array, each different value looked at once."""
        coded = array if pa.types.is_dictionary(array.type) else _plain_texts(array).dictionary_encode()
        meanings = [self.meaning(cell) for cell in coded.dictionary.to_pylist()]
        codes = _numbers(coded.indices)
        known = known_rows(coded)
        column = _column(self.reading.kind, codes, _fitting(meanings), _known_among(codes, known, meanings))
        return Read(column, tuple(_misfits(coded, codes, known, meanings)))

    def meaning(self, cell: Any) -> Encoded | Unfit | None:
        """What a cell means, or why it means nothing."""
        key = (type(cell), cell)
        if key not in self.remembered:
            if len(self.remembered) > MOST_REMEMBERED:
                self.remembered.clear()
            self.remembered[key] = self._meaning(cell)
        return self.remembered[key]

    def _meaning(self, cell: Any) -> Encoded | Unfit | None:
        try:
            return self.reading.read(cell)
        except Unfit as unfit:
            return unfit

    def lists(self, array: Any) -> Read:
        """Lists of answers: as texts that hold each list, so that each different list is looked at once."""
        cells = array.to_pylist()
        order: dict[tuple[Any, ...] | None, int] = {}
        codes = np.array(
            [order.setdefault(None if cell is None else tuple(cell), len(order)) for cell in cells], np.int32
        )
        meanings = [None if cell is None else self._meaning(list(cell)) for cell in order]
        column = _column(self.reading.kind, codes, _fitting(meanings), _known_among(codes, None, meanings))
        wrong = [code for code, meaning in enumerate(meanings) if isinstance(meaning, Unfit)]
        rows = np.flatnonzero(np.isin(codes, wrong)).tolist()
        return Read(column, tuple(Misfit(row, cells[row], _unfit(meanings[codes[row]])) for row in rows))


def known_rows(array: Any) -> Words | None:
    """The rows of an Arrow array that are not null; None where none is."""
    if not array.null_count:
        return None
    if array.buffers()[0] is None:
        return NONE.reshape(1).repeat((len(array) + 63) // 64)
    return from_bitmap(array.buffers()[0], array.offset, len(array))


def _one_chunk(array: Any) -> Any:
    if not isinstance(array, pa.ChunkedArray):
        return array
    return (
        array.chunk(0)
        if array.num_chunks == 1
        else pa.concat_arrays(array.unify_dictionaries().chunks or [_none(array)])
    )


def _none(array: Any) -> Any:
    return pa.array([], array.type)


def _plain_texts(array: Any) -> Any:
    """Arrow has newer layouts of texts that it cannot code yet."""
    layout = str(array.type)
    return array.cast(pa.large_string()) if layout in ("string_view", "large_string_view") else array


def _numbers(array: Any) -> Numbers:
    """The numbers of an array as they lie in memory, whatever stands where it is null."""
    kind = array.type.to_pandas_dtype()
    values = np.frombuffer(array.buffers()[1], kind) if len(array) else np.zeros(0, kind)
    return values[array.offset : array.offset + len(array)]


def _ends(kind: Type) -> tuple[int, int]:
    return int(kind.low), int(kind.high)


def _empty(kind: str, rows: int) -> Column:
    unknown = NONE.reshape(1).repeat(max((rows + 63) // 64, 1))
    match kind:
        case "yes_no":
            return Answers(unknown, known=unknown)
        case "scale" | "choice":
            return Codes(np.zeros(rows, np.uint8), (-1,), known=unknown)
        case "choices":
            return Chosen({}, known=unknown)
        case "text":
            return Texts(pa.nulls(rows, pa.string()), known=unknown)
        case _:
            return Quantities(np.zeros(rows, np.int64), known=unknown)


def _fitting(meanings: Sequence[Encoded | Unfit | None]) -> list[Encoded | None]:
    return [None if isinstance(meaning, Unfit) else meaning for meaning in meanings]


def _known_among(codes: Numbers, known: Words | None, meanings: Sequence[Encoded | Unfit | None]) -> Words | None:
    """The known rows without those whose word means unknown, or nothing."""
    unknown = [code for code, meaning in enumerate(meanings) if meaning is None or isinstance(meaning, Unfit)]
    if not unknown:
        return known
    meant = pack(_gather(np.array([code not in set(unknown) for code in range(len(meanings))]), codes))
    return meant if known is None else meant & known


def _gather(values: npt.NDArray[Any], codes: Numbers) -> Any:
    """The value of each row's code; codes of rows that are null may be anything."""
    if not len(values):
        return np.zeros(len(codes), values.dtype)
    return values[np.clip(codes, 0, len(values) - 1)]


def _column(kind: Type, codes: Numbers, values: Sequence[Encoded | None], known: Words | None) -> Column:
    match kind.name:
        case "yes_no":
            return Answers(pack(_gather(np.array([bool(value) for value in values], np.bool_), codes)), known=known)
        case "scale" | "choice":
            places = {name: position for position, name in enumerate(kind.options)}
            return Codes(codes, tuple(-1 if value is None else places[str(value)] for value in values), known=known)
        case "choices":
            masks = [int(value or 0) for value in values]
            used = [option for option in range(len(kind.options)) if any(mask >> option & 1 for mask in masks)]
            return Chosen({option: pack(_chosen(masks, option, codes)) for option in used}, known=known)
        case "text":
            return Texts(_gathered_texts(values, codes), known=known)
        case _:
            return Quantities(_gather(np.array([int(value or 0) for value in values], np.int64), codes), known=known)


def _gathered_texts(values: Sequence[Encoded | None], codes: Numbers) -> Any:
    """The text of each row's code as an Arrow array."""
    if not len(values):
        return pa.nulls(len(codes), pa.string())
    texts = pa.array([None if value is None else str(value) for value in values], pa.string())
    return texts.take(pa.array(np.clip(codes, 0, len(values) - 1)))


def _chosen(masks: Sequence[int], option: int, codes: Numbers) -> Flags:
    found: Flags = _gather(np.array([bool(mask >> option & 1) for mask in masks], np.bool_), codes)
    return found


def _misfits(coded: Any, codes: Numbers, known: Words | None, meanings: Sequence[Any]) -> list[Misfit]:
    wrong = [code for code, meaning in enumerate(meanings) if isinstance(meaning, Unfit)]
    if not wrong:
        return []
    there = np.asarray(coded.is_valid()) if known is not None else np.ones(len(codes), np.bool_)
    rows = np.flatnonzero(np.isin(codes, wrong) & there)
    cells = coded.dictionary
    return [Misfit(int(row), cells[int(codes[row])].as_py(), _unfit(meanings[codes[row]])) for row in rows]


def _unfit(meaning: Any) -> Unfit:
    assert isinstance(meaning, Unfit)
    return meaning


def joined(arrays: Sequence[Any], digits: int | None) -> Any:
    """Several columns as one of texts, a space between; unknown where any is. `digits` restores leading zeros."""
    texts = [_as_texts(_one_chunk(array)) for array in arrays]
    if digits is not None:
        texts = [
            pc.utf8_lpad(text, digits, "0") if place == len(texts) - 1 else text for place, text in enumerate(texts)
        ]
    if len(texts) == 1:
        return texts[0]
    empty = [pc.if_else(pc.equal(text, ""), None, text) for text in texts]
    return pc.binary_join_element_wise(*empty, " ")


def _as_texts(array: Any) -> Any:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        array = pa.array([None if cell is None else f"{cell:g}" for cell in array.to_pylist()], pa.string())
    return pc.utf8_trim_whitespace(array.cast(pa.string()))


def united(reads: Sequence[Read]) -> Read:
    """Several columns of answers as one: chosen where any column says so, known where all are."""
    columns = [read.column for read in reads]
    assert all(isinstance(column, Chosen) for column in columns)
    options: dict[int, Words] = {}
    known: Words | None = None
    for column in columns:
        assert isinstance(column, Chosen)
        for option, words in column.options.items():
            options[option] = options[option] | words if option in options else words
        if column.known is not None:
            known = column.known if known is None else known & column.known
    return Read(Chosen(options, known=known), tuple(misfit for read in reads for misfit in read.misfits))
