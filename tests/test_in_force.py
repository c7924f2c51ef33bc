"""A version used outside the days on which it is in force: answered all the same, and told at the top."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rapid_response import Protocol, Recommendation, protocol_from_text, result_schema
from rapid_response.history import backtest, read_incidents
from rapid_response.record.library import LibraryError, ProtocolLibrary
from rapid_response.record.outcomes import outcome_of
from rapid_response.reports.document import Paragraph, line
from rapid_response.reports.explanation_document import explain
from rapid_response.reports.html import result_page
from rapid_response.reports.markdown import result_markdown
from rapid_response.reports.result_document import result_document
from rapid_response.reports.terminal import result_text
from tests.test_cli import run

ZONES = ("America/Los_Angeles", "Asia/Hong_Kong", "Pacific/Kiritimati", None)
FIRST = dt.date(2026, 3, 7)  # the clocks of California change on the next day
LAST_YEAR = "in_force:\n  from: 2025-01-01\n  until: 2026-01-01\n"
NEXT_YEAR = "in_force:\n  from: 2027-01-01\n"
AS_OF = "2026-02-01T09:00"
RULES = """tiers:
  low: {title: Watch}
  high: {title: Gather}
facts:
  hurt:
    type: yes_no
    ask: Is anyone hurt?
rules:
  hurt: {when: hurt, raise_to: high}
