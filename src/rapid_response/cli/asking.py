"""An interview in the terminal: lines out, lines in, so that it can be read out over a phone, heard or piped."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from getpass import getpass
from pathlib import Path
from typing import Any, TextIO

import yaml

from rapid_response.errors import IncidentError
from rapid_response.evaluation.incident_files import load_incidents
from rapid_response.evaluation.patterns import Past
from rapid_response.protocol.model import Fact, Protocol
from rapid_response.protocol.problems import Problem
from rapid_response.reasoning.interview import Interview, start
from rapid_response.reports import catalogue as say
from rapid_response.reports import explanation_words as explained
from rapid_response.reports.result_document import not_in_force
from rapid_response.reports.terminal import result_text
from rapid_response.reports.vocabulary import capital, clean
from rapid_response.reports.words import Wording
from rapid_response.scenarios.layout import wrapped

LIKE = {"moment": "2026-02-01T09:00", "date": "2026-02-01"}
YES = ("1", "y", "yes", "是")


def given_facts(protocol: Protocol, path: str) -> Mapping[str, Any]:
    """The facts of the one incident in a file. Raises IncidentError where there is none, or several, or a bad one."""
    incidents = load_incidents(protocol, path)
    if len(incidents) != 1:
        message = f"`{path}` holds {len(incidents)} incidents"
        raise IncidentError([Problem("RR109", message, help="an interview is about one: give a file of one")])
    incidents[0].check(protocol)
    return incidents[0].facts


def hold_interview(
    protocol: Protocol,
    facts: Mapping[str, Any],
    now: int | None,
    language: str,
    reader: TextIO,
    writer: TextIO,
    save: Path | None = None,
    past: Past | None = None,
) -> Interview | None:
    """Ask what can still matter, write the result, and save the incident as YAML under the file's name as its id.

    Where no file is named and something was answered, one is asked for in the end. Ends well at the end of the input
    and where it is interrupted, with what is known so far. None where the file cannot, or is not to, be written, which
    is found out before anything is asked if it can be; else the incident is shown instead, so that nothing is lost.
    """
    lines = _Lines(reader, writer, language)
    if save and not _may_write(save, lines):
        return None
    named = {"id": save.stem, **facts} if save else facts
    interview = run_interview(start(protocol, named, now, past=past), reader, writer, language)
    writer.write(f"\n{result_text(interview.result, language)}\n")
    if save is None and interview.facts != facts:
        save = _place_to_save(lines)
    return interview if save is None or _kept(interview, save, lines) else None


def run_interview(interview: Interview, reader: TextIO, writer: TextIO, language: str) -> Interview:
    """The interview once nothing is left to ask, or the person stops, or the input ends.

    >>> import io
    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text(
    ...     "protocol: p\\ntiers: {low: {}, high: {}}\\nfacts: {f: {type: yes_no}}\\n"
    ...     "rules: {r: {when: f, raise_to: high}}"
    ... )
    >>> run_interview(start(protocol, {}), io.StringIO("yes\\n"), io.StringIO(), "en").result.tier.name
    'high'
    """
    lines = _Lines(reader, writer, language)
    asking = _Asking(lines, Wording(interview.protocol, language))
    if outside := not_in_force(interview.result, language):
        lines.say(outside, "")
    lines.say(explained.HOW_TO_ANSWER(language))
    try:
        while interview.question:
            interview = asking.step(interview)
    except (_Stopped, KeyboardInterrupt):
        lines.say("", explained.STOPPED(language))
    else:
        lines.say("", explained.ALL_ASKED(language))
        if about := interview.questions.past:
            lines.say(explained.PAST_UNKNOWN[about](language))
    return interview


def incident_yaml(facts: Mapping[str, Any], as_of: str | None = None) -> str:
    """Facts as an incident file; `as_of` is noted in a comment.

    >>> print(incident_yaml({"id": "A-1", "hurt": True, "needs": ["food"], "age": Decimal(71)}), end="")
    id: A-1
    hurt: yes
    needs:
      - food
    age: 71
    """
    noted = f"# As of {as_of}\n" if as_of else ""
    return noted + yaml.dump(dict(facts), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))


class _Dumper(yaml.SafeDumper):
    """YAML as people write it here: lists set in, yes and no, numbers without tags."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, indentless=False)


