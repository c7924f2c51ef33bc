"""The library of versions: which one was in force, and what is wrong with their days."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapid_response import Protocol, ProtocolError, protocol_from_text
from rapid_response.record.library import CATALOGUE, LibraryError, ProtocolLibrary

HERE = Path(__file__).parent.parent
FIRST = dt.date(2026, 1, 1)


def version(name: str, start: str = "", until: str = "", more: str = "") -> Protocol:
    """A small protocol of that version, in force on those days."""
    return protocol_from_text(text(name, start, until, more), f"{name}.yaml")


def text(name: str, start: str = "", until: str = "", more: str = "") -> str:
    days = [f"  {key}: {day}\n" for key, day in (("from", start), ("until", until)) if day]
    window = f"in_force:\n{''.join(days)}" if days else ""
    return f'protocol: harbor-watch\nversion: "{name}"\n{window}{more}tiers:\n  low: {{}}\n  high: {{}}\n'


def ids(library: ProtocolLibrary) -> list[str]:
    return [finding.id for finding in library.findings]


# Which version was in force


def test_one_version_is_in_force_on_a_day() -> None:
    """A day has the version whose window holds it; the day `until` belongs to the next."""
    library = ProtocolLibrary([version("b", "2027-01-01"), version("a", "2026-01-01", "2027-01-01")])
    asked = ("2026-01-01", "2026-12-31", "2027-01-01", dt.date(2031, 5, 5))
    assert [library.in_force(on=day).version for day in asked] == ["a", "a", "b", "b"]
    assert ids(library) == []


def test_a_moment_is_taken_in_the_protocols_own_zone() -> None:
    """Half an hour before midnight in San Francisco is still the old year, whatever day it is in UTC."""
    zone = "time_zone: America/Los_Angeles\n"
    library = ProtocolLibrary([version("a", "", "2027-01-01", zone), version("b", "2027-01-01", "", zone)])
    assert library.in_force(on="2026-12-31T23:30").version == "a"
    assert library.in_force(on="2027-01-01T07:30+00:00").version == "a"
    assert library.in_force(on=dt.datetime(2027, 1, 1, 8, 0, tzinfo=dt.UTC)).version == "b"


@pytest.mark.parametrize(
    ("on", "message", "remedy"),
    [
        ("2025-12-31", "no version of `harbor-watch` is in force on 2025-12-31", "`a` is in force from 2026-01-01"),
        ("2026-06-15", "2 versions of `harbor-watch` are in force", "end all but one of them"),
        ("soon", "`soon` is not a date and time", "write it like"),
    ],
)
def test_none_and_several_are_told(on: str, message: str, remedy: str) -> None:
    """A day without a version, or with two, is an error that says what there is and what to do."""
    library = ProtocolLibrary([version("a", "2026-01-01", "2026-07-01"), version("b", "2026-06-01")])
    with pytest.raises(LibraryError) as caught:
        library.in_force(on=on)
    assert message in str(caught.value)
    assert remedy in str(caught.value)


def test_several_protocols_are_kept_apart() -> None:
    """Versions of different protocols do not disturb each other; which one is meant has to be said."""
    other = protocol_from_text("protocol: other\ntiers:\n  low: {}\n")
    library = ProtocolLibrary([version("a"), other])
    assert ids(library) == []
    assert library.in_force("2026-01-01", name="other") is other
    with pytest.raises(LibraryError, match="`harbor-watch` or `other`"):
        library.in_force("2026-01-01")
    with pytest.raises(LibraryError, match="did you mean `other`"):
        library.in_force("2026-01-01", name="othr")


def test_any_version_can_be_asked_for() -> None:
    """A version is found by its name or the first digits of its fingerprint; an unknown one has the nearest offered."""
    library = ProtocolLibrary([version("2026.1", "", "2027-01-01"), version("2027.1", "2027-01-01")])
    first = library.versions[0]
    assert library.version("2026.1") is library.version(first.fingerprint) is library.version(first.fingerprint[7:15])
    with pytest.raises(LibraryError, match=r"did you mean `2027.1`"):
        library.version("2027")


# What is wrong with the days

ends = st.none() | st.integers(0, 20)
windows = st.tuples(ends, ends).filter(lambda days: days[0] is None or days[1] is None or days[0] < days[1])


def _date(day: int | None) -> str:
    return "" if day is None else (FIRST + dt.timedelta(days=day)).isoformat()


@given(st.lists(windows, min_size=1, max_size=5))
def test_findings_are_those_of_counting_day_by_day(days: list[tuple[int | None, int | None]]) -> None:
    """Gaps and overlaps are exactly the days on which, counted one by one, no version or several are in force."""
    library = ProtocolLibrary(version(f"v{number}", *map(_date, window)) for number, window in enumerate(days))
    dates = [FIRST + dt.timedelta(days=day) for day in range(-2, 23)]
    holding = {date: sum(date in version.in_force for version in library.versions) for date in dates}
    started = min((version.in_force.start or dt.date.min for version in library.versions), default=dt.date.min)
    gaps = {date for date in dates if not holding[date] and date >= started}
    found = {
        kind: {date for finding in library.findings if finding.id in kind for date in dates if date in finding.days}
        for kind in (("RV201", "RV202"), ("RV203",))
    }
    assert found["RV201", "RV202"] == gaps
    assert all(any(date in finding.days for date in dates) for finding in library.findings)
    assert found["RV203",] == {date for date in dates if holding[date] > 1}


def test_findings_are_told_with_places_and_remedies() -> None:
    """Each finding names the days, shows both places and says what to do, in both languages."""
    a, b = version("a", "2026-01-01", "2026-03-01"), version("b", "2026-04-01", "2027-01-01")
    library = ProtocolLibrary([a, b, version("b", "2026-12-01", "2028-01-01")])
    assert ids(library) == ["RV201", "RV202", "RV203", "RV204"]
    gap, end, overlap, twice = (finding.problem().render() for finding in library.findings)
    assert "no version of `harbor-watch` is in force from 2026-03-01, before 2026-04-01" in gap
    assert "a.yaml:3:1" in gap
    assert "b.yaml:3:1" in gap
    assert "let the earlier one be in force until 2026-04-01" in gap
    assert "is in force from 2028-01-01 on" in end
    assert "two versions of `harbor-watch` are in force from 2026-12-01, before 2027-01-01" in overlap
    assert "are called `b`" in twice
    assert all("`harbor-watch` " in finding.problem("zh-Hant").message for finding in library.findings)
    assert library.findings[0].to_dict()["until"] == "2026-04-01"


# From files


def test_folders_and_files_become_versions(tmp_path: Path) -> None:
    """A folder is one version, whatever files it is split over; files that each begin a protocol are one each."""
    split, side_by_side = tmp_path / "2026", tmp_path / "later"
    split.mkdir()
    side_by_side.mkdir()
    (split / "protocol.yaml").write_text(text("2026", "", "2027-01-01"), encoding="utf-8")
    (split / "facts.yaml").write_text("facts:\n  harm:\n    type: yes_no\n", encoding="utf-8")
    (split / "a.scenarios.yaml").write_text("scenarios: []\n", encoding="utf-8")
    (side_by_side / "2027.yaml").write_text(text("2027", "2027-01-01", "2028-01-01"), encoding="utf-8")
    (side_by_side / "2028.yaml").write_text(text("2028", "2028-01-01"), encoding="utf-8")
    library = ProtocolLibrary(tmp_path)
    assert [version.version for version in library.versions] == ["2026", "2027", "2028"]
    assert list(library.in_force("2026-05-01").facts) == ["harm"]
    assert ids(library) == []


def test_all_faults_of_all_versions_are_told_at_once(tmp_path: Path) -> None:
    """Two faulty versions give the problems of both, each with its file and line."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(text(name) + "rules: {r: {raise_to: hihg}}\n", encoding="utf-8")
    (tmp_path / "c.yaml").write_text(text("c"), encoding="utf-8")
    with pytest.raises(ProtocolError) as caught:
        ProtocolLibrary(tmp_path)
    places = [str(problem.span) for problem in caught.value.problems]
    assert places == [f"{tmp_path}/a.yaml:6:23", f"{tmp_path}/b.yaml:6:23"]


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    """A folder without a protocol, and a path that is not there, are errors that say so."""
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(ProtocolError) as caught:
            ProtocolLibrary(path)
        assert caught.value.problems[0].id == "RR101"


def test_the_shipped_protocol_is_a_library() -> None:
    """`protocol_rules/` holds a version for today, without findings."""
    library = ProtocolLibrary(HERE / "protocol_rules")
    assert library.in_force("2026-11-22").name == "ccsj-rapid-response"
    assert library.findings == ()


def test_every_id_is_explained() -> None:
    """Whatever can be wrong with a library is explained in docs/auditing.md."""
    explained = re.findall(r"^\| (RV\d+) \|", (HERE / "docs/auditing.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert explained == list(CATALOGUE)
