"""For tests of your own: generated protocols, incidents and times, as Hypothesis strategies (extra `testing`).

>>> from hypothesis import given
>>> from hypothesis import strategies as st
>>> from rapid_response.testing import as_ofs, incidents, protocols
>>> @given(st.data(), protocols())
... def the_lowest_tier_is_never_above_the_highest(data, protocol):
...     facts, as_of = data.draw(incidents(protocol)), data.draw(as_ofs(protocol))
...     result = protocol.evaluate(facts, as_of=as_of)
...     assert result.lowest <= result.highest
>>> the_lowest_tier_is_never_above_the_highest()
"""

from rapid_response.testing.strategies import as_ofs, histories, incidents, protocol_texts, protocols

__all__ = ["as_ofs", "histories", "incidents", "protocol_texts", "protocols"]
