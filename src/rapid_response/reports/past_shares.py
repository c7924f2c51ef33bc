"""How often each difference between two versions came up in the past: proof and back-test brought together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rapid_response.proving.comparison import Claim, Comparison
from rapid_response.proving.shares import Share

if TYPE_CHECKING:
    from rapid_response.history.backtests.records import ResponseCount
    from rapid_response.history.backtests.result import Backtest

PastShares = Mapping[Claim, Share]

_STATES = {"inactive": 0, "active": 2}
_SCOPES = {"in": 0, "out": 2}


def past_shares(comparison: Comparison, past: Backtest) -> PastShares:
    """For each difference of a comparison in how many past incidents it came up, where both versions decided.

    Raises ValueError where the back-test is of other versions, or nothing was compared.
    """
    if (comparison.old, comparison.new) != (past.current, past.proposed):
        raise ValueError("the back-test is of other versions than the comparison")
    if not past.compared:
        raise ValueError("no past incident was compared")
    return {found.claim: Share(_seen(found.claim, past), past.compared) for found in comparison.differences}


def _seen(claim: Claim, past: Backtest) -> int:
    match claim.about:
        case "tier":
            pairs = (pair for pair in past.transitions if not pair.is_open)
            wanted = claim.before, claim.after
            return sum(pair.incidents for pair in pairs if (pair.before.lowest, pair.after.lowest) == wanted)
        case "scope":
            return past.scope[_SCOPES[claim.before or ""]][_SCOPES[claim.after or ""]]
        case _:
            return _responses(claim, past.responses)


def _responses(claim: Claim, counted: Sequence[ResponseCount]) -> int:
    """Incidents in which a response is in one state before and in another now; a version without it has any state."""
    for response in counted:
        if claim.name == (response.new if claim.before is None else response.old):
            rows = response.counts if claim.before is None else [response.counts[_STATES[claim.before]]]
            return sum(sum(row) if claim.after is None else row[_STATES[claim.after]] for row in rows)
    return 0
