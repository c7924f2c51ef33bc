"""SQL against single evaluation: generated protocols, each with a table of incidents, on one database or on all.

Everything follows from the seed and the numbers of the protocols.
"""

from __future__ import annotations

import sys
import time

from rapid_response.history.sql.dialects import DIALECTS, DialectName
from tests.long.pairs import generated
from tests.sql_engines import Engine, opened
from tests.test_history_sql import alone, assert_rows, evaluated

INCIDENTS = 25


def run(seed: int, first: int, rows: int, database: DialectName | None) -> int:
    """Try that many rows on each database, from the protocol of that number on; how many protocols went wrong."""
    wrong = 0
    for name in (database,) if database else tuple(DIALECTS):
        with opened(name) as engine:  # type: ignore[arg-type]
            wrong += _run_on(engine, seed, first, -(-rows // INCIDENTS))
    return wrong


def _run_on(engine: Engine, seed: int, first: int, protocols: int) -> int:
    wrong, patterns, began = 0, 0, time.monotonic()
    for number in range(first, first + protocols):
        pairs = list(generated(seed, [number], INCIDENTS))
        protocol, given = pairs[0].protocol, [pair.given for pair in pairs]
        as_of = pairs[0].as_of or "2026-02-01T09:00Z"
        patterns += bool(protocol.patterns)
        try:
            assert_rows(evaluated(engine, protocol, given, as_of), alone(protocol, given, as_of))
        except Exception as error:  # whatever goes wrong is a find
            wrong += 1
            print(f"{engine.name}, protocol {seed}-{number}: {str(error)[:2000]}", flush=True)
        if (number - first + 1) % 100 == 0:
            print(f"{engine.name}: {number - first + 1} protocols, {time.monotonic() - began:,.0f} s", file=sys.stderr)
    print(
        f"{engine.name}, seed {seed}, from protocol {first}: {protocols * INCIDENTS:,} rows of {protocols:,} protocols "
        f"({patterns} with patterns), {time.monotonic() - began:,.0f} s; {wrong} went wrong",
        flush=True,
    )
    return wrong
