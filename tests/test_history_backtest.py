"""Back-tests find what single evaluation by both versions says, incident by incident, and nothing else."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import itertools
import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from rapid_response import protocol_from_text
from rapid_response.evaluation.incidents import check_incident
from rapid_response.history import (
    Backtest,
    HistoryError,
    answer_frequencies,
    backtest,
    mapping_from_text,
    read_incidents,
)
from rapid_response.history.backtests import grouping
from rapid_response.history.sources import delimited
from rapid_response.protocol.values import decode
from rapid_response.testing.answers import as_of, incident
from rapid_response.testing.choices import Seeded
from rapid_response.uncertainty import count_interval, share_interval
from tests.backtests import Expected, ExpectedWork, protocol_pair
from tests.history_columns import table
from tests.long.pairs import SHARES

HERE = Path(__file__).parent.parent


def ran(seed: str, incidents: int) -> tuple[Backtest, Expected]:
    """A back-test of generated versions and incidents, and the same done slowly."""
    current, proposed, renamed = protocol_pair(seed)
    choices = Seeded(f"{seed} incidents")
    given = [incident(choices, current, SHARES[place % len(SHARES)]) for place in range(incidents)]
    time = as_of(choices, current) or "2026-02-01T09:00Z"
    expected = Expected(current, proposed, renamed)
    numbered = [{**facts, "id": str(place)} for place, facts in enumerate(given)]
    for facts in numbered:
        alone = (version.evaluate(facts, as_of=time, history=numbered) for version in (current, proposed))
        expected.add(facts["id"], *alone)
    arrow = table(current, given)
    arrow = arrow.rename_columns(["id", *arrow.column_names[1:]])
    return backtest(read_incidents(arrow), current, proposed, rename=renamed, as_of=time), expected


@pytest.mark.parametrize("seed", range(60))
def test_back_tests_are_both_evaluations_side_by_side(seed: int) -> None:
    """Transitions, rules, responses, scope and every changed incident are those of single evaluation."""
    found, expected = ran(f"back-test {seed}", 40)
    assert found.compared == found.rows == 40
    assert {(str(t.before), str(t.after)): t.incidents for t in found.transitions} == expected.transitions
    assert Counter(found.kinds) == expected.kinds
    assert [standing.is_open for standing in found.standings] == expected.is_open
    assert [standing.assumed for standing in found.standings] == expected.assumed
    assert_rules(found, expected)
    states = ("inactive", "open", "active")
    for response in found.responses:
        counted = {(a, b): response.counts[i][j] for i, a in enumerate(states) for j, b in enumerate(states)}
        assert Counter(counted) == expected.responses[response.name]
    scopes = ("in", "unknown", "out")
    counted = {(a, b): found.scope[i][j] for i, a in enumerate(scopes) for j, b in enumerate(scopes)}
    assert Counter(counted) == expected.scope
    assert_changes(found, expected)


def assert_rules(found: Backtest, expected: Expected) -> None:
    for rule in found.rules:
        wanted = expected.rules[rule.name]
        assert rule.holds == (wanted["held"], wanted["holds"]), rule
        assert rule.is_open == (wanted["was open"], wanted["is open"]), rule
        assert rule.decides == (wanted["decided"], wanted["decides"]), rule
        assert (rule.starts, rule.stops, rule.changed) == (wanted["starts"], wanted["stops"], wanted["changed"]), rule


def assert_changes(found: Backtest, expected: Expected) -> None:
    told = {}
    for changed, change in found.explained():
        made = {turn.rule: (turn.before, turn.after, turn.other_tier) for turn in change.turns}
        told[changed.id] = (
            change.kind,
            *map(str, (change.before, change.after)),
            *(change.before.recommended, change.after.recommended),
            *([reason.rule for reason in reasons] for reasons in (change.reasons_before, change.reasons_after)),
            made,
            {turn.response: (turn.before, turn.after) for turn in change.responses},
        )
    assert told == expected.changes
    counted = Counter(changed.change for changed in found.incidents)
    assert {change.number: change.incidents for change in found.changes} == counted


# Work

NOW = "2026-01-01T09:00"
WORK = """
protocol: p
time_zone: America/Los_Angeles
at: at
roles: {one: {}, two: {}}
tiers: {low: {}, middle: {effort: {hours: 1.5}}, high: {effort: {hours: 10}}}
facts:
  at: {type: moment}
  heard: {type: moment}
  harm: {type: scale, options: [none, hurt, killed]}
  elsewhere: {type: yes_no, until_known: no}
  far: {type: yes_no}
