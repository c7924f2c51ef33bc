"""Protocol files after mistakes and malices: each loads and evaluates, or gives our problems, well told."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

from rapid_response import Source
from tests.long.faults import ill_told, problems_of

ROOT = Path(__file__).parents[2]
_STAGES = {
    "0": "load",
    "1": "are refused as YAML",
    "2": "have a wrong shape",
    "3": "have wrong names or types",
    "4": "have wrong numbers or tables",
}

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


def try_file(seed: int) -> tuple[str, list[str]]:
    """What becomes of the mutation of that seed, and what went wrong with it."""
    chance = random.Random(seed)
    problems = problems_of(Source("protocol.yaml", mutated(chance.choice(protocols()).text, chance)))
    return _STAGES[max((problem.id[2] for problem in problems), default="0")], list(ill_told(problems))
