"""Two versions compared: the coalition's protocol and generated larger ones, each with a few kinds of changes.

    python -m benchmarks.comparing [--protocols 5] [--solver python-sat|ours|both]

Each comparison is whole: formulas, proofs, examples evaluated by both versions, a million incidents drawn, and the
description. Protocols are loaded and compiled before. Shown are medians and the slowest, in seconds of processor time.
"""

import argparse
import re
import statistics
import time
from collections.abc import Callable
from random import Random

from benchmarks.reasoning import SEED, SOLVERS, choose_solver, generated_text
from rapid_response import load_protocol, protocol_from_sources, protocol_from_text
from rapid_response.protocol.model import Protocol
from rapid_response.proving.comparing import compare
from rapid_response.proving.comparison import Comparison

Change = Callable[[Random, str], str]


def main() -> None:
    """Time and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--protocols", type=int, default=5)
    parser.add_argument("--solver", choices=(*SOLVERS, "both"), default="both")
    options = parser.parse_args()
    for solver in SOLVERS if options.solver == "both" else (options.solver,):
        choose_solver(solver)
        print(f"\n{solver}\n\n| | median s | slowest s | verdicts |\n| --- | ---: | ---: | --- |")
        for name, pairs in groups(options.protocols).items():
            print(row(name, [timed(old, new) for old, new in pairs]), flush=True)


def row(name: str, found: list[tuple[float, Comparison]]) -> str:
    seconds = [each for each, _ in found]
    verdicts = [comparison.verdict for _, comparison in found]
    counted = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in dict.fromkeys(verdicts))
    return f"| {name} | {statistics.median(seconds):.2f} | {max(seconds):.2f} | {counted} |"


def timed(old: Protocol, new: Protocol) -> tuple[float, Comparison]:
    """How long a comparison takes."""
    for version in (old, new):
        version.evaluate({}, as_of="2026-02-01T09:00Z").exact()
    start = time.process_time()
    found = compare(old, new, budget=None)
    return time.process_time() - start, found


def groups(count: int) -> dict[str, list[tuple[Protocol, Protocol]]]:
    """Pairs of versions by what was changed."""
    found = {
        f"coalition, {name}": [(load_protocol("protocol_rules/ccsj"), coalition(change))] for name, change in COALITION
    }
    for name, change in GENERATED:
        texts = [generated_text(Random(SEED + number), facts=60, rules=200) for number in range(count)]
        pairs = [(text, change(Random(SEED + number), text)) for number, text in enumerate(texts)]
        found[f"60 facts, 200 rules, {name}"] = [
            (protocol_from_text(old), protocol_from_text(new)) for old, new in pairs
        ]
    return found


def coalition(change: tuple[str, str]) -> Protocol:
    """The coalition's protocol with one text in the place of another."""
    sources = load_protocol("protocol_rules/ccsj").sources
    changed = [type(source)(source.name, source.text.replace(*change)) for source in sources]
    return protocol_from_sources(changed)


def reordered(random: Random, text: str) -> str:
    """Rules and the lines of the score in another order: the same meaning."""
    lines = text.splitlines(keepends=True)
    for start in ("  r", "      - {add"):
        places = [number for number, line in enumerate(lines) if line.startswith(start)]
        shuffled = random.sample(places, len(places))
        lines = [
            lines[shuffled[places.index(number)]] if number in places else line for number, line in enumerate(lines)
        ]
    return "".join(lines)


def rewritten(random: Random, text: str) -> str:
    """A rule written as two, one for each answer to a question: the same meaning."""
    rules = re.findall(r"^  r\d+: \{when: '(.*)', (.*)\}\n", text, re.MULTILINE)
    when, effect = random.choice(rules)
    halves = "".join(
        f"  half{side}: {{when: '({when}) and {part}', {effect}}}\n" for side, part in enumerate(("c0", "not c0"))
    )
    return text.replace(f"{{when: '{when}', {effect}}}", f"{{when: 'c0 and not c0', {effect}}}", 1).replace(
        "rules:\n", f"rules:\n{halves}"
    )


def dropped(random: Random, text: str) -> str:
    """One rule left out."""
    rules = re.findall(r"^  r\d+: .*\n", text, re.MULTILINE)
    return text.replace(random.choice(rules), "", 1)


def moved(_: Random, text: str) -> str:
    """One threshold of the score moved, in every rule."""
    return text.replace("score >= 10", "score >= 11")


def several(random: Random, text: str) -> str:
    """Ten rules left out, ten aimed at another tier."""
    for _ in range(10):
        text = dropped(random, text)
        rules = re.findall(r"^  r\d+: .*raise_to: b}\n", text, re.MULTILINE)
        rule = random.choice(rules)
        text = text.replace(rule, rule.replace("raise_to: b", "raise_to: c"), 1)
    return text


COALITION = (
    ("nothing changed", ("", "")),
    ("a threshold moved", ("people_harmed >= 4", "people_harmed >= 3")),
    ("a rule aimed at another tier", ("raise_to: support", "raise_to: coordinate")),
)
GENERATED: tuple[tuple[str, Change], ...] = (
    ("another order", reordered),
    ("a rule split in two", rewritten),
    ("a rule dropped", dropped),
    ("a score's threshold moved", moved),
    ("20 rules changed", several),
)


if __name__ == "__main__":
    main()
