"""Sentences with their names and types settled: syntax trees become checked conditions and values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeVar, cast
from typing import Protocol as Interface

from lark import Token

from rapid_response.protocol.combining import (
    DATE,
    DURATION,
    MOMENT,
    TEXT,
    YES_NO,
    as_day,
    at_places,
    choice_equality,
    chosen,
    is_literal,
    points,
    product_of,
    same_truth,
    size,
    sum_of,
    type_of,
)
from rapid_response.protocol.expressions import (
    DAY,
    MICROSECONDS,
    MONTHS,
    AllOf,
    Always,
    AnyOf,
    Arithmetic,
    CalendarShift,
    Comparator,
    Compare,
    Condition,
    Constant,
    CriterionHolds,
    DateShift,
    Extreme,
    FactHolds,
    FactValue,
    Includes,
    IsOneOf,
    MeasureValue,
    Not,
    Now,
    PatternValue,
    ResponseActive,
    Step,
    TextIs,
    TierValue,
    Type,
    Unsettled,
    Value,
)
from rapid_response.protocol.grammar import Syntax, extent
from rapid_response.protocol.hints import as_number, described, sort_of, unlike_help, use_of
from rapid_response.protocol.intervals import quotient_range
from rapid_response.protocol.problems import Problem, did_you_mean, nearest, one_of
from rapid_response.protocol.reading import Scalar
from rapid_response.protocol.values import Unfit, encode, places_of, scaled

MOST_PLACES = 6
LARGEST = 2**63 - 1
LONGEST = 10_000 * 366 * DAY

CALENDAR = Type("duration", kind="calendar")
MOST_COMPARED = 500


class Names(Interface):
    """What a sentence may refer to."""

    @property
    def zone(self) -> str | None:
        """The protocol's time zone."""

    @property
    def tiers(self) -> Type | None:
        """The kind of the protocol's tiers where a sentence may speak of the tier, else None."""

    @property
    def may_be_unsettled(self) -> bool:
        """Whether a sentence may ask whether the tier is still unsettled."""

    def fact(self, name: str) -> Type | None:
        """The type of a fact, None where there is no such fact."""

    def is_criterion(self, name: str) -> bool:
        """Whether there is a criterion of that name; it is checked first."""

    def measure(self, name: str) -> Type | None:
        """The type of a measure, None where there is no such measure."""

    def pattern(self, name: str) -> Type | None:
        """The type of a pattern, None where there is no such pattern."""

    def is_response(self, name: str) -> bool:
        """Whether a sentence may speak of responses here, and there is one of that name."""

    def known(self) -> Sequence[str]:
        """Every name that a sentence may use here."""


Node = TypeVar("Node", bound=Condition | Value)


Item = TypeVar("Item")
Found = TypeVar("Found")


class Faulty(Exception):
    """Thrown where a sentence cannot be understood any further; its problem is already noted."""


def each(read: Callable[[Item], Found], items: Iterable[Item]) -> list[Found]:
    """What `read` makes of every item; the problems of all are noted before Faulty is raised."""
    found: list[Found] = []
    faulty = False
    for item in items:
        try:
            found.append(read(item))
        except Faulty:
            faulty = True
    if faulty:
        raise Faulty
    return found


def tried(read: Callable[[], Found]) -> Found | None:
    """What is read, None where it is faulty; its problems are noted."""
    try:
        return read()
    except Faulty:
        return None


@dataclass(frozen=True, slots=True)
class Word:
    """A bare or quoted word whose meaning depends on what stands on the other side."""

    text: str
    quoted: bool
    tree: Syntax


_Operand = Value | Condition | Word


