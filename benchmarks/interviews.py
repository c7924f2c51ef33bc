"""How many questions it takes until the tier is settled, by the order in which they are asked.

    python -m benchmarks.interviews [--incidents 50] [--protocols 3]

Incidents of which everything is known are made up; each is then asked about from nothing known, its own answers given,
until the tier is settled.
"""

import argparse
import statistics
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from benchmarks.reasoning import AS_OF, SEED, complete_incident, generated_protocol
from rapid_response import load_protocol
from rapid_response.protocol.model import Protocol
from rapid_response.reasoning.questions import Question, questions

Order = Callable[[Sequence[Question], Sequence[str]], Question]


def main() -> None:
    """Count and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--incidents", type=int, default=50)
    parser.add_argument("--protocols", type=int, default=3)
    options = parser.parse_args()
    generated = [generated_protocol(Random(SEED + number)) for number in range(options.protocols)]
    groups = {"coalition": [load_protocol("protocol_rules/ccsj")], "40 facts, 100 rules": generated}
    print("| order | " + " | ".join(groups) + " |\n| --- |" + " ---: |" * len(groups))
    for name, order in ORDERS.items():
        counts = [_counts(protocols, options.incidents, order) for protocols in groups.values()]
        print(f"| {name} | " + " | ".join(f"{statistics.mean(found):.2f} / {max(found)}" for found in counts) + " |")


def _counts(protocols: Sequence[Protocol], number: int, order: Order) -> list[int]:
    found: list[int] = []
    for protocol in protocols:
        random = Random(SEED)
        found += [_asked(protocol, complete_incident(random, protocol), order) for _ in range(number)]
    return found


def _asked(protocol: Protocol, answers: dict[str, Any], order: Order) -> int:
    """How many answers it took."""
    known: dict[str, Any] = {}
    while (result := protocol.evaluate(known, as_of=AS_OF).exact()).standing != "settled":
        asked = [question for question in questions(result).asked if question.about == "tier"]
        fact = order(asked, list(protocol.facts)).fact
        known[fact] = answers[fact]
    return len(known)


ORDERS: dict[str, Order] = {
    "worst case, then expected (as given)": lambda asked, _: asked[0],
    "fewest questions left in the worst case": lambda asked, _: min(asked, key=lambda one: one.most_left),
    "as in the protocol": lambda asked, facts: min(asked, key=lambda one: facts.index(one.fact)),
}

if __name__ == "__main__":
    main()