"""
LATE = {
    "en": "No longer in force on Sun 1 Feb 2026: this version of the protocol was in force from Wed 1 Jan 2025, "
    "before Thu 1 Jan 2026.",
    "zh-Hant": "這個版本的規程在 2026年2月1日（週日）已不再生效。生效期：由 2025年1月1日（週三）起，"
    "2026年1月1日（週四）之前。",
}
EARLY = {
    "en": "Not yet in force on Sun 1 Feb 2026: this version of the protocol is in force from Fri 1 Jan 2027.",
    "zh-Hant": "這個版本的規程在 2026年2月1日（週日）尚未生效。生效期：由 2027年1月1日（週五）起。",
}
ends = st.none() | st.integers(0, 4)
windows = st.tuples(ends, ends).filter(lambda days: days[0] is None or days[1] is None or days[0] < days[1])
moments = st.datetimes(dt.datetime(2026, 3, 6), dt.datetime(2026, 3, 13), timezones=st.just(dt.UTC))


def _text(window: str = "", zone: str | None = "America/Los_Angeles") -> str:
    return "protocol: harbor-watch\n" + (f"time_zone: {zone}\n" if zone else "") + window + RULES


def _result(window: str, as_of: str | None = AS_OF) -> Recommendation:
    return protocol_from_text(_text(window)).evaluate({"id": "A-1", "hurt": True}, as_of=as_of)


def _joined(text: str) -> str:
    """Text without what wrapping put between its words."""
    return "".join(text.split())


# What is true


@given(windows, st.sampled_from(ZONES), moments)
@example((1, None), "America/Los_Angeles", dt.datetime(2026, 3, 8, 7, 59, 59, 999_999, dt.UTC))
@example((1, None), "America/Los_Angeles", dt.datetime(2026, 3, 8, 8, 0, tzinfo=dt.UTC))
@example((None, 2), "America/Los_Angeles", dt.datetime(2026, 3, 9, 6, 59, 59, 999_999, dt.UTC))
@example((None, 2), "America/Los_Angeles", dt.datetime(2026, 3, 9, 7, 0, tzinfo=dt.UTC))
def test_a_version_is_in_force_on_its_own_days(
    days: tuple[int | None, int | None], zone: str | None, moment: dt.datetime
) -> None:
    """It is in force from midnight of `from` up to, but without, midnight of `until`, on the clocks of its own zone."""
    protocol = protocol_from_text(_text(_window(*days), zone))
    start, until = (None if day is None else FIRST + dt.timedelta(days=day) for day in days)
    local = moment.astimezone(ZoneInfo(zone) if zone else dt.UTC).replace(tzinfo=None)
    begun = start is None or dt.datetime.combine(start, dt.time()) <= local
    ended = until is not None and dt.datetime.combine(until, dt.time()) <= local
    expected = None if start is until is None else begun and not ended
    assert protocol.evaluate({}, as_of=moment).in_force is expected
    assert _found(protocol, moment) is (expected is not False)


def _window(start: int | None, until: int | None) -> str:
    dates = [
        (key, FIRST + dt.timedelta(days=day)) for key, day in (("from", start), ("until", until)) if day is not None
    ]
    return "in_force:\n" + "".join(f"  {key}: {date}\n" for key, date in dates) if dates else ""


def _found(protocol: Protocol, moment: dt.datetime) -> bool:
    """Whether a library of versions finds it."""
    try:
        return ProtocolLibrary([protocol]).in_force(on=moment) is protocol
    except LibraryError:
        return False


def test_without_days_or_a_time_nothing_is_said() -> None:
    """A protocol that states no days, and an evaluation without a time, leave it at None."""
    assert _result("").in_force is None
    assert _result("in_force: {}\n").in_force is None
    assert _result(LAST_YEAR, as_of=None).in_force is None


# What does not change


@pytest.mark.parametrize("window", [LAST_YEAR, NEXT_YEAR])
def test_it_stays_a_recommendation(window: str) -> None:
    """Outside its days a version recommends what it recommends within them, and the log keeps the same bytes."""
    outside, always = _result(window), _result("")
    assert outside.tier == always.tier
    assert outside.standing == "settled"
    assert outcome_of(outside).to_bytes() == outcome_of(always).to_bytes()


def test_nothing_is_worked_out_before_it_is_asked_for() -> None:
    """An evaluation does not look at the days in force until somebody does."""
    result = _result(LAST_YEAR)
    assert "in_force" not in vars(result)
    assert result.in_force is False


# How it is told


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
@pytest.mark.parametrize(("window", "words"), [(LAST_YEAR, LATE), (NEXT_YEAR, EARLY)], ids=["late", "early"])
def test_it_is_told_right_under_the_tier(window: str, words: dict[str, str], language: str) -> None:
    """A version that is no longer in force, or not yet, says so once, before anything but the tier and its standing."""
    result = _result(window)
    assert result_document(result, language).lead[0] == Paragraph(line(words[language], "alert"))
    for render in (result_text, result_markdown, result_page):
        assert _joined(render(result, language)).count(_joined(words[language])) == 1


@pytest.mark.parametrize("window", ["", "in_force:\n  from: 2026-01-01\n", "in_force:\n  until: 2026-02-02\n"])
def test_a_version_in_force_says_nothing_of_it(window: str) -> None:
    """Within its days a result begins as it does where the protocol states no days, up to where the rules stand."""
    assert result_document(_result(window), "en").lead == result_document(_result(""), "en").lead


def test_tools_are_told() -> None:
    """As data a result and an explanation say whether the version is in force, and fit the schema of results."""
    for window, expected in ((LAST_YEAR, False), ("in_force:\n  from: 2026-01-01\n", True), ("", None)):
        document = json.loads(_result(window).to_json())
        jsonschema.validate(document, result_schema())
        assert document["in_force"] is expected
        assert explain(_result(window)).to_dict()["in_force"] is expected


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_the_command_line_tells_it(language: str, tmp_path: Path) -> None:
    """`evaluate` and `explain` say it under the tier, for every incident; `ask` before it asks anything, too."""
    protocol, incidents, one = tmp_path / "p.yaml", tmp_path / "several.yaml", tmp_path / "one.yaml"
    protocol.write_text(_text(LAST_YEAR), encoding="utf-8")
    incidents.write_text("- id: A-1\n- id: A-2\n", encoding="utf-8")
    one.write_text("id: A-1\n", encoding="utf-8")
    how, said = ("--as-of", AS_OF, "--lang", language), _joined(LATE[language])
    evaluated, explained = (
        run("evaluate", str(protocol), str(incidents), *how),
        run("explain", str(protocol), str(one), *how),
    )
    asked = run("ask", str(protocol), *how, given="yes\n")
    assert _joined(evaluated.stdout).count(said) == 2
    assert _joined(explained.stdout).count(said) == 1
    assert _joined(asked.stdout).startswith(said)
    assert _joined(asked.stdout).count(said) == 2
    assert (evaluated.returncode, explained.returncode, asked.returncode) == (0, 0, 0)


# Where it is not told


def test_past_incidents_are_not_cluttered_with_it(tmp_path: Path) -> None:
    """Trying a version on the past, comparing two and running scenarios are for other days as a matter of course."""
    old, new = (protocol_from_text(_text(window)) for window in (LAST_YEAR, NEXT_YEAR))
    past = tmp_path / "past.csv"
    past.write_text("id,hurt\n1,yes\n2,no\n", encoding="utf-8")
    (tmp_path / "p.yaml").write_text(_text(LAST_YEAR), encoding="utf-8")
    (tmp_path / "p.scenarios.yaml").write_text(
        f"scenarios:\n  - name: Hurt\n    incident: {{hurt: yes}}\n    as_of: {AS_OF}\n    expect: {{tier: low}}\n",
        encoding="utf-8",
    )
    pages = (
        backtest(read_incidents(past), old, new, as_of=AS_OF).to_markdown(),
        old.compare(new, as_of=AS_OF).to_markdown(),
        run("history", str(past), "--protocol", str(tmp_path / "p.yaml"), "--as-of", AS_OF).stdout,
        run("test", str(tmp_path / "p.yaml")).stdout,
    )
    assert all(pages)
    assert not [page for page in pages if "no longer" in page.lower() or "not yet in force" in page.lower()]
