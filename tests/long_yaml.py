"""Protocol files that nobody would write: `python -m tests.long_yaml --mutations 1000000 --suite yaml-test-suite/src`.

A mutated file loads, and then evaluates, or gives our error with a place, in a second and in 64 MB. Every case of the
yaml-test-suite (https://github.com/yaml/yaml-test-suite) is refused, or read as what its JSON states under declared
types. The exit code is 1 where anything went wrong; what went wrong is printed with its seed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rapid_response import Problem, ProtocolError, Source, protocol_from_sources
from rapid_response.protocol.problems import CATALOGUE
from rapid_response.protocol.reading import Mapping, Node, Scalar, Sequence, read_yaml

ROOT = Path(__file__).parents[1]
MOST_SECONDS, MOST_MEGABYTES = 1.0, 64
_STAGES = {
    "0": "load",
    "1": "are refused as YAML",
    "2": "have a wrong shape",
    "3": "have wrong names or types",
    "4": "have wrong numbers or tables",
}
WITHOUT_PLACE = {"RR100", "RR101", "RR104", "RR109"}
AS_OF = "2026-02-01T09:00:00Z"

SIGNS = [
    *("? ", ": ", "- ", ":", "-", "[", "]", "{", "}", ",", "#", " #", "'", '"', "|", ">", ">-\n", "%", "@", "`"),
    *("&a ", "*a ", "!t ", "!!python/object:os.system ", "<<: ", "~", "\\", "\\x00", "\\u202e", "\n", "\r\n", "\r"),
    *("\t", "\0", "\x1b[31m", "\u2028", "\ufeff", "\ud800", "\U0001f600", "傷", "é", "---\n", "...\n", "\n  ", "    "),
    *(" and ", " or ", " not ", " in ", " includes ", " any of ", " == ", " >= ", " < ", "=", "(", ")", "+", "*"),
    *("min(", "max(", "count(", "step(", "now", "tier", "unsettled", "active", "yes", "no", "null", "any", "/"),
    *("0", "-1", "0.0000001", "9" * 30, "1e9", "2026-01-01", "2026-13-01T25:00", "72 hours", "6 months", "nan"),
    *("facts:\n", "rules:\n", "when: ", "unless: ", "kind: tiers\n", "type: ", "options: ", "raise_to: ", "is: "),
    *("__class__", ".__globals__", "{{7*7}}", "${jndi:x}", "{0.__class__}", "x" * 5_000, "(" * 100, "[" * 100),
]


# Mutations


@cache
def protocols() -> tuple[Source, ...]:
    """The protocols to begin with: as many good ones as cases of the golden files, which are faulty already."""
    faulty = sorted((ROOT / "tests" / "golden" / "problems").glob("*.yaml"))
    good = sorted((ROOT / "examples" / "protocols").glob("*/protocol.yaml"))
    files = [*faulty, *(good[number % len(good)] for number in range(len(faulty)))]
    return tuple(Source(path.name, path.read_text(encoding="utf-8")) for path in files)


def mutated(text: str, chance: random.Random) -> str:
    """The text after one or several mistakes and malices."""
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        text = chance.choice(_MUTATIONS)(text, chance)
    return text


def _inserted(text: str, chance: random.Random) -> str:
    place = chance.randint(0, len(text))
    return text[:place] + chance.choice(SIGNS) + text[place:]


def _deleted(text: str, chance: random.Random) -> str:
    place = chance.randint(0, len(text))
    return text[:place] + text[place + chance.choice((1, 1, 2, 5, 40)) :]


def _copied(text: str, chance: random.Random) -> str:
    start, place = chance.randint(0, len(text)), chance.randint(0, len(text))
    return text[:place] + text[start : start + chance.randint(1, 200)] + text[place:]


def _swapped(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    first, second = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def _indented(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    place = chance.randrange(len(lines))
    lines[place] = " " * chance.randint(0, 9) + lines[place].lstrip()
    return "\n".join(lines)


def _reworded(text: str, chance: random.Random) -> str:
    words = list(re.finditer(r"[\w.]+|[<>=!]+", text))
    if not words:
        return text
    word, other = chance.choice(words), chance.choice(words).group()
    return text[: word.start()] + other + text[word.end() :]


def _misspelt(text: str, chance: random.Random) -> str:
    letters = list(re.finditer(r"\w", text))
    if not letters:
        return text
    place = chance.choice(letters).start()
    return text[:place] + chance.choice("aeinst_09") + text[place + chance.randint(0, 1) :]


def _repeated(text: str, chance: random.Random) -> str:
    start = chance.randint(0, len(text))
    piece = text[start : start + chance.randint(1, 60)]
    return text[:start] + piece * chance.choice((2, 10, 1_000)) + text[start:]


def _spliced(text: str, chance: random.Random) -> str:
    other = chance.choice(protocols()).text
    return text[: chance.randint(0, len(text))] + other[chance.randint(0, len(other)) :]


_MUTATIONS = (
    *(_inserted, _deleted, _copied, _swapped, _indented, _repeated, _spliced),
    *(_reworded, _reworded, _reworded, _misspelt, _misspelt, _misspelt),
)


def problems_of(source: Source) -> tuple[Problem, ...]:
    """The problems of a protocol; where there are none, it also evaluates an incident of which nothing is known."""
    try:
        protocol_from_sources([source]).evaluate({}, as_of=AS_OF).to_json()
    except ProtocolError as error:
        return error.problems
    return ()


def ill_told(problems: tuple[Problem, ...]) -> Iterator[str]:
    """What is wrong with how problems are told: nothing, if all is well."""
    for problem in problems:
        yield from (f"{problem.id} is {fault}" for fault in _ill_told(problem))
        if not all(character.isprintable() for character in problem.render().replace("\n", "")):
            yield f"{problem.id} shows characters that are not printable"


def _ill_told(problem: Problem) -> Iterator[str]:
    if problem.id not in CATALOGUE:
        yield "not in the catalogue"
    if problem.span is None:
        if problem.id not in WITHOUT_PLACE:
            yield "without place"
        return
    lines = problem.span.source.lines
    if not 1 <= problem.span.line <= len(lines) or problem.span.column > len(lines[problem.span.line - 1]) + 1:
        yield f"at a place that is not there: {problem.span}"


@dataclass
class Tally:
    """What a run of mutations has seen."""

    files: int = 0
    slowest: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        shares = ", ".join(f"{count / self.files:.0%} {outcome}" for outcome, count in self.outcomes.most_common())
        return f"{self.files:,} mutated files: {shares}; slowest {self.slowest:.2f} s; {len(self.failures)} went wrong"

    def mutation(self, seed: int) -> None:
        """Try the mutation of that seed."""
        chance = random.Random(seed)
        source = Source("protocol.yaml", mutated(chance.choice(protocols()).text, chance))
        began = time.process_time()
        try:
            problems = problems_of(source)
            found = list(ill_told(problems))
            self.outcomes[_STAGES[max((problem.id[2] for problem in problems), default="0")]] += 1
        except Exception as error:  # nothing but our error may come out, so any other is a find
            found = [f"{type(error).__name__}: {error}"]
        seconds = time.process_time() - began
        self.files += 1
        self.slowest = max(self.slowest, seconds)
        if seconds > MOST_SECONDS:
            found.append(f"it took {seconds:.1f} s")
        self.failures += [f"seed {seed}: {fault}" for fault in found]


def run_mutations(first: int, count: int) -> Tally:
    """Try that many mutations, from the first seed on; progress is printed now and then."""
    tally = Tally()
    for seed in range(first, first + count):
        tally.mutation(seed)
        if tally.files % 50_000 == 0:
            print(tally, flush=True)
    return tally


def megabytes() -> float:
    """The most memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# The yaml-test-suite


