"""How long it takes to import the library and to load a protocol, each time in a fresh Python.

    python -m benchmarks.startup [--runs 21] [protocol_rules/ccsj]

Timed from inside, so the start of Python itself is left out, and in processor time, so that other programs take none of
it. The first load includes building the grammar. Modules are compiled to bytecode beforehand, as they are in an
installed package.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

CORE = {"pydantic", "PyYAML", "lark"}
CORE_NEEDS = {"pydantic_core", "annotated-types", "typing_extensions", "typing-inspection"}
BELONGING = ("_cython", "cython_runtime", "_sysconfigdata")  # parts of PyYAML's C reader and of Python itself
CCSJ = Path(__file__).parents[1] / "protocol_rules" / "ccsj"

PROBE = """
import json, sys, time
before = set(sys.modules)
start = time.process_time()
import rapid_response
imported = time.process_time()
names = {name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
ready = time.process_time()
rapid_response.load_protocol(sys.argv[1])
loaded = time.process_time()
rapid_response.load_protocol(sys.argv[1])
again = time.process_time()
seconds = {"import": imported - start, "first load": loaded - ready, "second load": again - loaded}
print(json.dumps({"names": sorted(names), "seconds": seconds}))
"""
DEPENDENCIES_PROBE = """
import json, time
start = time.process_time()
import lark, pydantic.main, yaml
print(json.dumps({"names": [], "seconds": {"import of pydantic, PyYAML and lark alone": time.process_time() - start}}))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("protocol", nargs="?", default=CCSJ, type=Path)
    options = parser.parse_args()
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as bytecode:
        for number in range(options.runs + 1):
            library, alone = (_fresh(probe, options.protocol, bytecode) for probe in (PROBE, DEPENDENCIES_PROBE))
            if number:  # the first one compiles
                runs.append(library["seconds"] | alone["seconds"])
    for label in runs[0]:
        milliseconds = [run[label] * 1e3 for run in runs]
        print(f"{label}: {statistics.median(milliseconds):.0f} ms, best {min(milliseconds):.0f}, of {len(runs)} runs")
    distributions = _distributions(library["names"])
    print(f"loaded by the import: {', '.join(sorted(distributions))}")
    print(f"beyond the core: {', '.join(sorted(distributions - CORE - CORE_NEEDS)) or 'nothing'}")


def _fresh(probe: str, protocol: Path, bytecode: str) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", probe, str(protocol)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=environment | {"PYTHONPYCACHEPREFIX": bytecode},
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _distributions(names: list[str]) -> set[str]:
    """Name the distributions that the modules come from."""
    providers = packages_distributions()
    others = [name for name in names if name != "rapid_response" and not name.startswith(BELONGING)]
    return {distribution for name in others for distribution in providers.get(name, [name])}


if __name__ == "__main__":
    main()
