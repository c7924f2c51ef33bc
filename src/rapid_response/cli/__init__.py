"""The command line `rapid-response`, thin: it reads, calls the library and prints.

Exit codes: 0 fine · 1 findings, a failed test or a difference · 2 bad protocol · 3 bad incident or history · 4 usage ·
5 a result that is not settled, where `--require-settled` was asked for · 6 a decision log that cannot be used ·
130 interrupted.
"""

from __future__ import annotations

import sys

from rapid_response.errors import IncidentError, RapidResponseError

_EXTRAS = {"typer": "cli", "rich": "cli", "jinja2": "reports", "matplotlib": "reports"}
_EXTRAS |= dict.fromkeys(("narwhals", "numpy", "pyarrow"), "history") | dict.fromkeys(
    ("sqlalchemy", "cryptography"), "record"
)

FINDINGS, BAD_PROTOCOL, BAD_INCIDENT, USAGE, NOT_SETTLED, BAD_LOG = 1, 2, 3, 4, 5, 6
INTERRUPTED = 130


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from rapid_response.cli.app import app

        app(prog_name="rapid-response")
    except IncidentError as error:
        sys.exit(_told(str(error), BAD_INCIDENT))
    except RapidResponseError as error:
        sys.exit(_told(str(error), BAD_PROTOCOL))
    except ModuleNotFoundError as missing:
        if missing.name not in _EXTRAS:
            raise
        extra = _EXTRAS[missing.name]
        sys.exit(_told(f"this needs {missing.name}: pip install 'rapid-response[{extra}]'", USAGE))
    except SystemExit as done:  # usage errors come with the exit code 2, which is ours for a bad protocol
        sys.exit(USAGE if done.code == 2 else done.code)


def _told(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code
