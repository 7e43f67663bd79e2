"""How a form writes quantities: it reads a running text into its quantities, each with the words that it belongs to.

    >>> grammar = make_grammar({"units": [["sets", "set"]], "multipliers": {"k": 1000}, "before": {"least": ["over"]}})
    >>> [(str(q.value), q.unit, q.bound, q.clause) for q in grammar.quantities("instruments over 5.8k sets, of two kinds")]
    [('5800.0', 'sets', 'least', 'instruments over')]

Every word comes from the form: units and their synonyms, multipliers, words that bound a number (at least, about), that make it
a change (up by), a place in a ranking, a part, a total of several years; and words after which it is no quantity (so much per
month, so much more than planned). What a number belongs to is its clause; how alike two texts are is counted in pairs of
characters, which Chinese needs no dictionary for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any, Final, cast

from xlperf.checking.sentences.quantities import RANK, Bound, Move, Quantity, Scope, is_of_one_kind
from xlperf.formula.operands import as_text
from xlperf.values.notation import PERCENT
from xlperf.values.numbers import number_of

MOST = 50  # quantities looked at in one text: a longer list is a table, and pairing them costs their square
FAR = 100  # characters around a quantity that still belong to it
DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,6})?"
START = r"(?<![\d.])"
GAP = r"\s{0,2}"  # bounded: three unbounded runs of spaces side by side take forever on a long one
RANGE = re.compile(r"\d[^\W\d]{0,3}\s*[-\u2013\u2014~\uff5e]+\s*\Z")  # "10-" before 15
RANGE_LENGTH = 12
CLAUSE_ENDS = re.compile(r"[,;:!?\n\uff0c\u3002\uff1b\uff1a\uff01\uff1f()\uff08\uff09]")
SENTENCE_ENDS = re.compile(r"[;!?\n\u3002\uff1b\uff01\uff1f]")
LIST_COMMA = "\u3001"
FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0E: ".", 0xFF05: "%"}
NEVER = "(?!)"
CHANGES: Final = ("rise", "fall")  # bounds that make a number a change
BEGINNING: Final = "from"  # a bound that makes a number what it was before, and the next one what it is now
GAP_TO_PLAN: Final = "gap"  # so much more or less than something else: no quantity of its own
AT_THE_HEAD = ("part",)  # scopes whose words begin the clause
NO_SCOPE: Final = "none"  # of words that only look like those of a scope
NO_GROUP: frozenset[int] = frozenset()
PARAMETERS = (  # of a rule: those that make a grammar
    *("after", "before", "ignored", "multipliers", "numerals", "ordinals", "particles", "per", "points", "ranges", "ranks"),
    *("scales", "scopes", "units"),
)

Words = tuple[tuple[str, str], ...]  # a word and what it says, the longest first


@dataclass(frozen=True)
class Grammar:
    """How a form writes quantities."""

    pattern: re.Pattern[str]  # a number with its multiplier and unit, perhaps the lower end of a range before it
    spoken: re.Pattern[str]  # a number in words, with its unit
    ranks: re.Pattern[str]
    ordinals: re.Pattern[str] | None
    synonyms: tuple[frozenset[str], ...]  # units that count the same kind of thing
    multipliers: Mapping[str, Decimal]
    scales: Mapping[str, tuple[str, Decimal]]  # a unit: another, and so much of that
    numerals: Mapping[str, int]  # words for one, two, …
    before: Words  # word, bound; the longest first
    after: Words
    scopes: Words
    ignored: frozenset[str]  # units of what is no quantity
    points: frozenset[str]  # units of a change of a share
    per: tuple[str, ...]  # words after which a number is a rate
    particles: str  # characters that say nothing
    pairs_of_texts: dict[str, set[str]] = field(default_factory=dict, compare=False)  # what `pairs` has answered already
    quantities_of_texts: dict[str, tuple[Quantity, ...]] = field(default_factory=dict, compare=False)  # and `quantities`

    def quantities(self, text: str) -> tuple[Quantity, ...]:
        """The quantities of a text in their order, places in a ranking last."""
        if text not in self.quantities_of_texts:
            self.quantities_of_texts[text] = tuple(islice(self._quantities(text.translate(FULL_WIDTH)), MOST))
        return self.quantities_of_texts[text]

    def _quantities(self, text: str) -> Iterator[Quantity]:
        ranks = [_rank(match, self.numerals) for match in self.ranks.finditer(text)]
        text = self.ranks.sub(lambda match: LIST_COMMA * len(match[0]), text)
        if self.ordinals:
            text = self.ordinals.sub(lambda match: LIST_COMMA * len(match[0]), text)
        matches = list(self.pattern.finditer(text))
        ends = [0, *(match.end() for match in matches)]
        starts = [*(match.start() for match in matches[1:]), len(text)]
        topic = ""  # of a number that goes on from the one before
        for match, earlier, later in zip(matches, ends, starts, strict=False):
            before = text[max(earlier, match.start() - FAR) : match.start()]
            behind = text[match.end() : min(later, match.end() + FAR)]
            clause = topic + ("" if before.endswith(LIST_COMMA) else CLAUSE_ENDS.split(before)[-1].strip(LIST_COMMA))
            after = CLAUSE_ENDS.split(behind)[0].split(LIST_COMMA)[0]
            bound = self._bound(match, clause, after)
            topic = self._without_beginning(clause) if bound == BEGINNING else ""
            if bound != GAP_TO_PLAN and match["unit"] not in self.ignored and not any(word in clause for word in self.per):
                yield self._quantity(match, bound, clause, after)
        yield from ranks

    def _quantity(self, match: re.Match[str], bound: str, clause: str, after: str) -> Quantity:
        unit, factor = self.scales.get(match["unit"], (match["unit"], Decimal(1)))
        scale = self.multipliers.get(match["multiplier"], Decimal(1)) * factor
        digits = match["number"].replace(",", "")
        decimals = len(digits.partition(".")[2])
        value, low = Decimal(digits) * scale, Decimal((match["low"] or "0").replace(",", "")) * scale
        move = bound if bound in CHANGES else ""
        is_before = bound == BEGINNING
        around = f"{clause} {after}".strip()
        return Quantity(
            value=value,
            low=low if match["low"] and low < value else value,
            step=Decimal(1).scaleb(-decimals) * scale,
            unit=unit,
            text=match[0].strip(),
            bound=cast(Bound, "" if move or is_before else bound),
            move=cast(Move, move),
            scope=cast(Scope, "past" if is_before else "" if move or unit == PERCENT else self._scope(clause, around)),
            clause=around,
            sentence=SENTENCE_ENDS.split(match.string[max(0, match.start() - FAR) : match.start()])[-1],
        )

    def _bound(self, match: re.Match[str], before: str, after: str) -> str:
        """How exact the number is meant, or whether it is a change; GAP_TO_PLAN where it is no quantity of its own."""
        if match["low"] is None and RANGE.search(match.string[max(0, match.start() - RANGE_LENGTH) : match.start()]):
            return "about"
        ahead = before.rstrip()
        if ahead.endswith(self._words_before) and (bound := next((b for word, b in self.before if ahead.endswith(word)), "")):
            return bound
        inside = (match["some"], match["more"])
        if not after.startswith(self._words_after) and not any(inside):
            return ""
        return next((bound for word, bound in self.after if word in inside or after.startswith(word)), "")

    @cached_property
    def _words_before(self) -> tuple[str, ...]:
        return tuple(word for word, _ in self.before)

    @cached_property
    def _words_after(self) -> tuple[str, ...]:
        return tuple(word for word, _ in self.after)

    def _without_beginning(self, clause: str) -> str:
        """A clause without the words at its end that say from how many."""
        words = (word for word, bound in self.before if bound == BEGINNING and clause.rstrip().endswith(word))
        return clause.rstrip().removesuffix(next(words, ""))

    def _scope(self, before: str, around: str) -> str:
        """What the figure is of: a part, other years, what was due, all years together."""
        found = (scope for word, scope in self.scopes if (before.startswith(word) if scope in AT_THE_HEAD else word in around))
        return next(found, "").replace(NO_SCOPE, "")

    def fits(self, one: Quantity, other: Quantity) -> bool:
        """Whether both count the same kind of thing."""
        return one.unit == other.unit or self._are_synonyms(one.unit, other.unit)

    def answers(self, planned: Quantity, reported: Quantity) -> bool:
        """Whether a reported quantity may answer a planned one."""
        return self.fits(planned, reported) and is_of_one_kind(planned, reported)

    def speaks_of(self, text: str, quantity: Quantity) -> bool:
        """Whether the text has a number in words of the same kind of thing."""
        units = (match[1] for match in self.spoken.finditer(text))
        return any(unit == quantity.unit or self._are_synonyms(unit, quantity.unit) for unit in units)

    def _are_synonyms(self, unit: str, other: str) -> bool:
        return not self._groups.get(unit, NO_GROUP).isdisjoint(self._groups.get(other, NO_GROUP))

    @cached_property
    def _groups(self) -> dict[str, frozenset[int]]:
        """The groups of synonyms in which a unit stands, by their numbers."""
        units = frozenset[str]().union(*self.synonyms)
        return {unit: frozenset(number for number, group in enumerate(self.synonyms) if unit in group) for unit in units}

    def clauses(self, text: str) -> list[str]:
        """The clauses of a text, numbers and all."""
        return CLAUSE_ENDS.split(text)

    def pairs(self, text: str) -> set[str]:
        """The pairs of neighbouring characters of a text, particles and punctuation apart."""
        if text not in self.pairs_of_texts:
            words = re.findall(r"[^\W_]+", "".join(c for c in text.lower() if c not in self.particles))
            self.pairs_of_texts[text] = {word[at : at + 2] for word in words for at in range(len(word) - 1)}
        return self.pairs_of_texts[text]

    def overlap(self, one: str, other: str) -> int:
        """How many pairs of characters two texts share."""
        return len(self.pairs(one) & self.pairs(other))

    def share(self, name: str, text: str) -> float:
        """How much of a name a text has, 0 to 1."""
        wanted = self.pairs(name)
        return len(wanted & self.pairs(text)) / len(wanted) if wanted else 0.0


def read_quantity(grammar: Grammar, value: object, unit: object) -> Quantity | None:
    """A number and the unit beside it as one quantity, None where they are none (blank, negative)."""
    number = number_of(value)
    if number is None or number < 0 or not isinstance(unit, str):
        return None
    return next(iter(grammar.quantities(f"{as_text(number)}{unit.strip()}")), None)


def assign(grammar: Grammar, planned: Sequence[Quantity], reported: Sequence[Quantity]) -> dict[int, int]:
    """Return which planned quantity is answered by which reported one (index to index).

    Of those that may answer it, the most alike in words, then in size.
    """
    pairs = []
    for number, plan in enumerate(planned):
        for at, report in enumerate(reported):
            if grammar.answers(plan, report):
                apart = abs(plan.value - report.value) / max(plan.value, report.value, Decimal(1))
                pairs.append((-grammar.overlap(plan.clause, report.clause), apart, number, at))
    answers: dict[int, int] = {}
    for _, _, number, at in sorted(pairs):
        if number not in answers and at not in answers.values():
            answers[number] = at
    return answers


# --- a grammar from the parameters of a rule -----------------------------------------------------------------


def make_grammar(parameters: Mapping[str, Any], more_units: Iterable[str] = ()) -> Grammar:
    """Return the grammar that a rule's parameters describe, with the units that the document itself uses beside theirs."""
    multipliers = {word: Decimal(value) for word, value in parameters.get("multipliers", {}).items()}
    ordinals, ranks = parameters.get("ordinals", ()), parameters.get("ranks", {})
    synonyms = tuple(frozenset(group) for group in parameters.get("units", ()))
    ignored, points = (frozenset(parameters.get(name, ())) for name in ("ignored", "points"))
    own = {_without_multiplier(unit.strip().translate(FULL_WIDTH), multipliers) for unit in more_units}
    scales = {
        unit: (other, Decimal(str(many))) for unit, to in parameters.get("scales", {}).items() for other, many in to.items()
    }
    units = {PERCENT, *ignored, *points, *own, *scales, *(unit for group in synonyms for unit in group)} - {""}
    numerals: Mapping[str, int] = parameters.get("numerals", {})
    after, ranges = _words(parameters.get("after", {})), parameters.get("ranges", ())
    return Grammar(
        pattern=_quantity_pattern(units, multipliers, [word for word, _ in after if len(word) == 1], ranges),
        spoken=_spoken_pattern(units - ignored - points - {PERCENT}, numerals),
        ranks=_ranks_pattern(ranks.get("before", ()), ranks.get("units", ()), numerals),
        ordinals=_ordinals_pattern(ordinals, ranges) if ordinals else None,
        synonyms=(*synonyms, points),
        multipliers=multipliers,
        scales=scales,
        numerals=numerals,
        before=_words(parameters.get("before", {})),
        after=after,
        scopes=_words(parameters.get("scopes", {})),
        ignored=ignored,
        points=points,
        per=tuple(parameters.get("per", ())),
        particles="".join(parameters.get("particles", ())),
    )


