"""Results, protocols and other documents as pages: one file each, nothing in them from elsewhere."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Protocol
from rapid_response.proving.comparison import Comparison
from rapid_response.proving.findings import Check
from rapid_response.reports import catalogue
from rapid_response.reports.check_document import check_document
from rapid_response.reports.comparison_document import comparison_document
from rapid_response.reports.document import Document
from rapid_response.reports.protocol_document import protocol_document
from rapid_response.reports.result_document import result_document

if TYPE_CHECKING:
    from jinja2 import Template


def result_page(result: Recommendation, language: str = DEFAULT_LANGUAGE, *, private: bool = False) -> str:
    """A result as one HTML page, with the conditions of every rule to unfold; needs the extra `reports`.

    >>> from rapid_response import load_protocol
    >>> result = load_protocol("protocol_rules/ccsj").evaluate({"id": "A-1"}, as_of="2026-02-01T09:00")
    >>> "<h1>Keep watch" in result_page(result)
    True
    """
    return document_page(result_document(result, language, private))


def protocol_page(protocol: Protocol, language: str = DEFAULT_LANGUAGE) -> str:
    """A protocol as one HTML page; needs the extra `reports`."""
    return document_page(protocol_document(protocol, language))


def check_page(check: Check, language: str = DEFAULT_LANGUAGE) -> str:
    """A check as one HTML page; needs the extra `reports`."""
    return document_page(check_document(check, language))


def comparison_page(comparison: Comparison, language: str = DEFAULT_LANGUAGE, *, private: bool = False) -> str:
    """A comparison of two versions as one HTML page; needs the extra `reports`."""
    return document_page(comparison_document(comparison, language, private))


def document_page(document: Document) -> str:
    """A document as one HTML page; needs the extra `reports`."""
    return _template().render(document=document, say=catalogue)


@cache
def _template() -> Template:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError("pages need jinja2: install rapid-response[reports]", name="jinja2") from missing
    environment = Environment(
        loader=PackageLoader("rapid_response.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kind"] = lambda block: type(block).__name__
    return environment.get_template("page.html")