out_of_scope:
  away: {when: elsewhere or far}
rules:
  hurt: {when: harm >= hurt, raise_to: middle}
  killed: {when: harm == %s, raise_to: high}
responses:
  visit: {when: harm >= hurt, owner: one, due: 36 hours after heard, effort: {hours: 2.5}}
  meet: {when: tier >= high, owner: two, due: 2 weeks after at}
  write: {when: tier >= middle, owner: two, effort: {hours: 17}}
  note: {when: tier >= middle, due: 3 months after active, effort: {hours: 1}}
"""


def dated(seed: str, incidents: int) -> list[dict[str, Any]]:
    """Incidents over half a year, the clocks changing in it; some without a date."""
    choices = Seeded(seed)
    first, found = dt.datetime(2025, 1, 20, 3, tzinfo=ZoneInfo("America/Los_Angeles")), []
    for _ in range(incidents):
        at = first + dt.timedelta(minutes=choices.integer(0, 180 * 1440))
        heard = at + dt.timedelta(minutes=choices.integer(0, 9000))
        facts: dict[str, Any] = {
            "at": at if choices.chance(95) else None,
            "heard": heard if choices.chance(70) else None,
            "harm": choices.pick(("none", "hurt", "killed", None)),
            "elsewhere": choices.pick((True, False, None)),
            "far": choices.pick((True, False, False, False, None)),
        }
        found.append(facts)
    return found


def test_work_is_counted_incident_by_incident() -> None:
    """Activations, hours, weeks and what is under way at once are those of the incidents one after the other."""
    versions = [protocol_from_text(WORK % option) for option in ("killed", "hurt")]
    given = dated("work", 400)
    past = read_incidents(pa.table({name: [facts[name] for facts in given] for name in given[0]}))
    work = backtest(past, *versions, as_of=NOW).workload
    assert work is not None
    for version, load, name in zip(versions, (work.current, work.proposed), ("current", "proposed"), strict=True):
        expected = ExpectedWork(version, 2)
        for facts in given:
            result = version.evaluate(facts, as_of=NOW)
            moments = {name: clock(facts[name]) for name in ("at", "heard") if facts[name]}
            if "at" in moments:
                expected.add(result, moments["at"], moments)
        assert list(load.activations) == expected.activations
        assert {role: [*hours] for role, hours in load.hours} == {
            role: hours for role, hours in expected.hours.items() if any(hours)
        }
        assert [*load.tier_hours] == expected.tier_hours
        weeks = {week.start: getattr(week, name) for week in work.weeks}
        counted = {start: [*found.activations, *found.hours] for start, found in weeks.items()}
        assert {start: row for start, row in counted.items() if any(row)} == {
            start: row for start, row in expected.by_week.items() if any(row)
        }
        for peak, columns in ((load.at_once, (0, 1)), (load.activations_at_once, (2, 3))):
            days = [expected.under_way[column] for column in columns]
            assert (peak.surely, peak.possibly) == tuple(max(found.values()) for found in days)
            assert peak.day is not None
            assert days[0][peak.day] == peak.surely
            span = (work.last - work.first).days + 1
            means = [sum(n for day, n in found.items() if day <= work.last) / span for found in days]
            assert [*peak.mean] == pytest.approx(means, abs=1e-6)
    assert work.undated == sum(facts["at"] is None and not out(facts) for facts in given)
    months = {month.start: month.current.activations.surely for month in work.months}
    assert sum(months.values()) == work.current.activations.surely


def clock(moment: dt.datetime) -> dt.datetime:
    """What the clock on the wall shows."""
    return moment.astimezone(ZoneInfo("America/Los_Angeles")).replace(tzinfo=None)


def out(facts: dict[str, Any]) -> bool:
    return bool(facts["elsewhere"] or facts["far"])


def test_rates_and_worst_weeks() -> None:
    """Rates count every week and month from the first day to the last; the worst weeks are those with most hours."""
    given = dated("work", 400)
    past = read_incidents(pa.table({name: [facts[name] for facts in given] for name in given[0]}))
    work = backtest(past, protocol_from_text(WORK % "killed"), protocol_from_text(WORK % "hurt"), as_of=NOW).workload
    assert work is not None
    weeks = {work.first + dt.timedelta(days=day) for day in range((work.last - work.first).days + 1)}
    assert work.current.per_week.periods == len({day - dt.timedelta(days=day.weekday()) for day in weeks})
    assert work.current.per_month.periods == len({(day.year, day.month) for day in weeks})
    hours = [week.proposed.hours for week in work.worst_weeks()]
    assert hours == sorted(hours, reverse=True)
    for version in ("current", "proposed"):
        most = max(work.weeks, key=lambda week: getattr(week, version).hours)
        assert most in work.worst_weeks()


def test_no_dates_no_workload() -> None:
    """Where it is not known when anything happened there is no workload, and nothing else is missing."""
    versions = [protocol_from_text(WORK % option) for option in ("killed", "hurt")]
    found = backtest(read_incidents(pa.table({"harm": ["killed", "hurt"]})), *versions, as_of=NOW)
    assert found.workload is None
    assert found.changed == 2
    assert "not known when the incidents happened" in str(found)


def test_a_year_of_one_and_one_of_9998() -> None:
    """The earliest and latest moments there are do not break the counting of days."""
    versions = [protocol_from_text(WORK % option) for option in ("killed", "hurt")]
    times = ["0002-01-02T00:00+00:00", "9998-12-30T00:00+00:00"]
    past = read_incidents(pa.table({"at": times, "harm": ["killed", "killed"]}))
    work = backtest(past, *versions, as_of=NOW).workload
    assert work is not None
    assert (work.first.year, work.last.year) == (2, 9998)
    assert work.current.per_week.periods > 500_000


# What people decided then


def test_agreement_is_counted_incident_by_incident() -> None:
    """What people chose is crossed with what each version says; open results neither agree nor disagree."""
    text = (
        "protocol: p\ntiers: {low: {}, middle: {}, high: {}}\nfacts: {age: {type: number, min: 0}}\n"
        "rules: {a: {when: age >= %s, raise_to: middle}, b: {when: age >= 80, raise_to: high}}"
    )
    current, proposed = protocol_from_text(text % 60), protocol_from_text(text % 50)
    mapping = mapping_from_text(
        "mapping: m\nfacts: {age: age}\noutcome: {column: did, values: {nothing: low, visit: middle}}"
    )
    choices = Seeded("agreement")
    ages = [choices.pick((None, *range(40, 90, 5))) for _ in range(200)]
    did = [choices.pick(("nothing", "visit", "high", None)) for _ in range(200)]
    found = backtest(read_incidents(pa.table({"age": ages, "did": did}), mapping), current, proposed)
    assert found.agreement is not None
    names = {"nothing": "low", "visit": "middle", "high": "high"}
    for version, agreement in zip((current, proposed), found.agreement, strict=True):
        expected: Counter[tuple[str, str]] = Counter()
        rules: Counter[tuple[str, int]] = Counter()
        for age, chosen in zip(ages, did, strict=True):
            result = version.evaluate({"age": age})
            if chosen:
                said = "open" if result.standing == "open" else str(result.tier)
                expected[names[chosen], said] += 1
                for rule in result.deciding if said != "open" else ():
                    level = version.tier(names[chosen]).level
                    assert result.tier
                    rules[rule.name, (level > result.tier.level) - (level < result.tier.level)] += 1
        columns = (*agreement.tiers, "open")
        counted = {
            (a, b): n
            for a, row in zip(agreement.chosen, agreement.counts, strict=True)
            for b, n in zip(columns, row, strict=True)
        }
        assert Counter(counted) == expected
        assert agreement.same == sum(n for (a, b), n in expected.items() if a == b)
        assert {
            (r.rule, way): n for r in agreement.rules for way, n in ((0, r.same), (1, r.higher), (-1, r.lower)) if n
        } == rules
    assert found.agreement[0].stated == sum(chosen is not None for chosen in did)


# Versions and their readings

AGED = (
    "protocol: p\ntiers: {low: {}, high: {}}\nfacts:\n  %s: {type: number, min: 0}\n%s"
    "rules:\n  elder: {when: %s >= 65, raise_to: high}\n"
)


def test_facts_that_one_version_does_not_have() -> None:
    """A mapping may name facts of either version: each reads its own, a renamed one by its new name."""
    current = protocol_from_text(AGED % ("age", "  old_only: {type: yes_no}\n", "age"))
    proposed = protocol_from_text(
        AGED % ("aged", "  new_only: {type: yes_no}\n", "aged") + "  new: {when: new_only, raise_to: high}\n"
    )
    mapping = mapping_from_text("mapping: m\nfacts: {age: a, old_only: o, new_only: n}")
    past = read_incidents(pa.table({"a": [70, 20, 20], "o": [True] * 3, "n": [False, False, True]}), mapping)
    found = backtest(past, current, proposed, rename={"age": "aged"})
    assert [(str(t.before), str(t.after), t.incidents) for t in found.transitions] == [
        ("low", "low", 1),
        ("low", "high", 1),
        ("high", "high", 1),
    ]
    with pytest.raises(HistoryError) as raised:
        backtest(read_incidents(pa.table({"age": [70]})), current, proposed, rename={"age": "aged"})
    assert raised.value.problems[0].id == "RM306"
    neither = mapping_from_text("mapping: m\nfacts: {age: a, agge: a}")
    with pytest.raises(HistoryError, match="RM301"):
        backtest(read_incidents(pa.table({"a": [70]}), neither), current, proposed, rename={"age": "aged"})


def test_a_mapping_of_its_own_for_the_proposed_version() -> None:
    """Where the proposed version needs another mapping, it reads by it."""
    current, proposed = (protocol_from_text(AGED % (name, "", name)) for name in ("age", "aged"))
    past = read_incidents(pa.table({"a": [70, 20], "b": [20, 70]}), mapping_from_text("mapping: m\nfacts: {age: a}"))
    found = backtest(past, current, proposed, mapping=mapping_from_text("mapping: m\nfacts: {aged: b}"))
    assert (found.raised, found.lowered) == (1, 1)


def test_tiers_that_are_renamed_added_or_gone() -> None:
    """A renamed tier is the same tier; where tiers differ otherwise, nothing is called higher or lower."""
    text = (
        "protocol: p\ntiers: {low: {}, %s: {}}\nfacts: {hurt: {type: yes_no}}\nrules: {r: {when: hurt, raise_to: %s}}"
    )
    one, other = (protocol_from_text(text % (name, name)) for name in ("high", "top"))
    past = read_incidents(pa.table({"hurt": [True, False, None]}))
    same = backtest(past, one, other, rename={"high": "top"})
    assert same.kinds == {"same": 3, "tier": 0, "open": 0, "reasons": 0, "responses": 0, "scope": 0}
    apart = backtest(past, one, other)
    assert (apart.changed, apart.changed_open, apart.raised, apart.lowered) == (1, 1, None, None)
    with pytest.raises(KeyError):
        backtest(past, one, other, activation="top")


def test_rows_that_fit_one_version_only_are_kept_aside() -> None:
    """A row that does not fit a version is not compared, and told with its line, its version and why."""
    text = (
        "protocol: p\ntiers: {low: {}, high: {}}\nfacts: {age: {type: number, min: 0, max: %s}}\n"
        "rules: {r: {when: age > 60, raise_to: high}}"
    )
    current, proposed = protocol_from_text(text % 120), protocol_from_text(text % 90)
    found = backtest(read_incidents(pa.table({"age": ["61", "100", "old", "-1"]})), current, proposed)
    assert (found.rows, found.compared, found.kept_aside) == (4, 1, 3)
    assert [(kept.line, kept.version) for kept in found.kept] == [(2, "proposed"), (3, "both"), (4, "both")]
    assert "Row 2" in found.to_markdown()


# Streams


def test_pieces_are_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the source is cut into pieces, the same is found, and the same file of changed incidents written."""
    given = dated("pieces", 500)
    lines = [
        f"{n},{facts['at'] or ''},{facts['harm'] or ''},{'' if facts['far'] is None else facts['far']}"
        for n, facts in enumerate(given)
    ]
    path = tmp_path / "past.csv"
    path.write_text("\n".join(["id,at,harm,far", *lines]) + "\n", encoding="utf-8")
    versions = [protocol_from_text(WORK % option) for option in ("killed", "hurt")]
    whole = backtest(read_incidents(path), *versions, as_of=NOW, changed=tmp_path / "whole.csv")
    monkeypatch.setattr(delimited, "BLOCK", 700)
    cut = backtest(read_incidents(path), *versions, as_of=NOW, changed=tmp_path / "cut.csv", most_listed=5)
    assert {**cut.to_dict(), "incidents": []} == {**whole.to_dict(), "incidents": []}
    assert (tmp_path / "cut.csv").read_text() == (tmp_path / "whole.csv").read_text()
    assert len(whole.incidents) == whole.compared - whole.kinds["same"] > len(cut.incidents) >= 5
    assert {one.change for one in cut.incidents} >= {change.number for change in cut.changes if change.number <= 5}


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_all_changed_incidents_are_written(form: str, tmp_path: Path) -> None:
    """The file has every changed incident with both verdicts, both reasons and what made the difference."""
    current, proposed = (protocol_from_text(AGED.replace("65", str(age)) % ("age", "", "age")) for age in (65, 60))
    past = read_incidents(pa.table({"id": ["=1+1", "b", "c"], "age": [61, 64, 20]}))
    found = backtest(past, current, proposed, changed=tmp_path / f"changed.{form}", most_listed=1)
    text = (tmp_path / f"changed.{form}").read_text(encoding="utf-8")
    rows = [*csv.DictReader(text.splitlines())] if form == "csv" else [json.loads(line) for line in text.splitlines()]
    assert [row["id"] for row in rows] == ["'=1+1" if form == "csv" else "=1+1", "b"]
    assert rows[1]["current"] == "low"
    assert rows[1]["proposed_reasons"] == "elder (age >= 60)"
    assert rows[1]["made_by"] == "elder: does not hold -> holds"
    assert found.kinds["tier"] == 2