def _quantity_pattern(
    units: Collection[str], multipliers: Collection[str], some: Collection[str], ranges: Collection[str]
) -> re.Pattern[str]:
    """A number, its multiplier and its unit, with a word for "some" or "more" (one character) between them."""
    few, unit = _either(some), _either(units, "")
    low = rf"(?:(?P<low>{DIGITS}){GAP}(?:{unit})?{GAP}(?:{_either(ranges, '') or NEVER}){GAP})?"
    number = rf"(?P<number>{DIGITS}){GAP}(?P<some>{few})(?P<multiplier>{_either(multipliers)}){GAP}(?P<more>{few}){GAP}"
    return re.compile(rf"{START}{low}{number}(?P<unit>{unit})")


def _spoken_pattern(units: Collection[str], numerals: Collection[str]) -> re.Pattern[str]:
    """A number in words before a unit."""
    return re.compile(rf"(?:{_either(numerals, '') or NEVER})({_either(units, '')})")


def _ordinals_pattern(ordinals: Collection[str], ranges: Collection[str]) -> re.Pattern[str]:
    """A word for an ordinal with the numbers behind it."""
    between = rf"(?:[-{LIST_COMMA},\uff0c~\u2014\u2013]|{_either(ranges, '') or NEVER})"
    return re.compile(rf"(?:{_either(ordinals, '')})\s*\d+(?:\s*{between}\s*\d+)*")


