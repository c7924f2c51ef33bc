"""Loading a protocol: a folder, a file or a text in, a checked `Protocol` out."""

from __future__ import annotations

import hashlib
import json
import re
import types
from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rapid_response.errors import ProtocolError
from rapid_response.protocol.checking import checked
from rapid_response.protocol.model import Protocol
from rapid_response.protocol.noting import Notes, Place
from rapid_response.protocol.noting import Path as Steps
from rapid_response.protocol.problems import (
    Problem,
    ProblemList,
    Source,
    Span,
    TooManyProblems,
    did_you_mean,
    nearest,
    one_of,
)
from rapid_response.protocol.reading import Mapping, Node, Scalar, Sequence, read_source, read_yaml, unreadable
from rapid_response.protocol.schema import MOST_ROWS, ProtocolFile, plain

LANGUAGE_VERSION = 1
SCENARIOS = ".scenarios.yaml"
MOST_WORDS = 20_000

_SECTIONS = ("roles", "kinds", "facts", "criteria", "measures", "patterns", "out_of_scope", "rules", "responses")
_LISTS = ("always", "never", "allow")
_IN_ORDER = ("tiers", "options")
_LEFT_OUT = ("title", "version", "in_force", "time_zone", "at", "if_unsettled", "unsettled", *_LISTS)
"""What can be left out where it is faulty, so that all else is checked: no other part refers to it by name."""
_PROSE = frozenset(["name", "title", "means", "ask", "because", "unit", "organization", "source"])
_WORD = re.compile(r"\w+|[^\w\s]")


def load_protocol(path: str | PathLike[str]) -> Protocol:
    """The protocol in a folder (all its `*.yaml` but the scenarios) or in one file.

    Raises ProtocolError, which lists every problem with file, line and column.

    >>> load_protocol("protocol_rules/ccsj").name
    'ccsj-rapid-response'
    """
    problems = ProblemList()
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
    return _protocol(list(sources), ProblemList())


def _files(path: Path, problems: list[Problem]) -> list[Path]:
    try:
        if not path.is_dir():
            return [path]
        files = sorted(file for file in path.glob("*.yaml") if not file.name.endswith(SCENARIOS))
    except OSError as error:
        problems.append(unreadable(str(path), error))
        return []
    if not files:
        problems.append(Problem("RR101", f"`{path}` holds no protocol files", help="their names end in .yaml"))
    return files


def _protocol(sources: list[Source], problems: ProblemList) -> Protocol:
    """The protocol of these sources; raises ProtocolError with all problems, or the first very many."""
    try:
        protocol = None if problems else _checked(sources, problems)
    except TooManyProblems:
        protocol = None
    if protocol is None:
        raise ProtocolError(problems)
    return protocol


def _checked(sources: list[Source], problems: ProblemList) -> Protocol | None:
    if not sources:
        problems.append(Problem("RR109", "there is no file to read", help="begin with `protocol:` and its name"))
    roots = [_root(source, problems) for source in sources]
    found = [root for root in roots if root is not None]
    if not found or len(found) < len(roots):
        return None
    root = _merged(found, problems)
    if _words(root) > MOST_WORDS:
        message = f"the protocol has more than {MOST_WORDS:,} words, not counting those for people"
        problems.append(Problem("RR104", message, help="make several protocols of it"))
        return None
    place = Place(root)
    if (found_shape := shaped(root, place, problems)) is None:
        return None
    file, faulty = found_shape
    return checked(file, Notes(place, problems), faulty, _fingerprint(root), tuple(sources))


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
        elif key.text in _LISTS and isinstance(first, Sequence) and isinstance(value, Sequence):
            sections[key.text] = (first_key, Sequence(first.items + value.items, span=first.span))
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


def _words(node: Node) -> int:
    """How many words and signs there are to be read, apart from prose: what loading takes grows with it."""
    match node:
        case Mapping(entries=entries):
            return sum(1 + _words(value) for key, value in entries if not _is_prose(key, value))
        case Sequence(items=items):
            return sum(map(_words, items))
        case _:
            return len(_WORD.findall(node.text))


def _is_prose(key: Scalar, value: Node) -> bool:
    texts = [text for _, text in value.entries] if isinstance(value, Mapping) else [value]
    return key.text in _PROSE and all(isinstance(text, Scalar) for text in texts)


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