def run_suite(folder: Path) -> tuple[Counter[str], list[str]]:
    """How the cases of the suite are taken, and those that are read as something else than their JSON."""
    counts: Counter[str] = Counter()
    different: list[str] = []
    for file in sorted(folder.glob("*.yaml")):
        for number, case in enumerate(_suite_cases(file)):
            outcome = _outcome(case)
            counts[outcome] += 1
            if outcome == "read as something else":
                different.append(f"{file.name}, case {number}")
    return counts, different


def _suite_cases(file: Path) -> Iterator[dict[str, Any]]:
    """A case leaves out what it shares with the one before it."""
    before: dict[str, Any] = {}
    for case in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
        before = {key: value for key, value in before.items() if key != "fail"} | case
        yield before


def _outcome(case: dict[str, Any]) -> str:
    problems: list[Problem] = []
    node = read_yaml(Source("case.yaml", _suite_text(case["yaml"])), problems)
    if problems:
        return "refused"
    if case.get("fail"):
        return "read, although not YAML"
    if node is None or "json" not in case:
        return "read, nothing to compare with"
    return "read as its JSON" if _is_same(node, json.loads(case["json"])) else "read as something else"


def _suite_text(text: str) -> str:
    """The suite writes characters that cannot be seen by signs."""
    text = re.sub("—*»", "\t", text).translate(str.maketrans("␣←⇔", " \r\ufeff", "↵"))
    return text.removesuffix("∎\n")


def _is_same(node: Node, expected: Any) -> bool:
    match node:
        case Mapping(entries=entries):
            return (
                isinstance(expected, dict)
                and {k.text for k, _ in entries} == expected.keys()
                and all(_is_same(value, expected[key.text]) for key, value in entries)
            )
        case Sequence(items=items):
            return isinstance(expected, list) and len(items) == len(expected) and all(map(_is_same, items, expected))
        case Scalar():
            return _is_same_value(node, expected)


def _is_same_value(scalar: Scalar, expected: Any) -> bool:
    """Under a declared type: text is its text, nothing is nothing, a number and yes or no are what they look like."""
    if isinstance(expected, str):
        return scalar.text == expected
    if expected is None:
        return scalar.is_null
    if isinstance(expected, bool):
        return scalar.style == "plain" and scalar.text.lower() == str(expected).lower()
    return scalar.style == "plain" and yaml.load(scalar.text, Loader=yaml.SafeLoader) == expected


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first mutation")
    parser.add_argument("--suite", type=Path, help="the folder `src` of the yaml-test-suite")
    given = parser.parse_args()
    failures: list[str] = []
    if given.suite:
        counts, failures = run_suite(given.suite)
        print(f"yaml-test-suite: {', '.join(f'{count} {outcome}' for outcome, count in counts.most_common())}")
    before = megabytes()
    tally = run_mutations(given.seed, given.mutations)
    grown = megabytes() - before
    print(f"{tally}; {grown:.0f} MB more memory in all")
    failures += [*tally.failures, *([f"memory grew by {grown:.0f} MB"] if grown > MOST_MEGABYTES else [])]
    print("\n".join([f"{len(failures)} failures", *failures]))
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
