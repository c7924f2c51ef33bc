"""A log of generated protocols and incidents, replayed by other Pythons, hash seeds, time zones and locales."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rapid_response import ProtocolError, protocol_from_text
from rapid_response.record import DecisionLog
from tests.long.pairs import pair_of, protocol_text

INCIDENTS = 50
SURROUNDINGS: tuple[dict[str, str], ...] = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "zh_TW.UTF-8", "PYTHONUTF8": "0"},
)
SOURCE = Path(__file__).parents[2] / "src"
SCRIPT = """
import json, sys
from rapid_response.record import DecisionLog
from rapid_response.record.replaying import replay
with DecisionLog.open(sys.argv[1], read_only=True) as log:
    found = replay(log)
    print(json.dumps(found.to_dict() | {"verified": log.verify().fine}, sort_keys=True))
"""


def run_replays(count: int, seed: int, pythons: Sequence[str]) -> int:
    """Record that many decisions, and replay them everywhere; how often anything came out otherwise."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "decisions.db"
        _write(path, count, seed)
        told = [_replayed(path, python, around) for python in [sys.executable, *pythons] for around in SURROUNDINGS]
    wrong = sum('"fine": true' not in text or '"verified": true' not in text or text != told[0] for text in told)
    print(f"{count:,} decisions (seed {seed}) in {len(told)} surroundings: {wrong} went wrong\n{told[0]}", flush=True)
    return wrong


def _write(path: Path, count: int, seed: int) -> None:
    with DecisionLog.open(path) as log:
        for number in range(-(-count // INCIDENTS)):
            try:
                protocol = protocol_from_text(protocol_text(seed, number))
            except ProtocolError:
                continue  # `pairs` finds those
            pairs = [pair_of(protocol, seed, number, position) for position in range(INCIDENTS)]
            if not protocol.patterns:
                log.decide_many(protocol, (pair.given for pair in pairs), by="The long run", as_of=pairs[0].as_of)
            for pair in pairs if protocol.patterns else ():
                log.decide(protocol, pair.given, by="The long run", as_of=pair.as_of, history=pair.history)


def _replayed(path: Path, python: str, around: dict[str, str]) -> str:
    began = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), **around}
    done = subprocess.run(
        [python, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        print(f"{python}: {done.stderr}", file=sys.stderr, flush=True)
    print(f"{python} {around}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return done.stdout
