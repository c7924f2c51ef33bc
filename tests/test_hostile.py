"""What nobody would write, unless to do harm: files and conditions that must give our error and nothing else."""

from __future__ import annotations

import json
import random
import sys
import tracemalloc
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapid_response import ProtocolError, Source, protocol_from_text
from tests.long.conditions import FACTS, HEAD, WORDS, condition_protocol
from tests.long.faults import ill_told, problems_of
from tests.long.files import mutated, protocols

MOST_MEGABYTES = 64
FEW_CALLS, MOST_CALLS = 3_000_000, 10_000_000
"""How often functions may be called while a file is read: what time that takes hangs on the machine."""


def _ids(text: str) -> set[str]:
    try:
        protocol_from_text(text)
    except ProtocolError as error:
        return {problem.id for problem in error.problems}
    return set()


def _counted(text: str) -> tuple[set[str], int]:
    """The ids of the problems, and how many functions were called until they were known."""
    calls = 0

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        ids = _ids(text)
    finally:
        sys.setprofile(before)
    return ids, calls


def _many(section: str, line: str, count: int) -> str:
    return f"{section}:\n" + "".join(f"  {line}\n".replace("#", str(number)) for number in range(count))


# Files that grow

LAUGHS = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
MERGES = "a: &a {x: 1}\n" + "".join(f"b{number}: {{<<: [*a, *a]}}\n" for number in range(2_000))
FILES = {
    "aliases that double": (LAUGHS, {"RR105"}),
    "merge keys": (MERGES, {"RR105"}),
    "an alias of itself": ("a: &a [*a]", {"RR105"}),
    "anchors": ("[" + "&a x, " * 40_000 + "]", {"RR100", "RR105"}),
    "open brackets": ("[" * 250_000, {"RR104"}),
    "open braces": ("{" * 250_000, {"RR105"}),
    "keys of keys": ("? " * 120_000, {"RR105"}),
    "dashes": ("- " * 120_000, {"RR104"}),
    "steps": ("".join(" " * depth + "a:\n" for depth in range(700)), {"RR104"}),
    "commas": ("[" + "," * 250_000, {"RR102"}),
    "quotation marks": ("'" * 250_000, {"RR109"}),
    "colons": (": " * 120_000, {"RR102"}),
    "tabs": ("\t" * 250_000, {"RR103"}),
    "documents": ("---\n" * 60_000, {"RR105"}),
    "directives": ("%a b\n" * 40_000, {"RR102"}),
    "empty lines": ("\n" * 250_000, {"RR109"}),
    "a huge text": (HEAD + "title: " + "x" * 250_000, set()),
    "a huge condition": (HEAD + "criteria: {c: {when: " + "x " * 120_000 + "}}", {"RR104"}),
    "a long condition": (HEAD + "criteria: {c: {when: " + "x" * 4_001 + "}}", {"RR304"}),
    "a huge number": (HEAD + "facts: {n: {type: number, min: " + "9" * 200_000 + "}}", {"RR203"}),
    "a huge count": (HEAD + FACTS + "criteria: {c: {when: {at_least: " + "9" * 5_000 + ", of: [flag]}}}", {"RR203"}),
    "a huge name": (HEAD + _many("facts", "x" * 900 + ": {type: yes_no}", 1) + f"at: {'x' * 3_999}", {"RR301"}),
    "parentheses": (HEAD + "criteria: {c: {when: " + "(" * 1_900 + "low" + ")" * 1_900 + "}}", {"RR304"}),
    "nots": (HEAD + FACTS + "criteria: {c: {when: " + "not " * 900 + "flag}}", {"RR304"}),
    "minus signs": (HEAD + FACTS + "criteria: {c: {when: 0 < " + "- " * 900 + "number}}", {"RR304"}),
}


@pytest.mark.parametrize(("text", "expected"), FILES.values(), ids=FILES)
def test_a_file_that_would_grow_is_refused_at_once(text: str, expected: set[str]) -> None:
    """Aliases, merge keys, nesting and endless signs are refused in a moment."""
    ids, calls = _counted(text)
    assert ids == expected
    assert calls < FEW_CALLS


