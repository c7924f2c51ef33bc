"""Types in words, and remedies for those that do not go together."""

from __future__ import annotations

from rapid_response.protocol.expressions import Type
from rapid_response.protocol.problems import one_of


def unlike_help(kinds: tuple[Type, Type]) -> str | None:
    """What to do about two types that are compared or combined and cannot be."""
    names = {kind.name for kind in kinds}
    if names == {"moment", "date"}:
        return "a moment has a time of day: write it like 2026-01-01T00:00"
    if names == {"moment", "duration"}:
        return "write it like now - occurred_at <= 72 hours"
    if names in ({"scale"}, {"choice"}):
        return "the two have different kinds: give them one under `kinds`"
    if names == {"duration", "number"}:
        return "say the unit, like 72 hours"
    if "number" in names and names & {"moment", "date"}:
        return "write dates like 2026-01-31, and moments like 2026-01-31T09:00"
    options = next((kind.options for kind in kinds if kind.name in ("scale", "choice")), ())
    return f"compare it with {one_of(options)}" if options else None


def sort_of(kind: Type) -> str:
    """What sort of thing a value is, without the name of its kind."""
    sorts = {"scale": "a scale", "choice": "a choice", "choices": "a fact of several choices"}
    return sorts.get(kind.name) or described(kind)


def use_of(name: str, kind: Type) -> str:
    """How a value becomes a condition."""
    examples = {
        "number": f"{name} > 0",
        "moment": f"now - {name} <= 72 hours",
        "date": f"{name} >= 2026-01-31",
        "text": f'{name} == "…"',
        "duration": f"{name} <= 72 hours",
    }
    if kind.name == "choices":
        return f"write it like {name} includes {kind.options[0]}"
    return f"compare it, like {examples.get(kind.name) or f'{name} == {kind.options[-1]}'}"


def as_number(words: str, kind: Type) -> str | None:
    """How to count with something that is no number."""
    hints = {
        "yes_no": f"count({words}) is 1 where it holds, else 0",
        "choices": f"count({words}) is how many were chosen",
        "scale": f"step({words}, 1) is one step higher; numbers for steps are a measure with `values`",
        "choice": "numbers for options are a measure with `values`",
    }
    return hints.get(kind.name)


def described(kind: Type) -> str:
    """A type as problems speak of it."""
    names = {"yes_no": "yes or no", "number": "a number", "moment": "a moment", "date": "a date", "text": "text"}
    if kind.name == "duration":
        return "a length of time"
    return names.get(kind.name) or f"the {kind.name} `{kind.kind}`"
