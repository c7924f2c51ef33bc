"""A PostgreSQL server of its own for the tests that need one: on loopback, in a folder that is thrown away."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

import pytest

Crash = Literal["immediate", "kill"]
"""How a server ends with no warning: by SIGQUIT (an "immediate" stop), or all its processes by SIGKILL."""


class Server:
    """A server in a folder, which can be stopped, crashed and started again."""

    def __init__(self, binaries: Path, folder: Path, settings: tuple[str, ...]) -> None:
        self._binaries, self._folder, self._data = binaries, folder, folder / "data"
        self._port = _free_port()
        _run(binaries / "initdb", "--pgdata", self._data, "--auth=trust", "--username=tests", "--no-sync")
        here = ("listen_addresses = '127.0.0.1'", f"port = {self._port}", f"unix_socket_directories = '{folder}'")
        with (self._data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in (*here, *settings))

    @property
    def url(self) -> str:
        """The URL of its database, which is empty at first."""
        return f"postgresql://tests@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        _run(self._binaries / "pg_ctl", "--pgdata", self._data, "--wait", "--log", self._folder / "log", "start")

    def stop(self, how: Literal["fast", "immediate"] = "fast") -> None:
        """Stop it: in order, so that it writes down everything that it holds, or with no warning."""
        _run(self._binaries / "pg_ctl", "--pgdata", self._data, "--wait", f"--mode={how}", "stop")

    def crash(self, how: Crash) -> None:
        """End it with no warning; what it had only in its own memory is gone."""
        if how == "immediate":
            return self.stop("immediate")
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGSTOP)  # so that it starts no other process meanwhile
        processes = [postmaster, *map(int, Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split())]
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(Path(f"/proc/{process}").exists() for process in processes):
            time.sleep(0.001)
        return None


@contextmanager
def running(*settings: str) -> Iterator[Server]:
    """A server of its own with those settings. Skips the test, with the reason, where no PostgreSQL is installed."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres")
        made = Server(binaries, Path(folder), settings)
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")


@contextmanager
def server() -> Iterator[str]:
    """The URL of an empty database, of which nobody minds if it is lost."""
    with running("fsync = off") as made:
        yield made.url


def _binaries() -> Path | None:
    """Where the server's programs are; Debian keeps them out of the path."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(*command: str | Path) -> None:
    as_other = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    subprocess.run(
        [*as_other, *map(str, command)], check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
