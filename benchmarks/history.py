"""Millions of incidents at once: the library beside a hand-written Polars expression, and the limit of the memory.

    python -m benchmarks.history [--incidents 5000000] [--rounds 7] [--skew]

Needs the extra `history` and Polars. The answers are compared before anything is timed.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from benchmarks import polars_floor
from benchmarks.incidents import CHOICES, NUMBERS, SCALES, UNKNOWN_SHARE, YES_SHARES
from rapid_response import load_protocol, protocol_from_text
from rapid_response.history import read_incidents
from rapid_response.history.engine import engine_of
from rapid_response.history.rows import RowReader
from rapid_response.history.tiers import TierRange
from rapid_response.protocol.expressions import DAY
from rapid_response.protocol.model import Protocol

PROTOCOL = Path(__file__).with_name("protocol.yaml")
SEED = 20260201


def main() -> None:
    """Make the incidents, compare the answers, time and print the table."""
    options = _options()
    protocol = load_protocol(PROTOCOL)
    frame = incidents(options.incidents, options.skew)
    arrow = pa.table(frame)
    _check(protocol, frame, arrow)
    with tempfile.TemporaryDirectory() as folder:
        parquet = Path(folder) / "incidents.parquet"
        frame.write_parquet(parquet, compression="zstd", row_group_size=1 << 18)
        contenders = _contenders(protocol, frame, arrow, parquet)
        print(_setting(options))
        print(_table(contenders, _rounds(contenders, options.rounds)))


def incidents(count: int, skew: bool) -> pl.DataFrame:
    """Made-up incidents as a frame. With `skew` most are alike, as in a city's records; else every fact is drawn."""
    random = np.random.default_rng(SEED)
    columns: dict[str, Any] = {}
    for name, options in SCALES.items():
        weights = np.arange(len(options), 0, -1, dtype=float) ** (6 if skew else 1)
        columns[name] = _enum(random.choice(len(options), count, p=weights / weights.sum()), options)
    for name, options in CHOICES.items():
        weights = np.arange(len(options), 0, -1, dtype=float) ** (3 if skew else 0)
        columns[name] = _enum(random.choice(len(options), count, p=weights / weights.sum()), options)
    for name, (least, most, _) in NUMBERS.items():
        drawn = random.integers(least, most + 1, count)
        columns[name] = np.where(random.random(count) < 0.8, least, drawn) if skew and most < 10 else drawn
    for name, share in YES_SHARES.items():
        columns[name] = random.random(count) < share / (4 if skew else 1)
    frame = pl.DataFrame(columns).with_columns(pl.col(list(NUMBERS)).cast(pl.Int16))
    unknown = [
        pl.when(pl.Series(random.random(count) >= UNKNOWN_SHARE)).then(pl.col(name)).alias(name)
        for name in frame.columns
    ]
    return frame.with_columns(unknown).rechunk()


def _enum(codes: Any, options: tuple[str, ...]) -> pl.Series:
    return pl.Series(codes.astype(np.uint8)).cat.to(pl.Enum(options))


