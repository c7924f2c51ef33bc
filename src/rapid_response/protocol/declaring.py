"""What a protocol declares: its tiers, the kinds, and the facts that are asked about an incident."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from rapid_response.protocol import model, schema
from rapid_response.protocol.bounds import MOST_PLACES
from rapid_response.protocol.expressions import Type
from rapid_response.protocol.faults import Faulty
from rapid_response.protocol.noting import Notes, Path
from rapid_response.protocol.problems import did_you_mean, one_of
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.values import UNBOUNDED, Encoded, Unfit, encode, from_yaml, places_of, scaled

MOST_TIERS = 64


@dataclass
class Declarations:
    """The tiers, kinds and facts of a file, as far as they are without fault."""

    file: schema.ProtocolFile
    notes: Notes
    faulty: frozenset[str]
    tiers: tuple[model.Tier, ...] = ()
    kinds: dict[str, model.Kind] = field(default_factory=dict)
    facts: dict[str, model.Fact] = field(default_factory=dict)

    def read(self) -> None:
        """Read the tiers, then the kinds, then the facts, which may be of these kinds."""
        self.tiers = self.read_tiers()
        self.kinds = self.notes.section("kinds", self.file.kinds, self.kind) | self.kinds
        self.facts |= self.notes.section("facts", self.file.facts, self.read_fact)

    def read_tiers(self) -> tuple[model.Tier, ...]:
        if len(self.file.tiers) > MOST_TIERS:
            self.notes.note("RR104", f"more than {MOST_TIERS} tiers", ("tiers",))
        tiers = tuple(
            model.Tier(
                name=name,
                title=tier.title,
                means=tier.means,
                span=self.notes.span(("tiers", name)),
                level=level,
                hours=tier.effort.hours if tier.effort else None,
            )
            for level, (name, tier) in enumerate(self.file.tiers.items())
        )
        names = tuple(self.file.tiers)
        options = tuple(model.Option(name=tier.name, title=tier.title, span=tier.span) for tier in tiers)
        kind = Type("scale", kind="tiers", options=names, low=0, high=len(names) - 1)
        self.kinds["tiers"] = model.Kind(name="tiers", type=kind, options=options)
        return tiers

    def kind(self, name: str, kind: schema.Kind, path: Path) -> model.Kind:
        value_type, options = self.typed(name, kind, path)
        return model.Kind(
            name=name,
            title=kind.title,
            means=kind.means,
            span=self.notes.span(path),
            type=value_type,
            options=options,
            unit=kind.unit,
        )

    def read_fact(self, name: str, fact: schema.Fact, path: Path) -> model.Fact:
        unit = fact.unit
        if fact.kind is not None:
            kind = self.kind_named(fact.kind)
            self.refuse_beside_kind(fact, path)
            value_type, options, unit = kind.type, kind.options, unit or kind.unit
        else:
            value_type, options = self.typed(name, fact, path)
        return model.Fact(
            name=name,
            title=fact.title,
            means=fact.means,
            span=self.notes.span(path),
            type=value_type,
            options=options,
            ask=fact.ask,
            unit=unit,
            private=fact.private,
            more_is=self.more_is(fact.more_is, value_type),
            assumed=self.given(value_type, fact.until_known, (*path, "until_known")),
            blank=self.given(value_type, fact.blank_means, (*path, "blank_means")),
        )

    def more_is(self, scalar: Scalar | None, value_type: Type) -> Any:
        if scalar is not None and value_type.name not in ("yes_no", "scale", "number"):
            message = f"`more_is` does not go with the type {value_type.name}"
            self.notes.note("RR205", message, scalar.span, "remove it: there is no more or less of it")
            raise Faulty
        return self.notes.word_of(scalar, ("higher", "lower"), None)

    def kind_named(self, scalar: Scalar) -> model.Kind:
        if scalar.text in self.kinds:
            return self.kinds[scalar.text]
        if scalar.text not in self.file.kinds and scalar.text not in self.faulty:
            message = f"unknown kind `{scalar.text}`"
            listed = f"declare it under `kinds`, or write {one_of(self.kinds)}"
            remedy = did_you_mean(scalar.text, self.kinds, listed)
            self.notes.note("RR301", message, scalar.span, remedy)
        raise Faulty

    def refuse_beside_kind(self, fact: schema.Fact, path: Path) -> None:
        for key in ("type", "options", "min", "max", "decimals"):
            if getattr(fact, key) is not None:
                self.notes.note(
                    "RR205", f"`kind` and `{key}` exclude each other", (*path, key), "the kind says it already"
                )
                raise Faulty

    def typed(self, name: str, part: schema.Typed, path: Path) -> tuple[Type, tuple[model.Option, ...]]:
        if part.type is None:
            keys = "`type` or `kind`" if isinstance(part, schema.Fact) else "`type`"
            self.notes.note("RR202", f"`{name}` needs {keys}", path, f"types are {one_of(schema.TYPES)}")
            raise Faulty
        type_name = self.notes.word_of(part.type, schema.TYPES, "")
        if not type_name:
            raise Faulty
        chosen = type_name in ("scale", "choice", "choices")
        self.refuse_keys(part, path, type_name, ("options",) if not chosen else ())
        self.refuse_keys(part, path, type_name, ("min", "max", "decimals") if type_name != "number" else ())
        if chosen:
            return self.optioned(name, type_name, part, path)
        return (self.number_type(part, path) if type_name == "number" else Type(cast(Any, type_name))), ()

    def refuse_keys(self, part: schema.Typed, path: Path, type_name: str, keys: Iterable[str]) -> None:
        for key in keys:
            if getattr(part, key) is not None:
                self.notes.note("RR205", f"`{key}` does not go with the type {type_name}", (*path, key), "remove it")
                raise Faulty

    def optioned(
        self, name: str, type_name: str, part: schema.Typed, path: Path
    ) -> tuple[Type, tuple[model.Option, ...]]:
        if part.options is None:
            self.notes.note("RR202", f"`{name}` needs `options`", path, "write them as options: [first, second]")
            raise Faulty
        names = tuple(part.options)
        span = self.notes.span((*path, "options"))
        options = tuple(model.Option(name=option, title=title, span=span) for option, title in part.options.items())
        high = len(names) - 1 if type_name != "choices" else 2 ** len(names) - 1
        return Type(cast(Any, type_name), kind=name, options=names, low=0, high=high), options

    def number_type(self, part: schema.Typed, path: Path) -> Type:
        places = part.decimals or 0
        if not 0 <= places <= MOST_PLACES:
            remedy = f"write a number from 0 to {MOST_PLACES}"
            self.notes.note("RR403", f"numbers have at most {MOST_PLACES} decimals", (*path, "decimals"), remedy)
            raise Faulty
        for key, bound in (("min", part.min), ("max", part.max)):
            if bound is not None and places_of(bound) > places:
                remedy = f"add `decimals: {places_of(bound)}`, or round it"
                self.notes.note("RR403", f"`{key}` has more decimals than the number", (*path, key), remedy)
                raise Faulty
        low = scaled(part.min, places) if part.min is not None else -UNBOUNDED * 10**places
        high = scaled(part.max, places) if part.max is not None else UNBOUNDED * 10**places
        if low > high:
            self.notes.note("RR407", "`min` is greater than `max`", (*path, "min"), "swap the two")
            raise Faulty
        for key, end in (("min", low), ("max", high)):
            if abs(end) > UNBOUNDED * 10**MOST_PLACES:
                most = UNBOUNDED * 10 ** (MOST_PLACES - places)
                self.notes.note("RR402", f"`{key}` is too large", (*path, key), f"keep it within {most:,}")
                raise Faulty
        return Type("number", places=places, low=low, high=high)

    def given(self, value_type: Type, scalar: Scalar | list[Scalar] | None, path: Path) -> Encoded | None:
        """A value written for `until_known` or `blank_means`, encoded."""
        node = self.notes.place.node(path)
        if scalar is None or node is None:
            return None
        try:
            return encode(value_type, from_yaml(value_type, node), self.file.time_zone)
        except Unfit as unfit:
            self.notes.note("RR203", unfit.message, node.span, unfit.help)
            raise Faulty from None

    def check_moment(self, name: str, scalar: Scalar) -> None:
        """Note a name, within a text that names it, that is not one of a moment fact."""
        moments = [fact.name for fact in self.facts.values() if fact.type.name == "moment"]
        if name not in moments and not (name in self.file.facts and name not in self.facts):
            message = f"`{name}` is not a moment fact" if name in self.facts else f"unknown fact `{name}`"
            start = scalar.text.find(name)
            span = scalar.at(start, start + len(name))
            remedy = f"write {one_of(moments)}" if moments else "declare a fact of the type `moment`"
            self.notes.note("RR301", message, span, did_you_mean(name, moments, remedy))
