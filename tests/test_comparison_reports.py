"""Comparisons as people read them, and on the command line.

The whole renderings lie in tests/golden/comparison. After a change that is meant, look over the difference and write
them anew: `UPDATE_GOLDEN=1 pytest tests/test_comparison_reports.py`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import pytest
import yaml

from rapid_response import load_protocol, protocol_from_text
from rapid_response.proving.comparison import Comparison
from rapid_response.reports.comparison_document import comparison_document
from rapid_response.reports.terminal import document_text
from tests.test_cli import CCSJ, HERE, run

GOLDEN = HERE / "tests/golden/comparison"
OLD, NEW = str(GOLDEN / "old.yaml"), str(GOLDEN / "new.yaml")
LANGUAGES = ("en", "zh-Hant")


@pytest.fixture(scope="module")
def found() -> Comparison:
    return load_protocol(OLD).compare(load_protocol(NEW))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["txt", "md", "html"])
def test_comparisons_are_rendered_as_reviewed(found: Comparison, form: str, language: str) -> None:
    """A comparison reads, in every form and language, exactly as it was last looked over."""
    match form:
        case "txt":
            rendered = document_text(comparison_document(found, language))
        case "md":
            rendered = found.to_markdown(language)
        case _:
            rendered = found.to_html(language)
    golden = GOLDEN / f"comparison.{language}.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_proof_is_told_as_such(language: str) -> None:
    """Two versions that decide alike are said to be proved to, in one sentence; no share is given."""
    protocol = load_protocol(OLD)
    said = document_text(comparison_document(protocol.compare(protocol), language))
    assert ("已經證明" if language == "zh-Hant" else "This is\nproved, not sampled.") in said
    assert "%" not in said


def test_private_answers_are_not_printed(found: Comparison) -> None:
    """The answer to a private question is in no report unless asked for."""
    assert any("story" in difference.witness.facts for difference in found.differences)
    for said in (found.to_html(), found.to_markdown()):
        example = said.split("What the text says otherwise")[0]
        assert "Account: (private)" in re.sub(r"<[^>]+>", "", example)
    assert "Account: (private)" not in found.to_markdown(private=True)


# The command line


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_a_difference_exits_with_1(form: str) -> None:
    """`compare` prints the comparison in every form and exits with 1 where the versions differ."""
    done = run("compare", OLD, NEW, "--format", form)
    assert (done.returncode, done.stderr) == (1, "")
    assert "harbor-watch" in done.stdout if form == "json" else "Harbor watch" in done.stdout
    if form == "json":
        assert json.loads(done.stdout)["verdict"] == "different"


def test_no_difference_exits_with_0() -> None:
    """`compare` exits with 0 only where equality is proved."""
    assert run("compare", CCSJ, CCSJ).returncode == 0
    undecided = run("compare", OLD, NEW, "--budget", "0", "--lang", "zh-Hant")
    assert undecided.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--rename", "nothing=something"], 4, "unknown name `nothing`"),
        (["--rename", "harm=hram"], 4, "did you mean `harm`?"),
        (["--rename", "harm"], 4, "old_name=new_name"),
        (["--as-of", "today"], 3, "as_of"),
        (["--budget", "-1"], 4, "--budget"),
    ],
)
def test_wrong_calls_are_told(arguments: list[str], code: int, message: str) -> None:
    """A wrong name, form, time or budget is told with its remedy."""
    done = run("compare", OLD, NEW, *arguments)
    assert done.returncode == code, done.stderr
    assert message in re.sub(r"\s+", " ", done.stderr)


def test_a_bad_protocol_exits_with_2(tmp_path: Path) -> None:
    """A version that cannot be used is told as everywhere else."""
    (tmp_path / "p.yaml").write_text("protocol: p\n", encoding="utf-8")
    assert run("compare", OLD, str(tmp_path)).returncode == 2


# The page docs/comparing.md


def test_the_page_shows_what_is_printed(tmp_path: Path) -> None:
    """The example of docs/comparing.md prints what stands there."""
    page = (HERE / "docs/comparing.md").read_text(encoding="utf-8")
    [text] = re.findall(r"```yaml\n(protocol: .*?)```", page, re.DOTALL)
    [(before, after)] = re.findall(r"from `([^`]*)` to `([^`]*)`", page)
    assert before in text
    for name, version in (("old", text), ("new", text.replace(before, after))):
        protocol_from_text(version)
        (tmp_path / f"{name}.yaml").write_text(version, encoding="utf-8")
    [command] = re.findall(r"\$ (rapid-response compare .*)\n", page)
    done = run(*shlex.split(command)[1:], cwd=tmp_path)
    [shown] = re.findall(r"\$ rapid-response compare .*?\n(.*?)```", page, re.DOTALL)
    assert [row.rstrip() for row in done.stdout.strip().splitlines()] == shown.strip().splitlines()


def test_the_workflow_is_yaml_and_compares() -> None:
    """The example workflow reads as YAML and calls `compare` on both versions."""
    text = (HERE / "docs/compare-workflow.yml").read_text(encoding="utf-8")
    steps = yaml.safe_load(text)["jobs"]["compare"]["steps"]
    assert any("rapid-response compare" in step.get("run", "") for step in steps)
