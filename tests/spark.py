"""A Spark of its own for the tests that need one: two workers in a local Java, nothing on the network."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def session(java: str = "-XX:TieredStopAtLevel=1") -> Iterator[Any]:
    """A Spark session. Skips the test, with the reason, where PySpark or a Java is missing.

    `java` are its options; by default it spends no time on making quick what runs once.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PySpark does not know the newest pandas yet
        sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed")
        if shutil.which("java") is None:
            pytest.skip("Spark needs a Java, and none is installed")
        with tempfile.TemporaryDirectory() as folder:
            spark = _builder(sql, folder, java).getOrCreate()
            spark.sparkContext.setLogLevel("OFF")
            try:
                yield spark
            finally:
                spark.stop()


def _builder(sql: Any, folder: str, java: str) -> Any:
    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.driver.extraJavaOptions": java,
        "spark.local.dir": folder,
        "spark.sql.warehouse.dir": folder,
        "spark.sql.session.timeZone": "Asia/Kolkata",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.ansi.enabled": "true",
    }
    builder = sql.SparkSession.builder.master("local[2]").appName("tests")
    for name, value in options.items():
        builder = builder.config(name, value)
    return builder