def _yes_no(dumper: _Dumper, holds: bool) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:bool", "yes" if holds else "no")


def _number(dumper: _Dumper, number: Decimal) -> yaml.ScalarNode:
    text = f"{number:f}"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'float' if '.' in text else 'int'}", text)


_Dumper.add_representer(bool, _yes_no)
_Dumper.add_representer(Decimal, _number)


def _kept(interview: Interview, path: Path, lines: _Lines) -> bool:
    """Save the incident; where that fails, show it. Says where private answers now are."""
    text = incident_yaml({"id": path.stem, **interview.facts}, interview.result.as_of)
    private = any(interview.protocol.facts[name].private for name in interview.result.facts)
    try:
        _replace(path, text)
    except OSError as error:
        lines.say("", explained.NOT_SAVED(lines.language, path, error.strerror or type(error).__name__))
        lines.say(*([explained.SHOWN_PRIVATE(lines.language)] if private else []))
        lines.writer.write(f"\n{text}")
        return False
    lines.say("", explained.SAVED(lines.language, path))
    lines.say(*([explained.SAVED_PRIVATE(lines.language)] if private else []))
    return True


def _place_to_save(lines: _Lines) -> Path | None:
    """A file that is typed and can be written; None where none is wanted."""
    try:
        while True:
            lines.say("", explained.SAVE_AS(lines.language))
            typed = lines.typed()
            if not typed:
                return None
            if _may_write(Path(typed), lines):
                return Path(typed)
    except (_Stopped, KeyboardInterrupt):
        lines.say("")
        return None


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all, so that what was there before is not lost to a full disk."""
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    file = path.resolve()
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _may_write(path: Path, lines: _Lines) -> bool:
    """Whether the incident can go there, and replace what is there; says why not."""
    needed = (
        [path] if path.exists() and not path.is_file() else [path.resolve().parent, *([path] if path.exists() else [])]
    )
    if path.is_dir() or not all(os.access(place, os.W_OK) for place in needed):
        lines.say(explained.CANNOT_WRITE(lines.language, path))
        return False
    if not path.exists():
        return True
    lines.say(explained.EXISTS(lines.language, path))
    try:
        replaced = _narrow(lines.typed()) in YES
    except (_Stopped, KeyboardInterrupt):
        replaced = False
    if not replaced:
        lines.say(explained.NOT_REPLACED(lines.language))
    return replaced


class _Stopped(Exception):
    """The input has ended, or the person stops."""


class _Unclear(Exception):
    """What was typed is not an answer; says what is."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines that fit their columns out, lines in."""

    reader: TextIO
    writer: TextIO
    language: str

    def say(self, *paragraphs: str, first: str = "", rest: str = "") -> None:
        for paragraph in paragraphs:
            self.writer.write("".join(f"{part}\n" for part in wrapped(paragraph, first, rest)))

    def typed(self, hidden: bool = False) -> str:
        """What was typed; in a terminal it can stay hidden. Raises _Stopped at the end of the input."""
        self.writer.write("> ")
        self.writer.flush()
        if hidden and self.reader.isatty():
            return self.unseen()
        typed = self.reader.readline()
        if not typed:
            raise _Stopped
        return typed.strip()

    def unseen(self) -> str:
        try:
            return getpass("").strip()
        except EOFError:
            raise _Stopped from None


