"""An incident that is a plain dict is read by generated code, any other mapping closely: both say the same."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rapid_response import IncidentError, Protocol
from rapid_response.protocol.model import Fact
from rapid_response.testing import as_ofs, incidents, protocols


class Derived(str):
    """Text of a class of its own."""


ODD = st.one_of(
    st.sampled_from([True, False, 1, 0, 1.0, -1, "", "yes", "1", [], {}, (), None, 3.5, 10**40, "\ud800", ["yes"]]),
    st.sampled_from(["2026-02-01", "2026-02-01T09:00", "2026-03-08T02:30", "2026-02-01T09:00-08:00"]),
    st.builds(lambda value: {"value": value, "source": "a neighbor"}, st.sampled_from([None, True, 2, "none"])),
)


@st.composite
def damaged(draw: st.DrawFn, protocol: Protocol) -> dict[Any, Any]:
    """An incident in which some facts are not what they should be, or are so in another form."""
    facts: dict[Any, Any] = draw(incidents(protocol))
    for fact in protocol.facts.values():
        match draw(st.integers(0, 7)):
            case 0:
                facts[fact.name] = draw(ODD)
            case 1:
                facts[fact.name] = draw(_in_another_form(fact))
    if draw(st.booleans()):
        facts["id"] = draw(st.sampled_from([None, "A-1", "甲", 7, True, "x" * 201, ["A"]]))
    if not draw(st.integers(0, 9)):
        facts |= draw(st.sampled_from([{"unknown": 1}, {3: True}, {None: None}, {"ID": "A-1"}]))
    return facts


def _in_another_form(fact: Fact) -> st.SearchStrategy[Any]:
    options = list(fact.type.options)
    if fact.type.name == "choices":
        return st.lists(st.sampled_from(options)).map(tuple) | st.lists(st.sampled_from(options).map(Derived))
    if options:
        return st.sampled_from(options).map(Derived)
    return st.builds(Derived, st.text(max_size=3)) | st.integers(-3, 200).map(float)


@given(st.data(), protocols())
def test_both_ways_say_the_same(data: st.DataObject, protocol: Protocol) -> None:
    """The same result to the type of every encoded fact, or the same problems in the same words."""
    facts, as_of = data.draw(damaged(protocol)), data.draw(as_ofs(protocol))
    assert _told(protocol, facts, as_of) == _told(protocol, MappingProxyType(facts), as_of)


def _told(protocol: Protocol, facts: Any, as_of: Any) -> object:
    try:
        result = protocol.evaluate(facts, as_of=as_of)
    except IncidentError as error:
        return str(error)
    return result.to_json(private=True), result.incident, [type(encoded) for encoded in result.incident.facts]
