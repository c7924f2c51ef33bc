"""Scope entries, rules and responses: under which conditions they apply, and what then follows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

from rapid_response.protocol import fields, model, schema
from rapid_response.protocol.blocks import ConditionReader
from rapid_response.protocol.declaring import Declarations
from rapid_response.protocol.expressions import Value
from rapid_response.protocol.faults import Faulty
from rapid_response.protocol.grammar import parse
from rapid_response.protocol.namespace import Namespace
from rapid_response.protocol.noting import Notes, Path
from rapid_response.protocol.problems import did_you_mean, one_of
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.resolving import Word
from rapid_response.protocol.sentences import Reader

LONGEST_DUE = 100_000


@dataclass(frozen=True, slots=True)
class GateReader:
    """Reads scope entries, rules and responses, whose sentences may use `names`."""

    declared: Declarations
    names: Namespace
    notes: Notes

    def gate(self, name: str, part: schema.Gate, path: Path) -> dict[str, Any]:
        """What all of them share, by the names of `model.Gate`."""
        when, unless = ConditionReader(self.names, self.notes).gate(part.when, part.unless, path)
        return {
            "name": name,
            "title": part.title,
            "means": part.means,
            "span": self.notes.span(path),
            "when": when,
            "unless": unless,
            "because": part.because,
            "source": part.source.text if part.source else None,
        }

    def scope_rule(self, name: str, part: schema.ScopeRule, path: Path) -> model.ScopeRule:
        return model.ScopeRule(**self.gate(name, part, path))

    # Rules

    def rule(self, name: str, part: schema.Rule, path: Path) -> model.Rule:
        target = cast(Scalar, part.raise_to or part.limit_to)
        tier = self.attempt_tier(target)
        gate = self.gate(name, part, path)
        if tier is None:
            raise Faulty
        return model.Rule(**gate, effect="raise_to" if part.raise_to else "limit_to", tier=tier)

    def attempt_tier(self, target: Scalar) -> Value | None:
        kind = self.declared.kinds["tiers"].type
        named = target.text in (*self.names.known(), *self.declared.faulty)
        if not named and target.text not in kind.options and re.fullmatch(fields.NAME, target.text):
            message = f"unknown tier `{target.text}`"
            remedy = did_you_mean(target.text, [*kind.options, *self.names.known()], f"write {one_of(kind.options)}")
            self.notes.note("RR301", message, target.span, remedy)
            return None
        tree = parse(target, "condition", self.notes.problems)
        if tree is None:
            return None
        try:
            operand = Reader(target, self.names, self.notes.problems).operand(tree)
            if isinstance(operand, Word) or (isinstance(operand, Value) and operand.type.alike(kind)):
                return Reader(target, self.names, self.notes.problems).value(tree, kind)
        except Faulty:
            return None
        remedy = "give the fact or measure `kind: tiers`" if named else f"write {one_of(kind.options)}"
        self.notes.note("RR305", f"`{target.text}` is not a tier", target.span, remedy)
        return None

    # Responses

    def response(self, name: str, part: schema.Response, path: Path) -> model.Response:
        serves = self.notes.word_of(part.serves, ("people", "public"), None)
        due = self.due(part.due) if part.due else None
        self.check_owner(part.owner)
        gate = self.gate(name, part, path)
        owner = part.owner.text if part.owner else None
        hours = part.effort.hours if part.effort else None
        return model.Response(**gate, serves=cast(Any, serves), owner=owner, due=due, hours=hours)

    def check_owner(self, owner: Scalar | None) -> None:
        roles = self.declared.file.roles
        if owner is not None and owner.text not in roles and owner.text not in self.declared.faulty:
            remedy = did_you_mean(owner.text, roles, "declare it under `roles`")
            self.notes.note("RR301", f"unknown role `{owner.text}`", owner.span, remedy)

    def due(self, scalar: Scalar) -> model.Due | None:
        tree = parse(scalar, "due", self.notes.problems)
        if tree is None:
            return None
        amount, unit, after = (str(child) for child in tree.children)
        if not amount.isdecimal() or int(amount) > LONGEST_DUE:
            message, remedy = f"`{amount}` is not a whole number up to {LONGEST_DUE:,}", "use another unit"
            self.notes.note("RR203", message, scalar.at(0, len(amount)), remedy)
            return None
        if after not in ("now", "active"):
            self.declared.check_moment(after, scalar)
        return model.Due(amount=int(amount), unit=unit.removesuffix("s"), after=after)
