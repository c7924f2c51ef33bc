"""Mappings: what a column means, every problem with its place and a remedy, every row that does not fit told."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapid_response import load_protocol, protocol_from_text
from rapid_response.history import HistoryError, mapping_from_text, read_incidents
from rapid_response.history.columns import Quantities
from rapid_response.history.problems import CATALOGUE
from rapid_response.protocol.values import moment_text

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples" / "history"

PROTOCOL = protocol_from_text(
    """
protocol: p
time_zone: America/Los_Angeles
tiers: {low: {}, middle: {}, high: {}}
facts:
  harm: {type: scale, options: [none, injured, killed]}
  age: {type: number, min: 0, max: 120}
  dose: {type: number, decimals: 2, min: 0, max: 10}
  hurt: {type: yes_no}
  filed: {type: yes_no, blank_means: no}
  story: {type: text, private: yes}
  places: {type: choices, options: [street, school, home]}
  at: {type: moment}
  on_day: {type: date}
rules:
  harmed: {when: harm >= injured, raise_to: middle}
  old: {when: age >= 65, raise_to: middle}
  dosed: {when: dose > 0.5, raise_to: middle}
  hit: {when: hurt, raise_to: high}
  filed: {when: filed, raise_to: high}
  told: {when: 'story == "told"', raise_to: high}
  schooled: {when: places includes school, raise_to: high}
  early: {when: at < 2020-01-01T00:00, raise_to: high}
  once: {when: on_day < 2020-01-01, raise_to: high}
"""
)
NOW = protocol_from_text(
    "protocol: p\ntime_zone: UTC\ntiers: {low: {}, high: {}}\nfacts: {at: {type: moment}}\n"
    "rules: {r: {when: now - at < 3 days, raise_to: high}}"
)


def table(**columns: list[Any]) -> pa.Table:
    return pa.table(columns)


def facts(mapping: str, protocol: Any = PROTOCOL, **columns: list[Any]) -> list[dict[str, Any]]:
    """What the rows of a table are as incidents: the tiers that each fact alone would give, and problems."""
    found = read_incidents(table(**columns), mapping_from_text(mapping), protocol).evaluate()
    return [{key: row[key] for key in ("lowest", "highest", "problem")} for row in found.to_pylist()]


def tiers(mapping: str, protocol: Any = PROTOCOL, **columns: list[Any]) -> list[tuple[str, str]]:
    found = facts(f"mapping: m\n{mapping}", protocol, **columns)
    assert [row["problem"] for row in found] == [None] * len(found)
    return [(row["lowest"], row["highest"]) for row in found]


# What a mapping means


ALL_BUT = """  filed: {always: no}
  on_day: {always: 2021-01-01}
  at: {always: 2021-01-01T00:00}
  story: {always: quiet}
