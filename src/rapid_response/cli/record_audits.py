"""The commands of `record` that hold the log against itself, against a checkpoint or a protocol, and hand it on."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from rapid_response.cli import FINDINGS, USAGE
from rapid_response.cli.options import Lang, Language, Output, OutputFormat, ProtocolPath
from rapid_response.cli.record_options import KEYS, Db, opened_log, print_document_as, told_by_exit_code
from rapid_response.protocol.loading import load_protocol


class Exported(StrEnum):
    """How a log is written out."""

    csv = "csv"
    jsonl = "jsonl"


def _no_database(path: Path | None) -> Path | None:
    """A file that may be written over: neither the log nor its keys."""
    if path and path.is_file() and _beginning(path) == b"SQLite format 3":
        raise typer.BadParameter(f"`{path}` is a database, which would be lost; name another file")
    return path


def _beginning(path: Path) -> bytes:
    with suppress(OSError), path.open("rb") as there:
        return there.read(15)
    return b""


Target = Annotated[
    Path | None,
    typer.Option("--output", help="A file to write to; standard output if not given.", callback=_no_database),
]


def replay(
    db: Db,
    under: Annotated[
        Path | None, typer.Option("--under", help="What this protocol would have said.", metavar="PROTOCOL")
    ] = None,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
) -> None:
    """Evaluate every recommendation again under its own protocol, and report any byte that differs."""
    from rapid_response.record import replaying
    from rapid_response.reports import replay_document as documents

    other = load_protocol(under) if under else None
    with opened_log(db) as log:
        checkpoint, watcher = log.checkpoint(), _progress()
        if other:
            compared = replaying.replay_under(log, other, watcher)
            data, document = compared.to_dict(), documents.counterfactual_document(compared, checkpoint, lang)
            fine = not compared.changes
        else:
            found = replaying.replay(log, watcher)
            data, document, fine = found.to_dict(), documents.replay_document(found, checkpoint, lang), found.fine
    if output == Output.json:
        print(json.dumps(data, ensure_ascii=False))
    else:
        print_document_as(document, output)
    if not fine:
        raise typer.Exit(FINDINGS)


def verify(
    db: Db,
    against: Annotated[
        Path | None, typer.Option("--against", help="A file with a checkpoint that was kept elsewhere.")
    ] = None,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
) -> None:
    """Compare every stored byte with the chain, the protocols, the private parts, and with a checkpoint."""
    from rapid_response.record import Checkpoint
    from rapid_response.reports.replay_document import verification_document

    with opened_log(db) as log:
        kept = Checkpoint.from_text(_read(against)) if against else None
        found = log.verify(kept)
    if output == Output.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False))
    else:
        print_document_as(verification_document(found, lang), output)
    if not found.fine:
        raise typer.Exit(FINDINGS)


def checkpoint(db: Db, output: Target = None) -> None:
    """Three lines to keep elsewhere: who has them sees later whether anything was changed or taken away."""
    with opened_log(db) as log, _written_to(output) as file:
        print(log.checkpoint(), file=file)


def export(
    db: Db,
    form: Annotated[
        Exported, typer.Option("--format", help="csv for spreadsheets; jsonl loses nothing and can be imported.")
    ] = Exported.csv,
    output: Target = None,
    with_private: Annotated[
        bool, typer.Option("--with-private", help="Write private facts and free text, too.")
    ] = False,
) -> None:
    """Write the whole log out, without private facts unless asked for."""
    from rapid_response.record.exporting import write_csv, write_lines

    write = write_csv if form == Exported.csv else write_lines
    with opened_log(db) as log, _written_to(output, with_private) as file:
        write(log, file, private=with_private)


def import_lines(
    file: Annotated[Path, typer.Argument(help="JSON lines that `record export` wrote.", metavar="FILE")],
    db: Db,
    lang: Lang = Language.english,
) -> None:
    """Make a new log of an export, byte for byte, and verify it."""
    from rapid_response.record.importing import restore
    from rapid_response.reports.replay_document import verification_document

    try:
        with told_by_exit_code(), file.open(encoding="utf-8", newline="\n") as lines:
            found = restore(lines, db, os.environ.get(KEYS))
    except OSError as error:
        print(f"`{file}` cannot be read: {error.strerror}", file=sys.stderr)
        raise typer.Exit(USAGE) from None
    print_document_as(verification_document(found, lang), Output.text)
    if not found.fine:
        raise typer.Exit(FINDINGS)


def versions(
    protocols: ProtocolPath,
    on: Annotated[str | None, typer.Option("--on", help="Only the version in force on this day or moment.")] = None,
    lang: Lang = Language.english,
    output: OutputFormat = Output.text,
) -> None:
    """Every version of a protocol with the days on which it is in force; gaps and overlaps are findings."""
    from rapid_response.record.library import ProtocolLibrary
    from rapid_response.reports.library_document import library_document

    library = ProtocolLibrary(protocols)
    if on is not None:
        version = library.in_force(on)
        print(f"{version.name} {version.version} {version.fingerprint}".replace("  ", " "))
        return
    if output == Output.json:
        print(json.dumps(library.to_dict(), ensure_ascii=False))
    else:
        print_document_as(library_document(library, lang), output)
    if library.findings:
        raise typer.Exit(FINDINGS)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        print(f"`{path}` cannot be read: {error.strerror}", file=sys.stderr)
    except UnicodeDecodeError:
        print(f"`{path}` cannot be read: save it as UTF-8", file=sys.stderr)
    raise typer.Exit(USAGE)


@contextmanager
def _written_to(path: Path | None, private: bool = False) -> Iterator[TextIO]:
    """A file, or standard output, in UTF-8 and without changed line ends; a `private` file is made for its owner."""
    if path is None:
        file = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
        yield file
        file.detach()
        return
    try:
        opener = _for_the_owner if private else None
        with open(path, "w", encoding="utf-8", newline="", opener=opener) as opened:
            yield opened
    except OSError as error:
        print(f"`{path}` cannot be written: {error.strerror}", file=sys.stderr)
        raise typer.Exit(USAGE) from None


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _progress() -> Callable[[int, int], None] | None:
    """Tells on a terminal how far a long replay has come."""
    if not sys.stderr.isatty():
        return None

    def tell(read: int, every: int) -> None:
        print(f"\r{read:,} / {every:,}", end="\n" if read == every else "", file=sys.stderr, flush=True)

    return tell
