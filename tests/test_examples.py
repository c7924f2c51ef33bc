"""The examples run as they stand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rapid_response import load_incidents, load_protocol

HERE = Path(__file__).parent.parent
PROGRAMS = sorted((HERE / "examples").glob("*.py"))
INCIDENTS = sorted((HERE / "examples/incidents").glob("*.yaml"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_every_program_runs(program: Path) -> None:
    """Every example program runs from any folder, prints something and complains of nothing."""
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)], capture_output=True, text=True, cwd="/", check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert not done.stderr


@pytest.mark.parametrize("path", INCIDENTS, ids=lambda path: path.stem)
def test_every_incident_is_marked_as_invented_and_can_be_evaluated(path: Path) -> None:
    """Every example incident says that it is invented and fits the shipped protocol."""
    protocol = load_protocol(HERE / "protocol_rules/ccsj")
    assert path.read_text(encoding="utf-8").startswith("# Invented.")
    for given in load_incidents(protocol, path):
        assert protocol.evaluate(given.facts, as_of="2026-04-01T09:00").tier is not None


def test_there_are_a_dozen_incidents() -> None:
    """The incidents cover at least a dozen situations, from every tier."""
    protocol = load_protocol(HERE / "protocol_rules/ccsj")
    tiers = {
        str(protocol.evaluate(given.facts, as_of=given.facts.get("occurred_at") or "2026-04-01T09:00").tier)
        for path in INCIDENTS
        for given in load_incidents(protocol, path)
    }
    assert len(INCIDENTS) >= 12
    assert tiers == {tier.name for tier in protocol.tiers}