"""
QUIET = ALL_BUT + "  hurt: {always: no}\n  dose: {always: 0}\n  places: {always: [street]}\n  age: {always: 3}\n"


def test_words_and_options() -> None:
    """Listed words mean what the mapping says, others stand for themselves, and words for unknown are unknown."""
    mapping = (
        "unknown: [NA]\nfacts:\n  harm:\n    column: x\n    values: {Dead: killed, Fine: none, Hm: unknown}\n" + QUIET
    )
    cells = ["Dead", "Fine", "injured", " Dead ", "NA", "", None, "Hm"]
    unknown = ("low", "middle")
    expected = [("middle", "middle"), ("low", "low"), ("middle", "middle"), ("middle", "middle"), *[unknown] * 4]
    assert tiers(mapping, x=cells) == expected


def test_zero_may_mean_unknown() -> None:
    """A number can be a word for unknown, in whatever way it is stored."""
    mapping = 'unknown: ["0"]\nfacts:\n  age: x\n' + QUIET.replace("  age: {always: 3}\n", "  harm: {always: none}\n")
    for cells in ([0, 70, 5], [0.0, 70.0, 5.0], ["0", "70", "5"]):
        assert tiers(mapping, x=cells) == [("low", "middle"), ("middle", "middle"), ("low", "low")]


def test_otherwise() -> None:
    """`otherwise` is what a word counts as that is neither listed nor an option."""
    mapping = "facts:\n  harm:\n    column: x\n    values: {Dead: killed}\n    otherwise: none\n" + QUIET
    assert tiers(mapping, x=["Dead", "injured", "?"]) == [("middle", "middle"), ("middle", "middle"), ("low", "low")]


def test_several_answers() -> None:
    """Several answers stand in one cell, in a list, or in several columns."""
    rest = QUIET.replace("  places: {always: [street]}\n", "  harm: {always: none}\n")
    split = "facts:\n  places:\n    column: x\n    split: ';'\n    values: {S: school, N: []}\n" + rest
    assert tiers(split, x=["S;home", "home; street", "N", "", "N;S"]) == [
        ("high", "high"),
        ("low", "low"),
        ("low", "low"),
        ("low", "high"),
        ("high", "high"),
    ]
    lists = "facts:\n  places: x\n" + rest
    assert tiers(lists, x=[["school"], ["home", "street"], [], None]) == [
        ("high", "high"),
        ("low", "low"),
        ("low", "low"),
        ("low", "high"),
    ]
    columns = "facts:\n  places:\n    columns: [x, y]\n    values: {N: []}\n" + rest
    assert tiers(columns, x=["N", "home", "N"], y=["school", "N", None]) == [
        ("high", "high"),
        ("low", "low"),
        ("low", "high"),
    ]


def test_dates_and_times() -> None:
    """Dates and times are read by their formats, in the mapping's zone, from one column or two."""
    rest = QUIET.replace("  at: {always: 2021-01-01T00:00}\n", "  harm: {always: none}\n")
    mapping = (
        "time_zone: America/New_York\nfacts:\n  at:\n    columns: [x, y]\n    digits: 4\n    formats: '%m/%d/%Y %H%M'\n"
    )
    cells = {"x": ["01/01/2020", "12/31/2019", "01/01/2020"], "y": ["330", "2359", "30"]}
    # Midnight in Los Angeles, where the protocol counts, is three in the morning in New York
    assert tiers(mapping + rest, **cells) == [("low", "low"), ("high", "high"), ("high", "high")]
    assert tiers(mapping + rest, x=["01/01/2020", "01/01/2020"], y=[330, None]) == [("low", "low"), ("low", "high")]
    one = "facts:\n  at: x\n" + rest
    assert tiers(one, x=[dt.datetime(2019, 12, 31), dt.datetime(2020, 1, 2)]) == [("high", "high"), ("low", "low")]
    assert tiers(one, x=[dt.date(2019, 12, 31), dt.date(2020, 1, 2)]) == [("high", "high"), ("low", "low")]


def test_dates_alone() -> None:
    """A date comes from a date, from a time, from ISO text or by a format."""
    rest = QUIET.replace("  on_day: {always: 2021-01-01}\n", "  harm: {always: none}\n")
    for cells in (
        [dt.date(2019, 5, 1), dt.date(2021, 5, 1)],
        [dt.datetime(2019, 5, 1, 12), dt.datetime(2021, 5, 1)],
        ["2019-05-01", "2021-05-01"],
        ["1.5.2019", "1.5.2021"],
    ):
        mapping = "facts:\n  on_day:\n    column: x\n    formats: ['%d.%m.%Y']\n"
        assert tiers(mapping + rest, x=cells) == [("high", "high"), ("low", "low")]


def test_numbers_with_decimals() -> None:
    """Decimals are exact: floats, decimals and texts of the same number are the same."""
    rest = QUIET.replace("  dose: {always: 0}\n", "  harm: {always: none}\n")
    for cells in ([0.5, 0.51, None], ["0.5", ".51", ""], [Decimal("0.50"), Decimal("0.51"), None]):
        assert tiers("facts:\n  dose: x\n" + rest, x=cells) == [("low", "low"), ("middle", "middle"), ("low", "middle")]


