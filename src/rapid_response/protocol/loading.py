"""Loading a protocol: a folder, a file or a text in, a checked `Protocol` out."""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rapid_response.errors import ProtocolError
from rapid_response.protocol.checking import Checker, Place
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Problem, Source, did_you_mean
from rapid_response.protocol.reading import Mapping, Node, Scalar, Sequence, read_source, read_yaml
from rapid_response.protocol.schema import ProtocolFile, plain

LANGUAGE_VERSION = 1
SCENARIOS = ".scenarios.yaml"

_SECTIONS = ("roles", "kinds", "facts", "criteria", "measures", "out_of_scope", "rules", "responses")
_IN_ORDER = ("tiers", "options")


def load_protocol(path: str | PathLike[str]) -> Protocol:
    """The protocol in a folder (all its `*.yaml` but the scenarios) or in one file.

    Raises ProtocolError, which lists every problem with file, line and column.

    >>> load_protocol("protocol_rules/ccsj").name
    'ccsj-rapid-response'
    """
    problems: list[Problem] = []
    sources = [source for file in _files(Path(path), problems) if (source := read_source(file, str(file), problems))]
    return _protocol(sources, problems)


def protocol_from_text(text: str, name: str = "protocol.yaml") -> Protocol:
    """The protocol in a text; `name` stands for the file in problems. Raises ProtocolError.

    >>> protocol_from_text("protocol: small\\ntiers: {low: {}, high: {}}").tiers[1].name
    'high'
    """
    return protocol_from_sources([Source(name, text)])


def protocol_from_sources(sources: Iterable[Source]) -> Protocol:
    """The protocol whose files are these sources, as a record keeps them. Raises ProtocolError.

    >>> protocol = load_protocol("protocol_rules/ccsj")
    >>> protocol_from_sources(protocol.sources).fingerprint == protocol.fingerprint
    True
    """
    return _protocol(list(sources), [])


def _files(path: Path, problems: list[Problem]) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.glob("*.yaml") if not file.name.endswith(SCENARIOS))
    if not files:
        problems.append(Problem("RR101", f"`{path}` holds no protocol files", help="they end in .yaml"))
    return files


def _protocol(sources: list[Source], problems: list[Problem]) -> Protocol:
    roots = [root for source in sources if (root := _root(source, problems))]
    if problems or not roots:
        raise ProtocolError(problems)
    root = _merged(roots, problems)
    place = Place(root)
    try:
        file = ProtocolFile.model_validate(plain(root))
    except ValidationError as error:
        raise ProtocolError([*problems, *(_structure_problem(detail, place) for detail in error.errors())]) from None
    protocol = Checker(file, place, problems).protocol(_fingerprint(root), tuple(sources))
    if protocol is None:
        raise ProtocolError(problems)
    return protocol


def _root(source: Source, problems: list[Problem]) -> Mapping | None:
    before = len(problems)
    root = read_yaml(source, problems)
    if isinstance(root, Mapping):
        return root
    if len(problems) == before:
        span = root.span if root else None
        what = f"`{source.name}` is empty" if root is None else f"`{source.name}` is not a mapping of sections"
        problems.append(Problem("RR109", what, span, "begin with `protocol:` and the protocol's name"))
    return None


def _merged(roots: list[Mapping], problems: list[Problem]) -> Mapping:
    """The files of a folder as one document; the same name in two files is a problem that shows both."""
    sections: dict[str, tuple[Scalar, Node]] = {}
    for key, value in (entry for root in roots for entry in root.entries):
        if key.text not in sections:
            sections[key.text] = (key, value)
            continue
        first_key, first = sections[key.text]
        if key.text in _SECTIONS and isinstance(first, Mapping) and isinstance(value, Mapping):
            sections[key.text] = (first_key, _joined(first, value, problems))
        else:
            remedy = "tiers are in order: keep them in one file" if key.text == "tiers" else "keep one of the two"
            problems.append(
                Problem(
                    "RR302", f"`{key.text}` stands in two files", key.span, remedy, ((first_key.span, "first here"),)
                )
            )
    return Mapping(tuple(sections.values()), span=roots[0].span)


def _joined(first: Mapping, second: Mapping, problems: list[Problem]) -> Mapping:
    known = {key.text: key for key, _ in first.entries}
    for key, _ in second.entries:
        if key.text in known:
            others = ((known[key.text].span, "first here"),)
            problems.append(
                Problem("RR302", f"`{key.text}` stands in two files", key.span, "rename one of the two", others)
            )
    added = tuple(entry for entry in second.entries if entry[0].text not in known)
    return Mapping(first.entries + added, span=first.span)


def _fingerprint(root: Mapping) -> str:
    content = json.dumps([LANGUAGE_VERSION, _canonical(root, "")], ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(content.encode("utf-8")).hexdigest()


def _canonical(node: Node, key: str) -> Any:
    """Content without comments, layout or the order of keys, except where order means something."""
    match node:
        case Mapping(entries=entries):
            pairs = [[name.text, _canonical(value, name.text)] for name, value in entries]
            return pairs if key in _IN_ORDER else {"": sorted(pairs, key=lambda pair: pair[0])}
        case Sequence(items=items):
            return [_canonical(item, "") for item in items]
        case _:
            return node.text.replace("\n", " ").strip()


# Faults of shape, from pydantic's words into ours


def _structure_problem(detail: ErrorDetails, place: Place) -> Problem:
    path = tuple(step for step in detail["loc"] if step != "[key]")
    context = detail.get("ctx", {})
    name = str(path[-1]) if path else ""
    match detail["type"]:
        case "problem":
            span = _value_span(place, path) if context["id"] in ("RR203",) else place.span(path)
            return Problem(context["id"], context["message"], span, context["help"])
        case "missing":
            owner = f"`{path[-2]}`" if len(path) > 1 else "a protocol"
            return Problem("RR202", f"{owner} needs `{name}`", place.span(path[:-1]), f"add `{name}:`")
        case "extra_forbidden":
            return _unknown_key(path, place)
        case "too_short":
            return Problem("RR203", f"`{name}` is empty", place.span(path), "add at least one")
        case "list_type":
            return Problem("RR203", f"`{name}` is a list", _value_span(place, path), "begin each entry with `- `")
        case _:
            return Problem(
                "RR203", "a mapping of names was expected here", _value_span(place, path), "write `key: value` lines"
            )


def _value_span(place: Place, path: tuple[str | int, ...]) -> Any:
    node = place.node(path)
    return node.span if isinstance(node, Scalar) and node.text else place.span(path)


def _unknown_key(path: tuple[str | int, ...], place: Place) -> Problem:
    name = str(path[-1])
    span = place.span(path)
    if path == ("patterns",):
        return Problem("RR206", "`patterns` needs history, which is not available yet", span, "remove the section")
    if path == ("scenarios",):
        return Problem(
            "RR201",
            "`scenarios` is not a section of a protocol",
            span,
            f"put them into a file named like rules{SCENARIOS}",
        )
    known = _keys_at(path[:-1])
    where = f" of `{path[-2]}`" if len(path) > 1 else ""
    remedy = did_you_mean(name, known, f"known keys: {', '.join(sorted(known))}")
    return Problem("RR201", f"`{name[:60]}` is not a known key{where}", span, remedy)


def _keys_at(path: tuple[str | int, ...]) -> list[str]:
    """The keys that the model at a path knows."""
    part: type[BaseModel] = ProtocolFile
    for step in path:
        fields = {field.alias or name: field for name, field in part.model_fields.items()}
        if step in fields and (inner := _model_in(fields[str(step)].annotation)):
            part = inner
    return [field.alias or name for name, field in part.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)
