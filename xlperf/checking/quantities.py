"""Quantities in running text: numbers with a unit, the words they belong to, and whether two say the same.

    >>> grammar = make_grammar({"units": [["sets", "set"]], "multipliers": {"k": 1000}, "before": {"least": ["over"]}})
    >>> [(str(q.value), q.unit, q.bound, q.clause) for q in grammar.quantities("instruments over 5.8k sets, of two kinds")]
    [('5800.0', 'sets', 'least', 'instruments over')]

Every word comes from the form: units and their synonyms, multipliers, words that bound a number (at least, about) and words
after which a number is no quantity (an ordinal, so much per month, so much more than planned). What a number belongs to is
its clause; how alike two texts are is counted in pairs of characters, which Chinese needs no dictionary for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple

from xlperf.formula.operands import as_text
from xlperf.values.notation import PERCENT
from xlperf.values.numbers import number_of

MOST = 50  # quantities looked at in one text: a longer list is a table, and pairing them costs their square
FAR = 100  # characters around a quantity that still belong to it
NUMBER = r"(?<![\d.])(?P<number>(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,6})?)"
GAP = r"\s{0,2}"  # bounded: three unbounded runs of spaces side by side take forever on a long one
RANGE = re.compile(r"\d[^\W\d]{0,3}\s*[-\u2013\u2014~\uff5e]+\s*\Z")  # "10-" before 15
RANGE_LENGTH = 12
CLAUSE_ENDS = re.compile(r"[,;:!?\n\uff0c\u3002\uff1b\uff1a\uff01\uff1f()\uff08\uff09]")
SENTENCE_ENDS = re.compile(r"[;!?\n\u3002\uff1b\uff01\uff1f]")
LIST_COMMA = "\u3001"
FULL_WIDTH = {0xFF10 + digit: str(digit) for digit in range(10)} | {0xFF0E: ".", 0xFF05: "%"}
NEVER = "(?!)"
ROUGHEST = Decimal("0.1")  # of a figure: so much rounding may change, and no more


class Quantity(NamedTuple):
    """A number with its unit as one text has it; values of compatible units compare as they are (58k yuan is 58000 yuan)."""

    value: Decimal
    step: Decimal  # what one more in the last printed digit is worth
    unit: str
    bound: str  # "", "least", "most", "near" (just below), "about"
    text: str
    clause: str  # the words around it, up to the next comma or number
    sentence: str  # the words before it, from the last full stop


@dataclass(frozen=True)
class Grammar:
    """How a form writes quantities."""

    pattern: re.Pattern[str]  # a number with its multiplier and unit
    spoken: re.Pattern[str]  # a number in words, with its unit
    ordinals: re.Pattern[str] | None
    synonyms: tuple[frozenset[str], ...]  # units that count the same kind of thing
    multipliers: Mapping[str, Decimal]
    before: tuple[tuple[str, str], ...]  # word, bound; the longest first
    after: tuple[tuple[str, str], ...]
    ignored: frozenset[str]  # units of what is no quantity
    per: tuple[str, ...]  # words after which a number is a rate
    particles: str  # characters that say nothing
    pairs_of_texts: dict[str, set[str]] = field(default_factory=dict, compare=False)  # what `pairs` has answered already

    def quantities(self, text: str) -> list[Quantity]:
        """The quantities of a text in their order."""
        return list(islice(self._quantities(text), MOST))

    def _quantities(self, text: str) -> Iterator[Quantity]:
        text = text.translate(FULL_WIDTH)
        if self.ordinals:
            text = self.ordinals.sub(lambda match: LIST_COMMA * len(match[0]), text)
        matches = list(self.pattern.finditer(text))
        ends = [0, *(match.end() for match in matches)]
        starts = [*(match.start() for match in matches[1:]), len(text)]
        for match, earlier, later in zip(matches, ends, starts, strict=False):
            before = text[max(earlier, match.start() - FAR) : match.start()]
            behind = text[match.end() : min(later, match.end() + FAR)]
            clause = CLAUSE_ENDS.split(before)[-1].strip(LIST_COMMA)
            after = CLAUSE_ENDS.split(behind)[0].split(LIST_COMMA)[0]
            bound = self._bound(match, clause, after)
            if bound is not None and match["unit"] not in self.ignored and not any(word in clause for word in self.per):
                yield self._quantity(match, bound, f"{clause} {after}".strip())

    def _quantity(self, match: re.Match[str], bound: str, clause: str) -> Quantity:
        scale = self.multipliers.get(match["multiplier"], Decimal(1))
        digits = match["number"].replace(",", "")
        decimals = len(digits.partition(".")[2])
        sentence = SENTENCE_ENDS.split(match.string[max(0, match.start() - FAR) : match.start()])[-1]
        return Quantity(
            value=Decimal(digits) * scale,
            step=Decimal(1).scaleb(-decimals) * scale,
            unit=match["unit"],
            bound=bound,
            text=match[0].strip(),
            clause=clause,
            sentence=sentence,
        )

    def _bound(self, match: re.Match[str], before: str, after: str) -> str | None:
        """How exact the number is meant; None where it is a difference and no quantity of its own."""
        if RANGE.search(match.string[max(0, match.start() - RANGE_LENGTH) : match.start()]):
            return "about"
        bound = next((bound for word, bound in self.before if before.rstrip().endswith(word)), "")
        if bound == "change":
            return None
        inside = (match["some"], match["more"])
        return bound or next((bound for word, bound in self.after if word in inside or after.startswith(word)), "")

    def fits(self, one: Quantity, other: Quantity) -> bool:
        """Whether both count the same kind of thing."""
        return one.unit == other.unit or self._are_synonyms(one.unit, other.unit)

    def speaks_of(self, text: str, quantity: Quantity) -> bool:
        """Whether the text has a number in words of the same kind of thing."""
        units = (match[1] for match in self.spoken.finditer(text))
        return any(unit == quantity.unit or self._are_synonyms(unit, quantity.unit) for unit in units)

    def _are_synonyms(self, unit: str, other: str) -> bool:
        return any(unit in group and other in group for group in self.synonyms)

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


def make_grammar(parameters: Mapping[str, Any], more_units: Iterable[str] = ()) -> Grammar:
    """Return the grammar that a rule's parameters describe, with the units that the document itself uses beside theirs."""
    multipliers = {word: Decimal(value) for word, value in parameters.get("multipliers", {}).items()}
    ordinals = parameters.get("ordinals", ())
    synonyms = tuple(frozenset(group) for group in parameters.get("units", ()))
    ignored = frozenset(parameters.get("ignored", ()))
    own = {_without_multiplier(unit.strip().translate(FULL_WIDTH), multipliers) for unit in more_units}
    units = {PERCENT, *ignored, *own, *(unit for group in synonyms for unit in group)} - {""}
    after = _bounds(parameters.get("after", {}))
    return Grammar(
        pattern=_quantity_pattern(units, multipliers, [word for word, _ in after if len(word) == 1]),
        spoken=_spoken_pattern(units - ignored - {PERCENT}, parameters.get("numerals", ())),
        ordinals=_ordinals_pattern(ordinals) if ordinals else None,
        synonyms=synonyms,
        multipliers=multipliers,
        before=_bounds(parameters.get("before", {})),
        after=after,
        ignored=ignored,
        per=tuple(parameters.get("per", ())),
        particles="".join(parameters.get("particles", ())),
    )