def test_derived_facts() -> None:
    """Conditions of the protocol language work facts out of columns, and what is unknown stays unknown."""
    mapping = """columns:
  what: {column: x, values: {K: killing, A: attack}, otherwise: other}
  victims: {column: y, type: number}
facts:
  harm:
    cases:
      - {when: what == killing, is: killed}
      - {when: what == attack and victims >= 2, is: injured}
      - {otherwise: none}
  age:
    formula: victims * 10
  hurt:
    when: what == killing
    unless: victims == 0
  places:
    includes: {school: victims >= 3}
"""
    found = tiers(mapping + ALL_BUT + "  dose: {always: 0}\n", x=["K", "A", "A", "Z", "", "Z"], y=[1, 1, None, 3, 1, 7])
    assert found == [
        ("high", "high"),
        ("low", "low"),
        ("low", "high"),
        ("high", "high"),
        ("low", "high"),
        ("high", "high"),
    ]


def test_derived_facts_may_name_facts_that_are_read() -> None:
    """A condition may name a fact that the mapping reads from a column, with the options that it has."""
    rest = QUIET.replace("  hurt: {always: no}\n", "")
    mapping = "facts:\n  harm: x\n  hurt: {when: harm >= injured}\n" + rest
    assert tiers(mapping, x=["none", "killed", None]) == [("low", "low"), ("high", "high"), ("low", "high")]


def test_what_a_derived_number_cannot_be() -> None:
    """A number that is worked out and lies out of its fact's range is told, not taken."""
    mapping = "mapping: m\ncolumns: {n: {column: x, type: number}}\nfacts: {age: {formula: n * 100}}"
    found = facts(mapping, x=[1, 2])
    assert [row["problem"] for row in found] == [None, "`age`: the value that was worked out is out of range"]


def test_outcomes_and_ids() -> None:
    """What people decided then, and the id, stand beside the results."""
    mapping = mapping_from_text(
        "mapping: m\nid: [a, b]\noutcome: {column: decided, values: {Nothing: low, All: high}}\nfacts: {harm: x}"
    )
    rows: dict[str, list[Any]] = {
        "a": ["1", "1", "2"],
        "b": ["x", "y", None],
        "decided": ["Nothing", "All", None],
        "x": ["none"] * 3,
    }
    path = table(**rows)
    history = read_incidents(path, mapping, PROTOCOL)
    why = history.why()
    assert why.incidents["id"].to_pylist() == ["1 x", "1 y", None]


def test_outcome_in_the_results(tmp_path: Path) -> None:
    """What people decided then becomes a column of the results of a file."""
    path = tmp_path / "past.csv"
    path.write_text("who,decided,x\nA,Nothing,none\nB,All,killed\nC,,none\n")
    mapping = mapping_from_text(
        "mapping: m\nid: who\noutcome: {column: decided, values: {Nothing: low, All: high}}\nfacts: {harm: x}"
    )
    found = read_incidents(path, mapping, PROTOCOL).evaluate()
    assert found.select(["id", "outcome"]).to_pylist() == [
        {"id": "A", "outcome": "low"},
        {"id": "B", "outcome": "high"},
        {"id": "C", "outcome": None},
    ]


def test_time_of_evaluation() -> None:
    """Each row may be evaluated as of its own time; a row without one is told."""
    mapping = "mapping: m\nas_of: {column: y, formats: '%Y-%m-%d'}\nfacts: {at: x}"
    found = facts(mapping, NOW, x=["2026-01-01T00:00"] * 3, y=["2026-01-02", "2026-01-09", None])
    assert [(row["lowest"], row["problem"]) for row in found] == [
        ("high", None),
        ("low", None),
        (None, "y: the time of evaluation is missing"),
    ]
    source = table(x=["2026-01-01T00:00"], y=[None])
    [aside] = read_incidents(source, mapping_from_text(mapping), NOW).check().examples
    assert (aside.problem, aside.column) == ("RM403", "y")
    plain = read_incidents(table(at=[dt.datetime(2026, 1, 1)]), protocol=NOW)
    assert plain.evaluate(as_of="2026-01-02T00:00")["lowest"].to_pylist() == ["high"]


# Rows that do not fit


