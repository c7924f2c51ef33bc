"""A run as JUnit XML, for build servers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import groupby

from rapid_response.protocol.loading import SCENARIOS
from rapid_response.scenarios.running import Run, ScenarioResult
from rapid_response.scenarios.text import failure_lines, failure_sentence, summary_lines

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def run_junit(run: Run) -> str:
    """The run as JUnit XML: a suite for each scenario file, a case for each scenario.

    A case called "coverage" stands for `fail_under` where that is asked for, and fails where there are no scenarios.
    All times are 0, so that the same run is the same text.

    >>> from rapid_response import protocol_from_text
    >>> from rapid_response.scenarios.running import run_scenarios
    >>> empty = run_scenarios(protocol_from_text("protocol: p\\ntiers: {low: {}}"), [])
    >>> print(run_junit(empty).splitlines()[1])
    <testsuites name="p" tests="1" failures="1" errors="0" time="0">
    """
    by_file = groupby(run.results, key=lambda result: result.scenario.span.source)
    suites = [_suite(run, source.name, source.file, list(results)) for source, results in by_file]
    if run.fail_under is not None or not run.results:
        suites.append(_coverage(run))
    root = ET.Element("testsuites", {"name": run.protocol.name, **_counted(suites)})
    root.extend(suites)
    ET.indent(root)
    return f"{_DECLARATION}{ET.tostring(root, encoding='unicode')}\n"


def _suite(run: Run, path: str, file: str, results: Sequence[ScenarioResult]) -> ET.Element:
    stem = file.removesuffix(SCENARIOS)
    cases = [_case(result, f"{run.protocol.name}.{stem}") for result in results]
    suite = ET.Element("testsuite", {"name": stem, **_counts(cases), "skipped": "0", "file": _printable(path)})
    suite.append(_properties(run))
    suite.extend(cases)
    return suite


def _case(result: ScenarioResult, group: str) -> ET.Element:
    case = ET.Element("testcase", {"classname": group, "name": result.scenario.name, "time": "0"})
    if not result.passed:
        protocol, span = result.recommendation.protocol, result.scenario.span
        sentences = [failure_sentence(protocol, failure) for failure in result.failures]
        failure = ET.SubElement(case, "failure", {"message": "; ".join(sentences), "type": "expectation"})
        failure.text = "\n".join([f"{_printable(span.source.name)}:{span.line}", *failure_lines(result)])
    return case


def _coverage(run: Run) -> ET.Element:
    case = ET.Element("testcase", {"classname": run.protocol.name, "name": "coverage", "time": "0"})
    if not run.results or not run.covers_enough:
        said = [line.strip() for line in summary_lines(run)]
        ET.SubElement(case, "failure", {"message": said[-1], "type": "coverage"}).text = "\n".join(said)
    suite = ET.Element("testsuite", {"name": "coverage", **_counts([case]), "skipped": "0"})
    suite.append(case)
    return suite


def _properties(run: Run) -> ET.Element:
    protocol = run.protocol
    properties = ET.Element("properties")
    for name, value in (
        ("protocol", protocol.name),
        ("version", protocol.version),
        ("fingerprint", protocol.fingerprint),
    ):
        ET.SubElement(properties, "property", {"name": name, "value": value})
    return properties


def _counts(cases: Sequence[ET.Element]) -> dict[str, str]:
    failures = sum(1 for case in cases if case.find("failure") is not None)
    return {"tests": str(len(cases)), "failures": str(failures), "errors": "0", "time": "0"}


def _counted(suites: Sequence[ET.Element]) -> dict[str, str]:
    totals = {key: str(sum(int(suite.attrib[key]) for suite in suites)) for key in ("tests", "failures")}
    return {**totals, "errors": "0", "time": "0"}


def _printable(path: str) -> str:
    """A path without the characters that XML cannot hold."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in path)
