"""Runs `*.scenarios.yaml` under pytest: each scenario beside a protocol is a test.

pytest loads this module on every run, so it imports nothing of the library until there is a scenario to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rapid_response.scenarios.running import ScenarioResult

SCENARIOS = ".scenarios.yaml"
_NAMES_A_PROTOCOL = re.compile(rb"^protocol[ ]*:", re.MULTILINE)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> ScenarioFile | None:
    """Collect a scenario file that has a protocol beside it."""
    if file_path.name.endswith(SCENARIOS) and _has_protocol(file_path.parent):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


def _has_protocol(folder: Path) -> bool:
    """Whether a YAML file of the folder, other than scenarios, names a protocol."""
    files = [file for file in folder.glob("*.yaml") if file.is_file() and not file.name.endswith(SCENARIOS)]
    return any(_NAMES_A_PROTOCOL.search(file.read_bytes()) for file in files)


class ScenarioFile(pytest.File):
    """The scenarios of one file, with the protocol of its folder."""

    def collect(self) -> Iterator[ScenarioItem]:
        """Read the protocol and the scenarios; what is wrong with either is a collection error."""
        from rapid_response.errors import RapidResponseError
        from rapid_response.protocol.loading import load_protocol
        from rapid_response.scenarios.reading import read_scenarios

        try:
            protocol = load_protocol(self.path.parent)
            scenarios = read_scenarios(protocol, self.path)
        except RapidResponseError as error:
            raise self.CollectError(str(error)) from None
        for scenario in scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.name, protocol=protocol, scenario=scenario)


class ScenarioItem(pytest.Item):
    """One scenario as a test."""

    def __init__(self, *, protocol: Any, scenario: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.protocol, self.scenario = protocol, scenario

    def runtest(self) -> None:
        """Run the scenario against the protocol."""
        from rapid_response.scenarios.running import run_scenario

        result = run_scenario(self.protocol, self.scenario)
        if not result.passed:
            raise ScenarioFailed(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was expected, what came and why, without a traceback."""
        if isinstance(excinfo.value, ScenarioFailed):
            from rapid_response.scenarios.text import result_lines

            return "\n".join(result_lines(excinfo.value.result))
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file, the line counted from 0, and what pytest calls the test."""
        return self.path, self.scenario.span.line - 1, f"scenario: {self.name}"


class ScenarioFailed(Exception):
    """Thrown to pytest by a scenario that did not come out as expected."""

    def __init__(self, result: ScenarioResult) -> None:
        super().__init__(result.scenario.name)
        self.result = result
