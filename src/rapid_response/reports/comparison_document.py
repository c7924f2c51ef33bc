"""A comparison as a document: whether two versions decide alike, where they do not, and what their texts say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapid_response.evaluation.recommendation import Recommendation
from rapid_response.phrases import Phrase
from rapid_response.proving.alignment import Unshared
from rapid_response.proving.causes import Cause
from rapid_response.proving.comparison import Claim, Comparison, Difference
from rapid_response.proving.edits import Edit
from rapid_response.proving.regions import Case
from rapid_response.proving.shares import Share
from rapid_response.reports import catalogue as say
from rapid_response.reports import comparison_words as compared
from rapid_response.reports.document import (
    Block,
    Document,
    Entry,
    Items,
    Line,
    Paragraph,
    Section,
    Series,
    Table,
    Terms,
    line,
    run,
)
from rapid_response.reports.edit_entries import edit_sections
from rapid_response.reports.past_shares import PastShares, past_shares
from rapid_response.reports.vocabulary import capital, clean, introducing
from rapid_response.reports.words import Wording

if TYPE_CHECKING:
    from rapid_response.history.backtests.result import Backtest

MOST_PLACES = 8


def comparison_document(
    comparison: Comparison, language: str, private: bool = False, history: Backtest | None = None
) -> Document:
    """The document of a comparison. Values of private facts are shown where `private` asks for them.

    With a back-test of the same versions it says how often each difference came up, and what else was found.
    """
    old, new = Wording(comparison.old, language), Wording(comparison.new, language)
    seen = past_shares(comparison, history) if history and history.compared else {}
    view = _View(comparison, old, new, Wording(comparison.vocabulary, language), language, private, seen)
    return Document(
        language=language,
        over=view.over(),
        title=compared.VERDICTS[comparison.verdict](language),
        tag=None,
        lead=tuple(view.lead()),
        sections=(*view.sections(), *(_on_the_past(history, language) if history else ())),
        foot=tuple(view.foot()),
        contents=history is not None,
    )


def _on_the_past(history: Backtest, language: str) -> tuple[Section, ...]:
    from rapid_response.reports.backtest_document import sections_beside_a_proof

    return sections_beside_a_proof(history, language)


@dataclass(frozen=True, slots=True)
class _View:
    comparison: Comparison
    old: Wording
    new: Wording
    shared: Wording
    language: str
    private: bool
    seen: PastShares

    def say(self, phrase: Phrase, *words: object) -> str:
        return phrase(self.language, *words)

    # The answer

    def over(self) -> str:
        """Both versions, by their numbers where they have them."""
        before, after = (words.version()[0] for words in (self.old, self.new))
        titles = dict.fromkeys([self.old.protocol_title(), self.new.protocol_title()])
        return say.DOT.join([self.say(compared.COMPARED), *titles, self.say(compared.FROM_TO, before, after)])

    def lead(self) -> Iterator[Block]:
        tiers = self.of("tier")
        match self.comparison.verdict:
            case "equivalent":
                yield Paragraph(line(self.say(compared.IS_EQUIVALENT)))
                said = compared.ONLY_WORDS if self.comparison.edits else compared.NO_EDITS
                yield Paragraph(line(self.say(said), "quiet"))
            case "undecided":
                yield Paragraph(line(self.say(compared.IS_UNDECIDED), "alert"))
            case _ if tiers:
                yield Paragraph(line(self.how_often()))
                yield self.table(tiers)
            case _ if not any(claim.about == "tier" for claim in self.comparison.undecided):
                yield Paragraph(line(self.say(compared.TIER_NEVER_DIFFERS)))

    def of(self, about: str) -> list[Difference]:
        return [difference for difference in self.comparison.differences if difference.claim.about == about]

    def how_often(self) -> str:
        share = self.comparison.share
        if share is None:
            return self.say(compared.TIER_DIFFERS_SOMEWHERE)
        return self.say(compared.TIER_DIFFERS, self.share(share))

    def table(self, differences: Sequence[Difference]) -> Table:
        heading = [compared.BEFORE, compared.AFTER, compared.SHARE, *([compared.PAST] if self.seen else [])]
        rows = []
        for found in differences:
            seen = [line(self.past(found.claim))] if self.seen else []
            rows.append((*map(line, self.ends(found.claim)), line(self.share(found.share)), *seen))
        return Table(tuple(line(self.say(title)) for title in heading), tuple(rows))

    def ends(self, claim: Claim) -> tuple[str, str]:
        """The tiers of a claim."""
        assert claim.before
        assert claim.after
        return self.tier(self.old, claim.before), self.tier(self.new, claim.after)

    def tier(self, words: Wording, name: str) -> str:
        return words.label(words.protocol.tier(name))

    def share(self, share: Share | None) -> str:
        """A share in percent with its interval, to as many digits as the interval allows."""
        if share is None:
            return self.say(compared.NOT_DRAWN)
        low, high = share.interval
        places = next((place for place in range(MOST_PLACES) if (high - low) * 10**place > 0.01), MOST_PLACES)
        said = [self.say(compared.PERCENT, f"{part * 100:.{places}f}") for part in (share.estimate, low, high)]
        return self.say(compared.SHARE_BETWEEN, *said) if share.hits else self.say(compared.FEWER_THAN, said[-1])

    def past(self, claim: Claim) -> str:
        """In how many past incidents a difference came up, and what share of them that is."""
        share = self.seen[claim]
        if not share.hits:
            return self.say(compared.NONE_IN_PAST, f"{share.drawn:,}")
        ends = (share.estimate, *share.interval)
        places = 1 if share.estimate < 0.1 else 0
        said = (self.say(compared.PERCENT, f"{part * 100:.{places}f}") for part in ends)
        return self.say(compared.PAST_BETWEEN, f"{share.hits:,}", f"{share.drawn:,}", *said)

    def shares(self, found: Difference) -> Terms:
        """How wide a difference is, and how often it came up."""
        rows = [(compared.SHARE, self.share(found.share))]
        rows += [(compared.PAST, self.past(found.claim))] if self.seen else []
        return Terms(tuple((self.say(title), Paragraph(line(said))) for title, said in rows))

    def share_alone(self, found: Difference) -> Paragraph:
        return Paragraph((run(self.say(compared.SHARE) + self.say(say.COLON), "quiet"), run(self.share(found.share))))

    # The sections

    def sections(self) -> Iterator[Section]:
        tiers = tuple(self.tier_change(found) for found in self.of("tier"))
        if tiers:
            yield Section(self.say(compared.TIER_CHANGES), sections=tiers)
        yield from self.responses()
        scope = tuple(self.scope_change(found) for found in self.of("scope"))
        if scope:
            yield Section(self.say(compared.SCOPE_CHANGES), sections=scope)
        yield from self.while_unknown()
        yield from self.unshared()
        yield from self.undecided()
        yield from self.edits()

    def tier_change(self, found: Difference) -> Section:
        before, after = self.ends(found.claim)
        title = self.say(compared.FROM_TO, self.old.quoted(before), self.new.quoted(after))
        causes = tuple(self.cause(cause) for cause in found.causes)
        shares = (self.shares(found),) if self.seen else ()
        return Section(title, (*shares, *causes, self.example(found)))

    def cause(self, cause: Cause) -> Entry:
        turned = [self.say(compared.RULE_TURNS[change], self.rule(rule, change)) for rule, change in cause.rules]
        title = line(capital(self.new.listed(turned, say.AND)), "strong")
        return Entry(title, tuple(self.where(cause.cases)))

    def rule(self, name: str, change: str) -> str:
        words = self.old if change == "no longer" and name in self.old.protocol.rules else self.new
        return words.quoted(words.label(words.protocol.rules[name]))

    def where(self, cases: Sequence[Case]) -> Iterator[Block]:
        """The conditions of a difference, said as they are proved."""
        match cases:
            case ():
                yield Paragraph(line(self.say(compared.NOT_DESCRIBED), "quiet"))
            case (case,) if not case.conditions:
                yield Paragraph(line(self.say(compared.ANYWHERE), "quiet"))
            case (case,):
                exact = case.enough and case.needed
                yield Paragraph(line(self.say(compared.EXACTLY if exact else compared.ONLY_WHERE), "quiet"))
                yield Items(tuple(line(self.shared.condition(part)) for part in case.conditions))
            case _:
                yield Paragraph(line(self.say(compared.EXACTLY_ONE), "quiet"))
                yield Items(tuple(self.together(case) for case in cases))

    def together(self, case: Case) -> Line:
        parts = [self.shared.condition(part) for part in case.conditions]
        if len(parts) == 1:
            return line(parts[0])
        listed = self.say(say.SEMICOLON).join(parts[:-1])
        return line(self.say(say.AND_ALSO, listed, parts[-1]))

    # Examples

    def example(self, found: Difference) -> Entry:
        witness = found.witness
        known = tuple(self.known(name, value) for name, value in witness.facts.items())
        old, new = witness.results
        blocks: list[Block] = [Series(known)] if known else [Paragraph(line(self.say(compared.NOTHING_KNOWN)))]
        blocks.append(Items((self.side(compared.BEFORE, old, found), self.side(compared.AFTER, new, found))))
        return Entry(line(self.say(compared.EXAMPLE), "quiet"), tuple(blocks))

    def side(self, heading: Phrase, result: Recommendation, found: Difference) -> Line:
        """What one version makes of an example, as far as it is about the difference."""
        match found.claim.about:
            case "tier":
                outcome = self.tier_of(result)
            case "scope":
                outcome = self.scope_of(result)
            case _:
                outcome = self.state_of(found.claim.before if heading is compared.BEFORE else found.claim.after)
        return (run(self.say(heading) + self.say(say.COLON), "quiet"), *outcome)

    def state_of(self, state: str | None) -> Line:
        """Whether a response is called for."""
        if state is None:
            return line(self.say(compared.NO_SUCH_RESPONSE))
        return line(self.say(compared.CALLED_FOR if state == "active" else compared.NOT_CALLED_FOR), "strong")

    def scope_of(self, result: Recommendation) -> Line:
        """Whether an incident is in scope, and what puts it out."""
        words = Wording(result.protocol, self.language)
        holding = [outcome for outcome in result.scope_rules if outcome.state == "yes"]
        if not holding:
            return line(self.say(compared.IN_SCOPE), "strong")
        because = say.SEMICOLON(self.language).join(words.quoted(words.label(outcome.part)) for outcome in holding)
        return (run(self.say(say.OUT_OF_SCOPE), "strong"), run(f"{say.DASH}{because}"))

    def known(self, name: str, value: object) -> Line:
        fact = self.shared.protocol.facts[name]
        hidden = fact.private and not self.private
        said = self.say(say.PRIVATE) if hidden else self.shared.value(fact, value)
        return (run(introducing(self.shared.label(fact), self.language), "quiet"), run(said))

    def tier_of(self, result: Recommendation) -> Line:
        """The tier that a version recommends, and the rules that made it so, in their own words."""
        words = Wording(result.protocol, self.language)
        title = words.label(result.tier) if result.tier else self.say(say.NOT_SETTLED)
        reasons = [self.reason(words, rule.name, rule.because.in_language(self.language)) for rule in result.deciding]
        because = self.say(say.SEMICOLON).join(reasons) or self.say(say.NO_RULE_RAISES)
        return (run(title, "strong"), run(f"{say.DASH}{because}"))

    def reason(self, words: Wording, rule: str, because: str) -> str:
        title = words.quoted(words.label(words.protocol.rules[rule]))
        return self.say(compared.DECIDES, title, clean(because)) if because else title

    # Responses and scope

    def responses(self) -> Iterator[Section]:
        found = self.of("response")
        own = tuple(self.response_change(one) for one in found if not one.with_tier)
        following = [one.claim for one in found if one.with_tier]
        rows = [
            (self.say(phrase), Items(tuple(line(self.label(claim)) for claim in following if claim.after == after)))
            for phrase, after in ((compared.NOW_CALLED_FOR, "active"), (compared.NO_LONGER_CALLED_FOR, "inactive"))
        ]
        terms = Terms(tuple((term, items) for term, items in rows if items.items))
        with_tier = (Section(self.say(compared.WITH_TIER), (terms,)),) if following else ()
        if found:
            yield Section(self.say(compared.RESPONSE_CHANGES), sections=(*own, *with_tier))

    def label(self, claim: Claim) -> str:
        words = self.old if claim.name in self.old.protocol.responses else self.new
        return words.label(words.protocol.responses[claim.name])

    def response(self, claim: Claim) -> str:
        starts = claim.after == "active"
        title = self.old.quoted(self.label(claim))
        return capital(self.say(compared.STARTS if starts else compared.STOPS, title))

    def response_change(self, found: Difference) -> Section:
        share = self.shares(found) if self.seen else self.share_alone(found)
        return Section(self.response(found.claim), (share, *self.where(found.cases), self.example(found)))

    def scope_change(self, found: Difference) -> Section:
        title = self.say(compared.NOW_OUT if found.claim.after == "out" else compared.NOW_IN)
        share = self.shares(found) if self.seen else self.share_alone(found)
        return Section(title, (share, *self.where(found.cases), self.example(found)))

    # What was not compared, and the text

    def unshared(self) -> Iterator[Section]:
        items = tuple(map(self.only, self.comparison.unshared))
        if items:
            why = Paragraph(line(self.say(compared.NOT_COMPARED_WHY)))
            yield Section(self.say(compared.NOT_COMPARED), (why, Items(items)))

    def only(self, answers: Unshared) -> Line:
        """Answers that only one version knows, and which."""
        fact = self.shared.protocol.facts[answers.fact]
        said = [self.shared.quoted(clean(option.label(self.language))) for option in answers.options]
        if answers.span:
            ends = [self.shared.value(fact, end) for end in answers.span]
            said = [ends[0] if ends[0] == ends[1] else self.say(say.BETWEEN, *ends)]
        label = run(introducing(self.shared.label(fact), self.language), "quiet")
        known = self.say(say.IN_BRACKETS, self.say(compared.KNOWN_TO[answers.known_to]))
        return (label, run(self.shared.listed(said, say.AND)), run(known, "quiet"))

    def undecided(self) -> Iterator[Section]:
        items = tuple(line(self.claim(claim)) for claim in self.comparison.undecided)
        if items:
            why = [Paragraph(line(self.say(compared.UNDECIDED_WHY), "alert"))]
            if self.comparison.old.patterns or self.comparison.new.patterns:
                why.append(Paragraph(line(self.say(say.PAST_NOT_LOOKED_INTO), "alert")))
            yield Section(self.say(compared.UNDECIDED), (*why, Items(items)))

    def claim(self, claim: Claim) -> str:
        match claim.about:
            case "tier":
                return self.say(compared.FROM_TO, *map(self.old.quoted, self.ends(claim)))
            case "response":
                return self.response(claim)
            case _:
                return self.say(compared.NOW_OUT if claim.after == "out" else compared.NOW_IN)

    def edits(self) -> Iterator[Section]:
        sections = tuple(self.edit_sections(self.comparison.edits))
        if sections:
            yield Section(self.say(compared.EDITS), sections=sections)

    def while_unknown(self) -> Iterator[Section]:
        entries = tuple(
            entry for section in self.edit_sections(self.comparison.while_unknown) for entry in section.blocks
        )
        if entries:
            why = Paragraph(line(self.say(compared.WHILE_UNKNOWN_WHY)))
            yield Section(self.say(compared.WHILE_UNKNOWN), (why, *entries))

    def edit_sections(self, edits: Sequence[Edit]) -> Iterator[Section]:
        return edit_sections(edits, self.comparison.old, self.comparison.new, self.language)

    # The foot

    def foot(self) -> Iterator[Line]:
        yield line(self.say(compared.PEOPLE_DECIDE), "strong")
        if self.comparison.verdict == "different":
            proved = compared.PROVED_BUT if self.comparison.undecided else compared.PROVED_FOR
            yield line(self.say(proved), "quiet")
        drawn = self.comparison.share.drawn if self.comparison.share and self.comparison.differences else 0
        if drawn:
            how = compared.HOW_WEIGHTED if self.comparison.weighted else compared.HOW_SHARES
            yield line(self.say(how, f"{drawn:,}"), "quiet")
        fingerprints = [words.version()[-1] for words in (self.old, self.new)]
        yield line(self.say(compared.FROM_TO, *fingerprints), "quiet")
        if self.comparison.timed:
            yield line(self.say(compared.TIMES_AS_OF, self.old.moment(self.comparison.as_of)), "quiet")
