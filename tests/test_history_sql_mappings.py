"""Mappings as SQL: a cell means in the database what it means when it is read, and what does not fit is told."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
from hypothesis import given, settings
from hypothesis import strategies as st

from rapid_response import Protocol, load_protocol, protocol_from_text
from rapid_response.history import ColumnMapping, mapping_from_text, read_incidents, to_sql
from tests.sql_engines import Engine, opened

EXAMPLES = Path(__file__).parent.parent / "examples/history"
CITIES = ("austin", "fbi", "nypd", "toronto")


def assert_like_the_batch(engine: Engine, protocol: Protocol, mapping: ColumnMapping, arrow: pa.Table) -> Counter[Any]:
    """Row by row what the batch says; rows that do not fit have a problem in both. Gives how many rows there were."""
    batch = read_incidents(arrow, mapping).evaluate(protocol, as_of="2026-02-01T09:00Z")
    names = batch.column_names[arrow.num_columns :]
    found = engine.rows(
        to_sql(protocol, table="incidents", mapping=mapping, dialect=engine.name, as_of="2026-02-01T09:00Z"), arrow
    )
    key = mapping.id[0].text
    expected = Counter(_plain(row, row[key], names) for row in batch.to_pylist())
    assert Counter(_plain(row, row["id"], names) for row in found) == expected, _first(batch, found, key, names)
    return expected


def _first(batch: pa.Table, found: list[dict[str, Any]], key: str, names: list[str]) -> str:
    """The first row about which the two differ."""
    there = Counter(_plain(row, row["id"], names) for row in found)
    for row in batch.to_pylist():
        if not there[_plain(row, row[key], names)]:
            said = [other for other in found if other["id"] == row[key]]
            return f"{row}\nin SQL {said}"
    return "rows too many"


def _plain(row: dict[str, Any], number: Any, names: list[str]) -> tuple[Any, ...]:
    """A row as something that can be counted; of a problem only that there is one."""
    return (number, *(row[name] is not None if name == "problem" else row[name] for name in names))


def test_the_shipped_mappings(engine: Engine) -> None:
    """P9: the mappings of public records mean the same in every database."""
    protocol = load_protocol(EXAMPLES / "protocol.yaml")
    for city in ["nypd"] if engine.name == "spark" else CITIES:  # Spark plans each text for seconds
        mapping = mapping_from_text((EXAMPLES / city / "mapping.yaml").read_text(encoding="utf-8"))
        arrow = as_texts(EXAMPLES / city / "synthetic.csv")
        assert sum(assert_like_the_batch(engine, protocol, mapping, arrow).values()) == arrow.num_rows, city


def as_texts(path: Path) -> pa.Table:
    """A CSV file as people load it first: every column a text."""
    with pyarrow.csv.open_csv(path) as reader:
        names = reader.schema.names
    options = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    return pyarrow.csv.read_csv(path, convert_options=options)


PROTOCOL = protocol_from_text(
    """
protocol: p
time_zone: America/New_York
tiers: {low: {}, middle: {}, high: {}, top: {}}
facts:
  harm: {type: scale, options: [none, hurt, killed]}
  place: {type: choice, options: [street, home, bus]}
  seen: {type: yes_no}
  asked: {type: yes_no, blank_means: no}
  age: {type: number, min: 0, max: 120}
  share: {type: number, decimals: 2, min: -10, max: 10}
  groups: {type: choices, options: [a, b, c]}
  needs: {type: choices, options: [a, b, c]}
  on_day: {type: date}
  at_time: {type: moment}
  said: {type: text}
  worked_out: {type: scale, options: [none, some, much]}
  counted: {type: number, min: 0, max: 5}
  kinds: {type: choices, options: [x, y]}
rules:
  harm: {when: harm == killed, raise_to: top}
  hurt: {when: "harm >= hurt and place in [home, bus]", raise_to: middle}
  seen: {when: seen and not asked, raise_to: high}
  age: {when: age >= 65, raise_to: middle}
  share: {when: share * 3 > 1.5, raise_to: high}
  groups: {when: groups includes a, raise_to: middle}
  needs: {when: "needs includes all of [a, b]", raise_to: high}
  on_day: {when: on_day + 1 months > 2026-01-31, raise_to: middle}
  time: {when: at_time + 2 hours < now, raise_to: high}
  said: {when: 'said == "yes sir"', limit_to: high}
  worked: {when: worked_out == much, limit_to: middle}
  counted: {when: counted >= 2, raise_to: top}
  kinds: {when: kinds includes x, limit_to: low}
"""
)
MAPPING = mapping_from_text(
    """
mapping: m
unknown: [NA, "?"]
id: number
outcome:
  column: done
  values: {all: top}
columns:
  raw: {column: harm, values: {dead: deadly, "no": harmless}, otherwise: other}
  years: {column: age, type: number}
facts:
  harm: {column: harm, values: {dead: killed, DEAD: killed, "no": none, unclear: unknown}}
  place: {column: place, values: {road: street, unknown: home}, otherwise: bus, unknown: [nowhere]}
  seen: {column: seen, values: {j: yes, n: no}}
  asked: asked
  age: age
  share: share
  groups: {column: groups, split: ";", values: {all: [a, b, c], nobody: [], d: unknown}}
  needs: {columns: [need_1, need_2], values: {A: a, "-": []}}
  on_day: {column: day, formats: "%m/%d/%Y"}
  at_time: {columns: [day_of, time_of], formats: ["%d.%m.%Y %H%M", "%d %b %y %I%p"], digits: 4}
  said: {column: said, values: {yes: yes sir}}
  worked_out:
    cases:
      - {when: raw == deadly, is: much}
      - {when: years >= 18, is: some}
      - {otherwise: none}
  counted: {formula: "years - 60"}
  kinds:
    includes: {x: raw == harmless, y: years < 30}
