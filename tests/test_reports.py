"""What people read: results and protocols as text, Markdown and pages.

The whole renderings lie in tests/golden/reports. After a change that is meant, look over the difference and write them
anew: `UPDATE_GOLDEN=1 pytest tests/test_reports.py`.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len
from rich.console import Console

from rapid_response import Protocol, Recommendation, load_protocol, protocol_from_text
from rapid_response.evaluation.incident_files import given_incidents
from rapid_response.evaluation.incidents import encode_as_of
from rapid_response.evaluation.recommendation import recommend
from rapid_response.protocol.problems import Source
from rapid_response.reports.document import Items, line, plain
from rapid_response.reports.html import protocol_page, result_page
from rapid_response.reports.markdown import protocol_markdown, result_markdown, words
from rapid_response.reports.reasons import PAST, Reasons
from rapid_response.reports.result_document import result_document
from rapid_response.reports.terminal import columns, print_protocol, print_result, protocol_text, result_text, wrapped
from rapid_response.reports.vocabulary import clean
from rapid_response.reports.words import Wording
from rapid_response.testing import as_ofs, histories, incidents, protocols

GOLDEN = Path(__file__).parent / "golden/reports"
LANGUAGES = ("en", "zh-Hant")
AS_OF = "2026-02-01T09:00"
A_YEAR_LATER = "2027-02-01T09:00"
SECRET = "A secret that only those who ask may read."

Render = Callable[[Recommendation, str], str]
RESULTS: dict[str, Render] = {"txt": result_text, "md": result_markdown, "html": result_page}
PROTOCOLS: dict[str, Callable[[Protocol, str], str]] = {
    "txt": protocol_text,
    "md": protocol_markdown,
    "html": protocol_page,
}


def _harbor() -> Protocol:
    return load_protocol(GOLDEN / "protocol.yaml")


def _results(as_of: str = AS_OF) -> dict[str, Recommendation]:
    protocol = _harbor()
    file = GOLDEN / "incidents.yaml"
    source, now = Source(file.name, file.read_text(encoding="utf-8")), encode_as_of(protocol, as_of)
    checked = [incident.check(protocol) for incident in given_incidents(protocol, source, "yaml")]
    results = [recommend(protocol, incident, now) for incident in checked]
    return {str(result.incident.id): result for result in results}


def _compare(name: str, rendered: str) -> None:
    golden = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


# Whole renderings


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", RESULTS)
@pytest.mark.parametrize("incident", ["open", "settled", "assumed"])
def test_results_are_rendered_as_reviewed(incident: str, form: str, language: str) -> None:
    """A result reads, in every form and language, exactly as it was last looked over."""
    _compare(f"{incident}.{language}.{form}", RESULTS[form](_results()[incident], language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", RESULTS)
def test_results_of_an_old_version_are_rendered_as_reviewed(form: str, language: str) -> None:
    """A result of a version that is no longer in force reads, at its top too, exactly as it was last looked over."""
    _compare(f"outdated.{language}.{form}", RESULTS[form](_results(A_YEAR_LATER)["settled"], language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", PROTOCOLS)
def test_protocols_are_rendered_as_reviewed(form: str, language: str) -> None:
    """A protocol reads, in every form and language, exactly as it was last looked over."""
    _compare(f"protocol.{language}.{form}", PROTOCOLS[form](_harbor(), language))


# Promises of every rendering


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("incident", ["open", "settled", "assumed"])
def test_the_answer_stands_in_the_first_three_lines(incident: str, language: str) -> None:
    """Someone who reads three lines knows the recommended tier, whether it is settled, and for which incident."""
    result = _results()[incident]
    assert result.tier is not None
    first = "\n".join(result_text(result, language).splitlines()[:3])
    settled = {
        "open": ("open, up to", "未定，最高可至"),
        "settled": ("settled", "已確定"),
        "assumed": ("assum", "假設"),
    }
    assert result.tier.label(language) in first
    assert incident in first
    assert settled[incident][LANGUAGES.index(language)] in first


@settings(phases=[Phase.generate])
@given(st.data(), protocols())
def test_text_keeps_to_80_columns_and_one_meaning(data: st.DataObject, protocol: Protocol) -> None:
    """No line of text is wider than 80 columns, whatever the protocol and the incident, and colour changes no word."""
    past = data.draw(histories(protocol))
    result = protocol.evaluate(data.draw(incidents(protocol)), as_of=data.draw(as_ofs(protocol)), history=past)
    for language in LANGUAGES:
        for text in (result_text(result, language), protocol_text(protocol, language)):
            assert max(cell_len(line) for line in text.splitlines()) <= 80
        console = Console(file=io.StringIO(), width=80, color_system="truecolor", force_terminal=True, record=True)
        print_result(result, language, console)
        printed = "\n".join(line.rstrip() for line in console.export_text().splitlines())
        assert printed == result_text(result, language)


@settings(phases=[Phase.generate])
@given(st.data(), protocols())
def test_everything_can_be_rendered(data: st.DataObject, protocol: Protocol) -> None:
    """Pages and Markdown can be made of every result and every protocol, and their tags are closed in order."""
    past = data.draw(histories(protocol))
    result = protocol.evaluate(data.draw(incidents(protocol)), as_of=data.draw(as_ofs(protocol)), history=past)
    for language in LANGUAGES:
        assert _Page.of(result_page(result, language)).open == []
        assert _Page.of(protocol_page(protocol, language)).open == []
        assert (
            result_markdown(result, language).count("\n# ") == protocol_markdown(protocol, language).count("\n# ") == 1
        )


@given(st.data(), protocols())
def test_what_is_open_waits_for_a_fact_that_is_missing(data: st.DataObject, protocol: Protocol) -> None:
    """An open rule names facts that are not known, or past incidents, and an open result asks for something."""
    past = data.draw(histories(protocol))
    result = protocol.evaluate(data.draw(incidents(protocol)), as_of=data.draw(as_ofs(protocol)), history=past)
    reasons = Reasons(result, Wording(protocol, "en"), private=False)
    for rule in result.rules:
        waited_for = reasons.waited_for(rule)
        assert set(waited_for) <= {*result.missing, *([PAST] if protocol.patterns else [])}
        assert waited_for or rule.state != "open"
    if result.standing == "open":
        asked = [section for section in result_document(result, "en").sections if section.title == "What to find out"]
        assert asked
        assert isinstance(asked[0].blocks[0], Items)


def test_what_decided_comes_first() -> None:
    """Rules are told in the order of what they ask for: those that decided first, then the higher tiers."""
    tiers = "tiers: {low: {}, middle: {}, high: {}, top: {}}"
    rules = "rules: {a: {raise_to: middle}, b: {raise_to: high}, c: {raise_to: top}}"
    text = result_text(protocol_from_text(f"protocol: p\n{tiers}\n{rules}").evaluate({}))
    assert text.index("At least “Top”") < text.index("At least “High”") < text.index("At least “Middle”")


# Wrapping


@given(st.text(alphabet=st.sampled_from("ab ，。「」照顧家人（）1.·")), st.integers(4, 30))
def test_wrapping_loses_nothing(text: str, width: int) -> None:
    """Wrapped text has the same characters in the same order, fits, and begins no line with closing punctuation."""
    lines = [plain(part) for part in wrapped(line(text), width)]
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(columns(part) <= width for part in lines)


@pytest.mark.parametrize("width", range(6, 20))
def test_punctuation_stays_with_its_word(width: int) -> None:
    """No line begins with a full stop or a closing bracket, and none ends with an opening one."""
    lines = [plain(part) for part in wrapped(line("照顧家人。（安靜地）照顧，「好」的 (one)"), width)]
    assert not [part for part in lines if part[0] in "。）」，)" or part[-1] in "（「("]


# Hostile text

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</title></head><body onload=alert(1)>",
    "<!-- --><svg/onload=alert(1)>",
    "{{ 7 * 7 }} {% raw %} {0.__class__}",
    "&lt;b&gt; &amp; &#x3c;i&#x3e;",
    "[click](javascript:alert(1)) ![](x)",
    "| a | b |\n| --- | --- |",
    "# heading\n- item\n1. item\n> quote\n---",
    "**bold** _it_ `code` ~~gone~~ <https://example.org>",
    "\x1b[2J\x1b]0;title\x07 \u202egnirts \u2066x\u2069 \x9b31m",
]
HOSTILE_PROTOCOL = """
protocol: hostile
title: TEXT
version: TEXT
time_zone: UTC
roles: {r: {title: TEXT, organization: TEXT}}
tiers: {low: {title: TEXT, means: TEXT}, high: {title: TEXT, means: TEXT}}
facts:
  a: {type: scale, title: TEXT, ask: TEXT, options: {x: TEXT, y: TEXT}}
  b: {type: text, title: TEXT, ask: TEXT}
  c: {type: number, title: TEXT, unit: TEXT, until_known: 1}
