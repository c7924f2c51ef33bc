"""How many incidents of a written evaluation have which result."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from rapid_response.history.streaming import Written

_COLUMNS = ["standing", "tier", "lowest", "highest"]


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """So many incidents with one result: its standing, what is recommended, and the range of tiers still possible."""

    standing: str
    tier: str | None
    lowest: str
    highest: str
    incidents: int


@dataclass(frozen=True, slots=True)
class VerdictCounts:
    """The results of an evaluation, those of most incidents first, and how many rows were read and kept aside."""

    rows: int
    kept_aside: int
    verdicts: tuple[VerdictCount, ...]

    def to_dict(self) -> dict[str, Any]:
        """The counts as plain data."""
        return asdict(self)


def count_verdicts(written: Written) -> VerdictCounts:
    """Count the results in the files of an evaluation, one file after the other.

    >>> from tempfile import TemporaryDirectory
    >>> from rapid_response import load_protocol
    >>> from rapid_response.history import read_incidents
    >>> protocol = load_protocol("examples/history/protocol.yaml")
    >>> past = read_incidents("examples/history/austin/synthetic.csv", "examples/history/austin/mapping.yaml")
    >>> with TemporaryDirectory() as folder:
    ...     count_verdicts(past.evaluate_to(folder, protocol)).verdicts[0].incidents
    4
    """
    counts: Counter[tuple[Any, ...]] = Counter()
    for path in written.results:
        counts.update(_verdicts(path))
    found = tuple(
        VerdictCount(standing, tier, lowest, highest, incidents)
        for (standing, tier, lowest, highest), incidents in counts.most_common()
    )
    return VerdictCounts(written.rows, written.kept_aside, found)


def _verdicts(path: Path) -> Iterator[tuple[Any, ...]]:
    match path.suffix:
        case ".parquet":
            table = pa.parquet.read_table(path, columns=_COLUMNS)
        case ".csv":
            options = pa.csv.ConvertOptions(
                include_columns=_COLUMNS,
                column_types=dict.fromkeys(_COLUMNS, pa.string()),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            )
            table = pa.csv.read_csv(path, convert_options=options)
        case _:
            lines = path.read_text(encoding="utf-8").splitlines()
            yield from (tuple(json.loads(text)[name] for name in _COLUMNS) for text in lines)
            return
    yield from zip(*(table[name].to_pylist() for name in _COLUMNS), strict=True)
