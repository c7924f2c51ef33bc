"""A check as a document: what was found, what was not decided in time, and what was proved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.phrases import Phrase
from rapid_response.protocol.model import Property, Protocol
from rapid_response.proving.catalogue import CATALOGUE, Severity
from rapid_response.proving.findings import Check, Finding, Part, RuledOut, Undecided
from rapid_response.proving.witnesses import Witness
from rapid_response.reports import catalogue as say
from rapid_response.reports import check_words as checked
from rapid_response.reports.document import (
    Block,
    Document,
    Entry,
    Items,
    Line,
    Paragraph,
    Run,
    Section,
    Series,
    between,
    line,
    run,
)
from rapid_response.reports.part_names import MOST_LISTED, PartNames
from rapid_response.reports.vocabulary import capital, introducing
from rapid_response.reports.words import Wording

FEW = 2


def check_document(check: Check, language: str) -> Document:
    """The document of a check: findings from the gravest to the least, then what was proved.

    >>> from rapid_response import protocol_from_text
    >>> protocol = protocol_from_text("protocol: p\\ntiers: {low: {}, high: {}}")
    >>> check_document(protocol.check(), "en").title
    '1 error'
    """
    words = Wording(check.protocol, language)
    view = _View(check, words, PartNames(words))
    foot = (*words.version(), *view.time(), checked.CHECKED_BY(language), checked.EXPLAINED_IN(language))
    return Document(
        language=language,
        over=checked.CHECK_OF(language, words.protocol_title()),
        title=view.title(),
        tag=view.tag(),
        lead=(),
        sections=tuple(view.sections()),
        foot=tuple(line(words, "quiet") for words in foot),
    )


@dataclass(frozen=True, slots=True)
class _View:
    check: Check
    words: Wording
    parts: PartNames

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def protocol(self) -> Protocol:
        return self.check.protocol

    def title(self) -> str:
        said = [self.counted(severity) for severity in ("error", "warning") if self.check.count(severity)]
        return say.COMMA(self.language).join(said) or checked.NOTHING_FOUND(self.language)

    def tag(self) -> Run | None:
        if self.check.undecided:
            return run(checked.NOT_DECIDED_TAG(self.language), "alert")
        return run(self.counted("note"), "quiet") if self.check.count("note") else None

    def counted(self, severity: Severity) -> str:
        number = self.check.count(severity)
        return checked.COUNTED[severity][number > 1](self.language, number)

    def time(self) -> Iterator[str]:
        if self.check.as_of:
            yield say.AS_OF(self.language, self.words.moment(self.check.as_of))

    def sections(self) -> Iterator[Section]:
        yield from self.found("error")
        yield from self.found("warning")
        yield from self.undecided()
        yield from self.proved()
        yield from self.found("note")
        yield from self.meant()
        yield from self.shown()

    # Findings

    def found(self, severity: Severity) -> Iterator[Section]:
        graded = [each for each in self.check.findings if each.severity == severity and not each.allowed]
        if graded:
            yield Section(checked.GROUPS[severity](self.language), tuple(map(self.entry, graded)))

    def entry(self, finding: Finding) -> Entry:
        blocks = (
            *self.through(finding),
            *self.because(finding),
            *self.witnesses(finding.witnesses),
            self.origin(finding),
        )
        return Entry(line(capital(self.sentence(finding)), "strong"), blocks)

    def sentence(self, finding: Finding) -> str:
        """What a finding says."""
        found, about = checked.FOUND[finding.id], [self.parts.one(each) for each in finding.about]
        match finding.id:
            case "RC104" if finding.details["more_is"] == "lower":
                return checked.MORE_RAISES(self.language, *about)
            case "RC401" if len(finding.through) > MOST_LISTED:
                some = self.parts.listed(finding.through[:FEW])
                return checked.OVERRIDES_SOME(self.language, *about, len(finding.through), some)
            case "RC401":
                return found(self.language, *about, self.parts.listed(finding.through))
            case "RC402":
                shares = zip(about, finding.details["shares"].values(), strict=True)
                said = [checked.SHARE(self.language, fact, share) for fact, share in shares]
                return found(self.language, say.SEMICOLON(self.language).join(said))
            case "RC501":
                return found(self.language, self.parts.language(finding.details["language"]), self.parts.joined(about))
            case _:
                return found(self.language, self.parts.joined(about))

    def through(self, finding: Finding) -> Iterator[Block]:
        if finding.through and finding.id in checked.THROUGH:
            yield Paragraph(line(checked.THROUGH[finding.id](self.language, self.parts.listed(finding.through))))

    def because(self, finding: Finding) -> Iterator[Block]:
        """Why the protocol states a property that does not hold."""
        stated = self.parts.named(finding.about[0])
        if isinstance(stated, Property) and stated.because:
            yield Paragraph(line(stated.because.in_language(self.language), "quiet"))

    def origin(self, finding: Finding) -> Paragraph:
        """The id, and of a finding about one part or two their names and places."""
        stated = [finding.id]
        for each in finding.about if len(finding.about) <= FEW else ():
            named = [each.name] if each.section not in ("always", "never", "allow") else []
            stated += [*named, *([each.place] if each.place else [])]
        return Paragraph(between([line(words, "code") for words in stated], say.DOT), small=True)

    # Witnesses

    def witnesses(self, witnesses: Sequence[Witness]) -> Iterator[Block]:
        """An incident that shows it; of two what they have in common once, then where they differ."""
        if not witnesses:
            return
        shared = [name for name in witnesses[0].facts if all(self.same(name, other, witnesses) for other in witnesses)]
        example = checked.FOR_EXAMPLE if any(witness.facts for witness in witnesses) else checked.WHATEVER_HAPPENED
        yield Paragraph(line(example(self.language), "quiet"))
        if shared:
            yield Series(tuple(self.fact(witnesses[0], name) for name in shared))
        outcomes = [self.outcome(witness, shared) for witness in witnesses]
        yield Items(tuple(outcomes)) if len(outcomes) > 1 else Paragraph(outcomes[0])

    def same(self, name: str, other: Witness, witnesses: Sequence[Witness]) -> bool:
        return name in other.facts and other.facts[name] == witnesses[0].facts[name]

    def fact(self, witness: Witness, name: str) -> Line:
        fact = self.protocol.facts[name]
        label = run(introducing(self.words.label(fact), self.language), "quiet")
        return (label, run(self.words.value(fact, witness.results[0].facts[name])))

    def outcome(self, witness: Witness, shared: Sequence[str]) -> Line:
        """Where an incident differs from the other one, and what comes of it."""
        own = [self.fact(witness, name) for name in witness.facts if name not in shared]
        leads = (run(introducing(say.TIER(self.language), self.language), "quiet"), run(self.tier(witness.results[0])))
        return between([*own, leads], say.DOT)

    def tier(self, result: Recommendation) -> str:
        low, high = (self.words.quoted(self.words.label(tier)) for tier in (result.lowest, result.highest))
        return low if low == high else say.BETWEEN(self.language, low, high)

    # What is not decided, ruled out, meant

    def undecided(self) -> Iterator[Section]:
        if self.check.undecided:
            means = [Paragraph(line(checked.NOT_DECIDED_MEANS(self.language), "alert"))]
            if self.check.protocol.patterns:
                means.append(Paragraph(line(say.PAST_NOT_LOOKED_INTO(self.language), "alert")))
            asked = sorted(self.check.undecided, key=lambda question: question.id)
            by_id = groupby(asked, lambda question: question.id)
            items = tuple(self.asked(finding, list(questions)) for finding, questions in by_id)
            yield Section(checked.NOT_DECIDED(self.language), (*means, Items(items)))

    def asked(self, finding: str, questions: Sequence[Undecided]) -> Line:
        """What was not decided, and of which parts."""
        asked = run(introducing(capital(checked.QUESTIONS[finding](self.language)), self.language), "quiet")
        named = say.SEMICOLON(self.language).join(self.parts.listed(question.about) for question in questions)
        return between([(asked, run(named)), line(finding, "code")], say.DOT)

    def proved(self) -> Iterator[Section]:
        proved = [each for each in self.check.ruled_out if CATALOGUE[each.id].ruled_out == "proved"]
        items = [assertion for each in proved for assertion in self.assertions(each)]
        if items:
            yield Section(checked.PROVED(self.language), (Items(tuple(items)),))

    def assertions(self, ruled_out: RuledOut) -> Iterator[Line]:
        """What is proved of some parts; of facts, whether more of it never lowers the tier, or never raises it."""
        if ruled_out.id in ("RC101", "RC102"):
            yield from (line(self.parts.label(each)) for each in ruled_out.about)
            return
        facts, groups = self.protocol.facts, dict[Phrase, list[Part]]()
        for each in ruled_out.about:
            lower = ruled_out.id == "RC104" and facts[each.name].more_is == "lower"
            phrase = checked.NEVER_RAISES if lower else checked.RULED_OUT[ruled_out.id]
            groups.setdefault(phrase, []).append(each)
        for phrase, parts in groups.items():
            named = say.SEMICOLON(self.language).join(self.parts.one(each) for each in parts)
            yield line(phrase(self.language, named))

    def shown(self) -> Iterator[Section]:
        tried = [each for each in self.check.ruled_out if CATALOGUE[each.id].ruled_out == "shown"]
        items = [line(capital(checked.TRIED[each.id](self.language, len(each.about)))) for each in tried]
        if items:
            yield Section(checked.SHOWN(self.language), (Items(tuple(items)),))

    def meant(self) -> Iterator[Section]:
        allowed = [finding for finding in self.check.findings if finding.allowed]
        groups = [list(group) for _, group in groupby(allowed, lambda finding: (finding.id, finding.allowed))]
        if groups:
            yield Section(checked.MEANT(self.language), tuple(map(self.allowed, groups)))

    def allowed(self, group: Sequence[Finding]) -> Entry:
        """Findings that are meant for one reason, and the reason."""
        because = line(group[0].allowed.in_language(self.language), "strong")
        said = Items(tuple(line(capital(self.sentence(finding))) for finding in group))
        return Entry(because, (said, Paragraph(line(group[0].id, "code"), small=True)))
