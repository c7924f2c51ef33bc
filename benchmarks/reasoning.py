"""What else could be, one incident at a time: every answer on the coalition's protocol and on generated larger ones.

    python -m benchmarks.reasoning [--incidents 100] [--protocols 3] [--batch 10000] [--solver python-sat|ours|both]

Each answer is asked once, about an incident of which nothing is known, before it is timed about every incident in turn,
each with another share of its facts unknown. Shown are medians and 99th percentiles in milliseconds of processor time,
with python-sat and with our own solver side by side. After that exact ranges of many incidents at once, as they come
in practice: most of them like one that was there before.
"""

import argparse
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from rapid_response import load_protocol, protocol_from_text
from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.reasoning import network
from rapid_response.reasoning.batch import ExactRanges, exact_results
from rapid_response.reasoning.changes import what_would
from rapid_response.reasoning.questions import questions
from rapid_response.reasoning.ranges import exact
from rapid_response.reasoning.reasons import why
from rapid_response.reasoning.why_not import why_not

SEED = 20260201
AS_OF = "2026-02-01T09:00-08:00"
UNKNOWN_SHARES = (0.1, 0.3, 0.5, 0.7)
SOLVERS = ("python-sat", "ours")

ANSWERS: dict[str, Callable[[Recommendation], object]] = {
    "exact range": exact,
    "questions": questions,
    "why": why,
    "why, smallest": lambda result: why(result, smallest=True),
    "what would, highest tier": lambda result: what_would(result, tier=result.protocol.tiers[-1].name),
    "what would, lowest tier": lambda result: what_would(result, tier=result.protocol.tiers[0].name),
    "why not, highest tier": lambda result: why_not(result, result.protocol.tiers[-1].name),
}


def main() -> None:
    """Time and print the table."""
    options = _options()
    print(_setting(options))
    generated = [generated_protocol(Random(SEED + number)) for number in range(options.protocols)]
    groups = {"coalition": [load_protocol("protocol_rules/ccsj")], "40 facts, 100 rules": generated}
    solvers = SOLVERS if options.solver == "both" else (options.solver,)
    times = {
        solver: {name: _times(group, options.incidents, solver) for name, group in groups.items()} for solver in solvers
    }
    print(_table(solvers, groups, times))
    print(_batch(groups, options.batch))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--incidents", type=int, default=100)
    parser.add_argument("--protocols", type=int, default=3)
    parser.add_argument("--batch", type=int, default=10_000)
    parser.add_argument("--solver", choices=(*SOLVERS, "both"), default="both")
    return parser.parse_args()


def _times(protocols: Sequence[Protocol], count: int, solver: str) -> dict[str, list[float]]:
    """The seconds of each answer about each incident."""
    choose_solver(solver)
    found: dict[str, list[float]] = {name: [] for name in ANSWERS}
    for protocol in protocols:
        random = Random(SEED)
        results = [protocol.evaluate(incident(random, protocol, position), as_of=AS_OF) for position in range(count)]
        for name, answer in ANSWERS.items():
            answer(protocol.evaluate({}, as_of=AS_OF))
            for result in results:
                start = time.process_time()
                answer(result)
                found[name].append(time.process_time() - start)
    return found


def choose_solver(solver: str) -> None:
    """Answer with that solver from here on."""
    for cache in (network._space, network._network, network._translation):
        cache.cache_clear()
    sys.modules.pop("pysat.solvers", None)
    if solver == "ours":
        sys.modules["pysat.solvers"] = None  # type: ignore[assignment]


def _setting(options: argparse.Namespace) -> str:
    shares = ", ".join(f"{share:.0%}" for share in UNKNOWN_SHARES)
    return (
        f"{options.incidents} incidents for each of 1 and {options.protocols} protocols, {shares} of the facts unknown "
        f"in turn; milliseconds of processor time, median and 99th percentile; {platform.python_implementation()} "
        f"{platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} processors\n"
    )


def _table(solvers: Sequence[str], groups: Sequence[str] | dict[str, Any], times: dict[str, Any]) -> str:
    columns = [(group, solver) for group in groups for solver in solvers]
    lines = ["| | " + " | ".join(f"{group}, {solver}" for group, solver in columns) + " |"]
    lines.append("| --- |" + " ---: |" * len(columns))
    for name in ANSWERS:
        shown = [_shown(times[solver][group][name]) for group, solver in columns]
        lines.append(f"| {name} | {' | '.join(shown)} |")
    return "\n".join(lines)


