"""The page docs/auditing.md cannot rot: what it shows is run."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.calling import Caller

HERE = Path(__file__).parent.parent
PAGE = HERE / "docs/auditing.md"
COMMANDS: list[tuple[str, str]] = re.findall(
    r"```text\n\$ rapid-response record (.*?)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the page's first command was run, and a checkpoint was kept."""
    folder = tmp_path_factory.mktemp("audit")
    (folder / "protocol_rules").symlink_to(HERE / "protocol_rules")
    program = str(HERE / "examples/audit_a_decision.py")
    subprocess.run([sys.executable, program, "decisions.db"], cwd=folder, check=True, capture_output=True)
    command = [sys.executable, "-m", "rapid_response", "record", "checkpoint", "--db", "decisions.db"]
    kept = subprocess.run(command, cwd=folder, check=True, capture_output=True)
    (folder / "checkpoint.txt").write_bytes(kept.stdout)
    return folder


def _lines(text: str) -> list[str]:
    """The lines, without the hash of the log, which hangs on random salts."""
    return [line.rstrip() for line in re.sub(r"[A-Za-z0-9+/]{43}=", "(hash)", text).strip().splitlines()]


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Caller:
    return Caller(capfd, monkeypatch)


@pytest.mark.parametrize(("command", "shown"), COMMANDS, ids=[command for command, _ in COMMANDS])
def test_the_page_shows_what_is_printed(
    call: Caller, folder: Path, command: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command of the page prints what stands below it; `…` stands for lines that are left out."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("RAPID_RESPONSE_DB", "decisions.db")
    printed = "\n".join(_lines(call(*shlex.split(command)).out))
    for part in "\n".join(_lines(shown)).split("\n…\n"):
        _, found, printed = printed.partition(part.removesuffix("\n…"))
        assert found, part


def test_the_program_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python of the page gives what stands there."""
    monkeypatch.chdir(HERE)
    text = PAGE.read_text(encoding="utf-8")
    example = doctest.DocTestParser().get_doctest(text, {"folder": tmp_path}, PAGE.name, str(PAGE), 0)
    assert doctest.DocTestRunner().run(example).failed == 0