def test_a_cap_on_different_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond so many different changes reasons are left out, and no incident is."""
    monkeypatch.setattr(grouping, "MOST_EXPLAINED", 2)
    found, expected = ran("back-test 3", 40)
    assert Counter(found.kinds) == expected.kinds
    assert sum(change.incidents for change in found.changes) == 40 - found.kinds["same"]


def test_missing_facts_are_those_that_open_rules_wait_for() -> None:
    """Of open results the facts are counted that are not known and that a rule which is open hangs on."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}, high: {}}\n"
        "facts: {hurt: {type: yes_no}, age: {type: number, min: 0}, asleep: {type: yes_no}, "
        "calm: {type: yes_no, until_known: yes}}\n"
        "rules: {r: {when: [hurt, age >= 65, calm], raise_to: high}, s: {when: asleep and not asleep, raise_to: high}}"
    )
    rows = {"hurt": [True, None, None, False], "age": [None, 70, None, None], "asleep": [True] * 4}
    found = backtest(read_incidents(pa.table(rows)), protocol, protocol)
    [missing, _] = (standing.missing for standing in found.standings)
    assert [(part.fact, part.incidents, part.recorded) for part in missing] == [("hurt", 2, True), ("age", 2, True)]
    never = backtest(read_incidents(pa.table({"hurt": [True], "asleep": [True]})), protocol, protocol)
    assert never.standings[0].missing[0].recorded is False


