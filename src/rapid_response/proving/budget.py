"""How long proofs may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic


@dataclass(frozen=True, slots=True)
class Budget:
    """Seconds from now on, shared by everything that is asked; None for as long as it takes.

    What is not decided in time is left undecided, so a budget decides how much is answered, never what.

    >>> Budget(0).is_spent, Budget(None).is_spent
    (True, False)
    """

    seconds: float | None
    started: float = field(default_factory=monotonic)

    @property
    def is_spent(self) -> bool:
        """Whether the time is over."""
        return self.seconds is not None and monotonic() - self.started >= self.seconds
