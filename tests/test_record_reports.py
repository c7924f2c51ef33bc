"""Audits as people read them: of a case, of a period, of a replay.

The whole renderings lie in tests/golden/audit. After a change that is meant, look over the difference and write them
anew: `UPDATE_GOLDEN=1 pytest tests/test_record_reports.py`.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rapid_response import load_protocol, protocol_from_text
from rapid_response.record import DecisionLog
from rapid_response.record.auditing import audit
from rapid_response.record.case_file import read_case
from rapid_response.record.library import ProtocolLibrary
from rapid_response.record.replaying import replay, replay_under
from rapid_response.reports.audit_case_document import case_document, timeline_document
from rapid_response.reports.audit_period_document import period_document
from rapid_response.reports.document import Document
from rapid_response.reports.entry_list import list_document
from rapid_response.reports.html import document_page
from rapid_response.reports.library_document import library_document
from rapid_response.reports.markdown import document_markdown
from rapid_response.reports.replay_document import counterfactual_document, replay_document, verification_document
from rapid_response.reports.terminal import document_text
from tests.recorded import PRIVATE, PROTOCOLS, Clock, write_story

LANGUAGES = ("en", "zh-Hant")
FORMS: dict[str, Callable[[Document], str]] = {"txt": document_text, "md": document_markdown, "html": document_page}
DOCUMENTS: dict[str, Callable[[DecisionLog, str], Document]] = {
    "case": lambda log, language: case_document(read_case(log, "A-2"), language),
    "erased": lambda log, language: case_document(read_case(log, "A-6"), language),
    "timeline": lambda log, language: timeline_document(read_case(log, "A-2"), language),
    "period": lambda log, language: period_document(audit(log), language),
    "replay": lambda log, language: replay_document(replay(log), log.checkpoint(), language),
    "under": lambda log, language: counterfactual_document(
        replay_under(log, load_protocol(PROTOCOLS / "2027")), log.checkpoint(), language
    ),
    "verification": lambda log, language: verification_document(log.verify(), language),
    "versions": lambda _, language: library_document(ProtocolLibrary(PROTOCOLS), language),
}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DecisionLog]:
    path = tmp_path_factory.mktemp("log") / "decisions.db"
    write_story(path)
    with DecisionLog.open(path, read_only=True) as opened:
        yield opened


def _same_every_time(text: str) -> str:
    """Without the hash of the log, which hangs on the random salts of private parts."""
    return re.sub(r"[A-Za-z0-9+/]{43}=", "(hash)", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_audits_are_rendered_as_reviewed(log: DecisionLog, name: str, form: str, language: str) -> None:
    """An audit reads, in every form and language, exactly as it was last looked over."""
    rendered = _same_every_time(FORMS[form](DOCUMENTS[name](log, language)))
    golden = PROTOCOLS / f"{name}.{language}.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(rendered, encoding="utf-8")
    assert rendered == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["case", "erased", "timeline", "period"])
def test_nothing_private_is_told_unless_asked_for(log: DecisionLog, name: str, form: str) -> None:
    """No account, no name of a source, no free text stands in an audit; nothing of an erased incident ever does."""
    told = FORMS[form](DOCUMENTS[name](log, "en"))
    assert not [words for words in PRIVATE if words in told]


def test_private_facts_are_told_when_asked_for(log: DecisionLog) -> None:
    """With `private`, accounts, sources and free text stand in the audit of a case; what was erased does not."""
    told = document_markdown(case_document(read_case(log, "A-2", private=True), "en", private=True))
    assert [words for words in PRIVATE if words in told] == [*PRIVATE[:3]]
    gone = document_markdown(case_document(read_case(log, "A-6", private=True), "en", private=True))
    assert not [words for words in PRIVATE if words in gone]


def test_a_private_time_is_not_told_as_unknown_nor_as_in_time(tmp_path: Path) -> None:
    """Where the time of an incident is private, an audit says neither that nobody knows it nor that it was in time."""
    text = (PROTOCOLS / "2026/protocol.yaml").read_text(encoding="utf-8")
    hiding = protocol_from_text(text.replace("type: moment", "type: moment\n    private: yes"))
    with DecisionLog.open(tmp_path / "decisions.db", clock=(clock := Clock())) as log:
        decision = log.decide(hiding, {"id": "A-1", "harm": "hurt", "happened_at": clock.now}, by="Night line")
        clock.now += dt.timedelta(hours=30)
        log.confirm(decision.id, by="Director")
        open_, full = (
            document_markdown(period_document(audit(log, private=private), "en")) for private in (False, True)
        )
    assert "None of those whose times are known was later than 24 h." in open_
    assert "Time of the incident not known, or private: A-1" in open_
    assert "30 h after the incident" in full


def test_what_was_decided_before_the_last_update_is_told(tmp_path: Path) -> None:
    """A decision of people stays the answer when more became known, and is said to be about the earlier record."""
    with DecisionLog.open(tmp_path / "decisions.db", clock=Clock()) as log:
        decision = log.decide(load_protocol(PROTOCOLS / "2026"), {"id": "A-1", "harm": "hurt"}, by="Night line")
        log.override(decision.id, tier="act", by="Director", reason="We know them.")
        log.update(decision.id, {"harm": "none"}, by="Night line")
        told = document_text(case_document(read_case(log, "A-1"), "en"))
    head = " ".join(told.split("What happened when")[0].split())
    assert "Recommended Watch" in head
    assert "Decided Act (Director, Sat 28 Feb 2026, 16:00, about record 1, not the last recommendation)" in head
    assert "Reason We know them." in head


def test_a_missing_key_is_not_told_as_an_erasure(log: DecisionLog, tmp_path: Path) -> None:
    """Where only the key is missing, nothing is said to be erased, with private facts asked for or not."""
    assert log.store.path is not None
    copy = shutil.copy(log.store.path, tmp_path / "copy.db")
    with DecisionLog.open(copy, read_only=True) as alone:
        for private in (False, True):
            document = case_document(read_case(alone, "A-2", private=private), "en", private)
            assert "(erased)" not in document_markdown(document)
            assert "Account: (its key is not here)" in document_markdown(document)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)"])
def test_a_page_computes_nothing_of_what_people_wrote(tmp_path: Path, text: str) -> None:
    """Names, reasons and ids stand in a page as they were written, and load or run nothing."""
    protocol = load_protocol(PROTOCOLS / "2026")
    with DecisionLog.open(tmp_path / "hostile.db") as hostile:
        decision = hostile.decide(protocol, {"id": text, "harm": "hurt", "pier": text}, by=text)
        hostile.override(decision.id, tier="act", by=text, reason=text)
        pages = [
            document_page(case_document(read_case(hostile, text, private=True), "en", private=True)),
            document_page(period_document(audit(hostile), "en")),
            document_page(list_document(hostile, hostile.entries(), "en")),
        ]
    for page in pages:
        tags = re.findall(r"<[^>]+>", page)
        assert not [tag for tag in tags if re.match(r"<(script|img|iframe|link|object)|.*\s(on\w+|src|href)=", tag)]


def test_so_many_incidents_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    """A page stays one that can be read, however many incidents were late or wait for a decision."""
    protocol, clock = load_protocol(PROTOCOLS / "2026"), Clock()
    with DecisionLog.open(tmp_path / "many.db", clock=clock) as many:
        facts = [{"id": f"A-{number}", "harm": "hurt", "happened_at": clock.now} for number in range(55)]
        made = many.decide_many(protocol, [*facts, *({**each, "id": f"late-{each['id']}"} for each in facts)], by="x")
        clock.now += dt.timedelta(hours=30)
        for decision in made[55:]:
            many.confirm(decision, by="Director")
        told = document_markdown(period_document(audit(many), "en"))
    assert told.count("late-A-") == 50
    assert "- and 5 more\n" in told
    assert "No decision of people on record: A-0, A-1, " in told
    assert "A-49; and 5 more" in told


def test_few_are_counted_and_many_are_given_in_percent(tmp_path: Path) -> None:
    """Fewer than twenty incidents are counted only; from twenty on percentages stand beside the counts."""
    protocol = load_protocol(PROTOCOLS / "2026")
    clock = Clock()
    with DecisionLog.open(tmp_path / "many.db", clock=clock) as many:
        for number in range(20):
            facts = {"id": str(number), "harm": "hurt", "happened_at": clock.now}
            decision = many.decide(protocol, facts, by="Night line")
            clock.now += dt.timedelta(hours=30 if number < 5 else 1)
            many.confirm(decision.id, by="Director")
            if number == 18:
                assert "%" not in document_text(period_document(audit(many), "en"))
        told = document_text(period_document(audit(many), "en"))
    assert "15 of 20 (75 %)" in told
    assert "These are few" not in told
