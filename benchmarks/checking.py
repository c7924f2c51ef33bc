"""What holds for every incident: the whole check of protocols, the coalition's and generated larger ones.

    python -m benchmarks.checking [--protocols 5] [--solver python-sat|ours|both]

Each protocol is checked once, without a budget, from the loaded protocol to the last finding; the generated ones have
properties and declare of every fact of which there can be more that more of it never lowers the tier. Shown are medians
and the longest, in seconds of processor time, with how much was found and how much was left undecided.
"""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Sequence
from random import Random

from benchmarks.reasoning import SEED, SOLVERS, choose_solver, generated_text
from rapid_response import load_protocol, protocol_from_text
from rapid_response.protocol.model import Protocol
from rapid_response.proving.checking import check

SIZES = ((20, 50), (40, 100), (60, 200))


def main() -> None:
    """Time and print the table."""
    options = _options()
    print(_setting(options))
    groups = {"the coalition's": [load_protocol("protocol_rules/ccsj")]}
    for facts, rules in SIZES:
        groups[f"{facts} facts, {rules} rules"] = [
            _generated(number, facts, rules) for number in range(options.protocols)
        ]
    print("| protocol | solver | check, median | longest | findings, median | undecided, most |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for solver in SOLVERS if options.solver == "both" else (options.solver,):
        choose_solver(solver)
        for name, protocols in groups.items():
            print(_row(name, solver, protocols))


def _generated(number: int, facts: int, rules: int) -> Protocol:
    text = generated_text(Random(SEED + number), facts=facts, rules=rules, more_is=True, properties=6)
    return protocol_from_text(text)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--protocols", type=int, default=5)
    parser.add_argument("--solver", choices=(*SOLVERS, "both"), default="python-sat")
    return parser.parse_args()


def _setting(options: argparse.Namespace) -> str:
    return (
        f"{options.protocols} protocols of each size; seconds of processor time; {platform.python_implementation()} "
        f"{platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors\n"
    )


def _row(name: str, solver: str, protocols: Sequence[Protocol]) -> str:
    seconds, found, undecided = [], [], []
    for protocol in protocols:
        start = time.process_time()
        checked = check(protocol, budget=None)
        seconds.append(time.process_time() - start)
        found.append(len(checked.findings))
        undecided.append(len(checked.undecided))
    median, longest = statistics.median(seconds), max(seconds)
    return f"| {name} | {solver} | {median:.2f} | {longest:.2f} | {statistics.median(found):.0f} | {max(undecided)} |"


if __name__ == "__main__":
    main()
