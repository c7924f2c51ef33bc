"""The library durable_rules, loaded when it is first used, and a host of it that starts no threads."""

from __future__ import annotations

import importlib
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any, Protocol

from rapid_response.live.problems import LiveError

Definition = Mapping[str, Any]
"""A ruleset as durable-rules takes it: rules by name, each with `all` and the name of its action in `run`."""


class Host(Protocol):
    """What is used of a durable-rules host."""

    def register_rulesets(self, definitions: dict[str, Any]) -> list[str]:
        """Create rulesets by name."""

    def assert_fact(self, ruleset: str, fact: dict[str, Any]) -> object:
        """Take in a fact and run the rules that it completes."""

    def retract_fact(self, ruleset: str, fact: dict[str, Any]) -> object:
        """Forget a fact."""

    def delete_state(self, ruleset: str, sid: str) -> None:
        """Forget all facts of one `sid`."""


@cache
def engine() -> ModuleType:
    """The module `durable.engine`.

    Raises LiveError where it is not installed, or cannot be loaded.
    """
    with _LOADING, _LazyBinding():
        try:
            loaded: Any = importlib.import_module("durable.engine")
        except ModuleNotFoundError as error:
            if error.name not in ("durable", "durable_rules_engine"):
                raise
            raise LiveError(
                "RL302",
                "durable-rules is not installed",
                "pip install 'rapid-response[live]' (it is built from source: a C compiler and the headers of Python "
                'must be there), or LiveSession(protocol, engine="own"), which needs neither',
            ) from None
        except ImportError as error:
            remedy = 'LiveSession(protocol, engine="own") does without it'
            raise LiveError("RL302", f"durable-rules cannot be loaded: {error}", remedy) from None
    loaded._unix_now = time.time  # in place of `utcfromtimestamp`, of which Python 3.12 and later warn at every action
    module: ModuleType = loaded
    return module


def new_host(action: Callable[[str], Callable[[Any], None]]) -> Host:
    """A host of rulesets whose rules name their actions; `action` gives what a name stands for.

    A host of durable-rules itself starts two timers, which go on for as long as the process does, to run actions that
    were left behind. Here none are: every action has run when a fact has been asserted.
    """
    base: Any = engine().Host

    class _QuietHost(base):  # type: ignore[misc]
        def get_action(self, action_name: str) -> Callable[[Any], None]:
            return action(action_name)

        def _run(self) -> None:
            pass

    host: Host = _QuietHost()
    return host


def not_handled() -> type[Exception]:
    """What durable-rules raises for a fact that no rule asks for."""
    error: type[Exception] = engine().MessageNotHandledException
    return error


_LOADING = threading.Lock()


class _LazyBinding:
    """Symbols of what is loaded within are looked up when they are called.

    The extension calls `PyEval_CallObject`, which Python 3.13 no longer has, in functions that are not used here.
    """

    def __enter__(self) -> None:
        self.before = sys.getdlopenflags() if hasattr(sys, "getdlopenflags") else None
        if self.before is not None:
            sys.setdlopenflags(os.RTLD_LAZY)

    def __exit__(self, *_: object) -> None:
        if self.before is not None:
            sys.setdlopenflags(self.before)
