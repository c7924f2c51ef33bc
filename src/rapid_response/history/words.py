"""What one cell means: the words of a mapping, and values as they stand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from rapid_response.history.mapping import ClockChanges
from rapid_response.history.sources.pieces import cell_text
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.values import Encoded, Unfit, encode, time_zone

_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_NUMBER = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})")
UNFIT_OTHERWISE = object()


@dataclass(frozen=True, slots=True)
class Words:
    """How the cells of a column are read as values of a type.

    `values` are what listed words mean, None for unknown; `otherwise` is what counts where a cell is neither listed nor
    a value as it stands; without it such a cell does not fit. An empty cell is unknown, unless the source has nulls.
    `clock_changes` says which moment a time is that the clocks repeat or skip.
    """

    kind: Type
    zone: str | None
    values: Mapping[str, Encoded | None] = field(default_factory=dict)
    otherwise: Encoded | object | None = UNFIT_OTHERWISE
    unknown: frozenset[str] = frozenset()
    formats: tuple[str, ...] = ()
    split: str | None = None
    empty_is_unknown: bool = True
    clock_changes: ClockChanges | None = None

    @property
    def is_plain(self) -> bool:
        """Whether cells are taken as they stand, without any word that means something else."""
        return not self.values and self.otherwise is UNFIT_OTHERWISE and not self.unknown

    def read(self, cell: Any) -> Encoded | None:
        """The value in a cell, encoded as `values.encode` does, None where it is not known; raises Unfit."""
        if self.kind.name != "choices":
            return self.one(self.kind, cell)
        parts = cell if isinstance(cell, list) else self.parts(cell)
        if parts is None:
            return None
        single = replace(self.kind, name="choice")
        masks = [self.choice(single, part) for part in parts]
        return None if None in masks else _union(masks)

    def parts(self, cell: Any) -> list[Any] | None:
        """The answers in a cell; None where it is empty."""
        text = cell_text(cell)
        if text is None or not text.strip():
            return None
        return [part for part in text.split(self.split) if part.strip()] if self.split else [text]

    def choice(self, kind: Type, part: Any) -> int | None:
        found = self.one(kind, part)
        return found if found is None or isinstance(found, int) else 1 << kind.options.index(found)

    def one(self, kind: Type, cell: Any) -> Encoded | None:
        """One answer: a listed word, or a value as it stands."""
        text = cell_text(cell)
        if text is None or isinstance(text, list):
            return None if text is None else encode(kind, text, self.zone)
        text = text.strip()
        if text in self.values:
            return self.values[text]
        if text in self.unknown or (not text and self.empty_is_unknown):
            return None
        stated = self.as_it_stands(kind, cell, text)
        if self.clock_changes and len(moments := self.moments(stated)) == 2:
            stated = None if self.clock_changes == "unknown" else moments[self.clock_changes == "later"]
        try:
            return None if stated is None else encode(kind, stated, self.zone)
        except Unfit:
            if self.otherwise is UNFIT_OTHERWISE:
                raise
            return self.otherwise  # type: ignore[return-value]

    def as_it_stands(self, kind: Type, cell: Any, text: str) -> Any:
        """A cell as the Python value that its type asks for, or the text where there is none such."""
        match kind.name:
            case "yes_no":
                return _YES_NO.get(text.lower(), text)
            case "number":
                return _number(text) if isinstance(cell, str) else cell
            case "moment":
                return self.time(cell, text)
            case "date":
                found = self.time(cell, text)
                return found.date() if isinstance(found, dt.datetime) else found
            case "text":
                return cell if isinstance(cell, str) else text
            case _:
                return text

    def moments(self, stated: Any) -> list[dt.datetime]:
        """Both moments, the earlier one first, that a time without an offset may be where the clocks change."""
        if self.kind.name != "moment" or self.zone is None:
            return []
        try:
            local = stated if isinstance(stated, dt.datetime) else dt.datetime.fromisoformat(str(stated))
        except ValueError:
            return []
        if local.tzinfo is not None or not 1 < local.year < dt.MAXYEAR:
            return []
        zone = time_zone(self.zone)
        return sorted({local.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1)})

    def time(self, cell: Any, text: str) -> Any:
        """A moment by one of the formats, else as ISO text; a date alone is its first moment."""
        if isinstance(cell, dt.datetime):
            return cell
        if isinstance(cell, dt.date):
            return dt.datetime(cell.year, cell.month, cell.day)
        for form in self.formats:
            try:
                return dt.datetime.strptime(text, form)
            except ValueError:
                continue
        if self.kind.name == "moment" and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return f"{text}T00:00"
        try:
            return dt.datetime.fromisoformat(text) if self.kind.name == "date" else text
        except ValueError:
            return text


def _union(masks: list[int | None]) -> int:
    found = 0
    for mask in masks:
        found |= mask or 0
    return found


def _number(text: str) -> Any:
    try:
        return Decimal(text) if _NUMBER.fullmatch(text) else text
    except InvalidOperation:
        return text