def _criteria(condition: str, count: int) -> str:
    return HEAD + FACTS + _many("criteria", f"c#: {{when: {condition}}}", count)


ROWS = "".join(f"        - [{3 * number} to {3 * number + 1}, {number}]\n" for number in range(1_000))
CROSSED = "".join(f"        - [{number} to 99999, {number}]\n" for number in range(1_000))
TABLE = f"{HEAD}{FACTS}measures:\n  m:\n    table:\n      columns: [large]\n      otherwise: 0\n      rows:\n"
OPTIONS = f"facts: {{f: {{type: choices, options: [{', '.join(f'o{number}' for number in range(1_000))}]}}}}\n"
COUNTS = HEAD + OPTIONS + _many("criteria", "c#: {when: count(f) > #}", 1_500)
CIRCLE = "".join(f"  c{number}: {{when: c{(number or 3_000) - 1}}}\n" for number in range(3_000))
PAIRS = "".join(f"  a{number}: {{when: b{number}}}\n  b{number}: {{when: a{number}}}\n" for number in range(1_500))
LINE = ", ".join(f"f{number}: {{type: x}}" for number in range(4_000))
ALIKE = _many("facts", "aaaaaaaaaaaa#: {type: yes_no}", 2_000) + _many("criteria", "c#: {when: aaaaaaaab#}", 2_000)
WORDY = f"{{any: [{'flag or flag, ' * 8_000}]}}"
LARGE = {
    "facts": (HEAD + _many("facts", "f#: {type: yes_no}", 4_000), set()),
    "unknown names": (_criteria("flga", 4_000), {"RR100", "RR301"}),
    "names much alike": (HEAD + ALIKE, {"RR100", "RR301"}),
    "a circle": (HEAD + "criteria:\n" + CIRCLE, {"RR310"}),
    "many circles": (HEAD + "criteria:\n" + PAIRS, {"RR310"}),
    "a table": (TABLE + ROWS, set()),
    "a table of overlaps": (TABLE + CROSSED, {"RR100", "RR404"}),
    "too large a table": (TABLE + ROWS + "        - [any, 0]\n", {"RR104"}),
    "options": (COUNTS, set()),
    "long conditions": (_criteria(" and ".join(["flag"] * 400), 24), set()),
    "comparisons of comparisons": (_criteria("(" * 20 + "flag" + " == flag)" * 20, 20), {"RR304"}),
    "too many words": (_criteria("flag or flag or flag or flag", 3_000), {"RR104"}),
    "too many words under a name of prose": (_criteria(WORDY, 1).replace("c0", "title"), {"RR104"}),
    "problems in one line": (f"{{protocol: p, tiers: {{low: {{}}}}, facts: {{{LINE}}}}}", {"RR100", "RR203"}),
}


@pytest.mark.parametrize(("text", "expected"), LARGE.values(), ids=LARGE)
def test_a_large_file_takes_a_bounded_number_of_steps(text: str, expected: set[str]) -> None:
    """Thousands of facts, names, rows and problems are read and told in a few million calls, rendering included."""
    ids, calls = _counted(text)
    assert ids == expected
    assert calls < MOST_CALLS


@pytest.mark.parametrize("name", ["a table", "options", "a circle"])
def test_a_large_file_takes_little_memory(name: str) -> None:
    """No file takes more than 64 MB."""
    tracemalloc.start()
    _ids(LARGE[name][0])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < MOST_MEGABYTES * 2**20


ZONES = [
    "a." * 900,
    "Mars/Phobos",
    "../../etc/localtime",
    "/etc/localtime",
    "rapid_response.cli",
    "a/" * 3_000 + "a",
    "\0",
]


@pytest.mark.parametrize("zone", ZONES)
def test_a_time_zone_is_looked_for_among_time_zones_only(zone: str) -> None:
    """What is not named like a time zone is refused before anybody looks for it on disk or among modules."""
    before = set(sys.modules)
    assert _ids(f"protocol: p\ntiers: {{low: {{}}}}\ntime_zone: {json.dumps(zone)}\n") <= {"RR203", "RR103"}
    assert not {name for name in set(sys.modules) - before if "cli" in name}


# Conditions that would do something