"""
)
CELLS: dict[str, list[str | None]] = {
    "done": ["all", "low", "", "NA", "nothing"],
    "harm": ["hurt", "dead", " DEAD ", "no", "unclear", "", "NA", None, "killed", "Killed", "none"],
    "place": ["road", "home", "unknown", "nowhere", "?", None, "elsewhere", " bus "],
    "seen": ["j", "n", "Yes", "no", "TRUE", "false", "1", "", None, "maybe"],
    "asked": ["yes", "no", None, "", "NO"],
    "age": ["65", " 7", "+12", "-0", "0012", "120", "121", "-1", "3.0", "3.5", "x", "", "NA", "9" * 25, ".0", "5.",
            "1e2"],
    "share": ["0.5", "1", "-10", "10.00", "0.505", "10.01", ".25", "3.500", "0,5", "", None, "-.01", "--1"],
    "groups": ["a", "a; b", "c;a ;", ";", "all", "nobody", "a;d", "d", "z", "a;z", "", None, "NA", "a;NA", " b "],
    "need_1": ["a", "A", "-", "b", "", None],
    "need_2": ["b", "-", "a", "x", None],
    "day": ["2026-01-05", "1/5/2026", "12/31/2025", "02/29/2025", "2024-02-29", "2/29/2024", "13/1/2026", "2026-1-5",
            "2026-01-05T10:00", "", None, "0000-01-01", "01/05/26", "9999-12-31", "0001-01-01"],
    "day_of": ["1.2.2026", "01.02.2026", "29.2.2023", "8.3.2026", "1.11.2026", "5 feb 19", "5 Feb 70", "2026-02-01",
               None, ""],
    "time_of": ["930", "0930", "9", "30", "2400", "230", "130", "12am", "1pm", "12PM", None, "09:30", "9999"],
    "said": ["yes", "yes sir", " yes sir", "no", "", None, "NA"],
}  # fmt: skip


def rows_of(cells: dict[str, list[str | None]]) -> pa.Table:
    """Columns of texts under each other, with a number for each row."""
    size = max(map(len, cells.values()))
    columns = {name: [column[row % len(column)] for row in range(size)] for name, column in cells.items()}
    return pa.table({"number": range(size), **{name: pa.array(c, pa.string()) for name, c in columns.items()}})


def one_after_the_other() -> pa.Table:
    """Every cell once beside fitting ones, and every pair of a day and a time."""
    fine = {name: column[0] for name, column in CELLS.items()}
    rows = [{**fine, name: cell} for name, column in CELLS.items() for cell in column]
    rows += [{**fine, "day_of": day, "time_of": time} for day in CELLS["day_of"] for time in CELLS["time_of"]]
    return rows_of({name: [row[name] for row in rows] for name in CELLS})


def test_every_kind_of_cell(engine: Engine) -> None:
    """A cell that fits means the same in every database; one that does not is told, and never something else."""
    counted = assert_like_the_batch(engine, PROTOCOL, MAPPING, one_after_the_other())
    told = sum(number for row, number in counted.items() if row[-1])
    assert 60 < told < 150


@settings(max_examples=20)
@given(st.data())
def test_any_rows_of_cells(data: st.DataObject) -> None:
    """Whatever cells meet in a row, DuckDB says of it what the batch says."""
    drawn = {name: st.lists(st.sampled_from(column), min_size=8, max_size=8) for name, column in CELLS.items()}
    cells = {name: data.draw(column) for name, column in drawn.items()}
    with opened("duckdb") as engine:
        assert_like_the_batch(engine, PROTOCOL, MAPPING, rows_of(cells))


SEPARATORS = ("|", ".", "$", "\\", "^", "; ", "-", "]", "*", "、")


def test_every_separator(engine: Engine) -> None:
    """Whatever stands between several answers is taken as it stands, also where it means something to an engine."""
    facts = "".join(f"  f_{n}: {{type: choices, options: [a, b, c]}}\n" for n in range(len(SEPARATORS)))
    rules = "".join(f"  r_{n}: {{when: f_{n} includes b, raise_to: high}}\n" for n in range(len(SEPARATORS)))
    protocol = protocol_from_text(f"protocol: p\ntiers: {{low: {{}}, high: {{}}}}\nfacts:\n{facts}rules:\n{rules}")
    parts = "".join(f"  f_{n}: {{column: c_{n}, split: {json.dumps(sign)}}}\n" for n, sign in enumerate(SEPARATORS))
    mapping = mapping_from_text(f"mapping: m\nid: number\nfacts:\n{parts}")
    joined = {f"c_{n}": sign.join(["a", " b", "c"]) for n, sign in enumerate(SEPARATORS)}
    columns = {name: [cell if row == n else "a" for row in range(12)] for n, (name, cell) in enumerate(joined.items())}
    expected = assert_like_the_batch(engine, protocol, mapping, pa.table({"number": range(12), **columns}))
    assert Counter(row[2] for row in expected) == {"high": len(SEPARATORS), "low": 12 - len(SEPARATORS)}


def test_the_outcome(engine: Engine) -> None:
    """What people decided then stands beside the results, as the mapping reads it."""
    cells = rows_of({**{name: column[:1] for name, column in CELLS.items()}, "done": ["all", "low", None]})
    rows = engine.rows(
        to_sql(PROTOCOL, table="incidents", mapping=MAPPING, dialect=engine.name, as_of="2026-02-01T09:00Z"), cells
    )
    assert {row["id"]: row["outcome"] for row in rows} == {0: "top", 1: "low", 2: None}