def shaped(root: Mapping, place: Place, problems: list[Problem]) -> tuple[ProtocolFile, frozenset[str]] | None:
    """The shape of the document; faulty parts are left out and named, so that all others can be checked as well.

    None where the fault lies in a section itself, since then nobody knows which names it was to hold.
    """
    content = plain(root)
    try:
        return ProtocolFile.model_validate(content), frozenset()
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    for problem in _structure_problems(details, place):
        problems.append(problem)
    faulty = {detail["loc"][:2] if detail["loc"][0] in _SECTIONS else detail["loc"][:1] for detail in details}
    if not all(len(path) == 2 or path[0] in _LEFT_OUT for path in faulty):
        return None
    for section, *name in faulty:
        del (content[section] if name else content)[name[0] if name else section]
    file = ProtocolFile.model_validate(content)
    zone = "UTC" if ("time_zone",) in faulty else file.time_zone  # times are not to blame for it
    return file.model_copy(update={"time_zone": zone}), frozenset(str(path[-1]) for path in faulty)


def _structure_problems(details: Iterable[ErrorDetails], place: Place) -> Iterator[Problem]:
    unknown = [_path(detail) for detail in details if detail["type"] == "extra_forbidden"]
    misspelt = {(*path[:-1], nearest(str(path[-1]), _keys_at(path[:-1]))) for path in unknown}
    for detail in details:
        if detail["type"] != "missing" or _path(detail) not in misspelt:
            yield _structure_problem(detail, place)


def _path(detail: ErrorDetails) -> Steps:
    """Where in the document a fault lies; pydantic adds a step of its own where a key is not a name."""
    path = detail["loc"]
    return path[:-1] if detail["type"] == "problem" and path[-1] == "[key]" else path


def _structure_problem(detail: ErrorDetails, place: Place) -> Problem:
    path = _path(detail)
    context = detail.get("ctx", {})
    name = str(path[-1]) if path else ""
    match detail["type"]:
        case "problem":
            span = _value_span(place, path) if context["id"] == "RR203" else place.span(path)
            return Problem(context["id"], context["message"], context.get("at") or span, context["help"])
        case "missing" if len(path) == 1:
            remedy = {"protocol": "its name", "tiers": "the levels of response, least first"}[name]
            return Problem("RR202", f"there is no `{name}`", place.span(()), f"add `{name}:` and {remedy}")
        case "missing":
            return Problem("RR202", f"{_owner(path)} needs `{name}`", place.span(path[:-1]), f"add `{name}:`")
        case "extra_forbidden":
            return _unknown_key(path, place)
        case "too_short":
            return Problem("RR203", f"`{name}` is empty", place.span(path), "add at least one")
        case "too_long":
            remedy = "split it into several measures"
            return Problem("RR104", f"`{name}` has more than {MOST_ROWS:,} entries", place.span(path), remedy)
        case _:
            return _wrong_form(path, place, wanted_list=detail["type"] == "list_type")


def _wrong_form(path: Steps, place: Place, wanted_list: bool) -> Problem:
    """A list, a mapping or text where another of them belongs."""
    node, where = place.node(path), _owner((*path, ""))
    if isinstance(node, Scalar) and node.is_null:
        remedy = "indent what belongs to it by two spaces, or write `{}` if nothing does"
        return Problem("RR203", f"{where} has nothing below it", place.span(path), remedy)
    form = "text" if isinstance(node, Scalar) else "a list" if isinstance(node, Sequence) else "`name: value` lines"
    wanted, remedy = "`name: value` lines", "write each name with a colon behind it, and no dash before it"
    if wanted_list:
        wanted, remedy = "a list", "begin each entry with `- `, on a line of its own"
    elif isinstance(node, Scalar):
        remedy = _lines_remedy(path, node)
    message = f"{where} is followed by {form}, but {wanted} {'was' if wanted_list else 'were'} expected"
    return Problem("RR203", message, _value_span(place, path), remedy)


def _lines_remedy(path: Steps, node: Scalar) -> str:
    if re.search(r"\w:\w", node.text):
        return "put a space after the colon"
    if path[-1] in _keys_at(path):
        return "indent the line further, below the name that it belongs to"
    return "write them on lines of their own, indented by two spaces"


def _owner(path: Steps) -> str:
    """The part that the end of a path belongs to: `harm`, or an entry of `rows`."""
    names = [step for step in path[:-1] if isinstance(step, str)]
    entry = "an entry of " if len(path) > 1 and isinstance(path[-2], int) else ""
    return f"{entry}`{names[-1]}`" if names else "the protocol"


def _value_span(place: Place, path: Steps) -> Span:
    node = place.node(path)
    return node.span if isinstance(node, Scalar) and node.text else place.span(path)


def _unknown_key(path: Steps, place: Place) -> Problem:
    name, span = str(path[-1]), place.span(path)
    known = _keys_at(path[:-1])
    remedy = did_you_mean(name, known, f"write {one_of(known)}")
    if path == ("scenarios",):
        remedy = f"put them into a file named like rules{SCENARIOS}"
    what = "a section of a protocol" if len(path) == 1 else f"a key of {_owner(path)}"
    return Problem("RR201", f"`{name}` is not {what}", span, remedy)


def _keys_at(path: Steps) -> list[str]:
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