@dataclass(frozen=True, slots=True)
class _Asking:
    """The steps of an interview in one language."""

    lines: _Lines
    words: Wording

    def step(self, interview: Interview) -> Interview:
        """Ask one question until it is answered, skipped or taken back."""
        assert interview.question
        fact = interview.protocol.facts[interview.question.fact]
        self.lines.say("", self.standing(interview), self.words.question(fact))
        self.offer(fact)
        while True:
            typed = self.lines.typed(hidden=fact.private)
            try:
                return self.after(interview, fact, typed)
            except _Unclear as unclear:
                self.lines.say(str(unclear))
            except IncidentError as error:
                self.refuse(fact, error)

    def after(self, interview: Interview, fact: Fact, typed: str) -> Interview:
        match _narrow(typed):
            case "q":
                raise _Stopped
            case "b" if interview.before is None:
                raise _Unclear(explained.FIRST_QUESTION(self.lines.language))
            case "b":
                return interview.back()
            case "?":
                return interview.dont_know()
            case "":
                raise _Unclear(explained.HOW_TO_ANSWER(self.lines.language))
            case _:
                return interview.answer(self.value(fact, typed))

    def standing(self, interview: Interview) -> str:
        """The range as it is now, and how many questions remain at most."""
        language, result = self.lines.language, interview.result
        low, high = (self.words.quoted(self.words.label(tier)) for tier in (result.lowest, result.highest))
        settled = result.lowest == result.highest
        where = explained.TIER_SETTLED(language, low) if settled else explained.RANGE_LEFT(language, low, high)
        left = explained.ONE_QUESTION_LEFT if interview.most_left == 1 else explained.QUESTIONS_LEFT
        return say.SENTENCES(language, where, left(language, interview.most_left))

    # What may be typed

    def offer(self, fact: Fact) -> None:
        """What an answer looks like."""
        for number, title in enumerate(self.titles(fact), 1):
            self.lines.say(title, first=f"{number:>3}  ", rest=" " * 5)
        if hint := self.hint(fact):
            self.lines.say(hint)
        if fact.private:
            self.lines.say(explained.STAYS_PRIVATE(self.lines.language))

    def titles(self, fact: Fact) -> list[str]:
        if fact.type.name == "yes_no":
            return [say.YES(self.lines.language), say.NO(self.lines.language)]
        return [option.label(self.lines.language) for option in fact.options]

    def hint(self, fact: Fact) -> str:
        language = self.lines.language
        match fact.type.name:
            case "choices":
                return explained.SEVERAL(language)
            case "number":
                unit = fact.unit.in_language(language)
                return capital(say.A_NUMBER(language)) + (say.IN_BRACKETS(language, unit) if unit else "")
            case "moment" | "date" as kind:
                return explained.LIKE(language, capital(say.TYPES[kind](language)), LIKE[kind])
            case "text":
                return explained.ONE_LINE(language)
            case _:
                return ""

    # What was typed

    def value(self, fact: Fact, typed: str) -> Any:
        """The answer as an incident states it."""
        match fact.type.name:
            case "yes_no":
                return self.chosen(fact, typed) == 0
            case "scale" | "choice":
                return fact.type.options[self.chosen(fact, typed)]
            case "choices":
                return self.options(fact, typed)
            case "number":
                return self.number(typed)
            case "text":
                return clean(typed)
            case _:
                return unicodedata.normalize("NFKC", typed)

    def chosen(self, fact: Fact, typed: str) -> int:
        """The position of an answer that was typed as its number, its name or its title."""
        titles = self.titles(fact)
        names: Sequence[tuple[str, ...]] = [(name,) for name in fact.type.options] or [("yes", "y"), ("no", "n")]
        for position, (spoken, title) in enumerate(zip(names, titles, strict=True)):
            if _narrow(typed) in map(_narrow, (str(position + 1), title, *spoken)):
                return position
        raise _Unclear(explained.NOT_A_CHOICE(self.lines.language, 1, len(titles)))

    def options(self, fact: Fact, typed: str) -> Sequence[str]:
        parts = _narrow(typed).replace(",", " ").split()
        if parts == ["0"]:
            return []
        return list(dict.fromkeys(fact.type.options[self.chosen(fact, part)] for part in parts))

    def number(self, typed: str) -> Decimal:
        try:
            return Decimal(_narrow(typed))
        except InvalidOperation:
            raise _Unclear(explained.NOT_A_NUMBER(self.lines.language)) from None

    def refuse(self, fact: Fact, error: IncidentError) -> None:
        """Say what is wrong; of a private fact, without what was typed."""
        language = self.lines.language
        if fact.private:
            self.lines.say(explained.DOES_NOT_FIT(language), self.hint(fact))
            return
        for problem in error.problems:
            message = problem.message.removeprefix(f"`{fact.name}`: ")
            remedy = [capital(problem.help)] if problem.help else []
            self.lines.say(explained.DOES_NOT_FIT_AS(language, message), *remedy)


def _narrow(typed: str) -> str:
    """Words as they are compared: small letters, and full-width digits and signs as plain ones."""
    return unicodedata.normalize("NFKC", typed).casefold()
