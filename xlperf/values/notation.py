"""How people type: the spellings that a form declares for its choices and numbers, folded and ready to look up.

    >>> spellings_of(form).columns["target"]
    'target'
    >>> operator = form.blocks["duties"].fields["operator"]
    >>> patterns = choice_patterns(form, operator.spellings, operator.choices)
    >>> next((pattern.says, inner) for pattern in patterns if (inner := pattern.inside("≥96")))
    ('>=', '96')

A spelling stands before a figure, behind it, or goes around it; the form writes the figure as an ellipsis.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xlperf.forms.form import Form
from xlperf.forms.model import Block
from xlperf.text import fold

LONGEST = 60  # characters: a longer text is no figure and no date; it also bounds the searches in such a text
GAP = "\u2026"  # in a spelling: what it goes around
ENDS = " .,;:\u3001\u3002"  # after a figure they say nothing
PERCENT = "%"
MINUS, POINT = "-", "."
LOOKALIKE_SIGNS = {  # where a character that looks like a minus or a point can be nothing else
    MINUS: r"^(?:{0})(?= ?[\d.])",
    POINT: r"(?<=\d)(?:{0})(?=\d)",
}
LOOKALIKE_DIGIT = r"(?<=[\d.])(?:{0})|(?:{0})(?=[\d.])"


class Pattern(NamedTuple):
    """A spelling: what stands before and what behind the figure, and what that says."""

    head: str
    tail: str
    says: str

    def inside(self, text: str) -> str | None:
        """What the spelling goes around, None where it is not there."""
        long = len(text) > len(self.head) + len(self.tail)
        fits = long and text.startswith(self.head) and text.endswith(self.tail)
        return text[len(self.head) : len(text) - len(self.tail)].strip() if fits else None


Patterns = tuple[Pattern, ...]
Replacements = tuple[tuple[re.Pattern[str], str], ...]


@dataclass(frozen=True)
class Spellings:
    """The table `spellings.numbers` of a form."""

    columns: Mapping[str, str] = field(default_factory=dict)  # operator, target, unit, actual: the fields they are
    blank: str = ""  # the word for nothing
    blanks: frozenset[str] = frozenset()  # the ways to type nothing
    fillers: tuple[str, ...] = ()  # words in place of the words that are asked for
    confirmations: tuple[str, ...] = ()  # words of a text that says only that something is so
    changes: tuple[str, ...] = ()  # in the name of what grows or falls by so many percent
    powers: tuple[tuple[str, Decimal], ...] = ()  # words that multiply a unit, the longest first
    unit_names: Mapping[str, str] = field(default_factory=dict)  # other name to name
    unit_patterns: Patterns = ()  # spellings of units that go around a number
    scales: Mapping[str, tuple[Decimal, str]] = field(default_factory=dict)  # unit: so many of another unit
    units: frozenset[str] = frozenset()  # those that need no cell to say so
    counters: frozenset[str] = frozenset()  # units that count things
    lookalike_signs: Replacements = ()  # look-alikes with one reading
    lookalike_digits: Replacements = ()  # tried when nothing else is understood
    doubtful: Patterns = ()  # a minus or a unit, or only an ornament
    misread: Patterns = ()  # operators that were scanned wrongly
    ranges: tuple[str, ...] = ()  # what stands between the two ends of a range
    numerals: Mapping[str, int] = field(default_factory=dict)  # digits as words

    def is_change(self, name: str) -> bool:
        """Whether what is called so is a change, of which less than a percent is no rarity."""
        return any(word in name for word in self.changes)

    def columns_of(self, block: Block) -> Mapping[str, str]:
        """The columns of a block that make up a figure, by what they say; none where one of them is missing."""
        return self.columns if all(name in block.fields for name in self.columns.values()) else {}


@lru_cache(maxsize=16)
def spellings_of(form: Form) -> Spellings:
    """Return how numbers are typed in that form."""
    numbers = form.spellings.get("numbers", {})
    units, lookalikes = numbers.get("units", {}), numbers.get("lookalikes", {})
    unit_names = {bare(word): bare(name) for name, words in units.items() for word in (name, *words) if GAP not in word}
    scales = {
        bare(name): (Decimal(str(count)), bare(base))
        for name, to in numbers.get("scales", {}).items()
        for base, count in to.items()
    }
    counters = frozenset(map(bare, numbers.get("counters", ())))
    return Spellings(
        columns=numbers.get("columns", {}),
        blank=numbers.get("blank", ""),
        blanks=frozenset(map(fold, numbers.get("blanks", ()))),
        fillers=tuple(numbers.get("fillers", ())),
        confirmations=tuple(numbers.get("confirmations", ())),
        changes=tuple(numbers.get("changes", ())),
        powers=_powers(numbers.get("powers", {})),
        unit_names=unit_names,
        unit_patterns=tuple(_pattern(word, name) for name, words in units.items() for word in words if GAP in word),
        scales=scales,
        units=counters | {*unit_names.values(), *scales, *(base for _, base in scales.values())},
        counters=counters,
        lookalike_signs=tuple(
            (_any_of(typed, LOOKALIKE_SIGNS[sign]), sign) for sign, typed in lookalikes.items() if sign in LOOKALIKE_SIGNS
        ),
        lookalike_digits=tuple(
            (_any_of(typed, LOOKALIKE_DIGIT), digit) for digit, typed in lookalikes.items() if digit not in LOOKALIKE_SIGNS
        ),
        doubtful=_patterns(numbers.get("doubtful", {})),
        misread=_patterns(numbers.get("misread", {})),
        ranges=tuple(dict.fromkeys(map(fold, numbers.get("ranges", ())))),
        numerals=numbers.get("numerals", {}),
    )


@lru_cache(maxsize=64)
def choice_patterns(form: Form, table: str, choices: tuple[str, ...]) -> Patterns:
    """The spellings of the choices of a field, the longest first; `table` is the table of `spellings` it goes by, "" for none."""
    spelt = form.spellings.get(table, {}) if table else {}
    return _patterns({choice: [choice, *spelt.get(choice, ())] for choice in choices})


def bare(text: str, brackets: str = "()") -> str:
    """A folded text without any space and without brackets around it."""
    text = fold(text).replace(" ", "")
    inner = text[1:-1]
    return inner if brackets and text[:1] + text[-1:] == brackets and not set(brackets) & set(inner) else text


def _pattern(word: str, says: str) -> Pattern:
    head, _, tail = word.partition(GAP)
    return Pattern(head=bare(head, ""), tail=bare(tail, ""), says=says)


def _patterns(spelt: Mapping[str, Iterable[str]]) -> Patterns:
    """All spellings of such a table, the longest first."""
    found = (_pattern(word, says) for says, words in spelt.items() for word in words)
    return tuple(sorted(dict.fromkeys(found), key=lambda pattern: -len(pattern.head + pattern.tail)))


def _powers(factors: Mapping[str, float]) -> tuple[tuple[str, Decimal], ...]:
    """The words that multiply a unit, the longest first."""
    powers = [(fold(word), Decimal(str(factor))) for word, factor in factors.items()]
    return tuple(sorted(powers, key=lambda power: -len(power[0])))


def _any_of(characters: Iterable[str], place: str) -> re.Pattern[str]:
    return re.compile(place.format("|".join(map(re.escape, characters))), re.ASCII)