def test_rows_that_do_not_fit(tmp_path: Path) -> None:
    """Each is told with file line, column and value, even behind quoted line breaks; the others are evaluated."""
    path = tmp_path / "past.csv"
    path.write_text('harm,age,story\n"injured",7,"a\n\nb"\nbroken,200,c\n\nkilled,12,d\nnone,x,e\n')
    history = read_incidents(path, protocol=PROTOCOL)
    report = history.check()
    assert (report.rows, report.kept_aside) == (4, 2)
    assert {aside.problem for aside in report.examples} == {"RM401"}
    assert [(aside.line, aside.column, aside.value) for aside in report.examples] == [
        (5, "harm", "broken"),
        (5, "age", "200"),
        (8, "age", "x"),
    ]
    assert str(report.examples[0]) == "harm: `broken` is not an option"
    assert report.examples[1].help == "it lies between 0 and 120"
    found = history.evaluate()
    assert found["problem"].to_pylist()[1] == "harm: `broken` is not an option; age: `200` is out of range"
    assert found["tier"].to_pylist() == ["middle", None, "middle", None]


def test_private_values_are_never_shown() -> None:
    """Of a fact that the protocol marks private no value is shown, wherever it does not fit."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}}\nfacts: {age: {type: number, min: 0, private: yes}, harm: {type: yes_no}}"
    )
    history = read_incidents(table(age=["forty-two"], harm=["perhaps"]), protocol=protocol)
    report = history.check()
    assert [aside.value for aside in report.examples] == [None, "perhaps"]
    assert "forty" not in str(report)
    assert "forty" not in str(history.evaluate().to_pylist()[0]["problem"])


def test_helpers_of_private_facts_are_private() -> None:
    """A helper that reads the column of a private fact, or that one is worked out from, shows no value either."""
    protocol = protocol_from_text("protocol: p\ntiers: {low: {}}\nfacts: {age: {type: number, min: 0, private: yes}}")
    read = "mapping: m\ncolumns: {years: {column: x, type: number}}\nfacts: {age: x}"
    worked_out = "mapping: m\ncolumns: {years: {column: x, type: number}}\nfacts: {age: {formula: years * 2}}"
    for mapping in (read, worked_out):
        report = read_incidents(table(x=["forty-two"]), mapping_from_text(mapping), protocol).check()
        assert report.kept_aside == 1
        assert "forty" not in str(report)


@given(st.lists(st.sampled_from(["none", "injured", "wrong", "", None, "killed"]), max_size=150))
def test_nothing_is_dropped(cells: list[str | None]) -> None:
    """Rows in are rows out: each has a tier or a problem, and the report counts those that do not fit."""
    history = read_incidents(table(harm=pa.array(cells, pa.string())), protocol=PROTOCOL)
    found, report = history.evaluate().to_pylist(), history.check()
    assert len(found) == report.rows == len(cells)
    assert report.kept_aside == cells.count("wrong")
    for cell, row in zip(cells, found, strict=True):
        assert (row["lowest"] is None) == (row["problem"] is not None) == (cell == "wrong")


def test_times_that_the_clocks_skip_or_repeat() -> None:
    """A local time that happens twice or never is told, from text and from timestamps alike."""
    for cells in (["2026-11-01T01:30", "2026-03-08T02:30", "2026-03-08T03:30"],):
        typed = [dt.datetime.fromisoformat(cell) for cell in cells]
        for given_cells in (cells, typed):
            problems = [
                row["problem"]
                for row in read_incidents(table(at=given_cells), protocol=PROTOCOL).evaluate().to_pylist()
            ]
            assert "happens twice" in problems[0]
            assert "does not exist" in problems[1]
            assert problems[2] is None


# Problems of mappings


MAPPINGS: dict[str, tuple[str, str, int]] = {
    "RM101": ("mapping: m\nfact: {}\nfacts: {harm: x}", "`fact` is not a known key of a mapping", 2),
    "RM101 of a fact": ("mapping: m\nfacts:\n  harm: {colum: x}", "`colum` is not a known key of `harm`", 3),
    "RM102": ("facts: {harm: x}", "a mapping needs `mapping`", 1),
    "RM102 of facts": ("mapping: m", "a mapping needs `facts`", 1),
    "RM102 of a column": ("mapping: m\nfacts:\n  harm: {values: {a: none}}", "`harm` needs `column`", 3),
    "RM102 of a helper": (
        "mapping: m\ncolumns:\n  h: {column: x, split: ';'}\nfacts: {harm: x}",
        "`h` needs `values`",
        3,
    ),
    "RM103": ("mapping: m\ntime_zone: Mars\nfacts: {harm: x}", "`Mars` is not a time zone", 2),
    "RM103 of text": ("mapping: m\nfacts:\n  harm: [x]", "`harm` does not say what it is read from", 3),
    "RM103 of facts": ("mapping: m\nfacts: x", "`facts` is a mapping of names", 2),
    "RM103 of a name": ("mapping: m\ncolumns:\n  2x: {column: x}\nfacts: {harm: x}", "`2x` cannot be named", 3),
    "RM103 of values": ("mapping: m\nfacts:\n  harm: {column: x, values: [a]}", "`values` is a mapping of words", 3),
    "RM103 of a value": ("mapping: m\nfacts:\n  harm: {column: x, values: {a: {b: c}}}", "one value was expected", 3),
    "RM103 of names": ("mapping: m\nid: {a: b}\nfacts: {harm: x}", "text, or a list of texts", 2),
    "RM103 of digits": ("mapping: m\nfacts:\n  story: {column: x, digits: four}", "`four` is not a whole number", 3),
    "RM103 of a type": (
        "mapping: m\ncolumns:\n  h: {column: x, type: numbr}\nfacts: {harm: x}",
        "`numbr` is not a type",
        3,
    ),
    "RM103 of reading": ("mapping: m\nread: csv\nfacts: {harm: x}", "`read` is a mapping", 2),
    "RM103 of an encoding": ("mapping: m\nread: {encoding: utf8000}\nfacts: {harm: x}", "not a known encoding", 2),
    "RM103 of a delimiter": (
        "mapping: m\nread: {delimiter: ', '}\nfacts: {harm: x}",
        "a delimiter is one character",
        2,
    ),
    "RM103 of a split": ("mapping: m\nfacts:\n  places: {column: x, split: []}", "text was expected here", 3),
    "RM104": ("mapping: m\nfacts:\n  hurt: {column: x, when: x}", "`column` and `when` exclude each other", 3),
    "RM104 of always": ("mapping: m\nfacts:\n  hurt: {always: yes, column: x}", "`always` and `column` exclude", 3),
    "RM105": ("mapping: m\ncolumns: {harm: {column: x}}\nfacts:\n  harm: x", "name of a column and of a fact", 4),
    "RM106": ("mapping: m\nfacts:\n  at: {column: x, formats: DD.MM.YYYY}", "is not a date format", 3),
    "RM201": ("mapping: m\nfacts:\n  harm: y", "the source has no column `y`", 3),
    "RM202": ("mapping: m\nfacts:\n  harm: twice", "the column `twice` stands twice", 3),
    "RM301": ("mapping: m\nfacts:\n  harmm: x", "the protocol has no fact `harmm`", 3),
    "RM302": ("mapping: m\nfacts:\n  harm: {column: x, values: {a: hurt}}", "`hurt` is not an option", 3),
    "RM302 of always": ("mapping: m\nfacts:\n  age: {always: 130}", "`130` is out of range", 3),
    "RM302 of an option": (
        "mapping: m\nfacts:\n  places: {includes: {sea: hurt}}\n  hurt: x",
        "`sea` is not an option",
        3,
    ),
    "RM303": ("mapping: m\nfacts:\n  harm: {column: x, formats: '%Y'}", "`formats` go with dates and moments", 3),
    "RM303 of columns": ("mapping: m\nfacts:\n  age: {columns: [x, x]}", "several columns go with", 3),
    "RM303 of cases": ("mapping: m\nfacts:\n  at: {cases: [{otherwise: 3}]}", "is not worked out like this", 3),
    "RM303 of decimals": ("mapping: m\nfacts:\n  age: {formula: dose / 3}\n  dose: x", "the value has 6 decimals", 3),
    "RR109": ("- a", "holds no mapping", 1),
    "RR301": ("mapping: m\nfacts:\n  hurt: {when: nothing}", "unknown name `nothing`", 3),
    "RR310": ("mapping: m\nfacts:\n  hurt: {when: filed}\n  filed: {when: hurt}", "go round in a circle", 3),
}


@pytest.mark.parametrize("case", MAPPINGS)
def test_problems_of_mappings(case: str) -> None:
    """Each problem has its id, its line in the mapping and a remedy."""
    text, message, line = MAPPINGS[case]
    source = pa.table([["none"], [1], [2]], names=["x", "twice", "twice"])
    with pytest.raises(HistoryError) as raised:
        read_incidents(source, mapping_from_text(text), PROTOCOL)
    problem = raised.value.problems[0]
    assert problem.id == case.split(maxsplit=1)[0]
    assert message in problem.message
    assert problem.help or case.startswith("RM103") or case == "RM302 of an option"
    assert problem.span is None or problem.span.line == line


def test_all_problems_at_once() -> None:
    """A mapping's problems are listed all together, in reading order."""
    text = "mapping: m\ntime_zone: Mars\nfacts:\n  harm: {values: {}}\n  at: {column: x, formats: never}\nextra: 1"
    with pytest.raises(HistoryError) as raised:
        mapping_from_text(text)
    assert [problem.id for problem in raised.value.problems] == ["RM103", "RM102", "RM106", "RM101"]


