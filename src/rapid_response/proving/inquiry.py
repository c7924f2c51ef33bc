"""What the checks of one protocol share: its space of incidents, a prover, and made-up incidents that settle much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from rapid_response.evaluation.incidents import encode_as_of
from rapid_response.protocol.expressions import AllOf, AnyOf, Cases, Condition, Not, TierValue, Unsettled, parts_of
from rapid_response.protocol.model import Property, Protocol, Response
from rapid_response.proving.budget import Budget
from rapid_response.proving.prover import Prover
from rapid_response.proving.replays import Lens, Replay, Shows
from rapid_response.proving.rewriting import at_tier, gate_condition, with_responses_spelt_out
from rapid_response.proving.sample import Sample
from rapid_response.proving.space import Formulas, Space, space_of
from rapid_response.proving.witnesses import Found, Witness, find


@dataclass(frozen=True)
class Inquiry:
    """One protocol, all its incidents at one time of evaluation, and what is asked about them.

    `space` is of the protocol with some responses more, so that what is asked can be evaluated: two for each property,
    active where it is met and where it is broken, and one for each service for people that speaks of the tier, active
    where some tier would make it so.
    """

    protocol: Protocol
    space: Space
    prover: Prover

    @property
    def said(self) -> Formulas:
        """What the protocol says, as nodes."""
        return self.space.said[0]

    @cached_property
    def lens(self) -> Lens:
        """Where replays find how each part came out."""
        return Lens(self.space.voices[0].protocol)

    @cached_property
    def sample(self) -> Sample:
        """Made-up incidents."""
        return Sample(self.space)

    def possible(self, node: int, shows: Shows) -> bool | None:
        """Whether an incident exists for which the node holds; None where it was not decided.

        `shows` tells so of a replay, for nodes that hang on conditions which are not looked into.
        """
        if self.is_opaque(node):
            return self.find(node, shows).possible
        return True if self.sample.bits(node) else self.prover.solve([node]).possible

    def is_opaque(self, node: int) -> bool:
        """Whether the node hangs on a condition that is not looked into."""
        return bool(self.space.opaque) and not self.space.axes_below(node).isdisjoint(self.space.opaque)

    def is_hidden(self, fact: str) -> bool:
        """Whether a condition that is not looked into names the fact."""
        conditions = [self.space.axes[axis].opaque for axis in self.space.opaque]
        return any(each and fact in self.protocol.facts_below(each) for each in conditions)

    def find(self, node: int, shows: Shows) -> Found:
        """A small incident for which the node holds, as the protocol itself evaluates it."""
        found = find(self.prover, node, lambda results: shows(Replay(self.lens, results[0])))
        return replace(found, witness=self.told(found.witness)) if found.witness else found

    def replayed(self, witness: Witness) -> Replay:
        """How all that is asked came out for a witness."""
        [result] = witness.results
        asked = self.lens.protocol.evaluate(witness.facts, as_of=result.as_of)
        return Replay(self.lens, asked.exact())

    def told(self, witness: Witness) -> Witness:
        """A witness as the protocol itself evaluates it, its facts in the order in which they are asked."""
        facts = {name: witness.facts[name] for name in self.protocol.facts if name in witness.facts}
        result = self.protocol.evaluate(facts, as_of=witness.results[0].as_of)
        return Witness(facts, (result.exact(),))


def inquire(protocol: Protocol, budget: Budget, as_of: str | None = None) -> Inquiry:
    """The inquiry into a protocol. Raises IncidentError where `as_of` cannot be read.

    >>> from rapid_response import load_protocol
    >>> inquiry = inquire(load_protocol("protocol_rules/ccsj"), Budget(None))
    >>> inquiry.possible(inquiry.said.rules["far_away_and_quiet_here"], lambda result: True)
    True
    """
    now = encode_as_of(protocol, as_of) if as_of else None
    space = space_of(_asked(protocol), now, list(_conditions(protocol)))
    prover = Prover(space, budget)
    prover.prepare(space.said[0].all())
    return Inquiry(protocol, space, prover)


# What else is asked


def broken(stated: Property) -> str:
    """The name of the response that is active where a property is broken."""
    return f"{stated.kind}: {stated.name}"


def met(stated: Property) -> str:
    """The name of the response that is active where the `when` of a property holds."""
    return f"{stated.kind}, met: {stated.name}"


def at_some_tier(service: Response) -> str:
    """The name of the response that is active where some tier would make a service so."""
    return f"{service.name} at some tier"


def services(protocol: Protocol) -> Iterator[Response]:
    """The services for people whose conditions speak of the tier."""
    for response in protocol.responses.values():
        parts = parts_of(gate_condition(response))
        if response.serves == "people" and any(isinstance(part, TierValue | Unsettled) for part in parts):
            yield response


def _asked(protocol: Protocol) -> Protocol:
    """The protocol with more responses for each property, and for each service that speaks of the tier."""
    more = {met(stated): with_responses_spelt_out(stated.when, protocol) for stated in protocol.properties}
    more |= {broken(stated): _breaking(stated, protocol) for stated in protocol.properties}
    more |= {at_some_tier(service): _some_tier(service, protocol) for service in services(protocol)}
    responses = {name: Response(name=name, when=when) for name, when in more.items()}
    asked = replace(protocol, responses={**protocol.responses, **responses})
    return replace(asked, fingerprint=f"{protocol.fingerprint}, as asked") if more else protocol


def _breaking(stated: Property, protocol: Protocol) -> Condition:
    return with_responses_spelt_out(AllOf((stated.when, Not(stated.then))), protocol)


def _some_tier(service: Response, protocol: Protocol) -> Condition:
    return AnyOf(tuple(at_tier(gate_condition(service), tier.level) for tier in protocol.tiers))


def _conditions(protocol: Protocol) -> Iterator[Condition]:
    """The conditions within gates and measures that are asked about on their own."""
    for gate in protocol.gates():
        if gate.unless is not None:
            yield AllOf((gate.when, gate.unless))
    for measure in protocol.measures.values():
        if isinstance(measure.value, Cases):
            yield from (condition for condition, _ in measure.value.branches)
