"""Back-tests: a whole file of past incidents by two versions, with its report as a page.

    python -m benchmarks.backtests PAST MAPPING [--rounds 5]
    python -m benchmarks.backtests --made-up 5000000 [--rounds 3]

`PAST` is the file of the FBI (see docs/history.md), `MAPPING` examples/history/fbi/mapping.yaml, the versions are those
of examples/history. Made-up incidents are those of `benchmarks.history`, by its protocol and a copy with two rules
changed. Needs the extras `history` and `reports`; Polars for made-up incidents.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rapid_response import Protocol, load_protocol, protocol_from_text
from rapid_response.history import History, backtest, read_incidents

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples/history"


def main() -> None:
    """Time each step and print the table."""
    options = _options()
    past, current, proposed = _made_up(options.made_up) if options.made_up else _records(options.past, options.mapping)
    found = backtest(past, current, proposed)
    print(
        f"{found.compared:,} incidents, {found.changed:,} with another tier, {found.changed_open:,} open and changed, "
        f"{len(found.changes):,} different changes; medians of {options.rounds} rounds; "
        f"Python {platform.python_version()}, {os.cpu_count()} processors\n"
    )
    print("| | seconds | processor seconds |\n| --- | ---: | ---: |")
    for name, work in _steps(past, current, proposed, found).items():
        wall, processor = _median([_times(work) for _ in range(options.rounds)])
        print(f"| {name} | {wall:.2f} | {processor:.2f} |")
    print(f"\nAt most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB of memory.")


def _steps(past: History, current: Protocol, proposed: Protocol, found: Any) -> dict[str, Callable[[], Any]]:
    return {
        "`history.check(current)`: every row read": lambda: past.check(current),
        "`history.evaluate(current)`": lambda: past.evaluate(current),
        "`backtest(history, current, proposed)`": lambda: backtest(past, current, proposed),
        "`to_html()` of it": found.to_html,
    }


def _records(past: str, mapping: str) -> tuple[History, Protocol, Protocol]:
    versions = [load_protocol(EXAMPLES / f"{name}.yaml") for name in ("protocol", "proposed")]
    return read_incidents(past, mapping), versions[0], versions[1]


def _made_up(count: int) -> tuple[History, Protocol, Protocol]:
    from benchmarks.history import incidents

    text = (HERE / "protocol.yaml").read_text(encoding="utf-8")
    current = protocol_from_text(text)
    highest, below = current.tiers[-1].name, current.tiers[-2].name
    changed = text.replace(f"raise_to: {highest}", f"raise_to: {below}", 2)
    return read_incidents(incidents(count, skew=True).to_arrow()), current, protocol_from_text(changed)


def _times(work: Callable[[], Any]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def _median(taken: list[tuple[float, float]]) -> tuple[float, float]:
    wall, processor = zip(*taken, strict=True)
    return statistics.median(wall), statistics.median(processor)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("past", nargs="?")
    parser.add_argument("mapping", nargs="?")
    parser.add_argument("--made-up", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if not options.made_up and not (options.past and options.mapping):
        parser.error("give PAST and MAPPING, or --made-up")
    return options


if __name__ == "__main__":
    main()