PAYLOADS = [
    "__import__('os').system('id')",
    "__builtins__",
    "eval('1')",
    "exec('import os')",
    "open('/etc/passwd').read()",
    "getattr(flag, '__class__')",
    "().__class__.__base__.__subclasses__()",
    "''.__class__.__mro__[1].__subclasses__()",
    "[x for x in ().__class__.__base__.__subclasses__() if x.__name__ == 'Popen'][0]('id')",
    "(lambda: 0).__globals__",
    "flag.__init__.__globals__['sys'].modules['os']",
    "flag.real",
    "several[0]",
    "words.format(1)",
    "'{0.__class__.__bases__[0].__subclasses__}'.format('a')",
    "'{a.__class__}'.format_map({'a': flag})",
    "f'{flag.__class__}'",
    "f'{flag!r:{number}}'",
    "'%s' % flag",
    "string.Formatter().get_field('a.__class__', [], {'a': flag})",
    "(g.gi_frame.f_back.f_back.f_globals for g in [0])",
    "foo.bar().gi_frame.f_globals['__builtins__'].exec('1')",
    "numpy.loadtxt('/etc/passwd')",
    "type('X', (), {'__del__': print})()",
    "flag if flag else flag",
    "flag := 1",
    "number = 3",
    "del flag",
    "import os",
    "raise Exception",
    "while True: pass",
    "9 ** 9 ** 9 ** 9 > 1",
    "2 << 10000000 > 1",
    "'a' * 1000000000 == words",
    "[0] * 1000000000",
    "number in range(10000000000)",
    "any(True for _ in iter(int, 1))",
    "words matches '(a+)+$'",
    "words =~ /(a+)+$/",
    "{{ 7 * 7 }}",
    "{{ config.items() }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ self._TemplateReference__context.cycler.__init__.__globals__.os.popen('id').read() }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ flag|attr('__class__') }}",
    "${7*7}",
    "${jndi:ldap://127.0.0.1/a}",
    "#{7*7}",
    "$(id)",
    "`id`",
    "flag; drop table facts",
    "flag' or '1'='1",
    "flag -- comment",
    "<script>alert(1)</script>",
    "flag\u2028and flag",
    "ﬂag",
    "flag and __class__",
    "count.__self__",
    "min.__self__ > 1",
    "step(__class__, 1)",
    "tier.name",
    "now.year > 1",
    "@flag",
    "flag\\",
    "'",
    '"',
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_condition_can_only_compute(payload: str) -> None:
    """What was published against evaluators of Python, of templates and of shells is refused with its place."""
    text = f"{HEAD}{FACTS}criteria:\n  c:\n    when: {json.dumps(payload, ensure_ascii=False)}\n"
    with pytest.raises(ProtocolError) as caught:
        protocol_from_text(text)
    for problem in caught.value.problems:
        assert problem.id in {"RR103", "RR301", "RR304", "RR307", "RR308"}
        assert problem.span
        assert problem.span.line == text.count("\n")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_for_people_is_never_computed(payload: str) -> None:
    """As a title it stays what it is, character for character, or is refused for a character."""
    text = f"protocol: p\ntitle: {json.dumps(payload, ensure_ascii=False)}\ntiers: {{low: {{}}}}\n"
    assert _ids(text) <= {"RR103"}
    assert _ids(text) or str(protocol_from_text(text).title) == payload


@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_has_a_place(text: str) -> None:
    """Random text as a condition loads or gives our error with a place, never another exception."""
    assert not list(ill_told(problems_of(condition_protocol(text))))


@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from(["when", "unless"]))
def test_any_words_of_the_language_are_a_condition_or_have_a_place(words: list[str], key: str) -> None:
    """Words of the language in any order give a condition that evaluates, or our error with a place."""
    assert not list(ill_told(problems_of(condition_protocol(" ".join(words), key))))


@given(st.integers(0, 2**32))
def test_a_damaged_protocol_loads_or_has_problems_with_places(seed: int) -> None:
    """Letters, words, lines and signs changed at random: it loads and evaluates, or gives our error with a place."""
    chance = random.Random(seed)
    text = mutated(chance.choice(protocols()).text, chance)
    assert not list(ill_told(problems_of(Source("p.yaml", text))))
