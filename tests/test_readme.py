"""The README cannot rot: what it shows is run."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

from rapid_response import protocol_from_text

HERE = Path(__file__).parent.parent
README = (HERE / "README.md").read_text(encoding="utf-8")


def _block(language: str, number: int = 0) -> str:
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return blocks[number]


def test_the_protocol_shown_loads_and_decides() -> None:
    """The ten-line protocol of the README loads, and the family's wish limits the tier."""
    result = protocol_from_text(_block("yaml")).evaluate({"harm": "killed", "family_declined": True})
    assert str(result.tier) == "support"


def test_the_output_shown_is_what_the_command_prints() -> None:
    """The first command of the README prints what stands below it."""
    command = shlex.split(_block("sh").split("&&")[-1])
    assert command[0] == ".venv/bin/rapid-response"
    done = subprocess.run(
        [sys.executable, "-m", "rapid_response", *command[1:]], capture_output=True, text=True, cwd=HERE, check=True
    )
    assert done.stdout.startswith(_block("text").rstrip())


def test_the_program_shown_runs() -> None:
    """The Python of the README runs and prints a tier and the rules still open."""
    output = io.StringIO()
    with contextlib.chdir(HERE), contextlib.redirect_stdout(output):
        exec(_block("python"), {})
    assert "open" in output.getvalue()


def test_ci_calls_the_test_command() -> None:
    """CI installs and tests as the README says."""
    ci = (HERE / ".ci/run").read_text(encoding="utf-8")
    install, test = (part.strip() for part in _block("sh", 1).split("&&")[1:])
    assert install.replace(".venv/bin/", "").replace("-q", "--quiet --disable-pip-version-check") in ci
    assert test.replace(".venv/bin/", "") in ci


def test_it_is_short() -> None:
    """The README has at most 120 lines, and every page that it links to is there."""
    assert README.count("\n") <= 120
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (HERE / target).exists(), target
