"""Several files of the same columns as one source: a folder, or the files that a pattern such as `past/*.csv` names."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rapid_response.history.problems import HistoryError
from rapid_response.history.sources.pieces import Batch, Piece, Source
from rapid_response.protocol.problems import Problem


@dataclass(frozen=True, slots=True)
class Several:
    """Files one after the other, in the order of their names; `sizes` are theirs in bytes."""

    name: str
    sources: tuple[Source, ...]
    sizes: tuple[int, ...]

    @property
    def unit(self) -> Literal["line", "row"]:
        """Lines where every file has them."""
        return "line" if all(source.unit == "line" for source in self.sources) else "row"

    @property
    def header(self) -> tuple[str, ...]:
        """The columns of the first file; all others have the same ones, in any order."""
        return self.sources[0].header

    @property
    def has_nulls(self) -> bool:
        """Whether every file can say that nothing is there."""
        return all(source.has_nulls for source in self.sources)

    @property
    def mark(self) -> str | None:
        """Names and marks of all files."""
        return ";".join(f"{source.name}:{source.mark}" for source in self.sources)

    def pieces(self, columns: Sequence[str]) -> Iterator[Piece]:
        """The pieces of every file in turn, their columns in one order."""
        total, before = max(sum(self.sizes), 1), 0
        for source, size in zip(self.sources, self.sizes, strict=True):
            for piece in source.pieces(columns):
                share = (before + size * (1 if piece.share is None else piece.share)) / total
                yield Piece(_named(piece, source.name), share)
            before += size


def _named(piece: Piece, name: str) -> Callable[[], Batch]:
    return lambda: replace(piece.read(), file=name)


def names_several(given: str) -> bool:
    """Whether a path is a folder, or a pattern and no file of that very name."""
    return Path(given).is_dir() or (glob.has_magic(given) and not Path(given).exists())


def open_several(given: str, opened: Callable[[Path], Source]) -> Source:
    """The files of a folder, hidden ones left out, or those that a pattern names.

    Raises HistoryError where there are none, and where their columns differ.
    """
    found = Path(given).iterdir() if Path(given).is_dir() else map(Path, glob.glob(given, recursive=True))
    paths = sorted(path for path in found if path.is_file() and not path.name.startswith("."))
    if not paths:
        message = f"`{given}` names no file"
        raise HistoryError([Problem("RM501", message, help="give a folder of files, or a pattern like past/*.csv")])
    sources = tuple(map(opened, paths))
    problems = [problem for source in sources[1:] if (problem := _unlike(sources[0], source))]
    if problems:
        raise HistoryError(problems)
    return sources[0] if len(sources) == 1 else Several(given, sources, tuple(path.stat().st_size for path in paths))


def _unlike(first: Source, other: Source) -> Problem | None:
    """What columns one of the two has that the other has not."""
    missing = [name for name in first.header if name not in other.header]
    more = [name for name in other.header if name not in first.header]
    sides = (("lacks", missing), ("adds", more))
    said = [f"{verb} {', '.join(f'`{name}`' for name in names)}" for verb, names in sides if names]
    if not said:
        return None
    message = f"the columns of `{other.name}` are not those of `{first.name}`: it {' and '.join(said)}"
    return Problem("RM509", message, help="give files of the same columns together, others by themselves")
