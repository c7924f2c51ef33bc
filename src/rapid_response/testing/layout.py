"""A generated protocol as a document, and its YAML.

A document is made of mappings, lists and scalars; a scalar is its YAML source, quoted where it must be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Document: TypeAlias = "str | Sequence[Document] | Mapping[str, Document]"

_PLAIN = re.compile(r"[A-Za-z0-9(][A-Za-z0-9_ .+*/<>=!()-]*")
_SIMPLE = re.compile(r"-?[A-Za-z0-9_.]+")


def scalar(text: str) -> str:
    """A text as a YAML scalar: as it is where that is safe, else in single quotes.

    >>> print(scalar("harm >= injured"), scalar("setting in [school, home]"))
    harm >= injured 'setting in [school, home]'
    """
    plain = _PLAIN.fullmatch(text) and text != "null" and not text.endswith(" ")
    return text if plain else quoted(text)


def quoted(text: str) -> str:
    """A text in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def to_yaml(document: Mapping[str, Document]) -> str:
    """The YAML of a document in block style; short lists of scalars stand in brackets.

    >>> print(to_yaml({"when": {"any": ["a", {"all": ["b", "c >= 1"]}]}, "options": ["low", "high"]}), end="")
    when:
      any:
        - a
        - all:
            - b
            - c >= 1
    options: [low, high]
    """
    return "".join(line + "\n" for line in _mapping(document))


def _mapping(mapping: Mapping[str, Document]) -> list[str]:
    lines: list[str] = []
    for key, value in mapping.items():
        block = _block(value)
        lines += [f"{key}: {block}"] if isinstance(block, str) else [f"{key}:", *(f"  {line}" for line in block)]
    return lines


def _sequence(items: Sequence[Document]) -> list[str]:
    lines: list[str] = []
    for item in items:
        block = _block(item)
        first, *rest = [block] if isinstance(block, str) else block
        lines += [f"- {first}", *(f"  {line}" for line in rest)]
    return lines


def _block(document: Document) -> str | list[str]:
    """One line, or the lines of a block."""
    if isinstance(document, str):
        return document
    if isinstance(document, Mapping):
        return _mapping(document) or "{}"
    if all(isinstance(item, str) and (_SIMPLE.fullmatch(item) or item[0] in "'\"") for item in document):
        return f"[{', '.join(str(item) for item in document)}]"
    return _sequence(document)