def _check(protocol: Protocol, frame: pl.DataFrame, arrow: pa.Table) -> None:
    """Every row of both, and some rows of single evaluation."""
    low, high = polars_floor.tiers(frame)
    found = read_incidents(arrow).evaluate(protocol)
    names = np.array([tier.name for tier in protocol.tiers])
    for column, expected in (("lowest", low), ("highest", high)):
        if (np.asarray(found[column].cast(pa.string())) != names[expected.to_numpy()]).any():
            raise SystemExit(f"the {column} tiers differ")
    for row in range(0, len(frame), max(1, len(frame) // 500)):
        facts = {name: value for name, value in frame.row(row, named=True).items() if value is not None}
        result = protocol.evaluate(facts)
        if (result.range) != (low[row], high[row]):
            raise SystemExit(f"row {row} is not what single evaluation says")


def _contenders(
    protocol: Protocol, frame: pl.DataFrame, arrow: pa.Table, parquet: Path
) -> dict[str, Callable[[], Any]]:
    engine = engine_of(protocol)
    spent = engine.spent()
    history = read_incidents(arrow)
    names = list(protocol.facts)
    buffers = [np.frombuffer(b, np.uint8) for name in names for chunk in arrow[name].chunks for b in _buffers(chunk)]

    def ranges() -> list[TierRange]:
        reader = RowReader(history.binding(protocol), None)
        return [
            engine.tier_range(engine.plan.sheet(part, spent))
            for _, rows in history.read(reader)
            for _, part in rows.block.parts()
        ]

    return {
        "memory: every byte of the columns read once": lambda: [int(buffer.max()) for buffer in buffers],
        "Polars expression by hand, lowest and highest tier": lambda: polars_floor.tiers(frame),
        "the engine, lowest and highest tier as slices": ranges,
        "`history.evaluate(protocol)`, all columns": lambda: history.evaluate(protocol),
        "`history.why(protocol)`, the reasons of every incident": lambda: history.why(protocol),
        "Polars reads the columns from Parquet": lambda: pl.read_parquet(parquet, columns=names),
        "`history.evaluate(protocol)` from Parquet": lambda: read_incidents(parquet).evaluate(protocol),
        **_patterns(len(frame)),
    }


RUNS = """
protocol: runs
at: happened
tiers: {low: {}, high: {}}
facts: {happened: {type: moment}, place: {type: text}, hurt: {type: yes_no}}
patterns: {cluster: {where: hurt, same: [place], within: 14 days}}
rules: {often: {when: cluster >= 40, raise_to: high}}
"""


def _patterns(count: int) -> dict[str, Callable[[], Any]]:
    """Incidents of ten years in 200 places, and how many of them hurt someone within 14 days in the same place."""
    random, protocol = np.random.default_rng(SEED), protocol_from_text(RUNS)
    times = pl.Series(random.integers(0, 3_650 * DAY, count)).cast(pl.Datetime("us", "UTC"))
    places = pl.Series([f"place {number}" for number in range(200)]).gather(random.integers(0, 200, count))
    frame = pl.DataFrame({"happened": times, "place": places, "hurt": random.random(count) < 0.5})
    history = read_incidents(frame.to_arrow())

    def by_polars() -> pl.DataFrame:
        hurt = pl.col("hurt").cast(pl.Int32).rolling_sum_by("happened", "14d", closed="both").over("place")
        return frame.with_row_index().sort("happened").with_columns(cluster=hurt).sort("index")

    expected = np.where(by_polars()["cluster"].to_numpy() >= 40, "high", "low")
    if (np.asarray(history.evaluate(protocol)["tier"].cast(pa.string())) != expected).any():
        raise SystemExit("the patterns differ")
    return {
        "a pattern, Polars: rolling sum by place": by_polars,
        "a pattern, `history.evaluate(protocol)`": lambda: history.evaluate(protocol),
    }


def _buffers(chunk: Any) -> list[Any]:
    codes = chunk.indices if pa.types.is_dictionary(chunk.type) else chunk
    return [buffer for buffer in codes.buffers() if buffer is not None]


def _rounds(contenders: dict[str, Callable[[], Any]], rounds: int) -> list[dict[str, Times]]:
    return [{name: _times(work) for name, work in contenders.items()} for _ in range(rounds)]


class Times(NamedTuple):
    """Seconds by the clock on the wall, and seconds of processor time, of all threads together."""

    wall: float
    processor: float


def _times(work: Callable[[], Any]) -> Times:
    gc.collect()
    gc.disable()
    wall, processor = time.perf_counter(), time.process_time()
    work()
    taken = Times(time.perf_counter() - wall, time.process_time() - processor)
    gc.enable()
    return taken


def _setting(options: argparse.Namespace) -> str:
    kind = "skewed" if options.skew else "every fact drawn by itself"
    return (
        f"{options.incidents:,} incidents, {kind}, {UNKNOWN_SHARE:.0%} of the facts unknown; medians of "
        f"{options.rounds} rounds; Python {platform.python_version()}, NumPy {np.__version__}, "
        f"Polars {pl.__version__}, {os.cpu_count()} processors\n"
    )


def _table(contenders: dict[str, Any], rounds: list[dict[str, Times]]) -> str:
    memory, by_hand, *_ = contenders
    lines = [
        "| | ms | processor ms | times the memory, processor time | times Polars by hand, wall clock |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for name in contenders:
        wall = statistics.median(found[name].wall for found in rounds) * 1e3
        processor = statistics.median(found[name].processor for found in rounds) * 1e3
        limit = statistics.median(found[name].processor / found[memory].processor for found in rounds)
        peer = statistics.median(found[name].wall / found[by_hand].wall for found in rounds)
        lines.append(f"| {name} | {wall:,.0f} | {processor:,.0f} | {limit:.1f} | {peer:.2f} |")
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--incidents", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--skew", action="store_true", help="incidents that are mostly alike")
    return parser.parse_args()


if __name__ == "__main__":
    main()
