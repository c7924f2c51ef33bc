"""Condition texts that nobody would write: each is a condition that evaluates, or gives our problem at its place."""

from __future__ import annotations

import json
import random

from rapid_response import Source
from tests.long.faults import ill_told, problems_of
from tests.long.files import mutated

HEAD = """protocol: p
tiers: {low: {}, high: {}}
time_zone: Asia/Taipei
"""
FACTS = """facts:
  flag: {type: yes_no}
  number: {type: number, min: 0, max: 120}
  large: {type: number}
  exact: {type: number, decimals: 2}
  scale: {type: scale, options: [none, some, all]}
  choice: {type: choice, options: [a, b, yes, no]}
  several: {type: choices, options: [a, b, c]}
  moment: {type: moment}
  date: {type: date}
  words: {type: text}
"""
WORDS = [
    *("flag", "number", "scale", "choice", "several", "moment", "date", "words", "none", "all", "low", "yes", "no"),
    *("and", "or", "not", "in", "includes", "any of", "all of", "==", "!=", "<", ">=", "+", "-", "*", "/", "(", ")"),
    *("[", "]", ",", "min(", "max(", "count(", "step(", "now", "3", "0.5", "2026-01-01", "2026-01-01T09:00", '"x"'),
    *("72 hours", "6 months", "tier", "unsettled", "true"),
]
CONDITIONS = [
    "flag and not (number >= 65 or scale == some)",
    "65 <= number < 80 and several includes any of [a, b]",
    'count(flag, number > 3, choice in [a, "yes"]) >= 2',
    "now - moment <= 72 hours or moment + 6 months < now",
    "exact * 2.5 / max(1, number) > 3 - large",
    "step(scale, number) >= min(scale, all)",
    'date + 3 days < 2026-01-01 and words != "x"',
    "flag == no and choice not in [a, b]",
]


def condition_protocol(text: str, key: str = "when") -> Source:
    """A protocol whose response has that text as its condition."""
    usual = "    when: flag\n" if key == "unless" else ""
    quoted = json.dumps(text, ensure_ascii=False)
    return Source("protocol.yaml", f"{HEAD}{FACTS}responses:\n  r:\n{usual}    {key}: {quoted}\n")


def try_condition(seed: int) -> tuple[str, list[str]]:
    """What becomes of the condition of that seed, and what went wrong with it."""
    source = condition_protocol(_condition(random.Random(seed)))
    problems = problems_of(source)
    faults = list(ill_told(problems))
    last = len(source.lines)
    faults += [
        f"{problem.id} is not at its line" for problem in problems if problem.span and problem.span.line < last - 1
    ]
    return ("are refused" if problems else "evaluate"), faults


def _condition(chance: random.Random) -> str:
    """Words in any order, a sentence after mistakes and malices, or sentences put together."""
    match chance.randrange(3):
        case 0:
            return " ".join(chance.choices(WORDS, k=chance.randint(1, 14)))
        case 1:
            return mutated(chance.choice(CONDITIONS), chance)
        case _:
            return _composed(chance, chance.randint(1, 5))


def _composed(chance: random.Random, depth: int) -> str:
    if depth == 0:
        return chance.choice(CONDITIONS)
    one, other = (_composed(chance, depth - chance.randint(1, depth)) for _ in range(2))
    return chance.choice(["{} and {}", "{} or ({})", "not ({}) or {}", "count({}, {}) >= 1", "({}) == ({})"]).format(
        one, other
    )