# Intervals


def test_intervals_are_those_of_exact_distributions() -> None:
    """Byar's limits lie within 3 % of the exact Poisson limits from 3 on, Wilson's hold between 0 and 1."""
    for count in range(1, 60):
        low, high = count_interval(count)
        tails = 1 - poisson(count - 1, low), poisson(count, high)
        assert tails == pytest.approx((0.025, 0.025), abs=0.013 if count < 3 else 0.004)
    for hits, drawn in itertools.product(range(6), range(1, 6)):
        if hits <= drawn:
            low, high = share_interval(hits, drawn)
            assert 0 <= low <= hits / drawn <= high <= 1


def poisson(most: int, mean: float) -> float:
    """How likely at most so many events are where so many are expected."""
    return sum(math.exp(-mean) * mean**events / math.factorial(events) for events in range(most + 1))


# The page


def test_the_page_runs() -> None:
    """The Python of docs/backtesting.md runs and prints what the command counts."""
    page = (HERE / "docs/backtesting.md").read_text(encoding="utf-8")
    output = io.StringIO()
    with contextlib.chdir(HERE), contextlib.redirect_stdout(output):
        for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
            exec(block, {})
    assert output.getvalue().startswith("1 of 12\n")
    for name in re.findall(r"`(test_\w+)`", page):
        assert name in globals()


# Answers of the past


def test_answers_are_counted() -> None:
    """Every known answer of a row that fits is counted, options of several choices each by itself."""
    protocol = protocol_from_text(
        "protocol: p\ntiers: {low: {}}\nfacts: {hurt: {type: yes_no}, harm: {type: scale, options: [no, some]}, "
        "needs: {type: choices, options: [a, b]}, temperature: {type: number, decimals: 1}, at: {type: moment}}"
    )
    choices = Seeded("answers")
    given = [incident(choices, protocol, 30) for _ in range(300)]
    expected: dict[str, Counter[Any]] = {name: Counter() for name in protocol.facts if name != "at"}
    for facts in given:
        for place, name in enumerate(protocol.facts):
            encoded = check_incident(protocol, facts).facts[place]
            if name != "at" and encoded is not None:
                value = decode(protocol.facts[name].type, encoded, None)
                expected[name].update(value if isinstance(value, list) else [value])
    assert answer_frequencies(read_incidents(table(protocol, given)), protocol) == expected
