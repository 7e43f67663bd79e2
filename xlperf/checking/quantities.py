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
from typing import NamedTuple

from xlperf.formula.operands import as_decimal, as_text

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
PERCENT = "%"
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

    pattern: re.Pattern
    spoken: re.Pattern  # a number in words, with its unit
    ordinals: re.Pattern | None
    synonyms: tuple[frozenset[str], ...]
    multipliers: Mapping[str, Decimal]
    before: tuple[tuple[str, str], ...]  # word, bound; the longest first
    after: tuple[tuple[str, str], ...]
    ignored: frozenset[str]
    per: tuple[str, ...]
    particles: str
    known_pairs: dict[str, set[str]] = field(default_factory=dict, compare=False)

    def quantities(self, text: str) -> list[Quantity]:
        """The quantities of a text in their order."""
        return list(islice(self._quantities(text), MOST))

    def _quantities(self, text: str) -> Iterator[Quantity]:
        text = text.translate(FULL_WIDTH)
        if self.ordinals:
            text = self.ordinals.sub(lambda match: LIST_COMMA * len(match[0]), text)
        found = list(self.pattern.finditer(text))
        for number, match in enumerate(found):
            previous = found[number - 1].end() if number else 0
            before = text[max(previous, match.start() - FAR) : match.start()]
            clause = CLAUSE_ENDS.split(before)[-1].strip(LIST_COMMA)
            following = found[number + 1].start() if number + 1 < len(found) else len(text)
            after = CLAUSE_ENDS.split(text[match.end() : min(following, match.end() + FAR)])[0].split(LIST_COMMA)[0]
            bound = self._bound(match, clause, after)
            if match["unit"] in self.ignored or bound is None or any(word in clause for word in self.per):
                continue
            scale = self.multipliers.get(match["multiplier"], Decimal(1))
            digits = Decimal(match["number"].replace(",", ""))
            yield Quantity(
                digits * scale,
                Decimal(1).scaleb(digits.as_tuple().exponent) * scale,
                match["unit"],
                bound,
                match[0].strip(),
                f"{clause} {after}".strip(),
                SENTENCE_ENDS.split(text[max(0, match.start() - FAR) : match.start()])[-1],
            )

    def _bound(self, match: re.Match, before: str, after: str) -> str | None:
        """How exact the number is meant; None where it is a difference and no quantity of its own."""
        if RANGE.search(match.string[max(0, match.start() - RANGE_LENGTH) : match.start()]):
            return "about"
        known = next((bound for word, bound in self.before if before.rstrip().endswith(word)), "")
        if known == "change":
            return None
        more = (match["some"], match["more"])
        return known or next((bound for word, bound in self.after if word in more or after.startswith(word)), "")

    def fits(self, one: Quantity, other: Quantity) -> bool:
        """Whether both count the same kind of thing."""
        return one.unit == other.unit or self._synonyms(one.unit, other.unit)

    def speaks_of(self, text: str, quantity: Quantity) -> bool:
        """Whether the text has a number in words of the same kind of thing."""
        return any(match[1] == quantity.unit or self._synonyms(match[1], quantity.unit) for match in self.spoken.finditer(text))

    def _synonyms(self, unit: str, other: str) -> bool:
        return any(unit in group and other in group for group in self.synonyms)

    def pairs(self, text: str) -> set[str]:
        """The pairs of neighbouring characters of a text, particles and punctuation apart."""
        if text not in self.known_pairs:
            words = re.findall(r"[^\W_]+", "".join(c for c in text.lower() if c not in self.particles))
            self.known_pairs[text] = {word[at : at + 2] for word in words for at in range(len(word) - 1)}
        return self.known_pairs[text]

    def overlap(self, one: str, other: str) -> int:
        """How many pairs of characters two texts share."""
        return len(self.pairs(one) & self.pairs(other))

    def share(self, name: str, text: str) -> float:
        """How much of a name a text has, 0 to 1."""
        wanted = self.pairs(name)
        return len(wanted & self.pairs(text)) / len(wanted) if wanted else 0.0


