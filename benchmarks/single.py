"""One incident at a time: the library beside hand-written Python and other engines, all in one run.

    python -m benchmarks.single [--rounds 11] [--incidents 10000]

Every contender's answers are checked first, on incidents without and with unknown facts; one that answers wrongly is an
error. Then, in each round, each contender is timed straight after the floor, with garbage collection off, in processor
time, so that other programs take none of it. Shown are medians over the rounds, of the time and of its ratio to the
floor timed beside it.
"""

import argparse
import gc
import importlib
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import floor, kleene, ours
from benchmarks.contender import Contender
from benchmarks.incidents import UNKNOWN_SHARE, incidents, two_valued
from rapid_response import load_protocol
from rapid_response.protocol.model import Protocol

PROTOCOL = Path(__file__).with_name("protocol.yaml")
PEERS = ["zen_engine", "datalogic", "panzi", "rule_engine_rules", "durable_rules"]
FLOOR = Contender(name="floor: hand-written ifs, two-valued", evaluate=floor.tier)
FLOOR_ON_KNOWN_FACTS = Contender(
    name="floor", evaluate=floor.tier, expected=kleene.tiers, answer=lambda tier: (tier, tier)
)


def main() -> None:
    """Check, time and print the table."""
    options = _options()
    protocol = load_protocol(PROTOCOL)
    contenders = [FLOOR, *ours.contenders(protocol), *_peers(protocol)]
    known, partly_known = incidents(options.incidents, unknown_share=0), incidents(options.incidents)
    _check(FLOOR_ON_KNOWN_FACTS, known)
    for contender in contenders:
        _check(contender, known)
        _check(contender, partly_known)
    print(_setting(options, protocol))
    print(_table(contenders, _rounds(contenders, partly_known, options.rounds)))
    preparing = statistics.median(_seconds_each(two_valued, partly_known) for _ in range(options.rounds))
    print(f"\nMaking an incident ready for the two-valued engines, not counted above: {preparing * 1e6:.1f} µs")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--incidents", type=int, default=10_000)
    return parser.parse_args()


def _peers(protocol: Protocol) -> list[Contender]:
    found: list[Contender] = []
    for name in PEERS:
        try:
            module = importlib.import_module(f"benchmarks.peers.{name}")
        except ImportError as missing:
            print(f"skipped {name}: {missing}", file=sys.stderr)
        else:
            found += module.contenders(protocol)
    return found


def _check(contender: Contender, examples: Sequence[dict[str, Any]]) -> None:
    for facts in examples[: contender.at_most]:
        expected, answer = contender.expected(facts), contender.answer(contender.evaluate(contender.prepare(facts)))
        if answer != expected:
            sys.exit(f"{contender.name} answers {answer}, not {expected}, for {facts}")


def _rounds(
    contenders: Sequence[Contender], examples: Sequence[dict[str, Any]], rounds: int
) -> list[list[tuple[float, float]]]:
    """Return for each contender and round the seconds an incident took, and the floor just before it."""
    prepared = [[contender.prepare(facts) for facts in examples[: contender.at_most]] for contender in contenders]
    times: list[list[tuple[float, float]]] = [[] for _ in contenders]
    for _ in range(rounds):
        for contender, inputs, found in zip(contenders, prepared, times, strict=True):
            beside = _seconds_each(FLOOR.evaluate, examples)
            found.append((_seconds_each(contender.evaluate, inputs), beside))
    return times


def _seconds_each(evaluate: Callable[[Any], Any], inputs: Sequence[Any]) -> float:
    gc.collect()
    gc.disable()
    start = time.process_time()
    for given in inputs:
        evaluate(given)
    elapsed = time.process_time() - start
    gc.enable()
    return elapsed / len(inputs)


def _setting(options: argparse.Namespace, protocol: Protocol) -> str:
    return (
        f"{options.incidents:,} incidents, {UNKNOWN_SHARE:.0%} of the facts unknown; {len(protocol.facts)} facts, "
        f"{len(protocol.criteria)} criteria, {len(protocol.rules)} rules; medians of {options.rounds} rounds; "
        f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} processors\n"
    )


def _table(contenders: Sequence[Contender], times: Sequence[Sequence[tuple[float, float]]]) -> str:
    lines = ["| | µs an incident | times the floor |", "| --- | ---: | ---: |"]
    for contender, found in zip(contenders, times, strict=True):
        microseconds = statistics.median(own for own, _ in found) * 1e6
        ratio = statistics.median(own / beside for own, beside in found)
        lines.append(f"| {contender.name} | {microseconds:.1f} | {ratio:.1f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
