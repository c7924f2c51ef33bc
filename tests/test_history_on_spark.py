"""The worked example of the docs, on a Spark of its own."""

from __future__ import annotations

import runpy
import warnings
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parent.parent / "examples/history/on_spark.py"


@pytest.mark.usefixtures("spark_session")
def test_the_worked_example(capfd: pytest.CaptureFixture[str]) -> None:
    """The example of the docs runs, and gives every incident of its file a tier."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PySpark does not know the newest pandas yet
        runpy.run_path(str(EXAMPLE), run_name="__main__")
    shown = capfd.readouterr().out
    assert "|problem|rows|" in shown
    lines = [line for line in shown.splitlines() if any(word in line for word in ("settled", "assumed", "open"))]
    assert sum(int(line.split("|")[3]) for line in lines) == 12
