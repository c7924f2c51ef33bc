"""How a back-test is run: the past is read once, evaluated by both versions, and counted as it streams by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

import numpy as np

from rapid_response.history.backtests.differing import KINDS, differing
from rapid_response.history.backtests.grouping import Grouping
from rapid_response.history.backtests.listing import Listing, changed_file
from rapid_response.history.backtests.records import Kept
from rapid_response.history.backtests.result import Backtest
from rapid_response.history.backtests.sides import Side, side_of
from rapid_response.history.backtests.tallies import AgreementTally, Tallies, decided_then
from rapid_response.history.backtests.versions import Versions, histories
from rapid_response.history.backtests.workload import WorkTally, workload_of
from rapid_response.history.columns import words_part
from rapid_response.history.engine import engine_of
from rapid_response.history.incidents import History
from rapid_response.history.mapping import ColumnMapping
from rapid_response.history.mapping_files import load_mapping
from rapid_response.history.progress import Clock, Watcher
from rapid_response.history.rationales import RationaleFinder
from rapid_response.history.rows import RowReader, Rows
from rapid_response.history.slices import Words, flags
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.renaming import renamings

MOST_LISTED = 1_000
MOST_KEPT = 1_000


def backtest(
    history: History,
    current: Protocol,
    proposed: Protocol,
    *,
    rename: Mapping[str, str] | None = None,
    mapping: str | PathLike[str] | ColumnMapping | None = None,
    as_of: str | dt.datetime | None = None,
    activation: str | None = None,
    most_listed: int = MOST_LISTED,
    changed: str | PathLike[str] | None = None,
    progress: Watcher | None = None,
) -> Backtest:
    """What a proposed version of a protocol would have meant for past incidents, beside the current one.

    Rules, responses, tiers and facts are matched by name; `rename` gives new names by old ones. Both versions read the
    past by its mapping, the proposed one by `mapping` where its facts need another. `as_of` is the time of evaluation
    of all rows, where the mapping has none. `activation` is the tier of the current version from which on an incident
    is an activation, for the workload; the highest if not given. The first `most_listed` incidents of each kind of
    change are held; all of them go to the file `changed` (.csv or .jsonl), if one is named.

    Memory stays bounded where the source streams. Raises HistoryError where the past cannot be read by either version
    or the file not written, KeyError for a name in `rename` or a tier that no version has.

    >>> from rapid_response import load_protocol
    >>> from rapid_response.history import backtest, read_incidents
    >>> past = read_incidents("examples/history/fbi/synthetic.csv", "examples/history/fbi/mapping.yaml")
    >>> current, proposed = (load_protocol(f"examples/history/{name}.yaml") for name in ("protocol", "proposed"))
    >>> found = backtest(past, current, proposed)
    >>> found.rows, found.changed
    (12, 1)
    """
    versions = Versions(current, proposed, renamings(current, proposed, rename or {}))
    named = current.tier(activation).level if activation else len(current.tiers) - 1
    own = load_mapping(mapping) if mapping is not None and not isinstance(mapping, ColumnMapping) else mapping
    with changed_file(None if changed is None else Path(changed)) as file:
        running = _Running.start(versions, named, histories(history, versions, own), as_of)
        listing = Listing(running.grouping, most_listed, file)
        clock = Clock(progress)
        for piece, [before, after] in history.read_together(running.readers):
            running.add(before, after, listing)
            clock.add(before.count, piece.share)
    return running.result(history, listing)


@dataclass
class _Running:
    """A back-test while it runs."""

    versions: Versions
    finders: tuple[RationaleFinder, RationaleFinder]
    readers: tuple[RowReader, RowReader]
    grouping: Grouping
    tallies: Tallies
    agreement: tuple[AgreementTally, AgreementTally]
    work: tuple[WorkTally, WorkTally]
    rows: int = 0
    kept_aside: int = 0
    kept: tuple[Kept, ...] = ()
    unit: str = "row"

    @classmethod
    def start(
        cls, versions: Versions, activation: int, pasts: tuple[History, History], as_of: str | dt.datetime | None
    ) -> _Running:
        """Make both versions ready; raises HistoryError where the past does not fit one."""
        protocols = versions.current, versions.proposed
        finders = [RationaleFinder(engine_of(protocol)) for protocol in protocols]
        readers = [past.timed_reader(finder.engine, as_of) for past, finder in zip(pasts, finders, strict=True)]
        tiers = tuple(tier.name for tier in versions.current.tiers)
        same = np.arange(len(tiers), dtype=np.int16)
        reached = versions.levels[activation:]
        later = int(reached[0]) if reached[0] >= 0 else len(versions.proposed.tiers) - 1
        pair = (finders[0], finders[1])
        return cls(
            versions,
            pair,
            (readers[0], readers[1]),
            Grouping(versions, pair),
            Tallies(versions),
            (
                AgreementTally(versions.current, same, tiers),
                AgreementTally(versions.proposed, versions.levels, tiers),
            ),
            (WorkTally(versions.current, activation), WorkTally(versions.proposed, later)),
            unit=pasts[0].source.unit,
        )

    def add(self, before: Rows, after: Rows, listing: Listing) -> None:
        """One batch, as both versions read it."""
        self._keep(before, after)
        fitting = before.fitting & after.fitting
        engines = (finder.engine for finder in self.finders)
        outcomes = [engine.outcomes(rows.block) for engine, rows in zip(engines, (before, after), strict=True)]
        for (start, was), (_, now) in zip(*outcomes, strict=True):
            fits = words_part(fitting, start, start + was.rows)
            sides = side_of(self.finders[0], was, fits), side_of(self.finders[1], now, fits)
            found = differing(self.versions, *sides, fits)
            self.tallies.add(found, sides, fits)
            listing.add(before, start, *self.grouping.add(found, sides))
            self._side_by_side(before, start, sides, fits)

    def _side_by_side(self, rows: Rows, start: int, sides: tuple[Side, Side], fitting: Words) -> None:
        """What is counted of each version by itself: its work, and its agreement with what people decided then."""
        count = sides[0].outcome.rows
        fits = flags(fitting, count)
        for side, work in zip(sides, self.work, strict=True):
            work.add(side, fits)
        if rows.outcome is not None:
            stated = decided_then(rows.outcome, rows.block.rows)[start : start + count]
            for side, agreement in zip(sides, self.agreement, strict=True):
                agreement.add(side, stated, fits)

    def _keep(self, before: Rows, after: Rows) -> None:
        """Count the rows that do not fit, and note the first of them."""
        self.rows += before.count
        wrong = {(part.row, part.line): part for rows in (before, after) for part in rows.aside}
        self.kept_aside += len(wrong)
        own = [{(part.row, part.line) for part in rows.aside} for rows in (before, after)]
        for place, part in sorted(wrong.items(), key=lambda item: item[1].line)[: MOST_KEPT - len(self.kept)]:
            version: Literal["both", "current", "proposed"] = (
                "both" if place in own[0] & own[1] else "current" if place in own[0] else "proposed"
            )
            self.kept += (Kept(part.line, self.unit, version, str(part)),)

    def result(self, history: History, listing: Listing) -> Backtest:
        """All that was counted."""
        tallies, agreement, ladder = self.tallies, self.agreement, self.versions.same_ladder
        return Backtest(
            self.versions.current,
            self.versions.proposed,
            dict(self.versions.renamed.given),
            history.source.name,
            self.rows,
            self.kept_aside,
            self.kept,
            tallies.compared,
            tallies.pairs(),
            dict(zip(KINDS, tallies.kinds.tolist(), strict=True)),
            tallies.directions[0] if ladder else None,
            tallies.directions[1] if ladder else None,
            tuple(map(tuple, tallies.scope.tolist())),
            (tallies.standing(0), tallies.standing(1)),
            tallies.rule_counts(),
            tallies.response_counts(),
            self.grouping.told(),
            tuple(listing.incidents),
            listing.most,
            (agreement[0].told(), agreement[1].told()) if self.readers[0].binding.outcome else None,
            workload_of(*self.work),
        )
