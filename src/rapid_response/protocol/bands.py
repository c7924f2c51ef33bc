"""Bands: stretches of a number, in order, each of which becomes a condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import cast

from rapid_response.protocol import schema
from rapid_response.protocol.bounds import MOST_PLACES
from rapid_response.protocol.combining import at_places
from rapid_response.protocol.expressions import Comparator, Compare, Condition, Constant, Type, Value
from rapid_response.protocol.passages import Passage
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.values import places_of, scaled


@dataclass(frozen=True, slots=True)
class BandReader:
    """Reads the bands of a value that is written as `by`."""

    passage: Passage
    by: Scalar
    value: Value

    def branches(self, bands: Sequence[schema.Band]) -> list[tuple[Condition, Scalar]]:
        """The condition and the value of every band; raises Faulty once a problem is noted."""
        self.require_rising(bands)
        branches = [(self.band(band), band.is_) for band in bands if band.is_ is not None]
        if bands[-1].otherwise is None:
            self.require_the_top(bands[-1])
        return branches

    def band(self, band: schema.Band) -> Condition:
        """That the value lies within the band's limit."""
        limit = band.up_to if band.up_to is not None else cast(Decimal, band.below)
        comparator: Comparator = "<=" if band.up_to is not None else "<"
        places = max(self.value.type.places, places_of(limit))
        if places > MOST_PLACES:
            raise self.passage.fault("RR403", f"`{limit}` has more than {MOST_PLACES} decimals", ("bands",), "round it")
        edge = scaled(limit, places)
        constant = Constant(edge, Type("number", places=places, low=edge, high=edge), text=str(limit))
        text = f"{self.by.text} {comparator} {limit}"
        return Compare(comparator, at_places(self.value, places), constant, text=text, span=self.by.span)

    def require_rising(self, bands: Sequence[schema.Band]) -> None:
        edges = [
            (band.up_to, 1) if band.up_to is not None else (band.below, 0) for band in bands if band.otherwise is None
        ]
        for position, band in enumerate(bands[:-1], 1):
            if band.otherwise is not None:
                message, remedy = "a band after `otherwise` is never reached", "put `otherwise` last"
                raise self.passage.fault("RR406", message, ("bands", position), remedy)
        for position, (earlier, later) in enumerate(pairwise(edges), 1):
            if later <= earlier:
                message, remedy = "this band is never reached", "order the bands by their limits, lowest first"
                raise self.passage.fault("RR406", message, ("bands", position), remedy)

    def require_the_top(self, last: schema.Band) -> None:
        high = Decimal(int(self.value.type.high)).scaleb(-self.value.type.places)
        if (last.up_to is None or last.up_to < high) and (last.below is None or last.below <= high):
            above = f"above {last.up_to}" if last.up_to is not None else f"from {last.below} on"
            message = f"the bands do not cover `{self.by.text}` {above}"
            raise self.passage.fault("RR405", message, ("bands",), "end with `otherwise: VALUE`")
