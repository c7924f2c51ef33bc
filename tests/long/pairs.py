"""Pairs of a protocol and an incident: generated from a seed, or kept because something was once wrong with them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rapid_response import Protocol, Recommendation, protocol_from_text
from rapid_response.testing.answers import as_of, history, incident
from rapid_response.testing.choices import Seeded
from rapid_response.testing.documents import document
from rapid_response.testing.layout import to_yaml

CORPUS = Path(__file__).parent / "corpus"
SHARES = (0, 15, 30, 50, 80)
"""How many of a hundred facts are unknown, in turn."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One incident for one protocol, and the name by which the pair is found again."""

    name: str
    protocol: Protocol
    given: dict[str, Any]
    as_of: str | dt.datetime | None
    history: list[dict[str, Any]] | None = None

    def evaluate(self) -> Recommendation:
        """What the engine makes of it."""
        return self.protocol.evaluate(self.given, as_of=self.as_of, history=self.history)


def generated(seed: int, numbers: Iterable[int], incidents: int) -> Iterator[Pair]:
    """So many pairs for each of the numbered protocols. Raises ProtocolError where one does not load."""
    for number in numbers:
        protocol = protocol_from_text(protocol_text(seed, number))
        for position in range(incidents):
            yield pair_of(protocol, seed, number, position)


def pair_of(protocol: Protocol, seed: int, number: int, position: int) -> Pair:
    """One pair: the same numbers always give the same one."""
    choices = Seeded(f"{seed}:{number}:{position}")
    unknowns = SHARES[position % len(SHARES)]
    given, time = incident(choices, protocol, unknowns), as_of(choices, protocol)
    return Pair(f"{seed}-{number}-{position}", protocol, given, time, history(choices, protocol, unknowns))


def protocol_text(seed: int, number: int) -> str:
    """The YAML of a numbered protocol."""
    return to_yaml(document(Seeded(f"{seed}:{number}")))


def keep(pair: Pair, folder: Path = CORPUS) -> Path:
    """Write a pair to a file, so that it is tried again from now on."""
    file = folder / f"{pair.name}.json"
    content = {
        "protocol": pair.protocol.sources[0].text,
        "given": pair.given,
        "as_of": pair.as_of,
        "history": pair.history,
    }
    file.write_text(json.dumps(content, default=_plain, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return file


def kept(file: Path) -> Pair:
    """A pair that was written to a file."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return Pair(
        file.stem, protocol_from_text(content["protocol"]), content["given"], content["as_of"], content.get("history")
    )


def _plain(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else sorted(value)  # type: ignore[call-overload]