class Reader:
    """Reads one sentence of a protocol. Every fault is appended to `problems`."""

    def __init__(self, scalar: Scalar, names: Names, problems: list[Problem]) -> None:
        self.scalar, self.names, self.problems = scalar, names, problems

    # Faults and places

    def fault(self, problem: str, message: str, tree: Syntax | Token, remedy: str | None = None) -> Faulty:
        self.problems.append(Problem(problem, message, self.scalar.at(*extent(tree)), remedy))
        return Faulty()

    def words(self, tree: Syntax | Token) -> str:
        start, end = extent(tree)
        return " ".join(self.scalar.text[start:end].split())

    def placed(self, node: Node, tree: Syntax) -> Node:
        return replace(node, text=self.words(tree), span=self.scalar.at(*extent(tree)))

    # Conditions

    def condition(self, tree: Syntax) -> Condition:
        """The checked condition of a syntax tree; raises Faulty once all its faults are noted."""
        match tree.data:
            case "and_":
                return self.placed(AllOf(self.conditions(tree.children)), tree)
            case "or_":
                return self.placed(AnyOf(self.conditions(tree.children)), tree)
            case "not_":
                return self.placed(Not(self.condition(_subtree(tree, 0))), tree)
            case "compare":
                return self.chain(tree)
            case "in_":
                return self.membership(tree)
            case "not_in":
                return self.placed(Not(self.membership(tree)), tree)
            case "includes" | "includes_any" | "includes_all":
                return self.inclusion(tree)
            case "name":
                return self.standing(tree)
            case _:
                raise self.fault("RR307", f"`{self.words(tree)}` is not a condition", tree, "compare it with something")

    def conditions(self, trees: Iterable[Syntax | Token]) -> tuple[Condition, ...]:
        return tuple(each(lambda tree: self.condition(cast(Syntax, tree)), trees))

    def standing(self, tree: Syntax) -> Condition:
        name = str(tree.children[0])
        operand = self.operand(tree)
        if isinstance(operand, FactHolds | CriterionHolds | Unsettled | ResponseActive):
            return operand
        if isinstance(operand, Word):
            raise self.unknown(tree, name)
        kind = type_of(operand)
        raise self.fault("RR307", f"`{name}` is {sort_of(kind)}, not a condition", tree, use_of(name, kind))

    def unknown(self, tree: Syntax, name: str) -> Faulty:
        if name in ("tier", "unsettled"):
            where = "responses and properties" if name == "tier" else "responses"
            return self.fault("RR311", f"`{name}` can only be used in {where}", tree, "say it by the facts themselves")
        if name in ("yes", "no", "true", "false"):
            return self.fault("RR307", f"`{name}` is not a condition", tree, "name a fact or criterion of yes or no")
        remedy = did_you_mean(name, self.names.known(), "declare it under `facts`, `criteria` or `measures`")
        return self.fault("RR301", f"unknown name `{name}`", tree, remedy)

    def chain(self, tree: Syntax) -> Condition:
        trees = [cast(Syntax, child) for child in tree.children[::2]]
        comparators = [cast(Comparator, str(child)) for child in tree.children[1::2]]
        operands = self.operands(trees)
        pairs = [
            self.comparison(comparator, operands[i], operands[i + 1], trees[i : i + 2])
            for i, comparator in enumerate(comparators)
        ]
        return self.placed(pairs[0] if len(pairs) == 1 else AllOf(tuple(pairs)), tree)

    def operands(self, trees: list[Syntax]) -> list[Value | Condition]:
        """Values that stand side by side; bare words are read as options of what they stand beside."""
        found = each(self.operand, trees)
        anchor = next((operand for operand in found if not isinstance(operand, Word)), None)
        if anchor is None:
            raise self.no_anchor(cast(list[Word], found))
        assert not isinstance(anchor, Word)
        kind = type_of(anchor)
        for operand, tree in zip(found, trees, strict=True):
            self.refuse_clash(operand, tree, kind)
        return [self.settled(operand, kind) if isinstance(operand, Word) else operand for operand in found]

    def no_anchor(self, words: list[Word]) -> Faulty:
        """Of words beside each other none is known: one is a misspelt name, the others may well be its options."""
        bare = [word for word in words if not word.quoted]
        if not bare:
            return self.fault("RR308", "nothing here is a fact, criterion or measure", words[0].tree)
        near = [word for word in bare if word.text in ("tier", "unsettled") or nearest(word.text, self.names.known())]
        for word in near or bare[:1]:
            self.unknown(word.tree, word.text)
        return Faulty()

    def refuse_clash(self, operand: _Operand, tree: Syntax, kind: Type) -> None:
        """A bare name that is also an option of what it is compared with could mean either."""
        if tree.data != "name" or isinstance(operand, Word) or type_of(operand) is kind:
            return
        if (name := str(tree.children[0])) in kind.options:
            remedy = f'write "{name}" in quotes for the option'
            raise self.fault("RR309", f"`{name}` is both a name and an option", tree, remedy)

    def settled(self, word: Word, kind: Type) -> Value | Condition:
        """A word as an option, text or yes/no of the type beside it."""
        if kind.name == "yes_no" and not word.quoted and word.text in ("yes", "true", "no", "false"):
            return Always() if word.text in ("yes", "true") else Not(Always())
        if kind.name in ("scale", "choice", "choices") and word.text in kind.options:
            return self.placed(Constant(kind.options.index(word.text), kind), word.tree)
        if kind.name in ("scale", "choice", "choices"):
            listed = f"write {one_of(kind.options)}"
            remedy = did_you_mean(word.text, [*kind.options, *(() if word.quoted else self.names.known())], listed)
            raise self.fault("RR303", f"`{word.text}` is not an option of {described(kind)}", word.tree, remedy)
        if kind.name == "text":
            if word.quoted:
                return Constant(0, TEXT, text=word.text)
            raise self.fault("RR305", f"`{word.text}` is not text", word.tree, f'write "{word.text}" in quotes')
        if word.quoted:
            remedy = "leave the quotation marks out"
            raise self.fault("RR305", f"text is compared with {described(kind)}", word.tree, remedy)
        raise self.unknown(word.tree, word.text)

    def comparison(
        self, comparator: Comparator, left: Value | Condition, right: Value | Condition, trees: list[Syntax]
    ) -> Condition:
        kinds = type_of(left), type_of(right)
        if kinds[0].name == "yes_no" or kinds[1].name == "yes_no":
            return self.equivalence(comparator, left, right, trees)
        assert not isinstance(left, Condition)
        assert not isinstance(right, Condition)
        left, right = as_day(left, right), as_day(right, left)
        self.require_alike(left, right, trees)
        equal = comparator in ("==", "!=")
        condition: Condition
        match type_of(left).name:
            case "text":
                condition = self.text_equality(left, right, trees, equal)
            case "choices":
                raise self.fault(
                    "RR305", "several choices cannot be compared", trees[0], "write `includes`, or count(…)"
                )
            case "choice" if not equal:
                raise self.fault(
                    "RR306", f"{described(type_of(left))} has no order", trees[0], "use `==`, or make it a scale"
                )
            case "choice":
                condition = choice_equality(left, right)
            case _:
                left, right = self.level(left, right, trees[1])
                return self.spanning(Compare(comparator, left, right), trees)
        condition = self.spanning(condition, trees)
        return self.spanning(Not(condition), trees) if comparator == "!=" else condition

    def spanning(self, node: Node, trees: list[Syntax]) -> Node:
        start, end = extent(trees[0])[0], extent(trees[-1])[1]
        words = " ".join(self.scalar.text[start:end].split())
        return replace(node, text=words, span=self.scalar.at(start, end))

    def equivalence(
        self, comparator: Comparator, left: Value | Condition, right: Value | Condition, trees: list[Syntax]
    ) -> Condition:
        for side, tree in ((left, trees[0]), (right, trees[1])):
            if not isinstance(side, Condition):
                message = f"yes or no is compared with {described(type_of(side))}"
                raise self.fault("RR305", message, tree, "let it stand alone, or compare it with yes or no")
        if comparator not in ("==", "!="):
            raise self.fault("RR306", "yes and no have no order", trees[0], "let it stand alone, or use `==`")
        assert isinstance(left, Condition)
        assert isinstance(right, Condition)
        if not (is_literal(left) or is_literal(right)) and size(left) + size(right) > MOST_COMPARED:
            raise self.fault("RR304", "too much is compared at once", trees[0], "split it into named criteria")
        same = self.spanning(same_truth(left, right), trees)
        return self.spanning(Not(same), trees) if comparator == "!=" else same

    def require_alike(self, left: Value, right: Value, trees: list[Syntax]) -> None:
        kinds = type_of(left), type_of(right)
        if CALENDAR in kinds:
            remedy = "write it like occurred_at + 6 months < now"
            raise self.fault("RR305", "months and years differ in length", trees[kinds.index(CALENDAR)], remedy)
        if not kinds[0].alike(kinds[1]):
            message = f"{described(kinds[0])} is compared with {described(kinds[1])}"
            raise self.fault("RR305", message, trees[1], unlike_help(kinds))

    def text_equality(self, left: Value, right: Value, trees: list[Syntax], equal: bool) -> Condition:
        fact, words = (left, right) if isinstance(left, FactValue) else (right, left)
        if not equal or not isinstance(fact, FactValue) or not isinstance(words, Constant):
            raise self.fault("RR305", "text can only be compared with quoted words by == or !=", trees[0])
        return TextIs(fact.fact, frozenset([words.text]))

    def membership(self, tree: Syntax) -> Condition:
        value_tree, items = _subtree(tree, 0), [cast(Syntax, item) for item in _subtree(tree, 1).children]
        left, *right = self.operands([value_tree, *items])
        if isinstance(left, Condition | Constant):
            remedy = "write a fact or measure before `in`; what is yes or no stands alone"
            raise self.fault("RR308", f"`{self.words(value_tree)}` cannot be one of a list", value_tree, remedy)
        match left.type.name:
            case "scale" | "choice" if all(isinstance(item, Constant) and left.type.alike(item.type) for item in right):
                options = frozenset(item.value for item in right if isinstance(item, Constant))
                return self.placed(IsOneOf(left, options), tree)
            case "text" if isinstance(left, FactValue) and all(isinstance(item, Constant) for item in right):
                return self.placed(
                    TextIs(left.fact, frozenset(item.text for item in right if isinstance(item, Constant))), tree
                )
            case "number" | "moment" | "date":
                pairs = [
                    self.comparison("==", left, item, [value_tree, tree_])
                    for item, tree_ in zip(right, items, strict=True)
                ]
                return self.placed(AnyOf(tuple(pairs)), tree)
            case _:
                raise self.fault(
                    "RR305", f"{described(left.type)} cannot be one of this list", value_tree, "use `includes`"
                )

    def inclusion(self, tree: Syntax) -> Condition:
        fact_tree, what = _subtree(tree, 0), _subtree(tree, 1)
        fact = self.operand(fact_tree)
        if not isinstance(fact, FactValue) or fact.type.name != "choices":
            message = f"`{self.words(fact_tree)}` is not a fact of several choices"
            raise self.fault("RR305", message, fact_tree, "write `==` or `in [...]`")
        items = [cast(Syntax, item) for item in what.children] if what.data == "list" else [what]
        positions: list[int] = []
        for item in items:
            word = self.operand(item) if item.data not in ("name", "text") else _word(item)
            if not isinstance(word, Word):
                raise self.fault(
                    "RR305", f"`{self.words(item)}` is not an option", item, f"write {one_of(fact.type.options)}"
                )
            constant = self.settled(word, fact.type)
            assert isinstance(constant, Constant)
            positions.append(constant.value)
        return self.placed(Includes(fact.fact, frozenset(positions), tree.data == "includes_all"), tree)

    # Values

    def value(self, tree: Syntax, kind: Type | None = None) -> Value:
        """The checked value of a syntax tree; a bare word is an option of `kind`. Raises Faulty."""
        operand = self.operand(tree)
        if kind is not None:
            self.refuse_clash(operand, tree, kind)
        if isinstance(operand, Word):
            if kind is None:
                raise self.unknown(operand.tree, operand.text)
            operand = self.settled(operand, kind)
        if isinstance(operand, Condition):
            message = f"`{self.words(tree)}` is yes or no; a value was expected"
            raise self.fault("RR308", message, tree, as_number(self.words(tree), YES_NO))
        if type_of(operand) == CALENDAR:
            raise self.fault("RR305", "months and years differ in length", tree, "add them to a moment")
        return operand

    def operand(self, tree: Syntax) -> _Operand:
        """A value, a condition that stands alone, or a word that is neither yet."""
        match tree.data:
            case "name":
                return self.named(tree)
            case "text":
                return _word(tree)
            case "number" | "negative_number":
                return self.number(tree, negative=tree.data == "negative_number")
            case "duration":
                return self.duration(tree)
            case "time":
                return self.time(tree)
            case "plus" | "minus" | "times" | "divided":
                return self.arithmetic(tree)
            case "negative":
                return self.negative(tree)
            case "least" | "greatest":
                return self.extreme(tree)
            case "count":
                return self.count(tree)
            case "step":
                return self.step(tree)
            case _:
                return self.condition(tree)

    def named(self, tree: Syntax) -> _Operand:
        name = str(tree.children[0])
        if name == "now":
            return self.placed(Now(MOMENT), tree)
        if name == "tier" and self.names.tiers:
            return self.placed(TierValue(self.names.tiers), tree)
        if name == "unsettled" and self.names.may_be_unsettled:
            return self.placed(Unsettled(), tree)
        if self.names.is_response(name):
            return self.active(name, tree)
        if (fact := self.names.fact(name)) is not None:
            found: Value | Condition = FactHolds(name) if fact.name == "yes_no" else FactValue(name, fact)
        elif self.names.is_criterion(name):
            found = CriterionHolds(name)
        elif (measure := self.names.measure(name)) is not None:
            found = MeasureValue(name, measure)
        elif (pattern := self.names.pattern(name)) is not None:
            found = PatternValue(name, pattern)
        else:
            return _word(tree)
        return self.placed(found, tree)

    def active(self, name: str, tree: Syntax) -> Condition:
        if (
            self.names.fact(name)
            or self.names.is_criterion(name)
            or self.names.measure(name)
            or self.names.pattern(name)
        ):
            message = f"`{name}` is the name of a response and of something else that may stand here"
            raise self.fault("RR309", message, tree, "rename one of the two")
        return self.placed(ResponseActive(name), tree)

    def number(self, tree: Syntax, negative: bool) -> Value:
        number = Decimal(str(tree.children[0]))
        places = places_of(number)
        if places > MOST_PLACES:
            remedy = f"write at most {MOST_PLACES} decimals"
            raise self.fault("RR403", f"`{number}` has more than {MOST_PLACES} decimals", tree, remedy)
        encoded = scaled(-number if negative else number, places)
        return self.bounded(Constant(encoded, Type("number", places=places, low=encoded, high=encoded)), tree)

    def duration(self, tree: Syntax) -> Value:
        amount, unit = Decimal(str(tree.children[0])), str(tree.children[1]).removesuffix("s")
        calendar = unit in MONTHS
        length = amount * (MONTHS[unit] if calendar else MICROSECONDS[unit])
        if length != length.to_integral_value():
            finest = "months" if calendar else "microseconds"
            message = f"`{self.words(tree)}` is not a whole number of {finest}"
            raise self.fault("RR403", message, tree, "round it, or use a smaller unit")
        if length > (LONGEST if not calendar else 120_000):
            raise self.fault("RR402", f"`{self.words(tree)}` is longer than 10,000 years", tree, "write a shorter time")
        kind = CALENDAR if calendar else Type("duration", low=int(length), high=int(length))
        return self.placed(Constant(int(length), kind), tree)

    def time(self, tree: Syntax) -> Value:
        text = str(tree.children[0])
        kind = MOMENT if "T" in text else DATE
        try:
            encoded = encode(kind, text, self.names.zone)
        except Unfit as unfit:
            raise self.fault("RR203", unfit.message, tree, unfit.help) from None
        return self.placed(Constant(int(encoded), kind), tree)

    def arithmetic(self, tree: Syntax) -> Value:
        sign = {"plus": "+", "minus": "-", "times": "*", "divided": "/"}[tree.data]
        trees = [_subtree(tree, 0), _subtree(tree, 1)]
        left, right = (self.quantity(side) for side in trees)
        left, right = as_day(left, right), as_day(right, left)
        kinds = left.type.name, right.type.name
        if kinds == ("number", "number"):
            return self.calculation(sign, left, right, tree, trees)
        if sign in "+-":
            return self.time_sum(sign, left, right, tree)
        message = f"{described(left.type)} and {described(right.type)} do not go with `{sign}`"
        raise self.fault("RR305", message, tree, "times can be added and subtracted; numbers go with every sign")

    def quantity(self, tree: Syntax) -> Value:
        operand = self.operand(tree)
        if isinstance(operand, Word):
            raise self.unknown(operand.tree, operand.text)
        if isinstance(operand, Condition) or operand.type.name not in ("number", "moment", "date", "duration"):
            kind = type_of(operand)
            message = f"`{self.words(tree)}` is {sort_of(kind)}; a number or a time was expected"
            raise self.fault("RR308", message, tree, as_number(self.words(tree), kind))
        return operand

    def calculation(self, sign: str, left: Value, right: Value, tree: Syntax, trees: list[Syntax]) -> Value:
        match sign:
            case "+" | "-":
                left, right = self.level(left, right, tree)
                return self.bounded(sum_of("+" if sign == "+" else "-", left, right), tree)
            case "*":
                if left.type.places + right.type.places > MOST_PLACES:
                    raise self.fault(
                        "RR403", f"the product has more than {MOST_PLACES} decimals", tree, "declare fewer `decimals`"
                    )
                return self.bounded(product_of(left, right), tree)
            case _:
                if right.type.low <= 0 <= right.type.high:
                    remedy = "give the fact a `min` above zero, or divide by max(1, …)"
                    raise self.fault("RR401", f"`{self.words(trees[1])}` may be zero", trees[1], remedy)
                return self.quotient(left, right, tree)

    def quotient(self, left: Value, right: Value, tree: Syntax) -> Value:
        scale = 10 ** (MOST_PLACES - left.type.places + right.type.places)
        largest = max(abs(left.type.low), abs(left.type.high)) * scale
        self.require_small(largest, tree)
        kind = Type("number", places=MOST_PLACES, low=-largest, high=largest)
        node = Arithmetic("/", left, right, kind, scale)
        low, high = quotient_range(
            (int(left.type.low), int(left.type.high)), (int(right.type.low), int(right.type.high)), scale
        )
        return self.bounded(replace(node, type=replace(kind, low=low, high=high)), tree)

    def time_sum(self, sign: str, left: Value, right: Value, tree: Syntax) -> Value:
        operator: Literal["+", "-"] = "+" if sign == "+" else "-"
        if sign == "+" and left.type.name == "duration" and right.type.name in ("moment", "date"):
            left, right = right, left
        kinds = left.type.name, right.type.name
        found: Value | None = None
        if right.type == CALENDAR and kinds[0] in ("moment", "date") and isinstance(right, Constant):
            found = CalendarShift(left, right.value if sign == "+" else -right.value, left.type)
        elif CALENDAR in (left.type, right.type):
            found = None
        elif kinds in (("moment", "duration"), ("duration", "duration")):
            found = Arithmetic(operator, left, right, MOMENT if kinds[0] == "moment" else DURATION)
        elif kinds == ("moment", "moment") and sign == "-":
            found = Arithmetic("-", left, right, DURATION)
        elif kinds == ("date", "date") and sign == "-":
            found = DateShift("-", left, right, DURATION)
        elif kinds == ("date", "duration") and isinstance(right, Constant) and right.value % DAY == 0:
            found = DateShift(operator, left, replace(right, value=right.value // DAY), DATE)
        if found is None:
            message = f"{described(left.type)} and {described(right.type)} do not go with `{sign}`"
            raise self.fault("RR305", message, tree, unlike_help((left.type, right.type)))
        return self.placed(found, tree)

    def negative(self, tree: Syntax) -> Value:
        value = self.quantity(_subtree(tree, 0))
        if value.type.name != "number":
            raise self.fault("RR305", f"{described(value.type)} cannot be negative", tree, "leave the minus sign out")
        if isinstance(value, Constant):
            return self.placed(
                replace(value, value=-value.value, type=replace(value.type, low=-value.value, high=-value.value)), tree
            )
        zero = Constant(0, replace(value.type, low=0, high=0))
        return self.bounded(sum_of("-", zero, value), tree)

    def extreme(self, tree: Syntax) -> Value:
        trees = _arguments(tree)
        operands = self.operands(trees)
        which = "min" if tree.data == "least" else "max"
        values: list[Value] = []
        for operand, argument in zip(operands, trees, strict=True):
            if isinstance(operand, Condition) or operand.type.name not in ("number", "scale"):
                message = f"{which}(…) compares numbers, or steps of one scale"
                raise self.fault("RR305", message, argument, as_number(self.words(argument), type_of(operand)))
            if not operand.type.alike(type_of(operands[0])):
                message = f"{described(operand.type)} is compared with {described(type_of(operands[0]))}"
                raise self.fault("RR305", message, argument, unlike_help((type_of(operands[0]), operand.type)))
            values.append(operand)
        places = max(value.type.places for value in values)
        values = [self.bounded(at_places(value, places), tree) for value in values]
        choose = min if which == "min" else max
        low, high = choose(value.type.low for value in values), choose(value.type.high for value in values)
        kind = replace(values[0].type, low=low, high=high)
        return self.placed(Extreme("min" if which == "min" else "max", tuple(values), kind), tree)

    def count(self, tree: Syntax) -> Value:
        trees = _arguments(tree)
        if len(trees) == 1 and trees[0].data == "name":
            operand = self.operand(trees[0])
            if isinstance(operand, FactValue) and operand.type.name == "choices":
                return self.placed(chosen(operand.fact, operand.type), tree)
        return self.placed(points([(1, part) for part in self.conditions(trees)]), tree)

    def step(self, tree: Syntax) -> Value:
        trees = [_subtree(tree, 0), _subtree(tree, 1)]
        value = self.operand(trees[0])
        if isinstance(value, Word):
            raise self.unknown(value.tree, value.text)
        if isinstance(value, Condition) or value.type.name != "scale":
            message = f"step(…) moves on a scale, `{self.words(trees[0])}` is {described(type_of(value))}"
            raise self.fault("RR305", message, trees[0], "write + or - to change a number")
        by = self.quantity(trees[1])
        if by.type.name != "number" or by.type.places:
            message = "step(…) takes a whole number of steps"
            raise self.fault("RR305", message, trees[1], "write it like step(harm, 1) or step(harm, -1)")
        top = len(value.type.options) - 1
        low, high = (min(max(end, 0), top) for end in (value.type.low + by.type.low, value.type.high + by.type.high))
        return self.placed(Step(value, by, replace(value.type, low=low, high=high)), tree)

    # Numbers

    def level(self, left: Value, right: Value, tree: Syntax) -> tuple[Value, Value]:
        """Two numbers brought to the same places; other values as they are."""
        if type_of(left).name != "number":
            return left, right
        places = max(left.type.places, right.type.places)
        levelled = at_places(left, places), at_places(right, places)
        for value in levelled:
            self.require_small(max(abs(value.type.low), abs(value.type.high)), tree)
        return levelled

    def bounded(self, node: Node, tree: Syntax) -> Node:
        kind = type_of(node)
        if kind.name == "number":
            self.require_small(max(abs(kind.low), abs(kind.high)), tree)
        return self.placed(node, tree)

    def require_small(self, largest: float, tree: Syntax) -> None:
        if largest > LARGEST:
            remedy = "give the facts in it a `min` and `max`, or fewer `decimals`"
            raise self.fault("RR402", f"`{self.words(tree)}` may become too large to count exactly", tree, remedy)


def _subtree(tree: Syntax, position: int) -> Syntax:
    return cast(Syntax, tree.children[position])


def _arguments(tree: Syntax) -> list[Syntax]:
    return [cast(Syntax, child) for child in _subtree(tree, 0).children]


def _word(tree: Syntax) -> Word:
    text = str(tree.children[0])
    return Word(text[1:-1], True, tree) if tree.data == "text" else Word(text, False, tree)