def other_problems(tmp_path: Path) -> Mapping[str, Callable[[], Any]]:
    """What else can be wrong, beyond the mapping and the rows."""
    frame = table(tier=["x"], harm=["none"])
    nested = pa.table({"harm": pa.array([{"a": 1}])})
    (tmp_path / "blocked").write_text("a file, not a folder")
    return {
        "RM203": lambda: read_incidents(Unstreamable()),
        "RM203 of a column": lambda: read_incidents(nested, protocol=PROTOCOL).check(),
        "RM304": lambda: read_incidents(table(at=[dt.datetime(2026, 1, 1)]), protocol=NOW).evaluate(),
        "RM305": lambda: read_incidents(frame, protocol=PROTOCOL).evaluate(),
        "RM508": lambda: read_incidents(table(harm=["none"]), protocol=PROTOCOL).evaluate_to(tmp_path / "blocked"),
    }


class Unstreamable:
    """Something that offers itself as an Arrow stream, and fails."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise ValueError(requested_schema)


@pytest.mark.parametrize("problem", ["RM203", "RM203 of a column", "RM304", "RM305", "RM508"])
def test_other_problems(problem: str, tmp_path: Path) -> None:
    """Frames that cannot be read, a missing time, names that are taken and folders that are none are refused."""
    with pytest.raises(HistoryError) as raised:
        other_problems(tmp_path)[problem]()
    assert [(found.id, bool(found.help)) for found in raised.value.problems] == [(problem[:5], True)]


def test_a_missing_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a reader is not installed, the problem says what to install."""
    (tmp_path / "past.xlsx").write_bytes(b"")
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(HistoryError, match="RM507: reading spreadsheets needs python-calamine"):
        read_incidents(tmp_path / "past.xlsx")
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql", None)
    with pytest.raises(HistoryError, match="RM507: reading PostgreSQL needs adbc-driver-postgresql"):
        read_incidents("postgresql://localhost:1/none", table="t")