def make_grammar(parameters: Mapping, more_units: Iterable[str] = ()) -> Grammar:
    """Return the grammar that a rule's parameters describe, with the units that the document itself uses beside theirs."""
    multipliers = {word: Decimal(value) for word, value in parameters.get("multipliers", {}).items()}
    ordinals = parameters.get("ordinals", ())
    synonyms = tuple(frozenset(group) for group in parameters.get("units", ()))
    ignored = frozenset(parameters.get("ignored", ()))
    own = {_without(unit.strip().translate(FULL_WIDTH), multipliers) for unit in more_units}
    units = {PERCENT, *ignored, *own, *(unit for group in synonyms for unit in group)} - {""}
    after = [(word, bound) for bound, words in parameters.get("after", {}).items() for word in words]
    some = _either(word for word, _ in after if len(word) == 1)
    number = rf"{NUMBER}{GAP}(?P<some>{some})(?P<multiplier>{_either(multipliers)}){GAP}(?P<more>{some}){GAP}"
    pattern = re.compile(rf"{number}(?P<unit>{_either(units, '')})")
    numerals = _either(parameters.get("numerals", ()), "") or "(?!)"
    spoken = re.compile(rf"(?:{numerals})({_either(units - ignored - {PERCENT}, '')})")
    chain = rf"(?:{_either(ordinals, '')})\s*\d+(?:\s*[-{LIST_COMMA},\uff0c~\u2014\u2013]\s*\d+)*"
    before = [(word, bound) for bound, words in parameters.get("before", {}).items() for word in words]
    return Grammar(
        pattern,
        spoken,
        re.compile(chain) if ordinals else None,
        synonyms,
        multipliers,
        tuple(sorted(before, key=_longest)),
        tuple(sorted(after, key=_longest)),
        ignored,
        tuple(parameters.get("per", ())),
        "".join(parameters.get("particles", ())),
    )


def _either(words: Collection[str] | Iterable[str], otherwise: str = "|") -> str:
    """A pattern of any of those words, the longest first; by default of none of them as well."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) + otherwise


def _longest(pair: tuple[str, str]) -> int:
    return -len(pair[0])


def _without(unit: str, multipliers: Iterable[str]) -> str:
    """A unit without the multiplier in front of it."""
    word = max((word for word in multipliers if unit.startswith(word) and unit != word), key=len, default="")
    return unit[len(word) :]


def read_quantity(grammar: Grammar, value: object, unit: object) -> Quantity | None:
    """A number and the unit beside it as one quantity, None where they are none (blank, negative)."""
    number = as_decimal(value)
    if not isinstance(number, Decimal) or number < 0 or not isinstance(unit, str):
        return None
    return next(iter(grammar.quantities(f"{as_text(number)}{unit.strip()}")), None)


# --- comparing -----------------------------------------------------------------------------------------------


def same(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities are equal up to the rounding they are printed with (58k and 58200)."""
    return _rounded(one, other.value) or _rounded(other, one.value)


def reaches(reported: Quantity, promised: Quantity) -> bool:
    """Whether a report is not below a promise but for its own rounding: 5200 is no 10k, 10k may be 10200."""
    return reported.value >= promised.value or _rounded(reported, promised.value)


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


def assign(grammar: Grammar, promises: Sequence[Quantity], reports: Sequence[Quantity]) -> dict[int, int]:
    """Return which report answers which promise (index to index): of fitting units, the most alike in words, then in size."""
    pairs = []
    for i, promise in enumerate(promises):
        for j, report in enumerate(reports):
            if grammar.fits(promise, report):
                apart = abs(promise.value - report.value) / max(promise.value, report.value, Decimal(1))
                pairs.append((-grammar.overlap(promise.clause, report.clause), apart, i, j))
    taken: dict[int, int] = {}
    for _, _, i, j in sorted(pairs):
        if i not in taken and j not in taken.values():
            taken[i] = j
    return taken
