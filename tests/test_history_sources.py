"""Where past incidents come from: every cell as it stands, every row with its place, nothing dropped in silence."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi
import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapid_response import protocol_from_text
from rapid_response.history import HistoryError, read_incidents
from rapid_response.history.sources import delimited
from rapid_response.history.sources.opening import open_source
from rapid_response.history.sources.pieces import Source
from tests import postgresql

PROTOCOL = protocol_from_text(
    """
protocol: p
time_zone: America/Los_Angeles
tiers: {low: {}, high: {}}
facts:
  harm: {type: scale, options: [none, injured, killed]}
  age: {type: number, min: 0, max: 120}
  hurt: {type: yes_no}
  story: {type: text, private: yes}
  places: {type: choices, options: [street, school]}
  at: {type: moment}
rules:
  r: {when: harm >= injured or age >= 65 or places includes school, raise_to: high}
"""
)


def read(source: Source) -> list[tuple[int, dict[str, Any]]]:
    """Every row of a source with its line, from all its pieces."""
    found = []
    for piece in source.pieces(source.header):
        batch = piece.read()
        rows = pa.table(batch.table).to_pylist()
        found += list(zip((int(line) for line in batch.lines), rows, strict=True))
        for number, row in enumerate(rows):
            assert {key: cell or "" for key, cell in row.items()} == {
                key: "" if cell is None else str(cell) for key, cell in batch.whole(number).items()
            }
    return found


# CSV


CELLS = st.text(st.sampled_from('ab ,"\n;é'), max_size=6)


def reference(text: str) -> list[tuple[int, list[str]]]:
    """The rows after the first with the line that each starts on, by Python's reader."""
    reader = csv.reader(io.StringIO(text, newline=""))
    found, line = [], 1
    for row in reader:
        if row:
            found.append((line, row))
        line = reader.line_num + 1
    return found[1:]


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 40),
    st.lists(st.integers(0, 12), max_size=3),
    st.booleans(),
)
def test_cells_and_lines_of_csv(rows: list[list[str]], end: str, block: int, blanks: list[int], last_end: bool) -> None:
    """Whatever stands in the cells, with blank lines between rows and any size of block, cells and lines are right."""
    written = io.StringIO(newline="")
    for number, row in enumerate([["x", "y", "z"], *rows]):
        csv.writer(written, lineterminator=end).writerow(row)
        written.write(end * (blanks.count(number)))
    text = written.getvalue() if last_end else written.getvalue().removesuffix(end)
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "past.csv"
        path.write_text(text, encoding="utf-8", newline="")
        patch.setattr(delimited, "BLOCK", block)
        found = [(line, list(row.values())) for line, row in read(open_source(path))]
    assert found == reference(text)