def test_a_prefix_avoids_names_that_are_taken() -> None:
    """With a prefix the results stand beside columns of the same names."""
    found = read_incidents(table(tier=["x"], harm=["killed"]), protocol=PROTOCOL).evaluate(prefix="new_")
    assert found.select(["tier", "new_tier"]).to_pylist() == [{"tier": "x", "new_tier": "middle"}]


def test_no_column_is_a_fact() -> None:
    """Without a mapping some column must be named as a fact."""
    with pytest.raises(HistoryError, match="RM201: no column of the source is named as a fact"):
        read_incidents(table(x=[1]), protocol=PROTOCOL)


def test_a_protocol_is_needed() -> None:
    """Rows are evaluated by a protocol, given at one of the two places."""
    with pytest.raises(TypeError, match="give a protocol"):
        read_incidents(table(harm=["none"])).evaluate()


def test_every_problem_is_documented_and_produced() -> None:
    """Every id stands in docs/mappings.md with what it means, and in a test."""
    documented = re.findall(r"^### (RM\d+): (.*)$", (ROOT / "docs" / "mappings.md").read_text(encoding="utf-8"), re.M)
    assert dict(documented) == CATALOGUE
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_history_*.py"))
    assert [problem for problem in CATALOGUE if problem not in tests] == []


# The mappings that are shipped


