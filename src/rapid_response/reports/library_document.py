"""The versions of a protocol as a document: when each is in force, and what is wrong with their days."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rapid_response.protocol.model import Protocol
from rapid_response.protocol.problems import Span
from rapid_response.record.library import ProtocolLibrary
from rapid_response.record.windows import VersionFinding
from rapid_response.reports import audit_words as told
from rapid_response.reports import catalogue as say
from rapid_response.reports.document import Document, Entry, Line, Paragraph, Section, Table, between, line, place
from rapid_response.reports.vocabulary import SHORT_FINGERPRINT, capital, clean
from rapid_response.reports.words import Wording


def library_document(library: ProtocolLibrary, language: str) -> Document:
    """The document of a library of versions."""
    titles = dict.fromkeys(Wording(version, language).protocol_title() for version in library.versions)
    found = tuple(_finding(finding, language) for finding in library.findings)
    counted = told.FINDINGS[len(found) != 1](language, len(found))
    return Document(
        language=language,
        over=told.VERSIONS_OF(language),
        title=say.SEMICOLON(language).join(titles),
        tag=None,
        lead=(_table(library, language),),
        sections=(Section(counted, found),) if found else (),
        foot=() if found else (line(told.NO_FINDINGS(language), "quiet"),),
    )


def _table(library: ProtocolLibrary, language: str) -> Table:
    heading = (told.UNDER, told.VERSION, say.IN_FORCE, told.FINGERPRINT)
    return Table(
        tuple(line(title(language)) for title in heading),
        tuple(_row(version, language) for version in library.versions),
    )


def _row(version: Protocol, language: str) -> tuple[Line, ...]:
    short = version.fingerprint.removeprefix("sha256:")[:SHORT_FINGERPRINT]
    window = Wording(version, language).in_force() or told.ALWAYS(language)
    return line(version.name, "code"), line(clean(version.version), "strong"), line(window), line(short, "code")


def _finding(finding: VersionFinding, language: str) -> Entry:
    problem = finding.problem(language)
    return Entry(line(capital(problem.message.replace("`", "")), "strong"), tuple(_details(finding, language)))


def _details(finding: VersionFinding, language: str) -> Iterator[Paragraph]:
    remedy = finding.problem(language).help
    if remedy:
        yield Paragraph(line(capital(remedy.replace("`", ""))))
    places = [line(_place(version.in_force.span), "code") for version in finding.versions if version.in_force.span]
    yield Paragraph(between([line(finding.id, "code"), *places], say.DOT), small=True)


def _place(days: Span) -> str:
    """Where a version says its days, with its folder: versions often lie in files of the same name."""
    return clean(f"{Path(days.source.name).parent.name}/{place(days)}".lstrip("/"))
