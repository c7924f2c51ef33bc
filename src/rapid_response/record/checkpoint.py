"""Checkpoints: three lines that partners keep, in the form of the body of a C2SP tlog-checkpoint."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from rapid_response.record.errors import RecordError, failure

_NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log at one moment: its name, how many entries it has, and the root of their Merkle tree.

    Whoever keeps these lines elsewhere can see later whether any of those entries was changed, moved or taken away.

    >>> checkpoint = Checkpoint("example.org/decisions", 2, bytes(32))
    >>> print(checkpoint)
    example.org/decisions
    2
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
    >>> Checkpoint.from_text(str(checkpoint)) == checkpoint
    True
    """

    origin: str
    size: int
    root: bytes

    @classmethod
    def from_text(cls, text: str) -> Checkpoint:
        """The checkpoint in a text; blank lines, spaces and the quotation marks of an e-mail (`>`) are passed over.

        Raises RecordError (RD301) where the text is not three lines of name, size and root.
        """
        lines = [line.lstrip("> \t").rstrip() for line in text.lstrip("\ufeff").splitlines()]
        kept = [line for line in lines if line]
        if len(kept) < 3:
            raise _unreadable("it has fewer than three lines")
        origin, size, encoded = kept[:3]
        if not _NUMBER.fullmatch(size):
            raise _unreadable("its second line is not the number of entries")
        try:
            root = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise _unreadable("its third line is not Base64") from None
        if len(root) != 32 or len(kept) > 3:
            raise _unreadable("its third line is not a hash" if len(root) != 32 else "it has more than three lines")
        return cls(origin, int(size), root)

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}"


def _unreadable(why: str) -> RecordError:
    remedy = "give the three lines as they were kept: name of the log, number of entries, root hash"
    return failure("RD301", f"the checkpoint cannot be read: {why}", remedy)
