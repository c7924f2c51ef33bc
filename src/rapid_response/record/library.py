"""Every version of a protocol, and which one was in force on a day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from rapid_response.errors import ProtocolError, RapidResponseError
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.loading import SCENARIOS, load_protocol
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Problem, did_you_mean, one_of
from rapid_response.protocol.values import Unfit, encode, shown_input
from rapid_response.record.windows import VersionFinding, find_faults, window_words

SHORTEST_FINGERPRINT = 8
_BEGINNING = re.compile(rb"^[\"']?protocol[\"']?[ \t]*:", re.MULTILINE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_BYTES = 256 * 1024

CATALOGUE: dict[str, str] = {
    "RV101": "no version is in force",
    "RV102": "several versions are in force",
    "RV103": "the library holds several protocols",
    "RV104": "an unknown version",
    "RV105": "several versions have that name",
    "RV106": "a day that cannot be read",
    "RV201": "days without a version",
    "RV202": "the last version ends",
    "RV203": "two versions on the same days",
    "RV204": "two versions of the same name",
}


class LibraryError(RapidResponseError):
    """A library that has no answer, or several, to which version is meant.

    >>> try:
    ...     ProtocolLibrary("protocol_rules").in_force(on="2019-12-31")
    ... except LibraryError as error:
    ...     print(error)
    RV101: no version of `ccsj-rapid-response` is in force on 2019-12-31
      = help: `2026.1` is in force from 2026-01-01; to ask under another version, name it
    <BLANKLINE>
    1 problem
    """


@dataclass(frozen=True, init=False, repr=False)
class ProtocolLibrary:
    """Every version of one protocol, or of several, with the days on which each is in force.

    Reads a folder and the folders in it. Where one file of a folder says `protocol:`, its files are one version; where
    several do, each file is one. Takes protocols that are loaded already, too.

    Raises ProtocolError, which lists the problems of all versions at once, and where there is no protocol at all.

    >>> library = ProtocolLibrary("protocol_rules")
    >>> library.in_force(on="2026-02-01").version
    '2026.1'
    >>> library.findings
    ()
    """

    versions: tuple[Protocol, ...]

    def __init__(self, source: str | PathLike[str] | Iterable[Protocol]) -> None:
        found = _load(Path(source)) if isinstance(source, str | PathLike) else list(source)
        if not found:
            raise ProtocolError(
                [Problem("RR101", "there is no protocol", help="give a folder of protocols, or a file")]
            )
        object.__setattr__(self, "versions", tuple(sorted(found, key=_first_day)))

    def __repr__(self) -> str:
        return f"ProtocolLibrary({[f'{version.name} {version.version}'.strip() for version in self.versions]})"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the protocols that it holds versions of."""
        return tuple(sorted({version.name for version in self.versions}))

    @cached_property
    def findings(self) -> tuple[VersionFinding, ...]:
        """Days on which no version is in force or two are, and version names that stand twice."""
        return tuple(finding for name in self.names for finding in find_faults(self._of(name)))

    def in_force(self, on: str | dt.date | dt.datetime, name: str | None = None) -> Protocol:
        """The version in force on a day, or at a moment (in each version's own time zone); ISO text will do.

        `name` says which protocol, where the library holds several. Raises LibraryError where no version is in force,
        and where several are.
        """
        meant = self._one_name(name)
        candidates = self._of(meant)
        holding = [version for version in candidates if _is_in_force(version, on)]
        if len(holding) == 1:
            return holding[0]
        raise LibraryError([_several(meant, on, holding) if holding else _none(meant, on, candidates)])

    def version(self, wanted: str) -> Protocol:
        """The version of that name or fingerprint (its first eight digits are enough), whatever its days.

        Raises LibraryError for an unknown one, and where several have that name.

        >>> ProtocolLibrary("protocol_rules").version("2026.1").name
        'ccsj-rapid-response'
        """
        found = [version for version in self.versions if _is_called(version, wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            fingerprints = one_of(version.fingerprint for version in found)
            message = f"{len(found)} versions are called `{wanted}`"
            raise LibraryError([Problem("RV105", message, help=f"give the fingerprint: {fingerprints}")])
        known = [version.version for version in self.versions if version.version]
        remedy = did_you_mean(wanted, known, f"there is {one_of(known)}" if known else "give a fingerprint")
        raise LibraryError([Problem("RV104", f"unknown version `{wanted}`", help=remedy)])

    def to_dict(self) -> dict[str, Any]:
        """The versions, oldest first, and what is wrong with their days, as plain data."""
        return {
            "versions": [_plain(version) for version in self.versions],
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def _of(self, name: str) -> list[Protocol]:
        return [version for version in self.versions if version.name == name]

    def _one_name(self, name: str | None) -> str:
        names = self.names
        if name is None and len(names) == 1:
            return names[0]
        if name in names:
            return str(name)
        if name is None:
            message = f"the library holds {len(names)} protocols"
            raise LibraryError([Problem("RV103", message, help=f"say which by its name: {one_of(names)}")])
        remedy = did_you_mean(name, names, f"there is {one_of(names)}")
        raise LibraryError([Problem("RV104", f"unknown protocol `{name}`", help=remedy)])


# Loading


def _load(path: Path) -> list[Protocol]:
    """All versions in a folder; raises ProtocolError with the problems of all that are faulty."""
    loaded, problems = [], list[Problem]()
    for root in _roots(path):
        try:
            loaded.append(load_protocol(root))
        except ProtocolError as error:
            problems += error.problems
    if problems:
        raise ProtocolError(problems)
    return loaded


def _roots(path: Path) -> Iterator[Path]:
    """The files and folders that are a version each."""
    if not path.is_dir():
        yield path
        return
    files = sorted(file for file in path.glob("*.yaml") if not file.name.endswith(SCENARIOS))
    if sum(map(_begins_protocol, files)) > 1:
        yield from files
    elif files:
        yield path
    for folder in sorted(path.iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            yield from _roots(folder)


def _begins_protocol(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return _BEGINNING.search(opened.read(_MOST_BYTES)) is not None
    except OSError:
        return False


# Days and names


def _first_day(version: Protocol) -> tuple[str, dt.date, str]:
    return version.name, version.in_force.start or dt.date.min, version.fingerprint


def _plain(version: Protocol) -> dict[str, str | None]:
    days = {"from": version.in_force.start, "until": version.in_force.until}
    stated = {"name": version.name, "version": version.version, "fingerprint": version.fingerprint}
    return {**stated, **{key: day.isoformat() if day else None for key, day in days.items()}}


def _is_called(version: Protocol, wanted: str) -> bool:
    digits = wanted.removeprefix("sha256:")
    short = len(digits) >= SHORTEST_FINGERPRINT and version.fingerprint.removeprefix("sha256:").startswith(digits)
    return wanted == version.version or short


def _is_in_force(version: Protocol, on: str | dt.date | dt.datetime) -> bool:
    """Whether a version is in force on a day, or at a moment."""
    is_day = _DAY.fullmatch(on) if isinstance(on, str) else not isinstance(on, dt.datetime)
    try:
        encoded = int(encode(Type("date" if is_day else "moment"), on, version.time_zone))
    except Unfit as unfit:
        raise LibraryError([Problem("RV106", unfit.message, help=unfit.help)]) from None
    return dt.date.fromordinal(encoded) in version.in_force if is_day else version.is_in_force(encoded)


def _none(name: str, on: object, candidates: list[Protocol]) -> Problem:
    stated = "; ".join(f"{_called(version)} is in force {window_words(version.in_force)}" for version in candidates)
    message = f"no version of `{name}` is in force on {_shown(on)}"
    return Problem("RV101", message, help=f"{stated}; to ask under another version, name it")


def _several(name: str, on: object, holding: list[Protocol]) -> Problem:
    first, *others = holding
    message = f"{len(holding)} versions of `{name}` are in force on {_shown(on)}"
    places = tuple((other.in_force.span, "and here") for other in others if other.in_force.span)
    return Problem("RV102", message, first.in_force.span, "end all but one of them with `until`", places)


def _called(version: Protocol) -> str:
    return f"`{version.version or version.fingerprint}`"


def _shown(on: object) -> str:
    return on.isoformat() if isinstance(on, dt.date) else shown_input(on).strip("`")
