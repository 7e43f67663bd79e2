"""How people type: the spellings that a form declares, units and what they count in, words for nothing.

>>> known = spellings_of(form)
>>> unit_of(known, "%").word, known.is_blank("—")
('%', True)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from xlperf.forms.form import Form
from xlperf.text import fold, letters_of

LONGEST_FILLER = 20  # characters; of a longer text nobody asks what it says

LONGEST = 60  # a longer text is no figure; also the bound of every search below
GAP = "\u2026"  # in a spelling: what it goes around
ENDS = " .,;:\u3001\u3002"  # after a figure they say nothing
PERCENT = "%"
MINUS, POINT = "-", "."


class Unit(NamedTuple):
    """What a number counts in: wan yuan is 10000 of yuan, wan (ten thousand) alone is 10000 of nothing."""

    factor: Decimal
    base: str
    word: str
    power: Decimal = Decimal(1)  # of ten, in its name: 10000 of wan tons, which are 10000000000 grams


class Meaning(NamedTuple):
    """One way to take a typed figure."""

    number: Decimal
    unit: Unit | None = None
    operator: str = ""


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


@dataclass(frozen=True)
class Spellings:
    """The table `spellings.numbers` of a form, folded and ready to look up."""

    columns: Mapping[str, str] = field(default_factory=dict)
    blank: str = ""
    blanks: frozenset[str] = frozenset()
    fillers: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()  # in the name of what grows or falls by so many percent
    powers: tuple[tuple[str, Decimal], ...] = ()  # the longest first
    names: Mapping[str, str] = field(default_factory=dict)  # of units: other name to name
    around: Patterns = ()  # spellings of units that go around a number
    scales: Mapping[str, tuple[Decimal, str]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()  # units that need no cell to say so
    counters: frozenset[str] = frozenset()
    certain: tuple[tuple[re.Pattern, str], ...] = ()  # look-alikes with one reading
    zeros: tuple[tuple[re.Pattern, str], ...] = ()  # look-alikes of digits: tried when nothing else is understood
    doubtful: Patterns = ()
    misread: Patterns = ()
    ranges: tuple[str, ...] = ()
    numerals: Mapping[str, int] = field(default_factory=dict)

    def is_blank(self, text: str) -> bool:
        """Whether a text is one of the ways to type nothing."""
        folded = fold(text)
        return not folded or folded in self.blanks or folded.rstrip(ENDS) in self.blanks

    def is_change(self, name: str) -> bool:
        """Whether what is called so is a change, of which less than a percent is no rarity."""
        return any(word in name for word in self.changes)


@lru_cache(maxsize=16)
def spellings_of(form: Form) -> Spellings:
    """Return how numbers are typed in that form."""
    raw = form.definition.get("spellings", {}).get("numbers", {})
    patterns = [Pattern(*_split(word), name) for name, words in raw.get("units", {}).items() for word in words if GAP in word]
    names = {bare(word): bare(name) for name, words in raw.get("units", {}).items() for word in (name, *words) if GAP not in word}
    scales = {bare(name): (Decimal(str(n)), bare(base)) for name, to in raw.get("scales", {}).items() for base, n in to.items()}
    powers = [(fold(word), Decimal(str(n))) for word, n in raw.get("powers", {}).items()]
    counters = frozenset(map(bare, raw.get("counters", ())))
    lookalikes = [(right, "|".join(map(re.escape, wrong))) for right, wrong in raw.get("lookalikes", {}).items()]
    places = {MINUS: r"^(?:{})(?= ?[\d.])", POINT: r"(?<=\d)(?:{})(?=\d)"}
    digits = r"(?<=[\d.])(?:{0})|(?:{0})(?=[\d.])"
    return Spellings(
        raw.get("columns", {}),
        raw.get("blank", ""),
        frozenset(map(fold, raw.get("blanks", ()))),
        tuple(raw.get("fillers", ())),
        tuple(raw.get("changes", ())),
        tuple(sorted(powers, key=lambda pair: -len(pair[0]))),
        names,
        tuple(patterns),
        scales,
        counters | {*names.values(), *scales, *(base for _, base in scales.values())},
        counters,
        tuple((re.compile(places[right].format(wrong), re.ASCII), right) for right, wrong in lookalikes if right in places),
        tuple((re.compile(digits.format(wrong), re.ASCII), right) for right, wrong in lookalikes if right not in places),
        _patterns(raw.get("doubtful", {})),
        _patterns(raw.get("misread", {})),
        tuple(dict.fromkeys(map(fold, raw.get("ranges", ())))),
        raw.get("numerals", {}),
    )


@lru_cache(maxsize=64)
def choice_patterns(form: Form, table: str, choices: tuple[str, ...]) -> Patterns:
    """The spellings of the choices of a field, the longest first."""
    spelt = form.definition.get("spellings", {}).get(table, {}) if table else {}
    return _patterns({choice: [choice, *spelt.get(choice, ())] for choice in choices})


def _patterns(spelt: Mapping[str, Iterable[str]]) -> Patterns:
    found = (Pattern(*_split(word), meaning) for meaning, words in spelt.items() for word in words)
    return tuple(sorted(dict.fromkeys(found), key=lambda pattern: -len(pattern.head + pattern.tail)))


def _split(word: str) -> tuple[str, str]:
    head, _, tail = word.partition(GAP)
    return bare(head, ""), bare(tail, "")


def bare(text: str, brackets: str = "()") -> str:
    """A folded text without any space and without brackets around it."""
    text = fold(text).replace(" ", "")
    inner = text[1:-1]
    return inner if brackets and text[:1] + text[-1:] == brackets and not set(brackets) & set(inner) else text


# --- units ---------------------------------------------------------------------------------------------------


def unit_of(known: Spellings, text: str) -> Unit:
    """The unit of that name, whatever it is: what a cell says its numbers count in."""
    name = bare(text)
    name = known.names.get(name, name)
    if name in known.scales:
        return Unit(*known.scales[name], name)
    if name not in known.counters:
        for word, factor in known.powers:
            if name.startswith(word):
                rest = known.names.get(name[len(word) :], name[len(word) :])
                many, base = known.scales.get(rest, (Decimal(1), rest))
                return Unit(factor * many, base, word + rest, factor)
    return Unit(Decimal(1), name, name)


def typed_unit(known: Spellings, text: str, own: Unit | None) -> Unit | None:
    """The unit that stands behind a number; None if nobody knows it."""
    unit = unit_of(known, text)
    return unit if unit.base in known.known or not unit.base or (own and unit.base == own.base) else None


def convert(meaning: Meaning, own: Unit | None) -> tuple[Decimal, ...]:
    """The number in the cell's own unit: one if that is certain, two if it may be either, none if the units contradict."""
    number, unit = meaning.number, meaning.unit
    if unit is None or (own is None and unit.base):
        return (number,)
    if own is None:
        return (number * unit.factor,)
    if unit.base == own.base:
        return (number * unit.factor / own.factor,)
    if not unit.base:
        return tuple(dict.fromkeys((number * unit.factor / own.power, number * unit.factor)))
    return (number,) if number == 0 else ()


