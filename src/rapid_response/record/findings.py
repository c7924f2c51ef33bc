"""What verifying a log can find, each with its id and its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Mismatch = Literal[
    "gap",
    "chain",
    "unreadable",
    "rewritten",
    "column",
    "protocol",
    "part",
    "other part",
    "part of nothing",
    "part without entry",
    "part after erasure",
    "shorter",
    "other entries",
    "other log",
    "other definition",
]

MISMATCHES: dict[Mismatch, tuple[str, str]] = {
    "gap": ("RD401", "entry {} is missing: entry {} follows on entry {}"),
    "chain": ("RD402", "entry {} does not fit the chain: it, or one before it, was changed"),
    "unreadable": ("RD409", "entry {} cannot be read"),
    "rewritten": ("RD409", "entry {} is not written as this library writes"),
    "column": ("RD403", "entry {}: the column `{}` does not say what the entry says"),
    "protocol": ("RD404", "entry {}: the text of its protocol is missing or was changed"),
    "part": ("RD405", "entry {}: its private part is missing or was changed"),
    "other part": ("RD405", "entry {}: its private part is not the one that was recorded"),
    "part of nothing": ("RD405", "entry {} has a private part that it says nothing of"),
    "part without entry": ("RD405", "there is a private part of an entry {} that does not exist"),
    "part after erasure": ("RD406", "entry {}: its private part was erased and is still there"),
    "shorter": ("RD407", "the log ends at entry {}, and the checkpoint has seen {}"),
    "other entries": (
        "RD408",
        "the first {} entries are not those of the checkpoint: at least one of them was changed",
    ),
    "other log": ("RD408", "the checkpoint is of another log: {}"),
    "other definition": ("RD410", "the table, view or trigger `{}` is not the one that this library makes"),
}
"""By mismatch its id and its words, in which the values of the finding stand."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit. `entry` is where, None where no single entry can be named."""

    what: Mismatch
    entry: int | None
    values: tuple[int | str, ...]

    @property
    def id(self) -> str:
        """The id under which docs/record.md explains it."""
        return MISMATCHES[self.what][0]

    @property
    def message(self) -> str:
        """What does not fit, in one line."""
        return MISMATCHES[self.what][1].format(*self.values)

    def __str__(self) -> str:
        return f"{self.id}: {self.message}"
