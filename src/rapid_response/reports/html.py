"""Results, protocols and other documents as pages: one file each, nothing in them from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.protocol.model import DEFAULT_LANGUAGE, Protocol
from rapid_response.proving.comparison import Comparison
from rapid_response.proving.findings import Check
from rapid_response.reports import catalogue
from rapid_response.reports.check_document import check_document
from rapid_response.reports.comparison_document import comparison_document
from rapid_response.reports.document import Block, Document, Figure, Listing, Section
from rapid_response.reports.protocol_document import protocol_document
from rapid_response.reports.result_document import result_document

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

    from rapid_response.history.backtests.result import Backtest
    from rapid_response.reports.figures import Plot


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


def comparison_page(
    comparison: Comparison,
    language: str = DEFAULT_LANGUAGE,
    *,
    private: bool = False,
    history: Backtest | None = None,
) -> str:
    """A comparison of two versions as one HTML page, with a back-test if one is given; needs the extra `reports`."""
    return document_page(comparison_document(comparison, language, private, history))


def backtest_page(backtest: Backtest, language: str = DEFAULT_LANGUAGE) -> str:
    """A back-test as one HTML page with its figures drawn in it; needs the extra `reports`."""
    from rapid_response.reports.backtest_document import backtest_document

    return document_page(backtest_document(backtest, language))


def document_page(document: Document) -> str:
    """A document as one HTML page; needs the extra `reports`.

    A long table gets a search box where scripts run; without them it is all there.
    """
    from markupsafe import Markup

    template = _template()
    kinds = {type(block) for section in document.sections for block in _blocks(section)}
    script = Markup(_script()) if Listing in kinds else None  # noqa: S704  (the package's own file)
    return template.render(
        document=document, say=catalogue, script=script, illustrated=not kinds.isdisjoint({Figure, Listing})
    )


def _blocks(section: Section) -> Iterator[Block]:
    yield from section.blocks
    for part in section.sections:
        yield from _blocks(part)


@cache
def _script() -> str:
    return files("rapid_response.reports").joinpath("templates/search.js").read_text(encoding="utf-8").strip()


def _sha256(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()


def _drawn(plot: Plot) -> tuple[Markup, Markup]:
    """A figure as SVG, whose words matplotlib has escaped."""
    from markupsafe import Markup

    from rapid_response.reports.drawing import drawn

    wide, narrow = drawn(plot)
    return Markup(wide), Markup(narrow)  # noqa: S704


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
    environment.filters |= {"kind": lambda block: type(block).__name__, "drawn": _drawn, "sha256": _sha256}
    return environment.get_template("page.html")
