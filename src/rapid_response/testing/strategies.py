"""Hypothesis strategies for protocols, incidents and times of evaluation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import note
from hypothesis import strategies as st

from rapid_response.protocol.loading import protocol_from_text
from rapid_response.protocol.model import Protocol
from rapid_response.testing import answers
from rapid_response.testing.choices import Drawn
from rapid_response.testing.documents import document
from rapid_response.testing.layout import to_yaml


@st.composite
def protocol_texts(draw: st.DrawFn) -> str:
    """The YAML of protocols that load: every type of fact, form of measure and kind of condition occurs.

    >>> from hypothesis import given
    >>> @given(protocol_texts())
    ... def every_protocol_has_tiers(text: str) -> None:
    ...     assert "tiers:" in text
    >>> every_protocol_has_tiers()
    """
    return to_yaml(document(Drawn(draw)))


@st.composite
def protocols(draw: st.DrawFn) -> Protocol:
    """Loaded protocols; their YAML is in `protocol.sources[0].text`, and is shown where a test fails.

    >>> from hypothesis import given
    >>> @given(protocols())
    ... def every_rule_aims_at_a_tier(protocol: Protocol) -> None:
    ...     assert all(rule.tier.type.kind == "tiers" for rule in protocol.rules.values())
    >>> every_rule_aims_at_a_tier()
    """
    text = draw(protocol_texts())
    note(text)
    return protocol_from_text(text)


@st.composite
def incidents(draw: st.DrawFn, protocol: Protocol, *, unknowns: float = 0.3) -> dict[str, Any]:
    """Incidents that the protocol accepts, as people give them: plain values, or values with their details.

    About `unknowns` of the facts are not known: 0 for none, 1 for all. Such a fact is left out, or is None, or has
    details and the value None.

    >>> from hypothesis import given
    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> @given(incidents(protocol, unknowns=0), as_ofs(protocol))
    ... def a_whole_story_settles_the_tier(facts: dict[str, Any], as_of: str) -> None:
    ...     assert protocol.evaluate(facts, as_of=as_of).standing == "settled"
    >>> a_whole_story_settles_the_tier()
    """
    return answers.incident(Drawn(draw), protocol, round(unknowns * 100))


@st.composite
def histories(draw: st.DrawFn, protocol: Protocol, *, unknowns: float = 0.3) -> list[dict[str, Any]] | None:
    """Past incidents for `evaluate(…, history=…)`, from none to a few; None where there is no history.

    >>> from hypothesis import given
    >>> from rapid_response import load_protocol
    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> @given(histories(protocol))
    ... def without_patterns_there_is_no_history(past: list[dict[str, Any]] | None) -> None:
    ...     assert past is None
    >>> without_patterns_there_is_no_history()
    """
    return answers.history(Drawn(draw), protocol, round(unknowns * 100))


@st.composite
def as_ofs(draw: st.DrawFn, protocol: Protocol) -> str | dt.datetime | None:
    """Times of evaluation: ISO text, datetimes, and None where the protocol does not use the time.

    They meet the moments and dates of `incidents`, month ends and changes of the clocks.

    >>> from hypothesis import find
    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text("protocol: p\\ntime_zone: UTC\\ntiers: {low: {}}")
    >>> find(as_ofs(protocol), lambda as_of: as_of is not None)
    '2026-02-01T17:00'
    """
    return answers.as_of(Drawn(draw), protocol)