criteria: {d: {title: TEXT, when: a >= y}}
measures: {e: {title: TEXT, means: TEXT, unit: TEXT, points: [{add: 1, when: d}]}}
out_of_scope: {f: {title: TEXT, when: d, because: TEXT, source: TEXT}}
rules:
  g: {title: TEXT, when: d, raise_to: high, because: TEXT, source: TEXT}
  h: {title: TEXT, when: b == "x", limit_to: low}
responses: {i: {title: TEXT, owner: r, when: d, due: 1 hour after now, because: TEXT}}
"""
TAGS = """
html head meta title style body main header p h1 h2 h3 h4 span ol ul li nav a section article details summary strong
code div table thead tbody tr th td dl dt dd footer
"""


class _Page(HTMLParser):
    """The tags, attributes and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.open: list[str] = []
        self.text = ""

    @classmethod
    def of(cls, page: str) -> _Page:
        parser = cls()
        parser.feed(page)
        parser.close()
        return parser

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _hostile_protocol(text: str) -> Protocol:
    return protocol_from_text(HOSTILE_PROTOCOL.replace("TEXT", json.dumps(clean(text), ensure_ascii=False)))


def _hostile_result(text: str) -> Recommendation:
    facts = {"id": text, "a": {"value": "y", "source": text, "verified": False}, "b": {"value": text, "source": text}}
    return _hostile_protocol(text).evaluate(facts, as_of="2026-02-01T09:00")