def _ranks_pattern(before: Collection[str], units: Collection[str], numerals: Collection[str]) -> re.Pattern[str]:
    """A place in a ranking with the words before it: among the first so many, the so-and-so-manyth."""
    place = rf"(?P<place>\d{{1,4}}|{_either(numerals, '') or NEVER})"
    return re.compile(rf"(?:{_either(before, '') or NEVER})\s*{place}\s*(?:{_either(units, '') or NEVER})")


def _rank(match: re.Match[str], numerals: Mapping[str, int]) -> Quantity:
    """A place in a ranking as a quantity."""
    place = Decimal(numerals.get(match["place"]) or match["place"])
    clause = CLAUSE_ENDS.split(match.string[max(0, match.start() - FAR) : match.start()])[-1]
    return Quantity(value=place, low=place, step=Decimal(1), unit=RANK, text=match[0], clause=clause, sentence=clause)


def _words(words_of: Mapping[str, Iterable[str]]) -> Words:
    """The words of a parameter, each with what it says, the longest first."""
    pairs = [(word, says) for says, words in words_of.items() for word in words]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def _either(words: Collection[str] | Iterable[str], otherwise: str = "|") -> str:
    """A pattern of any of those words, the longest first; by default of none of them as well."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) + otherwise


def _without_multiplier(unit: str, multipliers: Iterable[str]) -> str:
    """A unit without the multiplier in front of it."""
    word = max((word for word in multipliers if unit.startswith(word) and unit != word), key=len, default="")
    return unit[len(word) :]