def _shown(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    slow = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
    return f"{statistics.median(ordered) * 1e3:.1f} / {slow * 1e3:.1f}"


def _batch(groups: Mapping[str, Sequence[Protocol]], count: int) -> str:
    """Microseconds for the exact range of each of many incidents, one by one and together."""
    choose_solver("python-sat")
    lines = [f"\n| {count:,} incidents | " + " | ".join(groups) + " |", "| --- |" + " ---: |" * len(groups)]
    columns = [_batch_times(protocols[0], count) for protocols in groups.values()]
    for name in columns[0]:
        lines.append(f"| {name} | {' | '.join(column[name] for column in columns)} |")
    return "\n".join(lines)


def _batch_times(protocol: Protocol, count: int) -> dict[str, str]:
    results = [protocol.evaluate(facts, as_of=AS_OF) for facts in skewed_incidents(Random(SEED), protocol, count)]
    exact(protocol.evaluate({}, as_of=AS_OF))
    ranges, start = ExactRanges(protocol), time.process_time()
    for result in results:
        ranges.of(result.incident.facts, result.now, result.range)
    middle = time.process_time()
    alone = [exact(result) for result in results]
    end = time.process_time()
    assert list(exact_results(results)) == alone
    return {
        "different combinations that are open": f"{len(ranges.remembered):,}",
        "one by one, µs each": f"{(end - middle) / count * 1e6:.0f}",
        "together, µs each": f"{(middle - start) / count * 1e6:.0f}",
    }


# Made-up protocols and incidents


def generated_protocol(random: Random) -> Protocol:
    """A protocol of 40 facts, 20 criteria, a score, 100 rules and 20 responses."""
    return protocol_from_text(generated_text(random, facts=40, rules=100))


def generated_text(random: Random, *, facts: int, rules: int, more_is: bool = False, properties: int = 0) -> str:
    """The YAML of a protocol of so many facts and rules, and of 20 criteria, a score and 20 responses.

    `more_is` declares of every fact of which there can be more that more of it never lowers the tier.
    """
    asked = [_fact(random, number, more_is) for number in range(facts)]
    conditions = [condition for _, fact in asked for condition in fact]
    criteria = {f"c{number}": _condition(random, conditions) for number in range(20)}
    named = [*conditions, *criteria]
    score = "".join(f"      - {{add: {random.randint(1, 3)}, when: '{random.choice(named)}'}}\n" for _ in range(12))
    named += [f"score >= {bound}" for bound in (6, 10, 14)]
    written = "".join(_rule(random, number, named) for number in range(rules))
    responses = "".join(_response(random, number, named) for number in range(20))
    always = "".join(_property(random, number, named) for number in range(properties))
    return (
        "protocol: generated\ntiers: {a: {}, b: {}, c: {}, d: {}}\nfacts:\n"
        + "".join(text for text, _ in asked)
        + "criteria:\n"
        + "".join(f"  {name}: {{when: '{text}'}}\n" for name, text in criteria.items())
        + f"measures:\n  score:\n    points:\n{score}rules:\n{written}responses:\n{responses}"
        + (f"always:\n{always}" if always else "")
    )


def _fact(random: Random, number: int, more_is: bool) -> tuple[str, list[str]]:
    """The lines of a fact, and conditions on it."""
    name, declared = f"f{number}", ", more_is: higher" if more_is else ""
    match random.choice(["yes_no", "yes_no", "scale", "choice", "number", "choices"]):
        case "yes_no":
            return f"  {name}: {{type: yes_no{declared}}}\n", [name, f"not {name}"]
        case "number":
            bounds = random.sample(range(5, 95), 3)
            tests = [f"{name} >= {bound}" for bound in bounds]
            return f"  {name}: {{type: number, min: 0, max: 100{declared}}}\n", tests
        case "scale":
            tests = [f"{name} >= p", f"{name} >= q", f"{name} <= n"]
            return f"  {name}: {{type: scale, options: [m, n, p, q]{declared}}}\n", tests
        case "choice":
            tests = [f"{name} == m", f"{name} != q", f"({name} == n or {name} == p)"]
            return f"  {name}: {{type: choice, options: [m, n, p, q]}}\n", tests
        case _:
            tests = [f"{name} includes m", f"{name} includes any of [n, p]", f"count({name}) >= 2"]
            return f"  {name}: {{type: choices, options: [m, n, p, q]}}\n", [f"({test})" for test in tests]


def _condition(random: Random, named: Sequence[str]) -> str:
    join = random.choice([" and ", " or "])
    return join.join(random.sample(list(named), random.randint(2, 3)))


def _rule(random: Random, number: int, named: Sequence[str]) -> str:
    raising = random.random() < 0.8
    parts = random.sample(list(named), random.randint(2, 4) if raising else random.randint(3, 5))
    effect = f"raise_to: {random.choice('bbccd')}" if raising else f"limit_to: {random.choice('abc')}"
    return f"  r{number}: {{when: '{' and '.join(f'({part})' for part in parts)}', {effect}}}\n"


def _property(random: Random, number: int, named: Sequence[str]) -> str:
    when = " and ".join(f"({part})" for part in random.sample(list(named), 3))
    return f"  - {{name: p{number}, when: '{when}', then: 'tier >= {random.choice('bc')}'}}\n"


def _response(random: Random, number: int, named: Sequence[str]) -> str:
    tier = f"tier >= {random.choice('bcd')}"
    return f"  s{number}: {{when: '{tier} and ({random.choice(list(named))})'}}\n"


def incident(random: Random, protocol: Protocol, position: int) -> dict[str, Any]:
    """A made-up incident; the share of its facts that is unknown goes by its position."""
    share = UNKNOWN_SHARES[position % len(UNKNOWN_SHARES)]
    answers = complete_incident(random, protocol)
    return {name: value for name, value in answers.items() if random.random() >= share}


def skewed_incidents(random: Random, protocol: Protocol, count: int) -> list[dict[str, Any]]:
    """Made-up incidents, of which the first few hundred come again and again, the earlier ones more often."""
    kinds = [incident(random, protocol, position) for position in range(count // 20)]
    weights = [1 / position for position in range(1, len(kinds) + 1)]
    return random.choices(kinds, weights, k=count)


def complete_incident(random: Random, protocol: Protocol) -> dict[str, Any]:
    """A made-up incident of which everything is known."""
    return {name: _value(random, fact) for name, fact in protocol.facts.items()}


def _value(random: Random, fact: Fact) -> Any:
    match fact.type.name:
        case "yes_no":
            return random.random() < 0.5
        case "scale" | "choice":
            return random.choice(fact.type.options)
        case "choices":
            return random.sample(fact.type.options, random.randint(0, 2))
        case "number":
            return random.randint(int(fact.type.low), min(int(fact.type.high), 120))
        case "moment":
            return f"2026-01-{random.randint(1, 31):02}T12:00-08:00"
        case "date":
            return f"2026-01-{random.randint(1, 31):02}"
        case _:
            return random.choice(["Chinatown", "Sunset"])


if __name__ == "__main__":
    main()
