"""Audits as people read them: of a case, of a period, of a replay.

The whole renderings lie in tests/golden/audit. After a change that is meant, look over the difference and write them
anew: `UPDATE_GOLDEN=1 pytest tests/test_record_reports.py`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rapid_response import load_protocol
from rapid_response.record import DecisionLog
from rapid_response.record.auditing import audit
from rapid_response.record.case_file import read_case
from rapid_response.record.library import ProtocolLibrary
from rapid_response.record.replaying import replay, replay_under
from rapid_response.reports.audit_case_document import case_document, timeline_document
from rapid_response.reports.audit_period_document import period_document
from rapid_response.reports.document import Document
from rapid_response.reports.html import document_page
from rapid_response.reports.library_document import library_document
from rapid_response.reports.markdown import document_markdown
from rapid_response.reports.replay_document import counterfactual_document, replay_document, verification_document
from rapid_response.reports.terminal import document_text
from tests.recorded import PRIVATE, PROTOCOLS, write_story

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