@pytest.mark.parametrize("name", ["fbi", "toronto", "nypd", "austin"])
def test_shipped_mappings(name: str) -> None:
    """Every shipped mapping fits its columns and its protocol, and every synthetic row is evaluated."""
    protocol = load_protocol(EXAMPLES / "protocol.yaml")
    history = read_incidents(EXAMPLES / name / "synthetic.csv", EXAMPLES / name / "mapping.yaml", protocol)
    report, found = history.check(), history.evaluate()
    assert (report.rows, report.kept_aside) == (12, 0)
    assert all(incident.startswith("SYNTHETIC-") for incident in found["id"].to_pylist())
    assert None not in found["lowest"].to_pylist()
    assert len(set(found["tier"].to_pylist())) > 1


# The pages


def test_the_mapping_shown_reads() -> None:
    """The mapping in docs/mappings.md is one."""
    [shown] = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "mappings.md").read_text(encoding="utf-8"), re.S)
    mapping = mapping_from_text(shown)
    assert [*mapping.columns] == ["offense", "minors"]
    assert mapping.outcome is not None


def test_the_program_shown_runs(tmp_path: Path) -> None:
    """The Python of docs/history.md runs, one block after the other."""
    page = (ROOT / "docs" / "history.md").read_text(encoding="utf-8").replace('"results"', repr(str(tmp_path / "out")))
    shown: dict[str, Any] = {}
    output = io.StringIO()
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        for block in re.findall(r"```python\n(.*?)```", page, re.S):
            exec(block, shown)
    assert output.getvalue().startswith("12 rows, 0 kept aside\n")
    assert shown["written"].rows == 12


CHANGES = protocol_from_text("protocol: p\ntiers: {low: {}}\ntime_zone: America/Toronto\nfacts: {at: {type: moment}}")
TWICE, NEVER = "2024-11-03 01:15", "2024-03-10 02:30"


@pytest.mark.parametrize(
    ("said", "moments"),
    [
        ("", ("2024-01-01T17:00", "kept aside", "kept aside")),
        ("clock_changes: earlier", ("2024-01-01T17:00", "2024-11-03T05:15", "2024-03-10T06:30")),
        ("clock_changes: later", ("2024-01-01T17:00", "2024-11-03T06:15", "2024-03-10T07:30")),
        ("clock_changes: unknown", ("2024-01-01T17:00", None, None)),
    ],
)
@pytest.mark.parametrize("form", ["text", "timestamp"])
def test_times_that_the_clocks_repeat_or_skip(said: str, moments: tuple[str | None, ...], form: str) -> None:
    """A time that happens twice or never is kept aside, or the moment that the mapping says, or unknown."""
    cells: list[Any] = ["2024-01-01 12:00", TWICE, NEVER]
    column = pa.array(cells if form == "text" else [dt.datetime.fromisoformat(cell) for cell in cells])
    mapping = mapping_from_text(f"mapping: m\n{said}\nfacts:\n  at: at\n")
    history = read_incidents(pa.table({"at": column}), mapping, CHANGES)
    rows = [rows for _, rows in history.read(history.reader(CHANGES, None))]
    column = rows[0].block.columns["at"]
    assert isinstance(column, Quantities)
    known = [True] * 3 if column.known is None else [bool(int(column.known[0]) >> row & 1) for row in range(3)]
    aside = {part.row for part in rows[0].aside}
    found = [
        "kept aside" if row in aside else moment_text(int(column.numbers[row]), None)[:16] if known[row] else None
        for row in range(3)
    ]
    assert tuple(found) == moments


def test_what_is_said_of_clock_changes_is_checked() -> None:
    """Any other word is refused with those there are, and SQL, which cannot say it, refuses all."""
    mapping = mapping_from_text("mapping: m\nid: id\nclock_changes: later\nfacts: {at: at}")
    history = read_incidents(pa.table({"id": ["A"], "at": [TWICE]}), mapping, CHANGES)
    with pytest.raises(HistoryError, match=r"RM603: `at`: what `clock_changes` says"):
        history.sql(table="past")
    with pytest.raises(HistoryError, match=r"RM103: `first` does not say what a clock change means"):
        mapping_from_text("mapping: m\nclock_changes: first\nfacts: {at: at}")
