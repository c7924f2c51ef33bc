"""The command line called within this process, as people call it."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from rapid_response.cli import main


@dataclass(frozen=True)
class Done:
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Caller:
    """Calls `rapid-response record`."""

    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def __call__(self, *arguments: str) -> Done:
        self.patch.setattr(sys, "argv", ["rapid-response", "record", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        written = self.capture.readouterr()
        return Done(int(left.value.code or 0), written.out, written.err)
