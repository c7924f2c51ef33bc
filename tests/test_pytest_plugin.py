"""Scenarios under pytest: what is collected, how failures read, and what is left alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

PROTOCOL = """
protocol: small
tiers:
  low: {}
  high: {}
facts:
  hurt:
    type: yes_no
rules:
  care:
    when: hurt
    raise_to: high
    because: Whoever is hurt is cared for.
"""
SCENARIOS = """
scenarios:
  - name: Someone is hurt
    incident:
      hurt: yes
    expect:
      tier: high
  - name: "Nobody is hurt: [all] is well"
    incident:
      hurt: no
    expect:
      tier: high
"""
PLUGIN = ("-p", "pytest_rapid_response", "-p", "no:cacheprovider")


@pytest.fixture(autouse=True)
def _no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin is named on the command line, so that it does not matter whether it is installed."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def _write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name.replace('__', '.')}.yaml").write_text(text, encoding="utf-8")


def test_each_scenario_is_a_test(pytester: pytest.Pytester) -> None:
    """Every scenario beside a protocol is collected by its name and passes or fails on its own."""
    _write(pytester.path, protocol=PROTOCOL, small__scenarios=SCENARIOS)
    result = pytester.runpytest_inprocess(*PLUGIN, "-v")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["small.scenarios.yaml::Someone is hurt PASSED*"])


def test_a_failure_reads_without_a_traceback(pytester: pytest.Pytester) -> None:
    """A failed scenario shows what was expected, what came and why, and no Python."""
    _write(pytester.path, protocol=PROTOCOL, small__scenarios=SCENARIOS)
    result = pytester.runpytest_inprocess(*PLUGIN)
    result.stdout.fnmatch_lines(
        [
            "FAILED  Nobody is hurt: [[]all] is well",
            "        small.scenarios.yaml:8",
            "  tier: expected high, came low",
            "    care: not fired, raises to high",
            "      Whoever is hurt is cared for.",
            "      hurt: no",
        ],
        consecutive=True,
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*.py*")


def test_names_choose_scenarios(pytester: pytest.Pytester) -> None:
    """pytest's own -k chooses scenarios by name."""
    _write(pytester.path, protocol=PROTOCOL, small__scenarios=SCENARIOS)
    pytester.runpytest_inprocess(*PLUGIN, "-k", "someone").assert_outcomes(passed=1, deselected=1)


@pytest.mark.parametrize(
    ("protocol", "scenarios", "message"),
    [
        (PROTOCOL, SCENARIOS.replace("tier: high", "tier: hihg"), "did you mean `high`?"),
        (PROTOCOL.replace("when: hurt", "when: hrut"), SCENARIOS, "did you mean `hurt`?"),
        (PROTOCOL, "scenarios: []", "at least one scenario"),
    ],
)
def test_problems_are_collection_errors(pytester: pytest.Pytester, protocol: str, scenarios: str, message: str) -> None:
    """What is wrong with a protocol or its scenarios stops the collection, with place and remedy and no traceback."""
    _write(pytester.path, protocol=protocol, small__scenarios=scenarios)
    result = pytester.runpytest_inprocess(*PLUGIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{message}*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_other_files_are_left_alone(pytester: pytest.Pytester) -> None:
    """Scenario files without a protocol beside them, and all other YAML, belong to somebody else."""
    _write(pytester.path, other__scenarios="play:\n  - Hamlet\n", compose="services: {}\n")
    (pytester.path / "folder.yaml").mkdir()
    result = pytester.runpytest_inprocess(*PLUGIN)
    result.assert_outcomes()
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_nothing_of_the_library_is_loaded_where_there_are_no_scenarios(pytester: pytest.Pytester) -> None:
    """A test run without scenarios does not pay for loading the library."""
    pytester.makepyfile("import sys\ndef test_it():\n    assert 'rapid_response' not in sys.modules\n")
    command = [sys.executable, "-m", "pytest", *PLUGIN]
    done = subprocess.run(command, check=False, cwd=pytester.path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