# --- figures -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _empty_words(form: Form) -> frozenset[str]:
    """The letters of every word that the form knows for nothing: typed for a blank, in place of words, as a reason."""
    known = spellings_of(form)
    reasons = (rule.words("words") for rule in form.rules.values() if rule.check == "empty_reasons")
    return frozenset(letters_of(word) for words in (known.blanks, known.fillers, *reasons) for word in words)


@lru_cache(maxsize=16)
def _fillers(form: Form) -> tuple[re.Pattern, frozenset[str]]:
    """What says nothing in place of words (with the number of an annex, perhaps), and the words for nothing."""
    known = spellings_of(form)
    words = "|".join(sorted(filter(None, map(letters_of, known.fillers)), key=len, reverse=True))
    return re.compile(rf"(?:{words})\d{{0,3}}" if words else r"(?!)"), frozenset(filter(None, map(letters_of, known.blanks)))


def is_filler(form: Form, text: str, short: bool) -> bool:
    """Whether a text stands in place of the words that are asked for; a word for nothing does so where they are short."""
    if len(text) > LONGEST_FILLER:
        return False
    (filler, nothing), letters = _fillers(form), letters_of(text)
    return filler.fullmatch(letters) is not None or (short and letters in nothing)


def explanation_of(form: Form, text: object) -> str:
    """An explanation, "" for one that says nothing: a dash, a word for nothing, a word that only points elsewhere."""
    letters = letters_of(text or "")
    return "" if not letters or letters in _empty_words(form) or is_filler(form, str(text), True) else str(text)