@pytest.mark.parametrize("text", HOSTILE)
def test_pages_show_hostile_text_as_text(text: str) -> None:
    """Whatever stands in a protocol or an incident, a page has only its own tags, runs nothing and fetches nothing."""
    result = _hostile_result(text)
    for page in (result_page(result), protocol_page(result.protocol)):
        parsed = _Page.of(page)
        assert parsed.tags <= set(TAGS.split())
        assert not {name for name, _ in parsed.attributes} & {"src", "srcset", "onload", "onerror", "onmouseover"}
        assert all((value or "").startswith("#section-") for name, value in parsed.attributes if name == "href")
        assert clean(text) in " ".join(parsed.text.split())
        assert "url(" not in page
        assert "@import" not in page


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_hostile_text_as_text(text: str) -> None:
    """Whatever stands in a protocol or an incident, Markdown makes no HTML, links, images or code of it."""
    result = _hostile_result(text)
    for document in (result_markdown(result), protocol_markdown(result.protocol)):
        tokens = [inner for token in _markdown().parse(document) for inner in (token, *(token.children or []))]
        assert not {token.type for token in tokens} & {"html_block", "html_inline", "link_open", "image", "fence"}
        said = " ".join(token.content for token in tokens if token.type in ("text", "code_inline"))
        assert clean(text).split()[0] in said


@given(st.text())
@example("- item")
@example("+ item")
@example("# heading")
@example("1. first")
@example("2) second")
@example("---")
def test_markdown_means_what_it_says(text: str) -> None:
    """A text in Markdown, rendered, is the text."""
    paragraph = _markdown().parse(words(line(text)))
    inner = [token for block in paragraph for token in block.children or []]
    assert "".join(token.content for token in inner) == clean(text)
    assert all(token.type in ("text", "text_special") for token in inner)
    assert [token.type for token in paragraph] in ([], ["paragraph_open", "inline", "paragraph_close"])


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50))
def test_no_text_commands_the_terminal(text: str) -> None:
    """Nothing that an incident says reaches the terminal as a command, or turns the direction of what is read."""
    rendered = result_text(_hostile_result(text), private=True)
    assert not [c for c in rendered if unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\u200c\u200d"]


# Private facts

PRIVATE_PROTOCOL = """
protocol: quiet
tiers: {low: {}, high: {}}
facts:
  wish:
    type: choice
    private: yes
    options: {speak: They wish to speak, silence: They wish for silence}
  story:
    type: text
    private: yes
rules:
  speak:
    when: wish == speak
    raise_to: high
"""


@pytest.mark.parametrize("form", RESULTS)
def test_private_facts_are_shown_only_to_those_who_ask(form: str) -> None:
    """A private fact's value and source are in no rendering unless asked for; that there is an answer is said."""
    facts = {"wish": {"value": "speak", "source": "their cousin"}, "story": {"value": SECRET, "source": "Somebody"}}
    result = protocol_from_text(PRIVATE_PROTOCOL).evaluate(facts)
    rendered, asked = RESULTS[form](result, "en"), _asked(form, result)
    assert "(private)" in rendered
    assert not [word for word in ("Wish: They wish to speak", "their cousin", SECRET, "Somebody") if word in rendered]
    assert "They wish to speak" in asked
    assert "their cousin" in asked
    assert SECRET in asked


def _asked(form: str, result: Recommendation) -> str:
    by_form = {"txt": result_text, "md": result_markdown, "html": result_page}
    return by_form[form](result, "en", private=True)


# What is needed


def test_text_needs_nothing_but_the_core() -> None:
    """`str(result)` works without rich and jinja2, and a page without jinja2 says what to install."""
    script = """
import sys
sys.modules |= {"rich": None, "jinja2": None}
from rapid_response import protocol_from_text
result = protocol_from_text("protocol: p\\ntiers: {low: {}}").evaluate({})
print(result)
try:
    result.to_html()
except ModuleNotFoundError as missing:
    print(missing)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Recommended\nLow · settled\n")
    assert done.stdout.endswith("pages need jinja2: install rapid-response[reports]\n")


def test_a_protocol_prints_in_colour_as_in_plain_text() -> None:
    """A protocol on the terminal says what its plain text says."""
    console = Console(file=io.StringIO(), width=80, record=True)
    print_protocol(_harbor(), "en", console)
    printed = "\n".join(line.rstrip() for line in console.export_text().splitlines())
    assert printed == protocol_text(_harbor())