@pytest.mark.parametrize("block", [5, 30, 1 << 20])
def test_stray_quotation_marks(block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quotation mark within a cell that has none around it is part of the text, and loses no row."""
    monkeypatch.setattr(delimited, "BLOCK", block)
    path = tmp_path / "past.csv"
    text = 'id,said\n1,6" blade\n2,"two\nlines"\n3,x"y\n4,"a ""b"" c"\n5,"d"e\n6,f\n'
    path.write_text(text)
    assert [(line, list(row.values())) for line, row in read(open_source(path))] == reference(text)
    assert [line for line, _ in reference(text)] == [2, 3, 5, 6, 7, 8]


def test_old_line_ends(tmp_path: Path) -> None:
    """Lone carriage returns within a quoted cell do not move the lines that follow."""
    path = tmp_path / "past.csv"
    path.write_bytes(b'id,said\r\n1,"a\rb"\r\n2,c\r\n')
    assert [line for line, _ in read(open_source(path))] == [2, 3]


@pytest.mark.parametrize(
    ("encoding", "stated"), [("utf-8", None), ("utf-8-sig", None), ("cp1252", "cp1252"), ("utf-16", "utf-16")]
)
def test_encodings(encoding: str, stated: str | None, tmp_path: Path) -> None:
    """UTF-8 with and without a mark is read as it is; other encodings are named."""
    path = tmp_path / "past.csv"
    path.write_bytes("harm,ört\ninjured,é\n".encode(encoding))
    assert read(open_source(path, encoding=stated)) == [(2, {"harm": "injured", "ört": "é"})]


def test_wrong_encoding(tmp_path: Path) -> None:
    """Text that is not UTF-8 is refused with the line and the remedy, not read as something else."""
    path = tmp_path / "past.csv"
    path.write_bytes("harm\ninjured\nblessé\n".encode("cp1252"))
    with pytest.raises(HistoryError, match=r"RM504: .* is not utf-8 text \(line 3\)"):
        read(open_source(path))


def test_compressed(tmp_path: Path) -> None:
    """A gzipped file is read like any other."""
    path = tmp_path / "past.csv.gz"
    path.write_bytes(gzip.compress(b"harm,age\ninjured,3\n"))
    assert read(open_source(path)) == [(2, {"harm": "injured", "age": "3"})]


def test_ragged_rows(tmp_path: Path) -> None:
    """Rows with too many or too few cells are counted, told with their line and kept aside; the others are read."""
    path = tmp_path / "past.csv"
    path.write_text('harm,age\ninjured,3\nkilled\n"none",1,2\nkilled,4\n')
    history = read_incidents(path, protocol=PROTOCOL)
    report = history.check()
    assert (report.rows, report.kept_aside) == (4, 2)
    assert [(aside.line, aside.problem, aside.message) for aside in report.examples] == [
        (3, "RM402", "the row has 1 cells instead of 2"),
        (4, "RM402", "the row has 3 cells instead of 2"),
    ]
    assert history.evaluate()["id"].to_pylist() == [2, 5]


def test_unclosed_quotation_mark(tmp_path: Path) -> None:
    """A quotation mark that swallows the rest of the file is an error with its line."""
    path = tmp_path / "past.csv"
    path.write_text('harm,story\ninjured,"it began\nnone,\nkilled,\n')
    with pytest.raises(HistoryError, match=r"RM505: .* opens on line 2 or soon after"):
        read_incidents(path, protocol=PROTOCOL).check()


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("past.csv", "", "RM503"),
        ("past.docx", "x", "RM502"),
        ("past.json", "{", "RM501"),
        ("past.json", "{}", "RM501"),
        ("past.json", "[]", "RM503"),
        ("past.jsonl", "\n", "RM503"),
        ("past.parquet", "x", "RM501"),
        ("past.xlsx", "x", "RM501"),
    ],
)
def test_sources_that_cannot_be_read(name: str, content: str, problem: str, tmp_path: Path) -> None:
    """A file that is empty, of no known kind or not what its name says is one clear problem."""
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(HistoryError) as raised:
        read_incidents(path, protocol=PROTOCOL).check()
    assert [found.id for found in raised.value.problems] == [problem]
    assert all(found.help for found in raised.value.problems)


@pytest.mark.parametrize("source", ["no/such/file.csv", "sqlite:///no/such.db", "no/*.csv"])
def test_what_is_not_there(source: str) -> None:
    """A path that leads nowhere is a problem of its own, with the path."""
    with pytest.raises(HistoryError) as raised:
        read_incidents(source, table="t" if "sqlite" in source else None)
    assert raised.value.problems[0].id == "RM501"


def test_what_is_no_source() -> None:
    """Something that is neither a path nor a frame is refused."""
    with pytest.raises(HistoryError, match="RM502: a int is neither a path nor a data frame"):
        read_incidents(3)


def test_columns_twice(tmp_path: Path) -> None:
    """A column that stands twice is refused if it is used, and left alone if not."""
    path = tmp_path / "past.csv"
    path.write_text("harm,note,note\ninjured,a,b\n")
    assert read_incidents(path, protocol=PROTOCOL).evaluate()["tier"].to_pylist() == ["high"]
    path.write_text("harm,harm\ninjured,none\n")
    with pytest.raises(HistoryError, match="RM202: the column `harm` stands twice"):
        read_incidents(path, protocol=PROTOCOL)


def test_tabs_and_other_delimiters(tmp_path: Path) -> None:
    """TSV files and stated delimiters part the cells."""
    tabs, semicolons = tmp_path / "past.tsv", tmp_path / "past.csv"
    tabs.write_text("harm\tage\ninjured\t3\n")
    semicolons.write_text("harm;age\ninjured;3\n")
    expected = [(2, {"harm": "injured", "age": "3"})]
    assert read(open_source(tabs)) == expected == read(open_source(semicolons, delimiter=";"))


# The same incidents from every kind of source


ROWS: list[dict[str, Any]] = [
    {"id": "a", "harm": "injured", "age": 71, "hurt": True, "story": "x, y", "places": ["street"]},
    {"id": "b", "harm": None, "age": None, "hurt": None, "story": None, "places": None},
    {"id": "c", "harm": "none", "age": 0, "hurt": False, "story": "", "places": ["street", "school"]},
    {"id": "d", "harm": "killed", "age": 17, "hurt": True, "story": "z", "places": []},
]


def sources(folder: Path) -> Iterator[Any]:
    """The rows as files of every kind; several answers only where the kind has lists."""
    flat = [{key: value for key, value in row.items() if key != "places"} for row in ROWS]
    with (folder / "past.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(flat[0]))
        writer.writeheader()
        writer.writerows(flat)
    book = openpyxl.Workbook()
    for cells in [list(flat[0]), *(list(row.values()) for row in flat)]:
        book.active.append(cells)
    book.save(folder / "past.xlsx")
    (folder / "past.json").write_text(json.dumps(ROWS))
    (folder / "past.jsonl").write_text("\n".join(json.dumps(row) for row in ROWS))
    pa.parquet.write_table(pa.Table.from_pylist(ROWS), folder / "past.parquet")
    with sqlite3.connect(folder / "past.db") as connection:
        connection.execute("create table incidents (id text, harm text, age integer, hurt text, story text)")
        values = [
            (row["id"], row["harm"], row["age"], {True: "yes", False: "no"}.get(row["hurt"]), row["story"])
            for row in flat
        ]
        connection.executemany("insert into incidents values (?, ?, ?, ?, ?)", values)
    connection.close()
    yield from (folder / f"past.{kind}" for kind in ("csv", "xlsx", "json", "jsonl", "parquet"))
    yield f"sqlite:///{folder}/past.db"
    yield pl.DataFrame(ROWS)


def test_every_kind_of_source(tmp_path: Path) -> None:
    """The same incidents get the same tiers from every kind of source."""
    for source in sources(tmp_path):
        history = read_incidents(source, protocol=PROTOCOL, table="incidents" if "sqlite" in str(source) else None)
        found = history.evaluate()
        found = found.to_arrow() if isinstance(found, pl.DataFrame) else found
        rows = {row["id"]: (row["lowest"], row["highest"], row["problem"]) for row in found.to_pylist()}
        listed = "places" in history.source.header
        expected = {row["id"]: _alone(row, listed) for row in ROWS}
        assert rows == expected, source


def _alone(row: dict[str, Any], listed: bool) -> tuple[str, str, None]:
    facts = {key: value for key, value in row.items() if listed or key != "places"}
    result = PROTOCOL.evaluate(facts)
    return result.lowest.name, result.highest.name, None


def test_records_that_cannot_be_read(tmp_path: Path) -> None:
    """Lines that are no JSON objects are kept aside with their line; the others are read."""
    path = tmp_path / "past.jsonl"
    path.write_bytes(b'{"harm": "injured"}\n\n{"harm": \n[1]\n\xff\n{"harm": "killed"}\n')
    report = read_incidents(path, protocol=PROTOCOL).check()
    assert (report.rows, report.kept_aside) == (5, 3)
    assert [(aside.line, aside.problem) for aside in report.examples] == [(3, "RM506"), (4, "RM506"), (5, "RM506")]


def test_sheets(tmp_path: Path) -> None:
    """A sheet is chosen by its name; its rows are numbered as the spreadsheet shows them, empty ones left out."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet("Past")
    for cells in ([], ["harm", "age"], ["injured", 3], [], ["killed", "old"]):
        sheet.append(cells)
    book.save(tmp_path / "past.xlsx")
    history = read_incidents(tmp_path / "past.xlsx", protocol=PROTOCOL, sheet="Past")
    report = history.check()
    assert [(aside.line, aside.column, aside.value) for aside in report.examples] == [(5, "age", "old")]
    assert history.evaluate()["id"].to_pylist() == [3, 5]
    with pytest.raises(HistoryError, match="has no sheet `Pats`"):
        read_incidents(tmp_path / "past.xlsx", sheet="Pats")


def test_a_database_needs_to_know_what_to_read(tmp_path: Path) -> None:
    """A database without a table or a query is refused, and so is a table that is not there."""
    list(sources(tmp_path))
    url = f"sqlite:///{tmp_path}/past.db"
    with pytest.raises(HistoryError, match="RM502: a database needs either a table or a query"):
        read_incidents(url)
    with pytest.raises(HistoryError, match=r"RM501: the database .* cannot be read: OperationalError"):
        read_incidents(url, table="incident")
    history = read_incidents(url, protocol=PROTOCOL, query="select harm, age from incidents where age > 20")
    assert history.evaluate()["tier"].to_pylist() == ["high"]


def test_postgresql() -> None:
    """A table of a PostgreSQL server gives the tiers that its rows get alone; the password is never shown."""
    with postgresql.server() as url:
        with adbc_driver_postgresql.dbapi.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("create table past (harm text, age integer, hurt boolean, story text)")
            cursor.execute(
                "insert into past values ('injured', 30, true, 'x'), (null, null, null, ''), ('none', 3, false, null)"
            )
        found = read_incidents(url, protocol=PROTOCOL, table="past").evaluate()
    assert found["highest"].to_pylist() == ["high", "high", "high"]
    assert found["lowest"].to_pylist() == ["high", "low", "low"]


def test_a_password_is_never_shown() -> None:
    """Where a server cannot be reached, the URL is shown without its password."""
    with pytest.raises(HistoryError, match="RM501") as raised:
        read_incidents("postgresql://someone:secret@localhost:1/none", table="nowhere")
    assert "secret" not in str(raised.value)


# Several files


def several(folder: Path) -> None:
    """A year in each file, the columns in any order, one value that does not fit."""
    folder.mkdir()
    (folder / "2024.csv").write_text("harm,age\ninjured,30\nnone,old\n")
    (folder / "2023.csv").write_text("age,harm\n70,none\n3,none\n")
    pa.parquet.write_table(pa.table({"harm": ["killed"], "age": [40]}), folder / "2025.parquet")
    (folder / ".hidden").write_text("not read")


def test_the_files_of_a_folder_are_one_source(tmp_path: Path) -> None:
    """A folder's files are read in the order of their names; ids and what is wrong are told with the file."""
    past = tmp_path / "past"
    several(past)
    history = read_incidents(past, protocol=PROTOCOL)
    found = history.evaluate()
    assert found["tier"].to_pylist() == ["high", "low", "high", None, "high"]
    assert found["id"].to_pylist() == [
        f"{past}/2023.csv:2",
        f"{past}/2023.csv:3",
        f"{past}/2024.csv:2",
        f"{past}/2024.csv:3",
        f"{past}/2025.parquet:1",
    ]
    assert f"{past}/2024.csv, row 3: age: `old` is not a number" in str(history.check())
    shares: list[float | None] = []
    written = history.evaluate_to(tmp_path / "done", progress=lambda progress: shares.append(progress.share))
    assert (written.rows, written.kept_aside) == (5, 1)
    assert shares[-1] == 1
    told = json.loads(written.aside[0].read_text())
    assert (told["file"], told["row"], told["cells"]) == (f"{past}/2024.csv", 3, {"harm": "none", "age": "old"})


def test_a_pattern_names_files(tmp_path: Path) -> None:
    """A pattern names some files of a folder; one that a file is named by is that file."""
    several(tmp_path / "past")
    assert len(read_incidents(f"{tmp_path}/past/*.csv", protocol=PROTOCOL).evaluate()) == 4
    assert len(read_incidents(f"{tmp_path}/**/2025.*", protocol=PROTOCOL).evaluate()) == 1
    (tmp_path / "a[1].csv").write_text("harm\nkilled\n")
    assert read_incidents(tmp_path / "a[1].csv", protocol=PROTOCOL).evaluate()["id"].to_pylist() == [2]


def test_files_that_are_unlike_are_refused(tmp_path: Path) -> None:
    """No files, files of other columns and files of no known kind are refused, with what is wrong with which."""
    with pytest.raises(HistoryError, match=r"RM501: `.*\*.csv` names no file"):
        read_incidents(f"{tmp_path}/*.csv")
    several(tmp_path / "past")
    (tmp_path / "past" / "2026.csv").write_text("harm,ages,place\n")
    with pytest.raises(HistoryError, match=r"RM509: .*2026.csv.* it lacks `age` and adds `ages`, `place`"):
        read_incidents(tmp_path / "past")
    (tmp_path / "past" / "notes.docx").write_text("x")
    with pytest.raises(HistoryError, match=r"RM502: `notes.docx`"):
        read_incidents(tmp_path / "past")