def _quantity_pattern(units: Collection[str], multipliers: Collection[str], some: Collection[str]) -> re.Pattern[str]:
    """A number, its multiplier and its unit, with a word for "some" or "more" (one character) between them."""
    few = _either(some)
    number = rf"{NUMBER}{GAP}(?P<some>{few})(?P<multiplier>{_either(multipliers)}){GAP}(?P<more>{few}){GAP}"
    return re.compile(rf"{number}(?P<unit>{_either(units, '')})")


def _spoken_pattern(units: Collection[str], numerals: Collection[str]) -> re.Pattern[str]:
    """A number in words before a unit."""
    return re.compile(rf"(?:{_either(numerals, '') or NEVER})({_either(units, '')})")


def _ordinals_pattern(ordinals: Collection[str]) -> re.Pattern[str]:
    """A word for an ordinal with the numbers behind it."""
    return re.compile(rf"(?:{_either(ordinals, '')})\s*\d+(?:\s*[-{LIST_COMMA},\uff0c~\u2014\u2013]\s*\d+)*")


def _bounds(words_of: Mapping[str, Iterable[str]]) -> tuple[tuple[str, str], ...]:
    """The words that bound a number, each with its bound, the longest first."""
    pairs = [(word, bound) for bound, words in words_of.items() for word in words]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def _either(words: Collection[str] | Iterable[str], otherwise: str = "|") -> str:
    """A pattern of any of those words, the longest first; by default of none of them as well."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) + otherwise


def _without_multiplier(unit: str, multipliers: Iterable[str]) -> str:
    """A unit without the multiplier in front of it."""
    word = max((word for word in multipliers if unit.startswith(word) and unit != word), key=len, default="")
    return unit[len(word) :]


def read_quantity(grammar: Grammar, value: object, unit: object) -> Quantity | None:
    """A number and the unit beside it as one quantity, None where they are none (blank, negative)."""
    number = number_of(value)
    if number is None or number < 0 or not isinstance(unit, str):
        return None
    return next(iter(grammar.quantities(f"{as_text(number)}{unit.strip()}")), None)


# --- comparing -----------------------------------------------------------------------------------------------


def same(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities are equal up to the rounding they are printed with (58k and 58200)."""
    return _rounded(one, other.value) or _rounded(other, one.value)


def reaches(reported: Quantity, planned: Quantity) -> bool:
    """Whether a reported quantity is not below the planned one but for its own rounding: 5200 is no 10k, 10k may be 10200."""
    return reported.value >= planned.value or _rounded(reported, planned.value)


def _rounded(printed: Quantity, value: Decimal) -> bool:
    """Whether a value may be printed so; a rounding by more than a tenth tells another figure."""
    return abs(printed.value - value) <= min(printed.step / 2, max(printed.value, value) * ROUGHEST)


def agrees(said: Quantity, counted: Quantity) -> bool:
    """Whether a figure in a sentence is true of what was counted: "over 400" of 412, "about" within a tenth."""
    if same(said, counted):
        return True
    if said.bound == "about":
        return abs(said.value - counted.value) <= counted.value / 10
    return {
        "least": counted.value > said.value,
        "most": counted.value < said.value,
        "near": said.value * 9 / 10 <= counted.value < said.value,
    }.get(said.bound, False)


def assign(grammar: Grammar, planned: Sequence[Quantity], reported: Sequence[Quantity]) -> dict[int, int]:
    """Return which planned quantity is answered by which reported one (index to index).

    Of those whose units fit, the most alike in words, then in size.
    """
    pairs = []
    for number, plan in enumerate(planned):
        for at, report in enumerate(reported):
            if grammar.fits(plan, report):
                apart = abs(plan.value - report.value) / max(plan.value, report.value, Decimal(1))
                pairs.append((-grammar.overlap(plan.clause, report.clause), apart, number, at))
    answers: dict[int, int] = {}
    for _, _, number, at in sorted(pairs):
        if number not in answers and at not in answers.values():
            answers[number] = at
    return answers
