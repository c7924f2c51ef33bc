"""The shape of the house: which way imports run, what is public, what is documented."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path

import pytest

import rapid_response

SOURCE = Path(rapid_response.__file__).parent
FLOORS = {
    "defusing": 0,
    "errors": 0,
    "phrases": 0,
    "uncertainty": 0,
    "protocol": 1,
    "evaluation": 2,
    "reasoning": 3,
    "scenarios": 3,
    "history": 3,
    "live": 3,
    "testing": 3,
    "proving": 4,
    "record": 4,
    "reports": 5,
    "cli": 6,
}
BESIDE = {("protocol", "errors"), ("errors", "protocol")}
REACHING_UP = {
    "protocol/model.py",
    "evaluation/recommendation.py",
    "reasoning/answers.py",
    "proving/comparison.py",
    "proving/findings.py",
    "history/backtests/result.py",
}


def _imports(tree: ast.Module, inside_functions: bool) -> Iterator[str]:
    nodes = ast.walk(tree) if inside_functions else iter(_top_level(tree.body))
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("rapid_response."):
            yield node.module.split(".")[1]


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        yield node


def _modules() -> list[Path]:
    return [
        path
        for path in sorted(SOURCE.rglob("*.py"))
        if path.parent != SOURCE or path.stem not in ("__init__", "__main__")
    ]


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_run_downward(path: Path) -> None:
    """A module imports its own floor and the floors below it, never one above; some may reach up when called."""
    name = path.relative_to(SOURCE).as_posix()
    floor = name.split("/")[0].removesuffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for imported in _imports(tree, inside_functions=name not in REACHING_UP):
        fine = imported == floor or FLOORS[imported] < FLOORS[floor] or (floor, imported) in BESIDE
        assert fine, f"{name} imports {imported}"


def test_the_public_names_are_all_that_is_exported() -> None:
    """`__all__` names exactly what the package offers, in order."""
    public = {
        name for name, thing in vars(rapid_response).items() if not name.startswith("_") and not inspect.ismodule(thing)
    }
    assert public == set(rapid_response.__all__)
    assert sorted(rapid_response.__all__, key=str.lower) == sorted(set(rapid_response.__all__), key=str.lower)


@pytest.mark.parametrize("name", [name for name in rapid_response.__all__ if name != "SEMANTICS"])
def test_every_public_name_is_documented(name: str) -> None:
    """Every public name and every public method of it says in a docstring what it is."""
    thing = getattr(rapid_response, name)
    assert inspect.getdoc(thing)
    if inspect.isclass(thing):
        for member_name, member in vars(thing).items():
            if not member_name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                assert inspect.getdoc(member), f"{name}.{member_name}"


def test_importing_loads_nothing_but_the_core() -> None:
    """`import rapid_response` loads pydantic, PyYAML and lark with what they need, and nothing else from outside."""
    script = "import sys, rapid_response; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    outside = {"duckdb", "hypothesis", "ibis", "jinja2", "narwhals", "numpy", "pyarrow", "pyspark"}
    outside |= {"durable", "durable_rules_engine", "sqlite3", "pytest", "rich", "typer", "click", "jsonschema", "pysat"}
    outside |= {"cryptography", "matplotlib", "psycopg", "sqlalchemy"}
    assert not outside & set(done.stdout.split())


def test_pages_and_commands_load_no_tables_and_no_plots() -> None:
    """Pages of results, and the command line, load what reads tables and draws figures only where it is used."""
    script = (
        "import sys, rapid_response.cli.app, rapid_response.reports.html; "
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"matplotlib", "narwhals", "numpy", "pyarrow"} & set(done.stdout.split())


@pytest.mark.parametrize("package", ["history", "live", "record"])
def test_every_public_name_of_a_package_is_documented(package: str) -> None:
    """Every name that a package of an extra offers, and every public method of it, says what it is."""
    offering = importlib.import_module(f"rapid_response.{package}")
    for name in offering.__all__:
        thing = getattr(offering, name)
        assert inspect.getdoc(thing)
        shown = ">>>" in (thing.__doc__ or "") or name == "Written" or (package != "history" and is_dataclass(thing))
        assert not inspect.isclass(thing) or shown, name
        for member_name, member in vars(thing).items() if inspect.isclass(thing) else ():
            if not member_name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
                assert inspect.getdoc(member), f"{name}.{member_name}"
